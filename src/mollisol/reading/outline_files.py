"""Outlines of the strata for the map of a report: rings of longitude and latitude, areas on the ellipsoid."""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.methodology.project import Project
from mollisol.reading.outlines import area_ha, read_outlines

type Rings = tuple[tuple[tuple[float, float], ...], ...]


def outlines_of(project: Project, inputs: Mapping[str, bytes]) -> tuple[dict[str, Rings], dict[str, float]]:
    """Give rings and areas in ha by stratum; nothing where the project has no outlines or they cannot be read."""
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
