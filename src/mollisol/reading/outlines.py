"""Polygons of the strata: read from GeoJSON or GeoPackage, brought to WGS 84, one shape a stratum."""

from __future__ import annotations

import unicodedata
import warnings
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mollisol.methodology.findings import Finding, Place, blocking, finding
from mollisol.methodology.project import Project
from mollisol.reading.archive import BundleFaultError
from mollisol.reading.hints import projected_hint
from mollisol.reading.json import load_json
from mollisol.reading.reference_systems import WGS84, UnknownSystemError, name_of_geojson, to_wgs84

_TURN = 360.0
_POLYGON, _MULTIPOLYGON = 3, 6
"""Numbers of these among the kinds of shapely."""
_AREAL = (_POLYGON, _MULTIPOLYGON)
_GEOPACKAGE_IDS = {b"GPKG", b"GP10", b"GP11"}


def read_outlines(file: str, content: bytes, name: str = "stratum") -> tuple[dict[str, Any], list[Finding]]:
    """Read the polygons of a GeoPackage or GeoJSON by stratum, and what is wrong with its form or was done to it.

    By another property, such as ``field``, features without it are left out.
    """
    read = _read_geopackage if file.endswith(".gpkg") else _read_geojson
    return read(file, content, name)


def _read_geojson(file: str, content: bytes, name: str) -> tuple[dict[str, Any], list[Finding]]:
    from shapely.errors import ShapelyError

    try:
        data = load_json(content.removeprefix(BOM_UTF8), file)
        named = _features(data, name)
    except BundleFaultError as error:
        found, allowed = f"{error.finding.found} ({error.finding.code})", error.finding.allowed
    except (ValueError, OverflowError, RecursionError, ShapelyError) as error:
        found, allowed = str(error), "features that have a property `stratum`"
    else:
        return _named_polygons(file, named, name_of_geojson(data.get("crs")))
    allowed = f"a GeoJSON FeatureCollection: {allowed}"
    return {}, [finding("geometry-unreadable", Place(file=file), found[:300], allowed=allowed)]


def _features(data: Any, name: str) -> list[tuple[str, Any]]:
    """Return a property and the shape of each feature.

    Raises
    ------
    ValueError
        If a feature has none; the message says which and what it has instead.
    """
    from shapely.geometry import shape

    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise ValueError("no list of features")
    named = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if name != "stratum" and isinstance(properties, dict) and properties.get(name) is None:
            continue
        if not isinstance(properties, dict) or properties.get("stratum") is None:
            names = ", ".join(map(str, properties)) if isinstance(properties, dict) else ""
            raise ValueError(f"feature {number} has no property `stratum`; it has {names[:150] or 'none'}")
        try:
            polygon = shape(feature["geometry"])
        except (KeyError, TypeError, AttributeError, IndexError):
            raise ValueError(f"feature {number} has no geometry that can be read") from None
        named.append((unicodedata.normalize("NFC", str(properties[name]).strip()), polygon))
    return named


def _read_geopackage(file: str, content: bytes, name: str) -> tuple[dict[str, Any], list[Finding]]:
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
            columns = list(meta["fields"])
            if name != "stratum" and name not in columns:
                return {}, []
            names = fields[columns.index(name)]
            polygons = [shapely.Polygon() if wkb is None else shapely.from_wkb(wkb) for wkb in geometry]
        except (DataSourceError, DataLayerError, ValueError, shapely.errors.ShapelyError) as error:
            return {}, [_no_geopackage(file, str(error).replace(f"{path}", file)[:120])]
    return _named_polygons(
        file,
        [
            (unicodedata.normalize("NFC", str(value).strip()), shape)
            for value, shape in zip(names, polygons, strict=True)
            if name == "stratum" or value is not None
        ],
        str(meta["crs"] or WGS84),
    )


def _no_geopackage(file: str, state: str) -> Finding:
    return finding("geometry-unreadable", Place(file=file), state)


def _named_polygons(
    file: str, named: Sequence[tuple[str, Any]], system: str
) -> tuple[dict[str, Any], list[Finding]]:
    import numpy as np
    import shapely

    findings = []
    empty = shapely.is_empty(np.array([shape for _, shape in named], dtype=object)).tolist()
    drawn = [item for item, nothing in zip(named, empty, strict=True) if not nothing]
    try:
        shapes, moved_from = to_wgs84(system, [shape for _, shape in drawn])
    except UnknownSystemError as error:
        return {}, [finding("wrong-crs", Place(file=file), f"coordinate system {error}"[:200])]
    if moved_from:
        findings.append(finding("outlines-reprojected", Place(file=file), f"coordinates in {moved_from}"))
    boxes = shapely.bounds(np.array(shapes, dtype=object)).tolist()
    if beyond := [box for box in boxes if not _in_degrees(box)]:
        west, south, *_ = beyond[0]
        do = f"reproject the layer to EPSG:4326, and name its system in the file; {projected_hint(west, south)}"
        state = f"coordinates beyond 360 and 90 degrees, such as {west:g} and {south:g}"
        findings.append(finding("wrong-crs", Place(file=file), state, do=do))
    parts: dict[str, list[Any]] = {}
    areal = np.isin(shapely.get_type_id(np.array(shapes, dtype=object)), _AREAL).tolist()
    for (name, _), shape, box, is_areal in zip(drawn, shapes, boxes, areal, strict=True):
        if is_areal:
            usual = -_TURN / 2 <= box[0] < _TURN / 2 and box[2] - box[0] <= _TURN / 2
            own = shape if usual else _turned_back(_over_the_date_line(shape))
            parts.setdefault(name, []).append(own)
        else:
            findings.append(_no_polygon(file, name, shape))
    findings += [_no_polygon(file, *item) for item, nothing in zip(named, empty, strict=True) if nothing]
    united = [f"{name} of {len(shapes)}" for name, shapes in parts.items() if len(shapes) > 1]
    if united:
        found = "strata of several features: " + ", ".join(united[:5]) + ", ..." * (len(united) > 5)
        findings.append(finding("outlines-united", Place(file=file), found))
    return {name: _united(shapes) for name, shapes in parts.items()}, findings


def _no_polygon(file: str, name: str, shape: Any) -> Finding:
    return finding("not-a-polygon", Place(file=file, thing=f"stratum {name[:60]}"), shape.geom_type)


def _in_degrees(box: Sequence[float]) -> bool:
    """Return whether coordinates are degrees; longitudes may be counted on beyond the date line."""
    west, south, east, north = box
    return bool(west >= -_TURN and east <= _TURN and south >= -90 and north <= 90)


def _united(shapes: Sequence[Any]) -> Any:
    """Return one shape of the features of a stratum; land that two of them hold counts once."""
    import shapely

    if len(shapes) == 1 or not all(shape.is_valid for shape in shapes):
        # an outline that crosses itself is told as it was drawn
        return next((shape for shape in shapes if not shape.is_valid), shapes[0])
    return shapely.union_all(list(shapes))


def _over_the_date_line(shape: Any) -> Any:
    """Return a shape whose west lies east of 180 degrees with longitudes that go on beyond them."""
    import numpy as np
    import shapely

    west, _, east, _ = shape.bounds
    if east - west <= 180:
        return shape
    return shapely.transform(
        shapely.force_2d(shape),
        lambda at: np.column_stack([np.where(at[:, 0] < 0, at[:, 0] + 360, at[:, 0]), at[:, 1]]),
    )


def _turned_back(shape: Any) -> Any:
    """Return a shape that begins from -180 on and east of there, below 180."""
    import shapely

    west, _, _, _ = shape.bounds
    turns = (west + _TURN / 2) // _TURN
    if not turns:
        return shape
    return shapely.transform(shapely.force_2d(shape), lambda xy: xy - [turns * _TURN, 0.0])


def area_ha(ellipsoid: Any, polygon: Any) -> float:
    """Return the area of a polygon on the ellipsoid, without its holes."""
    import shapely

    oriented = shapely.orient_polygons(polygon)  # a hole drawn in the sense of its outline would be added
    return abs(float(ellipsoid.geometry_area_perimeter(oriented)[0])) / 10_000


def areas_ha(ellipsoid: Any, polygons: Mapping[str, Any]) -> dict[str, float]:
    """Return the area of each polygon on the ellipsoid, without its holes."""
    import numpy as np
    import shapely

    if not polygons:
        return {}
    shapes = shapely.orient_polygons(np.array(list(polygons.values()), dtype=object))
    simple = (shapely.get_type_id(shapes) == _POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    ends = np.searchsorted(of, np.arange(len(shapes) + 1)).tolist()
    x, y = np.ascontiguousarray(corners.T)
    areas = {}
    for number, (name, shape) in enumerate(zip(polygons, shapes.tolist(), strict=True)):
        own = slice(ends[number], ends[number + 1])
        area = (
            ellipsoid.polygon_area_perimeter(x[own], y[own])[0]
            if simple[number]
            else ellipsoid.geometry_area_perimeter(shape)[0]
        )
        areas[name] = abs(float(area)) / 10_000
    return areas


type Rings = tuple[tuple[tuple[float, float], ...], ...]


def outlines_of(project: Project, inputs: Mapping[str, bytes]) -> tuple[dict[str, Rings], dict[str, float]]:
    """Return rings and areas in ha by stratum; nothing where the project has no outlines or they cannot be read."""
    file = project.head.geometry_file
    if file not in inputs:
        return {}, {}
    polygons, faults = read_outlines(file, inputs[file])
    if blocking(faults):
        return {}, {}
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    rings = {}
    for name, shape in polygons.items():
        parts = getattr(shape, "geoms", [shape])
        rings[name] = tuple(
            tuple((float(point[0]), float(point[1])) for point in ring.coords)
            for part in parts
            for ring in (part.exterior, *part.interiors)
        )
    return rings, areas_ha(ellipsoid, polygons)
