"""The same honest projects with the records of a farm: plan, fuel, fertilizer, lime, trees, production.

Amounts are those of farms in the temperate zone, from memory: 60 to 90 litres of diesel and 60 to 140 kg of nitrogen a
hectare and year, half a tonne of lime every few years. A change of a few per cent from before the project to within it.
"""

from __future__ import annotations

import re

import numpy as np

from tests.honest.folder import POINTS, SCHEDULE, Folder

UNIT = "farm"
NEW_LAND = """
[project.new_land]
biomass_t_c_per_ha = 60.0
reference_soil_t_c_per_ha = 80.0
land_use_factor = 0.7
management_factor = 1.0
input_factor = 1.0
source = "national inventory, temperate forest"
"""


def with_records(folder: Folder, seed: int) -> Folder:
    """Return a copy of a project with amounts for every source that it has, all of it in the boundary."""
    made, dice = folder.copy(), np.random.default_rng(seed)
    area = float(made.rows("quantification_units")[0]["area_ha"])
    last = int(made.campaigns[-1])  # the project year in which the last campaign falls has no amounts yet
    years = [(row["scenario"], int(row["year"])) for row in made.rows(SCHEDULE) if int(row["year"]) < last]
    first = min(year for scenario, year in years if scenario == "project")
    diesel, urea = dice.uniform(60, 90) * area, dice.uniform(0.06, 0.14) / 0.46 * area

    def about(amount: float) -> float:
        return round(float(amount * dice.normal(1, 0.03)), 3)

    made.save(
        "fuel_use",
        [
            row_of(scenario, year, fuel="diesel", fuel_litre=about(diesel * (0.85 if year >= first else 1)))
            for scenario, year in years
        ],
    )
    made.save(
        "fertilizers",
        [
            row_of(
                scenario, year, product="urea", kind="synthetic", applied_t=about(urea), nitrogen_t_per_t=0.46
            )
            for scenario, year in years
        ],
    )
    limed = [(scenario, year) for scenario, year in years if year % 2 == 0]
    made.save(
        "liming",
        [row_of(scenario, year, lime="limestone", lime_t=about(0.3 * area)) for scenario, year in limed],
    )
    made.edit(SCHEDULE, lambda row: row.update(liming="yes" if int(row["year"]) % 2 == 0 else "no"))
    woody(made, first, dice)
    made.save(
        "site_conditions",
        [
            {
                "quantification_unit": UNIT, "region": "Western Europe", "zone": "temperate",
                "precipitation_mm": 700, "potential_evapotranspiration_mm": 600, "irrigation": "none",
                "manure_climate": "temperate-cool", "manure_moisture": "moist",
            }
        ],
    )  # fmt: skip
    produced(made, [year for _, year in years], area, dice)
    head = made.text("project.toml")
    for source in ("fossil_fuel_co2", "liming_co2", "nitrogen_fertilizer_n2o", "aboveground_woody_biomass"):
        head = re.sub(
            rf'id = "{source}"\nincluded = false\nreason = "[^"]*"', f'id = "{source}"\nincluded = true', head
        )
    made.files["project.toml"] = (head + NEW_LAND).encode()
    return made


def row_of(scenario: str, year: int, **more: object) -> dict[str, object]:
    """Return a row of a table of activities."""
    return {"quantification_unit": UNIT, "scenario": scenario, "year": year, **more}


def woody(made: Folder, first: int, dice: np.random.Generator) -> None:
    """Write the stocks of hedges: they stand in both scenarios, and a few were planted."""
    stock = round(float(dice.uniform(4, 10)), 2)
    rows = []
    for scenario in ("baseline", "project"):
        for campaign in made.campaigns:
            grown = 0.02 * (int(campaign) - first) if scenario == "project" else 0.0
            rows.append(
                {
                    "quantification_unit": UNIT, "scenario": scenario, "measured_on": f"{campaign}-11-01",
                    "kind": "tree", "stock_t_co2e_per_ha": round(stock + grown, 2),
                    "long_term_average_t_co2e_per_ha": 60,
                }
            )  # fmt: skip
    made.save("woody_stocks", rows)


def produced(made: Folder, years: list[int], area: float, dice: np.random.Generator) -> None:
    """Write the production of one crop, which goes up and down with the weather and not with the project."""
    made.save(
        "commodities",
        [
            {
                "commodity": "wheat", "kind": "agricultural", "unit": "t", "yield_per_ha": 5,
                "growth_fraction_per_year": 0, "produced_in_country": "yes", "national_production_rises": "yes",
                "subsistence": "no", "evidence": "national statistics",
            }
        ],
    )  # fmt: skip
    made.save(
        "production",
        [
            {
                "commodity": "wheat",
                "year": year,
                "produced": round(float(4.5 * area * dice.normal(1, 0.03)), 1),
            }
            for year in sorted(set(years))
        ],
    )


def with_plan(folder: Folder) -> Folder:
    """Return a copy of a project with the plan of its points, made before the first core and dated by its auditor."""
    made = folder.copy()
    strata = "\n".join(
        f'  {{ stratum = "{row["stratum"]}", area_ha = {row["area_ha"]} }},' for row in made.rows("strata")
    )
    deepest = max(float(row["lower_cm"]) for row in made.rows("core_increments"))
    years = int(made.campaigns[1]) - int(made.campaigns[0])
    made.files["plan/plan.toml"] = f"""made_on = {made.campaigns[0]}-08-20
dated_by = "auditor"
dated_by_whom = "the body that validates"
dated_evidence = "plan-letter.txt"
depth_cm = {deepest}
interval_years = {years}.0
laboratory_methods = ["dumas"]
seed = 42
seed_by = "auditor"
strata = [
{strata}
]
""".encode()
    made.files["plan-letter.txt"] = b"The plan was received before the first core.\n"
    points = [{**row, "use": "sample"} for row in made.rows(POINTS)]
    made.save("plan/points", points)
    return made
