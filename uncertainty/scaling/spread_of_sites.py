"""The spread between control sites, from their mean changes: each site is one replicate."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Confidence, Fraction, Numbers, equation, ours
from mollisol.quantification.checks import FloatArray, Value
from mollisol.uncertainty.groups import Labels

LONE_SITE: Final = 1.5
"""What the variance of a control site counts where no second site shows a spread: puts a design that is all control
variance at 0.69; 1.7 at 0.70, 1.0 at 0.667 (docs/deduction.md)."""


def groups_of_sites(link_weight: FloatArray) -> NDArray[np.int64]:
    """Return the group of each control site, shape (sites,): sites linked to the same strata.

    Where no group has two sites all are one group: their spread can only be seen over the whole project, and what
    differs between the baselines of strata is then in it, to the safe side.

    Parameters
    ----------
    link_weight
        Weight of each site in the control mean of each stratum, shape (strata, sites).
    """
    _, place = np.unique(link_weight > 0, axis=1, return_inverse=True)
    group = np.asarray(place, dtype=np.int64).ravel()
    return group if np.bincount(group).max() > 1 else np.zeros_like(group)


def freedom_of_sites(group: Labels) -> int:
    """Return the degrees of freedom of the spread between sites: sites less groups, 0 for one site."""
    ids = np.asarray(group)
    return int(ids.size - np.unique(ids).size)


@equation(
    "mollisol:spread-of-sites",
    "S",
    "(t CO2e/ha)^2",
    Locator("Thomas and Hultquist, Annals of Statistics 6", "1978", page="582-587"),
)
def spread_of_sites(*, site_mean_t_co2e_per_ha: Numbers, group: Labels) -> Value:
    r"""Return the variance between the mean changes of control sites, within groups of them.

    Parameters
    ----------
    site_mean_t_co2e_per_ha
        Shape (..., C). [t CO2e/ha]
    group
        Id of the group of each site, shape (C,), two sites or more in one of them.

    Returns
    -------
    float or array
        Shape (...). [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For groups of one site only, shapes that do not fit, or a number that is not finite.

    Notes
    -----
    .. math:: S = \frac{1}{C - G} \sum_c \left(\bar{y}_c - \bar{y}_{g(c)}\right)^2

    Here :math:`\bar{y}_c` is ``site_mean_t_co2e_per_ha`` and :math:`g(c)` is ``group``; there are :math:`C` sites in
    :math:`G` groups.

    Source: Thomas and Hultquist (1978): unweighted means of unbalanced groups spread nearly as chi-square. Whatever
    differs between and within sites is in it, so that nothing has to be estimated apart or cut off at zero.

    Examples
    --------
    >>> print(spread_of_sites(site_mean_t_co2e_per_ha=[1.0, 3.0, 7.0], group=[0, 0, 1]))
    2.0
    """
    ids = np.asarray(group)
    if ids.shape != site_mean_t_co2e_per_ha.shape[-1:]:
        raise ValueError(
            f"group must hold one id for each site, found {ids.shape} for {site_mean_t_co2e_per_ha.shape}"
        )
    freedom = freedom_of_sites(ids)
    if freedom < 1:
        raise ValueError("group must have two sites or more in one of its groups")
    member = np.equal.outer(ids, np.unique(ids)).astype(np.float64)
    off = site_mean_t_co2e_per_ha - site_mean_t_co2e_per_ha @ (member / member.sum(axis=0)) @ member.T
    squares: FloatArray = (off**2).sum(axis=-1)
    return (squares / freedom)[()]


@equation("mollisol:lone-site-variance", "V_c", "(t CO2e/ha)^2", ours("a control site that stands alone"))
def lone_site_variance(*, variance_of_site_mean: Amount, factor: Amount) -> Value:
    r"""Return what a control site that stands alone counts for, where no second site shows how sites differ.

    Parameters
    ----------
    variance_of_site_mean
        From its points. [(t CO2e/ha)^2]
    factor
        [1]

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
    .. math:: V_c = k \, v_c

    Here :math:`v_c` is ``variance_of_site_mean`` and :math:`k` is ``factor``.

    Source: docs/deduction.md. It covers a difference between sites of up to about 0.8 standard errors of the site's
    mean; what lies beyond no data of one site can show.

    Examples
    --------
    >>> print(lone_site_variance(variance_of_site_mean=2.0, factor=1.5))
    3.0
    """
    return factor * variance_of_site_mean


@equation("mollisol:level-of-sites", "p_B", "1", ours("a larger of two deductions covers more than either"))
def level_of_sites(*, confidence: Confidence, below_confidence: Fraction) -> Value:
    r"""Return the level of the deduction that takes control sites as replicates.

    Parameters
    ----------
    confidence
        Of the methodology's deduction. [fraction]
    below_confidence
        How far this one's lies below it. [fraction]

    Returns
    -------
    float or array
        Not below a half; shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: p_B = \max\left(\frac{1}{2}, p - b\right)

    Here :math:`p` is ``confidence`` and :math:`b` is ``below_confidence``.

    Source: docs/deduction.md. The larger of two deductions covers more than either, so that one has a lower level.

    Examples
    --------
    >>> print(level_of_sites(confidence=0.75, below_confidence=0.01))
    0.74
    """
    return np.maximum(confidence - below_confidence, 0.5)[()]
