"""Where each number of the results comes from, by its path; the results themselves carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mollisol.methodology.base import DomainObject
from mollisol.methodology.result_paths import key_of
from mollisol.methodology.results.figure import Count, Figure, Origin, Result
from mollisol.methodology.results.run import RunResult


def origins_of(results: RunResult) -> dict[str, Origin]:
    """Return the origin of each number that has one, by its path."""
    return {".".join(steps): origin for steps, origin in _origins((), results)}


def _origins(steps: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Origin]]:
    if isinstance(value, Figure | Count):
        yield steps, value.origin
    elif isinstance(value, DomainObject):
        given: Mapping[str, str] = value.given if isinstance(value, Result) else {}
        for name, item in value:
            if name in given and not isinstance(item, Figure | Count) and item is not None:
                yield (*steps, name), Origin(declared=given[name])
            else:
                yield from _origins((*steps, name), item)
    elif isinstance(value, tuple | list):
        for place, item in enumerate(value):
            key = key_of(dict(item), place) if isinstance(item, DomainObject) else str(place)
            yield from _origins((*steps, key), item)
