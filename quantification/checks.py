"""What an equation accepts: finite numbers in a named range, else a ``ValueError`` naming the argument."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

type FloatArray = NDArray[np.float64]
type Value = float | FloatArray
"""What an equation gives: a number for numbers, an array for arrays (units, years or draws)."""

type Form = Literal["printed", "corrected"]
"""Which form of an equation: as the document prints it, or mended."""

LARGEST: Final = 1e30
"""No physical input is larger, and squares and products of inputs stay finite below it."""


def numbers(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as an array of floats, whatever they are.

    Raises
    ------
    ValueError
        If it is not a number or a rectangular array of numbers, or is empty.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be a number or a rectangular array of numbers") from None
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number, found none")
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be a number or a rectangular array of numbers, found {value!r}")
    return array.astype(np.float64, copy=False)


def finite(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as an array of finite floats.

    Raises
    ------
    ValueError
        If it is not a number or a rectangular array of numbers, is empty, or holds NaN, an infinity or a size
        above 1e30.
    """
    array = numbers(name, value)
    good = np.abs(array) <= LARGEST
    if not good.all():
        raise ValueError(f"{name} must be finite and at most 1e30 in size, found {array[~good].flat[0]:g}")
    return array


def at_least(name: str, value: ArrayLike, bound: float) -> FloatArray:
    """Return the argument as finite floats, none below the bound.

    Raises
    ------
    ValueError
        If it is not.
    """
    array = finite(name, value)
    if (array < bound).any():
        raise ValueError(f"{name} must be at least {bound:g}, found {array.min():g}")
    return array


def positive(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as finite floats above zero.

    Raises
    ------
    ValueError
        If it is not.
    """
    array = finite(name, value)
    if (array <= 0).any():
        raise ValueError(f"{name} must be above 0, found {array.min():g}")
    return array


def between(name: str, value: ArrayLike, low: float, high: float) -> FloatArray:
    """Return the argument as finite floats in ``[low, high]``.

    Raises
    ------
    ValueError
        If it is not.
    """
    array = finite(name, value)
    outside = (array < low) | (array > high)
    if outside.any():
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}], found {array[outside].flat[0]:g}")
    return array


def whole(name: str, value: ArrayLike, smallest: int) -> FloatArray:
    """Return the argument as whole numbers, none below the smallest.

    Raises
    ------
    ValueError
        If it is not.
    """
    array = finite(name, value)
    bad = (array < smallest) | (array != np.floor(array))
    if bad.any():
        raise ValueError(
            f"{name} must be a whole number of at least {smallest}, found {array[bad].flat[0]:g}"
        )
    return array


def row(name: str, array: FloatArray, least: int = 1) -> FloatArray:
    """Check that the last axis exists and is long enough.

    Raises
    ------
    ValueError
        If it is not.
    """
    if array.ndim == 0 or array.shape[-1] < least:
        found = array.shape[-1] if array.ndim else "a single number"
        raise ValueError(f"{name} needs at least {least} value(s) on its last axis, found {found}")
    return array


def together(**arguments: Value) -> None:
    """Check that the arguments can be combined element by element.

    Raises
    ------
    ValueError
        If their shapes do not fit.
    """
    try:
        np.broadcast_shapes(*(np.shape(array) for array in arguments.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in arguments.items())
        raise ValueError(f"shapes do not fit together: {shapes}") from None


def same_shape(**arguments: Value) -> None:
    """Check that the arguments have one shape.

    Raises
    ------
    ValueError
        If they do not.
    """
    if len({np.shape(array) for array in arguments.values()}) > 1:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in arguments.items())
        raise ValueError(f"these must have the same shape: {shapes}")


def ratio(name: str, numerator: Value, denominator: Value) -> FloatArray:
    """Divide, and refuse a denominator that gives no finite number.

    Raises
    ------
    ValueError
        If the denominator, called ``name``, is zero or too small.
    """
    with np.errstate(all="ignore"):
        quotient: FloatArray = np.divide(numerator, denominator)
    if not np.isfinite(quotient).all():
        raise ValueError(f"{name} must not be 0 or so small that dividing by it gives no finite number")
    return quotient


def form_of(form: str) -> bool:
    """Return whether the printed form is asked for.

    Raises
    ------
    ValueError
        If the word is neither ``printed`` nor ``corrected``.
    """
    if form not in ("printed", "corrected"):
        raise ValueError(f"form must be 'printed' or 'corrected', found {form!r}")
    return form == "printed"
