"""Work out Woburn by hand and write docs/woburn-ley.md with its figure.

Plain numpy on the archive's rows; no code of the engine is used, so that ``tests/examples`` can hold the
engine against it. ``python scripts/pages/woburn_ley.py [DOCS]`` writes the page; a test checks that it is
fresh.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.special import stdtr, stdtrit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import save_figure

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "examples" / "woburn-ley" / "source" / "woburn_ley_arable.csv"

CO2E_PER_C = 44 / 12
BLOCKS = ("1", "2", "3", "4", "5")
OFFSET = {"3": 0, "5": 1, "4": 2, "2": 3, "1": 4}
CYCLES = tuple(range(1955, 2006, 5))
DEPTH_CM = 25.0
DENSEST_T_PER_HA = 100 * DEPTH_CM * 1.508
LEY_T_PER_HA = 100 * DEPTH_CM * 1.388

HISTORIES = {
    "Ah": "AB",
    "Ar": "AF",
    "L": "Ln3",
    "Lu": "Lc3",
    "Ar/Lu": "LLn8 1st",
    "Ah/L": "LLc8 1st",
    "Lu/Ar": "LLn8 2nd",
    "L/Ah": "LLc8 2nd",
}
"""Rotation of 1938, which no plot ever left for another plot's, and what it became in the 1970s."""
PROJECTS: dict[str, tuple[str, ...]] = {
    "LLn8 2nd + LLc8 2nd": ("Lu/Ar", "L/Ah"),
    "LLn8 2nd": ("Lu/Ar",),
    "LLc8 2nd": ("L/Ah",),
    "LLn8 1st + LLc8 1st": ("Ar/Lu", "Ah/L"),
    "LLn8 1st": ("Ar/Lu",),
    "LLc8 1st": ("Ah/L",),
    "Ln3 + Lc3": ("L", "Lu"),
    "Ln3": ("L",),
    "Lc3": ("Lu",),
}
CONTROLS: dict[str, tuple[str, ...]] = {"AB": ("Ah",), "AF": ("Ar",), "AB + AF": ("Ah", "Ar")}

CHOSEN = ("LLn8 2nd + LLc8 2nd", "AB")
CHOSEN_CYCLES = (1975, 1980)


@dataclass(frozen=True)
class Sample:
    """One plot in one year."""

    percent: float
    density: float
    manured: bool


@dataclass(frozen=True)
class Answer:
    """Mean difference of change over five years, t CO2e/ha, and what is credited of it."""

    mean: float
    error: float
    df: float
    project: float
    control: float

    @property
    def credited(self) -> float:
        """Mean less t(2/3) standard errors."""
        return self.mean - float(stdtrit(self.df, 2 / 3)) * self.error

    @property
    def half_width_percent(self) -> float:
        """Two-sided 90 % half-width, per cent of the mean's size."""
        return 100 * float(stdtrit(self.df, 0.95)) * self.error / abs(self.mean)

    @property
    def passes(self) -> bool:
        """Whether the half-width is at most as large as the mean."""
        return self.half_width_percent <= 100


class Archive:
    """The archive's rows: plots, blocks, rotations of 1938 and samples by plot and year."""

    def __init__(self, path: Path = SOURCE) -> None:
        self.samples: dict[tuple[int, int], Sample] = {}
        self.block: dict[int, str] = {}
        self.history: dict[int, str] = {}
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                plot, year = int(row["plot"]), int(row["year"])
                if year == 1938:
                    self.block[plot], self.history[plot] = row["block"], row["rotation"]
                    continue
                self.samples[plot, year] = Sample(
                    float(row["soc_percent"]),
                    float(row["bulk_density_g_per_cm3"]),
                    row["farmyard_manure_1941_1967"].lower() == "fym",
                )

    def plots(self, histories: tuple[str, ...], block: str) -> list[int]:
        """Give the plots of a block that began with one of the rotations."""
        return [p for p, b in sorted(self.block.items()) if b == block and self.history[p] in histories]

    def sample(self, plot: int, cycle: int) -> Sample:
        """Give the sample of a plot in the five-year cycle that begins in a year."""
        return self.samples[plot, cycle + OFFSET[self.block[plot]]]


def at_mass(mass_t_per_ha: float) -> Callable[[Sample], float]:
    """Carbon stock at one soil mass, t C/ha: with a single increment, concentration times mass."""
    return lambda sample: sample.percent / 100 * mass_t_per_ha


def at_depth(sample: Sample) -> float:
    """Carbon stock at fixed depth with the plot's own density, t C/ha."""
    return sample.percent / 100 * sample.density * 100 * DEPTH_CM


def differences(
    archive: Archive,
    project: tuple[str, ...],
    control: tuple[str, ...],
    cycle: int,
    stock: Callable[[Sample], float],
    keep: Callable[[Sample], bool] = lambda sample: True,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give for each block the five-year changes of its project and of its control plots, t CO2e/ha."""

    def changes(histories: tuple[str, ...], block: str) -> np.ndarray:
        return np.array(
            [
                CO2E_PER_C * (stock(archive.sample(p, cycle + 5)) - stock(archive.sample(p, cycle)))
                for p in archive.plots(histories, block)
                if keep(archive.sample(p, cycle))
            ]
        )

    return [(changes(project, block), changes(control, block)) for block in BLOCKS]


def answer(blocks: list[tuple[np.ndarray, np.ndarray]]) -> Answer:
    """Blocks as strata of one size; plots as replicates within them; Satterthwaite degrees of freedom."""
    weight = 1 / len(blocks)
    project = weight * sum(float(p.mean()) for p, _ in blocks)
    control = weight * sum(float(c.mean()) for _, c in blocks)
    groups = [group for pair in blocks for group in pair]
    terms = np.array([weight**2 * group.var(ddof=1) / len(group) for group in groups])
    freedom = np.array([len(group) - 1 for group in groups])
    variance = float(terms.sum())
    df = variance**2 / float((terms**2 / freedom).sum())
    return Answer(project - control, variance**0.5, df, project, control)


def answer_by_block(blocks: list[tuple[np.ndarray, np.ndarray]]) -> Answer:
    """Blocks as the replicates: the spread of five differences."""
    project = np.array([p.mean() for p, _ in blocks])
    control = np.array([c.mean() for _, c in blocks])
    error = float((project - control).std(ddof=1)) / len(blocks) ** 0.5
    means = float(project.mean()), float(control.mean())
    return Answer(means[0] - means[1], error, len(blocks) - 1, *means)


def pair(archive: Archive, project: str, control: str, cycle: int, mass: float = DENSEST_T_PER_HA) -> Answer:
    """Work out one pair of cycles and rotations."""
    return answer(differences(archive, PROJECTS[project], CONTROLS[control], cycle, at_mass(mass)))


def welch(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    """Give t, degrees of freedom and two-sided p of Welch's test."""
    terms = np.array([sample.var(ddof=1) / len(sample) for sample in (one, other)])
    freedom = np.array([len(one) - 1, len(other) - 1])
    t = float((one.mean() - other.mean()) / terms.sum() ** 0.5)
    df = float(terms.sum() ** 2 / (terms**2 / freedom).sum())
    return t, df, 2 * float(stdtr(df, -abs(t)))


def start_percent(archive: Archive, histories: tuple[str, ...], blocks: tuple[str, ...]) -> np.ndarray:
    """Give the carbon of the plots in the first campaign of the example, per cent by mass."""
    return np.array(
        [
            archive.sample(plot, CHOSEN_CYCLES[0]).percent
            for block in blocks
            for plot in archive.plots(histories, block)
        ]
    )


def cycle_name(cycle: int) -> str:
    """Name a cycle: 1975-79."""
    return f"{cycle}-{(cycle + 4) % 100:02d}"


def interval_name(cycle: int) -> str:
    """Name the interval that begins with a cycle."""
    return f"{cycle_name(cycle)} to {cycle_name(cycle + 5)}"


def verdict(result: Answer) -> str:
    """Say what today's rules would do."""
    if not result.passes:
        return "refused: fails the bar"
    return "credited" if result.credited > 0 else "loss"


def all_pairs(archive: Archive) -> list[tuple[int, str, str, Answer]]:
    """Work out every pair of consecutive cycles, project group and control group."""
    return [
        (cycle, project, control, pair(archive, project, control, cycle))
        for cycle in CYCLES[:-1]
        for project in PROJECTS
        for control in CONTROLS
    ]


def periods_table(archive: Archive) -> str:
    """Give the two periods of the example."""
    lines = [
        "| period | campaigns | project | control | difference | SE | df | credited | 90 % half-width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for number, cycle in enumerate(CHOSEN_CYCLES, start=1):
        a = pair(archive, *CHOSEN, cycle)
        lines.append(
            f"| {number} | {interval_name(cycle)} | {a.project:+.2f} | {a.control:+.2f} | {a.mean:.2f} "
            f"| {a.error:.2f} | {a.df:.1f} | **{a.credited:.2f}** | {a.half_width_percent:.0f} % |"
        )
    return "\n".join(lines)


def readings_table(archive: Archive) -> str:
    """Give other readings of the same two periods."""
    project, control = PROJECTS[CHOSEN[0]], CONTROLS[CHOSEN[1]]

    def by_block(cycle: int, keep: Callable[[Sample], bool]) -> Answer:
        stock = at_mass(DENSEST_T_PER_HA)
        return answer_by_block(differences(archive, project, control, cycle, stock, keep))

    readings: list[tuple[str, list[Answer]]] = [
        (
            "as above: mass of the densest profile, 3770 t/ha",
            [pair(archive, *CHOSEN, c) for c in CHOSEN_CYCLES],
        ),
        (
            "mass of the ley plots, 3470 t/ha: nothing beyond the sample",
            [pair(archive, *CHOSEN, c, LEY_T_PER_HA) for c in CHOSEN_CYCLES],
        ),
        (
            "fixed depth 25 cm, each plot with its own density",
            [answer(differences(archive, project, control, c, at_depth)) for c in CHOSEN_CYCLES],
        ),
        (
            "as above, the five blocks as replicates",
            [by_block(c, lambda sample: True) for c in CHOSEN_CYCLES],
        ),
        (
            "only plots that never had farmyard manure, blocks as replicates",
            [by_block(c, lambda sample: not sample.manured) for c in CHOSEN_CYCLES],
        ),
        (
            "only plots that had farmyard manure until 1967, blocks as replicates",
            [by_block(c, lambda sample: sample.manured) for c in CHOSEN_CYCLES],
        ),
    ]
    lines = ["| reading | period 1 | SE | df | credited | period 2 | SE | df | credited |", "|---" * 9 + "|"]
    for name, answers in readings:
        cells = " | ".join(f"{a.mean:.2f} | {a.error:.2f} | {a.df:.1f} | {a.credited:.2f}" for a in answers)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def pairs_table(pairs: list[tuple[int, str, str, Answer]]) -> str:
    """Give all pairs in one table; the two of the example are bold."""
    lines = [
        "| interval | project | control | difference | SE | df | credited | 90 % half-width | today |",
        "|---" * 9 + "|",
    ]
    for cycle, project, control, a in pairs:
        cells = [
            interval_name(cycle),
            project,
            control,
            f"{a.mean:.2f}",
            f"{a.error:.2f}",
            f"{a.df:.1f}",
            f"{a.credited:.2f}",
            f"{a.half_width_percent:.0f} %" if a.half_width_percent < 10_000 else "over 10000 %",
            verdict(a),
        ]
        if (project, control) == CHOSEN and cycle in CHOSEN_CYCLES:
            cells = [f"**{cell}**" for cell in cells]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def counts_table(pairs: list[tuple[int, str, str, Answer]]) -> str:
    """Count the verdicts, by interval and in all."""
    kinds = ("credited", "loss", "refused: fails the bar")
    lines = [
        "| interval | pairs | credited | loss, passes the bar | refused, above 0 | refused, below 0 |",
        "|---" * 6 + "|",
    ]
    for cycle in (*CYCLES[:-1], None):
        some = [a for c, _, _, a in pairs if cycle in (c, None)]
        credited, loss, refused = ([a for a in some if verdict(a) == kind] for kind in kinds)
        above = sum(a.credited > 0 for a in refused)
        name = "all" if cycle is None else interval_name(cycle)
        cells = [name, len(some), len(credited), len(loss), above, len(refused) - above]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def start_table(archive: Archive) -> str:
    """Compare project and control at the start, in all and by block."""
    lines = ["| | project, % | control, % | t | df | p |", "|---" * 6 + "|"]
    for name, blocks in (("all blocks", BLOCKS), *((f"block {block}", (block,)) for block in BLOCKS)):
        project = start_percent(archive, PROJECTS[CHOSEN[0]], blocks)
        control = start_percent(archive, CONTROLS[CHOSEN[1]], blocks)
        t, df, p = welch(project, control)
        lines.append(
            f"| {name} | {project.mean():.3f} | {control.mean():.3f} | {t:.2f} | {df:.1f} | {p:.3f} |"
        )
    return "\n".join(lines)


def figure(pairs: list[tuple[int, str, str, Answer]]) -> Figure:
    """Draw the credited amount of every pair by interval."""
    drawing = Figure(figsize=(9, 4.8), layout="constrained")
    axes = drawing.subplots()
    looks = {
        "credited": {"marker": "o", "facecolor": "#0072b2", "edgecolor": "#0072b2"},
        "loss": {"marker": "v", "facecolor": "#d55e00", "edgecolor": "#d55e00"},
        "refused: fails the bar": {"marker": "o", "facecolor": "none", "edgecolor": "#8a8a8a"},
    }
    labels = {
        "credited": "credited",
        "loss": "loss, passes the bar",
        "refused: fails the bar": "refused: half-width over 100 %",
    }
    slots = [(project, control) for project in PROJECTS for control in CONTROLS]
    for kind, look in looks.items():
        some = [item for item in pairs if verdict(item[3]) == kind]
        x = [
            (cycle - CYCLES[0]) / 5 + 0.76 * (slots.index((project, control)) / (len(slots) - 1) - 0.5)
            for cycle, project, control, _ in some
        ]
        count = f"{labels[kind]} ({len(some)})"
        axes.scatter(x, [item[3].credited for item in some], s=22, linewidth=1, label=count, **look)
    for cycle in CHOSEN_CYCLES:
        a = next(r for c, project, control, r in pairs if (project, control) == CHOSEN and c == cycle)
        x0 = (cycle - CYCLES[0]) / 5 - 0.38
        label = "the two periods of the example" if cycle == CHOSEN_CYCLES[0] else None
        axes.scatter(
            [x0], [a.credited], s=130, facecolor="none", edgecolor="black", linewidth=1.4, label=label
        )
    axes.axhline(0, color="black", linewidth=0.8)
    for edge in range(len(CYCLES) - 2):
        axes.axvline(edge + 0.5, color="#e2e2e2", linewidth=0.8, zorder=0)
    names = [f"{cycle_name(c)}\nto {cycle_name(c + 5)}" for c in CYCLES[:-1]]
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_xlim(-0.55, len(names) - 0.45)
    axes.set_ylabel("credited, t CO2e/ha in five years")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    return drawing


def page(archive: Archive) -> str:
    """Write the page."""
    pairs = all_pairs(archive)
    results = [a for *_, a in pairs]
    credited = sorted((a.credited for a in results if verdict(a) == "credited"), reverse=True)
    refused = [a for a in results if not a.passes]
    losses = [a for a in results if verdict(a) == "loss"]
    ours = [pair(archive, *CHOSEN, cycle) for cycle in CHOSEN_CYCLES]
    ranks = [1 + sum(value > a.credited for value in credited) for a in ours]
    ley = [pair(archive, *CHOSEN, cycle, LEY_T_PER_HA).mean for cycle in CHOSEN_CYCLES]
    ratio = DENSEST_T_PER_HA / LEY_T_PER_HA
    beyond = 100 * (ratio - 1)
    above, below = (sum(sign * a.credited > 0 for a in results) for sign in (1, -1))
    kind = [sum(verdict(a) == "credited" for c, *_, a in pairs if c == cycle) for cycle in CHOSEN_CYCLES]
    series = ", ".join(f"{pair(archive, *CHOSEN, c).mean:+.1f}" for c in CYCLES[4:-1])
    project = start_percent(archive, PROJECTS[CHOSEN[0]], BLOCKS)
    control = start_percent(archive, CONTROLS[CHOSEN[1]], BLOCKS)
    _, _, p_start = welch(project, control)
    ahead = float(project.mean() - control.mean())
    shift = (1 / 0.95 - 1) * ahead / 100 * DENSEST_T_PER_HA * CO2E_PER_C
    everyone = [
        np.mean([archive.sample(plot, cycle).percent for plot in archive.block]) for cycle in CHOSEN_CYCLES
    ]
    by_block = answer_by_block(
        differences(
            archive, PROJECTS[CHOSEN[0]], CONTROLS[CHOSEN[1]], CHOSEN_CYCLES[0], at_mass(DENSEST_T_PER_HA)
        )
    )
    return f"""\
<!-- Made by scripts/pages/woburn_ley.py. Do not edit: change the script and run it. -->

# Woburn: eight-year leys against arable

**History replayed under today's rules. This is not an issued project.** Nobody proposed it, nobody audited
it, and no unit comes from it. It shows what today's arithmetic makes of real soil data, and how far the
answer depends on what is compared.

Data: Poulton, Johnston, Gregory and Glendining (2022), Woburn Ley-arable experiment soil organic carbon,
1938-2009, electronic Rothamsted Archive, DOI 10.23637/wrn3-soc3809-01, Rothamsted Research, CC BY 4.0.
Reshaped, and compared here.

## The two periods

The project is the twenty plots that went from an arable rotation into eight-year leys from 1978 on, one block
after another (the second cycle: grass with nitrogen LLn8, grass and clover LLc8). The control is the ten
arable plots AB of the same blocks. The five blocks are the strata, all of one size. Each is sampled every
five years, in a year of its own: three years before its ley is sown, in the third year of the ley, in its
eighth year. All numbers are t CO2e/ha over five years, on one soil mass.

{periods_table(archive)}

- **Period 1 is mostly the control's loss.** The project plots themselves lost a little; the arable plots lost
  much more. As the project's own carbon has not risen since the start, these are reductions, not removals.
- **Period 2 is a gain.** The ley plots gained more than the arable plots did. The spread between the two
  control plots of block 5 makes most of the error: {ours[1].df:.1f} degrees of freedom.

Variance: the plots of a block are the replicates, project and control apart (VM0042 Eqs. 70 and 71), with
Satterthwaite degrees of freedom. Credited: the mean less t(2/3) standard errors. The bar: the two-sided 90 %
half-width, with the same degrees of freedom, may not exceed the size of the mean. This is the methodology's moment
form, and here what issues too: two control sites stand for each block, and no tail shows
([the deduction](deduction.md)).

## What is nominal, and what to keep in mind

- **Areas** of 20 ha for each block, the outlines, the day of sampling, the distance of the control sites and
  the risk rating are ours. Nothing per hectare depends on them, but the weights do: blocks of other sizes
  would give another mean.
- **Depth** is 25 cm, not 30: the archive holds no more. The project declares it as a deviation.
- **Density** is not measured. The archive gives 1.508 g/cm3 for arable plots and 1.388 for plots with ley;
  the project plots carry the ley value in all three campaigns, already three years before their ley. So
  nothing here is a change of density. It enters through the reference mass only: the densest profile has 3770
  t/ha, the project plots were sampled to 3470 t/ha, and their carbon is carried on {beyond:.1f} % beyond the
  sample at the concentration of the layer. That multiplies every amount on this page by {ratio:.3f} against a
  reference of 3470 t/ha, and flatters a gain where the soil below holds less.
- **Two laboratory methods.** The archive names Tinsley's wet oxidation until 1979 and dry combustion after.
  Period 1 spans the change. In the difference a constant recovery nearly cancels, since both sides share it:
  if Tinsley's method found 95 %, period 1 is {shift:.2f} t CO2e/ha too high, because the project began
  {ahead:.3f} % carbon ahead. It does not cancel in either side's own change, so how period 1 divides into
  reductions and removals is less sure than its size. The mean of all 80 plots went from {everyone[0]:.3f} to
  {everyone[1]:.3f} %: no step stands out.
- **Depth of sampling.** In 1975-78 the soil was sampled to 23 cm and the archive brought the results to 25
  cm.
- **What would have happened instead** is open. Until then these plots alternated, five years with a ley and
  five of arable, and the next five would have been with a ley. Arable plots as the control say that they
  would have stayed arable.
- **Fixed plots** of an experiment stand in for a random sample of a farm.
- **Only soil carbon.** Nitrogen fertilizer on half the leys, clover, fuel and lime are left out: they are not
  in the data set.

### Are they alike at the start?

Carbon in per cent by mass, campaign 1975-79, Welch's test on plot values. Over all blocks they do not differ
at 90 % (p = {p_start:.2f}). Within blocks they do in three of five, in both directions.

{start_table(archive)}

### Other readings of the same two periods

{readings_table(archive)}

Another independent calculation gave 6.82 (SE 1.06, df 9.8, credited 6.35) and 9.42 (SE 2.85, df 2.3, credited
8.02). It is the second line to the last digit ({ley[0]:.2f} and {ley[1]:.2f}): the same plots, strata,
variance and degrees of freedom, with the mass of the ley plots as the reference. VM0042 asks for the densest
profile, hence the first line.

The blocks differ more than their plots do. If the blocks are themselves a sample of something larger, the
error of period 1 is {by_block.error:.2f} instead of {ours[0].error:.2f}. Strata are taken as the whole of
what is credited, so the first line stands; the fourth says what it leaves out.

## All pairs

So that nobody can say the example was picked, here is every pair that this experiment offers, by a rule fixed
beforehand:

- **Intervals:** all ten between consecutive five-year cycles, 1955-59 to 2005-09. (1938 holds one value for
  each block, copied to its plots, and is no campaign.)
- **Project plots:** each of the six groups of ten plots that had a ley in their rotation, as laid out in 1938
  and never mixed since; and the three unions of two groups whose leys were as long and began in the same
  years.
- **Control plots:** the two groups that were always arable, AB and AF, and both together.
- **Arithmetic:** as above, 3770 t/ha for all.

Groups are named by what they became in the 1970s. Before that Ln3 was the grazed ley L, Lc3 the lucerne ley
Lu, and the eight-year groups alternated between ley and arable: LLn8 1st was Ar/Lu, LLc8 1st Ah/L, LLn8 2nd
Lu/Ar, LLc8 2nd L/Ah. AB was Ah and AF was Ar; after 1999 they are ABe and AM. The leys of the first cycle
were sown 1973-77 and were given up from 2007 on.

![Credited amount of all 270 pairs by interval](figures/woburn/pairs.svg)

{counts_table(pairs)}

How to read it:

- Of {len(pairs)} pairs, {len(credited)} would be credited, {len(losses)} are losses that pass the bar, and
  {len(refused)} fail it. By sign of the credited amount, {above} are above zero and {below} below.
- The example's two are numbers {ranks[0]} and {ranks[1]} among the {len(credited)} credited, which run from
  {credited[-1]:.1f} to {credited[0]:.1f} t CO2e/ha.
- The interval of period 1 is the kindest of all: {kind[0]} of 27 pairs are credited in it, whichever leys and
  whichever arable plots one takes. In that of period 2 it is {kind[1]} of 27. Before 1975 two pairs in three
  fail the bar.
- Which phase of its rotation a period catches matters. Eight-year leys are sampled in their third and in
  their eighth year, with two arable years in between. The grass leys of the first cycle gain on their control
  up to the eighth year (1980-84, 1990-94, 2000-04) and fall back after it; the second cycle shows less of it.
- Had the example gone on, the difference of each interval from 1975-79 to 2005-09 would have been {series} t
  CO2e/ha.
- The pairs share plots. They are not {len(pairs)} independent trials, and no test across them is meant.

{pairs_table(pairs)}
"""


def main(docs: Path) -> None:
    """Write page and figure."""
    archive = Archive()
    save_figure(figure(all_pairs(archive)), docs / "figures" / "woburn" / "pairs.svg")
    (docs / "woburn-ley.md").write_text(page(archive), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
