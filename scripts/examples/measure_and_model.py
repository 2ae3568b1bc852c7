"""Make examples/measure-and-model from the Canadian trials: Swift Current E6 as a project, the other trials behind it.

    python scripts/examples/measure_and_model.py [SET]

SET is a folder that ``mollisol model calibrate`` wrote from the trial folder that ``--trials DIR`` writes: every
experiment but E6, with E4 for validation and the others for calibration. Without SET the set in the example is kept;
without one there, the published set.
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shared import read_csv, write_table  # noqa: E402

TRIALS = ROOT / "examples" / "canada-trials"
OUT = ROOT / "examples" / "measure-and-model"
EXPERIMENT, VALIDATED = "E6", "E4"
FIELDS = ("T9", "T12", "T14", "T16", "T18", "T20")
"""Rotations of the experiment with less fallow than the reference: the project's fields."""
CONTROLS = ("T1", "T2", "T3", "T7")
"""Fallow, wheat, wheat: the control sites."""
REFERENCE = "T2"
"""Whose inputs are the baseline schedule of the fields."""
CAMPAIGNS = (1990, 1993, 1996, 1999, 2003)
RUN_IN = 5
FIRST, LAST = CAMPAIGNS[0] + 1, CAMPAIGNS[-1]
AREA_HA = 100.0
DENSITY = 1.25
DEPTH_CM = 30.0
SOURCE = "PelletierN/AAFC-SOC-cal at 87933fe (MIT)"

HEAD = f"""\
# Made by scripts/examples/measure_and_model.py from examples/canada-trials. A replay \
of published data: nothing is issued.

schema = 2
programme = "vm0042"

[project]
name = "Swift Current, less fallow (replay)"
description = "Six rotations of a long-term trial at Swift Current, Saskatchewan, stand for the fields of a project \
that gives up fallow one year in three; four plots that keep it are the control sites. Both scenarios are modelled \
with IPCC Tier 2 from the stocks of 1990; the same plots were measured again four times."
proponent = "none: a replay of published data of Agriculture and Agri-Food Canada"
country = "CA"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = {FIRST}-01-01
kind = "replay"
reporting_depth_cm = {DEPTH_CM}
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = 15.0
attribution = [
  "Stocks, carbon inputs and weather: PelletierN/AAFC-SOC-cal at 87933fe, folder prepared data; copyright 2023 \
PelletierN, MIT licence; trials of Agriculture and Agri-Food Canada. Changes: six rotations of experiment E6 taken as \
fields and four as control sites, the mean of the blocks of a rotation as one point; areas, sampling days, the density \
of {DENSITY} g/cm3 and the risk rating are ours, and contents are computed so that the stock is the published one.",
]

[project.design]
kind = "fixed_plots"
description = "Plots of a long-term experiment; one point a rotation, the mean of its blocks, as the source has it"

[[project.practice_changes]]
group = "planting_and_harvesting"
kind = "adjust"
description = "A crop in place of fallow"

{{campaigns}}
[[project.laboratory_methods]]
id = "as-published"
kind = "dry_combustion"
laboratory = "Agriculture and Agri-Food Canada"
description = "The prepared data do not name the method; it is taken for dry combustion"

{{periods}}
[[project.deviations]]
id = "D1"
code = "design-not-stratified-random"
reason = "Plots of an experiment, not a random sample of fields; a rotation counts as one sampling unit."

[[project.deviations]]
id = "D2"
code = "control-not-similar"
reason = "The rotations had run for 23 years when the replay begins, so that fields start above their control sites."

[project.model]
parameter_set = "{{set}}"
validation_file = "validation.json"
initial_campaign = "{CAMPAIGNS[0]}"
weather_station_km = 0.0

[[project.model.strata]]
practice_category = "{{practice}}"
crop_group = "{{crops}}"
climate_zone = "{{zone}}"
texture_class = "{{texture}}"

[[project.baselines]]
kind = "modelled_schedule"

[[project.baselines]]
kind = "blended"
rotation_years = 3

[[project.baselines]]
kind = "hybrid"

[[project.baselines]]
kind = "measured_controls"

[[project.boundary.entries]]
id = "soil_organic_carbon"
included = true
"""
CALIBRATION = f"""\
id = "tier2-canada-example"
title = "IPCC 2019 Tier 2 calibrated on Canadian trials without {EXPERIMENT} and {VALIDATED}"
limits = "For the example measure-and-model: Harrow, Ottawa, Lethbridge and Swift Current without {EXPERIMENT} and \
{VALIDATED}. It validates no project elsewhere."
draws = 400
"""
LEFT_OUT = (
    "aboveground_woody_biomass",
    "fossil_fuel_co2",
    "liming_co2",
    "soil_methanogenesis_ch4",
    "enteric_fermentation_ch4",
    "manure_deposition_ch4",
    "manure_deposition_n2o",
    "nitrogen_fertilizer_n2o",
    "nitrogen_fixing_species_n2o",
    "biomass_burning_ch4",
    "biomass_burning_n2o",
)


def main() -> None:
    """Write the trial folder that the set is calibrated on, or the example."""
    if sys.argv[1:2] == ["--trials"]:
        write_trials(Path(sys.argv[2]))
        return
    write_example(Path(sys.argv[1]) if sys.argv[1:] else None)


def write_trials(folder: Path) -> None:
    """Write all trials but the experiment of the example: one validates, the others calibrate."""
    folder.mkdir(parents=True)
    studies = [row for row in _rows("studies.csv") if row["study"] != EXPERIMENT]
    for row in studies:
        row["use"] = "validation" if row["study"] == VALIDATED else "calibration"
    kept = {row["study"] for row in studies}
    write_table(folder / "studies.csv", studies[0], [row.values() for row in studies])
    sites = {row["site"] for row in _rows("trial_sites.csv") if row["study"] in kept}
    for name, key, among in (
        ("trial_sites.csv", "site", sites),
        ("sites.csv", "site", sites),
        ("observations.csv", "site", sites),
        ("schedule.csv", "site", sites),
        ("comparisons.csv", "study", kept),
    ):
        rows = [row for row in _rows(name) if row[key] in among]
        write_table(folder / name, rows[0], [row.values() for row in rows])
    for name in ("model.toml", "weather.csv"):
        shutil.copy(TRIALS / name, folder / name)
    (folder / "calibration.toml").write_text(CALIBRATION, encoding="utf-8")


def write_example(calibrated: Path | None) -> None:
    """Write the project folder, its calibrated set and its validation on the trial that the set did not see."""
    model = OUT / "model"
    model.mkdir(parents=True, exist_ok=True)
    if calibrated is not None:
        (model / "calibrated").mkdir(exist_ok=True)
        for name in ("set.toml", "draws.csv"):
            shutil.copy(calibrated / name, model / "calibrated" / name)
    stock = _stocks()
    study = next(row for row in _rows("studies.csv") if row["study"] == EXPERIMENT)
    head = HEAD
    with_draws = (model / "calibrated" / "set.toml").is_file()
    for key, text in (
        ("campaigns", "".join(_campaign(year) for year in CAMPAIGNS)),
        ("periods", "".join(_period(n, *years) for n, years in enumerate(pairwise(CAMPAIGNS), 1))),
        ("set", "calibrated" if with_draws else ""),
        ("practice", study["practice_category"]),
        ("crops", study["crop_group"]),
        ("zone", study["climate_zone"]),
        ("texture", study["texture_class"]),
    ):
        head = head.replace("{" + key + "}", text)
    reason = (
        "Not in the prepared data: this replays the soil part only. A real project would have to count it"
    )
    head += "".join(
        f'\n[[project.boundary.entries]]\nid = "{id}"\nincluded = false\nreason = "{reason}"\n'
        for id in LEFT_OUT
    )
    (OUT / "project.toml").write_text(head, encoding="utf-8")
    _project_tables(stock)
    _model_tables(model, stock)
    _validation(model, "calibrated" if with_draws else "")


def _campaign(year: int) -> str:
    return (
        f'[[project.campaigns]]\nname = "{year}"\nduring = {{ start = {year}-10-01, end = {year}-10-31 }}\n\n'
    )


def _period(number: int, first: int, last: int) -> str:
    during = f"{{ start = {first + 1}-01-01, end = {last}-12-31 }}"
    return (
        f'[[project.monitoring_periods]]\nname = "{number}"\nduring = {during}\n\n'
        f'[[project.verification_periods]]\nname = "{number}"\nduring = {during}\n'
        f'first_campaign = "{first}"\nlast_campaign = "{last}"\n\n'
    )


def _rows(name: str) -> list[dict[str, str]]:
    return read_csv(TRIALS / name)


def _treatment(site: str) -> str:
    """Give the rotation of a site: E6_Field-1.14_CT_T14_CR10 is T14."""
    return site.split("_")[3]


def _stocks() -> dict[str, dict[int, float]]:
    """Give the mean stock over the blocks of each rotation, by year."""
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows("observations.csv"):
        if row["site"].startswith(f"{EXPERIMENT}_") and int(row["year"]) in CAMPAIGNS:
            found[_treatment(row["site"])][int(row["year"])].append(float(row["soc_t_ha"]))
    return {
        name: {year: sum(values) / len(values) for year, values in found[name].items()}
        for name in (*FIELDS, *CONTROLS)
    }


def _project_tables(stock: dict[str, dict[int, float]]) -> None:
    write_table(
        OUT / "quantification_units.csv",
        ["quantification_unit", "approach", "area_ha"],
        [["swift-current", "measure_and_model", AREA_HA]],
    )
    write_table(
        OUT / "strata.csv",
        ["stratum", "quantification_unit", "area_ha"],
        [["loam", "swift-current", AREA_HA]],
    )
    write_table(
        OUT / "sample_points.csv",
        ["point", "stratum", "control_site", "sampling_unit"],
        [
            *([name, "loam", "", name] for name in FIELDS),
            *([name, "", f"plot-{name}", name] for name in CONTROLS),
        ],
    )
    write_table(
        OUT / "control_sites.csv",
        ["control_site", "managed_by", "distance_km"],
        [[f"plot-{name}", "Agriculture and Agri-Food Canada", 0] for name in CONTROLS],
    )
    write_table(
        OUT / "control_links.csv",
        ["control_site", "stratum"],
        [[f"plot-{name}", "loam"] for name in CONTROLS],
    )
    write_table(
        OUT / "core_increments.csv",
        [
            "campaign",
            "point",
            "sample",
            "sampled_on",
            "upper_cm",
            "lower_cm",
            "soc_g_per_kg",
            "laboratory_method",
            "fine_soil_density_g_per_cm3",
        ],
        [
            [
                year,
                name,
                f"{name}-{year}",
                f"{year}-10-15",
                0,
                DEPTH_CM,
                f"{value / (0.1 * DENSITY * DEPTH_CM):.6f}",
                "as-published",
                DENSITY,
            ]
            for year in CAMPAIGNS
            for name, values in stock.items()
            for value in [values[year]]
        ],
    )
    practices = [
        "tillage",
        "residue_removed",
        "synthetic_nitrogen",
        "manure",
        "compost",
        "irrigation",
        "grazing",
        "liming",
    ]
    flags = ["yes", "no", "yes", "no", "no", "no", "no", "no"]
    rows = [
        [place, "baseline", year, "fallow and spring wheat", *flags, SOURCE]
        for place in ("swift-current", *(f"plot-{name}" for name in CONTROLS))
        for year in range(FIRST - 5, LAST + 1)
    ]
    rows += [
        ["swift-current", "project", year, "a crop every year, or two in three", *flags, SOURCE]
        for year in range(FIRST, LAST + 1)
    ]
    write_table(
        OUT / "schedule_of_activities.csv",
        ["place", "scenario", "year", "crop", *practices, "evidence"],
        rows,
    )


def _model_tables(model: Path, stock: dict[str, dict[int, float]]) -> None:
    site_of = {
        _treatment(row["site"]): row
        for row in reversed(_rows("sites.csv"))
        if row["site"].startswith(f"{EXPERIMENT}_")
    }
    names = (*FIELDS, *CONTROLS)
    (model / "model.toml").write_text(
        (TRIALS / "model.toml").read_text(encoding="utf-8").replace('"trial"', '"baseline"'), encoding="utf-8"
    )
    columns = list(site_of[REFERENCE])
    write_table(
        model / "sites.csv",
        columns,
        [
            [
                {**site_of[name], "site": name, "soc_t_ha": f"{stock[name][CAMPAIGNS[0]]:.4f}"}[c]
                for c in columns
            ]
            for name in names
        ],
    )
    cell = site_of[REFERENCE]["cell"]
    years = range(FIRST - RUN_IN, LAST + 1)
    weather = [row for row in _rows("weather.csv") if row["cell"] == cell and int(row["year"]) in years]
    write_table(model / "weather.csv", weather[0], [row.values() for row in weather])
    schedule = defaultdict(list)
    for row in _rows("schedule.csv"):
        if row["site"] in {site_of[name]["site"] for name in names}:
            schedule[_treatment(row["site"])].append(row)
    out = []
    for name in names:
        for scenario in ("baseline", "project"):
            own = REFERENCE if scenario == "baseline" and name in FIELDS else name
            rows = _history(schedule[name], schedule[own])
            out += [{**row, "site": name, "scenario": scenario} for row in rows]
    write_table(model / "schedule.csv", out[0], [row.values() for row in out])


def _history(before: Sequence[dict[str, str]], after: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Give a field's own inputs up to the start and those of a scenario after it; tillage from the first year on."""
    tillage = next(row for row in after if row["activity"] == "tillage")
    first = {**tillage, "year": str(FIRST - RUN_IN), "month": "4"}
    own = [r for r in before if r["activity"] != "tillage" and FIRST - RUN_IN <= int(r["year"]) < FIRST]
    then = [r for r in after if r["activity"] != "tillage" and FIRST <= int(r["year"]) <= LAST]
    return [first, *own, *then]


def _validation(model: Path, parameters: str) -> None:
    """Validate the set on the trial that it was not calibrated on."""
    import tempfile

    from mollisol.trials.prepare import prepared_validation

    with tempfile.TemporaryDirectory() as place:
        trials = Path(place) / "trials"
        write_trials(trials)
        validation, _ = prepared_validation(
            trials, str(model / parameters) if parameters else "", "none", tell=print
        )
    result = validation.result
    (model / "validation.json").write_text(result.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
