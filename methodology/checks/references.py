"""Ids are unique and every reference meets its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any, Final

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE
from mollisol.methodology.land.fields import FIELDS_FILE, INSTANCES_FILE
from mollisol.methodology.measurement import PLACES_FILE, STATUS_FILE
from mollisol.methodology.project import Project

_PLACES: Final = "the units and sites"
_CAMPAIGNS, _METHODS, _HOMES, _INSTANCES = "campaigns", "methods", "homes", "instances"
_SAID: Final = {
    _CAMPAIGNS: "project.toml",
    _METHODS: "project.toml",
    _HOMES: "strata.csv",
    _INSTANCES: FIELDS_FILE,
}
"""The table that a finding names, where what is known does not stand in one of that name."""
_MOST_ASKED: Final = 5
"""Names of a column for which a nearest one is looked up: where more are unknown, the whole table is another's."""


def check_references(project: Project) -> list[Finding]:
    """Return ids that stand twice, and references to rows that are not there, as far as both could be read."""
    head = project.head
    units = partial(_labels, project.quantification_units, "quantification_unit")
    strata, controls = (
        partial(_labels, project.strata, "stratum"),
        partial(_labels, project.control_sites, "control_site"),
    )
    points, fields = (
        partial(_labels, project.sample_points, "point"),
        partial(_labels, project.fields, "field"),
    )
    instances = partial(_labels, project.fields, "instance")
    findings = [
        found
        for file, table, *columns in (
            ("quantification_units.csv", project.quantification_units, "quantification_unit"),
            ("strata.csv", project.strata, "stratum"),
            ("sample_points.csv", project.sample_points, "point"),
            ("control_sites.csv", project.control_sites, "control_site"),
            (FIELDS_FILE, project.fields, "field"),
            (INSTANCES_FILE, project.instances, "instance"),
            (PLACES_FILE, project.core_places, "campaign", "point"),
            ("control_links.csv", project.control_links, "control_site", "stratum"),
        )
        for found in heard(_repeated, file, table, *columns)
    ]
    findings += heard(_head_ids, project)
    known: Mapping[str, Callable[[], set[str]]] = {
        "quantification_units.csv": units,
        "strata.csv": strata,
        "sample_points.csv": points,
        "control_sites.csv": controls,
        FIELDS_FILE: fields,
        _INSTANCES: instances,
        _CAMPAIGNS: lambda: {campaign.name for campaign in head.campaigns},
        _METHODS: lambda: {method.id for method in head.laboratory_methods},
        _HOMES: lambda: strata() | controls(),
        _PLACES: lambda: units() | controls(),
    }
    for file, rows, column, table in (
        ("strata.csv", project.strata, "quantification_unit", "quantification_units.csv"),
        ("sample_points.csv", project.sample_points, "stratum", "strata.csv"),
        ("sample_points.csv", project.sample_points, "control_site", "control_sites.csv"),
        ("control_links.csv", project.control_links, "control_site", "control_sites.csv"),
        ("control_links.csv", project.control_links, "stratum", "strata.csv"),
        ("core_increments.csv", project.core_increments, "point", "sample_points.csv"),
        ("core_increments.csv", project.core_increments, "campaign", _CAMPAIGNS),
        ("core_increments.csv", project.core_increments, "laboratory_method", _METHODS),
        (STATUS_FILE, project.point_statuses, "point", "sample_points.csv"),
        (STATUS_FILE, project.point_statuses, "campaign", _CAMPAIGNS),
        (PLACES_FILE, project.core_places, "point", "sample_points.csv"),
        (PLACES_FILE, project.core_places, "campaign", _CAMPAIGNS),
        ("laboratory_repeats.csv", project.laboratory_repeats, "laboratory_method", _METHODS),
        ("spectroscopy_validation.csv", project.spectroscopy_validation, "laboratory_method", _METHODS),
        (FIELDS_FILE, project.fields, "stratum", "strata.csv"),
        (DRAWN_FIELDS_FILE, project.drawn_fields, "stratum", _HOMES),
        ("sample_points.csv", project.sample_points, "field", FIELDS_FILE),
        (INSTANCES_FILE, project.instances, "instance", _INSTANCES),
        ("biochar.csv", project.biochar, "quantification_unit", "quantification_units.csv"),
        ("schedule_of_activities.csv", project.schedule, "place", _PLACES),
    ):
        findings += heard(_unknown, file, rows, column, known[table], _SAID.get(table, table))
    findings += heard(_of_campaigns, project, known[_HOMES])
    findings += heard(_of_periods, project, units, known[_CAMPAIGNS])
    findings += heard(_points_belong_once, project)
    return gathered(findings)


def _labels(table: Columns[Any], column: str) -> set[str]:
    return set(table.column(column).labels)


def _of_campaigns(project: Project, homes: Callable[[], set[str]]) -> Iterator[Finding]:
    for campaign in project.head.campaigns:
        for name in campaign.drawn_anew:
            if name not in homes():
                where = Place(file="project.toml", thing=f"campaign {campaign.name}")
                yield _reference(where, name, "strata.csv and control_sites.csv", homes())


def _of_periods(
    project: Project, units: Callable[[], set[str]], campaigns: Callable[[], set[str]]
) -> Iterator[Finding]:
    for period in project.head.verification_periods:
        where = Place(file="project.toml", thing=f"verification period {period.name}")
        for name in (period.first_campaign, period.last_campaign):
            if name and name not in campaigns():
                yield _reference(where, name, "the campaigns of project.toml", campaigns())
        for name in period.units:
            if name not in units():
                yield _reference(where, name, "quantification_units.csv", units())


def _repeated(file: str, rows: Columns[Any], *columns: str) -> Iterator[Finding]:
    for values, places in rows.groups(*columns).items():
        for place in places[1:]:
            where = Place(
                file=file, row=int(rows.row_numbers[place]), column=columns[0] if len(columns) == 1 else ""
            )
            yield _duplicate(where, f"{' to '.join(values)} a second time")


def _head_ids(project: Project) -> Iterator[Finding]:
    head = project.head
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
                yield _duplicate(where, f"{name} {times} times")


def _unknown(
    file: str, rows: Columns[Any], column: str, names: Callable[[], set[str]], table: str
) -> Iterator[Finding]:
    """Yield each name that is not known, at its first row, with the names that it may stand for."""
    known = names() if len(rows) else set[str]()
    rows_of: dict[str, list[int]] = {}
    for row, value in rows.places(column, lambda value: value is not None and value not in known):
        rows_of.setdefault(value, []).append(row)
    for number, (value, at) in enumerate(rows_of.items()):
        where = Place(file=file, row=at[0], column=column)
        told = _reference(where, value, table, known if number < _MOST_ASKED else ())
        yield told.model_copy(update={"more": len(at) - 1})


def _points_belong_once(project: Project) -> Iterator[Finding]:
    points = project.sample_points
    in_stratum, in_site = points.column("stratum").given(), points.column("control_site").given()
    for place in (in_stratum == in_site).nonzero()[0]:
        point = points[place]
        yield finding(
            "point-belongs-nowhere-or-twice",
            Place(file="sample_points.csv", row=int(points.row_numbers[place]), thing=f"point {point.point}"),
            f"stratum {point.stratum or '(empty)'}, control site {point.control_site or '(empty)'}",
        )


def _duplicate(where: Place, state: str) -> Finding:
    return finding("duplicate-id", where, state)


def _reference(where: Place, value: str, table: str, known: Collection[str]) -> Finding:
    return finding("unknown-reference", where, f"{value}{did_you_mean(value, known)}", table=table)
