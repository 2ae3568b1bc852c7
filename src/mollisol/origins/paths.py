"""Where each number of the results comes from, by its path; the results themselves carry it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mollisol.methodology.base import DomainObject
from mollisol.methodology.result_paths import key_of
from mollisol.methodology.results.figure import Count, Figure, Origin, Result
from mollisol.methodology.results.run import RunResult


def origins_of(results: RunResult) -> dict[str, Origin]:
    """Return the origin of each number that has one, by its path."""
    origins: dict[str, Origin] = {}
    _origins("", results, origins)
    return origins


def _origins(above: str, value: Any, origins: dict[str, Origin]) -> None:
    """Find the origins of what a part of the results, or a list of parts, holds."""
    given: Mapping[str, str] = {}
    if isinstance(value, DomainObject):
        items: Iterable[tuple[str, Any]] = value.__dict__.items()
        given = value.given if isinstance(value, Result) else given
    else:
        items = (
            (key_of(item.__dict__, place) if isinstance(item, DomainObject) else str(place), item)
            for place, item in enumerate(value)
        )
    for name, item in items:
        if isinstance(item, Figure | Count):
            origins[above + name] = item.origin
        elif name in given and item is not None:
            origins[above + name] = Origin(declared=given[name])
        elif isinstance(item, DomainObject | tuple | list):
            _origins(f"{above}{name}.", item, origins)
