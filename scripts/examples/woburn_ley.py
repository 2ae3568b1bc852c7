"""Make the project folder examples/woburn-ley from its copy of the archive's rows.

``python scripts/examples/woburn_ley.py [OUT]`` writes the whole folder. Made twice, it is the same byte for
byte; a test makes it beside the committed one and compares.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from decimal import Decimal
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "examples" / "woburn-ley"
SOURCE = HOME / "source"

CAMPAIGNS = (("1975-79", 1975), ("1980-84", 1980), ("1985-89", 1985))
START_YEAR = 1978
LAST_YEAR = 1987
LOOK_BACK_YEARS = 5
BLOCKS = ("1", "2", "3", "4", "5")
OFFSET = {"3": 0, "5": 1, "4": 2, "2": 3, "1": 4}
"""Years by which a block runs behind block 3 in the five-year cycle, in sampling and in conversion."""
CONVERSION = {block: START_YEAR + offset for block, offset in OFFSET.items()}
PROJECT_ROTATIONS = {"lln8_2nd_cycle", "llc8_2nd_cycle"}
CONTROL_ROTATION = "ab"
AREA_HA = 20

WIDTH_M, HEIGHT_M, GAP_M = 400.0, 500.0, 20.0
WEST_DEG, SOUTH_DEG = -0.632, 51.998

DOI_CARBON = "10.23637/wrn3-soc3809-01"
DOI_CROPS = "10.23637/wrn3-cropping1938-2020-02"
DOI_FERTILIZER = "10.23637/wrn3-fert1938-2020-01"

type Row = dict[str, str]


def archive_rows() -> list[Row]:
    """Read the archive's rows; labels vary in case and are compared in lower case."""
    with (SOURCE / "woburn_ley_arable.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plots_with(rows: list[Row], rotations: set[str], year: int) -> dict[int, str]:
    """Give plot and block of the plots that carry one of the rotations in a five-year cycle of sampling."""
    return {
        int(row["plot"]): row["block"]
        for row in rows
        if year <= int(row["year"]) < year + 5 and row["rotation"].lower() in rotations
    }


def point_name(plot: int) -> str:
    """Name a sample point."""
    return f"plot-{plot:02d}"


def site_name(plot: int) -> str:
    """Name a control site."""
    return f"AB-plot-{plot:02d}"


def stratum_name(block: str) -> str:
    """Name a stratum."""
    return f"block-{block}"


def core_rows(rows: list[Row], plots: dict[int, str]) -> list[list[str]]:
    """Give one increment for each plot and campaign."""
    found = {(int(row["plot"]), int(row["year"])): row for row in rows}
    out = []
    for campaign, first_year in CAMPAIGNS:
        for plot, block in sorted(plots.items()):
            year = first_year + OFFSET[block]
            row = found[plot, year]
            if row["block"] != block or row["estimated_start"] != "0" or row["depth_cm"] != "25.0":
                raise SystemExit(f"plot {plot} in {year}: another block, depth, or an estimated value")
            method = "tinsley" if year < 1980 else "dry-combustion"
            soc = (Decimal(row["soc_percent"]) * 10).normalize()
            out.append(
                [
                    campaign,
                    point_name(plot),
                    f"{plot:02d}-{year}",
                    f"{year}-10-01",
                    "0",
                    "25",
                    f"{soc:f}",
                    method,
                    row["bulk_density_g_per_cm3"],
                ]
            )
    return out


def phase_in_project(block: str, year: int) -> str:
    """Say what the project plots of a block carried in a year."""
    age = year - CONVERSION[block]
    if age >= 8:
        return f"arable test crop {age - 7} after the ley"
    if age >= 0:
        return f"eight-year ley year {age + 1}"
    if age >= -5:
        return phase_of_five("arable rotation", age + 6)
    phase = age + 11
    return (
        f"three-year ley year {phase}"
        if phase <= 3
        else f"arable test crop {phase - 3} after the three-year ley"
    )


def phase_of_five(rotation: str, phase: int) -> str:
    """Name a year of a five-year arable rotation."""
    return f"{rotation} treatment crop {phase}" if phase <= 3 else f"{rotation} test crop {phase - 3}"


def tilled_in_project(block: str, year: int) -> bool:
    """Tell whether the soil of a block's project plots was worked: not from the second year of a ley on."""
    return " ley year " not in f" {phase_in_project(block, year)}" or phase_in_project(block, year).endswith(
        " year 1"
    )


def schedule_rows(controls: dict[int, str]) -> list[list[str]]:
    """Give the schedule of activities: of the unit year by year, then of each control site."""
    out = []
    evidence = f"rotation descriptions, DOI {DOI_CARBON}; straw, nitrogen and lime entered as README.md says"
    for year in range(START_YEAR - LOOK_BACK_YEARS, LAST_YEAR + 1):
        crop = "; ".join(f"block {block} {phase_in_project(block, year)}" for block in BLOCKS)
        tilled = any(tilled_in_project(block, year) for block in BLOCKS)
        scenario = "baseline" if year < START_YEAR else "project"
        out.append(["woburn", scenario, str(year), crop, yes(tilled), *_other_practices(), evidence])
    for plot, block in sorted(controls.items()):
        for year in range(START_YEAR - LOOK_BACK_YEARS, LAST_YEAR + 1):
            age = year - CONVERSION[block]
            rotation = "arable rotation Ah" if age < -5 else "arable rotation AB"
            crop = phase_of_five(rotation, age % 5 + 1)
            out.append([site_name(plot), "baseline", str(year), crop, "yes", *_other_practices(), evidence])
    return out


def _other_practices() -> list[str]:
    """Residue removed, synthetic nitrogen, manure, compost, irrigation, grazing, liming."""
    return ["yes", "yes", "no", "no", "no", "no", "no"]


def yes(value: bool) -> str:
    """Write a boolean as the tables do."""
    return "yes" if value else "no"


def rectangles() -> str:
    """Give five nominal rectangles of 20 ha in a row, as GeoJSON.

    Metres per degree come from the radii of the WGS 84 ellipsoid at the middle latitude; the areas hold to
    about one part in ten thousand.
    """
    axis, flattening = 6378137.0, 1 / 298.257223563
    squared = flattening * (2 - flattening)
    north = SOUTH_DEG
    for _ in range(3):
        middle = math.radians((SOUTH_DEG + north) / 2)
        curve = 1 - squared * math.sin(middle) ** 2
        north = SOUTH_DEG + math.degrees(HEIGHT_M / (axis * (1 - squared) / curve**1.5))
    metre_east = math.degrees(1 / (axis / curve**0.5 * math.cos(middle)))
    features = []
    for number, block in enumerate(BLOCKS):
        west = WEST_DEG + number * (WIDTH_M + GAP_M) * metre_east
        east = west + WIDTH_M * metre_east
        ring = [(west, SOUTH_DEG), (east, SOUTH_DEG), (east, north), (west, north), (west, SOUTH_DEG)]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "stratum": stratum_name(block),
                    "note": "nominal: plot boundaries are not published",
                },
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]],
                },
            }
        )
    lines = ",\n".join(json.dumps(feature) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


HEAD = f"""\
# Made by scripts/examples/woburn_ley.py. History replayed under today's rules: nothing was issued.

schema = 2
programme = "vm0042"

[project]
name = "Woburn ley-arable: eight-year leys against arable, replayed"
description = "History replayed under today's rules, not an issued project. Plots of the Woburn Ley-arable \
experiment that went from arable cropping into eight-year leys from 1978 on (second cycle: grass with \
nitrogen LLn8, grass with clover LLc8) stand for the project; the arable plots AB of the same blocks are \
the control sites. The five blocks are the strata. Each is sampled in one year of a five-year campaign and \
converted block by block, three years after its first sampling: block 3 sampled 1975, 1980, 1985 and sown \
to ley 1978; block 5 1976, 1981, 1986 and 1979; block 4 1977, 1982, 1987 and 1980; block 2 1978, 1983, 1988 \
and 1981; block 1 1979, 1984, 1989 and 1982. So in every block the three samplings lie three years before, \
two years after and seven years after the sowing, always five years apart; the verification periods \
1978-1982 and 1983-1987 carry the change between first and second and between second and third sampling. \
Only the year of sampling is published, at the end of the third treatment year: the day 1 October is \
nominal. Areas (20 ha for each block) and outlines are nominal too, as are the risk rating and the distance \
of the control sites."
proponent = "none: a replay of published data of Rothamsted Research"
country = "GB"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = 1978-01-01
kind = "replay"
reporting_depth_cm = 25.0
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = 15.0
geometry_file = "units.geojson"
attribution = [
  "Poulton, P.R., Johnston, A.E., Gregory, A.S. and Glendining, M.J. (2022) Woburn Ley-arable experiment \
soil organic carbon, 1938-2009. Electronic Rothamsted Archive, Rothamsted Research, Harpenden, UK. DOI \
{DOI_CARBON}. Rights holder: Rothamsted Research. Licence: CC BY 4.0. Changes: rows of 30 plots and three \
campaigns chosen, percent times ten written as g/kg, plots grouped into strata and control sites; areas, \
outlines, days and the risk rating are ours.",
  "Rotation phases in the schedule: Poulton, P.R., Johnston, A.E., Macdonald, A.J., Glendining, M.J. and \
Ostler, R.J. (2022) Woburn Ley-arable Experiment cropping 1938-2020. Electronic Rothamsted Archive, \
Rothamsted Research. DOI {DOI_CROPS}. Rights holder: Rothamsted Research. Licence: CC BY 4.0. Changes: put \
into our own words, by block and year.",
]

[project.design]
kind = "fixed_plots"
description = "Experimental plots laid out in five blocks in 1938 and sampled every five years since 1955, \
16 to 25 cores each, bulked. A plot is the sampling unit. Each block holds four project plots (two \
rotations, with and without farmyard manure until 1967) and two control plots."

[[project.practice_changes]]
group = "planting_and_harvesting"
kind = "adopt"
description = "Eight years of grass ley with nitrogen or grass and clover ley, then two arable crops, in \
place of an arable rotation"

[[project.practice_changes]]
group = "tillage_and_residue"
kind = "adjust"
description = "No cultivation in the second to eighth year of the ley"

[[project.campaigns]]
name = "1975-79"
during = {{ start = 1975-01-01, end = 1979-12-31 }}

[[project.campaigns]]
name = "1980-84"
during = {{ start = 1980-01-01, end = 1984-12-31 }}

[[project.campaigns]]
name = "1985-89"
during = {{ start = 1985-01-01, end = 1989-12-31 }}

[[project.laboratory_methods]]
id = "tinsley"
kind = "walkley_black"
laboratory = "Analytical Chemistry Unit, Rothamsted Research"
description = "Tinsley's wet oxidation with dichromate (1950), which the archive names for 1938 to 1979; \
the nearest of our kinds is walkley_black, though Tinsley heats and so oxidises more. Its error against dry \
combustion is not in the data set"

[[project.laboratory_methods]]
id = "dry-combustion"
kind = "dry_combustion"
laboratory = "Analytical Chemistry Unit, Rothamsted Research"
proficiency_test = "European quality assurance programmes, as the archive says of the laboratory; no \
results given"
description = "Total combustion (LECO), which the archive names for all years after 1979"

[[project.monitoring_periods]]
name = "1"
during = {{ start = 1978-01-01, end = 1982-12-31 }}

[[project.monitoring_periods]]
name = "2"
during = {{ start = 1983-01-01, end = 1987-12-31 }}

[[project.verification_periods]]
name = "1"
during = {{ start = 1978-01-01, end = 1982-12-31 }}
first_campaign = "1975-79"
last_campaign = "1980-84"

[[project.verification_periods]]
name = "2"
during = {{ start = 1983-01-01, end = 1987-12-31 }}
first_campaign = "1980-84"
last_campaign = "1985-89"

[[project.deviations]]
id = "D1"
code = "depth-below-minimum"
reason = "The archive holds the plough layer 0-25 cm only. Nothing is claimed below it. In the campaign \
1975-79 all blocks but block 1 were sampled to 23 cm, and the archive brought them to 25 cm with subsoil \
carbon of 1938."

[[project.deviations]]
id = "D2"
code = "design-not-stratified-random"
reason = "The plots were laid out in blocks in 1938 and have stayed where they are. They are an experiment, \
not a random sample of a farm: the spread between plots stands in for the spread that random sampling would \
show."

[[project.deviations]]
id = "D3"
code = "initial-measurement-off-start"
reason = "Each block was sampled three years before its own conversion, at the end of the third treatment \
year of the last arable rotation; there is no sampling in the year of conversion. Two arable years before \
the ley are therefore inside the first interval, in project and control alike."

[[project.deviations]]
id = "D4"
code = "campaign-spread"
reason = "A campaign takes five years, one block each year. Within a block project and control were sampled \
in the same year and every interval is five years, so each stratum compares like with like."

[[project.deviations]]
id = "D5"
code = "method-changed"
reason = "Carbon was determined by Tinsley's wet oxidation in 1975-79 and by dry combustion after that. \
Project and control of a block always share the method, and their carbon hardly differed at the start, so a \
constant recovery nearly cancels in their difference (docs/woburn-ley.md gives the rest in tonnes). \
It does not cancel in the change of either alone: how the first period divides into reductions and removals \
carries the change of method."

[[project.deviations]]
id = "D6"
code = "method-not-recommended"
reason = "The samples of 1975-79 were analysed by wet oxidation then; nothing else is published for them."

[[project.deviations]]
id = "D7"
code = "increments-too-few"
reason = "The archive holds one layer. Nothing is said of the soil below it, and carbon at equal mass is carried on \
along a straight line."

[project.boundary]
entries = [
  {{ id = "soil_organic_carbon", included = true, reason = "The pool that this replay is about" }},
  {{ id = "aboveground_woody_biomass", included = false, reason = "No woody plants on the plots in either \
scenario" }},
  {{ id = "fossil_fuel_co2", included = false, reason = "Not recorded in the data set: this replays the \
soil part only" }},
  {{ id = "liming_co2", included = false, reason = "Lime is recorded elsewhere (DOI {DOI_FERTILIZER}) and \
not used here: this replays the soil part only" }},
  {{ id = "soil_methanogenesis_ch4", included = false, reason = "Not recorded; a freely draining sandy \
loam, never flooded" }},
  {{ id = "enteric_fermentation_ch4", included = false, reason = "No livestock on the plots: the leys were \
cut and carried off; grazing ended in 1968" }},
  {{ id = "manure_deposition_ch4", included = false, reason = "No livestock on the plots since 1968" }},
  {{ id = "manure_deposition_n2o", included = false, reason = "No livestock on the plots since 1968" }},
  {{ id = "nitrogen_fertilizer_n2o", included = false, reason = "Half the leys got nitrogen and so did \
arable crops; the amounts are not in the data set. A real project would have to count them: this replays \
the soil part only" }},
  {{ id = "nitrogen_fixing_species_n2o", included = false, reason = "Half the leys hold clover; its \
nitrogen is not in the data set. A real project would have to count it: this replays the soil part only" \
}},
  {{ id = "biomass_burning_ch4", included = false, reason = "Burning is not recorded: this replays the soil \
part only" }},
  {{ id = "biomass_burning_n2o", included = false, reason = "Burning is not recorded: this replays the soil \
part only" }},
]
"""

README = f"""\
# Woburn ley-arable, replayed

History replayed under today's rules. This is not an issued project, and nobody proposed it: it shows what
the engine makes of real soil data. `docs/woburn-ley.md` has the numbers and all other pairs that could have
been chosen.

Made by `python scripts/examples/woburn_ley.py` from `source/`; a test makes it again and compares byte for
byte.

## What the run says, and why that is right

*Provisional* (exit 3; `demo` exits 0): the tonnes are computed and none can be requested, as if it were a real project.

| finding | why |
|---|---|
| `deviation-not-approved`, four times | depth, one increment, chosen plots, late start: a replay has nobody to ask |
| `eligibility-not-declared`, `clause-undeclared`, `schedule-incomplete`, \
`production-undeclared` | the archive tells of soil alone |
| `rating-not-shown` | the rating is nominal: no question of the risk tool was answered |
| `plan-missing` | the plots were laid out in 1938; `docs/woburn-ley.md` shows all that could have been picked |
| `laboratory-basis-undeclared` | the archive does not say all of it, and we did not make it up |
| `depth-below-minimum`, `increments-too-few`, `design-not-stratified-random`, \
`initial-measurement-off-start` (warnings) | what the four deviations answer |
| `points-not-located` (warning) | the plots have no published coordinates |
| `method-changed` (note), `method-not-recommended` (warning) | wet oxidation to 1979, then dry combustion, both sides |
| `campaign-spread` (note) | one block was sampled each year |

## Whose data

Poulton, P.R., Johnston, A.E., Gregory, A.S. and Glendining, M.J. (2022) Woburn Ley-arable experiment soil
organic carbon, 1938-2009. Electronic Rothamsted Archive, Rothamsted Research, Harpenden, UK. DOI
{DOI_CARBON}. Rights holder: Rothamsted Research. Licence: Creative Commons Attribution 4.0 (CC BY 4.0).

What was changed: the archive's tables were reshaped to `source/woburn_ley_arable.csv` (all plots and years;
labels and values as they were; total nitrogen left out); `source/woburn_rotations.csv` is the archive's
table of rotations without its vocabulary links. For the project folder, 30 plots and three campaigns were
chosen and per cent times ten written as g/kg. Which phase of its rotation a block was in also rests on the
cropping data set of the same experiment, DOI {DOI_CROPS} (Rothamsted Research, CC BY 4.0).

## What is nominal

- Areas: 20 ha for each block, 100 ha in all. Real plots are small; all results per hectare do not depend on
  it.
- `units.geojson`: five rectangles of 20 ha beside each other near Woburn. They are not the plots, and
  sample points carry no coordinates.
- Days: only the year of sampling is published. 1 October stands for the end of the third year of treatment
  crops or the eighth year of a ley, when the archive says that soil was sampled.
- Distance of the control sites: 0.5 km, an upper bound, as they lie in the same blocks of one field.
- The non-permanence rating of 15 %.
- In the schedule of activities: the rotations do not tell of straw, nitrogen or lime. Straw is entered as
  removed, nitrogen as given, lime as not given, alike in both scenarios. Amounts of nitrogen and lime are in
  DOI {DOI_FERTILIZER}, which is not used here.

## What to know before using the numbers

- Bulk density is not measured plot by plot. The archive gives one constant for arable plots (1.508 g/cm3)
  and one for plots with ley (1.388). The alternating plots carry the ley value from 1975 on, three years
  before their ley was sown. Within a plot nothing changes between the campaigns used here, so no change of
  stock comes from density; it enters only through the reference soil mass.
- The reference is the densest profile: 25 cm x 1.508 = 3770 t/ha. Project plots were sampled to 3470 t/ha,
  so their carbon is carried on 8.6 % beyond the sample, with one increment along a straight line.
- Carbon was determined by Tinsley's wet oxidation until 1979 and by dry combustion afterwards: the two ends
  of the first period are not the same method.
- Four of the five blocks were sampled to 23 cm in 1975-78; the archive brought them to 25 cm.
- The archive's rotation table says that LLc8_2nd_cycle replaced Ah/L; its own soil table shows the plots as
  L/Ah until then.
- What the project plots would have grown without the change is open. For forty years they had alternated
  between five years with ley and five of arable, and the next five would have been with ley again. The
  control says that they would have stayed arable.
- One plot of each pair got farmyard manure until 1967. Project and control hold as many with as without in
  every block.
"""


def tables() -> dict[str, str]:
    """Give every file of the folder that is not a copy: name and text."""
    rows = archive_rows()
    project = plots_with(rows, PROJECT_ROTATIONS, 1980)
    controls = plots_with(rows, {CONTROL_ROTATION}, 1980)
    points = [
        [point_name(plot), stratum_name(block), "", point_name(plot), "", ""]
        for plot, block in sorted(project.items())
    ]
    points += [[point_name(plot), "", site_name(plot), point_name(plot), "", ""] for plot in sorted(controls)]
    manager = "Rothamsted Research (Woburn Experimental Farm)"
    return {
        "project.toml": HEAD,
        "README.md": README,
        "units.geojson": rectangles(),
        "quantification_units.csv": table(
            ["quantification_unit", "approach", "area_ha"],
            [["woburn", "measure_and_remeasure", str(AREA_HA * len(BLOCKS))]],
        ),
        "strata.csv": table(
            ["stratum", "quantification_unit", "area_ha", "shallow_soil_depth_cm"],
            [[stratum_name(block), "woburn", str(AREA_HA), ""] for block in BLOCKS],
        ),
        "sample_points.csv": table(
            ["point", "stratum", "control_site", "sampling_unit", "longitude_deg", "latitude_deg"], points
        ),
        "control_sites.csv": table(
            ["control_site", "managed_by", "distance_km"],
            [[site_name(plot), manager, "0.5"] for plot in sorted(controls)],
        ),
        "control_links.csv": table(
            ["control_site", "stratum"],
            [[site_name(plot), stratum_name(block)] for plot, block in sorted(controls.items())],
        ),
        "core_increments.csv": table(
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
            core_rows(rows, project | controls),
        ),
        "schedule_of_activities.csv": table(
            [
                "place",
                "scenario",
                "year",
                "crop",
                "tillage",
                "residue_removed",
                "synthetic_nitrogen",
                "manure",
                "compost",
                "irrigation",
                "grazing",
                "liming",
                "evidence",
            ],
            schedule_rows(controls),
        ),
    }


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Write a table as CSV text; cells with commas are quoted."""
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in [columns, *rows]]
    return "".join(",".join(row) + "\n" for row in quoted)


def main(out: Path) -> None:
    """Write the folder."""
    files = {name: text.encode("utf-8") for name, text in tables().items()}
    files |= {f"source/{path.name}": path.read_bytes() for path in sorted(SOURCE.glob("*.csv"))}
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME)
