"""Model error and the length of the period: how it grows, and how far a validation set reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.arguments import Amount, Positives, Years, equation, ours, vm0042
from mollisol.quantification.checks import (
    Value,
    finite,
    positive,
    row,
    same_shape,
)


@dataclass(frozen=True, slots=True)
class Growth:
    """How the variance of the prediction error grows with time: ``constant + per_year * years``.

    Parameters
    ----------
    constant
        [(t CO2e/ha)^2]
    per_year
        [(t CO2e/ha)^2 per year]
    """

    constant: float
    per_year: float


@equation("mollisol:prediction-horizon", "s2(T)", "(t CO2e/ha)^2", ours("prediction error as a random walk"))
def prediction_variance(*, constant: Amount, per_year: Amount, years: Years) -> Value:
    r"""Return the variance of the prediction error over a period.

    Parameters
    ----------
    constant
        Part that does not grow. [(t CO2e/ha)^2]
    per_year
        Part that grows. [(t CO2e/ha)^2 per year]
    years
        Length of the period. [years]

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
    .. math:: s^2(T) = a + b \, T

    Here :math:`a` is ``constant``, :math:`b` is ``per_year`` and :math:`T` is ``years``.

    Source: errors of single years that add up and are independent. One constant error over all durations is the case
    of `per_year` 0; it is what makes the median duration a bound.

    Examples
    --------
    >>> print(prediction_variance(constant=1.0, per_year=0.5, years=4.0))
    3.0
    """
    return constant + per_year * years


@equation("vm0042:8.6.1.1-horizon", "T_max", "years", vm0042("8.6.1.1"))
def longest_horizon_years(*, duration_years: Positives) -> Value:
    r"""Return the longest period for which errors of trials of mixed duration may stand: their median duration.

    Parameters
    ----------
    duration_years
        Of each trial, shape (..., v). [years]

    Returns
    -------
    float or array
        Median along the last axis. [years]

    Raises
    ------
    ValueError
        For no trial, or a duration that is not above 0.

    Notes
    -----
    .. math:: T_{max} = \operatorname{median}_v(T_v)

    Here :math:`T_v` is ``duration_years``.

    Source: VM0042 2.2 section 8.6.1.1: durations 2, 2, 3, 5, 9 and 48 years serve periods up to 4.

    Examples
    --------
    >>> print(longest_horizon_years(duration_years=[7.0]))
    7.0
    """
    return np.median(duration_years, axis=-1)


def fit_growth(*, error_t_co2e_per_ha: ArrayLike, duration_years: ArrayLike, steps: int = 25) -> Growth:
    """Fit how the error variance grows, from trials of mixed duration.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed at each trial, one per study, shape (v,), at least four. [t CO2e/ha]
    duration_years
        Of each, same shape, not all the same. [years, above 0]
    steps
        Rounds of reweighting.

    Returns
    -------
    Growth
        Both parts 0 or more.

    Raises
    ------
    ValueError
        For fewer than four trials, durations all the same, errors without spread, or a number out of range.

    Notes
    -----
    Squared errors about their mean, regressed on duration with weights 1/variance^2 and no negative part.
    """
    error = row("error_t_co2e_per_ha", finite("error_t_co2e_per_ha", error_t_co2e_per_ha), 4)
    years = positive("duration_years", duration_years)
    same_shape(error_t_co2e_per_ha=error, duration_years=years)
    if error.ndim != 1 or np.ptp(years) == 0:
        raise ValueError("duration_years must be a row of durations that are not all the same")
    squares = (error - error.mean()) ** 2 * error.size / (error.size - 1)
    scale = float(squares.mean())
    if scale <= (1e-12 * float(np.abs(error).max())) ** 2:
        raise ValueError("error_t_co2e_per_ha must not be the same at all trials")
    target = squares / scale
    constant, slope = 1.0, 0.0
    for _ in range(steps):
        weight = 1 / np.maximum(constant + slope * years, 1e-6) ** 2
        share = weight / weight.sum()
        middle, height = float(share @ years), float(share @ target)
        slope = float(share @ ((years - middle) * (target - height)) / (share @ (years - middle) ** 2))
        constant = height - slope * middle
        if slope < 0:
            constant, slope = height, 0.0
        elif constant < 0:
            constant, slope = 0.0, float(share @ (years * target) / (share @ years**2))
    return Growth(constant * scale, slope * scale)
