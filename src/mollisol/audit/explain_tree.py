"""The tree under a number as plain values, cut to what a reader can take in."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mollisol.bundle.table import Entries, Picks

MOST_CHILDREN = 25
"""Of a number, where nobody asks for more; the others are counted, and each is explained by its own name."""
MOST_ENTRIES = 1000
"""Of a list that are shown and followed; the others are counted."""


@dataclass(frozen=True, slots=True)
class Node:
    """A number with what stands under it.

    Parameters
    ----------
    name
        Of the quantity, figure, rule or argument.
    kind
        ``figure`` of the results, ``equation``, ``picked`` from other quantities, or a leaf: ``read`` from rows,
        ``rule``, ``switch``, ``declared`` or ``seed``; ``more`` counts what is not shown.
    argument
        What the equation above calls it.
    count, row_count
        How many values and rows there are, where they are not all shown.
    words
        How it was made, or where it was declared.
    equation
        Id, summary, citation, symbol and unit of the equation.
    rule
        Id, value, clock, date, citation and status of the rule.
    rows
        ``file:row`` of each row that was read.
    children
        What it was made of.
    above
        Whether the same quantity stands in the tree already, with what is under it.
    """

    name: str
    kind: str
    value: Any = None
    unit: str = ""
    argument: str = ""
    label: str = ""
    words: str = ""
    equation: Mapping[str, Any] = field(default_factory=dict)
    rule: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    above: bool = False
    count: int = 0
    row_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the tree as plain data, without what is empty."""
        plain = {
            name: getattr(self, name)
            for name in ("name", "kind", "unit", "argument", "label", "words", "equation", "rule")
        }
        data: dict[str, Any] = {name: value for name, value in plain.items() if value}
        data |= {} if self.value is None else {"value": self.value}
        data |= {"rows": list(self.rows)} if self.rows else {}
        data |= {"above": True} if self.above else {}
        data |= {name: n for name in ("count", "row_count") if (n := getattr(self, name))}
        return data | ({"children": [child.as_json() for child in self.children]} if self.children else {})


def first_nodes[Item](items: Sequence[Item], node: Callable[[Item], Node], most: int) -> tuple[Node, ...]:
    """Return the nodes of the first items, all where most is 0, and one that counts the others."""
    nodes = tuple(node(item) for item in (items[:most] if most else items))
    more = len(items) - len(nodes)
    rest = Node(f"and {more:,} more", "more", words="each is explained by its own name; --most 0 shows all")
    return (*nodes, rest) if more else nodes


def first_places(places: Iterable[int]) -> tuple[int, ...]:
    """Return the first of some places."""
    return tuple(itertools.islice(places, MOST_ENTRIES))


def place_of(index: Sequence[Any], label: str) -> int | None:
    """Return the first place of a label; None where it is not there."""
    if isinstance(index, Entries):
        return index.place_of(label)
    return next((place for place, own in enumerate(index) if str(own) == label), None)


def rows_at(rows: Sequence[str], entries: int, picks: Picks) -> tuple[str, ...]:
    """Return the rows of the picked entries, where each entry has as many rows as the others."""
    if picks is None or not entries or len(rows) % entries:
        return tuple(rows[:MOST_ENTRIES])
    each = len(rows) // entries
    return tuple(row for i in picks for row in rows[i * each : (i + 1) * each])[:MOST_ENTRIES]


def entries_at(value: Any, picks: Picks, *, whole: bool = False) -> Any:
    """Return the entries at some places, one alone as it is; all are cut short unless asked for whole."""
    if not is_list(value):
        return value
    if picks is None:
        return value[:] if whole else value[:MOST_ENTRIES]
    chosen = value.at(picks) if isinstance(value, Entries) else [value[i] for i in picks]
    return chosen[0] if len(chosen) == 1 else chosen


def is_list(value: Any) -> bool:
    """Return whether a value has entries."""
    return isinstance(value, list | Entries)


def length_of(value: Any) -> int:
    """Return how many entries there are along the first axis."""
    return len(value) if is_list(value) else 1


def flat(value: Any) -> Iterable[Any]:
    """Return all numbers of a value, one behind the other."""
    if is_list(value):
        for item in value:
            yield from flat(item)
    elif isinstance(value, int | float):
        yield value
    else:
        yield math.inf  # degrees of freedom without spread are kept as a word


_UNITS = (
    ("_t_co2e_per_ha_2", "(t CO2e/ha)^2"),
    ("_t_co2e_per_ha", "t CO2e/ha"),
    ("_t_co2e_per_year", "t CO2e per year"),
    ("_t_c_per_ha", "t C/ha"),
    ("_t_co2e", "t CO2e"),
    ("_units_t", "t CO2e"),
    ("_percent", "%"),
    ("_t2", "(t CO2e)^2"),
    ("_ha", "ha"),
    ("_cm", "cm"),
    ("_t", "t"),
)


def unit_of(name: str) -> str:
    """Return the unit that the name of a figure ends with."""
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "")
