"""Faults of areas, of records and of what is declared."""

from __future__ import annotations

import json
import re

from tests.honest.faults.fault import Fault
from tests.honest.folder import SCHEDULE, Folder, Row

AREAS = ("strata", "quantification_units")


def first_year(folder: Folder) -> int:
    """Return the first year of the project."""
    return min(int(row["year"]) for row in folder.rows(SCHEDULE) if row["scenario"] == "project")


def area(folder: Folder, size: float) -> None:
    for table in AREAS:
        folder.multiply(table, ["area_ha"], 1 + size, lambda _row: True)


def area_and_outline(folder: Folder, size: float) -> None:
    """Draw every outline larger from its south-western corner, and declare it so."""
    area(folder, size)
    drawn = json.loads(folder.text("units.geojson"))
    for feature in drawn["features"]:
        ring = feature["geometry"]["coordinates"][0]
        west, south = min(x for x, _ in ring), min(y for _, y in ring)
        side = (1 + size) ** 0.5
        feature["geometry"]["coordinates"] = [
            [[round(west + (x - west) * side, 7), round(south + (y - south) * side, 7)] for x, y in ring]
        ]
    folder.files["units.geojson"] = json.dumps(drawn).encode()


def area_without_outline(folder: Folder, size: float) -> None:
    area(folder, size)
    del folder.files["units.geojson"]
    folder.replace("project.toml", 'geometry_file = "units.geojson"\n', "")


def area_by_deviation(folder: Folder, size: float) -> None:
    area(folder, size)
    deviation = (
        '\n[[project.deviations]]\nid = "D1"\ncode = "area-mismatch"\nreason = "The outlines are old"\n'
    )
    folder.append("project.toml", deviation)


def of_project(folder: Folder, table: str, column: str, factor: float, scenario: str = "project") -> None:
    """Multiply the amounts of a scenario."""
    folder.multiply(table, [column], factor, lambda row: row["scenario"] == scenario)


def lime(folder: Folder, size: float) -> None:
    of_project(folder, "liming", "lime_t", size)


def lime_left_out(folder: Folder, size: float) -> None:
    lime(folder, size)
    folder.keep("liming", lambda row: row["scenario"] != "project")


def lime_left_out_everywhere(folder: Folder, size: float) -> None:
    lime_left_out(folder, size)

    def no_lime(row: Row) -> None:
        if row["scenario"] == "project":
            row["liming"] = "no"

    folder.edit(SCHEDULE, no_lime)


def nitrogen(folder: Folder, size: float) -> None:
    of_project(folder, "fertilizers", "applied_t", size)


def nitrogen_left_out(folder: Folder, size: float) -> None:
    nitrogen(folder, size)
    folder.keep("fertilizers", lambda row: row["scenario"] != "project")


def production(folder: Folder, size: float) -> None:
    start = first_year(folder)
    folder.multiply("production", ["produced"], 1 - size, lambda row: int(row["year"]) >= start)


def production_left_out(folder: Folder, size: float) -> None:
    production(folder, size)
    for table in ("production", "commodities"):
        folder.save(table, [])
    text = folder.text("project.toml")
    folder.files["project.toml"] = text[: text.index("\n[project.new_land]")].encode()


def production_lower_before(folder: Folder, size: float) -> None:
    production(folder, size)
    start = first_year(folder)
    folder.multiply("production", ["produced"], 1 - size, lambda row: int(row["year"]) < start)


def fuel_before(folder: Folder, size: float) -> None:
    of_project(folder, "fuel_use", "fuel_litre", 1 + size, "baseline")


def nitrogen_before(folder: Folder, size: float) -> None:
    of_project(folder, "fertilizers", "applied_t", 1 + size, "baseline")


def trees_grown(folder: Folder, size: float) -> None:
    last = max(row["measured_on"] for row in folder.rows("woody_stocks"))

    def change(row: Row) -> None:
        if row["scenario"] == "project" and row["measured_on"] == last:
            row["stock_t_co2e_per_ha"] = f"{float(row['stock_t_co2e_per_ha']) + size:.3f}"

    folder.edit("woody_stocks", change)


def rating_of(folder: Folder, rating: int) -> None:
    """Put the rating of the risk of loss."""
    text = re.sub(r"(non_permanence_rating_percent = )\S+", rf"\g<1>{rating}.0", folder.text("project.toml"))
    folder.files["project.toml"] = text.encode()


def rating_high(folder: Folder, size: float) -> None:
    rating_of(folder, 12 + int(size))


def rating_least(folder: Folder, _size: float) -> None:
    rating_of(folder, 12)


OF_RECORDS = (
    Fault("area", "declared areas above the outlines", area, is_share=True),
    Fault("area", "declared areas too large, the outlines left out", area_without_outline, is_share=True),
    Fault("area", "declared areas and outlines too large alike", area_and_outline, is_share=True),
    Fault("deviation", "declared areas above the outlines, answered by a sentence", area_by_deviation, is_share=True),
    Fault("contradiction-between-tables", "lime of the project in the schedule and not in its table", lime_left_out,
          "records", lime, largest=20),
    Fault("contradiction-between-tables", "lime of the project neither in the schedule nor in its table",
          lime_left_out_everywhere, "records", lime, largest=20),
    Fault("missing-is-not-zero", "fertilizer of the project without rows, in the schedule", nitrogen_left_out,
          "records", nitrogen, largest=4),
    Fault("missing-is-not-zero", "production fell, and its tables are left out", production_left_out, "records",
          production),
    Fault("typed-in-number", "fuel before the project larger", fuel_before, "records", largest=10),
    Fault("typed-in-number", "nitrogen before the project larger", nitrogen_before, "records", largest=6),
    Fault("typed-in-number", "trees of the project larger at the end", trees_grown, "records", largest=40),
    Fault("typed-in-number", "production before the project as low as in it, where it fell", production_lower_before,
          "records", production),
    Fault("typed-in-number", "rating 12 in place of a higher one", rating_least, "records", rating_high, counted=True,
          largest=40),
)  # fmt: skip
