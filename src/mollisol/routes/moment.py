"""Step 2a: the moment form of the deduction, its variance budget, and the choice of the form that issues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.results.run import (
    CreditedForm,
    Deduction,
    RouteCheck,
    RouteSummary,
    VarianceComponent,
)
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.routes.budget import moment_budget
from mollisol.routes.calibration_variance import calibration_variance
from mollisol.routes.interface import PeriodInputs, RouteDetails, RouteOutcome, Side
from mollisol.uncertainty.deduction.budget import deduction_with_one_more, variance_shares
from mollisol.uncertainty.deduction.issuing import largest_deduction_percent
from mollisol.uncertainty.deduction.moment import (
    credited_mean,
    half_width_percent,
    uncertainty_percent,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.measurement.spectroscopy_errors import variance_with_calibration
from mollisol.uncertainty.scaling.control_sites import (
    control_variance_components_t2,
    control_variance_t2,
)
from mollisol.uncertainty.scaling.sampling_error import variance_of_mean_change
from mollisol.uncertainty.student import standard_error, t_quantile

PRINTED_CONFIDENCE = 0.667


def moment_deduction(
    form: Form,
    difference: Quantity,
    project: Side,
    control: Side,
    weight: Quantity,
    at: str,
    rules: RulesInForce,
    trace: Trace,
    calibration: Quantity | None = None,
) -> Deduction:
    """Compute variance (Eq. 70), degrees of freedom, deduction (Eq. 74) and bar of a period in one form of the rules.

    Parameters
    ----------
    difference
        Mean of project minus baseline over the period. [t CO2e/ha]
    weight
        Weight of each control group in the control mean of each stratum.
    at
        ``@`` and the period's name: what its quantities are called in the trace.
    calibration
        Variance that calibrations add to the mean, in this form, where contents were predicted. [(t CO2e/ha)^2]
    """
    area, period, at = trace.quantities[f"area_ha{at}"], at, f".{form}{at}"
    shared: dict[str, Any] = {
        "area_ha": area,
        "group_weight": weight,
        "group_mean_variance": control.variance,
        "form": "printed" if form == "printed" else rules.form("switch.shared-control"),
    }
    variance = trace.compute(
        f"variance_of_mean{at}",
        variance_of_mean_change,
        project_variance_t2=project.variance,
        control_variance_t2=trace.compute(f"control_variance_total{at}", control_variance_t2, **shared),
        area_ha=area,
    )
    control_terms = trace.compute(
        f"control_variance_terms{at}", control_variance_components_t2, index=control.labels, **shared
    )
    labels = [*project.labels, *control.labels]
    trace.rule("mollisol.deduction.degrees-of-freedom")
    freedom = trace.compute(
        f"degrees_of_freedom{at}" if calibration is None else f"sampling_degrees_of_freedom{at}",
        satterthwaite,
        variances=trace.arrange(
            f"variance_terms{at}",
            np.concatenate([project.variance.value, control_terms.value]),
            [project.variance, control_terms],
            index=labels,
        ),
        degrees_of_freedom=trace.given(
            f"replicates_less_one{at}",
            np.concatenate([project.degrees_of_freedom, control.degrees_of_freedom]),
            "1",
            ["sample_points.csv", "control_links.csv"],
            labels,
        ),
    )
    if calibration is not None:
        variance = trace.compute(
            f"variance_with_calibration{at}",
            variance_with_calibration,
            sampling_variance=variance,
            calibration_variance=calibration,
        )
        freedom = _freedom_with_calibration(calibration, area, period, at, trace)
    return deduction_from(form, difference, variance, freedom, period, rules, trace)


def _freedom_with_calibration(
    calibration: Quantity, area: Quantity, period: str, at: str, trace: Trace
) -> Quantity:
    """Degrees of freedom where calibrations add to the variance; those of the one with the fewest samples."""
    terms, replicates = (
        trace.quantities[f"{name}{at}"] for name in ("variance_terms", "replicates_less_one")
    )
    samples = trace.quantities[f"calibration_degrees_of_freedom{period}"]
    hectares = float(area.value.sum())
    value = satterthwaite(
        variances=np.append(terms.value, float(calibration.value) * hectares**2),
        degrees_of_freedom=np.append(replicates.value, float(samples.value)),
    )
    return trace.record(
        f"degrees_of_freedom{at}",
        float(value),
        satterthwaite,
        variances=terms,
        calibration_variance=calibration,
        degrees_of_freedom=replicates,
        calibration_degrees_of_freedom=samples,
    )


def deduction_from(
    form: Form,
    difference: Quantity,
    variance: Quantity,
    freedom: Quantity,
    at: str,
    rules: RulesInForce,
    trace: Trace,
) -> Deduction:
    """Give deduction (Eq. 74) and bar of a period from the variance of its mean, however that came about.

    Parameters
    ----------
    difference, variance, freedom
        Mean of project minus baseline over the period, its variance and degrees of freedom.
    at
        ``@`` and the period's name.

    Raises
    ------
    FindingsError
        For a mean of exactly 0 with a spread around it.
    """
    at = f".{form}{at}"
    if difference.value == 0 and variance.value > 0:
        raise FindingsError([_no_change(at)])
    of: dict[str, Form] = {
        switch: "printed" if form == "printed" else rules.form(f"switch.{switch}")
        for switch in ("deduction-denominator", "eligibility-quantile", "confidence")
    }
    confidence = (
        trace.given(f"confidence{at}", PRINTED_CONFIDENCE, "1", ["switch.confidence: the printed form"])
        if of["confidence"] == "printed"
        else trace.rule("vm0042.deduction.confidence")
    )
    given: dict[str, Any] = {
        "mean_change": difference,
        "variance_of_mean": variance,
        "degrees_of_freedom": freedom,
    }
    uncertainty = trace.compute(
        f"uncertainty_percent{at}",
        uncertainty_percent,
        confidence=confidence,
        form=of["deduction-denominator"],
        **given,
    )
    half_width = trace.compute(
        f"half_width_percent{at}", half_width_percent, form=of["eligibility-quantile"], **given
    )
    credited = trace.compute(f"credited_mean{at}", credited_mean, confidence=confidence, **given)
    error = trace.compute(f"standard_error{at}", standard_error, variance_of_mean=variance)
    quantile = trace.compute(
        f"t_quantile{at}", t_quantile, probability=confidence, degrees_of_freedom=freedom
    )
    widest = float(trace.rule("vcs.eligibility.half-width").value)
    nu, chance = float(freedom.value), float(confidence.value)
    return Deduction(
        route="analytic",
        form=form,
        mean_t_co2e_per_ha=float(difference.value),
        standard_error_t_co2e_per_ha=float(error.value),
        degrees_of_freedom=nu if np.isfinite(nu) else None,
        confidence=chance,
        t_quantile=float(quantile.value),
        uncertainty_percent=float(uncertainty.value),
        credited_t_co2e_per_ha=float(credited.value),
        half_width_percent=float(half_width.value),
        widest_half_width_percent=widest,
        eligible=float(half_width.value) <= widest,
    )


def _no_change(at: str) -> Finding:
    return Finding(
        code="mean-change-zero",
        severity=Severity.BLOCKING,
        where=Place(thing=f"verification period {at.partition('@')[2]}"),
        found="a mean difference of exactly 0 with a spread around it",
        allowed="a mean that a deduction can be a share of",
        do="nothing can be credited; look whether project and control hold the same data",
        clause="VM0042 2.2, section 8.6.4, Eq. 74",
    )


def choose_deduction(
    computed: Mapping[CreditedForm, Quantity], at: str, trace: Trace
) -> tuple[Quantity, CreditedForm]:
    """Choose the deduction that issues of those that were computed: by the rule, the one that credits least."""
    which = trace.rule("mollisol.issuance.form").value
    if which in ("moment", "posterior") and which in computed:
        form: CreditedForm = "moment" if which == "moment" else "posterior"
        return computed[form], form
    largest = trace.compute(
        f"issuing_uncertainty_percent{at}",
        largest_deduction_percent,
        deductions_percent=trace.arrange(
            f"deductions_percent{at}",
            np.array([float(part.value) for part in computed.values()]),
            list(computed.values()),
            index=list(computed),
        ),
    )
    return largest, max(computed, key=lambda form: float(computed[form].value))


def variance_components(project: Side, control: Side, at: str, trace: Trace) -> tuple[VarianceComponent, ...]:
    """Give each term of the variance of the project mean: its share, and what one more replicate of it would buy."""
    area = trace.quantities[f"area_ha{at}"].value
    terms = trace.quantities[f"variance_terms.corrected{at}"].value / area.sum() ** 2
    sides = [("project stratum", project, n) for n in range(len(project.labels))]
    sides += [("control group", control, n) for n in range(len(control.labels))]
    freedom = np.array([side.replicates[number] - 1.0 for _, side, number in sides])
    deduction, one_more = deduction_with_one_more(
        variance_of_mean=terms,
        degrees_of_freedom=freedom,
        confidence=float(trace.rule("vm0042.deduction.confidence").value),
    )
    share = np.asarray(variance_shares(variance_of_mean=terms)) if terms.any() else np.zeros(terms.size)
    return tuple(
        VarianceComponent.model_validate(
            {
                "label": side.labels[number],
                "kind": kind,
                "replicates": side.replicates[number],
                "replicate": side.replicate[number],
                "variance_t_co2e_per_ha_2": float(terms[place]),
                "degrees_of_freedom": float(freedom[place]),
                "share": float(share[place]),
                "deduction_t_co2e_per_ha": float(share[place]) * deduction,
                "one_more_t_co2e_per_ha": deduction - float(one_more[place]),
            }
        )
        for place, (kind, side, number) in enumerate(sides)
    )


def analytic_route(inputs: PeriodInputs) -> RouteOutcome:
    """Compute the methodology's moment form (Eqs. 70 to 74), as printed and as corrected."""
    calibration, spectroscopy = calibration_variance(inputs)
    forms: tuple[Form, ...] = ("corrected", "printed")
    deductions: dict[Form, Deduction] = {
        form: moment_deduction(
            form,
            inputs.difference,
            inputs.project_side,
            inputs.control_side,
            inputs.weight,
            inputs.context.place,
            inputs.context.rules,
            inputs.context.trace,
            calibration.get(form),
        )
        for form in forms
    }
    variance = variance_components(
        inputs.project_side, inputs.control_side, inputs.context.place, inputs.context.trace
    )
    percent = inputs.context.trace.quantities[f"uncertainty_percent.corrected{inputs.context.place}"]
    summary = summary_of_moment(deductions["corrected"])
    area = float(inputs.context.trace.quantities[f"area_ha{inputs.context.place}"].value.sum())
    carried = 0.0 if spectroscopy is None else spectroscopy.carried_t_co2e_per_ha_2
    details: RouteDetails = {
        "deductions": deductions,
        "variance": variance,
        "variance_budget": moment_budget(deductions["corrected"], variance, area, carried),
    }
    if spectroscopy is not None:
        details["spectroscopy"] = spectroscopy
    return RouteOutcome(summary, percent, details)


def summary_of_moment(own: Deduction) -> RouteSummary:
    """Give the summary of a moment form."""
    return RouteSummary(
        route="analytic",
        form="moment",
        mean_t_co2e_per_ha=own.mean_t_co2e_per_ha,
        standard_error_t_co2e_per_ha=own.standard_error_t_co2e_per_ha,
        credited_t_co2e_per_ha=own.credited_t_co2e_per_ha,
        uncertainty_percent=own.uncertainty_percent,
        checks=(
            RouteCheck(
                name="half-width",
                verdict="pass" if own.eligible else "fail",
                found=own.half_width_percent,
                allowed=own.widest_half_width_percent,
                text="two-sided 90 % half-width in per cent of the estimate",
            ),
        ),
    )
