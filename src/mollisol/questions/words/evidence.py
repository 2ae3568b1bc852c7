"""The evidence register: whether its documents are there and stand for rows that exist, and what has none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import Columns
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import EVIDENCE_FILE, EvidenceItem, Project, ProjectHead
from mollisol.methodology.results.run import PeriodResult
from mollisol.questions.typed_numbers import tables_beside, typed_figures
from mollisol.reading.project import TABLES
from mollisol.reading.schema import HEAD_FILE
from mollisol.run import largest_year_t_co2e, material_share

_ALL: Final = "all"
_NUMBERS: Final = re.compile(r"\d{1,9}(?:\s*-\s*\d{1,9})?(?:\s*,\s*\d{1,9}(?:\s*-\s*\d{1,9})?)*")
_PLACEHOLDER: Final = re.compile(
    r"placeholder|to follow|to be (?:done|added|provided)|\b(?:tbd|tba|todo|tbc|xxx+|dummy|lorem)\b",
    re.IGNORECASE,
)
_NOTHING: Final = {"0" * 64, sha256(b"").hexdigest()}
"""Hashes of no document: zeros, and an empty file."""
_CORES: Final = "core_increments.csv"


@dataclass(frozen=True, slots=True)
class Behind:
    """A part of the credit in t CO2e: the file whose numbers it rests on, and how much of it documents stand for."""

    name: str
    file: str
    effect_t_co2e: float
    share: float

    @property
    def without_t_co2e(self) -> float:
        """What no document stands for, whatever its sign."""
        return abs(self.effect_t_co2e) * (1 - self.share)


def check_register(project: Project) -> list[Finding]:
    """Return what of the evidence register does not hold: such a row stands for nothing."""
    return [told for _, told in _faults(project)]


def _faults(project: Project) -> Iterator[tuple[int, Finding]]:
    """Yield the place of a row of the register, and what is wrong with it."""
    register = project.evidence
    there = {item.file: item.sha256 for item in project.found_files}
    tables = _tables(project)
    for number, item in enumerate(register):
        where = Place(file=EVIDENCE_FILE, row=int(register.row_numbers[number]), thing=item.file[:100])
        if _PLACEHOLDER.search(f"{item.file} {item.note or ''}") or item.sha256 in _NOTHING:
            yield number, finding("evidence-placeholder", where, f"{item.file}, {item.sha256[:12]}...")
        elif item.file not in there:
            yield number, finding("evidence-file-missing", where, "no such file")
        elif there[item.file] != item.sha256:
            state = f"{there[item.file][:12]}..., registered as {item.sha256[:12]}..."
            yield number, finding("evidence-changed", where, state)
        if (fault := _rows_fault(item, tables)) is not None:
            yield number, finding("evidence-rows-unknown", where, fault)


def _tables(project: Project) -> Mapping[str, Columns[Any]]:
    return {
        table.file: getattr(project, table.field)
        for table in TABLES
        if table.file != EVIDENCE_FILE and len(getattr(project, table.field))
    }


def _rows_fault(item: EvidenceItem, tables: Mapping[str, Columns[Any]]) -> str | None:
    """Return why the rows that a document stands for are not there; None where they are."""
    if item.table == HEAD_FILE:
        known = (item.rows or _ALL) in (_ALL, *ProjectHead.model_fields)
        return None if known else f"{HEAD_FILE} has no key {item.rows}"
    if item.table not in tables:
        return f"the project has no table {item.table}, or no row in it"
    try:
        rows = _rows_of(item.rows or _ALL, tables[item.table])
    except ValueError as error:
        return str(error)
    return None if rows.any() else f"{item.table} has no row {item.rows}"


def _rows_of(rows: str, table: Columns[Any]) -> NDArray[np.bool_]:
    """Return for each row of a table whether a document stands for it.

    Raises
    ------
    ValueError
        If that cannot be told; the message says why.
    """
    if rows == _ALL:
        return np.ones(len(table), dtype=np.bool_)
    column, equals, value = (part.strip() for part in rows.partition("="))
    if equals:
        if column not in table.row_type.model_fields:
            raise ValueError(f"{table.file} has no column {column}")
        return table.column(column).holds(lambda cell: str(cell) == value)
    if not _NUMBERS.fullmatch(rows.strip()):
        raise ValueError(f"{rows} is neither all, nor COLUMN=VALUE, nor numbers of rows")
    held = np.zeros(len(table), dtype=np.bool_)
    for part in rows.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        span = (table.row_numbers >= low) & (table.row_numbers <= high)
        if np.count_nonzero(span) < high - low + 1:
            raise ValueError(f"{table.file} has no row {part.strip()}: rows are numbered from 2")
        held |= span
    return held


def _shares(project: Project) -> dict[str, float]:
    """Return the share of the rows of each table that a document stands for."""
    wrong = {number for number, _ in _faults(project)}
    tables = _tables(project)
    held: dict[str, NDArray[np.bool_]] = {}
    shares: dict[str, float] = {}
    for number, item in enumerate(project.evidence):
        if number in wrong:
            continue
        if item.table == HEAD_FILE:
            if (item.rows or _ALL) in (_ALL, "non_permanence_rating_percent"):
                shares[HEAD_FILE] = 1.0
            continue
        rows = _rows_of(item.rows or _ALL, tables[item.table])
        held[item.table] = rows | held.get(item.table, np.zeros(len(rows), dtype=np.bool_))
    return shares | {file: float(np.mean(rows)) for file, rows in held.items()}


def behind(project: Project, periods: Iterable[PeriodResult]) -> list[Behind]:
    """Return each part of the credit with the share that documents stand for, the largest without any first."""
    periods = list(periods)
    effects: dict[tuple[str, str], float] = defaultdict(float)
    effects["soil carbon", _CORES] = sum(period.after_deduction_t_co2e for period in periods)
    for figure in typed_figures(periods, tables_beside(project)):
        effects[figure.name, figure.file] += figure.effect_t_co2e
    shares = _shares(project)

    def share(files: str) -> float:
        return min(shares.get(file, 0.0) for file in files.split(" and "))

    parts = [Behind(*place, effect, share(place[1])) for place, effect in effects.items() if effect]
    return sorted(parts, key=lambda part: (-part.without_t_co2e, part.name))


def tell_evidence(context: Context, periods: Sequence[PeriodResult]) -> list[Finding]:
    """Return what of the credit no document stands for: all of it in one note where there is no register.

    A part is a warning where it is material by itself, and the largest one where all parts together are.
    """
    project = context.project
    parts = behind(project, periods)
    verified = sum(period.verified_total_t_co2e for period in periods)
    if not len(project.evidence):
        words = "; ".join(f"{part.name} {part.effect_t_co2e:+,.1f} t CO2e by {part.file}" for part in parts)
        where = Place(file=EVIDENCE_FILE)
        return [finding("evidence-no-register", where, f"no register; {words}"[:600])] if parts else []
    material = material_share(context.rules, largest_year_t_co2e(periods)) * abs(verified)
    without = sum(part.without_t_co2e for part in parts)
    told: list[Finding] = []
    for part in parts:
        if part.share < 1:
            state = (
                f"{part.without_t_co2e:,.1f} of {abs(part.effect_t_co2e):,.1f} t CO2e: documents stand for "
                f"{part.share:.0%} of the rows of {part.file}"
            )
            much = part.without_t_co2e > material or (without > material and not told)
            severity = Severity.WARNING if much else Severity.NOTE
            where = Place(file=EVIDENCE_FILE, thing=part.name)
            told.append(
                finding("credit-without-evidence", where, state, severity=severity, material=material)
            )
    return told
