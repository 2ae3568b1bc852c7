"""Places: outlines held against declared areas and points, points against each other and against project land.

Areas are taken on the WGS 84 ellipsoid with pyproj; shapes are judged with shapely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import likely_causes
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding, Place, blocking, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.questions.places.distances import check_distances
from mollisol.questions.places.fields import check_fields
from mollisol.questions.places.outlines import Outlines
from mollisol.questions.places.overlaps import land_of_points, shared_land
from mollisol.questions.places.points import POINTS, Points
from mollisol.reading.outlines import area_ha

_FARTHEST = "programme.control.greatest-distance"


def check_places(project: Project, outlines: Outlines, rules: RulesInForce) -> list[Finding]:
    """Return what is wrong with outlines and coordinates: against declared strata and areas, and each other."""
    valid, findings = outlines.valid, [*outlines.findings]
    if outlines.file and not blocking(findings):
        findings += [*heard(_strata_match, project, outlines), *heard(_areas, project, outlines, rules)]
        seam = rules.number("mollisol.overlap.seam")
        findings += [*_overlaps(valid, outlines.file, seam), *heard(check_fields, project, outlines, rules)]
    return [*findings, *heard(_of_points, project, valid, rules)]


def _of_points(project: Project, valid: Mapping[str, Any], rules: RulesInForce) -> Iterator[Finding]:
    points = Points(project)
    exchanged = [*_exchanged(points, valid)]
    yield from exchanged or gathered(_outside(points, valid))
    if not exchanged:
        yield from gathered(_controls_on_project_land(points, valid))
    yield from [*gathered(_at_one_place(points)), *_not_located(project, points)]
    if not exchanged and project.measured_controls and rules.has(_FARTHEST):
        yield from check_distances(project, points, valid, rules.number(_FARTHEST))


def _not_located(project: Project, points: Points) -> Iterable[Finding]:
    """Yield how many points have a place neither as they were drawn nor as they were sampled."""
    table = project.sample_points
    if len(points.rows) == len(table):
        return
    placed = {*points.names, *project.core_places.column("point").values()}
    nowhere = [name for name in table.column("point").values() if name not in placed]
    if nowhere:
        where = Place(file=POINTS, column="longitude_deg")
        state = f"{len(nowhere)} of {len(table)} points without a place, such as {nowhere[0]}"
        yield finding("points-not-located", where, state)


def _strata_match(project: Project, outlines: Outlines) -> Iterable[Finding]:
    strata, file = {stratum.stratum for stratum in project.strata}, outlines.file
    drawn = {*outlines.valid, *outlines.crossing}
    for name in sorted(strata - drawn):
        yield finding("polygon-missing", Place(file=file, thing=f"stratum {name}"), "no polygon")
    for name in sorted(drawn - strata):
        yield finding(
            "unknown-reference",
            Place(file=file, thing=f"stratum {name[:60]}"),
            f"no such stratum{did_you_mean(name, strata)}",
            table="strata.csv",
            clause="VM0042 2.2, section 9.1, parameter A",
        )
    for name, reason in outlines.crossing.items():
        yield finding("polygon-self-crossing", Place(file=file, thing=f"stratum {name}"), reason)


def _overlaps(valid: Mapping[str, Any], file: str, seam_ha: float) -> Iterable[Finding]:
    names = list(valid)
    for land in shared_land(list(valid.values()), names, seam_ha):
        yield finding(
            "polygons-overlap",
            Place(file=file, thing=f"strata {names[land.one]}, {names[land.other]}"),
            f"{land.area_ha:.4g} ha in both",
        )


def _areas(project: Project, outlines: Outlines, rules: RulesInForce) -> Iterable[Finding]:
    tolerance = rules.number("mollisol.area.agreement")
    for stratum in project.strata:
        drawn = outlines.areas.get(stratum.stratum)
        if drawn is not None and abs(drawn - stratum.area_ha) > tolerance * stratum.area_ha:
            yield finding(
                "area-mismatch",
                Place(file=outlines.file, thing=f"stratum {stratum.stratum}"),
                f"{drawn:.4g} ha on the ellipsoid, {stratum.area_ha:.4g} ha declared"
                + _why(outlines.valid[stratum.stratum], drawn, stratum.area_ha, tolerance),
                allowed=f"the declared area, within {tolerance:.0%}",
                do="correct the outline or strata.csv",
            )


def _why(shape: Any, drawn: float, declared: float, tolerance: float) -> str:
    """Return in words what would explain an area that differs from the declared one."""
    import shapely
    from pyproj import Geod

    west, _, east, _ = shape.bounds
    if west >= -90 and east <= 90:
        turned = area_ha(
            Geod(ellps="WGS84"), shapely.transform(shapely.force_2d(shape), lambda xy: xy[:, ::-1])
        )
        if abs(turned - declared) <= tolerance * declared:
            return f"; {turned:.4g} ha with latitude and longitude exchanged"
    return f"; {likely_causes('area', declared / drawn)}" if drawn else ""


def _exchanged(points: Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return where most points lie in their strata once longitude and latitude are exchanged, and not as they are."""
    drawn = points.home(valid) >= 0
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


def _outside(points: Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return points outside the outline of their stratum, with what would explain it."""
    drawn = points.home(valid) >= 0
    outside = np.flatnonzero(drawn & ~points.inside(valid, points.x, points.y))
    if not outside.size:
        return
    explained = (
        (points.inside(valid, points.y, points.x), "inside with latitude and longitude exchanged"),
        (points.inside(valid, -points.x, points.y), "inside with the other sign of the longitude"),
        (points.inside(valid, points.x, -points.y), "inside with the other sign of the latitude"),
    )
    elsewhere = _strata_of(points, outside, valid)
    for number in outside.tolist():
        x, y = float(points.x[number]), float(points.y[number])
        causes = [words for flags, words in explained if flags[number]]
        causes += [f"inside stratum {name}" for name in elsewhere.get(number, ())]
        yield finding(
            "point-outside-stratum",
            points.place(number),
            f"{x}, {y} outside {points.stratum[number]}" + "".join(f"; {cause}" for cause in causes),
        )


def _strata_of(points: Points, numbers: Any, valid: Mapping[str, Any]) -> dict[int, list[str]]:
    """Return the strata that some points lie in, by the number of the point."""
    names = list(valid)
    found: dict[int, list[str]] = {}
    for point, shape in land_of_points(list(valid.values()), points.x[numbers], points.y[numbers]).T.tolist():
        found.setdefault(int(numbers[point]), []).append(names[shape])
    return found


def _controls_on_project_land(points: Points, valid: Mapping[str, Any]) -> Iterable[Finding]:
    """Return control points inside an outline of the project, or at the place of a project point."""
    controls = np.flatnonzero(points.of_control)
    shared = np.flatnonzero(points.shared & ~points.of_control)
    own = {(points.x[n], points.y[n]): n for n in shared.tolist()}
    land = _strata_of(points, controls, valid)
    for number in controls.tolist() if own or land else ():
        same = own.get((points.x[number], points.y[number]))
        if number in land or same is not None:
            state = f"inside stratum {land[number][0]} of the project" if number in land else ""
            if same is not None:
                state += ", " * bool(state) + f"at the place of project point {points.names[same]}"
            thing = f"control site {points.control[number]}, point {points.names[number]}"
            yield finding("control-inside-project", points.place(number, thing), state)


def _at_one_place(points: Points) -> Iterable[Finding]:
    """Return places at which several sampling units, strata or control sites have points."""
    places: dict[tuple[float, float], list[int]] = {}
    for number in np.flatnonzero(points.shared).tolist():
        places.setdefault((float(points.x[number]), float(points.y[number])), []).append(number)
    for (x, y), numbers in places.items():
        sides = {bool(points.of_control[n]) for n in numbers}
        if len({points.unit[n] for n in numbers}) > 1 and len(sides) == 1:  # both sides: told as a control
            names = ", ".join(map(str, points.names[numbers[:5]])) + ", ..." * (len(numbers) > 5)
            state = f"{len(numbers)} points of different sampling units at the same place, {x}, {y}: {names}"
            yield finding("points-at-one-place", points.place(numbers[0]), state)
