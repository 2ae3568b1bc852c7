"""Periods, dates, look-back and rating against sections 3, 8.2.1, 8.6.1.1 and 8.7."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from math import ceil

from mollisol.methodology.base import Interval
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.eligibility.schedule import check_schedule
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.land.covered import (
    first_periods,
    look_back_years,
    periods_before,
    project_of_period,
    starts_of_units,
)
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

HEAD = "project.toml"
_DAYS_PER_YEAR = 365.25


def anniversary(day: date, years: int) -> date:
    """Return the same day some years on; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def whole_years(interval: Interval) -> int | None:
    """Return the number of years that an interval spans to the day, or None where it is not whole."""
    years = (interval.end + timedelta(days=1)).year - interval.start.year
    exact = years > 0 and anniversary(interval.start, years) == interval.end + timedelta(days=1)
    return years if exact else None


def check_periods(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on dates and periods."""
    return [
        *heard(_order, project),
        *heard(_lengths, project, rules),
        *heard(_remeasured, project, rules),
        *heard(_chain, project),
        *heard(_monitored, project),
        *heard(_start, project, rules),
        *heard(_look_back, project, rules),
        *heard(_schedule, project),
        *heard(_before_the_start, project),
        *heard(_rating, project, rules),
        *heard(_unused, project),
    ]


def _schedule(project: Project) -> Iterable[Finding]:
    return check_schedule(project.schedule, _amounts_elsewhere(project), "schedule_of_activities.csv")


def _before_the_start(project: Project) -> Iterable[Finding]:
    """Yield rows of the schedule in which a practice of the project is older than the start date."""
    table, starts = project.schedule, starts_of_units(project)
    columns = (table.column(name).values() for name in ("place", "scenario", "year"))
    for number, place, scenario, year in zip(table.row_numbers.tolist(), *columns, strict=True):
        if scenario == "project" and place in starts and year < starts[place].year:
            yield finding(
                "activity-year-outside",
                Place(file="schedule_of_activities.csv", row=number, column="year"),
                f"project {year}",
                allowed=f"{starts[place].year} on: the start date is that of the first practice",
                do="correct the year or the start date",
                clause="VM0042 2.2, section 3, start date; VCS Standard, 3.8",
            )


def _order(project: Project) -> Iterable[Finding]:
    head = project.head
    named = [
        *((f"campaign {item.name}", item.during) for item in head.campaigns),
        *((f"monitoring period {item.name}", item.during) for item in head.monitoring_periods),
        *((f"verification period {item.name}", item.during) for item in head.verification_periods),
    ]
    for thing, during in named:
        if during.end < during.start:
            yield _out_of_order(thing, f"from {during.start} to {during.end}", "an end after the start")
    for one, other in pairwise(head.campaigns):
        if other.during.start <= one.during.end:
            found = f"starts {other.during.start}, before campaign {one.name} ends"
            yield _out_of_order(
                f"campaign {other.name}", found, "campaigns in order of time, none inside another"
            )
    if not head.verification_periods:
        yield _out_of_order("verification periods", "none", "at least one")
    elif head.verification_periods[0].during.start < head.start_date:
        found = f"starts {head.verification_periods[0].during.start}, before the start date {head.start_date}"
        yield _out_of_order(
            f"verification period {head.verification_periods[0].name}", found, "on or after the start date"
        )


def _out_of_order(thing: str, state: str, allowed: str) -> Finding:
    return finding("dates-out-of-order", Place(file=HEAD, thing=thing), state, allowed=allowed)


def _lengths(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    shortest, longest = rules.number("vm0042.period.shortest"), rules.number("vm0042.period.longest")
    remeasure = rules.number("vm0042.soc.remeasure-years")
    for period in project.head.verification_periods:
        where = Place(file=HEAD, thing=f"verification period {period.name}")
        years = whole_years(period.during)
        if years is None:
            yield finding("period-not-whole-years", where, f"{period.during.start} to {period.during.end}")
        elif not shortest <= years <= min(longest, remeasure):
            yield finding(
                "remeasurement-late" if years > remeasure else "period-length",
                where,
                f"{years} years",
                shortest=shortest,
                longest=longest,
                remeasure=remeasure,
            )


def _remeasured(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    """Yield modelled periods that end longer after the last campaign than soil may go unmeasured.

    The first campaign counts from the start date, to which its stocks are modelled.
    """
    if project.approach != "measure_and_model":
        return
    most, start = rules.number("vm0042.soc.remeasure-years"), project.head.start_date
    measured = {name for (name,) in project.core_increments.distinct("campaign")}
    days = [max(item.during.end, start) for item in project.head.campaigns if item.name in measured]
    for period in project.head.verification_periods:
        end = period.during.end
        held = max((day for day in days if day <= end), default=end)
        years = (end - held).days / _DAYS_PER_YEAR
        if years <= most:
            continue
        slack = rules.number("mollisol.interval.tolerance")
        soon = any(end < day <= end + timedelta(_DAYS_PER_YEAR * slack) for day in days)
        if years > most + slack and not soon:
            yield finding(
                "remeasurement-late",
                Place(file=HEAD, thing=f"verification period {period.name}"),
                f"ends {years:.1f} years after the last campaign before it, {held}",
                severity=Severity.REFUSAL,
                allowed=f"a campaign in each {most:g} years, also where a model runs between them",
                do="measure again, and end the period with that campaign",
                clause="vm0042.soc.remeasure-years",
            )


def _chain(project: Project) -> Iterable[Finding]:
    for period in project.head.verification_periods:
        if period.first_campaign == period.last_campaign and (
            period.first_campaign or project.measured_controls
        ):
            yield _not_chained(
                period.name, f"starts and ends with campaign {period.first_campaign}", "two campaigns"
            )
    for other in project.head.verification_periods:
        for one in periods_before(project, other):
            if other.first_campaign != one.last_campaign:
                found = f"starts with {other.first_campaign}; the one before ends with {one.last_campaign}"
                yield _not_chained(
                    other.name, found, "each period starts with the campaign that ended the one before"
                )
            if other.during.start != one.during.end + timedelta(days=1):
                found = f"starts {other.during.start}; the one before ends {one.during.end}"
                yield _not_chained(
                    other.name, found, "the day after the one before ends: the cumulative switch needs all"
                )


def _not_chained(name: str, state: str, allowed: str) -> Finding:
    return finding(
        "periods-not-chained", Place(file=HEAD, thing=f"verification period {name}"), state, allowed=allowed
    )


def _monitored(project: Project) -> Iterable[Finding]:
    for period in project.head.verification_periods:
        if not any(
            item.during.start <= period.during.start and period.during.end <= item.during.end
            for item in project.head.monitoring_periods
        ):
            yield finding(
                "monitoring-gap",
                Place(file=HEAD, thing=f"verification period {period.name}"),
                "in no monitoring period",
            )


def _start(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    head, tolerance = project.head, rules.number("mollisol.start.tolerance")
    if not head.verification_periods or project.ledger or not project.measured_controls:
        return
    for period in {item.name: item for item in first_periods(project).values()}.values():
        # land that joined later has a start of its own, the first day of its first period
        joined = period is not head.verification_periods[0]
        start = period.during.start if joined else head.start_date
        first = period.first_campaign
        taken = project_of_period(project, period).core_increments.distinct("campaign", "sampled_on")
        days = [day for campaign, day in taken if campaign == first]
        off = [day for day in days if not anniversary(start, -1 * int(tolerance)) <= day]
        late = [day for day in days if day > anniversary(start, int(tolerance))]
        if off or late:
            yield finding(
                "initial-measurement-off-start",
                Place(file="core_increments.csv", column="sampled_on", thing=f"campaign {first}"),
                f"sampled {min(days)} to {max(days)}, start date {start}",
                tolerance=tolerance,
            )


def _look_back(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least = rules.number("vm0042.look-back.least-years")
    starts = starts_of_units(project)
    for row, (unit, years) in enumerate(look_back_years(project).items(), start=2):
        if years < least:
            yield finding(
                "look-back-short",
                Place(file="quantification_units.csv", row=row, thing=f"unit {unit}"),
                f"{years} baseline years before {starts[unit].year} in the schedule",
                least=least,
            )


def _amounts_elsewhere(project: Project) -> Mapping[str, Collection[str]]:
    """Return the places whose amounts of a practice stand in an activity table."""
    amended = {
        kind: {row.quantification_unit for row in project.amendments if row.amendment == kind}
        for kind in ("manure", "compost")
    }
    return amended | {
        "synthetic_nitrogen": {
            row.quantification_unit for row in project.fertilizers if row.kind == "synthetic"
        },
        "liming": {row.quantification_unit for row in project.liming},
        "grazing": {row.quantification_unit for row in project.herds},
    }


def _rating(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    """Return what is wrong with the declared rating: too low, failing, or not rounded upward."""
    least, greatest = rules.number("vcs.buffer.least-rating"), rules.number("vcs.buffer.greatest-rating")
    step = rules.number("vcs.buffer.rating-step")
    declared = project.head.non_permanence_rating_percent
    upward = step * ceil(round(declared / step, 9))
    where, text = Place(file=HEAD, thing="non_permanence_rating_percent"), f"{declared:g} %"
    if declared < least:
        yield finding("rating-too-low", where, text, least=least)
    elif declared > greatest:
        yield finding("rating-fails", where, text, greatest=greatest)
    elif abs(upward - declared) > 1e-9:
        yield finding("rating-not-rounded", where, text, step=step, upward=upward)


def _unused(project: Project) -> Iterable[Finding]:
    periods = project.head.verification_periods
    used = {name for period in periods for name in (period.first_campaign, period.last_campaign)}
    used |= {project.head.model.initial_campaign} if project.head.model else set()
    for campaign in project.head.campaigns:
        if campaign.name not in used:
            yield finding(
                "campaign-unused",
                Place(file=HEAD, thing=f"campaign {campaign.name}"),
                "no verification period starts or ends with it",
            )
    for row, item in enumerate(project.biochar, start=2):
        if not any(period.during.holds(item.applied_on) for period in periods):
            yield finding(
                "biochar-outside-periods",
                Place(file="biochar.csv", row=row, column="applied_on"),
                f"{item.applied_on}, in no verification period",
            )
