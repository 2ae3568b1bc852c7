"""Map of strata, sample points and control sites: no tiles, no network, lengths on the ellipsoid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from mollisol.methodology.project import Project
from mollisol.templates import drawing as draw
from mollisol.templates.filters import plural

type Ring = Sequence[tuple[float, float]]
type Outlines = Mapping[str, Sequence[Ring]]
"""Rings of longitude and latitude by stratum."""

_MOST_LABELS: Final = 25
_MOST_OUTLINES: Final = 2_000
"""More than so many are drawn as the cells of a grid that they lie in, and their points once a cell."""
_CELLS: Final = 40
"""Across the longer side."""
_FAR: Final = 2.0
"""A control site farther from the project than so many of its diagonals is told, not drawn."""
_ROUND: Final = (1, 2, 5)


class _Places(NamedTuple):
    project: list[tuple[float, float]]
    control: dict[str, tuple[float, float]]


def site_map(project: Project, outlines: Outlines) -> draw.Drawing:
    """Draw the outlines of the strata with sample points and control sites, a scale bar and an arrow to the north."""
    from pyproj import Geod

    places = _places(project)
    ellipsoid = Geod(ellps="WGS84")
    corners = [point for rings in outlines.values() for ring in rings for point in ring] + places.project
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    centre = ((west + east) / 2, (south + north) / 2)
    diagonal = ellipsoid.inv(west, south, east, north)[2] or 1000.0
    away = {site: ellipsoid.inv(*centre, *place)[2] for site, place in places.control.items()}
    far = {site: length for site, length in away.items() if length > _FAR * diagonal}
    drawn = {site: place for site, place in places.control.items() if site not in far}
    xs, ys = (
        [low, high, *(place[axis] for place in drawn.values())]
        for axis, (low, high) in enumerate(((west, east), (south, north)))
    )
    across = ellipsoid.inv(centre[0], centre[1], centre[0] + 0.01, centre[1])[2]
    along = ellipsoid.inv(centre[0], centre[1], centre[0], centre[1] + 0.01)[2]
    aspect = along / across
    margin = 0.06 * max((max(xs) - min(xs)), (max(ys) - min(ys)) * aspect) or 0.001
    frame = (min(xs) - margin, max(xs) + margin, min(ys) - 2.2 * margin / aspect, max(ys) + margin / aspect)
    height = draw.WIDTH * (frame[3] - frame[2]) * aspect / (frame[1] - frame[0])
    figure, (ax,) = draw.panels(1, 1, min(8.0, max(2.6, height)) + 0.2)
    _fit(ax, frame, aspect, figure)
    if len(outlines) > _MOST_OUTLINES:
        step = max(east - west, (north - south) * aspect) / _CELLS
        _draw_outlines(ax, {"": _cells(outlines, step, step / aspect)}, "Land of strata")
        _draw_places(ax, _one_a_cell(places.project, step, step / aspect), drawn)
    else:
        _draw_outlines(ax, outlines, "Stratum")
        _draw_places(ax, places.project, drawn)
    _draw_scale(ax, frame, margin, aspect, ellipsoid)
    draw.explain_marks(figure, [ax], 3)
    told = _told(project, outlines, places, far)
    if far:
        ax.note(_far_away(far), (ax.x.limits[0] or 0.0, ax.y.limits[1] or 0.0), colour=draw.SOFT, level="top")
    return draw.Drawing(figure, "map", "Strata, sample points and control sites", told)


def _places(project: Project) -> _Places:
    own: list[tuple[float, float]] = []
    control: dict[str, list[tuple[float, float]]] = {}
    for point in project.sample_points:
        if point.longitude_deg is None or point.latitude_deg is None:
            continue
        place = (point.longitude_deg, point.latitude_deg)
        if point.control_site:
            control.setdefault(point.control_site, []).append(place)
        else:
            own.append(place)
    middle = {
        site: (sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found))
        for site, found in control.items()
    }
    return _Places(own, middle)


def _one_a_cell(
    points: Sequence[tuple[float, float]], width: float, height: float
) -> list[tuple[float, float]]:
    """Return the first point of each cell of a grid."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for x, y in points:
        found.setdefault((math.floor(x / width), math.floor(y / height)), (x, y))
    return list(found.values())


def _cells(outlines: Outlines, width: float, height: float) -> list[Ring]:
    """Return the cells of a grid in which a corner of an outline lies."""
    corners = [point for rings in outlines.values() for ring in rings for point in ring]
    found = ((math.floor(x / width), math.floor(y / height)) for x, y in _one_a_cell(corners, width, height))
    return [
        [(x * width, y * height), ((x + 1) * width, y * height),
         ((x + 1) * width, (y + 1) * height), (x * width, (y + 1) * height)]
        for x, y in found
    ]  # fmt: skip


def _fit(
    ax: draw.Panel, frame: tuple[float, float, float, float], aspect: float, figure: draw.Figure
) -> None:
    """Set limits so that a length is as long along both axes, the frame in the middle."""
    west, east, south, north = frame
    wide, high = figure.size[0] - 16, figure.size[1] - 28
    across = max(east - west, (north - south) * aspect * wide / high)
    along = across / aspect * high / wide
    x, y = (west + east) / 2, (south + north) / 2
    ax.x.limits, ax.y.limits = [x - across / 2, x + across / 2], [y - along / 2, y + along / 2]
    ax.x.places = ax.y.places = ()


def _draw_outlines(ax: draw.Panel, outlines: Outlines, label: str) -> None:
    if rings := [ring for own in outlines.values() for ring in own]:
        ax.areas(rings, colour=draw.LAND, edge=draw.INK, label=label)
    if label == "Stratum" and len(outlines) <= _MOST_LABELS:
        for name, own in outlines.items():
            outer = own[0]
            x = (min(x for x, _ in outer) + max(x for x, _ in outer)) / 2
            y = max(y for _, y in outer)
            ax.note(draw.short(name), (x, y), (0, -3), side="middle", level="top", size=7)


def _draw_places(
    ax: draw.Panel, points: Sequence[tuple[float, float]], control: Mapping[str, tuple[float, float]]
) -> None:
    if points:
        size = 1.6 if len(points) > 200 else 3.6
        ax.marks(points, "o", size, colour=draw.PROJECT, label="Sample point of the project")
    if control:
        size = 3 if len(control) > 60 else 5
        look: dict[str, Any] = {"colour": draw.CONTROL, "fill": "#fff", "width": 1.2}
        ax.marks(list(control.values()), "s", size, label="Control site", **look)


def _draw_scale(
    ax: draw.Panel, frame: tuple[float, float, float, float], margin: float, aspect: float, ellipsoid: Any
) -> None:
    west, east, south, _ = frame
    base = south + 0.75 * margin / aspect
    width = ellipsoid.inv(west, base, east, base)[2]
    power = 10 ** math.floor(math.log10(width / 4))
    length = max(step * power for step in _ROUND if step * power <= width / 3)
    start = west + 0.5 * margin
    end = ellipsoid.fwd(start, base, 90, length)[0]
    ax.segments([((start, base), (end, base))], colour=draw.INK, width=2)
    told = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    ax.note(told, ((start + end) / 2, base), (0, 3), side="middle")
    at, foot = east - 0.5 * margin, south + 0.3 * margin / aspect
    ax.segments([((at, foot), (at, foot + 0.8 * margin / aspect))], colour=draw.INK, width=1.2)
    ax.marks([(at, foot + 0.8 * margin / aspect)], "^", 5, colour=draw.INK)
    ax.note("N", (at, foot + 0.8 * margin / aspect), (0, 6), side="middle", size=8, bold=True)


def _far_away(far: Mapping[str, float]) -> str:
    near, wide = min(far.values()) / 1000, max(far.values()) / 1000
    away = f"{near:.0f} km" if round(near) == round(wide) else f"{near:.0f} to {wide:.0f} km"
    return f"{plural(len(far), 'control site')} outside the map, {away} away"


def _told(project: Project, outlines: Outlines, places: _Places, far: Mapping[str, float]) -> str:
    area = sum(stratum.area_ha for stratum in project.strata)
    parts = [
        f"{plural(len(outlines), 'stratum', 'strata')} of together {area:,.6g} ha",
        plural(len(places.project), "sample point") + " of the project",
        plural(len(places.control), "control site"),
    ]
    return "; ".join(parts + ([_far_away(far)] if far else []))
