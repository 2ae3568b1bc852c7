"""Between-site variance of control sites, pooled over the project.

Points within a control site do not show that the site is not the unit it stands for. With one control site in a stratum
the printed equations have nothing else. Several sites in the project do show it: the spread of their mean changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import equation, ours
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    finite,
    row,
    same_shape,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.groups import Labels
from mollisol.uncertainty.student import degrees


@dataclass(frozen=True, slots=True)
class ControlVariance:
    """Variance of the control total and its degrees of freedom.

    Parameters
    ----------
    variance_t2
        Shape (...). [(t CO2e)^2]
    degrees_of_freedom
        Shape (...).
    by_site_t2
        What each site adds, shape (..., C). [(t CO2e)^2]
    between_sites
        Estimated variance between sites, shape (...). [(t CO2e/ha)^2]
    """

    variance_t2: FloatArray
    degrees_of_freedom: FloatArray
    by_site_t2: FloatArray
    between_sites: FloatArray


@equation(
    "mollisol:between-control-sites",
    "s_control^2",
    "(t CO2e/ha)^2",
    ours("control sites pooled over the project"),
)
def between_site_variance(
    *,
    site_mean_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    site_mean_variance: Annotated[FloatArray, Range(0)],
) -> Value:
    r"""Return the variance between the true changes of control sites, over the whole project.

    Parameters
    ----------
    site_mean_t_co2e_per_ha
        Mean change of each control site, shape (..., C) with C of 2 or more. [t CO2e/ha]
    site_mean_variance
        Its sampling variance from the points within, same shape. [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        Variance of the means less the mean sampling variance, not below 0. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For one site, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: s_{control}^2 = \max\left(0, s_{\bar{y}}^2 - \frac{1}{n} \sum_i v_i\right)

    Here :math:`v_i` is ``site_mean_variance``. :math:`s_{\bar{y}}^2` is the variance of
    ``site_mean_t_co2e_per_ha`` over :math:`n` sites.

    Source: analysis of variance. What differs between strata's baselines counts as difference between sites, to the
    safe side.

    Examples
    --------
    >>> print(between_site_variance(site_mean_t_co2e_per_ha=[1.0, 2.0], site_mean_variance=[3.0, 3.0]))
    0.0
    """
    same_shape(site_mean_t_co2e_per_ha=site_mean_t_co2e_per_ha, site_mean_variance=site_mean_variance)
    return np.maximum(site_mean_t_co2e_per_ha.var(axis=-1, ddof=1) - site_mean_variance.mean(axis=-1), 0.0)


def _spread(
    mean: FloatArray, within: FloatArray, group: Labels | None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return spread of the sites' means in their groups, weights of the within variances in it, and group numbers."""
    sites = mean.shape[-1]
    place = np.zeros(sites, dtype=np.intp)
    if group is not None:
        ids = np.asarray(group)
        if ids.shape != (sites,):
            raise ValueError(f"group must hold one id for each site, found {ids.shape} for {sites}")
        _, place = np.unique(ids, return_inverse=True)
        if np.bincount(place).max() < 2:
            place = np.zeros(sites, dtype=np.intp)
    size = np.bincount(place)
    member = np.equal.outer(place, np.arange(size.size)).astype(np.float64)
    off = mean - (mean @ member / size)[..., place]
    weight = (1 - 1 / size[place]) / (sites - size.size)
    squares: FloatArray = (off**2) @ member
    total: FloatArray = squares.sum(axis=-1) / (sites - size.size)
    return total, np.asarray(within @ weight), weight, np.stack([place, size[place]])


def _group_freedom(mean: FloatArray, lever: FloatArray, numbers: FloatArray) -> FloatArray:
    """Return the degrees of freedom where every group of two sites or more keeps its own spread."""
    place, size = numbers
    parts, freedoms = [], []
    for number in np.unique(place[size > 1]):
        chosen = place == number
        k = int(chosen.sum())
        parts.append((lever[chosen] ** 2).sum() * mean[..., chosen].var(axis=-1, ddof=1))
        freedoms.append(k - 1.0)
    return np.asarray(
        satterthwaite(variances=np.stack(parts, axis=-1), degrees_of_freedom=np.asarray(freedoms))
    )


def pooled_control_variance(
    *,
    lever_ha: ArrayLike,
    site_mean_t_co2e_per_ha: ArrayLike,
    site_mean_variance: ArrayLike,
    site_degrees_of_freedom: ArrayLike,
    group: Labels | None = None,
) -> ControlVariance:
    """Return the variance of the control total with the difference between sites in it.

    Parameters
    ----------
    lever_ha
        Area that leans on each site, shape (C,). [ha]
    site_mean_t_co2e_per_ha, site_mean_variance
        As in :func:`between_site_variance`, shape (..., C); with one site its sampling variance is all there is.
    site_degrees_of_freedom
        Points in each site less one, shape (C,). A site of one point has variance 0 and any number here. [above 0]
    group
        Id of what the sites stand for (the strata they are linked to), shape (C,). Sites of one group differ as
        controls; where some group has two sites, the spread is taken within groups. Where none has, or no group is
        given, it is taken over all sites: what differs between strata's baselines is then in it, to the safe side.

    Returns
    -------
    ControlVariance
        Sum over sites of lever^2 (between + within). Where sites differ no more than their points do, the difference
        between them is 0 and the points within are all there is.

    Raises
    ------
    ValueError
        For shapes that do not fit, or an argument outside the ranges above.

    Notes
    -----
    Degrees of freedom after Satterthwaite, of the two estimates that make it up: the spread of the sites' means and the
    points within; and not above those that the points, or the groups one by one, would give.
    """
    lever = row("lever_ha", finite("lever_ha", lever_ha))
    mean = row("site_mean_t_co2e_per_ha", finite("site_mean_t_co2e_per_ha", site_mean_t_co2e_per_ha))
    within = at_least("site_mean_variance", site_mean_variance, 0.0)
    freedom = degrees("site_degrees_of_freedom", site_degrees_of_freedom)
    same_shape(site_mean_t_co2e_per_ha=mean, site_mean_variance=within)
    if lever.shape != mean.shape[-1:] or freedom.shape != lever.shape:
        raise ValueError(f"lever_ha must be one number for each site, found {lever.shape} for {mean.shape}")
    square = lever**2
    own = square * within
    of_points = np.asarray(satterthwaite(variances=own, degrees_of_freedom=freedom))
    if lever.size == 1:
        return ControlVariance(own[..., 0], of_points, own, np.zeros(mean.shape[:-1]))
    spread, mean_within, weight, numbers = _spread(mean, within, group)
    between = np.maximum(spread - mean_within, 0.0)
    by_site = square * (between[..., None] + within)
    # between + within = spread + (within - its weighted mean): the spread carries the degrees of freedom of sites
    share = square.sum()
    rest = np.abs(own - share * weight * within)
    groups = float(np.unique(numbers[0]).size)
    parts = np.concatenate([(share * spread)[..., None], rest], axis=-1)
    of_spread = np.asarray(
        satterthwaite(variances=parts, degrees_of_freedom=np.append(lever.size - groups, freedom))
    )
    of_spread = np.minimum(of_spread, _group_freedom(mean, lever, numbers))
    nu = np.where(between > 0, np.minimum(of_spread, of_points), of_points)
    return ControlVariance(by_site.sum(axis=-1), nu, by_site, between)
