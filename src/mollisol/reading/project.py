"""Read a project folder: bytes first, then the head, then the tables; nothing is dropped or imputed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

from mollisol.methodology import activity
from mollisol.methodology.base import DomainObject
from mollisol.methodology.checks.laboratory import check_laboratory_figures
from mollisol.methodology.checks.unread import UNREAD
from mollisol.methodology.columns import FIRST_ROW, Columns
from mollisol.methodology.eligibility.clauses import DECLARATIONS_FILE, Declaration
from mollisol.methodology.eligibility.non_permanence import RISK_FILE, RiskAnswer
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE, EligibilityFacts
from mollisol.methodology.findings import Finding, Place, Severity, blocking, finding
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE, FieldPart
from mollisol.methodology.land.fields import FIELDS_FILE, INSTANCES_FILE, Instance, LandField
from mollisol.methodology.ledger import LEDGER_FILE, Ledger
from mollisol.methodology.measurement import (
    PLACES_FILE,
    PLAN_FILE,
    PLAN_POINTS_FILE,
    STATUS_FILE,
    CoreIncrement,
    CorePlace,
    LaboratoryRepeat,
    PlanHead,
    PlannedPoint,
    PointStatus,
    SamplePoint,
    SamplingPlan,
    ValidationSample,
)
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.project import (
    EVIDENCE_FILE,
    FOUND_FILE,
    BiocharApplication,
    ControlLink,
    ControlSite,
    EvidenceItem,
    FoundFile,
    Project,
    ProjectHead,
    QuantificationUnit,
    Stratum,
)
from mollisol.output import PEOPLE, csv_table
from mollisol.reading.imports import check_imports
from mollisol.reading.intake import Handed, Intake
from mollisol.reading.likely_meant import likely_meant
from mollisol.reading.model_folder import project_model_of
from mollisol.reading.schema import HEAD_FILE, TOP_KEYS, check_schema, head_values


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the project folder and the field of :class:`Project` that it fills."""

    file: str
    row_type: type[DomainObject]
    field: str
    required: bool = True


STARTS_ARE_BASELINES: Final = frozenset({"gs402", "crcf"})
"""Programmes that hold a stock against that of the start, so that a project needs no control site."""
TABLES: tuple[Table, ...] = (
    Table("quantification_units.csv", QuantificationUnit, "quantification_units"),
    Table("strata.csv", Stratum, "strata"),
    Table("sample_points.csv", SamplePoint, "sample_points"),
    Table("control_sites.csv", ControlSite, "control_sites"),
    Table("control_links.csv", ControlLink, "control_links"),
    Table("core_increments.csv", CoreIncrement, "core_increments"),
    Table("schedule_of_activities.csv", YearOfActivities, "schedule"),
    Table(STATUS_FILE, PointStatus, "point_statuses", required=False),
    Table(PLACES_FILE, CorePlace, "core_places", required=False),
    Table("laboratory_repeats.csv", LaboratoryRepeat, "laboratory_repeats", required=False),
    Table("spectroscopy_validation.csv", ValidationSample, "spectroscopy_validation", required=False),
    Table(FIELDS_FILE, LandField, "fields", required=False),
    Table(DRAWN_FIELDS_FILE, FieldPart, "drawn_fields", required=False),
    Table(INSTANCES_FILE, Instance, "instances", required=False),
    Table("biochar.csv", BiocharApplication, "biochar", required=False),
    Table("site_conditions.csv", activity.SiteConditions, "site_conditions", required=False),
    Table("fuel_use.csv", activity.FuelUse, "fuel_use", required=False),
    Table("liming.csv", activity.Liming, "liming", required=False),
    Table("livestock.csv", activity.Herd, "herds", required=False),
    Table("manure_systems.csv", activity.ManureShare, "manure_shares", required=False),
    Table("fertilizers.csv", activity.Fertilizer, "fertilizers", required=False),
    Table("nitrogen_fixing_species.csv", activity.FixingSpecies, "fixing_species", required=False),
    Table("burning.csv", activity.Burning, "burning", required=False),
    Table("woody_stocks.csv", activity.WoodyStock, "woody_stocks", required=False),
    Table("organic_amendments.csv", activity.Amendment, "amendments", required=False),
    Table("modelled_soil_gases.csv", activity.ModelledGas, "modelled_gases", required=False),
    Table("commodities.csv", activity.CommodityFacts, "commodities", required=False),
    Table("production.csv", activity.Production, "production", required=False),
    Table("leakage_mitigation.csv", activity.Mitigation, "mitigation", required=False),
    Table("residue_diversion.csv", activity.ResidueDiversion, "residue_diversions", required=False),
    Table("practice_samples.csv", activity.PracticeSample, "practice_samples", required=False),
    Table(RISK_FILE, RiskAnswer, "risk_answers", required=False),
    Table(DECLARATIONS_FILE, Declaration, "declarations", required=False),
    Table(EVIDENCE_FILE, EvidenceItem, "evidence", required=False),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    ``project`` is None where faults of form stand in the way; ``part`` is then what could be read of it, for checks
    that ask for no more. ``inputs`` holds each file byte for byte. ``people`` is the file of names, empty where there
    is none: it is no input, and what is said of it is in no bundle.
    """

    project: Project | None
    findings: tuple[Finding, ...]
    inputs: dict[str, bytes]
    people: bytes = b""
    part: Project | None = None


def read_project(place: Handed) -> Reading:
    """Read a project.

    Parameters
    ----------
    place
        The folder with ``project.toml`` and the tables of :data:`TABLES`, or its files.

    Returns
    -------
    Reading
        The project, or every fault of form at once.
    """
    if not isinstance(place, Mapping) and not Path(place).is_dir():
        where = Place(file=str(place))
        fault = finding("folder-missing", where, "no such folder")
        return Reading(None, (fault,), {})
    intake = Intake(place)
    head = read_head(intake)
    tables = {
        table.field: intake.table(table.file, table.row_type, required=not _optional(head, table))
        for table in TABLES
    }
    intake.findings += check_laboratory_figures(cast("Columns[CoreIncrement]", tables["core_increments"]))
    if head is not None and head.geometry_file:
        intake.take(head.geometry_file)
    for unnamed in [] if head is None or head.geometry_file else intake.names(".geojson", ".gpkg"):
        intake.take(unnamed)  # so that a bundle shows it to whoever performs it again
        intake.add("outlines-not-named", HEAD_FILE, f"no geometry_file, and {unnamed[:80]} is there")
    for deviation in head.deviations if head is not None else ():
        if deviation.evidence_file:
            intake.take(deviation.evidence_file)
    found_files = _found_files(intake, tables["evidence"])
    ledger = _ledger(intake)
    eligibility = _declared(intake, ELIGIBILITY_FILE, EligibilityFacts)
    plan = _plan(intake)
    intake.findings += check_imports(intake)
    model = None
    if head is not None and head.model is not None:
        model = project_model_of(intake, head.model)
    intake.check_unchanged()
    if head is None:
        return Reading(None, tuple(intake.findings), intake.contents)
    project = Project(
        head=head,
        ledger=ledger,
        eligibility=eligibility,
        model=model,
        plan=plan,
        found_files=found_files,
        **cast("dict[str, Any]", tables),
    )
    if blocking(intake.findings):
        return Reading(None, tuple(intake.findings), intake.contents, part=project)
    people = b"" if intake.kept else Intake(place).take(PEOPLE, required=False)
    return Reading(project, tuple(intake.findings), intake.contents, people or b"")


_FIELDS_OF_FILE: Mapping[str, str] = {
    **{table.file: table.field for table in TABLES},
    ELIGIBILITY_FILE: "eligibility",
    LEDGER_FILE: "ledger",
    PLAN_FILE: "plan",
    PLAN_POINTS_FILE: "plan",
}
_LISTS_OF_HEAD: Mapping[str, str] = {
    "campaign": "campaigns",
    "laboratory method": "laboratory_methods",
    "verification period": "verification_periods",
    "monitoring period": "monitoring_periods",
    "boundary entry": "boundary",
}
"""The lists of the head by what a finding calls one of their entries."""


def without_faults(project: Project, faults: Iterable[Finding]) -> Project:
    """Return the project with what blocking findings are on marked as unread; itself where there are none.

    Of a table whose cells are at fault that is their columns, else the whole.
    """
    stops = blocking(faults)
    unread, lists, columns = dict[str, Any](), dict[str, Any](), dict[str, set[str]]()
    for fault in stops:
        file, thing = fault.where.file, fault.where.thing
        if file == HEAD_FILE:
            lists |= {name: UNREAD for kind, name in _LISTS_OF_HEAD.items() if thing.startswith(f"{kind} ")}
        elif file in _FIELDS_OF_FILE:
            # a row that stands twice counts twice in every column
            of_cells = (fault.where.row or 0) >= FIRST_ROW and fault.code != "duplicate-id"
            columns.setdefault(_FIELDS_OF_FILE[file], set()).add(fault.where.column if of_cells else "")
    for name, at_fault in columns.items():
        table = getattr(project, name)
        in_part = isinstance(table, Columns) and at_fault <= table.row_type.model_fields.keys()
        unread[name] = table.whole.without(at_fault) if in_part else UNREAD
        for column in sorted(at_fault) if in_part else ():
            unread[name] = likely_meant(project, name, column, unread[name])
    if stops and project.head.model is not None and project.model is None:
        unread["model"] = UNREAD
    if "evidence" in unread:
        unread["found_files"] = UNREAD
    head = project.head.model_copy(update=lists)
    return project.model_copy(update={"head": head, **unread}) if unread or lists else project


def _optional(head: ProjectHead | None, table: Table) -> bool:
    """Return whether a table may be left out: those of control sites where a model or the start is the baseline."""
    without = head is not None and (head.model is not None or head.programme in STARTS_ARE_BASELINES)
    return not table.required or (without and table.field in ("control_sites", "control_links"))


def read_head(intake: Intake) -> ProjectHead | None:
    """Return what ``project.toml`` holds; None, with the findings in the intake, where it cannot be read."""
    data = intake.toml(HEAD_FILE)
    if data is None:
        return None
    schema = check_schema(data.get("schema", 1))
    intake.findings += [] if schema is None else [schema]
    if schema is not None and schema.severity is Severity.BLOCKING:
        return None
    project = data.get("project")
    unknown = sorted(set(data) - TOP_KEYS)
    if unknown or not isinstance(project, dict):
        found = ", ".join(unknown) or "no [project]"
        allowed = "one table, [project], and schema and programme at the top"
        intake.add("key-unknown", HEAD_FILE, found, allowed=allowed, do="move it there")
        return None
    if "programme" in project:
        do = "write it at the top of the file, beside schema"
        intake.add("key-unknown", HEAD_FILE, "programme in [project]", allowed="programme at the top", do=do)
        return None
    return intake.valid(HEAD_FILE, ProjectHead, head_values(data))


def _declared[Kind: DomainObject](intake: Intake, file: str, kind: type[Kind]) -> Kind | None:
    """Return what an optional TOML file holds."""
    data = intake.toml(file, required=False)
    return None if data is None else intake.valid(file, kind, data)


def _plan(intake: Intake) -> SamplingPlan | None:
    """Return the sampling plan; the file that shows its date is taken too."""
    head = _declared(intake, PLAN_FILE, PlanHead)
    if head is None:
        return None
    points = intake.table(PLAN_POINTS_FILE, PlannedPoint)
    if head.dated_evidence:
        intake.take(head.dated_evidence)
    content = intake.contents[PLAN_FILE] + intake.contents.get(PLAN_POINTS_FILE, b"")
    return SamplingPlan(head=head, points=points, sha256=sha256(content).hexdigest())


def _found_files(intake: Intake, register: Columns[Any]) -> Columns[FoundFile]:
    """Return which files of the evidence register are there. A bundle has their hashes alone, as its run found them."""
    if not len(register):
        return Columns.of(FoundFile, ())
    if intake.kept:
        return intake.table(FOUND_FILE, FoundFile, required=False)
    rows = []
    for file in sorted(set(register.column("file").labels)):
        found = intake.digest(file)
        if found is not None:
            rows.append(FoundFile(file=file, size_bytes=found[0], sha256=found[1]))
    if rows:
        intake.contents[FOUND_FILE] = csv_table([row.model_dump() for row in rows])
    return Columns.of(FoundFile, rows, FOUND_FILE)


def _ledger(intake: Intake) -> Ledger | None:
    """Return the ledger of closed periods; bundles, and copies of their files, that it names are taken too."""
    ledger = _declared(intake, LEDGER_FILE, Ledger)
    for entry in ledger.entry if ledger else ():
        for file in filter(None, (entry.bundle_file, entry.manifest_file, entry.results_file)):
            intake.take(file)
    return ledger
