"""How a number of ``results.json`` is called: its path, such as ``periods.1.units_to_issue_t``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_KEYS = ("name", "stratum", "id", "label", "number", "year", "form", "source", "what", "quantification_unit")


def key_of(item: Mapping[str, Any], place: int) -> str:
    """Return what an item of a list is called in a path: its name, number or year; its place where it has none."""
    if "campaign" in item and "scenario" in item:
        return f"{item['stratum']}/{item['scenario']}/{item['campaign']}"
    if "kind" in item and "label" in item:
        return f"{item['kind']}/{item['label']}"
    return next((str(item[key]) for key in _KEYS if key in item), str(place))


def numbers_of(results: Mapping[str, Any]) -> dict[str, float]:
    """Return each number of ``results.json`` by its path."""
    figures: dict[str, float] = {}
    _numbers("", results.items(), figures)
    return figures


def _numbers(above: str, items: Iterable[tuple[str, Any]], figures: dict[str, float]) -> None:
    for name, value in items:
        if isinstance(value, int | float):
            if not isinstance(value, bool):
                figures[above + name] = value
        elif isinstance(value, dict):
            _numbers(f"{above}{name}.", value.items(), figures)
        elif isinstance(value, list):
            _numbers(f"{above}{name}.", _named(value), figures)


def _named(items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for place, item in enumerate(items):
        yield key_of(item, place) if isinstance(item, dict) else str(place), item
