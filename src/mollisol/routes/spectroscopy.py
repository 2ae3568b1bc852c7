"""Step 2d, where carbon was predicted: what each calibration's samples say, and its errors in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.spectroscopy import VALIDATION, calibration_by_method, validation_rows
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.trace import Quantity
from mollisol.uncertainty.measurement.increments import IncrementErrors
from mollisol.uncertainty.measurement.spectroscopy_errors import CalibrationErrors
from mollisol.uncertainty.measurement.spectroscopy_validation import (
    calibration_bias_g_per_kg,
    calibration_bias_p_value,
    calibration_centre_g_per_kg,
    calibration_offset_error_g_per_kg,
    calibration_sample_error_g_per_kg,
    calibration_slope,
    calibration_slope_error,
    calibration_slope_p_value,
)
from mollisol.uncertainty.posterior.declaration import SharedEffect

type FloatArray = NDArray[np.float64]

_STATISTICS = {
    "calibration_bias": calibration_bias_g_per_kg,
    "calibration_bias_p_value": calibration_bias_p_value,
    "calibration_slope": calibration_slope,
    "calibration_slope_p_value": calibration_slope_p_value,
    "calibration_offset_error": calibration_offset_error_g_per_kg,
    "calibration_slope_error": calibration_slope_error,
    "calibration_sample_error": calibration_sample_error_g_per_kg,
}
_ERRORS = ("calibration_offset_error", "calibration_slope_error", "calibration_sample_error")
_CANCELLED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationsOfPeriod:
    """Errors of the calibrations that a period's contents were predicted by.

    Parameters
    ----------
    ids
        Calibrations, in the order of the errors.
    errors
        On the increments of both campaigns.
    sd
        Shared and own errors as they stand in the trace: offset, slope and sample of each calibration.
    campaigns
        Those in which each was used.
    """

    ids: tuple[str, ...]
    errors: CalibrationErrors
    sd: tuple[Quantity, ...]
    campaigns: tuple[tuple[str, ...], ...]


def check_calibrations(context: Context) -> list[Finding]:
    """Compute what each calibration's samples say, and find the ones that are off.

    A bias refuses issuance: it is an error with a sign, which no spread can answer. A slope that is not 1 is told.
    """
    project, rules = context.project, context.rules
    of = calibration_by_method(project)
    used = {of[item.laboratory_method] for item in project.core_increments if item.laboratory_method in of}
    findings = []
    for calibration in sorted(used):
        found = _statistics(context, calibration)
        allowed = rules.number("mollisol.calibration.bias-significance")
        where = Place(file=VALIDATION, thing=f"laboratory method {calibration}")
        samples = len(validation_rows(project, calibration))
        if found["calibration_bias_p_value"].value < allowed:
            findings.append(
                Finding(
                    code="calibration-biased",
                    severity=Severity.REFUSAL,
                    where=where,
                    found=f"predictions off by {found['calibration_bias'].value:+.3g} g/kg in the mean of {samples} "
                    f"samples, p = {found['calibration_bias_p_value'].value:.2g}",
                    allowed=f"a bias that does not differ from zero, p of {allowed:g} or more",
                    do="calibrate again with samples of the project, predict again, and validate with others",
                    clause="mollisol.calibration.bias-significance",
                )
            )
        if found["calibration_slope_p_value"].value < allowed:
            findings.append(
                Finding(
                    code="calibration-slope-off",
                    severity=Severity.WARNING,
                    where=where,
                    found=f"{found['calibration_slope'].value:.3g} g/kg by dry combustion for each g/kg predicted, "
                    f"p = {found['calibration_slope_p_value'].value:.2g}",
                    allowed=f"a slope that does not differ from 1, p of {allowed:g} or more",
                    do="calibrate again; until then the whole distance from 1 counts as error of the change",
                    clause="mollisol.calibration.bias-significance",
                )
            )
    return findings


def _statistics(context: Context, calibration: str) -> dict[str, Quantity]:
    """Give the statistics of a calibration, computed once."""
    trace = context.trace
    if f"calibration_bias.{calibration}" not in trace.quantities:
        rows = validation_rows(context.project, calibration)
        places = [f"{VALIDATION}:{row}" for row, _ in rows]
        predicted, reference = (
            trace.given(
                f"validation_{name}.{calibration}",
                np.array([getattr(item, f"{name}_soc_g_per_kg") for _, item in rows]),
                "g C/kg soil",
                places,
                places,
            )
            for name in ("predicted", "reference")
        )
        for name, equation in _STATISTICS.items():
            trace.compute(
                f"{name}.{calibration}",
                equation,
                predicted_soc_g_per_kg=predicted,
                reference_soc_g_per_kg=reference,
            )
        trace.compute(
            f"calibration_centre.{calibration}", calibration_centre_g_per_kg, predicted_soc_g_per_kg=predicted
        )
    return {name: trace.quantities[f"{name}.{calibration}"] for name in (*_STATISTICS, "calibration_centre")}


def calibrations_of_period(
    context: Context, increments: IncrementErrors, batches: Sequence[tuple[str, str]]
) -> CalibrationsOfPeriod | None:
    """Gather the errors of the calibrations behind a period's increments; None where there are none.

    Parameters
    ----------
    increments
        The profiles of both campaigns.
    batches
        Campaign and method of each batch of theirs.
    """
    of = calibration_by_method(context.project)
    held = np.unique(np.concatenate([group.batch.ravel() for group in increments.profiles]))
    used = [batches[number] for number in held if batches[number][1] in of]
    ids = tuple(sorted({of[method] for _, method in used}))
    found = [_statistics(context, calibration) for calibration in ids]
    if not any(part[name].value > 0 for part in found for name in _ERRORS):
        return None
    offset, slope, sample, centre = (
        np.array([float(part[name].value) for part in found]) for name in (*_ERRORS, "calibration_centre")
    )
    return CalibrationsOfPeriod(
        ids=ids,
        errors=CalibrationErrors(
            increments=increments,
            calibration_of_batch=np.array(
                [ids.index(of[method]) if of.get(method) in ids else -1 for _, method in batches]
            ),
            centre_g_per_kg=centre,
            offset_error_g_per_kg=offset,
            slope_error=slope,
            sample_error_g_per_kg=sample,
        ),
        sd=tuple(part[name] for part in found for name in _ERRORS),
        campaigns=tuple(
            tuple(dict.fromkeys(campaign for campaign, method in used if of[method] == calibration))
            for calibration in ids
        ),
    )


def shared_effects(
    calibrations: CalibrationsOfPeriod, of_change: FloatArray, own: Sequence[int], control: Sequence[int]
) -> list[SharedEffect]:
    """Give the calibrations' lines as shared effects of the posterior; what cancels at all points is left out.

    Parameters
    ----------
    of_change
        What 1 g/kg of each calibration's offset, then 1 of each slope, adds to each change, shape (2 c, points).
    own, control
        Places of the project's and of the controls' points.
    """
    errors = calibrations.errors
    names = [f"{part} of calibration {id}" for part in ("offset", "slope") for id in calibrations.ids]
    sds = np.concatenate([errors.offset_error_g_per_kg, errors.slope_error])
    return [
        SharedEffect(name, float(sd), effect[list(own)], effect[list(control)], VALIDATION)
        for name, sd, effect in zip(names, sds, of_change, strict=True)
        if sd * np.abs(effect).max() > _CANCELLED
    ]
