"""Model-based means: variogram, mean covariance of a block, and the variance of a mean over points that lie near.

Points near each other say the same thing twice. Taking mapped pixels as independent makes any map look exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Numbers, equation
from mollisol.quantification.checks import FloatArray, Value, at_least, finite, positive, row, same_shape

type Shape = Literal["exponential", "spherical"]
_MOST_NODES: Final = 4000


@dataclass(frozen=True, slots=True)
class Variogram:
    """A fitted variogram.

    Parameters
    ----------
    nugget, partial_sill
        Variance at no distance, and what distance adds. [squared unit of the value]
    range_m
        Distance parameter: the exponential reaches 95 % at three times it, the spherical all at it. [m]
    shape
        ``exponential`` or ``spherical``.
    """

    nugget: float
    partial_sill: float
    range_m: float
    shape: Shape = "exponential"


@dataclass(frozen=True, slots=True)
class BlockMean:
    """Mean over a block, estimated from points.

    Parameters
    ----------
    mean
        [unit of the value]
    variance_of_mean
        Of the estimate's error. [squared unit]
    weights
        Of the points, sum 1.
    """

    mean: float
    variance_of_mean: float
    weights: FloatArray


def _plane(x_m: ArrayLike, y_m: ArrayLike) -> FloatArray:
    """Return the places as one array (n, 2)."""
    x, y = row("x_m", finite("x_m", x_m)), row("y_m", finite("y_m", y_m))
    same_shape(x_m=x, y_m=y)
    if x.ndim != 1:
        raise ValueError(f"x_m must be a row, found shape {x.shape}")
    return np.stack([x, y], axis=1)


def _distances(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the distance of every pair."""
    gaps = one[:, None, :] - other[None, :, :]
    return np.hypot(gaps[..., 0], gaps[..., 1])


def _decay(distance: FloatArray, range_m: float, shape: str) -> FloatArray:
    """Return the share of the partial sill that is left at a distance."""
    if shape not in ("exponential", "spherical"):
        raise ValueError(f"shape must be 'exponential' or 'spherical', found {shape!r}")
    ratio = distance / range_m
    if shape == "exponential":
        return np.exp(-ratio)
    inside = np.minimum(ratio, 1.0)
    return 1 - 1.5 * inside + 0.5 * inside**3


def empirical_variogram(
    *, x_m: ArrayLike, y_m: ArrayLike, value: ArrayLike, lag_edges_m: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean distance, semivariance and number of pairs by lag.

    Parameters
    ----------
    x_m, y_m, value
        Places and values, shape (n,). [m; any unit]
    lag_edges_m
        Ascending edges of the lags, shape (b + 1,). [m, 0 or more]

    Returns
    -------
    distance, semivariance, pairs
        Of the lags that hold a pair, shape (up to b,). [m; squared unit of the value; -]

    Raises
    ------
    ValueError
        For shapes that differ, edges that do not ascend, or lags without any pair.
    """
    place = _plane(x_m, y_m)
    values = row("value", finite("value", value), 2)
    same_shape(x_m=place[:, 0], value=values)
    edges = row("lag_edges_m", at_least("lag_edges_m", lag_edges_m, 0.0), 2)
    if (np.diff(edges) <= 0).any():
        raise ValueError("lag_edges_m must ascend")
    first, second = np.triu_indices(values.size, 1)
    gap = place[first] - place[second]
    apart: FloatArray = np.hypot(gap[:, 0], gap[:, 1])
    half_squares = (values[first] - values[second]) ** 2 / 2
    bin_of: NDArray[np.intp] = np.searchsorted(edges, apart, side="right") - 1
    kept = (bin_of >= 0) & (bin_of < edges.size - 1)
    if not kept.any():
        raise ValueError("lag_edges_m must hold at least one pair of points")
    pairs = np.bincount(bin_of[kept], minlength=edges.size - 1).astype(np.float64)
    filled = pairs > 0
    sums = [
        np.bincount(bin_of[kept], weights=w[kept], minlength=edges.size - 1) for w in (apart, half_squares)
    ]
    return sums[0][filled] / pairs[filled], sums[1][filled] / pairs[filled], pairs[filled]


def fit_variogram(
    *, distance_m: ArrayLike, semivariance: ArrayLike, pairs: ArrayLike, shape: Shape = "exponential"
) -> Variogram:
    """Fit nugget, partial sill and range by least squares, lags weighted by their pairs.

    Parameters
    ----------
    distance_m, semivariance, pairs
        As :func:`empirical_variogram` gives them, at least three lags. [m; squared unit; -]
    shape
        ``exponential`` or ``spherical``.

    Returns
    -------
    Variogram
        Nothing negative; the range between half the first and three times the last lag.

    Raises
    ------
    ValueError
        For fewer than three lags or shapes that differ.

    Notes
    -----
    The range is searched by ``scipy.optimize.minimize_scalar`` from a grid; nugget and sill follow by ``nnls``.
    """
    from scipy.optimize import minimize_scalar, nnls

    distance = row("distance_m", positive("distance_m", distance_m), 3)
    gamma = at_least("semivariance", semivariance, 0.0)
    number = positive("pairs", pairs)
    same_shape(distance_m=distance, semivariance=gamma, pairs=number)
    weight = np.sqrt(number / number.sum())
    scale = float(gamma.max()) or 1.0

    def fitted(log_range: float) -> tuple[FloatArray, float]:
        rise = 1 - _decay(distance, float(np.exp(log_range)), shape)
        design = np.stack([weight, weight * rise], axis=1)
        parts, misfit = nnls(design, weight * gamma / scale)
        return np.asarray(parts), float(misfit)

    low, high = np.log(distance.min() / 2), np.log(3 * distance.max())
    grid = np.linspace(low, high, 25)
    best = int(np.argmin([fitted(float(at))[1] for at in grid]))
    ends = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, 24)]))
    found = float(minimize_scalar(lambda at: fitted(float(at))[1], bounds=ends, method="bounded").x)
    nugget, sill = fitted(found)[0] * scale
    return Variogram(float(nugget), float(sill), float(np.exp(found)), shape)


@equation(
    "mollisol:block-covariance",
    "C(B,B)",
    "squared unit of the value",
    Locator("Journel and Huijbregts, Mining Geostatistics", "1978", "II.D"),
)
def mean_covariance(
    *,
    x_m: Numbers,
    y_m: Numbers,
    partial_sill: Amount,
    range_m: AboveZero,
    shape: Shape = "exponential",
) -> Value:
    r"""Return the mean covariance of all pairs of places in a block: the variance of the block's true mean.

    Parameters
    ----------
    x_m, y_m
        Nodes that cover the block evenly, shape (n,), at most 4000. [m]
    partial_sill
        One number; the nugget averages out over a block. [squared unit of the value]
    range_m
        One number. [m]
    shape
        ``exponential`` or ``spherical``.

    Returns
    -------
    float
        By double sum; a node beside itself makes it too large by about the sill over n. [squared unit of the value]

    Raises
    ------
    ValueError
        For an argument outside its range, shapes that differ, or another shape of variogram.

    Notes
    -----
    .. math::

        C(B, B) = \frac{c}{n^2} \sum_{i,j} \rho\left(\frac{\lVert z_i - z_j \rVert}{a}\right), \qquad \rho(h) =
        e^{-h}

    Here :math:`c` is ``partial_sill``, :math:`a` is ``range_m`` and :math:`z` is ``x_m``. The second coordinate
    of a place :math:`z` is ``y_m``; the spherical shape is :math:`\rho(h) = 1 - 1.5 h + 0.5 h^3` up to 1, else
    0.

    Source: Journel and Huijbregts.

    Examples
    --------
    >>> print(mean_covariance(x_m=[0.0, 10.0], y_m=[0.0, 0.0], partial_sill=2.0, range_m=10.0))
    1.367879
    """
    place = _plane(x_m, y_m)
    if np.ndim(partial_sill) or np.ndim(range_m):
        raise ValueError("partial_sill and range_m must each be one number")
    if place.shape[0] > _MOST_NODES:
        raise ValueError(f"x_m must hold at most {_MOST_NODES} nodes, found {place.shape[0]}")
    return float(partial_sill) * float(_decay(_distances(place, place), float(range_m), shape).mean())


def block_mean(
    *,
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    block_x_m: ArrayLike,
    block_y_m: ArrayLike,
    variogram: Variogram,
    method: Literal["kriging", "equal"] = "kriging",
) -> BlockMean:
    """Estimate the mean of a block from points, with its model-based variance.

    Parameters
    ----------
    x_m, y_m, value
        Places and values, shape (n,). [m; any unit]
    block_x_m, block_y_m
        Nodes that cover the block evenly, shape (b,), at most 4000. [m]
    variogram
        Of the value.
    method
        ``kriging`` for the best weights with an unknown mean, ``equal`` for the plain mean.

    Returns
    -------
    BlockMean
        Variance C(B,B) - 2 w'c + w'Cw. That the variogram was itself estimated is not in it.

    Raises
    ------
    ValueError
        For shapes that differ, two points at one place without a nugget, no variance at all, or another method.
    """
    place, block = _plane(x_m, y_m), _plane(block_x_m, block_y_m)
    values = row("value", finite("value", value))
    same_shape(x_m=place[:, 0], value=values)
    if method not in ("kriging", "equal"):
        raise ValueError(f"method must be 'kriging' or 'equal', found {method!r}")
    n = values.size
    within = mean_covariance(
        x_m=block[:, 0], y_m=block[:, 1], partial_sill=variogram.partial_sill,
        range_m=variogram.range_m, shape=variogram.shape,
    )  # fmt: skip
    sill = variogram.partial_sill
    between = sill * _decay(_distances(place, place), variogram.range_m, variogram.shape)
    between += variogram.nugget * np.eye(n)
    to_block = sill * _decay(_distances(place, block), variogram.range_m, variogram.shape).mean(axis=1)
    weights = np.full(n, 1 / n)
    if method == "kriging" and n > 1:
        system = np.ones((n + 1, n + 1))
        system[:n, :n] = between
        system[n, n] = 0.0
        try:
            weights = np.linalg.solve(system, np.append(to_block, 1.0))[:n]
        except np.linalg.LinAlgError:
            raise ValueError("x_m and y_m must not hold two points at one place without a nugget") from None
    variance = float(within) - 2 * float(weights @ to_block) + float(weights @ between @ weights)
    return BlockMean(float(weights @ values), max(variance, 0.0), weights)
