"""Between-site variance of control sites, pooled over the project.

Points within a control site do not show that the site is not the unit it stands for. With one control site in a stratum
the printed equations have nothing else. Several sites in the project do show it: the spread of their mean changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    finite,
    row,
    same_shape,
    together,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
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
    symbol="s_control^2",
    unit="(t CO2e/ha)^2",
    locator=Locator("mollisol", "0.1", section="control sites pooled over the project"),
)
def between_site_variance(*, site_mean_t_co2e_per_ha: ArrayLike, site_mean_variance: ArrayLike) -> Value:
    """Variance between the true changes of control sites, over the whole project.

    Parameters
    ----------
    site_mean_t_co2e_per_ha
        Mean change of each control site, shape (..., C) with C of 2 or more. [t CO2e/ha]
    site_mean_variance
        Its sampling variance from the points within, same shape. [(t CO2e/ha)^2, 0 or more]

    Returns
    -------
    float or array
        Variance of the means less the mean sampling variance, not below 0. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For one site, shapes that differ, or an argument outside the ranges above.

    Notes
    -----
    Source: analysis of variance. What differs between strata's baselines counts as difference between sites, to the
    safe side.
    """
    mean = row("site_mean_t_co2e_per_ha", finite("site_mean_t_co2e_per_ha", site_mean_t_co2e_per_ha), 2)
    within = at_least("site_mean_variance", site_mean_variance, 0.0)
    same_shape(site_mean_t_co2e_per_ha=mean, site_mean_variance=within)
    return np.maximum(mean.var(axis=-1, ddof=1) - within.mean(axis=-1), 0.0)


def pooled_control_variance(
    *,
    lever_ha: ArrayLike,
    site_mean_t_co2e_per_ha: ArrayLike,
    site_mean_variance: ArrayLike,
    site_degrees_of_freedom: ArrayLike,
) -> ControlVariance:
    """Give the variance of the control total with the difference between sites in it.

    Parameters
    ----------
    lever_ha
        Area that leans on each site, shape (C,). [ha]
    site_mean_t_co2e_per_ha, site_mean_variance
        As in :func:`between_site_variance`, shape (..., C); with one site its sampling variance is all there is.
    site_degrees_of_freedom
        Points in each site less one, shape (C,). A site of one point has variance 0 and any number here. [above 0]

    Returns
    -------
    ControlVariance
        Sum over sites of lever^2 (between + within). Where sites differ no more than their points do, the larger of
        the two estimates of one site's variance is taken, so that chance never makes it smaller.

    Raises
    ------
    ValueError
        For shapes that do not fit, or an argument outside the ranges above.

    Notes
    -----
    Degrees of freedom after Satterthwaite, of the two estimates that make it up: the spread of the sites' means (C - 1)
    and the points within.
    """
    lever = row("lever_ha", finite("lever_ha", lever_ha))
    mean = row("site_mean_t_co2e_per_ha", finite("site_mean_t_co2e_per_ha", site_mean_t_co2e_per_ha))
    within = at_least("site_mean_variance", site_mean_variance, 0.0)
    freedom = degrees("site_degrees_of_freedom", site_degrees_of_freedom)
    same_shape(site_mean_t_co2e_per_ha=mean, site_mean_variance=within)
    if lever.shape != mean.shape[-1:] or freedom.shape != lever.shape:
        raise ValueError(f"lever_ha must be one number for each site, found {lever.shape} for {mean.shape}")
    together(lever_ha=lever, site_mean_t_co2e_per_ha=mean)
    square = lever**2
    own = square * within
    if lever.size == 1:
        nu = np.broadcast_to(freedom[0], mean.shape[:-1]).astype(np.float64)
        return ControlVariance(own[..., 0], nu, own, np.zeros(mean.shape[:-1]))
    between = np.asarray(between_site_variance(site_mean_t_co2e_per_ha=mean, site_mean_variance=within))
    by_site = square * (between[..., None] + within)
    # between + within_c = spread of means + (within_c - mean within): the spread carries C - 1
    share = square.sum()
    spread = share * mean.var(axis=-1, ddof=1)
    rest = np.abs(own - share * within / lever.size)
    parts = np.concatenate([spread[..., None], rest], axis=-1)
    numbers = np.append(lever.size - 1.0, freedom)
    of_spread = np.asarray(satterthwaite(variances=parts, degrees_of_freedom=numbers))
    of_points = np.asarray(satterthwaite(variances=own, degrees_of_freedom=freedom))
    nu = np.where(between > 0, np.minimum(of_spread, of_points), of_points)
    return ControlVariance(by_site.sum(axis=-1), nu, by_site, between)
