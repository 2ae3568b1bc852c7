"""Workbooks: XLSX, XLS and ODS by python-calamine. Values alone are read; macros, links and formulas do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from mollisol.importing.readers.raw import (
    LONGEST_CELL,
    MOST_COLUMNS,
    Grid,
    RawFile,
    check_archive,
    check_sheets,
    refused,
)
from mollisol.importing.values import Cell


def read_workbook(raw: RawFile, options: Mapping[str, Any]) -> Grid:
    """Return the rows of a sheet; ``sheet`` names it, and need not where the workbook has one that is not hidden."""
    book = _opened(raw)
    import python_calamine as calamine

    plain = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [one.name for one in plain if one.visible == calamine.SheetVisibleEnum.Visible]
    names = tuple(one.name if one.name in visible else f"{one.name} (hidden)" for one in book.sheets_metadata)
    wanted = options.get("sheet") or (visible[0] if visible else "")
    if wanted not in [one.name for one in plain]:
        raise refused(raw.name, f"no sheet {wanted!r}", do=f"name one of: {', '.join(names)}")
    sheet = _safely(raw, lambda: book.get_sheet_by_name(wanted))
    if sheet.total_width > MOST_COLUMNS:
        raise refused(raw.name, f"{sheet.total_width:,} columns", thing=wanted)
    left = [None] * (sheet.start[1] if sheet.start else 0)

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells: list[Any] = [*left, *row] if left else list(row)
            for place, cell in enumerate(cells):
                kind = cell.__class__
                if kind is str and len(cell) > LONGEST_CELL:
                    found = f"a cell of {len(cell):,} characters"
                    raise refused(raw.name, found, thing=f"{wanted}!{number}")
                if kind is str and not cell:
                    cells[place] = None
                elif kind not in (str, float, datetime, date):
                    cells[place] = float(cell) if kind is int else str(cell)
            yield number, cells

    return Grid(raw.name, f"{wanted}!", rows, sheet.merged_cell_ranges, names, typed=True)


def _opened(raw: RawFile) -> Any:
    if raw.book is not None:
        return raw.book
    begin = raw.begin(4)
    if raw.name.lower().endswith((".xlsx", ".xlsm", ".ods")) or begin == b"PK\x03\x04":
        check_archive(raw)
        if begin == b"PK\x03\x04":
            check_sheets(raw)
    import python_calamine

    raw.book = _safely(raw, lambda: python_calamine.CalamineWorkbook.from_path(raw.path))
    return raw.book


def _safely(raw: RawFile, action: Any) -> Any:
    """Return what the library gives; whatever it raises is a refusal in words, a panic of its compiled part too."""
    import python_calamine

    try:
        return action()
    except python_calamine.PasswordError:
        raise refused(raw.name, "a workbook with a password", do="save it without one") from None
    except (python_calamine.CalamineError, OSError, ValueError, TypeError) as error:
        raise refused(raw.name, f"no workbook: {error}") from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise refused(raw.name, f"a workbook that cannot be read: {error}") from None
        raise
