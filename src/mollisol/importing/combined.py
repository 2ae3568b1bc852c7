"""Guesses at cells that hold several things, and at a file that another has the names for: ``split`` and ``join``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from mollisol.importing.guesses import found_fields
from mollisol.importing.layout import guessed_unit
from mollisol.importing.mapping import RAW
from mollisol.importing.readers.raw import RawFile, Sheet
from mollisol.importing.sheets import format_of, sheet_of
from mollisol.importing.values import Cell, text_of
from mollisol.methodology.findings import FindingsError

_SAMPLE: Final = 3000
_DEPTHS: Final = r"(?P<top>\d+)\s*[-–_]\s*(?P<bottom>\d+)"
_SPLIT: Final = r"^\s*(?P<name>.+?)[\s/(]+(?P<top>\d+)\s*[-–]\s*(?P<bottom>\d+)\s*(?:cm)?\)?\s*$"


def split_guessed(
    read: dict[str, Any], sheet: Sheet, cells: Mapping[str, Sequence[Cell]], facts: dict[str, Any]
) -> None:
    """Guess that ids hold depths, where no column has them and most ids end like ``0-15 cm``."""
    found = found_fields("laboratory", sheet.columns)
    column = found.get("point", [""])[0]
    texts = [text_of(cell) for cell in cells.get(column, []) if text_of(cell)]
    if "upper" not in found and facts.get("block") == "depth":  # a column for each depth
        read["split"] = {"column": "depth", "read": _DEPTHS}
        facts["split"] = "depth"
        return
    if "upper" in found or not texts:
        return
    for name in sheet.columns:
        ranges = [text_of(cell) for cell in cells[name] if text_of(cell)]
        if (
            sum(bool(re.fullmatch(rf"\s*{_DEPTHS}\s*(cm|in)?\s*", text)) for text in ranges)
            > 0.6 * len(ranges)
            > 0
        ):
            read["split"] = {"column": name, "read": _DEPTHS}
            facts |= {"split": "depth", "depth_unit": guessed_unit(f"{name} {ranges[0]}", "length") or ""}
            return
    if sum(bool(re.search(_SPLIT, text)) for text in texts) > 0.6 * len(texts):
        read["split"] = {"column": column, "read": _SPLIT}
        facts["split"] = "name"


def join_guessed(
    sheet: Sheet, cells: Mapping[str, Sequence[Cell]], folder: Path, there: Sequence[str]
) -> dict[str, Any] | None:
    """Return a text file of ``raw/`` that has most of the barcodes of the samples, where the ids are empty."""
    ids, bars = (
        {text_of(cell) for cell in cells.get(name, []) if text_of(cell)}
        for name in ("FMISSampleID", "SampleContainerID")
    )
    if ids or not bars:
        return None
    for name in there:
        if format_of(name) != "text":
            continue
        try:
            other = sheet_of(RawFile(name, folder / RAW / name), {}, folder)
            rows = [row for _, row in islice(other.rows(), _SAMPLE)]
        except FindingsError:
            continue
        for place, column in enumerate(other.columns):
            if len(bars & {text_of(row[place]) for row in rows}) > 0.6 * len(bars):
                found = found_fields("laboratory", [one for one in other.columns if one != column])
                join = {"file": name, "column": "SampleContainerID", "matches": column}
                return join | {"id": found.get("point", [""])[0], "day": found.get("sampled_on", [""])[0]}
    return None
