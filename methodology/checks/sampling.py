"""Samples, increments, campaigns and strata against section 8.2.1 (sampling and measurement)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import PROXIMAL, CoreIncrement
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

INCREMENTS = "core_increments.csv"
_DAYS_PER_YEAR = 365.25
_THINNEST_CM = 0.1
_DEEPEST_IN_METRES = 3.0


def check_sampling(project: Project, rules: RulesInForce) -> list[Finding]:
    """Give every finding on how the soil was sampled; references must already meet."""
    rows = list(enumerate(project.core_increments, start=2))
    samples: dict[str, list[tuple[int, CoreIncrement]]] = defaultdict(list)
    for row, increment in rows:
        samples[increment.sample].append((row, increment))
    return gathered(
        [
            *_depth_and_design(project, rules),
            *_areas(project, rules),
            *_methods(project),
            *_soil_mass(rows),
            *(finding for increments in samples.values() for finding in _one_sample(increments)),
            *_deep_enough(project, samples.values()),
            *_dates(project, rows),
            *_increment_count(project, samples.values(), rules),
            *_replication(project, rules),
            *_coverage(project),
            *_timing(project, rules),
        ]
    )


def _depth_and_design(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    head, least = project.head, rules.number("vm0042.soc.minimum-depth")
    if head.reporting_depth_cm < least:
        yield finding(
            "depth-below-minimum",
            Place(file="project.toml", thing="reporting_depth_cm"),
            f"{head.reporting_depth_cm:g} cm",
            least=least,
        )
    if head.design.kind != "stratified_random":
        yield finding(
            "design-not-stratified-random", Place(file="project.toml", thing="design"), head.design.kind
        )


def _areas(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    tolerance = rules.number("mollisol.area.agreement")
    for row, unit in enumerate(project.quantification_units, start=2):
        own = [
            stratum.area_ha
            for stratum in project.strata
            if stratum.quantification_unit == unit.quantification_unit
        ]
        if abs(sum(own) - unit.area_ha) > tolerance * unit.area_ha:
            yield finding(
                "area-mismatch",
                Place(file="quantification_units.csv", row=row, column="area_ha"),
                f"unit {unit.quantification_unit}: {unit.area_ha:g} ha, its strata {sum(own):g} ha",
                tolerance=tolerance,
            )


def _methods(project: Project) -> Iterable[Finding]:
    for method in project.head.laboratory_methods:
        if method.kind != "dry_combustion" and method.kind not in PROXIMAL:
            yield finding(
                "method-not-recommended",
                Place(file="project.toml", thing=f"laboratory method {method.id}"),
                method.kind,
            )
    by_point: dict[str, set[str]] = defaultdict(set)
    for increment in project.core_increments:
        by_point[increment.point].add(increment.laboratory_method)
    changed = sorted(point for point, methods in by_point.items() if len(methods) > 1)
    if changed:
        yield finding(
            "method-changed",
            Place(file=INCREMENTS, column="laboratory_method", thing=f"point {changed[0]}"),
            f"{len(changed)} points with more than one laboratory method over time",
            more=len(changed) - 1,
        )


def _soil_mass(rows: Iterable[tuple[int, CoreIncrement]]) -> Iterable[Finding]:
    for row, item in rows:
        weighed = (item.fine_soil_mass_g, item.probe_inner_diameter_mm, item.cores)
        given = sum(value is not None for value in weighed)
        if given == 3 and item.fine_soil_density_g_per_cm3 is None:
            continue
        if given == 0 and item.fine_soil_density_g_per_cm3 is not None:
            continue
        both = given and item.fine_soil_density_g_per_cm3 is not None
        yield finding(
            "soil-mass-twice" if both else "soil-mass-missing",
            Place(file=INCREMENTS, row=row),
            "weighed soil and a density"
            if both
            else "neither weighed soil with probe and cores, nor a density",
        )


def _one_sample(increments: list[tuple[int, CoreIncrement]]) -> Iterable[Finding]:
    first_row, first = increments[0]
    where = Place(file=INCREMENTS, row=first_row, thing=f"sample {first.sample}")
    homes = {(item.campaign, item.point, item.sampled_on) for _, item in increments}
    if len(homes) > 1:
        yield finding(
            "duplicate-sample",
            where,
            "one sample id with " + " and ".join(sorted(f"{c}, point {p}, {d}" for c, p, d in homes)[:3]),
        )
        return
    depth = 0.0
    seen: set[tuple[float, float]] = set()
    for row, item in sorted(increments, key=lambda pair: (pair[1].upper_cm, pair[1].lower_cm)):
        here = Place(file=INCREMENTS, row=row, thing=f"sample {item.sample}")
        bounds, span = (item.upper_cm, item.lower_cm), f"{item.upper_cm:g} to {item.lower_cm:g} cm"
        if bounds in seen:
            yield finding("increment-twice", here, span)
        elif item.lower_cm <= item.upper_cm:
            yield finding("increment-upside-down", here, span)
        elif item.lower_cm - item.upper_cm < _THINNEST_CM:
            yield finding("increment-too-thin", here, span)
        elif item.upper_cm < depth:
            yield finding("increments-overlap", here, span, depth=depth)
        elif item.upper_cm > depth:
            yield finding("increments-gap", here, span, depth=depth)
        depth = max(depth, item.lower_cm)
        seen.add(bounds)


def _deep_enough(project: Project, samples: Iterable[list[tuple[int, CoreIncrement]]]) -> Iterable[Finding]:
    depth_of = reporting_depth_by_point(project)
    for increments in samples:
        row, first = increments[0]
        deepest, needed = max(item.lower_cm for _, item in increments), depth_of[first.point]
        if deepest < needed:
            yield finding(
                "sample-too-shallow",
                Place(file=INCREMENTS, row=row, thing=f"sample {first.sample}"),
                f"sampled to {deepest:g} cm",
                do="write depths in cm: these look like metres"
                if deepest < _DEEPEST_IN_METRES
                else "bring the deeper increments, or mark the stratum as shallow soil",
                needed=needed,
            )


def reporting_depth_by_point(project: Project) -> dict[str, float]:
    """Give the depth in cm to which stocks of each point are reported; shallow strata end at their impeding layer."""
    depth = {
        stratum.stratum: min(project.head.reporting_depth_cm, stratum.shallow_soil_depth_cm or float("inf"))
        for stratum in project.strata
    }
    of_control = {link.control_site: depth[link.stratum] for link in project.control_links}
    return {
        point.point: depth[point.stratum]
        if point.stratum is not None
        else of_control.get(point.control_site or "", project.head.reporting_depth_cm)
        for point in project.sample_points
    }


def _dates(project: Project, rows: Iterable[tuple[int, CoreIncrement]]) -> Iterable[Finding]:
    during = {campaign.name: campaign.during for campaign in project.head.campaigns}
    for row, item in rows:
        if not during[item.campaign].holds(item.sampled_on):
            yield finding(
                "date-outside-campaign",
                Place(file=INCREMENTS, row=row, column="sampled_on"),
                str(item.sampled_on),
                start=during[item.campaign].start,
                end=during[item.campaign].end,
                campaign=item.campaign,
            )


def _increment_count(
    project: Project, samples: Iterable[list[tuple[int, CoreIncrement]]], rules: RulesInForce
) -> Iterable[Finding]:
    least = rules.number("vm0042.soc.least-increments")
    later = {period.last_campaign for period in project.head.verification_periods}
    few = [items[0] for items in samples if items[0][1].campaign in later and len(items) < least]
    if few:
        row, first = few[0]
        yield finding(
            "increments-too-few",
            Place(file=INCREMENTS, row=row, thing=f"sample {first.sample}"),
            f"{len(few)} re-sampled profiles with fewer than {least:g} increments",
            more=len(few) - 1,
            least=least,
        )


def _replication(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    wanted = rules.number("vm0042.soc.least-samples-per-stratum")
    units: dict[str, set[str]] = {stratum.stratum: set() for stratum in project.strata}
    for point in project.sample_points:
        if point.stratum is not None:
            units[point.stratum].add(point.sampling_unit)
    for row, stratum in enumerate(project.strata, start=2):
        replicates = len(units[stratum.stratum])
        if replicates < wanted:
            estimable = replicates >= 2
            yield finding(
                "few-units-in-stratum" if estimable else "one-unit-in-stratum",
                Place(file="strata.csv", row=row, thing=f"stratum {stratum.stratum}"),
                f"{replicates} sampling units",
                wanted=wanted,
            )


def _coverage(project: Project) -> Iterable[Finding]:
    measured: dict[str, set[str]] = defaultdict(set)
    for item in project.core_increments:
        measured[item.campaign].add(item.point)
    periods = project.head.verification_periods
    counted = dict.fromkeys(
        name for period in periods for name in (period.first_campaign, period.last_campaign) if name
    )
    if project.head.model is not None:
        counted |= {project.head.model.initial_campaign: None}
    for campaign in counted:
        if not measured[campaign]:
            yield finding(
                "campaign-not-measured",
                Place(file=INCREMENTS, thing=f"campaign {campaign}"),
                "no increment, though a verification period rests on it",
            )
    for period in periods if project.measured_controls else ():
        first, last = measured[period.first_campaign], measured[period.last_campaign]
        lost, new = sorted(first - last), sorted(last - first)
        if first and last and (lost or new):
            yield finding(
                "coverage-changed",
                Place(file=INCREMENTS, thing=f"verification period {period.name}"),
                f"only in {period.first_campaign}: {_some(lost)}; only in {period.last_campaign}: {_some(new)}",
            )
    everywhere = set().union(*(measured[campaign] for campaign in counted))
    for row, point in enumerate(project.sample_points, start=2):
        if point.point not in everywhere:
            yield finding(
                "point-not-measured",
                Place(file="sample_points.csv", row=row, thing=f"point {point.point}"),
                "no increment in any campaign of a verification period",
            )


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"


def _timing(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    day: dict[tuple[str, str], date] = {}
    for item in project.core_increments:
        day.setdefault((item.campaign, item.point), item.sampled_on)
    yield from _spread(project)
    if not project.measured_controls:
        return
    season, interval = rules.number("mollisol.season.tolerance"), rules.number("mollisol.interval.tolerance")
    for period in project.head.verification_periods:
        pairs = {
            point: (day[period.first_campaign, point], day[period.last_campaign, point])
            for campaign, point in day
            if campaign == period.first_campaign and (period.last_campaign, point) in day
        }
        years = ((period.during.end - period.during.start).days + 1) / _DAYS_PER_YEAR
        off = {p: (b - a).days / _DAYS_PER_YEAR for p, (a, b) in pairs.items()}
        wrong = sorted(point for point, gap in off.items() if abs(gap - years) > interval)
        where = Place(file=INCREMENTS, column="sampled_on", thing=f"verification period {period.name}")
        if wrong:
            yield finding(
                "interval-unequal",
                where,
                f"{off[wrong[0]]:.1f} years between the samplings of point {wrong[0]}",
                more=len(wrong) - 1,
                years=years,
                interval=interval,
            )
        shifted = sorted(point for point, (a, b) in pairs.items() if _apart_in_year(a, b) > season)
        if shifted:
            yield finding(
                "season-changed",
                where,
                f"point {shifted[0]}: {pairs[shifted[0]][0]} and {pairs[shifted[0]][1]}",
                more=len(shifted) - 1,
                season=season,
            )


def _spread(project: Project) -> Iterable[Finding]:
    for campaign in project.head.campaigns:
        days = (campaign.during.end - campaign.during.start).days
        if days > _DAYS_PER_YEAR:
            yield finding(
                "campaign-spread",
                Place(file="project.toml", thing=f"campaign {campaign.name}"),
                f"spread over {days / _DAYS_PER_YEAR:.1f} years",
            )


def _apart_in_year(one: date, other: date) -> float:
    gap = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
    return min(gap, _DAYS_PER_YEAR - gap)
