"""Deviations are applied as they were approved, not as they were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from mollisol.methodology.context import Context
from mollisol.methodology.deviations import NEVER_LIFTED, STOPS, apply_deviations
from mollisol.methodology.findings import Finding, Place, Severity, finding, reasons
from mollisol.methodology.project import Deviation
from mollisol.methodology.results.run import PeriodResult


def question_deviations(
    context: Context, findings: Sequence[Finding], inputs: Mapping[str, bytes]
) -> list[Finding]:
    """Return findings with deviations applied, and what is wrong with the approval of those that lift something."""
    head = context.project.head
    shown = bool(context.rules.value("mollisol.words.shown").value)
    applied = apply_deviations(findings, head.deviations, words_suffice=not shown)
    return [*applied, *(_approvals(applied, head.deviations, head.proponent, inputs) if shown else ())]


def deviation_effects(
    findings: Sequence[Finding], deviations: Sequence[Deviation], periods: Sequence[PeriodResult]
) -> list[Finding]:
    """Return what each deviation that answers a finding does to the units of all periods."""
    computed_t = sum(period.units_if_eligible_t or 0 for period in periods)
    requested_t = sum(period.units_to_issue_t for period in periods)
    told = []
    for deviation in deviations:
        codes = {one.code for one in findings if one.answered_by == deviation.id}
        if not codes:
            continue
        severities = {reasons()[code].severity for code in codes}
        if Severity.BLOCKING in severities:
            without = "without it nothing is computed"
        elif Severity.REFUSAL in severities:
            without = f"without it 0 of {computed_t}"
        else:
            without = f"without it as many: {deviation.code} stops nothing"
        found = f"with it {requested_t} units can be requested of {computed_t} computed; {without}"
        where = Place(file="project.toml", thing=f"deviation {deviation.id}")
        told.append(finding("deviation-effect", where, found))
    return told


def _approvals(
    findings: Sequence[Finding],
    deviations: Sequence[Deviation],
    proponent: str,
    inputs: Mapping[str, bytes],
) -> list[Finding]:
    """Return what is wrong with the approval of each deviation that lifts what would have stopped issuance.

    Parameters
    ----------
    findings
        With deviations applied.
    proponent
        Nobody approves a deviation of its own.
    inputs
        The files that were read, for the evidence.
    """
    told = []
    for deviation in deviations:
        codes = {one.code for one in findings if one.answered_by == deviation.id}
        where = Place(file="project.toml", thing=f"deviation {deviation.id}")
        if codes & NEVER_LIFTED:
            found = f"a deviation for {deviation.code}"
            told.append(
                finding("deviation-lifts-nothing", where, found, names=", ".join(sorted(NEVER_LIFTED)))
            )
        elif any(reasons()[code].severity in STOPS for code in codes):
            lacking = _lacking(deviation, proponent, inputs)
            if lacking:
                told.append(finding("deviation-not-approved", where, f"{deviation.code}: {lacking}"))
    return told


def _lacking(deviation: Deviation, proponent: str, inputs: Mapping[str, bytes]) -> str:
    """Return what an approval lacks, in words; nothing where it is whole."""
    needed = ("approved_by", "reference", "evidence_file", "evidence_sha256")
    empty = [key for key in needed if not getattr(deviation, key).strip()]
    if empty:
        return f"no {', '.join(empty)}"
    if deviation.approved_by.strip().casefold() == proponent.strip().casefold():
        return "approved by the proponent"
    digest = sha256(inputs.get(deviation.evidence_file, b"")).hexdigest()
    if digest != deviation.evidence_sha256:
        return f"{deviation.evidence_file} has the hash {digest[:12]}..., not {deviation.evidence_sha256[:12]}..."
    return ""
