"""Backtest: what each left-out trial would have been credited, against what was measured there later.

``--sets DIR`` holds the parameter sets of the folds; those that are missing are fitted (some minutes). ``--replay``
replays the project examples/woburn-backtest period by period. Tables go to ``docs/data``, and from there into
docs/true-up.md, which is all that is made again without an argument.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import woburn_backtest as project
from scipy.special import stdtrit

from mollisol.methodology.soil_models.calibrated import CalibratedSet, calibrated_from
from mollisol.methodology.soil_models.calibration_plan import RESIDUAL, CalibrationPlan
from mollisol.methodology.soil_models.trials import ComparisonRow, Trials
from mollisol.methodology.units import CO2E_PER_C
from mollisol.methodology.validation import Unit
from mollisol.quantification.checks import FloatArray
from mollisol.trials.calibrate import read_for_calibration, write_set
from mollisol.trials.folds import FoldPlan, folds_of
from mollisol.true_up.checks import WHOLE, credited_of
from mollisol.uncertainty.calibration.fit import calibration_trials, fit
from mollisol.uncertainty.calibration.predict import predict
from mollisol.uncertainty.calibration.sampler import SamplerSettings
from mollisol.uncertainty.model.true_up import share_bound
from mollisol.uncertainty.posterior.declaration import ModelDraws, ProjectPoints, Strata, Validation
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.specification import Specification

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import read_csv, save_figure

mpl.rcParams["svg.hashsalt"] = "mollisol"
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "data"
PAGE = ROOT / "docs" / "true-up.md"
FIGURES = ROOT / "docs" / "figures" / "true-up"
COLOURS = {"moment": "#2a6f97", "lower": "#5b8c5a", "none": "#b23a48"}
LABELS = {
    "moment": "moment form",
    "lower": "the lower of moment and posterior",
    "none": "without model error",
}
SEED = 20260611
SHARE = 2 / 3
SHORTEST_YEARS = 3
"""Intervals between two campaigns below this are left out."""
FOLDERS: dict[str, Unit] = {"rothamsted-trials": "block", "canada-trials": "experiment"}
SERIES = {
    ("rothamsted-trials", "cropping", False): "Woburn, rotations, five years",
    ("rothamsted-trials", "cropping", True): "Woburn, rotations, fifty years",
    ("rothamsted-trials", "organic amendments", False): "Woburn, manure until 1967, five years",
    ("rothamsted-trials", "organic amendments", True): "Woburn, manure until 1967, fifty years",
    ("canada-trials", "all", False): "Canada, between campaigns",
    ("canada-trials", "all", True): "Canada, whole trials",
}
type Folds = list[tuple[FoldPlan, CalibratedSet]]
FORMS = ("moment", "posterior", "lower", "independent", "none")


@dataclass(frozen=True, slots=True)
class Case:
    """One effect of a left-out trial: modelled under the joint draws of its fold, and as measured. [t CO2e/ha].

    ``noise`` is the sd that four stocks bring into an effect by the residual that the calibration found.
    """

    series: str
    fold: str
    row: ComparisonRow
    drawn: FloatArray
    measured: float
    noise: float

    @property
    def modelled(self) -> float:
        """Mean over draws."""
        return float(self.drawn.mean())

    @property
    def years(self) -> int:
        """Length of the interval."""
        return self.row.to_year - self.row.from_year


def fitted(place: Path, trials: Trials, plan: CalibrationPlan, left_out: tuple[str, ...]) -> CalibratedSet:
    """Read a set, or fit it with the quick settings where it is not there yet."""
    if not (place / "set.toml").is_file():
        quickly = replace(SamplerSettings(), warmup=160, least=50, most=400, ess=100.0, r_hat=1.05)
        made, _ = fit(calibration_trials(trials), plan, seed=SEED, settings=quickly, left_out=left_out)
        place.mkdir(parents=True, exist_ok=True)
        write_set(place, made)
    text = [(place / name).read_text(encoding="utf-8") for name in ("set.toml", "draws.csv")]
    return calibrated_from(*text)


def fold_sets(folder: Path, unit: Unit, sets: Path) -> tuple[Trials, CalibrationPlan, Folds]:
    """Give the trials and the set of each fold."""
    trials, plan, findings = read_for_calibration(folder)
    if trials is None or plan is None:
        raise SystemExit("\n".join(str(f) for f in findings))
    use = {row.study: row.use for row in trials.studies}
    chosen = [row for row in trials.comparisons if use[row.study] == "cross-validation"]
    folds = folds_of(trials, chosen, unit)
    return (
        trials,
        plan,
        [(fold, fitted(sets / fold.name.replace(" ", "-"), fold.fitted, plan, fold.names)) for fold in folds],
    )


def cases_of(folder: str, sets: Path) -> list[Case]:
    """Predict every comparison of a folder out of fold: over its whole time, and between neighbouring campaigns."""
    trials, plan, folds = fold_sets(ROOT / "examples" / folder, FOLDERS[folder], sets / folder)
    residual = [np.mean(made.column(RESIDUAL)) for _, made in folds]
    noise = 2.0 * float(np.mean(residual)) * CO2E_PER_C
    stocks: dict[str, dict[int, float]] = defaultdict(dict)
    for site in trials.trial_sites:
        stocks[site.site] = {}
    for row in trials.observations:
        stocks[row.site][row.year] = row.soc_t_ha
    start = {s.site: s.soc_t_ha for s in trials.inputs.sites}
    for site in trials.trial_sites:
        stocks[site.site].setdefault(site.start_year, start[site.site])
    found = []
    for fold, made in folds:
        rows = [row for pair in fold.left_out for row in spans(pair, stocks)]
        seen = trials.model_copy(update={"observations": fold.fitted.observations})
        told = predict(seen, plan, made, [contrast(row) for row in rows]).mean_t_ha * CO2E_PER_C
        for row, drawn in zip(rows, told, strict=True):
            of = [sign * stocks[site][year] for site, year, sign in contrast(row)]
            whole = (row.from_year, row.to_year) in {(p.from_year, p.to_year) for p in fold.left_out}
            kind = "all" if folder == "canada-trials" else row.practice_category
            found.append(
                Case(SERIES[folder, kind, whole], fold.name, row, drawn, sum(of) * CO2E_PER_C, noise)
            )
    return found


def spans(pair: ComparisonRow, stocks: dict[str, dict[int, float]]) -> Iterable[ComparisonRow]:
    """Give a comparison, and the same plots between neighbouring campaigns."""
    yield pair
    both = sorted(set(stocks[pair.treated_site]) & set(stocks[pair.reference_site]))
    years = [year for year in both if pair.from_year <= year <= pair.to_year]
    for first, last in pairwise(years):
        if last - first >= SHORTEST_YEARS and (first, last) != (pair.from_year, pair.to_year):
            yield pair.model_copy(update={"from_year": first, "to_year": last})


def contrast(row: ComparisonRow) -> list[tuple[str, int, float]]:
    """Give an effect as signed stocks."""
    return [
        (row.treated_site, row.to_year, 1.0),
        (row.treated_site, row.from_year, -1.0),
        (row.reference_site, row.to_year, -1.0),
        (row.reference_site, row.from_year, 1.0),
    ]


def grouped(
    cases: Iterable[Case], key: Callable[[Case], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Case]]:
    """Put cases with one key together."""
    found: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in cases:
        found[key(case)].append(case)
    return found


def credits_of(together: Sequence[Case], others: Sequence[Case]) -> dict[str, float]:
    """Credit the mean effect of points that were modelled together, with the errors of the other folds alone."""
    error = np.array([case.modelled - case.measured for case in others])
    folds = sorted({case.fold for case in others})
    drawn = np.mean([case.drawn for case in together], axis=0)
    mean = float(drawn.mean())
    half = float(stdtrit(len(folds) - 1, SHARE) * error.std(ddof=1))
    posterior = posterior_of_change(
        Specification(
            strata=Strata(np.ones(1), fields=np.ones(1)),
            project=ProjectPoints(np.array([mean]), np.zeros(1, np.int64), np.zeros(1, np.int64)),
            baseline="modelled",
            validation=Validation(
                residual=-error,
                standard_error=np.zeros(len(error)),
                study=np.array([folds.index(case.fold) for case in others]),
                practice=np.zeros(len(error), np.int64),
                duration=np.array([float(case.years) for case in others]),
            ),
            model=ModelDraws(effect=drawn[None, :]),
            period_years=float(together[0].years),
            prior_scale=2.0 * float(error.std(ddof=1)),
            bias_scale=float(error.std(ddof=1)),
        )
    ).credited
    return {
        "moment": mean - half,
        "posterior": float(posterior),
        "lower": min(mean - half, float(posterior)),
        "independent": mean - half / len(together) ** 0.5,
        "none": mean,
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was credited and what was measured, for one effect or the mean of several."""

    fold: str
    credited: dict[str, float]
    measured: float


def outcomes(cases: Sequence[Case], *, together: bool) -> list[Outcome]:
    """Credit every case by itself, or all plots of a fold over the same years as one project."""
    groups = grouped(
        cases,
        lambda c: (c.fold, str(c.row.from_year), str(c.row.to_year), "" if together else c.row.comparison),
    )
    found = []
    for (fold, *_), own in sorted(groups.items()):
        if together and len(own) < FEWEST_POINTS:
            continue
        others = [case for case in cases if case.fold != fold]
        if len({case.fold for case in others}) < 2:
            continue
        found.append(Outcome(fold, credits_of(own, others), float(np.mean([case.measured for case in own]))))
    return found


FEWEST_POINTS = 3
"""Plots of a fold over the same years that make a project."""


def share_row(series: str, level: str, form: str, told: Sequence[Outcome]) -> dict[str, object]:
    """Give the share of re-measured effects above what was credited, over effects and over folds."""
    above = [item.measured > item.credited[form] for item in told]
    by_fold = [
        float(np.mean([a for a, item in zip(above, told, strict=True) if item.fold == fold]))
        for fold in sorted({item.fold for item in told})
    ]
    count, size = sum(above), len(above)
    low, high = (
        float(share_bound(count=count, trials=size, side=side, tail=0.05)) for side in ("low", "high")
    )
    half = float(stdtrit(len(by_fold) - 1, 0.95) * np.std(by_fold, ddof=1) / len(by_fold) ** 0.5)
    credited = [item.credited[form] for item in told]
    return {
        "series": series,
        "level": level,
        "form": form,
        "effects": size,
        "above": count,
        "share": round(count / size, 3),
        "low_90": round(low, 3),
        "high_90": round(high, 3),
        "folds": len(by_fold),
        "mean_of_folds": round(float(np.mean(by_fold)), 3),
        "folds_low_90": round(max(0.0, float(np.mean(by_fold)) - half), 3),
        "folds_high_90": round(min(1.0, float(np.mean(by_fold)) + half), 3),
        "mean_credited_t_co2e_per_ha": round(float(np.mean(credited)), 2),
        "mean_measured_t_co2e_per_ha": round(float(np.mean([item.measured for item in told])), 2),
    }


def backtest(sets: Path) -> None:
    """Write the table of shares and that of the errors."""
    rows, errors = [], []
    for folder in FOLDERS:
        for (series,), cases in sorted(grouped(cases_of(folder, sets), lambda c: (c.series,)).items()):
            miss = np.array([case.modelled - case.measured for case in cases])
            errors.append(
                {
                    "series": series,
                    "effects": len(cases),
                    "median_years": float(np.median([case.years for case in cases])),
                    "mean_modelled": round(float(np.mean([case.modelled for case in cases])), 2),
                    "mean_measured": round(float(np.mean([case.measured for case in cases])), 2),
                    "sd_of_error": round(float(miss.std(ddof=1)), 2),
                    "sd_of_noise": round(cases[0].noise, 2),
                    "sd_of_parameters": round(float(np.mean([case.drawn.std(ddof=1) for case in cases])), 2),
                }
            )
            alone = outcomes(cases, together=False)
            rows += [share_row(series, "one plot", f, alone) for f in FORMS if f != "independent"]
            joined = outcomes(cases, together=True)
            if joined and len({item.fold for item in joined}) > 1:
                rows += [share_row(series, "plots together", form, joined) for form in FORMS]
            print(series, flush=True)
    write_csv("backtest", rows)
    write_csv("backtest_errors", errors)


def write_csv(name: str, table: Sequence[dict[str, object]]) -> None:
    """Write a table beside the page."""
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def make_example(sets: Path) -> None:
    """Write examples/woburn-backtest: calibrated on what was known in 1974, and validated by blocks of it."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "trials"
        project.write_trials(folder)
        trials, plan, folds = fold_sets(folder, "block", sets / "woburn-1974")
        whole = fitted(sets / "woburn-1974" / "whole", trials, plan, ())
    multiplier = project.multipliers(calibration_trials(trials), plan, whole)
    print("factors on inputs:", multiplier)
    project.write_source(project.OUT / "source", multiplier)
    (project.OUT / "model" / "calibrated").mkdir(parents=True, exist_ok=True)
    write_set(project.OUT / "model" / "calibrated", whole)
    validation = project.validation_of(trials, plan, whole, folds)
    project.write_state(project.OUT, project.OUT / "source", 0, validation=validation)


def replay_rows(work: Path, periods: int = 6) -> list[dict[str, object]]:
    """Replay the project and give a row a period."""
    rows = []
    sums = dict.fromkeys(("issued", "posterior"), 0.0)
    for told in project.replay(work, periods=periods):
        period, result = told.period, told.done.result
        (effect,) = [r for r in result.forecasts if (r.place, r.what) == (WHOLE, "practice effect")]
        strata = [r for r in result.forecasts if r.place != WHOLE and r.what == "practice effect"]
        (error,) = [row for row in result.errors if row.practice_effect]
        (future,) = result.future
        credit = {row.form: row.credited_t_co2e_per_ha for row in period.routes}
        sums["issued"] += credited_of(period)
        sums["posterior"] += credit["posterior"]
        amount = result.remeasured
        rows.append(
            {
                "period": f"{period.during.start.year}-{period.during.end.year}",
                "campaign": result.remeasurement,
                "years_since_start": effect.years,
                "forecast": round(effect.forecast_t_co2e_per_ha, 2),
                "low_90": round(effect.low_t_co2e_per_ha, 2),
                "high_90": round(effect.high_t_co2e_per_ha, 2),
                "measured": round(effect.measured_t_co2e_per_ha, 2),
                "measured_se": round(effect.measured_standard_error_t_co2e_per_ha, 2),
                "inside": "yes" if effect.inside else "no",
                "strata_inside": f"{sum(row.inside for row in strata)} of {len(strata)}",
                "period_effect": round(period.deduction.mean_t_co2e_per_ha, 2),
                "credited": round(credited_of(period), 2),
                "credited_posterior": round(credit["posterior"], 2),
                "next_credited_before": round(future.credited_before_t_co2e_per_ha, 2),
                "next_credited_after": round(future.credited_after_t_co2e_per_ha, 2),
                "model_sd_before": round(error.model_sd_before_t_co2e_per_ha or 0.0, 2),
                "model_sd_after": round(error.model_sd_after_t_co2e_per_ha or 0.0, 2),
                "bias_after": round(error.mean_bias_after_t_co2e_per_ha, 2),
                "cumulative_credited": round(sums["issued"], 2),
                "cumulative_posterior": round(sums["posterior"], 2),
                "remeasured_would_be_credited": round(amount.credited_t_co2e_per_ha, 2) if amount else "",
                "chance_below_credited": f"{amount.chance_below_credited:.4f}" if amount else "",
            }
        )
        print(rows[-1], flush=True)
    return rows


def table_of(name: str, columns: dict[str, str], keep: Callable[[dict[str, str]], bool] = bool) -> str:
    """Give columns of a table under other names, for the page."""
    rows = [row for row in read_csv(DATA / f"{name}.csv") if keep(row)]
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    return "\n".join(
        [*lines, *(f"| {' | '.join(form.format(**row) for form in columns.values())} |" for row in rows)]
    )


def page() -> None:
    """Write figures and tables into the page."""
    draw_shares()
    draw_replay()
    shares = {
        "series": "{series}",
        "credited by": "{form}",
        "effects": "{effects}",
        "share above (90 %)": "{share} ({low_90} to {high_90})",
        "mean of folds (90 %)": "{mean_of_folds} ({folds_low_90} to {folds_high_90}), {folds}",
        "mean credited": "{mean_credited_t_co2e_per_ha}",
        "mean measured": "{mean_measured_t_co2e_per_ha}",
    }
    errors = {
        "series": "{series}",
        "effects": "{effects}",
        "median years": "{median_years}",
        "modelled": "{mean_modelled}",
        "measured": "{mean_measured}",
        "sd of the error": "{sd_of_error}",
        "sd of four stocks, by the calibrated residual": "{sd_of_noise}",
        "sd of the parameters": "{sd_of_parameters}",
    }
    forecast = {
        "period": "{period}",
        "years since start": "{years_since_start}",
        "forecast": "{forecast}",
        "90 % of re-measurements": "{low_90} to {high_90}",
        "measured (SE)": "{measured} ({measured_se})",
        "inside": "{inside}; strata {strata_inside}",
        "model error, sd": "{model_sd_before} -> {model_sd_after}",
        "bias": "{bias_after}",
    }
    credit = {
        "period": "{period}",
        "effect of the period": "{period_effect}",
        "credited": "{credited}",
        "posterior alone": "{credited_posterior}",
        "next period before -> after": "{next_credited_before} -> {next_credited_after}",
        "sum credited": "{cumulative_credited}",
        "sum, posterior": "{cumulative_posterior}",
        "re-measured": "{measured}",
        "P(truth below credited)": "{chance_below_credited}",
    }
    text = PAGE.read_text(encoding="utf-8")
    for mark, content in {
        "errors": table_of("backtest_errors", errors),
        "alone": table_of("backtest", shares, lambda row: row["level"] == "one plot"),
        "together": table_of("backtest", shares, lambda row: row["level"] != "one plot"),
        "forecast": table_of("backtest_replay", forecast),
        "credit": table_of("backtest_replay", credit),
    }.items():
        start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
        text = text[: text.index(start) + len(start)] + f"\n{content}\n" + text[text.index(end) :]
    PAGE.write_text(text, encoding="utf-8")


def draw_shares() -> None:
    """Draw the share of effects above what was credited, by series and form, as the mean of folds."""
    rows = [row for row in read_csv(DATA / "backtest.csv") if row["level"] == "one plot"]
    series = list(dict.fromkeys(row["series"] for row in rows))
    figure, axis = plt.subplots(figsize=(8, 3.6), layout="constrained")
    for shift, (form, colour) in zip((-0.2, 0.0, 0.2), COLOURS.items(), strict=True):
        own = [row for row in rows if row["form"] == form]
        middle = np.array([float(row["mean_of_folds"]) for row in own])
        ends = np.array([[float(row["folds_low_90"]), float(row["folds_high_90"])] for row in own]).T
        place = np.arange(len(series)) + shift
        axis.errorbar(
            middle, place, xerr=np.abs(ends - middle), fmt="o", color=colour, ms=5, label=LABELS[form]
        )
    axis.axvline(SHARE, color="#222222", lw=1)
    axis.text(SHARE, -0.55, " 2/3", fontsize=9)
    axis.set_yticks(range(len(series)), series)
    axis.invert_yaxis()
    axis.set_xlim(0.2, 1.02)
    axis.set_xlabel("share above the credited amount: mean of folds, 90 % interval")
    axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=9, loc="outside upper center", ncols=3)
    save_figure(figure, FIGURES / "shares.svg")


def draw_replay() -> None:
    """Draw forecast, re-measurement and sums of what was credited since the start."""
    rows = read_csv(DATA / "backtest_replay.csv")
    year = [int(row["period"][-4:]) for row in rows]

    def of(name: str) -> FloatArray:
        return np.array([float(row[name]) for row in rows])

    figure, axis = plt.subplots(figsize=(8, 3.6), layout="constrained")
    axis.fill_between(
        year, of("low_90"), of("high_90"), color="#2a6f97", alpha=0.12, lw=0, label="90 % of re-measurements"
    )
    axis.plot(year, of("forecast"), color="#2a6f97", lw=1.5, label="forecast")
    axis.errorbar(
        year,
        of("measured"),
        yerr=1.645 * of("measured_se"),
        fmt="o",
        color="#222222",
        ms=5,
        label="re-measured, 90 %",
    )
    axis.plot(
        year,
        of("cumulative_posterior"),
        color="#5b8c5a",
        lw=1.5,
        ls="--",
        label="sum credited, posterior alone",
    )
    axis.plot(year, of("cumulative_credited"), color="#b23a48", lw=1.5, label="sum credited")
    axis.axhline(0, color="#888888", lw=0.6)
    axis.set_ylabel("t CO2e/ha since the start")
    axis.set_xlabel("end of the period")
    axis.set_xticks(year)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=9, loc="upper left")
    save_figure(figure, FIGURES / "replay.svg")


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, help="fold sets; fits those that are missing")
    parser.add_argument("--replay", action="store_true", help="replay the project")
    arguments = parser.parse_args()
    if arguments.sets:
        backtest(arguments.sets)
        make_example(arguments.sets)
    if arguments.replay:
        with tempfile.TemporaryDirectory() as work:
            write_csv("backtest_replay", replay_rows(Path(work)))
    page()


if __name__ == "__main__":
    main()
