"""A table in columns: numbered values and arrays. A row object is made only where one is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast, get_args, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter
from pydantic_core import core_schema

from mollisol.methodology.checks.unread import UnreadError

FIRST_ROW = 2
"""The header is row 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: its distinct values, in the order in which they first come, and for each row the number of its value.

    What is asked of a value is asked once, however many rows have it.
    """

    labels: tuple[Any, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Column:
        """Return the column of some values, one a row."""
        numbers: defaultdict[Any, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new value takes the next number
        codes = np.fromiter(map(numbers.__getitem__, values), dtype=np.int32)
        return cls(tuple(numbers), codes)

    def values(self) -> list[Any]:
        """Return the value of each row."""
        values: list[Any] = np.fromiter(self.labels, dtype=object, count=len(self.labels))[
            self.codes
        ].tolist()
        return values

    def numbers(self) -> NDArray[np.float64]:
        """Return the numbers of the rows; NaN where a cell is empty."""
        return np.array(self.labels or (None,), dtype=np.float64)[self.codes]

    def ranks(self) -> NDArray[np.intp]:
        """Return for each row the place of its number among the distinct ones in their order; empty cells come last."""
        order = np.argsort(np.array(self.labels or (None,), dtype=np.float64), kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        ranks: NDArray[np.intp] = rank[self.codes]
        return ranks

    def at(self, places: Any) -> Column:
        """Return the column of the rows at some places."""
        codes = self.codes[places]
        first = np.full(len(self.labels), codes.size)
        first[codes[::-1]] = np.arange(codes.size)[::-1]
        there = np.argsort(first, kind="stable")[: np.count_nonzero(first < codes.size)]
        number = np.zeros(len(self.labels), dtype=np.int32)
        number[there] = np.arange(there.size)
        return Column(tuple(self.labels[code] for code in there.tolist()), number[codes])

    def days(self) -> NDArray[np.datetime64]:
        """Return the dates of the rows."""
        return np.array(self.labels or (None,), dtype="datetime64[D]")[self.codes]

    def given(self) -> NDArray[np.bool_]:
        """Return for each row whether it has a value."""
        if None not in self.labels:
            return np.ones(self.codes.size, dtype=np.bool_)
        given: NDArray[np.bool_] = self.codes != self.labels.index(None)
        return given

    def holds(self, condition: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Return for each row whether its value meets a condition, which is asked once a distinct value."""
        met = [bool(condition(label)) for label in self.labels or (None,)]
        return np.array(met, dtype=np.bool_)[self.codes]


class _Part:
    """A row of a table of which some columns could not be read whole: what is asked of those raises."""

    def __init__(self, row: BaseModel, unread: frozenset[str]) -> None:
        self._row, self._unread = row, unread

    def __getattr__(self, name: str) -> Any:
        if name in self._unread:
            raise UnreadError(name)
        return getattr(self._row, name)


class Columns[Row: BaseModel](Sequence[Row]):
    """A table: a sequence of row objects that holds columns.

    Parameters
    ----------
    row_type
        The typed row that a line of the table is.
    columns
        The columns by name; a column that is not among them has its default in every row.
    row_numbers
        The number of each row in its file, where the header is row 1.
    file
        The name of the file.

    Attributes
    ----------
    as_read
        The table before columns were put in the place of others.
    whole
        The table with its rows at fault too; what is asked of the columns at fault, or of these cells, raises.
    """

    def __init__(
        self,
        row_type: type[Row],
        columns: Mapping[str, Column],
        row_numbers: NDArray[np.int64],
        file: str = "",
    ) -> None:
        self.row_type, self.file, self.row_numbers = row_type, file, row_numbers
        self._columns = dict(columns)
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], list[int]]] = {}
        self._found: dict[tuple[str, Column], NDArray[np.intp]] = {}
        self.as_read: Columns[Row] = self
        self.whole: Columns[Row] = self
        self._unread: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row_type: type[Row], rows: Iterable[Row], file: str = "") -> Columns[Row]:
        """Return the table of some row objects."""
        made = tuple(rows)
        columns = {name: Column.of(getattr(row, name) for row in made) for name in row_type.model_fields}
        table = cls(row_type, columns if made else {}, np.arange(len(made)) + FIRST_ROW, file)
        table.__dict__["rows"] = made
        return table

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Let a field of a model be a table; rows in a tuple become one."""
        row_type = get_args(source)[0]

        def table(value: Any) -> Columns[Any]:
            return value if isinstance(value, Columns) else cls.of(row_type, value)

        return core_schema.no_info_plain_validator_function(table)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the file has, in its order."""
        return tuple(self._columns)

    def column(self, name: str) -> Column:
        """Return a column; one that the file does not have holds its default in every row."""
        if name in self._unread:
            raise UnreadError(name)
        if name in self._columns:
            return self._columns[name]
        default = self.row_type.model_fields[name].default
        return Column((default,) if len(self) else (), np.zeros(len(self), dtype=np.int32))

    def places(self, name: str, condition: Callable[[Any], bool]) -> Iterator[tuple[int, Any]]:
        """Yield number and value of each row whose value of a column meets a condition."""
        column = self.column(name)
        for place in np.flatnonzero(column.holds(condition)).tolist():
            yield int(self.row_numbers[place]), column.labels[column.codes[place]]

    def distinct(self, *names: str) -> dict[tuple[Any, ...], int]:
        """Return the combinations of values that some columns have, each with its first place, in the file's order."""
        return dict(zip(*self._combinations(names)[:2], strict=True))

    def groups(self, *names: str) -> dict[tuple[Any, ...], list[int]]:
        """Return the places of the rows by the values of some columns, in the file's order."""
        if names not in self._groups:
            values, _, of = self._combinations(names)
            places = sorted_places(of).tolist()
            ends = np.cumsum(np.bincount(of)).tolist() if len(self) else []
            starts = [0, *ends][: len(ends)]
            self._groups[names] = {
                value: places[start:end] for value, start, end in zip(values, starts, ends, strict=True)
            }
        return self._groups[names]

    def _combinations(
        self, names: Sequence[str]
    ) -> tuple[list[tuple[Any, ...]], list[int], NDArray[np.intp]]:
        """Return the combinations of values that are there, the first place of each, and which one each row has."""
        columns = [self.column(name) for name in names]
        of = numbered(columns[0].codes)[1]
        for column in columns[1:]:
            of = numbered(of * max(1, len(column.labels)) + column.codes)[1]
        first = np.zeros(int(of.max(initial=-1)) + 1, dtype=np.intp)
        first[of[::-1]] = np.arange(len(self))[::-1]
        order = np.argsort(first)
        number = np.empty_like(order)
        number[order] = np.arange(order.size)
        first = first[order]
        values = zip(
            *([column.labels[code] for code in column.codes[first].tolist()] for column in columns),
            strict=True,
        )
        return list(values), first.tolist(), number[of]

    def order(self, name: str, *numbers: str) -> NDArray[np.intp]:
        """Return the places of the rows sorted by a name, in the order in which names first come, and by numbers."""
        return sorted_places(self.column(name).codes, *(self.column(number).ranks() for number in numbers))

    def find(self, name: str, other: Column) -> NDArray[np.intp]:
        """Return for each distinct value of a column of another table the first row here that has it; -1 where none."""
        if (name, other) not in self._found:
            own = self.column(name)
            first = np.full(len(own.labels), -1)
            first[own.codes[::-1]] = np.arange(len(self))[::-1]
            if own.labels == other.labels:
                self._found[name, other] = first
            else:
                number = dict(zip(own.labels, first.tolist(), strict=True))
                found = [number.get(label, -1) for label in other.labels]
                self._found[name, other] = np.array(found, dtype=np.intp)
        return self._found[name, other]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All row objects."""
        named = [column.values() for column in self._columns.values()]
        values: list[dict[str, Any]] = [
            dict(zip(self._columns, cells, strict=True)) for cells in zip(*named, strict=True)
        ]
        if "row" in self.row_type.model_fields:
            for value, number in zip(values, self.row_numbers.tolist(), strict=True):
                value |= {"file": self.file, "row": number}
        if self._unread:
            parts: Any = tuple(
                _Part(self.row_type.model_construct(**value), self._unread) for value in values
            )
            return cast("tuple[Row, ...]", parts)
        kind: Any = tuple[self.row_type, ...]  # type: ignore[name-defined]
        adapter: TypeAdapter[tuple[Row, ...]] = TypeAdapter(kind)
        return adapter.validate_python(tuple(values))

    def __len__(self) -> int:
        return len(self.row_numbers)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(place, int) and "rows" not in self.__dict__ and not self._unread:
            values = {name: column.labels[column.codes[place]] for name, column in self._columns.items()}
            if "row" in self.row_type.model_fields:
                values |= {"file": self.file, "row": int(self.row_numbers[place])}
            return self.row_type.model_validate(values)
        return self.rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Columns | tuple) and self.rows == tuple(other)

    def __hash__(self) -> int:
        return hash(self.rows)

    def __repr__(self) -> str:
        return f"Columns({self.file or self.row_type.__name__}, {len(self)} rows)"

    def numbered(self, row_numbers: NDArray[np.int64]) -> Columns[Row]:
        """Return the same rows with the numbers that they have in their file."""
        return Columns(self.row_type, self._columns, row_numbers, self.file)

    @property
    def numbered_rows(self) -> Iterator[tuple[int, Row]]:
        """Each row with its number in the file."""
        return zip(self.row_numbers.tolist(), self.rows, strict=True)

    def with_column(self, name: str, column: Column) -> Columns[Row]:
        """Return the same rows with another column."""
        made = Columns(self.row_type, {**self._columns, name: column}, self.row_numbers, self.file)
        made.as_read, made._unread = self.as_read, self._unread
        return made

    def cells(self, name: str) -> list[Any]:
        """Return the value of each row in a column that may be at fault; None where a cell could not be read."""
        return self._columns[name].values()

    def with_cells(self, name: str, cells: Iterable[Any]) -> Columns[Row]:
        """Return the same rows with other cells in a column that was at fault, and can be asked for now."""
        made = self.with_column(name, Column.of(cells))
        made._unread = self._unread - {name}
        return made

    def without(self, names: Iterable[str]) -> Columns[Row]:
        """Return the table with some columns that could not be read whole: what is asked of them raises."""
        made = Columns(self.row_type, self._columns, self.row_numbers, self.file)
        made._unread = self._unread | {*names}
        return made

    def at(self, places: Sequence[int]) -> Columns[Row]:
        """Return the rows at some places as a table of their own."""
        columns = {name: column.at(places) for name, column in self._columns.items()}
        made = Columns(self.row_type, columns, self.row_numbers[places], self.file)
        made._unread = self._unread
        made.as_read = made if self.as_read is self else self.as_read.at(places)
        return made


def one_behind_the_other(arrays: Iterable[Any]) -> NDArray[np.float64]:
    """Return the numbers of arrays, whatever their shapes, in one row."""
    return np.concatenate([np.ravel(array) for array in arrays])


def numbered(keys: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the distinct keys in their order, for each key its place among them, and how often each is there.

    What ``np.unique`` gives, without sorting where whole keys from 0 on are few.
    """
    if not keys.size or int(keys.max()) > 8 * keys.size + 1024:
        found, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
        return found.astype(np.intp), place, counts
    counts = np.bincount(keys)
    there = np.flatnonzero(counts)
    number = np.empty(counts.size, dtype=np.intp)
    number[there] = np.arange(there.size)
    return there, number[keys], counts[there]


_DIGIT_BITS = 16
"""NumPy sorts whole numbers of so many bits by counting them, which no comparison of larger ones comes near."""


def sorted_places(*keys: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return the places of rows sorted by whole numbers from 0 on, the first key before the next; equal rows stay."""
    order: NDArray[np.intp] | None = None
    for key in reversed(keys):
        for shift in range(0, max(1, int(key.max(initial=0)).bit_length()), _DIGIT_BITS):
            digit = (key >> shift).astype(np.uint16)
            step = np.argsort(digit if order is None else digit[order], kind="stable")
            order = step if order is None else order[step]
    return np.zeros(0, dtype=np.intp) if order is None else order
