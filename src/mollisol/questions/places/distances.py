"""How far control sites lie from the land of the units that they are linked to, by their coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.project import Project
from mollisol.questions.places.overlaps import Floats, on_globe
from mollisol.questions.places.points import Points


def check_distances(
    project: Project, points: Points, valid: Mapping[str, Any], farthest: float
) -> Iterable[Finding]:
    """Return control sites that lie farther from a unit they are linked to than is allowed, and than they say.

    The land of a unit is the sample points and the corners of the outlines of its strata.
    """
    from pyproj import Geod

    declared = {site.control_site: site.distance_km for site in project.control_sites}
    controls = _controls(points)
    land = _land(project, points, valid)
    linked: dict[str, set[str]] = defaultdict(set)
    unit_of = {stratum.stratum: stratum.quantification_unit for stratum in project.strata}
    for link in project.control_links:
        if link.control_site in controls and declared.get(link.control_site, 0.0) <= farthest:
            linked[unit_of[link.stratum]].add(link.control_site)
    told: set[str] = set()
    for unit, sites in linked.items():
        if unit not in land:
            continue
        tree = cKDTree(on_globe(*land[unit].T))
        asked = [(site, number) for site in sorted(sites - told) for number in controls[site]]
        numbers = np.array([number for _, number in asked], dtype=np.intp)
        x, y = points.x[numbers], points.y[numbers]
        near = land[unit][tree.query(on_globe(x, y))[1]]
        kilometres = np.asarray(Geod(ellps="WGS84").inv(x, y, near[:, 0], near[:, 1])[2]) / 1000
        for (site, number), distance in zip(asked, kilometres.tolist(), strict=True):
            if distance > farthest and site not in told:
                told.add(site)
                yield finding(
                    "control-distance-differs",
                    points.place(number, f"control site {site}"),
                    f"{distance:.0f} km from unit {unit}, {declared.get(site, 0.0):g} km declared",
                    farthest=farthest,
                )


def _controls(points: Points) -> dict[str, list[int]]:
    """Return the points of each control site."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in np.flatnonzero(points.of_control).tolist():
        found[points.control[number]].append(number)
    return found


def _land(project: Project, points: Points, valid: Mapping[str, Any]) -> dict[str, Floats]:
    """Return places on the land of each quantification unit, shape (places, 2)."""
    import shapely

    unit_of = {stratum.stratum: stratum.quantification_unit for stratum in project.strata}
    parts: dict[str, list[Floats]] = defaultdict(list)
    units = [unit_of.get(name, "") for name in points.stratum.tolist()]
    number: dict[str, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        number[unit].append(place)
    for unit, rows in number.items():
        if unit:
            parts[unit].append(np.column_stack([points.x[rows], points.y[rows]]))
    for stratum, shape in valid.items():
        if stratum in unit_of:
            parts[unit_of[stratum]].append(shapely.get_coordinates(shape))
    return {unit: np.concatenate(places) for unit, places in parts.items()}
