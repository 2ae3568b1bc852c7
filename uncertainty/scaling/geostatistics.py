"""The mean covariance of a block, which is the variance of its true mean.

Points near each other say the same thing twice. Taking mapped pixels as independent makes any map look exact.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Numbers, equation
from mollisol.quantification.checks import FloatArray, Value, same_shape

type Shape = Literal["exponential", "spherical"]
_MOST_NODES: Final = 4000


def _decay(distance: FloatArray, range_m: float, shape: str) -> FloatArray:
    """Return the share of the covariance that is left at a distance."""
    ratio = distance / range_m
    if shape == "exponential":
        return np.exp(-ratio)
    inside = np.minimum(ratio, 1.0)
    return 1 - 1.5 * inside + 0.5 * inside**3


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
    same_shape(x_m=x_m, y_m=y_m)
    if x_m.ndim != 1 or x_m.size > _MOST_NODES:
        raise ValueError(f"x_m must be a row of at most {_MOST_NODES} nodes, found shape {x_m.shape}")
    if np.ndim(partial_sill) or np.ndim(range_m):
        raise ValueError("partial_sill and range_m must each be one number")
    if shape not in ("exponential", "spherical"):
        raise ValueError(f"shape must be 'exponential' or 'spherical', found {shape!r}")
    distance = np.hypot(np.subtract.outer(x_m, x_m), np.subtract.outer(y_m, y_m))
    return float(partial_sill) * float(_decay(distance, float(range_m), shape).mean())
