"""Rows by group: sums, means, spreads and medians of all groups at once, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import numbered, sorted_places

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

MULTIPLIER = np.uint64(6364136223846793005)
"""Of Knuth's linear congruential generator: odd, so that products of bits wrap around and keep every one."""


def middle(values: Floats) -> float:
    """Return the median of some numbers, in a fraction of the time that NumPy takes to prepare its own."""
    low, high = (values.size - 1) // 2, values.size // 2
    parted = np.partition(values, (low, high))
    return float(parted[low] + parted[high]) / 2


def repeated(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each number whether it is there more than once."""
    ascending = np.sort(numbers)
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    return np.isin(numbers, twice) if twice.size else np.zeros(numbers.size, dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Grouped:
    """The groups that are there in the order of their keys, the place of each row's group, and how many rows it has."""

    keys: Places
    of: Places
    counts: Places

    @classmethod
    def by(cls, key: NDArray[np.integer[Any]]) -> Grouped:
        """Return the grouping by whole numbers from 0 on."""
        return cls(*numbered(key))

    @cached_property
    def starts(self) -> Places:
        """Where each group begins among rows sorted by group."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.intp)

    def rows(self) -> list[Places]:
        """Return the places of the rows of each group, in their order."""
        return np.split(sorted_places(self.of), self.starts[1:])

    def sums(self, values: NDArray[Any]) -> Floats:
        """Return the sum of each group."""
        return np.bincount(self.of, values, minlength=self.counts.size)

    def means(self, values: NDArray[Any]) -> Floats:
        """Return the mean of each group."""
        means: Floats = self.sums(values) / self.counts
        return means

    def squares(self, values: Floats) -> Floats:
        """Return the sum of squares about the mean of each group."""
        return self.sums((values - self.means(values)[self.of]) ** 2)

    def medians(self, values: Floats, ascending: Places | None = None) -> Floats:
        """Return the median of each group; ``ascending`` are the places of the values in their order, if known."""
        if self.counts.size and self.counts.max() <= 2:
            return self.means(values)
        order = np.argsort(values, kind="stable") if ascending is None else ascending
        inner = values[order[sorted_places(self.of[order])]]
        low, high = self.starts + (self.counts - 1) // 2, self.starts + self.counts // 2
        medians: Floats = (inner[low] + inner[high]) / 2
        return medians
