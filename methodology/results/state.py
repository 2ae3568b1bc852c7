"""Whether units may be requested: the one place where that is decided, from findings alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from mollisol.methodology.findings import Finding, Severity

type RunState = Literal["eligible", "provisional", "refused", "proposed"]
"""``proposed``: the rules are on no trusted list. ``refused``: a rule is not kept, the bar is in the way, or a safety
could not be computed. ``provisional``: nothing is broken, but something that must be declared or shown was not."""

PROPOSED: Final = "rules-proposed"
_NOT_SHOWN: Final = frozenset(
    {
        "boundary-no-reason",
        "burning-basis",
        "clause-undeclared",
        "clause-undocumented",
        "eligibility-incomplete",
        "eligibility-not-declared",
        "factor-not-rechecked",
        "geometry-missing",
        "instance-not-validated",
        "laboratory-basis-undeclared",
        "plan-afterwards",
        "plan-missing",
        "production-undeclared",
        "rating-not-answered",
        "rating-not-shown",
        "rice-water-undeclared",
        "schedule-incomplete",
        "validation-not-judged",
        "woody-uncertainty-undeclared",
    }
)
NOT_DECLARED: Final = _NOT_SHOWN | {
    "choice-undeclared",
    "deviation-not-approved",
    "kind-placeholder",
    "ledger-not-shown",
}
"""Codes that say that something which must be declared or shown was not."""
BROKEN: Final = frozenset({"control-contaminated", "increments-too-few", "validation-share-small"})
"""Codes of musts that release 0.1.0 told as warnings. Others were never credited from."""
NOT_ASSESSED: Final = NOT_DECLARED | {
    "control-equivalence-not-shown",
    "control-spread-unknown",
    "evidence-no-register",
    "guard-not-computed",
    "plan-self-dated",
    "points-lost",
    "points-not-located",
    "posterior-not-computed",
}
"""Codes that say that something could not be judged: it was not declared, shown or computed. Page one has them."""


def held_as_musts(findings: Iterable[Finding], *, decide: bool) -> list[Finding]:
    """Return findings with the musts that decide a state as refusals; as warnings under rules that let them pass."""
    if decide:
        return list(findings)
    return [
        one.model_copy(update={"severity": Severity.WARNING})
        if one.severity is Severity.REFUSAL and one.code in _NOT_SHOWN | BROKEN
        else one
        for one in findings
    ]


def state_of(findings: Iterable[Finding]) -> RunState:
    """Return the state that its findings leave a run in; under proposed rules all of it is proposed."""
    refusals = {finding.code for finding in findings if finding.severity is Severity.REFUSAL}
    if PROPOSED in refusals:
        return "proposed"
    if refusals - NOT_DECLARED:
        return "refused"
    return "provisional" if refusals else "eligible"


def state_of_period(findings: Iterable[Finding]) -> RunState:
    """Return the state of a period; under proposed rules it is told apart what those rules would still refuse."""
    found = list(findings)
    broken = state_of(finding for finding in found if finding.code != PROPOSED)
    return state_of(found) if broken == "eligible" else broken
