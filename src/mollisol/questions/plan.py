"""The sampling plan against what was sampled: points, places, strata, depth, laboratory and campaigns."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from operator import eq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.periods import anniversary
from mollisol.methodology.checks.sampling import depth_otherwise
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.columns import Column, Columns, numbered
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import (
    PLACES_FILE,
    PLAN_FILE,
    PLAN_POINTS_FILE,
    PlanHead,
    PlannedStratum,
    SamplingPlan,
    unsampled,
)
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

INCREMENTS = "core_increments.csv"

_METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of the mean radius; over the metres asked about the ellipsoid changes nothing."""
_DAYS_PER_YEAR = 365.25


def check_plan(context: Context) -> list[Finding]:
    """Return what the plan says and the samples do not, and who dates it; a note where there is no plan."""
    project, rules, plan = context.project, context.rules, context.project.plan
    findings: list[Finding] = [*heard(_moved_between_campaigns, project, rules)]
    if plan is None:
        return [
            *findings,
            finding(
                "plan-missing",
                Place(file=PLAN_FILE),
                "no sampling plan: whether points were drawn and not handed in cannot be seen",
            ),
        ]
    findings += [
        *heard(_dated, project, plan),
        *heard(_seed, plan.head),
        *heard(_points, project, plan),
        *heard(_drawn_in, project, plan),
        *heard(_moved_from_plan, project, rules, plan),
        *heard(_strata, project, rules, plan.head),
        *heard(_kept, project, rules, plan.head),
    ]
    return gathered(findings)


def seed_of(head: PlanHead) -> int:
    """Return the seed that follows from frame and strata of a plan and its public value."""
    return seed_from(head.strata, head.frame_sha256, head.public_value)


def seed_from(strata: Iterable[PlannedStratum], frame_sha256: str, public_value: str) -> int:
    """Return the first eight hexadecimal digits of the SHA-256 of strata, frame and public value, one a line."""
    lines = [f"{item.stratum},{item.area_ha!r}" for item in strata]
    text = "\n".join([*lines, *filter(None, [frame_sha256]), public_value])
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _dated(project: Project, plan: SamplingPlan) -> Iterable[Finding]:
    head, where = plan.head, Place(file=PLAN_FILE, thing="made_on")
    dated = head.dated_by != "proponent" and head.dated_by_whom and head.dated_evidence
    vouched = dated and head.seed_by != "proponent"
    whom = f"dated by {head.dated_by} {head.dated_by_whom}".rstrip()
    whom += ", the seed is the proponent's choice" if head.seed_by == "proponent" else ""
    state = f"{'' if vouched else 'self-dated: '}made on {head.made_on}, SHA-256 {plan.sha256}, {whom}"
    yield finding("plan-dated" if vouched else "plan-self-dated", where, state)
    first = min(project.core_increments.column("sampled_on").labels, default=None)
    if first is not None and head.made_on > first:
        yield finding("plan-afterwards", where, f"made on {head.made_on}; the first core is of {first}")


def _seed(head: PlanHead) -> Iterable[Finding]:
    if head.seed_by == "public_value" and head.seed != seed_of(head):
        yield finding(
            "plan-seed-differs", Place(file=PLAN_FILE, thing="seed"), f"{head.seed}", seed=seed_of(head)
        )


def _points(project: Project, plan: SamplingPlan) -> Iterable[Finding]:
    """Yield points that are missing in a campaign that was measured, and points that the plan does not ask for."""
    campaigns = [campaign.name for campaign in project.head.campaigns]
    cores = project.core_increments
    cored, campaign_of = cores.column("point"), cores.column("campaign")
    drawn = plan.points.column("use").holds(partial(eq, "sample"))
    row = plan.points.find("point", cored)  # of each point that was cored
    names, strata, sites = (plan.points.column(name) for name in ("point", "stratum", "control_site"))
    excused: set[str] = {status.point for status in project.point_statuses}
    for campaign in campaigns:
        if campaign not in campaign_of.labels:
            continue
        told = unsampled(project.point_statuses, campaigns, campaign, campaign)
        there = numbered(cored.codes[campaign_of.codes == campaign_of.labels.index(campaign)])[0]
        measured = np.zeros(len(names.labels), dtype=np.bool_)
        measured[names.codes[row[there][row[there] >= 0]]] = True
        left = _at(names, np.flatnonzero(drawn & ~measured[names.codes]))
        missing = [name for name in left if name not in told]
        if missing:
            yield finding(
                "plan-point-missing",
                Place(file=PLAN_POINTS_FILE, thing=f"campaign {campaign}"),
                f"not measured, and no reason: {_some(missing)}",
            )
    if not sites.given().any():  # a plan of the project's side alone
        own = project.sample_points
        excused |= set(_at(own.column("point"), np.flatnonzero(own.column("control_site").given())))
    asked_for = np.zeros(len(names.labels), dtype=np.bool_)
    asked_for[names.codes[drawn]] = True
    planned = row >= 0
    planned[planned] = asked_for[names.codes[row[planned]]]
    others = (cored.labels[number] for number in np.flatnonzero(~planned).tolist())
    extra = sorted(name for name in others if name not in excused)
    if not extra:
        return
    home = {
        name: one or other or ""
        for name, one, other in zip(names.values(), strata.values(), sites.values(), strict=True)
    }
    everywhere = set(cored.labels)
    lost = {name for name in _at(names, np.flatnonzero(drawn)) if name in excused or name not in everywhere}
    replaced = Counter(home[name] for name in lost)
    for point in extra:
        if replaced[home.get(point, "")] > 0 and point in home:
            replaced[home[point]] -= 1
            continue
        kind = "a spare, and no point of its stratum or site was lost" if point in home else "not in the plan"
        yield finding("plan-point-extra", Place(file=INCREMENTS, thing=f"point {point}"), kind)


def _drawn_in(project: Project, plan: SamplingPlan) -> Iterable[Finding]:
    names = ("point", "stratum", "control_site", "sampling_unit", "part", "grid_row", "grid_column")
    points = project.sample_points
    if all(_alike(plan.points.column(name), points.column(name)) for name in names):
        return
    planned, given = ([table.column(name).values() for name in names] for table in (plan.points, points))
    drawn = {name: rest for name, *rest in zip(*planned, strict=True)}
    for number, values in enumerate(zip(*given, strict=True)):
        was = drawn.get(values[0])
        if was is not None and was != [*values[1:]]:
            before, now = (
                " / ".join(str(part) for part in those if part is not None) for those in (was, values[1:])
            )
            yield finding(
                "plan-point-restratified",
                Place(
                    file="sample_points.csv", row=int(points.row_numbers[number]), thing=f"point {values[0]}"
                ),
                f"{now}; drawn in {before}",
            )


def _alike(one: Column, other: Column) -> bool:
    """Return whether two columns have the same values in the same rows."""
    return one.labels == other.labels and np.array_equal(one.codes, other.codes)


def _at(column: Column, places: NDArray[np.intp]) -> list[str]:
    return [column.labels[code] for code in column.codes[places].tolist()]


def _moved_from_plan(project: Project, rules: RulesInForce, plan: SamplingPlan) -> Iterable[Finding]:
    """Yield points that were sampled far from where they were drawn: each core where it has a place of its own."""
    drawn, own, cored = _degrees(plan.points), project.sample_points, project.core_places
    for table in (cored, own) if len(cored) else (own,):
        name = table.column("point")
        row = plan.points.find("point", name)[name.codes]
        there = _degrees(table)
        placed = (row >= 0) & ~np.isnan(there + drawn[row]).any(axis=1)
        if table is own and len(cored):
            placed &= cored.find("point", name)[name.codes] < 0
        asked = np.flatnonzero(placed)
        if not asked.size:
            continue
        farthest = rules.number("mollisol.plan.farthest-move")
        far = metres_between(drawn[row[asked]], there[asked])
        for number in np.flatnonzero(far > farthest).tolist():
            place = int(asked[number])
            told = f"campaign {cored[place].campaign}" if table is cored else "sample_points.csv"
            yield _moved(
                PLAN_POINTS_FILE,
                name.labels[name.codes[place]],
                far[number],
                f"the plan and {told}",
                farthest,
            )


def _degrees(points: Columns[Any]) -> NDArray[np.float64]:
    """Return longitude and latitude of points, shape (points, 2)."""
    return np.stack([points.column(name).numbers() for name in ("longitude_deg", "latitude_deg")], axis=1)


def _moved_between_campaigns(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    order = {campaign.name: number for number, campaign in enumerate(project.head.campaigns)}
    of_point: dict[str, list[tuple[str, tuple[float, float]]]] = defaultdict(list)
    for item in sorted(project.core_places, key=lambda item: order[item.campaign]):
        of_point[item.point].append((item.campaign, (item.longitude_deg, item.latitude_deg)))
    pairs = [
        (point, one, other, f"campaigns {first} and {then}")
        for point, places in of_point.items()
        for (first, one), (then, other) in pairwise(places)
    ]
    if not pairs:
        return
    farthest = rules.number("mollisol.plan.farthest-move")
    far = metres_between(np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs]))
    for number in (far > farthest).nonzero()[0].tolist():
        point, _, _, told = pairs[number]
        yield _moved(PLACES_FILE, point, far[number], told, farthest)


def _moved(file: str, point: str, metres: float, words: str, farthest: float) -> Finding:
    where = Place(file=file, thing=f"point {point}")
    return finding("plan-point-moved", where, f"{metres:,.0f} m between {words}", farthest=farthest)


def metres_between(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of pairs of longitude and latitude, near by each other."""
    east = ((other[:, 0] - one[:, 0] + 180) % 360 - 180) * np.cos(np.radians((one[:, 1] + other[:, 1]) / 2))
    away: NDArray[np.float64] = _METRES_PER_DEGREE * np.hypot(east, other[:, 1] - one[:, 1])
    return away


def _strata(project: Project, rules: RulesInForce, head: PlanHead) -> Iterable[Finding]:
    tolerance = rules.number("mollisol.area.agreement")
    planned = {item.stratum: item.area_ha for item in head.strata}
    now = {item.stratum: item.area_ha for item in project.strata}
    for name in sorted(planned.keys() | now.keys()):
        was, area = planned.get(name), now.get(name)
        if was is None or area is None or abs(area - was) > tolerance * was:
            words = [
                "not in the plan" if was is None else f"{was:g} ha in the plan",
                "not in strata.csv" if area is None else f"{area:g} ha in strata.csv",
            ]
            yield finding(
                "plan-strata-changed",
                Place(file=PLAN_FILE, thing=f"stratum {name}"),
                ", ".join(words),
                tolerance=tolerance,
            )


def _kept(project: Project, rules: RulesInForce, head: PlanHead) -> Iterable[Finding]:
    cores = project.core_increments
    used = set(cores.column("laboratory_method").labels)
    if head.laboratory_methods and (other := sorted(used - set(head.laboratory_methods))):
        planned = ", ".join(head.laboratory_methods)
        where = Place(file=PLAN_FILE, thing="laboratory_methods")
        yield finding("plan-not-kept", where, f"used: {', '.join(other)}; planned: {planned}")
    sample = cores.column("sample")
    deepest = np.zeros(len(sample.labels))
    np.maximum.at(deepest, sample.codes, cores.column("lower_cm").numbers())
    shallow = sorted(sample.labels[place] for place in np.flatnonzero(deepest < head.depth_cm).tolist())
    if shallow:
        where = Place(file=PLAN_FILE, thing="depth_cm")
        state = f"{head.depth_cm:g} cm planned; less deep: {_some(shallow)}"
        state += depth_otherwise(float(deepest[deepest < head.depth_cm].max()), head.depth_cm)
        yield finding("plan-not-kept", where, state, clause="VM0042 2.2, section 8.2.1.4")
    yield from _campaigns(project, rules, head)


def _campaigns(project: Project, rules: RulesInForce, head: PlanHead) -> Iterable[Finding]:
    """Yield the campaigns that fell due between the first and the last one and were not held."""
    tolerance = rules.number("mollisol.interval.tolerance")
    share = rules.number("mollisol.plan.interval-share")
    days = sorted(project.core_increments.column("sampled_on").labels)
    if not days or head.interval_years is None:
        return
    begun, ended = days[0], days[-1]
    held = [(day - begun).days / _DAYS_PER_YEAR for day in days]
    due = head.interval_years
    while due < (ended - begun).days / _DAYS_PER_YEAR - tolerance:
        if not any(abs(years - due) <= max(tolerance, share * head.interval_years) for years in held):
            where = Place(file=PLAN_FILE, thing="interval_years")
            near = f"no campaign near {anniversary(begun, round(due))}"
            yield finding("plan-not-kept", where, f"{near}; planned every {head.interval_years:g} years")
        due += head.interval_years


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
