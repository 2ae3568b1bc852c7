"""What changed between two versions of an input file, row by row."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.columns import FIRST_ROW

MOST_ROWS: Final = 200
"""Changes of a file that are shown; the others are counted."""
_LONGEST: Final = 200
_DATA: Final = (".toml", ".json", ".geojson")

type Cells = tuple[str, ...]


class Change(DomainObject):
    """A cell, a row or an entry of a file that is not what it was; empty on the side that has none."""

    place: str
    column: str = ""
    a: str = ""
    b: str = ""


class FileChange(DomainObject):
    """An input file that differs, the first of its changes, and how many there are."""

    file: str
    changes: Items[Change]
    count: int


def file_changes(a: Mapping[str, bytes], b: Mapping[str, bytes]) -> tuple[FileChange, ...]:
    """Return the input files that differ between two bundles."""
    names = [name for name in sorted({*a, *b}) if a.get(name) != b.get(name)]
    return tuple(_file_change(name, a.get(name), b.get(name)) for name in names)


def _file_change(name: str, a: bytes | None, b: bytes | None) -> FileChange:
    if a is None or b is None:
        told = [Change(place="the file", a=_size(a), b=_size(b))]
    else:
        told = list(_changes(name, a, b)) or [Change(place="the file", a=_size(a), b=_size(b))]
    return FileChange(file=name, changes=tuple(islice(told, MOST_ROWS)), count=len(told))


def _size(content: bytes | None) -> str:
    return "not there" if content is None else f"{len(content):,} bytes"


def _changes(name: str, a: bytes, b: bytes) -> Iterator[Change]:
    try:
        if name.endswith(".csv"):
            yield from _row_changes(_table(a), _table(b))
        elif name.endswith(_DATA):
            one, other = dict(_entries(_data(name, a))), dict(_entries(_data(name, b)))
            for path in dict.fromkeys([*one, *other]):
                if one.get(path) != other.get(path):
                    yield Change(place=path, a=one.get(path, ""), b=other.get(path, ""))
    except (ValueError, RecursionError, csv.Error):
        return


def _data(name: str, content: bytes) -> Any:
    text = content.decode("utf-8-sig")
    return tomllib.loads(text) if name.endswith(".toml") else json.loads(text)


def _entries(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a document with its way."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _entries(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value, start=1):
            yield from _entries(inner, f"{path}[{place}]")
    else:
        yield path, _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _table(content: bytes) -> list[Cells]:
    return [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]


def _row_changes(a: Sequence[Cells], b: Sequence[Cells]) -> Iterator[Change]:
    head, other = (table[0] if table else () for table in (a, b))
    if head != other:
        yield Change(place="columns", a=_short(", ".join(head)), b=_short(", ".join(other)))
        shared = [name for name in head if name in other]
        a, b = _picked(a, shared), _picked(b, shared)
        head = tuple(shared)
    width = _key_width(a[1:], b[1:], len(head))
    if not width:
        yield from _counted(a[1:], b[1:])
        return
    one, two = ({row[:width]: (place, row) for place, row in _numbered(table)} for table in (a, b))
    for key in dict.fromkeys([*one, *two]):
        place = f"row {(one.get(key) or two[key])[0]}: {', '.join(key)}"
        if key not in two:
            yield Change(place=place, column="the row", a=_short(", ".join(one[key][1])))
        elif key not in one:
            yield Change(place=place, column="the row", b=_short(", ".join(two[key][1])))
        else:
            for column, before, now in zip(
                head[width:], one[key][1][width:], two[key][1][width:], strict=False
            ):
                if before != now:
                    yield Change(place=place, column=column, a=_short(before), b=_short(now))


def _numbered(table: Sequence[Cells]) -> Iterable[tuple[int, Cells]]:
    return enumerate(table[1:], start=FIRST_ROW)


def _picked(table: Sequence[Cells], names: Sequence[str]) -> list[Cells]:
    places = [table[0].index(name) for name in names]
    return [tuple(row[place] if place < len(row) else "" for place in places) for row in table]


def _key_width(a: Sequence[Cells], b: Sequence[Cells], columns: int) -> int:
    """Return how many of the first columns tell the rows of both tables apart; 0 where none do."""
    for width in range(1, columns):
        if all(len({row[:width] for row in table}) == len(table) for table in (a, b)):
            return width
    return 0


def _counted(a: Sequence[Cells], b: Sequence[Cells]) -> Iterator[Change]:
    """Yield whole rows that one has and the other has not, or less often."""
    one, other = Counter(a), Counter(b)
    for row, times in (one - other).items():
        yield Change(place=f"{times} times", column="the row", a=_short(", ".join(row)))
    for row, times in (other - one).items():
        yield Change(place=f"{times} times", column="the row", b=_short(", ".join(row)))
