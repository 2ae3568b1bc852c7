"""Failures as data: a finding says where, what was found, what is allowed and what to do."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

from mollisol.methodology.base import DomainObject


class Severity(StrEnum):
    """What a finding does to a run, from worst to mildest."""

    BLOCKING = "blocking"
    """Nothing is computed."""
    REFUSAL = "refusal"
    """Computed, but issuance is refused."""
    WARNING = "warning"
    """Computed and issued; the report says it."""
    NOTE = "note"
    """Told, so that nobody has to guess."""


_ORDER = {severity: place for place, severity in enumerate(Severity)}


class Place(DomainObject):
    """Where a finding was made: a file, a row of it (the header is row 1), a column, or a named thing."""

    file: str = ""
    row: int | None = None
    column: str = ""
    thing: str = ""

    def __str__(self) -> str:
        """Return ``file:row [column] thing`` with what is known."""
        file = self.file + (f":{self.row}" if self.row is not None else "")
        return " ".join(
            part for part in (file, f"[{self.column}]" if self.column else "", self.thing) if part
        )


class Finding(DomainObject):
    """One finding.

    Parameters
    ----------
    code
        The reason code: kebab-case, one per kind of fault, stable between releases.
    severity
        What it does to a run. A declared deviation lowers a blocking finding to a warning.
    where
        File, row, column or thing.
    found, allowed, do
        What stands there, what may stand there, what to do about it.
    clause
        The rule id or the clause of the document it rests on; empty where the fault is one of form.
    answered_by
        Id of the declared deviation that answers it.
    more
        How many further places show the same fault, when they were gathered into this one.
    """

    code: str
    severity: Severity
    where: Place
    found: str
    allowed: str
    do: str
    clause: str = ""
    answered_by: str = ""
    more: int = 0


class Reason(DomainObject):
    """A row of the table of reason codes: what a finding of this code says where its place says nothing else.

    ``allowed``, ``do`` and ``clause`` may hold names in braces, for the values of a finding.
    """

    code: str
    severity: Severity
    means: str
    allowed: str
    do: str
    clause: str


@cache
def reasons() -> Mapping[str, Reason]:
    """Return the table of reason codes, by code."""
    text = files("mollisol.methodology").joinpath("tables", "reason_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: Reason.model_validate_strings(row) for row in csv.DictReader(text.splitlines())}


def catalogue() -> Mapping[str, Reason]:
    """Return the table as it is shown: names in braces stand for what a finding fills in."""
    form = re.compile(r"\{(\w+)[^}]*\}")
    return {
        code: reason.model_copy(
            update={name: form.sub(r"{\1}", getattr(reason, name)) for name in ("allowed", "do", "clause")}
        )
        for code, reason in reasons().items()
    }


def finding(
    code: str,
    where: Place | str,
    state: str,
    *,
    severity: Severity | None = None,
    allowed: str | None = None,
    do: str | None = None,
    clause: str | None = None,
    more: int = 0,
    **values: object,
) -> Finding:
    """Return a finding of a code; what is not given stands in the table of reason codes.

    Parameters
    ----------
    where
        The place; a text is the name of a thing.
    state
        What was found there.
    values
        The numbers and words that the texts of the table name in braces.
    """
    reason = reasons()[code]
    return Finding(
        code=code,
        severity=reason.severity if severity is None else severity,
        where=Place(thing=where) if isinstance(where, str) else where,
        found=state,
        allowed=reason.allowed.format_map(values) if allowed is None else allowed,
        do=reason.do.format_map(values) if do is None else do,
        clause=reason.clause.format_map(values) if clause is None else clause,
        more=more,
    )


class UserError(Exception):
    """A fault that the user can mend; its message says what and how, and no traceback is shown."""


class FindingsError(UserError):
    """Raised where a step cannot go on; carries every finding that was made."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.code} at {f.where}: {f.found}" for f in self.findings))


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop a run."""
    return [finding for finding in findings if finding.severity is Severity.BLOCKING]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: worst first, then by code and place; the order is the same on each run."""
    return sorted(
        findings,
        key=lambda f: (
            _ORDER[f.severity],
            f.code,
            f.where.file,
            f.where.row or 0,
            f.where.column,
            f.where.thing,
        ),
    )
