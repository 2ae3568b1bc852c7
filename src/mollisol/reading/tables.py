"""Read the bytes of a CSV table into columns; every fault is a finding with file, row and column."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain, islice
from typing import Any, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.columns import FIRST_ROW, Column, Columns
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.soil_models.inputs import Row as ModelRow
from mollisol.reading.cells import BadCellError, is_plain, parser_for
from mollisol.reading.hints import column_hint, date_hint, is_daily, value_hint
from mollisol.reading.suspicious_columns import looks

LONGEST_LINE = 1_000_000
"""Bytes: a table of ours has a few hundred; a row of a gigabyte is no row."""
_CALLED = (
    ("point", "campaign"), ("point",), ("control_site",), ("stratum",), ("quantification_unit", "year"),
    ("quantification_unit",), ("commodity", "year"), ("commodity",), ("place", "year"),
)  # fmt: skip
"""Columns by which a row is called, the first that are all there."""
_BLOCK = 50_000
"""Rows that are held as text at a time."""


def decoded(content: bytes, file: str) -> tuple[str | None, list[Finding]]:
    """Return the text of a file in UTF-8, or what is wrong with its bytes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 at {error.start}"
        return None, [_fault("not-utf8", file, found)]
    if "\x00" in text:
        return None, [_fault("not-text", file, "a NUL byte")]
    return text, []


def read_table[Row: BaseModel](
    content: bytes, file: str, row_type: type[Row]
) -> tuple[Columns[Row], list[Finding]]:
    """Read one CSV table.

    The tables of soil models (rows of :class:`~mollisol.methodology.soil_models.inputs.Row`) may have columns that
    nobody knows, with a warning, and an empty cell takes the default that its column has.

    Parameters
    ----------
    content
        The bytes of the file.
    file
        Its name, for the findings.
    row_type
        What a row is; the names of its fields are the names of the columns.

    Returns
    -------
    tuple
        The table without its faulty rows (without any where the header is at fault), and the findings. ``whole`` of it
        has them all, without the columns at fault.
    """
    nothing = Columns.of(row_type, (), file)
    _, findings = decoded(content, file)
    if not findings and (row := _too_long(content)):
        found = f"over {LONGEST_LINE:,} bytes in one line"
        findings = [_fault("row-too-long", file, found, row=row)]
    if findings:
        return nothing, findings
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    lines = csv.reader(stream, strict=True)
    header, findings = _header(lines, file, row_type)
    if not header:
        return nothing, findings
    header_is_right = all(finding.severity is not Severity.BLOCKING for finding in findings)
    texts, row_numbers, more = _cells(lines, file, len(header))
    findings += more
    if not row_numbers.size and header_is_right and not more:
        findings.append(_fault("no-rows", file, "a header and no rows"))
    known = {name: cells for name, cells in zip(header, texts, strict=True) if name in _columns_of(row_type)}
    table, at_fault, faults = _table(known, row_numbers, file, row_type)
    findings += faults
    if not header_is_right:
        return nothing, findings
    if not at_fault:
        return table, findings
    sound = ~np.logical_or.reduce([*at_fault.values()])
    part = table.at(np.flatnonzero(sound).tolist())
    part.whole = table.without(at_fault)
    return part, findings


type _Words = tuple[str, str, Mapping[str, str]]
"""Reason code, what was found, and what else the finding says than the table of reason codes."""
type _Texts = tuple[list[str], NDArray[np.int32]]
"""The distinct cells of a column, and for each row the number of its cell."""


def _columns_of(row_type: type[BaseModel]) -> list[str]:
    hidden = ("file", "row") if issubclass(row_type, ModelRow) else ()
    return [name for name in row_type.model_fields if name not in hidden]


def _too_long(content: bytes) -> int:
    """Return the number of the first line that is too long; 0 where there is none."""
    start = 0
    while len(content) - start > LONGEST_LINE:
        end = content.rfind(b"\n", start, start + LONGEST_LINE)
        if end < 0:
            return 1 + content.count(b"\n", 0, start)
        start = end + 1
    return 0


def _header(
    lines: Iterator[list[str]], file: str, row_type: type[BaseModel]
) -> tuple[list[str], list[Finding]]:
    """Return the column names; none where the header cannot be told from the rows."""
    try:
        columns = [column.strip() for column in next(lines, [])]
    except csv.Error as error:
        return [], [_fault("table-syntax", file, str(error), row=1)]
    if lower := _header_below(lines, columns, row_type):
        found = f"{', '.join(columns)[:60]!r}; the column names stand in line {lower}"
        return [], [_fault("header-not-first", file, found, row=1)]
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
        found = repr(columns[0][:60])
        return [], [_fault("wrong-separator", file, found, row=1)]
    known = _columns_of(row_type)
    unknown = Severity.WARNING if issubclass(row_type, ModelRow) else Severity.BLOCKING
    findings = []
    for column, times in Counter(columns).items():
        name = column[:60]
        if column not in known:
            do = column_hint(column, known)
            found = f"a column {name!r}"
            fault = _fault("column-unknown", file, found, allowed=", ".join(known), do=do, row=1, column=name)
            findings.append(fault.model_copy(update={"severity": unknown}))
        if times > 1:
            found = f"{times} columns {name!r}"
            findings.append(_fault("column-twice", file, found, row=1, column=name))
    required = [name for name in known if row_type.model_fields[name].is_required()]
    for column in required:
        if column not in columns and not (column == "month" and is_daily(columns, required)):
            told = {"allowed": ", ".join(required), "column": column, "column_name": column}
            findings.append(_fault("column-missing", file, "no such column", row=1, **told))
    if is_daily(columns, required):
        findings.append(_fault("table-daily", file, ", ".join(columns)[:80], row=1))
    return columns, gathered(findings)


_MOST_LINES_ABOVE = 20


def _header_below(lines: Iterator[list[str]], columns: Sequence[str], row_type: type[BaseModel]) -> int:
    """Return the number of the line that holds the column names where the first line holds none; 0 if none does."""
    known = set(_columns_of(row_type))
    if known & set(columns) or len(_parts(columns) & known) > 1:
        return 0
    try:
        for number, cells in enumerate(islice(lines, _MOST_LINES_ABOVE), start=FIRST_ROW):
            if len(known & _parts(cells)) > 1:
                return number
    except csv.Error:
        pass
    return 0


def _parts(cells: Sequence[str]) -> set[str]:
    """Return the cells of a line, whatever separates them."""
    return {part.strip() for cell in cells for part in re.split(r"[;\t|]", cell)}


def _cells(
    lines: Iterator[list[str]], file: str, width: int
) -> tuple[list[_Texts], NDArray[np.int64], list[Finding]]:
    """Return the cells of each column, and the numbers of the rows as a spreadsheet shows them.

    Only rows with a cell for each column are kept. A block of rows at a time is turned into numbers of distinct
    cells, so that a large table never stands in memory as text.
    """
    numbers, empty = array("q"), array("q")
    lengths: list[tuple[int, int]] = []
    errors: list[str] = []

    def whole() -> Iterator[list[str]]:
        try:
            yield from lines
        except csv.Error as error:
            errors.append(f"{error}; what follows was not read")

    distinct: list[defaultdict[str, int]] = [defaultdict() for _ in range(width)]
    for texts in distinct:
        texts.default_factory = texts.__len__  # a new cell takes the next number
    codes: list[list[NDArray[np.int32]]] = [[np.zeros(0, dtype=np.int32)] for _ in range(width)]
    rows, row = whole(), FIRST_ROW
    while block := list(islice(rows, _BLOCK)):
        first, row = row, row + len(block)
        if set(map(len, block)) == {width} and all(map(any, block)):
            numbers.extend(range(first, row))
        elif not (block := _sound(block, first, width, numbers, lengths, empty)):
            continue
        for texts, parts, cells in zip(distinct, codes, zip(*block, strict=True), strict=True):
            parts.append(np.fromiter(map(texts.__getitem__, cells), dtype=np.int32, count=len(block)))
    broken = [_fault("table-syntax", file, found, do="mend the quotes", row=row) for found in errors]
    last = max((*numbers[-1:], *(number for number, _ in lengths), *(row for _ in broken)), default=1)
    faults = chain(
        (_fault("row-length", file, f"{cells} cells", row=row, width=width) for row, cells in lengths),
        broken,
        (_fault("row-empty", file, "an empty line", row=row) for row in empty if row < last),
    )
    read = [(list(texts), np.concatenate(parts)) for texts, parts in zip(distinct, codes, strict=True)]
    return read, np.array(numbers, dtype=np.int64), gathered(faults)


def _sound(
    block: list[list[str]],
    first: int,
    width: int,
    numbers: array[int],
    lengths: list[tuple[int, int]],
    empty: array[int],
) -> list[list[str]]:
    """Return the rows of a block that have a cell for each column; the others are told by their numbers."""
    kept = []
    for number, row in enumerate(block, start=first):
        if len(row) == width and any(row):
            numbers.append(number)
            kept.append(row)
        elif any(row):
            lengths.append((number, len(row)))
        else:
            empty.append(number)
    return kept


def _table[Row: BaseModel](
    texts: Mapping[str, _Texts], row_numbers: NDArray[np.int64], file: str, row_type: type[Row]
) -> tuple[Columns[Row], dict[str, NDArray[np.bool_]], list[Finding]]:
    """Return the table, which rows of each column at fault are so, and the faults.

    Of a cell in which a fault was found already nothing more is said.
    """
    columns: dict[str, Column] = {}
    at_fault: dict[str, NDArray[np.bool_]] = {}
    faults: list[Iterable[Finding]] = []

    def told(name: str, places: NDArray[np.intp], fault: Callable[[int], _Words]) -> Iterator[Finding]:
        for place in places.tolist():
            code, found, texts = fault(place)
            where = Place(file=file, row=int(row_numbers[place]), column=name, thing=_named(columns, place))
            yield _found(code, where, found, **texts)

    for name, (cells, codes) in texts.items():
        columns[name], bad = _parsed(cells, codes, name, row_type)
        at_fault[name] = np.isin(codes, list(bad))
        faults.append(told(name, np.flatnonzero(at_fault[name]), partial(_of_code, codes, bad)))
    for look in () if issubclass(row_type, ModelRow) else looks(columns):  # their checks look at units
        faults.append(
            [
                finding.model_copy(update={"more": len(look.places) - 1})
                for finding in told(look.columns[0], look.places[:1], partial(_same, look.words))
            ]
        )
        for name in look.columns:
            at_fault[name][look.places] = True
    for name, column in columns.items():
        bad = _out_of_range(column, name, row_type)
        outside = np.isin(column.codes, list(bad)) & ~at_fault[name]
        faults.append(told(name, np.flatnonzero(outside), partial(_of_code, column.codes, bad)))
        at_fault[name] |= outside
    at_fault = {name: wrong for name, wrong in at_fault.items() if wrong.any()}
    return Columns(row_type, columns, row_numbers, file), at_fault, gathered(chain.from_iterable(faults))


def _named(columns: Mapping[str, Column], place: int) -> str:
    """Return what a row is called: by the ids that stand in it, never by its number."""
    for names in _CALLED:
        labels = [columns[name].labels[columns[name].codes[place]] for name in names if name in columns]
        if len(labels) == len(names) and all(label is not None for label in labels):
            return ", ".join(
                f"{name.replace('_', ' ')} {label}" for name, label in zip(names, labels, strict=True)
            )
    return ""


def _same(words: _Words, _place: int) -> _Words:
    return words


def _of_code(codes: NDArray[np.int32], faults: Mapping[int, _Words], place: int) -> _Words:
    return faults[int(codes[place])]


@cache
def _hints(row_type: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(row_type, include_extras=True)


def _parsed(
    cells: Sequence[str], codes: NDArray[np.int32], name: str, row_type: type[BaseModel]
) -> tuple[Column, dict[int, _Words]]:
    """Return a column, and what is wrong with cells, by their number; each distinct cell is parsed once."""
    parse, info = parser_for(_hints(row_type)[name]), row_type.model_fields[name]
    may_be_empty = issubclass(row_type, ModelRow) and not info.is_required()
    bad: dict[int, _Words] = {}
    if not may_be_empty and is_plain(_hints(row_type)[name], cells):
        return Column(tuple(cells), codes), bad
    numbers: dict[Any, int] = {}
    renumbered = np.zeros(len(cells), dtype=np.int32)
    for number, cell in enumerate(cells):
        value = None
        try:
            value = info.default if may_be_empty and not cell.strip() else parse(cell)
        except BadCellError as error:
            found = repr(cell.strip()[:60]) if cell.strip() else "an empty cell"
            bad[number] = (error.code, found, error.texts)
        renumbered[number] = numbers.setdefault(value, len(numbers))
    return Column(tuple(numbers), renumbered[codes]), bad


@cache
def _adapter(row_type: type[BaseModel], name: str) -> TypeAdapter[Any]:
    values: Any = list[_hints(row_type)[name]]  # type: ignore[misc]
    return TypeAdapter(values, config=ConfigDict(strict=True))


def _out_of_range(column: Column, name: str, row_type: type[BaseModel]) -> dict[int, _Words]:
    """Return what is wrong with values that their type does not allow, by their number in the column."""
    given = [number for number, label in enumerate(column.labels) if label is not None]
    try:
        _adapter(row_type, name).validate_python([column.labels[number] for number in given])
    except ValidationError as error:
        bad: dict[int, _Words] = {}
        for problem in cast("list[dict[str, Any]]", error.errors(include_url=False)):
            code, texts = problem_code(problem)
            do = value_hint(name, problem["input"], problem.get("ctx", {}).get("le", 0.0))
            more = {**texts, "do": do} if do else texts
            bad.setdefault(given[problem["loc"][0]], (code, repr(problem["input"])[:80], more))
        return bad
    return {}


_RANGE_WORDS = {
    "greater_than": "greater than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
}


def problem_code(problem: dict[str, Any]) -> tuple[str, Mapping[str, str]]:
    """Return the reason code of one problem of validation, and what else it says than the table of codes."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _RANGE_WORDS:
        return "value-out-of-range", {"allowed": _RANGE_WORDS[kind].format(**context)}
    if kind == "finite_number":
        return "not-a-finite-number", {"do": "give the value"}
    if kind == "literal_error":
        return "not-an-allowed-word", {"allowed": str(context["expected"])}
    if kind in {"string_pattern_mismatch", "string_too_long", "string_too_short"}:
        return "markup-in-text" if any(mark in str(problem["input"]) for mark in "<>") else "bad-name", {}
    if kind == "missing":
        return "key-missing", {}
    if kind == "extra_forbidden":
        return "key-unknown", {}
    if kind == "date_type":
        return "wrong-type", {
            "allowed": "a date without quotes, as 2026-11-21",
            "do": date_hint(problem["input"]),
        }
    return "wrong-type", {"allowed": str(problem["msg"])}


def _fault(
    code: str, file: str, state: str, *, row: int | None = None, column: str = "", **texts: Any
) -> Finding:
    return _found(code, Place(file=file, row=row, column=column), state, **texts)


def _found(code: str, where: Place, state: str, **texts: Any) -> Finding:
    return finding(code, where, state, **texts)
