"""Makes the figures and tables of ``docs/calibration.md`` from the examples and the shipped sets.

``--folds`` names what ``mollisol model validate --cross-validate block`` wrote from ``examples/rothamsted-trials`` and
what ``--cross-validate experiment`` wrote from ``examples/canada-trials``; the predictions of their folds are kept as
CSV beside the figures.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from mollisol.methodology.soil_models.calibrated import (
    DRAWS_FILE,
    SET_FILE,
    CalibratedSet,
    calibrated_from,
    calibrated_set,
)
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.soil_models.trials import Trials
from mollisol.methodology.validation import ValidationResult
from mollisol.trials.calibrate import read_for_calibration
from mollisol.uncertainty.calibration.layout import lay_out
from mollisol.uncertainty.calibration.predict import predict
from mollisol.uncertainty.calibration.responses import Places, Responses

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import plain, read_csv, save_figure, write_csv

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "figures" / "calibration"
BLUE, RED, GREEN, INK, QUIET = "#2a6f97", "#b23a48", "#5b8c5a", "#222222", "#888888"
Z90 = 1.6448536269514722


def example(name: str) -> tuple[Trials, CalibrationPlan]:
    """Read a trial folder of the examples."""
    trials, plan, findings = read_for_calibration(ROOT / "examples" / name)
    if trials is None or plan is None:
        raise SystemExit("\n".join(str(f) for f in findings))
    return trials, plan


def published(made: CalibratedSet) -> CalibratedSet:
    """Give a set whose only draw is the published numbers, with the spread of the calibrated one."""
    values = {p.name: float(np.mean(made.column(p.name))) for p in made.priors}
    start = {"inert_factor": 1.0, "slow_shift": 0.0}
    row = tuple(made.base_values.get(n, start.get(n, values[n])) for n in made.names)
    return made.model_copy(update={"draws": (row,)})


def stocks(
    trials: Trials, plan: CalibrationPlan, made: CalibratedSet, study: str, *, change: bool
) -> list[dict[str, Any]]:
    """Predict every stock of a study, or its change since the start."""
    start = {r.site: r.start_year for r in trials.trial_sites}
    measured = {s.site: s.soc_t_ha for s in trials.inputs.sites}
    of = trials.study_of()
    rows = [r for r in trials.observations if of[r.site] == study and r.year > start[r.site]]
    contrasts = [[(r.site, r.year, 1.0), *([(r.site, start[r.site], -1.0)] if change else [])] for r in rows]
    found = predict(trials, plan, made, contrasts)
    sd = np.sqrt((found.sd_t_ha**2).mean(axis=1) + found.mean_t_ha.var(axis=1))
    return [
        {
            "study": study,
            "site": r.site,
            "year": r.year,
            "observed_t_ha": round(r.soc_t_ha - (measured[r.site] if change else 0.0), 3),
            "modelled_t_ha": round(float(found.mean_t_ha[i].mean()), 3),
            "sd_t_ha": round(float(sd[i]), 3),
        }
        for i, r in enumerate(rows)
    ]


def folds(folder: Path, name: str, *, change: bool) -> list[dict[str, Any]]:
    """Predict what each fold of a cross-validation left out with the set that it kept."""
    trials, plan = example(name)
    result = ValidationResult.from_json((folder / "validation.json").read_text(encoding="utf-8"))
    missed = sum(f.code == "calibration-not-converged" for f in result.findings)
    print(f"{name}: {len(result.folds)} folds, {missed} gates missed")
    rows = []
    for fold in result.folds:
        texts = [(folder / fold.folder / file).read_text(encoding="utf-8") for file in (SET_FILE, DRAWS_FILE)]
        made = calibrated_from(*texts)
        print(fold.fold, [f"{n} {float(np.mean(made.column(n))):.4g}" for n in made.names])
        left_out = {r.study for r in trials.studies} - {item.study for item in made.data}
        for study in sorted(s.study for s in trials.studies if s.study in left_out and s.use != "validation"):
            rows += stocks(trials, plan, made, study, change=change)
    return rows


def uncalibrated(trials: Trials, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the same stocks under the published numbers and the inputs as they stand, without an interval."""
    layout = lay_out(trials)
    names = [s.site for s in trials.inputs.sites]
    places = Places.of(names, [(r["site"], int(r["year"])) for r in rows])
    terms, inert = Responses(trials, layout).at(places, {})
    start = np.array([s.soc_t_ha for s in trials.inputs.sites])[places.site]
    stock = (inert * (1 - terms[0]) + terms[0] * start + terms[1:-1].sum(axis=0))[0]
    return [{**r, "modelled_t_ha": float(m), "sd_t_ha": np.nan} for r, m in zip(rows, stock, strict=True)]


def skill(rows: list[dict[str, Any]], label: str) -> None:
    """Print number, bias, RMSE, spread and coverage."""
    o, m, sd = (np.array([float(r[k]) for r in rows]) for k in ("observed_t_ha", "modelled_t_ha", "sd_t_ha"))
    inside = np.abs(m - o) <= Z90 * sd
    print(
        f"{label}: n {len(o)}, bias {(m - o).mean():+.2f}, RMSE {np.sqrt(((m - o) ** 2).mean()):.2f}, "
        f"SD observed {o.std(ddof=1):.2f}, 90 % coverage {inside.mean():.2f}, "
        f"no change {np.sqrt((o**2).mean()):.2f}, mean {np.sqrt(((o - o.mean()) ** 2).mean()):.2f}",
        flush=True,
    )


def draw_validation(calibrated: list[dict[str, Any]], before: list[dict[str, Any]]) -> None:
    """Draw Hoosfield and Highfield: measured, published and calibrated."""
    sites = list(dict.fromkeys(r["site"] for r in calibrated))
    figure, axes = plt.subplots(1, len(sites), figsize=(11, 3.1), layout="constrained", sharey=True)
    for axis, site in zip(axes, sites, strict=True):
        mine, old = ([r for r in rows if r["site"] == site] for rows in (calibrated, before))
        year = [int(r["year"]) for r in mine]
        middle, sd = (np.array([float(r[k]) for r in mine]) for k in ("modelled_t_ha", "sd_t_ha"))
        axis.fill_between(year, middle - Z90 * sd, middle + Z90 * sd, color=BLUE, alpha=0.15, lw=0)
        axis.plot(year, middle, color=BLUE, lw=1.5, label="calibrated, 90 %")
        axis.plot(
            year, [float(r["modelled_t_ha"]) for r in old], color=RED, lw=1.2, ls="--", label="published"
        )
        axis.plot(year, [float(r["observed_t_ha"]) for r in mine], "o", color=INK, ms=4, label="measured")
        axis.set_title(site, fontsize=9, loc="left")
        axis.set_ylim(0, 120)
        plain(axis)
    axes[0].set_ylabel("organic carbon (t/ha)")
    axes[0].legend(frameon=False, fontsize=8, loc="upper left")
    save_figure(figure, OUT / "validation.svg")


def draw_canada(rows: list[dict[str, Any]]) -> None:
    """Draw out-of-fold changes of the Canadian sites."""
    figure, axis = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
    for study, colour in zip(
        ("E2", "E3", "E4", "E5", "E6", "E7"), (BLUE, RED, GREEN, INK, QUIET, "#d9a441"), strict=True
    ):
        mine = [r for r in rows if r["study"] == study]
        o, m = ([float(r[k]) for r in mine] for k in ("observed_t_ha", "modelled_t_ha"))
        axis.plot(o, m, "o", ms=2.8, color=colour, alpha=0.6, mew=0, label=study)
    axis.plot([-40, 40], [-40, 40], color=QUIET, lw=0.8)
    axis.set(
        xlim=(-35, 35),
        ylim=(-35, 35),
        xlabel="observed change (t C/ha)",
        ylabel="modelled, fold without it (t C/ha)",
    )
    axis.set_aspect("equal")
    axis.legend(frameon=False, fontsize=8, markerscale=2, loc="lower right")
    plain(axis)
    save_figure(figure, OUT / "canada.svg")


def draw_priors(made: CalibratedSet) -> None:
    """Draw prior and posterior of every quantity of a set."""
    from mollisol.uncertainty.calibration.priors import Priors

    priors = Priors(made.priors)
    before = priors.values(priors.draw(20_000, np.random.default_rng(1)))
    after = np.array(made.draws)
    columns = 3
    rows = -(-len(made.names) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(8.4, 1.7 * rows), layout="constrained")
    for place, (axis, name) in enumerate(zip(axes.flat, made.names, strict=False)):
        low, high = np.quantile(before[:, place], [0.005, 0.995])
        bins = np.linspace(min(low, after[:, place].min()), max(high, after[:, place].max()), 50).tolist()
        axis.hist(before[:, place], bins, density=True, color=QUIET, alpha=0.4)
        axis.hist(after[:, place], bins, density=True, histtype="step", color=BLUE, lw=1.3)
        axis.set_title(name, fontsize=8, loc="left")
        axis.set_yticks([])
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right", "left"]].set_visible(False)
    for axis in axes.flat[len(made.names) :]:
        axis.set_visible(False)
    save_figure(figure, OUT / f"{made.id}-priors.svg")


def main() -> None:
    """Make everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", nargs=2, type=Path, metavar=("ROTHAMSTED", "CANADA"))
    arguments = parser.parse_args()
    mpl.rcParams.update(
        {"svg.hashsalt": "mollisol", "font.size": 9, "axes.edgecolor": INK, "svg.fonttype": "none"}
    )
    trials, plan = example("rothamsted-trials")
    made = calibrated_set("rothc-rothamsted")
    for name, one in (("validation-calibrated", made), ("validation-published", published(made))):
        rows = [
            r for s in ("hoosfield", "highfield-fallow") for r in stocks(trials, plan, one, s, change=False)
        ]
        write_csv(OUT / f"{name}.csv", rows)
        for site in dict.fromkeys(r["site"] for r in rows):
            skill([r for r in rows if r["site"] == site], f"{name} {site}")
        skill([r for r in rows if r["study"] == "hoosfield"], f"{name} hoosfield")
    if arguments.folds:
        woburn, canada = arguments.folds
        write_csv(OUT / "woburn-folds.csv", folds(woburn, "rothamsted-trials", change=False))
        write_csv(OUT / "canada-folds.csv", folds(canada, "canada-trials", change=True))
    draw_validation(read_csv(OUT / "validation-calibrated.csv"), read_csv(OUT / "validation-published.csv"))
    rows = read_csv(OUT / "canada-folds.csv")
    for study in dict.fromkeys(r["study"] for r in rows):
        skill([r for r in rows if r["study"] == study], f"canada {study}")
    skill(rows, "canada, out of fold")
    draw_canada(rows)
    rows = read_csv(OUT / "woburn-folds.csv")
    for label, found in (("out of fold", rows), ("published", uncalibrated(trials, rows))):
        skill(found, f"woburn, {label}")
        for kind in ("-none", "-FYM"):
            skill([r for r in found if r["site"].endswith(kind)], f"woburn{kind}, {label}")
    for name in ("rothc-rothamsted", "tier2-canada"):
        draw_priors(calibrated_set(name))


if __name__ == "__main__":
    main()
