"""Backtest: what each left-out trial would have been credited, against what was measured there later.

``--sets DIR`` holds the parameter sets of the folds; those that are missing are fitted (some minutes). ``--replay DIR``
replays the project examples/woburn-backtest period by period. Tables go to ``docs/data`` and into docs/true-up.md.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.special import stdtrit

from mollisol.calibrate_step import read_for_calibration, write_set
from mollisol.methodology.soil_models.calibrated import CalibratedSet, calibrated_from
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.soil_models.trials import ComparisonRow, Trials
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.calibration.fit import calibration_trials, fit
from mollisol.uncertainty.calibration.predict import predict
from mollisol.uncertainty.calibration.sampler import SamplerSettings, quick
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.specification import (
    ModelDraws,
    ProjectPoints,
    Specification,
    Strata,
    Validation,
)
from mollisol.uncertainty.true_up import share_bound
from mollisol.validate_folds import FoldPlan, folds_of

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "docs" / "data"
SEED = 20260611
SHARE = 2 / 3
SHORTEST_YEARS = 3
"""Intervals between two campaigns below this are left out."""
FOLDERS = {"rothamsted-trials": "block", "canada-trials": "experiment"}
SERIES = {
    ("rothamsted-trials", "cropping", False): "Woburn, rotations, five years",
    ("rothamsted-trials", "cropping", True): "Woburn, rotations, fifty years",
    ("rothamsted-trials", "organic amendments", False): "Woburn, manure until 1967, five years",
    ("rothamsted-trials", "organic amendments", True): "Woburn, manure until 1967, fifty years",
    ("canada-trials", "all", False): "Canada, between campaigns",
    ("canada-trials", "all", True): "Canada, whole trials",
}
FORMS = ("moment", "posterior", "lower", "independent", "none")


@dataclass(frozen=True, slots=True)
class Case:
    """One effect of a left-out trial: modelled under the joint draws of its fold, and as measured. [t CO2e/ha]."""

    folder: str
    series: str
    fold: str
    row: ComparisonRow
    drawn: FloatArray
    measured: float

    @property
    def modelled(self) -> float:
        """Mean over draws."""
        return float(self.drawn.mean())

    @property
    def years(self) -> int:
        """Length of the interval."""
        return self.row.to_year - self.row.from_year


def fold_sets(folder: str, sets: Path) -> tuple[Trials, CalibrationPlan, list[tuple[FoldPlan, CalibratedSet]]]:
    """Give the trials and the set of each fold, fitted where it is not there yet."""
    trials, plan, findings = read_for_calibration(ROOT / "examples" / folder)
    if trials is None or plan is None:
        raise SystemExit("\n".join(str(f) for f in findings))
    use = {row.study: row.use for row in trials.studies}
    chosen = [row for row in trials.comparisons if use[row.study] == "cross-validation"]
    found = []
    for fold in folds_of(trials, chosen, FOLDERS[folder]):  # type: ignore[arg-type]
        place = sets / folder / fold.name.replace(" ", "-")
        if not (place / "set.toml").is_file():
            made, _ = fit(
                calibration_trials(fold.fitted),
                plan,
                seed=SEED,
                settings=quick(SamplerSettings()),
                left_out=fold.names,
            )
            place.mkdir(parents=True, exist_ok=True)
            write_set(place, made)
        text = [(place / name).read_text(encoding="utf-8") for name in ("set.toml", "draws.csv")]
        found.append((fold, calibrated_from(*text)))
    return trials, plan, found


def cases_of(folder: str, sets: Path) -> list[Case]:
    """Predict every comparison of a folder out of fold: over its whole time, and between neighbouring campaigns."""
    trials, plan, folds = fold_sets(folder, sets)
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
                Case(folder, SERIES[folder, kind, whole], fold.name, row, drawn, sum(of) * CO2E_PER_C)
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


def grouped(cases: Iterable[Case], key: Callable[[Case], tuple[str, ...]]) -> dict[tuple[str, ...], list[Case]]:
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
        cases, lambda c: (c.fold, str(c.row.from_year), str(c.row.to_year), "" if together else c.row.comparison)
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
    low, high = (float(share_bound(count=count, of=size, side=side, tail=0.05)) for side in ("low", "high"))
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
                    "sd_of_parameters": round(float(np.mean([case.drawn.std(ddof=1) for case in cases])), 2),
                }
            )
            alone = outcomes(cases, together=False)
            rows += [share_row(series, "one plot", f, alone) for f in FORMS if f != "independent"]
            joined = outcomes(cases, together=True)
            if joined and len({item.fold for item in joined}) > 1:
                rows += [share_row(series, "plots together", form, joined) for form in FORMS]
            print(series, flush=True)
    DATA.mkdir(parents=True, exist_ok=True)
    for name, table in (("backtest", rows), ("backtest_errors", errors)):
        with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
