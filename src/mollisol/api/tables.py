"""Tables as pandas frames and back; the unit of each column stands in ``frame.attrs["units"]``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from mollisol.methodology.columns import FIRST_ROW
from mollisol.methodology.findings import FindingsError, blocking
from mollisol.reading.guide import unit_of
from mollisol.reading.tables import read_table

if TYPE_CHECKING:
    from datetime import date

    from pydantic import BaseModel

    from mollisol.methodology.columns import Column, Columns

UNITS: Final = "units"
_PLAIN: Final = (bool, int, float, str)
_MIDNIGHT: Final = "T00:00:00"


def with_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the units that the names of its columns end with."""
    frame.attrs[UNITS] = {str(name): unit for name in frame.columns if (unit := unit_of(str(name)))}
    return frame


def frame_of_rows(rows: Iterable[Mapping[str, Any]], index: Sequence[str] = ()) -> pd.DataFrame:
    """Return rows as a frame; what is itself a table or a list is left to a frame of its own.

    Parameters
    ----------
    index
        Columns that name a row, in their order.
    """
    made = pd.DataFrame([{name: value for name, value in row.items() if _is_cell(value)} for row in rows])
    there = [name for name in index if name in made.columns]
    return with_units(made.set_index(there) if there else made)


def _is_cell(value: Any) -> bool:
    from datetime import date

    return value is None or isinstance(value, (*_PLAIN, date))


def frame_of_table(content: bytes, file: str, row_type: type[BaseModel]) -> pd.DataFrame:
    """Return a table of a project as a frame; the index is the row of the file, as findings name it.

    Raises
    ------
    FindingsError
        If a cell or the header is at fault: no row is left out.
    """
    table, findings = read_table(content, file, row_type)
    if blocking(findings):
        raise FindingsError(findings)
    frame = pd.DataFrame({name: _series(table, name) for name in table.names})
    frame.index = pd.Index(table.row_numbers, name="row")
    return with_units(frame)


def _series(table: Columns[Any], name: str) -> Any:
    """Return a column: numbers as numbers, days as days, and the rest as it stands."""
    column: Column = table.column(name)
    kinds = {type(label) for label in column.labels if label is not None}
    if kinds == {float}:
        return column.numbers()
    if kinds and all(kind.__name__ == "date" for kind in kinds):
        return pd.Series(column.days())
    given = column.values()
    if kinds == {int}:
        return pd.array(given, dtype="Int64")
    return pd.array(given, dtype="boolean") if kinds == {bool} else pd.Series(given, dtype=object)


def frame_of_text(content: bytes) -> pd.DataFrame:
    """Return a table that no schema of a project names, every cell as the text that it is."""
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, skip_blank_lines=False)
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
    return with_units(frame)


def bytes_of_frame(frame: pd.DataFrame) -> bytes:
    """Return a frame as the bytes of a CSV table; numbers with all their digits, and its index left out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = (map(cell_of, frame.iloc[:, place]) for place in range(frame.shape[1]))
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode()


def cell_of(value: Any) -> str:
    """Return the text of a cell; empty for what is missing."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value) is True:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        day: date = value
        return day.isoformat().removesuffix(_MIDNIGHT)
    return repr(float(value)) if isinstance(value, float) else str(value)
