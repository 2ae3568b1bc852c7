"""Step 2 under measure and model: the change of a period from model runs, and what its routes start from."""

from __future__ import annotations

import numpy as np

from mollisol.changes.change import ChangeOfPeriod
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.checks.baseline_model import year_before
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.run import RouteChoice, StratumChange
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.modelled_stock import modelled_stock_t_c_per_ha
from mollisol.quantification.soil_carbon_change import (
    stock_change_t_co2e_per_ha,
)
from mollisol.routes.modelled import ModelledInputs, modelled_routes
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import effective_draws, model_error
from mollisol.stocks.modelled import ModelledStocks
from mollisol.uncertainty.monte_carlo.modelled import modelled_reduction_t_co2e_per_ha


class ModelledChange:
    """The change of one period from model runs; quantities carry the period's name in the trace."""

    def __init__(
        self,
        context: PeriodContext,
        stocks: UnitStocks,
        runs: ModelledStocks,
        scenario: str,
    ) -> None:
        self._context, self._stocks, self._runs, self._scenario = context, stocks, runs, scenario
        self._project, self._trace, self._at = context.project, context.trace, context.place
        project = context.project
        self._names = tuple(stratum.stratum for stratum in project.strata)
        of = {point.point: point for point in project.sample_points}
        self._own = [place for place, name in enumerate(runs.points) if of[name].stratum is not None]
        self._points = [runs.points[place] for place in self._own]
        self._unit_of = [f"{of[name].stratum}/{of[name].sampling_unit}" for name in self._points]
        self._units = sorted(set(self._unit_of), key=lambda unit: (self._stratum(unit), unit))

    def _stratum(self, unit: str) -> int:
        return self._names.index(unit.partition("/")[0])

    def run(self, *, biochar_carbon_per_year: Quantity, route: RouteChoice, seed: int) -> ChangeOfPeriod:
        """Compute change (Eqs. 5, 46, 47), variance (Eqs. 60 to 69) and deduction (Eq. 74 and posterior)."""
        trace, at = self._trace, self._at
        first = year_before(self._context.period.during.start)
        years_of = (first, first + self._context.years)
        area = area_of_strata(self._context)
        emission, change = {}, {}
        for name, scenario in (("project", "project"), ("baseline", self._scenario)):
            emission[name], change[name] = self._one_scenario(name, scenario, years_of)
        totals = yearly_totals(
            self._context,
            project=change["project"],
            baseline=change["baseline"],
            area=area,
            biochar_carbon_per_year=biochar_carbon_per_year,
        )
        effect = self._to_units(
            "effect",
            trace.compute(
                f"effect_of_point{at}",
                modelled_reduction_t_co2e_per_ha,
                index=self._points,
                baseline_emission_t_co2e_per_ha=emission["baseline"],
                project_emission_t_co2e_per_ha=emission["project"],
            ),
        )
        error = model_error(self._context)
        inputs = ModelledInputs(
            context=self._context,
            difference=totals.difference,
            area=area,
            effect=effect,
            stratum_of_unit=tuple(self._stratum(unit) for unit in self._units),
            drawn=self._drawn(years_of),
            error=error,
            effective_draws=effective_draws(self._project),
            biochar_carbon_per_year=biochar_carbon_per_year,
            seed=seed,
        )
        found = modelled_routes(inputs, route)
        return ChangeOfPeriod(
            area=area,
            project_annual=totals.project,
            baseline_annual=totals.baseline,
            difference=totals.difference,
            uncertainty=found.uncertainty,
            strata=self._strata(change),
            variance=found.details.get("variance", ()),
            deductions=found.details.get("deductions", {}),
            guarded=found.details.get("guarded"),
            montecarlo=found.details.get("montecarlo"),
            posterior=found.details.get("posterior"),
            routes=found.routes,
            credited_form=found.form,
            findings=(*self._runs.findings, *found.findings),
        )

    def _one_scenario(self, name: str, scenario: str, years: tuple[int, int]) -> tuple[Quantity, Quantity]:
        """Give the emission of each point over the period, and the mean change of each stratum."""
        trace, at, runs = self._trace, self._at, self._runs
        initial = trace.arrange(
            f"{name}_initial_stock{at}",
            np.asarray(runs.initial.value)[self._own],
            [runs.initial],
            index=self._points,
            places=self._own,
        )
        ends = [
            trace.compute(
                f"{name}_stock_{label}{at}",
                modelled_stock_t_c_per_ha,
                index=self._points,
                initial_stock_t_c_per_ha=initial,
                modelled_change_t_c_per_ha=trace.given(
                    f"{name}_modelled_{label}{at}",
                    runs.between(scenario, runs.years[0], year)[self._own].mean(axis=1),
                    "t C/ha",
                    [*runs.source, f"scenario {scenario}, end of {year}, mean of {runs.draws} draws"],
                    self._points,
                ),
            )
            for label, year in zip(("first", "last"), years, strict=True)
        ]
        emission = trace.compute(
            f"{name}_emission_of_point{at}",
            stock_change_t_co2e_per_ha,
            index=self._points,
            stock_start_t_c_per_ha=ends[1],
            stock_end_t_c_per_ha=ends[0],
        )
        change = trace.compute(
            f"{name}_change_of_point{at}",
            stock_change_t_co2e_per_ha,
            index=self._points,
            stock_start_t_c_per_ha=ends[0],
            stock_end_t_c_per_ha=ends[1],
        )
        of_unit = self._to_units(f"{name}_change", change)
        return emission, trace.compute(
            f"{name}_change_of_stratum{at}",
            mean_by_group,
            index=self._names,
            unit=change.unit,
            values=of_unit,
            group=[self._stratum(unit) for unit in self._units],
        )

    def _to_units(self, name: str, of_point: Quantity) -> Quantity:
        return self._trace.compute(
            f"{name}_of_unit{self._at}",
            mean_by_group,
            index=self._units,
            unit=of_point.unit,
            values=of_point,
            group=[self._units.index(unit) for unit in self._unit_of],
        )

    def _drawn(self, years: tuple[int, int]) -> FloatArray:
        """Give the effect of each sampling unit in each joint draw, (unit, draw). [t CO2e/ha]."""
        baseline, project = (
            stock_change_t_co2e_per_ha(
                stock_start_t_c_per_ha=self._runs.between(scenario, *years)[self._own],
                stock_end_t_c_per_ha=0.0,
            )
            for scenario in (self._scenario, "project")
        )
        effect = modelled_reduction_t_co2e_per_ha(
            baseline_emission_t_co2e_per_ha=baseline, project_emission_t_co2e_per_ha=project
        )
        member = np.equal.outer(self._units, self._unit_of).astype(np.float64)
        of_unit: FloatArray = member @ np.asarray(effect) / member.sum(axis=1, keepdims=True)
        return of_unit

    def _strata(self, change: dict[str, Quantity]) -> tuple[StratumChange, ...]:
        effect = self._trace.quantities[f"sampling_variance{self._at}"].value
        units = [self._stratum(unit) for unit in self._units]
        return tuple(
            StratumChange(
                stratum=stratum.stratum,
                quantification_unit=stratum.quantification_unit,
                area_ha=stratum.area_ha,
                sampling_units=units.count(number),
                control_sites=(),
                reference_soil_mass_t_per_ha=self._stocks.reference_of[stratum.stratum],
                project_change_t_co2e_per_ha=float(change["project"].value[number]),
                baseline_change_t_co2e_per_ha=float(change["baseline"].value[number]),
                difference_t_co2e_per_ha=float(
                    change["project"].value[number] - change["baseline"].value[number]
                ),
                project_variance_t2=float(effect[number]),
                project_degrees_of_freedom=units.count(number) - 1.0,
            )
            for number, stratum in enumerate(self._project.strata)
        )
