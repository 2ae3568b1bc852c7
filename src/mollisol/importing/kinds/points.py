"""Points of a handheld, a table or a vector file to ``sample_points.csv``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mollisol.importing.context import Context, Decided, Row
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import REFERENCE, Type
from mollisol.importing.outputs import Origin
from mollisol.importing.readers.raw import Sheet
from mollisol.importing.readers.vectors import GEOMETRY
from mollisol.methodology.findings import Place, finding
from mollisol.reading.reference_systems import WGS84, UnknownSystemError, to_wgs84

_MOST_SHOWN: Final = 8
_OF_DESIGN: Final = ("part", "grid_row", "grid_column")
FIELDS: Final[Mapping[str, Type]] = {
    "point": Type(required=True),
    "longitude": Type("degrees"),
    "latitude": Type("degrees"),
    "easting": Type("number"),
    "northing": Type("number"),
    "grid": Type(),
    "stratum": Type(words_needed=True),
    "control_site": Type(words_needed=True),
    "sampling_unit": Type(),
    "campaign": Type(),
    **dict.fromkeys(_OF_DESIGN, Type()),
    "status": Type(words_needed=True),
}
_BY_OUTLINE: Final = "by outline"
_DUPLICATES: Final = ("first", "last", "mean")
_DECIMALS: Final = 7
_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"


def import_points(mapping: FileMapping, context: Context) -> None:
    """Add the points of a mapping, and make their names known; with a campaign, where its cores were taken in fact."""
    if "campaign" in mapping.fields:
        _write_places(mapping, context)
        return
    if not {"stratum", "control_site"} & set(mapping.fields):
        words = ("stratum", "stratum", "no column", "which stratum or control site a point is of")
        context.needs(mapping, "stratum", words, (_BY_OUTLINE,))
    found: dict[str, list[tuple[Row, tuple[float, float] | None]]] = {}
    for sheet in context.sheets(mapping):
        rows, places = _positions(mapping, context, sheet)
        for row in rows:
            name = str(row["point"])
            found.setdefault(name, []).append((row, places.get(row.place)))
            context.points.add(name, row.got["point"].text)
    for name, items in found.items():
        _write(name, items, mapping, context)


def known_point(row: Row, text: str) -> str:
    """Return the point that a row means; ask where it is none that is known."""
    known = row.context.points
    if not known:
        question = "which points there are: no mapping of points, and no sample_points.csv"
        row.ask("point", ("no-match", "", question), "a mapping of kind points")
        return text
    point, is_loose = known.find(text)
    if point and is_loose and row.mapping.decide.get("ids") != "loose":
        question = "names that differ in case, blanks, punctuation or leading zeros: are they the points they look like"
        row.ask("point", ("ids", "", question), "decide.ids", ("loose", "exact"))
    if not point:
        near, found = known.near(text), row.got["point"].text
        question = "no such point" + (f"; most like it: {', '.join(near)}" if near else "")
        choices = (*(f"is {one}" for one in near), "leave out", f"{REFERENCE} NAME")
        row.ask("point", ("no-match", found, question), f'fields.point.words."{found}"', choices)
    return point


def _write_places(mapping: FileMapping, context: Context) -> None:
    """Add where the cores of a campaign were taken, of points that are known."""
    context.known_points()
    for sheet in context.sheets(mapping):
        rows, places = _positions(mapping, context, sheet)
        for row in rows:
            point = known_point(row, str(row["point"]))
            position = places.get(row.place)
            if not point or position is None:
                continue
            cells = {
                "campaign": str(row["campaign"]), "point": point,
                "longitude_deg": round(position[0], _DECIMALS), "latitude_deg": round(position[1], _DECIMALS),
            }  # fmt: skip
            origin = Origin(row.file, [row.place])
            if context.outputs.add("core_places.csv", cells, origin, mapping=mapping.name):
                words = ("duplicate", point, "a second place of this point in the campaign: which one counts")
                row.ask("point", words, f'fields.point.words."{row.place}"', ("leave out",))


def _positions(
    mapping: FileMapping, context: Context, sheet: Sheet
) -> tuple[list[Row], dict[str, tuple[float, float]]]:
    """Return the rows of a sheet, and longitude and latitude by place."""
    rows = list(context.rows(mapping, sheet, FIELDS))
    if "longitude" in mapping.fields:
        return rows, {
            row.place: (row["longitude"], row["latitude"])
            for row in rows
            if row["longitude"] is not None and row["latitude"] is not None
        }
    import shapely

    if (place := sheet.index(GEOMETRY)) is not None:
        drawn = {where: cells[place] for where, cells in sheet.rows()}
        shapes = [(row.place, drawn[row.place].centroid) for row in rows if drawn[row.place] is not None]
        system = sheet.system
    elif "grid" in mapping.fields:
        metres = [(row.place, grid_metres(str(row["grid"] or ""))) for row in rows]
        shapes = [(where, shapely.Point(at)) for where, at in metres if at is not None]
        system = "EPSG:27700"
    else:
        shapes = [
            (row.place, shapely.Point(row["easting"], row["northing"]))
            for row in rows
            if row["easting"] is not None and row["northing"] is not None
        ]
        system = str(mapping.read.get("crs", ""))
    if not system and shapes:
        question = "which reference system the coordinates are in"
        context.ask(
            mapping, sheet.file, "easting", ("crs", "", question), "read.crs", ("such as EPSG:25832",)
        )
        return rows, {}
    try:
        moved, _ = to_wgs84(system or WGS84, [shape for _, shape in shapes])
    except UnknownSystemError as error:
        context.findings.append(
            finding("import-file", Place(file=f"raw/{sheet.file}"), f"reference system {error}"[:200])
        )
        return rows, {}
    return rows, {where: (shape.x, shape.y) for (where, _), shape in zip(shapes, moved, strict=True)}


def _write(
    name: str, items: list[tuple[Row, tuple[float, float] | None]], mapping: FileMapping, context: Context
) -> None:
    row, position = items[0]
    done = ""
    if len(items) > 1:
        rule = mapping.decide.get("duplicates")
        if rule not in _DUPLICATES:
            places = " and ".join(one.place for one, _ in items[:_MOST_SHOWN])
            places += f", {len(items)} times" if len(items) > _MOST_SHOWN else ""
            words = ("duplicate", f"{row.got['point'].text} stands in {places}", "which position counts")
            for one, _ in items:
                one.ask("point", words, "decide.duplicates", _DUPLICATES)
            return
        if rule == "last":
            row, position = items[-1]
        elif rule == "mean":
            known = [place for _, place in items if place is not None]
            position = (
                (sum(x for x, _ in known) / len(known), sum(y for _, y in known) / len(known))
                if known
                else None
            )
        done = f"{rule} of {len(items)} positions"
        for one, place in items:
            text = f"{one.got['point'].text} {place}"
            context.log.append(
                Decided(
                    mapping.name,
                    one.file,
                    one.place,
                    one.got["point"].column,
                    text,
                    f"duplicate: {rule}",
                    f"{position}",
                )
            )
    stratum, control, field = _land(name, row, position, mapping, context)
    if stratum is None:
        return
    context.strata_of_points[name] = stratum
    cells: dict[str, Any] = {
        "point": name, "stratum": stratum, "control_site": control, "sampling_unit": row["sampling_unit"] or name,
        "longitude_deg": None if position is None else round(position[0], _DECIMALS),
        "latitude_deg": None if position is None else round(position[1], _DECIMALS),
        "field": field if "fields.csv" in context.outputs.tables else None,
    }  # fmt: skip
    cells |= {column: row[column] for column in _OF_DESIGN if column in row.got}
    origin = Origin(row.file, [one.place for one, _ in items if one.file == row.file], done)
    context.outputs.add("sample_points.csv", cells, origin, mapping=mapping.name)


def _land(
    name: str, row: Row, position: tuple[float, float] | None, mapping: FileMapping, context: Context
) -> tuple[str | None, str, str]:
    """Return stratum and control site of a point, one of which is empty, and its field; None where that is open."""
    if row["control_site"]:
        return "", str(row["control_site"]), ""
    if row["stratum"]:
        return str(row["stratum"]), "", ""
    if not context.lands or position is None:
        if mapping.decide.get("stratum") == _BY_OUTLINE:
            words = ("stratum", "", "no outlines of fields are imported, or the point has no position")
            row.ask("stratum", words, "fields.stratum")
        return None, "", ""
    import shapely

    here = shapely.Point(position)
    inside = context.lands_at(here)
    if not inside:
        words = ("no-match", name, "the point lies in no field and no control site")
        row.ask("point", words, f'fields.point.words."{row.got["point"].text}"', ("leave out",))
        return None, "", ""
    places = {("", land.name, "") if land.is_control else (land.stratum, "", land.name) for land in inside}
    if "fields.csv" not in context.outputs.tables:
        places = {(stratum, control, "") for stratum, control, _ in places}
    if len(places) > 1:
        words = ("no-match", name, f"the point lies in several: {', '.join(land.name for land in inside)}")
        row.ask("point", words, "fields.stratum")
        return None, "", ""
    return next(iter(places))


def grid_metres(text: str) -> tuple[float, float] | None:
    """Return easting and northing of a reference of the British grid such as ``TF 33123 82456``; None where it is none.

    The letters name squares of 500 and 100 km, row by row from the north-west, without I (Ordnance Survey, *A guide to
    coordinate systems in Great Britain*, section 7).
    """
    found = re.fullmatch(r"\s*([A-HJ-Z])([A-HJ-Z])\s*(\d+)\s*(\d*)\s*", text.upper())
    if not found:
        return None
    digits = (
        (found[3], found[4]) if found[4] else (found[3][: len(found[3]) // 2], found[3][len(found[3]) // 2 :])
    )
    if len(digits[0]) != len(digits[1]) or not 1 <= len(digits[0]) <= 6:
        return None
    big, small = _LETTERS.index(found[1]), _LETTERS.index(found[2])
    east = (big % 5 - 2) * 500_000 + small % 5 * 100_000
    north = (3 - big // 5) * 500_000 + (4 - small // 5) * 100_000
    scale = 10.0 ** (5 - len(digits[0]))
    return east + int(digits[0]) * scale, north + int(digits[1]) * scale
