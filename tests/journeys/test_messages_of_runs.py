"""What a run, a proposal and an audit say where they refuse."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.audit.effects import RecordsError, effects_of_records
from mollisol.bundle.read import open_bundle
from mollisol.cli.app import app
from mollisol.cli.summary import _less
from tests.support.bundles import put_trace, trace_of


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journey") / "project"
    shutil.copytree(Path(str(files("mollisol").joinpath("skeleton"))), folder)
    return folder


@pytest.fixture(scope="module")
def bundle(project: Path) -> Path:
    out = project.parent / "bundle"
    result = CliRunner().invoke(app, ["run", str(project), "--out", str(out), "--route", "analytic"])
    assert result.exit_code == 3
    (project.parent / "stdout.txt").write_text(result.stdout)
    return out


def test_a_provisional_run_says_why_and_check_says_all_of_it(project: Path, bundle: Path) -> None:
    told = (bundle.parent / "stdout.txt").read_text()
    assert " computed, provisional: 0 can be requested  PLACEHOLDER project (placeholders)\n" in told
    assert "A registry would still ask, before units can be requested:\n" in told
    assert "  eligibility-not-declared: The project declares nothing on its eligibility.\n" in told
    assert " more: mollisol check tells all, with what to do\n" in told
    checked = CliRunner().invoke(app, ["check", str(project)]).stdout
    assert "REFUSAL kind-placeholder  project.toml kind\n" in checked
    assert "do       put in the project's own data and set the kind" in checked


def test_amounts_below_zero_are_added_not_taken_twice() -> None:
    assert (_less(141.84), _less(0.0), _less(-216.1)) == ("- 141.8", "- 0.0", "+ 216.1")


def test_a_fault_in_a_proposal_is_not_laid_on_the_project(project: Path, tmp_path: Path) -> None:
    shipped = files("mollisol").joinpath("methodology", "rules", "proposals", "gwp-ar6.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(shipped.replace("vcs.gwp.methane", "vcs.gwp.marsh-gas"))
    result = CliRunner().invoke(app, ["check", str(project), "--proposal", str(file), "--json"])
    assert result.exit_code == 2
    found = json.loads(result.stdout)["findings"]
    (finding,) = [one for one in found if one["severity"] == "blocking"]
    assert finding["code"] == "proposal-unknown"
    assert finding["where"]["thing"] == "proposal AR6 warming potentials: vcs.gwp.marsh-gas"
    assert finding["allowed"] == "vcs.gwp.methane, vcs.gwp.nitrous-oxide"
    assert "there is no rule vcs.gwp.marsh-gas" in finding["found"]


def test_records_of_a_bundle_without_measured_change(bundle: Path, tmp_path: Path) -> None:
    """As under measure and model, where no change of a control site is in the trace."""
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    trace = json.dumps(trace_of(copy)).replace('"control_change@1"', '"other_change@1"')
    put_trace(copy, json.loads(trace))
    with pytest.raises(RecordsError) as raised:
        effects_of_records(open_bundle(copy))
    assert "only projects that measure and re-measure have such records" in str(raised.value)
    assert "KeyError" not in str(raised.value)
