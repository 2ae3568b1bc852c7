"""Whether units may be requested: the one place where that is decided, from findings alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from mollisol.methodology.findings import Finding, Severity

type RunState = Literal["eligible", "provisional", "refused", "proposed"]
"""``proposed``: the rules are on no trusted list. ``refused``: a rule is not kept, the bar is in the way, or a safety
could not be computed. ``provisional``: nothing is broken, but something that must be declared was not."""

PROPOSED: Final = "rules-proposed"
NOT_DECLARED: Final = frozenset(
    {"choice-undeclared", "deviation-not-approved", "kind-placeholder", "ledger-not-shown"}
)
"""Codes that say that something which must be declared was not."""
NOT_ASSESSED: Final = NOT_DECLARED | {
    "boundary-no-reason",
    "control-equivalence-not-shown",
    "control-spread-unknown",
    "eligibility-incomplete",
    "eligibility-not-declared",
    "evidence-no-register",
    "geometry-missing",
    "guard-not-computed",
    "plan-missing",
    "plan-self-dated",
    "points-lost",
    "posterior-not-computed",
    "schedule-incomplete",
    "validation-not-judged",
}
"""Codes that say that something could not be judged: it was not declared, shown or computed. Page one has them."""


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
