"""Where the deduction of the moment form comes from, and what one more replicate would buy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amounts, equation
from mollisol.quantification.checks import FloatArray, Value, at_least, ratio, row, same_shape
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.student import degrees, t_quantile


@equation("mollisol:variance-shares", "u_i", "1", Locator("JCGM 100 (GUM)", "2008", "5.1"))
def variance_shares(*, variance_of_mean: Amounts) -> Value:
    r"""Return the share of each source in the variance of the mean, and so in the deduction.

    Parameters
    ----------
    variance_of_mean
        By source, shape (..., k), not all 0. [(t CO2e/ha)^2]

    Returns
    -------
    array
        Same shape, sums to 1 along the last axis. [fraction]

    Raises
    ------
    ValueError
        For variances that are all 0, or an argument outside its range.

    Notes
    -----
    .. math:: u_i = \frac{s_i^2}{\sum_j s_j^2}

    Here :math:`s_i^2` is ``variance_of_mean``.

    Source: independent errors add in variance. Shares of standard errors would not sum to anything.

    Examples
    --------
    >>> print(variance_shares(variance_of_mean=[1.0, 3.0]))
    [0.25 0.75]
    """
    return ratio("variance_of_mean", variance_of_mean, variance_of_mean.sum(axis=-1, keepdims=True))


def deduction_with_one_more(
    *, variance_of_mean: ArrayLike, degrees_of_freedom: ArrayLike, confidence: float
) -> tuple[float, FloatArray]:
    """Return the deduction of the moment form, and the same with one more replicate of each term.

    Parameters
    ----------
    variance_of_mean
        What each term adds to the variance of the mean, shape (k,). [(t CO2e/ha)^2, 0 or more]
    degrees_of_freedom
        Of each term, its replicates less one, shape (k,). [above 0]
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]

    Returns
    -------
    tuple
        The deduction, and that with one more of each, shape (k,): of n replicates then n + 1 share the variance, and
        Satterthwaite sees one degree of freedom more. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ, or a number out of range.
    """
    variance = row("variance_of_mean", at_least("variance_of_mean", variance_of_mean, 0.0))
    freedom = row("degrees_of_freedom", degrees("degrees_of_freedom", degrees_of_freedom))
    same_shape(variance_of_mean=variance, degrees_of_freedom=freedom)
    nu = satterthwaite(variances=variance, degrees_of_freedom=freedom)
    # Of each term: the sums without it and with what it has then, so that many terms make no square of numbers.
    largest = float(variance.max()) or 1.0
    share = variance / largest
    fewer = share * (1 - 1 / (freedom + 2))
    squares = share**2 / freedom
    total = share.sum() - share + fewer
    spread = squares.sum() - squares + fewer**2 / (freedom + 1)
    one_more = np.where(spread > 0, total**2 / np.where(spread > 0, spread, 1.0), np.inf)
    before, after = (t_quantile(probability=confidence, degrees_of_freedom=one) for one in (nu, one_more))
    return float(before * np.sqrt(variance.sum())), np.asarray(after * np.sqrt(largest * total))
