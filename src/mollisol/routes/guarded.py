"""The moment form with control sites pooled over the project and a guard against skewness."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.deductions import GuardedDeduction
from mollisol.methodology.results.figure import figure
from mollisol.routes.interface import (
    ESTIMATED,
    Moment,
    PeriodInputs,
    RouteOutcome,
    route_outcome,
    severity_without,
)
from mollisol.uncertainty.deduction.estimate import Estimate, student_estimate
from mollisol.uncertainty.deduction.guarded import Guard, guarded_credit, guarded_multiplier
from mollisol.uncertainty.deduction.issuing import deduction_percent, mean_less_multiple
from mollisol.uncertainty.scaling.pooled_controls import between_site_variance
from mollisol.uncertainty.student import t_quantile


def guarded_form(inputs: PeriodInputs, _: Moment) -> RouteOutcome:
    """Compute the guarded moment form of a period, which release 0.1.0 issued where it was the lowest.

    It runs where the rules say ``lower``: an old bundle is performed again under its own rules.
    """
    context, mean = inputs.context, inputs.difference
    project, rules, trace = context.project, context.rules, context.trace
    members: dict[str, list[float]] = defaultdict(list)
    for unit, value in zip(inputs.change.index, inputs.change.value, strict=True):
        members[inputs.stocks.home_of[unit]].append(float(value))
    link = inputs.site_link.T
    guard = Guard(
        rules.number("mollisol.skew-guard.prior-skewness"), rules.number("mollisol.skew-guard.prior-samples")
    )
    try:
        credit = guarded_credit(
            area_ha=inputs.area.value,
            project_t_co2e_per_ha=[np.array(members[stratum.stratum]) for stratum in project.strata],
            control_t_co2e_per_ha=[np.array(members[site]) for site in inputs.control_sites],
            link_weight=link / link.sum(axis=1, keepdims=True),
            guard=guard,
            confidence=rules.number("programme.deduction.confidence"),
        )
    except ValueError as error:
        return RouteOutcome(None, None, findings=(_cannot(inputs, str(error)),))
    landscape: dict[str, Any] = {
        "changes_of_units": inputs.change,
        "area_ha": inputs.area,
        "control_group_weight": inputs.control_side.weight,
    }
    multiplier = context.record(
        "guarded_multiplier",
        credit.multiplier,
        guarded_multiplier,
        **landscape,
        confidence=trace.rule("programme.deduction.confidence"),
        prior_skewness=trace.rule("mollisol.skew-guard.prior-skewness"),
        prior_samples=trace.rule("mollisol.skew-guard.prior-samples"),
    )
    spread = context.record(
        "pooled_standard_error",
        credit.standard_error,
        between_site_variance,
        unit="t CO2e/ha",
        **landscape,
    )
    credited = context.compute(
        "guarded_credited",
        mean_less_multiple,
        mean_change_t_co2e_per_ha=mean,
        multiplier=multiplier,
        standard_error_t_co2e_per_ha=spread,
    )
    percent = context.compute(
        "guarded_uncertainty_percent",
        deduction_percent,
        mean_change_t_co2e_per_ha=mean,
        credited_t_co2e_per_ha=credited,
    )
    freedom = credit.degrees_of_freedom
    deduction = GuardedDeduction(
        standard_error_t_co2e_per_ha=figure(spread),
        degrees_of_freedom=freedom if np.isfinite(freedom) else None,
        skewness_of_estimate=credit.skewness_of_estimate,
        multiplier=figure(multiplier),
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
    ).beside(multiplier)
    return route_outcome(
        "guarded",
        _estimate(deduction, figure(mean)),
        credited,
        percent,
        {"guarded": deduction},
    )


def _estimate(form: GuardedDeduction, mean: float) -> Estimate:
    """Return the estimate with its lower half lengthened; the guard never shortens a deduction."""
    plain = student_estimate(ESTIMATED, mean, form.standard_error_t_co2e_per_ha, form.degrees_of_freedom)
    freedom = np.inf if form.degrees_of_freedom is None else form.degrees_of_freedom

    def quantile(probability: float) -> float:
        if probability >= 0.5:
            return plain.quantile(probability)
        t = float(t_quantile(probability=1 - probability, degrees_of_freedom=freedom))
        longer = guarded_multiplier(t_quantile=t, skewness_of_estimate=form.skewness_of_estimate)
        return mean - float(longer) * plain.standard_error

    return replace(plain, quantile=quantile)


def _cannot(inputs: PeriodInputs, message: str) -> Finding:
    severity = severity_without(inputs.context, "guarded")
    place = f"verification period {inputs.context.period.name}"
    return finding("guard-not-computed", place, message, severity=severity)
