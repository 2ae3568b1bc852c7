"""Starting states of any linear-compartment system: the exact periodic steady state, and running in until still.

A cycle of maps composes to x -> M x + v. The steady state at the end of a cycle is (I - M)^-1 v: a small linear solve
per site and draw in place of thousands of years of stepping.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, common_length, refuse_non_finite
from mollisol.quantification.models.linear.kernel import Compartments


def cycle_map(system: Compartments, *, steps: int) -> tuple[FloatArray, FloatArray]:
    """Compose the steps of one cycle to x -> M x + v.

    Returns
    -------
    tuple
        M, (pool, pool, site, draw), column j being where a unit in pool j ends; and v, (pool, site, draw).

    Notes
    -----
    M is found by taking each unit pool through the cycle without input, v by taking nothing through it with input:
    the kernel itself does both, so that no second form of the model exists.
    """
    n = len(system.names)
    maps = system.maps()
    sites, draws = common_length(2, maps), common_length(3, maps)
    keep = _keeps(system, steps)
    routes, donors = maps["routes"], np.asarray(system.donors, dtype=np.float64)
    matrix = np.zeros((n, n, sites, draws))
    matrix[np.arange(n), np.arange(n)] = 1.0
    vector = np.zeros((n, sites, draws))
    for step in range(steps):
        stays = keep[step if keep.shape[0] > 1 else 0]
        given = maps["supply"][step if maps["supply"].shape[0] > 1 else 0]
        for x in (matrix, vector):
            share = stays[:, None] if x is matrix else stays
            loss = x - x * share
            x -= loss
            for g in range(len(donors)):
                lost = sum((loss[p] for p in range(n) if donors[g, p] == 1.0), np.zeros(1))
                for p in range(n):
                    if routes[p, g].any():
                        x[p] += routes[p, g] * lost
        for p in range(n):
            for m in range(given.shape[0]):
                if maps["inlet"][p, m].any():
                    vector[p] += maps["inlet"][p, m] * given[m]
    return matrix, vector


def _keeps(system: Compartments, steps: int) -> FloatArray:
    """Return the shares that stay, (step or 1, pool, site, draw)."""
    maps = system.maps()
    if system.keep is not None:
        return maps["keep"]
    return np.exp(-maps["rates"] * maps["clock"][:steps])


def solve_small(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Solve (I - M) x = v for each site and draw by elimination over the pools, all lanes at once.

    No pivoting is needed: the columns of M add to less than 1 (carbon is only lost), which makes I - M an M-matrix.

    Raises
    ------
    ValueError
        If some column of M keeps all its carbon: then there is no steady state.
    """
    n = vector.shape[0]
    left = -matrix
    left[np.arange(n), np.arange(n)] += 1.0
    right = vector.copy()
    for i in range(n):
        if not (left[i, i] > 0.0).all():
            raise ValueError("no steady state: a pool neither decays nor passes carbon on")
        for j in range(i + 1, n):
            factor = left[j, i] / left[i, i]
            left[j, i + 1 :] -= factor * left[i, i + 1 :]
            right[j] -= factor * right[i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            right[i] -= left[i, j] * right[j]
        right[i] /= left[i, i]
    return right


def steady_state(system: Compartments, *, steps: int) -> FloatArray:
    """Return the state that a cycle of ``steps`` steps leaves unchanged, at the end of the cycle.

    Parameters
    ----------
    system
        The maps of one cycle.
    steps
        Steps in the cycle: 12 for a monthly model, 1 for a yearly one with constant forcing.

    Returns
    -------
    FloatArray
        Pools, (pool, site, draw), in the unit of the supply.

    Raises
    ------
    ValueError
        If a pool neither decays nor passes carbon on, or a value is not finite.
    """
    matrix, vector = cycle_map(system, steps=steps)
    state = solve_small(matrix, vector)
    if not np.isfinite(state).all():
        refuse_non_finite(system.maps())
    return state


def shifted(pools: FloatArray, slow_shift: ArrayLike, *, faster: int) -> FloatArray:
    """Return a start, (pool, site, draw), with a share of its carbon moved from a faster pool to the last.

    A faster pool that has less to give stands below 0 at the start and fills: the model is linear, and its total right.
    """
    share = np.atleast_2d(np.asarray(slow_shift, dtype=np.float64))
    if not share.any():
        return pools
    moved = share * pools.sum(axis=0)
    out = np.array(np.broadcast_to(pools, (len(pools), *moved.shape)))
    out[faster] -= moved
    out[-1] += moved
    return out
