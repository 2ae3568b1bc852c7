"""The workbook that ``mollisol new --xlsx`` writes: a sheet for each table of ours, with rows that explain it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from mollisol.importing.context import Context, Decided
from mollisol.importing.mapping import FileMapping
from mollisol.importing.outputs import KEYS, Origin, OutputTable
from mollisol.importing.readers.raw import Grid
from mollisol.importing.sheets import opened, sheet_of
from mollisol.importing.values import text_of
from mollisol.methodology.findings import FindingsError
from mollisol.reading.project import TABLES

README: Final = "Read me"
ABOUT: Final = "about this row"
"""The first column, which no table has."""
EXPLAINED: Final = ("unit", "allowed", "needed", "example")
FIRST: Final = len(EXPLAINED) + 2
"""The first row of data, below the names and what explains them."""
SHEETS: Final = {table.file.removesuffix(".csv").replace("/", "."): table.file for table in TABLES}


def import_tables(mapping: FileMapping, context: Context) -> None:
    """Add the rows of every sheet to the table that it is named after."""
    for name in mapping.files(context.raw_files()):
        raw = context.raw(name)
        try:
            grid = opened(raw, mapping.read)
            names = grid.sheets if isinstance(grid, Grid) else ()
            for title in names:
                if title in SHEETS:
                    _add(mapping, context, raw, title)
                elif title != README and not title.endswith(" (hidden)"):
                    words = (title, "a sheet that is no table", "(row left out)")
                    context.log.append(Decided(mapping.name, name, f"{title}!", "", *words))
        except FindingsError as error:
            context.findings += error.findings


def _add(mapping: FileMapping, context: Context, raw: Any, title: str) -> None:
    sheet = sheet_of(raw, {"sheet": title, "header": 1, "data": FIRST}, context.folder)
    table = SHEETS[title]
    counts = context.counts.setdefault(f"{mapping.name}: {raw.name}", {"rows": 0})
    for place, cells in sheet.rows():
        row = {
            column: _text(cell) for column, cell in zip(sheet.columns, cells, strict=True) if column != ABOUT
        }
        if not any(row.values()):
            continue
        counts["rows"] += 1
        made = context.outputs.tables.setdefault(table, OutputTable((), KEYS.get(table, ())))
        made.writers.add(mapping.name)
        made.add(row, Origin(raw.name, (place,)), ())
        if table == "sample_points.csv" and row.get("point"):
            context.points.add(row["point"])
            context.strata_of_points[row["point"]] = row.get("stratum", "")


def _text(cell: Any) -> str:
    """Return a cell as a table of ours has it: numbers with every digit, days without a time, texts as they are."""
    if isinstance(cell, str):
        return {"True": "yes", "False": "no"}.get(cell, cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return text_of(cell)
