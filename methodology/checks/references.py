"""Ids are unique and every reference meets its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mollisol.methodology.base import DomainObject
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project

FIRST_ROW = 2
"""The header is row 1."""


def check_references(project: Project) -> list[Finding]:
    """Find ids that stand twice, and references to rows that are not there."""
    head = project.head
    units = _Ids("quantification_units.csv", "quantification_unit", project.quantification_units)
    strata = _Ids("strata.csv", "stratum", project.strata)
    points = _Ids("sample_points.csv", "point", project.sample_points)
    controls = _Ids("control_sites.csv", "control_site", project.control_sites)
    campaigns = {campaign.name for campaign in head.campaigns}
    methods = {method.id for method in head.laboratory_methods}
    findings = [finding for ids in (units, strata, points, controls) for finding in ids.repeated()]
    findings += _head_ids(project)
    for file, rows, column, known, table in (
        ("strata.csv", project.strata, "quantification_unit", units.known, "quantification_units.csv"),
        ("sample_points.csv", project.sample_points, "stratum", strata.known, "strata.csv"),
        ("sample_points.csv", project.sample_points, "control_site", controls.known, "control_sites.csv"),
        ("control_links.csv", project.control_links, "control_site", controls.known, "control_sites.csv"),
        ("control_links.csv", project.control_links, "stratum", strata.known, "strata.csv"),
        ("core_increments.csv", project.core_increments, "point", points.known, "sample_points.csv"),
        ("core_increments.csv", project.core_increments, "campaign", campaigns, "project.toml"),
        ("core_increments.csv", project.core_increments, "laboratory_method", methods, "project.toml"),
        ("laboratory_repeats.csv", project.laboratory_repeats, "laboratory_method", methods, "project.toml"),
        (
            "spectroscopy_validation.csv",
            project.spectroscopy_validation,
            "laboratory_method",
            methods,
            "project.toml",
        ),
        ("biochar.csv", project.biochar, "quantification_unit", units.known, "quantification_units.csv"),
        (
            "schedule_of_activities.csv",
            project.schedule,
            "place",
            units.known | controls.known,
            "the units and sites",
        ),
    ):
        findings += _unknown(file, rows, column, known, table)
    for period in head.verification_periods:
        for name in (period.first_campaign, period.last_campaign):
            if name and name not in campaigns:
                where = Place(file="project.toml", thing=f"verification period {period.name}")
                findings.append(_reference(where, name, "the campaigns of project.toml"))
    findings += _points_belong_once(project)
    findings += _links_once(project)
    return gathered(findings)


class _Ids:
    def __init__(self, file: str, column: str, rows: Iterable[DomainObject]) -> None:
        self._file, self._column = file, column
        self._values = [getattr(row, column) for row in rows]
        self.known = set(self._values)

    def repeated(self) -> list[Finding]:
        counts = Counter(self._values)
        seen: set[str] = set()
        findings = []
        for row, value in enumerate(self._values, start=FIRST_ROW):
            if counts[value] > 1 and value in seen:
                where = Place(file=self._file, row=row, column=self._column)
                findings.append(_duplicate(where, f"{value} a second time"))
            seen.add(value)
        return findings


def _head_ids(project: Project) -> list[Finding]:
    head = project.head
    findings = []
    for kind, names in (
        ("campaign", [item.name for item in head.campaigns]),
        ("laboratory method", [item.id for item in head.laboratory_methods]),
        ("verification period", [item.name for item in head.verification_periods]),
        ("monitoring period", [item.name for item in head.monitoring_periods]),
        ("deviation", [item.id for item in head.deviations]),
        ("boundary entry", [item.id for item in head.boundary.entries]),
    ):
        for name, times in Counter(names).items():
            if times > 1:
                where = Place(file="project.toml", thing=f"{kind} {name}")
                findings.append(_duplicate(where, f"{name} {times} times"))
    return findings


def _unknown(
    file: str, rows: Sequence[DomainObject], column: str, known: set[str], table: str
) -> list[Finding]:
    return [
        _reference(Place(file=file, row=row, column=column), value, table)
        for row, value in enumerate((getattr(item, column) for item in rows), start=FIRST_ROW)
        if value is not None and value not in known
    ]


def _points_belong_once(project: Project) -> list[Finding]:
    return [
        finding(
            "point-belongs-nowhere-or-twice",
            Place(file="sample_points.csv", row=row, thing=f"point {point.point}"),
            f"stratum {point.stratum or '(empty)'}, control site {point.control_site or '(empty)'}",
        )
        for row, point in enumerate(project.sample_points, start=FIRST_ROW)
        if (point.stratum is None) == (point.control_site is None)
    ]


def _links_once(project: Project) -> list[Finding]:
    seen: set[tuple[str, str]] = set()
    findings = []
    for row, link in enumerate(project.control_links, start=FIRST_ROW):
        pair = (link.control_site, link.stratum)
        if pair in seen:
            findings.append(
                _duplicate(Place(file="control_links.csv", row=row), f"{pair[0]} to {pair[1]} a second time")
            )
        seen.add(pair)
    return findings


def _duplicate(where: Place, found: str) -> Finding:
    return finding("duplicate-id", where, found)


def _reference(where: Place, value: str, table: str) -> Finding:
    return finding("unknown-reference", where, value, table=table)
