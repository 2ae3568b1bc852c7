"""From a raw file to named columns: header rows, blocks of columns, parts of a cell, another file joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mollisol.extensions import UnknownExtensionError, extension, extension_names
from mollisol.importing.readers.raw import Grid, RawFile, Sheet, refused
from mollisol.importing.values import Cell, text_of

type Rows = Iterator[tuple[str, list[Any]]]

_BY_ENDING: Final = {
    ".csv": "text", ".txt": "text", ".tsv": "text", ".dat": "text", ".out": "text", ".lis": "text", ".wth": "text",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook", ".ods": "workbook",
    ".shp": "vectors", ".gpkg": "vectors", ".kml": "vectors", ".kmz": "vectors", ".gpx": "vectors", ".fgb": "vectors",
    ".json": "tree", ".xml": "tree",
    ".geojson": "vectors", ".parquet": "vectors", ".geoparquet": "vectors", ".gml": "vectors",
}  # fmt: skip
_VALUE: Final = "value"
SIDECARS: Final = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
"""Endings of files that belong to a shapefile."""


def format_of(name: str) -> str:
    """Return the reader that a file's ending asks for; empty where none does."""
    ending = Path(name).suffix.lower()
    return _BY_ENDING.get(ending, "")


def opened(raw: RawFile, options: Mapping[str, Any]) -> Grid | Sheet:
    """Return what the reader of a file gives: its stated format, or that of its ending.

    Raises
    ------
    FindingsError
        If there is no such reader, or the file is refused.
    """
    name = options.get("format") or format_of(raw.name)
    try:
        reader = extension("mollisol.importers", name)
    except UnknownExtensionError:
        known = ", ".join(extension_names("mollisol.importers"))
        raise refused(raw.name, f"format {name!r}", do=f"state read.format; there are: {known}") from None
    found: Grid | Sheet = reader(raw, options)
    return found


def sheet_of(raw: RawFile, options: Mapping[str, Any], folder: Path) -> Sheet:
    """Return the records of a raw file as its mapping reads it."""
    source = opened(raw, options)
    sheet = _named(source, options) if isinstance(source, Grid) else source
    sheet.options = options
    if fill := options.get("fill_down"):
        sheet = _filled(sheet, [fill] if isinstance(fill, str) else fill)
    if blocks := options.get("blocks"):
        sheet = _unfolded(sheet, blocks)
    for split in _tables(options.get("split")):
        sheet = _split(sheet, split)
    for join in _tables(options.get("join")):
        sheet = _joined(sheet, join, folder)
    return sheet


def joined_files(options: Mapping[str, Any]) -> list[str]:
    """Return the names of the raw files that are joined to another."""
    return [str(join.get("file", "")) for join in _tables(options.get("join"))]


def _tables(value: Any) -> list[dict[str, Any]]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _named(grid: Grid, options: Mapping[str, Any]) -> Sheet:
    """Return a grid with the names of its header rows; without ``header`` the first row has them."""
    header = options.get("header", 1)
    rows = [header] if isinstance(header, int) else list(header)
    first = int(options.get("data", max(rows, default=0) + 1))
    last = int(options.get("last", 0))
    columns = list(options.get("names") or _names(grid, [row for row in rows if row > 0]))
    place = f"{grid.prefix}{max(rows, default=0)}"

    def records() -> Rows:
        width = len(columns)
        for number, cells in grid.rows():
            if number < first:
                continue
            if last and number > last:
                return
            if not any(cell not in (None, "") and str(cell).strip() for cell in cells):
                continue
            if len(cells) > width and any(cell not in (None, "") for cell in cells[width:]):
                found = f"{len(cells)} cells under {width} names"
                raise refused(
                    grid.file,
                    found,
                    thing=f"{grid.prefix}{number}",
                    do=f"state read.header ({number}, if the names stand here), or quote the cell",
                )
            yield f"{grid.prefix}{number}", [*cells[:width], *[None] * (width - len(cells))]

    return Sheet(grid.file, columns, place, records)


def _names(grid: Grid, rows: Sequence[int]) -> list[str]:
    """Return the names of the columns: the parts of several header rows joined by `` / ``, merged cells filled."""
    heads: list[list[str]] = []
    for number, cells in grid.rows():
        if number in rows:
            heads.append(_spread(grid, number, [text_of(cell) for cell in cells], len(heads) < len(rows) - 1))
        if number >= max(rows, default=0):
            break
    width = max(map(len, heads), default=0)
    names: list[str] = []
    for place in range(width):
        parts = [head[place] for head in heads if place < len(head) and head[place]]
        name = " / ".join(dict.fromkeys(parts)) or f"column {place + 1}"
        names.append(name if name not in names else f"{name} ({place + 1})")
    while names and re.fullmatch(r"column \d+", names[-1]):
        names.pop()
    if not names:
        below = next(
            (
                f": row {number} has {', '.join(filter(None, map(text_of, cells)))}"
                for number, cells in grid.rows()
                if number > max(rows, default=0) and sum(bool(text_of(cell)) for cell in cells) > 1
            ),
            "",
        )
        found = f"no names of columns in row {', '.join(map(str, rows))}"
        raise refused(grid.file, found, do=f"state read.header{below[:300]}")
    return names


def _spread(grid: Grid, number: int, cells: list[str], upper: bool) -> list[str]:
    """Return a header row with the text of a merged cell over all its columns."""
    if not upper:
        return cells
    if grid.merged:
        for (top, left), (bottom, right) in grid.merged:
            if top <= number - 1 <= bottom and top == number - 1:
                cells[left : right + 1] = [cells[left]] * (right - left + 1)
        return cells
    for place in range(1, len(cells)):
        cells[place] = cells[place] or cells[place - 1]
    return cells


def _column(sheet: Sheet, name: str) -> int:
    place = sheet.index(name)
    if place is None:
        raise refused(sheet.file, f"no column {name!r}", do=f"name one of: {', '.join(sheet.columns)[:600]}")
    return place


def _again(sheet: Sheet, columns: list[str], rows: Callable[[], Rows]) -> Sheet:
    return Sheet(sheet.file, columns, sheet.header, rows, sheet.options, sheet.system)


def _filled(sheet: Sheet, names: Sequence[str]) -> Sheet:
    """Return a sheet whose empty cells of some columns have what stands above."""
    places = [_column(sheet, name) for name in names]

    def rows() -> Rows:
        above: dict[int, Cell] = {}
        for place, cells in sheet.rows():
            for number in places:
                if cells[number] in (None, "") and any(
                    cell not in (None, "") for n, cell in enumerate(cells) if n not in places
                ):
                    cells[number] = above.get(number)
                above[number] = cells[number]
            yield place, cells

    return _again(sheet, sheet.columns, rows)


def _unfolded(sheet: Sheet, options: Mapping[str, Any]) -> Sheet:
    r"""Return a sheet with one record for each block of columns.

    ``read`` is a pattern with the groups ``block`` and ``name``: ``^(?P<block>Harvest \d+) / (?P<name>.+)$`` makes of
    the columns ``Harvest 2019 / Crop`` and ``Harvest 2019 / Tillage`` a record with ``Crop`` and ``Tillage``, and the
    block in the column that ``column`` names. Without the group ``name`` the cells of a block stand in ``value``.
    """
    pattern = _pattern(sheet.file, options.get("read", ""), "read.blocks.read")
    if "block" not in pattern.groupindex:
        raise refused(sheet.file, "read.blocks.read without the group block", do="write (?P<block>...)")
    blocks: dict[str, dict[str, int]] = {}
    fixed: list[int] = []
    for number, name in enumerate(sheet.columns):
        if found := pattern.search(name):
            name = found.groupdict().get("name", _VALUE)
            blocks.setdefault(found["block"].strip(), {})[name.strip()] = number
        else:
            fixed.append(number)
    if not blocks:
        raise refused(
            sheet.file, "no column fits read.blocks.read", do=f"columns: {', '.join(sheet.columns)[:600]}"
        )
    inner = list(dict.fromkeys(name for block in blocks.values() for name in block))

    def rows() -> Rows:
        for place, cells in sheet.rows():
            shared = [cells[number] for number in fixed]
            for block, where in blocks.items():
                parts = [cells[where[name]] if name in where else None for name in inner]
                if any(part not in (None, "") for part in parts):
                    yield place, [*shared, block, *parts]

    return _again(
        sheet,
        [*(sheet.columns[number] for number in fixed), str(options.get("column", "block")), *inner],
        rows,
    )


def _split(sheet: Sheet, options: Mapping[str, Any]) -> Sheet:
    """Return a sheet with a column for each named group of a pattern that the cells of one column fit."""
    source = _column(sheet, str(options.get("column", "")))
    pattern = _pattern(sheet.file, options.get("read", ""), "read.split.read")
    added = list(pattern.groupindex)
    if not added:
        raise refused(sheet.file, "read.split.read without a named group", do="write (?P<name>...)")

    def rows() -> Rows:
        for place, cells in sheet.rows():
            found = pattern.search(text_of(cells[source]))
            yield place, [*cells, *((found[name] for name in added) if found else [None] * len(added))]

    return _again(sheet, [*sheet.columns, *added], rows)


def _joined(sheet: Sheet, options: Mapping[str, Any], folder: Path) -> Sheet:
    """Return a sheet with the columns of another raw file, by a column that both have."""
    name = str(options.get("file", ""))
    path = folder / "raw" / name
    if not name or Path(name).name != name or not path.is_file():
        raise refused(name or "?", "no such file in raw/", do="correct read.join.file")
    other = sheet_of(
        RawFile(name, path),
        {key: value for key, value in options.items() if key not in ("file", "column", "matches")},
        folder,
    )
    mine, theirs = (
        _column(sheet, str(options.get("column", ""))),
        _column(other, str(options.get("matches", ""))),
    )
    found: dict[str, list[Any]] = {}
    for place, cells in other.rows():
        key = text_of(cells[theirs])
        if key in found:
            raise refused(name, f"{key!r} a second time", thing=place, do="a join needs each once")
        found[key] = [*cells, f"{name} {place}"]
    empty = [None] * (len(other.columns) + 1)

    def rows() -> Rows:
        for place, cells in sheet.rows():
            yield place, [*cells, *found.get(text_of(cells[mine]), empty)]

    added = [one if one not in sheet.columns else f"{one} ({name})" for one in (*other.columns, "joined")]
    return _again(sheet, [*sheet.columns, *added], rows)


def _pattern(file: str, text: Any, key: str) -> re.Pattern[str]:
    try:
        return re.compile(str(text))
    except re.error as error:
        raise refused(file, f"{key}: {error}") from None
