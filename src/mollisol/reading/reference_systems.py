"""Coordinate systems of outlines: any spelling of WGS 84, and others that are reprojected to it.

A name from a file reaches PROJ only as authority and code, or as the name of a system: never as a string of
operations, which could name grids and files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

WGS84 = "EPSG:4326"
_CODED = re.compile(
    r"(?:urn:ogc:def:crs:|urn:x-ogc:def:crs:|https?://www\.opengis\.net/def/crs/|crs:)?"
    r"(?P<authority>EPSG|OGC|ESRI|IGNF)(?:[:/][\w.]*)?[:/](?P<code>\w+)",
    re.IGNORECASE,
)
_OF_GML = re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_/(),-]+")
_SPELLINGS = frozenset(
    {
        "crs84", "crs:84", "ogc:crs84", "wgs84", "wgs1984", "gcswgs84", "gcswgs1984", "worldgeodeticsystem1984",
        "wgs84lonlat", "wgs84longlat", "lonlatwgs84", "epsg4326", "epsg:4326", "epsg4326wgs84", "epsg:4326wgs84",
        "wgs84epsg4326", "wgs84epsg:4326",
    }
)  # fmt: skip
"""How people and programs write WGS 84, without capitals and separators."""
_IN_PROJ_STRINGS = frozenset(
    {"+proj=longlat", "+proj=latlong", "+datum=wgs84", "+ellps=wgs84", "+init=epsg:4326", "+towgs84=0,0,0"}
    | {"+towgs84=0,0,0,0,0,0,0", "+no_defs", "+type=crs", "+wktext"}
)
"""A string of PROJ that holds nothing else is WGS 84; none is handed on to PROJ."""
_PLAIN_NAME = re.compile(r"[A-Za-z][\w /().-]{1,70}")
_WELL_KNOWN_TEXT = re.compile(r"\s*[A-Z_]+\s*\[")


class UnknownSystemError(Exception):
    """A coordinate system that is not known by its name."""


def name_of_geojson(crs: object) -> str:
    """Return the name of the coordinate system in a GeoJSON file; where there is none it is WGS 84 (RFC 7946)."""
    if crs is None:
        return WGS84
    if isinstance(crs, str):
        return crs
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    if isinstance(properties, Mapping):
        if "code" in properties:  # the form of 2008: {"type": "EPSG", "properties": {"code": 4326}}
            return f"EPSG:{properties['code']}"
        if "name" in properties:
            return str(properties["name"])
    identity = crs.get("id") if isinstance(crs, Mapping) else None
    if isinstance(identity, Mapping) and {"authority", "code"} <= identity.keys():  # PROJJSON
        return f"{identity['authority']}:{identity['code']}"
    return str(crs)


def to_wgs84(name: str, polygons: Sequence[Any]) -> tuple[list[Any], str]:
    """Return polygons in WGS 84, and the name of the system that they were in; "" where it was that.

    Raises
    ------
    UnknownSystemError
        If the name is of no known system, or the coordinates are degrees and those of the system are not.
    """
    if _is_wgs84(name):
        return list(polygons), ""
    import shapely
    from pyproj import CRS, Transformer

    system = _system(name)
    wgs84 = CRS.from_epsg(4326)
    if system.is_geographic and system.to_2d().equals(wgs84, ignore_axis_order=True):
        return list(polygons), ""
    bounds = shapely.total_bounds(list(polygons)) if polygons else (0.0, 0.0, 0.0, 0.0)
    if not system.is_geographic and max(map(abs, bounds)) <= 180:
        raise UnknownSystemError(f"{name}, and coordinates that look like degrees")
    transformer = Transformer.from_crs(system, wgs84, always_xy=True)

    def moved(points: Any) -> Any:
        import numpy as np

        x, y = transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    return [shapely.transform(shapely.force_2d(polygon), moved) for polygon in polygons], system.name


def _system(name: str) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    text = WGS84 if _is_wgs84(name) else name.strip()
    if of_gml := _OF_GML.fullmatch(text):
        text = f"EPSG:{of_gml[1]}"
    try:
        if text.isdecimal() and len(text) < 7:
            return CRS.from_epsg(int(text))
        if coded := _CODED.fullmatch(text):
            return CRS.from_authority(coded["authority"].upper(), coded["code"].upper())
        if _WELL_KNOWN_TEXT.match(text):
            authority = CRS.from_wkt(text).to_authority()
            if authority is not None:
                return CRS.from_authority(*authority)
        elif _PLAIN_NAME.fullmatch(text):
            return CRS.from_user_input(text)
    except CRSError:
        pass
    raise UnknownSystemError(name)


def _is_wgs84(name: str) -> bool:
    """Return whether a name is one of the usual spellings of WGS 84."""
    words = name.lower().split()
    if words and all(word in _IN_PROJ_STRINGS for word in words):
        return bool({"+datum=wgs84", "+ellps=wgs84", "+init=epsg:4326"} & {*words})
    return _SEPARATORS.sub("", name.lower()) in _SPELLINGS
