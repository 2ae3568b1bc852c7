"""Under measure and model: the change of a period from model runs, and what its routes start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mollisol.changes.change import ChangeOfPeriod, ChangeOptions, changes_of_strata
from mollisol.changes.designed import variances_by_design
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.checks.baseline_model import year_before
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.modelled_stock import modelled_stock_t_c_per_ha
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.routes.components import sampling_per_hectare
from mollisol.routes.interface import Side
from mollisol.routes.laboratory_repeats import SHARED_ERRORS, LaboratoryErrors
from mollisol.routes.modelled import ModelledInputs, SharedError, modelled_routes
from mollisol.stocks.groups import group_means
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import effective_draws, model_error
from mollisol.stocks.modelled import ModelledStocks
from mollisol.stocks.units import unit_means
from mollisol.uncertainty.monte_carlo.modelled import modelled_reduction_t_co2e_per_ha


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """The project's modelled points: their places in the runs, the sampling unit of each, and its stratum's number."""

    runs: ModelledStocks
    places: list[int]
    names: list[str]
    unit_of_point: list[str]
    share: FloatArray
    units: list[str]
    stratum_of_unit: list[int]

    def between(self, scenario: str, first_year: int, last_year: int) -> FloatArray:
        """Return the change between the ends of two years, (point, draw). [t C/ha]."""
        return self.runs.between(scenario, first_year, last_year)[self.places]

    def of_units(self, of_point: FloatArray) -> FloatArray:
        """Return the means of values, (point, ...), by sampling unit, points by their shares."""
        number = {unit: place for place, unit in enumerate(self.units)}
        unit = np.array([number[name] for name in self.unit_of_point])
        order = np.argsort(unit, kind="stable")
        first = np.searchsorted(unit[order], np.arange(len(self.units)))
        of_unit: FloatArray = np.add.reduceat((of_point.T * self.share).T[order], first, axis=0)
        return of_unit

    def of_stratum(self, number: int) -> list[int]:
        """Return the places of a stratum's units."""
        return [place for place, stratum in enumerate(self.stratum_of_unit) if stratum == number]


def _points(context: PeriodContext, runs: ModelledStocks) -> _Points:
    known = {point.point: point for point in context.project.sample_points}
    stratum_of = {stratum.stratum: number for number, stratum in enumerate(context.project.strata)}
    places = [place for place, name in enumerate(runs.points) if name in known and known[name].stratum]
    points = [known[runs.points[place]] for place in places]
    labels = [(stratum_of[point.stratum or ""], f"{point.stratum}/{point.sampling_unit}") for point in points]
    units = sorted(set(labels))
    return _Points(
        runs,
        places,
        [point.point for point in points],
        [label for _, label in labels],
        np.array(list(shares_in_unit(points, context.project.drawn_fields).values())),
        [label for _, label in units],
        [stratum for stratum, _ in units],
    )


def modelled_change(
    context: PeriodContext,
    stocks: UnitStocks,
    runs: ModelledStocks,
    scenario: str,
    options: ChangeOptions,
    laboratory: LaboratoryErrors,
) -> ChangeOfPeriod:
    """Compute change (Eqs. 5, 46, 47), variance (Eqs. 60 to 69) and deduction (Eq. 74 and posterior) of a period."""
    first = year_before(context.period.during.start)
    years = (first, first + context.years)
    area, points = area_of_strata(context), _points(context, runs)
    emission, change = {}, {}
    for name, run in (("project", "project"), ("baseline", scenario)):
        emission[name], change[name] = _one_scenario(context, points, name, run, years)
    totals = yearly_totals(
        context, change["project"], change["baseline"], area, options.biochar_carbon_per_year
    )
    effect = _to_units(
        context,
        points,
        "effect",
        context.compute(
            "effect_of_point",
            modelled_reduction_t_co2e_per_ha,
            index=points.names,
            baseline_emission_t_co2e_per_ha=emission["baseline"],
            project_emission_t_co2e_per_ha=emission["project"],
        ),
    )
    places = tuple(points.of_stratum(number) for number in range(len(context.project.strata)))
    side = _side(context, area, change["project"], effect, places)
    inputs = ModelledInputs(
        context=context,
        difference=totals.difference,
        area=area,
        project_side=side,
        biochar_carbon_per_year=options.biochar_carbon_per_year,
        seed=options.seed,
        effect=effect,
        places=places,
        drawn=_drawn(points, scenario, years),
        error=model_error(context),
        sampling=sampling_per_hectare(context, area, side),
        effective_draws=effective_draws(context.project),
        shared=_shared_errors(context, points, scenario, years, laboratory),
    )
    outcome = modelled_routes(inputs, options.route)
    return ChangeOfPeriod(
        area=area,
        totals=totals,
        strata=changes_of_strata(inputs, stocks, change["project"], change["baseline"], linked=False),
        outcome=outcome,
        findings=(*runs.findings, *laboratory.findings, *outcome.findings),
    )


def _one_scenario(
    context: PeriodContext, points: _Points, name: str, run: str, years: tuple[int, int]
) -> tuple[Quantity, Quantity]:
    """Compute the emission of each point over the period, and the mean change of each stratum."""
    runs = points.runs
    initial = context.arrange(
        f"{name}_initial_stock",
        np.asarray(runs.initial.value)[points.places],
        [runs.initial],
        index=points.names,
        places=points.places,
    )
    first, last = (
        context.compute(
            f"{name}_stock_{label}",
            modelled_stock_t_c_per_ha,
            index=points.names,
            initial_stock_t_c_per_ha=initial,
            modelled_change_t_c_per_ha=context.given(
                f"{name}_modelled_{label}",
                points.between(run, runs.years[0], year).mean(axis=1),
                "t C/ha",
                runs.rows_behind(run, year, points.names),
                points.names,
            ),
        )
        for label, year in zip(("first", "last"), years, strict=True)
    )
    # an emission is a change with its sign turned: the stock at the end stands where the one at the start would
    emission, change = (
        context.compute(
            f"{name}_{label}_of_point",
            stock_change_t_co2e_per_ha,
            index=points.names,
            stock_start_t_c_per_ha=start,
            stock_end_t_c_per_ha=end,
        )
        for label, start, end in (("emission", last, first), ("change", first, last))
    )
    strata = [stratum.stratum for stratum in context.project.strata]
    of_unit = _to_units(context, points, f"{name}_change", change)
    homes = [strata[number] for number in points.stratum_of_unit]
    return emission, group_means(context, f"{name}_change_of_stratum", of_unit, homes, strata)


def _to_units(context: PeriodContext, points: _Points, name: str, of_point: Quantity) -> Quantity:
    known = {point.point: point for point in context.project.sample_points}
    parts = context.project.drawn_fields
    return unit_means(context, f"{name}_of_unit", of_point, known, parts, points.units)


def _side(
    context: PeriodContext, area: Quantity, mean: Quantity, effect: Quantity, places: tuple[list[int], ...]
) -> Side:
    """Compute the sampling variance of the effect in each stratum (Eq. 62)."""
    names = tuple(stratum.stratum for stratum in context.project.strata)
    of_unit = context.pick(
        "effect_of_unit_by_stratum", effect, [place for units in places for place in units]
    )
    count = {name: len(units) for name, units in zip(names, places, strict=True)}
    found = variances_by_design(context, "sampling_variance", count, area, of_unit)
    return Side(
        labels=names,
        mean=mean,
        variance=found.variance,
        replicates=tuple(count.values()),
        replicate=("sampling units",) * len(names),
        freedom=found.freedom,
    )


def _drawn(points: _Points, scenario: str, years: tuple[int, int]) -> FloatArray:
    """Return the effect of each sampling unit in each joint draw, (unit, draw). [t CO2e/ha]."""
    baseline, project = (
        stock_change_t_co2e_per_ha(
            stock_start_t_c_per_ha=points.between(run, *years), stock_end_t_c_per_ha=0.0
        )
        for run in (scenario, "project")
    )
    effect = modelled_reduction_t_co2e_per_ha(
        baseline_emission_t_co2e_per_ha=baseline, project_emission_t_co2e_per_ha=project
    )
    return points.of_units(np.asarray(effect))


def _shared_errors(
    context: PeriodContext,
    points: _Points,
    scenario: str,
    years: tuple[int, int],
    laboratory: LaboratoryErrors,
) -> tuple[SharedError, ...]:
    """Return what all points share of initial stocks and of practices, and what that does to the effect of each unit.

    Errors of the amounts are those of their records, and not the same before the project and in it.
    """
    ends = [points.runs.years.index(year) for year in years]

    def line(moved: Mapping[str, FloatArray]) -> FloatArray:
        project, baseline = (
            (run[ends[1]] - run[ends[0]])[points.places] for run in (moved["project"], moved[scenario])
        )
        return CO2E_PER_C * points.of_units(project - baseline)

    found = [
        SharedError(f"{key}, {method}", laboratory.sd[method, key], line(moved))
        for method, moved in points.runs.of_initial.items()
        for key in SHARED_ERRORS
        if (method, key) in laboratory.sd
    ]
    sampled = {row.source: row for row in context.project.practice_samples}
    for (practice, side), moved in points.runs.of_practice.items():
        row = sampled[practice]
        name = f"practice_error.{practice}.{side}"
        sd = context.given(name, row.standard_error_percent / 100, "1", ["practice_samples.csv"])
        found.append(SharedError(f"{practice} of the {side}", sd, line(moved), row.units_sampled - 1))
    return tuple(found)
