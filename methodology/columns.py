"""A table in columns: numbered values and arrays. A row object is made only where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter
from pydantic_core import core_schema

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
        numbers: dict[Any, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        return cls(tuple(numbers), np.array(codes, dtype=np.int32))

    def values(self) -> list[Any]:
        """Return the value of each row."""
        return [self.labels[code] for code in self.codes.tolist()]

    def numbers(self) -> NDArray[np.float64]:
        """Return the numbers of the rows; NaN where a cell is empty."""
        return np.array(self.labels or (None,), dtype=np.float64)[self.codes]

    def days(self) -> NDArray[np.datetime64]:
        """Return the dates of the rows."""
        return np.array(self.labels or (None,), dtype="datetime64[D]")[self.codes]

    def given(self) -> NDArray[np.bool_]:
        """Return for each row whether it has a value."""
        return self.holds(lambda value: value is not None)

    def holds(self, condition: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Return for each row whether its value meets a condition, which is asked once a distinct value."""
        met = [bool(condition(label)) for label in self.labels or (None,)]
        return np.array(met, dtype=np.bool_)[self.codes]


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

    def column(self, name: str) -> Column:
        """Return a column; one that the file does not have holds its default in every row."""
        if name in self._columns:
            return self._columns[name]
        default = self.row_type.model_fields[name].default
        return Column((default,), np.zeros(len(self), dtype=np.int32))

    def places(self, name: str, condition: Callable[[Any], bool]) -> Iterator[tuple[int, Any]]:
        """Yield number and value of each row whose value of a column meets a condition."""
        column = self.column(name)
        for place in np.flatnonzero(column.holds(condition)).tolist():
            yield int(self.row_numbers[place]), column.labels[column.codes[place]]

    def distinct(self, *names: str) -> dict[tuple[Any, ...], int]:
        """Return the combinations of values that some columns have, each with its first place, in the file's order."""
        columns = [self.column(name) for name in names]
        _, first = np.unique(_combined(columns), return_index=True)
        first.sort()
        values = [[column.labels[code] for code in column.codes[first].tolist()] for column in columns]
        return dict(zip(zip(*values, strict=True), first.tolist(), strict=True))

    def groups(self, *names: str) -> dict[tuple[Any, ...], list[int]]:
        """Return the places of the rows by the values of some columns, in the file's order."""
        if names not in self._groups:
            places: dict[int, list[int]] = {}
            for place, key in enumerate(_combined([self.column(name) for name in names]).tolist()):
                places.setdefault(key, []).append(place)
            self._groups[names] = dict(zip(self.distinct(*names), places.values(), strict=True))
        return self._groups[names]

    def order(self, name: str, *numbers: str) -> NDArray[np.intp]:
        """Return the places of the rows sorted by a name, in the order in which names first come, and by numbers."""
        keys: list[Any] = [self.column(number).numbers() for number in reversed(numbers)]
        return np.lexsort([*keys, self.column(name).codes])

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

    def at(self, places: Sequence[int]) -> Columns[Row]:
        """Return the rows at some places as a table of their own."""
        columns = {
            name: Column.of(column.labels[code] for code in column.codes[places])
            for name, column in self._columns.items()
        }
        return Columns(self.row_type, columns, self.row_numbers[places], self.file)


def one_behind_the_other(arrays: Iterable[Any]) -> NDArray[np.float64]:
    """Return the numbers of arrays, whatever their shapes, in one row."""
    return np.concatenate([np.ravel(array) for array in arrays])


def _combined(columns: Sequence[Column]) -> NDArray[np.int64]:
    """Return one number for each combination of values."""
    combined = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        combined = combined * max(1, len(column.labels)) + column.codes
    return combined
