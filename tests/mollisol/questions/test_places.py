"""Places: land that two hold, rings across the date line, spellings of WGS 84, distances of control links."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from mollisol.engine import assess_project
from mollisol.questions.places.overlaps import land_of_points, shared_land, shared_places
from mollisol.reading.outlines import read_outlines
from mollisol.reading.reference_systems import UnknownSystemError, to_wgs84
from tests.broken.conftest import write_skeleton

HA_AT_THE_EQUATOR = 111_319.49 * 110_574.3 / 1e4
"""One degree by one degree at the equator: length of a degree of longitude, 2 pi a / 360, times that of latitude."""


def test_the_area_of_shared_land_is_that_on_the_ellipsoid() -> None:
    one, other = shapely.box(0, 0, 0.02, 0.01), shapely.box(0.01, 0, 0.03, 0.01)
    (land,) = shared_land([one, other], ["A", "B"], 1e-4)
    assert (land.one, land.other) == (0, 1)
    assert land.area_ha == pytest.approx(HA_AT_THE_EQUATOR * 0.01 * 0.01, rel=1e-4)


def test_shapes_of_one_owner_and_shapes_that_only_touch_share_nothing() -> None:
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 1.5, 1), shapely.box(1.5, 0, 2, 1)]
    assert shared_land(boxes, ["A", "A", "B"], 1e-4) == []
    assert shared_land([], [], 1e-4) == []


def test_land_across_the_date_line_is_found_from_both_sides() -> None:
    across, west, far = (
        shapely.box(179.99, 0, 180.01, 0.01),
        shapely.box(-180, 0, -179.98, 0.01),
        shapely.box(0, 0, 1, 1),
    )
    (land,) = shared_land([west, far, across], ["A", "B", "C"], 1e-4)
    assert (land.one, land.other) == (0, 2)
    assert land.area_ha == pytest.approx(HA_AT_THE_EQUATOR * 0.01 * 0.01, rel=1e-4)
    assert land_of_points([far, across], np.array([-179.995]), np.array([0.005])).tolist() == [[0], [1]]


def test_planted_overlaps_among_many_shapes_are_all_found() -> None:
    """40,000 boxes side by side, and 25 that reach into a neighbour; each with each would be 800 million pairs."""
    dice = np.random.default_rng(12)
    side, step = 200, 0.01
    boxes = [
        shapely.box(step * x, step * y, step * (x + 0.9), step * (y + 0.9))
        for x in range(side)
        for y in range(side)
    ]
    planted = np.sort(dice.choice(side * (side - 1), 25, replace=False))
    for number in planted:
        west, south, east, north = boxes[number].bounds
        boxes[number] = shapely.box(west, south, east + 0.2 * step, north)
    found = shared_land(boxes, range(len(boxes)), 1e-4)
    assert [land.one for land in found] == planted.tolist()
    assert [land.other for land in found] == (planted + side).tolist()


def test_points_within_some_metres_are_one_place_also_across_the_date_line() -> None:
    five_metres = 5 / 111_195  # degrees, on a sphere of 6,371 km
    longitude = np.array([10.0, 10.0, 179.99999, -179.99999, 10.0])
    latitude = np.array([50.0, 50.0 + five_metres, 0.0, 0.0, 50.0])
    pairs, apart = shared_places(longitude, latitude, np.array([0, 1, 0, 1, 0]), 10.0)
    assert pairs.tolist() == [[0, 1], [1, 4], [2, 3]]
    assert apart == pytest.approx([5.0, 5.0, 2 * 1.11195], rel=1e-3)


def outlines(ring: list[list[float]]) -> tuple[dict[str, Any], list[str]]:
    feature = {
        "type": "Feature",
        "properties": {"stratum": "S"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    shapes, findings = read_outlines("units.geojson", content)
    return shapes, [item.code for item in findings]


@pytest.mark.parametrize(
    "longitudes", [(179.99, -179.99), (179.99, 180.01), (-180.01, -179.99), (539.99 - 360, 180.01)]
)
def test_a_ring_across_the_date_line_is_read_however_its_longitudes_are_counted(
    longitudes: tuple[float, float],
) -> None:
    west, east = longitudes
    shapes, codes = outlines([[west, 0], [east, 0], [east, 0.01], [west, 0.01], [west, 0]])
    assert codes == []
    assert shapes["S"].bounds == pytest.approx((179.99, 0, 180.01, 0.01))


def test_longitudes_beyond_a_whole_turn_are_no_degrees() -> None:
    assert outlines([[361, 0], [362, 0], [362, 1], [361, 0]])[1] == ["wrong-crs"]


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4326", "epsg:4326", "EPSG: 4326", "EPSG4326", "4326", "WGS84", "WGS 84", "wgs-84", "WGS_1984",
        "GCS_WGS_1984", "World Geodetic System 1984", "WGS 84 (EPSG:4326)", "EPSG:4326 - WGS 84", "CRS84", "CRS:84",
        "OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:EPSG::4326",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/gml/srs/epsg.xml#4326",
        "+proj=longlat +datum=WGS84 +no_defs", "+init=epsg:4326", "EPSG:4979",
        'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]',
    ],
)  # fmt: skip
def test_wgs84_by_any_spelling_is_left_as_it_is(name: str) -> None:
    box = shapely.box(10, 50, 10.1, 50.1)
    assert to_wgs84(name, [box]) == ([box], "")


def test_another_system_is_brought_to_wgs84_and_named() -> None:
    """The centre of zone 32 at 0 m north lies at 9 degrees east on the equator."""
    metres = shapely.box(499_000, 0, 501_000, 1_000)
    (shape,), system = to_wgs84("WGS_1984_UTM_Zone_32N", [metres])
    assert system == "WGS 84 / UTM zone 32N"
    assert shape.centroid.x == pytest.approx(9.0, abs=1e-6)
    # 1 km of the grid is 1000 / 0.9996 m on the ground
    assert shape.bounds[3] == pytest.approx(1000 / 0.9996 / 110_574.3, rel=1e-4)


@pytest.mark.parametrize(
    "name", ["+proj=utm +zone=32 +datum=WGS84", "+proj=longlat +nadgrids=@x", "a local grid"]
)
def test_no_string_of_operations_reaches_the_library(name: str) -> None:
    with pytest.raises(UnknownSystemError):
        to_wgs84(name, [shapely.box(10, 50, 10.1, 50.1)])


def test_a_link_to_a_far_unit_is_found_although_another_unit_is_near(tmp_path: Path) -> None:
    """Units 11 degrees apart: a degree along the meridian at 57.5 north is 111.369 km, from its series."""
    folder = write_skeleton(tmp_path / "project")
    units = ("PLACEHOLDER-unit", "north")
    put(folder / "quantification_units.csv", *([unit, "measure_and_remeasure", "60"] for unit in units))
    put(folder / "strata.csv", ["loam", units[0], "60", ""], ["sand", units[1], "60", ""])
    path = folder / "sample_points.csv"
    rows = [row.split(",") for row in path.read_text().splitlines()]
    placed = [[*row[:4], "0.5", "63.0" if row[1] == "sand" else "52.0"] for row in rows[1:]]
    put(path, *placed)
    told = {
        f.where.thing: f.found
        for f in assess_project(folder).findings
        if f.code == "control-distance-differs"
    }
    far = "1225 km from unit north, 12 km declared"
    assert told == {"control site C3": far, "control site C4": far}


def put(path: Path, *rows: list[str]) -> None:
    header = path.read_text().splitlines()[0]
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")


def test_an_outline_with_exchanged_axes_is_told_by_its_area(tmp_path: Path) -> None:
    """0.02 by 0.0072 degrees at 60 north are 0.02 x 55.80 by 0.0072 x 111.41 km, 89.5 ha; exchanged they are 174.6."""
    folder = write_skeleton(tmp_path / "project")
    head = folder / "project.toml"
    named = head.read_text().replace('# geometry_file = "units.geojson"', 'geometry_file = "units.geojson"')
    head.write_text(named)
    put(
        folder / "strata.csv",
        ["loam", "PLACEHOLDER-unit", "89.5", ""],
        ["sand", "PLACEHOLDER-unit", "89.5", ""],
    )
    put(folder / "quantification_units.csv", ["PLACEHOLDER-unit", "measure_and_remeasure", "179"])
    features = []
    for name, west in (("loam", 10.0), ("sand", 11.0)):
        ring = [(60.0, west), (60.0, west + 0.02), (60.0072, west + 0.02), (60.0072, west), (60.0, west)]
        outline = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"stratum": name}, "geometry": outline})
    (folder / "units.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    told = {f.where.thing: f.found for f in assess_project(folder).findings if f.code == "area-mismatch"}
    assert re.fullmatch(
        r"174\.\d ha on the ellipsoid, 89\.5 ha declared; 89\.\d+ ha with latitude and longitude exchanged",
        told["stratum loam"],
    )
