"""What passing the bar does to a credit: the bar lets through the estimates whose errors are favourable."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, nctdtr, ndtr, ndtri

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Confidence,
    Freedom,
    TonnesPerHa,
    equation,
    ours,
)
from mollisol.quantification.checks import Value
from mollisol.uncertainty.student import t_quantile

HALF_WIDTH: Final = 0.95
"""Probability below the upper end of a two-sided interval of 90 %."""
_FAR: Final = 1e4
"""Beyond this, in standard errors behind the bar, the limit holds to 1e-6 and the distribution has no digits."""
_REACH: Final = 12.0
"""How far above the estimate a root is looked for, in standard errors."""


@equation("mollisol:least-creditable", "c_least", "t CO2e/ha", ours("selection by the bar"))
def least_creditable(
    *,
    standard_error_t_co2e_per_ha: Amount,
    degrees_of_freedom: Freedom,
    confidence: Confidence,
    widest_half_width_percent: AboveZero,
) -> Value:
    r"""Return the least that a project with this error is credited whenever it passes the bar.

    A project whose true change is below it is over-credited every time it issues.

    Parameters
    ----------
    standard_error_t_co2e_per_ha, degrees_of_freedom
        Of the estimate that the bar looks at. [t CO2e/ha]
    confidence
        Of the deduction. [fraction]
    widest_half_width_percent
        The bar: of the two-sided 90 % interval, in per cent of the estimate. [above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: c_{least} = \left(\frac{t_{0.95}}{B} - t_p\right) SE

    Here :math:`SE` is ``standard_error_t_co2e_per_ha``, :math:`p` is ``confidence`` and :math:`B` is
    ``widest_half_width_percent`` over 100; both t have ``degrees_of_freedom``.

    Source: the least estimate that passes is t(0.95) SE / B, and t(p) SE comes off it (docs/selection.md).

    Examples
    --------
    >>> result = least_creditable(
    ...     standard_error_t_co2e_per_ha=2.0,
    ...     degrees_of_freedom=5.0,
    ...     confidence=0.6666666666666666,
    ...     widest_half_width_percent=100.0,
    ... )
    >>> print(result)
    3.115581
    """
    at_bar = t_quantile(probability=HALF_WIDTH, degrees_of_freedom=degrees_of_freedom)
    deducted = t_quantile(probability=confidence, degrees_of_freedom=degrees_of_freedom)
    return (100 * at_bar / widest_half_width_percent - deducted) * standard_error_t_co2e_per_ha


@equation(
    "mollisol:bound-given-the-bar",
    "c_bar",
    "t CO2e/ha",
    Locator("Dzemski, Okui and Wang, arXiv 2502.20917", "2025"),
)
def bound_given_the_bar(
    *,
    mean_change_t_co2e_per_ha: TonnesPerHa,
    standard_error_t_co2e_per_ha: AboveZero,
    degrees_of_freedom: Freedom,
    confidence: Confidence,
    widest_half_width_percent: AboveZero,
) -> Value:
    r"""Return the lower bound of the change among campaigns that pass the bar: information, nothing issues on it.

    Parameters
    ----------
    mean_change_t_co2e_per_ha, standard_error_t_co2e_per_ha, degrees_of_freedom
        Of one estimate that passed. [t CO2e/ha]
    confidence
        That the truth is at least the bound, among the campaigns that pass. [fraction]
    widest_half_width_percent
        The bar. [above 0]

    Returns
    -------
    float
        0 where there is no positive bound. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math::

        P(T' \ge T; \delta) = (1 - p) \, P(T' \ge k; \delta), \qquad T = \frac{\bar{d}}{SE}, \quad
        k = \frac{t_{0.95}}{B}, \quad c_{bar} = \delta \, SE

    :math:`T'` is noncentral t with ``degrees_of_freedom`` and noncentrality :math:`\delta`; :math:`\bar{d}` is
    ``mean_change_t_co2e_per_ha``, :math:`SE` is ``standard_error_t_co2e_per_ha``, :math:`p` is ``confidence`` and
    :math:`B` is ``widest_half_width_percent`` over 100.

    Source: a one-sided bound conditional on having passed one known bar (docs/selection.md). It knows no other
    selection.

    Examples
    --------
    >>> result = bound_given_the_bar(
    ...     mean_change_t_co2e_per_ha=6.0,
    ...     standard_error_t_co2e_per_ha=1.0,
    ...     degrees_of_freedom=4.0,
    ...     confidence=0.6666666666666666,
    ...     widest_half_width_percent=100.0,
    ... )
    >>> print(result)
    4.508838
    """
    nu = float(degrees_of_freedom)
    ratio = float(mean_change_t_co2e_per_ha / standard_error_t_co2e_per_ha)
    bar = (
        100
        * float(t_quantile(probability=HALF_WIDTH, degrees_of_freedom=nu))
        / float(widest_half_width_percent)
    )

    def above(threshold: float, shift: float) -> float:
        return float(1 - nctdtr(nu, shift, threshold) if np.isfinite(nu) else ndtr(shift - threshold))

    def excess(shift: float) -> float:
        return above(ratio, shift) - (1 - float(confidence)) * above(bar, shift)

    if ratio < bar or excess(0.0) >= 0:
        return 0.0
    error = float(standard_error_t_co2e_per_ha)
    if ratio > bar + _FAR:
        # passing the bar says nothing there, and noncentral t is the normal part over a chi: their ratio alone is left
        shift = ratio * np.sqrt(chdtri(nu, confidence) / nu) if np.isfinite(nu) else ratio - ndtri(confidence)
        return float(shift) * error
    return float(brentq(excess, 0.0, ratio + _REACH, xtol=1e-12)) * error
