"""Sobol points with a fixed random shift: the same numbers on every machine, without importing a statistics package."""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray

_BITS: Final = 32
_SEED: Final = 20_260_611
_TABLE: Final = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
    (5, 14, (1, 3, 5, 5, 31)),
)
"""Degree, coefficients and first direction numbers of Joe and Kuo (2008), second dimension onward."""
MOST_DIMENSIONS: Final = len(_TABLE) + 1


def _directions(dimension: int) -> list[int]:
    if dimension == 0:
        return [1 << (_BITS - 1 - k) for k in range(_BITS)]
    degree, coefficients, first = _TABLE[dimension - 1]
    v = [m << (_BITS - 1 - k) for k, m in enumerate(first)]
    for k in range(degree, _BITS):
        value = v[k - degree] ^ (v[k - degree] >> degree)
        for j in range(1, degree):
            if (coefficients >> (degree - 1 - j)) & 1:
                value ^= v[k - j]
        v.append(value)
    return v


def sobol(count: int, dimensions: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    """Return the first points of the Sobol sequence in Gray-code order, as 32-bit fractions, shape (n, d).

    Raises
    ------
    ValueError
        For more dimensions than the table has.
    """
    if dimensions > MOST_DIMENSIONS:
        raise ValueError(f"at most {MOST_DIMENSIONS} dimensions, found {dimensions}")
    index = np.arange(count, dtype=np.uint32)
    gray = index ^ (index >> np.uint32(1))
    points = np.zeros((count, dimensions), np.uint32)
    for d in range(dimensions):
        for k, direction in enumerate(_directions(d)):
            if count >> k == 0:
                break
            points[:, d] ^= ((gray >> np.uint32(k)) & np.uint32(1)) * np.uint32(direction)
    return points


def shifted_sobol(count: int, dimensions: int, shifts: int, stream: int = 0) -> FloatArray:
    """Return independently shifted copies of the Sobol points in the open unit cube.

    Parameters
    ----------
    count
        Points in each copy, a power of two.
    dimensions, shifts
        d and R.
    stream
        Another number gives other shifts; the same number always the same points.

    Returns
    -------
    array
        Shape (R, count, d).

    Notes
    -----
    Digital shift: exclusive or with one random number a dimension; averages over copies are unbiased and
    their spread is the integration error.
    """
    points = sobol(count, dimensions)
    bits = np.random.Generator(np.random.PCG64([_SEED, stream]))
    shift = bits.integers(0, 1 << _BITS, size=(shifts, 1, dimensions), dtype=np.uint32)
    return np.asarray(((points[None] ^ shift).astype(np.float64) + 0.5) / 2.0**_BITS)
