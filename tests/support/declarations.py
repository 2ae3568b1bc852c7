"""What the skeleton leaves undeclared, made up, so that a project of a test is eligible."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mollisol.methodology.boundary import POOLS_AND_GASES
from mollisol.methodology.eligibility.non_permanence import RISK_FILE
from mollisol.methodology.eligibility.schedule import AMOUNTS
from tests.support.statements import state_all

KM_PER_DEGREE = 111.2
AMOUNT = "1"
BASIS = """analyte = "organic"
inorganic_carbon = "none"
density_basis = "fine soil"
coarse_fragments = "none"
drying = "oven-dry"
"""
REGION = """
[[regulatory_surplus]]
region = "the county"
required_by_law = false

[[barriers]]
region = "the county"
barriers = ["cost of the drill"]
public_evidence = true

[[adoption]]
region = "the county"
practices = ["no-till"]
adoption_share = 0.1
evidence = "census_or_government"
"""
UNIT = """
[[land_use]]
place = "{0}"
years = [{1}]

[[native_clearing]]
place = "{0}"
years_before_start = 300.0

[[wetlands]]
place = "{0}"
on_wetland = false

[[rotations]]
place = "{0}"
years = 3

[[productivity]]
place = "{0}"
relative_change = 0.0
evidence = "trials"

[[evidence]]
place = "{0}"
fact = "practices"
kind = "qualitative"
signed_attestation = true
look_back_years = 3

[[evidence]]
place = "{0}"
fact = "amounts"
kind = "quantitative"
level = 1
documented_years = [1, 2, 3]
look_back_years = 3
"""
SITE = """
[[sites]]
name = "{0}"
slope_class = "gently sloping"
texture_classes = ["loam"]
soil_group = "Luvisol"
described_to_cm = 50.0
ecoregion = "Lowlands"
climate_zone = "cool temperate moist"
precipitation_mm = 700.0
station_km = 10.0
practices = [{1}]
"""
ADJUSTED = """
[[adjustments]]
place = "{0}"
practice = "made up"
group = "{1}"
unit = "passes a year"
look_back_mean = 4.0
new_value = 1.0
"""
MODEL = """
[[models]]
name = "rothc"
version = "26.3"
public = true
documented = true
peer_reviewed_for_practices = true
parameters_sourced = true
validated = true
same_version_and_parameters_in_both_scenarios = true
"""
YEAR = (
    '{{ years_before_start = {0}, tillage = "conventional", residue_removed = false, crop = "wheat", '
    'functional_group = "grasses", manure = false, compost = false, irrigation = false }}'
)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as a table."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def declare(folder: Path) -> Path:
    """Write every declaration into a project folder that was made from the skeleton."""
    strata = rows_of(folder / "strata.csv")
    _head(folder / "project.toml")
    _places(folder, strata)
    _schedule(folder / "schedule_of_activities.csv")
    units = [row["quantification_unit"] for row in rows_of(folder / "quantification_units.csv")]
    sites = [row["control_site"] for row in rows_of(folder / "control_sites.csv")]
    use = ", ".join(f'{{ year = {year}, use = "cropland" }}' for year in range(1960, 2027))
    practices = ", ".join(YEAR.format(back) for back in range(1, 6))
    text = REGION + "".join(UNIT.format(unit, use) for unit in units)
    text += "".join(SITE.format(site, practices) for site in (*units, *sites))
    adjusted = re.findall(
        r'group = "(\w+)"\nkind = "adjust"', (folder / "project.toml").read_text(encoding="utf-8")
    )
    text += "".join(ADJUSTED.format(units[0], group) for group in adjusted)
    if "[project.model]" in (folder / "project.toml").read_text(encoding="utf-8"):
        text += MODEL
    (folder / "eligibility.toml").write_text(text, encoding="utf-8")
    risk = Path(__file__).parents[2] / "examples" / "mixed-farm" / RISK_FILE
    (folder / RISK_FILE).write_bytes(risk.read_bytes())
    return state_all(folder)


def _head(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "\ngeometry_file" not in text:
        text = text.replace("reporting_depth_cm", 'geometry_file = "units.geojson"\nreporting_depth_cm', 1)
    text = text.replace("[[project.laboratory_methods]]\n", "[[project.laboratory_methods]]\n" + BASIS)
    text += '\n[[project.absent_tables]]\ntable = "commodities.csv"\nreason = "yields do not move"\n'
    for row in POOLS_AND_GASES:
        if row.inclusion == "conditional" and f'"{row.id}"' not in text:
            text += (
                f'\n[[project.boundary.entries]]\nid = "{row.id}"\nincluded = false\nreason = "none there"\n'
            )
    path.write_text(text, encoding="utf-8")


def _places(folder: Path, strata: Sequence[Mapping[str, str]]) -> None:
    """Write a square for each stratum, a place for each point and a plan of them all."""
    features, corners, east = [], {}, 0.0
    for row in strata:
        side = math.sqrt(1.006 * float(row["area_ha"]) / 100) / KM_PER_DEGREE
        ring = [[east, 0.0], [east + side, 0.0], [east + side, side], [east, side], [east, 0.0]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"stratum": row["stratum"]}, "geometry": shape})
        corners[row["stratum"]] = (east, side)
        east += side + 0.01
    points = rows_of(folder / "sample_points.csv")
    outlines = folder / "units.geojson"
    drawn = outlines.exists()
    if not drawn:
        outlines.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    for number, row in enumerate(points, start=1):
        if drawn:
            break
        west, side = corners.get(row["stratum"], (0.0, 0.01))
        row["longitude_deg"] = f"{west + side * number / (len(points) + 1):.7f}"
        row["latitude_deg"] = f"{side / 2 + (0 if row['stratum'] else 0.2):.7f}"
    write_rows(folder / "sample_points.csv", points)
    (folder / "plan").mkdir(exist_ok=True)
    write_rows(folder / "plan" / "points.csv", [{**row, "use": "sample"} for row in points])
    cores = rows_of(folder / "core_increments.csv")
    methods = sorted({row["laboratory_method"] for row in cores})
    areas = ", ".join(
        f'{{ stratum = "{row["stratum"]}", area_ha = {float(row["area_ha"])} }}' for row in strata
    )
    depth = min(
        max(float(row["lower_cm"]) for row in cores if row["sample"] == sample)
        for sample in {row["sample"] for row in cores}
    )
    (folder / "plan" / "plan.toml").write_text(
        f'made_on = 1950-01-01\ndated_by = "proponent"\ndepth_cm = {depth}\ninterval_years = 5.0\n'
        f"laboratory_methods = {json.dumps(methods)}\nseed = 1\nstrata = [{areas}]\n",
        encoding="utf-8",
    )


def _schedule(path: Path) -> None:
    rows: list[dict[str, str]] = []
    for row in rows_of(path):
        amounts = {
            column: AMOUNT if row.get(practice) == "yes" else ""
            for practice, columns in AMOUNTS.items()
            for column in columns
        }
        for share in ("residue_removed_fraction", "soil_disturbed_fraction"):
            if amounts[share]:
                amounts[share] = "0.5"
        more = {"planting": "October", "harvest": "August", "yield_t_per_ha": "6", "crop_group": "grasses"}
        more |= dict.fromkeys(("rotation", "cover_crop", "intercropping", "flooding", "mowing"), "no")
        rows.append({**row, **more, **amounts})
    write_rows(path, rows)
