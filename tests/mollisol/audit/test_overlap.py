"""Overlaps: planted land, places and values in common are found, honest projects share nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.audit.overlap.compare import overlaps_of
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.output import write_folder
from tests.honest.generator import FAMILIES, write_honest
from tests.honest.planting import CARBON, DENSITY, rows_of, write_rows

AREA_OF_A_DEGREE_HA = 111_319.49 * 110_574.3 / 1e4
"""At the equator: lengths of a degree of longitude and of latitude."""


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two honest projects of farms in Kenya and in Ukraine."""
    return write_honest(tmp_path / "one", "smallholders", 21), write_honest(tmp_path / "other", "ragged", 21)


def first_ring(folder: Path) -> list[list[float]]:
    data = json.loads((folder / "units.geojson").read_text(encoding="utf-8"))
    ring: list[list[float]] = data["features"][0]["geometry"]["coordinates"][0]
    return ring


def draw(folder: Path, ring: list[list[float]]) -> None:
    """Draw the first stratum elsewhere."""
    path = folder / "units.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"][0]["geometry"]["coordinates"] = [ring]
    path.write_text(json.dumps(data), encoding="utf-8")


def copy_point(source: Path, copy: Path, *, control: bool) -> None:
    """Give the first point of a kind the coordinates of that of another project."""
    given = next(row for row in rows_of(source / "sample_points.csv") if bool(row["control_site"]) == control)
    rows = rows_of(copy / "sample_points.csv")
    row = next(row for row in rows if bool(row["control_site"]) == control)
    row |= {name: given[name] for name in ("longitude_deg", "latitude_deg")}
    write_rows(copy / "sample_points.csv", rows)


def test_honest_projects_share_nothing(two: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["audit", "overlap", *map(str, two)])
    assert done.exit_code == 0, done.output
    assert "0 pairs have something in common" in done.output


def test_half_a_stratum_in_both_is_found_with_its_area(two: tuple[Path, Path]) -> None:
    """The boxes lie within 3 degrees of the equator: half the box is half its degrees, a hundredth apart at most."""
    one, other = two
    ring = first_ring(one)
    width = ring[1][0] - ring[0][0]
    draw(other, [[x + width / 2, y] for x, y in ring])
    found = overlaps_of([one, other])
    (pair,) = found.shared
    (land,) = pair.land
    assert land.area_ha == pytest.approx(
        width / 2 * (ring[2][1] - ring[1][1]) * AREA_OF_A_DEGREE_HA, rel=0.01
    )
    assert found.found
    # points that one project has on the half that the other draws too
    assert all(item.project == 0 for item in pair.inside)


def test_points_and_control_sites_in_common_are_told_apart(two: tuple[Path, Path]) -> None:
    for control in (True, False):
        copy_point(*two, control=control)
    (pair,) = overlaps_of(two).shared
    assert [item.of_control for item in pair.near if item.apart_m < 0.01] == [(False, False), (True, True)]
    assert {item.of_control for item in pair.inside} == {False}


def test_a_control_site_on_the_treated_land_of_another_project_is_found(two: tuple[Path, Path]) -> None:
    one, other = two
    west, south = np.min(first_ring(one), axis=0)
    rows = rows_of(other / "sample_points.csv")
    row = next(row for row in rows if row["control_site"])
    row |= {"longitude_deg": f"{west + 1e-4:.6f}", "latitude_deg": f"{south + 1e-4:.6f}"}
    write_rows(other / "sample_points.csv", rows)
    (pair,) = overlaps_of(two).shared
    assert [(item.project, item.point, item.of_control) for item in pair.inside] == [(1, row["point"], True)]


def test_cores_that_stand_in_two_projects_are_found_and_a_single_agreement_is_not_sure(
    tmp_path: Path,
) -> None:
    one, other = (write_honest(tmp_path / f"project-{seed}", "temperate-loam", seed) for seed in (31, 32))
    given, rows = (rows_of(folder / "core_increments.csv") for folder in (one, other))
    depths = {row["upper_cm"] for row in rows}
    by_place = {(row["campaign"], row["point"], row["upper_cm"]): row for row in given}
    campaigns = [sorted({row["campaign"] for row in table}) for table in (given, rows)]
    points = [sorted({row["point"] for row in table})[:8] for table in (given, rows)]
    assert {row["upper_cm"] for row in given} == depths, "seeds with the same layers"
    for row in rows:
        if row["point"] in points[1]:
            place = points[0][points[1].index(row["point"])]
            source = by_place[campaigns[0][campaigns[1].index(row["campaign"])], place, row["upper_cm"]]
            row |= {CARBON: source[CARBON], DENSITY: source[DENSITY], "lower_cm": source["lower_cm"]}
    write_rows(other / "core_increments.csv", rows)
    (pair,) = overlaps_of([one, other]).shared
    assert pair.values is not None
    assert pair.values.sure
    assert len(pair.values.pairs) == 16  # eight points in two campaigns
    assert pair.values.expected < 0.5


def test_a_bundle_shares_all_with_the_project_that_it_was_made_of(tmp_path: Path) -> None:
    project = write_honest(tmp_path / "project", "temperate-loam", 8000)
    write_folder(tmp_path / "bundle", bundle_files(run_project(project, route="analytic")))
    done = CliRunner().invoke(app, ["audit", "overlap", str(project), str(tmp_path / "bundle"), "--json"])
    assert done.exit_code == 3
    data = json.loads(done.stdout)
    (pair,) = data["shared"]
    assert data["found"]
    assert pair["land_ha"] == pytest.approx(data["projects"][0]["hectares"], rel=1e-9)
    points = len(rows_of(project / "sample_points.csv"))
    assert len({item["one"] for item in pair["near"] if item["one"] == item["other"]}) == points
    text = CliRunner().invoke(app, ["audit", "overlap", str(project), str(tmp_path / "bundle")])
    assert "both have the same name: two rounds of one project share all of it" in text.output
    assert "(100.0% of the one, 100.0% of the other)" in text.output


def test_what_cannot_be_read_is_told_by_its_path_and_nothing_is_compared(two: tuple[Path, Path]) -> None:
    one, other = two
    (other / "sample_points.csv").write_text("nonsense\n1\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["audit", "overlap", str(one), str(other)])
    assert done.exit_code == 2
    assert f"{other}: sample_points.csv" in done.output
    assert CliRunner().invoke(app, ["audit", "overlap", str(one)]).exit_code == 2


def boxes_in_common(folders: Sequence[Path]) -> set[tuple[int, int]]:
    """Return the projects of which two boxes meet, by comparing the ends of each with those of each other."""
    boxes, owner = [], []
    for number, folder in enumerate(folders):
        data = json.loads((folder / "units.geojson").read_text(encoding="utf-8"))
        for feature in data["features"]:
            ring = np.array(feature["geometry"]["coordinates"][0])
            boxes.append([*ring.min(axis=0), *ring.max(axis=0)])
            owner.append(number)
    west, south, east, north = np.array(boxes).T
    whose = np.array(owner)
    across = np.minimum(east[:, None], east) - np.maximum(west[:, None], west)
    along = np.minimum(north[:, None], north) - np.maximum(south[:, None], south)
    ones, others = np.nonzero((across > 0) & (along > 0) & (whose[:, None] < whose))
    return set(zip(whose[ones].tolist(), whose[others].tolist(), strict=True))


@pytest.mark.slow
def test_overlaps_planted_among_a_thousand_projects_are_found_and_no_other(tmp_path: Path) -> None:
    folders = [
        write_honest(tmp_path / f"{family}-{seed}", family, seed)
        for seed in range(125)
        for family in FAMILIES
    ]
    dice = np.random.default_rng(5)
    chosen = dice.choice(len(folders), 20, replace=False).reshape(10, 2)
    chosen.sort(axis=1)
    for one, other in chosen.tolist():
        draw(folders[other], first_ring(folders[one]))
    found = overlaps_of(folders)
    told = {(pair.one, pair.other) for pair in found.shared if pair.land}
    assert told >= set(map(tuple, chosen.tolist()))
    assert told == boxes_in_common(folders)
    assert not [pair for pair in found.shared if pair.values and pair.values.sure]
