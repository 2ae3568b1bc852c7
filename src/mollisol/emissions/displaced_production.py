"""Leakage of displaced production: what a project no longer makes is made elsewhere (VMD0054 and Eqs. 34 to 36)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from mollisol.emissions.grid import Grid
from mollisol.methodology.activity import CommodityFacts, NewLand
from mollisol.methodology.checks.periods import anniversary
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.displacement import (
    accounting_for,
    check_introduced_commodity,
    response_rules,
)
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.factors.warming import fuel_factor
from mollisol.methodology.findings import Finding
from mollisol.methodology.trace import Quantity
from mollisol.quantification.leakage import (
    displaced_production,
    vmd0054_v1_0,
    vmd0054_v1_1,
    vmd0054_v1_1_land,
)
from mollisol.quantification.totals import share_of_amounts_t_co2e

type _Equation = Callable[..., Any]

_PRODUCTION, _MITIGATION = "production.csv", "leakage_mitigation.csv"


@dataclass(frozen=True, slots=True, eq=False)
class DisplacedProduction:
    """Leakage since the start and that of each year of the period, with the module and the way it was accounted."""

    cumulative: Quantity
    by_year: Quantity
    module: str
    accounting: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Edition:
    """An edition of VMD0054.

    Parameters
    ----------
    steps, land
        The modules with its equations of production and of cleared land, which have the same names in both editions.
    production_change, net, displaced_area
        Equations that have other names.
    fall
        The argument of ``net`` for what fell.
    counts_mitigation
        Whether the emission of mitigation counts.
    """

    steps: ModuleType
    land: ModuleType
    production_change: _Equation
    net: _Equation
    displaced_area: _Equation
    fall: str
    counts_mitigation: bool


_FIRST = _Edition(
    vmd0054_v1_0,
    vmd0054_v1_0,
    vmd0054_v1_0.foregone_production_per_year,
    displaced_production.production_change_per_year,
    displaced_production.displaced_area_ha,
    fall="foregone_production_per_year",
    counts_mitigation=False,
)
_SECOND = _Edition(
    vmd0054_v1_1,
    vmd0054_v1_1_land,
    vmd0054_v1_1.production_change_per_year,
    vmd0054_v1_1.net_production_change_per_year,
    vmd0054_v1_1_land.displaced_area_ha,
    fall="production_change_per_year",
    counts_mitigation=True,
)


def displaced_leakage(context: PeriodContext, grid: Grid, prior: Quantity) -> DisplacedProduction:
    """Compute the leakage of displaced production; ``prior`` is that up to the start of the period. [t CO2e]."""
    module = str(context.rules.value("vmd0054.production.edition").value)
    context.rules.value("vm0042.leakage.displaced-label")
    edition = _FIRST if module == "1.0" else _SECOND
    accounting = "none"
    findings: tuple[Finding, ...] = ()
    joined = context.project.last_joined_on or context.project.head.start_date
    most = int(context.rules.number("vmd0054.production.most-years"))
    if context.project.commodities and context.period.during.start < anniversary(joined, most):
        accounting, cumulative, findings = _since_start(context, grid, edition)
        if (share := context.project.production_share) < 1:
            cumulative = context.compute(
                "displaced_cumulative_of_units",
                share_of_amounts_t_co2e,
                amounts_t_co2e=context.arrange(
                    "displaced_cumulatives", [float(cumulative.value)], [cumulative]
                ),
                share=context.given("production_share", [share], "1", ["quantification_units.csv"]),
            )
    else:
        cumulative = context.arrange("displaced_cumulative", float(prior.value), [prior])
    by_year = context.compute(
        "displaced_leakage",
        displaced_production.displacement_leakage_t_co2e,
        cumulative_t_co2e=cumulative,
        prior_cumulative_t_co2e=prior,
        years=len(grid.years),
    )
    return DisplacedProduction(cumulative, by_year, module, accounting, findings)


def _since_start(
    context: PeriodContext, grid: Grid, edition: _Edition
) -> tuple[str, Quantity, tuple[Finding, ...]]:
    """Return how commodities are accounted, the leakage since the start (steps 1 to 5), and what offsets nothing."""
    commodities = context.project.commodities
    changes = [_change(context, grid, edition, facts) for facts in commodities]
    accounting = accounting_for(
        {facts.commodity: float(fall.value) for facts, (fall, _) in zip(commodities, changes, strict=True)}
    )
    land: list[Quantity] = []
    findings: list[Finding] = []
    for facts, (_, net) in zip(commodities, changes, strict=True):
        part = _new_land(context, grid, edition, accounting, facts, net)
        faults = check_introduced_commodity(facts) if part.value < 0 else []
        findings += faults
        land.append(
            context.arrange(f"new_land_not_offset.{facts.commodity}", 0.0, [part]) if faults else part
        )
    lands = context.join("new_land", land, [facts.commodity for facts in commodities])
    given = {
        "displaced_area_ha": context.compute("displaced_area", edition.displaced_area, new_land_ha=lands),
        "stock_lost_t_c_per_ha": _stock_lost(context, edition),
    }
    if edition.counts_mitigation:
        given["mitigation_emission_t_co2e"] = _mitigation_emission(context, grid)
    cumulative = context.compute(
        "displaced_cumulative", edition.land.cumulative_leakage_t_co2e, **dict[str, Any](given)
    )
    return accounting, cumulative, tuple(findings)


def _change(
    context: PeriodContext, grid: Grid, edition: _Edition, facts: CommodityFacts
) -> tuple[Quantity, Quantity]:
    """Compute the fall of a commodity's production, and what of it is not made up for (steps 1 and 2)."""
    trace, project = context.trace, context.project
    start = project.head.start_date.year
    growth = (
        trace.rule("vmd0054.production.growth")
        if facts.growth_fraction_per_year is None
        else context.given(
            f"growth.{facts.commodity}", facts.growth_fraction_per_year, "fraction/yr", ["commodities.csv"]
        )
    )

    def series(stem: str, file: str, rows: Columns[Any], years: Callable[[int], bool]) -> Quantity:
        chosen = sorted(
            (row.year, row.produced, number)
            for number, row in rows.numbered_rows
            if row.commodity == facts.commodity and years(row.year)
        )
        values = np.array([produced for _, produced, _ in chosen] or [0.0])
        lines = [f"{file}:{number}" for *_, number in chosen] or [f"{file}: no row"]
        return context.given(f"{stem}.{facts.commodity}", values, f"{facts.unit}/yr", lines)

    def grown(stem: str, equation: _Equation, past: str, file: str, rows: Columns[Any]) -> Quantity:
        return context.compute(
            f"{stem}.{facts.commodity}",
            equation,
            production_per_year=series(past, file, rows, lambda year: year < start),
            growth_per_year=growth,
            years_since_start=float(grid.years[-1] - start + 1),
        )

    def monitored(stem: str, raw: str, file: str, rows: Columns[Any]) -> Quantity:
        return context.compute(
            f"{stem}.{facts.commodity}",
            vmd0054_v1_1.monitored_production_per_year,
            production_per_year=series(raw, file, rows, lambda year: year in grid.years),
        )

    production, mitigation = (_PRODUCTION, project.production), (_MITIGATION, project.mitigation)
    fall = context.compute(
        f"production_change.{facts.commodity}",
        edition.production_change,
        baseline_production_per_year=grown(
            "baseline_production",
            edition.steps.baseline_production_per_year,
            "reference_production",
            *production,
        ),
        monitored_production_per_year=monitored("monitored_production", "production", *production),
    )
    elsewhere = context.compute(
        f"leakage_mitigation.{facts.commodity}",
        edition.steps.leakage_mitigation_per_year,
        mitigation_production_per_year=monitored("mitigation_production", "mitigation", *mitigation),
        mitigation_baseline_per_year=grown(
            "mitigation_baseline",
            edition.steps.mitigation_baseline_per_year,
            "mitigation_reference",
            *mitigation,
        ),
    )
    given: dict[str, Any] = {edition.fall: fall, "leakage_mitigation_per_year": elsewhere}
    return fall, context.compute(f"net_production_change.{facts.commodity}", edition.net, **given)


def _new_land(
    context: PeriodContext,
    grid: Grid,
    edition: _Edition,
    accounting: str,
    facts: CommodityFacts,
    net: Quantity,
) -> Quantity:
    """Compute the land that is cleared elsewhere for a commodity (step 3)."""
    trace = context.trace
    supply, new_land = response_rules(
        facts.kind, "cross-commodity" if accounting == "cross-commodity" else "leakage-only"
    )
    return context.compute(
        f"new_land.{facts.commodity}",
        edition.land.new_land_ha,
        net_production_change_per_year=net,
        supply_response=trace.rule(supply),
        new_land_share=trace.rule(new_land),
        yield_per_ha=context.given(
            f"yield.{facts.commodity}", facts.yield_per_ha, f"{facts.unit}/ha", ["commodities.csv"]
        ),
        area_ha=float(grid.area.sum()),
    )


def _stock_lost(context: PeriodContext, edition: _Edition) -> Quantity:
    """Compute the carbon that a hectare of cleared land loses (step 4)."""
    land = context.project.head.new_land or NewLand(
        biomass_t_c_per_ha=0.0, reference_soil_t_c_per_ha=1.0, land_use_factor=1.0, management_factor=1.0,
        input_factor=1.0, source="no land is cleared",
    )  # fmt: skip

    def given(name: str, value: float, unit: str) -> Quantity:
        return context.given(f"new_land_{name}", value, unit, ["project.toml: new_land"])

    biomass = given("biomass", land.biomass_t_c_per_ha, "t C/ha")
    soil = context.compute(
        "new_land_soil_lost",
        edition.land.soil_lost_t_c_per_ha,
        reference_stock_t_c_per_ha=given("reference", land.reference_soil_t_c_per_ha, "t C/ha"),
        land_use_factor=given("land_use", land.land_use_factor, "1"),
        management_factor=given("management", land.management_factor, "1"),
        input_factor=given("input", land.input_factor, "1"),
    )
    return context.compute(
        "new_land_stock_lost",
        edition.land.stock_lost_t_c_per_ha,
        biomass_lost_t_c_per_ha=biomass,
        soil_lost_t_c_per_ha=soil,
    )


def _mitigation_emission(context: PeriodContext, grid: Grid) -> Quantity:
    """Compute the emission of mitigation from the start to the end of the period (v1.1, Eqs. 7 and 8)."""
    start = context.project.head.start_date.year
    rows = [
        (number, row)
        for number, row in context.project.mitigation.numbered_rows
        if start <= row.year <= grid.years[-1]
    ]
    lines = [f"{_MITIGATION}:{number}" for number, _ in rows] or [f"{_MITIGATION}: no row"]
    litre = np.array([[row.diesel_litre] for _, row in rows] or [[0.0]])
    fertilizer = np.array([row.fertilizer_t_co2e for _, row in rows] or [0.0])
    fuel = context.compute(
        "mitigation_fuel",
        vmd0054_v1_1.mitigation_fuel_t_co2e,
        fuel_litre=context.given("mitigation_diesel", litre, "litre", lines),
        fuel_factor_t_co2e_per_litre=central_factor(context, "mitigation_fuel_factor", fuel_factor("diesel")),
    )
    return context.compute(
        "mitigation_emission",
        vmd0054_v1_1.mitigation_emission_t_co2e,
        fertilizer_t_co2e=context.given("mitigation_fertilizer", fertilizer, "t CO2e", lines),
        fuel_t_co2e=fuel,
    )


def central_factor(context: PeriodContext, name: str, factor: Factor) -> Quantity:
    """Enter the central value of a default factor as it is in force."""
    used = context.trace.factor(factor)
    where = [f"{used.id} (central); {used.citation}"]
    return context.given(f"{name}", used.central, used.unit, where)
