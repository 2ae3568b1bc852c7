"""Bundles of the examples, made once: of cores alone, with every source, with declared errors, modelled."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.output import write_folder

EXAMPLES = ("mixed-farm", "woburn-declared-errors", "woburn-ley", "measure-and-model")


def bundle_of(name: str, folder: Path) -> Path:
    """Run an example, or Woburn with a laboratory error declared, and write its bundle."""
    example = name if name != "woburn-declared-errors" else "woburn-ley"
    with as_file(files("mollisol").joinpath("examples", example)) as source:
        shutil.copytree(source, folder / "project")
    if name != example:
        head = folder / "project" / "project.toml"
        text = head.read_text(encoding="utf-8")
        marker = "[[project.laboratory_methods]]\n"
        assert marker in text
        head.write_text(text.replace(marker, marker + DECLARED_ERROR), encoding="utf-8")
    write_folder(folder / "bundle", bundle_files(run_project(folder / "project", seed=7)))
    return folder / "bundle"


DECLARED_ERROR = "repeat_relative_sd = 0.02\nbatch_relative_sd = 0.01\n"


@pytest.fixture(
    scope="session",
    params=[*EXAMPLES[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in EXAMPLES[2:])],
)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One bundle of each example."""
    return bundle_of(request.param, tmp_path_factory.mktemp(request.param))
