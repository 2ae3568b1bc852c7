"""Ids are unique and every reference meets its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE
from mollisol.methodology.land.fields import FIELDS_FILE, INSTANCES_FILE
from mollisol.methodology.measurement import PLACES_FILE, STATUS_FILE
from mollisol.methodology.project import Project

_PLACES: Final = "the units and sites"
_TABLES_OF_PLACES: Final = {"quantification_units.csv", "control_sites.csv"}
_MOST_ASKED: Final = 5
"""Names of a column for which a nearest one is looked up: where more are unknown, the whole table is another's."""


def check_references(project: Project, unread: Collection[str] = ()) -> list[Finding]:
    """Return ids that stand twice, and references to rows that are not there.

    Parameters
    ----------
    unread
        Tables that could not be read whole: nothing is said of what refers to them.
    """
    head = project.head
    units = set(project.quantification_units.column("quantification_unit").labels)
    strata = set(project.strata.column("stratum").labels)
    points = set(project.sample_points.column("point").labels)
    controls = set(project.control_sites.column("control_site").labels)
    fields = set(project.fields.column("field").labels)
    instances = set(project.fields.column("instance").labels)
    campaigns = {campaign.name for campaign in head.campaigns}
    methods = {method.id for method in head.laboratory_methods}
    findings = [
        *_repeated("quantification_units.csv", project.quantification_units, "quantification_unit"),
        *_repeated("strata.csv", project.strata, "stratum"),
        *_repeated("sample_points.csv", project.sample_points, "point"),
        *_repeated("control_sites.csv", project.control_sites, "control_site"),
        *_repeated(FIELDS_FILE, project.fields, "field"),
        *_repeated(INSTANCES_FILE, project.instances, "instance"),
        *_repeated(PLACES_FILE, project.core_places, "campaign", "point"),
        *_repeated("control_links.csv", project.control_links, "control_site", "stratum"),
    ]
    findings += _head_ids(project)
    for file, rows, column, known, table in (
        ("strata.csv", project.strata, "quantification_unit", units, "quantification_units.csv"),
        ("sample_points.csv", project.sample_points, "stratum", strata, "strata.csv"),
        ("sample_points.csv", project.sample_points, "control_site", controls, "control_sites.csv"),
        ("control_links.csv", project.control_links, "control_site", controls, "control_sites.csv"),
        ("control_links.csv", project.control_links, "stratum", strata, "strata.csv"),
        ("core_increments.csv", project.core_increments, "point", points, "sample_points.csv"),
        ("core_increments.csv", project.core_increments, "campaign", campaigns, "project.toml"),
        ("core_increments.csv", project.core_increments, "laboratory_method", methods, "project.toml"),
        (STATUS_FILE, project.point_statuses, "point", points, "sample_points.csv"),
        (STATUS_FILE, project.point_statuses, "campaign", campaigns, "project.toml"),
        (PLACES_FILE, project.core_places, "point", points, "sample_points.csv"),
        (PLACES_FILE, project.core_places, "campaign", campaigns, "project.toml"),
        ("laboratory_repeats.csv", project.laboratory_repeats, "laboratory_method", methods, "project.toml"),
        (
            "spectroscopy_validation.csv",
            project.spectroscopy_validation,
            "laboratory_method",
            methods,
            "project.toml",
        ),
        (FIELDS_FILE, project.fields, "stratum", strata, "strata.csv"),
        (DRAWN_FIELDS_FILE, project.drawn_fields, "stratum", strata | controls, "strata.csv"),
        ("sample_points.csv", project.sample_points, "field", fields, FIELDS_FILE),
        (INSTANCES_FILE, project.instances, "instance", instances, FIELDS_FILE),
        ("biochar.csv", project.biochar, "quantification_unit", units, "quantification_units.csv"),
        (
            "schedule_of_activities.csv",
            project.schedule,
            "place",
            units | controls,
            _PLACES,
        ),
    ):
        if table not in unread and not (table == _PLACES and _TABLES_OF_PLACES & set(unread)):
            findings += _unknown(file, rows, column, known, table)
    for campaign in head.campaigns:
        for name in campaign.drawn_anew:
            if name not in strata | controls:
                where = Place(file="project.toml", thing=f"campaign {campaign.name}")
                findings.append(
                    _reference(where, name, "strata.csv and control_sites.csv", strata | controls)
                )
    for period in head.verification_periods:
        for name in period.units:
            if name not in units:
                where = Place(file="project.toml", thing=f"verification period {period.name}")
                findings.append(_reference(where, name, "quantification_units.csv", units))
        for name in (period.first_campaign, period.last_campaign):
            if name and name not in campaigns:
                where = Place(file="project.toml", thing=f"verification period {period.name}")
                findings.append(_reference(where, name, "the campaigns of project.toml", campaigns))
    findings += _points_belong_once(project)
    return gathered(findings)


def _repeated(file: str, rows: Columns[Any], *columns: str) -> Iterator[Finding]:
    for values, places in rows.groups(*columns).items():
        for place in places[1:]:
            where = Place(
                file=file, row=int(rows.row_numbers[place]), column=columns[0] if len(columns) == 1 else ""
            )
            yield _duplicate(where, f"{' to '.join(values)} a second time")


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


def _unknown(file: str, rows: Columns[Any], column: str, known: set[str], table: str) -> Iterator[Finding]:
    """Yield each name that is not known, at its first row, with the names that it may stand for."""
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
