"""A small trial folder, written anew for each test: four fields of invented data, so that any model can run on it."""

from __future__ import annotations

from pathlib import Path

from mollisol.methodology.findings import Finding
from mollisol.methodology.soil_models.trials import Trials
from mollisol.reading.intake import Intake
from mollisol.reading.trials import trials_of

WARM = (3, 3, 5, 8, 11, 14, 16, 16, 14, 10, 6, 4)
RAIN = (65, 48, 57, 53, 53, 57, 47, 53, 55, 66, 64, 73)
PET = (6, 8, 22, 39, 60, 71, 78, 72, 52, 27, 12, 6)
SITES = {
    "A1": ("S1", "straw", 62.0),
    "A2": ("S1", "bare", 55.0),
    "B1": ("S2", "straw", 48.0),
    "B2": ("S2", "bare", 51.0),
}
STOCKS = {
    "A1": ((2004, 62.0), (2008, 61.0), (2012, 64.5), (2015, 63.0)),
    "A2": ((2004, 55.0), (2008, 53.5), (2012, 50.0), (2015, 51.0)),
    "B1": ((2004, 48.0), (2009, 49.5), (2015, 52.0)),
    "B2": ((2004, 51.0), (2009, 49.0), (2015, 47.5)),
}


def write_trials(
    folder: Path, model: str = "tier2", *, uses: tuple[str, str] = ("calibration", "cross-validation")
) -> Path:
    """Write the folder and give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "model.toml": f'model = "{model}"\nbaseline = "trial"\n',
        "weather.csv": _weather(),
        "sites.csv": "site,cell,depth_cm,clay_percent,soc_t_ha,sand_fraction,caco3_g_kg,ph,cn_ratio\n"
        + "".join(f"{s},one,30,23.4,{v[2]},0.3,5,7,10\n" for s, v in SITES.items()),
        "schedule.csv": "scenario,site,year,month,activity,what,amount,until_year\n"
        + "".join(_schedule(s, v[1]) for s, v in SITES.items()),
        "studies.csv": "study,experiment,practice_category,crop_group,source,climate_zone,texture_class,clay_percent,"
        "latitude_deg,longitude_deg,use,citation,licence\n"
        + "".join(
            f"S{n},E{n},cropping,small-grains,SOC,cool-temperate-moist,loam,23.4,52,0,{use},invented,CC0\n"
            for n, use in enumerate(uses, start=1)
        ),
        "trial_sites.csv": "site,study,treatment,block,start_year\n"
        + "".join(f"{s},{v[0]},{v[1]},1,2004\n" for s, v in SITES.items()),
        "observations.csv": "site,year,soc_t_ha,standard_error_t_ha,replicates\n"
        + "".join(f"{s},{y},{v},1.0,4\n" for s, rows in STOCKS.items() for y, v in rows),
        "comparisons.csv": "comparison,study,practice_category,crop_group,source,treated_site,reference_site,"
        "from_year,to_year\nC1,S1,cropping,small-grains,SOC,A1,A2,2004,2015\n",
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _weather() -> str:
    rows = [
        f"one,{year},{month + 1},{WARM[month] + 0.3 * (year % 3)},{RAIN[month]},{PET[month]}"
        for year in range(2000, 2016)
        for month in range(12)
    ]
    return "cell,year,month,tmean_c,rain_mm,pet_mm\n" + "\n".join(rows) + "\n"


def _schedule(site: str, treatment: str) -> str:
    amount = 3.2 if treatment == "straw" else 1.6
    rows = [
        f"trial,{site},2000,1,cover,,1,",
        f"trial,{site},2000,4,tillage,full,1,",
        f"trial,{site},2000,8,plant-input,Winter wheat,{amount},2015",
    ]
    if site == "B1":
        rows.append(f"trial,{site},2006,10,manure-carbon,Bovine manure,1.5,2012")
    return "\n".join(rows) + "\n"


def read_trials(folder: Path) -> tuple[Trials | None, list[Finding]]:
    """Read and check a trial folder by itself."""
    intake = Intake(folder)
    trials = trials_of(intake)
    return trials, intake.findings
