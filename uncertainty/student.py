"""Quantiles of Student's t, from ``scipy.special`` alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Amount, Freedom, Probability, equation, vm0042
from mollisol.quantification.checks import FloatArray, Value, finite, within


def degrees(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as degrees of freedom: above 0, infinity allowed.

    Raises
    ------
    ValueError
        If it is not.
    """
    return within(name, value, Range(0, math.inf, above=True))


def probability_of(name: str, value: ArrayLike, low: float = 0.0) -> FloatArray:
    """Return the argument as probabilities strictly below 1 and above ``low`` (``low`` itself only if not 0).

    Raises
    ------
    ValueError
        If it is not.
    """
    return within(name, value, Range(low, 1, above=not low, below=True))


@equation("mollisol:standard-error", "SE", "t CO2e/ha", Locator("JCGM 100 (GUM)", "2008", "2.3.1"))
def standard_error(*, variance_of_mean: Amount) -> Value:
    r"""Return the square root of the variance of a mean.

    Parameters
    ----------
    variance_of_mean
        [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        Same shape. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside the range above.

    Notes
    -----
    .. math:: SE = \sqrt{s^2}

    Here :math:`s^2` is ``variance_of_mean``.

    Source: the definition of a standard uncertainty.

    Examples
    --------
    >>> print(standard_error(variance_of_mean=[6.25, 0.0, 1.44]))
    [2.5 0.  1.2]
    """
    return np.sqrt(variance_of_mean)[()]


@equation("mollisol:t-quantile", "t", "1", vm0042("8.6.4", "74, its t value"))
def t_quantile(*, probability: Probability, degrees_of_freedom: Freedom) -> Value:
    r"""Return the quantile of Student's t.

    Parameters
    ----------
    probability
        Share of the distribution below the quantile. [fraction]
    degrees_of_freedom
        Above 0; infinity gives the normal quantile.

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
    .. math:: P(T_\nu \le t) = p

    Here :math:`p` is ``probability`` and :math:`\nu` is ``degrees_of_freedom``.

    Source: the inverse of Student's distribution function.

    Examples
    --------
    >>> print(t_quantile(probability=0.5, degrees_of_freedom=7.0))
    0.0
    """
    known = np.isfinite(degrees_of_freedom)
    quantile = np.where(
        known, stdtrit(np.where(known, degrees_of_freedom, 1.0), probability), ndtri(probability)
    )
    return finite("the t quantile of degrees_of_freedom", quantile)[()]
