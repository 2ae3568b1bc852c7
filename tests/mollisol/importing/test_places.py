"""Fields, control sites and points: areas and distances against geometry by hand."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence

import pytest

from mollisol.importing.perform import Import, imported
from tests.mollisol.importing.conftest import Maker

FIELDS = """
kind = "places"
file = "fields.geojson"
[fields]
field = "name"
stratum = { column = "soil", words = { L = "loess", C = "clay" } }
unit = { value = "farm" }
approach = { value = "measure_and_remeasure" }
[decide]
area = "geometry on the ellipsoid"
"""
CONTROLS = """
kind = "places"
file = "controls.geojson"
[fields]
control_site = "name"
stratum = { column = "soil", words = { L = "loess" } }
managed_by = { value = "a neighbour" }
[decide]
distance = "edge of the site to the nearest field edge"
"""
POINTS = """
kind = "points"
file = "points.csv"
[fields]
point = "name"
longitude = "lon"
latitude = "lat"
[decide]
stratum = "by outline"
"""

type Feature = tuple[str, str, Sequence[Sequence[float]]]


def geojson(*features: Feature) -> bytes:
    return json.dumps({
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name, "soil": soil},
                "geometry": {"type": "Polygon", "coordinates": [list(ring)]},
            }
            for name, soil, ring in features
        ],
    }).encode()  # fmt: skip


def square(west: float, south: float, side: float = 0.01) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def rows(result: Import, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.tables[table].decode())))


def codes(result: Import) -> list[str]:
    return [finding.code for finding in result.findings]


def test_areas_distances_and_points(project_of: Maker) -> None:
    """A cell of 0.01 degrees at the equator: 1.1132 by 1.1057 km (WGS 84: a pi/180, and a(1-e2) pi/180)."""
    raw = {
        "fields.geojson": geojson(
            ("A", "L", square(0, 0)), ("B", "L", square(0.01, 0)), ("C", "C", square(0, 0.01))
        ),
        "controls.geojson": geojson(("K", "L", square(0.05, 0))),
        "points.csv": b"name,lon,lat\nA-1,0.005,0.005\nC-1,0.005,0.015\nK-1,0.055,0.005\n",
    }
    folder = project_of(raw, {"fields": FIELDS, "controls": CONTROLS, "points": POINTS})
    (folder / "sample_points.csv").unlink()
    result = imported(folder)
    assert not result.is_open, (result.questions, result.findings)
    cell_ha = 6378.137 * math.radians(0.01) * 6378.137 * (1 - 0.00669438) * math.radians(0.01) * 100
    strata = {row["stratum"]: float(row["area_ha"]) for row in rows(result, "strata.csv")}
    assert strata == pytest.approx({"loess": 2 * cell_ha, "clay": cell_ha}, rel=1e-4)
    assert float(rows(result, "quantification_units.csv")[0]["area_ha"]) == pytest.approx(
        3 * cell_ha, rel=1e-4
    )
    (site,) = rows(result, "control_sites.csv")
    assert float(site["distance_km"]) == pytest.approx(6378.137 * math.radians(0.03), abs=0.005)
    assert rows(result, "control_links.csv") == [{"control_site": "K", "stratum": "loess"}]
    points = {
        row["point"]: (row["stratum"], row["control_site"]) for row in rows(result, "sample_points.csv")
    }
    assert points == {"A-1": ("loess", ""), "C-1": ("clay", ""), "K-1": ("", "K")}
    outlines = json.loads(result.tables["units.geojson"])
    assert [item["properties"]["stratum"] for item in outlines["features"]] == ["loess", "clay"]


def test_an_outline_that_crosses_itself_blocks(project_of: Maker) -> None:
    bow: list[list[float]] = [[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]
    result = imported(project_of({"fields.geojson": geojson(("A", "L", bow))}, {"fields": FIELDS}))
    assert codes(result) == ["import-outline"]
    assert result.is_open


def test_fields_that_share_land_are_told(project_of: Maker) -> None:
    raw = {"fields.geojson": geojson(("A", "L", square(0, 0)), ("B", "C", square(0.005, 0)))}
    result = imported(project_of(raw, {"fields": FIELDS}))
    assert codes(result) == ["import-overlap"]
    assert "A and B share 61.5" in result.findings[0].found


def test_a_point_in_no_field_is_asked_about(project_of: Maker) -> None:
    raw = {"fields.geojson": geojson(("A", "L", square(0, 0))), "points.csv": b"name,lon,lat\nA-1,5,5\n"}
    folder = project_of(raw, {"fields": FIELDS, "points": POINTS})
    (folder / "sample_points.csv").unlink()
    (question,) = imported(folder).questions
    assert (question.kind, question.found, question.places) == ("no-match", "A-1", ["line 2"])


def test_coordinates_without_a_system_are_asked_about(project_of: Maker) -> None:
    text = POINTS.replace('longitude = "lon"\nlatitude = "lat"', 'easting = "lon"\nnorthing = "lat"')
    raw = {"points.csv": b"name,lon,lat\nA-1,575000,5768000\n"}
    folder = project_of(
        raw,
        {
            "points": text.replace('stratum = "by outline"', "").replace(
                "point =", 'stratum = { value = "loess" }\npoint ='
            )
        },
    )
    (folder / "sample_points.csv").unlink()
    (question,) = imported(folder).questions
    assert (question.kind, question.answer) == ("crs", "imports/points.toml read.crs")


def test_two_fields_of_one_name_in_two_strata_are_asked_about(project_of: Maker) -> None:
    raw = {"fields.geojson": geojson(("A", "L", square(0, 0)), ("A", "C", square(0.02, 0)))}
    (question,) = imported(project_of(raw, {"fields": FIELDS})).questions
    assert (question.kind, question.found, question.places) == ("duplicate", "A", ["feature 2"])


def test_a_field_in_two_parts_is_one_field(project_of: Maker) -> None:
    raw = {"fields.geojson": geojson(("A", "L", square(0, 0)), ("A", "L", square(0.02, 0)))}
    result = imported(project_of(raw, {"fields": FIELDS}))
    (stratum,) = rows(result, "strata.csv")
    cell_ha = 6378.137 * math.radians(0.01) * 6378.137 * (1 - 0.00669438) * math.radians(0.01) * 100
    assert float(stratum["area_ha"]) == pytest.approx(2 * cell_ha, rel=1e-4)


def test_control_sites_without_fields_have_no_distance(project_of: Maker) -> None:
    raw = {"controls.geojson": geojson(("K", "L", square(0.05, 0)))}
    (question,) = imported(project_of(raw, {"controls": CONTROLS})).questions
    assert question.kind == "definition"


DATED = FIELDS.replace(
    "[decide]",
    """farm = { value = "lindqvist" }
joined_on = { column = "since" }
left_on = { column = "until" }
reason = { column = "why" }
[decide]""",
)
PLACES = (
    POINTS.replace("points.csv", "cores.csv")
    .replace(
        "[decide]",
        """campaign = { value = "2021" }
[decide]
ids = "loose"
""",
    )
    .replace('stratum = "by outline"\n', "")
)


def dated(*features: tuple[str, str, Sequence[Sequence[float]], str, str, str]) -> bytes:
    data = json.loads(geojson(*((name, soil, ring) for name, soil, ring, *_ in features)))
    for one, (*_, since, until, why) in zip(data["features"], features, strict=True):
        one["properties"] |= {"since": since, "until": until, "why": why}
    return json.dumps(data).encode()


def test_fields_with_their_days_and_outlines_of_their_own(project_of: Maker) -> None:
    """Three cells of 123.09 ha, of which one left: two strata of one cell each, and points on all three."""
    raw = {
        "fields.geojson": dated(
            ("north", "L", square(0, 0), "2021-10-01", "", ""),
            ("south", "L", square(0, -0.01), "2021-10-01", "2024-03-01", "sold"),
            ("east", "C", square(0.02, 0), "2023-10-01", "", ""),
        ),
        "points.csv": b"name,lon,lat\nN-01,0.004,0.004\nS-01,0.004,-0.004\nE-01,0.024,0.004\n",
        "cores.csv": b"name,lon,lat\nn1,0.0041,0.0041\n",
    }
    folder = project_of(raw, {"fields": DATED, "points": POINTS, "cores": PLACES})
    (folder / "sample_points.csv").unlink()
    result = imported(folder)
    assert result.questions == ()
    assert codes(result) == []
    fields = {row["field"]: row for row in rows(result, "fields.csv")}
    assert [fields[name]["left_on"] for name in ("north", "south", "east")] == ["", "2024-03-01", ""]
    assert fields["south"]["reason"] == "sold"
    assert {row["area_ha"] for row in fields.values()} == {"123.09"}
    assert {row["stratum"]: row["area_ha"] for row in rows(result, "strata.csv")} == {
        "loess": "123.09",
        "clay": "123.09",
    }
    assert {row["point"]: row["field"] for row in rows(result, "sample_points.csv")} == {
        "N-01": "north", "S-01": "south", "E-01": "east",
    }  # fmt: skip
    drawn = json.loads(result.tables["units.geojson"])["features"]
    assert [one["properties"] for one in drawn] == [
        {"field": "north", "stratum": "loess"}, {"field": "south", "stratum": "loess"},
        {"field": "east", "stratum": "clay"},
    ]  # fmt: skip
    assert rows(result, "core_places.csv") == [
        {"campaign": "2021", "point": "N-01", "longitude_deg": "0.0041", "latitude_deg": "0.0041"}
    ]


def test_a_field_without_a_day_is_asked_about_where_others_have_one(project_of: Maker) -> None:
    raw = {
        "fields.geojson": dated(
            ("a", "L", square(0, 0), "2021-10-01", "", ""), ("b", "C", square(0.02, 0), "", "", "")
        )
    }
    result = imported(project_of(raw, {"fields": DATED}))
    (question,) = result.questions
    assert (question.found, question.answer) == ("b", "imports/fields.toml fields.joined_on")
    assert result.tables == {}
