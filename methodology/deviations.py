"""Declared deviations: a finding that a project answers with a reason is lowered to a warning, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Deviation

ANSWERABLE = frozenset(
    {
        "campaign-spread",
        "control-not-similar",
        "control-too-far",
        "control-too-few",
        "depth-below-minimum",
        "design-not-stratified-random",
        "increments-too-few",
        "initial-measurement-off-start",
        "interval-unequal",
        "look-back-short",
        "method-changed",
        "method-not-recommended",
        "period-length",
        "remeasurement-late",
        "season-changed",
        "unit-suspect",
    }
)
"""Codes of rules that a registry may let a project depart from; faults of form are not among them."""


NEVER_LIFTED: Final = frozenset({"control-not-similar", "control-too-far", "interval-unequal"})
"""Of these, what no approval makes right: there is no baseline, or what is claimed was not measured. The figures are
computed, and no unit can be requested."""
LIFTED: Final = ANSWERABLE - NEVER_LIFTED
STOPS: Final = frozenset({Severity.BLOCKING, Severity.REFUSAL})


def answer_to(code: str) -> str:
    """Return in words what a declared deviation does to a finding of a code."""
    if code in LIFTED:
        return "a deviation that is approved lowers it to a warning"
    if code in NEVER_LIFTED:
        return "a deviation lets the figures be computed; no approval makes units of them"
    return "no deviation answers it"


def apply_deviations(
    findings: Sequence[Finding], deviations: Sequence[Deviation], *, words_suffice: bool = False
) -> list[Finding]:
    """Mark each finding that a deviation answers, lower it where it stopped, and tell of unused deviations.

    ``words_suffice`` is how bundles of release 0.1.0 were computed: a sentence lifted every code of the list.
    """
    used: set[str] = set()
    result = []
    for one in findings:
        answer = _answer(one, deviations)
        if answer is None:
            result.append(one)
        else:
            used.add(answer.id)
            never = one.code in NEVER_LIFTED and not words_suffice
            lowered = Severity.REFUSAL if never else Severity.WARNING
            severity = lowered if one.severity in STOPS else one.severity
            result.append(one.model_copy(update={"severity": severity, "answered_by": answer.id}))
    return result + [_unused(deviation) for deviation in deviations if deviation.id not in used]


def _answer(one: Finding, deviations: Sequence[Deviation]) -> Deviation | None:
    if one.code not in ANSWERABLE:
        return None
    for deviation in deviations:
        if deviation.code == one.code and deviation.applies_to in {"", one.where.thing}:
            return deviation
    return None


def _unused(deviation: Deviation) -> Finding:
    known = deviation.code in ANSWERABLE
    return finding(
        "deviation-unused" if known else "deviation-not-possible",
        Place(file="project.toml", thing=f"deviation {deviation.id}"),
        f"a deviation for {deviation.code}",
        names=", ".join(sorted(ANSWERABLE)),
    )
