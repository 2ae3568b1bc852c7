"""What ``mollisol new`` writes: the skeleton as files, or with its tables as a workbook to be filled in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel

from mollisol.importing.kinds.tables import ABOUT, EXPLAINED, FIRST, README, SHEETS
from mollisol.importing.mapping import mapping_schema
from mollisol.methodology.eligibility_facts import EligibilityFacts
from mollisol.methodology.ledger import Ledger
from mollisol.methodology.measurement import PlanHead
from mollisol.output import canonical_json
from mollisol.reading.guide import GuideRow, guide_of
from mollisol.reading.project import TABLES
from mollisol.reading.schema import HEAD_FILE, head_schema
from mollisol.templates.documents.extras import load
from mollisol.templates.documents.packing import EARLIEST, repacked

SCHEMAS: Final = "schemas"
WORKBOOK: Final = "raw/tables.xlsx"
_MAPPING: Final = (
    b"#:schema ../schemas/mapping.json\n"
    b"# The sheets of the workbook are tables of the project: mollisol import run\n"
    b'kind = "tables"\nfile = "tables.xlsx"\n'
)
_ROWS: Final = 2000
"""Rows below the last one that are checked while somebody types."""
_LONGEST_LIST: Final = 255
_KEYS: Final = {
    "quantification_unit": "quantification_units.csv",
    "stratum": "strata.csv",
    "control_site": "control_sites.csv",
    "point": "sample_points.csv",
    "field": "fields.csv",
}
"""Columns whose names stand in the first column of another table."""
_TEXT: Final = (
    "Each sheet is a table of the project; its columns are those of the CSV file of the same name.",
    f"Rows 2 to {FIRST - 1} say what a column holds and give an example; data begin in row {FIRST}.",
    "Sheets that stay empty give no table. Sheets of other names are left out, and that is told.",
    "Save the workbook in raw/, then: mollisol import run, mollisol check.",
)


def project_files(*, workbook: bool) -> dict[str, bytes]:
    """Return the files of a new project; its tables stand in a workbook where one is asked for.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed, and a workbook is asked for.
    """
    skeleton = files("mollisol").joinpath("skeleton")
    made = {item.name: item.read_bytes() for item in sorted(skeleton.iterdir(), key=lambda item: item.name)}
    made[HEAD_FILE] = f"#:schema ./{SCHEMAS}/project.json\n".encode() + made[HEAD_FILE]
    made |= {f"{SCHEMAS}/{name}.json": canonical_json(schema) for name, schema in _schemas().items()}
    if not workbook:
        return made
    known = set(SHEETS.values())
    tables = {name: content for name, content in made.items() if name in known}
    others = {name: content for name, content in made.items() if name not in known}
    return others | {WORKBOOK: workbook_of(tables), "imports/tables.toml": _MAPPING}


def _schemas() -> dict[str, Any]:
    """Return the JSON Schema of each TOML file that a project may have, for the line by which editors find it."""
    kinds: dict[str, type[BaseModel]] = {"eligibility": EligibilityFacts, "ledger": Ledger, "plan": PlanHead}
    made = {name: kind.model_json_schema() for name, kind in kinds.items()}
    return {"project": head_schema(), **made, "mapping": mapping_schema()}


def workbook_of(tables: Mapping[str, bytes]) -> bytes:
    """Return a workbook with a sheet for every table that a project may have, filled with the rows of some.

    Parameters
    ----------
    tables
        CSV tables by file.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    target = io.BytesIO()
    writer = load("xlsxwriter", what="XLSX")
    book = writer.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "Tables of a project", "author": "mollisol", "created": EARLIEST})
    about = book.add_worksheet(README)
    about.set_column(0, 0, 110)
    about.write_column(0, 0, _TEXT)
    pages = _Pages(book)
    row_types = {table.file: table.row_type for table in TABLES}
    for title, file in SHEETS.items():
        rows = list(csv.DictReader(io.StringIO(tables.get(file, b"").decode("utf-8-sig"), newline="")))
        pages.write(title, file, guide_of(file, row_types[file]), rows)
    pages.write_words()
    book.close()
    return repacked(target.getvalue())


class _Pages:
    """The sheets of tables, with the looks and the long lists that they share."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._words: list[tuple[str, ...]] = []
        note = {"font_color": "#56635D", "italic": True, "text_wrap": True, "valign": "top"}
        self._head = book.add_format({"bold": True, "bg_color": "#F1F4F2", "bottom": 1})
        self._note = book.add_format(note | {"num_format": "@"})
        self._text = book.add_format({"num_format": "@"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})

    def write(self, title: str, file: str, guide: list[GuideRow], rows: list[dict[str, str]]) -> None:
        """Write a sheet: names, what explains them, the rows, and what may be typed."""
        page = self._book.add_worksheet(title)
        page.freeze_panes(FIRST - 1, 1)
        page.set_column(0, 0, 14)
        page.write_column(0, 0, (ABOUT, *EXPLAINED), self._note)
        last = FIRST + len(rows) + _ROWS
        for column, told in enumerate(guide, start=1):
            is_day = told.schema.get("format") == "date"
            plain = told.schema.get("type") in ("number", "integer")
            page.set_column(
                column,
                column,
                min(max(len(told.column) + 2, 12), 34),
                self._day if is_day else None if plain else self._text,
            )
            page.write_string(0, column, told.column, self._head)
            lines = (told.unit, told.allowed, "needed" if told.needed else "", told.example)
            for row, line in enumerate(lines, start=1):
                page.write_string(row, column, line[:500], self._note)
            page.data_validation(FIRST - 1, column, last, column, self._allowed(told, file))
            for row, cells in enumerate(rows, start=FIRST - 1):
                self._cell(page, row, column, cells.get(told.column) or "", told.schema)

    def _cell(self, page: Any, row: int, column: int, text: str, schema: Mapping[str, Any]) -> None:
        """Write a cell by its kind; a number that a workbook would round stays text."""
        if not text:
            return
        if schema.get("type") in ("number", "integer") and _keeps(text):
            page.write_number(row, column, float(text))
        elif schema.get("format") == "date" and text[:2] in ("19", "20"):
            page.write_datetime(row, column, datetime.fromisoformat(text), self._day)
        else:
            page.write_string(row, column, text, self._text)

    def _allowed(self, guide: GuideRow, file: str) -> dict[str, Any]:
        """Return what may be typed into a column: words of a list, a name of another sheet, numbers, days."""
        schema, kind = guide.schema, guide.schema.get("type")
        said = ", ".join(filter(None, (guide.unit, guide.allowed, "needed" if guide.needed else "")))
        made: dict[str, Any] = {"input_title": guide.column[:32], "input_message": said[:255]}
        source = _KEYS.get(guide.column, file)
        if words := schema.get("enum") or (("yes", "no") if kind == "boolean" else ()):
            return made | {"validate": "list", "source": self._list(tuple(map(str, words)))}
        if source != file:
            sheet = next(title for title, of in SHEETS.items() if of == source)
            names = f"='{sheet}'!$B${FIRST}:$B${FIRST + _ROWS}"
            return made | {"validate": "list", "source": names, "error_type": "warning"}
        if kind in ("number", "integer"):
            low = schema.get("minimum", schema.get("exclusiveMinimum", -1e30))
            high = schema.get("maximum", schema.get("exclusiveMaximum", 1e30))
            limits = {"criteria": "between", "minimum": low, "maximum": high}
            return made | limits | {"validate": "integer" if kind == "integer" else "decimal"}
        if schema.get("format") == "date":
            return made | {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1)}
        return made | {"validate": "any"}

    def _list(self, words: tuple[str, ...]) -> Any:
        """Return words as the source of a list; many of them, or some with a comma, stand on a hidden sheet."""
        if len(",".join(words)) <= _LONGEST_LIST and not any("," in word for word in words):
            return list(words)
        if words not in self._words:
            self._words.append(words)
        letter = load("xlsxwriter.utility", what="XLSX").xl_col_to_name(self._words.index(words))
        return f"='words'!${letter}$1:${letter}${len(words)}"

    def write_words(self) -> None:
        """Write the hidden sheet of long lists."""
        page = self._book.add_worksheet("words")
        page.hide()
        for column, words in enumerate(self._words):
            page.write_column(0, column, words)


def _keeps(text: str) -> bool:
    """Return whether a workbook, which has sixteen digits, gives a number back as it is."""
    try:
        number = float(text)
    except ValueError:
        return False
    return abs(number) < 1e30 and float(f"{number:.16G}") == number
