"""Deviations are applied as they were approved, not as they were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from mollisol.methodology.context import Context
from mollisol.methodology.deviations import NEVER_LIFTED, STOPS, apply_deviations
from mollisol.methodology.findings import Finding, Place, Severity, blocking, finding, reasons
from mollisol.methodology.project import Deviation
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.results.state import state_of


def question_deviations(
    context: Context, findings: Sequence[Finding], inputs: Mapping[str, bytes]
) -> list[Finding]:
    """Return findings with deviations applied, and what is wrong with the approval of those that lift something."""
    return _answered(context, findings, context.project.head.deviations, inputs)


def _answered(
    context: Context,
    findings: Sequence[Finding],
    deviations: Sequence[Deviation],
    inputs: Mapping[str, bytes],
) -> list[Finding]:
    shown = bool(context.rules.value("mollisol.words.shown").value)
    applied = apply_deviations(findings, deviations, words_suffice=not shown)
    proponent = context.project.head.proponent
    return [*applied, *(_approvals(applied, deviations, proponent, inputs) if shown else ())]


def deviation_effects(
    context: Context,
    findings: Sequence[Finding],
    inputs: Mapping[str, bytes],
    periods: Sequence[PeriodResult],
) -> list[Finding]:
    """Return what each deviation that answers a finding does to the units: the findings held again without it.

    A deviation changes no input and no rule, so every figure stays; what stands again is the finding, and with it the
    state. A period that is refused for something else has no units either way.

    Parameters
    ----------
    context
        The project and its rules.
    findings
        All findings of the assessment, before deviations were applied.
    inputs
        The files that were read, for the evidence.
    periods
        As computed with all deviations.
    """
    deviations = context.project.head.deviations
    applied = apply_deviations(findings, deviations)
    requested, computed = (
        sum(period.units_to_issue_t for period in periods),
        sum(period.units_if_eligible_t or 0 for period in periods),
    )
    told = []
    for deviation in deviations:
        codes = {one.code for one in applied if one.answered_by == deviation.id}
        if not codes:
            continue
        left = _answered(context, findings, [other for other in deviations if other is not deviation], inputs)
        standing = {one.severity for one in left if one.code in codes and not one.answered_by}
        if blocking(left):
            words = f"{deviation.code} stands again and stops the project: nothing is computed, 0 units"
        elif Severity.REFUSAL in standing:
            state = state_of(one for one in left if one.severity is Severity.REFUSAL)
            words = f"{deviation.code} stands again and the project is {state}: 0 units"
        else:
            words = f"{requested} units too: {deviation.code} stops nothing"
        found = f"with it {requested} units can be requested of {computed} computed; without it {words}"
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
