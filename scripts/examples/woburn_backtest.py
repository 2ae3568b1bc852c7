"""Woburn's eight-year leys, forecast with what was known in 1974: the project of ``scripts/pages/true_up.py``."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import read_csv, write_table

ROOT = Path(__file__).resolve().parents[2]
TRIALS = ROOT / "examples" / "rothamsted-trials"
LAST_SEEN = 1974
"""No stock of a later year is in the calibration or in its validation."""
CALIBRATION = f"""\
id = "rothc-woburn-{LAST_SEEN}"
title = "RothC-26.3 calibrated on Broadbalk and Woburn as they were known in {LAST_SEEN}"
limits = "For the example woburn-backtest: stocks of Broadbalk and Woburn up to {LAST_SEEN}, nothing later. It \
validates no project elsewhere."
draws = 300
"""
type Row = dict[str, str]


def write_trials(folder: Path) -> None:
    """Write the trials that calibrate, cut at the last year that is seen, and their cropping comparisons up to then.

    Inputs deviate by treatment: four stocks a plot, as there were by then, do not tell a factor for each plot.
    """
    folder.mkdir(parents=True)
    studies = [row for row in read_csv(TRIALS / "studies.csv") if row["use"] != "validation"]
    kept = {row["study"] for row in studies}
    sites = {row["site"] for row in read_csv(TRIALS / "trial_sites.csv") if row["study"] in kept}
    seen = [
        row
        for row in read_csv(TRIALS / "observations.csv")
        if row["site"] in sites and int(row["year"]) <= LAST_SEEN
    ]
    tables = {
        "studies.csv": studies,
        "observations.csv": seen,
        "comparisons.csv": comparisons(seen, read_csv(TRIALS / "comparisons.csv")[0]),
        **{
            name: [row for row in read_csv(TRIALS / name) if row["site"] in sites]
            for name in ("trial_sites.csv", "sites.csv", "schedule.csv")
        },
    }
    for name, rows in tables.items():
        write_table(folder / name, rows[0], [row.values() for row in rows])
    for name in ("model.toml", "weather.csv", "validation.toml"):
        (folder / name).write_bytes((TRIALS / name).read_bytes())
    effects = (TRIALS / "calibration.toml").read_text(encoding="utf-8").partition("\n[[effect]]")[2]
    effects = effects.replace('on = "inputs"\nby = "site"', 'on = "inputs"\nby = "treatment"')
    (folder / "calibration.toml").write_text(f"{CALIBRATION}\n[[effect]]{effects}", encoding="utf-8")


def comparisons(seen: Sequence[Row], like: Row) -> list[Row]:
    """Compare every rotation with the arable one of its block and manure, first with last stock up to the cut."""
    years: dict[str, list[int]] = defaultdict(list)
    for row in seen:
        if row["site"].startswith("woburn"):
            years[row["site"]].append(int(row["year"]))
    found = []
    for site in sorted(years):
        block, rotation, manure = site.removeprefix("woburn-").split("-")
        reference = f"woburn-{block}-Ah-{manure}"
        if rotation == "Ah":
            continue
        both = sorted(set(years[site]) & set(years[reference]))
        found.append(
            like
            | {
                "comparison": f"{site}-{both[0]}-{both[-1]}",
                "study": f"woburn-{block}",
                "practice_category": "cropping",
                "treated_site": site,
                "reference_site": reference,
                "from_year": str(both[0]),
                "to_year": str(both[-1]),
            }
        )
    return found


OUT = ROOT / "examples" / "woburn-backtest"
LEY = ROOT / "examples" / "woburn-ley"
CAMPAIGNS = tuple((f"{year}-{(year + 4) % 100:02d}", year) for year in range(1975, 2006, 5))
OFFSET = {"3": 0, "5": 1, "4": 2, "2": 3, "1": 4}
"""Years by which a block runs behind block 3, in sampling and in conversion."""
BEHIND = 2
"""Years by which the tables run ahead of block 3: all cores of 1975-79 stand at the end of 1977."""
START = 1978
SOWN = 3
"""Years from the first sampling to the sowing of the ley."""
PERIODS = tuple((first, first + 4) for first in range(START, START + 35, 5))
"""The last is open when the replay ends: it was never re-measured."""
ARABLE, LONG = "Ah-none", "L+Ah-none"
"""Whose inputs in the trial folder are those of the arable rotation, and of the eight-year ley from 1975 on."""


def shift(block: str) -> int:
    """Give what is added to a year of the tables to get the calendar year of a block."""
    return OFFSET[block] - BEHIND


def inputs_of(site: str, kind: str) -> dict[int, float]:
    """Give the carbon of a kind of input by year, from the trial folder. [t C/ha]."""
    found = {}
    for row in read_csv(TRIALS / "schedule.csv"):
        if (row["site"], row["scenario"], row["what"]) == (site, "trial", kind):
            last = int(row["until_year"] or row["year"])
            found |= {year: float(row["amount"]) for year in range(int(row["year"]), last + 1)}
    return found | {year: found[max(found)] for year in range(max(found) + 1, PERIODS[-1][1] + 3)}


def plots() -> list[Row]:
    """Give the plots of examples/woburn-ley: points of the project first."""
    return read_csv(LEY / "sample_points.csv")


def write_source(source: Path, multiplier: dict[str, float]) -> None:
    """Write what the replay draws from: cores of all campaigns, weather and schedule of all years."""
    source.mkdir(parents=True, exist_ok=True)
    archive = {
        (int(row["plot"]), int(row["year"])): row
        for row in read_csv(LEY / "source" / "woburn_ley_arable.csv")
    }
    block_of = {plot: row["block"] for (plot, _), row in archive.items()}
    cores = []
    for campaign, first in CAMPAIGNS:
        for point in plots():
            plot = int(point["point"].removeprefix("plot-"))
            year = first + OFFSET[block_of[plot]]
            row = archive[plot, year]
            if row["estimated_start"] != "0" or row["depth_cm"] != "25.0":
                raise SystemExit(f"plot {plot} in {year}: another depth, or an estimated value")
            cores.append(
                [
                    campaign,
                    point["point"],
                    f"{plot:02d}-{year}",
                    f"{year}-10-01",
                    "0",
                    "25",
                    f"{round(float(row['soc_percent']) * 10, 6):g}",
                    "tinsley" if year < 1980 else "dry-combustion",
                    row["bulk_density_g_per_cm3"],
                ]
            )
    write_table(source / "core_increments.csv", list(read_csv(LEY / "core_increments.csv")[0]), cores)
    write_weather(source)
    write_schedule(source, multiplier)
    write_activities(source)


def write_weather(source: Path) -> None:
    """Write the weather of Woburn once a block, in the years of the tables."""
    known = {
        (int(row["year"]), row["month"]): row
        for row in read_csv(TRIALS / "weather.csv")
        if row["cell"] == "woburn"
    }
    write_table(
        source / "weather.csv",
        list(read_csv(TRIALS / "weather.csv")[0]),
        [
            [f"block-{block}", year, month, *list(known[year + shift(block), str(month)].values())[3:]]
            for block in sorted(OFFSET)
            for year in range(START, PERIODS[-1][1] + 1)
            for month in range(1, 13)
        ],
    )


def write_schedule(source: Path, multiplier: dict[str, float]) -> None:
    """Write both scenarios of every point: arable on, or arable until the ley is sown."""
    rows = []
    for point in plots():
        if not point["stratum"]:
            continue
        block = point["stratum"].removeprefix("block-")
        arable = inputs_of(f"woburn-b{block}-{ARABLE}", "arable")
        ley = inputs_of(f"woburn-b{block}-{LONG}", "long ley")
        for scenario in ("baseline", "project"):
            for year in range(START, PERIODS[-1][1] + 1):
                grass = scenario == "project" and year >= START - 1 + SOWN + 1
                own = (ley if grass else arable)[year + shift(block)]
                kind = "long ley" if grass else "arable"
                amount = round(own * multiplier[kind], 4)
                rows.append([scenario, point["point"], year, 8, "plant-input", kind, amount])
                cover = [(12, 1), (9, 0)] if not grass else [(1, 1)] if year == START + SOWN else []
                rows += [[scenario, point["point"], year, month, "cover", "", on] for month, on in cover]
    header = ["scenario", "site", "year", "month", "activity", "what", "amount"]
    write_table(source / "schedule.csv", header, rows)


def write_activities(source: Path) -> None:
    """Write the schedule of activities of examples/woburn-ley, with the years after it."""
    rows = read_csv(LEY / "schedule_of_activities.csv")
    last = max(int(row["year"]) for row in rows)
    more = [
        {**row, "year": str(year), "crop": later(row, year)}
        for year in range(last + 1, PERIODS[-1][1] + 1)
        for row in rows
        if int(row["year"]) == last
    ]
    write_table(source / "schedule_of_activities.csv", rows[0], [row.values() for row in [*rows, *more]])


def later(row: Row, year: int) -> str:
    """Name what grew after the years of the other example."""
    return (
        "arable rotation AB"
        if row["scenario"] == "baseline"
        else "eight-year leys with two arable crops after each"
    )


HEAD = """\
# Made by scripts/pages/true_up.py. History replayed under today's rules: nothing was issued.

schema = 2
programme = "vm0042"

[project]
name = "Woburn ley-arable: forecast and re-measured, replayed"
description = "History replayed under today's rules, not an issued project. Plots of the Woburn Ley-arable experiment \
that went from arable cropping into eight-year leys stand for a project under measure and model; the arable plots of \
the same blocks are control sites for the re-measurement. RothC starts from the cores of 1975-79 with a parameter set \
that saw no stock of Woburn after 1974. Each block runs in its own calendar: what the tables call the end of 1977 is \
the year of its first sampling (block 3 1975, block 5 1976, block 4 1977, block 2 1978, block 1 1979), three years \
before its ley was sown. Days, areas, the risk rating and the distance of the control sites are nominal."
proponent = "none: a replay of published data of Rothamsted Research"
country = "GB"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = {start}-01-01
kind = "replay"
reporting_depth_cm = 25.0
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = 15.0
attribution = [
  "Poulton, P.R., Johnston, A.E., Gregory, A.S. and Glendining, M.J. (2022) Woburn Ley-arable experiment soil organic \
carbon, 1938-2009. Electronic Rothamsted Archive, Rothamsted Research, Harpenden, UK. DOI 10.23637/wrn3-soc3809-01. \
Rights holder: Rothamsted Research. Licence: CC BY 4.0. Changes: rows of 30 plots and seven campaigns chosen, per cent \
times ten written as g/kg, plots grouped into strata and control sites; areas, days and the risk rating are ours.",
  "Weather and the yearly carbon input of a ley: RothC_Py at f2ab6df, example input of Woburn. Changes: means of five \
years, shares for other rotations, and a factor that was calibrated on stocks up to 1974 (docs/true-up.md).",
]

[project.design]
kind = "fixed_plots"
description = "Experimental plots laid out in five blocks in 1938 and sampled every five years since 1955. A plot is \
the sampling unit. Each block holds four project plots and two control plots."

[[project.practice_changes]]
group = "planting_and_harvesting"
kind = "adopt"
description = "Eight years of ley, then two arable crops, in place of an arable rotation"

"""
MODEL = """\
[project.model]
parameter_set = "calibrated"
validation_file = "validation.json"
initial_campaign = "1975-79"
weather_station_km = 0.0

[[project.model.strata]]
practice_category = "cropping"
crop_group = "mixed"
climate_zone = "cool-temperate-moist"
texture_class = "sandy-loam"

[[project.baselines]]
kind = "modelled_schedule"

"""
DEVIATIONS = ("depth-below-minimum", "design-not-stratified-random", "campaign-spread")
METHODS = ("method-changed", "method-not-recommended")


def head_of(period: int) -> str:
    """Give project.toml at the end of a period, after its campaign; 0 is the start, with the first campaign alone."""
    ley = (LEY / "project.toml").read_text(encoding="utf-8")
    known = CAMPAIGNS[: period + 1]
    first, last = PERIODS[period]
    during = f"{{ start = {first}-01-01, end = {last}-12-31 }}"
    name = period + 1
    campaigns = "".join(
        f'[[project.campaigns]]\nname = "{campaign}"\nduring = {{ start = {year}-01-01, end = {year + 4}-12-31 }}\n\n'
        for campaign, year in known
    )
    methods = ley[ley.index("[[project.laboratory_methods]]") : ley.index("[[project.monitoring_periods]]")]
    if not period:
        methods = methods[: methods.index("[[project.laboratory_methods]]", 10)]
    periods = "".join(
        f'[[project.{kind}_periods]]\nname = "{name}"\nduring = {during}\n\n'
        for kind in ("monitoring", "verification")
    )
    blocks = ley[ley.index("[[project.deviations]]") : ley.index("[project.boundary]")].split(
        "[[project.deviations]]\n"
    )[1:]
    codes = {block.split('code = "')[1].split('"')[0]: block for block in blocks}
    kept = [*DEVIATIONS, *(METHODS if period else METHODS[1:])]
    deviations = "".join(f"[[project.deviations]]\n{codes[code]}" for code in kept)
    boundary = ley[ley.index("[project.boundary]") :]
    return HEAD.format(start=START) + campaigns + methods + periods + deviations + MODEL + boundary


def write_state(folder: Path, source: Path, period: int, *, validation: str, ledger: str = "") -> None:
    """Write the project as it stands when a period opens: campaigns, weather and schedules up to then, and no more."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    last = PERIODS[period][1]
    names = {name for name, _ in CAMPAIGNS[: period + 1]}
    cores = [row for row in read_csv(source / "core_increments.csv") if row["campaign"] in names]
    write_table(folder / "core_increments.csv", cores[0], [row.values() for row in cores])
    activities = [row for row in read_csv(source / "schedule_of_activities.csv") if int(row["year"]) <= last]
    write_table(folder / "schedule_of_activities.csv", activities[0], [row.values() for row in activities])
    for name in ("weather.csv", "schedule.csv"):
        rows = [row for row in read_csv(source / name) if int(row["year"]) <= last]
        write_table(folder / "model" / name, rows[0], [row.values() for row in rows])
    for name in ("control_links.csv", "control_sites.csv", "sample_points.csv", "strata.csv"):
        (folder / name).write_bytes((LEY / name).read_bytes())
    write_table(
        folder / "quantification_units.csv",
        ["quantification_unit", "approach", "area_ha"],
        [["woburn", "measure_and_model", 100]],
    )
    of_point = {row["point"]: row for row in cores if row["campaign"] == CAMPAIGNS[0][0]}
    sites = []
    for point in plots():
        if point["stratum"]:
            core = of_point[point["point"]]
            stock = 2.5 * float(core["soc_g_per_kg"]) * float(core["fine_soil_density_g_per_cm3"])
            sites.append([point["point"], point["stratum"], 25, 13, f"{stock:.4f}"])
    write_table(
        folder / "model" / "sites.csv", ["site", "cell", "depth_cm", "clay_percent", "soc_t_ha"], sites
    )
    text = (TRIALS / "model.toml").read_text(encoding="utf-8")
    (folder / "model" / "model.toml").write_text(text.replace('"history"', '"baseline"'), encoding="utf-8")
    (folder / "model" / "validation.json").write_text(validation, encoding="utf-8")
    (folder / "project.toml").write_text(head_of(period), encoding="utf-8")
    if ledger:
        (folder / "ledger.toml").write_text(ledger, encoding="utf-8")


def validation_of(trials: Any, plan: Any, whole: Any, folds: Any) -> str:
    """Validate the set by blocks; the plots with and without manure are replicates of a rotation."""
    from mollisol.methodology.checks.validation import check_clay, check_gates
    from mollisol.methodology.soil_models.calibrated import ModelIdentity, model_settings
    from mollisol.methodology.trace import Trace
    from mollisol.methodology.validation import Fold, Study, ValidationResult
    from mollisol.trials.comparisons import compare
    from mollisol.trials.predictions import Group, under_draws
    from mollisol.trials.summary import summarise
    from mollisol.trials.validate import _TOLD, _rules

    rules = _rules()
    trace = Trace(rules)
    treatment = {row.site: row.treatment.split("-")[0] for row in trials.trial_sites}
    gathered: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for fold, _ in folds:
        for row in fold.left_out:
            gathered[fold.name, treatment[row.treated_site]].append(row)
    groups = [Group(rows[0].comparison, tuple(rows), fold) for (fold, _), rows in gathered.items()]
    sets = {fold.name: made for fold, made in folds}
    found = compare(trials, groups, [fold for fold, _ in folds], sets, None, under_draws(plan), trace)
    summary = summarise(found, trace)
    for id in _TOLD:
        rules.value(id)
    findings = (*check_clay(found, rules), *check_gates(summary.combinations))
    studies = tuple(Study.model_validate(r.model_dump(exclude={"file", "row"})) for r in trials.studies)
    result = ValidationResult(
        title=plan.title,
        identity=ModelIdentity.of(whole, model_settings(trials.inputs)),
        calibrated=True,
        cross_validation="block",
        folds=tuple(
            Fold(
                fold=fold.name,
                left_out=fold.names,
                fitted_on=tuple(sorted({row.study for row in fold.fitted.studies})),
                parameter_set=made.label,
                parameters_sha256=made.sha256,
            )
            for fold, made in folds
        ),
        studies=tuple(s for s in studies if s.study.startswith("woburn")),
        calibration_studies=studies,
        comparisons=found,
        combinations=summary.combinations,
        domain=summary.domain,
        horizon_years=summary.horizon_years,
        substitutions=("Plots with and without farmyard manure until 1967 are replicates of a rotation.",),
        limits=(whole.limits,),
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        rules=rules.chosen,
        findings=findings,
    )
    return result.to_json()


def multipliers(trials: Any, plan: Any, made: Any) -> dict[str, float]:
    """Give the factor on each kind of input at its posterior mean: of the kind, and of the treatments that had it.

    The eight-year ley was not grown before the cut; it takes the factor of the ley.
    """
    import numpy as np

    from mollisol.uncertainty.calibration.problem import Problem, of_model

    problem = Problem(trials, plan)
    draws = np.array(made.draws)[::5]
    quantities = {name: draws[:, place] for place, name in enumerate(made.names)}
    x, inert = problem.responses.at(problem.places, of_model(quantities, plan.prior))
    weight = 1.0 / (problem.known_variance + quantities["residual_sd"][:, None] ** 2)
    system = problem.structure.system(x, inert, problem.observed, weight, quantities)
    reduced, right = system.reduced()
    mean = np.linalg.solve(reduced, right[..., None])[..., 0].mean(axis=0)
    known = {
        (of.effect.on, key): float(mean[of.first + place])
        for of in problem.structure.deviations
        for place, key in enumerate(of.keys)
    }

    def of(kind: str, rotations: Sequence[str]) -> float:
        own = [
            value
            for (on, key), value in known.items()
            if on == "inputs" and key[-1].split("-")[0] in rotations
        ]
        return round(1.0 + known[kind, ("all",)] + sum(own) / len(own), 4)

    return {"arable": of("arable", ["Ah"]), "long ley": of("ley", ["L", "Lu"])}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A period of the replay: its result, its bundle, the state after it, and the true-up of that against it."""

    period: Any
    bundle: Path
    state: Path
    done: Any


def replay(work: Path, *, periods: int = len(PERIODS) - 1) -> Iterator[Replayed]:
    """Run, close, re-measure and true up, period by period; the validation of each true-up serves the next period."""
    from mollisol.bundle.write import bundle_files
    from mollisol.engine import run_project
    from mollisol.output import write_folder
    from mollisol.true_up.run import true_up

    validation = (OUT / "model" / "validation.json").read_text(encoding="utf-8")
    ledger, source = "", OUT / "source"
    for number in range(periods):
        state = work / f"period-{number + 1}"
        if not number:
            copy_state(state, source, number, validation=validation, ledger=ledger)
        run = run_project(state)
        (period,) = run.results.periods
        bundle = work / f"bundle-{number + 1}"
        write_folder(bundle, bundle_files(run))
        ledger += closed(bundle, period)
        following = work / f"period-{number + 2}"
        copy_state(following, source, number + 1, validation=validation, ledger=ledger)
        done = true_up(following, bundle)
        validation = done.validation.to_json()
        (following / "model" / "validation.json").write_text(validation, encoding="utf-8")
        yield Replayed(period, bundle, following, done)


def copy_state(folder: Path, source: Path, period: int, *, validation: str, ledger: str) -> None:
    """Write a state with the calibrated set of the example."""
    write_state(folder, source, period, validation=validation, ledger=ledger)
    set_folder = folder / "model" / "calibrated"
    set_folder.mkdir(exist_ok=True)
    for name in ("set.toml", "draws.csv"):
        (set_folder / name).write_bytes((OUT / "model" / "calibrated" / name).read_bytes())


def closed(bundle: Path, period: Any) -> str:
    """Close a period for the replay: nothing was issued, and its total is carried as though it had been."""
    from hashlib import sha256

    from mollisol.crediting.ledger import as_toml
    from mollisol.methodology.base import Interval
    from mollisol.methodology.ledger import LedgerEntry

    entry = LedgerEntry(
        period=period.name,
        during=Interval(start=period.during.start, end=period.during.end),
        rules="vm0042-2.2+2026-06-11",
        cumulative_project_change_t_co2e=period.vintages[-1].cumulative_project_change_t_co2e,
        cumulative_displaced_leakage_t_co2e=0.0,
        verified_total_t_co2e=period.verified_total_t_co2e,
        issued_reduction_units_t=0,
        issued_removal_units_t=0,
        buffer_t_co2e=period.buffer_t_co2e,
        bundle_manifest_sha256=sha256((bundle / "manifest.json").read_bytes()).hexdigest(),
        signed_off_by="nobody: a replay",
        signed_off_on=date(period.during.end.year + 3, 12, 31),
    )
    return as_toml((entry,)) + "\n"
