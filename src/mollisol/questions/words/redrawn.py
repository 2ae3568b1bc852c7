"""The points of a plan drawn again: a seed that gives other points than the planned ones did not draw them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import PLAN_FILE, PLAN_POINTS_FILE, SamplingPlan
from mollisol.methodology.project import Project
from mollisol.questions.places.outlines import Outlines, frame_on
from mollisol.questions.plan import metres_between
from mollisol.uncertainty.planning.places import DRAWN_WITH, draw_places

type Degrees = NDArray[np.float64]

_SAME_M = 1.0
"""Coordinates are written to a centimetre; what lies farther apart was not drawn there."""


def check_redrawn(project: Project, outlines: Outlines) -> Iterator[Finding]:
    """Yield where frame, strata and seed give other points than the plan has, or why that cannot be told."""
    plan = project.plan
    if plan is None:
        return
    where = Place(file=PLAN_FILE, thing="seed")
    frame = frame_on(project, outlines, plan.head.made_on)
    if why := _why_not(plan, outlines, frame):
        yield finding("plan-not-redrawn", where, why)
        return
    planned = _planned(plan)
    for stratum in plan.head.strata:
        points = planned[stratum.stratum]
        places = [place for _, place in points]
        drawn = np.array(
            draw_places(frame[stratum.stratum], len(places), name=stratum.stratum, seed=plan.head.seed)
        ).reshape(-1, 2)
        samples = sum(use == "sample" for use, _ in points)
        apart = _apart(places[:samples], drawn[:samples]) + _apart(places[samples:], drawn[samples:])
        if apart:
            yield finding(
                "plan-points-not-drawn",
                Place(file=PLAN_POINTS_FILE, thing=f"stratum {stratum.stratum}"),
                f"{apart} of {len(places)} points are not those that seed {plan.head.seed} draws",
            )


def _why_not(plan: SamplingPlan, outlines: Outlines, frame: Mapping[str, Any]) -> str:
    """Return why points cannot be drawn again; empty where they can."""
    if plan.head.drawn_with != DRAWN_WITH:
        by = f"drawn with {plan.head.drawn_with}" if plan.head.drawn_with else "drawn_with says nothing"
        return f"{by}: whether seed {plan.head.seed} gives these points cannot be seen here"
    if plan.head.frame_sha256 != outlines.sha256:
        return f"the outlines are not those of the plan, {plan.head.frame_sha256[:12]}..."
    if missing := [item.stratum for item in plan.head.strata if item.stratum not in frame]:
        return f"no sound outline of stratum {', '.join(missing[:5])}"
    placed = plan.points.column("longitude_deg").given() | plan.points.column("control_site").given()
    return "" if placed.all() else "points without a place"


def _planned(plan: SamplingPlan) -> dict[str, list[tuple[str, tuple[float, float]]]]:
    """Return use and place of the points of each stratum, samples before spares."""
    names = ("stratum", "use", "longitude_deg", "latitude_deg")
    of: dict[str, list[tuple[str, tuple[float, float]]]] = defaultdict(list)
    columns = (plan.points.column(name).values() for name in names)
    for stratum, use, longitude, latitude in zip(*columns, strict=True):
        if stratum is not None:
            of[stratum].append((use, (longitude, latitude)))
    for points in of.values():
        points.sort(key=lambda point: point[0] != "sample")
    return of


def _apart(places: Sequence[tuple[float, float]], drawn: Degrees) -> int:
    """Return how many planned places lie beside no drawn one, in whatever order they stand."""
    from scipy.spatial import KDTree

    if not places:
        return 0
    planned = np.array(places)
    nearest = KDTree(drawn).query(planned)[1]
    return int(np.count_nonzero(metres_between(planned, drawn[nearest]) > _SAME_M))
