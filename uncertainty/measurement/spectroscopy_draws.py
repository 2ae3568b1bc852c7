"""Draws of stocks predicted by spectroscopy: one calibration error for all samples, one error for each.

The calibration's line, laboratory on predicted, is drawn once in each iteration and used at all points, at both times
and in both scenarios. Drawn point by point it would average out, which it does not do in the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Amount, TonnesPerHa, equation, ours
from mollisol.quantification.checks import (
    Value,
    finite,
    row,
    same_shape,
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the laboratory says about predictions: ``laboratory = offset + slope (predicted - centre) + error``.

    Parameters
    ----------
    centre
        Mean prediction of the validation samples, where offset and slope are independent. [t CO2e/ha]
    offset, slope
        Fitted. [t CO2e/ha; 1]
    offset_sd, slope_sd
        Their standard errors. [t CO2e/ha; 1]
    residual_sd
        Of the error of one sample. [t CO2e/ha]
    degrees_of_freedom
        Validation samples less two.
    """

    centre: float
    offset: float
    slope: float
    offset_sd: float
    slope_sd: float
    residual_sd: float
    degrees_of_freedom: float


def fit_calibration(
    *, predicted_t_co2e_per_ha: ArrayLike, laboratory_t_co2e_per_ha: ArrayLike
) -> Calibration:
    """Fit the line of laboratory values on predictions at randomly chosen validation samples.

    Parameters
    ----------
    predicted_t_co2e_per_ha, laboratory_t_co2e_per_ha
        The same samples, shape (v,), at least three. [t CO2e/ha]

    Returns
    -------
    Calibration
        By least squares.

    Raises
    ------
    ValueError
        For fewer than three samples, predictions that are all the same, shapes that differ, or a number that is
        not finite.
    """
    x = row("predicted_t_co2e_per_ha", finite("predicted_t_co2e_per_ha", predicted_t_co2e_per_ha), 3)
    y = row("laboratory_t_co2e_per_ha", finite("laboratory_t_co2e_per_ha", laboratory_t_co2e_per_ha), 3)
    same_shape(predicted_t_co2e_per_ha=x, laboratory_t_co2e_per_ha=y)
    if x.ndim != 1:
        raise ValueError(f"predicted_t_co2e_per_ha must be a row, found shape {x.shape}")
    centre, offset = float(x.mean()), float(y.mean())
    squares = float(((x - centre) ** 2).sum())
    if squares <= (1e-12 * (1 + abs(centre))) ** 2 * x.size:
        raise ValueError("predicted_t_co2e_per_ha must not be the same in all samples")
    slope = float(((x - centre) * (y - offset)).sum() / squares)
    freedom = x.size - 2
    residual = float(np.sqrt(((y - offset - slope * (x - centre)) ** 2).sum() / freedom))
    return Calibration(
        centre=centre,
        offset=offset,
        slope=slope,
        offset_sd=residual / float(np.sqrt(x.size)),
        slope_sd=residual / float(np.sqrt(squares)),
        residual_sd=residual,
        degrees_of_freedom=float(freedom),
    )


@equation(
    "mollisol:shared-calibration-change", "V_change", "(t CO2e/ha)^2", ours("one calibration at both times")
)
def calibration_variance_of_change(
    *,
    slope_sd: Amount,
    mean_predicted_change_t_co2e_per_ha: TonnesPerHa,
    residual_sd_t_co2e_per_ha: Amount,
    points: Annotated[Value, Range(0, above=True, whole=True)],
) -> Value:
    r"""Return the variance that one calibration, used at both times, adds to a mean change.

    Parameters
    ----------
    slope_sd
        Standard error of the slope of laboratory on predicted. [1]
    mean_predicted_change_t_co2e_per_ha
        Mean change of the predictions; the difference of two, project less control. [t CO2e/ha]
    residual_sd_t_co2e_per_ha
        Of the error of one sample. [t CO2e/ha]
    points
        Points measured at both times. [whole number]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: V = (u_\beta \, \bar{d})^2 + \frac{2 \, s_e^2}{n}

    Here :math:`u_\beta` is ``slope_sd``, :math:`\bar{d}` is ``mean_predicted_change_t_co2e_per_ha``,
    :math:`s_e` is ``residual_sd_t_co2e_per_ha`` and :math:`n` is ``points``.

    Source: variance of slope x change + mean of (error at the end - error at the start). The offset drops out. With
    another calibration at the end it does not; draw it then.

    Examples
    --------
    >>> result = calibration_variance_of_change(
    ...     slope_sd=0.1, mean_predicted_change_t_co2e_per_ha=0.0, residual_sd_t_co2e_per_ha=0.0,
    ...     points=16.0
    ... )
    >>> print(result)
    0.0
    """
    return (slope_sd * mean_predicted_change_t_co2e_per_ha) ** 2 + 2 * residual_sd_t_co2e_per_ha**2 / points
