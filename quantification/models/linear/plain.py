"""The kernel without a compiler: on NumPy arrays, and on Python floats for a single lane.

Both take what the compiled one takes; the pools and what is written are changed in place. The maps are keep, clock,
rates, routes, inlet and supply, with the axes (step or pool, pool or group or source, site, draw); ``keep`` has no
steps where clock and rates stand for it. Written are the total, the pools and what is respired.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mollisol.quantification.models.arrays import FloatArray

CHUNK = 12


def keep_of(keep: FloatArray, clock: FloatArray, rates: FloatArray, lo: int, hi: int) -> FloatArray:
    """Return the share that stays for some steps, (step, pool, site, draw)."""
    if keep.shape[0]:
        return np.broadcast_to(keep, (hi - lo, *keep.shape[1:])) if keep.shape[0] == 1 else keep[lo:hi]
    here = np.broadcast_to(clock, (hi - lo, *clock.shape[1:])) if clock.shape[0] == 1 else clock[lo:hi]
    share = here * -rates
    return np.exp(share, out=share)


def gain_of(inlet: FloatArray, supply: FloatArray, lo: int, hi: int) -> list[FloatArray | None]:
    """Return B u of some steps by pool, each (step, site, draw); None where a pool receives nothing."""
    here = np.broadcast_to(supply, (hi - lo, *supply.shape[1:])) if supply.shape[0] == 1 else supply[lo:hi]
    gains: list[FloatArray | None] = []
    for into in inlet:
        gain: FloatArray | None = None
        for m, share in enumerate(into):
            if share.any():
                part = share * here[:, m]
                gain = part if gain is None else gain + part
        gains.append(gain)
    return gains


def advance_numpy(
    x: FloatArray,
    maps: Sequence[FloatArray],
    donors: FloatArray,
    inert: FloatArray,
    steps: int,
    every: int,
    written: Sequence[FloatArray],
) -> None:
    """Take all lanes through the steps, one NumPy call per operation and step; see the kernel for the arguments."""
    keep, clock, rates, routes, inlet, supply = maps
    total, pools, respired = written
    groups = [np.flatnonzero(group == 1.0) for group in donors]
    all_in_one = len(groups) == 1 and len(groups[0]) == len(x)
    ways = [(_span(routes[:, g]), g) for g in range(len(groups)) if routes[:, g].any()]
    gas = np.zeros(x.shape[1:])
    loss = np.empty_like(x)
    lost = np.empty((len(groups), *x.shape[1:]))
    for lo in range(0, steps, CHUNK):
        hi = min(lo + CHUNK, steps)
        stays = keep_of(keep, clock, rates, lo, hi)
        goes = 1.0 - stays
        gains, into = _gains_together(gain_of(inlet, supply, lo, hi))
        for i in range(hi - lo):
            np.multiply(x, goes[i], out=loss)
            np.multiply(x, stays[i], out=x)
            if all_in_one:
                loss.sum(axis=0, out=lost[0])
            else:
                for g, members in enumerate(groups):
                    loss[members].sum(axis=0, out=lost[g])
            if len(respired):
                gas += loss.sum(axis=0)
            for span, g in ways:
                moved = routes[span, g] * lost[g]
                x[span] += moved
                if len(respired):
                    gas -= moved.sum(axis=0)
            if gains is not None:
                x[into] += gains[i]
            done = lo + i + 1
            if done % every == 0:
                row = done // every - 1
                np.add(x.sum(axis=0), inert, out=total[row])
                if len(pools):
                    pools[row] = x
                if len(respired):
                    respired[row] = gas
                    gas[...] = 0.0


def _span(routes: FloatArray) -> slice:
    """Return the pools from the first to the last that a group passes carbon to."""
    some = np.flatnonzero(routes.any(axis=(1, 2)))
    return slice(int(some[0]), int(some[-1]) + 1)


def _gains_together(gains: list[FloatArray | None]) -> tuple[FloatArray | None, slice]:
    """Put the gains of the pools that have any in one array, (step, pool, site, draw)."""
    some = [p for p, gain in enumerate(gains) if gain is not None]
    if not some:
        return None, slice(0)
    span = slice(some[0], some[-1] + 1)
    parts = [np.zeros((1, 1, 1)) if gain is None else gain for gain in gains[span]]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    together = np.empty((shape[0], len(parts), *shape[1:]))
    for p, part in enumerate(parts):
        together[:, p] = part
    return together, span


def advance_plain(
    x: FloatArray,
    maps: Sequence[FloatArray],
    donors: FloatArray,
    inert: FloatArray,
    steps: int,
    every: int,
    written: Sequence[FloatArray],
) -> None:
    """Take one lane through the steps on Python floats: for one site this is ten times faster than arrays."""
    keep, clock, rates, routes, inlet, supply = maps
    total, pools, respired = written
    n_pool = len(x)
    state = x[:, 0, 0].tolist()
    stays = keep_of(keep, clock, rates, 0, steps)[:, :, 0, 0].tolist()
    no_gain = np.zeros(steps)
    gains = [no_gain if g is None else g[:, 0, 0] for g in gain_of(inlet, supply, 0, steps)]
    rows_of_gain = np.stack(gains, axis=1).tolist()
    groups = [[p for p in range(n_pool) if group[p] == 1.0] for group in donors]
    to = [
        [(p, share) for p, share in enumerate(routes[:, g, 0, 0].tolist()) if share]
        for g in range(len(groups))
    ]
    base = float(inert[0, 0])
    gas = 0.0
    for step in range(steps):
        left = [pool * share for pool, share in zip(state, stays[step], strict=True)]
        given = rows_of_gain[step]
        new = left
        if groups:
            new = left.copy()
            for members, ways in zip(groups, to, strict=True):
                lost = 0.0
                for p in members:
                    lost += state[p] - left[p]
                for p, share in ways:
                    new[p] += share * lost
        if len(respired):
            gas += sum(state) - sum(new)
        state = [pool + gain for pool, gain in zip(new, given, strict=True)]
        done = step + 1
        if done % every == 0:
            row = done // every - 1
            total[row, 0, 0] = sum(state) + base
            if len(pools):
                pools[row, :, 0, 0] = state
            if len(respired):
                respired[row, 0, 0] = gas
                gas = 0.0
    x[:, 0, 0] = state
