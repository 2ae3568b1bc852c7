"""The validation of a model: comparisons and predictions to bias, uncertainty, coverage and verdict by combination."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from mollisol.methodology.trace import Quantity, Trace
from mollisol.methodology.validation import (
    BiasGate,
    CombinationResult,
    Comparison,
    Coverage,
    Domain,
    StudyBias,
    Verdict,
    combination_of,
)
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.measurement.laboratory import batch_variance
from mollisol.uncertainty.model.horizon import longest_horizon_years
from mollisol.uncertainty.validation import bias as biases
from mollisol.uncertainty.validation import gates, prediction
from mollisol.uncertainty.validation.effects import prediction_error, trial_effect_error
from mollisol.uncertainty.validation.spread import error_growth, within_study_variance

_FEWEST_FOR_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Summaries:
    """Results by combination, the land they cover, and how long a period they serve."""

    combinations: tuple[CombinationResult, ...]
    domain: Domain
    horizon_years: float


def summarise(
    comparisons: Sequence[Comparison], trace: Trace, *, stock_error_t_c_per_ha: float | None = None
) -> Summaries:
    """Compute what the comparisons say of each combination.

    Parameters
    ----------
    comparisons
        With their modelled effects; one at least.
    trace
        Takes every quantity, and has the rules of VMD0053.
    stock_error_t_c_per_ha
        Standard error of a measured stock, for combinations whose trials tell of none.
    """
    groups: dict[tuple[str, str, str, bool], list[Comparison]] = defaultdict(list)
    for item in comparisons:
        groups[combination_of(item)].append(item)
    return Summaries(
        tuple(_Combination(groups[key], trace, stock_error_t_c_per_ha).result() for key in sorted(groups)),
        domain_of(comparisons),
        horizon_of(comparisons),
    )


def domain_of(comparisons: Sequence[Comparison]) -> Domain:
    """Return the land that the comparisons stand on."""
    clay = [item.clay_percent for item in comparisons]
    return Domain(
        climate_zones=tuple(sorted({item.climate_zone for item in comparisons})),
        texture_classes=tuple(sorted({item.texture_class for item in comparisons})),
        lowest_clay_percent=min(clay),
        highest_clay_percent=max(clay),
    )


def horizon_of(comparisons: Sequence[Comparison]) -> float:
    """Return the median duration, over comparisons or over studies by their own medians: the lower of the two."""
    by_study: dict[str, list[float]] = defaultdict(list)
    for item in comparisons:
        by_study[item.study].append(item.duration_years)
    return min(
        float(longest_horizon_years(duration_years=np.asarray(durations)))
        for durations in (
            [item.duration_years for item in comparisons],
            [median(durations) for durations in by_study.values()],
        )
    )


class _Combination:
    """One combination on its way through the equations."""

    def __init__(self, items: Sequence[Comparison], trace: Trace, stock_error: float | None) -> None:
        first = items[0]
        self._items, self._trace, self._stock_error = items, trace, stock_error
        kind = "effect" if first.practice_effect else "site"
        self._at = f"@{first.practice_category}|{first.crop_group}|{first.source}|{kind}"
        self._labels = [item.comparison for item in items]
        self._study = [item.study for item in items]
        self._observed = self._given("observed", [item.observed_t_co2e_per_ha for item in items])
        self._modelled = self._given("modelled", [item.modelled_t_co2e_per_ha for item in items])
        self._both = {"modelled_t_co2e_per_ha": self._modelled, "observed_t_co2e_per_ha": self._observed}
        self._error = self._computed("error", prediction_error, index=self._labels, **self._both)

    def _given(self, name: str, values: Sequence[float]) -> Quantity:
        rows = [f"validation.json: {label}" for label in self._labels]
        return self._trace.given(
            f"{name}{self._at}", np.array(values, dtype=np.float64), "t CO2e/ha", rows, self._labels
        )

    def _computed(self, name: str, function: Callable[..., Any], **inputs: Any) -> Quantity:
        return self._trace.compute(f"{name}{self._at}", function, **inputs)

    def result(self) -> CombinationResult:
        """Return what was found for the combination."""
        first, size = self._items[0], len(self._items)
        studies = sorted(set(self._study))
        by_study = self._computed(
            "study_bias", biases.study_bias, index=studies, study=self._study, **self._both
        )
        gate = self._bias_gate(by_study)
        square = self._computed(
            "mean_square_error", prediction.mean_square_error, error_t_co2e_per_ha=self._error
        )
        variance = None
        if size > 1:
            variance = self._computed(
                "model_variance", prediction.prediction_error_variance, error_t_co2e_per_ha=self._error
            )
        coverage = self._coverage(variance)
        chance, verdict = self._coverage_gate(coverage, size)
        between, within = self._parts()
        constant, slope = self._growth(by_study)
        return CombinationResult(
            practice_category=first.practice_category,
            crop_group=first.crop_group,
            source=first.source,
            practice_effect=first.practice_effect,
            comparisons=size,
            studies=self._ranked(by_study),
            domain=domain_of(self._items),
            bias=gate,
            mean_square_error=float(square.value),
            model_variance=_number(variance),
            model_variance_without_noise=self._without_noise(),
            between_study_variance=between,
            within_study_variance=within,
            coverage_verdict=verdict,
            coverage=coverage,
            chance_right_model_passes=chance,
            horizon_years=horizon_of(self._items),
            growth_constant=constant,
            growth_per_year=slope,
            verdict=_worse(gate.verdict, verdict) if first.practice_effect else "not judged",
        )

    def _ranked(self, by_study: Quantity) -> tuple[StudyBias, ...]:
        rows = [
            StudyBias(study=study, comparisons=self._study.count(study), bias_t_co2e_per_ha=float(value))
            for study, value in zip(by_study.index, by_study.value, strict=True)
        ]
        return tuple(sorted(rows, key=lambda row: (-abs(row.bias_t_co2e_per_ha), row.study)))

    def _bias_gate(self, by_study: Quantity) -> BiasGate:
        """Return the gate of the mean bias: below the pooled measurement uncertainty, and tested to be."""
        mean = self._computed("mean_bias", biases.mean_bias, bias_t_co2e_per_ha=by_study)
        margin, by_default = self._margin()
        verdict: Verdict = "not judged"
        if margin is not None:
            verdict = "pass" if abs(mean.value) <= margin.value else "fail"
        chance = half = None
        if len(by_study.index) > 1:
            half = self._computed(
                "bias_half_width", biases.bias_half_width, bias_t_co2e_per_ha=by_study, coverage=self._level()
            )
            if margin is not None and margin.value > 0:
                test = {"bias_t_co2e_per_ha": by_study, "margin_t_co2e_per_ha": margin}
                chance = self._computed("bias_equivalence", biases.equivalence_p_value, **test)
        return BiasGate(
            mean_bias_t_co2e_per_ha=float(mean.value),
            pooled_measurement_uncertainty_t_co2e_per_ha=_number(margin),
            by_default=by_default,
            verdict=verdict,
            equivalence_p_value=_number(chance),
            bias_low_t_co2e_per_ha=None if half is None else float(mean.value - half.value),
            bias_high_t_co2e_per_ha=None if half is None else float(mean.value + half.value),
        )

    def _level(self) -> Quantity:
        return self._trace.rule("vmd0053.interval.coverage")

    def _margin(self) -> tuple[Quantity | None, bool]:
        """Return the pooled measurement uncertainty, and whether it is the declared default."""
        known = [item for item in self._items if item.standard_error_t_co2e_per_ha is not None]
        name = "pooled_measurement_uncertainty"
        if any(item.replicates > 1 for item in known):
            errors = [item.standard_error_t_co2e_per_ha for item in known]
            replicates = [item.replicates for item in known]
            pooled = biases.pooled_measurement_uncertainty
            return self._computed(
                name, pooled, standard_error_t_co2e_per_ha=errors, replicates=replicates
            ), False
        if self._stock_error is None:
            return None, False
        stocks = np.full(4 if self._items[0].practice_effect else 2, self._stock_error)
        error = self._trace.given(
            f"stock_error{self._at}", stocks, "t C/ha", ["validation.toml: stock_error_t_c_per_ha"]
        )
        return self._computed(name, trial_effect_error, standard_error_t_c_per_ha=error), True

    def _coverage(self, variance: Quantity | None) -> tuple[Coverage, ...]:
        """Count the observations in their intervals: as printed, studies left out in turn, from the posterior."""
        found: list[Coverage] = []
        level = self._level()
        if variance is not None:
            times = self._trace.rule("vmd0053.interval.multiplier")
            interval = {"model_variance": variance, "multiplier": times}
            half = self._computed("interval_half_width", prediction.interval_half_width, **interval)
            ends = np.stack([self._modelled.value - half.value, self._modelled.value + half.value])
            found.append(self._inside("printed", ends, float(times.value), float(half.value)))
        sizes = [len(self._study) - self._study.count(study) for study in set(self._study)]
        if variance is not None and min(sizes) > 1:
            left_out = {**self._both, "study": self._study, "coverage": level}
            ends = self._computed("left_out_interval", prediction.left_out_interval, **left_out).value
            multiplier = prediction.new_observation_multiplier
            times = self._computed(
                "new_observation_multiplier", multiplier, comparisons=len(self._items), coverage=level
            )
            width = float(times.value) * float(np.sqrt(variance.value))
            found.append(self._inside("new observation", ends, float(times.value), width))
        intervals = [
            (item.interval_low_t_co2e_per_ha, item.interval_high_t_co2e_per_ha) for item in self._items
        ]
        if all(low is not None and high is not None for low, high in intervals):
            ends = np.array(intervals, dtype=np.float64).T
            found.append(self._inside("posterior predictive", ends, None, None))
        return tuple(found)

    def _inside(
        self, form: str, ends: FloatArray, multiplier: float | None, half_width: float | None
    ) -> Coverage:
        observed = {"observed_t_co2e_per_ha": self._observed}
        limits = {"low_t_co2e_per_ha": ends[0], "high_t_co2e_per_ha": ends[1]}
        name = f"inside.{form.replace(' ', '_')}"
        inside = self._computed(name, prediction.observations_inside, **observed, **limits)
        return Coverage.model_validate(
            {
                "form": form,
                "inside": int(inside.value),
                "of": len(self._items),
                "share": float(inside.value) / len(self._items),
                "multiplier": multiplier,
                "half_width_t_co2e_per_ha": half_width,
            }
        )

    def _coverage_gate(self, coverage: Sequence[Coverage], size: int) -> tuple[float | None, Verdict]:
        """Return the gate of the printed coverage, with how often a right model would pass it."""
        least = self._trace.rule("vmd0053.coverage.least-share")
        needed = self._computed(
            "observations_needed", gates.observations_needed, comparisons=size, least_share=least
        )
        gate = {"comparisons": size, "coverage": self._level(), "observations_needed": needed}
        chance = self._computed("coverage_gate_chance", gates.coverage_gate_chance, **gate)
        printed = next((item for item in coverage if item.form == "printed"), None)
        if printed is None:
            return None, "not judged"
        return float(chance.value), "pass" if printed.inside >= needed.value else "fail"

    def _without_noise(self) -> float | None:
        """Take the known squared standard errors out, where all are known."""
        errors = [item.standard_error_t_co2e_per_ha for item in self._items]
        if len(errors) < 2 or any(error is None for error in errors):
            return None
        noise = {"error_t_co2e_per_ha": self._error, "standard_error_t_co2e_per_ha": errors}
        return _number(
            self._computed("model_variance_without_noise", prediction.variance_without_noise, **noise)
        )

    def _parts(self) -> tuple[float | None, float | None]:
        """Split the variance into between studies and within."""
        studies = set(self._study)
        if len(studies) < 2 or len(studies) == len(self._study):
            return None, None
        errors = {"value": self._error, "batch": self._study, "unit": "(t CO2e/ha)^2"}
        between = self._computed("between_study_variance", batch_variance, **errors)
        own = {"error_t_co2e_per_ha": self._error, "study": self._study}
        within = self._computed("within_study_variance", within_study_variance, **own)
        return float(between.value), float(within.value)

    def _growth(self, by_study: Quantity) -> tuple[float | None, float | None]:
        """Fit how the squared errors of studies grow with their median duration."""
        years = [
            median(item.duration_years for item in self._items if item.study == study)
            for study in by_study.index
        ]
        if len(years) < _FEWEST_FOR_GROWTH or len(set(years)) < 2 or np.ptp(by_study.value) == 0:
            return None, None
        growth = self._computed(
            "error_growth",
            error_growth,
            index=("constant", "per year"),
            error_t_co2e_per_ha=by_study,
            duration_years=years,
        )
        constant, per_year = growth.value
        return float(constant), float(per_year)


def _number(quantity: Quantity | None) -> float | None:
    return None if quantity is None else float(quantity.value)


def _worse(one: Verdict, other: Verdict) -> Verdict:
    if "fail" in (one, other):
        return "fail"
    return "pass" if one == other == "pass" else "not judged"
