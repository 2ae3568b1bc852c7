"""What a route says where it could not be computed, where a check fails, and where few units tell little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Finding
from tests.support.projects import FOUR_SITES, Layout


def findings_of(folder: Path) -> dict[str, Finding]:
    return {one.code: one for one in run_project(folder).findings}


def refuse(*_: Any, **__: Any) -> Any:
    raise ValueError("the data do not carry it")


def test_few_units_do_not_show_a_long_tail(make_project: Callable[[Layout], Path]) -> None:
    found = findings_of(make_project(FOUR_SITES))
    assert found["long-tail-unseen"].severity.value == "note"
    assert found["posterior-check-to-read"].severity.value == "note"
    assert "posterior-check-failed" not in found


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("mollisol.routes.guarded.moment_credit", "guard-not-computed"),
        ("mollisol.routes.posterior.posterior_of_change", "posterior-not-computed"),
    ],
)
def test_a_route_that_the_data_do_not_carry(
    function: str, code: str, make_project: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(function, refuse)
    found = findings_of(make_project(FOUR_SITES))
    assert found[code].found == "the data do not carry it"
    assert found[code].severity.value == "refusal"


def test_a_failed_check_of_the_posterior_refuses(
    make_project: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mollisol.uncertainty.posterior.diagnostics.MOST_ERROR", 0.0)
    failed = findings_of(make_project(FOUR_SITES))["posterior-check-failed"]
    assert failed.severity.value == "refusal"
    assert failed.where.thing.endswith("monte-carlo-error")
