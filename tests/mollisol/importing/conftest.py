"""A project folder with raw files and mappings, made for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

type Maker = Callable[[Mapping[str, bytes], Mapping[str, str]], Path]

HEAD = """
[project]
name = "Made for a test"
start_date = 2021-10-01

[[project.campaigns]]
name = "2021"
during = { start = 2021-09-01, end = 2021-11-30 }
"""
POINTS = "point,stratum,control_site,sampling_unit\nP-01,loess,,P-01\nP-02,loess,,P-02\n"


@pytest.fixture
def project_of(tmp_path: Path) -> Maker:
    """Return what makes a project of raw files and mappings, by their names."""

    def made(raw: Mapping[str, bytes], mappings: Mapping[str, str]) -> Path:
        for name, content in raw.items():
            (tmp_path / "raw").mkdir(exist_ok=True)
            (tmp_path / "raw" / name).write_bytes(content)
        for name, text in mappings.items():
            (tmp_path / "imports").mkdir(exist_ok=True)
            (tmp_path / "imports" / f"{name}.toml").write_text(text, encoding="utf-8")
        (tmp_path / "project.toml").write_text(HEAD, encoding="utf-8")
        (tmp_path / "sample_points.csv").write_text(POINTS, encoding="utf-8")
        return tmp_path

    return made
