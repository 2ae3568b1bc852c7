"""Amounts of the activity tables: both scenarios against each other, and animals against the land that they are on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from mollisol.emissions.factors import sites_of
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import likely_causes
from mollisol.methodology.columns import FIRST_ROW, Columns
from mollisol.methodology.factors import livestock
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

ROUGHLY: Final = 0.8
"""How far, in the logarithm, the ratio of two scenarios may lie from a factor: practice changes amounts too."""
DAYS: Final = 365.0
_DUNG: Final = re.compile(r"manure|dung|mist\b|fumier|estiércol|esterco", re.IGNORECASE)


def check_amounts(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return what the amounts of both scenarios and the land say against each other."""
    asked = (
        _scenarios_apart,
        _weights_apart,
        _weights_unusual,
        _residues_thin,
        _residues_taken,
        _animals_on_land,
    )
    return gathered(found for ask in asked for found in ask(project, rules))


def _scenarios_apart(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield a finding where the amounts of a year of both scenarios are far apart, as by another unit."""
    factor = rules.number("mollisol.amount.scenarios-factor")
    area = {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}
    tables: Sequence[tuple[Columns[Any], str, tuple[str, ...]]] = (
        (project.fertilizers, "applied_t", ("product", "kind")),
        (project.fuel_use, "fuel_litre", ("fuel",)),
        (project.liming, "lime_t", ("lime",)),
        (project.herds, "head", ("animal", "productivity")),
        (project.amendments, "applied_t", ("amendment",)),
        (project.fixing_species, "residue_t_dm", ("species",)),
    )
    for table, column, names in tables:
        for (unit, *kind), by_scenario in _means(table, column, names).items():
            base, own = by_scenario.get("baseline", 0.0), by_scenario.get("project", 0.0)
            if base <= 0 or own <= 0 or 1 / factor <= own / base <= factor:
                continue
            ratio = own / base
            of_unit = {
                "an amount per hectare beside one of the whole unit": 1 / area[unit],
                "an amount of the whole unit beside one per hectare": area[unit],
            }
            yield finding(
                "amounts-apart",
                Place(file=table.file, column=column, thing=f"unit {unit}, {' '.join(kind)}"),
                f"{own:.4g} a year in the project and {base:.4g} in the baseline, a factor of {ratio:.3g}; "
                f"{likely_causes('amount', ratio, of_unit, ROUGHLY)}",
                factor=factor,
            )


def _means(table: Columns[Any], column: str, names: Sequence[str]) -> dict[tuple[str, ...], dict[str, float]]:
    """Return the mean of a year by unit and kind, and by scenario; rows of a year add up."""
    values = table.column(column).numbers() if len(table) else np.zeros(0)
    sums: dict[tuple[str, ...], dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for (unit, scenario, year, *kind), places in (
        table.groups("quantification_unit", "scenario", "year", *names).items() if len(table) else ()
    ):
        sums[unit, *kind][scenario][year] = float(values[places].sum())
    return {
        key: {scenario: sum(years.values()) / len(years) for scenario, years in inner.items()}
        for key, inner in sums.items()
    }


def _weights_apart(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield animals of one name that weigh otherwise in the two scenarios: another unit, or other animals."""
    weights: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in project.herds:
        weights[row.quantification_unit, row.animal][row.scenario].append(row.live_weight_kg)
    for (unit, animal), of in weights.items():
        base, own = (float(np.mean(of[name])) if of[name] else 0.0 for name in ("baseline", "project"))
        factor = rules.number("mollisol.amount.weight-factor")
        if base > 0 and own > 0 and not 1 / factor <= own / base <= factor:
            yield finding(
                "amounts-apart",
                Place(file=project.herds.file, column="live_weight_kg", thing=f"unit {unit}, {animal}"),
                f"{own:.4g} kg live weight in the project and {base:.4g} in the baseline, a factor of "
                f"{own / base:.3g}; {likely_causes('amount', own / base)}",
                factor=factor,
            )


def _weights_unusual(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield herds that weigh otherwise than their kind in the region, as pounds do; far ones are stopped elsewhere."""
    sites, told = sites_of(project), set[tuple[str, str]]()
    for number, row in enumerate(project.herds, start=FIRST_ROW):
        herd, site = (row.quantification_unit, row.animal), sites.get(row.quantification_unit)
        if site is None or herd in told:
            continue
        try:
            usual = livestock.live_weight(row.animal, site.region, row.productivity)
        except FactorError:
            continue  # told where factors are looked up
        factor, ratio = rules.number("mollisol.amount.usual-weight"), row.live_weight_kg / usual.central
        if factor < max(ratio, 1 / ratio) <= livestock.WEIGHT_SPREAD:
            told.add(herd)
            yield finding(
                "live-weight-implausible",
                Place(file=project.herds.file, row=number, column="live_weight_kg"),
                f"{row.animal} in {site.region}: {row.live_weight_kg:g} kg per head, {ratio:.3g} times the mean of "
                f"their kind; {likely_causes('amount', 1 / ratio)}",
                severity=Severity.WARNING,
                citation=usual.citation,
                weight_spread=factor,
                central=usual.central,
            )


def _residues_thin(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield species of the project that fix nitrogen and leave less than a stand does: a decimal, or another unit."""
    area = {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}
    for (unit, species), by_scenario in _means(project.fixing_species, "residue_t_dm", ("species",)).items():
        per_ha = by_scenario.get("project", 0.0) / area.get(unit, 1.0)
        least = rules.number("mollisol.amount.least-residue") if per_ha else 0.0
        if 0 < per_ha < least:
            yield finding(
                "residues-thin",
                Place(
                    file=project.fixing_species.file, column="residue_t_dm", thing=f"unit {unit}, {species}"
                ),
                f"{per_ha:.3g} t of dry matter on a hectare of the unit in a year, {10 * per_ha:.3g} with the decimal "
                "point a place on",
                least=least,
            )


def _residues_taken(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield units whose residues burned, or were fuel before the project, and by the schedule stayed on the field."""
    taken: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for row in project.burning:
        if "residues" in row.residue and row.biomass_kg_dm > 0:
            taken[row.quantification_unit, row.scenario, "burning.csv: burned"].add(row.year)
    for diverted in project.residue_diversions:
        if diverted.diverted_t_dm > 0 and not _DUNG.search(diverted.residue):
            unit = diverted.quantification_unit
            taken[unit, "baseline", "residue_diversion.csv: fuel before the project, kept"].add(diverted.year)
    removed = {*project.schedule.distinct("place", "scenario", "residue_removed")}
    for (unit, side, what), years in taken.items():
        if (unit, side, False) in removed and (unit, side, True) not in removed:
            yield finding(
                "rows-against-schedule",
                Place(file="schedule_of_activities.csv", column="residue_removed", thing=f"unit {unit}"),
                f"residues of {what} in {min(years)} to {max(years)}; no {side} year of the schedule removes any",
            )


def _animals_on_land(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield a finding where more animals are on the land than land carries: head-days look like that."""
    herds = project.herds
    if not len(herds):
        return
    most = rules.number("mollisol.amount.live-weight")
    area = {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}
    head, weight, on_land = (
        herds.column(name).numbers() for name in ("head", "live_weight_kg", "time_on_land_fraction")
    )
    tonnes = head * weight * on_land / 1000
    for (unit, scenario, year), places in herds.groups("quantification_unit", "scenario", "year").items():
        load = float(tonnes[places].sum()) / area[unit]
        if load > most:
            per_ha = float(head[places].sum()) / area[unit]
            yield finding(
                "animals-beyond-land",
                Place(
                    file=herds.file,
                    row=int(herds.row_numbers[places[0]]),
                    column="head",
                    thing=f"unit {unit}, {scenario} {year}",
                ),
                f"{per_ha:.4g} head/ha, {load:.4g} t live weight/ha on {area[unit]:g} ha; likely, none of it shown: "
                f"animal-days in place of animals: {per_ha:.4g} / {DAYS:g} = {per_ha / DAYS:.3g} head/ha; a housed "
                "herd whose time on land is not 1; an area too small",
                most=most,
            )
