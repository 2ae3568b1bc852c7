"""Read CSV tables into rows of domain objects; every fault is a finding with file, row and column."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from types import NoneType
from typing import Any, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import Finding, Place, Severity

PLACES_PER_FAULT = 25
"""Places shown for one fault in one column; the rest is counted in ``Finding.more``."""

_BELOW_LIMIT = re.compile(r"^\s*[<>≤≥]\s*[\d.,]+\s*$")
_DECIMAL_COMMA = re.compile(r"^\s*[+-]?\d+,\d+\s*$")
_WITH_UNIT = re.compile(r"^\s*[+-]?[\d.]+\s*(%|[a-zA-Z][\w/ .%-]*)\s*$")
_FORMULA = re.compile(r"^[=@+\t\r]|^-[^\d.]")
_YES_NO = {"yes": True, "no": False}


class Faults:
    """Gathers findings, and counts instead of repeating once a fault was shown often enough."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._findings: list[Finding] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    def add(
        self, code: str, found: str, allowed: str, do: str, *, row: int | None = None, column: str = ""
    ) -> None:
        """Add a blocking finding of form."""
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
        The rows (empty where there are faults of form) and the findings.
    """
    faults = Faults(file)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = _header(lines, row_type, faults)
    rows = _rows(lines, columns, faults)
    if faults.all():
        return (), faults.all()
    if not rows:
        faults.add(
            "no-rows", "a header and no rows", "at least one row", "fill the table in or leave the file out"
        )
        return (), faults.all()
    hints = get_type_hints(row_type)
    read = {
        column: _column(cells, column, hints[column], faults)
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    }
    if faults.all():
        return (), faults.all()
    values = [dict(zip(read, row, strict=True)) for row in zip(*read.values(), strict=True)]
    try:
        return TypeAdapter(tuple[row_type, ...]).validate_python(tuple(values)), []  # type: ignore[valid-type]
    except ValidationError as error:
        for problem in cast("list[dict[str, Any]]", error.errors(include_url=False)):
            _range_fault(problem, faults)
        return (), faults.all()


def _header(lines: Iterator[list[str]], row_type: type[DomainObject], faults: Faults) -> list[str]:
    try:
        columns = [column.strip().lstrip("\ufeff") for column in next(lines, [])]
    except csv.Error as error:
        faults.add("table-syntax", str(error), "comma-separated values", "mend the header", row=1)
        return []
    known = list(row_type.model_fields)
    required = [name for name, info in row_type.model_fields.items() if info.is_required()]
    for column in columns:
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            do = f"rename it to {near[0]}" if near else "take it out, or rename it"
            faults.add(
                "column-unknown", f"a column {column[:60]!r}", ", ".join(known), do, row=1, column=column[:60]
            )
    for column, times in Counter(columns).items():
        if times > 1:
            faults.add(
                "column-twice",
                f"{times} columns {column!r}",
                "each column once",
                "take one out",
                row=1,
                column=column,
            )
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


def _rows(lines: Iterator[list[str]], columns: Sequence[str], faults: Faults) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for number, row in enumerate(lines, start=2):
            if len(row) == len(columns):
                rows.append(row)
            elif row:
                faults.add(
                    "row-length",
                    f"{len(row)} cells",
                    f"{len(columns)} cells, as in the header",
                    "look for a stray comma or a missing cell; quote cells that hold commas",
                    row=number,
                )
            else:
                faults.add(
                    "row-empty", "an empty line", "a row in each line", "take the line out", row=number
                )
    except csv.Error as error:
        faults.add("table-syntax", str(error), "comma-separated values", "mend the quotes", row=len(rows) + 2)
    return rows


def _column(cells: Sequence[str], column: str, hint: Any, faults: Faults) -> list[Any]:
    base, optional = _base_type(hint)
    parse = _PARSERS[base]
    fast = _FAST.get(base)
    if fast is not None:
        try:
            return [fast(cell) if cell or not optional else None for cell in cells]
        except (ValueError, KeyError):
            pass
    return [
        _cell(cell, parse, column, row, faults, optional=optional) for row, cell in enumerate(cells, start=2)
    ]


def _cell(
    cell: str, parse: Callable[[str], Any], column: str, row: int, faults: Faults, *, optional: bool
) -> Any:
    text = cell.strip()
    if not text:
        if not optional:
            faults.add(
                "missing-value",
                "an empty cell",
                "a value",
                "fill it in; nothing is imputed",
                row=row,
                column=column,
            )
        return None
    if _FORMULA.match(text) and not _is_number(text):
        faults.add(
            "formula-in-cell",
            repr(text[:60]),
            "values",
            "paste values instead of formulas",
            row=row,
            column=column,
        )
        return None
    try:
        return parse(text)
    except _BadCellError as bad:
        faults.add(bad.code, repr(text[:60]), bad.allowed, bad.do, row=row, column=column)
        return None


class _BadCellError(Exception):
    def __init__(self, code: str, allowed: str, do: str) -> None:
        self.code, self.allowed, self.do = code, allowed, do
        super().__init__(code)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> float:
    if _BELOW_LIMIT.match(text):
        raise _BadCellError(
            "below-detection-limit",
            "a number",
            "give the value that the instrument read; a censored value has no measured error and is not imputed",
        )
    if _DECIMAL_COMMA.match(text):
        raise _BadCellError("decimal-comma", "a decimal point", "write 12.5 instead of 12,5")
    if not _is_number(text):
        if _WITH_UNIT.match(text):
            raise _BadCellError(
                "unit-in-cell", "a bare number; the unit stands in the column name", "take the unit out"
            )
        raise _BadCellError("not-a-number", "a number", "correct the cell")
    value = float(text)
    if not math.isfinite(value):
        raise _BadCellError(
            "not-a-finite-number", "a finite number", "give the value or leave the row out and say so"
        )
    return value


def _whole(text: str) -> int:
    value = _number(text)
    if value != int(value):
        raise _BadCellError("not-a-whole-number", "a whole number", "correct the cell")
    return int(value)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _BadCellError("not-a-date", "a date as 2026-11-21", "write year-month-day") from None


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise _BadCellError("not-yes-or-no", "yes or no", "write yes or no")
    return _YES_NO[text.lower()]


def _text(text: str) -> str:
    if "<" in text or ">" in text:
        raise _BadCellError("markup-in-text", "text without < and >", "write it without markup")
    return text


def _fast_float(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError
    return value


_PARSERS: dict[type, Callable[[str], Any]] = {
    float: _number,
    int: _whole,
    date: _date,
    bool: _yes_no,
    str: _text,
}
_FAST: dict[type, Callable[[str], Any]] = {
    float: _fast_float,
    int: int,
    date: date.fromisoformat,
    bool: _YES_NO.__getitem__,
}


def _base_type(hint: Any) -> tuple[type, bool]:
    """Strip type aliases, ``Annotated`` and ``| None`` from a hint; literals count as text."""
    hint = getattr(hint, "__value__", hint)
    args = get_args(hint)
    if NoneType in args:
        inner = next(arg for arg in args if arg is not NoneType)
        return _base_type(inner)[0], True
    if hasattr(hint, "__metadata__"):
        return _base_type(hint.__origin__)
    return (hint, False) if hint in _PARSERS else (str, False)


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
    return "wrong-type", str(problem["msg"]), "see mollisol schema for the type"


def _range_fault(problem: dict[str, Any], faults: Faults) -> None:
    row, column = int(problem["loc"][0]) + 2, str(problem["loc"][1]) if len(problem["loc"]) > 1 else ""
    code, allowed, do = problem_code(problem)
    faults.add(code, repr(problem["input"])[:80], allowed, do, row=row, column=column)
