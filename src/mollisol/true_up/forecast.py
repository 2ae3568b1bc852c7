"""What a bundle forecast for the years up to a re-measurement: its own model runs, with parameters and model error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from mollisol.bundle.read import Bundle
from mollisol.engine import assess_project
from mollisol.methodology.findings import FindingsError, blocking, finding
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.validation import ValidationResult
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.run import Assessment, RunOptions
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.modelled import ModelledStocks, run_model
from mollisol.uncertainty.model.scenario_error import correlated_error_variance, scenario_correlation_used
from mollisol.verify.compare import Comparison
from mollisol.verify.manifest import compare_files
from mollisol.verify.opened import opened

FARTHEST_YEARS = 1
"""How far the end of the bundle's runs may lie before the re-measurement."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The project as the bundle holds it, with its model runs and the options that it was run with."""

    project: Project
    stocks: UnitStocks
    rules: RulesInForce
    runs: ModelledStocks
    validation: ValidationResult
    options: RunOptions


@dataclass(frozen=True, slots=True)
class ScenarioForecast:
    """A forecast by stratum: the mean of the joint draws, the draws, and the sd of the validated model error."""

    mean: dict[str, float]
    drawn: dict[str, FloatArray]
    error_sd: dict[str, float]

    def sd(self, stratum: str) -> float:
        """Parameters and model error together. [t CO2e/ha]."""
        return float(np.hypot(self.drawn[stratum].std(ddof=1), self.error_sd[stratum]))

    def of_project(self, share: Mapping[str, float]) -> tuple[float, float, float]:
        """Return mean, sd and sd of the draws alone of an area-weighted mean: neither part averages out."""
        mean = sum(share[name] * self.mean[name] for name in share)
        drawn = np.sum([share[name] * self.drawn[name] for name in share], axis=0)
        error = sum(share[name] * self.error_sd[name] for name in share)
        return float(mean), float(np.hypot(drawn.std(ddof=1), error)), float(error)


def open_issued(bundle: Bundle) -> Issued:
    """Run the model of a bundle again on the bundle's own inputs and rules.

    Raises
    ------
    FindingsError
        If the bundle was changed, has no model, or its inputs do not run.
    """
    to = Comparison(tolerance=0.0)
    compare_files(bundle.manifest, bundle.files, to)
    if to.differences:
        first = to.differences[0]
        raise _fault("bundle-changed", f"{first.code} at {first.item}; {len(to.differences)} in all")
    if bundle.results.model is None:
        without = "a bundle without a model: what was re-measured is credited by its own run"
        raise _fault("forecast-missing", without)
    given = opened(bundle, to)
    rule_set = given.rules.rule_set if given.rules else None
    return _run(assess_project(bundle.input_files, rule_set=rule_set), given.options)


def _run(assessment: Assessment, options: RunOptions) -> Issued:
    if assessment.blocked:
        raise FindingsError(blocking(assessment.findings))
    context, samples = assessment.passed()
    project = context.project
    validation = project.model.validation if project.model is not None else None
    if validation is None:
        raise _fault(
            "forecast-missing", "a model without a validation", allowed="one", do="verify the bundle"
        )
    runs = run_model(context, samples.stocks)
    return Issued(project, samples.stocks, context.rules, runs, validation, options)


def last_year(runs: ModelledStocks, on: date) -> int:
    """Return the year whose end lies nearest to a day, within the runs.

    Raises
    ------
    FindingsError
        If the runs end more than a year before the day, or the day is not after the start.
    """
    fraction = (on - date(on.year, 1, 1)).days / 365.25
    nearest = on.year - 1 if fraction < 0.5 else on.year
    end = min(nearest, runs.years[-1])
    if nearest - end > FARTHEST_YEARS or end <= runs.years[0]:
        first, last = runs.years[0], runs.years[-1]
        found = f"re-measured {on}; the bundle's runs go from the end of {first} to that of {last}"
        raise _fault("forecast-ends-elsewhere", found, farthest_years=FARTHEST_YEARS)
    return end


def scenario_forecast(
    issued: Issued, scenario: str, years: tuple[int, int], *, errors: dict[str, float]
) -> ScenarioForecast:
    """Return the modelled change of a scenario, or of the project less the baseline for ``effect``, by stratum.

    Points of a sampling unit are averaged first, then units: as the measured side does.
    """
    drawn = {}
    of = {point.point: point for point in issued.project.sample_points}
    for stratum in issued.project.strata:
        own = [place for place, name in enumerate(issued.runs.points) if of[name].stratum == stratum.stratum]
        points = [of[issued.runs.points[place]] for place in own]
        share = np.array(list(shares_in_unit(points, issued.project.drawn_fields).values()))
        units = len({point.sampling_unit for point in points})
        drawn[stratum.stratum] = share @ _drawn(issued.runs, scenario, years)[own] / units
    mean = {name: float(draws.mean()) for name, draws in drawn.items()}
    several = {name: draws if draws.size > 1 else np.repeat(draws, 2) for name, draws in drawn.items()}
    return ScenarioForecast(mean, several, errors)


def _drawn(runs: ModelledStocks, scenario: str, years: tuple[int, int]) -> FloatArray:
    if scenario == "effect":
        return _drawn(runs, "project", years) - _drawn(runs, "baseline", years)
    change = stock_change_t_co2e_per_ha(
        stock_start_t_c_per_ha=0.0, stock_end_t_c_per_ha=runs.between(scenario, *years)
    )
    return np.asarray(change)


def error_sds(issued: Issued, *, effect: bool) -> dict[str, float]:
    """Return the sd of the validated model error by stratum, of the effect or of one scenario. [t CO2e/ha].

    Where only the other kind was validated, Eqs. 60 and 61 turn one into the other, with the declared correlation of
    the scenarios or 0.
    """
    head = issued.project.head.model
    if head is None:
        raise ValueError("the project declares no model")
    declared = head.scenario_correlation
    correlation = 0.0
    if declared is not None:
        confidence = issued.rules.number("programme.deduction.confidence")
        correlation = scenario_correlation_used(
            correlation=declared.value, trials=declared.trials, confidence=confidence
        )
    doubled = float(correlated_error_variance(scenario_variance=1.0, correlation=correlation))
    found = {}
    for stratum in issued.project.strata:
        means = head.stands_for(stratum.stratum)
        if means is None:
            raise ValueError(f"stratum {stratum.stratum} stands for nothing; the checks find this first")
        key = (means.practice_category, means.crop_group, "SOC")
        own = {
            item.practice_effect: item.model_variance
            for item in issued.validation.combinations
            if (item.practice_category, item.crop_group, item.source) == key
            and item.model_variance is not None
        }
        variance = own.get(effect)
        if variance is None:
            other = own[not effect]
            variance = other * doubled if effect else other / doubled
        found[stratum.stratum] = float(np.sqrt(variance))
    return found


def _fault(code: str, state: str, **texts: Any) -> FindingsError:
    return FindingsError([finding(code, "the bundle of --against", state, **texts)])
