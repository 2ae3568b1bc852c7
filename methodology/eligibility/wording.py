"""One short way to make a finding of an eligibility check."""

from __future__ import annotations

from mollisol.methodology.findings import Finding, Place, Severity

DOCUMENT = "VM0042 2.2"


def clause(where: str) -> str:
    """Give a clause of the methodology as findings cite it."""
    return f"{DOCUMENT}, {where}"


def finding(
    code: str,
    thing: str,
    *,
    found: str,
    allowed: str,
    do: str,
    clause: str,
    severity: Severity = Severity.BLOCKING,
) -> Finding:
    """Make a finding about a named thing; blocking unless said otherwise."""
    return Finding(
        code=code,
        severity=severity,
        where=Place(thing=thing),
        found=found,
        allowed=allowed,
        do=do,
        clause=clause,
    )
