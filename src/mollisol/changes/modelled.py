"""Step 2 under measure and model: the change of a period from model runs, and what its routes start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.changes.measured import ChangeOfPeriod
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.checks.baseline_model import comparisons_of, error_variance, year_before
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ModelledStrata
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results.run import RouteChoice, StratumChange
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.methodology.validation import ValidationResult
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.modelled_stock import modelled_stock_t_c_per_ha
from mollisol.quantification.soil_carbon_change import (
    stock_change_t_co2e_per_ha,
)
from mollisol.routes.modelled import ModelledInputs, modelled_routes
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.modelled import ModelledStocks
from mollisol.uncertainty.model.scenario_error import (
    correlated_error_variance,
    scenario_correlation_used,
)
from mollisol.uncertainty.monte_carlo.modelled import modelled_reduction_t_co2e_per_ha
from mollisol.uncertainty.posterior.modelled import ValidationErrors


@dataclass(frozen=True, slots=True)
class ModelError:
    """Error of the model's practice effect by stratum, from the validation.

    Parameters
    ----------
    variance
        By stratum. [(t CO2e/ha)^2]
    freedom
        Independent studies less one, the fewest of all combinations, at least 1.
    practice, climate
        Codes of each stratum's combination and climate zone, as in the comparisons; no climate where all of these are
        of one zone.
    errors
        The comparisons, for the posterior.
    """

    variance: Quantity
    freedom: float
    practice: tuple[int, ...]
    climate: tuple[int, ...]
    errors: ValidationErrors


class ModelledChange:
    """The change of one period from model runs; quantities carry the period's name in the trace."""

    def __init__(
        self,
        project: Project,
        stocks: UnitStocks,
        runs: ModelledStocks,
        scenario: str,
        period: VerificationPeriod,
        rules: RulesInForce,
        trace: Trace,
    ) -> None:
        self._project, self._stocks, self._runs, self._scenario = project, stocks, runs, scenario
        self._period, self._rules, self._trace = period, rules, trace
        self._at = f"@{period.name}"
        self._names = tuple(stratum.stratum for stratum in project.strata)
        of = {point.point: point for point in project.sample_points}
        self._own = [place for place, name in enumerate(runs.points) if of[name].stratum is not None]
        self._points = [runs.points[place] for place in self._own]
        self._unit_of = [f"{of[name].stratum}/{of[name].sampling_unit}" for name in self._points]
        self._units = sorted(set(self._unit_of), key=lambda unit: (self._stratum(unit), unit))

    def _stratum(self, unit: str) -> int:
        return self._names.index(unit.partition("/")[0])

    def run(
        self, *, years: int, biochar_carbon_per_year: Quantity, route: RouteChoice, seed: int
    ) -> ChangeOfPeriod:
        """Compute change (Eqs. 5, 46, 47), variance (Eqs. 60 to 69) and deduction (Eq. 74 and posterior)."""
        trace, at = self._trace, self._at
        first = year_before(self._period.during.start)
        years_of = (first, first + years)
        area = area_of_strata(self._project, at, trace)
        emission, change = {}, {}
        for name, scenario in (("project", "project"), ("baseline", self._scenario)):
            emission[name], change[name] = self._one_scenario(name, scenario, years_of)
        totals = yearly_totals(
            trace,
            at,
            project=change["project"],
            baseline=change["baseline"],
            years=years,
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
        error = model_error(self._project, self._at, self._trace)
        inputs = ModelledInputs(
            project=self._project,
            period=self._period,
            years=years,
            difference=totals.difference,
            area=area,
            effect=effect,
            stratum_of_unit=tuple(self._stratum(unit) for unit in self._units),
            drawn=self._drawn(years_of),
            error=error,
            effective_draws=effective_draws(self._project),
            biochar_carbon_per_year=biochar_carbon_per_year,
            seed=seed,
            rules=self._rules,
            trace=trace,
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


def effective_draws(project: Project) -> float | None:
    """Give the smallest effective sample size of the calibrated numbers; None where the set has none."""
    calibrated = project.model.calibrated if project.model is not None else None
    if calibrated is None or not calibrated.diagnostics:
        return None
    sizes = [min(item.ess_bulk, item.ess_tail) for item in calibrated.diagnostics]
    return min(float(len(calibrated.draws)), *sizes)


def model_error(project: Project, at: str, trace: Trace) -> ModelError:
    """Give the model's error by stratum (Eqs. 60 and 61 where only single sites were compared)."""
    head, model = project.head.model, project.model
    validation = model.validation if model is not None else None
    if head is None or validation is None:
        raise ValueError("the project declares no validation; the checks find this first")
    means = [head.stands_for(stratum.stratum) for stratum in project.strata]
    known = [entry for entry in means if entry is not None]
    keys = sorted({(entry.practice_category, entry.crop_group) for entry in known})
    results = [error_variance(validation, entry) for entry in known]
    found = [result for result in results if result is not None]
    names = tuple(stratum.stratum for stratum in project.strata)
    place = f"{MODEL_FOLDER}/{head.validation_file}: sha256 {validation.sha256[:12]}"
    rows = [f"{place}, {entry.practice_category}, {entry.crop_group}" for entry in known]
    told = np.array([result.model_variance or 0.0 for result in found])
    variance = trace.given(f"validated_error_variance{at}", told, "(t CO2e/ha)^2", rows, names)
    if not all(result.practice_effect for result in found):
        variance = trace.compute(
            f"model_error_variance{at}",
            correlated_error_variance,
            index=names,
            scenario_variance=variance,
            correlation=_correlation(head, at, trace),
        )
    return ModelError(
        variance,
        float(max(1, min(len(result.studies) for result in found) - 1)),
        tuple(keys.index((entry.practice_category, entry.crop_group)) for entry in known),
        *_errors(validation, known, keys),
    )


def _correlation(head: ModelHead, at: str, trace: Trace) -> Quantity:
    declared = head.scenario_correlation
    used = (
        0.0
        if declared is None
        else scenario_correlation_used(correlation=declared.value, trials=declared.trials)
    )
    source = "none declared: 0" if declared is None else f"{declared.trials} trials, {declared.source}"
    return trace.given(f"scenario_correlation{at}", used, "1", [f"project.toml:project.model, {source}"])


def _errors(
    validation: ValidationResult, known: Sequence[ModelledStrata], keys: list[tuple[str, str]]
) -> tuple[tuple[int, ...], ValidationErrors]:
    """Give each stratum's climate zone, and the comparisons of the combinations, as the posterior takes them."""
    by_key = {
        (entry.practice_category, entry.crop_group): comparisons_of(validation, entry) for entry in known
    }
    rows = [(keys.index(key), item) for key in keys for item in by_key[key]]
    studies = sorted({item.study for _, item in rows})
    several = len({item.climate_zone for _, item in rows}) > 1
    zones = sorted({item.climate_zone for _, item in rows} | {entry.climate_zone for entry in known})
    margins = [
        item.bias.pooled_measurement_uncertainty_t_co2e_per_ha
        for item in validation.combinations
        if (item.practice_category, item.crop_group) in keys and item.source == "SOC"
    ]
    measured = [margin for margin in margins if margin]
    spread = float(np.std([item.error_t_co2e_per_ha for _, item in rows]))
    errors = ValidationErrors(
        residual_t_co2e_per_ha=[-item.error_t_co2e_per_ha for _, item in rows],
        standard_error_t_co2e_per_ha=[item.standard_error_t_co2e_per_ha or 0.0 for _, item in rows],
        study=[studies.index(item.study) for _, item in rows],
        practice=[code for code, _ in rows],
        duration_years=[item.duration_years for _, item in rows],
        bias_scale_t_co2e_per_ha=max(measured) if measured else max(spread, 1e-6),
        climate=[zones.index(item.climate_zone) for _, item in rows] if several else (),
    )
    return tuple(zones.index(entry.climate_zone) for entry in known) if several else (), errors
