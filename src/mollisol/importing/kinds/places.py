"""Fields and control sites of vector files to units, strata, control sites and their outlines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mollisol.importing.context import Context, Land, Row
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import Origin, rounded
from mollisol.importing.readers.raw import Sheet
from mollisol.importing.readers.vectors import GEOMETRY
from mollisol.importing.units import AREA
from mollisol.methodology.findings import Place, finding
from mollisol.reading.reference_systems import UnknownSystemError, to_wgs84

FIELDS: Final[Mapping[str, Type]] = {
    "field": Type(),
    "stratum": Type(required=True, words_needed=True),
    "unit": Type(),
    "approach": Type(),
    "control_site": Type(words_needed=True),
    "managed_by": Type(),
    "declared_area": Type("number", AREA),
    "farm": Type(),
    "instance": Type(),
    "joined_on": Type("day"),
    "left_on": Type("day"),
    "reason": Type(),
    "status": Type(words_needed=True),
}
AREAS: Final = ("geometry on the ellipsoid", "declared")
DISTANCES: Final = ("edge of the site to the nearest field edge", "centre to centre")
_APPROACHES: Final = ("measure_and_remeasure", "measure_and_model")
_OUTLINES: Final = "units.geojson"
_DECIMALS: Final = 9


def import_places(mapping: FileMapping, context: Context) -> None:
    """Make the fields or control sites of a mapping known."""
    control = "control_site" in mapping.fields
    if not control:
        declared = mapping.fields.get("declared_area", [{}])[0].get("column", "area")
        words = (str(declared), "area", "", "area of the polygon on the ellipsoid, or the declared area")
        context.needs(mapping, "area", words, AREAS)
        for name, question in (
            ("unit", "which quantification unit the fields are of"),
            ("approach", "how the unit is quantified"),
        ):
            if name not in mapping.fields:
                for file in mapping.files(context.raw_files()):
                    choices = _APPROACHES if name == "approach" else ()
                    context.ask(mapping, file, name, (name, "", question), f"fields.{name}", choices)
    else:
        words = ("distance", "definition", "no column", "distance from what to what")
        context.needs(mapping, "distance", words, DISTANCES)
    for sheet in context.sheets(mapping):
        if (place := sheet.index(GEOMETRY)) is None:
            context.findings.append(
                finding("import-file", Place(file=f"raw/{sheet.file}"), "no outlines: no vector file")
            )
            continue
        _sheet(mapping, context, sheet, place, control)


def _sheet(mapping: FileMapping, context: Context, sheet: Sheet, place: int, control: bool) -> None:
    """Add the places of one file."""
    if not sheet.system:
        question = "which reference system the coordinates are in: the file does not say"
        context.ask(mapping, sheet.file, GEOMETRY, ("crs", "", question), "read.crs", ("such as EPSG:25832",))
        return
    drawn = {where: cells[place] for where, cells in sheet.rows()}
    rows = [row for row in context.rows(mapping, sheet, FIELDS) if _has_outline(row, drawn, context)]
    if not rows:
        return
    try:
        shapes, moved_from = to_wgs84(sheet.system, [drawn[row.place] for row in rows])
    except UnknownSystemError as error:
        context.findings.append(
            finding("import-file", Place(file=f"raw/{sheet.file}"), f"reference system {error}"[:200])
        )
        return
    how = _transformation(sheet.system) if moved_from else "WGS 84 as it is"
    for row, shape in zip(rows, shapes, strict=True):
        _place(mapping, context, row, shape, control, how)


def _has_outline(row: Row, drawn: Mapping[str, Any], context: Context) -> bool:
    shape = drawn[row.place]
    where = Place(file=f"raw/{row.file}", thing=row.place)
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        context.findings.append(
            finding("import-outline", where, "no polygon" if shape is None else shape.geom_type)
        )
        return False
    if not shape.is_valid:
        context.findings.append(finding("import-outline", where, "an outline that crosses itself"))
        return False
    return True


def _place(mapping: FileMapping, context: Context, row: Row, shape: Any, control: bool, how: str) -> None:
    import shapely

    shape = shapely.force_2d(shape)
    name = str((row["control_site"] if control else row["field"]) or f"{row.file} {row.place}")
    kept = context.lands.get(name)
    if kept is not None and (kept.stratum, kept.unit) != (str(row["stratum"]), str(row["unit"] or "")):
        words = (
            "duplicate",
            name,
            "a second field of this name, in another stratum or unit: name them apart",
        )
        row.ask("control_site" if control else "field", words, "fields.field: read and write, or words")
        return
    if kept is not None:  # a field in several features is one field
        shape = shapely.union_all([kept.shape, shape])
    area = ellipsoid_ha(shape)
    declared = row["declared_area"]
    if mapping.decide.get("area") == "declared":
        if declared is None:
            row.ask(
                "declared_area", ("area", "", "the declared area: name its column"), "fields.declared_area"
            )
        area = float(declared or 0.0) + (kept.area_ha if kept else 0.0)
    land = Land(name, str(row["stratum"]), str(row["unit"] or ""), area, shape, control)
    context.lands[name] = land
    got = row.got.get("control_site" if control else "field")
    context.land_names.add(name, got.text if got else name)
    context.place_rows.setdefault(name, []).append((mapping, row, how))


def finish_places(context: Context) -> None:
    """Add units, strata, control sites, links and outlines of all places."""
    import shapely

    every = [land for land in context.lands.values() if not land.is_control]
    has_days = _write_fields(context, every)
    fields = [land for land in every if not has_days or _row(context, land)["left_on"] is None] or every
    _overlaps(context, fields)
    for unit in dict.fromkeys(land.unit for land in fields if land.unit):
        inside = [land for land in fields if land.unit == unit]
        approach = next(
            (
                row["approach"]
                for land in inside
                for _, row, _ in context.place_rows[land.name]
                if row["approach"]
            ),
            None,
        )
        cells = {
            "quantification_unit": unit,
            "approach": approach,
            "area_ha": rounded(sum(land.area_ha for land in inside), 2),
        }
        _add(context, "quantification_units.csv", cells, inside, f"sum of {len(inside)} fields")
    features = []
    for stratum in dict.fromkeys(land.stratum for land in fields):
        inside = [land for land in fields if land.stratum == stratum]
        cells = {
            "stratum": stratum,
            "quantification_unit": inside[0].unit,
            "area_ha": rounded(sum(land.area_ha for land in inside), 2),
        }
        _add(context, "strata.csv", cells, inside, f"sum of {len(inside)} fields")
        if not has_days:
            shape = shapely.union_all([land.shape for land in inside])
            features.append(_feature(shape, stratum=stratum))
    if has_days:
        features = [_feature(land.shape, field=land.name, stratum=land.stratum) for land in every]
    if features:
        document = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        context.outputs.files[_OUTLINES] = document.encode() + b"\n"
    union = shapely.union_all([land.shape for land in fields]) if fields else None
    for land in (one for one in context.lands.values() if one.is_control):
        mapping, row, _ = context.place_rows[land.name][0]
        cells = {"control_site": land.name, "managed_by": row["managed_by"]}
        if union is None:
            row.ask(
                "control_site",
                ("definition", "", "no fields are imported that the distance could be to"),
                "places",
            )
        else:
            centres = mapping.decide.get("distance") == DISTANCES[1]
            cells["distance_km"] = round(_distance_km(land.shape, union, centres), 2)
        _add(
            context,
            "control_sites.csv",
            cells,
            [land],
            "distance in an equidistant projection about the site",
        )
        _add(context, "control_links.csv", {"control_site": land.name, "stratum": land.stratum}, [land], "")


def _row(context: Context, land: Land) -> Row:
    return context.place_rows[land.name][0][1]


def _write_fields(context: Context, fields: Sequence[Land]) -> bool:
    """Add ``fields.csv`` where the mappings say since when fields are in the project; return whether they do."""
    days = [_row(context, land)["joined_on"] is not None for land in fields]
    for land, known in zip(fields, days, strict=True):
        row = _row(context, land)
        if any(days) and not known:
            words = ("missing", land.name, "since when the field is in the project, as others say")
            row.ask("joined_on", words, "fields.joined_on")
        elif known:
            names = ("farm", "instance", "joined_on", "left_on", "reason")
            cells = {
                "field": land.name, "stratum": land.stratum, "area_ha": rounded(land.area_ha, 2),
                **{name: row[name] for name in names},
            }  # fmt: skip
            _add(context, "fields.csv", cells, [land], "")
    return any(days)


def _feature(shape: Any, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": _geojson(shape)}


def _add(context: Context, table: str, cells: Mapping[str, Any], lands: Sequence[Land], done: str) -> None:
    files: dict[str, Origin] = {}
    writer = ""
    for land in lands:
        for mapping, row, how in context.place_rows[land.name]:
            origin = files.setdefault(row.file, Origin(row.file, (), "; ".join(filter(None, (done, how)))))
            origin.at(row.place)
            writer = mapping.name
    for origin in files.values():
        context.outputs.add(table, cells, origin, mapping=writer)


def _overlaps(context: Context, fields: Sequence[Land]) -> None:
    """Add a finding for each pair of fields that hold the same land: more than a thousandth of the smaller one."""
    import shapely

    if not fields:
        return
    shapes = [land.shape for land in fields]
    tree = shapely.STRtree(shapes)
    for left, right in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        if left < right:
            shared = ellipsoid_ha(shapely.intersection(shapes[left], shapes[right]))
            if shared > 0.001 * min(fields[left].area_ha, fields[right].area_ha):
                found = f"{fields[left].name} and {fields[right].name} share {shared:.2f} ha"
                context.findings.append(finding("import-overlap", Place(thing=fields[left].name), found))


def ellipsoid_ha(shape: Any) -> float:
    """Return the area of a shape in longitude and latitude on the ellipsoid of WGS 84, in ha."""
    import shapely
    from pyproj import Geod

    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return 0.0
    return abs(float(Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))[0])) / 10_000


def _distance_km(site: Any, land: Any, centres: bool) -> float:
    import numpy as np
    import shapely
    from pyproj import CRS, Transformer

    middle = site.centroid
    plane = CRS.from_proj4(f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=WGS84 +units=m")
    flat = Transformer.from_crs(CRS.from_epsg(4326), plane, always_xy=True)

    def moved(points: Any) -> Any:
        return np.column_stack(flat.transform(points[:, 0], points[:, 1]))

    here, there = shapely.transform(site, moved), shapely.transform(land, moved)
    return float(here.centroid.distance(there.centroid) if centres else here.distance(there)) / 1000


def _transformation(system: str) -> str:
    """Return the words of PROJ for the transformation to WGS 84: which one matters where datums differ."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        found = Transformer.from_crs(CRS.from_user_input(system), CRS.from_epsg(4326), always_xy=True)
        return f"{system}: {found.description}"
    except CRSError:
        return system


def _geojson(shape: Any) -> dict[str, Any]:
    def ring(points: Any) -> list[list[float]]:
        return [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in points]

    parts = getattr(shape, "geoms", [shape])
    return {
        "type": "MultiPolygon",
        "coordinates": [
            [ring(part.exterior.coords), *(ring(inner.coords) for inner in part.interiors)] for part in parts
        ],
    }
