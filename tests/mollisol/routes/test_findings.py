"""What a route says where it could not be computed, where a check fails, and where few units tell little."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.overlay import Overlay
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


def test_a_posterior_that_the_data_do_not_carry_is_told_beside_what_issues(
    make_project: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mollisol.routes.posterior.posterior_of_change", refuse)
    found = findings_of(make_project(FOUR_SITES))
    assert found["posterior-not-computed"].found == "the data do not carry it"
    assert found["posterior-not-computed"].severity.value == "note"


@pytest.mark.parametrize(
    ("form", "severity"), [("sharp", "note"), ("posterior", "refusal"), ("lower", "refusal")]
)
def test_a_failed_check_of_the_posterior_refuses_where_the_posterior_decides(
    form: str, severity: str, make_project: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mollisol.uncertainty.posterior.diagnostics.MOST_ERROR", 0.0)
    entry = {"id": "mollisol.issuance.form", "from": date(2020, 1, 1), "value": form, "reason": "a test"}
    overlay = Overlay.model_validate({"label": "a test", "set": [entry]})
    found = run_project(make_project(FOUR_SITES), overlays=[overlay]).findings
    failed = next(one for one in found if one.code == "posterior-check-failed")
    assert failed.severity.value == severity
    assert failed.where.thing.endswith("monte-carlo-error")


def test_a_guarded_form_that_the_data_do_not_carry(
    make_project: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the rules of release 0.1.0 alone."""
    monkeypatch.setattr("mollisol.routes.guarded.guarded_credit", refuse)
    entry = {"id": "mollisol.issuance.form", "from": date(2020, 1, 1), "value": "lower", "reason": "a test"}
    overlay = Overlay.model_validate({"label": "a test", "set": [entry]})
    found = run_project(make_project(FOUR_SITES), overlays=[overlay]).findings
    (told,) = (one for one in found if one.code == "guard-not-computed")
    assert told.found == "the data do not carry it"
    assert told.severity.value == "refusal"
