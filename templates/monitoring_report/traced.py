"""The trace as the page shows it: quantities in groups, links from inputs to quantities, long vectors shortened."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from mollisol.methodology.base import DomainObject, Items
from mollisol.templates.filters import slug

type Scalar = float | str | bool | None

_SHOWN_VALUES: Final = 6
_SHOWN_ROWS: Final = 4
_SHOWN_INPUTS: Final = 12
_SHOWN_QUANTITIES: Final = 60
"""Of a group; ``values.parquet`` has them all."""


class TracedValue(DomainObject):
    """The first entries of a value, and how many there are."""

    first: Items[Scalar]
    labels: Items[str]
    count: int
    scalar: bool


class TracedInput(DomainObject):
    """An argument of an equation: another quantity of the trace, or a bare value."""

    argument: str
    quantity: str
    anchor: str
    value: TracedValue | None


class TracedQuantity(DomainObject):
    """A quantity with its anchor on the page."""

    name: str
    anchor: str
    value: TracedValue
    unit: str
    equation: str
    inputs: Items[TracedInput]
    input_count: int
    rules: Items[str]
    rows: Items[str]
    row_count: int


class TracedGroup(DomainObject):
    """Quantities of the same name before place and time, the first of them in the order in which they were computed."""

    name: str
    anchor: str
    origin: str
    equations: Items[str]
    quantities: Items[TracedQuantity]
    count: int


type Shown = Mapping[str, tuple[list[Mapping[str, Any]], int]]
"""By the name of a group: the first of its quantities, and how many there are."""


def shown_of(quantities: Iterable[Mapping[str, Any]]) -> Shown:
    """Group quantities of the trace, in the order of computing; of each group the first are kept."""
    found: dict[str, tuple[list[Mapping[str, Any]], int]] = {}
    for item in quantities:
        first, count = found.get(stem := _stem(item), ([], 0))
        if count < _SHOWN_QUANTITIES:
            first.append(item)
        found[stem] = (first, count + 1)
    return found


def anchors_of(shown: Shown) -> dict[str, str]:
    """Return each quantity of the trace that the page shows with its anchor on the page."""
    return _anchors((str(item["name"]) for items, _ in shown.values() for item in items), "q-")


def traced_groups(shown: Shown, anchors: Mapping[str, str]) -> tuple[TracedGroup, ...]:
    """Return the groups as the page shows them."""
    groups = _anchors(shown, "g-")
    return tuple(
        _group(name, groups[name], [_quantity(item, anchors) for item in items], count)
        for name, (items, count) in shown.items()
    )


def _group(name: str, anchor: str, members: Sequence[TracedQuantity], count: int) -> TracedGroup:
    equations = tuple(dict.fromkeys(member.equation for member in members if member.equation))
    if equations:
        origin = "computed"
    elif any(member.inputs for member in members):
        origin = "other quantities, picked and put in order"
    elif any(member.rules for member in members):
        origin = "looked up in the rule set"
    elif any(member.rows for member in members):
        origin = "read from the project's files"
    else:
        origin = "declared by the project"
    return TracedGroup(
        name=name, anchor=anchor, origin=origin, equations=equations, quantities=tuple(members), count=count
    )


def _stem(item: Mapping[str, Any]) -> str:
    name = str(item["name"])
    if not item["equation"] and item["rules"]:
        return "rules"
    return re.split(r"[.@]", name, maxsplit=1)[0] or name


def _anchors(names: Iterable[str], prefix: str) -> dict[str, str]:
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        anchor = stem = prefix + slug(name)
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{stem}~{number}"
        taken.add(anchor)
        anchors[name] = anchor
    return anchors


def _quantity(item: Mapping[str, Any], anchors: Mapping[str, str]) -> TracedQuantity:
    name = str(item["name"])
    inputs = sorted(item["inputs"].items(), key=lambda given: _natural(given[0]))
    return TracedQuantity(
        name=name,
        anchor=anchors[name],
        value=_value(item["value"], item["index"]),
        unit=item["unit"],
        equation=item["equation"],
        inputs=tuple(_input(argument, given, anchors) for argument, given in inputs[:_SHOWN_INPUTS]),
        input_count=len(inputs),
        rules=tuple(item["rules"]),
        rows=tuple(map(str, item["rows"][:_SHOWN_ROWS])),
        row_count=len(item["rows"]),
    )


def _natural(text: str) -> list[tuple[str, int]]:
    """Order ``of_2`` before ``of_10``, however the file orders its keys."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", text)]


def _input(argument: str, given: Any, anchors: Mapping[str, str]) -> TracedInput:
    if isinstance(given, str) and given in anchors:
        return TracedInput(argument=argument, quantity=given, anchor=anchors[given], value=None)
    return TracedInput(argument=argument, quantity="", anchor="", value=_value(given, ()))


def _value(value: Any, index: Sequence[str]) -> TracedValue:
    if not _is_list(value):
        return TracedValue(first=(_scalar(value),), labels=(), count=1, scalar=True)
    first = tuple(islice(_flat(value[:_SHOWN_VALUES]), _SHOWN_VALUES))
    count = _count(value)
    labels = tuple(map(str, index[:_SHOWN_VALUES])) if len(index) == count else ()
    return TracedValue(first=first, labels=labels, count=count, scalar=False)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _count(value: Any) -> int:
    """Return the number of entries of a list, and of the lists in it."""
    if not _is_list(value):
        return 1
    return sum(map(_count, value)) if value and _is_list(value[0]) else len(value)


def _flat(value: Any) -> Iterable[Scalar]:
    if _is_list(value):
        for item in value:
            yield from _flat(item)
    else:
        yield _scalar(value)


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, bool | str):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
