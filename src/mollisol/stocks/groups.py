"""Means of groups: samples to points, points to sampling units, units to strata and sites."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.averages import mean_by_group

type Book = Trace | PeriodContext
"""Where a quantity is entered: under its name, or with the name of a period behind it."""


def group_means(
    book: Book, name: str, values: Quantity, group_of_value: Sequence[str], groups: Sequence[str]
) -> Quantity:
    """Compute the mean of each group, in the order of the groups."""
    number = {group: place for place, group in enumerate(groups)}
    return book.compute(
        name,
        mean_by_group,
        index=groups,
        unit=values.unit,
        values=values,
        group=[number[group] for group in group_of_value],
    )


def mean_of_all(book: Book, name: str, values: Quantity) -> Quantity:
    """Compute the mean of all values, as an array of one."""
    return book.compute(name, mean_by_group, unit=values.unit, values=values, group=[0] * len(values.index))
