"""What a run says of itself: exit code, state and units, for each thing that can be in the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.broken.conftest import CASES, apply
from tests.mollisol.cli.conftest import Mollisol
from tests.support.declarations import declare
from tests.support.modelled_project import write_modelled_project

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
        ([], ["--route", "analytic"], "eligible", 0),
        ([], ["--route", "posterior"], "eligible", 0),
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


def refuse(*_: object, **__: object) -> None:
    """Stand for a form that the data do not carry."""
    raise ValueError("the data do not carry it")


@pytest.mark.parametrize(
    ("function", "options"),
    [("", ["--route", "analytic"]), ("mollisol.routes.modelled.modelled_posterior", [])],
)
def test_without_the_form_that_issues_a_modelled_project_is_refused(
    function: str, options: Sequence[str], mollisol: Mollisol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No control site measured its baseline, so that the posterior issues."""
    project = declare(write_modelled_project(tmp_path / "project"))
    found, results = done(mollisol, project)
    assert (found, results["state"]) == (0, "eligible")
    if function:
        monkeypatch.setattr(function, refuse)
    found, results = done(mollisol, project, *options)
    (period,) = results["periods"]
    assert (found, results["state"], period["units_to_issue_t"]) == (3, "refused", 0)
    assert period["units_if_eligible_t"] > 0


def test_the_posterior_of_a_measured_project_informs_and_own_rules_propose(
    mollisol: Mollisol, skeleton: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(declare(skeleton), [CONSTRUCTED])
    monkeypatch.setattr("mollisol.routes.posterior.posterior_of_change", refuse)
    assert done(mollisol, skeleton)[1]["state"] == "eligible", "the posterior informs here"
    found, results = done(mollisol, skeleton, "--rules", str(_posterior_issues(skeleton.parent)))
    assert (found, results["state"]) == (3, "proposed"), "and rules of somebody's own never issue"


def _posterior_issues(folder: Path) -> Path:
    """Write a rule set of its own, under the editions of the shipped one."""
    shipped = files("mollisol.methodology").joinpath("rulesets", "vm0042-2.2+2026-06-11.toml")
    text = shipped.read_text(encoding="utf-8").replace('"vm0042-2.2+2026-06-11"', '"my-own"', 1)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path
