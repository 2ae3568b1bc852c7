"""The Monte Carlo route: the moment form with declared measurement errors drawn and propagated."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.results.run import MonteCarloDeduction, RouteCheck, RouteSummary
from mollisol.methodology.trace import Quantity
from mollisol.routes.declared_errors import DeclaredErrors, FloatArray
from mollisol.routes.interface import PeriodInputs, RouteOutcome
from mollisol.routes.weights import weight_of_points
from mollisol.uncertainty.deduction.moment import credited_mean, uncertainty_percent
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.monte_carlo.measured import (
    sampling_and_drawn_variance,
    variance_over_draws,
)
from mollisol.uncertainty.monte_carlo.stop_rule import Drawn, deduction_error, draw_until_sure
from mollisol.uncertainty.student import standard_error, t_quantile


def montecarlo_route(inputs: PeriodInputs) -> RouteOutcome:
    """Draw declared errors until the credited value is known well enough, and add their spread to Eqs. 70 and 71.

    Where no error is declared nothing is drawn, and the route equals the analytic one.
    """
    trace, at, confidence = (
        inputs.context.trace,
        inputs.context.place,
        inputs.context.trace.rule("vm0042.deduction.confidence"),
    )
    sampling = trace.quantities[f"variance_of_mean.corrected{at}"]
    share = trace.rule("mollisol.montecarlo.error-share")
    drawn = None
    if inputs.errors is not None:
        t = float(trace.quantities[f"t_quantile.corrected{at}"].value)
        drawn = _draw(inputs, inputs.errors, float(sampling.value), t, float(share.value))
    draws = trace.given(
        f"montecarlo_draws{at}",
        0.0 if drawn is None else float(drawn.draws.size),
        "1",
        ["mollisol.montecarlo.draws, doubled until mollisol.montecarlo.error-share is met"],
    )
    behind: dict[str, Any] = {}
    if inputs.errors is not None:
        behind = {quantity.name: quantity for quantity in inputs.errors.sd}
    spread = trace.record(
        f"montecarlo_drawn_variance{at}",
        0.0 if drawn is None else float(variance_over_draws(drawn_mean_t_co2e_per_ha=drawn.draws)),
        variance_over_draws,
        changes_of_units=trace.quantities[f"change_of_unit{at}"],
        area_ha=trace.quantities[f"area_ha{at}"],
        control_group_weight=inputs.weight,
        draws=draws,
        first_draws=trace.rule("mollisol.montecarlo.draws"),
        most_draws=trace.rule("mollisol.montecarlo.most-draws"),
        seed=inputs.seed,
        **behind,
    )
    variance = trace.compute(
        f"montecarlo_variance{at}",
        sampling_and_drawn_variance,
        sampling_variance=sampling,
        drawn_variance=spread,
        draws=draws,
    )
    freedom = _freedom(inputs, spread)
    given: dict[str, Any] = {
        "mean_change": inputs.difference,
        "variance_of_mean": variance,
        "degrees_of_freedom": freedom,
    }
    error = trace.compute(f"montecarlo_error{at}", standard_error, variance_of_mean=variance)
    trace.compute(
        f"montecarlo_t_quantile{at}", t_quantile, probability=confidence, degrees_of_freedom=freedom
    )
    credited = trace.compute(f"montecarlo_credited{at}", credited_mean, confidence=confidence, **given)
    percent = trace.compute(
        f"montecarlo_uncertainty_percent{at}",
        uncertainty_percent,
        confidence=confidence,
        form=inputs.context.rules.form("switch.deduction-denominator"),
        **given,
    )
    nu = float(freedom.value)
    deduction = MonteCarloDeduction(
        sampling_variance_t_co2e_per_ha_2=float(sampling.value),
        measurement_variance_t_co2e_per_ha_2=float(spread.value),
        standard_error_t_co2e_per_ha=float(error.value),
        degrees_of_freedom=nu if np.isfinite(nu) else None,
        draws=int(draws.value),
        monte_carlo_error_t_co2e_per_ha=0.0 if drawn is None else drawn.monte_carlo_error,
        allowed_error_t_co2e_per_ha=float(share.value)
        * (float(inputs.difference.value) - float(credited.value)),
        credited_t_co2e_per_ha=float(credited.value),
        uncertainty_percent=float(percent.value),
    )
    enough = drawn is None or drawn.enough
    summary = RouteSummary(
        route="montecarlo",
        form="montecarlo",
        mean_t_co2e_per_ha=float(inputs.difference.value),
        standard_error_t_co2e_per_ha=deduction.standard_error_t_co2e_per_ha,
        credited_t_co2e_per_ha=deduction.credited_t_co2e_per_ha,
        uncertainty_percent=deduction.uncertainty_percent,
        checks=(
            RouteCheck(
                name="monte-carlo-error",
                verdict="pass" if enough else "fail",
                found=deduction.monte_carlo_error_t_co2e_per_ha,
                allowed=deduction.allowed_error_t_co2e_per_ha,
                text=f"error of the credited value over repetitions of {deduction.draws} draws"
                if deduction.draws
                else "no measurement error is declared: nothing is drawn",
            ),
        ),
    )
    findings = () if enough else (_not_sure(inputs, deduction),)
    return RouteOutcome(summary, percent, {"montecarlo": deduction}, findings)


def _draw(
    inputs: PeriodInputs, errors: DeclaredErrors, sampling: float, multiplier: float, share: float
) -> Drawn:
    """Draw the project's mean; a draw is the same at all points, at both times and in both scenarios."""
    weight = errors.weights(weight_of_points(inputs, errors))

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
        first=int(inputs.context.rules.number("mollisol.montecarlo.draws")),
        most=int(inputs.context.rules.number("mollisol.montecarlo.most-draws")),
    )


def _freedom(inputs: PeriodInputs, spread: Quantity) -> Quantity:
    """Degrees of freedom after Satterthwaite; the drawn part has as many as one likes."""
    trace, at = inputs.context.trace, inputs.context.place
    terms = trace.quantities[f"variance_terms.corrected{at}"]
    replicates = trace.quantities[f"replicates_less_one.corrected{at}"]
    if spread.value == 0:
        return trace.compute(
            f"montecarlo_degrees_of_freedom{at}",
            satterthwaite,
            variances=terms,
            degrees_of_freedom=replicates,
        )
    hectares = float(trace.quantities[f"area_ha{at}"].value.sum())
    return trace.record(
        f"montecarlo_degrees_of_freedom{at}",
        float(
            satterthwaite(
                variances=np.append(terms.value, float(spread.value) * hectares**2),
                degrees_of_freedom=np.append(replicates.value, np.inf),
            )
        ),
        satterthwaite,
        variances=terms,
        drawn_variance=spread,
        degrees_of_freedom=replicates,
    )


def _not_sure(inputs: PeriodInputs, deduction: MonteCarloDeduction) -> Finding:
    return Finding(
        code="montecarlo-not-sure",
        severity=Severity.REFUSAL,
        where=Place(thing=f"verification period {inputs.context.period.name}"),
        found=f"Monte Carlo error {deduction.monte_carlo_error_t_co2e_per_ha:.3g} t CO2e/ha after "
        f"{deduction.draws} draws",
        allowed=f"up to {deduction.allowed_error_t_co2e_per_ha:.3g} t CO2e/ha",
        do="look at the declared errors: their tails are what the draws do not settle",
        clause="mollisol.montecarlo.error-share",
    )
