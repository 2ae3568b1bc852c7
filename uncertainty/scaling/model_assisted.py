"""Means with the help of a map: difference and regression estimators, finite populations, clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Count, Fraction, equation
from mollisol.quantification.checks import (
    Value,
    between,
    finite,
    positive,
    ratio,
    row,
    same_shape,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.measurement.laboratory import batch_variance

FEWEST_POINTS: Final = 41
"""Below this the variance of a model-assisted estimate is not to be trusted (more than 40 points)."""


@dataclass(frozen=True, slots=True)
class Assisted:
    """A mean estimated with the help of a map.

    Parameters
    ----------
    mean
        [unit of the value]
    variance_of_mean
        [squared unit]
    degrees_of_freedom
        Of the variance.
    slope
        What was used: 1 for the difference estimator.
    """

    mean: float
    variance_of_mean: float
    degrees_of_freedom: float
    slope: float


@equation("mollisol:finite-population", "1 - f", "1", Locator("Cochran, Sampling Techniques", "3rd", "2.6"))
def finite_population_factor(*, samples: Count, population: Count) -> Value:
    r"""Return the factor on a sampling variance where units were drawn without replacement from so many.

    Parameters
    ----------
    samples
        Units drawn. [whole number]
    population
        Units there are, all of which could be drawn: fields, not points. [whole number, no fewer than drawn]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where all were measured. [0 to below 1]

    Raises
    ------
    ValueError
        For more samples than units, or an argument outside its range.

    Notes
    -----
    .. math:: f = 1 - \frac{n}{N}

    Here :math:`n` is ``samples`` and :math:`N` is ``population``.

    Source: Cochran. Only where declared: VM0042's default draws with replacement. It belongs to sampling error alone;
    measurement and model error do not vanish in a census.

    Examples
    --------
    >>> print(finite_population_factor(samples=5.0, population=20.0))
    0.75
    """
    if np.any(samples > population):
        raise ValueError("population must be at least as many units as samples")
    return 1 - samples / population


def _points(value: ArrayLike, prediction: ArrayLike) -> tuple[Value, Value]:
    """Check the sample of a model-assisted estimate."""
    values = row("value", finite("value", value))
    predicted = row("prediction", finite("prediction", prediction))
    same_shape(value=values, prediction=predicted)
    if values.ndim != 1 or values.size < FEWEST_POINTS:
        raise ValueError(
            f"value needs more than {FEWEST_POINTS - 1} points in one row for a model-assisted estimate, "
            f"found shape {values.shape}: use the stratified mean"
        )
    return values, predicted


def difference_estimate(
    *, value: ArrayLike, prediction: ArrayLike, mean_prediction: ArrayLike, unsampled_share: ArrayLike = 1.0
) -> Assisted:
    """Return the mean of the map plus the mean residual at the points.

    Parameters
    ----------
    value, prediction
        Measured and mapped at the points, a simple random sample, shape (n,) with n above 40. [any unit, the same]
    mean_prediction
        Mean of the map over the whole stratum. [the same unit]
    unsampled_share
        :func:`finite_population_factor`, 1 for sampling with replacement. [0 to 1]

    Returns
    -------
    Assisted
        Slope 1.

    Raises
    ------
    ValueError
        For 40 points or fewer, shapes that differ, or an argument outside the ranges above.

    Notes
    -----
    Source: Cochran, section 7.4 (slope set beforehand). The map must not have been fitted to these points.
    """
    return _assisted(value, prediction, mean_prediction, unsampled_share, fitted=False)


def regression_estimate(
    *, value: ArrayLike, prediction: ArrayLike, mean_prediction: ArrayLike, unsampled_share: ArrayLike = 1.0
) -> Assisted:
    """Return the mean of the points, moved along their regression on the map to the mean of the map.

    Parameters
    ----------
    value, prediction, mean_prediction, unsampled_share
        As in :func:`difference_estimate`.

    Returns
    -------
    Assisted
        With the fitted slope and n - 2 degrees of freedom.

    Raises
    ------
    ValueError
        As in :func:`difference_estimate`, and where the map is the same at all points.

    Notes
    -----
    Source: Cochran, section 7.4, with the term for the estimated slope: residual variance times
    1/n + (map mean - sample mean)^2 / sum of squares, as in a prediction from a fitted line.
    """
    return _assisted(value, prediction, mean_prediction, unsampled_share, fitted=True)


def _assisted(
    value: ArrayLike, prediction: ArrayLike, mean_prediction: ArrayLike, unsampled: ArrayLike, fitted: bool
) -> Assisted:
    measured, mapped = (np.asarray(array) for array in _points(value, prediction))
    wanted = finite("mean_prediction", mean_prediction)
    share = between("unsampled_share", unsampled, 0.0, 1.0)
    if wanted.ndim or share.ndim:
        raise ValueError("mean_prediction and unsampled_share must each be one number")
    n = measured.size
    off = mapped - mapped.mean()
    squares = float((off**2).sum())
    if fitted and squares <= (1e-12 * (1 + abs(float(mapped.mean())))) ** 2 * n:
        raise ValueError("prediction must not be the same at all points")
    slope = float((off * (measured - measured.mean())).sum() / squares) if fitted else 1.0
    gap = float(wanted) - float(mapped.mean())
    residual = measured - measured.mean() - slope * off
    freedom = n - 2 if fitted else n - 1
    spread = float((residual**2).sum() / freedom)
    leverage = gap**2 / squares if fitted else 0.0
    return Assisted(
        mean=float(measured.mean()) + slope * gap,
        variance_of_mean=spread * (float(share) / n + leverage),
        degrees_of_freedom=float(freedom),
        slope=slope,
    )


def intraclass_correlation(*, value: ArrayLike, site: Labels) -> float:
    """Share of the variance that lies between sites.

    Parameters
    ----------
    value
        One value per core, shape (n,). [any unit]
    site
        Id of the site of each, shape (n,).

    Returns
    -------
    float
        0 to 1; 0 where the sites differ no more than their cores do.

    Raises
    ------
    ValueError
        For fewer than two sites, no site with two cores, shapes that differ, or a value that is not finite.
    """
    values = row("value", finite("value", value))
    between_sites = float(batch_variance(value=values, batch=site))
    place, size = places("site", site, values)
    mean = np.bincount(place, weights=values) / size
    within = float(((values - mean[place]) ** 2).sum() / (size.sum() - size.size))
    total = between_sites + within
    return between_sites / total if total > 0 else 0.0


@equation("mollisol:design-effect", "deff", "1", Locator("Kish, Survey Sampling", "1965", "5.4"))
def design_effect(*, points_per_site: Annotated[Value, Range(1)], intraclass_correlation: Fraction) -> Value:
    r"""Return the factor on the variance of a mean when points come in sites.

    Parameters
    ----------
    points_per_site
        Mean number. [1 or more]
    intraclass_correlation
        Share of the variance between sites. [0 to 1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [1 or more]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: D = 1 + (m - 1) \, \rho

    Here :math:`m` is ``points_per_site`` and :math:`\rho` is ``intraclass_correlation``.

    Source: Kish. Points over this factor are the independent points they are worth.

    Examples
    --------
    >>> print(design_effect(points_per_site=8.0, intraclass_correlation=0.3))
    3.1
    """
    return 1 + (points_per_site - 1) * intraclass_correlation


@equation("mollisol:effective-points", "n_eff", "points", Locator("Kish, Survey Sampling", "1965", "5.4"))
def effective_points(
    *, points: AboveZero, points_per_site: Annotated[Value, Range(1)], intraclass_correlation: Fraction
) -> Value:
    r"""Return the independent points that clustered points are worth.

    Parameters
    ----------
    points
        In all sites. [above 0]
    points_per_site, intraclass_correlation
        As in :func:`design_effect`.

    Returns
    -------
    float or array
        Shape of the arguments combined; never below the number of sites. [points]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: n_{eff} = \frac{n}{1 + (m - 1) \, \rho}

    Here :math:`n` is ``points``, :math:`m` is ``points_per_site`` and :math:`\rho` is
    ``intraclass_correlation``.

    Source: Kish.

    Examples
    --------
    >>> print(effective_points(points=320.0, points_per_site=8.0, intraclass_correlation=1.0))
    40.0
    """
    factor = design_effect(points_per_site=points_per_site, intraclass_correlation=intraclass_correlation)
    return ratio("points_per_site", points, factor)


def stratified_difference_estimate(
    *,
    area_ha: ArrayLike,
    value: Sequence[ArrayLike],
    prediction: Sequence[ArrayLike],
    mean_prediction: ArrayLike,
    unsampled_share: ArrayLike = 1.0,
) -> Assisted:
    """Return the mean over strata with the help of a map.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    value, prediction
        Measured and mapped at the points of each stratum, H rows, two points or more in each and more than 40 in all.
        [any unit, the same]
    mean_prediction
        Mean of the map over each whole stratum, shape (H,). [the same unit]
    unsampled_share
        Finite population factor of each stratum, one number or shape (H,); 1 for sampling with replacement. [0 to 1]

    Returns
    -------
    Assisted
        Slope 1, degrees of freedom after Satterthwaite.

    Raises
    ------
    ValueError
        For 40 points or fewer in all, one point in a stratum, shapes that differ, or an argument out of range.

    Notes
    -----
    Source: Sarndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 6.3. The map must not have been
    fitted to these points; unbiased whatever the map is.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    mapped = row("mean_prediction", finite("mean_prediction", mean_prediction))
    same_shape(area_ha=area, mean_prediction=mapped)
    share = between("unsampled_share", unsampled_share, 0.0, 1.0)
    if (
        area.ndim != 1
        or not area.size == len(value) == len(prediction)
        or share.shape not in ((), area.shape)
    ):
        raise ValueError(f"value and prediction must hold one row for each of the {area.size} strata")
    residuals = []
    for measured, at_points in zip(value, prediction, strict=True):
        one = row("value", finite("value", measured), 2)
        other = row("prediction", finite("prediction", at_points), 2)
        same_shape(value=one, prediction=other)
        residuals.append(one - other)
    points = sum(residual.size for residual in residuals)
    if points < FEWEST_POINTS:
        raise ValueError(
            f"value needs more than {FEWEST_POINTS - 1} points in all for a model-assisted estimate, found {points}: "
            "use the stratified mean"
        )
    weight = area / area.sum()
    means = np.array([residual.mean() for residual in residuals])
    parts = weight**2 * share * [residual.var(ddof=1) / residual.size for residual in residuals]
    return Assisted(
        mean=float(weight @ (mapped + means)),
        variance_of_mean=float(parts.sum()),
        degrees_of_freedom=float(
            satterthwaite(
                variances=parts,
                degrees_of_freedom=np.array([residual.size - 1 for residual in residuals], float),
            )
        ),
        slope=1.0,
    )
