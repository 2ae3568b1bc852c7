"""Numbers that were typed in, with no rows behind them: whether they can be, and what of the credit rests on them."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt
from statistics import mean
from typing import Final

from pydantic import BaseModel, ConfigDict

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult
from mollisol.run import largest_year_t_co2e, material_share

_DAYS_PER_YEAR: Final = 365.25
_KILOGRAMS: Final = 1000.0
_ROUNDED: Final = 1e-6
"""Areas, and terms of gases, are sums of rounded numbers: arithmetic, and no limit of ours."""
_TYPED: Final[Mapping[str, str]] = {
    "fossil_fuel_co2": "fuel_use.csv",
    "liming_co2": "liming.csv",
    "enteric_fermentation_ch4": "livestock.csv",
    "manure_deposition_ch4": "livestock.csv and manure_systems.csv",
    "manure_deposition_n2o": "livestock.csv and manure_systems.csv",
    "nitrogen_fertilizer_n2o": "fertilizers.csv",
    "nitrogen_fixing_species_n2o": "nitrogen_fixing_species.csv",
    "biomass_burning_ch4": "burning.csv",
    "biomass_burning_n2o": "burning.csv",
}
"""The tables whose numbers a source is computed from."""
_BESIDE: Final[Mapping[str, str]] = {
    "modelled_soil_gases.csv": "modelled gases",
    "practice_samples.csv": "sampled practices",
}
"""What the terms of gases hold beside sources of default factors, by the table it rests on."""
_LEAKAGE: Final[Mapping[str, tuple[str, str]]] = {
    "displaced production": ("production.csv", "displaced_production_t_co2e"),
    "organic amendments": ("organic_amendments.csv", "amendments_t_co2e"),
    "residues": ("residue_diversion.csv", "residues_t_co2e"),
}
"""The tables that leakage is computed from, and what its results call it."""
_WHOLE_PLANTS: Final = re.compile(
    r".*(?:sil[oa]|forage|fodder|green|whole|ganzpflanz|grün|cover|maize|mais|corn).*", re.I
)
"""Crops of the schedule that are mown whole, or may be: no record of grain is one of theirs."""


@dataclass(frozen=True, slots=True)
class TypedFigure:
    """A part of the credit in t CO2e that rests on typed numbers: of what, and where they stand."""

    name: str
    file: str
    effect_t_co2e: float


def typed_figures(periods: Iterable[PeriodResult], tables: Container[str]) -> list[TypedFigure]:
    """Return what typed numbers add to the credit of all periods or take from it, the largest first.

    ``tables`` are the files that were handed in: by them what is left of the gases has its name.
    """
    figures = [figure for figure in figures_of_tables(periods, tables) if figure.effect_t_co2e]
    return sorted(figures, key=lambda figure: (-abs(figure.effect_t_co2e), figure.name))


def figures_of_tables(periods: Iterable[PeriodResult], tables: Container[str]) -> list[TypedFigure]:
    """Return every part of the credit that typed numbers can move, with its effect; also where that is none today."""
    beside = [file for file in _BESIDE if file in tables]
    effects: dict[tuple[str, str], float] = defaultdict(float)
    for period in periods:
        effects["woody stocks", "woody_stocks.csv"] += period.woody_t_co2e
        rest = period.source_terms_t_co2e
        for source in period.sources:
            if source.included:
                effects[source.label, _TYPED.get(source.id, "")] += source.reduction_t_co2e
                rest -= source.reduction_t_co2e
        of_rest = " and ".join(_BESIDE[file] for file in beside), " and ".join(beside)
        effects[of_rest] += rest if abs(rest) > _ROUNDED else 0.0
        for name, (file, channel) in _LEAKAGE.items():
            effects[name, file] -= getattr(period.leakage, channel, 0.0)
        effects["buffer by the rating", "project.toml"] -= period.buffer_t_co2e
    return [TypedFigure(*place, effect) for place, effect in effects.items() if place[1]]


def tables_beside(project: Project) -> list[str]:
    """Return the tables of a project that gases rest on beside the sources of default factors."""
    rows = (len(project.modelled_gases), len(project.practice_samples))
    return [file for file, number in zip(_BESIDE, rows, strict=True) if number]


def declared_errors(periods: Iterable[PeriodResult]) -> list[TypedFigure]:
    """Return what declared measurement errors take from the credit of the soil; it would grow without them.

    It is a part of the deduction: the credited value of the form that draws them less that of the moment form.
    """
    effect = sum(
        period.area_ha * (period.montecarlo.credited_t_co2e_per_ha - period.deduction.credited_t_co2e_per_ha)
        for period in periods
        if period.montecarlo and period.montecarlo.draws
    )
    return [TypedFigure("declared errors", "project.toml", effect)] if effect else []


def tell_typed(context: Context, periods: Sequence[PeriodResult]) -> list[Finding]:
    """Return a finding for each part of the credit that rests on typed numbers; a warning where it is material."""
    figures = typed_figures(periods, tables_beside(context.project))
    verified = sum(period.verified_total_t_co2e for period in periods)
    material = 0.0
    if any(figure.effect_t_co2e > 0 for figure in figures):
        material = material_share(context.rules, largest_year_t_co2e(periods)) * abs(verified)
    return [
        finding(
            "credit-on-typed-numbers",
            Place(file=figure.file, thing=figure.name),
            f"{figure.effect_t_co2e:+.1f} t CO2e of {verified:.1f} verified",
            severity=Severity.WARNING if verified > 0 and figure.effect_t_co2e > material else Severity.NOTE,
        )
        for figure in figures
    ]


def question_typed(context: Context) -> list[Finding]:
    """Return where typed numbers are hard to believe, in the direction that raises the credit."""
    project = context.project
    areas = {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}
    return gathered(
        [
            *heard(_gases, context),
            *heard(_fuel, context, areas),
            *heard(_nitrogen, context, areas),
            *heard(_woody, context),
            *heard(_production, context),
            *heard(_burned, context, areas),
            *heard(_yields, context),
        ]
    )


def _gases(context: Context) -> Iterator[Finding]:
    """Yield each modelled gas whose error is none, or less than a model can have."""
    for number, row in enumerate(context.project.modelled_gases, start=2):
        least = context.rules.number("mollisol.modelled-gas.least-error")
        change = abs(row.baseline_t_per_ha - row.project_t_per_ha)
        error = sqrt(row.difference_variance_t2_per_ha2)
        if change > 0 and error < least * change:
            yield finding(
                "modelled-gas-without-error",
                Place(file="modelled_soil_gases.csv", row=number, column="difference_variance_t2_per_ha2"),
                f"{row.gas} changes by {change:g} t/ha with a standard error of {error:.2g}",
                least=least,
            )


def _by_year(rows: Iterable[tuple[str, str, int, float]]) -> dict[tuple[str, str], float]:
    """Return the mean amount of a year by unit and scenario, over the years that have rows."""
    years: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for unit, scenario, year, amount in rows:
        years[unit, scenario][year] += amount
    return {key: mean(amounts.values()) for key, amounts in years.items()}


def _fuel(context: Context, areas: Mapping[str, float]) -> Iterator[Finding]:
    """Yield each unit whose fuel before the project is more than tillage takes, or of which most was saved."""
    rows = context.project.fuel_use
    used = _by_year((row.quantification_unit, row.scenario, row.year, row.fuel_litre) for row in rows)
    greatest = context.rules.number("mollisol.typed.greatest-fuel") if used else 0.0
    for unit, before, after in _before_and_after(used, areas):
        ratio = context.rules.number("mollisol.typed.greatest-ratio")
        if before > greatest or (after > 0 and before > ratio * after):
            yield finding(
                "fuel-before-large",
                Place(file="fuel_use.csv", thing=f"unit {unit}"),
                f"{before:.0f} litres a hectare and year before the project, {after:.0f} in it",
                greatest=greatest,
                ratio=ratio,
            )


def _nitrogen(context: Context, areas: Mapping[str, float]) -> Iterator[Finding]:
    """Yield each unit whose nitrogen before the project is more than crops are given, or of which most was saved."""
    rows = context.project.fertilizers
    used = _by_year(
        (row.quantification_unit, row.scenario, row.year, _KILOGRAMS * row.applied_t * row.nitrogen_t_per_t)
        for row in rows
    )
    greatest = context.rules.number("mollisol.typed.greatest-nitrogen") if used else 0.0
    for unit, before, after in _before_and_after(used, areas):
        ratio = context.rules.number("mollisol.typed.greatest-ratio")
        if before > greatest or (after > 0 and before > ratio * after):
            yield finding(
                "nitrogen-before-large",
                Place(file="fertilizers.csv", thing=f"unit {unit}"),
                f"{before:.0f} kg N a hectare and year before the project, {after:.0f} in it",
                greatest=greatest,
                ratio=ratio,
            )


def _before_and_after(
    used: Mapping[tuple[str, str], float], areas: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    """Yield what a hectare took in a year before the project and in it, unit by unit."""
    for (unit, scenario), amount in used.items():
        area = areas.get(unit)
        if scenario == "baseline" and area:
            yield unit, amount / area, used.get((unit, "project"), 0.0) / area


def _woody(context: Context) -> Iterator[Finding]:
    """Yield stands that grow faster than stands do, or much faster than before, or that differ on the first day."""
    stands: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in context.project.woody_stocks:
        stands[row.quantification_unit, row.kind, row.scenario].append(
            (row.measured_on.toordinal() / _DAYS_PER_YEAR, row.stock_t_co2e_per_ha)
        )
    for (unit, kind, scenario), stocks in stands.items():
        where = Place(file="woody_stocks.csv", thing=f"{kind} of unit {unit}")
        stocks.sort()
        other = sorted(stands.get((unit, kind, "baseline"), ()))
        if scenario == "project" and other and other[0][0] == stocks[0][0] and other[0][1] > stocks[0][1]:
            found = f"{stocks[0][1]:g} t CO2e/ha in the project and {other[0][1]:g} in the baseline on the first day"
            yield finding("woody-start-differs", where, found)
        if scenario == "project":
            yield from _growth(context, where, stocks)
        elif fallen := [(x, y) for (_, x), (_, y) in pairwise(stocks) if y < x]:
            found = f"from {fallen[0][0]:g} to {fallen[0][1]:g} t CO2e/ha in the baseline"
            yield finding("woody-baseline-falls", where, found)


def _growth(context: Context, where: Place, stocks: Sequence[tuple[float, float]]) -> Iterator[Finding]:
    greatest = context.rules.number("mollisol.woody.greatest-growth")
    faster = context.rules.number("mollisol.woody.greatest-acceleration")
    rates = [(y - x) / (end - start) for (start, x), (end, y) in pairwise(stocks) if end > start]
    for number, rate in enumerate(rates):
        before = rates[number - 1] if number else 0.0
        if rate > greatest or (before > 0 and rate > faster * before):
            found = f"{rate:.1f} t CO2e/ha a year, from {stocks[number][1]:g} to {stocks[number + 1][1]:g}"
            found += f"; {before:.1f} a year before that" if before > 0 else ""
            yield finding("woody-growth-unlikely", where, found, greatest=greatest, faster=faster)


def _production(context: Context) -> Iterator[Finding]:
    """Yield each commodity that the project makes much more of than before: a low past hides displaced production."""
    start = context.project.head.start_date.year
    for commodity, before, after in _produced(context.project, start):
        ratio = context.rules.number("mollisol.typed.greatest-production")
        if after > ratio * before:
            yield finding(
                "production-before-low",
                Place(file="production.csv", thing=f"commodity {commodity}"),
                f"{before:g} a year before the project, {after:g} in it",
                ratio=ratio,
            )


def _produced(project: Project, start: int) -> Iterator[tuple[str, float, float]]:
    for facts in project.commodities:
        rows = [row for row in project.production if row.commodity == facts.commodity]
        before = [row.produced for row in rows if row.year < start]
        after = [row.produced for row in rows if row.year >= start]
        if before and after and mean(before) > 0:
            yield facts.commodity, mean(before), mean(after)


def _burned(context: Context, areas: Mapping[str, float]) -> Iterator[Finding]:
    """Yield fires that took more than a field of residues holds, or more land than the unit has."""
    for number, row in enumerate(context.project.burning, start=2):
        greatest = context.rules.number("mollisol.typed.greatest-burned")
        load = row.biomass_kg_dm / _KILOGRAMS / row.burned_area_ha
        area = areas.get(row.quantification_unit, row.burned_area_ha)
        if ("residues" in row.residue and load > greatest) or row.burned_area_ha > area * (1 + _ROUNDED):
            where = Place(file="burning.csv", row=number, thing=f"unit {row.quantification_unit}, {row.year}")
            found = f"{load:.3g} t of dry matter a hectare on {row.burned_area_ha:g} of {area:g} ha, {row.scenario}"
            yield finding("burning-before-large", where, found, greatest=greatest)


class GreatestYield(BaseModel):
    """The greatest yield of a crop that was ever reported, and the words by which the crop is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    crop: str
    words: str
    greatest_t_per_ha: float
    source: str
    status: str


@cache
def greatest_yields() -> tuple[GreatestYield, ...]:
    """Return the table of greatest yields."""
    text = files("mollisol.methodology").joinpath("tables", "greatest_yields.csv").read_text(encoding="utf-8")
    return tuple(GreatestYield.model_validate(row) for row in csv.DictReader(text.splitlines()))


def _yields(context: Context) -> Iterator[Finding]:
    """Yield commodities in tonnes, and crops of the schedule, whose yield is above all records of what they name."""
    project = context.project
    grown = [
        (Place(file="commodities.csv", row=number, column="yield_per_ha", thing=f"commodity {facts.commodity}"),
         facts.commodity, facts.yield_per_ha)
        for number, facts in enumerate(project.commodities, start=2)
        if facts.unit == "t"
    ]  # fmt: skip
    schedule = project.schedule
    for (crop, amount), place in schedule.distinct("crop", "yield_t_per_ha").items():
        number = int(schedule.row_numbers[place])
        where = Place(file=schedule.file, row=number, column="yield_t_per_ha", thing=f"crop {crop}"[:100])
        grown.append((where, _WHOLE_PLANTS.sub("", crop), amount or 0.0))
    for where, name, amount in grown:
        known = [crop for crop in greatest_yields() if re.search(crop.words, name, re.I)]
        most = max(known, key=lambda crop: crop.greatest_t_per_ha, default=None)
        if most is not None and amount > most.greatest_t_per_ha:
            greatest = most.greatest_t_per_ha
            yield finding("yield-beyond-record", where, f"{amount:g} t/ha", greatest=greatest, crop=most.crop)
