"""Outlines of single fields: areas by hand on the ellipsoid, what left, what overlaps, and points that name a field."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity
from tests.mollisol.test_life import CONTROL_A, CONTROL_B, LACKING, A, B
from tests.support.lives import Life, write_life

SIDE = 0.01
CELL_HA = 6378.137 * math.radians(SIDE) * 6378.137 * (1 - 0.00669438) * math.radians(SIDE) * 100
"""A cell of 0.01 degrees at the equator on WGS 84: a pi/180 by a(1-e2) pi/180, 123.09 ha."""

type Cell = tuple[str, str, float, float]
"""Field, stratum, west and south of a cell."""
CELLS: Sequence[Cell] = (("n1", "a", 0, 0), ("n2", "a", SIDE, 0), ("s", "b", 5 * SIDE, 0))
FIELDS = [
    ["n1", "", "", "a", 123.09, "2021-10-01", "", ""],
    ["n2", "", "", "a", 123.09, "2021-10-01", "2025-01-01", "leased to somebody else"],
    ["s", "", "", "b", 123.09, "2021-10-01", "", ""],
]
LIFE = Life(
    {"a": replace(A, area_ha=123.09), "b": replace(B, area_ha=123.09)},
    {"ca": CONTROL_A, "cb": CONTROL_B},
    [("1", 2021, 2026, ())],
    fields=FIELDS,
    field_of={"A1": "n1", "A2": "n1", "A3": "n1", "A4": "n2", "B1": "s", "B2": "s", "B3": "s"},
    head=['geometry_file = "units.geojson"'],
)


def drawn(folder: Path, life: Life = LIFE, cells: Sequence[Cell] = CELLS, width: float = SIDE) -> Path:
    """Write the project with an outline for each field."""
    write_life(folder, life)
    features = [
        {
            "type": "Feature",
            "properties": {"field": field, "stratum": stratum},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, south], [west + width, south], [west + width, south + SIDE],
                                 [west, south + SIDE], [west, south]]],
            },
        }
        for field, stratum, west, south in cells
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "units.geojson").write_text(text, encoding="utf-8")
    return folder


def told(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in assess_project(folder).findings:
        if one.severity is not Severity.NOTE and one.code not in LACKING and one.code in CODES:
            found.setdefault(one.code, []).append(f"{one.where} {one.found}")
    return found


CODES = frozenset({"area-mismatch", "polygon-missing", "unknown-reference", "polygons-overlap", "point-outside-field",
                   "field-of-another-stratum", "field-areas-differ", "point-outside-stratum"})  # fmt: skip


def test_land_that_left_is_drawn_and_does_not_count(tmp_path: Path) -> None:
    """Both fields of a are drawn, 246 ha; the one that is there declares 123.09 ha, and so does the stratum."""
    folder = drawn(tmp_path / "project")
    assert told(folder) == {}
    period = run_project(folder, route="analytic").results.periods[0]
    assert period.area_ha == pytest.approx(2 * CELL_HA, rel=1e-4)


def test_the_smaller_of_declared_and_drawn_counts_in_each_field(tmp_path: Path) -> None:
    """Cells a hundredth narrower: the drawn area counts. One that is a tenth narrower is not the field any more."""
    folder = drawn(tmp_path / "narrow", width=SIDE * 0.99)
    assert told(folder) == {}
    period = run_project(folder, route="analytic").results.periods[0]
    assert period.area_ha == pytest.approx(2 * CELL_HA * 0.99, rel=1e-4)
    found = told(drawn(tmp_path / "other", width=SIDE * 0.9))
    assert "fields.csv:2 field n1 110.8 ha on the ellipsoid, 123.1 ha declared" in found["area-mismatch"]


def test_fields_and_outlines_name_each_other(tmp_path: Path) -> None:
    found = told(drawn(tmp_path / "project", cells=[CELLS[0], ("n3", "a", SIDE, 0), CELLS[2]]))
    assert "field n2 no polygon" in found["polygon-missing"][0]
    assert "field n3 no such field" in found["unknown-reference"][0]


def test_a_field_lies_in_its_stratum(tmp_path: Path) -> None:
    found = told(
        drawn(tmp_path / "project", cells=[CELLS[0], CELLS[1], ("s", "a", 5 * SIDE, 0), ("", "b", 9, 9)])
    )
    assert "field s drawn outside of stratum b" in found["field-of-another-stratum"][0]


def test_fields_of_one_time_do_not_share_land(tmp_path: Path) -> None:
    """What left may be held by another field later; at the same time it would count twice, within a stratum too."""
    cells = [CELLS[0], ("n2", "a", SIDE / 2, 0), CELLS[2]]
    found = told(drawn(tmp_path / "twice", cells=cells))
    assert "fields n1, n2 61.5" in found["polygons-overlap"][0]
    later = [["n1", *FIELDS[0][1:5], "2025-01-01", "", ""], *FIELDS[1:]]
    assert "polygons-overlap" not in told(drawn(tmp_path / "later", replace(LIFE, fields=later), cells))


def test_a_point_lies_in_the_field_that_it_names(tmp_path: Path) -> None:
    folder = drawn(tmp_path / "project")
    path = folder / "sample_points.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    places = {"A1": (0.002, 0.002), "A2": (0.004, 0.004), "A3": (0.012, 0.002), "A4": (0.014, 0.004)}
    rows = [f"{head},longitude_deg,latitude_deg"]
    rows += [f"{line},{x},{y}" for line in lines for x, y in [places.get(line.split(",")[0], ("", ""))]]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = told(folder)
    assert [one.split(" ", 1)[1] for one in found["point-outside-field"]] == [
        "[field] point A3 0.012, 0.002 outside field n1"
    ]
    assert "point-outside-stratum" not in found
