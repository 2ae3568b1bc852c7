"""The four whole projects of tests/vectors/programmes/whole as project folders, with what each programme asks."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

from mollisol.reading.project import read_project

WHOLE = Path(__file__).parents[2] / "vectors" / "programmes" / "whole"
ANSWERS: dict[str, dict[str, Any]] = {
    "gs402": {
        "gs402.land.no-wetland-forest": True, "gs402.land.managed-years": 8, "gs402.land.no-burning": True,
        "gs402.land.same-parcel": True, "gs402.water.unchanged": True, "gs402.soil.mineral": True,
        "gs402.additionality.surplus": True, "gs402.tillage.no-no-till": True, "gs402.tillage.least-residue": 40,
    },
    "crcf": {
        "crcf.additionality.beyond-law": True, "crcf.biodiversity.co-benefit": True,
        "crcfa.land.no-tree-removal": True, "crcfa.land.no-drainage": True,
        "crcfa.land.no-ploughed-grassland": True, "crcfa.tillage.with-another": True,
    },
}  # fmt: skip


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def whole_project(name: str, folder: Path) -> Path:
    """Write a whole project as a folder; its tables are copied as they are."""
    source = WHOLE / name
    given = tomllib.loads((source / "inputs.toml").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    for file in source.glob("*.csv"):
        shutil.copy(file, folder)
    strata = [line.split(",") for line in (source / "strata.csv").read_text(encoding="utf-8").split()[1:]]
    area = sum(float(row[2]) for row in strata)
    (folder / "quantification_units.csv").write_text(
        f"quantification_unit,approach,area_ha\nall,measure_and_remeasure,{area}\n", encoding="utf-8"
    )
    (folder / "schedule_of_activities.csv").write_text(
        "place,scenario,year,crop,tillage,residue_removed,synthetic_nitrogen,manure,compost,irrigation,grazing,liming,"
        "evidence\nall,baseline,2018,wheat,yes,yes,yes,no,no,no,no,no,constructed\n",
        encoding="utf-8",
    )
    first, last, years = int(given["first_campaign"]), int(given["last_campaign"]), given["years"]
    gs, crcf = given["gs402"], given["crcf"]
    answers = {
        key: "".join(
            f'[[project.{key}.answers]]\nrule = "{rule}"\nvalue = {written(value)}\n'
            for rule, value in own.items()
        )
        for key, own in ANSWERS.items()
    }
    amounts = f"""nitrogen_kg = {gs["nitrogen_project_kg"]}
nitrogen_baseline_kg = {gs["nitrogen_baseline_kg_per_year"]}
"""
    (folder / "project.toml").write_text(
        f"""schema = 2
programme = "vm0042"
[project]
name = "{name}"
proponent = "Constructed"
country = "nowhere"
rules = "vm0042-2.2+2026-06-11"
registered_on = {first}-06-01
start_date = {first}-11-01
kind = "constructed"
reporting_depth_cm = {given["reporting_depth_cm"]}
equivalent_soil_mass_interpolation = "{given["equivalent_soil_mass_interpolation"]}"
non_permanence_rating_percent = {given["vm0042"]["non_permanence_rating_percent"]}
practice_changes = []
monitoring_periods = [{{ name = "P", during = {{ start = {first}-11-01, end = {last}-10-31 }} }}]
[project.design]
kind = "stratified_random"
[project.boundary]
entries = [{{ id = "soil_organic_carbon", included = true, reason = "constructed" }}]
[[project.campaigns]]
name = "{first}"
during = {{ start = {first}-09-01, end = {first}-12-31 }}
[[project.campaigns]]
name = "{last}"
during = {{ start = {last}-09-01, end = {last}-12-31 }}
[[project.laboratory_methods]]
id = "dumas"
kind = "dry_combustion"
laboratory = "constructed"
[[project.verification_periods]]
name = "V"
during = {{ start = {first}-11-01, end = {last}-10-31 }}
first_campaign = "{first}"
last_campaign = "{last}"
[project.gs402]
years = 10
[[project.gs402.periods]]
period = "V"
{amounts}other_t_co2e = {gs["other_project_emissions_t_co2e"]}
yield_kg_per_ha = {gs["yield_kg_per_ha"]}
yield_baseline_kg_per_ha = {gs["yield_baseline_kg_per_ha"]}
lost_t_co2e_per_ha = {gs["leakage_area_t_co2e_per_ha"]}
{answers["gs402"]}[project.crcf]
years = {years}
[[project.crcf.periods]]
period = "V"
{amounts}other_t_co2e = {crcf["ghg_associated_t_co2e"]}
{answers["crcf"]}""",
        encoding="utf-8",
    )
    assert read_project(folder).project is not None, [str(one) for one in read_project(folder).findings]
    return folder
