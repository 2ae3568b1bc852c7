"""What a plan starts from: strata, their polygons, and the spread of change in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from mollisol.checks.plausibility import check_units
from mollisol.methodology.checks.references import check_references
from mollisol.methodology.checks.sampling import check_sampling
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import Context
from mollisol.methodology.deviations import apply_deviations
from mollisol.methodology.findings import (
    Finding,
    FindingsError,
    Place,
    Severity,
    UserError,
    blocking,
    finding,
)
from mollisol.methodology.land.fields import FIELDS_FILE
from mollisol.methodology.project import Project, Stratum
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Trace
from mollisol.programmes.rules import rules_of_project
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.questions.places.checks import check_places
from mollisol.questions.places.outlines import frame_on, outlines_drawn
from mollisol.reading.intake import Intake
from mollisol.reading.project import TABLES, read_head, read_project
from mollisol.stocks.measured import quantify_stocks
from mollisol.uncertainty.planning.allocation import spread_of_change_t_co2e_per_ha

_ANSWERED_BY_A_PLAN = {
    "campaign-not-measured",
    "coverage-changed",
    "few-units-in-stratum",
    "one-unit-in-stratum",
    "point-not-measured",
}
"""Findings of a project that is not sampled yet, or not enough."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a plan starts from: the strata, their polygons where there are any with their file's hash, and the rules."""

    project: Project
    rules: RulesInForce
    polygons: Mapping[str, Any]
    frame_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviation of the change between sampling units of a stratum, and what it rests on."""

    t_co2e_per_ha: float
    units: int
    source: str


def read_design(folder: Path, day: date) -> Design:
    """Read the head, the units, the strata and the polygons of a project; points and cores need not be there.

    Land whose fields have left by the day is not planned on.

    Raises
    ------
    FindingsError
        For every fault of form, of the names and of the polygons.
    """
    if not folder.is_dir():
        raise FindingsError(read_project(folder).findings)
    intake = Intake(folder)
    head = read_head(intake)
    needed = ["quantification_units", "strata", *(["fields"] if (folder / FIELDS_FILE).is_file() else [])]
    fields = {
        table.field: intake.table(table.file, table.row_type) if table.field in needed else ()
        for table in TABLES
        if table.required or table.field in needed
    }
    if head is not None and head.geometry_file:
        intake.take(head.geometry_file)
    if head is None or blocking(intake.findings):
        raise FindingsError(intake.findings)
    project = Project(head=head, **cast("dict[str, Any]", fields))
    try:
        _, rules = rules_of_project(head, "", (), None)
    except FindingsError as error:
        raise UserError(error.findings[0].found) from None
    findings = check_references(project)
    polygons: Mapping[str, Any] = {}
    frame = ""
    if head.geometry_file and not findings:
        outlines = outlines_drawn(project, intake.contents)
        findings = blocking(apply_deviations(check_places(project, outlines, rules), head.deviations))
        polygons, frame = frame_on(project, outlines, day), outlines.sha256
    if findings:
        raise FindingsError(findings)
    return Design(_without_what_left(project, day), rules, polygons, frame)


def _without_what_left(project: Project, day: date) -> Project:
    """Return the project with the strata that have land on a day, each with the area of the fields that stay."""
    left = {item.stratum for item in project.fields if item.has_left(day)}
    if not left:
        return project
    area = dict.fromkeys(left, 0.0)
    for item in project.fields:
        if item.stratum in left and not item.has_left(day):
            area[item.stratum] += item.area_ha
    rows = [
        row.model_copy(update={"area_ha": area.get(row.stratum, row.area_ha)})
        for row in project.strata
        if area.get(row.stratum, row.area_ha) > 0
    ]
    return project.model_copy(update={"strata": Columns.of(Stratum, rows, project.strata.file)})


def measured_spreads(folder: Path, design: Design, *, correlation: float) -> dict[str, Spread]:
    """Return the spread of change of each stratum with two sampling units or more.

    It is that of the changes from the first to the last campaign measured; with one campaign it follows from the
    spread of the stock and the correlation.

    Raises
    ------
    FindingsError
        If the cores cannot be read, or their stocks not be computed.
    """
    project, rules = read_project(folder), design.rules
    if project.project is None:
        raise FindingsError([*project.findings, _declare_instead(project.findings)])
    found = check_references(project.project)
    if not found:
        checked = [*check_sampling(project.project, rules), *check_units(project.project, rules)]
        found = [finding for finding in checked if finding.code not in _ANSWERED_BY_A_PLAN]
    blocked = blocking(apply_deviations(found, design.project.head.deviations))
    if blocked:
        raise FindingsError(blocked)
    stocks, said = quantify_stocks(Context(project.project, rules, Trace(rules)))
    blocked = blocking(apply_deviations(said, design.project.head.deviations))
    if blocked:
        raise FindingsError(blocked)
    campaigns = list(stocks.by_campaign)
    of_unit = [
        dict(zip(stock.index, np.asarray(stock_t_co2e_per_ha(stock_t_c_per_ha=stock.value)), strict=True))
        for stock in (stocks.by_campaign[campaigns[0]], stocks.by_campaign[campaigns[-1]])
    ]
    again = len(campaigns) > 1
    values: dict[str, list[float]] = defaultdict(list)
    for unit, first in of_unit[0].items():
        if unit in of_unit[1]:
            values[stocks.home_of[unit]].append(float(of_unit[1][unit] - first if again else first))
    source = f"changes {campaigns[0]} to {campaigns[-1]}" if again else f"stocks of {campaigns[0]}"
    spreads = {}
    for stratum in (item.stratum for item in project.project.strata):
        if len(values[stratum]) > 1:
            deviation = float(np.std(values[stratum], ddof=1))
            if not again:
                deviation = float(
                    spread_of_change_t_co2e_per_ha(
                        standard_deviation_t_co2e_per_ha=deviation, correlation=correlation
                    )
                )
            spreads[stratum] = Spread(deviation, len(values[stratum]), source)
    return spreads


def complete(design: Design, spreads: Mapping[str, Spread]) -> list[Finding]:
    """Return what is wrong with the spreads: none for a stratum, or none that is above 0."""
    findings = [
        finding(
            "spread-not-estimable",
            Place(file="strata.csv", row=row, thing=f"stratum {item.stratum}"),
            "fewer than 2 sampling units that were measured, and no declared spread",
            stratum=item.stratum,
        )
        for row, item in enumerate(design.project.strata, start=2)
        if item.stratum not in spreads
    ]
    zero = [name for name, spread in spreads.items() if spread.t_co2e_per_ha <= 0]
    every = not findings and len(zero) == len(spreads)
    return findings + [
        finding(
            "spread-zero",
            f"stratum {name}",
            f"no spread at all ({spreads[name].source})",
            severity=Severity.BLOCKING if every else Severity.WARNING,
            name=name,
        )
        for name in zero
    ]


def _declare_instead(findings: Sequence[Finding]) -> Finding:
    return finding(
        "spread-not-measured",
        "spread",
        f"none declared, and {len(findings)} faults in the tables that would give it",
    )
