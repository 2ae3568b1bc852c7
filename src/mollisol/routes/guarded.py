"""The moment form with control sites pooled over the project and a guard against skewness."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.results.figure import figure
from mollisol.methodology.results.run import GuardedDeduction
from mollisol.routes.interface import (
    ESTIMATED,
    Moment,
    PeriodInputs,
    RouteOutcome,
    route_outcome,
    severity_without,
)
from mollisol.uncertainty.deduction.estimate import guarded_estimate, student_estimate
from mollisol.uncertainty.deduction.issuing import deduction_percent, mean_less_multiple
from mollisol.uncertainty.deduction.moment_of_many import Campaign, moment_credit
from mollisol.uncertainty.deduction.skew_guard import SkewGuard, guarded_multiplier
from mollisol.uncertainty.scaling.pooled_controls import between_site_variance

UNITS_THAT_SHOW_A_TAIL = 150


def guarded_form(inputs: PeriodInputs, _: Moment) -> RouteOutcome:
    """Compute the guarded moment form of a period from the changes of its sampling units.

    It is the analytic route with two mends, and stands beside it where all routes run. Control sites are pooled over
    the project, since the spread between two or three sites of one stratum is hardly known. The multiplier is longer
    than Student's where the changes are skewed: a long tail of losses makes the mean of few units too high too often.
    """
    context, mean = inputs.context, inputs.difference
    project, rules, trace = context.project, context.rules, context.trace
    members: dict[str, list[float]] = defaultdict(list)
    for unit, value in zip(inputs.change.index, inputs.change.value, strict=True):
        members[inputs.stocks.home_of[unit]].append(float(value))
    link = inputs.site_link.T
    campaign = Campaign(
        area_ha=inputs.area.value,
        project_t_co2e_per_ha=[np.array(members[stratum.stratum]) for stratum in project.strata],
        control_t_co2e_per_ha=[np.array(members[site]) for site in inputs.control_sites],
        link_weight=link / link.sum(axis=1, keepdims=True),
    )
    guard = SkewGuard(
        prior_skewness=rules.number("mollisol.skew-guard.prior-skewness"),
        prior_samples=rules.number("mollisol.skew-guard.prior-samples"),
    )
    try:
        credit = moment_credit(
            campaign=campaign, guard=guard, confidence=rules.number("programme.deduction.confidence")
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
        float(credit.multiplier),
        guarded_multiplier,
        **landscape,
        confidence=trace.rule("programme.deduction.confidence"),
        prior_skewness=trace.rule("mollisol.skew-guard.prior-skewness"),
        prior_samples=trace.rule("mollisol.skew-guard.prior-samples"),
    )
    spread = context.record(
        "pooled_standard_error",
        float(credit.standard_error_t_co2e_per_ha),
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
    freedom = float(credit.degrees_of_freedom)
    deduction = GuardedDeduction(
        standard_error_t_co2e_per_ha=figure(spread),
        degrees_of_freedom=freedom if np.isfinite(freedom) else None,
        skewness_of_estimate=float(credit.skewness_of_estimate),
        multiplier=figure(multiplier),
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
    ).beside(multiplier)
    plain = student_estimate(ESTIMATED, figure(mean), figure(spread), deduction.degrees_of_freedom)
    return route_outcome(
        "guarded",
        guarded_estimate(plain, deduction.skewness_of_estimate),
        credited,
        percent,
        {"guarded": deduction},
        findings=tuple(_tail(context.period, sum(inputs.project_side.replicates))),
    )


def _tail(period: VerificationPeriod, units: int) -> list[Finding]:
    """Return a note on what the guard cannot close: docs/coverage-grid.md, the landscape with skewness -6.2."""
    if units >= UNITS_THAT_SHOW_A_TAIL:
        return []
    return [
        finding(
            "long-tail-unseen",
            f"verification period {period.name}",
            f"{units} sampling units",
            units_that_show_a_tail=UNITS_THAT_SHOW_A_TAIL,
        )
    ]


def _cannot(inputs: PeriodInputs, message: str) -> Finding:
    severity = severity_without(inputs.context, "guarded")
    place = f"verification period {inputs.context.period.name}"
    return finding("guard-not-computed", place, message, severity=severity)
