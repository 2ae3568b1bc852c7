"""``import sniff``: a raw file to a mapping whose guesses are all marked."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from mollisol.importing.asked import Question
from mollisol.importing.combined import join_guessed, split_guessed
from mollisol.importing.context import Context
from mollisol.importing.guesses import guessed_fields, guessed_kind, mark, products_of, recognised
from mollisol.importing.layout import (
    blocks_of,
    header_layout,
    marks_of_numbers,
    text_layout,
    unit_hints,
)
from mollisol.importing.mapping import FOLDER, MARK, RAW, load_mappings, mapping_of, preset_of
from mollisol.importing.perform import evaluated
from mollisol.importing.readers.raw import Grid, RawFile, Sheet
from mollisol.importing.readers.tree import deepest_list
from mollisol.importing.readers.vectors import layers_of
from mollisol.importing.sheets import SIDECARS, format_of, joined_files, opened, sheet_of
from mollisol.importing.toml_text import toml_of
from mollisol.importing.values import Cell, day_of, text_of
from mollisol.methodology.findings import Finding, FindingsError, UserError
from mollisol.output import write_beside

_SAMPLE: Final = 3000
_DECIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "laboratory": {"role": mark("results"), "zero": mark("mineral surface"), "ids": mark("loose")},
    "points": {"stratum": mark("by outline")},
    "schedule": {"absent": MARK},
    "amounts": {},
    "weather": {},
}


def sniffed(
    folder: Path, names: Sequence[str], *, writes: bool = True
) -> tuple[list[str], list[Question], list[Finding]]:
    """Write a mapping for raw files that have none, and return its files, every open question and what was refused.

    Parameters
    ----------
    names
        Files in ``raw/``; none means all that no mapping names yet.
    writes
        Whether the mappings are written.

    Raises
    ------
    UserError
        If a file is not in ``raw/``, or is none.
    """
    context = Context.of(folder)
    there = context.raw_files()
    if not there:
        raise UserError(f"{folder}/{RAW} holds no files: put the raw files there, untouched")
    wanted = [Path(name).name for name in names]
    for name in wanted:
        if name not in there:
            raise UserError(f"{name} is not in {folder}/{RAW}: put it there, untouched")
    mappings, _ = load_mappings(folder) if (folder / FOLDER).is_dir() else ([], {})
    taken = {name for mapping in mappings for name in (*mapping.files(there), *joined_files(mapping.read))}
    fresh: dict[str, str] = {}
    guessed: list[dict[str, Any]] = []
    refused: list[Finding] = []
    joined: set[str] = set()
    todo = [
        name for name in wanted or there if name not in taken and Path(name).suffix.lower() not in SIDECARS
    ]
    for name in sorted(todo, key=lambda one: format_of(one) == "text"):
        if name in joined:
            continue
        try:
            parts = _guesses(RawFile(name, folder / RAW / name), folder, there)
        except FindingsError as error:
            refused += error.findings
            continue
        for data in parts:
            joined |= set(joined_files(data.get("read", {})))
            alike = next((one for one in guessed if _same(one, data)), None)
            if alike is None:
                guessed.append(data)
            else:
                alike["file"] = [
                    *([alike["file"]] if isinstance(alike["file"], str) else alike["file"]),
                    name,
                ]
    for data in guessed:
        name = data["file"] if isinstance(data["file"], str) else data["file"][0]
        part = str(data.get("read", {}).get("layer") or data.get("read", {}).get("sheet") or "")
        part = part.removeprefix(MARK).strip() if sum(one["file"] == name for one in guessed) > 1 else ""
        stem = _stem(name, [mapping.name for mapping in mappings], part)
        text = toml_of(data)
        mappings.append(mapping_of(stem, text.encode(), folder))
        fresh[f"{FOLDER}/{stem}.toml"] = text
    asked = evaluated(folder, mappings)
    if writes:
        (folder / FOLDER).mkdir(exist_ok=True)
        for file, text in fresh.items():
            write_beside(folder / file, text.encode())
    kept = set(wanted) or set(there)
    return (
        list(fresh),
        [question for question in asked.asked if question.file in kept],
        [*refused, *asked.findings],
    )


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two mappings differ in their files alone, and are of a preset."""
    plain = [{key: value for key, value in data.items() if key != "file"} for data in (one, other)]
    return "preset" in one and plain[0] == plain[1]


def _stem(name: str, taken: Sequence[str], part: str = "") -> str:
    def plain(text: str) -> str:
        ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-") or "file"

    stem = plain(Path(name).stem)
    stem = f"{stem}-{plain(part)}" if part else stem
    more = (
        f"{stem}-{Path(name).suffix.lower().strip('.')}",
        *(f"{stem}-{n}" for n in range(2, len(taken) + 3)),
    )
    return next(one for one in (stem, *more) if one not in taken)


def _guesses(raw: RawFile, folder: Path, there: Sequence[str]) -> list[dict[str, Any]]:
    """Return the mappings of a raw file: one for each sheet or layer of which a kind is recognised, or else one."""
    read, reader = _read_of(raw)
    if reader == "vectors":
        names = layers_of(raw)
        parts: list[dict[str, Any]] = [{"layer": name} for name in names] if len(names) > 1 else [{}]
    else:
        source = opened(raw, read)
        sheets = source.sheets if isinstance(source, Grid) else ()
        plain = [name for name in sheets if not name.endswith("(hidden)")]
        parts = [{"sheet": name} for name in plain] if len(sheets) > 1 else [{}]
    made: list[dict[str, Any]] = []
    refused: list[Finding] = []
    for part in parts:
        try:
            made.append(_guessed(raw, folder, there, read | part, reader))
        except FindingsError as error:  # a sheet that is empty, beside those that are not
            refused += error.findings
    if not made:
        raise FindingsError(refused)
    return [data for data in made if data["kind"] != "nothing"] or made[:1]


def _guessed(
    raw: RawFile, folder: Path, there: Sequence[str], read: dict[str, Any], reader: str
) -> dict[str, Any]:
    """Return the mapping of a raw file, or of a part of it, as data with its marks."""
    source = opened(raw, read)
    hints: list[str] = []
    if isinstance(source, Grid):
        layout, head = header_layout(source)
        read |= layout
        hints = unit_hints(head)
    sheet = source if isinstance(source, Sheet) else sheet_of(raw, read, folder)
    preset = recognised(sheet.columns, reader, folder, raw)
    if preset and {"names", "records"} & set(own := preset_of(preset, "", folder).get("read", {})):
        read, hints = {key: value for key, value in read.items() if key not in own}, []
        sheet = sheet_of(raw, read | own, folder)
    named = dict(zip(sheet.columns, hints, strict=False))
    blocks = None if preset else blocks_of(sheet.columns, read.get("header"))
    if blocks:
        read["blocks"] = blocks
        sheet = sheet_of(raw, read, folder)
    rows = [cells for _, cells in islice(sheet.rows(), _SAMPLE)]
    cells = {column: [row[place] for row in rows] for place, column in enumerate(sheet.columns)}
    if reader == "text":
        read |= marks_of_numbers([cell for row in rows for cell in row])
    elif reader == "vectors":
        read |= marks_of_numbers([cell for row in rows for cell in row if isinstance(cell, str)])
    data: dict[str, Any] = {"preset": preset} if preset else {}
    kind = _kind_of_preset(preset, folder) or guessed_kind(sheet.columns, _polygons(sheet, rows))
    data |= {"kind": kind or "nothing", "file": raw.name}
    if not kind:
        data["note"] = "no kind was recognised: write one of docs/importing.md, or leave it at nothing"
    facts = _facts(folder, raw, sheet, cells, blocks)
    facts["file"] = " ".join([raw.name, str(read.get("layer", "")), str(read.get("sheet", ""))])
    if kind == "laboratory":
        split_guessed(read, sheet, cells, facts)
        join = join_guessed(sheet, cells, folder, there) if reader == "modus" else None
        if join:
            read["join"] = join
    fields = {} if kind in ("", "nothing") else _fields(kind, preset, sheet, named, cells, facts)
    if "join" in read and kind == "laboratory":
        fields["point"] = {"column": mark(read["join"].pop("id"))}
        day = read["join"].pop("day", "")
        fields["sampled_on"] = {"column": mark(day or "EventDate"), "order": mark()}
    data["read"] = _marked(read)
    data["fields"] = fields
    data["decide"] = dict(_DECIDE.get(kind, {})) if not preset or kind == "laboratory" else {}
    if kind == "points" and {"stratum", "control_site"} & set(fields):
        data["decide"] = {}
    if kind == "places":
        data["decide"] = {"distance": MARK} if "control_site" in fields else {"area": MARK}
    if kind == "amounts" and not preset:
        column = str(fields.get("product", {}).get("column", "")).removeprefix(MARK).strip()
        data["products"] = products_of(cells.get(column, []))
    return {key: value for key, value in data.items() if value not in ({}, "")}


def _read_of(raw: RawFile) -> tuple[dict[str, Any], str]:
    """Return how a file is opened, and the reader."""
    reader = format_of(raw.name)
    begin = raw.begin(4000).lstrip(b"\xef\xbb\xbf \r\n\t")
    if raw.name.lower().endswith((".xml", ".json")):
        modus_or_logs = "modus" if b"odus" in begin else "farmos" if b"log--" in begin else "tree"
        reader = "vectors" if b"FeatureCollection" in begin else modus_or_logs
        return {"format": reader} | ({"records": deepest_list(raw)} if reader == "tree" else {}), reader
    if reader == "text":
        layout = text_layout(raw)
        if b"timestamp" in begin and b"status" in begin and b"location" in begin:
            return {"format": "farmos"}, "farmos"
        return layout, reader
    return {}, reader


def _kind_of_preset(name: str, folder: Path) -> str:
    return str(preset_of(name, "", folder)["kind"]) if name else ""


def _polygons(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> bool | None:
    place = sheet.index("geometry")
    shapes = [] if place is None else [row[place] for row in rows if row[place] is not None]
    return None if not shapes else shapes[0].geom_type in ("Polygon", "MultiPolygon")


def _facts(
    folder: Path,
    raw: RawFile,
    sheet: Sheet,
    cells: Mapping[str, Sequence[Cell]],
    blocks: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return what the project says that helps to guess."""
    facts: dict[str, Any] = {"file": raw.name, "folder": folder, "block": (blocks or {}).get("column")}
    try:
        project = tomllib.loads((folder / "project.toml").read_text("utf-8-sig")).get("project", {})
    except (OSError, ValueError):
        project = {}
    if start := project.get("start_date"):
        facts["begins"] = f"{start.month:02d}-{start.day:02d}"
    years = {str(year) for column in cells.values() for cell in column[:200] if (year := _year(cell))}
    names = [campaign.get("name", "") for campaign in project.get("campaigns", [])]
    fits = [name for name in names if {name, *re.findall(r"\d{4}", name)} & years]
    facts["campaign"] = fits[0] if len(fits) == 1 else ""
    methods = [method.get("id", "") for method in project.get("laboratory_methods", [])]
    facts["method"] = methods[0] if len(methods) == 1 else ""
    return facts


def _year(cell: Cell) -> int | None:
    if isinstance(cell, float) or cell is None:
        return None
    day = day_of(text_of(cell), "day first") or day_of(text_of(cell), "month first")
    return None if day is None else day.year


def _fields(
    kind: str,
    preset: str,
    sheet: Sheet,
    hints: Mapping[str, str],
    cells: Mapping[str, Sequence[Cell]],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the fields of a mapping; those of a preset stand in it, and only its marks are repeated."""
    if not preset:
        return guessed_fields(kind, sheet.columns, hints, cells, facts)
    fields = {
        name: entry
        for name, entry in preset_of(preset, "", facts["folder"])["fields"].items()
        if MARK in json.dumps(entry) and _may_be_there(entry, sheet)
    }
    if kind == "laboratory":
        fields |= _modus_fields(sheet, cells, facts)
    return fields


def _may_be_there(entry: Any, sheet: Sheet) -> bool:
    """Return whether a file may have a field of a preset: the preset is not sure of its column, or it is there."""
    column = str(entry.get("column", MARK)) if isinstance(entry, dict) else MARK
    return column.startswith(MARK) or sheet.index(column) is not None


def _modus_fields(
    sheet: Sheet, cells: Mapping[str, Sequence[Cell]], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields of a Modus file: its elements are columns, and each has a column of units."""
    elements = [name for name in sheet.columns if f"{name} unit" in sheet.columns]
    guessed = guessed_fields("laboratory", elements, {}, cells, facts)
    fields: dict[str, Any] = {}
    for name in ("carbon", "density", "stones"):
        if name in guessed:
            column = str(guessed[name]["column"]).removeprefix(MARK).strip()
            fields[name] = {**guessed[name], "unit": {"column": mark(f"{column} unit")}}
    matter = next((one for one in elements if re.fullmatch(r"om|som|organic matter", one, re.IGNORECASE)), "")
    if "carbon" in fields and matter and matter not in str(fields["carbon"]["column"]):
        second = {
            "column": mark(matter),
            "unit": {"column": mark(f"{matter} unit")},
            "is": mark("matter"),
            "factor": MARK,
        }
        fields["carbon"] = [fields["carbon"], second]
    return fields | {name: guessed[name] for name in ("campaign", "method") if name in guessed}


def _marked(read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layout with every guess marked; a format that the file itself tells is none."""
    return {
        key: value
        if key == "format"
        else {k: v if k in ("file",) else mark(v) for k, v in value.items()}
        if isinstance(value, dict)
        else mark(value)
        for key, value in read.items()
    }
