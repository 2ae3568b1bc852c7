"""Checks that need arithmetic: units that look wrong, reported stocks, similarity of control sites."""

from __future__ import annotations

from collections.abc import Iterable
from math import log
from statistics import median

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.measurement import DENSEST_G_PER_CM3, LIGHTEST_G_PER_CM3, CoreIncrement
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.quantification.averages import by_entry
from mollisol.quantification.mixing_law import density_by_mixing
from mollisol.quantification.soil_carbon_stock import (
    fine_soil_mass_from_density_t_per_ha,
    fine_soil_mass_t_per_ha,
)
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.samples import Samples


def check_units(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return what looks like per cent, in all campaigns or in one, and weights that give no soil."""
    cores = project.core_increments
    contents = cores.column("soc_g_per_kg").values()
    places_of = {campaign: places for (campaign,), places in cores.groups("campaign").items()}
    middle = {campaign: median(contents[place] for place in own) for campaign, own in places_of.items()}
    least = rules.number("mollisol.unit.least-content")
    poor = [_poor(cores, campaign, value, rules) for campaign, value in middle.items() if value < least]
    findings = []
    for severity in dict.fromkeys(item.severity for item in poor):
        alike = [item for item in poor if item.severity is severity]
        findings.append(alike[0].model_copy(update={"more": len(alike) - 1}))
    largest, tenfold = max(middle.values()), rules.number("mollisol.unit.tenfold")
    for campaign, value in middle.items():
        if value > 0 and abs(log(largest / value / 10)) <= tenfold:
            told = f"median {value:g} g/kg where another campaign has {largest:g}"
            findings.append(finding("unit-changed", _contents(campaign), told))
    return [*findings, *_too_deep(cores, rules), *check_weighed_soil(cores)]


def _too_deep(cores: Columns[CoreIncrement], rules: RulesInForce) -> Iterable[Finding]:
    """Yield a finding where each first increment goes down farther than any would in cm."""
    upper, lower = cores.column("upper_cm").numbers(), cores.column("lower_cm").numbers()
    least = float(np.min(lower[upper == 0], initial=np.inf))
    most = rules.number("mollisol.unit.deepest-first-increment")
    if most < least < np.inf:
        state = (
            f"first increments down to {least:g} cm and more{other_units('length', least, 0.0, most, 'cm')}"
        )
        yield finding("wrong-unit", Place(file=INCREMENTS, column="lower_cm"), state)


def _poor(cores: Columns[CoreIncrement], campaign: str, middle: float, rules: RulesInForce) -> Finding:
    """Return a finding on a campaign of poor contents; it blocks where the density speaks for ten times as much.

    Soil is the lighter the more carbon it holds, so poor sand and per cent written as g/kg differ in weight. Where
    nothing was weighed, or no layer is of the surface, the milder reading is not taken.
    """
    carbon, upper = (cores.column(name).numbers() for name in ("soc_g_per_kg", "upper_cm"))
    own = cores.column("campaign").holds(lambda name: name == campaign) & (upper == 0)
    density = _density(cores)[own]
    parts = rules.number("mollisol.mixing.mineral"), rules.number("mollisol.mixing.organic")
    as_it_is, tenfold = (density_by_mixing(carbon[own] * times, *parts) for times in (1.0, 10.0))
    nearer = np.abs(np.log(density / as_it_is)) < np.abs(np.log(density / tenfold))
    light = not own.any() or float(nearer.mean()) < 0.5
    where = f"median {middle:g} g/kg"
    if own.any():
        where += (
            f"; surface soil of {np.median(carbon[own]):g} g/kg weighs about {np.median(as_it_is):.2f} g/cm3, of ten "
            f"times as much {np.median(tenfold):.2f}; found {np.median(density):.2f}"
        )
    return finding(
        "unit-suspect",
        _contents(campaign),
        where,
        severity=Severity.BLOCKING if light else Severity.WARNING,
        least_likely_soc_g_per_kg=rules.number("mollisol.unit.least-content"),
    )


def _contents(campaign: str) -> Place:
    return Place(file=INCREMENTS, column="soc_g_per_kg", thing=f"campaign {campaign}")


def check_reported_stocks(context: Context, stocks: UnitStocks) -> list[Finding]:
    """Return a finding for each stock that a laboratory reported otherwise than soil mass x concentration gives."""
    return gathered(_stocks_that_differ(context, stocks))


def _stocks_that_differ(context: Context, stocks: UnitStocks) -> Iterable[Finding]:
    tolerance = context.rules.number("mollisol.stock.agreement")
    ours = stocks.increments.carbon.value
    cores = context.project.core_increments
    reported = cores.column("soc_stock_t_per_ha").numbers()
    differ = np.abs(reported - ours) > tolerance * np.maximum(
        ours, 1e-9
    )  # never where none was reported: NaN
    for place in np.flatnonzero(differ):
        yield finding(
            "stock-inconsistent",
            Place(file=INCREMENTS, row=int(cores.row_numbers[place]), column="soc_stock_t_per_ha"),
            f"{reported[place]:g} t C/ha; soil mass x concentration gives {ours[place]:.4g}",
            tolerance=tolerance,
        )


def check_similarity(context: Context, samples: Samples) -> list[Finding]:
    """Return whether each unit and its linked control sites began alike, at the first campaign (Table 7)."""
    alike = samples.similarity
    if alike is None:
        return []
    confidence = context.rules.number("programme.control.similarity-confidence")
    units = by_entry("units", np.asarray(alike.units.value), alike.comparisons.entry)
    controls = by_entry("controls", np.asarray(alike.controls.value), alike.comparisons.controls.entry)
    findings = []
    names = context.project.quantification_units.column("quantification_unit").values()
    for row, unit in enumerate(names, start=2):
        if (number := alike.number.get(unit)) is None:
            continue
        chance = float(alike.p_value.value[number])
        differ = chance < 1 - confidence
        findings.append(
            finding(
                "control-not-similar" if differ else "control-similar",
                Place(file="quantification_units.csv", row=row, thing=f"unit {unit}"),
                f"mean stock at equal mass {units.mean[number]:.2f} in {units.count[number]} sampling units and "
                f"{controls.mean[number]:.2f} t C/ha in {controls.count[number]} control values, campaign "
                f"{alike.campaign}; Welch p = {chance:.3f}",
                confidence=confidence,
            )
        )
    return findings


def check_weighed_soil(increments: Columns[CoreIncrement]) -> list[Finding]:
    """Return a finding where weighed soil gives a density that could not be given."""
    return gathered(_unlikely(increments))


def _density(increments: Columns[CoreIncrement]) -> NDArray[np.float64]:
    """Return the density of each increment in g/cm3, as given or from what was weighed; NaN where neither is whole."""
    given, mass, diameter, cores, upper, lower = (
        increments.column(name).numbers()
        for name in (
            "fine_soil_density_g_per_cm3",
            "fine_soil_mass_g",
            "probe_inner_diameter_mm",
            "cores",
            "upper_cm",
            "lower_cm",
        )
    )
    density = np.where(mass > 0, np.nan, given)
    whole = np.flatnonzero(~np.isnan(mass + diameter + cores) & (lower > upper))
    if whole.size:
        weighed = fine_soil_mass_t_per_ha(
            fine_soil_mass_g=mass[whole], probe_inner_diameter_mm=diameter[whole], cores=cores[whole]
        )
        of_unit_density = fine_soil_mass_from_density_t_per_ha(
            fine_soil_density_g_per_cm3=1.0, thickness_cm=(lower - upper)[whole]
        )
        density[whole] = np.asarray(weighed / of_unit_density)
    return density


def _unlikely(increments: Columns[CoreIncrement]) -> Iterable[Finding]:
    mass, diameter, cores, upper, lower = (
        increments.column(name).numbers()
        for name in ("fine_soil_mass_g", "probe_inner_diameter_mm", "cores", "upper_cm", "lower_cm")
    )
    density = np.where(np.isnan(mass), np.nan, _density(increments))
    for place in np.flatnonzero((density < LIGHTEST_G_PER_CM3) | (density > DENSEST_G_PER_CM3)):
        yield finding(
            "weighed-density-unlikely",
            Place(file=INCREMENTS, row=int(increments.row_numbers[place]), column="fine_soil_mass_g"),
            f"{mass[place]:g} g in {cores[place]:.0f} cores of {diameter[place]:g} mm "
            f"over {lower[place] - upper[place]:g} cm give {density[place]:.3g} g/cm3",
            lightest_g_per_cm3=LIGHTEST_G_PER_CM3,
            densest_g_per_cm3=DENSEST_G_PER_CM3,
        )
