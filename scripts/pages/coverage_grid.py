"""Write docs/coverage-grid.md: how often the truth is at least what is credited, over a grid of designs.

``python scripts/pages/coverage_grid.py`` makes page, figure and table; it takes some minutes. ``--posterior`` measures
the designs with the posterior first, row by row: ten minutes of one core. The slow tests make the tables again and
compare.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from mollisol.uncertainty.deduction.moment_of_many import Campaign
from mollisol.uncertainty.deduction.skew_guard import SCEPTICAL
from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    ProjectPoints,
    SharedEffect,
    Strata,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.simulation.coverage_grid import (
    BAND,
    FORMS,
    REPLICATES,
    SAMPLES,
    SCENARIOS,
    SEED,
    STRATA,
    GridDesign,
    Held,
    Scenario,
    grid,
    measure,
    measure_twice,
    simulate,
)

ROOT = Path(__file__).resolve().parents[2]
REGULAR_REPLICATES = 20_000
REGULAR = (
    GridDesign(SCENARIOS[0], 1, 5, True),
    GridDesign(SCENARIOS[0], 3, 5, True),
    GridDesign(SCENARIOS[0], 10, 5, True),
    GridDesign(SCENARIOS[0], 30, 3, True),
    GridDesign(SCENARIOS[3], 3, 5, True),
    GridDesign(SCENARIOS[8], 10, 5, True),
)
SINGLE_SITE_WITH_POSTERIOR = 2_000
REGULAR_WITH_POSTERIOR = 1_000
OTHERS_WITH_POSTERIOR = 500
THIRTY_STRATA_WITH_POSTERIOR = 200
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
WITH_POSTERIOR = {
    "one control site that differs (sd 3)": ("1x5", "3x5", "3x5 unequal", "10x5"),
    "long tail of losses, skewness -6.2": ("1x5", "3x5", "3x5 unequal", "10x10", "1x50"),
    "symmetric, baseline known": ("1x5", "3x5", "10x5"),
    "one control site shared by all strata": ("1x5", "3x5"),
    "model error shared by all strata": ("3x5",),
    "three control sites that differ (sd 3)": ("3x5",),
    "a control site in each stratum, sites differ (sd 3)": ("3x5",),
    "tail of losses, skewness -1.75": ("3x5",),
    "tail of gains, skewness +1.75": ("3x5",),
    "one control site, its change skewed to gains": ("3x5",),
    "losses in the project, gains at the control": ("3x5",),
}
"""Designs measured with the posterior, strata x samples: every kind of landscape, the open ones first."""
REGULAR_KINDS = {design.scenario.name for design in REGULAR}
COLUMNS = (
    "scenario", "strata", "samples", "areas", "form",
    "probability", "monte_carlo_error", "deduction", "replicates",
)  # fmt: skip

type Row = dict[str, str]
type Table = dict[tuple[str, int, int, str, str], Row]


def rows_of(design: GridDesign, found: dict[str, Held]) -> Iterable[Row]:
    """Give one row of the table for each form."""
    for form, held in found.items():
        yield {
            "scenario": design.scenario.name,
            "strata": str(design.strata),
            "samples": str(design.samples),
            "areas": "equal" if design.equal else "unequal",
            "form": form,
            "probability": f"{held.probability:.4f}",
            "monte_carlo_error": f"{held.monte_carlo_error:.4f}",
            "deduction": f"{held.mean_deduction:.3f}",
            "replicates": str(held.campaigns),
        }


def whole_grid() -> list[Row]:
    """Measure every cell of the grid."""
    return [
        row
        for design in grid()
        for row in rows_of(design, measure_twice(design=design, forms=FORMS, seed=SEED))
    ]


def keyed(rows: list[Row]) -> Table:
    """Give the rows by what they are about."""
    return {
        (row["scenario"], int(row["strata"]), int(row["samples"]), row["areas"], row["form"]): row
        for row in rows
    }


def of_scenario(table: Table, scenario: Scenario, form: str) -> list[Row]:
    """Give all rows of a scenario in one form."""
    return [row for key, row in table.items() if key[0] == scenario.name and key[4] == form]


def lowest(table: Table, scenario: Scenario, form: str) -> float:
    """Give the lowest coverage of a scenario in one form."""
    return min(float(row["probability"]) for row in of_scenario(table, scenario, form))


def cells(table: Table, scenario: Scenario, forms: Iterable[str]) -> list[str]:
    """Give the table of one scenario: strata down, samples across, forms in a cell."""
    lines = [
        "| strata | areas | " + " | ".join(f"{n} samples" for n in SAMPLES) + " |",
        "|---|---|" + "---|" * len(SAMPLES),
    ]
    for strata in STRATA:
        for size in ("equal", "unequal"):
            found = [[table.get((scenario.name, strata, n, size, form)) for form in forms] for n in SAMPLES]
            if found[0][0] is None:
                continue
            shown = [
                " / ".join(f"{float(row['probability']):.3f}" for row in cell if row is not None)
                for cell in found
            ]
            lines.append(f"| {strata} | {size} | " + " | ".join(shown) + " |")
    return lines


def summary(table: Table) -> list[str]:
    """Give the lowest coverage of each scenario, form by form, and what the issued form deducts."""
    lines = [
        "| landscape | as printed | shared exact | controls pooled | guard, data alone | **issued** | deduction |",
        "|---|---|---|---|---|---|---|",
    ]
    for scenario in SCENARIOS:
        lows = [f"{lowest(table, scenario, form):.3f}" for form in FORMS]
        lows[-1] = f"**{lows[-1]}**"
        deductions = [float(row["deduction"]) for row in of_scenario(table, scenario, "issued")]
        lines.append(
            f"| {scenario.name}{' (open)' if scenario.open else ''} | "
            + " | ".join(lows)
            + f" | {min(deductions):.2f} to {max(deductions):.2f} |"
        )
    return lines


def regular() -> list[str]:
    """Give the coverage of the analytic route in regular designs."""
    lines = ["| design | P(truth >= credited) | error |", "|---|---|---|"]
    for design in REGULAR:
        form = "pooled"
        held = measure(design=design, forms={form: FORMS[form]}, campaigns=REGULAR_REPLICATES, seed=SEED)[
            form
        ]
        words = f"{design.scenario.name}; strata {design.strata}, samples {design.samples}"
        lines.append(f"| {words} | {held.probability:.3f} | {held.monte_carlo_error:.4f} |")
    return lines


def figure(table: Table, path: Path) -> None:
    """Draw the lowest and highest coverage of each scenario, printed and issued."""
    with mpl.rc_context({"svg.hashsalt": "coverage", "font.size": 9, "svg.fonttype": "none"}):
        drawing = Figure(figsize=(8.5, 4.6), layout="constrained")
        axes = drawing.add_subplot()
        axes.axvspan(2 / 3 - 0.02, 2 / 3 + 0.02, color="0.9", lw=0)
        axes.axvline(2 / 3, color="0.4", lw=0.8)
        for place, scenario in enumerate(reversed(SCENARIOS)):
            for form, aside, colour in (("printed", 0.15, "#b2543a"), ("issued", -0.15, "#2f6b5e")):
                values = [float(row["probability"]) for row in of_scenario(table, scenario, form)]
                axes.plot([min(values), max(values)], [place + aside] * 2, color=colour, lw=1)
                axes.plot(
                    values,
                    [place + aside] * len(values),
                    ".",
                    color=colour,
                    ms=4,
                    label=form if place == 0 else None,
                )
        axes.set_yticks(range(len(SCENARIOS)), [scenario.name for scenario in reversed(SCENARIOS)])
        axes.set_xlabel("P(truth >= credited), each dot a design; the promise is 2/3")
        axes.legend(frameon=False, loc="lower right")
        drawing.savefig(path, metadata={"Date": None, "Creator": None})


def figures_of(table: Table) -> dict[str, str]:
    """Give the figures that the prose quotes."""
    tail, single, losses = (
        next(s for s in SCENARIOS if s.name.startswith(words))
        for words in ("long tail", "one control site that", "tail of losses")
    )

    def at(scenario: Scenario, strata: int, samples: int, form: str) -> str:
        return f"{float(table[scenario.name, strata, samples, 'equal', form]['probability']):.3f}"

    closed = [scenario for scenario in SCENARIOS if not scenario.open]
    pairs = {(1, 5): "1x5", (3, 5): "3x5", (10, 10): "10x10"}
    return {
        "band": f"{BAND:.3f}",
        "count": str(sum(1 for _ in grid())),
        "replicates": f"{REPLICATES:,}",
        "again": f"{8 * REPLICATES:,}",
        "regular": f"{REGULAR_REPLICATES:,}",
        "prior": f"{SCEPTICAL.prior_skewness:g}",
        "worth": f"{SCEPTICAL.prior_samples:g}",
        "worst": f"{min(lowest(table, scenario, 'issued') for scenario in closed):.3f}",
        "tail_short": f"{2 / 3 - lowest(table, tail, 'issued'):.2f}",
        "single_plain": f"{lowest(table, single, 'points'):.3f}",
        "single": f"{lowest(table, single, 'issued'):.3f}",
        "single_short": f"{2 / 3 - lowest(table, single, 'issued'):.2f}",
        "five_data": at(losses, 1, 5, "data guard"),
        "five_plain": at(losses, 1, 5, "points"),
        "five": at(losses, 1, 5, "issued"),
        **{f"plain_{words}": at(tail, *pair, "points") for pair, words in pairs.items()},
        **{f"tail_{words}": at(tail, *pair, "issued") for pair, words in pairs.items()},
    }


def figures_with_posterior(docs: Path) -> dict[str, str]:
    """Give the figures of the prose that stand on the designs with the posterior."""
    rows = read_posterior(docs)

    def least(words: str, *, without: bool = False) -> str:
        return f"{min(float(r['lower']) for r in rows if r['scenario'].startswith(words) != without):.3f}"

    alone = [float(r["posterior"]) for r in rows if "one control site shared" in r["scenario"]]
    return {
        "both": str(len(rows)),
        "one_site": f"{max(alone):.2f}",
        "tail_lower": least("long tail"),
        "single_lower": least("one control site that"),
        "both_lower": least("long tail", without=True),
    }


def price(table: Table) -> list[str]:
    """Give what the guard costs in a symmetric landscape."""
    lines = [
        "| strata x samples | without guard | issued | P(truth >= credited) issued |",
        "|---|---|---|---|",
    ]
    for strata, n in ((1, 3), (1, 5), (1, 10), (1, 50), (3, 5), (10, 5), (30, 5)):
        plain, issued = (table[SCENARIOS[0].name, strata, n, "equal", form] for form in ("pooled", "issued"))
        lines.append(
            f"| {strata} x {n} | {float(plain['deduction']):.2f} | {float(issued['deduction']):.2f} | "
            f"{float(issued['probability']):.3f} |"
        )
    return lines


def whole_table(table: Table) -> list[str]:
    """Give the tables of all scenarios."""
    lines = []
    for scenario in SCENARIOS:
        lines += [f"### {scenario.name[0].upper()}{scenario.name[1:]}", ""]
        lines += [*cells(table, scenario, ("printed", "pooled", "issued")), ""]
    return lines


PAGE = """<!-- Made by scripts/pages/coverage_grid.py. Do not edit: change the script and run it. -->

# The promise over a grid of designs

What is credited should be exceeded by the truth with a probability of 2/3, and what is issued by default should keep
at least {band} in every design. This page measures it in {count} simulated designs: 1 to 30 strata, 3 to 50 samples in
each, equal and unequal areas, and landscapes that break the assumptions of the printed arithmetic one by one. The
truth is known, and every campaign is drawn afresh.

{replicates} campaigns for each design; the error of a figure is 0.007 at most. Where what is issued came out within
two errors of the band, the design was measured again with {again} fresh campaigns, and that figure stands. Every
figure with its error and replicates is in [grid.csv](figures/coverage/grid.csv); the slow tests make it again.

## What is compared

- **as printed**: Eqs. 70 and 71, points of a control site as replicates, shared controls and model error squared
  stratum by stratum (Eq. 64 as printed);
- **shared exact**: shared control sites and shared model error taken as what they are;
- **controls pooled**: besides, the difference between control sites, pooled over the project;
- **guard, data alone**: besides, a skew guard that shrinks to no skewness;
- **issued**: besides, the skew guard as it is by default: until samples say otherwise, a tail of losses in the project
  and of gains at the controls, skewness {prior}, worth {worth} samples.

Issued here is the moment half of the issued default. The posterior is the other half, and the lower of the two is
issued: it can only add to what stands in the grid. {both} designs further down have both, some of every landscape.

All with Satterthwaite's degrees of freedom and t(2/3).

## The lowest figure of each landscape

{summary}

Deduction: the mean of what is taken off by the issued form, in true standard errors of the estimate, over the designs.
With a known variance and no skewness it is 0.43.

![Coverage as printed and as issued](figures/coverage/grid.svg)

**In all landscapes that are not marked open, what is issued keeps {worst} or more.**

## What stays open

Two landscapes the moment form cannot mend with the data at hand. The posterior closes one of them. Each is a finding
where it may apply.

- **A long tail of losses**: lognormal, skewness -6.2; one field in a hundred lies four standard deviations or more
  below the mean, and most campaigns see nothing of it. Five samples in one stratum keep {plain_1x5} plain and
  {tail_1x5} issued, three strata of five {plain_3x5} and {tail_3x5}, ten equal strata of ten {plain_10x10} and
  {tail_10x10}. The shortfall against 2/3 is up to {tail_short}. Where strata are few or unequal it stays beyond 0.02
  until about 150 samples.
  The posterior has normal errors and sees no more of the tail: with it the lower of both keeps {tail_lower} at worst
  of the designs measured. **This stays open**: nothing in the data tells it apart, and only more samples help.
- **One control site** whose true change differs from that of the units, by a standard deviation of 3 t CO2e/ha. One
  site shows no difference between sites: the moment form keeps {single_plain} plain and {single} with guard at worst, a
  shortfall of {single_short}. **The issued default closes it**: with the posterior, whose spread between sites rests
  on its prior, the lower of both keeps {single_lower} or more in the designs measured. It rests on that prior being
  wide enough: twice the pooled spread of the changes, 7 to 8 here, against a truth of 3. Run with `--route analytic`
  the shortfall is back. The methodology asks for three sites; with three the moment form closes it by itself.

## With the posterior

The exact posterior beside the moment form on the same campaigns: measured baselines, a known one, and the model's error
as a shared effect with the estimated standard deviation. The last column is the error of the one before.

{posterior}

The lowest of the issued default outside the long tail of losses is {both_lower}. What the posterior does by itself:

- The band asked of it in regular designs is 0.667 +- 0.030. It holds with a known baseline and with a shared model
  error, and where two control sites or more show how much sites differ (the regular designs of
  [posterior.md](posterior.md), 2,000 replicates each in the slow tests).
- With one control site it does not: the spread between sites rests on its prior. Where sites do not truly differ the
  posterior keeps up to {one_site}, too cautious; where they differ by 3 it keeps {single_lower} or more. One site
  cannot tell the two apart, so it errs on the cautious side. A project that takes three sites gets the difference back.
- Its errors are normal. A tail of losses it misses as the plain moment form does, and the guard of the moment form is
  what issues there.

## What the guard costs where it is not needed

In a symmetric landscape the guard takes more than the promise asks. That fades with samples: a project that takes more
of them buys it off. Deduction in true standard errors:

{price}

With the guard that trusts the data alone the price is next to nothing, and little is closed: five samples from the
milder tail keep {five_data}, against {five_plain} plain and {five} issued. Five values cannot show a tail.

## Regular designs

The analytic route without guard, {regular} campaigns; the band is 0.667 +- 0.010.

{regular_table}

## The grid

In each cell: as printed / controls pooled / issued.

{grid}
## The landscapes

Changes in a stratum have mean 3 and standard deviation 4 t CO2e/ha; tails are lognormal, with 0.5 or 1 for the standard
deviation of the logarithm. A control site has five points; its own change is 0 on average, with a standard deviation
between points of 2 where sites differ by 3, else of 4. The shared model error has a standard deviation of 1.5,
estimated from twelve validation sites. Unequal areas fall by 0.7 from stratum to stratum, to 5 % of the largest.
Populations are infinite.
"""


def designs_with_posterior() -> Iterable[GridDesign]:
    """Give the designs that are measured with the posterior."""
    for name, sizes in WITH_POSTERIOR.items():
        for size in sizes:
            strata, samples = (int(part) for part in size.removesuffix(" unequal").split("x"))
            yield GridDesign(BY_NAME[name], strata, samples, not size.endswith("unequal"))


def declared(campaign: Campaign, k: int) -> Specification:
    """Declare one campaign: measured baseline, or a known one; the model's error as a shared effect of plug-in sd."""
    projects = [np.asarray(values)[k] for values in campaign.project_t_co2e_per_ha]
    strata, area = np.repeat(np.arange(len(projects)), [values.size for values in projects]), campaign.area_ha
    controls = [np.asarray(values)[k] for values in campaign.control_t_co2e_per_ha]
    model_sd = float(np.sqrt(np.asarray(campaign.model_variance)[k]))
    shared = SharedEffect("model error", model_sd, np.ones(strata.size))
    control = None
    if controls:
        link = (np.asarray(campaign.link_weight) > 0).T * np.asarray(area)
        site = np.repeat(np.arange(len(controls)), [values.size for values in controls])
        control = ControlPoints(np.concatenate(controls), site, link / link.sum(axis=1, keepdims=True))
    return Specification(
        strata=Strata(np.asarray(area)),
        project=ProjectPoints(np.concatenate(projects), strata),
        control=control,
        shared=(shared,),
        baseline="measured" if controls else "none",
    )


def posterior_credit(campaign: Campaign, campaigns: int) -> np.ndarray:
    """Credit each campaign by the exact posterior, one after another."""
    return np.array(
        [posterior_of_change(declared(campaign, k), checks=False).credited for k in range(campaigns)]
    )


def replicates_with_posterior(design: GridDesign) -> int:
    """Give the number of campaigns: most where the posterior closes a shortfall, more in regular designs."""
    if design.strata == 30:
        return THIRTY_STRATA_WITH_POSTERIOR
    if design.scenario.controls == "one that differs":
        return SINGLE_SITE_WITH_POSTERIOR
    return REGULAR_WITH_POSTERIOR if design.scenario.name in REGULAR_KINDS else OTHERS_WITH_POSTERIOR


def row_with_posterior(design: GridDesign) -> Row:
    """Measure one design with the moment form, the posterior, and the lower of both."""
    campaigns = replicates_with_posterior(design)
    campaign, truth = simulate(design=design, campaigns=campaigns, seed=SEED)
    moment, posterior = FORMS["issued"](campaign), posterior_credit(campaign, campaigns)
    lower = np.minimum(moment, posterior)
    row = {
        "scenario": design.scenario.name,
        "strata": str(design.strata),
        "samples": str(design.samples),
        "areas": "equal" if design.equal else "unequal",
    }
    for name, credited in (("moment", moment), ("posterior", posterior), ("lower", lower)):
        row[name] = f"{float((truth >= credited).mean()):.4f}"
    return row | {"replicates": str(campaigns)}


def write_posterior(folder: Path) -> None:
    """Measure the designs with the posterior; the table grows row by row."""
    names = ("scenario", "strata", "samples", "areas", "moment", "posterior", "lower", "replicates")
    with (folder / "posterior.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        for design in designs_with_posterior():
            writer.writerow(row_with_posterior(design))
            file.flush()


def read_posterior(docs: Path) -> list[Row]:
    """Read the table of the designs with the posterior."""
    with (docs / "figures" / "coverage" / "posterior.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def posterior_table(docs: Path) -> list[str]:
    """Give the table of the designs with the posterior."""
    lines = [
        "| landscape | strata x samples | moment with guard | posterior | the lower, issued | error |",
        "|---|---|---|---|---|---|",
    ]
    for row in read_posterior(docs):
        shares = [float(row[name]) for name in ("moment", "posterior", "lower")]
        error = np.sqrt(shares[2] * (1 - shares[2]) / int(row["replicates"]))
        size = f"{row['strata']} x {row['samples']}{', unequal' if row['areas'] == 'unequal' else ''}"
        lines.append(
            f"| {row['scenario']} | {size} | {shares[0]:.3f} | {shares[1]:.3f} | **{shares[2]:.3f}** | {error:.3f} |"
        )
    return lines


def page(table: Table, docs: Path) -> str:
    """Write the page."""
    return PAGE.format(
        **figures_of(table),
        **figures_with_posterior(docs),
        summary="\n".join(summary(table)),
        price="\n".join(price(table)),
        posterior="\n".join(posterior_table(docs)),
        regular_table="\n".join(regular()),
        grid="\n".join(whole_table(table)),
    )


def main(docs: Path) -> None:
    """Make the table, the figure and the page."""
    rows = whole_grid()
    with (docs / "figures" / "coverage" / "grid.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_page(docs, rows)


def write_page(docs: Path, rows: list[Row]) -> None:
    """Make the figure and the page from the table."""
    table = keyed(rows)
    figure(table, docs / "figures" / "coverage" / "grid.svg")
    (docs / "coverage-grid.md").write_text(page(table, docs), encoding="utf-8")


def read_table(docs: Path) -> list[Row]:
    """Read the table that was made last."""
    with (docs / "figures" / "coverage" / "grid.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs", type=Path, nargs="?", default=ROOT / "docs")
    parser.add_argument(
        "--posterior", action="store_true", help="measure the designs with the posterior again"
    )
    given = parser.parse_args()
    if given.posterior:
        write_posterior(given.docs / "figures" / "coverage")
    main(given.docs)
