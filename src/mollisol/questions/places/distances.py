"""How far control sites lie from the land of the units that they are linked to, by their coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

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
    from scipy.spatial import cKDTree

    declared = {site.control_site: site.distance_km for site in project.control_sites}
    controls = _controls(points)
    linked = _far(project, points, controls, declared, farthest)
    land = _land(project, points, valid) if linked else {}
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


_NEARLY = 0.98
"""A great circle on the sphere is as long as on the ellipsoid to within one per cent."""


def _far(
    project: Project,
    points: Points,
    controls: Mapping[str, list[int]],
    declared: Mapping[str, float],
    farthest: float,
) -> dict[str, set[str]]:
    """Return the sites linked to each unit, those left out that are near enough to some point of the unit."""
    columns = (project.strata.column(name).values() for name in ("stratum", "quantification_unit"))
    unit_of = dict(zip(*columns, strict=True))
    own = np.flatnonzero(~points.of_control)
    some_point = {unit_of.get(points.stratum[number], ""): number for number in own.tolist()}
    links = (project.control_links.column(name).values() for name in ("stratum", "control_site"))
    pairs = {
        (unit_of[stratum], site): None
        for stratum, site in zip(*links, strict=True)
        if site in controls and declared.get(site, 0.0) <= farthest
    }
    near = np.array([some_point.get(unit, -1) for unit, _ in pairs], dtype=np.intp)
    globe, beyond = on_globe(points.x, points.y), near < 0
    most = max(map(len, controls.values()), default=0)
    for number in range(most):  # the first point of each site, then the second, and so on
        point = {site: rows[min(number, len(rows) - 1)] for site, rows in controls.items()}
        there = np.array([point[site] for _, site in pairs], dtype=np.intp)
        beyond |= np.linalg.norm(globe[near] - globe[there], axis=1) > _NEARLY * farthest * 1000
    linked: dict[str, set[str]] = defaultdict(set)
    for (unit, site), far in zip(pairs, beyond.tolist(), strict=True):
        if far:
            linked[unit].add(site)
    return linked


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
