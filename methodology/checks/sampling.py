"""Samples, increments, campaigns and strata against section 8.2.1 (sampling and measurement)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from mollisol.methodology.checks.design import check_design
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.land.covered import places_drawn_anew, project_of_period
from mollisol.methodology.measurement import PROXIMAL, CoreIncrement, unsampled
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

INCREMENTS = "core_increments.csv"
_DAYS_PER_YEAR = 365.25
_THINNEST_CM = 0.1
_DEEPEST_REPORT_CM = 300.0


def check_sampling(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on how the soil was sampled; references must already meet."""
    return gathered(
        [
            *heard(_depth, project, rules),
            *heard(check_design, project, rules),
            *heard(_areas, project, rules),
            *heard(_methods, project),
            *heard(_soil_mass, project.core_increments),
            *heard(_increments, project.core_increments),
            *heard(_deep_enough, project),
            *heard(_dates, project),
            *heard(_increment_count, project, rules),
            *heard(_replication, project, rules),
            *heard(_coverage, project, rules),
            *heard(_never_measured, project),
            *heard(_timing, project, rules),
        ]
    )


def _depth(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    head, least = project.head, rules.number("vm0042.soc.minimum-depth")
    if head.reporting_depth_cm < least:
        yield finding(
            "depth-below-minimum",
            Place(file="project.toml", thing="reporting_depth_cm"),
            f"{head.reporting_depth_cm:g} cm{depth_otherwise(head.reporting_depth_cm, least)}",
            least=least,
        )


def _areas(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    tolerance = rules.number("mollisol.area.agreement")
    areas: dict[str, list[float]] = defaultdict(list)
    for stratum in project.strata:
        areas[stratum.quantification_unit].append(stratum.area_ha)
    for row, unit in enumerate(project.quantification_units, start=2):
        own = sum(areas[unit.quantification_unit])
        if abs(own - unit.area_ha) > tolerance * unit.area_ha:
            near = own * (1 - tolerance), own * (1 + tolerance)
            yield finding(
                "area-mismatch",
                Place(file="quantification_units.csv", row=row, column="area_ha"),
                f"unit {unit.quantification_unit}: {unit.area_ha:g} ha, its strata {own:g} ha"
                + other_units("area", unit.area_ha, *near, "ha"),
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
    pairs = project.core_increments.distinct("point", "laboratory_method")
    changed = sorted(point for point, methods in Counter(point for point, _ in pairs).items() if methods > 1)
    if changed:
        yield finding(
            "method-changed",
            Place(file=INCREMENTS, column="laboratory_method", thing=f"point {changed[0]}"),
            f"{len(changed)} points with more than one laboratory method over time",
            more=len(changed) - 1,
        )


def _soil_mass(cores: Columns[CoreIncrement]) -> Iterable[Finding]:
    mass, probe, number = (
        cores.column(name).given() for name in ("fine_soil_mass_g", "probe_inner_diameter_mm", "cores")
    )
    density = cores.column("fine_soil_density_g_per_cm3").given()
    whole, some = mass & probe & number, mass | probe | number
    for place in (~((whole & ~density) | (~some & density))).nonzero()[0]:
        both = some[place] and density[place]
        yield finding(
            "soil-mass-twice" if both else "soil-mass-missing",
            Place(file=INCREMENTS, row=int(cores.row_numbers[place])),
            "weighed soil and a density"
            if both
            else "neither weighed soil with probe and cores, nor a density",
        )


def _increments(cores: Columns[CoreIncrement]) -> Iterable[Finding]:
    """Yield what is wrong with the increments of a sample; row objects are made of the samples at fault alone.

    A sample is sound where its increments, sorted, start at the surface, each at the end of the one above, and all
    are of one campaign, point and day.
    """
    order = cores.order("sample", "upper_cm", "lower_cm")
    sample = cores.column("sample").codes[order]
    upper, lower = (cores.column(name).numbers()[order] for name in ("upper_cm", "lower_cm"))
    follows = sample[1:] == sample[:-1]
    wrong = lower - upper < _THINNEST_CM
    wrong[:1] |= upper[:1] != 0.0
    wrong[1:] |= (follows & (upper[1:] != lower[:-1])) | (~follows & (upper[1:] != 0.0))
    for name in ("campaign", "point", "sampled_on"):
        home = cores.column(name).codes[order]
        wrong[1:] |= follows & (home[1:] != home[:-1])
    if wrong.any():
        at_fault = {cores.column("sample").labels[code] for code in sample[wrong].tolist()}
        for (name,), places in cores.groups("sample").items():
            if name in at_fault:
                yield from _one_sample([(int(cores.row_numbers[place]), cores[place]) for place in places])


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


def _deep_enough(project: Project) -> Iterable[Finding]:
    cores, depth_of = project.core_increments, reporting_depth_by_point(project)
    points, lower = cores.column("point").values(), cores.column("lower_cm").values()
    for (sample,), places in cores.groups("sample").items():
        deepest, needed = max(lower[place] for place in places), depth_of[points[places[0]]]
        if deepest < needed:
            yield finding(
                "sample-too-shallow",
                Place(file=INCREMENTS, row=int(cores.row_numbers[places[0]]), thing=f"sample {sample}"),
                f"sampled to {deepest:g} cm",
                do="bring the deeper increments, or mark the stratum as shallow soil"
                + depth_otherwise(deepest, needed),
                needed=needed,
            )


def depth_otherwise(deepest: float, needed: float) -> str:
    """Return words on a depth that is too small in cm and would be enough in another unit; nothing where in none."""
    return other_units("length", deepest, needed, _DEEPEST_REPORT_CM, "cm")


def reporting_depth_by_point(project: Project) -> dict[str, float]:
    """Return the depth in cm to which stocks of each point are reported; shallow strata end at their impeding layer."""
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


def _dates(project: Project) -> Iterable[Finding]:
    during = {campaign.name: campaign.during for campaign in project.head.campaigns}
    cores = project.core_increments
    for (campaign, day), places in cores.groups("campaign", "sampled_on").items():
        if not during[campaign].holds(day):
            for place in places:
                yield finding(
                    "date-outside-campaign",
                    Place(file=INCREMENTS, row=int(cores.row_numbers[place]), column="sampled_on"),
                    str(day),
                    start=during[campaign].start,
                    end=during[campaign].end,
                    campaign=campaign,
                )


def _increment_count(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least = rules.number("vm0042.soc.least-increments")
    later = {period.last_campaign for period in project.head.verification_periods}
    cores = project.core_increments
    campaigns = cores.column("campaign").values()
    few = [
        (sample, places[0])
        for (sample,), places in cores.groups("sample").items()
        if len(places) < least and campaigns[places[0]] in later
    ]
    if few:
        sample, first = few[0]
        yield finding(
            "increments-too-few",
            Place(file=INCREMENTS, row=int(cores.row_numbers[first]), thing=f"sample {sample}"),
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


def _coverage(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    measured, periods = _points_measured(project), project.head.verification_periods
    for campaign in _campaigns_counted(project):
        if not measured[campaign]:
            yield finding(
                "campaign-not-measured",
                Place(file=INCREMENTS, thing=f"campaign {campaign}"),
                "no increment, though a verification period rests on it",
            )
    campaigns = [campaign.name for campaign in project.head.campaigns]
    least = rules.number("vm0042.control.least-sites") if project.measured_controls else 0.0
    for period in periods if project.measured_controls else ():
        covered = project_of_period(project, period)
        first, last = (measured[name] for name in (period.first_campaign, period.last_campaign))
        anew = places_drawn_anew(project, period)
        if covered is not project or anew:
            known = {
                one.point for one in covered.sample_points if (one.stratum or one.control_site) not in anew
            }
            yield from _too_few_anew(covered, period, anew, measured)
            first, last = first & known, last & known
        if not first or not last:
            continue
        told = unsampled(project.point_statuses, campaigns, period.first_campaign, period.last_campaign)
        lost, new = sorted(first - last - told.keys()), sorted(last - first - told.keys())
        if lost or new:
            ends = (period.first_campaign, lost, last), (period.last_campaign, new, first)
            words = [
                f"only in {campaign}: {_some(only)}{_whole(covered, only, other)}"
                for campaign, only, other in ends
            ]
            where = Place(file=INCREMENTS, thing=f"verification period {period.name}")
            yield finding("coverage-changed", where, "; ".join(words))
        elif first and last:
            yield from _unpaired_homes(covered, period, first, last, least)


def _points_measured(project: Project) -> Mapping[str, set[str]]:
    measured: dict[str, set[str]] = defaultdict(set)
    for campaign, point in project.core_increments.distinct("campaign", "point"):
        measured[campaign].add(point)
    return measured


def _campaigns_counted(project: Project) -> list[str]:
    """Return the campaigns that a verification period, or the model, rests on."""
    head = project.head
    ends = [
        end for period in head.verification_periods for end in (period.first_campaign, period.last_campaign)
    ]
    initial = [head.model.initial_campaign] if head.model is not None else []
    return list(dict.fromkeys(name for name in (*ends, *initial) if name))


def _never_measured(project: Project) -> Iterable[Finding]:
    measured = _points_measured(project)
    everywhere = set().union(*(measured[campaign] for campaign in _campaigns_counted(project)))
    for row, name in project.sample_points.places("point", lambda point: point not in everywhere):
        yield finding(
            "point-not-measured",
            Place(file="sample_points.csv", row=row, thing=f"point {name}"),
            "no increment in any campaign of a verification period",
        )


def _too_few_anew(
    project: Project, period: VerificationPeriod, anew: set[str], measured: Mapping[str, set[str]]
) -> Iterable[Finding]:
    """Yield places drawn anew with fewer than two sampling units in a campaign: they show no spread."""
    linked = {link.control_site for link in project.control_links}
    for campaign in (period.first_campaign, period.last_campaign):
        units: dict[str, set[str]] = defaultdict(set)
        for point in project.sample_points if anew else ():
            if point.point in measured[campaign]:
                units[point.stratum or point.control_site or ""].add(point.sampling_unit)
        for name in sorted(anew & {*project.strata.column("stratum").labels, *linked}):
            if len(units[name]) < 2:
                yield finding(
                    "stratum-unpaired",
                    Place(file=INCREMENTS, thing=f"verification period {period.name}"),
                    f"{name} was drawn anew, and campaign {campaign} has {len(units[name])} units of it",
                )


def _unpaired_homes(
    project: Project, period: VerificationPeriod, first: set[str], last: set[str], least: float
) -> Iterable[Finding]:
    """Yield strata and linked control sites with points at one end of a period and none at both."""
    points = project.sample_points
    names = ("point", "stratum", "control_site")
    homes = {
        point: stratum or site
        for point, stratum, site in zip(*(points.column(name).values() for name in names), strict=True)
    }
    paired = {homes[point] for point in first & last}
    once = {homes[point] for point in first ^ last} - paired
    where = Place(file=INCREMENTS, thing=f"verification period {period.name}")
    ends = f"{period.first_campaign} and {period.last_campaign}"
    for name in project.strata.column("stratum").values():
        if name in once:
            yield finding(
                "stratum-unpaired", where, f"no point of stratum {name} was measured at both {ends}"
            )
    linked = {link.control_site for link in project.control_links}
    lost = project.lost_control_sites(period.first_campaign, period.last_campaign)
    for site, kept in lost.items():
        left = len(linked) - len(lost)
        yield finding(
            "control-site-lost",
            where,
            f"{site}: computed without it, with {left} of {len(linked)} linked sites; "
            f"its strata keep {', '.join(kept)}",
            severity=Severity.REFUSAL if left < least <= len(linked) else Severity.WARNING,
            least=least,
        )
    for name in sorted(linked & once - lost.keys()):
        yield finding(
            "stratum-unpaired", where, f"no point of control site {name} was measured at both {ends}"
        )


def _whole(project: Project, only: list[str], other: set[str]) -> str:
    """Return in words the control sites all of whose points a campaign lacks."""
    points = project.sample_points
    site = dict(zip(*(points.column(name).values() for name in ("point", "control_site")), strict=True))
    gone = sorted({site[name] for name in only if site.get(name)} - {site.get(name) for name in other})
    return f" (all of control site {', '.join(gone)})" if gone else ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"


def _timing(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    cores = project.core_increments
    days = cores.column("sampled_on").values()
    day = {pair: days[place] for pair, place in cores.distinct("campaign", "point").items()}
    yield from _spread(project)
    if not project.measured_controls:
        return
    season, interval = rules.number("mollisol.season.tolerance"), rules.number("mollisol.interval.tolerance")
    for period in project.head.verification_periods:
        known = set(project_of_period(project, period).sample_points.column("point").values())
        pairs = {
            point: (day[period.first_campaign, point], day[period.last_campaign, point])
            for campaign, point in day
            if campaign == period.first_campaign and (period.last_campaign, point) in day and point in known
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
