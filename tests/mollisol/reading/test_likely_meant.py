"""What cells at fault are likely meant to be: asked of the skeleton, whose tables leave one reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.project import Project
from tests.broken.conftest import apply, write_skeleton


def read(folder: Path, *edits: dict[str, object]) -> Project:
    project = write_skeleton(folder)
    apply(project, edits)
    found = assess_project(project)
    assert found.blocked, "the fault itself still blocks"
    assert found.context is not None
    return found.context.project


def cell(file: str, column: str, value: str, row: int = 2) -> dict[str, object]:
    return {"file": file, "row": row, "column": column, "value": value}


@pytest.mark.parametrize(
    ("file", "column", "field", "meant"),
    [
        ("sample_points.csv", "point", "sample_points", "L1"),
        ("sample_points.csv", "sampling_unit", "sample_points", "L1"),
        ("strata.csv", "area_ha", "strata", 80.0),
        ("quantification_units.csv", "area_ha", "quantification_units", 120.0),
    ],
)
def test_other_tables_say_what_an_empty_cell_is(
    file: str, column: str, field: str, meant: object, tmp_path: Path
) -> None:
    """By hand from the skeleton: cores are of L1, the unit has 120 ha, its strata 80 and 40."""
    project = read(tmp_path / "project", cell(file, column, ""))
    assert getattr(project, field).column(column).values()[0] == meant


def test_a_link_to_nowhere_is_left_out_or_is_that_of_the_stratum_without_one(tmp_path: Path) -> None:
    out = read(tmp_path / "out", cell("control_links.csv", "stratum", "nowhere"))
    assert [link.control_site for link in out.control_links] == ["C2", "C3", "C4"]
    alone: dict[str, object] = {"file": "control_links.csv", "without": {"control_site": "C4"}}
    only = read(tmp_path / "only", cell("control_links.csv", "stratum", "nowhere", row=4), alone)
    assert [link.stratum for link in only.control_links] == ["loam", "loam", "sand"]


def test_a_value_that_cannot_be_stays_unread(tmp_path: Path) -> None:
    units = read(tmp_path / "project", cell("quantification_units.csv", "area_ha", "-5")).quantification_units
    with pytest.raises(Exception, match="area_ha"):
        units.column("area_ha")


def test_where_two_readings_are_left_nothing_is_read(tmp_path: Path) -> None:
    two = (cell("sample_points.csv", "point", "", row) for row in (2, 3))
    points = read(tmp_path / "project", *two).sample_points
    with pytest.raises(Exception, match="point"):
        points.column("point")
