"""Arguments of an equation from a file: keys of TOML or JSON, or columns of a CSV table."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mollisol.methodology.findings import FindingsError, UserError
from mollisol.reading.intake import taken
from mollisol.reading.json import load_json
from mollisol.reading.tables import decoded


def arguments_of_file(file: Path) -> dict[str, Any]:
    """Return the arguments that a file holds, by name.

    A column of one cell is a number, or a row of one where the equation takes rows; columns may end at different rows.
    Columns with points in their names are tables within tables: ``landowners.fields.area_ha``.

    Raises
    ------
    UserError
        If the file cannot be had, is of another kind, or is not well formed.
    """
    ending = file.suffix.lower()
    if ending not in (".toml", ".json", ".csv"):
        raise UserError(f"{file}: arguments come from a .toml, .json or .csv file")
    content = taken(file)
    if ending == ".json":
        data = load_json(content, file.name)
    else:
        text, findings = decoded(content, file.name)
        if text is None:
            raise FindingsError(findings)
        data = _columns(text, file) if ending == ".csv" else _toml(text, file)
    if not isinstance(data, dict) or not data:
        raise UserError(f"{file}: one value for each argument, by its name; found {type(data).__name__}")
    return data


def _toml(text: str, file: Path) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is no TOML: {str(error)[:200]}") from None


def _columns(text: str, file: Path) -> dict[str, Any]:
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
    except (ValueError, csv.Error) as error:
        raise UserError(f"{file} is no table: {error}") from None
    names = [name.strip() for name in header]
    if not all(names) or len(set(names)) < len(names):
        raise UserError(f"{file}: each column has a name of its own; found {', '.join(names)}")
    found: dict[str, Any] = {}
    for number, row in enumerate(rows, start=2):
        if len(row) > len(names):
            raise UserError(f"{file}, row {number}: {len(row)} cells under {len(names)} names")
    found |= _nested(names, rows, file)
    for place, name in enumerate(names):
        if "." in name:
            continue
        cells = [row[place].strip() if place < len(row) else "" for row in rows]
        while cells and not cells[-1]:
            cells.pop()
        if not all(cells):
            raise UserError(f"{file}, row {cells.index('') + 2}: an empty cell inside of column {name}")
        if cells:
            found[name] = [_cell(cell) for cell in cells]
    return found


def _nested(names: Sequence[str], rows: Sequence[Sequence[str]], file: Path) -> dict[str, Any]:
    """Return tables within tables: a cell in the first column of a table begins an entry, others add to its rows."""
    top: dict[str, Any] = {}
    first: dict[str, int] = {}
    columns = [(place, *name.rpartition(".")[::2]) for place, name in enumerate(names) if "." in name]
    for place, table, _ in columns:
        first.setdefault(table, place)
    for number, row in enumerate(rows, start=2):
        for place, table, key in columns:
            cell = row[place].strip() if place < len(row) else ""
            if not cell:
                continue
            begins, entry = first[table] == place, top
            for depth, word in enumerate(words := table.split("."), start=1):
                entries = entry.setdefault(word, [])
                if begins and depth == len(words):
                    entries.append({})
                if not entries:
                    begin = names[first[".".join(words[:depth])]] if depth == len(words) else f"{word}.*"
                    raise UserError(f"{file}, row {number}: {names[place]} before an entry of {begin}")
                entry = entries[-1]
            if begins:
                entry[key] = _cell(cell)
            else:
                entry.setdefault(key, []).append(_cell(cell))
    return top


def _cell(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
