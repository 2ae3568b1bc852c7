"""A change of approach (GS 402 v1.0, section 8), and the cut at the end of 2025 (Gold Standard 119 v1.2)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Tonnes, equation
from mollisol.quantification.checks import Value

_gs = partial(Locator, "Gold Standard 402", "1.0")
_aligned = partial(Locator, "Gold Standard 119", "1.2")


@equation("gs402:table-5-difference", "d", "fraction", _gs("8", "", "5"))
def difference_of_approaches(*, old_t_c: AboveZero, new_t_c: AboveZero) -> Value:
    r"""Return how far two approaches lie apart, as a share of the old one.

    Parameters
    ----------
    old_t_c
        Baseline stock by the approach so far. [t C]
    new_t_c
        By the new one, for the same day. [t C]

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: d = \frac{|S_{new} - S_{old}|}{S_{old}}

    Here :math:`S_{old}` is ``old_t_c`` and :math:`S_{new}` is ``new_t_c``.

    Source: section 8; row 3 of Table 5 calls 37 to 39 below 5 %, and it is 5.4 %.

    Examples
    --------
    >>> print(difference_of_approaches(old_t_c=[55.0, 37.0], new_t_c=[54.0, 39.0]))
    [0.01818182 0.05405405]
    """
    return np.abs(new_t_c - old_t_c) / old_t_c


@equation("gs402:table-5-rule", "rule", "0 to 3", _gs("8", "", "5"))
def rule_of_approach_change(
    *,
    old_approach: Annotated[Value, Range(1, 3, whole=True)],
    new_approach: Annotated[Value, Range(1, 3, whole=True)],
    difference_fraction: Amount,
    neutral_fraction: Fraction,
) -> Value:
    r"""Return the rule of a change of approach: 0 for rule 1, which forbids it, 1 for 2a, 2 for 2b, 3 for 2c.

    Parameters
    ----------
    old_approach
        1, 2 or 3.
    new_approach
        1, 2 or 3.
    difference_fraction
        How far they lie apart. [fraction]
    neutral_fraction
        Up to where the change is neutral. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [0 to 3]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: r = \begin{cases} 0 & n = 3 > o \\ 1 & d \le d_0 \\ 2 & n = 2 \\ 3 & n = 1 \end{cases}

    Here :math:`o` is ``old_approach``, :math:`n` is ``new_approach``, :math:`d` is ``difference_fraction``
    and :math:`d_0` is ``neutral_fraction``.

    Source: section 8 and Table 5. Approach 3 renewed with other factors that lie farther apart has no rule
    there, and counts as forbidden.

    Examples
    --------
    >>> result = rule_of_approach_change(
    ...     old_approach=[3, 3, 2, 1, 1, 1, 3], new_approach=[2, 2, 2, 2, 2, 3, 1],
    ...     difference_fraction=[0.018, 0.119, 0.054, 0.044, 0.044, 0.0, 0.159], neutral_fraction=0.05
    ... )
    >>> print(result)
    [1. 2. 2. 1. 1. 0. 3.]
    """
    apart = difference_fraction > neutral_fraction
    forbidden = (new_approach == 3) & ((old_approach < 3) | apart)
    allowed: Value = np.where(apart, np.where(new_approach == 2, 2.0, 3.0), 1.0)
    return np.where(forbidden, 0.0, allowed)[()]


@equation("gs402:table-5", "S_0", "t C", _gs("8", "", "5"))
def baseline_after_approach_change_t_c(
    *,
    old_approach: Annotated[Value, Range(1, 3, whole=True)],
    rule: Annotated[Value, Range(1, 3, whole=True)],
    old_t_c: Amount,
    new_t_c: Amount,
) -> Value:
    r"""Return the baseline stock after a change of approach; a higher measured one stays under 2a and 2b.

    Parameters
    ----------
    old_approach
        1, 2 or 3.
    rule
        That it falls under: 1 for 2a, 2 for 2b, 3 for 2c; what rule 1 forbids has no baseline.
    old_t_c
        Baseline stock by the approach so far. [t C]
    new_t_c
        By the new one. [t C]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: S_0 = \max(S_{new}, S_{old}) \text{ if measured before, else } S_{new}

    Here :math:`S_{old}` is ``old_t_c`` and :math:`S_{new}` is ``new_t_c``; ``old_approach`` 1 is measured,
    and ``rule`` 3 takes the new one always.

    Source: section 8 and Table 5.

    Examples
    --------
    >>> result = baseline_after_approach_change_t_c(
    ...     old_approach=[3, 3, 2, 1, 1, 3], rule=[1, 2, 2, 1, 1, 3],
    ...     old_t_c=[55.0, 143.0, 37.0, 45.0, 68.0, 82.0], new_t_c=[54.0, 126.0, 39.0, 47.0, 65.0, 69.0]
    ... )
    >>> print(result)
    [ 54. 126.  39.  47.  68.  69.]
    """
    return np.where((old_approach == 1) & (rule < 3), np.maximum(old_t_c, new_t_c), new_t_c)[()]


@equation("gs119:3.1.2", "issuable", "t CO2e", _aligned("3.1.2"))
def issuable_before_cut_t_co2e(*, net_t_co2e: Tonnes, days_before: Amount, days: AboveZero) -> Value:
    r"""Return what of a period lies before the cut; the rest is deferred.

    Parameters
    ----------
    net_t_co2e
        Of the period. [t CO2e]
    days_before
        Days of the period up to the last one that may be issued. [days]
    days
        Of the whole period. [days]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N_1 = N \frac{\min(d_1, d)}{d}

    Here :math:`N` is ``net_t_co2e``, :math:`d_1` is ``days_before`` and :math:`d` is ``days``.

    Source: Gold Standard 119 v1.2, 3.1.2 and 3.1.3: vintages from 2026 on need an aligned methodology. The
    share by days is a reading.

    Examples
    --------
    >>> print(issuable_before_cut_t_co2e(net_t_co2e=250.0, days_before=184.0, days=365.0))
    126.0273973
    """
    return net_t_co2e * np.minimum(days_before, days) / days
