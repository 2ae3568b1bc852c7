"""The compiled form of the linear-compartment kernel. Imported only when the compiled engine is asked for.

All arrays are C-contiguous float64. A *lane* is what the innermost loop runs over: sites where there is one draw,
draws of one site where there are several. An array whose last axis has length 1 is shared by all lanes.
"""

from __future__ import annotations

import numpy as np

from mollisol.quantification.models.arrays import FloatArray
from mollisol.quantification.models.compiled import compiled, exp

CHUNK = 12
"""Steps whose decay factors are held at a time."""


@compiled
def advance(
    x: FloatArray,
    keep: FloatArray,
    routes: FloatArray,
    donors: FloatArray,
    inlet: FloatArray,
    supply: FloatArray,
    scratch: FloatArray,
    first: int,
    every: int,
    site: int,
    lane: int,
    inert: FloatArray,
    totals: FloatArray,
    pools: FloatArray,
    respired: FloatArray,
) -> None:
    """Take the pools of some lanes through some steps; x and the outputs are changed in place.

    Parameters
    ----------
    x
        Pools, (pool, lane). Holds the last state when done.
    keep
        Share of each pool that stays, (step, pool, lane or 1).
    routes
        Share of what a donor group loses that reaches each pool, (pool, group, lane or 1).
    donors
        1 where a pool belongs to a donor group, (group, pool).
    inlet, supply
        B and u: (pool, source, lane or 1) and (step, source, lane or 1).
    scratch
        (group + 2, lane): losses by group, the respired carbon since the last output, the loss of the pool at hand.
    first, every
        Number of the first step; the state is written after each ``every`` steps.
    site, lane
        Where the lanes stand in the outputs.
    inert
        Carbon in the total that takes no part, (lane,).
    totals, pools, respired
        Outputs: (row, site, lane), (row, pool, site, lane), (row, site, lane); the last two may have no rows.
    """
    n_pool, n = x.shape
    n_group = donors.shape[0]
    for step in range(keep.shape[0]):
        co2 = scratch[n_group]
        loss = scratch[n_group + 1]
        for g in range(n_group):
            lost = scratch[g]
            for j in range(n):
                lost[j] = 0.0
        for p in range(n_pool):
            pool = x[p]
            stays = keep[step, p]
            if stays.shape[0] == 1:
                share = stays[0]
                for j in range(n):
                    old = pool[j]
                    new = old * share
                    pool[j] = new
                    loss[j] = old - new
            else:
                for j in range(n):
                    old = pool[j]
                    new = old * stays[j]
                    pool[j] = new
                    loss[j] = old - new
            for g in range(n_group):
                if donors[g, p] != 0.0:
                    lost = scratch[g]
                    for j in range(n):
                        lost[j] += loss[j]
            for j in range(n):
                co2[j] += loss[j]
        for p in range(n_pool):
            pool = x[p]
            for g in range(n_group):
                lost = scratch[g]
                route = routes[p, g]
                if route.shape[0] == 1:
                    share = route[0]
                    if share != 0.0:
                        for j in range(n):
                            moved = share * lost[j]
                            pool[j] += moved
                            co2[j] -= moved
                else:
                    for j in range(n):
                        moved = route[j] * lost[j]
                        pool[j] += moved
                        co2[j] -= moved
            for m in range(supply.shape[1]):
                given = supply[step, m]
                into = inlet[p, m]
                if into.shape[0] == 1:
                    share = into[0]
                    if share != 0.0:
                        if given.shape[0] == 1:
                            amount = share * given[0]
                            for j in range(n):
                                pool[j] += amount
                        else:
                            for j in range(n):
                                pool[j] += share * given[j]
                elif given.shape[0] == 1:
                    amount = given[0]
                    if amount != 0.0:
                        for j in range(n):
                            pool[j] += into[j] * amount
                else:
                    for j in range(n):
                        pool[j] += into[j] * given[j]
        done = first + step + 1
        if done % every == 0:
            row = done // every - 1
            total = totals[row, site, lane : lane + n]
            for j in range(n):
                total[j] = inert[j]
            for p in range(n_pool):
                pool = x[p]
                for j in range(n):
                    total[j] += pool[j]
            if pools.shape[0] > 0:
                for p in range(n_pool):
                    pool = x[p]
                    kept = pools[row, p, site, lane : lane + n]
                    for j in range(n):
                        kept[j] = pool[j]
            if respired.shape[0] > 0:
                gas = respired[row, site, lane : lane + n]
                for j in range(n):
                    gas[j] = co2[j]
            for j in range(n):
                co2[j] = 0.0


@compiled
def decay(keep: FloatArray, clock: FloatArray, rates: FloatArray) -> None:
    """Fill keep, (step, pool, lane or 1), with exp(-rates x clock) of (pool, lane or 1) and (step, lane or 1)."""
    for step in range(clock.shape[0]):
        q = clock[step]
        for p in range(rates.shape[0]):
            out = keep[step, p]
            k = rates[p]
            if k.shape[0] == 1:
                rate = -k[0]
                if q.shape[0] == 1:
                    share = exp(rate * q[0])
                    for j in range(out.shape[0]):
                        out[j] = share
                else:
                    for j in range(out.shape[0]):
                        out[j] = exp(rate * q[j])
            elif q.shape[0] == 1:
                span = -q[0]
                for j in range(out.shape[0]):
                    out[j] = exp(span * k[j])
            else:
                for j in range(out.shape[0]):
                    out[j] = exp(-k[j] * q[j])


@compiled
def take(source: FloatArray, site: int, lo: int, hi: int) -> FloatArray:
    """Copy the lanes lo to hi of one site of a map (a, b, site or 1, lane or 1) as (a, b, lane or 1)."""
    s = site if source.shape[2] > 1 else 0
    if source.shape[3] == 1:
        lo, hi = 0, 1
    out = np.empty((source.shape[0], source.shape[1], hi - lo))
    for a in range(source.shape[0]):
        for b in range(source.shape[1]):
            for j in range(hi - lo):
                out[a, b, j] = source[a, b, s, lo + j]
    return out


@compiled
def _take_steps(out: FloatArray, source: FloatArray, first: int, site: int, lo: int) -> None:
    """Copy some steps of a map as ``take`` does; a map with one step is repeated."""
    s = site if source.shape[2] > 1 else 0
    at = lo if source.shape[3] > 1 else 0
    for a in range(out.shape[0]):
        t = first + a if source.shape[0] > 1 else 0
        for b in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[a, b, j] = source[t, b, s, at + j]


@compiled
def run_block(
    site_lo: int,
    site_hi: int,
    lo: int,
    hi: int,
    x: FloatArray,
    keep: FloatArray,
    clock: FloatArray,
    rates: FloatArray,
    routes: FloatArray,
    inlet: FloatArray,
    supply: FloatArray,
    donors: FloatArray,
    inert: FloatArray,
    steps: int,
    every: int,
    totals: FloatArray,
    pools: FloatArray,
    respired: FloatArray,
) -> None:
    """Run the sites and lanes of one block; the axes are those of the kernel's maps, ending in (site, lane)."""
    n = hi - lo
    n_pool = x.shape[0]
    n_source = supply.shape[1]
    given = keep.shape[0] > 0
    wide = n if (keep.shape[3] > 1 if given else max(clock.shape[3], rates.shape[3]) > 1) else 1
    wide_supply = n if supply.shape[3] > 1 else 1
    stays = np.empty((CHUNK, n_pool, wide))
    ticks = np.empty((CHUNK, 1, n if clock.shape[3] > 1 else 1))
    gives = np.empty((CHUNK, n_source, wide_supply))
    state = np.empty((n_pool, n))
    scratch = np.empty((donors.shape[0] + 2, n))
    for site in range(site_lo, site_hi):
        for p in range(n_pool):
            for j in range(n):
                state[p, j] = x[p, site, lo + j]
        scratch[:] = 0.0
        base = inert[site, lo:hi]
        paths = take(routes, site, lo, hi)
        into = take(inlet, site, lo, hi)
        speeds = take(rates, site, lo, hi)
        for first in range(0, steps, CHUNK):
            m = min(CHUNK, steps - first)
            if given:
                _take_steps(stays[:m], keep, first, site, lo)
            else:
                _take_steps(ticks[:m], clock, first, site, lo)
                decay(stays[:m], ticks[:m, 0], speeds[0])
            _take_steps(gives[:m], supply, first, site, lo)
            advance(
                state,
                stays[:m],
                paths,
                donors,
                into,
                gives[:m],
                scratch,
                first,
                every,
                site,
                lo,
                base,
                totals,
                pools,
                respired,
            )
        for p in range(n_pool):
            for j in range(n):
                x[p, site, lo + j] = state[p, j]
