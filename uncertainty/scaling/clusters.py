"""What a finite population and points in clusters do to the variance of a mean."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Count, Fraction, equation
from mollisol.quantification.checks import (
    Value,
    ratio,
)


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
