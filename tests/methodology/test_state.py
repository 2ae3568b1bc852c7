"""What findings make of a run and of a period."""

from __future__ import annotations

import pytest

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.results.state import state_of, state_of_period


def findings(codes: str) -> list[Finding]:
    told = [
        Finding(code=code, severity=Severity.REFUSAL, where=Place(), found="", allowed="", do="")
        for code in codes.split()
    ]
    warning = Finding(
        code="loss-event", severity=Severity.WARNING, where=Place(), found="", allowed="", do=""
    )
    return [warning, *told]


@pytest.mark.parametrize(
    ("codes", "run", "period"),
    [
        ("", "eligible", "eligible"),
        ("choice-undeclared", "provisional", "provisional"),
        ("kind-placeholder choice-undeclared", "provisional", "provisional"),
        ("half-width-over-estimate", "refused", "refused"),
        ("choice-undeclared half-width-over-estimate", "refused", "refused"),
        ("rules-proposed", "proposed", "proposed"),
        ("rules-proposed half-width-over-estimate", "proposed", "refused"),
        ("rules-proposed choice-undeclared", "proposed", "provisional"),
    ],
)
def test_the_worst_of_the_refusals_decides(codes: str, run: str, period: str) -> None:
    assert state_of(findings(codes)) == run
    assert state_of_period(findings(codes)) == period
