"""Two workers against one of one thread on the same blocks of a soil model's points: at least 1.7 times, the same bits.

The blocks are those of a run: RothC, two scenarios, all draws, two rows kept; 500 fields, 20,000 with ``BENCH=full``.
Run it as ``python benchmarks/workers.py``.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from mollisol.methodology.soil_models.inputs import SiteRow
from mollisol.quantification.models.drivers import JointDraws, Weather
from mollisol.quantification.models.scenarios import LANES, RUNNERS, Job, run_block
from mollisol.quantification.models.schedule import Plan
from mollisol.workers import in_order, started

BAR, YEARS, CELLS = 1.7, 20, 50


def jobs(fields: int, draws: int) -> Iterator[Job]:
    """Yield the blocks of so many fields, no two of which have the same management."""
    dice = np.random.default_rng(1)
    months = 12 * YEARS
    weather = dice.random((3, months, CELLS)) * np.array([20.0, 120.0, 70.0])[:, None, None]
    rates = dice.lognormal(0, 0.1, draws)
    joint = JointDraws("benchmark", {"rate_multiplier": rates, "input_multiplier": rates[::-1].copy()})
    size = max(1, LANES // draws)
    for first in range(0, fields, size):
        n = min(size, fields - first)
        air = Weather((2000, 2000 + YEARS - 1), (first + np.arange(n)) % CELLS, *weather)
        sites = tuple(
            SiteRow(site=f"F{first + k}", cell="c", soc_t_ha=60.0, clay_percent=20.0, depth_cm=30.0)
            for k in range(n)
        )
        plans = {name: _plan(dice, n) for name in ("baseline", "project")}
        yield Job(air, sites, plans, "baseline", joint, YEARS, np.full((n, draws), 60.0), engine="compiled")


def _plan(dice: np.random.Generator, sites: int) -> Plan:
    monthly, yearly = (12 * YEARS, sites), (YEARS, sites)
    some, none = 0.3 * dice.random(monthly), np.zeros(monthly)
    return Plan(some, none, np.ones(monthly), none, *(np.zeros(yearly) for _ in range(4)), ())


def timed(workers: str, fields: int, draws: int) -> tuple[float, list[bytes]]:
    """Return seconds on the clock, after workers were started and had compiled, and the results as bytes."""
    work = partial(run_block, RUNNERS["rothc"], frozenset({2000 + YEARS - 1}))
    with started(workers):
        start = time.perf_counter()
        found = in_order(work, list(jobs(fields, draws)))
        taken = time.perf_counter() - start
    return taken, [run.tobytes() for block in found for run in block.stocks.values()]


def main() -> int:
    """Measure and give 1 where the bar is broken or a bit moved."""
    parser = argparse.ArgumentParser(description=__doc__)
    full = os.environ.get("BENCH") == "full"
    parser.add_argument("--fields", type=int, default=20_000 if full else 500)
    parser.add_argument("--draws", type=int, default=500)
    wanted = parser.parse_args()
    from mollisol.quantification.models.linear import kernel

    kernel.THREADS = 1
    timed("1", 100, wanted.draws)
    one, first = timed("1", wanted.fields, wanted.draws)
    two, second = timed("2", wanted.fields, wanted.draws)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} x, bar {BAR} x; peak {peak:.0f} MB")
    print("same bits" if first == second else "bits moved")
    return int(first != second or one / two < BAR)


if __name__ == "__main__":
    raise SystemExit(main())
