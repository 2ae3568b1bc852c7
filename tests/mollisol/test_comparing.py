"""A project under several programmes side by side: the steps add up, and each names its rule or its baseline."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.portfolio.comparing import STEPS
from tests.mollisol.programmes.whole_projects import whole_project

ROOT = Path(__file__).parents[2]


def test_a_real_project_side_by_side(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(
        app, ["compare", str(ROOT / "examples" / "woburn-ley"), "--out", str(page), "--json"]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    _, *others = found["programmes"]
    assert [one["programme"] for one in found["programmes"]] == ["vm0042", "gs402", "crcf"]
    for one in found["programmes"]:
        assert sum(one["amounts_t_co2e"].values()) == pytest.approx(one["credited_t_co2e"], rel=1e-9)
    for one in others:
        assert (one["eligible"], one["units_to_issue_t"]) == (False, 0)
        assert one["missing"]
        assert one["baselines"] == ["static"]
    for difference in found["differences"]:
        assert [step["step"] for step in difference["steps"]] == list(STEPS)
        assert all(step["vm0042"] and step[difference["programme"]] for step in difference["steps"])
        assert difference["rest_t_co2e"] == pytest.approx(0.0, abs=1e-6)
    trend = found["differences"][0]["steps"][0]
    assert "regional trend" in trend["gs402"]
    assert "regional trend" in trend["vm0042"]
    shown = page.read_text(encoding="utf-8")
    assert "gs501.buffer.share" in shown
    assert "programme-answer-missing" in shown


def test_a_programme_that_cannot_compute_says_why(tmp_path: Path) -> None:
    """The tables of a whole project lack what VM0042 asks: it is blocked, and the others are computed."""
    folder = whole_project("less-nitrogen-lower-yield", tmp_path / "project")
    done = CliRunner().invoke(app, ["compare", str(folder)])
    assert done.exit_code == 0, done.output
    assert "vm0042: not computed" in done.stdout
    assert "944 units if it were" in done.stdout
    assert "1,017 units if it were" in done.stdout
    assert "crcf against gs402" in done.stdout


@pytest.mark.slow
def test_the_page_of_examples_is_as_the_command_has_it() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "pages" / "programmes.py"))["page"]()
    assert (ROOT / "docs" / "programmes-compared.md").read_text(encoding="utf-8") == made
