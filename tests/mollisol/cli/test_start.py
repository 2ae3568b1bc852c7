"""What the command line loads before it has anything to do, and what it says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files

import pytest
import typer.main
from typer.testing import CliRunner

from mollisol.cli.app import app

HEAVY = (
    "numpy",
    "scipy",
    "pandas",
    "matplotlib",
    "jinja2",
    "pymc",
    "arviz",
    "shapely",
    "pyproj",
    "numba",
    "rich",
)
ASK = f"""
import sys
print(sorted({{name.partition('.')[0] for name in sys.modules}} & set({HEAVY!r})))
"""
HELP = """
import contextlib, io, sys
sys.argv = ["mollisol", "--help"]
from mollisol.cli import app as cli
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    cli.main()
"""


@pytest.mark.parametrize("start", ["import mollisol\n", "import mollisol.cli.app\n", HELP])
def test_nothing_heavy_is_loaded(start: str) -> None:
    done = subprocess.run([sys.executable, "-c", start + ASK], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def commands() -> list[tuple[str, ...]]:
    group = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found.append((name,))
        found += [(name, inner) for inner in getattr(command, "commands", {})]
    return found


def test_every_command_of_the_design_is_there() -> None:
    assert {"new", "check", "run", "demo", "schema", "eq", "rules"} <= {name for name, *_ in commands()}


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_stands_in_help_and_explains_itself(command: tuple[str, ...]) -> None:
    *above, name = command
    listed = CliRunner().invoke(app, [*above, "--help"]).output
    assert any(line.split()[:1] == [name] and len(line.split()) > 1 for line in listed.splitlines()), listed
    own = CliRunner().invoke(app, [*command, "--help"])
    assert own.exit_code == 0
    assert own.output.startswith(f"Usage: mollisol {' '.join(command)}") or "Usage:" in own.output


@pytest.mark.parametrize(
    "command", [("check",), ("run",), ("demo",), ("eq",), ("rules", "list"), ("rules", "show")]
)
def test_commands_that_print_results_know_json(command: tuple[str, ...]) -> None:
    assert "--json" in CliRunner().invoke(app, [*command, "--help"]).output


def test_schema_knows_each_file_of_the_skeleton() -> None:
    known = json.loads(CliRunner().invoke(app, ["schema", "--json"]).stdout)
    skeleton = {item.name for item in files("mollisol").joinpath("skeleton").iterdir()}
    assert {name.replace("project.toml", "project") for name in skeleton} <= set(known)
