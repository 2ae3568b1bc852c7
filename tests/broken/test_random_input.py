"""Whatever stands in the core table: nothing raises, and no row is lost without a word."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mollisol.engine import assess_project
from mollisol.methodology.measurement import CoreIncrement
from mollisol.reading.project import read_project
from mollisol.reading.tables import read_table
from tests.broken.conftest import write_skeleton

QUIET = settings(
    derandomize=True,
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
INCREMENTS = "core_increments.csv"
COLUMNS = tuple(CoreIncrement.model_fields)
NUMBERS = ("upper_cm", "lower_cm", "soc_g_per_kg", "fine_soil_density_g_per_cm3")
SOUND: dict[str, str] = {
    "campaign": "2021",
    "point": "L1",
    "sampled_on": "2021-10-01",
    "upper_cm": "0",
    "lower_cm": "30",
    "soc_g_per_kg": "15.2",
    "laboratory_method": "dumas",
    "fine_soil_density_g_per_cm3": "1.35",
}
SOUND_TABLE = files("mollisol").joinpath("skeleton", INCREMENTS).read_text(encoding="utf-8")

words = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-0",
        "1e308",
        "1e-308",
        "5e-324",
        "nan",
        "-inf",
        "<0.1",
        "12,5",
        "5 %",
        "=1+1",
        "NA",
        "1_0",
        "٣",
        "−5",
    ]
) | st.text(max_size=8)
magnitudes = st.sampled_from(
    ["0", "1e-300", "0.02", "0.1", "1", "2.2", "29.999999", "30", "50", "150", "500", "580"]
)
cells = words | magnitudes | st.floats().map(str)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_skeleton(tmp_path / "project")


@QUIET
@given(content=st.binary(max_size=400))
def test_random_bytes(project: Path, content: bytes) -> None:
    (project / INCREMENTS).write_bytes(content)
    reading = read_project(project)
    assert reading.project is None
    assert any(finding.where.file == INCREMENTS for finding in reading.findings)


@QUIET
@given(content=st.binary(max_size=200))
def test_random_bytes_in_the_head(project: Path, content: bytes) -> None:
    (project / "project.toml").write_bytes(content)
    assert read_project(project).project is None


@QUIET
@given(content=st.binary(max_size=200), name=st.sampled_from(["units.geojson", "units.gpkg"]))
def test_random_bytes_in_the_polygons(project: Path, content: bytes, name: str) -> None:
    head = (project / "project.toml").read_text(encoding="utf-8")
    if "\ngeometry_file" not in head:
        head = head.replace("\n[project.design]", '\ngeometry_file = "units.geojson"\n\n[project.design]', 1)
    head = head.replace('"units.gpkg"', '"units.geojson"').replace('"units.geojson"', f'"{name}"')
    (project / "project.toml").write_text(head, encoding="utf-8")
    (project / name).write_bytes(content)
    assert assess_project(project).blocked


@QUIET
@given(rows=st.lists(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=6))
def test_random_cells(project: Path, rows: list[list[str]]) -> None:
    (project / INCREMENTS).write_text(_csv([list(COLUMNS), *rows]), encoding="utf-8", newline="")
    assert assess_project(project).blocked


@QUIET
@given(data=st.data())
def test_random_numbers_in_a_sound_table(project: Path, data: st.DataObject) -> None:
    lines = list(csv.reader(io.StringIO(SOUND_TABLE)))
    header = lines[0]
    for _ in range(data.draw(st.integers(1, 5))):
        row = data.draw(st.integers(1, len(lines) - 1))
        column = header.index(data.draw(st.sampled_from(NUMBERS)))
        lines[row][column] = data.draw(magnitudes | st.floats(0, 600).map(str))
    (project / INCREMENTS).write_text(_csv(lines), encoding="utf-8", newline="")
    assessment = assess_project(project)
    read = assessment.reading.project
    assert assessment.blocked or (read is not None and len(read.core_increments) == len(lines) - 1)


@QUIET
@given(
    bad=st.lists(
        st.sampled_from(["NA", "<0.1", "12,5", "5 %", "=1", "inf", "-3", "15000"]) | st.none(),
        max_size=20,
    )
)
def test_every_row_is_read_or_named(bad: list[str | None]) -> None:
    """An empty cell is read, since the carbon may stand in other columns; where it does not, check names the cell."""
    rows = [
        SOUND | {"sample": f"s{n}"} | ({} if cell is None else {"soc_g_per_kg": cell})
        for n, cell in enumerate(bad)
    ]
    rows.append(SOUND | {"sample": "last"})
    header = list(rows[-1])
    read, findings = read_table(
        _csv([header, *([row[name] for name in header] for row in rows)]).encode(), INCREMENTS, CoreIncrement
    )
    wrong = {number for number, cell in enumerate(bad, start=2) if cell is not None}
    assert [row.sample for row in read] == [
        row["sample"] for number, row in enumerate(rows, start=2) if number not in wrong
    ]
    named = {finding.where.row for finding in findings}
    assert named <= wrong
    assert len(named) + sum(finding.more for finding in findings) == len(wrong)


def _csv(rows: list[Any]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
