"""What a run says of itself: exit code, state and units, for each thing that can be in the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.broken.conftest import CASES, apply
from tests.mollisol.cli.conftest import Mollisol
from tests.support.declarations import declare

CONSTRUCTED = {"file": "project.toml", "find": 'kind = "placeholder"', "put": 'kind = "constructed"'}
ONE_LAYER = {"file": "core_increments.csv", "without": {"campaign": "2026", "upper_cm": "30"}}
UNDECLARED = {"file": "eligibility.toml", "delete": True}
NO_PLAN = [{"file": f"plan/{name}", "delete": True} for name in ("plan.toml", "points.csv")]


def done(mollisol: Mollisol, project: Path, *options: str) -> tuple[int, Mapping[str, Any]]:
    """Run a project and return the exit code and its results; units stand in the periods as they stand in the total."""
    out = project.parent / "bundle"
    code = mollisol("run", project, "--out", out, *options).code
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert mollisol("check", project).code == 0, "nothing blocks"
    return code, results


@pytest.mark.parametrize(
    ("edits", "options", "state", "code"),
    [
        ([], [], "eligible", 0),
        ([UNDECLARED], [], "provisional", 3),
        (NO_PLAN, [], "provisional", 3),
        ([ONE_LAYER], [], "refused", 3),
        ([ONE_LAYER, UNDECLARED], [], "refused", 3),
        ([], ["--route", "analytic"], "refused", 3),
        ([], ["--route", "posterior"], "refused", 3),
        ([], ["--proposal", "gwp-ar6"], "proposed", 3),
        ([UNDECLARED], ["--proposal", "gwp-ar6"], "proposed", 3),
        (CASES["method-changed-one-side"]["edit"], [], "refused", 3),
        (CASES["outcome-half-width"]["edit"], [], "refused", 3),
    ],
)  # fmt: skip
def test_units_only_where_eligible_and_figures_always(
    edits: Sequence[Mapping[str, Any]],
    options: Sequence[str],
    state: str,
    code: int,
    mollisol: Mollisol,
    skeleton: Path,
) -> None:
    apply(declare(skeleton), [CONSTRUCTED, *edits])
    found, results = done(mollisol, skeleton, *options)
    (period,) = results["periods"]
    assert (results["state"], found) == (state, code)
    computed = max(0, int(period["verified_total_t_co2e"]))
    assert period["units_to_issue_t"] == (computed if state == "eligible" else 0)
    if "half-width" not in str(edits):
        assert period["units_if_eligible_t"] == computed


@pytest.mark.parametrize("form", ["guarded.moment_credit", "posterior.posterior_of_change"])
def test_a_form_that_could_not_be_computed_refuses(
    form: str, mollisol: Mollisol, skeleton: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("the data do not carry it")

    apply(declare(skeleton), [CONSTRUCTED])
    monkeypatch.setattr(f"mollisol.routes.{form}", refuse)
    found, results = done(mollisol, skeleton)
    (period,) = results["periods"]
    assert (found, results["state"], period["units_to_issue_t"]) == (3, "refused", 0)
    assert period["units_if_eligible_t"] > 0
