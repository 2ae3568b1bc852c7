"""What needs more than one fault: seeds that follow, spares that replace, distances."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import assess_project
from mollisol.methodology.measurement import PlanHead, PlannedStratum
from mollisol.questions.plan import metres_between, seed_of
from tests.broken.conftest import CASES, Breaker, write_skeleton
from tests.broken.conftest import broken as broken


def test_a_public_seed_follows_from_strata_and_value() -> None:
    head = PlanHead(
        made_on=date(2021, 8, 15),
        depth_cm=50.0,
        interval_years=5.0,
        seed=0,
        public_value="27 balls",
        strata=(PlannedStratum(stratum="loam", area_ha=80.0),),
    )
    assert seed_of(head) == int(hashlib.sha256(b"loam,80.0\n27 balls").hexdigest()[:8], 16)


def test_a_degree_of_latitude_is_about_111_km_also_across_the_date_line() -> None:
    one, other = np.array([[7.0, 45.0], [179.9995, 0.0]]), np.array([[7.0, 45.001], [-179.9995, 0.0]])
    # meridian arc at 45 degrees by the WGS 84 ellipsoid: 111.13 m per 0.001 degree; equator: 111.32 m
    assert metres_between(one, other) == pytest.approx([111.13, 111.32], rel=2e-3)


def test_a_spare_may_take_the_place_of_a_point_that_was_lost(broken: Breaker) -> None:
    edits = CASES["plan-point-extra"]["edit"]
    planned = {
        "file": "plan/points.csv",
        "find": "S3,sand,,S3,spare",
        "put": "S3,sand,,S3,spare\nS4,sand,,S4,sample",
    }
    status = "point,status,campaign,reason\nS4,lost,2021,a pylon stands there\n"
    rows = [
        {"file": "sample_points.csv", "add": "S4,sand,,S4,,\n"},
        {"file": "point_status.csv", "text": status},
    ]
    codes = {item.code for item in assess_project(broken([*edits, planned, *rows])).findings}
    assert not {"plan-point-extra", "plan-point-missing"} & codes


SQUARES = {"loam": (0.0, 10.0), "sand": (0.02, 10.0)}


def drawn_plan(folder: Path, **head: str) -> Path:
    """Write the skeleton with two squares as outlines and a plan that `mollisol sample plan` draws in them."""
    write_skeleton(folder)
    rows = [
        {
            "type": "Feature",
            "properties": {"stratum": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y + 0.01], [x, y]]],
            },
        }
        for name, (x, y) in SQUARES.items()
    ]
    (folder / "units.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    path = folder / "project.toml"
    text = path.read_text(encoding="utf-8").replace(
        "[project]", '[project]\ngeometry_file = "units.geojson"', 1
    )
    path.write_text(text, encoding="utf-8")
    for name in (
        "strata.csv",
        "quantification_units.csv",
    ):  # a square of 0.01 degrees at 10 degrees north is 121 ha
        table = folder / name
        content = table.read_text(encoding="utf-8")
        table.write_text(
            content.replace("120", "242.6").replace("80", "121.3").replace("40", "121.3"), encoding="utf-8"
        )
    asked = ["sample", "plan", str(folder), "--detect", "6", "--spread", "8", "--spares", "2"]
    options = [part for key, value in head.items() for part in (f"--{key.replace('_', '-')}", value)]
    result = CliRunner().invoke(
        app, [*asked, *options, "--out", str(folder / "plan")], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return folder


def redrawn(folder: Path) -> dict[str, str]:
    codes = {"plan-points-not-drawn", "plan-not-redrawn", "plan-seed-differs"}
    assessment = assess_project(folder)
    return {item.code: item.found for item in assessment.findings if item.code in codes}


def test_points_that_the_seed_draws_are_found_again(tmp_path: Path) -> None:
    folder = drawn_plan(tmp_path / "project", seed="11")
    assert redrawn(folder) == {}
    points = folder / "plan" / "points.csv"
    header, *rows = points.read_text(encoding="utf-8").splitlines()
    points.write_text("\n".join([header, *sorted(rows, reverse=True)]) + "\n", encoding="utf-8")
    assert redrawn(folder) == {}, "the order of the rows says nothing"


def test_points_that_were_chosen_are_not_those_of_the_seed(tmp_path: Path) -> None:
    folder = drawn_plan(tmp_path / "project", seed="11")
    points = folder / "plan" / "points.csv"
    text = points.read_text(encoding="utf-8")
    rows = [row.split(",") for row in text.splitlines()]
    longitude = rows[0].index("longitude_deg")
    loam = [row for row in rows if row[1] == "loam"]
    moved = f"{float(loam[0][longitude]) + 0.0001:.7f}"  # 11 m to the east
    points.write_text(text.replace(loam[0][longitude], moved, 1), encoding="utf-8")
    assert redrawn(folder) == {
        "plan-points-not-drawn": f"1 of {len(loam)} points are not those that seed 11 draws"
    }


def test_a_spare_in_place_of_a_point_that_was_drawn_is_seen(tmp_path: Path) -> None:
    """A proponent who prefers the spares of a stratum calls them samples, and the samples spares."""
    folder = drawn_plan(tmp_path / "project", seed="11")
    points = folder / "plan" / "points.csv"
    rows = points.read_text(encoding="utf-8").splitlines()
    loam = [row for row in rows if ",loam," in row]
    first, spare = loam[0], next(row for row in loam if row.endswith(",spare"))
    swap = {first: first.replace(",sample", ",spare"), spare: spare.replace(",spare", ",sample")}
    points.write_text("\n".join(swap.get(row, row) for row in rows) + "\n", encoding="utf-8")
    assert redrawn(folder) == {
        "plan-points-not-drawn": f"2 of {len(loam)} points are not those that seed 11 draws"
    }


def test_a_public_value_gives_the_seed_and_the_frame_is_part_of_it(tmp_path: Path) -> None:
    folder = drawn_plan(tmp_path / "project", public_value="27 balls")
    frame = hashlib.sha256((folder / "units.geojson").read_bytes()).hexdigest()
    text = f"loam,121.3\nsand,121.3\n{frame}\n27 balls"
    seed = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    assert f"seed = {seed}\n" in (folder / "plan" / "plan.toml").read_text(encoding="utf-8")
    assert redrawn(folder) == {}
    outlines = folder / "units.geojson"
    outlines.write_text(outlines.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "the outlines are not those of the plan" in redrawn(folder)["plan-not-redrawn"]


def test_a_plan_of_another_program_is_told(tmp_path: Path) -> None:
    folder = drawn_plan(tmp_path / "project")
    head = folder / "plan" / "plan.toml"
    text = head.read_text(encoding="utf-8").replace("mollisol sample plan", "a drawing program 3.1")
    head.write_text(text, encoding="utf-8")
    assert redrawn(folder)["plan-not-redrawn"].startswith("drawn with a drawing program 3.1: whether seed 0")
