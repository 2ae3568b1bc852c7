"""Write docs/posterior.md: the posterior route, what was simulated, what it costs.

``python scripts/pages/posterior.py`` writes the page and the figure from the tables beside it;
``--simulate REPLICATES`` makes the table of coverage first (some minutes).
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from mollisol.uncertainty.posterior.compiling import Compiled, compile_specification
from mollisol.uncertainty.posterior.declaration import ControlPoints, ProjectPoints, Strata
from mollisol.uncertainty.posterior.declaration_checks import link_group, within
from mollisol.uncertainty.posterior.exact import posterior_of_change, sample_posterior
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.simulation.posterior_simulator import Simulator
from mollisol.uncertainty.student import t_quantile

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "posterior.md"
FOLDER = ROOT / "docs" / "figures" / "posterior"
COLUMNS = ("design", "regular", "moment", "first", "posterior", "replicates")
TARGET = 2 / 3


def landscape(
    area: list[float], points: int, sites: int, site_points: int, *, shared: bool, fields: int = 0
) -> Specification:
    """Points at random in strata (or ``fields`` with two each); sites for each stratum, or shared by all."""
    number, share = len(area), np.array(area) / np.sum(area)
    units = fields or points
    unit = np.repeat(np.arange(number * units), 2 if fields else 1)
    link = np.tile(share, (sites, 1)) if shared else np.repeat(np.eye(number), sites, axis=0)
    site = np.repeat(np.arange(len(link)), site_points)
    return Specification(
        Strata(np.array(area)),
        ProjectPoints(np.arange(unit.size, dtype=np.float64), unit // units, unit),
        ControlPoints(np.arange(site.size, dtype=np.float64), site, link),
    )


THREE = [120.0, 60.0, 20.0]
DIFFER = {"s_field": 0.0, "s_point": 1.5, "s_control": 3.0}
DESIGNS: dict[str, tuple[bool, Specification, dict[str, float]]] = {
    "1 stratum of 10; 5 sites": (
        True, landscape([100.0], 10, 5, 1, shared=True), {"s_field": 1.0, "s_control": 1.0},
    ),
    "1 stratum of 50; 10 sites of 5": (
        True, landscape([100.0], 50, 10, 5, shared=True), {"s_field": 1.0, "s_point": 1.0, "s_control": 1.0},
    ),
    "10 strata of 3; 8 shared sites of 3": (
        True,
        landscape([float(a) for a in np.linspace(1, 5, 10)], 3, 8, 3, shared=True),
        {"s_field": 0.7, "s_point": 0.7, "s_control": 0.7},
    ),
    "3 strata of 8 fields of 2; 2 own sites of 4": (
        True,
        landscape(THREE, 0, 2, 4, shared=False, fields=8),
        {"s_field": 0.7, "s_point": 0.7, "s_control": 0.7, "s_theta": 0.5},
    ),
    "sites differ by 3: 1 stratum of 10; 3 sites of 5": (False, landscape([100.0], 10, 3, 5, shared=True), DIFFER),
    "sites differ by 3: 1 stratum of 10; 1 site of 5": (False, landscape([100.0], 10, 1, 5, shared=True), DIFFER),
    "sites differ by 3: 3 strata of 5; 2 own sites of 5": (
        False, landscape(THREE, 5, 2, 5, shared=False), DIFFER | {"s_theta": 0.0},
    ),
    "sites differ by 3: 3 strata of 5; 1 own site of 5": (
        False, landscape(THREE, 5, 1, 5, shared=False), DIFFER | {"s_theta": 0.0},
    ),
}  # fmt: skip


def moment_credit(of: Specification) -> float:
    """Mean less t times the standard error, points of a lone control site as its replicates (Eqs. 70, 71, 74)."""
    weight, terms, freedom, mean = of.strata.weight, [], [], 0.0
    unit, place = np.unique(of.project.unit, return_inverse=True)
    value = np.bincount(place, of.project.change) / np.bincount(place)
    stratum = np.empty(unit.size, np.int64)
    stratum[place] = of.project.stratum
    for h, share in enumerate(weight):
        own = value[stratum == h]
        mean += share * own.mean()
        terms.append(share**2 * own.var(ddof=1) / own.size)
        freedom.append(own.size - 1)
    group = link_group(of.controls)
    lever = weight / (link_rows := np.unique(of.controls.link, axis=0) > 0).sum(axis=0)
    for g, row in enumerate(link_rows):
        sites = np.flatnonzero(group == g)
        by_site = [of.controls.change[of.controls.site == c] for c in sites]
        own = np.array([np.mean(x) for x in by_site]) if len(sites) > 1 else by_site[0]
        mean -= float(lever[row].sum()) * own.mean()
        terms.append(float(lever[row].sum()) ** 2 * own.var(ddof=1) / own.size)
        freedom.append(own.size - 1)
    total = float(np.sum(terms))
    nu = total**2 / float(np.sum(np.square(terms) / np.array(freedom)))
    return mean - float(t_quantile(probability=TARGET, degrees_of_freedom=nu)) * float(np.sqrt(total))


def as_first_specified(of: Specification) -> Compiled:
    """Compile with S from spreads within link groups, and the same S for s_theta."""
    squares, freedom = within(of.project.change, of.project.stratum)
    more, extra = within(of.controls.change, link_group(of.controls)[of.controls.site])
    compiled = compile_specification(of)
    scale = 2 * float(np.sqrt((squares + more) / (freedom + extra)))
    return replace(compiled, components=tuple(replace(c, scale=scale) for c in compiled.components))


def simulate(replicates: int) -> None:
    """Write the table of coverage."""
    with (FOLDER / "coverage.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, (regular, design, truth) in DESIGNS.items():
            held = np.zeros(3)
            for k in range(replicates):
                data, reduction = Simulator(design, truth, 1.0).data_set(np.random.default_rng([11, k]))
                quantile = [
                    sample_posterior(Marginal(compiled)).mixture().quantile(1 / 3)
                    for compiled in (as_first_specified(data), compile_specification(data))
                ]
                held += np.array([moment_credit(data), *quantile]) <= reduction
            row = [name, int(regular), *(f"{share:.3f}" for share in held / replicates), replicates]
            writer.writerow(row)
            print(*row, flush=True)


def table() -> list[dict[str, str]]:
    """Read the table of coverage."""
    with (FOLDER / "coverage.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def figure(rows: list[dict[str, str]]) -> None:
    """Draw how often the truth is at least what is credited."""
    mpl.rcParams["svg.hashsalt"] = "posterior"
    drawing = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = drawing.subplots()
    for place, row in enumerate(reversed(rows)):
        for column, mark, colour in (
            ("moment", "x", "0.45"),
            ("first", "|", "tab:orange"),
            ("posterior", "o", "tab:green"),
        ):
            axes.plot(float(row[column]), place, mark, color=colour, label=column if place == 0 else None)
    axes.axvline(TARGET, color="0.6", linewidth=1)
    axes.set_yticks(range(len(rows)), [row["design"] for row in reversed(rows)], fontsize=7)
    axes.set_xlabel("P(truth >= credited)")
    handles, _ = axes.get_legend_handles_labels()
    axes.legend(handles, ["moment form", "posterior as first specified", "posterior"], fontsize=7)
    drawing.savefig(FOLDER / "coverage.svg", metadata={"Date": None})


def example() -> Specification:
    """Make a constructed project: three strata, eight fields of two points, two control sites of four for each."""
    _, design, truth = DESIGNS["3 strata of 8 fields of 2; 2 own sites of 4"]
    shift = {"mu": np.array([2.5, 1.8, 3.0]), "theta": np.array([0.4])}
    return Simulator(design, truth, 1.0).data_set(np.random.default_rng(5), **shift)[0]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulate", type=int, metavar="REPLICATES", help="make the table of coverage first")
    FOLDER.mkdir(parents=True, exist_ok=True)
    if replicates := parser.parse_args().simulate:
        simulate(replicates)
    rows = table()
    figure(rows)
    result = posterior_of_change(example())
    error = 1.96 * float(np.sqrt(TARGET * (1 - TARGET) / int(rows[0]["replicates"])))
    coverage = "\n".join(
        f"| {row['design']} | {row['moment']} | {row['first']} | **{row['posterior']}** |" for row in rows
    )
    components = "\n".join(
        f"| `{c.name}` | half-normal, {c.prior.scale:.2f} | {c.median:.2f} | {c.low:.2f} to {c.high:.2f} |"
        for c in result.components
    )
    budget = "\n".join(
        f"| `{row.source}` {row.side} | {row.kind} | {row.sd_t_co2e_per_ha:.2f} | {row.share:.0%} |"
        for row in result.budget
    )
    checks = "\n".join(f"| {check.name} | {check.verdict} | {check.text} |" for check in result.checks)
    PAGE.write_text(
        TEXT.format(
            coverage=coverage,
            replicates=rows[0]["replicates"],
            error=f"{error:.3f}",
            components=components,
            budget=budget,
            checks=checks,
            mean=f"{result.mean:.2f}",
            sd=f"{result.sd:.2f}",
            credited=f"{result.credited:.2f}",
            mcse=f"{result.monte_carlo_error:.4f}",
            first_worst=rows[-1]["first"],
            new_worst=rows[-1]["posterior"],
            calibration=CALIBRATION,
            benchmark=BENCHMARK,
        )
    )


CALIBRATION = """the exact engine with 1,000 replicates in the design with shared laboratory error and a finite
population, with 300 in four others (modelled, hybrid, one stratum, one point a unit); NUTS with 100 in one stratum;
under the prior on means the exact engine with 100 in three designs."""

BENCHMARK = """| fields x points | exact | PyMC, point form | ratio | without compiling and tuning |
|---|---|---|---|---|
| 100 x 5 | 0.05 s | 31 s | 577 | 478 |
| 1,000 x 5 | 0.07 s | 47 s | 659 | 569 |
| 10,000 x 10 | 0.19 s | 587 s, from below | | 3,047 |

Processor time, so that other jobs do not count. PyMC's own NUTS, two chains of 1,000 after 1,000, scaled to the wanted
error by its square; the exact engine gets no credit for being ten times below that error. By the clock the ratios at
100 and 1,000 fields were 657 and 2,316 on a calm machine, 713 and 738 beside three other jobs, 1,422 and 581 beside a
dozen. Another sampler is quicker than PyMC's own at 100 fields.

At 10,000 fields NUTS was not run to its end: two chains of 250 after 500 were stopped unfinished after 27 minutes of
processor time. A gradient of the point form takes 1.06 ms. With the steps of a draw (31) and the draws (17,624) that
1,000 fields need, neither of which gets fewer with more fields, that is 587 s. Were every draw a single step, the ratio
would be 97.

| fields x points | shared errors | posterior | with all checks | peak memory |
|---|---|---|---|---|
| 10,000 x 10 | three batches | 0.4 s | 1.1 s | 95 MB |
| 10,000 x 10 | and a calibration that differs by point | 1.2 s | 2.0 s | 110 MB |
| 100,000 x 10 | three batches | 3.8 s | 14 s | 357 MB |
| 100,000 x 10 | and a calibration that differs by point | 27 s | 38 s | 446 MB |

Time goes with the number of different designs of a field, not with points; where every field differs it goes with the
number of fields.

Under the prior on means units are one datum each: 100,000 x 10 with three batches and 40 control sites took 1.2 s of
the processor with all checks (2.4 to 3.7 s by the clock beside seven other jobs), 0.26 GB, the same bits again."""

TEXT = """# The posterior route

Made by `scripts/pages/posterior.py`; the tables of simulation stand in `docs/figures/posterior/`.

One declaration (`uncertainty/posterior/specification.py`) holds every source of error: strata and how many fields they
have, points with their field, stratum and class of known measurement error, control sites with the strata they stand
for, errors that many points share, trials the model was validated on, joint draws of the model's parameters. Three
engines are made from it:

| engine | module | what for |
|---|---|---|
| exact | `exact.py` | what the posterior route reports; numpy and `scipy.special` only, same bits on every run |
| PyMC | `pymc_model.py` | reference by NUTS as a user would write it; Student, censored and multiplying errors |
| plain simulator | `simulator.py` | data with known truth; conditioning by brute force |

`posterior_of_change(specification)` gives mean, sd, the 1/3 quantile with its integration error, the components, an
error budget and checks. Everything is in t CO2e/ha over the period.

## Means as replicates

The route takes the mean of each unit and of each control site as one datum (`mollisol.posterior.prior`: `means`,
`replicates.py`): unit i of stratum h `d = mu_h + eps_i + shared`, site c `e = lambda_g(c) + delta_c + shared`, where
g is the group of sites that stand for the same strata. Whatever differs inside a unit or a site is in the spread of
these means; an error that a point has to itself is in it too, and is not added. Flat priors on `mu_h` and `lambda_g`;
each spread is flat on its logarithm from 0.01 to 10 times what its own replicates show. The estimand is the
area-weighted `mu` less the `lambda` of each stratum's sites, so that its mean is that of the samples.

- *Spreads*: the two heaviest strata of five units or more have their own, all others share one; one for control sites.
- *No two sites for the same strata*: each stratum is subtracted by its own site, and what is known of the spread is
  that of all sites about one mean (`Evidence`: a sum of squares that is chi-square about the true variance).
- *One control site*: 1.5 times the variance of the mean of its points, with their degrees of freedom, as in deduction
  B.
- *Strata of several campaigns* ([campaigns](campaigns.md)): one datum each, and their variance as evidence.
- *Modelled and hybrid baselines*: the same prior on the spread of units, and on that of the residuals of control
  sites, which share one correction; the block of the trials as below. At set spreads, with biases drawn anew,
  the truth is at least the credit in 0.66 (modelled) and 0.72 (hybrid) of 100 data sets each (error 0.047), with twelve
  trials and three strata.

Where points share no error this is a sum of independent Student's t. [The deduction](deduction.md) has what it keeps
and costs beside deduction A and B, design by design, and what fixed each constant. The three engines carry both
priors; what follows was written of the half-normal one, under which bundles of release 0.1.0 are performed again.

## Model

Project point i in field f of stratum h: `d = mu_h + a_f + eps_i + shared + N(0, m_i)`. Control point j at site c:
`e = theta + sum_h link_ch t_h + g_c + eps_j + shared + N(0, m_j)`. Normal effects: `a_f` (s_field), `eps` (s_point),
`g_c` (s_control), `t_h` (s_theta). Flat priors on `mu_h` and `theta`; half-normal priors on the standard deviations.
The estimand is `sum_h A_h/A (mean true change of all fields of h - theta - t_h)`: sampled fields are shrunk, the others
predicted. Modelled baselines: the points hold modelled practice effects, and practice bias, climate bias, study effect
and residual are learned from the trials (`r = beta_p + kappa_z + u_s + N(0, sqrt(SE^2 + s_eps^2 T_v/T))`). Hybrid: the
control side holds what the control sites show beyond the modelled baseline, with prior
`N(0, sqrt(s_beta^2 + s_climate^2 + s_site^2))`.

The bias of climate zones (s_climate, half-normal with the scale of the practice bias) enters where at least two zones
have comparisons. A stratum in a zone without comparisons draws its bias from the spread between zones, and is the less
sure for it. Where there is one zone, climate and practice cannot be told apart and s_climate is left out. Eight
components are the most; beyond, a declaration is refused and asks for fewer classes of `point_spread`.

A control site stands for its strata by the row of `link`. A site linked to several strata carries their shares of the
area; then, where all sites serve all strata, `t_h` cancels from the estimand and s_theta is left out.

The exact engine sums points by field and measurement class, takes fields of equal design together, integrates fields,
sites and all linear effects in closed form, and integrates over the few standard deviations by importance sampling:
Newton mode with exact (complex-step) gradients, a Student-t proposal with different scales on its two
sides, shaped in stages, Sobol points with eight fixed random shifts. The quantile is the root of the mixture of
normals; its error is the spread over the shifts. Gates: k-hat below 0.7, 100 effective draws, error at most 1 % of the
posterior sd; up to 16,384 draws. Where they are not reached, an ensemble of walkers (stretch move) samples the same
density, and its R-hat is a gate.

The coordinates are logarithms of the standard deviations, but for s_field and s_point: there they are the logarithm of
the sum of both variances and the logit of the share (`coordinates.py`). Many units of one point show that sum and
nothing of the share; in logarithms this is a thin bent ridge, and the gates failed on it: in 13 of 25 simulated
projects of 2,000 units with three control sites of five points, and in 4 of 8 of 30 strata of 50. In sum and share none
of 350 simulated projects of 14 kinds failed, nearly all at the first 1,024 draws.

### Why the fallback is no NUTS

The specification named NUTS on the marginal density as the way out. Both were run, PyMC's NUTS with an Op that hands
out density and complex-step gradient from one evaluation, whitened by the proposal, four chains of 1,000 after 1,000,
target 0.9. Smallest bulk or tail effective size of all components per second of one core, and the distance of the
mixture quantile from that of importance sampling, in posterior sd:

| project | importance sampling | ensemble | NUTS |
|---|---|---|---|
| 30 strata of 50, one site of 5 | 0.10 s | 864 a second, +0.001 | 54 a second, +0.001, 6 divergences |
| the same, site differs by 3 | 0.07 s | 923, +0.000 | 32, -0.004, 3 divergences |
| 2,000 units, one of them twice | 0.02 s | 2,498, +0.001 | 30, -0.002, 9 divergences |
| hybrid, seven components | 0.04 s | 446, +0.002 | 10, +0.002, 7 divergences |

In logarithms, where the gates did fail: ensemble 132 and 36 a second in the first two, R-hat 1.003 and 1.023; NUTS 3
and 0.6 a second, R-hat 1.019 and 1.089, up to 41 divergences, and with target 0.97 in the second 568 divergences and a
quantile 0.03 sd off. The ensemble evaluates 64 settings at once and needs neither gradient nor compiler, so it is kept.

## What the data cannot tell apart

- **One point in every unit on both sides**: spread between and within units is one number. The point level is left out
  (s_field and s_control are then whole spreads) and the population counts as infinite, which is the cautious side.
- **One point in every project unit, several at control sites** (or the other way round): s_point is learned where there
  are repeats and held to be the same on the other side; declare `point_spread` classes where it is not.
- **One control site for a stratum**: s_control and s_theta share what the sites differ by, each under its prior.
- **Fewer than three control sites, or one field a stratum**: the component rests on its prior, and a check says so.

## Changed against the specification, by simulation

Where each stratum has one control site of its own and sites truly differ, half of what they differ by was taken for
true differences between strata, which are not an error: P(truth >= credited) = {first_worst}. Two choices were changed:
S pools control points about *one* mean (not within links), and s_theta has a quarter of the scale, S/4: {new_worst}
(1,000 other replicates: S/2 0.641, S/4 0.659). Elsewhere nothing moves by more than the noise; where strata truly
differ (s_theta 2, s_control 0.5) the same design holds 0.74 with either scale. A gap remains: three sites cannot show
how much sites differ.

P(truth >= credited) at fixed truths, target 0.667, {replicates} replicates on common draws (95 % noise {error}):

| design | moment form | as first specified | posterior |
|---|---|---|---|
{coverage}

"Sites differ by 3": sd between control sites 3 t CO2e/ha, between points 1.5. The moment form takes the points of
a lone site for its replicates. The slow tests ask 0.667 +- 0.030 at 2,000 replicates in the first three designs.

![coverage](figures/posterior/coverage.svg)

## An example, constructed

Mean {mean}, sd {sd}, credited {credited}, integration error {mcse} t CO2e/ha.

| component | prior | median | 90 % |
|---|---|---|---|
{components}

The budget splits the variance at the root mean square of the components. The best linear estimator's variance is
homogeneous of degree one in all declared variances, so variance times derivative adds up exactly (Euler).

| source | kind | sd | share |
|---|---|---|---|
{budget}

| check | verdict | |
|---|---|---|
{checks}

Only the gates of the integration and a prediction that misses a field or site by a chance below 1e-4 fail and refuse
issuance. The rest asks to be read. Power scaling raises the prior of the components, or the likelihood with fields and
sites integrated out, to 0.8 and 1.25.

## Held against

- **Dense algebra**: log density, mean and variance given the components equal a brute-force covariance to 1e-8 in all
  kinds of baseline; a two-dimensional grid of dense densities gives the same quantile.
- **Closed forms**: TV-5a, b, c. TV-5d (Behrens-Fisher, a variance for each of three small strata) is wider than
  Satterthwaite's form, multiplier 0.538 against 0.445: expected, and why the strata share s_point here.
- **NUTS**: five designs, and two with climate zones, within three combined errors of the quantile, components within
  their errors; five designs under the prior on means.
- **Student's t**: under the prior on means, two spreads against quadrature of their convolution, one shared by twelve
  strata against t with twelve degrees of freedom; the ensemble against importance sampling.
- **Stocks with multiplying errors** (`LogNormalStocks`, PyMC only): the log density equals a sum of scipy densities to
  1e-9; eight points with errors of 25 % give the quantile of a double quadrature; errors of 1 % give the normal model.
- **Calibration** (ranks of truth, reduction and every component, Kolmogorov-Smirnov p above 0.01): {calibration}
- **Order**: a second run gives the same bits; rows in another order or fields under other names move nothing beyond
  1e-10.

## The reference beside a run

`mollisol run PROJECT --out DIR --route nuts` samples each posterior of the run by PyMC too: its own NUTS, four
chains of 1,000 after 1,000, target 0.95, the seed of the run. `references` in `results.json` has mean, sd, quantile and
Monte Carlo error, R-hat, effective draws and divergences, and the difference from the exact quantile in combined Monte
Carlo errors; `manifest.json` has the sampler's settings. Nothing is credited from it. Beyond three errors there is a
warning, `reference-differs`; where the chains did not mix a note, `reference-not-mixed`.

Woburn ley: 6.823 with error 0.028 against 6.787 in the first period, 1.3 errors; 8.770 with 0.063 against 8.788 in
the second, 0.3 errors. It took half a minute of one core.

The draws are `posterior/1.nc` and so on, NetCDF 3 without a time or a version in it, so that one machine writes the
same bytes again. Another machine samples other chains: there `mollisol verify` lists the figures of the reference as
different, and no credit.

```python
import arviz as az
import xarray as xr

draws = xr.open_dataset("DIR/posterior/1.nc", engine="scipy")
print(az.summary(xr.DataTree.from_dict({{"posterior": draws[["reduction", "s_control"]]}})))
```

## Speed and memory

`python benchmarks/posterior.py`, two shared cores, one thread; ratios in one run, to a quantile error of 1 % of the
posterior sd, against the point form in PyMC's NUTS with compiling and tuning counted once:

{benchmark}

## Limits

- Normal errors. Long tails of losses belong to the skew guard and to the PyMC model with Student errors. Errors of
  stocks that multiply (concentration times mass) are put on the log scale in the PyMC model: measured stock = true
  stock times `exp(N(0, v))`; the change itself stays normal, since it may be negative.
- **The cut.** Model-parameter draws widen a hybrid baseline but are updated by nothing. Standard deviations are learned
  with the parameters at their mean, since a full cut would want a posterior for each draw. In PyMC the same term is
  added after the chains.
- The check against the value without learned bias keeps the bias's spread and takes out its mean only: a lower bar than
  leaving the bias out altogether.
- Scenario correlation is not in this package: it widens single-scenario residuals before they are declared
  (`uncertainty/model/scenario_error.py`).
- Components are plain numbers of the whole project: strata that differ in spread are for classes of `point_spread` and
  for the analytic form.
"""

if __name__ == "__main__":
    main()
