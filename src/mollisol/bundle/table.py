"""Ask ``values.parquet`` of somebody's bundle: what is asked for is read, and checked when it is."""

from __future__ import annotations

import math
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from mollisol.bundle.values import COLUMNS, FORMS, INFINITE, JSON, NUMBER, NUMBERS, TEXT, VALUES, WHOLE
from mollisol.methodology.findings import UserError
from mollisol.reading.archive import (
    LARGEST_FILE_BYTES,
    LARGEST_TOTAL_BYTES,
    MOST_ROWS,
    BundleFaultError,
    fault,
)
from mollisol.reading.json import load_json

type Picks = tuple[int, ...] | None
"""Places along the first axis of a list; None for all of it."""

_MEMORY: Final = "2GB"
_LONGEST_TEXT_BYTES: Final = 16_000_000
_BLOCK: Final = 4096
"""Entries that are read together and kept."""
_MOST_BLOCKS: Final = 400
_SHORT: Final = 1024
_COLUMN: Final = {NUMBER: "number", WHOLE: "whole", TEXT: "text"}
_RANGE: Final = "part = ? AND spot BETWEEN ? AND ?"
_SETTINGS: Final[dict[str, Any]] = {
    "threads": 1,
    "memory_limit": _MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class Table:
    """The rows of a table, in the hands of DuckDB: one thread, bounded memory, no other file and no network.

    Parameters
    ----------
    content
        ``values.parquet``, byte for byte.

    Raises
    ------
    BundleFaultError
        If it is no such table, or holds more than any run writes; so does every method on what does not lead on.
    """

    def __init__(self, content: bytes) -> None:
        import duckdb

        self._errors = (duckdb.Error, UnicodeDecodeError)
        self._blocks: dict[tuple[int, int], list[Any]] = {}
        folder = tempfile.mkdtemp(prefix="mollisol-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder, VALUES)
        try:
            file.write_bytes(content)
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error.strerror}") from None
        self._database = duckdb.connect(config=_SETTINGS)
        self._database.execute(f"SET allowed_paths = ['{file}']")
        self._database.execute("SET enable_external_access = false; SET lock_configuration = true")
        self._look(str(file))

    def _look(self, file: str) -> None:
        """Look at rows, size and columns, before anything else is asked."""
        ((rows,),) = self.asked("SELECT num_rows FROM parquet_file_metadata(?)", [file])
        sizes = "SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata(?)"
        ((size,),) = self.asked(sizes, [file])
        if rows > MOST_ROWS or size > LARGEST_TOTAL_BYTES:
            found = f"{rows:,} rows and {size / 1e6:,.0f} MB unpacked"
            allowed = f"{MOST_ROWS:,} rows and {LARGEST_TOTAL_BYTES / 1e6:,.0f} MB"
            raise fault("bundle-too-large", VALUES, found, allowed=allowed)
        own = {n: kind for n, kind, *_ in self.asked("DESCRIBE SELECT * FROM read_parquet(?)", [file])}
        if own != COLUMNS:
            wrong = [n for n in sorted(own | COLUMNS) if own.get(n) != COLUMNS.get(n)]
            raise other_form(f"other columns: {', '.join(wrong)[:100]}")
        short = f"if(strlen({{0}}) > {_LONGEST_TEXT_BYTES}, error('a text of over 16 MB'), {{0}}) AS {{0}}"
        cells = (short.format(n) if kind == "VARCHAR" else n for n, kind in COLUMNS.items())
        self.asked(f"CREATE VIEW stored AS SELECT {', '.join(cells)} FROM read_parquet('{file}')")  # noqa: S608

    def asked(self, words: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; the words are ours, what is given may come from the bundle."""
        return list(self.streamed(words, given))

    def streamed(self, words: str, given: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Return the same, a few thousand rows at a time."""
        try:
            cursor = self._database.cursor()
            cursor.execute(words, list(given))
            while rows := cursor.fetchmany(_BLOCK):
                yield from rows
        except self._errors as error:
            raise fault("bundle-unreadable", VALUES, str(error).splitlines()[0]) from None

    def entries(self, part: int, first: int, count: int) -> list[Any]:
        """Return entries of a part as they lie one behind the other."""
        if first < 0 or count < 0:
            raise broken(f"{count} entries from {first} on")
        if count > _BLOCK:
            return self._range(part, first, count)
        found: list[Any] = []
        for block in range(first // _BLOCK, (first + max(count, 1) - 1) // _BLOCK + 1):
            if (part, block) not in self._blocks:
                if len(self._blocks) >= _MOST_BLOCKS:
                    self._blocks.pop(next(iter(self._blocks)))
                self._blocks[part, block] = self._range(part, block * _BLOCK, _BLOCK, short=True)
            start = block * _BLOCK
            found += self._blocks[part, block][max(first - start, 0) : max(first + count - start, 0)]
        if len(found) != count:
            raise broken(f"{len(found)} of {count} entries from {first} on")
        return found

    def _range(self, part: int, first: int, count: int, *, short: bool = False) -> list[Any]:
        given = [part, first, first + count - 1]
        if part == TEXT:
            long = f"SELECT coalesce(sum(strlen(text)), 0) FROM stored WHERE {_RANGE}"  # noqa: S608
            ((size,),) = self.asked(long, given)
            if size > LARGEST_FILE_BYTES:
                raise broken(f"{size / 1e6:,.0f} MB of text in {count} entries")
        words = f"SELECT {_COLUMN[part]} AS own, spot FROM stored WHERE {_RANGE}"  # noqa: S608
        try:
            columns = self._database.execute(words, given).fetchnumpy()
        except self._errors as error:
            raise fault("bundle-unreadable", VALUES, str(error).splitlines()[0]) from None
        own, spots = columns["own"], columns["spot"]
        missing = any(np.ma.is_masked(column) for column in (own, spots))
        if missing or not np.array_equal(spots, np.arange(first, first + len(spots))):
            raise broken("entries that do not stand in their order")
        if not short and len(own) != count:
            raise broken(f"{len(own)} of {count} entries from {first} on")
        found: list[Any] = np.asarray(own).tolist()
        return found

    def numbers(self, spots: Sequence[Any]) -> list[Any]:
        """Return the numbers at some spots; the word for one that is not finite."""
        if not all(isinstance(spot, int) and spot >= 0 for spot in spots):
            raise broken("a number that stands nowhere")
        if len(spots) > _BLOCK:
            low = min(spots)
            own = self.entries(NUMBER, low, max(spots) - low + 1)
            own = np.array(own)[np.asarray(spots) - low].tolist()
        else:
            own = [self.entries(NUMBER, spot, 1)[0] for spot in spots]
        return [number if math.isfinite(number) else INFINITE for number in own]

    def spot_of(self, text: str, first: int, count: int) -> int | None:
        """Return the first spot of a text among some; None where it is not there."""
        if count <= _BLOCK:
            own = self.entries(TEXT, first, count)
            return first + own.index(text) if text in own else None
        words = f"SELECT min(spot) FROM stored WHERE {_RANGE} AND text = ?"  # noqa: S608
        ((spot,),) = self.asked(words, [TEXT, first, first + count - 1, text])
        return None if spot is None else int(spot)


def entries_of(
    table: Table, form: Any, first: Any, count: Any, shape: Sequence[Any], *, whole: bool = False
) -> Any:
    """Return a list that a quantity points to; a short one, and what stands as JSON, is read at once.

    Parameters
    ----------
    whole
        Whether whole numbers stay whole: places, not values.
    """
    sizes = (first, count, *shape)
    counts = all(isinstance(size, int) and 0 <= size <= MOST_ROWS for size in sizes)
    if form not in FORMS or not counts or len(shape) > 3 or math.prod(sizes[1:]) > MOST_ROWS:
        raise broken(f"{str(count)[:20]} entries of the form {str(form)[:20]}")
    if form == JSON:
        return load_json(table.entries(TEXT, first, 1)[0].encode(), VALUES)
    found = Entries(table, form, first, count, tuple(shape), whole)
    return found if math.prod(sizes[1:]) > _SHORT else found[:]


class Entries(Sequence[Any]):
    """A list of a quantity, along its first axis; each piece is read when it is asked for."""

    def __init__(
        self, table: Table, form: str, first: int, count: int, shape: tuple[int, ...], whole: bool
    ) -> None:
        self._table, self._whole = table, whole
        self._at = (form, first, count, shape)

    def __len__(self) -> int:
        return self._at[2]

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return self._read(start, max(stop - start, 0))[::step]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._read(place % len(self), 1)[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Entries) and self._table is other._table:
            return self._at == other._at
        return isinstance(other, list | Entries) and len(self) == len(other) and bool(self[:] == other[:])

    __hash__ = None  # type: ignore[assignment]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self[:], dtype=dtype)

    def at(self, places: Sequence[int]) -> list[Any]:
        """Return the entries at some places; those near each other are read together."""
        low, high = min(places, default=0), max(places, default=-1)
        if low < 0 or high - low > 4 * _BLOCK:
            return [self[place] for place in places]
        near = self[low : high + 1]
        return [near[place - low] for place in places]

    def place_of(self, text: str) -> int | None:
        """Return the first place of a text; None where it is not there."""
        form, first, count, _ = self._at
        spot = self._table.spot_of(text, first, count) if form == "texts" else None
        return None if spot is None else spot - first

    def _read(self, start: int, count: int) -> list[Any]:
        form, first, _, shape = self._at
        inner = math.prod(shape)
        flat = self._table.entries(FORMS[form], first + start * inner, count * inner)
        if form == NUMBERS:
            flat = self._table.numbers(flat)
        elif form != "texts" and not self._whole:
            flat = [float(number) for number in flat]
        for size in reversed(shape):
            flat = [flat[place : place + size] for place in range(0, len(flat), size)]
        return flat


def plain(value: Any) -> Any:
    """Return a list of the table as a list; anything else as it is."""
    return value[:] if isinstance(value, Entries) else value


def broken(state: str) -> BundleFaultError:
    """Return the fault of a table that does not lead on."""
    return fault("bundle-trace-broken", VALUES, state)


def other_form(state: str) -> BundleFaultError:
    """Return the fault of another table."""
    return fault("bundle-other-form", VALUES, state, here=version("mollisol"), maker="another program")
