"""The questions put to a project against reading its tables: at most 0.3 of it, growing with exponent 1.1 at most.

Both are taken in one process on the same rows, the fastest of some runs, in time of the processor. What is computed
anyway (stocks, control sites) is not counted. Run it as ``python benchmarks/questions.py``.
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from check import CAMPAIGNS, DEPTHS, make_project

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set
from mollisol.methodology.trace import Trace
from mollisol.questions.cores import question_cores
from mollisol.questions.declarations import check_declarations
from mollisol.questions.laboratory.methods import question_methods
from mollisol.questions.places.outlines import counted_areas
from mollisol.questions.plan import check_plan
from mollisol.questions.selection import check_lost_points, check_selection
from mollisol.questions.tables import question_tables
from mollisol.questions.typed_numbers import question_typed
from mollisol.reading.project import Reading, read_project
from mollisol.stocks.samples import quantify_samples

ROWS = (10_000, 100_000, 1_000_000)
BAR, EXPONENT = 0.3, 1.1

type Questions = dict[str, Callable[[], Iterable[Finding]]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time of reading the tables and of each question, and how many rows there are."""

    rows: int
    reading: float
    questions: dict[str, float]

    @property
    def asked(self) -> float:
        """Time of all questions."""
        return sum(self.questions.values())


def write_project(folder: Path, rows: int) -> None:
    """Write a project whose contents and densities scatter as soil does, every point at a place of its own, planned."""
    made = make_project(folder, rows)
    dice = np.random.default_rng(1)
    points = (folder / "sample_points.csv").read_text().splitlines()
    places = dice.uniform(1, 2, (len(points), 2))
    lines = [f"{line},{x:.6f},{y:.6f}" for line, (x, y) in zip(points[1:], places, strict=False)]
    (folder / "sample_points.csv").write_text(
        "\n".join([f"{points[0]},longitude_deg,latitude_deg", *lines, ""])
    )
    names = [line.split(",")[0] for line in points[1:]]
    at_first = dice.lognormal(math.log(15), 0.2, len(names))
    table = ["campaign,point,sample,sampled_on,upper_cm,lower_cm,soc_g_per_kg,laboratory_method,"
             "fine_soil_density_g_per_cm3"]  # fmt: skip
    for campaign in CAMPAIGNS:
        for upper, lower, density, share in DEPTHS:
            soc = at_first * share * dice.lognormal(0, 0.05, len(names)) + 0.4 * (campaign == CAMPAIGNS[-1])
            weight = float(density) * dice.normal(1, 0.03, len(names))
            table += [
                f"{campaign},{name},{name}-{campaign},{campaign}-10-01,{upper},{lower},{c:.1f},dumas,{w:.2f}"
                for name, c, w in zip(names, soc, weight, strict=True)
            ]
    (folder / "core_increments.csv").write_text("\n".join([*table, ""]))
    (folder / "plan").mkdir()
    strata = (folder / "strata.csv").read_text().splitlines()[1:]
    drawn = "\n".join(
        f'  {{ stratum = "{s.split(",")[0]}", area_ha = {float(s.split(",")[2])} }},' for s in strata
    )
    (folder / "plan" / "plan.toml").write_text(
        f"made_on = {CAMPAIGNS[0]}-08-01\ndepth_cm = 50.0\nseed = 1\n"
        f'laboratory_methods = ["dumas"]\nstrata = [\n{drawn}\n]\n'
    )
    (folder / "plan" / "points.csv").write_text("\n".join([points[0], *points[1:], ""]))
    assert made == len(table) - 1  # noqa: S101


def processor(work: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the time of the processor that each part of some work takes, one after the other as in a run."""
    gc.collect()
    times = [time.process_time()]
    for part in work.values():
        part()
        times.append(time.process_time())
    return {name: end - start for name, (start, end) in zip(work, pairwise(times), strict=True)}


def cost(folder: Path, rows: int, repeats: int) -> Cost:
    """Return what reading and asking cost, each the fastest of some runs on tables that were read anew."""
    reading, fastest = math.inf, dict[str, float]()
    for _ in range(repeats):
        reading = min(reading, processor({"": lambda: read_project(folder)})[""])
        asked = questions_of(read_project(folder))
        spent = processor({name: lambda ask=ask: list(ask()) for name, ask in asked.items()})  # type: ignore[misc]
        if not fastest or sum(spent.values()) < sum(fastest.values()):
            fastest = spent
    return Cost(rows, reading, fastest)


def questions_of(read: Reading) -> Questions:
    """Return the questions in the order in which a run puts them; the first that needs a grouping pays for it."""
    project = read.project
    if project is None:
        raise ValueError(read.findings[:3])
    rules = RulesInForce(load_rule_set(project.head.rules), Clocks(registered_on=project.head.registered_on))
    context = Context(project, rules, Trace(rules))
    samples, _ = quantify_samples(Context(project, rules, Trace(rules)))
    _, outlines = counted_areas(project, read.inputs, rules)
    return {
        "plan": lambda: check_plan(context),
        "selection": lambda: check_selection(context),
        "methods": lambda: question_methods(context),
        "typed numbers": lambda: question_typed(context),
        "declarations": lambda: check_declarations(project, rules),
        "tables": lambda: question_tables(project, outlines, rules),
        "cores": lambda: question_cores(context, samples.stocks),
        "lost points": lambda: check_lost_points(context, samples),
    }


def told(found: Sequence[Cost], tell: Callable[[str], None]) -> bool:
    """Print the costs, and return whether the bars are met."""
    for item in found:
        parts = ", ".join(f"{name} {seconds:.3f}" for name, seconds in item.questions.items())
        tell(
            f"{item.rows:9,} rows: reading {item.reading:7.3f} s, questions {item.asked:7.3f} s, "
            f"{item.asked / item.reading:.2f} of it ({parts})"
        )
    small, large = found[0], found[-1]
    exponent = (
        math.log(large.asked / small.asked) / math.log(large.rows / small.rows) if len(found) > 1 else 0.0
    )
    tell(f"exponent {exponent:.2f}")
    return exponent <= EXPONENT and all(item.asked <= BAR * item.reading for item in found)


def main(tell: Callable[[str], None] = print) -> int:
    """Measure and give 1 where a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args()
    found = []
    for rows in wanted.rows:
        with tempfile.TemporaryDirectory() as name:
            write_project(Path(name) / "project", rows)
            found.append(cost(Path(name) / "project", rows, wanted.repeats if rows <= 100_000 else 1))
    met = told(found, tell)
    tell("bars met" if met else "a bar is broken")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
