"""Projects under measure and model for the tests of baselines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.modelled_project import write_modelled_project

type Make = Callable[..., Path]


@pytest.fixture
def modelled(tmp_path: Path) -> Make:
    """Give what writes the project with some baselines declared, under one approach."""

    def make(*kinds: str, approach: str = "measure_and_model", name: str = "project", more: str = "") -> Path:
        folder = write_modelled_project(tmp_path / name)
        head = folder / "project.toml"
        declared = "".join(
            f'\n[[project.baselines]]\nkind = "{kind}"\n'
            + ("rotation_years = 3\n" if kind == "blended" else "")
            for kind in kinds
        )
        head.write_text(head.read_text(encoding="utf-8") + declared + more, encoding="utf-8")
        units = folder / "quantification_units.csv"
        units.write_text(
            units.read_text(encoding="utf-8").replace("measure_and_model", approach), encoding="utf-8"
        )
        return folder

    return make
