"""Equations on numbers, arrays, and the labelled columns of pandas and xarray."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from mollisol.equations import EquationError, passport
from mollisol.quantification.arguments import checked


def equation(id: str) -> Callable[..., Any]:
    """Return a registered equation as a function of keywords, with its own documentation.

    It takes numbers, arrays, Series and DataArrays. Where an argument has labels the result has them too, with the unit
    in its ``attrs``; arguments with labels must have the same ones, for nothing is put in order by itself.

    Parameters
    ----------
    id
        As in ``mollisol eq``, such as ``vm0042:74``.

    Raises
    ------
    EquationError
        If there is no such equation; of the function, if labels differ or an argument is not allowed.

    Examples
    --------
    >>> import mollisol
    >>> credited = mollisol.equation("mollisol:credited-mean")
    >>> f"{credited(mean_change=2.0, variance_of_mean=0.25, degrees_of_freedom=10, confidence=2 / 3):.3f}"
    '1.778'
    """
    found = passport(id)
    function = checked(found.function)

    @wraps(found.function)
    def call(**arguments: Any) -> Any:
        labelled = {name: given for name, given in arguments.items() if _labels(given) is not None}
        first = next(iter(labelled.values()), None)
        for name, given in labelled.items():
            if type(given) is not type(first) or not _same(given, first):
                raise EquationError(f"{id}: {name} has other labels than {next(iter(labelled))}")
        bare = {name: np.asarray(arguments[name]) for name in labelled}
        try:
            value = function(**arguments | bare)
        except (TypeError, ValueError) as error:
            raise EquationError(f"{id}: {error}") from None
        if first is None or np.shape(value) != np.shape(first):
            return value
        made = first.copy()
        made.name = found.symbol
        made[...] = value
        made.attrs = {"units": found.unit}
        return made

    return call


def _labels(given: Any) -> Any:
    """Return the labels of a Series or a DataArray; None of anything else."""
    return getattr(given, "coords", getattr(given, "index", None)) if hasattr(given, "attrs") else None


def _same(given: Any, first: Any) -> bool:
    if hasattr(given, "index") and not hasattr(given, "coords"):
        return bool(given.index.equals(first.index))
    return bool(given.dims == first.dims and given.coords.equals(first.coords))
