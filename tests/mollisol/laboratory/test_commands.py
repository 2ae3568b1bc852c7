"""The commands of the laboratory: worlds that are written, checked and run, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.laboratory.worlds import load_world, world_names, world_text
from mollisol.methodology.findings import FindingsError

EXAMPLES = Path(__file__).parents[3] / "examples"
BROKEN = {
    "a share": ("share = 0.40", "share = 0.50", "the shares of practice must sum to 1"),
    "a kind": ('kind = "normal", mean = 6.0, sd = 3.5', 'kind = "normal", mean = 6.0', "needs mean and sd"),
    "a source": ('source = "no register of areas was found", ', "", "Field required"),
    "a status": ('status = "from-memory"', 'status = "sure"', "Input should be"),
    "one sample": ("values = [3, 5, 8, 12]", "values = [1, 5, 8, 12]", "samples must be 2 or more"),
    "half a site": (
        "values = [3, 5, 8], shares = [0.5",
        "values = [2.5, 5, 8], shares = [0.5",
        "whole numbers",
    ),
    "an unknown key": ("stratum_ratio = 0.7", "stratum_rate = 0.7", "Extra inputs"),
    "no number": ("stratum_ratio = 0.7", "stratum_ratio = nan", "stratum_ratio"),
    "no TOML": ("schema = 1", "schema = ", "not a TOML file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_world_that_cannot_be_drawn_from_is_told(tmp_path: Path, name: str) -> None:
    old, new, said = BROKEN[name]
    text = world_text("default")
    assert old in text
    path = tmp_path / "world.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        load_world(str(path))
    assert {one.code for one in caught.value.findings} == {"world-not-usable"}
    assert any(said in f"{one.where} {one.found}" for one in caught.value.findings)
    seen = CliRunner().invoke(app, ["lab", "run", str(path), "--json"])
    assert seen.exit_code == 2
    assert [one["code"] for one in json.loads(seen.stdout)["findings"]] == ["world-not-usable"] * len(
        caught.value.findings
    )


def test_a_world_that_is_not_there_is_told_with_those_that_are() -> None:
    seen = CliRunner().invoke(app, ["lab", "run", "V9"])
    assert seen.exit_code == 2
    assert "world-unreadable" in seen.stderr
    assert all(name in seen.stderr for name in world_names())


def test_every_world_that_ships_says_where_each_number_is_from() -> None:
    for name in world_names():
        world = load_world(name)
        assert world.about
        assert all(source and status for _, status, source in world.sources)


def test_a_world_is_written_then_checked(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    wrote = CliRunner().invoke(app, ["lab", "make", str(path)])
    assert wrote.exit_code == 0
    assert f"wrote {path}" in wrote.stdout
    assert path.read_text(encoding="utf-8") == world_text("default")
    assert "assumption" in wrote.stdout
    checked = CliRunner().invoke(app, ["lab", "make", str(path)])
    assert f"checked {path}" in checked.stdout


def test_a_run_tells_the_promise_among_those_that_issue(tmp_path: Path) -> None:
    seen = CliRunner().invoke(
        app,
        ["lab", "run", "V1", "--projects", "2000", "--check", "1", "--proposal", "bar-on-design", "--out",
         str(tmp_path / "lab")],
    )  # fmt: skip
    assert seen.exit_code == 0, seen.stderr
    assert "selected-in-population" in seen.stderr
    assert "the full engine has no equations of all of it" in seen.stderr
    assert "p_issued" in seen.stdout
    assert (tmp_path / "lab" / "manifest.json").is_file()
    again = CliRunner().invoke(app, ["lab", "run", "V1", "--projects", "100", "--check", "0", "--json"])
    document = json.loads(again.stdout)
    assert document["scenarios"][0]["figures"] == {}, "fewer than 400 issued"


def test_a_proposal_that_does_not_fit_stops_before_anything_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        'label = "x"\n[[set]]\nid = "vcs.eligibility.half-width"\nfrom = 2023-08-29\nvalue = -1\nreason = "x"\n',
        encoding="utf-8",
    )
    seen = CliRunner().invoke(app, ["lab", "run", "V1", "--proposal", str(path)])
    assert seen.exit_code == 2
    assert "proposal-not-allowed" in seen.stderr


@pytest.mark.slow
def test_replicates_of_a_project_have_its_design_and_keep_its_promise(tmp_path: Path) -> None:
    """What was measured is the truth of the replicates, so that the moment form keeps two thirds."""
    path = tmp_path / "world.toml"
    made = CliRunner().invoke(app, ["lab", "make", str(path), "--around", str(EXAMPLES / "mixed-farm")])
    assert made.exit_code == 0, made.stderr
    design = load_world(str(path)).design
    assert design is not None
    assert design.area_ha == (60.0, 40.0, 50.0)
    assert design.samples == (8, 8, 8)
    seen = CliRunner().invoke(app, ["lab", "run", str(path), "--projects", "4000", "--check", "2", "--json"])
    found = json.loads(seen.stdout)["scenarios"][0]["figures"]["p_all"]
    assert 0.657 - 3 * found["error"] <= found["value"] <= 0.705 + 3 * found["error"]


@pytest.mark.slow
def test_a_backtest_runs_the_real_projects_of_a_folder(tmp_path: Path) -> None:
    """Its amounts are those of run; a higher confidence takes more off."""
    seen = CliRunner().invoke(app, ["lab", "run", str(EXAMPLES), "--proposal", "no-bar-077", "--json"])
    assert seen.exit_code == 0, seen.stderr
    rows = {(row["project"], row["scenario"]): row for row in json.loads(seen.stdout)}
    run = run_project(EXAMPLES / "woburn-ley", route="analytic").results
    own = rows["woburn-ley", run.rule_set]
    assert own["verified_t"] == pytest.approx(sum(period.verified_total_t_co2e for period in run.periods))
    assert 0 < rows["woburn-ley", "no-bar-077"]["verified_t"] < own["verified_t"]
    told = CliRunner().invoke(app, ["lab", "run", str(tmp_path)])
    assert told.exit_code == 2
    assert "no project folder" in told.stderr
