"""Errors that several projects share, in the sum over a portfolio."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtri

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Number, Numbers, equation
from mollisol.quantification.checks import Value
from mollisol.uncertainty.groups import Labels, places

_UPPER_END: Final = 0.975
"""Probability up to the upper end of a range of 95 % (IPCC 2006 Guidelines, Volume 1, section 3.1.3)."""


@equation(
    "mollisol:variance-of-shared-errors", "s2", "(t CO2e)^2", Locator("JCGM 100", "2008", "5.2.2", "16")
)
def variance_of_shared_errors(*, standard_error: Numbers, group: Labels) -> Value:
    r"""Return the variance of a sum of errors, of which those of one group are one error and groups are independent.

    Parameters
    ----------
    standard_error
        Of each error, shape (n,); below 0 where a shared error moves it the other way. [t CO2e]
    group
        The id of the group of each error.

    Returns
    -------
    float
        Of the sum. [(t CO2e)^2]

    Raises
    ------
    ValueError
        If there is not one id for each error, or a number is not finite.

    Notes
    -----
    .. math:: s^2 = \sum_g \left(\sum_{i \in g} s_i\right)^2

    Here :math:`s_i` is ``standard_error`` and :math:`g` runs over the groups.

    Source: with correlation 1 inside a group and 0 between groups the law of propagation is a sum of squares of sums.

    Examples
    --------
    >>> print(
    ...     variance_of_shared_errors(
    ...         standard_error=[3.0, 1.0, 2.0], group=["one", "one", "other"]
    ...     )
    ... )
    20.0
    """
    place, _ = places("group", group, standard_error)
    total = np.bincount(place, weights=standard_error)
    return float(total @ total)


@equation(
    "mollisol:relative-error-of-range", "s/c", "1", Locator("IPCC 2006 Guidelines, Volume 1", "2006", "3.1.3")
)
def relative_error_of_range(*, low: Number, central: Number, high: Number) -> Value:
    r"""Return the relative standard error of a factor from its printed range of 95 %.

    Parameters
    ----------
    low, central, high
        The range and the value in it, all in one unit; ``central`` is not 0.

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        If ``central`` is 0, or a number is not finite.

    Notes
    -----
    .. math:: \frac{s}{c} = \frac{h - l}{2 \, z_{0.975} \, |c|}

    Here :math:`l`, :math:`c` and :math:`h` are ``low``, ``central`` and ``high``.

    Source: the guidelines state uncertainties as intervals of 95 %; a skewed range is taken by its half width.

    Examples
    --------
    >>> result = relative_error_of_range(low=0.06, central=0.12, high=0.12)
    >>> print(round(result, 9))
    0.127553364
    """
    if np.any(np.asarray(central) == 0):
        raise ValueError("central must not be 0: a range around 0 has no relative error")
    return (high - low) / (2 * ndtri(_UPPER_END) * np.abs(central))
