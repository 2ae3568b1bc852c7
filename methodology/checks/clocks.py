"""The clocks of the programme: when a project is listed and registered, and when its instances are validated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from mollisol.methodology.checks.periods import anniversary
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import fields_of_period
from mollisol.methodology.land.fields import FIELDS_FILE, INSTANCES_FILE
from mollisol.methodology.ledger import LEDGER_FILE
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

HEAD: Final = "project.toml"


def check_clocks(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every deadline that the project or an instance of it missed, and days that it does not state."""
    parts = (_listing, _registration, _crediting, _verification, _instances)
    return [found for part in parts for found in part(project, rules)]


def instances_of_period(project: Project, period: VerificationPeriod) -> set[str]:
    """Return the instances whose land a period covers."""
    return {item.instance for item in fields_of_period(project, period) if item.instance}


def _listing(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    head = project.head
    stated = ("listed_on", "registration_requested_on", "crediting_years")
    if names := [name for name in stated if getattr(head, name) is None]:
        yield finding("clocks-undeclared", Place(file=HEAD), f"no {' and no '.join(names)}")
    if head.listed_on is not None:
        years = _years(rules, "vcs.pipeline.listing-years", head.listed_on)
        yield from _late(
            "listing-late", Place(file=HEAD, thing="listed_on"), head.start_date, head.listed_on, years
        )


def _registration(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    head, day = project.head, project.head.registration_requested_on
    if day is None:
        return
    small = _years(rules, "vcs.pipeline.small-project", day)
    is_small = small is not None and head.expected_t_co2e_per_year is not None
    is_small = is_small and (head.expected_t_co2e_per_year or 0.0) <= (small or 0.0)
    rule = "vcs.pipeline.registration-years-small" if is_small else "vcs.pipeline.registration-years"
    years = _years(rules, rule, day)
    where = Place(file=HEAD, thing="registration_requested_on")
    yield from _late("registration-late", where, head.start_date, day, years)


def _crediting(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield a crediting period that is too short or too long, and periods that lie behind its end."""
    head, years = project.head, project.head.crediting_years
    if years is None:
        return
    day = head.registration_requested_on or head.registered_on
    least, most = (
        _years(rules, "vcs.crediting.least-years", day),
        _years(rules, "vcs.crediting.most-years", day),
    )
    where = Place(file=HEAD, thing="crediting_years")
    if least is not None and most is not None and not least <= years <= most:
        yield finding("crediting-years", where, f"{years} years", allowed=f"{least:g} to {most:g} years")
    end = anniversary(head.start_date, years)
    for period in head.verification_periods:
        if period.during.end >= end:
            found = f"period {period.name} ends {period.during.end}"
            yield finding("crediting-years", where, found, allowed=f"periods that end before {end}")


def _verification(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield verifications that came so long after the one before that credits of the buffer are put on hold."""
    signed = [(entry.period, entry.signed_off_on) for entry in project.ledger.entry] if project.ledger else []
    ends = [(period.name, period.during.end) for period in project.head.verification_periods]
    for (before, last), (name, day) in pairwise([*signed, *ends[: bool(signed)]]):
        years = _years(rules, "vcs.verification.hold-years", day)
        where = Place(file=HEAD if name in dict(ends) else LEDGER_FILE, thing=f"period {name}")
        found = f"{day}; {before} was verified on {last}"
        if years is not None and day > (limit := anniversary(last, int(years))):
            yield finding("verification-late", where, found, limit=limit)


def _instances(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield instances that no validation covers, that were validated late, or that start before the project.

    Those whose land was there on the start date are validated with the project.
    """
    validated = {item.instance: item.validated_on for item in project.instances}
    rows = {item.instance: row for row, item in project.instances.numbered_rows}
    starts: dict[str, date] = {}
    for item in project.fields:
        if item.instance:
            starts[item.instance] = min(item.joined_on, starts.get(item.instance, item.joined_on))
    for name in sorted(instances_covered(project)):
        start, day = starts[name], validated.get(name)
        where = Place(file=INSTANCES_FILE, row=rows.get(name), thing=f"instance {name}")
        if start < project.head.start_date:
            found = f"joined on {start}, the project starts on {project.head.start_date}"
            yield finding("instance-before-start", Place(file=FIELDS_FILE, thing=f"instance {name}"), found)
        elif day is not None:
            years = _years(rules, "vcs.instance.validation-years", day)
            yield from _late("instance-late", where, start, day, years)
        elif start > project.head.start_date:
            yield finding("instance-not-validated", where, f"joined on {start}, and no day of validation")


def instances_covered(project: Project) -> set[str]:
    """Return the instances whose land any open period covers."""
    return set[str]().union(
        *(instances_of_period(project, period) for period in project.head.verification_periods)
    )


def _years(rules: RulesInForce, id: str, day: date) -> float | None:
    """Return the value of a rule on a day; None on a day before there was one."""
    return None if day < rules.rule_set.rules[id].value[0].start else float(rules.value(id, day).value)


def _late(code: str, where: Place, start: date, day: date, years: float | None) -> Iterator[Finding]:
    if years is not None and day > (last := anniversary(start, int(years))):
        yield finding(code, where, f"{day}, from a start on {start}", years=years, last=last)
