"""Write docs/deduction.md: what the deduction that issues keeps and costs, design by design.

The laboratory draws the campaigns and credits them. ``python scripts/pages/deduction.py`` makes the tables of the
closed forms again: three minutes. ``--posterior`` measures the posterior beside them first: twenty minutes more.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import chi2, qmc

from mollisol.laboratory.draws import BLOCK, Block, Group
from mollisol.laboratory.figures import price
from mollisol.laboratory.run import draw
from mollisol.laboratory.scenarios import scenarios_of
from mollisol.laboratory.schemes import design_variance
from mollisol.laboratory.terms import Terms
from mollisol.laboratory.world import World
from mollisol.laboratory.worlds import design_rows, world_of_design
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.deduction.sharp import (
    CONFIDENCE,
    DEFAULT,
    INSURED,
    LEAN,
    Campaign,
    sharp_deduction,
)
from mollisol.uncertainty.posterior.compiling import WIDE
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.measured import measured_specification
from mollisol.uncertainty.posterior.replicates import BELOW_CONFIDENCE, shared_spreads
from mollisol.uncertainty.scaling.spread_of_sites import LONE_SITE

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import ROOT, markdown, read_csv, write_csv

CAMPAIGNS = 100_000
CAMPAIGNS_OF_GRID = 5_000
CAMPAIGNS_OF_POSTERIOR = 400
CAMPAIGNS_OF_CORE = 20_000
DRAWS_OF_CORE = 1024
SEED = 20261201
TABLES = ROOT / "docs" / "figures" / "deduction"


type Credit = Callable[[Campaign], tuple[FloatArray, FloatArray]]
"""From campaigns to their means and what a form credits."""
type Row = Mapping[str, Any]
"""A design, as ``worlds.design_rows`` has it."""


class Kept(NamedTuple):
    """How often the truth was at least what was credited, and the mean credit over that of a judge who knows."""

    probability: float
    price: float
    campaigns: int


def grid() -> dict[str, Row]:
    """Return designs of 1 to 30 strata with 3 to 50 samples each, in landscapes that break one assumption each.

    Areas fall by 0.7 from stratum to stratum, to 5 % of the largest. A control site has five points; a baseline that is
    known is one site of forty points that differ by 0.01.
    """
    landscapes: dict[str, dict[str, Any]] = {
        "symmetric, baseline known": {},
        "tail of losses, skewness -1.75": {"skewness": -1.75, "tail": 0.5},
        "tail of gains, skewness +1.75": {"skewness": 1.75, "tail": 0.5},
        "one control site for all strata": {"points": [5]},
        "three control sites that differ (sd 3)": {"points": [5] * 3, "between_sites": 3.0, "links": "all"},
        "one site in each stratum, sites differ (sd 3)": {"between_sites": 3.0},
        "one control site, gains of skewness +1.75": {
            "points": [5],
            "skewness_of_points": 1.75,
            "tail": 0.5,
        },
        "long tail of losses, skewness -6.2": {"skewness": -6.2, "tail": 1.0},
        "one control site that differs (sd 3)": {"points": [5], "between_sites": 3.0},
    }
    made: dict[str, Row] = {}
    for landscape, strata, samples in itertools.product(landscapes, (1, 3, 10, 30), (3, 5, 10, 50)):
        given = dict(landscapes[landscape])
        if "each stratum" in landscape:
            if strata < 3:
                continue
            given["points"] = [5] * strata
        if "points" not in given:
            given |= {"points": [40], "spread_of_points": 0.01}
        name = f"{landscape}; {strata} x {samples}"
        area = [100 * max(0.7**number, 0.05) for number in range(strata)]
        row = {
            "name": name,
            "about": landscape,
            "kind": "open",
            "area_ha": area,
            "samples": [samples] * strata,
        }
        made[name] = row | given
    return made


def campaigns_of(world: World, campaigns: int, seed: int) -> Iterator[tuple[Block, Group, Campaign]]:
    """Yield campaigns of a design block by block, as the laboratory draws them."""
    for number, first in enumerate(range(0, campaigns, BLOCK)):
        block = Block(world, seed, number, min(BLOCK, campaigns - first))
        for group in block.groups(block.planned):
            yield block, group, Campaign(group.share, group.project, group.control, group.link)


def measure(row: Row, credits: Mapping[str, Credit], campaigns: int, seed: int) -> dict[str, Kept]:
    """Return how each form did on the same campaigns of a design."""
    held: dict[str, list[tuple[FloatArray, ...]]] = {name: [] for name in credits}
    for block, group, campaign in campaigns_of(world_of_design(row), campaigns, seed):
        known = np.sqrt(design_variance(group, block)[0])
        truth = block.truth[group.index]
        for name, credit in credits.items():
            held[name].append((truth, *credit(campaign), truth - float(ndtri(CONFIDENCE)) * known))
    kept = {}
    for name, parts in held.items():
        truth, mean, credited, oracle = (np.concatenate(part) for part in zip(*parts, strict=True))
        probability = float((truth >= credited).mean())
        kept[name] = Kept(probability, price(truth, mean, credited, oracle).value, truth.size)
    return kept


def sharp(campaign: Campaign) -> tuple[FloatArray, FloatArray]:
    """Return the sharp form."""
    found = sharp_deduction(campaign=campaign)
    return found.mean, found.credited


def posterior(campaign: Campaign) -> tuple[FloatArray, FloatArray]:
    """Return the exact engine below deduction A, one campaign after the other."""
    project = [np.asarray(x) for x in campaign.project_t_co2e_per_ha]
    control = [np.asarray(y) for y in campaign.control_t_co2e_per_ha]
    link = (np.asarray(campaign.link_weight).T > 0).astype(float)
    sharp_form = sharp_deduction(campaign=campaign)
    stratum = [h for h, x in enumerate(project) for _ in range(x.shape[1])]
    deducted = np.empty(len(sharp_form.mean))
    for place in range(len(deducted)):
        specification = measured_specification(
            area_ha=np.asarray(campaign.area_ha),
            project_change_t_co2e_per_ha=np.concatenate([x[place] for x in project]),
            project_stratum=stratum,
            project_unit=list(range(len(stratum))),
            control_change_t_co2e_per_ha=np.concatenate([y[place] for y in control]),
            control_site=[c for c, y in enumerate(control) for _ in range(y.shape[1])],
            site_link=link,
            prior="means",
        )
        found = posterior_of_change(specification, confidence=CONFIDENCE - BELOW_CONFIDENCE, checks=False)
        deducted[place] = found.mean - found.credited
    return sharp_form.mean, sharp_form.mean - np.maximum(sharp_form.a, deducted)


def core(campaign: Campaign) -> tuple[FloatArray, FloatArray]:
    """Return the same posterior as the sum of Student's t that it is where points share no error."""
    area = np.asarray(campaign.area_ha)
    project = [np.asarray(x) for x in campaign.project_t_co2e_per_ha]
    units = np.array([x.shape[-1] for x in project])
    share, own = area / area.sum(), np.stack([x.var(axis=-1, ddof=1) for x in project], axis=-1)
    spread = shared_spreads(area, units)
    parts: list[tuple[FloatArray, int]] = []
    for code in np.unique(spread):
        of = spread == code
        freedom = int((units[of] - 1).sum())
        pooled = own[:, of] @ (units[of] - 1.0) / freedom
        parts.append((pooled * float((share[of] ** 2 / units[of]).sum()), freedom))
    found = sharp_deduction(campaign=campaign)
    if campaign.control_t_co2e_per_ha:
        lever = share @ np.asarray(campaign.link_weight)
        control = [np.asarray(y) for y in campaign.control_t_co2e_per_ha]
        if found.site_freedom:
            parts.append((found.site_variance * float((lever**2).sum()), found.site_freedom))
        else:
            points = control[0].shape[-1]
            parts.append((LONE_SITE * control[0].var(axis=-1, ddof=1) / points, points - 1))
    uniform = qmc.Sobol(2 * len(parts), rng=np.random.default_rng(3)).random(DRAWS_OF_CORE)
    standard = []
    for place, (_, freedom) in enumerate(parts):
        # the prior on a spread ends at ten times what its replicates show
        least = chi2.cdf(freedom / WIDE[1] ** 2, freedom)
        square = chi2.ppf(least + (1 - least) * uniform[:, 2 * place], freedom)
        standard.append(ndtri(uniform[:, 2 * place + 1]) * np.sqrt(freedom / square))
    level = CONFIDENCE - BELOW_CONFIDENCE
    deducted = np.concatenate(
        [
            np.quantile(
                sum(
                    np.sqrt(variance[first : first + 2000, None]) * t
                    for (variance, _), t in zip(parts, standard, strict=True)
                ),
                level,
                axis=1,
            )
            for first in range(0, len(found.mean), 2000)
        ]
    )
    return found.mean, found.mean - np.maximum(found.a, deducted)


PAGE = """<!-- Made by scripts/pages/deduction.py. Do not edit: change the script and run it. -->

# The deduction that issues

## On half a page

What is credited is the mean change (project minus control sites) less **the largest of three deductions**, all of
them closed formulas of the samples: no prior, no draws, no seed.

- **The moment form** is the methodology's: Student's t(2/3) times the standard error, with Satterthwaite's degrees
  of freedom; control sites that stand for the same strata are the replicates. Nothing is credited above it.
- **Deduction A** is the same with the points of each control site as replicates, *lengthened where the samples show
  a tail that over-credits*: losses in the project, gains at the control sites. Few samples with a long tail of
  losses make mean and standard error too good in the same campaign. The skewness, pooled over the project, must
  pass what chance gives (1.25 standard deviations of a normal sample's skewness); what lies beyond is lengthened by
  1 + 60/N, since few samples show too little of it, and goes into Johnson's term: (t + λ (2t² + 1)/6) × SE.
- **Deduction B** takes *the mean change of each control site as one replicate*. The spread of these means holds
  whatever differs between sites, so that nothing has to be estimated apart. A control site that stands alone has no
  such spread: there its own variance counts 1.5 times, and a note says what difference between sites that covers.

Errors that points share (a laboratory's batch, a density, a calibration) are declared, and their variance stands in
A and in B. Errors of single points are already in the spread between points, and are not added again.

Where points share declared errors the posterior stands in the place of B, below A; where no control sites measured the
baseline (a modelled or a hybrid one) it issues below the moment form. Everywhere else it is information: *With the
posterior* below says why.

Steps, with their equations: `mollisol explain BUNDLE sharp_credited`. In the code:
`uncertainty/deduction/sharp.py`.

## The promise

P(truth ≥ credited) = 2/3 **over all campaigns, issued or refused**. It is not the promise among those that issue:
the eligibility bar lets lucky estimates through. Coverage alone is not enough either: the *price* is the mean
credit over that of a judge who knows the true standard error, so that 0.98 means that caution costs 2 % of the
credit.

The [laboratory](laboratory.md) draws the campaigns and credits them by the rules of the product: each design is a world
(`mollisol lab run design-A` has its coverage as `p_all`, and its price). Each cell is coverage / price, over
{campaigns} campaigns (error 0.0015), true change 9 t CO2e/ha, populations infinite, normal unless it says otherwise.
"Baseline known" is one control site of 40 points that differ by 0.5. S1 to S5 are designs that no constant was searched
on.

### Regular designs

Asked of the default: 0.657 to 0.705 at a price of 0.965 or more.

{regular}

S3 misses both: two control sites carry four fifths of the variance, and the larger of two deductions, both on few
degrees of freedom, covers more than either. The specification's own form has 0.715 at 0.965 there. A third site mends
it (S2).

### What is wrong, and the samples can tell

Asked: 0.647 or more. In H and T what is wrong credits too little.

{irregular}

### What stays open

The samples cannot tell, or only partly, and no form could: three values have one figure of shape; one control site
says nothing of how sites differ. A form that closed these would take as much where nothing is wrong. A note on the
run gives the size. Nothing here is below the moment form.

{open}

Which number of samples closes what: ten project samples for the mild tail (0.645), fifty for gamma -2.5; three
control sites in place of one end L1 to L3 (G, K, O above).

### A grid

{grid_count} designs: 1, 3, 10 and 30 strata (areas fall by 0.7 from stratum to stratum), 3, 5, 10 and 50 samples each,
{campaigns_of_grid} campaigns each (error 0.007). Lowest to highest coverage; lowest price.

{grid}

## Few samples

From ten project samples on the setting is `default` (`mollisol.sharp.setting`), below ten it is `insured`
(`mollisol.sharp.setting-of-few-samples`, `mollisol.sharp.few-samples`). A registry can choose otherwise: the tables
above have the price of each. `insured` keeps 0.64 to 0.65 with a mild tail even at three samples, and costs 6 to 11
% of the credit of a regular project of three (n3 and F); `lean` is the cheapest, and believes a tail late.

| setting | gate | a lone site counts |
|---|---|---|
| lean | 1.75 | 1.0 |
| default | 1.25 | 1.5 |
| insured | 0.5 | 1.7 |

## The constants

| constant | value | what fixed it |
|---|---|---|
| level of A | 2/3 | the methodology's: it makes A at least the moment form by points |
| level of B | 0.0117 below | the larger of two covers more than either; 0.655 puts the pair at 0.68 to 0.70 |
| gate | 1.25 | opens by chance in about one normal campaign of ten, and never with three samples |
| length | 1 + 60/N, at most 5 | samples show too little of their skewness (true 2.5: 1.0 at N = 5, 1.7 at 20) |
| a lone site | 1.5 | puts a design that is all control variance at 0.69; 1.7 at 0.70, 1.0 at 0.667 |

Gate, length and cap come from a search over some 2,500 settings. The optimum is flat: (30, gate 1.0), (120, 1.5)
and caps of 4 to 9 differ by less than 0.005 in coverage and 0.4 % in price; B at 2/3 would cost 0.3 to 0.5 %.

The search ran on normal, gamma and lognormal changes in the designs of this page; ten designs that it did not see
kept 0.649 to 0.689 at prices of 0.956 to 1.002. Specification, search and the vectors that hold the code: a study
of this project (November 2026); `tests/uncertainty/deduction/sharp_vectors.toml` has ten data sets from two
independent implementations.

Against the specification one thing was added: its moment form takes points of control sites as replicates, this
product's takes sites where several stand for the same strata. Both are ceilings here, so that the credit is never
above what the report prints as the moment form. Where several sites stand for the same strata (J, N, K, O, S2 to S4) it
raises the coverage by up to 0.010 and costs 0.2 to 1 % of the credit: N has a price of {price_of_n} where the
specification asks for 0.99, and 0.992 without. The tables above are of what issues.

## With the posterior

The posterior ([posterior](posterior.md)) takes the means of units and of control sites as its data, with a prior that
is flat on the logarithm of their spread. It issues below deduction A where points share declared errors, which it
learns together with the spread; where no control site measured the baseline (below the moment form), at the full
confidence. Everywhere else B issues and the posterior is shown beside it, for B is as good and needs no prior.

What it keeps and costs beside A, at its level of 0.645, against B at 0.655, both without the moment form above;
coverage / price on the same {campaigns_of_core} campaigns (error 0.003). Where points share no error it is a sum of
independent Student's t, one for each spread, and the table is made from that.

{core}

It lies within {worst_coverage:.3f} of B in coverage and {worst_price:.3f} in price in every design. The bars of the
default are missed by {misses}. There too deduction B issues and the posterior is shown beside it: what
decides is whether points share a declared error, and not which design it is. Where they do, the posterior issues in
such designs too, at about the figures of the table.

The exact engine itself, its own integration over the spreads, in each of the {engine_designs} designs,
{campaigns_of_posterior} campaigns each (error {posterior_error}). On the same campaigns its price is within
{engine_price:.4f} of that of the sum, so that the table above, of fifty times as many campaigns, holds for it:

{posterior}

{constants}

Before, the prior was half-normal on each standard deviation, with twice the spread of the changes as its scale: with
one site it kept 0.79 (E), 0.85 (L0) and 0.81 (U), at 0.88, 0.86 and 0.73 of the oracle's credit.

## Limits

Samples of a stratum are taken as independent: spatial dependence, units chosen for their result and control sites
that are not comparable are outside any of these forms. For unequal control sites B is approximate (design Q)."""

CONSTANTS_OF_CORE = (
    (
        "level",
        "0.0217 below the confidence",
        "of 0.630, 0.640, 0.645, 0.650 and 0.655 (20,000 campaigns each, without the ends of the prior): at 0.655 two "
        "sites keep 0.714 (J) and small unequal strata 0.724 (B), at 0.640 sites that differ 0.650 (O), at 0.630 0.641",
    ),
    (
        "units from which a stratum has its own spread",
        "5",
        "a spread for each stratum keeps 0.84 in C and 0.73 in M, one from 3 units on 0.73 in M; from 4 or 5 on, or "
        "one for all, no design differs by more than 0.004 (4,000 campaigns each)",
    ),
    (
        "spreads of the project",
        "3",
        "the two strata that are heaviest by area squared over units, and all others together: with sites and a model "
        "eight spreads, the most that the engine integrates",
    ),
    (
        "ends of the prior",
        "0.01 and 10",
        "times the spread that is seen; the upper end takes 0.004 off the coverage of two sites (J), the lower nothing",
    ),
    ("a lone site", "1.5", "as in B"),
)

_PRODUCT = replace(scenarios_of([], [])[0].terms, few=0.0)
FORMS: dict[str, Terms] = {
    "moment": replace(_PRODUCT, form="moment"),
    "printed": replace(_PRODUCT, form="moment", shared_control="printed"),
    "lean": replace(_PRODUCT, setting=LEAN),
    "default": replace(_PRODUCT, setting=DEFAULT),
    "insured": replace(_PRODUCT, setting=INSURED),
}
"""What the laboratory credits by: values of the rules, one setting for all numbers of samples."""


def rows_of(name: str, kept: Mapping[str, Kept]) -> list[dict[str, str]]:
    """Return a row for each form of a design."""
    return [
        {
            "design": name,
            "form": form,
            "probability": f"{held.probability:.4f}",
            "price": f"{held.price:.4f}",
            "campaigns": str(held.campaigns),
        }
        for form, held in kept.items()
    ]


def credited(row: Row, forms: Mapping[str, Terms], campaigns: int) -> dict[str, Kept]:
    """Return how the rules of the product did in a design: a run of the laboratory."""
    drawn = draw(world_of_design(row), list(forms.values()), seed=SEED, projects=campaigns)
    truth = drawn.projects["truth"]
    return {
        form: Kept(
            float((truth >= drawn.credits[place].credited).mean()), drawn.price(place).value, truth.size
        )
        for place, form in enumerate(forms)
    }


type Found = dict[tuple[str, str], dict[str, str]]


def found(name: str) -> Found:
    """Return a table that was measured, by design and form."""
    return {(row["design"], row["form"]): row for row in read_csv(TABLES / name)}


def pair(row: dict[str, str]) -> str:
    """Return coverage and price of a row."""
    return f"{float(row['probability']):.3f} / {float(row['price']):.3f}"


def of_kind(measured: Found, chosen: Callable[[str], bool]) -> str:
    """Return the table of some designs."""
    of = {name: row for name, row in design_rows().items() if chosen(row["kind"])}
    head = ("", "design", "moment", "lean", "**default**", "insured")
    rows = []
    for name, row in of.items():
        cells = [pair(measured[name, form]) for form in ("moment", "lean", "default", "insured")]
        cells[2] = f"**{cells[2]}**"
        rows.append((name, row["about"], *cells))
    return "\n".join(markdown(head, rows))


def of_grid(measured: Found) -> str:
    """Return, for each landscape of the grid, the lowest and highest coverage and the lowest price."""
    rows: dict[str, dict[str, list[dict[str, str]]]] = {}
    for (name, form), row in measured.items():
        rows.setdefault(name.partition(";")[0], {}).setdefault(form, []).append(row)
    lines = []
    for landscape, forms in rows.items():
        cells = []
        for form in ("moment", "default", "insured"):
            kept = [float(row["probability"]) for row in forms[form]]
            price = min(float(row["price"]) for row in forms[form])
            cells.append(f"{min(kept):.3f} to {max(kept):.3f}; {price:.3f}")
        lines.append((landscape, *cells))
    return "\n".join(markdown(("landscape", "moment", "default", "insured"), lines))


def of_core(measured: Found) -> str:
    """Return the posterior beside the sharp form on the same campaigns, design by design."""
    rows = [
        (name, row["about"], pair(measured[name, "default"]), pair(measured[name, "core"]))
        for name, row in design_rows().items()
    ]
    return "\n".join(markdown(("", "design", "A and B", "A and the posterior"), rows))


def of_posterior(measured: Found) -> str:
    """Return the exact engine beside the sum of Student's t on the same campaigns."""
    forms = ("default", "core", "posterior")
    names = dict.fromkeys(name for name, _ in measured)
    rows = [(name, *(pair(measured[name, form]) for form in forms)) for name in names]
    return "\n".join(markdown(("", "A and B", "A and the sum", "A and the engine"), rows))


def farthest(measured: Found, figure: str) -> float:
    """Return by how much the posterior and B differ in the worst design."""
    return max(
        abs(float(measured[name, "core"][figure]) - float(measured[name, "default"][figure]))
        for name in design_rows()
    )


def misses(measured: Found) -> str:
    """Return the designs in which the posterior misses a bar of the default, two errors of the coverage allowed."""
    told = []
    for name, row in design_rows().items():
        kind = row["kind"]
        kept, cost = (float(measured[name, "core"][figure]) for figure in ("probability", "price"))
        least = {"regular": 0.657, "sites differ": 0.647, "tail": 0.647}.get(kind, 0.0)
        cheap = {"regular": 0.965, "sites differ": 0.98, "tail": 0.91}.get(kind, 0.0)
        most = 0.705 if kind == "regular" else 1.0
        if not least - 0.007 <= kept <= most + 0.007 or cost < cheap:
            told.append(f"{name} ({pair(measured[name, 'core'])})")
    return ", ".join(told) or "no design"


def page() -> str:
    """Return the page from the tables that were measured."""
    measured, engine = found("designs.csv"), found("posterior.csv")
    return PAGE.format(
        campaigns=f"{CAMPAIGNS:,}",
        campaigns_of_grid=f"{CAMPAIGNS_OF_GRID:,}",
        campaigns_of_posterior=CAMPAIGNS_OF_POSTERIOR,
        posterior_error=f"{np.sqrt(2 / 9 / CAMPAIGNS_OF_POSTERIOR):.3f}",
        regular=of_kind(measured, lambda kind: kind == "regular"),
        irregular=of_kind(measured, lambda kind: kind not in ("regular", "open")),
        open=of_kind(measured, lambda kind: kind == "open"),
        grid=of_grid(found("grid.csv")),
        grid_count=len(grid()),
        posterior=of_posterior(engine),
        campaigns_of_core=f"{CAMPAIGNS_OF_CORE:,}",
        core=of_core(found("core.csv")),
        engine_designs=len({name for name, _ in engine}),
        price_of_n=measured["N", "default"]["price"],
        engine_price=max(
            abs(float(row["price"]) - float(engine[name, "core"]["price"]))
            for (name, form), row in engine.items()
            if form == "posterior"
        ),
        worst_coverage=farthest(found("core.csv"), "probability"),
        worst_price=farthest(found("core.csv"), "price"),
        misses=misses(found("core.csv")),
        constants="\n".join(markdown(("constant", "value", "what fixed it"), CONSTANTS_OF_CORE)),
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posterior", action="store_true")
    designs = design_rows()
    if parser.parse_args().posterior:
        for name, forms, campaigns in (
            ("core.csv", {"default": sharp, "core": core}, CAMPAIGNS_OF_CORE),
            (
                "posterior.csv",
                {"default": sharp, "core": core, "posterior": posterior},
                CAMPAIGNS_OF_POSTERIOR,
            ),
        ):
            rows = [
                line
                for design, row in designs.items()
                for line in rows_of(design, measure(row, forms, campaigns, SEED))
            ]
            write_csv(TABLES / name, rows)
    few = {name: FORMS[name] for name in ("moment", "default", "insured")}
    for name, of, terms, campaigns in (
        ("designs.csv", designs, FORMS, CAMPAIGNS),
        ("grid.csv", grid(), few, CAMPAIGNS_OF_GRID),
    ):
        rows = [
            line for design, row in of.items() for line in rows_of(design, credited(row, terms, campaigns))
        ]
        write_csv(TABLES / name, rows)
    (ROOT / "docs" / "deduction.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
