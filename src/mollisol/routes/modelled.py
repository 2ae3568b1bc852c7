"""The three routes of a modelled period: Eqs. 60 to 64, joint draws (Eqs. 65 to 69), and the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mollisol.methodology.results.deductions import CreditedForm, MonteCarloDeduction, RouteCheck
from mollisol.methodology.results.figure import figure
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.totals import total_t_co2e
from mollisol.routes.choose import RoutesFound, run_routes
from mollisol.routes.components import PerHectare, SpreadTerm, terms_of_side, variance_components
from mollisol.routes.interface import (
    ESTIMATED,
    Moment,
    Moments,
    Route,
    RouteDetails,
    RouteInputs,
    RouteOutcome,
    Spread,
    finite_or_none,
    route_outcome,
)
from mollisol.routes.moment import FORMS, moment_form, moment_outcome
from mollisol.routes.monte_carlo import credited_from_draws
from mollisol.routes.posterior import biochar_offset, posterior_outcome, prior_of, values_of
from mollisol.stocks.model_error import ModelError
from mollisol.uncertainty.deduction.estimate import student_estimate
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.measurement.laboratory import batch_variance_of_mean
from mollisol.uncertainty.measurement.spectroscopy_errors import variance_with_calibration
from mollisol.uncertainty.model.project_variance import project_model_variance, variance_with_model_error
from mollisol.uncertainty.monte_carlo.measured import sampling_and_drawn_variance
from mollisol.uncertainty.monte_carlo.modelled import (
    drawn_model_variance_t2,
    drawn_sampling_variance_t2,
    total_by_draw_t_co2e,
    total_variance_t2,
    variance_of_mean_from_total,
)
from mollisol.uncertainty.monte_carlo.stop_rule import deduction_error
from mollisol.uncertainty.posterior.declaration import SharedEffect
from mollisol.uncertainty.posterior.modelled import modelled_credited_t_co2e_per_ha, modelled_posterior
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.student import t_quantile


@dataclass(frozen=True, slots=True, eq=False)
class SharedError:
    """An error that all points share, such as a laboratory's batch in initial stocks, or that of recorded amounts.

    Parameters
    ----------
    name
        What it is of.
    sd
        Relative. [fraction]
    line
        What a relative error of 1 adds to the effect of each sampling unit. [t CO2e/ha]
    freedom
        Degrees of freedom of ``sd``.
    """

    name: str
    sd: Quantity
    line: FloatArray
    freedom: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelledInputs(RouteInputs):
    """What the routes of a modelled period start from; the variance of the project side is that of the effect.

    Parameters
    ----------
    effect
        Project less baseline by sampling unit, mean over draws. [t CO2e/ha]
    places
        The places of each stratum's units.
    drawn
        The same effect in each joint draw, (unit, draw); one draw where the parameter set has none. [t CO2e/ha]
    error
        The model's validated error by stratum.
    sampling
        Of the effect.
    effective_draws
        Smallest effective sample size of the draws; None where they are independent.
    shared
        What all points share.
    """

    effect: Quantity
    places: tuple[list[int], ...]
    drawn: FloatArray
    error: ModelError
    sampling: PerHectare
    effective_draws: float | None
    shared: tuple[SharedError, ...] = ()

    def of_mean(self, of_unit: FloatArray) -> float:
        """Return the area-weighted mean over strata of what each unit has."""
        areas = np.asarray(self.area.value)
        means = [of_unit[places].mean() for places in self.places]
        return float(areas @ np.array(means) / areas.sum())


def modelled_routes(inputs: ModelledInputs, choice: RouteChoice) -> RoutesFound:
    """Run the routes that were asked for on a modelled period."""
    others: Mapping[CreditedForm, Route[ModelledInputs]] = {
        "montecarlo": _montecarlo,
        "posterior": _posterior,
    }
    return run_routes(inputs, choice, _analytic, others)


def _analytic(inputs: ModelledInputs, /) -> tuple[RouteOutcome, Moment]:
    """Compute the moment form (Eqs. 62 to 64, 74), as printed and as corrected."""
    context, side = inputs.context, inputs.project_side
    total = context.compute(
        "sampling_variance_total", total_t_co2e, unit="(t CO2e)^2", parts_t_co2e=side.variance
    )
    replicates = context.given(
        "replicates_less_one",
        np.append(side.degrees_of_freedom, inputs.error.freedom),
        "1",
        ["sample_points.csv", "studies of the validation less one, the fewest of all combinations"],
        (*side.labels, "model"),
    )
    moments: Moments = {
        form: moment_form(inputs, form, _spread(inputs, form, total, replicates)) for form in FORMS
    }
    corrected = moments["corrected"]
    studies = SpreadTerm("model error", "model", int(inputs.error.freedom) + 1, "studies")
    variance = variance_components(
        context, corrected.spread, [*terms_of_side("project stratum", side), studies]
    )
    return moment_outcome(inputs, moments, variance), corrected


def _spread(inputs: ModelledInputs, form: Form, total: Quantity, replicates: Quantity) -> Spread:
    """Add the model's error to the sampling variance; it is shared by all points, and does not average out."""
    context = inputs.context
    model = context.compute(
        f"model_variance.{form}",
        project_model_variance,
        area_ha=inputs.area,
        model_variance=inputs.error.variance,
        form="printed" if form == "printed" else context.rules.form("switch.eq64-correlation"),
    )
    variance = context.compute(
        f"variance_of_mean.{form}",
        variance_with_model_error,
        sampling_variance_t2=total,
        model_variance=model,
        area_ha=inputs.sampling.hectares,
    )
    context.trace.rule("mollisol.deduction.degrees-of-freedom")
    terms = _with_model(inputs, f"variance_terms.{form}", model)
    freedom = context.compute(
        f"degrees_of_freedom.{form}", satterthwaite, variances=terms, degrees_of_freedom=replicates
    )
    spread = Spread(variance, freedom, variance, terms, replicates)
    return spread if form == "printed" or not inputs.shared else _with_shared(inputs, spread)


def _with_shared(inputs: ModelledInputs, spread: Spread) -> Spread:
    """Add what all points share to the corrected spread; the documents print no place for it."""
    behind: dict[str, Any] = {one.sd.name: one.sd for one in inputs.shared}
    values = [(float(one.sd.value) * inputs.of_mean(one.line)) ** 2 for one in inputs.shared]
    more = inputs.context.record(
        "initial_variance.corrected",
        sum(values),
        batch_variance_of_mean,
        effect_of_unit=inputs.effect,
        area_ha=inputs.area,
        **behind,
    )
    variance = inputs.context.compute(
        "variance_with_shared.corrected",
        variance_with_calibration,
        sampling_variance=spread.variance,
        calibration_variance=more,
    )
    known = satterthwaite(
        variances=np.append(spread.terms.value, values),
        degrees_of_freedom=np.append(
            spread.replicates_less_one.value, [one.freedom for one in inputs.shared]
        ),
    )
    freedom = inputs.context.record(
        "degrees_of_freedom_with_shared.corrected",
        float(known),
        satterthwaite,
        variances=spread.terms,
        degrees_of_freedom=spread.replicates_less_one,
        initial_variance=more,
    )
    return replace(spread, variance=variance, freedom=freedom)


def _with_model(inputs: ModelledInputs, name: str, model: Quantity) -> Quantity:
    labels = (*inputs.project_side.labels, "model")
    return inputs.context.join(name, [inputs.sampling.variance, model], labels)


def _montecarlo(inputs: ModelledInputs, moment: Moment, /) -> RouteOutcome:
    """Propagate joint draws (Eqs. 65 to 69): parameters, and one error of the model shared by all points.

    A draw is the same at every point, in every stratum and in both scenarios; neither part shrinks with their number.
    """
    context, trace = inputs.context, inputs.context.trace
    groups = _drawn_groups(inputs)
    draws = groups[0].shape[1]
    counted = min(float(draws), inputs.effective_draws or float(draws))
    areas = np.asarray(inputs.area.value)
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "effect_of_unit": inputs.effect,
        "validated_error_variance": inputs.error.variance,
        "draws": draws,
        "seed": inputs.seed,
    }
    of_total, of_mean = {}, {}
    for name, function in (
        ("sampling_variance", drawn_sampling_variance_t2),
        ("model_variance", drawn_model_variance_t2),
    ):
        value = float(function(area_ha=areas, reduction_t_co2e_per_ha=groups))
        of_total[name] = context.record(f"montecarlo_{name}_total", value, function, **given)
        of_mean[name] = context.compute(
            f"montecarlo_{name}",
            variance_of_mean_from_total,
            variance_of_total_t2=of_total[name],
            area_ha=inputs.sampling.hectares,
        )
    context.compute(
        "montecarlo_variance_of_total",
        total_variance_t2,
        sampling_variance_t2=of_total["sampling_variance"],
        model_variance_t2=of_total["model_variance"],
    )
    freedom = context.compute(
        "montecarlo_degrees_of_freedom",
        satterthwaite,
        variances=_with_model(inputs, "montecarlo_variance_terms", of_mean["model_variance"]),
        degrees_of_freedom=moment.spread.replicates_less_one,
    )
    variance = context.compute(
        "montecarlo_variance",
        sampling_and_drawn_variance,
        sampling_variance=of_mean["sampling_variance"],
        drawn_variance=of_mean["model_variance"],
        draws=counted,
    )
    percent, credited = credited_from_draws(inputs, variance, freedom)
    confidence = float(trace.rule("programme.deduction.confidence").value)
    t = float(t_quantile(probability=confidence, degrees_of_freedom=float(freedom.value)))
    error = float(np.sqrt(variance.value))
    mean = total_by_draw_t_co2e(area_ha=areas, reduction_t_co2e_per_ha=groups) / areas.sum()
    _, independent = deduction_error(
        draws=mean, other_variance=float(of_mean["sampling_variance"].value), multiplier=t
    )
    # draws of a Markov chain depend on each other: the error is that of as many independent ones as they are worth
    known = float(np.sqrt(draws / counted)) * independent
    allowed = float(trace.rule("mollisol.montecarlo.error-share").value) * t * error
    deduction = MonteCarloDeduction(
        sampling_variance_t_co2e_per_ha_2=figure(of_mean["sampling_variance"]),
        measurement_variance_t_co2e_per_ha_2=0.0,
        model_variance_t_co2e_per_ha_2=figure(of_mean["model_variance"]),
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=finite_or_none(freedom),
        draws=draws,
        monte_carlo_error_t_co2e_per_ha=known,
        allowed_error_t_co2e_per_ha=allowed,
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
    ).beside(variance)
    check = RouteCheck(
        name="monte-carlo-error",
        verdict="informative" if known > allowed else "pass",
        found=deduction.monte_carlo_error_t_co2e_per_ha,
        allowed=deduction.allowed_error_t_co2e_per_ha,
        text=f"error of the credited value with {counted:.0f} effective joint draws; the standard error is "
        "widened for it (section 8.6.1.2.3)",
    )
    estimate = student_estimate(
        ESTIMATED, float(inputs.difference.value), error, deduction.degrees_of_freedom
    )
    return route_outcome(
        "montecarlo", estimate, credited, percent, {"montecarlo": deduction}, checks=(check,)
    )


def _drawn_groups(inputs: ModelledInputs) -> list[FloatArray]:
    """Return the effect of each stratum's units by draw, with one draw of the model's error over all of them."""
    drawn = inputs.drawn
    if drawn.shape[1] == 1:
        drawn = np.repeat(drawn, int(inputs.context.rules.number("mollisol.montecarlo.draws")), axis=1)
    shared = np.random.default_rng(inputs.seed).standard_normal((drawn.shape[1],))
    # the error spreads the mean and does not move it: its sample mean is no finding of this project
    shared -= shared.mean()
    for number, one in enumerate(inputs.shared, start=1):
        of_draw = np.random.default_rng([inputs.seed, number]).standard_normal((drawn.shape[1],))
        drawn = drawn + float(one.sd.value) * np.outer(one.line, of_draw - of_draw.mean())
    spread = np.sqrt(np.asarray(inputs.error.variance.value, dtype=np.float64))
    return [drawn[places] + sd * shared for places, sd in zip(inputs.places, spread, strict=True)]


def _posterior(inputs: ModelledInputs, _: Moment, /) -> RouteOutcome:
    """Compute the posterior of the effect; the learned bias of the model may lower it and never raises it."""
    stratum = np.empty(len(inputs.effect.index), dtype=np.int64)
    for number, places in enumerate(inputs.places):
        stratum[places] = number
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "effect_t_co2e_per_ha": inputs.effect,
        "stratum": stratum.tolist(),
        "sampling_unit": list(range(stratum.size)),
        "practice": list(inputs.error.practice),
        **({"climate": list(inputs.error.climate)} if inputs.error.climate else {}),
        "years": float(inputs.context.years),
        "confidence": inputs.context.trace.rule("programme.deduction.confidence"),
        **prior_of(inputs.context),
        "offset_t_co2e_per_ha": biochar_offset(inputs),
    }
    means = np.stack([inputs.drawn[places].mean(axis=0) for places in inputs.places])
    draws = means if inputs.drawn.shape[1] > 1 else None

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        posterior = modelled_posterior(
            validation=inputs.error.errors,
            effect_draws_t_co2e_per_ha=draws,
            shared=tuple(SharedEffect(one.name, float(one.sd.value), one.line) for one in inputs.shared),
            **values_of(given),
        )
        return posterior, {}

    told = {**given, "validation": inputs.error.variance, "joint_draws": inputs.drawn.shape[1]}
    told |= {f"{one.sd.name.replace('.', '_')}_error": one.sd for one in inputs.shared}
    return posterior_outcome(inputs, compute, modelled_credited_t_co2e_per_ha, told)
