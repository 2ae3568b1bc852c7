"""The report as data: everything that the page prints, frozen, built from what a bundle holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.boundary import POOLS_AND_GASES, ProjectBoundary
from mollisol.methodology.findings import Finding, Severity, in_order
from mollisol.methodology.project import Deviation, Project, ProjectHead
from mollisol.methodology.results.run import PeriodResult, RunResult
from mollisol.methodology.results.state import NOT_ASSESSED, NOT_DECLARED
from mollisol.methodology.rules_in_force.rule import WARNING_STATUSES, ChosenValue, Switch
from mollisol.templates.filters import slug
from mollisol.templates.monitoring_report.bases import BASES, SWITCH_OF_FIGURE, Basis
from mollisol.templates.monitoring_report.chapters import CHAPTERS, Chapter
from mollisol.templates.monitoring_report.monitored import Monitored, monitored
from mollisol.templates.monitoring_report.traced import TracedGroup, anchors_of, shown_of, traced_groups

_INPUTS = "inputs/"


class Citation(DomainObject):
    """A name with the anchor of its row on the page; no anchor where the run did not use it."""

    id: str
    anchor: str


class TableBasis(DomainObject):
    """What a table rests on."""

    equations: Items[Citation]
    rules: Items[Citation]
    clause: str


class EquationNote(DomainObject):
    """An equation that the run used."""

    id: str
    symbol: str
    unit: str
    citation: str
    summary: str


class BoundaryRow(DomainObject):
    """A pool or gas: what the methodology says and what the project says."""

    id: str
    label: str
    gas: str
    inclusion: str
    condition: str
    clause: str
    named: bool
    included: bool
    reason: str


class DeviationRow(DomainObject):
    """A declared deviation, how many findings it answers, and the units with and without it."""

    deviation: Deviation
    answers: int
    effect: str


class RuleRow(DomainObject):
    """A chosen rule; weakly sourced ones are marked."""

    chosen: ChosenValue
    weak: bool


class SwitchRow(DomainObject):
    """A switch, and whether an equation of this run depends on it."""

    switch: Switch
    touches: bool


class InputFile(DomainObject):
    """A file that was read, with its SHA-256."""

    path: str
    sha256: str


class Version(DomainObject):
    """A program and its version."""

    name: str
    version: str


class FindingGroup(DomainObject):
    """Findings of one code that ask for the same: the first of them, and how many there are in which places."""

    first: Finding
    places: Items[str]
    count: int
    number: int
    heading: Literal["in the way", "not assessed", "warning", "told"]
    """Where the first page names it."""


class Site(DomainObject):
    """The project on the ground: what was read of it, and the area of its outlines on the ellipsoid in ha."""

    project: Project
    outline_area_ha: dict[str, float]


class Totals(DomainObject):
    """Sums over verification periods, in t CO2e; the percentage is None where the gross sum is zero."""

    periods: int
    gross_t_co2e: float
    deducted_t_co2e: float
    deducted_percent: float | None
    after_deduction_t_co2e: float
    leakage_t_co2e: float
    buffer_t_co2e: float
    verified_total_t_co2e: float
    units_to_issue_t: int


class ReportModel(DomainObject):
    """Everything on the page."""

    results: RunResult
    head: ProjectHead
    outcome: Literal["issued", "refused", "nothing to issue", "nothing computed"]
    issued: Totals
    computed: Totals
    findings: Items[Finding]
    finding_groups: Items[FindingGroup]
    counts: dict[str, int]
    site: Site | None
    monitored: Items[Monitored]
    deviations: Items[DeviationRow]
    boundary: Items[BoundaryRow]
    rules: Items[RuleRow]
    switches: Items[SwitchRow]
    moved: dict[str, dict[str, Items[Citation]]]
    equations: Items[EquationNote]
    bases: dict[str, TableBasis]
    trace: Items[TracedGroup]
    anchors: dict[str, str]
    files: Items[InputFile]
    versions: Items[Version]
    mollisol: str
    sampler: str
    chapters: Items[Chapter] = CHAPTERS


def report_model(
    *,
    results: RunResult,
    findings: Sequence[Finding],
    trace: Mapping[str, Any],
    manifest: Mapping[str, Any],
    head: ProjectHead,
    site: Site | None = None,
    quantity_of: Iterable[tuple[str, str]] = (),
    chapters: Sequence[Chapter] = CHAPTERS,
) -> ReportModel:
    """Gather the page from the parts of a bundle.

    Parameters
    ----------
    results, findings, head
        ``results.json``, ``findings.json`` and ``project.json`` as typed values.
    trace, manifest
        ``trace.json`` and ``manifest.json`` as read; the items of the trace may be typed values too.
    site
        What was read of the project, and the areas of its outlines; without it the chapters on implementation, on
        monitored data and the annex of strata and points say that they are not at hand.
    quantity_of
        Each number of the results by its path, with the quantity of the trace that it leads to.
    chapters
        Those of the programme, in their order.
    """
    rules = sorted((_typed(ChosenValue, item) for item in trace["rules"]), key=lambda rule: rule.rule)
    switches = sorted((_typed(Switch, item) for item in trace["switches"]), key=lambda switch: switch.id)
    equations = [_typed(EquationNote, item) for item in trace["equations"]]
    equation_ids = {note.id for note in equations}
    rule_ids = {rule.rule for rule in rules}
    ordered = in_order(findings)
    shown = shown_of(trace["quantities"])
    anchors = anchors_of(shown)
    touching = {switch.id for switch in switches if equation_ids.intersection(switch.equations)}
    issued = [period for period in results.periods if period.issuance == "issued"]
    effects = {one.where.thing: one.found for one in ordered if one.code == "deviation-effect"}
    return ReportModel(
        results=results,
        head=head,
        outcome=_outcome(results.periods),
        issued=_totals(issued),
        computed=_totals(results.periods),
        findings=tuple(ordered),
        finding_groups=_groups(ordered),
        site=site,
        monitored=tuple(monitored(site.project, ordered)) if site else (),
        counts={s.value: sum(finding.severity is s for finding in ordered) for s in Severity},
        deviations=tuple(
            DeviationRow(
                deviation=d,
                answers=sum(1 + f.more for f in ordered if f.answered_by == d.id),
                effect=effects.get(f"deviation {d.id}", ""),
            )
            for d in head.deviations
        ),
        boundary=tuple(_boundary_rows(head.boundary)),
        rules=tuple(RuleRow(chosen=rule, weak=rule.status in WARNING_STATUSES) for rule in rules),
        switches=tuple(SwitchRow(switch=switch, touches=switch.id in touching) for switch in switches),
        moved={period.name: _moved(period, touching) for period in results.periods},
        equations=tuple(equations),
        bases=_bases(equation_ids, rule_ids),
        trace=traced_groups(shown, anchors),
        anchors={path: anchors[name] for path, name in quantity_of if name in anchors},
        files=tuple(_files(manifest["files"])),
        versions=tuple(Version(name=n, version=str(v)) for n, v in sorted(manifest["versions"].items())),
        mollisol=str(manifest["mollisol"]),
        sampler=_in_words(manifest.get("sampler")),
        chapters=tuple(chapters),
    )


def _groups(findings: Sequence[Finding]) -> tuple[FindingGroup, ...]:
    """Join findings that differ in place and in what was found there alone."""
    same: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.code, finding.severity.value, finding.do, finding.clause, finding.answered_by)
        same.setdefault(key, []).append(finding)
    return tuple(
        FindingGroup(
            first=members[0],
            places=tuple(f"{member.where}: {member.found}" for member in members[1:]),
            count=sum(1 + member.more for member in members),
            number=number,
            heading=_heading(members[0]),
        )
        for number, members in enumerate(same.values(), start=1)
    )


def _heading(finding: Finding) -> Literal["in the way", "not assessed", "warning", "told"]:
    stops = finding.severity in (Severity.BLOCKING, Severity.REFUSAL)
    if stops and finding.code not in NOT_DECLARED:
        return "in the way"
    if finding.code in NOT_ASSESSED:
        return "not assessed"
    return "warning" if finding.severity is Severity.WARNING else "told"


def _typed[T: BaseModel](kind: type[T], item: Any) -> T:
    return item if isinstance(item, kind) else kind.model_validate_json(json.dumps(item))


def _outcome(
    periods: Sequence[PeriodResult],
) -> Literal["issued", "refused", "nothing to issue", "nothing computed"]:
    for outcome in ("issued", "refused", "nothing to issue"):
        if any(period.issuance == outcome for period in periods):
            return outcome
    return "nothing computed"


def _totals(periods: Sequence[PeriodResult]) -> Totals:
    gross = sum(period.gross_t_co2e for period in periods)
    deducted = sum(period.deducted_t_co2e for period in periods)
    return Totals(
        periods=len(periods),
        gross_t_co2e=gross,
        deducted_t_co2e=deducted,
        deducted_percent=100 * deducted / abs(gross) if gross else None,
        after_deduction_t_co2e=sum(period.after_deduction_t_co2e for period in periods),
        leakage_t_co2e=sum(period.leakage_t_co2e for period in periods),
        buffer_t_co2e=sum(period.buffer_t_co2e for period in periods),
        verified_total_t_co2e=sum(period.verified_total_t_co2e for period in periods),
        units_to_issue_t=sum(period.units_to_issue_t for period in periods if period.issuance == "issued"),
    )


def _boundary_rows(boundary: ProjectBoundary) -> Iterable[BoundaryRow]:
    for row in POOLS_AND_GASES:
        entry = boundary.entry(row.id)
        yield BoundaryRow(
            **row.model_dump(),
            named=entry is not None,
            included=entry is not None and entry.included,
            reason=entry.reason if entry else "",
        )


def _moved(period: PeriodResult, touching: set[str]) -> dict[str, tuple[Citation, ...]]:
    """Name, for each figure of the deduction, the switches that make its printed form differ."""
    own, printed = period.deduction, period.deduction_printed
    idle = set()
    if own.standard_error_t_co2e_per_ha == printed.standard_error_t_co2e_per_ha:
        idle |= set(SWITCH_OF_FIGURE["standard_error_t_co2e_per_ha"])
    if own.confidence == printed.confidence:
        idle.add("switch.confidence")
    if own.mean_t_co2e_per_ha >= 0:
        idle.add("switch.deduction-denominator")
    return {
        figure: tuple(Citation(id=id, anchor=_anchor(id)) for id in ids if id in touching - idle)
        for figure, ids in SWITCH_OF_FIGURE.items()
    }


def _bases(equations: set[str], rules: set[str]) -> dict[str, TableBasis]:
    tables = "; ".join(dict.fromkeys(row.clause for row in POOLS_AND_GASES))
    bases = BASES | {"boundary": Basis(clause=tables)}
    return {
        name: table_basis(
            Basis(_used(basis.equations, equations), _used(basis.rules, rules), basis.clause),
            equations=equations,
            rules=rules,
        )
        for name, basis in bases.items()
    }


def _used(wanted: tuple[str, ...], used: set[str]) -> tuple[str, ...]:
    """Return the ids that the run used; where it used none of them, all."""
    return tuple(id for id in wanted if id in used) or wanted


def table_basis(basis: Basis, *, equations: Collection[str] = (), rules: Collection[str] = ()) -> TableBasis:
    """Return what a table rests on, with links to the equations and rules that the page lists."""
    return TableBasis(
        equations=_citations(basis.equations, equations),
        rules=_citations(basis.rules, rules),
        clause=basis.clause,
    )


def _citations(wanted: Sequence[str], used: Collection[str]) -> tuple[Citation, ...]:
    return tuple(Citation(id=id, anchor=_anchor(id) if id in used else "") for id in wanted)


def _anchor(id: str) -> str:
    return "at-" + slug(id)


def _files(files: Mapping[str, str]) -> Iterable[InputFile]:
    inputs = {path: digest for path, digest in files.items() if path.startswith(_INPUTS)}
    for path, digest in sorted((inputs or files).items()):
        yield InputFile(path=path, sha256=digest)


def _in_words(sampler: Any) -> str:
    if not sampler:
        return "none: nothing was sampled"
    if isinstance(sampler, Mapping):
        return ", ".join(f"{key} {value}" for key, value in sorted(sampler.items()))
    return str(sampler)
