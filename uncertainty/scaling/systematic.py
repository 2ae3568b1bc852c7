"""Systematic grids with a random start: the variance of a mean from the differences between neighbours.

One grid has no unbiased estimator of its variance. That of a random sample counts a trend over the land as error;
differences between neighbours count only what varies within a step of the grid. Where the land repeats with the step of
the grid both are too small.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Count, Hectares, Places, equation
from mollisol.quantification.checks import FloatArray

_DORAZIO = Locator(
    "D'Orazio, Journal of Agricultural, Biological, and Environmental Statistics 8", "2003", page="280-295"
)


def _pairs(first: FloatArray, second: FloatArray, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Check that these are pairs of points that there are."""
    one, other = first.astype(np.intp), second.astype(np.intp)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"first and second must be pairs, found {one.shape} and {other.shape}")
    if max(one.max(), other.max()) >= size:
        raise ValueError(f"first and second must number the points from 0 to {size - 1}")
    return one, other


@equation("mollisol:systematic-variance", "s2_sampling,h", "(t CO2e)^2", _DORAZIO)
def systematic_variance_t2(
    *,
    area_ha: Hectares,
    change_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    first: Places,
    second: Places,
) -> float:
    r"""Return the sampling variance of the total of one stratum from a grid with a random start.

    Parameters
    ----------
    area_ha
        Area of the stratum. [ha]
    change_t_co2e_per_ha
        Change at each point of the grid, shape (n,). [t CO2e/ha]
    first, second
        The numbers of the points of each pair that lies side by side in a row or a column, each pair once, shape (m,).

    Returns
    -------
    float
        Half the mean squared difference of neighbours, over the number of points. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For one point, no pair, a pair of points that are not there, or an argument that is not finite.

    Notes
    -----
    .. math:: s_{sampling,h}^2 = \frac{A_h^2}{n_h} \, \frac{1}{2 \, m} \sum_{(i, j)} (d_i - d_j)^2

    Here :math:`A_h` is ``area_ha``, :math:`d` is ``change_t_co2e_per_ha`` and :math:`(i, j)` are the pairs of ``first``
    and ``second``.

    Source: D'Orazio (2003): the variance of a random sample times Geary's contiguity ratio of the nearest neighbours.
    On a line it is the mean of successive differences, Wolter (2007), Introduction to Variance Estimation, 2nd edition,
    section 8.2, estimator v2 without its finite-population correction.

    Examples
    --------
    >>> print(systematic_variance_t2(
    ...     area_ha=10.0, change_t_co2e_per_ha=[1.0, 3.0, 4.0, 8.0], first=[0, 0, 1, 2], second=[1, 2, 3, 3]
    ... ))
    168.75
    """
    one, other = _pairs(first, second, change_t_co2e_per_ha.size)
    squares = (change_t_co2e_per_ha[one] - change_t_co2e_per_ha[other]) ** 2
    return float(area_ha**2 * squares.mean() / 2 / change_t_co2e_per_ha.size)


@equation(
    "mollisol:systematic-degrees-of-freedom",
    "nu",
    "1",
    Locator("Satterthwaite, Biometrics Bulletin 2", "1946", page="110-114"),
)
def systematic_degrees_of_freedom(*, points: Count, first: Places, second: Places) -> float:
    r"""Return the degrees of freedom of a variance from differences between neighbours, which overlap.

    Parameters
    ----------
    points
        Points of the grid.
    first, second
        The pairs, as in the variance, shape (m,).

    Returns
    -------
    float
        Fewer than the points less one, for each point stands in several pairs.

    Raises
    ------
    ValueError
        For no pair, or a pair of points that are not there.

    Notes
    -----
    .. math:: \nu = \frac{(2 \, m)^2}{2 \, m + \sum_i k_i^2}

    Here :math:`m` is the number of pairs of ``first`` and ``second``, and :math:`k_i` is the number of neighbours of
    each of the ``points``.

    Source: Satterthwaite (1946): twice the squared expectation over the variance, of a quadratic form in independent
    normal changes. On a line of n points it is 2 (n - 1)^2 / (3 n - 4), of von Neumann's mean square successive
    difference.

    Examples
    --------
    >>> print(systematic_degrees_of_freedom(points=4.0, first=[0, 0, 1, 2], second=[1, 2, 3, 3]))
    2.66666667
    """
    pairs = _pairs(first, second, int(points))
    degree = np.bincount(np.concatenate(pairs))
    both = float(degree.sum())
    return both**2 / (both + float((degree**2).sum()))
