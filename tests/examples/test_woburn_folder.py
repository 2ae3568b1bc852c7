"""The folder examples/woburn-ley is what its script makes of the archive's rows, and says what is nominal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from pyproj import Geod

from mollisol.methodology.project import Project
from mollisol.reading.project import read_project


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "examples" / "woburn-ley"


@pytest.fixture(scope="module")
def project(folder: Path) -> Project:
    reading = read_project(folder)
    assert reading.findings == ()
    assert reading.project is not None
    return reading.project


def test_made_again_it_is_the_same_byte_for_byte(
    folder: Path, script: Callable[[str, Path], None], tmp_path: Path
) -> None:
    script("examples/woburn_ley.py", tmp_path)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert names == sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert [n for n in names if (folder / n).read_bytes() != (tmp_path / n).read_bytes()] == []


def test_each_block_holds_four_project_plots_and_two_control_sites(project: Project) -> None:
    site_of = {link.control_site: link.stratum for link in project.control_links}
    for stratum in project.strata:
        points = [p for p in project.sample_points if p.stratum == stratum.stratum]
        sites = [p for p in project.sample_points if site_of.get(p.control_site or "") == stratum.stratum]
        assert (len(points), len(sites)) == (4, 2)


def test_every_plot_is_sampled_every_five_years_with_one_density(project: Project) -> None:
    for point in project.sample_points:
        rows = [row for row in project.core_increments if row.point == point.point]
        years = [row.sampled_on.year for row in rows]
        assert [row.campaign for row in rows] == ["1975-79", "1980-84", "1985-89"]
        assert [later - years[0] for later in years] == [0, 5, 10]
        assert {row.fine_soil_density_g_per_cm3 for row in rows} == {1.508 if point.control_site else 1.388}


def test_values_are_the_archive_s(folder: Path, project: Project) -> None:
    with (folder / "source" / "woburn_ley_arable.csv").open(newline="", encoding="utf-8") as file:
        percent = {(int(r["plot"]), int(r["year"])): float(r["soc_percent"]) for r in csv.DictReader(file)}
    for row in project.core_increments:
        plot = int(row.point.removeprefix("plot-"))
        assert row.soc_g_per_kg == pytest.approx(10 * percent[plot, row.sampled_on.year], rel=1e-12)


def test_the_method_changes_after_1979(project: Project) -> None:
    methods = {(row.sampled_on.year < 1980, row.laboratory_method) for row in project.core_increments}
    assert methods == {(True, "tinsley"), (False, "dry-combustion")}


def test_nominal_outlines_have_the_declared_area(folder: Path, project: Project) -> None:
    features = json.loads((folder / "units.geojson").read_text(encoding="utf-8"))["features"]
    rings = {item["properties"]["stratum"]: item["geometry"]["coordinates"][0] for item in features}
    assert set(rings) == {stratum.stratum for stratum in project.strata}
    ends = []
    for stratum in project.strata:
        longitudes, latitudes = zip(*rings[stratum.stratum], strict=True)
        square_metres, _ = Geod(ellps="WGS84").polygon_area_perimeter(longitudes, latitudes)
        assert abs(square_metres) / 1e4 == pytest.approx(stratum.area_ha, rel=1e-3)
        ends.append((min(longitudes), max(longitudes)))
    assert all(east < west for (_, east), (west, _) in pairwise(sorted(ends)))


@pytest.mark.parametrize("name", ["README.md", "project.toml"])
def test_attribution_and_what_it_is(folder: Path, name: str) -> None:
    text = " ".join((folder / name).read_text(encoding="utf-8").split())
    for words in (
        "10.23637/wrn3-soc3809-01",
        "Rothamsted Research",
        "CC BY 4.0",
        "not an issued project",
        "ominal",
    ):
        assert words in text
