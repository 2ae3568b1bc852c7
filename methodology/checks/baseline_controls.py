"""Whether control sites stayed what they were: practices that changed, and sites that a later campaign lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.project import Project

PRACTICES = (
    "tillage",
    "residue_removed",
    "synthetic_nitrogen",
    "manure",
    "compost",
    "irrigation",
    "grazing",
    "liming",
)
"""Qualitative practices of the schedule; the crop may differ by functional group and is not held against."""


def check_controls_stayed(project: Project) -> list[Finding]:
    """Return the findings on control sites that took up another practice after the start, and those that were lost."""
    return [*heard(_contaminated, project), *heard(_lost, project)]


def contaminated_sites(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the practices of each control site that after the start are not what they ever were before it."""
    start = project.head.start_date.year
    found = {}
    for site in project.control_sites:
        years = project.schedule_of(site.control_site, "baseline").years
        before = [year for year in years if year.year < start]
        after = [year for year in years if year.year >= start]
        if not before:
            continue
        changed = tuple(name for name in PRACTICES if _values(after, name) - _values(before, name))
        if changed:
            found[site.control_site] = changed
    return found


def _values(years: list[YearOfActivities], practice: str) -> set[bool]:
    return {getattr(year, practice) for year in years}


def lost_sites(project: Project) -> dict[str, str]:
    """Return control sites that an earlier campaign measured and a later one of the periods did not, with that one."""
    of = {point.point: point.control_site for point in project.sample_points}
    measured: dict[str, set[str]] = defaultdict(set)
    for campaign, point in project.core_increments.distinct("campaign", "point"):
        if site := of.get(point):
            measured[campaign].add(site)
    counted = list(
        dict.fromkeys(
            name
            for period in project.head.verification_periods
            for name in (period.first_campaign, period.last_campaign)
            if name
        )
    )
    seen: set[str] = set()
    lost: dict[str, str] = {}
    for campaign in counted:
        for site in sorted(seen - measured[campaign]):
            lost.setdefault(site, campaign)
        seen |= measured[campaign]
    return lost


def _contaminated(project: Project) -> Iterable[Finding]:
    for site, practices in contaminated_sites(project).items():
        yield finding(
            "control-contaminated",
            Place(file="schedule_of_activities.csv", thing=f"control site {site}"),
            "since the start, other than ever before: " + ", ".join(practices),
        )


def _lost(project: Project) -> Iterable[Finding]:
    for site, campaign in lost_sites(project).items():
        yield finding(
            "control-attrition",
            Place(file="core_increments.csv", thing=f"control site {site}"),
            f"measured before, not in campaign {campaign}",
        )
