"""Guesses at what the columns of a raw file are: the kind of mapping, its fields and units, all as open marks."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mollisol.importing.layout import guessed_unit
from mollisol.importing.mapping import MARK, recognisers
from mollisol.importing.readers.raw import RawFile
from mollisol.importing.readers.vectors import GEOMETRY
from mollisol.importing.values import Cell, day_of, has_two_orders, number_of, text_of

_DIMENSIONS: Final = {
    "carbon": "content", "inorganic": "content", "density": "density", "stones": "share", "fine_mass": "weight",
    "probe": "length", "upper": "length", "lower": "length", "moisture": "share", "declared_area": "area",
    "tmean": "temperature", "tmax": "temperature", "tmin": "temperature", "rain": "rain", "pet": "rain",
}  # fmt: skip
_BEGIN: Final = 4000
_DAYS: Final = ("sampled_on", "date")
_CONTROL: Final = re.compile(r"kontroll|control|check|referen|t[ée]moin|testigo", re.IGNORECASE)


@cache
def vocabulary() -> Mapping[str, Mapping[str, Sequence[re.Pattern[str]]]]:
    """Return the patterns of the names of columns by kind and field."""
    data = tomllib.loads(files("mollisol.importing").joinpath("vocabulary.toml").read_text("utf-8"))
    return {
        kind: {name: [re.compile(one, re.IGNORECASE) for one in patterns] for name, patterns in inner.items()}
        for kind, inner in data.items()
    }


def mark(guess: Any = None) -> str:
    """Return an open mark with a guess."""
    if guess is None or guess == "":
        return MARK
    return f"{MARK} {guess}"


def recognised(columns: Sequence[str], reader: str, folder: Path | None, raw: RawFile) -> str:
    """Return the preset that a file's columns, its format or its ending fit best; empty where none does."""
    best, most = "", 0
    for name, data in recognisers(folder):
        facts = data.get("recognise", {})
        wanted = facts.get("columns", [])
        if facts.get("format") == reader and str(facts.get("text", "")).encode() in raw.begin(_BEGIN):
            return name
        if facts.get("ending") and raw.name.lower().endswith(facts["ending"]):
            return name
        if wanted and len(wanted) > most and all(_fits(one, columns) for one in wanted):
            best, most = name, len(wanted)
    return best


def _fits(pattern: str, columns: Sequence[str]) -> bool:
    import fnmatch

    return any(fnmatch.fnmatchcase(column.strip(), pattern) for column in columns)


def found_fields(kind: str, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns that each field of a kind may be, the likeliest first; a column is of one field."""
    left = [column for column in columns if column != GEOMETRY]
    found: dict[str, list[str]] = {}
    for name, patterns in vocabulary()[kind].items():
        fits = [column for pattern in patterns for column in left if pattern.search(column)]
        found[name] = list(dict.fromkeys(fits))
        left = [column for column in left if column not in found[name] or name == "carbon"]
        if name == "carbon":
            left = [column for column in left if column not in found[name]]
    return {name: fits for name, fits in found.items() if fits}


def guessed_kind(columns: Sequence[str], has_polygons: bool | None) -> str:
    """Return the kind of mapping that the names of columns speak for; empty where none does."""
    if has_polygons is not None:
        return "places" if has_polygons else "points"
    have = {kind: found_fields(kind, columns) for kind in vocabulary()}
    lab, weather = have["laboratory"], have["weather"]
    if "rain" in weather and {"tmean", "tmax"} & set(weather):
        return "weather"
    if "carbon" in lab and ("point" in lab or "density" in lab or "upper" in lab):
        return "laboratory"
    pairs = ({"longitude", "latitude"}, {"easting", "northing"}, {"grid"})
    if any(pair | {"point"} <= set(have["points"]) for pair in pairs):
        return "points"
    if len(set(have["schedule"]) & {"crop", "tillage", "residue_removed", "manure", "liming"}) > 1:
        return "schedule"
    if {"product", "amount"} <= set(have["amounts"]):
        return "amounts"
    return ""


def guessed_fields(
    kind: str,
    columns: Sequence[str],
    hints: Mapping[str, str],
    cells: Mapping[str, Sequence[Cell]],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the fields of a mapping, with marks for all that is guessed.

    Parameters
    ----------
    hints
        By column, what is told of its unit.
    cells
        By column, the first cells.
    facts
        Of the project: names of campaigns and methods, the file, how a year begins.
    """
    found = found_fields(kind, columns)
    fields: dict[str, Any] = {}
    for name, fits in found.items():
        if name == "unit_column":
            continue
        column = fits[0]
        entry: dict[str, Any] = {"column": mark(column)}
        if name in _DIMENSIONS:
            entry["unit"] = mark(guessed_unit(hints.get(column, column), _DIMENSIONS[name]))
        if name in _DAYS and any(has_two_orders(text_of(cell)) for cell in cells.get(column, [])):
            entry["order"] = mark(_order(cells[column]))
        fields[name] = entry
    if kind == "laboratory":
        _laboratory(fields, found, facts)
    elif kind == "places":
        _places(fields, columns, cells, facts)
    elif kind == "schedule":
        fields["year"] = {
            "column": fields.get("year", {}).get("column", mark(facts.get("block"))),
            "shift": MARK,
        }
        fields.get("crop", {}).update(
            {"split": mark(" + ")}
            if any(" + " in text_of(cell) for cell in cells.get(found.get("crop", [""])[0], []))
            else {}
        )
    elif kind == "amounts":
        _amounts(fields, found, cells, facts)
    elif kind == "weather":
        fields.setdefault("cell", {"value": MARK})
        if "date" in fields:
            for name in ("year", "month", "day", "day_of_year"):
                fields.pop(name, None)
    elif kind == "points" and GEOMETRY in columns:
        for name in ("longitude", "latitude", "easting", "northing"):
            fields.pop(name, None)
    elif kind == "points" and {"longitude", "latitude"} <= set(fields) and _in_metres(fields, cells):
        for name, other in (("easting", "longitude"), ("northing", "latitude")):
            fields[name] = fields.pop(other)
    elif kind == "points" and {"longitude", "latitude"} <= set(fields):
        for name in ("easting", "northing", "grid"):
            fields.pop(name, None)
    return fields


def _in_metres(fields: Mapping[str, Any], cells: Mapping[str, Sequence[Cell]]) -> bool:
    """Return whether what may be a longitude has numbers that no degrees are."""
    column = str(fields["longitude"]["column"]).removeprefix(MARK).strip()
    numbers = [number_of(text_of(cell)) for cell in cells.get(column, []) if text_of(cell)]
    return any(number is not None and abs(number) > 360 for number in numbers)


def _order(cells: Sequence[Cell]) -> str | None:
    """Return the order of day and month, where the days or a number above 12 tell it."""
    texts = [text_of(cell) for cell in cells if has_two_orders(text_of(cell))]
    fits = [order for order in ("day first", "month first") if all(day_of(text, order) for text in texts)]
    return fits[0] if len(fits) == 1 else None


def _laboratory(fields: dict[str, Any], fits: Mapping[str, list[str]], facts: Mapping[str, Any]) -> None:
    for name, key in (("carbon", "is"), ("density", "basis"), ("stones", "by"), ("moisture", "is")):
        if name in fields:
            fields[name][key] = MARK
    carbons = fits.get("carbon", [])
    if carbons and not re.search(r"total|gesamt|\b(tc|ct|c_tot)\b", carbons[0], re.IGNORECASE):
        fields.pop("inorganic", None)  # organic carbon needs none, and what needs none is not read
    if (
        "carbon" in fields
        and carbons
        and re.search(r"^(om|mo)\b|matter|mati[eè]re|humus|materia", carbons[0], re.IGNORECASE)
    ):
        fields["carbon"]["factor"] = MARK
    if "upper" not in fields and "lower" not in fields:
        for name, column in (("upper", "top"), ("lower", "bottom")):
            if facts.get("split"):
                fields[name] = {"column": mark(column), "unit": mark(facts.get("depth_unit", "cm"))}
    if facts.get("split") == "name":
        fields["point"] = {"column": mark("name")}
    for name in ("campaign", "method"):
        fields.setdefault(name, {"value": mark(facts.get(name))})
    fields.setdefault("batch", {"value": mark(facts.get("batch"))})


def _places(
    fields: dict[str, Any],
    columns: Sequence[str],
    cells: Mapping[str, Sequence[Cell]],
    facts: Mapping[str, Any],
) -> None:
    is_control = bool(_CONTROL.search(str(facts.get("file", "")))) or any(
        _CONTROL.search(column) for column in columns
    )
    if is_control:
        fields.pop("declared_area", None)
        fields.setdefault("control_site", fields.pop("field", {"column": MARK}))
        fields.pop("field", None)
        fields.setdefault("managed_by", {"column": MARK})
    else:
        for name in ("control_site", "managed_by"):
            fields.pop(name, None)
        fields["unit"], fields["approach"] = {"value": MARK}, {"value": mark("measure_and_remeasure")}
    stratum = fields.setdefault("stratum", {"column": MARK})
    column = str(stratum["column"]).removeprefix(MARK).strip()
    words = list(dict.fromkeys(text_of(cell) for cell in cells.get(column, []) if text_of(cell)))
    if 0 < len(words) <= 30:
        stratum["words"] = {word: mark(word.casefold()) for word in words}


def _amounts(
    fields: dict[str, Any],
    fits: Mapping[str, list[str]],
    cells: Mapping[str, Sequence[Cell]],
    facts: Mapping[str, Any],
) -> None:
    amount = fields.setdefault("amount", {"column": MARK})
    if "unit_column" in fits:
        amount["unit"] = {"column": mark(fits["unit_column"][0])}
    else:
        amount["unit"] = MARK
    column = fits.get("year", [""])[0]
    year = fields.setdefault("year", {"column": MARK})
    texts = [text_of(cell) for cell in cells.get(column, []) if text_of(cell)]
    if texts and all(re.fullmatch(r"(19|20)\d\d", text) for text in texts):
        year["shift"] = MARK
        return
    year["begins"] = mark(facts.get("begins"))
    if any(has_two_orders(text_of(cell)) for cell in cells.get(column, [])):
        year["order"] = mark(_order(cells[column]))


def products_of(cells: Sequence[Cell]) -> dict[str, str]:
    """Return the distinct texts of the column of products, each as an open mark."""
    names = Counter(text_of(cell) for cell in cells if text_of(cell))
    return {name: MARK for name, _ in names.most_common(200)}
