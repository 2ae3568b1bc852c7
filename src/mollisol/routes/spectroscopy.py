"""Where carbon was predicted: the errors of the calibrations in a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.checks.spectroscopy import VALIDATION, calibration_by_method
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.stocks.calibrations import Calibration
from mollisol.uncertainty.measurement.increments import IncrementErrors
from mollisol.uncertainty.measurement.spectroscopy_errors import CalibrationErrors
from mollisol.uncertainty.posterior.declaration import SharedEffect

_CANCELLED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationsOfPeriod:
    """Errors of the calibrations that a period's contents were predicted by.

    Parameters
    ----------
    calibrations
        In the order of the errors.
    errors
        On the increments of both campaigns.
    campaigns
        Those in which each was used.
    """

    calibrations: tuple[Calibration, ...]
    errors: CalibrationErrors
    campaigns: tuple[tuple[str, ...], ...]

    @property
    def sd(self) -> tuple[Quantity, ...]:
        """Return shared and own errors as they stand in the trace: offset, slope and sample of each calibration."""
        return tuple(sd for calibration in self.calibrations for sd in calibration.errors)


def calibrations_of_period(
    project: Project,
    calibrations: Mapping[str, Calibration],
    increments: IncrementErrors,
    batches: Sequence[tuple[str, str]],
) -> CalibrationsOfPeriod | None:
    """Gather the errors of the calibrations behind a period's increments; None where there are none.

    Parameters
    ----------
    increments
        The profiles of both campaigns.
    batches
        Campaign and method of each batch of theirs.
    """
    by_method = calibration_by_method(project)
    held = np.unique(np.concatenate([group.batch.ravel() for group in increments.profiles]))
    used = [batches[number] for number in held if batches[number][1] in by_method]
    ids = tuple(sorted({by_method[method] for _, method in used}))
    parts = tuple(calibrations[id] for id in ids)
    if not any(error.value > 0 for part in parts for error in part.errors):
        return None
    offset, slope, sample, centre = (
        np.array([float(quantity.value) for quantity in column])
        for column in zip(*((*part.errors, part.centre) for part in parts), strict=True)
    )
    return CalibrationsOfPeriod(
        calibrations=parts,
        errors=CalibrationErrors(
            increments=increments,
            calibration_of_batch=np.array(
                [
                    ids.index(by_method[method]) if by_method.get(method) in ids else -1
                    for _, method in batches
                ]
            ),
            centre_g_per_kg=centre,
            offset_error_g_per_kg=offset,
            slope_error=slope,
            sample_error_g_per_kg=sample,
        ),
        campaigns=tuple(
            tuple(dict.fromkeys(campaign for campaign, method in used if by_method[method] == id))
            for id in ids
        ),
    )


def shared_effects(
    calibrations: CalibrationsOfPeriod, of_change: FloatArray, project: Sequence[int], control: Sequence[int]
) -> list[SharedEffect]:
    """Return the calibrations' lines as shared effects of the posterior, without what cancels at all points.

    Parameters
    ----------
    of_change
        What 1 g/kg of each calibration's offset, then 1 of each slope, adds to each change, shape (2 c, points).
    project, control
        Places of the project's and of the controls' points.
    """
    errors = calibrations.errors
    names = [
        f"{part} of calibration {calibration.id}"
        for part in ("offset", "slope")
        for calibration in calibrations.calibrations
    ]
    sds = np.concatenate([errors.offset_error_g_per_kg, errors.slope_error])
    return [
        SharedEffect(name, float(sd), effect[list(project)], effect[list(control)], VALIDATION)
        for name, sd, effect in zip(names, sds, of_change, strict=True)
        if sd * np.abs(effect).max() > _CANCELLED
    ]
