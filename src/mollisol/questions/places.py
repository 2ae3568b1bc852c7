"""Places: outlines held against declared areas and points, points against each other and against project land.

Areas are taken on the WGS 84 ellipsoid with pyproj; shapes are judged with shapely.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import likely_causes
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, blocking, finding
from mollisol.methodology.project import Project, QuantificationUnit, Stratum
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.reading.outlines import area_ha, read_outlines

POINTS = "sample_points.csv"
_SHARED_AREA_HA = 1e-4
"""Overlaps up to a square metre are seams of digitising."""

type _Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the file of outlines gave: sound shapes and their areas in ha by stratum, those at fault, and findings."""

    file: str = ""
    valid: Mapping[str, Any] = field(default_factory=dict)
    crossing: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def outlines_drawn(project: Project, inputs: Mapping[str, bytes]) -> Outlines:
    """Return the outlines of a project, read once."""
    import shapely
    from pyproj import Geod

    file = project.head.geometry_file
    if not file:
        where = Place(file="project.toml", thing="geometry_file")
        return Outlines(findings=(finding("geometry-missing", where, "no polygons"),))
    polygons, findings = read_outlines(file, inputs[file])
    if blocking(findings):
        return Outlines(file, findings=tuple(findings))
    ellipsoid = Geod(ellps="WGS84")
    valid = {name: polygon for name, polygon in polygons.items() if polygon.is_valid}
    crossing = {name: shapely.is_valid_reason(shape) for name, shape in polygons.items() if name not in valid}
    areas = {name: area_ha(ellipsoid, polygon) for name, polygon in valid.items()}
    return Outlines(file, valid, crossing, areas, tuple(findings))


def counted_areas(
    project: Project, inputs: Mapping[str, bytes], rules: RulesInForce
) -> tuple[Project, Outlines]:
    """Return the project with the smaller of declared and drawn area in each stratum, and its outlines.

    A tolerance between the two is for error and not for gain. Areas of units fall by what their strata lose. Beyond
    the tolerance nothing is counted: the difference blocks.
    """
    outlines = outlines_drawn(project, inputs)
    tolerance = rules.number("mollisol.area.agreement")
    lost: dict[str, float] = defaultdict(float)
    strata = []
    for stratum in project.strata:
        less = stratum.area_ha - outlines.areas.get(stratum.stratum, stratum.area_ha)
        less = less if 0 < less <= tolerance * stratum.area_ha else 0.0
        lost[stratum.quantification_unit] += less
        strata.append(stratum.model_copy(update={"area_ha": stratum.area_ha - less}))
    if not any(lost.values()):
        return project, outlines
    units = [
        unit.model_copy(update={"area_ha": unit.area_ha - lost[unit.quantification_unit]})
        for unit in project.quantification_units
    ]
    tables = {
        "strata": Columns.of(Stratum, strata, project.strata.file),
        "quantification_units": Columns.of(QuantificationUnit, units, project.quantification_units.file),
    }
    counted, declared = (f"{sum(row.area_ha for row in rows):.4g}" for rows in (strata, project.strata))
    state = f"{counted} ha count of {declared} ha declared"
    if counted != declared:
        noted = finding("area-drawn-counts", Place(file=outlines.file), state)
        outlines = replace(outlines, findings=(*outlines.findings, noted))
    return project.model_copy(update=tables), outlines


def check_places(project: Project, outlines: Outlines, rules: RulesInForce) -> list[Finding]:
    """Return what is wrong with outlines and coordinates: against declared strata and areas, and each other."""
    valid, findings = outlines.valid, [*outlines.findings]
    if blocking(findings):
        return findings
    if outlines.file:
        findings += [*_strata_match(project, outlines), *_areas(project, outlines, rules)]
        findings += _overlaps(valid, outlines.file)
    points = _Points(project)
    exchanged = [*_exchanged(points, valid)]
    findings += exchanged or gathered(_outside(points, valid))
    if not exchanged:
        findings += gathered(_controls_on_project_land(points, valid))
    return [*findings, *gathered(_at_one_place(points))]


class _Points:
    """The sample points that have coordinates, in columns."""

    def __init__(self, project: Project) -> None:
        table = project.sample_points
        longitude, latitude = (table.column(name).numbers() for name in ("longitude_deg", "latitude_deg"))
        given = np.flatnonzero(~np.isnan(longitude + latitude))
        self.rows = table.row_numbers[given]
        self.x, self.y = longitude[given], latitude[given]
        names = ("point", "stratum", "control_site", "sampling_unit")
        self.names, self.stratum, self.control, self.unit = (
            np.array(table.column(name).values(), dtype=object)[given] for name in names
        )
        self.of_control = np.array([site is not None for site in self.control], dtype=np.bool_)

    def inside(self, valid: Mapping[str, Any], x: NDArray[np.float64], y: NDArray[np.float64]) -> _Flags:
        """Return for each point whether a place lies in its stratum; also beyond 180 degrees."""
        import shapely

        inside = np.zeros(len(self.rows), dtype=np.bool_)
        for name, polygon in valid.items():
            own = np.flatnonzero(self.stratum == name)
            shapely.prepare(polygon)
            for turn in (0.0, 360.0) if polygon.bounds[2] > 180 else (0.0,):
                inside[own] |= shapely.covers(polygon, shapely.points(x[own] + turn, y[own]))
        return inside

    def place(self, number: int, thing: str = "") -> Place:
        """Return where a point stands."""
        return Place(file=POINTS, row=int(self.rows[number]), thing=thing or f"point {self.names[number]}")


def _strata_match(project: Project, outlines: Outlines) -> Iterable[Finding]:
    strata, file = {stratum.stratum for stratum in project.strata}, outlines.file
    drawn = {*outlines.valid, *outlines.crossing}
    for name in sorted(strata - drawn):
        yield finding("polygon-missing", Place(file=file, thing=f"stratum {name}"), "no polygon")
    for name in sorted(drawn - strata):
        yield finding(
            "unknown-reference",
            Place(file=file, thing=f"stratum {name[:60]}"),
            "no such stratum",
            table="strata.csv",
            clause="VM0042 2.2, section 9.1, parameter A",
        )
    for name, reason in outlines.crossing.items():
        yield finding("polygon-self-crossing", Place(file=file, thing=f"stratum {name}"), reason)


def _areas(project: Project, outlines: Outlines, rules: RulesInForce) -> Iterable[Finding]:
    tolerance = rules.number("mollisol.area.agreement")
    for stratum in project.strata:
        drawn = outlines.areas.get(stratum.stratum)
        if drawn is not None and abs(drawn - stratum.area_ha) > tolerance * stratum.area_ha:
            yield finding(
                "area-mismatch",
                Place(file=outlines.file, thing=f"stratum {stratum.stratum}"),
                f"{drawn:.4g} ha on the ellipsoid, {stratum.area_ha:.4g} ha declared"
                + (f"; {likely_causes('area', stratum.area_ha / drawn)}" if drawn else ""),
                allowed=f"the declared area, within {tolerance:.0%}",
                do="correct the outline or strata.csv",
            )


def _overlaps(valid: Mapping[str, Any], file: str) -> Iterable[Finding]:
    from pyproj import Geod
    from shapely import STRtree

    ellipsoid = Geod(ellps="WGS84")
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


def _exchanged(points: _Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return where most points lie in their strata once longitude and latitude are exchanged, and not as they are."""
    drawn = np.isin(points.stratum.astype(str), list(valid))
    if not drawn.any():
        return
    given, turned = points.inside(valid, points.x, points.y), points.inside(valid, points.y, points.x)
    if turned.sum() > max(given.sum(), drawn.sum() / 2):
        yield finding(
            "coordinates-exchanged",
            Place(file=POINTS, column="longitude_deg"),
            f"{given.sum()} of {drawn.sum()} points lie in their stratum as they are, "
            f"{turned.sum()} with latitude and longitude exchanged",
        )


def _outside(points: _Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return points outside the outline of their stratum, with what would explain it."""
    import shapely

    drawn = np.isin(points.stratum.astype(str), list(valid))
    outside = np.flatnonzero(drawn & ~points.inside(valid, points.x, points.y))
    if not outside.size:
        return
    explained = (
        (points.inside(valid, points.y, points.x), "inside with latitude and longitude exchanged"),
        (points.inside(valid, -points.x, points.y), "inside with the other sign of the longitude"),
        (points.inside(valid, points.x, -points.y), "inside with the other sign of the latitude"),
    )
    for number in outside.tolist():
        x, y = float(points.x[number]), float(points.y[number])
        causes = [words for flags, words in explained if flags[number]]
        causes += [
            f"inside stratum {name}" for name, shape in valid.items() if shapely.contains_xy(shape, x, y)
        ]
        yield finding(
            "point-outside-stratum",
            points.place(number),
            f"{x}, {y} outside {points.stratum[number]}" + "".join(f"; {cause}" for cause in causes),
        )


def _controls_on_project_land(points: _Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return control points inside an outline of the project, or at the place of a project point."""
    import shapely

    own = {
        (x, y): n for n, (x, y) in enumerate(zip(points.x, points.y, strict=True)) if not points.of_control[n]
    }
    controls = np.flatnonzero(points.of_control)
    names, tree = list(valid), shapely.STRtree(list(valid.values()))
    found = tree.query(shapely.points(points.x[controls], points.y[controls]), predicate="within")
    land = dict(zip(controls[found[0]].tolist(), found[1].tolist(), strict=True))
    for number in controls.tolist():
        same = own.get((points.x[number], points.y[number]))
        if number in land or same is not None:
            state = f"inside stratum {names[land[number]]} of the project" if number in land else ""
            if same is not None:
                state += ", " * bool(state) + f"at the place of project point {points.names[same]}"
            thing = f"control site {points.control[number]}, point {points.names[number]}"
            yield finding("control-inside-project", points.place(number, thing), state)


def _at_one_place(points: _Points) -> Iterable[Finding]:
    """Return places at which several sampling units, strata or control sites have points."""
    places: dict[tuple[float, float], list[int]] = {}
    for number, at in enumerate(zip(points.x.tolist(), points.y.tolist(), strict=True)):
        places.setdefault(at, []).append(number)
    for (x, y), numbers in places.items():
        sides = {bool(points.of_control[n]) for n in numbers}
        if len({points.unit[n] for n in numbers}) > 1 and len(sides) == 1:  # both sides: told as a control
            names = ", ".join(map(str, points.names[numbers[:5]])) + ", ..." * (len(numbers) > 5)
            state = f"{len(numbers)} points of different sampling units at the same place, {x}, {y}: {names}"
            yield finding("points-at-one-place", points.place(numbers[0]), state)


def check_distances(project: Project, farthest: float) -> Iterable[Finding]:
    """Return control sites whose points lie farther from the nearest project point than is allowed."""
    import shapely
    from pyproj import Geod

    points = _Points(project)
    own, controls = np.flatnonzero(~points.of_control), np.flatnonzero(points.of_control)
    if not own.size or not controls.size:
        return
    declared = {site.control_site: site.distance_km for site in project.control_sites}
    tree = shapely.STRtree(
        np.atleast_1d(np.asarray(shapely.points(points.x[own], points.y[own]), dtype=np.object_))
    )
    near = own[tree.nearest(shapely.points(points.x[controls], points.y[controls]))]
    _, _, metres = Geod(ellps="WGS84").inv(
        points.x[controls], points.y[controls], points.x[near], points.y[near]
    )
    told: set[str] = set()
    for number, distance in zip(controls.tolist(), np.asarray(metres) / 1000, strict=True):
        site = points.control[number]
        if distance > farthest >= declared.get(site, 0.0) and site not in told:
            told.add(site)
            state = (
                f"{distance:.0f} km from the nearest project point, {declared.get(site, 0.0):g} km declared"
            )
            yield finding(
                "control-distance-differs",
                points.place(number, f"control site {site}"),
                state,
                farthest=farthest,
            )
