"""The deduction (VM0042 section 8.6.4, Eq. 74) and the eligibility bar (VCS Methodology Requirements 2.4).

The credited value is mean - t SE on both sides of zero. As a ratio of the mean it has no value at a mean
of zero.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import (
    Amount,
    Confidence,
    Freedom,
    Number,
    Percent,
    equation,
    ours,
    vm0042,
)
from mollisol.quantification.checks import (
    Form,
    Value,
    form_of,
    ratio,
)
from mollisol.uncertainty.student import t_quantile

_HALF_WIDTH_PROBABILITY: Final = 0.95
_PRINTED_T_TWO_SIDED_90: Final = 1.6449
_PRINTED_T_ONE_SIDED_TWO_THIRDS: Final = 0.4307


def _percent_of_mean(spread: Value, mean: Value) -> Value:
    """Divide by the mean; no spread is 0 per cent whatever the mean."""
    if np.any((np.asarray(mean) == 0) & (spread > 0)):
        raise ValueError("mean_change must not be 0 where the variance is above 0: use credited_mean there")
    return ratio("mean_change", spread * PERCENT_PER_FRACTION, np.where(spread == 0, 1.0, mean))


@equation("vm0042:74", "UNC_t", "per cent", vm0042("8.6.4", "74"), switch=("switch.deduction-denominator",))
def uncertainty_percent(
    *,
    variance_of_mean: Amount,
    mean_change: Number,
    degrees_of_freedom: Freedom,
    confidence: Confidence,
    form: Form = "corrected",
) -> Value:
    r"""Return the uncertainty deduction of a pool or gas, in per cent of its mean.

    Parameters
    ----------
    variance_of_mean
        Variance of the mean over the project. [(t CO2e/ha)^2]
    mean_change
        Mean reduction or removal of the same period. [t CO2e/ha]
    degrees_of_freedom
        Of the variance. [above 0, infinity allowed]
    confidence
        Probability that the truth is at least what is credited, 2/3. [fraction]
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
    .. math:: UNC_t = \frac{\sqrt{s_{d,t}^2}}{\lvert \bar{d}_t \rvert} \cdot 100 \cdot t_{c,\nu}

    Here :math:`s_{d,t}^2` is ``variance_of_mean``, :math:`\bar{d}_t` is ``mean_change``, :math:`c` is
    ``confidence`` and :math:`\nu` is ``degrees_of_freedom``. The printed form divides by the mean with its
    sign.

    Source: Eq. 74; no floor, cap or free allowance.

    Examples
    --------
    >>> result = uncertainty_percent(
    ...     variance_of_mean=0.0, mean_change=[2.0, 0.0], degrees_of_freedom=3.0,
    ...     confidence=0.6666666666666666
    ... )
    >>> print(result)
    [0. 0.]
    """
    below = mean_change if form_of(form) else np.abs(mean_change)
    return _percent_of_mean(np.sqrt(variance_of_mean), below) * t_quantile(
        probability=confidence, degrees_of_freedom=degrees_of_freedom
    )


@equation(
    "mollisol:uncertainty-normal",
    "UNC_t",
    "per cent",
    vm0042("8.6.4", "74, with the normal quantile"),
    switch=("switch.deduction-denominator",),
)
def uncertainty_percent_normal(
    *,
    variance_of_mean: Amount,
    mean_change: Number,
    degrees_of_freedom: Freedom,
    confidence: Confidence,
    form: Form = "corrected",
) -> Value:
    r"""Return the deduction of Eq. 74 with the normal quantile, whatever the degrees of freedom.

    Parameters
    ----------
    variance_of_mean, mean_change
        As Eq. 74 takes them. [(t CO2e/ha)^2, 0 or more; t CO2e/ha]
    degrees_of_freedom
        Taken so that a proposal may put this equation in the place of Eq. 74; it does not count. [above 0]
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]
    form
        Of the size of the mean (``corrected``) or of the mean (``printed``), as Eq. 74.

    Returns
    -------
    float or array
        Shape of the arguments combined; smaller than that of Eq. 74 where there are few degrees of freedom.
        [per cent]

    Raises
    ------
    ValueError
        As Eq. 74.

    Notes
    -----
    .. math:: UNC = 100 \, \frac{\sqrt{V}}{|\bar d|} \, z_p

    Here :math:`V` is ``variance_of_mean``, :math:`\bar d` is ``mean_change`` and :math:`z_p` the normal quantile of
    ``confidence``.

    Source: Eq. 65 of VM0042 v2.0 as quoted, "about 0.4307": a number that belongs to many samples.

    Examples
    --------
    >>> result = uncertainty_percent_normal(
    ...     variance_of_mean=0.09, mean_change=-0.5, degrees_of_freedom=2.0, confidence=0.6666666666666666
    ... )
    >>> print(result)
    25.84364
    """
    many = np.full_like(degrees_of_freedom, np.inf)
    return uncertainty_percent(
        variance_of_mean=variance_of_mean,
        mean_change=mean_change,
        degrees_of_freedom=many,
        confidence=confidence,
        form=form,
    )


@equation("mollisol:deduction-after-allowance", "UNC_t", "per cent", ours("an allowance in the deduction"))
def deduction_after_allowance_percent(*, uncertainty_percent: Number, allowance_percent: Percent) -> Value:
    r"""Return what an allowance leaves of a deduction: only what lies above it is taken off.

    Parameters
    ----------
    uncertainty_percent
        Of Eq. 74. [per cent]
    allowance_percent
        Up to which nothing is taken off. [per cent, 0 to 100]

    Returns
    -------
    float or array
        Shape of the arguments combined; a negative deduction stays. [per cent]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: UNC' = \min(UNC, \max(0, UNC - a))

    Here :math:`UNC` is ``uncertainty_percent`` and :math:`a` is ``allowance_percent``.

    Source: ours; a free allowance stood in the first version of VM0042 (15 %) and stands in none since.

    Examples
    --------
    >>> result = deduction_after_allowance_percent(
    ...     uncertainty_percent=[40.0, 0.0, -5.0], allowance_percent=0.0
    ... )
    >>> print(result)
    [40.  0. -5.]
    """
    return np.minimum(uncertainty_percent, np.maximum(0.0, uncertainty_percent - allowance_percent))


@equation(
    "mollisol:credited-after-deduction",
    "d_credited",
    "t CO2e/ha",
    vm0042("8.6.4", "44 and 45, per hectare"),
    switch=("switch.deduction-denominator",),
)
def credited_after_deduction(
    *, mean_change: Number, uncertainty_percent: Number, form: Form = "corrected"
) -> Value:
    r"""Return what a deduction in per cent leaves of a mean, on both sides of zero.

    Parameters
    ----------
    mean_change
        Mean reduction or removal. [t CO2e/ha]
    uncertainty_percent
        Of Eq. 74. [per cent]
    form
        The form of Eq. 74 that gave it: of the size of the mean (``corrected``) or of the mean (``printed``).

    Returns
    -------
    float or array
        Shape of the arguments combined; a loss grows. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: d = \bar d - \frac{UNC}{100} \, |\bar d|

    Here :math:`\bar d` is ``mean_change`` and :math:`UNC` is ``uncertainty_percent``.

    Source: Eq. 74 solved for the mean less its deduction, so that another equation in its place moves this one too.

    Examples
    --------
    >>> result = credited_after_deduction(
    ...     mean_change=[10.0, -10.0, 0.0], uncertainty_percent=[25.0, 25.0, 0.0]
    ... )
    >>> print(result)
    [  7.5 -12.5   0. ]
    """
    size = mean_change if form_of(form) else np.abs(mean_change)
    return mean_change - uncertainty_percent / PERCENT_PER_FRACTION * size


@equation("mollisol:credited-mean", "d_credited", "t CO2e/ha", vm0042("8.6.4", "74, as a difference"))
def credited_mean(
    *,
    mean_change: Number,
    variance_of_mean: Amount,
    degrees_of_freedom: Freedom,
    confidence: Confidence,
) -> Value:
    r"""Return what is credited of a mean: mean less t times the standard error, on both sides of zero.

    Parameters
    ----------
    mean_change
        Mean reduction or removal. [t CO2e/ha]
    variance_of_mean
        Its variance. [(t CO2e/ha)^2]
    degrees_of_freedom
        Of the variance. [above 0, infinity allowed]
    confidence
        Probability that the truth is at least what is credited, 2/3. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined; a loss grows. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: d_{credited} = \bar{d} - t_{c,\nu} \sqrt{s_d^2}

    Here :math:`\bar{d}` is ``mean_change``, :math:`s_d^2` is ``variance_of_mean``, :math:`c` is ``confidence``
    and :math:`\nu` is ``degrees_of_freedom``.

    Source: Eq. 74 with the size of the mean in the denominator, multiplied out.

    Examples
    --------
    >>> result = credited_mean(
    ...     mean_change=0.0, variance_of_mean=4.0, degrees_of_freedom=2.0, confidence=0.6666666666666666
    ... )
    >>> print(result)
    -1.0
    """
    return mean_change - t_quantile(probability=confidence, degrees_of_freedom=degrees_of_freedom) * np.sqrt(
        variance_of_mean
    )


@equation(
    "vcs-mr:2.4",
    "Uncertainty",
    "per cent",
    Locator("VCS Methodology Requirements", "4.4", "2.4", page="12-13"),
    switch=("switch.eligibility-quantile",),
)
def half_width_percent(
    *,
    mean_change: Number,
    variance_of_mean: Amount,
    degrees_of_freedom: Freedom,
    form: Form = "corrected",
) -> Value:
    r"""Return the half-width of the two-sided 90 % interval in per cent of the mean: above 100 none is credited.

    Parameters
    ----------
    mean_change
        Mean reduction or removal. [t CO2e/ha]
    variance_of_mean
        Its variance. [(t CO2e/ha)^2]
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
    .. math:: U = \frac{t_{0.95,\nu} \sqrt{s_d^2}}{\lvert \bar{d} \rvert} \cdot 100

    Here :math:`\bar{d}` is ``mean_change``, :math:`s_d^2` is ``variance_of_mean`` and :math:`\nu` is
    ``degrees_of_freedom``. The printed form takes the normal quantile.

    Source: VCS Methodology Requirements 4.4 section 2.4, which VM0042 does not restate.

    Examples
    --------
    >>> print(half_width_percent(mean_change=[5.0, -5.0], variance_of_mean=1.0, degrees_of_freedom=2.0))
    [58.39971161 58.39971161]
    """
    used = np.full_like(degrees_of_freedom, np.inf) if form_of(form) else degrees_of_freedom
    quantile = t_quantile(probability=_HALF_WIDTH_PROBABILITY, degrees_of_freedom=used)
    return _percent_of_mean(np.sqrt(variance_of_mean), np.abs(mean_change)) * quantile


@equation(
    "vcs-mr:2.4-discount",
    "Discount factor",
    "per cent",
    Locator("VCS Methodology Requirements", "4.4", "2.4", page="12-13"),
)
def discount_from_half_width_percent(*, half_width_percent: Amount) -> Value:
    r"""Return the deduction from a half-width, with the constants as printed.

    Parameters
    ----------
    half_width_percent
        Half-width of the two-sided 90 % interval. [per cent of the mean]

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
    .. math:: D = \frac{U}{1.6449} \cdot 0.4307

    Here :math:`U` is ``half_width_percent``.

    Source: VCS Methodology Requirements 4.4 section 2.4; equals Eq. 74 for large samples.

    Examples
    --------
    >>> print(discount_from_half_width_percent(half_width_percent=32.9))
    8.6
    """
    return half_width_percent / _PRINTED_T_TWO_SIDED_90 * _PRINTED_T_ONE_SIDED_TWO_THIRDS
