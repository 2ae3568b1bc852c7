"""Quantiles of Student's t, from ``scipy.special`` alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from mollisol.quantification.checks import FloatArray, Value, finite, numbers, together


def degrees(name: str, value: ArrayLike) -> FloatArray:
    """Give the argument as degrees of freedom: above 0, infinity allowed.

    Raises
    ------
    ValueError
        If it is not.
    """
    array = numbers(name, value)
    if not (array > 0).all():
        raise ValueError(f"{name} must be above 0 (infinity allowed), found {array[~(array > 0)].flat[0]:g}")
    return array


def probability_of(name: str, value: ArrayLike, low: float = 0.0) -> FloatArray:
    """Give the argument as probabilities strictly below 1 and above ``low`` (``low`` itself only if not 0).

    Raises
    ------
    ValueError
        If it is not.
    """
    array = finite(name, value)
    bad = (array >= 1) | (array < low) | (array <= 0)
    if bad.any():
        raise ValueError(
            f"{name} must be a fraction {f'from {low:g}' if low else 'above 0'} to below 1, "
            f"found {array[bad].flat[0]:g}"
        )
    return array


def t_quantile(*, probability: ArrayLike, degrees_of_freedom: ArrayLike) -> Value:
    """Give the quantile of Student's t.

    Parameters
    ----------
    probability
        Share of the distribution below the quantile. [fraction, above 0 and below 1]
    degrees_of_freedom
        Above 0; infinity gives the normal quantile.

    Returns
    -------
    float or array
        Shape of the arguments combined.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.
    """
    share = probability_of("probability", probability)
    nu = degrees("degrees_of_freedom", degrees_of_freedom)
    together(probability=share, degrees_of_freedom=nu)
    known = np.isfinite(nu)
    quantile = np.where(known, stdtrit(np.where(known, nu, 1.0), share), ndtri(share))
    return finite("the t quantile of degrees_of_freedom", quantile)[()]
