"""What an equation accepts: finite numbers in a named range, else a ``ValueError`` naming the argument."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Range

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


def within(name: str, value: ArrayLike, limits: Range) -> FloatArray:
    """Return the argument as an array of finite floats in the range.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, the range with its unit, and what was found.
    """
    # one number between both ends is in any range
    if isinstance(value, float) and limits.low < value < limits.high and not (limits.whole or limits.least):
        return np.asarray(value)
    array = numbers(name, value)
    hold(name, array, limits)
    return row(name, array, limits.least) if limits.least else array


def hold(name: str, array: FloatArray, limits: Range, clause: str = "") -> None:
    """Refuse numbers outside a range; the message puts the clause behind the range.

    Raises
    ------
    ValueError
        If one is outside.
    """
    # Two reductions and no temporary array, and none for one number; NaN fails both comparisons.
    lowest, highest = (float(array),) * 2 if array.ndim == 0 else (array.min(), array.max())
    above = lowest > limits.low if limits.above else lowest >= limits.low
    if above and highest <= limits.high and not limits.whole and not limits.below:
        return
    good = np.abs(array) <= LARGEST
    if not good.all() and limits.high <= LARGEST:
        raise ValueError(f"{name} must be finite and at most 1e30 in size, found {array[~good].flat[0]:g}")
    good = (array > limits.low if limits.above else array >= limits.low) & (
        array < limits.high if limits.below else array <= limits.high
    )
    if limits.zero:
        good |= array == 0
    if limits.whole:
        good &= array == np.floor(array)
    if not good.all():
        verb = "be" if limits.unit or limits.whole or limits.below or not limits.bounded else "lie"
        hint = ": is it in another unit?" if limits.unit and limits.bounded else ""
        raise ValueError(f"{name} must {verb} {limits}{clause}, found {array[~good].flat[0]:g}{hint}")


def finite(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as an array of finite floats; raises as :func:`within`."""
    return within(name, value, Range())


def at_least(name: str, value: ArrayLike, bound: float) -> FloatArray:
    """Return the argument as finite floats, none below the bound; raises as :func:`within`."""
    return within(name, value, Range(bound))


def positive(name: str, value: ArrayLike) -> FloatArray:
    """Return the argument as finite floats above zero; raises as :func:`within`."""
    return within(name, value, Range(0, above=True))


def between(name: str, value: ArrayLike, low: float, high: float) -> FloatArray:
    """Return the argument as finite floats in ``[low, high]``; raises as :func:`within`."""
    return within(name, value, Range(low, high))


def whole(name: str, value: ArrayLike, smallest: int) -> FloatArray:
    """Return the argument as whole numbers, none below the smallest; raises as :func:`within`."""
    return within(name, value, Range(smallest, whole=True))


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
