"""A skeleton project that a test may spoil, and a bundle of it, made once and copied."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.output import write_folder


@pytest.fixture(scope="session")
def sound_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the skeleton and write its bundle."""
    folder = tmp_path_factory.mktemp("sound") / "bundle"
    with as_file(files("mollisol").joinpath("skeleton")) as source:
        write_folder(folder, bundle_files(run_project(source, route="analytic")))
    return folder


@pytest.fixture
def bundle(sound_bundle: Path, tmp_path: Path) -> Path:
    """Copy the bundle, to spoil it."""
    return Path(shutil.copytree(sound_bundle, tmp_path / "bundle"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the skeleton, to spoil it."""
    with as_file(files("mollisol").joinpath("skeleton")) as source:
        return Path(shutil.copytree(source, tmp_path / "project"))
