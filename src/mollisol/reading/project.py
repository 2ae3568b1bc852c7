"""Read a project folder: bytes first, then the head, then the tables; nothing is dropped or imputed."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from reprlib import Repr
from typing import Any, cast

from pydantic import ValidationError

from mollisol.methodology import activity
from mollisol.methodology.base import DomainObject
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE, EligibilityFacts
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.ledger import LEDGER_FILE, Ledger
from mollisol.methodology.measurement import (
    CoreIncrement,
    LaboratoryRepeat,
    SamplePoint,
    ValidationSample,
)
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.project import (
    BiocharApplication,
    ControlLink,
    ControlSite,
    Project,
    ProjectHead,
    QuantificationUnit,
    Stratum,
)
from mollisol.reading.model_folder import read_project_model
from mollisol.reading.schema import HEAD_FILE, TOP_KEYS, check_schema, head_values
from mollisol.reading.tables import problem_code, read_table

LARGEST_FILE_BYTES = 200_000_000
LARGEST_TOML_BYTES = 5_000_000
LARGEST_TOTAL_BYTES = 1_000_000_000
_WORDS = Repr(maxlevel=3, maxstring=80, maxother=80, maxlong=40)
"""Shows a value of an input in a few words, however deep or long it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the project folder and the field of :class:`Project` that it fills."""

    file: str
    row_type: type[DomainObject]
    field: str
    required: bool = True


TABLES: tuple[Table, ...] = (
    Table("quantification_units.csv", QuantificationUnit, "quantification_units"),
    Table("strata.csv", Stratum, "strata"),
    Table("sample_points.csv", SamplePoint, "sample_points"),
    Table("control_sites.csv", ControlSite, "control_sites"),
    Table("control_links.csv", ControlLink, "control_links"),
    Table("core_increments.csv", CoreIncrement, "core_increments"),
    Table("schedule_of_activities.csv", YearOfActivities, "schedule"),
    Table("laboratory_repeats.csv", LaboratoryRepeat, "laboratory_repeats", required=False),
    Table("spectroscopy_validation.csv", ValidationSample, "spectroscopy_validation", required=False),
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
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    ``project`` is None where faults of form stand in the way; ``inputs`` holds each file byte for byte.
    """

    project: Project | None
    findings: tuple[Finding, ...]
    inputs: dict[str, bytes]


def read_project(folder: str | Path) -> Reading:
    """Read a project folder.

    Parameters
    ----------
    folder
        The folder with ``project.toml`` and the tables of :data:`TABLES`.

    Returns
    -------
    Reading
        The project, or every fault of form at once.
    """
    folder = Path(folder)
    if not folder.is_dir():
        where = Place(file=str(folder))
        return Reading(
            None,
            (
                Finding(
                    code="folder-missing",
                    severity=Severity.BLOCKING,
                    where=where,
                    found="no such folder",
                    allowed=f"a folder with {HEAD_FILE} and its tables",
                    do="correct the path; mollisol new writes a skeleton",
                ),
            ),
            {},
        )
    reader = _Reader(folder)
    head = reader.head()
    fields: dict[str, tuple[DomainObject, ...]] = {}
    for table in TABLES:
        fields[table.field] = reader.table(table, optional=_optional(head, table))
    if head is not None and head.geometry_file:
        reader.take(head.geometry_file, required=True)
    ledger = reader.ledger()
    eligibility = reader.declared(ELIGIBILITY_FILE, EligibilityFacts)
    if head is None or reader.findings:
        return Reading(None, (*reader.findings, *reader.told), reader.inputs)
    model = None
    if head.model is not None:
        model, found = read_project_model(folder, head.model, lambda file: reader.take(file, required=True))
        reader.findings += found
        if model is None:
            return Reading(None, (*reader.findings, *reader.told), reader.inputs)
    project = Project(
        head=head, ledger=ledger, eligibility=eligibility, model=model, **cast("dict[str, Any]", fields)
    )
    return Reading(project, tuple(reader.told), reader.inputs)


def _optional(head: ProjectHead | None, table: Table) -> bool:
    """Tell whether a table may be left out: those of control sites where a model gives the baseline."""
    with_model = head is not None and head.model is not None
    return not table.required or (with_model and table.field in ("control_sites", "control_links"))


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.findings: list[Finding] = []
        self.told: list[Finding] = []
        """What does not stand in the way of a run."""
        self.inputs: dict[str, bytes] = {}
        self._read_bytes = 0

    def head(self) -> ProjectHead | None:
        text = self._text(HEAD_FILE, required=True)
        if text is None:
            return None
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # ValueError: bad TOML, or a number of 5000 digits
            self._add("toml-syntax", HEAD_FILE, str(error), "TOML", "mend the line that the message names")
            return None
        schema = check_schema(data.get("schema", 1))
        if schema is not None and schema.severity is Severity.BLOCKING:
            self.findings.append(schema)
            return None
        project = data.get("project")
        unknown = sorted(set(data) - TOP_KEYS)
        if unknown or not isinstance(project, dict):
            found, do = ", ".join(unknown) or "no [project]", "move it there"
            allowed = "one table, [project], and schema and programme at the top"
            self._add("key-unknown", HEAD_FILE, found, allowed, do)
            return None
        if "programme" in project:
            do = "write it at the top of the file, beside schema"
            self._add("key-unknown", HEAD_FILE, "programme in [project]", "programme at the top", do)
            return None
        self.told += [] if schema is None else [schema]
        try:
            return ProjectHead.model_validate(head_values(data))
        except ValidationError as error:
            self._invalid(HEAD_FILE, error)
            return None

    def declared[Kind: DomainObject](self, file: str, kind: type[Kind]) -> Kind | None:
        """Read an optional TOML file as one typed value."""
        text = self._text(file, required=False)
        if text is None:
            return None
        try:
            return kind.model_validate(tomllib.loads(text))
        except ValidationError as error:
            self._invalid(file, error)
        except (ValueError, RecursionError) as error:
            self._add("toml-syntax", file, str(error), "TOML", "mend the line that the message names")
        return None

    def ledger(self) -> Ledger | None:
        """Read the ledger of closed periods, with the copies of manifests that it names."""
        ledger = self.declared(LEDGER_FILE, Ledger)
        for entry in ledger.entry if ledger else ():
            if entry.manifest_file:
                self.take(entry.manifest_file, required=True)
        return ledger

    def _invalid(self, file: str, error: ValidationError) -> None:
        for problem in cast("list[dict[str, Any]]", error.errors(include_url=False)):
            code, allowed, do = problem_code(problem)
            thing = ".".join(map(str, problem["loc"]))
            found = "no such key" if code == "key-missing" else _WORDS.repr(problem["input"])[:80]
            self._add(code, file, found, allowed, do, thing=thing[:200])

    def table(self, table: Table, *, optional: bool) -> tuple[DomainObject, ...]:
        text = self._text(table.file, required=not optional)
        if text is None:
            return ()
        rows, findings = read_table(text, table.file, table.row_type)
        self.findings += findings
        return rows

    def take(self, file: str, *, required: bool) -> bytes | None:
        """Read a file's bytes into the inputs, after looking where it lies and how large it is."""
        if not self._inside(file):
            self._add(
                "path-leaves-folder",
                file,
                "a path that leaves the project folder",
                "the name of a file inside it, without ..",
                "copy the file in",
            )
            return None
        path = self._folder / file
        if not os.path.isfile(path):  # a name that is too long is no file; Path raises
            if os.path.lexists(path):
                self._add(
                    "not-a-plain-file",
                    file,
                    "a folder, a pipe, a device or a link to nothing",
                    "a plain file",
                    "put the file itself in its place",
                )
            elif required:
                self._add(
                    "file-missing", file, "no such file", "the file", "add it; mollisol new writes a skeleton"
                )
            return None
        size = path.stat().st_size
        largest = LARGEST_TOML_BYTES if file.endswith(".toml") else LARGEST_FILE_BYTES
        if size > largest or size + self._read_bytes > LARGEST_TOTAL_BYTES:
            self._add(
                "file-too-large",
                file,
                f"{size / 1e6:,.0f} MB",
                f"up to {largest / 1e6:,.0f} MB, and {LARGEST_TOTAL_BYTES / 1e6:,.0f} MB in all",
                "split the project, or look whether this is the right file",
            )
            return None
        if size == 0:
            do = "fill it in; a table that the project does not need may be left out"
            self._add("empty-file", file, "an empty file", "a header and rows", do)
            return None
        try:
            content = path.read_bytes()
        except OSError as error:
            self._add(
                "file-unreadable", file, str(error.strerror), "a readable file", "look at its permissions"
            )
            return None
        self._read_bytes += len(content)
        self.inputs[file] = content
        return content

    def _inside(self, file: str) -> bool:
        """Tell whether a name stays in the folder, and also in a bundle's ``inputs/``, on any system."""
        name = PureWindowsPath(file)
        if name.anchor or ".." in name.parts or ":" in file or "\\" in file or not file.isprintable():
            return False
        return (self._folder / file).resolve().is_relative_to(self._folder.resolve())

    def _text(self, file: str, *, required: bool) -> str | None:
        content = self.take(file, required=required)
        if content is None:
            return None
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._add(
                "not-utf8",
                file,
                f"bytes that are not UTF-8 at {error.start}",
                "UTF-8",
                "save it as UTF-8 text",
            )
            return None
        if "\x00" in text:
            self._add(
                "not-text",
                file,
                "a NUL byte",
                "a text file",
                "export it as CSV again; this may be a workbook",
            )
            return None
        return text

    def _add(self, code: str, file: str, found: str, allowed: str, do: str, *, thing: str = "") -> None:
        where = Place(file=file, thing=thing)
        self.findings.append(
            Finding(code=code, severity=Severity.BLOCKING, where=where, found=found, allowed=allowed, do=do)
        )
