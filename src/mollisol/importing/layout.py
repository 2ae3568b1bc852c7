"""Guesses at how a raw table is laid out: header rows, first row of data, decimal marks, blocks of columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from mollisol.importing.readers.raw import Grid, RawFile
from mollisol.importing.readers.text import guessed_encoding, guessed_separator
from mollisol.importing.values import Cell, text_of

_ROWS: Final = 400
_FEW: Final = 2
_REPLICATE: Final = re.compile(
    r"^(?P<name>.+?)[ _]*(?P<block>(?:rep|repl|replicate|wdh|wdhl|r[ée]p)\.? ?\d+)$", re.IGNORECASE
)
_YEAR_BEHIND: Final = re.compile(r"^(?P<name>.*[^\d\s_-])[\s_-]+(?P<block>(?:19|20)\d\d)$")
_YEAR_BEFORE: Final = re.compile(r"^(?P<block>(?:19|20)\d\d)[\s_-]+(?P<name>[^\d\s_-].*)$")
_YEARS: Final = re.compile(r"^(?P<block>(?:19|20)\d\d)$")
_DEPTH: Final = re.compile(
    r"^(?P<name>.*?(?:[^\d\s-](?=\d)|\S(?=[ _(])))[ _(]*(?P<block>\d+\s*[-–_]\s*\d+)\s*(?:cm\)?)?\)?(?: *\([^)]*\))?$"
)


def text_layout(raw: RawFile) -> dict[str, Any]:
    """Return encoding and separator of a text file, as guesses."""
    encoding = guessed_encoding(raw)
    text = raw.content[:200_000].decode(encoding, errors="replace")
    layout: dict[str, Any] = {}
    if encoding != "utf-8":
        layout["encoding"] = encoding
    separator = guessed_separator(text)
    if separator != ",":
        layout["separator"] = "tab" if separator == "\t" else separator
    return layout


def header_layout(grid: Grid) -> tuple[dict[str, Any], list[list[Cell]]]:
    """Return which rows are the header and where the data begin, as guesses, and the rows from one to the other."""
    rows = _head(grid)
    if not rows:
        return {}, []
    best = _header_row(rows)
    first = next((n for n in range(best + 1, len(rows)) if _is_data(rows[n], rows[best])), best + 1)
    names = [text_of(cell) for cell in rows[best]]
    twice = [name for name, times in Counter(filter(None, names)).items() if times > 1]
    header: int | list[int] = best + 1
    below = rows[best + 1 : first]
    if grid.merged and below and any(top == best and left < right for (top, left), (_, right) in grid.merged):
        header = [
            *range(best + 1, first + 1)
        ]  # a heading over several columns, which the rows below tell apart
    elif twice and best and sum(bool(text_of(cell)) for cell in rows[best - 1]) > 1:
        header = [best, best + 1]
    layout: dict[str, Any] = {} if header == 1 else {"header": header}
    if first != best + 1:
        layout["data"] = first + 1
    return layout, rows[best:first]


def _head(grid: Grid) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, cells in grid.rows():
        while len(rows) < number - 1:
            rows.append([])
        rows.append(cells)
        if number >= _ROWS:
            break
    return rows


def _header_row(rows: Sequence[Sequence[Cell]]) -> int:
    """Return the row (from 0) that has most names: texts that are no numbers, in as many columns as the data have."""
    usual = Counter(sum(bool(text_of(cell)) for cell in row) for row in rows[:200])
    width = max(
        (size for size, times in usual.items() if times >= max(2, len(rows) // 20)),
        default=max(usual, default=1),
    )
    for number, row in enumerate(rows[:60]):
        names = [cell for cell in row if isinstance(cell, str) and re.search(r"[^\W\d_]", cell)]
        years = [cell for cell in row if re.fullmatch(r"(19|20)\d\d", text_of(cell))]
        if len(names) > 1 and len(years) > _FEW:  # a column for each year
            return number
        if len(names) >= max(2, 0.6 * width) and len(names) >= 0.8 * sum(bool(text_of(cell)) for cell in row):
            return number
    return 0


def _is_data(row: Sequence[Cell], header: Sequence[Cell]) -> bool:
    """Return whether a row has a number or a date in it and is about as full as the header."""
    filled = [cell for cell in row if text_of(cell)]
    numbers = [
        cell
        for cell in filled
        if isinstance(cell, float | date) or re.fullmatch(r"[<≤]?\s*-?[\d.,]+\*?", text_of(cell))
    ]
    return bool(numbers) and len(filled) >= 0.3 * max(1, sum(bool(text_of(cell)) for cell in header))


def marks_of_numbers(cells: Sequence[Cell]) -> dict[str, str]:
    """Return decimal mark and mark of thousands of the texts of a table, as guesses; nothing where they are usual."""
    texts = [text_of(cell) for cell in cells if isinstance(cell, str)]
    comma = sum(bool(re.fullmatch(r"[<≤]?-?\d+,\d+", text)) for text in texts)
    point = sum(bool(re.fullmatch(r"[<≤]?-?\d+\.\d+", text)) for text in texts)
    both = sum(bool(re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text)) for text in texts)
    if comma + both <= point:
        many = sum(bool(re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text)) for text in texts)
        return {"thousands": ","} if many and any("." in text for text in texts) and not comma else {}
    return {"decimal": ","} | ({"thousands": "."} if both else {})


def blocks_of(columns: Sequence[str], header: Any) -> dict[str, str] | None:
    """Return how blocks of columns are told apart, as a guess: under joint headings, by depth, by replicate."""
    if isinstance(header, list):
        tops = [re.sub(r"\d+", r"\\d+", re.escape(name.split(" / ")[0])) for name in columns if " / " in name]
        common = Counter(tops).most_common(1)
        if common and common[0][1] > 2 and "\\d" in common[0][0]:
            top = common[0][0].replace("\\ ", " ")
            column = re.sub(r"\\d\+|[^\w ]", "", top).strip() or "block"
            return {"read": f"^(?P<block>{top}) / (?P<name>.+)$", "column": column}
    for pattern, column in (
        (_YEAR_BEHIND, "year"), (_YEAR_BEFORE, "year"), (_YEARS, "year"), (_REPLICATE, "replicate"), (_DEPTH, "depth"),
    ):  # fmt: skip
        found = [match for name in columns if (match := pattern.match(name))]
        if len({match["block"] for match in found}) > 1 and len(found) > 1:
            return {
                "read": f"(?i){pattern.pattern}" if column == "replicate" else pattern.pattern,
                "column": column,
            }
    return None


def unit_hints(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Return what stands under and in the name of each column, where units are told."""
    width = max(map(len, rows), default=0)
    return [" ".join(text_of(row[place]) for row in rows if place < len(row)) for place in range(width)]


_UNITS: Final[Sequence[tuple[str, Mapping[str, str]]]] = (
    (r"g/kg|g kg-?1|‰", {"content": "g/kg"}),
    (r"mg/g", {"content": "mg/g"}),
    (r"mg/kg|ppm", {"content": "mg/kg"}),
    (r"kg/m\^?[3³]|kg m-?3", {"density": "kg/m3"}),
    (r"g/cm\^?[3³]|g cm-?3|g/cc|kg/dm\^?[3³]|t/m\^?[3³]|mg/m\^?[3³]|kg/l", {"density": "g/cm3"}),
    (r"%|percent|prozent|vol\.?-?%", {"content": "%", "share": "%"}),
    (r"\bin\b|inch|\(in\)|\"", {"length": "in", "rain": "in"}),
    (r"\bcm\b|\[cm\]|\(cm\)|_cm", {"length": "cm"}),
    (r"\bmm\b|\(mm\)|\[mm\]|mm/day", {"length": "mm", "rain": "mm"}),
    (r"\bm\b|\(m\)", {"length": "m"}),
    (r"\(k\)|kelvin", {"temperature": "K"}),
    (r"deg ?c|°c|\(c\)", {"temperature": "C"}),
    (r"deg ?f|°f|\(f\)", {"temperature": "F"}),
    (r"\bac(re)?s?\b|_ac\b", {"area": "ac"}),
    (r"\bha\b|ha_|_ha|hect", {"area": "ha"}),
    (r"\bkg\b", {"weight": "kg"}),
    (r"\bg\b|_g\b|\(g\)", {"weight": "g"}),
)


def guessed_unit(hint: str, dimension: str) -> str | None:
    """Return the unit that a name or a row of units tells for a dimension; None where it tells none."""
    for pattern, units in _UNITS:
        if dimension in units and re.search(pattern, hint, re.IGNORECASE):
            return units[dimension]
    return None
