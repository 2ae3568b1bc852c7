"""Make docs/uncertainty.md: the routes explained with the numbers of the bundled example."""

from __future__ import annotations

from pathlib import Path

from mollisol.engine import run_project
from mollisol.methodology.results import PeriodResult

ROOT = Path(__file__).parents[1]


def routes_table(periods: tuple[PeriodResult, ...]) -> str:
    """Give the forms side by side."""
    lines = ["| period | form | mean | standard error | multiplier | credited |", "|---|---|---|---|---|---|"]
    for period in periods:
        moment, guarded, posterior = period.deduction, period.guarded, period.posterior
        lines.append(
            f"| {period.name} | moment | {moment.mean_t_co2e_per_ha:.2f} | {moment.standard_error_t_co2e_per_ha:.2f} | "
            f"{moment.t_quantile:.3f} (t, {moment.degrees_of_freedom:.1f} df) | {moment.credited_t_co2e_per_ha:.2f} |"
        )
        if guarded is not None:
            lines.append(
                f"| {period.name} | guarded | {moment.mean_t_co2e_per_ha:.2f} | "
                f"{guarded.standard_error_t_co2e_per_ha:.2f} | {guarded.multiplier:.3f} | "
                f"{guarded.credited_t_co2e_per_ha:.2f} |"
            )
        if posterior is not None:
            lines.append(
                f"| {period.name} | posterior | {posterior.mean_t_co2e_per_ha:.2f} | "
                f"{posterior.standard_deviation_t_co2e_per_ha:.2f} | quantile | "
                f"{posterior.credited_t_co2e_per_ha:.2f} |"
            )
        lines.append(f"| {period.name} | **issues** | | | | **{period.credited_form}** |")
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


def page() -> str:
    """Give the whole page."""
    periods = run_project(ROOT / "examples" / "woburn-ley").results.periods
    return f"""<!-- Made by scripts/make_uncertainty_page.py. Do not edit: change the script and run `make docs`. -->

# How sure is the number

What is credited is what the truth exceeds with probability 2/3. Several forms compute it from the same changes. The
lowest issues, unless the rule `mollisol.issuance.form` says otherwise. All figures here are t CO2e/ha over a
verification period of the example [Woburn ley-arable](woburn-ley.md).

{routes_table(periods)}

## Moment form

The methodology's own (VM0042 2.2, Eqs. 70, 71 and 74): the mean less `t(2/3, df)` standard errors. The replicates are
the sampling units that the design drew, and the control sites; cores and points are averaged first. A control site
that serves several strata counts once. Degrees of freedom after Satterthwaite. `--route analytic` runs this form alone.

## Guarded form

The moment form with two mends. Control sites that stand for the same strata are compared with each other, and how much
sites differ is taken from the whole project where one stratum cannot show it. A skew guard lengthens the multiplier:
a few samples seldom catch a long tail of losses, and mean and standard error then come out too good together. Until
samples say otherwise it expects a skewness of 2, worth 20 samples. [The coverage grid](coverage-grid.md) shows what
this closes, what it costs where it is not needed, and the two landscapes that stay open.

## Monte Carlo of declared errors

Dry combustion in a proficient laboratory counts as free of error. Where a project declares one (`repeat_relative_sd`
and `batch_relative_sd` of a laboratory method), it is drawn and propagated: a repeat error for each point, a batch
error that all samples of a campaign share and that therefore does not average out. The spread is added to the sampling
term. The same errors enter the posterior as measurement classes and shared effects. Woburn declares none, so this form
is not in the table: it would equal the moment form.

## Posterior

A model of where the spread comes from ([posterior](posterior.md)): units within strata, points within units, control
sites that differ from what they stand for. Effects are integrated out exactly; the few standard deviations are
integrated over with a fixed quasi-random sequence, so the same data give the same bits. There is no prior on the effect
itself. Period 2:

{components_table(periods[1])}

Its checks are results: integration error, priors, single sites, predictions. A failed one refuses issuance.

## Where the deduction comes from

The five largest terms of the moment form in period 2, and what one more replicate of each would take off the deduction:

{budget_table(periods[1])}

## What is tested

[Coverage](coverage.md) of the moment form, as printed and mended; [the grid](coverage-grid.md) of 304 designs for what
issues; calibration and coverage of the posterior in [its page](posterior.md). A test shows each of three wrong ways and
that none is taken: cores as replicates, the covariance between campaigns dropped, model draws made anew at each point.
"""


def main() -> None:
    """Write the page."""
    (ROOT / "docs" / "uncertainty.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
