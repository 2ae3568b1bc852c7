"""A slip of unit in any public input of the mixed farm gives a finding or a type error, never a number.

Each column with a unit is fed what a person who slipped would write: kilograms for tonnes, per cent for a fraction,
grams per kilogram, per day for per year. Where a slip stays inside what nature allows, the column is listed with the
reason, so that nobody takes the ranges for more than they are.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.eligibility.schedule import AMOUNTS
from mollisol.methodology.findings import FindingsError
from mollisol.reading.project import TABLES

FARM = Path(__file__).parents[2] / "examples" / "mixed-farm"

KG, PERCENT, G_PER_KG, PER_DAY, M3, HECTARE_M2 = 1000.0, 100.0, 1000.0, 1 / 365, 0.001, 1e4

SLIPS: dict[tuple[str, str], tuple[float, ...]] = {
    ("fuel_use.csv", "fuel_litre"): (KG,),
    ("liming.csv", "lime_t"): (KG,),
    ("livestock.csv", "live_weight_kg"): (M3, KG),
    ("livestock.csv", "head"): (KG,),
    ("manure_systems.csv", "share_fraction"): (PERCENT,),
    ("fertilizers.csv", "applied_t"): (KG,),
    ("fertilizers.csv", "nitrogen_t_per_t"): (PERCENT, G_PER_KG),
    ("nitrogen_fixing_species.csv", "residue_t_dm"): (KG,),
    ("nitrogen_fixing_species.csv", "nitrogen_t_per_t_dm"): (PERCENT, G_PER_KG),
    ("burning.csv", "biomass_kg_dm"): (M3, KG),
    ("burning.csv", "burned_area_ha"): (HECTARE_M2,),
    ("woody_stocks.csv", "stock_t_co2e_per_ha"): (KG,),
    ("organic_amendments.csv", "applied_t"): (KG,),
    ("organic_amendments.csv", "carbon_t_per_t"): (PERCENT, G_PER_KG),
    ("modelled_soil_gases.csv", "baseline_t_per_ha"): (KG,),
    ("modelled_soil_gases.csv", "project_t_per_ha"): (KG,),
    ("commodities.csv", "growth_fraction_per_year"): (PERCENT,),
    ("commodities.csv", "yield_per_ha"): (M3,),
    ("residue_diversion.csv", "diverted_t_dm"): (KG,),
    ("residue_diversion.csv", "energy_content_gj_per_t_dm"): (KG, M3),
    ("residue_diversion.csv", "fuel_factor_t_co2e_per_gj"): (KG,),
    ("core_increments.csv", "soc_g_per_kg"): (0.1, 0.001, 1000.0),
    ("core_increments.csv", "fine_soil_density_g_per_cm3"): (1000.0, 0.001),
    ("site_conditions.csv", "precipitation_mm"): (PERCENT,),
}
"""What a slip multiplies a column by."""

BLIND: dict[tuple[str, str], str] = {
    ("quantification_units.csv", "area_ha"): "held against the strata and the polygons",
    ("strata.csv", "area_ha"): "held against the units and the polygons",
    ("fields.csv", "area_ha"): "held against the strata",
    ("drawn_fields.csv", "area_ha"): "a field's parts weigh by their shares; larger than the land, it blocks",
    ("sample_points.csv", "grid_row"): "a number without a unit, held against places",
    ("sample_points.csv", "grid_column"): "a number without a unit, held against places",
    ("strata.csv", "shallow_soil_depth_cm"): "not in this project",
    ("control_sites.csv", "distance_km"): "held against the 250 km of the methodology",
    ("sample_points.csv", "longitude_deg"): "not in this project",
    ("sample_points.csv", "latitude_deg"): "not in this project",
    ("core_places.csv", "longitude_deg"): "not in this project",
    ("core_places.csv", "latitude_deg"): "not in this project",
    ("core_increments.csv", "ph_in_water"): "not in this project",
    ("core_increments.csv", "inorganic_carbon_g_per_kg"): "not in this project",
    ("core_increments.csv", "upper_cm"): "held against the depth of the report",
    ("core_increments.csv", "lower_cm"): "held against the depth of the report",
    ("core_increments.csv", "fine_soil_mass_g"): "not in this project",
    ("core_increments.csv", "total_carbon_g_per_kg"): "not in this project",
    ("core_increments.csv", "carbon_as_given_g_per_kg"): "not in this project",
    ("core_increments.csv", "organic_matter_g_per_kg"): "not in this project",
    ("core_increments.csv", "carbon_share_of_matter"): "not in this project",
    ("core_increments.csv", "carbon_dry_matter_fraction"): "not in this project",
    ("core_increments.csv", "whole_soil_density_g_per_cm3"): "not in this project",
    ("core_increments.csv", "fine_earth_density_g_per_cm3"): "not in this project",
    ("core_increments.csv", "coarse_fragments_mass_fraction"): "not in this project",
    ("core_increments.csv", "coarse_fragments_volume_fraction"): "not in this project",
    ("core_increments.csv", "particle_density_g_per_cm3"): "not in this project",
    ("core_increments.csv", "moist_fine_soil_mass_g"): "not in this project",
    ("core_increments.csv", "soil_dry_matter_fraction"): "not in this project",
    ("core_increments.csv", "probe_inner_diameter_mm"): "not in this project",
    ("core_increments.csv", "cores"): "not in this project",
    ("core_increments.csv", "soc_stock_t_per_ha"): "not in this project",
    ("laboratory_repeats.csv", "soc_g_per_kg"): "not in this project: only its relative spread counts",
    ("laboratory_repeats.csv", "fine_soil_density_g_per_cm3"): "not in this project: only its spread counts",
    (
        "spectroscopy_validation.csv",
        "predicted_soc_g_per_kg",
    ): "not in this project: held against the reference",
    (
        "spectroscopy_validation.csv",
        "reference_soc_g_per_kg",
    ): "not in this project: held against the prediction",
    ("biochar.csv", "biochar_t"): "not in this project",
    ("biochar.csv", "organic_carbon_fraction"): "not in this project",
    ("livestock.csv", "time_on_land_fraction"): "not in this project: a fraction, held to 0 to 1",
    (
        "woody_stocks.csv",
        "long_term_average_t_co2e_per_ha",
    ): "a cap: more of it counts no more than the stock",
    ("modelled_soil_gases.csv", "difference_variance_t2_per_ha2"): "a variance has no usual size",
    ("production.csv", "produced"): "in the commodity's own unit; only its course counts",
    ("leakage_mitigation.csv", "produced"): "in the commodity's own unit; only its course counts",
    ("leakage_mitigation.csv", "fertilizer_t_co2e"): "land outside the project, of unknown area",
    ("leakage_mitigation.csv", "diesel_litre"): "land outside the project, of unknown area",
    ("site_conditions.csv", "potential_evapotranspiration_mm"): "only compared with the precipitation",
    ("burning.csv", "plots"): "a number of plots: held against three",
    (
        "woody_stocks.csv",
        "uncertainty_percent",
    ): "a hundred times it takes all of the stock, a hundredth is a usual size",
    ("practice_samples.csv", "standard_error_percent"): "not in this project",
    ("practice_samples.csv", "units_all"): "a number of units, without a unit of measure",
    ("practice_samples.csv", "units_sampled"): "a number of units, without a unit of measure",
    ("non_permanence.csv", "years"): "held against the shortest life of a project",
} | {
    ("schedule_of_activities.csv", name): "declared for the record: nothing is computed of it"
    for names in AMOUNTS.values()
    for name in ("yield_t_per_ha", *names)
    if not name.endswith(("_kind", "animal"))
}


def slipped(folder: Path, file: str, column: str, factor: float) -> None:
    path = folder / file
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row[column] and float(row[column]) != 0:
            row[column] = repr(float(row[column]) * factor)
        writer.writerow(row)
    path.write_text(out.getvalue(), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "column", "factor"),
    [(file, column, factor) for (file, column), factors in SLIPS.items() for factor in factors],
)
def test_a_slip_of_unit_gives_no_number(tmp_path: Path, file: str, column: str, factor: float) -> None:
    folder = tmp_path / "farm"
    shutil.copytree(FARM, folder)
    slipped(folder, file, column, factor)
    if assess_project(folder).blocked:
        return
    with pytest.raises(FindingsError):
        run_project(folder, route="analytic")


def numeric_columns() -> set[tuple[str, str]]:
    found = set()
    for table in TABLES:
        schema = table.row_type.model_json_schema()
        for name, form in schema["properties"].items():
            if kinds(form, schema.get("$defs", {})) & {"number", "integer"} and name != "year":
                found.add((table.file, name))
    return found


def kinds(form: dict[str, Any], named: dict[str, Any]) -> set[str]:
    """Return the types that a form of a schema may have, through the names it refers to."""
    if "$ref" in form:
        return kinds(named[form["$ref"].split("/")[-1]], named)
    return {form.get("type", "")}.union(*(kinds(option, named) for option in form.get("anyOf", [])))


def test_every_numeric_column_is_under_test_or_listed_with_a_reason() -> None:
    assert numeric_columns() == set(SLIPS) | set(BLIND)
    assert not set(SLIPS) & set(BLIND)
