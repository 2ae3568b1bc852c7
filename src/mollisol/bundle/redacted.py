"""What stands in a redacted bundle for the values that were taken out: a commitment for each, and facts taken on trust.

A commitment is the SHA-256 of a nonce of 32 random bytes and the value: it tells nothing of the value, and nobody can
find another value for it. Who has the nonce opens it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import Finding, UserError, in_order
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.run import Run, RunOptions, silent

REDACTED: Final = "redacted.json"
_DIGITS_OF_A_TOKEN: Final = 12
_NONCE: Final = re.compile(r"[0-9a-f]{64}")


class Commitment(DomainObject):
    """A value that was taken out of an input.

    Parameters
    ----------
    file, row, column
        Where it stood; the header is row 1. Of a TOML file the row is 0 and the column leads to its key, as
        ``project.design.description``. Without a column it is the SHA-256 of a whole file.
    sha256
        Of the nonce in hexadecimal digits, a line break and the value in UTF-8.
    """

    file: str
    row: int
    column: str
    sha256: str


class Opening(NamedTuple):
    """What opens a commitment: the value that stood there, and its nonce."""

    file: str
    row: int
    column: str
    value: str
    nonce: str

    @property
    def sha256(self) -> str:
        """The commitment that it opens."""
        return hashlib.sha256(f"{self.nonce}\n{self.value}".encode()).hexdigest()

    @property
    def token(self) -> str:
        """What stands in the place of a text: the first digits of its commitment."""
        return f"redacted-{self.sha256[:_DIGITS_OF_A_TOKEN]}"


class TakenFact(DomainObject):
    """A fact that was computed from values which are not there: an area, a distance, points inside an outline."""

    fact: str
    of: str
    value: float
    unit: str


class Redaction(DomainObject):
    """What ``redacted.json`` holds.

    Parameters
    ----------
    facts
        Computed from the full bundle.
    told, silenced
        Findings of the full bundle that its redacted inputs do not make, and what these make instead of them.
    """

    commitments: Items[Commitment]
    facts: Items[TakenFact]
    told: Items[Finding]
    silenced: Items[Finding]

    def told_of(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return what is found in redacted inputs, with what the full bundle tells in place of what it does not."""
        return tuple(in_order(dict.fromkeys([*set_aside(findings, self.silenced), *self.told])))

    @property
    def lines(self) -> tuple[str, ...]:
        """What is taken and not recomputed, in words."""
        facts = (f"{item.fact} of {item.of}: {item.value:g} {item.unit}" for item in self.facts)
        told = (f"told: {item.severity.value} {item.code} at {item.where}" for item in self.told)
        silenced = (f"not told: {item.severity.value} {item.code} at {item.where}" for item in self.silenced)
        return (*facts, *told, *silenced)


def set_aside(findings: Sequence[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Return findings without those known."""
    left_out = set(known)
    return [item for item in findings if item not in left_out]


def run_redacted(
    inputs: Mapping[str, bytes], rule_set: RuleSet, options: RunOptions, redaction: Redaction
) -> Run:
    """Run inputs that values were taken out of, with the findings of the full bundle.

    Raises
    ------
    FindingsError
        If a finding blocks.
    """
    from mollisol.computing import compute
    from mollisol.engine import assess_project

    assessment = assess_project(inputs, rule_set=rule_set, programme=options.programme)
    told, asked = redaction.told_of(assessment.findings), redaction.told_of(assessment.asked)
    assessment = replace(assessment, findings=told, asked=asked)
    return compute(assessment, RunOptions(**options.beside_rules), silent)


def openings_csv(openings: Sequence[Opening]) -> bytes:
    """Return the file of nonces, which the proponent keeps: a row for each value that was taken out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([Opening._fields, *openings])
    return out.getvalue().encode()


def read_openings(content: bytes, file: str) -> list[Opening]:
    """Return rows of a file of nonces.

    Raises
    ------
    UserError
        If it is none.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
        found = [
            Opening(row["file"], int(row["row"]), row["column"], row["value"], row["nonce"]) for row in rows
        ]
    except (UnicodeDecodeError, KeyError, TypeError, ValueError, csv.Error):
        found = []
    if not found or not all(
        isinstance(item.value, str) and _NONCE.fullmatch(item.nonce or "") for item in found
    ):
        raise UserError(f"{file}: no rows of nonces; allowed: a table with {', '.join(Opening._fields)}")
    return found


def opened(redaction: Redaction, openings: Sequence[Opening], rows: Sequence[str]) -> list[Opening]:
    """Return the rows that were asked for as ``FILE:ROW``, or all, each held against its commitment.

    Raises
    ------
    UserError
        If there is no such row, or a value or its nonce is not that of the commitment.
    """
    there = {(item.file, item.row, item.column): item.sha256 for item in redaction.commitments}
    found = [item for item in openings if not rows or f"{item.file}:{item.row}" in rows]
    wrong = [item for item in found if there.get(item[:3]) != item.sha256]
    if wrong or not found:
        first = wrong[0] if wrong else None
        at = f"{first.file}:{first.row} [{first.column}]" if first else "none is asked for that stands there"
        raise UserError(f"{len(wrong)} of {len(found)} values do not open: {at}; not what was committed to")
    return found
