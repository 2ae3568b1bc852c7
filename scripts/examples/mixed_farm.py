"""Make examples/mixed-farm: a constructed project with every source, pool and leak in it, by rule and by seed."""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

OUT = Path(__file__).parents[2] / "examples" / "mixed-farm"
UNITS = {"arable": 60.0, "grass": 40.0, "mixed": 50.0}
HISTORY = (2018, 2019, 2020)
LIMED = (("arable", 2023), ("mixed", 2022))
YEARS = (2021, 2022, 2023, 2024, 2025)
CAMPAIGNS = {"2021": "2021-10-05", "2023": "2023-10-05", "2026": "2026-10-05"}
START = {"arable": 18.0, "grass": 27.0, "mixed": 22.0}
"""Organic carbon of the upper 30 cm at the start. [g/kg]"""
GAIN = {"arable": 0.34, "grass": 0.24, "mixed": 0.30}
"""Gain of the project in a year. [g/kg]"""
LOSS = 0.04
"""Loss of the control sites in a year. [g/kg]"""
DENSITY = (1.28, 1.42)
"""Fine soil of 0-30 and 30-50 cm. [g/cm3]"""
POINTS = 8
SEED = 42
CORNER = (-0.62, 52.04)
"""Longitude and latitude of the south-west corner of the farm. [degrees]"""
KM_PER_DEGREE = (68.61, 111.27)
"""Of longitude and of latitude at the farm, on WGS 84."""
MARGIN = 1.001
"""The outlines are larger than the areas by this, so that the declared areas count."""

HEAD = """# Made by scripts/examples/mixed_farm.py. Constructed: no such farm exists, and \
nothing was measured or issued.

schema = 2
programme = "vm0042"

[project]
name = "Mixed farm, constructed"
description = "A constructed farm that shows every source, pool and leak at once: three units, two verification \
periods, livestock, fertilizer, lime, fuel, burning, residues, trees, amendments from outside, a fall of production, \
modelled soil methane. Every number is made up by scripts/examples/mixed_farm.py within what \
is usual in Western Europe."
proponent = "none: constructed"
country = "GB"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = 2021-10-01
kind = "constructed"
geometry_file = "units.geojson"
reporting_depth_cm = 30.0
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = 15.0
attribution = ["Constructed by the mollisol authors; free to use."]

[project.design]
kind = "stratified_random"
description = "Each unit is a stratum; eight points drawn at random in it and found again at each campaign."
"""

PRACTICES = (
    ("tillage_and_residue", "adopt", "No-till and residues kept, in place of ploughing and burning straw"),
    ("planting_and_harvesting", "adopt", "Cover crops with clover, hedges and trees"),
    ("fertilizer", "adjust", "A third less urea, compost from a town"),
)

BOUNDARY = {
    "soil_organic_carbon": "always",
    "aboveground_woody_biomass": "Hedges and trees are planted",
    "fossil_fuel_co2": "Diesel and gasoline of machines",
    "liming_co2": "Lime on the arable land",
    "soil_methanogenesis_ch4": "A wet corner of the mixed unit, modelled",
    "enteric_fermentation_ch4": "Cattle and sheep",
    "manure_deposition_ch4": "Cattle and sheep",
    "manure_deposition_n2o": "Cattle and sheep",
    "nitrogen_fertilizer_n2o": "Urea, and slurry from outside",
    "nitrogen_fixing_species_n2o": "Clover in the cover crop",
    "biomass_burning_ch4": "Straw was burned before",
    "biomass_burning_n2o": "Straw was burned before",
}


def write(name: str, head: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a table."""
    with (OUT / name).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head.split(","))
        writer.writerows(rows)


def both(unit: str, before: Sequence[object], after: Sequence[object]) -> list[list[object]]:
    """Give a row for each year of the history and of the project."""
    rows: list[list[object]] = [[unit, "baseline", year, *before] for year in HISTORY]
    return rows + [[unit, "project", year, *after] for year in YEARS]


def head() -> str:
    """Give project.toml."""
    text = HEAD
    for group, kind, description in PRACTICES:
        text += f'\n[[project.practice_changes]]\ngroup = "{group}"\nkind = "{kind}"\ndescription = "{description}"\n'
    for name in CAMPAIGNS:
        text += (
            f'\n[[project.campaigns]]\nname = "{name}"\n'
            f"during = {{ start = {name}-09-15, end = {name}-10-31 }}\n"
        )
    text += (
        '\n[[project.laboratory_methods]]\nid = "dumas"\nkind = "dry_combustion"\nlaboratory = "none: constructed"\n'
        'proficiency_test = "constructed"\nanalyte = "organic"\ninorganic_carbon = "none"\n'
        'density_basis = "fine soil"\ncoarse_fragments = "none"\ndrying = "oven-dry"\n'
    )
    periods = (
        ("1", "2021-10-01", "2023-09-30", "2021", "2023"),
        ("2", "2023-10-01", "2026-09-30", "2023", "2026"),
    )
    for name, start, end, first, last in periods:
        during = f"during = {{ start = {start}, end = {end} }}\n"
        text += f'\n[[project.monitoring_periods]]\nname = "{name}"\n{during}'
        text += f'\n[[project.verification_periods]]\nname = "{name}"\n{during}'
        text += f'first_campaign = "{first}"\nlast_campaign = "{last}"\n'
    text += "\n[project.boundary]\nentries = [\n"
    for id, reason in BOUNDARY.items():
        text += f'  {{ id = "{id}", included = true, reason = "{reason}" }},\n'
    text += "]\n"
    return text + (
        "\n[project.new_land]\nbiomass_t_c_per_ha = 60.0\nreference_soil_t_c_per_ha = 80.0\nland_use_factor = 0.7\n"
        'management_factor = 1.0\ninput_factor = 1.0\nsource = "constructed; the order of a temperate forest"\n'
    )


def outline(unit: str) -> tuple[float, float, float]:
    """Give the square of a unit: its south-west corner and its side. [degrees, degrees, km]."""
    before = list(UNITS)[: list(UNITS).index(unit)]
    east_km = sum(math.sqrt(UNITS[name] / 100) + 0.2 for name in before)
    return CORNER[0] + east_km / KM_PER_DEGREE[0], CORNER[1], math.sqrt(MARGIN * UNITS[unit] / 100)


def outlines() -> str:
    """Give the outlines of the units, WGS 84."""
    features = []
    for unit in UNITS:
        west, south, side = outline(unit)
        east, north = west + side / KM_PER_DEGREE[0], south + side / KM_PER_DEGREE[1]
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        corners = [[round(x, 7), round(y, 7)] for x, y in ring]
        shape = {"type": "Polygon", "coordinates": [corners]}
        features.append({"type": "Feature", "properties": {"stratum": unit}, "geometry": shape})
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def coordinates() -> dict[str, list[tuple[float, float]]]:
    """Give a place for each point: drawn at random in the unit, or in a field north of it for its control site."""
    draw = random.Random(SEED + 1)  # noqa: S311
    drawn: dict[str, list[tuple[float, float]]] = {}
    for number, unit in enumerate(UNITS):
        west, south, side = outline(unit)
        for name, north_km, width in ((unit, 0.0, side), (f"control-{unit}", 12.0 + number, 0.4)):
            drawn[name] = [
                (
                    round(west + draw.uniform(0.03, 0.97) * width / KM_PER_DEGREE[0], 6),
                    round(south + (north_km + draw.uniform(0.03, 0.97) * width) / KM_PER_DEGREE[1], 6),
                )
                for _ in range(POINTS)
            ]
    return drawn


def plan() -> str:
    """Give the sampling plan; nobody but the maker of the farm dates it."""
    strata = "".join(f'  {{ stratum = "{name}", area_ha = {area:.1f} }},\n' for name, area in UNITS.items())
    return (
        'made_on = 2021-08-20\ndated_by = "proponent"\ndepth_cm = 50.0\ninterval_years = 5.0\n'
        f'laboratory_methods = ["dumas"]\nseed = {SEED}\nstrata = [\n{strata}]\n'
    )


def soil() -> None:
    """Write strata, points, cores, control sites and links."""
    draw = random.Random(SEED)  # noqa: S311
    write("quantification_units.csv", "quantification_unit,approach,area_ha",
          [[name, "measure_and_remeasure", area] for name, area in UNITS.items()])  # fmt: skip
    write("strata.csv", "stratum,quantification_unit,area_ha", [[n, n, area] for n, area in UNITS.items()])
    places = [(name, "", name, GAIN[name]) for name in UNITS]
    places += [("", f"control-{name}", name, -LOSS) for name in UNITS]
    where = coordinates()
    points: list[list[object]] = []
    cores: list[list[object]] = []
    for stratum, control, like, change in places:
        for number in range(POINTS):
            point = f"{stratum or control}.{number + 1}"
            points.append([point, stratum, control, point, *where[stratum or control][number]])
            level = START[like] + draw.gauss(0, 1.2)
            for campaign, day in CAMPAIGNS.items():
                years = int(campaign) - 2021
                content = level + change * years + draw.gauss(0, 0.25)
                for upper, lower, share, density in ((0, 30, 1.0, DENSITY[0]), (30, 50, 0.45, DENSITY[1])):
                    cores.append([campaign, point, f"{point}.{campaign}", day, upper, lower, f"{share * content:.3f}",
                                  "dumas", density])  # fmt: skip
    columns = "point,stratum,control_site,sampling_unit,longitude_deg,latitude_deg"
    write("sample_points.csv", columns, points)
    (OUT / "plan").mkdir(exist_ok=True)
    (OUT / "plan" / "plan.toml").write_text(plan(), encoding="utf-8")
    write(
        "plan/points.csv",
        "point,stratum,control_site,sampling_unit,longitude_deg,latitude_deg,use",
        [[*row, "sample"] for row in points],
    )
    write(
        "core_increments.csv",
        "campaign,point,sample,sampled_on,upper_cm,lower_cm,soc_g_per_kg,laboratory_method,fine_soil_density_g_per_cm3",
        cores,
    )
    write("control_sites.csv", "control_site,managed_by,distance_km",
          [[f"control-{name}", "a neighbour", 12 + number] for number, name in enumerate(UNITS)])  # fmt: skip
    write("control_links.csv", "control_site,stratum", [[f"control-{name}", name] for name in UNITS])


TABLE_4 = (
    "place,scenario,year,crop,tillage,residue_removed,synthetic_nitrogen,manure,compost,irrigation,grazing,liming,"
    "evidence,planting,harvest,yield_t_per_ha,tillage_depth_cm,tillage_times,residue_removed_fraction,"
    "synthetic_n_kg_per_ha,manure_t_per_ha,compost_t_per_ha,irrigation_mm,stocking_head_days_per_ha,lime_t_per_ha,"
    "crop_group,rotation,cover_crop,intercropping,flooding,mowing,mowing_times,soil_disturbed_fraction,manure_kind,"
    "compost_kind,animal"
)
GRAZED = {"grass": (60 * 200 / 40, 12.0), "mixed": (180 * 200 / 50, 3.0)}
"""Head-days of 200 days on the land, and manure left and spread, of herds before the project. [per ha, t/ha]"""
SHEEP_AFTER = 200 * 200 / 50
COMPOST_T_PER_HA = 2.0


def year_of(unit: str, year: int, *, project: bool) -> list[object]:
    """Give what Table 4 asks of a year, from the crop on."""
    arable = unit == "arable"
    crop = {"arable": "wheat", "grass": "permanent grass", "mixed": "wheat and ley"}[unit]
    if project:
        crop = {"arable": "wheat, clover as cover crop", "grass": crop, "mixed": "wheat and ley, trees"}[unit]
    limed = (unit, year) in LIMED if project else (unit, year) == ("arable", 2019)
    tilled, removed = arable and not project, arable and not project
    marks = [tilled, removed, arable, not arable, arable and project, False, not arable, limed]
    head_days, manure = GRAZED.get(unit, ("", ""))
    nitrogen = round((12 if project else 18) * 0.46 / UNITS["arable"] * 1000, 1)
    lime = {("arable", 2019): 60 / 60, ("arable", 2023): 45 / 60, ("mixed", 2022): 12 / 50}
    sown = f"{year}-10-08" if arable else "before 2000" if unit == "grass" else f"{year}-10-12, half"
    cut = f"{year + 1}-08-05" if arable else "grazed" if unit == "grass" else f"{year + 1}-08-10, half"
    return [
        crop,
        *("yes" if mark else "no" for mark in marks),
        "constructed",
        sown,
        cut,
        {"arable": 7.5, "grass": 8.0, "mixed": 6.0}[unit],
        *((25, 1, 0.8) if tilled else ("", "", "")),
        nitrogen if arable else "",
        manure,
        COMPOST_T_PER_HA if arable and project else "",
        "",
        SHEEP_AFTER if unit == "mixed" and project else head_days,
        lime[unit, year] if limed else "",
        "grasses; legumes" if arable and project else "grasses",
        *(
            "yes" if mark else "no"
            for mark in (arable or unit == "mixed", arable and project, False, False, False)
        ),
        "",
        1.0 if tilled else "",
        "" if arable else "dropped by the herd",
        "town compost" if arable and project else "",
        "" if arable else "cattle and sheep",
    ]


def schedule() -> None:
    """Write what was done on each unit and control site in each year."""
    rows: list[list[object]] = []
    for unit in UNITS:
        before = [(year, year_of(unit, year, project=False)) for year in HISTORY]
        for place in (unit, f"control-{unit}"):
            rows += [[place, "baseline", year, *done] for year, done in before]
        rows += [[unit, "project", year, *year_of(unit, year, project=True)] for year in YEARS]
    write("schedule_of_activities.csv", TABLE_4, rows)


def activity() -> None:
    """Write what drives sources, pools and leaks."""
    key = "quantification_unit,scenario,year,"
    write(
        "site_conditions.csv",
        "quantification_unit,region,zone,precipitation_mm,potential_evapotranspiration_mm,irrigation,manure_climate,"
        "manure_moisture",
        [[n, "Western Europe", "temperate", 780, 620, "none", "temperate-cool", "moist"] for n in UNITS],
    )
    write("fuel_use.csv", key + "fuel,fuel_litre", [
        *both("arable", ["diesel", 5400], ["diesel", 3300]),
        *both("grass", ["diesel", 1200], ["diesel", 1300]),
        *both("mixed", ["gasoline", 400], ["gasoline", 350]),
    ])  # fmt: skip
    write("liming.csv", key + "lime,lime_t", [
        ["arable", "baseline", 2019, "limestone", 60], ["arable", "project", 2023, "limestone", 45],
        ["mixed", "project", 2022, "dolomite", 12],
    ])  # fmt: skip
    herds = {("grass", "other cattle", "all"): (60, 60, 405), ("mixed", "sheep", "all"): (180, 200, 40)}
    write("livestock.csv", key + "animal,productivity,head,live_weight_kg", [
        row for (unit, animal, level), (before, after, weight) in herds.items()
        for row in both(unit, [animal, level, before, weight], [animal, level, after, weight])
    ])  # fmt: skip
    write("manure_systems.csv", key + "animal,productivity,system,share_fraction", [
        *both("grass", ["other cattle", "all", "pasture", 0.6], ["other cattle", "all", "pasture", 0.75]),
        *both("grass", ["other cattle", "all", "solid-storage", 0.4], ["other cattle", "all", "solid-storage", 0.25]),
        *both("mixed", ["sheep", "all", "pasture", 1], ["sheep", "all", "pasture", 1]),
    ])  # fmt: skip
    write("fertilizers.csv", key + "product,kind,applied_t,nitrogen_t_per_t", [
        *both("arable", ["urea", "synthetic", 18, 0.46], ["urea", "synthetic", 12, 0.46]),
        *both("mixed", ["slurry", "organic", 150, 0.004], ["slurry", "organic", 180, 0.004]),
    ])  # fmt: skip
    write("nitrogen_fixing_species.csv", key + "species,residue_t_dm,nitrogen_t_per_t_dm",
          [["arable", "project", year, "clover in the cover crop", 90, 0.025] for year in YEARS])  # fmt: skip
    write("burning.csv", key + "residue,biomass_kg_dm,burned_area_ha",
          [["arable", "baseline", year, "wheat residues", 160000, 40] for year in (2018, 2020)])  # fmt: skip
    stocks = {
        ("mixed", "tree"): ((8, 8, 8), (8, 11, 17.5), 40),
        ("grass", "shrub"): ((2, 2, 2), (2, 2.6, 3.8), ""),
    }
    days = ("2021-10-01", "2023-10-01", "2026-10-01")
    write(
        "woody_stocks.csv",
        "quantification_unit,scenario,measured_on,kind,stock_t_co2e_per_ha,long_term_average_t_co2e_per_ha,"
        "uncertainty_percent",
        [
            [unit, scenario, day, kind, stock, average, 9]
            for (unit, kind), (before, after, average) in stocks.items()
            for scenario, values in (("baseline", before), ("project", after))
            for day, stock in zip(days, values, strict=True)
        ],
    )
    write("organic_amendments.csv", key + "amendment,origin,applied_t,carbon_t_per_t,exemption,evidence", [
        row for year in YEARS for row in (
            ["arable", "project", year, "compost", "town", 120, 0.15, "none", ""],
            ["mixed", "project", year, "manure", "neighbour", 90, 0.12, "diverted from anaerobic storage", "contract"],
        )
    ])  # fmt: skip
    write("commodities.csv",
          "commodity,kind,unit,yield_per_ha,growth_fraction_per_year,produced_in_country,national_production_rises,"
          "subsistence,evidence",
          [["wheat", "agricultural", "t", 7.5, 0.005, "yes", "yes", "no", "national statistics, constructed"],
           ["beans", "agricultural", "t", 3, 0, "yes", "yes", "no", "national statistics, constructed"]])  # fmt: skip
    write("production.csv", "commodity,year,produced", [
        *(["wheat", year, 500] for year in HISTORY), *(["wheat", year, 494 - 2 * n] for n, year in enumerate(YEARS)),
        *(["beans", year, 2] for year in YEARS),
    ])  # fmt: skip
    write("leakage_mitigation.csv", "commodity,year,produced,fertilizer_t_co2e,diesel_litre",
          [["wheat", year, 0, 0, 0] for year in HISTORY] + [["wheat", year, 3, 0.6, 220] for year in YEARS])  # fmt:skip
    write("residue_diversion.csv",
          "quantification_unit,year,residue,diverted_t_dm,energy_content_gj_per_t_dm,fuel_factor_t_co2e_per_gj,abundant,"
          "evidence",
          [["arable", year, "straw for a stove", 4, 15, 0.0946, "no", "constructed"] for year in YEARS])  # fmt: skip
    write("modelled_soil_gases.csv",
          "quantification_unit,year,gas,baseline_t_per_ha,project_t_per_ha,difference_variance_t2_per_ha2,model",
          [["mixed", year, "CH4", 0.010, 0.012, 0.0000004, "a validated model, constructed output"] for year in YEARS],
          )  # fmt: skip


RISK = (
    "plan yes species no enforcement no skills no presence no late-loss-report no farmers-untrained no "
    "farmers-unaware no team yes training yes pay-back-years 4 funding-percent 85 callable no alternative-percent 0 "
    "subsistence none agreement crediting_period support no longevity-years 60 holder different expropriation none "
    "tenure-disputed-percent 0 access-disputed-percent 0 upstream no protected no resolving no due-process yes "
    "consulted-inside-percent 100 consulted-outside-percent 100 governance 0.9 land-in-ndc no climate-fraction 0.25 "
    "climate-criteria 5"
)
"""Questions of the risk tool, each with its answer."""
EVENTS = (
    ("fire", 4, 60, "both", "yes"), ("pest", 4, 15, "both", "yes"), ("weather", 10, 30, "history", "yes"),
    ("landslide", 0, "", "none", "no"), ("geology", 0, "", "none", "no"), ("other-event", 0, "", "none", "no"),
    ("sea-level", 0, "", "none", "no"),
)  # fmt: skip


def risk() -> None:
    """Write the answers behind a rating of 15 %."""
    words = RISK.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    rows = [["", question, answer.replace("_", " "), "", "none", "no"] for question, answer in pairs]
    write("non_permanence.csv", "unit,question,answer,years,mitigation,climate_worsens",
          [*rows, *(["", *event] for event in EVENTS)])  # fmt: skip


DOCUMENTS = (
    ("laboratory-report.txt", "laboratory report", ("core_increments.csv",)),
    ("farm-accounts.txt", "invoice", ("fuel_use.csv", "fertilizers.csv", "liming.csv", "organic_amendments.csv")),
    ("herd-book.txt", "field log", ("livestock.csv", "manure_systems.csv")),
    ("field-book.txt", "field log", (
        "schedule_of_activities.csv", "burning.csv", "nitrogen_fixing_species.csv", "production.csv",
        "leakage_mitigation.csv", "residue_diversion.csv",
    )),
    ("tree-survey.txt", "tool output", ("woody_stocks.csv",)),
    ("methane-model.txt", "model output", ("modelled_soil_gases.csv",)),
    ("risk-report.txt", "tool output", ("project.toml",)),
    ("statistics.txt", "statistics", ("commodities.csv", "site_conditions.csv")),
    ("statements.txt", "statement", ("declarations.csv",)),
)  # fmt: skip
"""Made-up documents: name, kind and the tables that each stands for."""
STATEMENTS = "evidence/statements.txt"
STATED = (
    ("template", "", "the edition on the page of the methodology on the day of writing, constructed"),
    ("practice-pair", "arable", "ploughing and burnt straw before; no-till, residues, a cover crop after"),
    ("practice-pair", "grass", "set stocking before; as before with slurry from outside after"),
    ("practice-pair", "mixed", "ley and wheat before; with hedges and trees after: roots that stay"),
    ("practice-unseen", "", "seen in organic_amendments.csv and woody_stocks.csv, beside the schedule"),
    ("laws-read", "", "agricultural and environmental acts of the country, constructed"),
    ("barrier-kinds", "", "market and investment, constructed"),
    ("barrier-evidence", "", "government data; peer-reviewed"),
    ("unit-alike", "", "one use, one soil group and one climate each; the three differ in use"),
    ("flux-calibration", "", "constructed: no such publication"),
    ("flux-validation", "", "constructed: no such publication"),
    ("factor-search", "", "no factor of the project or of the country was found for these sources, constructed"),
    ("practice-coverage", "", "amounts were recorded on each of the three units, constructed"),
    ("factors-read", "", "2025-11-01"),
    ("control-place", "", "outlines and points of the control sites, constructed"),
    ("control-size", "", "yes"),
    ("control-plan", "", "an agreement with the neighbours: as in the schedule, each year, constructed"),
    ("control-values", "", "unbiased"),
    ("composite-width", "", "2"),
    ("analysis-plan", "", "2021-08-20"),
    ("after-amendment", "", "170 days after the slurry, 20 before the compost, constructed"),
    ("strata-annex", "", "strata, areas and points as in strata.csv and sample_points.csv"),
    ("strata-factors", "", "land use and soil group; outlines of the units were taken"),
    ("sample-shares", "", "area; spread"),
    ("surface-cleared", "", "yes"),
    ("cores-mixed", "", "yes"),
    ("sieve", "", "2"),
    ("shipped-days", "", "3"),
    ("stored-months", "", "0"),
    ("places-kept", "", "each core within a metre of its point, by satellite, in the field book"),
    ("accreditation", "", "ISO/IEC 17025, constructed"),
    ("ring-test", "", "each year, constructed"),
    ("density-way", "", "core"),
    ("density-standard", "", "ISO 11272"),
    ("amounts-shown", "", "in the farm accounts, constructed"),
    ("manure-store", "", "dry; aerated"),
    ("yield-source", "", "regional; project"),
    ("plan-tasks", "", "cores each second and third year, records each month"),
    ("plan-boundary", "", "units.geojson and the boundary of project.toml"),
    ("plan-parameters", "", "the columns of the tables of this folder"),
    ("plan-sampling", "", "plan/plan.toml"),
    ("plan-control-sites", "", "the agreement with the neighbours"),
    ("plan-review", "", "2031, by regional statistics of the five years before"),
    ("plan-quality", "", "a second person reads each table; repeats in the laboratory"),
    ("plan-archive", "", "this folder and its bundles, on two places"),
    ("plan-roles", "", "farmer, sampler, laboratory and reckoner, constructed"),
    ("plan-modelling", "", "soil methane of the wet corner alone"),
    ("archive-until", "", "2063-10-01"),
    ("practices-since", "", "none after the first report"),
    ("geodata", "", "in the field book, constructed"),
    ("sources-newest", "", "yes"),
    ("calibrated", "", "balances each year, corer by its maker, constructed"),
)  # fmt: skip
"""Clause, thing and answer; one document stands for all of them."""
RATING = "non_permanence_rating_percent"


def evidence() -> None:
    """Write the documents and the register of them."""
    (OUT / "evidence").mkdir(exist_ok=True)
    rows: list[list[object]] = []
    for name, kind, tables in DOCUMENTS:
        text = (
            f"Constructed: this stands where the {kind} of a real farm would be, for {', '.join(tables)}.\n"
        )
        (OUT / "evidence" / name).write_text(text, encoding="utf-8")
        digest = sha256(text.encode()).hexdigest()
        rows += [
            [
                f"evidence/{name}",
                digest,
                kind,
                table,
                RATING if table == "project.toml" else "all",
                "constructed",
            ]
            for table in tables
        ]
    write("declarations.csv", "clause,thing,answer,document", [[*row, STATEMENTS] for row in STATED])
    write("evidence/register.csv", "file,sha256,kind,table,rows,note", rows)


def eligibility() -> str:
    """Give eligibility.toml."""
    text = "# Made by scripts/examples/mixed_farm.py. Constructed: every declaration is made up.\n\n"
    text += 'omitted_as_de_minimis = ["belowground_woody_biomass"]\n'
    text += """
[[adjustments]]
place = "arable"
practice = "urea"
group = "fertilizer"
unit = "t/yr"
look_back_mean = 18.0
new_value = 12.0

[[productivity]]
place = "arable"
relative_change = -0.01
evidence = "regional trials, constructed"

[[regulatory_surplus]]
region = "the county"
required_by_law = false

[[barriers]]
region = "the county"
barriers = ["no market for cover crops", "cost of the drill"]
public_evidence = true

[[adoption]]
region = "the county"
practices = ["no-till with cover crops"]
adoption_share = 0.12
evidence = "census_or_government"
"""
    for name in UNITS:
        text += f'\n[[land_use]]\nplace = "{name}"\nyears = [\n'
        use = "cropland" if name == "arable" else "grassland"
        text += "".join(f'  {{ year = {year}, use = "{use}" }},\n' for year in (*HISTORY, *YEARS))
        text += f']\n\n[[native_clearing]]\nplace = "{name}"\nyears_before_start = 300.0\n'
        text += f'\n[[wetlands]]\nplace = "{name}"\non_wetland = false\n'
        text += f'\n[[rotations]]\nplace = "{name}"\nyears = 3\n'
        text += (
            f'\n[[evidence]]\nplace = "{name}"\nfact = "practices"\nkind = "qualitative"\n'
            "signed_attestation = true\nlook_back_years = 3\n"
            'source = "signed by the farmer, constructed"\n'
            f'\n[[evidence]]\nplace = "{name}"\nfact = "amounts"\nkind = "quantitative"\nlevel = 1\n'
            'documented_years = [1, 2, 3]\nlook_back_years = 3\nsource = "farm accounts, constructed"\n'
        )
        text += f'\n[[baselines]]\nunit = "{name}"\nvalid_from = 2021-10-01\n'
    for name in [*UNITS, *(f"control-{unit}" for unit in UNITS)]:
        plough = "conventional" if name.endswith("arable") else "none"
        crop = "wheat" if name.endswith("arable") else "grass"
        removed = str(name.endswith("arable")).lower()
        text += f"""
[[sites]]
name = "{name}"
slope_class = "gently sloping"
texture_classes = ["loam"]
soil_group = "Luvisol"
described_to_cm = 50.0
ecoregion = "English Lowlands beech forests"
climate_zone = "cool temperate moist"
precipitation_mm = {780.0 if name in UNITS else 765.0}
station_km = 14.0
practices = [
"""
        for back in range(1, 6):
            text += (
                f'  {{ years_before_start = {back}, tillage = "{plough}", residue_removed = {removed}, '
                f'crop = "{crop}", '
                f'functional_group = "grasses", manure = {str(crop == "grass").lower()}, compost = false, '
                "irrigation = false },\n"
            )
        text += "]\n"
    return text


def main() -> None:
    """Write the folder."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "project.toml").write_text(head(), encoding="utf-8")
    (OUT / "eligibility.toml").write_text(eligibility(), encoding="utf-8")
    (OUT / "units.geojson").write_text(outlines(), encoding="utf-8")
    soil()
    evidence()
    risk()
    schedule()
    activity()


if __name__ == "__main__":
    main()
