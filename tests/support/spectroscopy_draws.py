"""Draws of stocks that one calibration predicted: what is known to be right is held against wrong ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray, finite, row, same_shape, whole
from mollisol.uncertainty.measurement.spectroscopy_draws import Calibration


def _line(
    calibration: Calibration, draws: int, generator: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw offset and slope; Student's t, since the residual spread is estimated."""
    nu = calibration.degrees_of_freedom
    wider = np.sqrt(nu / generator.chisquare(nu, draws))
    offset = calibration.offset + calibration.offset_sd * wider * generator.standard_normal(draws)
    slope = calibration.slope + calibration.slope_sd * wider * generator.standard_normal(draws)
    return offset, slope


def spectroscopy_draws_t_co2e_per_ha(
    *,
    predicted_start_t_co2e_per_ha: Sequence[ArrayLike],
    predicted_end_t_co2e_per_ha: Sequence[ArrayLike],
    calibration: Calibration,
    draws: int,
    seed: int,
    calibration_end: Calibration | None = None,
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Draw the stocks at both times for all groups of points.

    Parameters
    ----------
    predicted_start_t_co2e_per_ha, predicted_end_t_co2e_per_ha
        Predictions by group (stratum, control), each of shape (n,), the same points at both times. [t CO2e/ha]
    calibration
        Of both times, or of the start alone if there is another for the end.
    draws
        Number of draws. [whole number, 2 or more]
    seed
        Of the random numbers.
    calibration_end
        Of the end, where model, instrument or matrix changed: then the offsets no longer cancel.

    Returns
    -------
    start, end
        One array (n, draws) per group, as Eq. 72 and :mod:`mollisol.uncertainty.monte_carlo.measured` take them.

    Raises
    ------
    ValueError
        For groups or shapes that differ, or an argument outside the ranges above.
    """
    number = int(whole("draws", draws, 2))
    names = ("predicted_start_t_co2e_per_ha", "predicted_end_t_co2e_per_ha")
    if len(predicted_start_t_co2e_per_ha) != len(predicted_end_t_co2e_per_ha):
        raise ValueError(f"{names[0]} and {names[1]} must hold the same groups")
    generator = np.random.default_rng(seed)
    line = _line(calibration, number, generator)
    lines = (line, line if calibration_end is None else _line(calibration_end, number, generator))
    fits = (calibration, calibration_end or calibration)
    times: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    for first, last in zip(predicted_start_t_co2e_per_ha, predicted_end_t_co2e_per_ha, strict=True):
        pair = (row(names[0], finite(names[0], first)), row(names[1], finite(names[1], last)))
        same_shape(predicted_start_t_co2e_per_ha=pair[0], predicted_end_t_co2e_per_ha=pair[1])
        if pair[0].ndim != 1:
            raise ValueError(f"{names[0]} must hold one row per group, found shape {pair[0].shape}")
        for values, fit, (offset, slope), held in zip(pair, fits, lines, times, strict=True):
            noise = fit.residual_sd * generator.standard_normal((values.size, number))
            held.append(offset + slope * (values[:, None] - fit.centre) + noise)
    return times
