"""The kernel that all models share: linear compartments, x(t+1) = A(t) x(t) + B u(t), over site and draw.

A is written as the models are: each pool keeps a share of itself, what it loses is gathered in donor groups, a group
passes shares of that on to pools, and the rest leaves as carbon dioxide:

    A(t) = diag(keep(t)) + routes · donors · (I - diag(keep(t)))

The share that stays is given, or it is exp(-rate x clock(t)), where the clock carries weather and management and is
shared by all draws. Three engines give the same numbers: ``plain`` (Python floats, one lane), ``numpy`` (no compiler)
and ``compiled`` (numba). ``auto`` picks by the amount of work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, common_length, refuse_non_finite, with_axes
from mollisol.quantification.models.linear.plain import advance_numpy, advance_plain

type Engine = Literal["auto", "plain", "numpy", "compiled"]
type Series = Literal["pools", "respired"]
"""What a run writes beside the total."""

BLOCK = 1024
"""Lanes (sites or draws) that are taken through time together: their buffers fit in a core's second-level cache."""
WORTH_COMPILING = 2e7
"""Steps x lanes from which ``auto`` takes the compiled engine: below it NumPy is done before numba has started."""
_FEWEST = 128
"""Lanes below which a block is not split further."""
THREADS: int | None = None
"""Threads of a run that names none; without a number as many as there are cores."""
_FEW_DRAWS = 24
"""Draws below which those of several sites are put on one lane axis: a short loop costs more than a copy."""
_MAPS = ("keep", "clock", "rates", "routes", "inlet", "supply")


@dataclass(frozen=True, slots=True)
class Computing:
    """How a run is computed; the result does not depend on block and threads.

    Parameters
    ----------
    engine
        One of the engines; ``auto`` picks by the amount of work.
    block
        Lanes that are taken through time together.
    threads
        As many as this, or the cores of the machine.
    """

    engine: Engine = "auto"
    block: int = BLOCK
    threads: int | None = None

    @classmethod
    def chosen(cls, engine: Engine | Computing, *, steps: int, lanes: int) -> Computing:
        """Return what a run of this size is computed with, ``auto`` resolved and the threads counted."""
        given = engine if isinstance(engine, Computing) else cls(engine)
        threads = given.threads or THREADS or os.cpu_count() or 1
        return cls(choose_engine(given.engine, steps=steps, lanes=lanes), given.block, threads)

    def share(self, sites: int, draws: int = 1) -> int:
        """Return the sites of a block: as many even blocks for each thread, none of too few lanes."""
        threads, most = self.threads or 1, max(1, self.block // draws)
        rounds = -(-sites // (threads * most))
        return max(1, min(most, max(-(-_FEWEST // draws), -(-sites // (threads * rounds)))))

    def over_blocks(self, work: Callable[[int, int], None], *, total: int, block: int) -> None:
        """Run ``work(lo, hi)`` over blocks; the order does not matter, as no two blocks share an output."""
        edges = [(lo, min(lo + block, total)) for lo in range(0, total, block)]
        if self.threads == 1 or len(edges) == 1:
            for lo, hi in edges:
                work(lo, hi)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            for done in [pool.submit(work, lo, hi) for lo, hi in edges]:
                done.result()


@dataclass(frozen=True, slots=True)
class Compartments:
    """A linear-compartment system. Every axis may have length 1, which means: the same for all.

    Parameters
    ----------
    names
        Names of the pools.
    routes
        Share of what a donor group loses that reaches each pool, (pool, group, site, draw).
    donors
        1 where a pool belongs to a donor group, (group, pool).
    inlet, supply
        B, (pool, source, site, draw), and u, (step, source, site, draw).
    keep
        Share of each pool that stays in a step, (step, pool, site, draw), in [0, 1].
    clock, rates
        In place of ``keep``: the share that stays is exp(-rates x clock), with (step, site, draw) and
        (pool, site, draw); the product has no unit.
    """

    names: tuple[str, ...]
    routes: FloatArray
    donors: FloatArray
    inlet: FloatArray
    supply: FloatArray
    keep: FloatArray | None = None
    clock: FloatArray | None = None
    rates: FloatArray | None = None

    def maps(self) -> dict[str, FloatArray]:
        """Return the arrays with all their axes: (step or pool, pool or group or source, site, draw)."""
        n = len(self.names)
        if (self.keep is None) == (self.clock is None or self.rates is None):
            raise ValueError("give either keep, or clock and rates")
        keep = np.empty((0, n, 1, 1)) if self.keep is None else with_axes(self.keep, 4, "keep")
        clock = np.empty((0, 1, 1)) if self.clock is None else with_axes(self.clock, 3, "clock")
        rates = np.empty((0, 1, 1)) if self.rates is None else with_axes(self.rates, 3, "rates")
        return {
            "keep": keep,
            "clock": np.ascontiguousarray(clock[:, None]),
            "rates": np.ascontiguousarray(rates[None]),
            "routes": with_axes(self.routes, 4, "routes"),
            "inlet": with_axes(self.inlet, 4, "inlet"),
            "supply": with_axes(self.supply, 4, "supply"),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gives. Units are those of the start and the supply, for all shipped models t C/ha.

    Parameters
    ----------
    names
        Names of the pools.
    steps
        Number of steps done at each row, (row,).
    total
        Sum of the pools and the inert carbon, (row, site, draw).
    pools
        The pools, (row, pool, site, draw); no rows unless asked for.
    respired
        Carbon lost since the row before, (row, site, draw); no rows unless asked for.
    end
        The last state of the pools, (pool, site, draw).
    """

    names: tuple[str, ...]
    steps: FloatArray
    total: FloatArray
    pools: FloatArray
    respired: FloatArray
    end: FloatArray

    def from_start(self, start: FloatArray) -> Run:
        """Return the run with the start as its first row, for models whose years are counted from a start.

        Parameters
        ----------
        start
            Pools, (pool, site, draw), with broadcast axes.
        """
        first = np.broadcast_to(start, self.end.shape)
        return Run(
            self.names,
            np.concatenate([[0.0], self.steps]),
            np.concatenate([first.sum(axis=0)[None], self.total]),
            np.concatenate([first[None], self.pools]) if len(self.pools) else self.pools,
            self.respired,
            self.end,
        )


@dataclass(frozen=True, slots=True)
class Outputs:
    """The arrays a run writes to; those that were not asked for have no rows."""

    total: FloatArray
    pools: FloatArray
    respired: FloatArray

    @classmethod
    def empty(cls, *, rows: int, n_pool: int, sites: int, draws: int, series: tuple[Series, ...]) -> Outputs:
        """Make them: (row, site, draw), (row, pool, site, draw), (row, site, draw)."""
        return cls(
            np.empty((rows, sites, draws)),
            np.empty((rows if "pools" in series else 0, n_pool, sites, draws)),
            np.empty((rows if "respired" in series else 0, sites, draws)),
        )

    def sites(self, lo: int, hi: int) -> Outputs:
        """Return the part of the sites lo to hi; writing to it writes to the whole."""
        return Outputs(self.total[:, lo:hi], self.pools[:, :, lo:hi], self.respired[:, lo:hi])

    def arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the three arrays."""
        return self.total, self.pools, self.respired


def choose_engine(engine: Engine, *, steps: int, lanes: int) -> Engine:
    """Return the engine that ``auto`` stands for: plain for one lane, compiled for much work, else NumPy."""
    if engine == "plain" and lanes != 1:
        raise ValueError(f"the plain engine takes one site and one draw, not {lanes}")
    if engine != "auto":
        return engine
    if lanes == 1:
        return "plain"
    return "compiled" if steps * lanes >= WORTH_COMPILING else "numpy"


def check_rows(*, steps: int, every: int) -> None:
    """Raise unless the steps are a positive multiple of the steps between two rows."""
    if steps < 1 or every < 1 or steps % every:
        raise ValueError(f"steps ({steps}) must be a positive multiple of every ({every})")


def run_linear(
    system: Compartments,
    start: ArrayLike,
    *,
    steps: int,
    every: int = 1,
    inert: ArrayLike = 0.0,
    series: tuple[Series, ...] = (),
    engine: Engine | Computing = "auto",
) -> Run:
    """Take a linear-compartment system through time.

    Parameters
    ----------
    system
        The maps, with broadcast axes.
    start
        Pools at the start, (pool, site, draw); trailing axes may be left out.
    steps
        How many steps to take. An axis of length 1 in ``keep``, ``clock`` or ``supply`` repeats itself.
    every
        A row is written after each ``every`` steps; steps in between are never stored.
    inert
        Carbon that is in the total and takes no part, (site, draw).
    series
        What to write beside the total.
    engine
        How to compute it. The result does not depend on block and threads: not at all with the compiled engine, and
        not beyond the last bits with NumPy.

    Returns
    -------
    Run
        Totals (row, site, draw) and what else was asked for.

    Raises
    ------
    ValueError
        If axes do not fit, ``steps`` is not a multiple of ``every``, or a value is not a finite number.
    """
    check_rows(steps=steps, every=every)
    x = with_axes(start, 3, "start")
    base = with_axes(inert, 2, "inert")
    maps = system.maps()
    for name in ("keep", "clock", "supply"):
        if maps[name].shape[0] not in (0, 1, steps):
            raise ValueError(f"{name} has {maps[name].shape[0]} steps, the run has {steps}")
    everything = {**maps, "start": x[None], "inert": base[None, None]}
    sites = common_length(2, everything)
    draws = common_length(3, everything)
    n_pool = len(system.names)
    state = np.array(np.broadcast_to(x, (n_pool, sites, draws)))
    base = np.ascontiguousarray(np.broadcast_to(base, (sites, draws)))
    out = Outputs.empty(rows=steps // every, n_pool=n_pool, sites=sites, draws=draws, series=series)
    donors = np.asarray(system.donors, dtype=np.float64)
    computing = Computing.chosen(engine, steps=steps, lanes=sites * draws)
    arrays = [maps[name] for name in _MAPS]
    if computing.engine == "compiled":
        _run_compiled(state, arrays, donors, base, steps, every, out, computing)
    else:
        advance = advance_plain if computing.engine == "plain" else advance_numpy
        size = max(1, 4 * computing.block // draws)
        for lo in range(0, sites, size):
            hi = min(lo + size, sites)
            here = [_sites(array, lo, hi) for array in arrays]
            advance(state[:, lo:hi], here, donors, base[lo:hi], steps, every, out.sites(lo, hi).arrays())
    if not np.isfinite(state).all():
        refuse_non_finite(everything)
    return Run(system.names, np.arange(every, steps + 1, every, dtype=np.float64), *out.arrays(), state)


def _sites(array: FloatArray, lo: int, hi: int) -> FloatArray:
    """Return the sites lo to hi of a map; one that has a single site is given whole."""
    return array if array.shape[2] == 1 else array[:, :, lo:hi]


def _run_compiled(
    state: FloatArray,
    arrays: Sequence[FloatArray],
    donors: FloatArray,
    base: FloatArray,
    steps: int,
    every: int,
    out: Outputs,
    computing: Computing,
) -> None:
    """Hand the system to the compiled kernel: lanes are a site's draws where there are many, else sites and draws."""
    from mollisol.quantification.models.linear import compiled as linear_compiled

    run_block: Callable[..., None] = linear_compiled.run_block
    _, sites, draws = state.shape
    results = out.arrays()
    if draws >= _FEW_DRAWS:

        def work(lo: int, hi: int) -> None:
            run_block(lo, hi, 0, draws, state, *arrays, donors, base, steps, every, *results)

        computing.over_blocks(work, total=sites, block=computing.share(sites, draws))
        return

    def side_by_side(lo: int, hi: int) -> None:
        """Put sites and draws on one lane axis, and take the results back."""
        n = (hi - lo) * draws

        def lanes(array: FloatArray) -> FloatArray:
            part = array if array.shape[2] == 1 else array[:, :, lo:hi]
            if part.shape[2] > 1 or part.shape[3] > 1:
                part = np.broadcast_to(part, (*part.shape[:2], hi - lo, draws))
            return np.ascontiguousarray(part).reshape(*part.shape[:2], 1, part.shape[2] * part.shape[3])

        x = np.ascontiguousarray(state[:, lo:hi]).reshape(-1, 1, n)
        inert = base[lo:hi].reshape(1, n)
        mine = [np.empty((*array.shape[:-2], 1, n)) for array in results]
        run_block(0, 1, 0, n, x, *[lanes(array) for array in arrays], donors, inert, steps, every, *mine)
        state[:, lo:hi] = x.reshape(-1, hi - lo, draws)
        for whole, piece in zip(results, mine, strict=True):
            whole[..., lo:hi, :] = piece.reshape(*piece.shape[:-2], hi - lo, draws)

    computing.over_blocks(side_by_side, total=sites, block=computing.share(sites, draws))
