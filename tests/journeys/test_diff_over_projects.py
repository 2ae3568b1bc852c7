"""The methodology author's diff over more than one project."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.methodology.findings import UserError

DIFF = ["rules", "diff", "vm0042-2.2+2026-06-11", "--proposal", "gwp-ar6"]


def test_every_project_is_compared(tmp_path: Path) -> None:
    """Neither project counts methane, so nothing moves; what matters is that none is passed over."""
    projects = []
    for name in ("one", "two"):
        shutil.copytree(Path(str(files("mollisol").joinpath("skeleton"))), tmp_path / name)
        projects += ["--project", str(tmp_path / name)]
    table = tmp_path / "two" / "core_increments.csv"
    table.write_text(table.read_text().replace(",15.2,", ",-15.2,"))
    shown = CliRunner().invoke(app, [*DIFF, *projects], catch_exceptions=False)
    assert shown.exit_code == 0
    last = shown.stdout.splitlines()[-3:]
    nothing = "+0.000000 t CO2e (reductions +0.000000, removals +0.000000), +0 units"
    why = "blocked under A by value-out-of-range, under B by value-out-of-range"
    assert last == [
        f"{tmp_path / 'one'}: {nothing}",
        f"{tmp_path / 'two'}: not comparable, {why}",
        f"1 of 2 projects compared: {nothing}",
    ]
    document = json.loads(CliRunner().invoke(app, [*DIFF, *projects, "--json"]).stdout)
    assert list(document["projects"]) == [str(tmp_path / "one"), str(tmp_path / "two")]
    two = document["projects"][str(tmp_path / "two")]
    assert (two["not_comparable"], two["change"], two["credits_a"]["totals"]) == (why, {}, {})
    assert (document["compared"], document["not_comparable"]) == (1, [str(tmp_path / "two")])
    folder = ["--projects", str(tmp_path), "--json"]
    assert json.loads(CliRunner().invoke(app, [*DIFF, *folder]).stdout) == document


def test_folder_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no project folder in it"):
        CliRunner().invoke(app, [*DIFF, "--projects", str(tmp_path)], catch_exceptions=False)


def test_project_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such project folder"):
        CliRunner().invoke(app, [*DIFF, "--project", str(tmp_path / "no")], catch_exceptions=False)
