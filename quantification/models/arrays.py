"""The array types of the models and the few ways arrays are brought to one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Range

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]
type Numeric = float | FloatArray

# What an argument of a model's equation may be, beside the names in `arguments.py`. These equations run inside loops
# over months and years, on forcing that was checked once, and do not check again at each call; `mollisol eq` does.
PositiveShare = Annotated[Numeric, Range(0, 1, above=True)]
Temperature = Annotated[Numeric, Range(-90, 60, "°C")]
Deficit = Annotated[Numeric, Range(high=0, unit="mm")]
Acidity = Annotated[Numeric, Range(0, 14)]


class ParametersByName:
    """What the parameters of every model share."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Mapping[str, float], label: str) -> Self:
        """Make them from the values of a parameter set, by name."""
        numbers: dict[str, Any] = {**values, "label": label}
        return cls(**numbers)


def with_axes(value: ArrayLike, axes: int, name: str) -> FloatArray:
    """Return a contiguous float64 array with this many axes; missing axes are added at the end with length 1.

    Raises
    ------
    ValueError
        If the value has more axes than that.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim > axes:
        raise ValueError(f"{name} has {array.ndim} axes, at most {axes} are allowed")
    return np.ascontiguousarray(array.reshape(array.shape + (1,) * (axes - array.ndim)))


def common_length(axis: int, arrays: Mapping[str, NDArray[np.float64]]) -> int:
    """Return the one length above 1 that the arrays have on an axis (1 if there is none).

    Raises
    ------
    ValueError
        If two arrays disagree; the message names both.
    """
    length, owner = 1, ""
    for name, array in arrays.items():
        here = array.shape[axis]
        if here in (1, length):
            continue
        if length > 1:
            raise ValueError(f"{name} has length {here} on axis {axis}, {owner} has {length}")
        length, owner = here, name
    return length


def refuse_non_finite(arrays: Mapping[str, NDArray[np.float64]]) -> None:
    """Raise if any of the arrays holds NaN or an infinity.

    Raises
    ------
    ValueError
        The message names the array and the position of the first such value.
    """
    for name, array in arrays.items():
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(array.sum()):
                continue
        wrong = np.argwhere(~np.isfinite(array))
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            raise ValueError(f"{name} is {array[place]} at {place}: every value must be a finite number")
