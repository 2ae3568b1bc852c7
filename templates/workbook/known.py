"""What the engine found, by name: the trace of a bundle as the workbook asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Known:
    """Values of the trace by name, and by the label of an entry."""

    def __init__(self, quantities: Mapping[str, Mapping[str, Any]]) -> None:
        self._items = quantities
        self._arrays: dict[str, NDArray[np.float64]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def number(self, name: str) -> float | None:
        """Return a single number; None where there is none, or no finite one."""
        if name not in self._items:
            return None
        value = np.ravel(np.asarray(self._items[name]["value"], dtype=object))
        return None if value.size == 0 or isinstance(value[0], str) else float(value[0])

    def array(self, name: str) -> NDArray[np.float64]:
        """Return an array."""
        if name not in self._arrays:
            self._arrays[name] = np.asarray(self._items[name]["value"], dtype=np.float64)
        return self._arrays[name]

    def by_label(self, name: str) -> dict[str, Any]:
        """Return the entries of an array by their labels."""
        item = self._items[name]
        return dict(zip(item["index"], item["value"], strict=True))

    def labels(self, name: str) -> list[str]:
        """Return the labels of an array."""
        return list(self._items[name]["index"])

    def given(self, name: str, argument: str) -> Any:
        """Return an argument of a quantity's equation that stands there as a number or a list of numbers."""
        return self._items[name]["inputs"][argument]

    def form(self, name: str) -> str:
        """Return the form that the equation of a quantity was given: printed, or corrected as where it has none."""
        given = self._items[name]["inputs"].get("form") if name in self._items else None
        return given if isinstance(given, str) else "corrected"

    def equation(self, name: str) -> str:
        """Return the id of the equation of a quantity."""
        return str(self._items[name]["equation"])

    def refers(self, name: str, argument: str) -> bool:
        """Return whether a quantity is there, and its equation has such an argument."""
        return name in self._items and argument in self._items[name]["inputs"]

    def argument(self, name: str, argument: str) -> NDArray[np.float64]:
        """Return an argument as an array, also where it is another quantity."""
        given = self._items[name]["inputs"][argument]
        return self.array(given) if isinstance(given, str) else np.asarray(given, dtype=np.float64)
