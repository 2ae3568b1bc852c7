"""Make docs/uncertainty.md: the routes explained with the numbers of the bundled example."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from mollisol.engine import run_project
from mollisol.methodology.results.run import PeriodResult

ROOT = Path(__file__).parents[2]
DECLARED = (
    "repeat_relative_sd = 0.02",
    "batch_relative_sd = 0.01",
    "soil_mass_repeat_relative_sd = 0.05",
    "soil_mass_batch_relative_sd = 0.03",
)


WORDS = {"moment": "moment form", "sharp": "sharp form", "montecarlo": "drawn", "posterior": "posterior"}


def routes_table(periods: tuple[PeriodResult, ...]) -> str:
    """Give the routes and their forms side by side."""
    lines = [
        "| period | route | form | mean | standard error | credited | |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {period.name} | `{found.route}` | {WORDS[found.form]} | {found.mean_t_co2e_per_ha:.2f} | "
        f"{found.standard_error_t_co2e_per_ha:.2f} | {found.credited_t_co2e_per_ha:.2f} | "
        f"{'**issues**' if found.issues else ''} |"
        for period in periods
        for found in period.routes
    ]
    return "\n".join(lines)


def declared_table() -> str:
    """Give what declared errors do to each form of the mixed farm, which has increments at two depths."""
    lines = [
        "| declared | drawn | Monte Carlo error | moment form | drawn form | posterior | units |",
        "|---|---|---|---|---|---|---|",
    ]
    farm = ROOT / "examples" / "mixed-farm"
    for line in ("", *DECLARED):
        with TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            shutil.copytree(farm, project)
            head = (project / "project.toml").read_text(encoding="utf-8")
            marker = "[[project.laboratory_methods]]\n"
            (project / "project.toml").write_text(
                head.replace(marker, marker + line + "\n"), encoding="utf-8"
            )
            period = run_project(project).results.periods[0]
        drawn, posterior = period.montecarlo, period.posterior
        if drawn is None or posterior is None:
            raise ValueError("the mixed farm carries all routes")
        lines.append(
            f"| {f'`{line}`' if line else 'nothing'} | {drawn.draws} | "
            f"{drawn.monte_carlo_error_t_co2e_per_ha:.4f} of {drawn.allowed_error_t_co2e_per_ha:.4f} | "
            f"{period.deduction.credited_t_co2e_per_ha:.2f} | {drawn.credited_t_co2e_per_ha:.2f} | "
            f"{posterior.credited_t_co2e_per_ha:.2f} | {period.units_to_issue_t} |"
        )
    return "\n".join(lines)


def components_table(period: PeriodResult) -> str:
    """Give the posterior's standard deviations."""
    lines = [
        "| component | posterior mean | 5 % | 95 % | share of the variance | prior |",
        "|---|---|---|---|---|---|",
    ]
    if period.posterior is not None:
        lines += [
            f"| `{part.name}` | {part.mean_t_co2e_per_ha:.2f} | {part.low_t_co2e_per_ha:.2f} | "
            f"{part.high_t_co2e_per_ha:.2f} | {part.share:.0%} | {part.prior} |"
            for part in period.posterior.components
        ]
    return "\n".join(lines)


def budget_table(period: PeriodResult) -> str:
    """Give the budget by source of error, and what one more replicate buys."""
    budget = period.variance_budget
    if budget is None:
        raise ValueError("the example has a budget")
    lines = ["| source | share of the variance | part of the deduction | |", "|---|---|---|---|"]
    lines += [
        f"| {part.source} | {part.share:.0%} | {part.deduction_t_co2e_per_ha:.2f} | {part.note} |"
        for part in budget.parts
    ]
    lines += [
        "",
        "| one more | where | takes off the deduction, t CO2e/ha | and in all, t CO2e |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {more.what} | {more.where} | {more.saves_t_co2e_per_ha:.3f} | {more.saves_t_co2e:.1f} |"
        for more in budget.one_more
    ]
    return "\n".join(lines)


def place_table(period: PeriodResult) -> str:
    """Give the five largest terms of the moment form's variance."""
    lines = [
        "| term | replicates | share | part of the deduction | one more saves |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {part.kind} {part.label} | {part.replicates} {part.replicate} | {part.share:.0%} | "
        f"{part.deduction_t_co2e_per_ha:.3f} | {part.one_more_t_co2e_per_ha:.3f} |"
        for part in sorted(period.variance, key=lambda part: -part.share)[:5]
    ]
    return "\n".join(lines)


def spread_words(periods: tuple[PeriodResult, ...]) -> str:
    """Give the tests of spread between strata in words."""
    tests = [(period.name, period.spread_between_strata) for period in periods]
    return "\n".join(
        f"- period {name}: W = {test.statistic:.2f} with {test.numerator_degrees_of_freedom:.0f} and "
        f"{test.denominator_degrees_of_freedom:.0f} degrees of freedom, p = {test.p_value:.2f}"
        for name, test in tests
        if test is not None
    )


def page() -> str:
    """Give the whole page."""
    periods = run_project(ROOT / "examples" / "woburn-ley").results.periods
    return f"""<!-- Made by scripts/pages/uncertainty.py. Do not edit: change the script and run `make docs`. -->

# How sure is the number

What is credited is what the truth exceeds with probability 2/3, over all campaigns, issued or refused
([selection](selection.md) has what is left of it among those that issue). Three routes compute it from the same
changes and one declaration of the sources of error. Each gives a mean, a standard error, a credited value and
checks of its own; `results.json` has them under `routes`. The rule `mollisol.issuance.form` says which issues: as
it stands, the sharp form of the analytic route where control sites were measured ([the deduction](deduction.md)),
else the posterior, and never more than the moment form.

`mollisol run PROJECT --out DIR` runs all. `--route analytic`, `montecarlo` or `posterior` runs that one beside the
analytic route, from which the others start; where it is the posterior that issues, leaving it out refuses.

All figures here are t CO2e/ha over a verification period, first of the example [Woburn ley-arable](woburn-ley.md).

{routes_table(periods)}

## Analytic: the moment form

The methodology's own (VM0042 2.2, Eqs. 70, 71 and 74): the mean less `t(2/3, df)` standard errors. The replicates are
the sampling units that the design drew, and the control sites; cores and points are averaged first. A control site
that serves several strata counts once. Degrees of freedom after Satterthwaite.

Beside it stands the sharp form, which issues: the same, lengthened where the samples show a tail that over-credits,
against a deduction that takes the mean change of each control site as one replicate; the larger is taken off. [The
deduction](deduction.md) has it on half a page, with what it keeps and costs design by design, and what stays open.

Whether strata differ in spread is a result, Brown and Forsythe's test on the changes of the sampling units:

{spread_words(periods)}

Where they do differ, this route carries it, stratum by stratum; in the posterior the two heaviest strata of five
units or more have a spread of their own, and all others share one.

## Monte Carlo: declared errors are drawn

Dry combustion in a proficient laboratory counts as free of error. Where a project declares an error of a laboratory
method, it is drawn for each increment, and each profile is interpolated to equal soil mass again:

| key of `[[project.laboratory_methods]]` | error |
|---|---|
| `repeat_relative_sd` | of the carbon of one increment |
| `batch_relative_sd` | of the carbon of all increments of a campaign alike |
| `soil_mass_repeat_relative_sd` | of the fine soil of one increment: density, volume, what was sieved out |
| `soil_mass_batch_relative_sd` | of the fine soil of all increments of a campaign alike, such as the probe's diameter |

Or the project hands in `laboratory_repeats.csv`, and they are computed: a repeat from samples measured twice in one
batch, a batch from samples measured in several. A project gives one or the other.

What a batch shares is one number for all its increments, at all points and in both scenarios; it does not average out,
and cancels where project and control have the same stock. With one increment to the reporting depth an error of soil
mass changes nothing: at equal mass the stock is mass times content.

What points share is drawn, and the spread over draws is added to the sampling term. An error that a point has to
itself is in the spread between points as it was measured: added again it would count twice, as the document writes
it and as it was done before (`mollisol.errors.of-points`: `again`; a repeat error of 2 % then took 0.66 t CO2e/ha
off the mixed farm's 9.13, and one of 5 % in soil mass 0.46). It is told in the budget, as a part of that spread.
Drawing goes on, doubling from `mollisol.montecarlo.draws`, until the Monte Carlo error of the credited value is
below `mollisol.montecarlo.error-share` of the deduction. Where points share no error nothing is drawn, and the
route equals the moment form, as at Woburn. On the mixed farm, which has two depths, period 1:

{declared_table()}

The same errors enter the posterior as shared effects with a known standard deviation. Where there are any it is the
posterior that issues, below deduction A: it learns them together with the spread ([the deduction](deduction.md)).

Where carbon was predicted by a calibration, its errors are computed from samples measured both ways and carried by all
routes: [spectroscopy](spectroscopy.md).

## Posterior

A model of where the spread comes from ([posterior](posterior.md)): units of strata and control sites, each by its
mean change. Effects are integrated out exactly; the few standard deviations are integrated over with a fixed
quasi-random sequence, so the same data give the same bits. There is no prior on the effect itself, and that on a
spread is flat on its logarithm. Its level lies below the confidence (`mollisol.posterior.below-confidence`), for it
stands beside deduction A. Woburn, period 2:

{components_table(periods[1])}

Its checks are results: integration error, priors, single sites, predictions. A failed one refuses issuance.

## Where the deduction comes from

By source of error, from the posterior, Woburn, period 2 (`variance_budget` in `results.json`). What one more replicate
buys is at the same spreads, where it buys most:

{budget_table(periods[1])}

By place, from the moment form, the five largest terms, and what one more replicate of each would take off:

{place_table(periods[1])}

The two answer differently on control sites: the moment form sees only how the sites of one stratum differ, the
posterior how sites differ over the whole project.

## What is tested

[Coverage](coverage.md) of the moment form, as printed and mended; [the deduction](deduction.md) for what issues,
design by design; calibration and coverage of the posterior in [its page](posterior.md). Errors drawn by increment
agree with first order, and one more replicate with closed forms of balanced designs. A test shows each of three
wrong ways and that none is taken: cores as replicates, the covariance between campaigns dropped, model draws made
anew at each point. """


def main() -> None:
    """Write the page."""
    (ROOT / "docs" / "uncertainty.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
