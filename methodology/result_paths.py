"""How a number of ``results.json`` is called: its path, such as ``periods.1.units_to_issue_t``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_KEYS = ("name", "stratum", "id", "label", "number", "year", "form", "source", "what", "quantification_unit")


def key_of(item: Mapping[str, Any], place: int) -> str:
    """Return what an item of a list is called in a path: its name, number or year; its place where it has none."""
    if "campaign" in item and "scenario" in item:
        return f"{item['stratum']}/{item['scenario']}/{item['campaign']}"
    if "kind" in item and "label" in item:
        return f"{item['kind']}/{item['label']}"
    return next((str(item[key]) for key in _KEYS if key in item), str(place))


def numbers_of(results: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], float]]:
    """Return each number of ``results.json`` by its path, with the steps of the path."""
    return {".".join(steps): (steps, value) for steps, value in _numbers((), results)}


def _numbers(steps: tuple[str, ...], data: Any) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _numbers((*steps, name), value)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for place, item in enumerate(data):
            key = key_of(item, place) if isinstance(item, Mapping) else str(place)
            yield from _numbers((*steps, key), item)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield steps, data
