"""Outlines as KML, the form in which registries take them."""

from __future__ import annotations

from functools import reduce
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from mollisol.templates.figures.map import Outlines

_NAMESPACE: Final = "http://www.opengis.net/kml/2.2"


def write_kml(name: str, outlines: Outlines) -> bytes:
    """Return a KML document with the outline of each stratum, longitude and latitude on WGS 84."""
    import shapely

    root = Element("kml", xmlns=_NAMESPACE)
    document = SubElement(root, "Document")
    SubElement(document, "name").text = name
    for stratum, rings in outlines.items():
        mark = SubElement(document, "Placemark")
        SubElement(mark, "name").text = stratum
        shapes = SubElement(mark, "MultiGeometry")
        # A ring inside of another one is a hole.
        shape = reduce(shapely.symmetric_difference, map(shapely.Polygon, rings), shapely.Polygon())
        for part in getattr(shape, "geoms", [shape]):
            polygon = SubElement(shapes, "Polygon")
            for kind, ring in (("outer", part.exterior), *(("inner", hole) for hole in part.interiors)):
                text = " ".join(f"{longitude!r},{latitude!r}" for longitude, latitude in ring.coords)
                ring_element = SubElement(SubElement(polygon, f"{kind}BoundaryIs"), "LinearRing")
                SubElement(ring_element, "coordinates").text = text
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root) + b"\n"
