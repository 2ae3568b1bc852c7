"""What the samples of each spectroscopic calibration say of it: its bias, its slope and its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.methodology.checks.spectroscopy import VALIDATION, calibration_by_method, validation_rows
from mollisol.methodology.context import Context
from mollisol.methodology.trace import Quantity
from mollisol.uncertainty.measurement import spectroscopy_validation as statistics


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The samples of a calibration, predicted and by dry combustion, and the statistics of the pairs."""

    id: str
    predicted: Quantity
    reference: Quantity
    bias: Quantity
    bias_p_value: Quantity
    slope: Quantity
    slope_p_value: Quantity
    offset_error: Quantity
    slope_error: Quantity
    sample_error: Quantity
    centre: Quantity

    @property
    def errors(self) -> tuple[Quantity, Quantity, Quantity]:
        """Return the errors of offset, slope and sample."""
        return self.offset_error, self.slope_error, self.sample_error


_STATISTICS = {
    "bias": statistics.calibration_bias_g_per_kg,
    "bias_p_value": statistics.calibration_bias_p_value,
    "slope": statistics.calibration_slope,
    "slope_p_value": statistics.calibration_slope_p_value,
    "offset_error": statistics.calibration_offset_error_g_per_kg,
    "slope_error": statistics.calibration_slope_error,
    "sample_error": statistics.calibration_sample_error_g_per_kg,
}


def calibrations_of(context: Context) -> dict[str, Calibration]:
    """Return the calibrations that contents of the project were predicted by, by their ids."""
    by_method = calibration_by_method(context.project)
    used = {by_method.get(id) for id in context.project.core_increments.column("laboratory_method").labels}
    return {id: _calibration(context, id) for id in sorted(id for id in used if id is not None)}


def _calibration(context: Context, id: str) -> Calibration:
    trace, rows = context.trace, validation_rows(context.project, id)
    places = [f"{VALIDATION}:{row}" for row, _ in rows]
    predicted, reference = (
        trace.given(
            f"validation_{name}.{id}",
            np.array([getattr(item, f"{name}_soc_g_per_kg") for _, item in rows]),
            "g C/kg soil",
            places,
            places,
        )
        for name in ("predicted", "reference")
    )
    found = {
        name: trace.compute(
            f"calibration_{name}.{id}",
            equation,
            predicted_soc_g_per_kg=predicted,
            reference_soc_g_per_kg=reference,
        )
        for name, equation in _STATISTICS.items()
    }
    centre = trace.compute(
        f"calibration_centre.{id}", statistics.calibration_centre_g_per_kg, predicted_soc_g_per_kg=predicted
    )
    return Calibration(id, predicted, reference, **found, centre=centre)
