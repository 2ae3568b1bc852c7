"""Open marks of a mapping, as questions."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from mollisol.importing.context import Context
from mollisol.importing.guesses import found_fields, vocabulary
from mollisol.importing.mapping import FileMapping, Mark

_WORDS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "kind": ("kind", "what the file holds", ()),
    "read.sheet": ("sheet", "which sheet", ()),
    "read.layer": ("layer", "which layer", ()),
    "read.encoding": ("encoding", "which encoding", ()),
    "read.separator": ("separator", "what separates the cells", ()),
    "read.decimal": ("decimal", "which decimal mark", (".", ",")),
    "read.thousands": ("decimal", "which mark between thousands", ()),
    "read.header": ("header", "which row has the names of the columns", ()),
    "read.data": ("header", "in which row the data begin", ()),
    "read.crs": ("crs", "which reference system the coordinates are in", ()),
    "unit": ("unit", "which unit", ()),
    "order": ("date", "day first or month first", ("day first", "month first")),
    "carbon.is": (
        "kind-of-carbon",
        "organic carbon, total carbon, or organic matter",
        ("organic", "total", "matter"),
    ),
    "moisture.is": (
        "moisture",
        "water as a share of the moist or of the dry soil",
        ("of moist soil", "of dry soil"),
    ),
    "amount.is": ("content", "mass of product or of nutrient", ("product", "nutrient")),
    "n2o.is": ("unit", "mass of nitrogen or of the gas", ("N", "N2O")),
    "ch4.is": ("unit", "mass of carbon or of the gas", ("C", "CH4")),
    "time.is": ("time-stamp", "what a decimal year such as 2022.00 is", ()),
    "begins": (
        "meaning-of-year",
        "on which day a year begins; it is named by the calendar year of that day",
        ("10-01", "01-01"),
    ),
    "shift": (
        "meaning-of-year",
        "which year a row gets: what is added to the year that stands there",
        ("0", "-1"),
    ),
    "basis": (
        "basis-of-density",
        "density of the whole soil, of fine soil alone, or fine soil per total volume",
        (),
    ),
    "by": ("stones", "coarse fragments by mass or by volume", ("mass", "volume")),
    "zone": ("time-zone", "whose day counts", ()),
    "particle_density": ("stone-density", "density of the stones, g/cm3", ()),
    "column": ("column", "which column", ()),
}


_OF_A_MAPPING: Final = ("guess", "kind", "encoding", "separator", "header", "layer", "column")
"""What is asked once for all files of a mapping; all else decides a number, and is asked for each."""


def ask_marks(mapping: FileMapping, context: Context) -> None:
    """Ask about every open mark of a mapping, for each of its files."""
    for mark in mapping.marks:
        last = mark.keys[-1]
        path = ".".join(mark.keys)
        if (mark.keys[0] == "decide" and len(mark.keys) == 2) or path == "file":
            if mark.guess is not None and path != "file":
                mapping.decide.pop(mark.keys[1], None)  # the kind asks for it in words of its own
                mapping.guesses[mark.keys[1]] = mark.guess
            continue
        if mark.keys[0] == "fields" and mark.keys[1] in mapping.of_preset and _absent(mapping, context, mark):
            continue
        if mark.keys[0] == "products" and len(mark.keys) == 2:
            continue  # the rows ask for it, with their places
        named = f"{mark.keys[1]}.{mark.keys[-1]}" if len(mark.keys) > 2 else path
        other = ("guess", "whether the guess is right" if mark.guess is not None else "what it is", ())
        kind, words, choices = _WORDS.get(path) or _WORDS.get(named) or _WORDS.get(last) or other
        column = _column(mapping, mark)
        found = "" if mark.guess is None else f"guess: {mark.guess}"
        files = mapping.files(context.raw_files())
        for file in files[:1] if kind in _OF_A_MAPPING else files:
            told = choices or _columns(mapping, context, file, mark)
            context.ask(mapping, file, column, (kind, found, words), path, told)


def _absent(mapping: FileMapping, context: Context, mark: Mark) -> bool:
    """Return whether no file of a mapping has the column that a preset names for a field."""
    named = [str(item.get("column", "*")) for item in mapping.fields.get(mark.keys[1], [])]
    there = [
        column for file in mapping.files(context.raw_files()) for column in context.columns(mapping, file)
    ]
    return mark.keys[-1] != "column" and not any(fnmatchcase(one, name) for name in named for one in there)


def _columns(mapping: FileMapping, context: Context, file: str, mark: Mark) -> tuple[str, ...]:
    """Return the columns of a file that a field may be, where a mark is about which one it is."""
    if mark.keys[0] != "fields" or mark.keys[-1:] != ("column",) or mapping.kind not in vocabulary():
        return ()
    return tuple(found_fields(mapping.kind, context.columns(mapping, file)).get(mark.keys[1], ())[:8])


def _column(mapping: FileMapping, mark: Mark) -> str:
    """Return the column that a mark is about."""
    if mark.keys[-1] == "column" and mark.guess is not None:
        return str(mark.guess)
    if mark.keys[0] == "products":
        return f"{mapping.column('product')}: {mark.keys[1]}"
    return mapping.column(mark.keys[1]) if mark.keys[0] == "fields" and len(mark.keys) > 1 else ""
