"""What a newcomer gets wrong first, and whether the message helps to mend it."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.reading.project import TABLES


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(Path(str(files("mollisol").joinpath("skeleton"))), folder)
    return folder


def checked(project: Path, file: str, old: str, new: str) -> str:
    text = (project / file).read_text()
    assert old in text
    (project / file).write_text(text.replace(old, new))
    result = CliRunner().invoke(app, ["check", str(project)])
    assert result.exit_code == 2
    return result.stdout


def test_missing_key_is_said_plainly(project: Path) -> None:
    told = checked(project, "project.toml", "reporting_depth_cm", "reporting_depth")
    assert "key-missing  project.toml reporting_depth_cm\n  found    no such key\n" in told


def test_date_in_quotes(project: Path) -> None:
    told = checked(project, "project.toml", "registered_on = 2026-11-21", 'registered_on = "2026-11-21"')
    assert "found    '2026-11-21'\n  allowed  a date without quotes, as 2026-11-21\n" in told


def test_depths_in_metres(project: Path) -> None:
    table = project / "core_increments.csv"
    table.write_text(table.read_text().replace(",30,50,", ",0.3,0.5,"))
    told = checked(project, "core_increments.csv", ",0,30,", ",0,0.3,")
    assert "metres written as cm: 0.5 x 100 = 50 cm" in told


def test_depths_in_inches(project: Path) -> None:
    """By hand: 20 inches of 2.54 cm are 50.8 cm, and 30 cm are asked for."""
    table = project / "core_increments.csv"
    table.write_text(table.read_text().replace(",30,50,", ",12,20,"))
    told = checked(project, "core_increments.csv", ",0,30,", ",0,12,")
    assert "inches written as cm: 20 x 2.54 = 50.8 cm" in told


def test_one_fault_in_many_rows_is_not_printed_a_screen_long(project: Path) -> None:
    """30 increments carry the date; three are shown in full, the other rows by their number."""
    told = checked(project, "core_increments.csv", "2021-10-01", "01.10.2021")
    assert told.count("allowed  a date as 2026-11-21") == 3
    assert (
        "not-a-date  also at core_increments.csv:5 [sampled_on], core_increments.csv:6 [sampled_on]" in told
    )
    assert "\nfindings: 25 blocking" in told


@pytest.mark.parametrize("file", [table.file for table in TABLES if table.required])
def test_nobody_is_told_to_leave_out_what_is_needed(project: Path, file: str) -> None:
    header = (project / file).read_text().splitlines()[0]
    for content in ("", header + "\n"):
        (project / file).write_text(content)
        told = CliRunner().invoke(app, ["check", str(project)]).stdout
        assert "do       fill it in; a table that the project does not need may be left out" in told
