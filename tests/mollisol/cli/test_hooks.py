"""The hook, the action and the workflow say commands that exist, and do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from typer.main import get_command
from typer.testing import CliRunner

import mollisol
from mollisol.cli.app import app

ROOT = Path(__file__).parents[3]
RUN = CliRunner()


def hook() -> dict[str, Any]:
    (one,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(one, dict)
    return one


def test_the_hook_checks_each_project_that_changed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pre-commit runs it: in the root, with the changed files that ``files`` finds behind the entry."""
    monkeypatch.chdir(tmp_path)
    for name in ("farms/a", "farms/b", "farms/c"):
        mollisol.Project.new().write(tmp_path / name)
    table = Path("farms/b/core_increments.csv")
    table.write_text(table.read_text().replace(",15.0,", ",<0.5,", 1))
    changed = ["README.md", "farms/a/project.toml", "farms/a/strata.csv", str(table), "farms/a/notes.txt"]
    command, *entry = shlex.split(hook()["entry"])
    passed = [name for name in changed if re.search(hook()["files"], name)]
    assert command == "mollisol"
    assert passed == changed[1:4]
    done = RUN.invoke(app, [*entry, *passed])
    assert done.exit_code == 2
    told = re.findall(r"^(\S+): findings: ", done.stdout, re.MULTILINE)
    assert [Path(name).as_posix() for name in told] == ["farms/a", "farms/b"]
    assert "below-detection-limit" in done.stdout
    assert RUN.invoke(app, [*entry, *passed[:2]]).exit_code == 0


def test_a_file_of_no_project_and_two_forms_at_once_are_refused_in_words(tmp_path: Path) -> None:
    alone = tmp_path / "alone.csv"
    alone.write_text("a\n1\n")
    done = RUN.invoke(app, ["check", str(alone)])
    assert done.exit_code == 2
    assert "alone.csv" in done.output
    for options in (
        ["--json", "--format", "sarif", "x"],
        ["--json", "x", "y"],
        ["--format", "sarif", "x", "y"],
    ):
        done = RUN.invoke(app, ["check", *options])
        assert done.exit_code == 2
        assert "exclude" in done.output
        assert not done.stdout


def test_the_commands_of_the_action_and_the_workflow_exist() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (line,) = [one["run"] for one in action["runs"]["steps"] if one["run"].startswith("mollisol")]
    _, command, *options = shlex.split(line.split(">")[0])
    known = get_command(app).commands[command]  # type: ignore[attr-defined]
    flags = {flag for one in known.params for flag in one.opts}
    assert {option for option in options if option.startswith("--")} <= flags
    assert set(re.findall(r"inputs\.(\w+)", (ROOT / "action.yml").read_text())) == set(action["inputs"])
    flow = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    steps = [step for job in flow["jobs"].values() for step in job["steps"] if "run" in step]
    assert any(step["run"] == ".ci/run" for step in steps)
    for named in re.findall(
        r"(?:-r |^)(\S+\.lock|\.ci/\S+)", "\n".join(s["run"] for s in steps), re.MULTILINE
    ):
        assert (ROOT / named).exists(), named
    for used in re.findall(r"\bmake ([a-z]+)", (ROOT / ".ci/run").read_text()):
        assert f"\n{used}:" in (ROOT / "Makefile").read_text(), used
    (python,) = flow["jobs"]["linux"]["strategy"]["matrix"].values()
    told = (ROOT / "pyproject.toml").read_text()
    assert all(f">={python[0]}" in told and name < "3.15" for name in python)
