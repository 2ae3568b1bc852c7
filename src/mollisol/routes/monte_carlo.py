"""The Monte Carlo route: the moment form with declared measurement errors drawn and propagated."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.deductions import MonteCarloDeduction, RouteCheck
from mollisol.methodology.results.figure import figure, whole
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.routes.declared_errors import DeclaredErrors
from mollisol.routes.interface import (
    Moment,
    PeriodInputs,
    RouteInputs,
    RouteOutcome,
    Spread,
    finite_or_none,
    route_outcome,
    student,
)
from mollisol.routes.moment import deducted, freedom_with_one_more
from mollisol.routes.weights import weight_of_points
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.monte_carlo.measured import sampling_and_drawn_variance, variance_over_draws
from mollisol.uncertainty.monte_carlo.stop_rule import Drawn, deduction_error, draw_until_sure
from mollisol.uncertainty.student import standard_error, t_quantile


def montecarlo_route(inputs: PeriodInputs, moment: Moment) -> RouteOutcome:
    """Draw declared errors until the credited value is known well enough, and add their spread to Eqs. 70 and 71.

    Where points share no declared error nothing is drawn, and the route equals the analytic one.
    """
    context, trace = inputs.context, inputs.context.trace
    errors = None if inputs.errors is None else inputs.errors.added(context)
    sampling, share = moment.spread.sampling, trace.rule("mollisol.montecarlo.error-share")
    drawn = None if errors is None or not errors.any else _draw(inputs, errors, moment, float(share.value))
    draws = context.given(
        "montecarlo_draws",
        0.0 if drawn is None else float(drawn.draws.size),
        "1",
        ["mollisol.montecarlo.draws, doubled until mollisol.montecarlo.error-share is met"],
    )
    behind: dict[str, Any] = {} if errors is None else {sd.name: sd for sd in errors.sd}
    spread = context.record(
        "montecarlo_drawn_variance",
        0.0 if drawn is None else float(variance_over_draws(drawn_mean_t_co2e_per_ha=drawn.draws)),
        variance_over_draws,
        changes_of_units=inputs.change,
        area_ha=inputs.area,
        control_group_weight=inputs.control_side.weight,
        draws=draws,
        first_draws=trace.rule("mollisol.montecarlo.draws"),
        most_draws=trace.rule("mollisol.montecarlo.most-draws"),
        seed=inputs.seed,
        **behind,
    )
    variance = context.compute(
        "montecarlo_variance",
        sampling_and_drawn_variance,
        sampling_variance=sampling,
        drawn_variance=spread,
        draws=draws,
    )
    freedom = _freedom(inputs, moment.spread, spread)
    error = context.compute("montecarlo_error", standard_error, variance_of_mean=variance)
    context.compute(
        "montecarlo_t_quantile",
        t_quantile,
        probability=trace.rule("programme.deduction.confidence"),
        degrees_of_freedom=freedom,
    )
    percent, credited = credited_from_draws(inputs, variance, freedom)
    deduction = MonteCarloDeduction(
        sampling_variance_t_co2e_per_ha_2=figure(sampling),
        measurement_variance_t_co2e_per_ha_2=figure(spread),
        standard_error_t_co2e_per_ha=figure(error),
        degrees_of_freedom=finite_or_none(freedom),
        draws=whole(figure(draws)),
        monte_carlo_error_t_co2e_per_ha=0.0 if drawn is None else drawn.monte_carlo_error,
        allowed_error_t_co2e_per_ha=float(share.value)
        * (float(inputs.difference.value) - float(credited.value)),
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
    ).beside(variance)
    enough = drawn is None or drawn.enough
    check = RouteCheck(
        name="monte-carlo-error",
        verdict="pass" if enough else "fail",
        found=deduction.monte_carlo_error_t_co2e_per_ha,
        allowed=deduction.allowed_error_t_co2e_per_ha,
        text=f"error of the credited value over repetitions of {deduction.draws} draws"
        if deduction.draws
        else f"{'no measurement error is declared' if errors is None else 'points share no error'}: nothing is drawn",
    )
    return route_outcome(
        "montecarlo",
        student(inputs.difference, error, freedom),
        credited,
        percent,
        {"montecarlo": deduction},
        checks=(check,),
        findings=() if enough else (_not_sure(inputs, deduction),),
    )


def credited_from_draws(
    inputs: RouteInputs, variance: Quantity, freedom: Quantity
) -> tuple[Quantity, Quantity]:
    """Return the deduction in per cent and the credited mean from a variance that draws are part of."""
    form = inputs.context.rules.form("switch.deduction-denominator")
    confidence = inputs.context.trace.rule("programme.deduction.confidence")
    names = ("montecarlo_uncertainty_percent", "montecarlo_credited")
    return deducted(inputs, variance, freedom, confidence, form, names)


def _draw(inputs: PeriodInputs, errors: DeclaredErrors, moment: Moment, share: float) -> Drawn:
    """Draw the project's mean; a draw is the same at all points, at both times and in both scenarios."""
    weight, rules = errors.weights(weight_of_points(inputs, errors)), inputs.context.rules
    sampling, multiplier = float(moment.spread.sampling.value), float(moment.quantile.value)

    def draw(number: int, batch: int) -> FloatArray:
        generator = np.random.default_rng([inputs.seed, batch])
        drawn = errors.increments.draw_weighted(weight=weight, draws=number, generator=generator)
        if errors.calibrations is None:
            return drawn
        return drawn + errors.calibrations.errors.draw_weighted(
            weight=weight, draws=number, generator=generator
        )

    return draw_until_sure(
        draw=draw,
        credit=lambda held: deduction_error(draws=held, other_variance=sampling, multiplier=multiplier),
        share_of_deduction=share,
        first=int(rules.number("mollisol.montecarlo.draws")),
        most=int(rules.number("mollisol.montecarlo.most-draws")),
    )


def _freedom(inputs: PeriodInputs, sampling: Spread, drawn: Quantity) -> Quantity:
    """Return the degrees of freedom after Satterthwaite; the drawn part has as many as one likes."""
    name = "montecarlo_degrees_of_freedom"
    if drawn.value > 0:
        return freedom_with_one_more(inputs, name, sampling, float(drawn.value), np.inf, drawn_variance=drawn)
    return inputs.context.compute(
        name, satterthwaite, variances=sampling.terms, degrees_of_freedom=sampling.replicates_less_one
    )


def _not_sure(inputs: PeriodInputs, deduction: MonteCarloDeduction) -> Finding:
    return finding(
        "montecarlo-not-sure",
        f"verification period {inputs.context.period.name}",
        f"Monte Carlo error {deduction.monte_carlo_error_t_co2e_per_ha:.3g} t CO2e/ha after "
        f"{deduction.draws} draws",
        allowed_error_t_co2e_per_ha=deduction.allowed_error_t_co2e_per_ha,
    )
