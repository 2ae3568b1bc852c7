"""The deduction (VM0042 section 8.6.4, Eq. 74) and the eligibility bar (VCS Methodology Requirements 2.4).

The credited value is mean - t SE on both sides of zero. As a ratio of the mean it has no value at a mean
of zero.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.checks import (
    FloatArray,
    Form,
    Value,
    at_least,
    finite,
    form_of,
    ratio,
    together,
)
from mollisol.uncertainty.student import degrees, probability_of, t_quantile

_HALF_WIDTH_PROBABILITY: Final = 0.95
_PRINTED_T_TWO_SIDED_90: Final = 1.6449
_PRINTED_T_ONE_SIDED_TWO_THIRDS: Final = 0.4307


def _percent_of_mean(spread: FloatArray, mean: FloatArray) -> FloatArray:
    """Divide by the mean; no spread is 0 per cent whatever the mean."""
    if ((mean == 0) & (spread > 0)).any():
        raise ValueError("mean_change must not be 0 where the variance is above 0: use credited_mean there")
    return ratio("mean_change", spread * PERCENT_PER_FRACTION, np.where(spread == 0, 1.0, mean))


@equation(
    "vm0042:74",
    symbol="UNC_t",
    unit="per cent",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74"),
    switch=("switch.deduction-denominator",),
)
def uncertainty_percent(
    *,
    variance_of_mean: ArrayLike,
    mean_change: ArrayLike,
    degrees_of_freedom: ArrayLike,
    confidence: ArrayLike,
    form: Form = "corrected",
) -> Value:
    """Uncertainty deduction of a pool or gas, in per cent of its mean.

    Parameters
    ----------
    variance_of_mean
        Variance of the mean over the project. [(t CO2e/ha)^2, 0 or more]
    mean_change
        Mean reduction or removal of the same period. [t CO2e/ha]
    degrees_of_freedom
        Of the variance. [above 0, infinity allowed]
    confidence
        Probability that the truth is at least what is credited, 2/3. [fraction, 0.5 to below 1]
    form
        ``corrected`` divides by the size of the mean; ``printed`` by the mean with its sign, so that a
        loss gets a negative deduction and shrinks (D8).

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where the variance is 0. Eqs. 37, 44 and 45 want it over 100.
        [per cent]

    Raises
    ------
    ValueError
        For a mean of 0 with a variance above 0, an argument out of range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 74; no floor, cap or free allowance.
    """
    variance = at_least("variance_of_mean", variance_of_mean, 0.0)
    mean = finite("mean_change", mean_change)
    nu = degrees("degrees_of_freedom", degrees_of_freedom)
    chance = probability_of("confidence", confidence, 0.5)
    together(variance_of_mean=variance, mean_change=mean, degrees_of_freedom=nu, confidence=chance)
    below = mean if form_of(form) else np.abs(mean)
    return _percent_of_mean(np.sqrt(variance), below) * t_quantile(probability=chance, degrees_of_freedom=nu)


@equation(
    "mollisol:credited-mean",
    symbol="d_credited",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74, as a difference"),
)
def credited_mean(
    *,
    mean_change: ArrayLike,
    variance_of_mean: ArrayLike,
    degrees_of_freedom: ArrayLike,
    confidence: ArrayLike,
) -> Value:
    """Give what is credited of a mean: mean less t times the standard error, on both sides of zero.

    Parameters
    ----------
    mean_change
        Mean reduction or removal. [t CO2e/ha]
    variance_of_mean
        Its variance. [(t CO2e/ha)^2, 0 or more]
    degrees_of_freedom
        Of the variance. [above 0, infinity allowed]
    confidence
        Probability that the truth is at least what is credited, 2/3. [fraction, 0.5 to below 1]

    Returns
    -------
    float or array
        Shape of the arguments combined; a loss grows. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 74 with the size of the mean in the denominator, multiplied out.
    """
    mean = finite("mean_change", mean_change)
    variance = at_least("variance_of_mean", variance_of_mean, 0.0)
    nu = degrees("degrees_of_freedom", degrees_of_freedom)
    chance = probability_of("confidence", confidence, 0.5)
    together(mean_change=mean, variance_of_mean=variance, degrees_of_freedom=nu, confidence=chance)
    return mean - t_quantile(probability=chance, degrees_of_freedom=nu) * np.sqrt(variance)


@equation(
    "vcs-mr:2.4",
    symbol="Uncertainty",
    unit="per cent",
    locator=Locator("VCS Methodology Requirements", "4.4", section="2.4", page="12-13"),
    switch=("switch.eligibility-quantile",),
)
def half_width_percent(
    *,
    mean_change: ArrayLike,
    variance_of_mean: ArrayLike,
    degrees_of_freedom: ArrayLike,
    form: Form = "corrected",
) -> Value:
    """Half-width of the two-sided 90 % interval in per cent of the mean: above 100 nothing may be credited.

    Parameters
    ----------
    mean_change
        Mean reduction or removal. [t CO2e/ha]
    variance_of_mean
        Its variance. [(t CO2e/ha)^2, 0 or more]
    degrees_of_freedom
        Of the variance. [above 0, infinity allowed]
    form
        ``corrected`` takes Student's t with these degrees of freedom, as the deduction does; ``printed``
        the normal quantile, about 1.6449.

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where the variance is 0. [per cent]

    Raises
    ------
    ValueError
        For a mean of 0 with a variance above 0, an argument out of range, or shapes that do not fit.

    Notes
    -----
    Source: VCS Methodology Requirements 4.4 section 2.4, which VM0042 does not restate.
    """
    mean = finite("mean_change", mean_change)
    variance = at_least("variance_of_mean", variance_of_mean, 0.0)
    nu = degrees("degrees_of_freedom", degrees_of_freedom)
    together(mean_change=mean, variance_of_mean=variance, degrees_of_freedom=nu)
    used = np.full_like(nu, np.inf) if form_of(form) else nu
    quantile = t_quantile(probability=_HALF_WIDTH_PROBABILITY, degrees_of_freedom=used)
    return _percent_of_mean(np.sqrt(variance), np.abs(mean)) * quantile


@equation(
    "vcs-mr:2.4-discount",
    symbol="Discount factor",
    unit="per cent",
    locator=Locator("VCS Methodology Requirements", "4.4", section="2.4", page="12-13"),
)
def discount_from_half_width_percent(*, half_width_percent: ArrayLike) -> Value:
    """Deduction from a half-width, with the constants as printed.

    Parameters
    ----------
    half_width_percent
        Half-width of the two-sided 90 % interval. [per cent of the mean, 0 or more]

    Returns
    -------
    float or array
        Shape of the argument. [per cent]

    Raises
    ------
    ValueError
        For a negative half-width or one that is not finite.

    Notes
    -----
    Source: VCS Methodology Requirements 4.4 section 2.4; equals Eq. 74 for large samples.
    """
    width = at_least("half_width_percent", half_width_percent, 0.0)
    return width / _PRINTED_T_TWO_SIDED_90 * _PRINTED_T_ONE_SIDED_TWO_THIRDS
