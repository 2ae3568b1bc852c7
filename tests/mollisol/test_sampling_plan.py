"""The sampling plan: numbers by hand, places inside their polygons, every bad input told."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from scipy import stats
from typer.testing import CliRunner, Result

from mollisol.cli.app import app, main
from mollisol.reading.project import read_project
from mollisol.uncertainty.planning.places import draw_places
from tests.support.declarations import KM_PER_DEGREE

WOBURN = Path(str(files("mollisol").joinpath("examples", "woburn-ley")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a copy of the skeleton: loam 80 ha, sand 40 ha."""
    folder = tmp_path / "project"
    shutil.copytree(Path(str(files("mollisol").joinpath("skeleton"))), folder)
    return folder


def plan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["sample", "plan", *map(str, arguments)])


def planned(*arguments: str | Path) -> dict[str, Any]:
    result = plan(*arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> str:
    monkeypatch.setattr("sys.argv", ["mollisol", "sample", "plan", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_neyman_by_hand(project: Path) -> None:
    """Area x S / sqrt(cost): 80 x 6 / 2 = 240 and 40 x 12 / 4 = 120, so two thirds and one third, 4 and 16 each."""
    found = planned(
        project, "--budget", "720", "--spread", "6", "--spread", "sand=12", "--cost", "4", "--cost", "sand=16"
    )
    assert [item["samples"] for item in found["strata"]] == [60, 30]
    assert found["cost"] == 60 * 4 + 30 * 16 == 720
    # (2/3)^2 x 36 / 60 + (1/3)^2 x 144 / 30 = 4/15 + 8/15
    assert found["standard_error_t_co2e_per_ha"] == pytest.approx(np.sqrt(0.8), rel=1e-12)


def test_smallest_that_shows_the_change(project: Path) -> None:
    """Against an allocation and a t quantile of our own: 4 and 3 more lead below, one fewer above."""
    found = planned(project, "--detect", "3", "--spread", "5")
    n = found["samples"]
    assert isinstance(n, int)

    def shown(total: int) -> float:
        loam = round(total * 2 / 3)
        error = np.sqrt((2 / 3 * 5) ** 2 / loam + (1 / 3 * 5) ** 2 / (total - loam))
        return float(error * (stats.t.ppf(0.975, total - 2) + stats.t.ppf(0.9, total - 2)))

    assert shown(n) <= 3 < shown(n - 1)
    assert found["detectable_t_co2e_per_ha"] == pytest.approx(shown(n), rel=1e-9)
    assert found["deduction_t_co2e_per_ha"] == pytest.approx(
        float(found["standard_error_t_co2e_per_ha"]) * stats.t.ppf(2 / 3, n - 2),
        rel=1e-9,
    )


def increments_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "core_increments.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_spread_from_two_campaigns(project: Path) -> None:
    """All densities are the same, so equal mass is 30 cm: change = 4.05 x (g/kg now - then) x 44/12."""
    found = planned(project, "--detect", "3")
    change = np.array([16.3 - 15.2, 14.9 - 14.1, 16.9 - 16.0, 16.4 - 15.0]) * 1.35 * 30 * 0.1 * 44 / 12
    assert found["strata"][0]["spread_t_co2e_per_ha"] == pytest.approx(change.std(ddof=1), rel=1e-9)


def test_spread_from_the_first_campaign(project: Path) -> None:
    """S sqrt(2 (1 - r)) of the stocks; at r = 0.5 it is S."""
    table = project / "core_increments.csv"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith("2026")))
    stock = np.array([15.2, 14.1, 16.0, 15.0]) * 1.35 * 30 * 0.1 * 44 / 12
    for correlation, factor in (("0.5", 1.0), ("0", np.sqrt(2))):
        found = planned(project, "--detect", "9", "--correlation", correlation)
        spread = found["strata"][0]["spread_t_co2e_per_ha"]
        assert spread == pytest.approx(factor * stock.std(ddof=1), rel=1e-9)


def test_plan_before_any_core(project: Path) -> None:
    for table in ("core_increments.csv", "sample_points.csv", "control_sites.csv", "control_links.csv"):
        (project / table).unlink()
    assert planned(project, "--detect", "3", "--spread", "5")["samples"] == 32


def test_points_are_inside_and_can_be_read_as_sample_points(tmp_path: Path) -> None:
    project = tmp_path / "woburn"
    shutil.copytree(WOBURN, project)
    out = tmp_path / "points.csv"
    assert plan(project, "--detect", "6", "--out", out).exit_code == 0
    shutil.copy(out, project / "sample_points.csv")
    for other in ("core_increments.csv", "control_sites.csv", "control_links.csv"):
        assert (project / other).exists()
    read = read_project(project).project
    assert read is not None
    outlines = {
        item["properties"]["stratum"]: shapely.from_geojson(json.dumps(item["geometry"]))
        for item in json.loads((project / "units.geojson").read_text())["features"]
    }
    assert len(read.sample_points) >= 3 * len(outlines)
    for point in read.sample_points:
        longitude, latitude = point.longitude_deg, point.latitude_deg
        assert longitude is not None
        assert latitude is not None
        assert outlines[point.stratum or ""].covers(shapely.Point(longitude, latitude))
    again = tmp_path / "again.csv"
    plan(project, "--detect", "6", "--spread", "8", "--out", again)
    other_seed = tmp_path / "other.csv"
    plan(project, "--detect", "6", "--spread", "8", "--seed", "1", "--out", other_seed)
    assert again.read_bytes() != other_seed.read_bytes()


def test_no_point_is_drawn_on_land_that_left(project: Path, tmp_path: Path) -> None:
    """Of 80 ha of loam 30 left: 50 ha are planned on, and every point lies in the field that stays."""
    side = {
        name: (1.006 * area / 100) ** 0.5 / KM_PER_DEGREE
        for name, area in (("f1", 30), ("f2", 50), ("f3", 40))
    }
    features, rings, west = [], {}, 0.0
    for name, stratum in (("f1", "loam"), ("f2", "loam"), ("f3", "sand")):
        rings[name] = shapely.box(west, 0, west + side[name], side[name])
        shape = json.loads(shapely.to_geojson(rings[name]))
        features.append(
            {"type": "Feature", "properties": {"stratum": stratum, "field": name}, "geometry": shape}
        )
        west += side[name] + 0.001
    outlines = {"type": "FeatureCollection", "features": features}
    (project / "units.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    (project / "fields.csv").write_text(
        "field,stratum,area_ha,joined_on,left_on,reason\n"
        "f1,loam,30,2021-10-01,2024-01-01,sold\nf2,loam,50,2021-10-01,,\nf3,sand,40,2021-10-01,,\n"
    )
    change(project / "strata.csv", ",80", ",50")
    change(project / "quantification_units.csv", ",120", ",90")
    change(
        project / "project.toml", "reporting_depth_cm", 'geometry_file = "units.geojson"\nreporting_depth_cm'
    )
    out = tmp_path / "points.geojson"
    done = plan(project, "--detect", "4", "--spread", "5", "--out", out)
    assert done.exit_code == 0, done.output
    drawn = json.loads(out.read_text(encoding="utf-8"))["features"]
    places = {"loam": "f2", "sand": "f3"}
    assert len(drawn) > 5
    for item in drawn:
        point = shapely.Point(*item["geometry"]["coordinates"])
        assert rings[places[item["properties"]["stratum"]]].covers(point)
    areas = planned(project, "--detect", "4", "--spread", "5")["strata"]
    assert {row["stratum"]: row["area_ha"] for row in areas} == {"loam": 50, "sand": 40}


def test_places_are_uniform_over_the_area() -> None:
    """A tall box, a hole and a far second part: shares go by area on the sphere."""
    tall = shapely.Polygon([(0, 0), (1, 0), (1, 60), (0, 60)])
    places = np.array(draw_places(tall, 4000, name="tall", seed=3))
    below = np.mean(places[:, 1] < 30)  # sin 30 / sin 60 of the area lies below 30 degrees
    assert below == pytest.approx(0.5 / np.sin(np.pi / 3), abs=0.03)  # 4 standard errors
    hole = [(10.1, 10.1), (10.2, 10.1), (10.2, 10.2), (10.1, 10.2)]
    ring = shapely.Polygon([(10, 10), (10.3, 10), (10.3, 10.3), (10, 10.3)], [hole])
    parts = shapely.MultiPolygon([ring, shapely.Polygon([(40, 10), (40.1, 10), (40.1, 10.1), (40, 10.1)])])
    places = np.array(draw_places(parts, 4000, name="parts", seed=3))
    assert shapely.contains_xy(parts.buffer(1e-9), places).all()
    assert np.mean(places[:, 0] > 30) == pytest.approx(1 / 9, abs=0.02)  # 4 standard errors
    assert draw_places(parts, 9, name="parts", seed=3) == tuple(map(tuple, places[:9].tolist()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--detect T_CO2E_PER_HA or --budget MONEY, one of them"),
        (("--detect", "3", "--budget", "5"), "one of them"),
        (("--detect", "-3"), "a number above 0"),
        (("--detect", "nan"), "a number above 0"),
        (("--budget", "100"), "--budget needs --cost"),
        (("--budget", "100", "--cost", "40"), "does not pay for 3 samples in each of 2 strata: 240 at least"),
        (("--budget", "1000", "--cost", "sand=40"), "--cost is missing for stratum loam"),
        (("--detect", "3", "--spread", "4,5"), "a number above 0 with a decimal point"),
        (("--detect", "3", "--spread", "clay=4"), "there is no stratum clay; there are: loam, sand"),
        (("--detect", "0.001"), "100000 samples or more"),
        (("--detect", "3", "--correlation", "1"), "from -1 to below 1"),
        (("--detect", "3", "--out", "points.shp"), "ends in .csv or .geojson"),
        (("--detect", "3", "--out", "nowhere/points.csv"), "there is no folder nowhere"),
        (("--detect", "3", "--out", "points.geojson"), "the project has no polygons"),
    ],
)
def test_faults_of_use(
    project: Path,
    arguments: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project.parent)
    assert words in told(capsys, monkeypatch, project, *arguments)
    assert [item.name for item in project.parent.iterdir()] == ["project"]


def codes(result: Result) -> set[str]:
    assert result.exit_code == 2
    return {item["code"] for item in json.loads(result.stdout)["findings"]}


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_findings_of_the_data(project: Path, tmp_path: Path) -> None:
    def broken(file: str, old: str, new: str) -> set[str]:
        folder = tmp_path / "broken"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(project, folder)
        change(folder / file, old, new)
        return codes(plan(folder, "--detect", "3", "--json"))

    assert broken("strata.csv", "sand,PLACEHOLDER-unit", "loam,PLACEHOLDER-unit") >= {"duplicate-id"}
    assert broken("strata.csv", "sand,PLACEHOLDER-unit", "sand,other") == {"unknown-reference"}
    assert broken("strata.csv", "80", "-80") == {"value-out-of-range"}
    assert broken("core_increments.csv", ",15.2,", ",,") == {"missing-value", "spread-not-measured"}
    assert broken(
        "core_increments.csv", "2021,L1,L1-2021,2021-10-01,0,30,", "2021,L1,L1-2021,2021-10-01,1,30,"
    )
    assert codes(plan(tmp_path / "nowhere", "--detect", "3", "--json")) == {"folder-missing"}
    (project / "core_increments.csv").unlink()
    assert codes(plan(project, "--detect", "3", "--json")) == {"file-missing", "spread-not-measured"}


def test_per_cent_for_g_per_kg_is_told(project: Path) -> None:
    rows = increments_of(project)
    with (project / "core_increments.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row | {"soc_g_per_kg": f"{float(row['soc_g_per_kg']) / 10:.3f}"} for row in rows)
    assert codes(plan(project, "--detect", "3", "--json")) == {"unit-suspect"}


def test_stratum_without_cores_and_no_spread_at_all(project: Path) -> None:
    rows = [row for row in increments_of(project) if not row["point"].startswith("S")]
    for soc, found in ((None, {"spread-not-estimable"}), ("10", {"spread-not-estimable"})):
        with (project / "core_increments.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(row | ({"soc_g_per_kg": soc} if soc else {}) for row in rows)
        assert codes(plan(project, "--detect", "3", "--json")) - {"spread-zero"} == found
    found_zero = planned(project, "--detect", "3", "--spread", "sand=4")
    assert [item["code"] for item in found_zero["findings"]] == ["spread-zero"]
    with_zero = plan(project, "--detect", "3", "--spread", "sand=4")
    assert with_zero.stderr.startswith("reading")
    assert "WARNING spread-zero" in with_zero.stderr


def test_the_folder_of_the_plan_is_one_that_a_run_reads(project: Path) -> None:
    result = plan(project, "--detect", "6", "--spread", "8", "--spares", "2", "--out", project / "plan")
    assert result.exit_code == 0, result.output
    rows = (project / "plan" / "points.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert sum(row.endswith(",spare") for row in rows) == 4  # two in each of the two strata
    read = read_project(project)
    assert read.project is not None
    assert read.project.plan is not None
    assert {item.stratum: item.area_ha for item in read.project.plan.head.strata} == {
        "loam": 80.0,
        "sand": 40.0,
    }
    content = b"".join((project / "plan" / name).read_bytes() for name in ("plan.toml", "points.csv"))
    assert read.project.plan.sha256 == hashlib.sha256(content).hexdigest()
