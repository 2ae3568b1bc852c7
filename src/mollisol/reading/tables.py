"""Read CSV tables into rows of domain objects; every fault is a finding with file, row and column."""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from mollisol.methodology.base import DomainObject
from mollisol.methodology.checks.gathered import PLACES_PER_FAULT
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.reading.cells import BadCellError, parser_for
from mollisol.reading.suspicious_columns import looks

LONGEST_LINE = 1_000_000
"""Characters: a table of ours has a few hundred; a row of a gigabyte is no row."""


class Faults:
    """Gathers findings, and counts instead of repeating once a fault was shown often enough."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._findings: list[Finding] = []
        self._seen: Counter[tuple[str, str]] = Counter()
        self.cells: set[tuple[int, str]] = set()

    def add(
        self,
        code: str,
        found: str,
        allowed: str,
        do: str,
        *,
        row: int | None = None,
        column: str = "",
        more: int = 0,
    ) -> None:
        """Add a blocking finding of form; ``more`` counts the further rows that it stands for."""
        if row is not None:
            self.cells.add((row, column))
        self._seen[code, column] += 1
        if self._seen[code, column] <= PLACES_PER_FAULT:
            self._findings.append(
                Finding(
                    code=code,
                    severity=Severity.BLOCKING,
                    where=Place(file=self._file, row=row, column=column),
                    found=found,
                    allowed=allowed,
                    do=do,
                    more=more,
                )
            )

    def all(self) -> list[Finding]:
        """Give the findings, the last shown place of each fault carrying the count of the rest."""
        findings = list(self._findings)
        for (code, column), times in self._seen.items():
            if times > PLACES_PER_FAULT:
                last = max(i for i, f in enumerate(findings) if f.code == code and f.where.column == column)
                findings[last] = findings[last].model_copy(update={"more": times - PLACES_PER_FAULT})
        return findings


def read_table[Row: DomainObject](
    text: str, file: str, row_type: type[Row]
) -> tuple[tuple[Row, ...], list[Finding]]:
    """Read one CSV table.

    Parameters
    ----------
    text
        The whole file.
    file
        Its name, for the findings.
    row_type
        The domain object that a row becomes; its field names are the column names.

    Returns
    -------
    tuple
        The rows (none where there are faults of form: a table is read whole or not at all) and the findings.
    """
    faults = Faults(file)
    if row := _too_long(text):
        faults.add(
            "row-too-long",
            f"over {LONGEST_LINE:,} characters in one line",
            "rows of a table",
            "look whether this is the right file",
            row=row,
        )
        return (), faults.all()
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = _header(lines, row_type, faults)
    header_is_right = not faults.all()
    if not columns:
        return (), faults.all()
    numbers, rows = _rows(lines, columns, faults)
    if not rows and not faults.all():
        faults.add(
            "no-rows",
            "a header and no rows",
            "at least one row",
            "fill it in; a table that the project does not need may be left out",
        )
    read = _columns(rows, numbers, columns, row_type, faults)
    result: tuple[Row, ...] = ()
    if header_is_right:
        result = _validated(read, numbers, row_type, faults)
    return ((), faults.all()) if faults.all() else (result, [])


def _too_long(text: str) -> int:
    """Give the number of the first line that is too long; 0 where there is none."""
    start = 0
    while len(text) - start > LONGEST_LINE:
        end = text.rfind("\n", start, start + LONGEST_LINE)
        if end < 0:
            return 1 + text.count("\n", 0, start)
        start = end + 1
    return 0


def _header(lines: Iterator[list[str]], row_type: type[DomainObject], faults: Faults) -> list[str]:
    """Give the column names; none where the header cannot be told from the rows."""
    try:
        columns = [column.strip() for column in next(lines, [])]
    except csv.Error as error:
        faults.add("table-syntax", str(error), "comma-separated values", "mend the header", row=1)
        return []
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
        faults.add(
            "wrong-separator",
            repr(columns[0][:60]),
            "columns separated by commas, with decimal points",
            "export the table again with commas",
            row=1,
        )
        return []
    known = list(row_type.model_fields)
    required = [name for name, info in row_type.model_fields.items() if info.is_required()]
    for column, times in Counter(columns).items():
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            do = f"rename it to {near[0]}" if near else "take it out, or rename it"
            faults.add(
                "column-unknown", f"a column {column[:60]!r}", ", ".join(known), do, row=1, column=column[:60]
            )
        if times > 1:
            found = f"{times} columns {column[:60]!r}"
            faults.add("column-twice", found, "each column once", "take one out", row=1, column=column[:60])
    for column in required:
        if column not in columns:
            faults.add(
                "column-missing",
                "no such column",
                ", ".join(required),
                f"add the column {column}",
                row=1,
                column=column,
            )
    return columns


def _rows(
    lines: Iterator[list[str]], columns: Sequence[str], faults: Faults
) -> tuple[list[int], list[list[str]]]:
    """Give the rows that have a cell for each column, and their numbers as a spreadsheet shows them."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    empty: list[int] = []
    number = 1
    try:
        for number, row in enumerate(lines, start=2):
            if not any(row):
                empty.append(number)
            elif len(row) == len(columns):
                numbers.append(number)
                rows.append(row)
            else:
                faults.add(
                    "row-length",
                    f"{len(row)} cells",
                    f"{len(columns)} cells, as in the header",
                    "look for a stray or decimal comma, or a missing cell; quote cells that hold commas",
                    row=number,
                )
    except csv.Error as error:
        found = f"{error}; what follows was not read"
        faults.add("table-syntax", found, "comma-separated values", "mend the quotes", row=number + 1)
    last = max((*numbers[-1:], *(row for row, _ in faults.cells)), default=1)
    for number in empty:
        if number < last:
            faults.add("row-empty", "an empty line", "a row in each line", "take the line out", row=number)
    return numbers, rows


def _columns(
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    columns: Sequence[str],
    row_type: type[DomainObject],
    faults: Faults,
) -> dict[str, list[Any]]:
    """Parse the known columns; each distinct cell is parsed once."""
    hints = get_type_hints(row_type)
    read: dict[str, list[Any]] = {}
    for column, cells in zip(columns, zip(*rows, strict=True), strict=False):
        if column not in hints:
            continue
        parse = parser_for(hints[column])
        values: dict[str, Any] = {}
        bad: dict[str, BadCellError] = {}
        for cell in dict.fromkeys(cells):
            try:
                values[cell] = parse(cell)
            except BadCellError as error:
                bad[cell] = error
        if bad:
            for row, cell in zip(numbers, cells, strict=True):
                if cell in bad:
                    found = repr(cell.strip()[:60]) if cell.strip() else "an empty cell"
                    faults.add(bad[cell].code, found, bad[cell].allowed, bad[cell].do, row=row, column=column)
        read[column] = [values.get(cell) for cell in cells]
    for look in looks(read):
        faults.add(
            look.code,
            look.found,
            look.allowed,
            look.do,
            row=numbers[look.positions[0]],
            column=look.columns[0],
            more=len(look.positions) - 1,
        )
        faults.cells.update(product((numbers[position] for position in look.positions), look.columns))
    return read


def _validated[Row: DomainObject](
    read: dict[str, list[Any]], numbers: Sequence[int], row_type: type[Row], faults: Faults
) -> tuple[Row, ...]:
    """Check the ranges; of a cell in which a fault was found already nothing more is said."""
    values = tuple(dict(zip(read, row, strict=True)) for row in zip(*read.values(), strict=True))
    try:
        return TypeAdapter(tuple[row_type, ...]).validate_python(values)  # type: ignore[valid-type]
    except ValidationError as error:
        known = set(faults.cells)
        for problem in cast("list[dict[str, Any]]", error.errors(include_url=False)):
            position, *place = problem["loc"]
            row, column = numbers[int(position)], str(place[0]) if place else ""
            if (row, column) not in known:
                code, allowed, do = problem_code(problem)
                faults.add(code, repr(problem["input"])[:80], allowed, do, row=row, column=column)
        return ()


_RANGE_WORDS = {
    "greater_than": "greater than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
}


def problem_code(problem: dict[str, Any]) -> tuple[str, str, str]:
    """Turn one validation problem into reason code, what is allowed and what to do."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _RANGE_WORDS:
        return "value-out-of-range", _RANGE_WORDS[kind].format(**context), "check the value and its unit"
    if kind == "finite_number":
        return "not-a-finite-number", "a finite number", "give the value"
    if kind == "literal_error":
        return "not-an-allowed-word", str(context["expected"]), "use one of these words"
    if kind in {"string_pattern_mismatch", "string_too_long", "string_too_short"}:
        if any(mark in str(problem["input"]) for mark in "<>"):
            return "markup-in-text", "text without < and >", "write it without markup"
        return (
            "bad-name",
            "letters, digits, spaces and _ . : / + -, up to 100, first a letter or digit",
            "rename it",
        )
    if kind == "missing":
        return "key-missing", "the key", "add it"
    if kind == "extra_forbidden":
        return "key-unknown", "the keys of the schema (mollisol schema)", "take it out or correct its name"
    if kind == "date_type":
        return "wrong-type", "a date without quotes, as 2026-11-21", "take the quotes away"
    return "wrong-type", str(problem["msg"]), "see mollisol schema for the type"
