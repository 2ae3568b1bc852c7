"""Compare many projects: their land by outlines, their points by places, their cores by values.

Each is looked up in one index over all projects, so that a thousand of them cost about a thousand times one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from mollisol.audit.handed import handed_in
from mollisol.audit.overlap.found import Inside, Land, Member, Near, Overlaps, Shared, Values
from mollisol.methodology.findings import Finding, FindingsError, blocking
from mollisol.methodology.measurement import CoreIncrement, SamplePoint
from mollisol.methodology.project import ProjectHead
from mollisol.programmes.registry import programme_of, threshold_of
from mollisol.questions.places.overlaps import land_of_points, shared_land, shared_places
from mollisol.questions.profiles import Profiles, profiles_of
from mollisol.reading.intake import Handed, Intake
from mollisol.reading.outlines import area_ha, read_outlines
from mollisol.reading.project import read_head

MOST_OWNERS: Final = 50
_LIMITS: Final = (
    "mollisol.copies.chance", "mollisol.copies.least-scatter", "mollisol.overlap.seam", "mollisol.plan.farthest-move",
)  # fmt: skip
"""Rules that decide what is told. Two cores as near as one may lie from its plan may be one core."""

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What is compared of one project."""

    place: str
    head: ProjectHead
    outlines: dict[str, Any]
    points: tuple[str, ...]
    controls: NDArray[np.bool_]
    longitude: Floats
    latitude: Floats
    profiles: tuple[Profiles, ...]


def overlaps_of(paths: Sequence[Path]) -> Overlaps:
    """Return what projects have in common.

    Parameters
    ----------
    paths
        Bundles or project folders, two or more.

    Raises
    ------
    FindingsError
        If one of them cannot be read; it carries all findings.
    """
    limits: dict[str, float] = {}
    given: list[_Given] = []
    faults: list[Finding] = []
    notes: list[str] = []
    for path in paths:
        try:
            handed, _ = handed_in(path)
            intake, head = _head(handed)
            if not limits:
                programme = programme_of(head)
                limits = {name: float(threshold_of(programme, name).value) for name in _LIMITS}
            one, more = _given(str(path), intake, head, limits["mollisol.copies.least-scatter"])
            given.append(one)
            notes += more
        except FindingsError as error:
            faults += [_named(item, str(path)) for item in error.findings]
    if faults or not limits:
        raise FindingsError(faults)
    found: dict[tuple[int, int], dict[str, Any]] = defaultdict(dict)
    for part in (
        _land(given, limits["mollisol.overlap.seam"]),
        _near(given, limits["mollisol.plan.farthest-move"]),
        _inside(given),
        _values(given, limits["mollisol.copies.chance"]),
    ):
        for pair, shared in part.items():
            found[pair] |= shared
    members = tuple(_member(one) for one in given)
    return Overlaps(members, tuple(Shared(*pair, **found[pair]) for pair in sorted(found)), tuple(notes))


def _named(item: Finding, path: str) -> Finding:
    return item.model_copy(
        update={"where": item.where.model_copy(update={"file": f"{path}: {item.where.file}"})}
    )


def _head(handed: Handed) -> tuple[Intake, ProjectHead]:
    intake = Intake(handed)
    head = read_head(intake)
    if head is None:
        raise FindingsError(intake.findings)
    return intake, head


def _given(place: str, intake: Intake, head: ProjectHead, scatter: float) -> tuple[_Given, list[str]]:
    """Return what is compared of a project, and what of it is not."""
    import shapely

    points = intake.table("sample_points.csv", SamplePoint)
    cores = intake.table("core_increments.csv", CoreIncrement)
    notes: list[str] = []
    outlines: dict[str, Any] = {}
    if head.geometry_file and (content := intake.take(head.geometry_file)) is not None:
        outlines, findings = read_outlines(head.geometry_file, content)
        intake.findings += findings
    else:
        notes.append(f"{place}: no outlines, so that its land is not compared")
    if crossing := [name for name, shape in outlines.items() if not shape.is_valid]:
        notes.append(
            f"{place}: outlines that cross themselves were mended to be compared: {', '.join(crossing[:5])}"
        )
        outlines |= {name: shapely.make_valid(outlines[name]) for name in crossing}
    if blocking(intake.findings):
        raise FindingsError(blocking(intake.findings))
    longitude, latitude = (points.column(name).numbers() for name in ("longitude_deg", "latitude_deg"))
    there = np.flatnonzero(~np.isnan(longitude + latitude))
    if len(there) < len(points):
        notes.append(f"{place}: {len(points) - len(there)} of {len(points)} points have no coordinates")
    names = points.column("point").values()
    return _Given(
        place,
        head,
        outlines,
        tuple(names[number] for number in there.tolist()),
        points.column("control_site").given()[there],
        longitude[there],
        latitude[there],
        tuple(profiles_of(cores, scatter)),
    ), notes


def _member(one: _Given) -> Member:
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    return Member(
        one.place,
        one.head.name,
        len(one.outlines),
        sum(area_ha(ellipsoid, shape) for shape in one.outlines.values()),
        len(one.points),
        sum(len(profiles.rows) for profiles in one.profiles),
    )


type _Found = dict[tuple[int, int], dict[str, Any]]


def _land(given: Sequence[_Given], seam_ha: float) -> _Found:
    """Return the land that strata of each two projects share."""
    shapes = [shape for one in given for shape in one.outlines.values()]
    names = [(number, name) for number, one in enumerate(given) for name in one.outlines]
    found: dict[tuple[int, int], list[Land]] = defaultdict(list)
    for land in shared_land(shapes, [owner for owner, _ in names], seam_ha):
        (one, first), (other, second) = names[land.one], names[land.other]
        found[one, other].append(Land(first, second, land.area_ha))
    return {pair: {"land": tuple(parts)} for pair, parts in found.items()}


def _near(given: Sequence[_Given], metres: float) -> _Found:
    """Return the points of each two projects that are at one place."""
    owner, point = _numbered(given)
    longitude, latitude = (
        np.concatenate([getattr(one, name) for one in given]) for name in ("longitude", "latitude")
    )
    found: dict[tuple[int, int], list[Near]] = defaultdict(list)
    pairs, apart = shared_places(longitude, latitude, owner, metres)
    for (left, right), away in zip(pairs.tolist(), apart.tolist(), strict=True):
        one, other = given[int(owner[left])], given[int(owner[right])]
        a, b = int(point[left]), int(point[right])
        kinds = (bool(one.controls[a]), bool(other.controls[b]))
        found[int(owner[left]), int(owner[right])].append(Near(one.points[a], other.points[b], kinds, away))
    return {pair: {"near": tuple(parts)} for pair, parts in found.items()}


def _inside(given: Sequence[_Given]) -> _Found:
    """Return the points of a project that lie inside a stratum of another one."""
    shapes = [shape for one in given for shape in one.outlines.values()]
    names = [(number, name) for number, one in enumerate(given) for name in one.outlines]
    owner, point = _numbered(given)
    longitude, latitude = (
        np.concatenate([getattr(one, name) for one in given]) for name in ("longitude", "latitude")
    )
    found: dict[tuple[int, int], list[Inside]] = defaultdict(list)
    for place, shape in land_of_points(shapes, longitude, latitude).T.tolist():
        mine, (theirs, stratum) = int(owner[place]), names[shape]
        if mine != theirs:
            number = int(point[place])
            one = Inside(mine, given[mine].points[number], bool(given[mine].controls[number]), stratum)
            found[min(mine, theirs), max(mine, theirs)].append(one)
    return {pair: {"inside": tuple(parts)} for pair, parts in found.items()}


def _numbered(given: Sequence[_Given]) -> tuple[Places, Places]:
    """Return for each point of all projects its project, and its number there."""
    counts = [len(one.points) for one in given]
    owner = np.repeat(np.arange(len(given)), counts)
    return owner, np.concatenate([np.arange(count) for count in counts]) if counts else owner


def _values(given: Sequence[_Given], chance: float) -> _Found:
    """Return the samples of each two projects that agree in every number, and whether that may be chance."""
    same: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for layers in {profiles.soc.shape[1] for one in given for profiles in one.profiles}:
        parts = [
            (number, profiles)
            for number, one in enumerate(given)
            for profiles in one.profiles
            if profiles.soc.shape[1] == layers
        ]
        owner = np.repeat([number for number, _ in parts], [len(profiles.rows) for _, profiles in parts])
        labels = [
            f"{profiles.names[point]} in {profiles.campaigns[campaign]}"
            for _, profiles in parts
            for point, campaign in zip(profiles.point, profiles.campaign, strict=True)
        ]
        numbers = np.concatenate([np.hstack([p.upper, p.soc, p.mass]) for _, p in parts])
        odds = np.concatenate(
            [np.hstack([p.soc_chance[:, 1:], p.mass_chance]).prod(axis=1) for _, p in parts]
        )
        kinds = np.unique(numbers, axis=0, return_inverse=True)[1].reshape(-1)
        for rows in _together(kinds):
            whose: dict[int, list[str]] = defaultdict(list)
            for row in rows:
                whose[int(owner[row])].append(labels[row])
            for one, other in _pairs(sorted(whose)):
                same[one, other] += zip(whose[one], whose[other], strict=False)
        firsts: dict[int, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
        for number, first, odd in zip(
            owner.tolist(), numbers[:, layers].tolist(), odds.tolist(), strict=True
        ):
            firsts[number][first].append(odd)
        for one, other in same:
            for first, own in firsts[one].items():
                expected[one, other] += sum(own) * len(firsts[other].get(first, ()))
    found: _Found = {}
    looks = max(1, len(given) * (len(given) - 1) // 2)
    for pair, pairs in same.items():
        sure = bool(pdtrc(len(pairs) - 1, expected[pair]) * looks < chance)
        found[pair] = {"values": Values(tuple(pairs), expected[pair], sure)}
    return found


def _pairs(owners: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Return each two projects that share a profile; where very many do, each with the first of them."""
    return combinations(owners, 2) if len(owners) <= MOST_OWNERS else ((owners[0], one) for one in owners[1:])


def _together(kinds: Places) -> list[list[int]]:
    """Return the rows that have one kind with others, kind by kind."""
    order = np.argsort(kinds, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(kinds[order]) != 0])
    groups = np.split(order, starts[1:]) if len(order) else []
    return [group.tolist() for group in groups if len(group) > 1]
