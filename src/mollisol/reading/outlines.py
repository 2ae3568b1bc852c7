"""Polygons of the strata: valid, in WGS 84, apart from each other, and as large as declared.

Areas are taken on the WGS 84 ellipsoid with pyproj; shapes are judged with shapely.
"""

from __future__ import annotations

import warnings
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.reading.archive import BundleFaultError
from mollisol.reading.json import load_json

_WGS84_NAMES = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326", "OGC:CRS84"}
_GEOPACKAGE_IDS = {b"GPKG", b"GP10", b"GP11"}
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_SHARED_AREA_HA = 1e-4
"""Overlaps up to a square metre are seams of digitising."""


def check_geometry(project: Project, inputs: Mapping[str, bytes], rules: RulesInForce) -> list[Finding]:
    """Return what is wrong with the polygons of ``geometry_file``: against the declared strata, areas and points."""
    file = project.head.geometry_file
    if not file:
        return [finding("geometry-missing", Place(file="project.toml", thing="geometry_file"), "no polygons")]
    polygons, findings = read_outlines(file, inputs[file])
    if findings:
        return findings
    return [*_strata_match(project, polygons, file), *_shapes(project, polygons, file, rules)]


def read_outlines(file: str, content: bytes) -> tuple[dict[str, Any], list[Finding]]:
    """Read the polygons of a GeoPackage or GeoJSON by stratum, and what is wrong with its form."""
    return _read_geopackage(file, content) if file.endswith(".gpkg") else _read_geojson(file, content)


def _read_geojson(file: str, content: bytes) -> tuple[dict[str, Any], list[Finding]]:
    import shapely
    from shapely.geometry import shape

    try:
        data = load_json(content.removeprefix(BOM_UTF8), file)
        features = data["features"]
        crs = str(data.get("crs", {}).get("properties", {}).get("name", "EPSG:4326"))[:80]
        named = [(str(item["properties"]["stratum"]), shape(item["geometry"])) for item in features]
    except BundleFaultError as error:
        found, allowed = f"{error.finding.found} ({error.finding.code})", error.finding.allowed
    except (*_UNREADABLE, shapely.errors.ShapelyError) as error:
        found, allowed = f"{type(error).__name__}: {error}", "features that have a property `stratum`"
    else:
        return _named_polygons(file, named, crs)
    allowed = f"a GeoJSON FeatureCollection: {allowed}"
    return {}, [finding("geometry-unreadable", Place(file=file), found[:120], allowed=allowed)]


def _read_geopackage(file: str, content: bytes) -> tuple[dict[str, Any], list[Finding]]:
    import shapely

    if content[:16] != b"SQLite format 3\x00" or content[68:72] not in _GEOPACKAGE_IDS:
        # GDAL goes by the content, not the name: another format could name a file elsewhere or a network address
        return {}, [_no_geopackage(file, "a file that is no GeoPackage")]
    try:
        from pyogrio import list_layers
        from pyogrio.errors import DataLayerError, DataSourceError
        from pyogrio.raw import read
    except ImportError:
        return {}, [finding("geopackage-needs-extra", Place(file=file), "a GeoPackage")]
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on how the file was made
        path = Path(folder) / "units.gpkg"
        path.write_bytes(content)
        try:
            layers = [str(name) for name, kind in list_layers(path) if kind is not None]
            if len(layers) != 1:
                found = f"{len(layers)} layers with geometry: {', '.join(layers)}"
                return {}, [_no_geopackage(file, found[:120])]
            meta, _, geometry, fields = read(path, layer=layers[0])
            names = fields[list(meta["fields"]).index("stratum")]
            polygons = [shapely.Polygon() if wkb is None else shapely.from_wkb(wkb) for wkb in geometry]
        except (DataSourceError, DataLayerError, ValueError, shapely.errors.ShapelyError) as error:
            return {}, [_no_geopackage(file, str(error).replace(f"{path}", file)[:120])]
    return _named_polygons(file, list(zip(map(str, names), polygons, strict=True)), str(meta["crs"]))


def _no_geopackage(file: str, state: str) -> Finding:
    return finding("geometry-unreadable", Place(file=file), state)


def _named_polygons(
    file: str, named: list[tuple[str, Any]], crs: str
) -> tuple[dict[str, Any], list[Finding]]:
    findings = []
    outside = any(
        not (west >= -180 and east <= 180 and south >= -90 and north <= 90)
        for _, polygon in named
        if not polygon.is_empty
        for west, south, east, north in [polygon.bounds]
    )
    if crs not in _WGS84_NAMES or outside:
        findings.append(
            finding(
                "wrong-crs",
                Place(file=file),
                f"coordinate system {crs}"
                if crs not in _WGS84_NAMES
                else "coordinates beyond 180 and 90 degrees",
            )
        )
    polygons: dict[str, Any] = {}
    for name, polygon in named:
        where = Place(file=file, thing=f"stratum {name[:60]}")
        if name in polygons:
            findings.append(
                finding(
                    "duplicate-id",
                    where,
                    "two features",
                    allowed="one",
                    do="join them",
                    clause="VM0042 2.2, section 9.1, parameter A",
                )
            )
        if polygon.geom_type not in {"Polygon", "MultiPolygon"} or polygon.is_empty:
            findings.append(finding("not-a-polygon", where, polygon.geom_type))
        polygons[name] = polygon
    return polygons, findings


def _strata_match(project: Project, polygons: Mapping[str, Any], file: str) -> Iterable[Finding]:
    strata = {stratum.stratum for stratum in project.strata}
    for name in sorted(strata - set(polygons)):
        yield finding("polygon-missing", Place(file=file, thing=f"stratum {name}"), "no polygon")
    for name in sorted(set(polygons) - strata):
        yield finding(
            "unknown-reference",
            Place(file=file, thing=f"stratum {name[:60]}"),
            "no such stratum",
            table="strata.csv",
            clause="VM0042 2.2, section 9.1, parameter A",
        )


def _shapes(
    project: Project, polygons: Mapping[str, Any], file: str, rules: RulesInForce
) -> Iterable[Finding]:
    import shapely
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    tolerance = rules.number("mollisol.area.agreement")
    valid = {name: polygon for name, polygon in polygons.items() if polygon.is_valid}
    for name, polygon in polygons.items():
        if name not in valid:
            yield finding(
                "polygon-self-crossing",
                Place(file=file, thing=f"stratum {name}"),
                shapely.is_valid_reason(polygon),
            )
    for stratum in project.strata:
        if stratum.stratum in valid:
            drawn = area_ha(ellipsoid, valid[stratum.stratum])
            if abs(drawn - stratum.area_ha) > tolerance * stratum.area_ha:
                yield finding(
                    "area-mismatch",
                    Place(file=file, thing=f"stratum {stratum.stratum}"),
                    f"{drawn:.4g} ha on the ellipsoid, {stratum.area_ha:.4g} ha declared",
                    allowed=f"the declared area, within {tolerance:.0%}",
                    do="correct the outline or strata.csv",
                )
    yield from _overlaps(valid, ellipsoid, file)
    yield from _points_inside(project, valid)


def area_ha(ellipsoid: Any, polygon: Any) -> float:
    """Return the area of a polygon on the ellipsoid, without its holes."""
    import shapely

    oriented = shapely.orient_polygons(polygon)  # a hole drawn in the sense of its outline would be added
    return abs(float(ellipsoid.geometry_area_perimeter(oriented)[0])) / 10_000


def _overlaps(valid: Mapping[str, Any], ellipsoid: Any, file: str) -> Iterable[Finding]:
    from shapely import STRtree

    names, shapes = list(valid), list(valid.values())
    for one, other in sorted(map(tuple, STRtree(shapes).query(shapes, predicate="intersects").T.tolist())):
        if one < other:
            shared = shapes[one].intersection(shapes[other])
            area = area_ha(ellipsoid, shared) if shared.area > 0 else 0.0
            if area > _SHARED_AREA_HA:
                yield finding(
                    "polygons-overlap",
                    Place(file=file, thing=f"strata {names[one]}, {names[other]}"),
                    f"{area:.4g} ha in both",
                )


def _points_inside(project: Project, valid: Mapping[str, Any]) -> Iterable[Finding]:
    from shapely import Point

    points = project.sample_points
    longitude, latitude = (points.column(name).values() for name in ("longitude_deg", "latitude_deg"))
    names = points.column("point").values()
    for (stratum,), places in points.groups("stratum").items():
        for place in places if stratum in valid else ():
            x, y = longitude[place], latitude[place]
            if x is not None and y is not None and not valid[stratum].covers(Point(x, y)):
                where = Place(
                    file="sample_points.csv",
                    row=int(points.row_numbers[place]),
                    thing=f"point {names[place]}",
                )
                yield finding("point-outside-stratum", where, f"{x}, {y} outside {stratum}")


type Rings = tuple[tuple[tuple[float, float], ...], ...]


def outlines_of(project: Project, inputs: Mapping[str, bytes]) -> tuple[dict[str, Rings], dict[str, float]]:
    """Return rings and areas in ha by stratum; nothing where the project has no outlines or they cannot be read."""
    file = project.head.geometry_file
    if file not in inputs:
        return {}, {}
    polygons, faults = read_outlines(file, inputs[file])
    if faults:
        return {}, {}
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    rings, areas = {}, {}
    for name, shape in polygons.items():
        parts = getattr(shape, "geoms", [shape])
        rings[name] = tuple(
            tuple((float(point[0]), float(point[1])) for point in ring.coords)
            for part in parts
            for ring in (part.exterior, *part.interiors)
        )
        areas[name] = area_ha(ellipsoid, shape)
    return rings, areas
