"""A forecast met by a re-measurement, and what that says of what was issued (VM0042 v2.2 section 8.6.1.3).

Conditioning a forecast on a measurement (state assimilation, outside the printed rule) is in
:mod:`mollisol.uncertainty.posterior.conjugate`: ``combined_mean``, ``forward_mean`` and their variances.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from scipy.special import betaincinv, stdtr

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Count,
    Freedom,
    Number,
    Probability,
    equation,
    vm0042,
)
from mollisol.quantification.checks import Value


@equation("mollisol:forecast-deviation", "z", "1", Locator("JCGM 100", "2008", "5.1", "10"))
def forecast_deviation(
    *,
    forecast: Number,
    forecast_sd: Amount,
    measured: Number,
    measured_standard_error: AboveZero,
) -> Value:
    r"""Return the distance of a re-measurement from its forecast, in standard deviations of their difference.

    Parameters
    ----------
    forecast, forecast_sd
        Forecast change and its sd, parameters and model error together. [t CO2e/ha; 0 or more]
    measured, measured_standard_error
        Re-measured change and its standard error. [t CO2e/ha; above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined; above zero where more was measured than was forecast.

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: z = \frac{m - f}{\sqrt{s_f^2 + s_m^2}}

    Here :math:`f` is ``forecast``, :math:`s_f` is ``forecast_sd``, :math:`m` is ``measured`` and :math:`s_m` is
    ``measured_standard_error``.

    Source: the two errors are independent, for the cores of the re-measurement were not in the forecast; their
    variances add.

    Examples
    --------
    >>> result = forecast_deviation(
    ...     forecast=3.0, forecast_sd=1.2, measured=1.8, measured_standard_error=0.9
    ... )
    >>> print(result)
    -0.8
    """
    return (measured - forecast) / np.sqrt(forecast_sd**2 + measured_standard_error**2)


@equation(
    "mollisol:chance-below-issued", "P(ER < issued)", "1", vm0042("8.6.4", "74 solved for the probability")
)
def chance_below_issued(
    *,
    issued: Number,
    mean: Number,
    standard_error: AboveZero,
    degrees_of_freedom: Freedom,
) -> Value:
    r"""Return the probability that the truth lies below what was issued, as a re-measurement tells it.

    Parameters
    ----------
    issued
        What was credited up to the re-measurement. [t CO2e/ha]
    mean, standard_error
        Re-measured amount. [t CO2e/ha; above 0]
    degrees_of_freedom
        Of the standard error. [above 0, infinity for a known one]

    Returns
    -------
    float or array
        Shape of the arguments combined. The deduction leaves one less its confidence.

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: P = T_\nu\left(\frac{c - \bar{d}}{SE}\right)

    Here :math:`c` is ``issued``, :math:`\bar{d}` is ``mean``, :math:`SE` is ``standard_error`` and :math:`\nu`
    is ``degrees_of_freedom``. :math:`T_\nu` is the distribution function of Student's t.

    Source: the deduction takes t(confidence, df) standard errors off the mean; here the multiple is known and its
    probability asked for.

    Examples
    --------
    >>> print(chance_below_issued(issued=3.0, mean=2.0, standard_error=1.0, degrees_of_freedom=1.0))
    0.75
    """
    return np.asarray(stdtr(degrees_of_freedom, (issued - mean) / standard_error), dtype=np.float64)[()]


@equation(
    "mollisol:share-bound", "p", "1", Locator("Clopper and Pearson, Biometrika 26", "1934", "exact limits")
)
def share_bound(
    *,
    count: Annotated[Value, Range(0, whole=True)],
    trials: Count,
    side: Literal["low", "high"],
    tail: Probability,
) -> Value:
    r"""Return the bound of a share that was seen in a few trials, exact for the binomial.

    Parameters
    ----------
    count, trials
        How often, of how many trials. [whole numbers, 0 up to ``trials``; 1 or more]
    side
        Which bound.
    tail
        Probability beyond it. [between 0 and 1]

    Returns
    -------
    float or array
        Shape of the arguments combined.

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: p_{low} = B^{-1}(\alpha; k, n - k + 1), \qquad p_{high} = B^{-1}(1 - \alpha; k + 1, n - k)

    Here :math:`k` is ``count``, :math:`n` is ``trials`` and :math:`\alpha` is ``tail``. :math:`B^{-1}` is the
    quantile of the beta distribution, and ``side`` picks one of the two.

    Source: the quantiles of beta(count, trials - count + 1) and beta(count + 1, trials - count); 0 and 1 at the ends.

    Examples
    --------
    >>> print(share_bound(count=0, trials=10, side="low", tail=0.025))
    0.0
    """
    if np.any(np.asarray(count) > trials):
        raise ValueError("count must be at most trials")
    if side == "low":
        return np.where(count == 0, 0.0, betaincinv(np.maximum(count, 1), trials - count + 1.0, tail))[()]
    high = betaincinv(count + 1.0, np.maximum(trials - count, 1), 1.0 - tail)
    return np.where(count == trials, 1.0, high)[()]
