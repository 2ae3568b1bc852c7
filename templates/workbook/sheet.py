"""Sheets of the workbook: cells that are given, live or carried over from the engine, each in its own look."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from mollisol.templates.documents.extras import load
from mollisol.templates.documents.inert import begins_like_formula

type Look = Literal["given", "live", "carried", "result", "text", "head", "title", "note", "good", "label"]
type Value = float | int | str | None
type Cell = tuple[str, float]
"""Where a number stands, and what the engine has there."""

_BASE: Final[dict[str, Any]] = {"font_name": "Arial", "font_size": 9, "valign": "top"}
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "given": {"font_color": "#0B4F8A", "bg_color": "#EAF3FB"},
    "live": {},
    "carried": {"font_color": "#6B4A00", "bg_color": "#FBF3E0", "italic": True},
    "result": {"bold": True, "bg_color": "#E8F2EC"},
    "text": {"indent": 1},
    "label": {"text_wrap": True},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#F1F4F2"},
    "title": {"bold": True, "font_size": 13},
    "note": {"font_color": "#56635D", "indent": 1},
    "good": {"bold": True, "font_color": "#1C5A49"},
}


class Book:
    """A workbook that writes the same bytes each time."""

    def __init__(self, target: Any, title: str, created: Any) -> None:
        writer = load("xlsxwriter", what="XLSX")
        self.cells = load("xlsxwriter.utility", what="XLSX")
        self._book = writer.Workbook(
            target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._book.set_properties({"title": title[:250], "author": "mollisol", "created": created})
        self._book.set_calc_mode("auto")
        self._formats: dict[tuple[str, str, bool], Any] = {}

    def sheet(self, name: str, widths: Sequence[float] = (), *, freeze: tuple[int, int] = (1, 0)) -> Sheet:
        """Add a sheet; ``widths`` are those of the first columns, the last one for all that follow."""
        page = self._book.add_worksheet(name)
        page._prepare_formula = _as_it_is  # ours need no prefix, and looking for one takes most of the time
        page.freeze_panes(*freeze)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_footer("&L&8&A&R&8&P / &N")
        for column, width in enumerate(widths):
            page.set_column(column, column if column < len(widths) - 1 else 60, width)
        return Sheet(self, page, name)

    def name(self, word: str, reference: str) -> None:
        """Return a cell a name that formulas use."""
        self._book.define_name(word, f"={reference}")

    def look(self, look: Look, number: str, quoted: bool) -> Any:
        """Return the format of a look, made once."""
        key = (look, number, quoted)
        if key not in self._formats:
            made = self._book.add_format(_BASE | _LOOKS[look] | ({"num_format": number} if number else {}))
            if quoted:
                made.set_quote_prefix()
            self._formats[key] = made
        return self._formats[key]

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def _as_it_is(formula: str, *_: Any) -> str:
    return formula.removeprefix("=")


def range_of(cells: Sequence[str]) -> str:
    """Return cells that stand below or beside each other as one range."""
    return cells[0] if len(cells) == 1 else f"{cells[0]}:{cells[-1].rpartition('!')[2]}"


def average_of(cells: Sequence[str]) -> str:
    """Return the formula of the mean of such cells."""
    return f"AVERAGE({range_of(cells)})" if len(cells) > 1 else cells[0]


def student(probability: str, freedom: str) -> str:
    """Return the quantile of Student's t for any degrees of freedom; without any, that of the normal distribution."""
    beta = f"BETAINV(2*{probability}-1,0.5,{freedom}/2)"
    return f"IF(ISNUMBER({freedom}),SQRT({freedom}*{beta}/(1-{beta})),NORMSINV({probability}))"


class Sheet:
    """One sheet; rows and columns count from 0, references come out absolute."""

    def __init__(self, book: Book, page: Any, name: str) -> None:
        self.book, self.page, self.name = book, page, name

    def at(self, row: int, column: int) -> str:
        """Return the reference of a cell, good in every sheet."""
        return f"'{self.name}'!{self.book.cells.xl_rowcol_to_cell(row, column, True, True)}"

    def span(self, row: int, column: int, last_row: int, last_column: int) -> str:
        """Return the reference of a range, good in every sheet."""
        last = self.book.cells.xl_rowcol_to_cell(last_row, last_column, True, True)
        return f"{self.at(row, column)}:{last}"

    def text(self, row: int, column: int, text: str, look: Look = "text") -> None:
        """Write words; what looks like a formula stays words, also when the cell is edited."""
        if text:
            form = self.book.look(look, "", begins_like_formula(text))
            self.page.write_string(row, column, text[:32000], form)

    def words(self, row: int, texts: Iterable[str], column: int = 0, look: Look = "text") -> None:
        """Write words beside each other."""
        for place, text in enumerate(texts, start=column):
            self.text(row, place, text, look)

    def head(self, row: int, labels: Iterable[str], column: int = 0) -> None:
        """Write a row of column heads."""
        self.words(row, labels, column, "head")

    def put(self, row: int, column: int, value: Value, look: Look = "given", number: str = "General") -> str:
        """Write a value that was given, or is carried over from the engine."""
        if isinstance(value, str):
            form = self.book.look(look, "", begins_like_formula(value))
            self.page.write_string(row, column, value, form)
        elif value is not None and math.isfinite(value):
            self.page.write_number(row, column, value, self.book.look(look, number, False))
        else:
            self.page.write_blank(row, column, None, self.book.look(look, number, False))
        return self.at(row, column)

    def live(
        self, row: int, column: int, formula: str, value: Value, look: Look = "live", number: str = "0.0000"
    ) -> str:
        """Write a formula with the value that the engine gave."""
        shown = "" if value is None or (isinstance(value, float) and not math.isfinite(value)) else value
        self.page.write_formula(row, column, f"={formula}", self.book.look(look, number, False), shown)
        return self.at(row, column)
