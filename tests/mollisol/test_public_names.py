"""The public names: paths as text or as ``Path``, the version, and ``python -m mollisol``."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from importlib.metadata import version
from pathlib import Path

import pytest

import mollisol
from mollisol.bundle.signing import new_key

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "mixed-farm"


def paths(hint: object) -> set[str]:
    """Return the types that a hint allows, through unions and names of types."""
    inner = typing.get_args(getattr(hint, "__value__", hint))
    return set().union(*map(paths, inner)) if inner else {str(hint)}


@pytest.mark.parametrize("name", mollisol.__all__)
def test_a_path_may_be_text(name: str) -> None:
    public = getattr(mollisol, name)
    hints = typing.get_type_hints(public if inspect.isfunction(public) else public.__init__)
    for parameter, hint in hints.items():
        allowed = paths(hint)
        if str(Path) in allowed and parameter != "return":
            assert str(str) in allowed, f"{name}: {parameter} takes no text"


def test_text_and_path_give_the_same() -> None:
    for folder in (EXAMPLE, str(EXAMPLE)):
        assert mollisol.read_project(folder).project == mollisol.read_project(EXAMPLE).project
    texts = mollisol.assess_project(str(EXAMPLE)).findings
    assert texts == mollisol.assess_project(EXAMPLE).findings
    run = mollisol.run_project(str(EXAMPLE), route="analytic")
    assert run.results == mollisol.run_project(EXAMPLE, route="analytic").results


def test_a_bundle_by_its_name_as_text(tmp_path: Path) -> None:
    key = new_key(tmp_path / "auditor.key")
    bundle = next((ROOT / "tests" / "issued").rglob("mixed-farm.zip"))
    assert mollisol.verify_bundle(str(bundle), public_keys=[str(key)]).signature.state == "missing"


@pytest.mark.parametrize("command", [["-m", "mollisol"], ["-c", "from mollisol.cli.app import main; main()"]])
def test_the_version(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command, "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == f"mollisol {version('mollisol')}\n"
