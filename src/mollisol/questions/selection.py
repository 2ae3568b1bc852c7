"""Selection: points that were drawn and not handed in, and what the points that were lost could hide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import project_of_period
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.measurement import STATUS_FILE, SamplePoint, unsampled
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.units import CO2E_PER_C
from mollisol.run import material_share
from mollisol.stocks.samples import Samples

_NUMBER = re.compile(r"\d{1,6}")


def check_selection(context: Context) -> list[Finding]:
    """Return what the ids of the points say of points that are not there."""
    project = context.project
    if project.plan is not None:  # the plan says which points there are
        return []
    most = context.rules.number("mollisol.selection.numbering-gaps")
    fewest = context.rules.number("mollisol.selection.fewest-missing")
    filled = context.rules.number("mollisol.selection.least-filled")
    points, of_sites = project.sample_points, _sites_left_out(project, filled)
    findings = [*_told_of_sites(project, of_sites)]
    of_control = points.column("control_site").given()
    excused = set(project.point_statuses.column("point").values())
    for side, chosen in (("project", ~of_control), ("control sites", of_control)):
        names = [name for column in ("point", "sampling_unit") for name in _names(points, column, chosen)]
        gaps, there = numbering_gaps([*names, *excused] if names else (), filled)
        gaps = {start: few for start, few in gaps.items() if start not in of_sites}
        missing = [name for sequence in gaps.values() for name in sequence]
        if len(missing) < fewest or len(missing) <= most * (there + len(missing)):
            continue
        shown = "; ".join(f"{', '.join(few[:5])}" for few in list(gaps.values())[:6])
        state = f"{side}: {len(missing)} numbers missing beside {there} points: {shown}"
        findings.append(
            finding(
                "numbering-gaps",
                Place(file="sample_points.csv", column="point", thing=side),
                state,
                most=most,
            )
        )
    return findings


def _names(points: Columns[SamplePoint], column: str, chosen: NDArray[np.bool_]) -> list[str]:
    """Return the distinct names of a column in chosen rows."""
    values = points.column(column)
    return [values.labels[code] for code in np.unique(values.codes[chosen]).tolist() if values.labels[code]]


def _sites_left_out(project: Project, filled: float) -> dict[str, list[str]]:
    """Return the numbers of control sites that are missing, by what stands before them."""
    sites = set(project.control_sites.column("control_site").labels)
    gaps, there = numbering_gaps([*sites, *project.point_statuses.column("point").values()], filled)
    of_sites = {start: few for start, few in gaps.items() if any(name.startswith(start) for name in sites)}
    return of_sites if sum(map(len, of_sites.values())) <= there else {}


def _told_of_sites(project: Project, missing: Mapping[str, Sequence[str]]) -> Iterable[Finding]:
    """Yield one finding on sites that are missing: there are few sites, and each carries much of the baseline."""
    if missing:
        names = [name for few in missing.values() for name in few]
        sites = sorted(project.control_sites.column("control_site").labels)
        where = Place(file="control_sites.csv", column="control_site")
        state = f"{', '.join(names[:5])} beside {', '.join(sites[:8])}"
        yield finding("control-sites-numbered-with-gaps", where, state)


def numbering_gaps(names: Iterable[str], least_filled: float) -> tuple[dict[str, list[str]], int]:
    """Return the ids that sequences of names leave out, by what stands before the number, and how many are there.

    A sequence starts at 1, or at its first number where that is above 2; sparse numbers are none.
    """
    numbers: dict[str, dict[int, str]] = defaultdict(dict)
    for name in names:
        for match in _NUMBER.finditer(name):  # F1-02-b says that there is F1, and F1-02
            numbers[name[: match.start()]][int(match[0])] = match[0]
    gaps: dict[str, list[str]] = {}
    there = 0
    for prefix, written in sorted(numbers.items()):
        first, last = min(written), max(written)
        span = range(first if first > 2 else 1, last + 1)
        if len(written) < 2 or len(written) < least_filled * len(span):
            continue
        width = min(map(len, written.values())) if any(text[0] == "0" for text in written.values()) else 1
        there += len(written)
        if missing := [f"{prefix}{number:0{width}d}" for number in span if number not in written]:
            gaps[prefix] = missing
    return gaps, there


@dataclass(frozen=True, slots=True)
class Loss:
    """The points that a period cannot use: their statuses, those that could hide something, and the changes left.

    Parameters
    ----------
    project
        As far as the period covers it.
    change
        Of each point that both campaigns measured. [t CO2e/ha]
    """

    period: VerificationPeriod
    project: Project
    statuses: Mapping[str, str]
    lost: Sequence[str]
    change: Mapping[str, float]


def check_lost_points(context: Context, samples: Samples) -> list[Finding]:
    """Return which points were lost in each period, and the change as it is and read pessimistically."""
    findings: list[Finding] = []
    for loss in _losses(context.project, samples):
        findings.append(_told(loss.period, loss.statuses))
        if loss.lost:
            findings += _lost_in_period(context, loss)
    return findings


def tell_lost_points(
    context: Context, samples: Samples, periods: Sequence[PeriodResult]
) -> Iterable[Finding]:
    """Yield the units of each period that lost points, as they are and under the pessimistic reading.

    What the pessimistic reading takes off the change is taken off the verified total, less its part of the buffer; the
    deduction, sources and leakage stay as they are.
    """
    head = context.project.head
    results = {period.name: period for period in periods}
    for loss in _losses(context.project, samples):
        if not loss.lost:
            continue
        result = results[loss.period.name]
        as_it_is, worst = (difference_t_co2e(loss.project, loss.change, points) for points in ((), loss.lost))
        taken = max(0.0, as_it_is - worst) * (1 - head.non_permanence_rating_percent / 100)
        units = max(0, floor(result.verified_total_t_co2e - taken))
        where = Place(file=STATUS_FILE, thing=f"verification period {loss.period.name}")
        state = (
            f"{result.units_if_eligible_t} units as it is; {units} where the lost points changed as the "
            "worst of their stratum and the lost control points as the best, with the deduction as it is"
        )
        yield finding("points-lost-units", where, state)


def _losses(project: Project, samples: Samples) -> Iterable[Loss]:
    """Yield what each period lost; nothing where no point has a status."""
    if not project.point_statuses or not project.measured_controls:
        return
    campaigns = [campaign.name for campaign in project.head.campaigns]
    # a point that joined later hides nothing, nor one whose hectares are out of the count
    gone = _points_without_land(project)
    for period in project.head.verification_periods:
        covered = project_of_period(project, period)
        known = set(covered.sample_points.column("point").values())
        told = unsampled(project.point_statuses, campaigns, period.first_campaign, period.last_campaign)
        first, last = (
            dict(zip(stock.index, np.asarray(stock.value).tolist(), strict=True))
            for stock in (
                samples.stocks.points_by_campaign[name]
                for name in (period.first_campaign, period.last_campaign)
            )
        )
        change = {
            point: CO2E_PER_C * (last[point] - first[point])
            for point in first
            if point in last and point in known
        }
        told = {point: status for point, status in told.items() if point in known}
        joined = {point for point, status in told.items() if status == "joined"}
        if told:
            yield Loss(period, covered, told, sorted(told.keys() - change.keys() - gone - joined), change)


def _points_without_land(project: Project) -> set[str]:
    """Return the points that left with their land: their stratum has fewer hectares than in the plan."""
    planned = {item.stratum: item.area_ha for item in project.plan.head.strata} if project.plan else {}
    smaller = {item.stratum for item in project.strata if item.area_ha < planned.get(item.stratum, 0.0)}
    left = {item.point for item in project.point_statuses if item.status == "left"}
    return {
        point.point for point in project.sample_points if point.point in left and point.stratum in smaller
    }


def _told(period: VerificationPeriod, statuses: Mapping[str, str]) -> Finding:
    by_status: dict[str, list[str]] = defaultdict(list)
    for point, status in sorted(statuses.items()):
        by_status[status].append(point)
    words = "; ".join(f"{status}: {_some(points)}" for status, points in sorted(by_status.items()))
    return finding("points-lost", Place(file=STATUS_FILE, thing=f"verification period {period.name}"), words)


def _lost_in_period(context: Context, loss: Loss) -> Iterable[Finding]:
    project, rules, change, lost = loss.project, context.rules, loss.change, loss.lost
    where = Place(file=STATUS_FILE, thing=f"verification period {loss.period.name}")
    most = rules.number("mollisol.selection.greatest-loss")
    for name, gone, number in _shares_lost(project, change, lost):
        if gone > most * number:
            yield finding("points-lost-many", where, f"{gone} of {number} points of {name}", most=most)
    as_it_is, pessimistic = difference_t_co2e(project, change, ()), difference_t_co2e(project, change, lost)
    material = material_share(rules, as_it_is / (whole_years(loss.period.during) or 1))
    state = (
        f"project minus baseline, before any deduction: {as_it_is:,.1f} t CO2e as it is, {pessimistic:,.1f} t where "
        f"{len(lost)} lost points changed as the worst of their stratum, and lost control points as the best"
    )
    if as_it_is - pessimistic > material * abs(as_it_is):
        yield finding("points-lost-decide", where, state, material=100 * material)
    else:
        yield finding("points-lost", where, state)


def _shares_lost(
    project: Project, change: Mapping[str, float], lost: Sequence[str]
) -> Iterable[tuple[str, int, int]]:
    """Yield each stratum, and the control sites together, with the number of points lost and of all."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    gone = set(lost)
    for point in project.sample_points:
        if point.point in gone or point.point in change:
            count = counts[f"stratum {point.stratum}" if point.stratum is not None else "the control sites"]
            count[0] += point.point in gone
            count[1] += 1
    for name, (number, of) in counts.items():
        yield name, number, of


def difference_t_co2e(project: Project, change: Mapping[str, float], lost: Iterable[str]) -> float:
    """Return the change of the project minus that of its control sites over the area; lost points count as the worst.

    Parameters
    ----------
    change
        Of each point that both campaigns measured. [t CO2e/ha]
    lost
        Points of the project that count with the least change of their stratum, and points of control sites that
        count with the greatest of any control point.
    """
    points = {point.point: point for point in project.sample_points}
    home = {name: point.stratum or point.control_site or "" for name, point in points.items()}
    worst: dict[str, float] = {}
    for name, value in change.items():
        worst[home[name]] = min(value, worst.get(home[name], value))
    best = max(
        (value for name, value in change.items() if points[name].control_site is not None), default=0.0
    )
    values = dict(change)
    for name in lost:
        known = points[name].stratum is not None
        values[name] = worst.get(home[name], 0.0) if known else best
    share = shares_in_unit([points[name] for name in values], project.drawn_fields)
    units: dict[tuple[str, str], float] = defaultdict(float)
    for name, value in values.items():
        units[home[name], points[name].sampling_unit] += share[name] * value
    homes: dict[str, list[float]] = defaultdict(list)
    for (place, _), of_unit in units.items():
        homes[place].append(of_unit)
    sites: dict[str, list[str]] = defaultdict(list)
    for link in project.control_links:
        sites[link.stratum].append(link.control_site)
    total = 0.0
    for stratum in project.strata:
        baseline = [float(np.mean(homes[site])) for site in sites[stratum.stratum] if homes[site]]
        if homes[stratum.stratum] and baseline:
            total += stratum.area_ha * float(np.mean(homes[stratum.stratum]) - np.mean(baseline))
    return total


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
