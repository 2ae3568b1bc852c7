"""The moment form of the deduction, its variance budget, and the choice of the form that issues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, FindingsError, finding
from mollisol.methodology.results.deductions import Deduction, RouteCheck
from mollisol.methodology.results.figure import figure
from mollisol.methodology.results.run import VarianceComponent
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.routes.budget import moment_budget
from mollisol.routes.calibration_variance import CalibrationVariance, calibration_variance
from mollisol.routes.components import terms_of_side, variance_components
from mollisol.routes.conversions import ConversionVariance, conversion_variance
from mollisol.routes.interface import (
    Moment,
    Moments,
    PeriodInputs,
    RouteInputs,
    RouteOutcome,
    Spread,
    finite_or_none,
    route_outcome,
    student,
)
from mollisol.uncertainty.deduction.moment import (
    credited_after_deduction,
    half_width_percent,
    uncertainty_percent,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.measurement.spectroscopy_errors import variance_with_calibration
from mollisol.uncertainty.scaling.control_sites import control_variance_components_t2, control_variance_t2
from mollisol.uncertainty.scaling.sampling_error import variance_of_mean_change
from mollisol.uncertainty.student import standard_error, t_quantile

FORMS: tuple[Form, ...] = ("corrected", "printed")
PRINTED_CONFIDENCE = 0.667


def analytic_route(inputs: PeriodInputs) -> tuple[RouteOutcome, Moment]:
    """Compute the methodology's moment form (Eqs. 70 to 74), as printed and as corrected."""
    calibration, conversion = calibration_variance(inputs), conversion_variance(inputs)
    spreads: dict[Form, Spread] = {form: _spread(inputs, form, calibration) for form in FORMS}
    if conversion is not None:
        spreads["corrected"] = _with_conversion(inputs, spreads["corrected"], conversion)
    moments: Moments = {form: moment_form(inputs, form, spread) for form, spread in spreads.items()}
    if conversion is not None:
        shown = {
            "conversion_variance_t_co2e_per_ha_2": figure(conversion.variance),
            "conversion_degrees_of_freedom": figure(conversion.freedom),
        }
        own = moments["corrected"]
        moments = {**moments, "corrected": replace(own, deduction=own.deduction.model_copy(update=shown))}
    corrected = moments["corrected"]
    variance = variance_components(
        inputs.context,
        corrected.spread,
        [
            *terms_of_side("project stratum", inputs.project_side),
            *terms_of_side("control group", inputs.control_side),
        ],
        1.0 / inputs.hectares**2,
    )
    outcome = moment_outcome(inputs, moments, variance)
    carried = 0.0 if conversion is None else figure(conversion.variance)
    if calibration is not None:
        outcome.details["spectroscopy"] = calibration.result
        carried += calibration.result.carried_t_co2e_per_ha_2
    outcome.details["variance_budget"] = moment_budget(
        corrected.deduction, variance, inputs.hectares, carried
    ).beside(corrected.uncertainty)
    return outcome, corrected


def _spread(inputs: PeriodInputs, form: Form, calibration: CalibrationVariance | None) -> Spread:
    """Compute the variance of the mean (Eq. 70) and its degrees of freedom in one form of the rules."""
    context, project, control = inputs.context, inputs.project_side, inputs.control_side
    trace = context.trace
    shared: dict[str, Any] = {
        "area_ha": inputs.area,
        "group_weight": control.weight,
        "group_mean_variance": control.variance,
        "form": "printed" if form == "printed" else context.rules.form("switch.shared-control"),
    }
    sampling = context.compute(
        f"variance_of_mean.{form}",
        variance_of_mean_change,
        project_variance_t2=project.variance,
        control_variance_t2=context.compute(f"control_variance_total.{form}", control_variance_t2, **shared),
        area_ha=inputs.area,
    )
    control_terms = context.compute(
        f"control_variance_terms.{form}", control_variance_components_t2, index=control.labels, **shared
    )
    labels = [*project.labels, *control.labels]
    terms = context.join(f"variance_terms.{form}", [project.variance, control_terms], labels)
    replicates = context.given(
        f"replicates_less_one.{form}",
        np.concatenate([project.degrees_of_freedom, control.degrees_of_freedom]),
        "1",
        ["sample_points.csv", "control_links.csv"],
        labels,
    )
    trace.rule("mollisol.deduction.degrees-of-freedom")
    name = "degrees_of_freedom" if calibration is None else "sampling_degrees_of_freedom"
    freedom = context.compute(f"{name}.{form}", satterthwaite, variances=terms, degrees_of_freedom=replicates)
    spread = Spread(sampling, freedom, sampling, terms, replicates)
    if calibration is None:
        return spread
    variance = context.compute(
        f"variance_with_calibration.{form}",
        variance_with_calibration,
        sampling_variance=sampling,
        calibration_variance=calibration.variance[form],
    )
    freedom = freedom_with_one_more(
        inputs,
        f"degrees_of_freedom.{form}",
        spread,
        float(calibration.variance[form].value),
        float(calibration.freedom.value),
        calibration_variance=calibration.variance[form],
        calibration_degrees_of_freedom=calibration.freedom,
    )
    return replace(
        spread, variance=variance, freedom=freedom, further=(calibration.variance[form], calibration.freedom)
    )


def _with_conversion(inputs: PeriodInputs, spread: Spread, conversion: ConversionVariance) -> Spread:
    """Add the error of conversions between methods to the corrected spread; the documents print no place for it."""
    variance = inputs.context.compute(
        "variance_with_conversion.corrected",
        variance_with_calibration,
        sampling_variance=spread.variance,
        calibration_variance=conversion.variance,
    )
    before, more = float(spread.variance.value), float(conversion.variance.value)
    freedom = inputs.context.record(
        "degrees_of_freedom_with_conversion.corrected",
        float(
            satterthwaite(
                variances=np.array([before, more]),
                degrees_of_freedom=np.array([float(spread.freedom.value), float(conversion.freedom.value)]),
            )
        ),
        satterthwaite,
        variances=variance,
        degrees_of_freedom=spread.freedom,
        conversion_degrees_of_freedom=conversion.freedom,
    )
    return replace(spread, variance=variance, freedom=freedom)


def freedom_with_one_more(
    inputs: RouteInputs, name: str, spread: Spread, variance: float, freedom: float, **behind: Any
) -> Quantity:
    """Return the degrees of freedom where a further part adds to the variance, with degrees of freedom of its own.

    Parameters
    ----------
    variance, freedom
        Of the further part, as a variance of the mean. [(t CO2e/ha)^2]
    behind
        What these two are.
    """
    value = satterthwaite(
        # the terms of the spread are of the project's total, the further part is of the mean
        variances=np.append(spread.terms.value, variance * inputs.hectares**2),
        degrees_of_freedom=np.append(spread.replicates_less_one.value, freedom),
    )
    return inputs.context.record(
        name,
        float(value),
        satterthwaite,
        variances=spread.terms,
        degrees_of_freedom=spread.replicates_less_one,
        **behind,
    )


def moment_form(inputs: RouteInputs, form: Form, spread: Spread) -> Moment:
    """Return deduction (Eq. 74) and bar of a period from the spread of its mean, however that came about.

    Raises
    ------
    FindingsError
        For a mean of exactly 0 with a spread around it.
    """
    context, difference = inputs.context, inputs.difference
    trace = context.trace
    if difference.value == 0 and spread.variance.value > 0:
        raise FindingsError([_no_change(context)])
    forms: dict[str, Form] = {
        switch: "printed" if form == "printed" else context.rules.form(f"switch.{switch}")
        for switch in ("deduction-denominator", "eligibility-quantile", "confidence")
    }
    confidence = (
        context.given(f"confidence.{form}", PRINTED_CONFIDENCE, "1", ["switch.confidence: the printed form"])
        if forms["confidence"] == "printed"
        else trace.rule("programme.deduction.confidence")
    )
    uncertainty, credited = deducted(
        inputs,
        spread.variance,
        spread.freedom,
        confidence,
        forms["deduction-denominator"],
        (f"uncertainty_percent.{form}", f"credited_mean.{form}"),
    )
    half_width = context.compute(
        f"half_width_percent.{form}",
        half_width_percent,
        form=forms["eligibility-quantile"],
        mean_change=difference,
        variance_of_mean=spread.variance,
        degrees_of_freedom=spread.freedom,
    )
    error = context.compute(f"standard_error.{form}", standard_error, variance_of_mean=spread.variance)
    quantile = context.compute(
        f"t_quantile.{form}", t_quantile, probability=confidence, degrees_of_freedom=spread.freedom
    )
    bar = "programme.eligibility.half-width"
    widest = figure(trace.rule(bar)) if context.rules.has(bar) else None
    deduction = Deduction(
        route="analytic",
        form=form,
        mean_t_co2e_per_ha=figure(difference),
        standard_error_t_co2e_per_ha=figure(error),
        degrees_of_freedom=finite_or_none(spread.freedom),
        confidence=figure(confidence),
        t_quantile=figure(quantile),
        uncertainty_percent=figure(uncertainty),
        credited_t_co2e_per_ha=figure(credited),
        half_width_percent=figure(half_width),
        widest_half_width_percent=widest,
        eligible=widest is None or float(half_width.value) <= widest,
    )
    return Moment(deduction, spread, error, uncertainty, credited, half_width, quantile)


def deducted(
    inputs: RouteInputs,
    variance: Quantity,
    freedom: Quantity,
    confidence: Quantity,
    form: Form,
    names: tuple[str, str],
) -> tuple[Quantity, Quantity]:
    """Return the deduction in per cent (Eq. 74) and what it leaves of the mean; both stand under the names."""
    percent, credited = names
    uncertainty = inputs.context.compute(
        percent,
        uncertainty_percent,
        confidence=confidence,
        form=form,
        mean_change=inputs.difference,
        variance_of_mean=variance,
        degrees_of_freedom=freedom,
    )
    return uncertainty, inputs.context.compute(
        credited,
        credited_after_deduction,
        mean_change=inputs.difference,
        uncertainty_percent=uncertainty,
        form=form,
    )


def _no_change(context: PeriodContext) -> Finding:
    return finding(
        "mean-change-zero",
        f"verification period {context.period.name}",
        "a mean difference of exactly 0 with a spread around it",
    )


def moment_outcome(
    inputs: RouteInputs, moments: Moments, variance: tuple[VarianceComponent, ...]
) -> RouteOutcome:
    """Return the moment form as a route's outcome, whatever its variance is made of."""
    corrected = moments["corrected"]
    check = RouteCheck(
        name="half-width",
        verdict="pass" if corrected.deduction.eligible else "fail",
        found=corrected.deduction.half_width_percent,
        allowed=corrected.deduction.widest_half_width_percent,
        text="two-sided 90 % half-width in per cent of the estimate",
    )
    return route_outcome(
        "moment",
        student(inputs.difference, corrected.error, corrected.spread.freedom),
        corrected.credited,
        corrected.uncertainty,
        {"deductions": {form: moment.deduction for form, moment in moments.items()}, "variance": variance},
        checks=(check,),
    )
