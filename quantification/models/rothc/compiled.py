"""RothC's month in compiled form: the rate clock and the kernel's step, block by block, so that no stream is stored.

Imported only when the compiled engine is asked for. Comparisons are written so that NaN reaches the result.
"""

from __future__ import annotations

import numpy as np

from mollisol.quantification.models.arrays import FloatArray, IntArray
from mollisol.quantification.models.compiled import compiled, exp
from mollisol.quantification.models.linear.compiled import CHUNK, advance, decay


@compiled
def _row(out: FloatArray, source: FloatArray, month: int, lo: int) -> None:
    """Copy one month of a stream by site; a stream with one month or one site is repeated."""
    t = month if source.shape[0] > 1 else 0
    if source.shape[1] == 1:
        value = source[t, 0]
        for j in range(out.shape[0]):
            out[j] = value
    else:
        row = source[t, lo : lo + out.shape[0]]
        for j in range(out.shape[0]):
            out[j] = row[j]


@compiled
def _cell_row(out: FloatArray, source: FloatArray, month: int, cell: IntArray) -> None:
    """Gather one month of a stream by weather cell."""
    row = source[month if source.shape[0] > 1 else 0]
    if row.shape[0] == 1:
        for j in range(out.shape[0]):
            out[j] = row[0]
    else:
        for j in range(out.shape[0]):
            out[j] = row[cell[j]]


@compiled
def _warmth(out: FloatArray, watch: FloatArray, tmean: FloatArray, temperature: FloatArray) -> None:
    """Fill the temperature factor of one month."""
    top, numerator, shift, cold = temperature[0], temperature[1], temperature[2], temperature[3]
    for j in range(out.shape[0]):
        t = tmean[j]
        frozen = t < cold
        safe = 0.0 if frozen else t
        a = top / (1.0 + exp(numerator / (safe + shift)))
        out[j] = 0.0 if frozen else a
        watch[j] += t * 0.0


@compiled
def _ticks(
    q: FloatArray,
    watch: FloatArray,
    deficit: FloatArray,
    net: FloatArray,
    covered: FloatArray,
    driest: FloatArray,
    moisture: FloatArray,
    cover_factor: float,
) -> None:
    """Take the deficit on by one month and turn the temperature factor in q into the clock.

    ``watch`` stays 0 while all is finite and becomes NaN otherwise, as comparisons could hide an infinity.
    """
    onset_share, bare_share, lowest = moisture[0], moisture[1], moisture[2]
    for j in range(q.shape[0]):
        old = deficit[j]
        limit = driest[j]
        bare = bare_share * limit
        drier = old if old < bare else bare
        green = covered[j] > 0.5
        lower = limit if green else drier
        wet = old + net[j]
        wet = 0.0 if wet > 0.0 else wet
        now = lower if wet < lower else wet
        onset = onset_share * limit
        falling = lowest + (1.0 - lowest) * (limit - now) / (limit - onset)
        b = 1.0 if now > onset else falling
        c = cover_factor if green else 1.0
        deficit[j] = now
        watch[j] += (net[j] + covered[j]) * 0.0
        q[j] = q[j] * b * c * (1.0 / 12.0)


@compiled
def run_sites(
    lo: int,
    hi: int,
    x: FloatArray,
    deficit: FloatArray,
    tmean: FloatArray,
    warmth_known: bool,
    rain: FloatArray,
    evaporation: FloatArray,
    evaporation_factor: float,
    irrigation: FloatArray,
    cell: IntArray,
    covered: FloatArray,
    plant: FloatArray,
    ratio: FloatArray,
    manure: FloatArray,
    driest: FloatArray,
    rates: FloatArray,
    routes: FloatArray,
    inlet: FloatArray,
    temperature: FloatArray,
    moisture: FloatArray,
    cover_factor: float,
    months: int,
    every: int,
    inert: FloatArray,
    totals: FloatArray,
    pools: FloatArray,
    respired: FloatArray,
) -> None:
    """Run the sites lo to hi, one draw, as lanes of the kernel.

    ``x`` is (pool, site); streams are (month or 1, site or 1), weather (month or 1, cell) where ``cell`` is not empty,
    and then ``tmean`` holds the temperature factor if ``warmth_known``. ``ratio`` is DPM to RPM.
    Outputs are (row, 1, site) and (row, pool, 1, site).
    """
    n = hi - lo
    n_pool = x.shape[0]
    here = cell[lo:hi] if cell.shape[0] > 0 else cell
    by_cell = cell.shape[0] > 0
    with_manure = inlet.shape[1] > 2
    with_water = irrigation.shape[0] > 0
    state = np.empty((n_pool, n))
    for p in range(n_pool):
        for j in range(n):
            state[p, j] = x[p, lo + j]
    water = deficit[lo:hi].copy()
    limit = driest[lo:hi]
    base = inert[lo:hi]
    paths = routes[:, :, lo:hi].copy() if routes.shape[2] > 1 else routes.copy()
    into = inlet[:, :, lo:hi].copy() if inlet.shape[2] > 1 else inlet.copy()
    speeds = rates[:, lo:hi].copy() if rates.shape[1] > 1 else rates.copy()
    donors = np.ones((1, n_pool))
    stays = np.empty((CHUNK, n_pool, n))
    clock = np.empty((CHUNK, n))
    gives = np.empty((CHUNK, inlet.shape[1], n))
    scratch = np.zeros((3, n))
    first_row = np.empty(n)
    second_row = np.empty(n)
    warm = np.empty(n)
    watch = np.zeros(n)
    for first in range(0, months, CHUNK):
        m = min(CHUNK, months - first)
        for i in range(m):
            month = first + i
            q = clock[i]
            if by_cell:
                _cell_row(warm, tmean, month, here)
                _cell_row(first_row, rain, month, here)
                _cell_row(second_row, evaporation, month, here)
            else:
                _row(warm, tmean, month, lo)
                _row(first_row, rain, month, lo)
                _row(second_row, evaporation, month, lo)
            if warmth_known:
                q[:] = warm
            else:
                _warmth(q, watch, warm, temperature)
            for j in range(n):
                first_row[j] -= evaporation_factor * second_row[j]
            if with_water:
                _row(second_row, irrigation, month, lo)
                for j in range(n):
                    first_row[j] += second_row[j]
            _row(second_row, covered, month, lo)
            _ticks(q, watch, water, first_row, second_row, limit, moisture, cover_factor)
            _row(first_row, plant, month, lo)
            _row(second_row, ratio, month, lo)
            to_dpm = gives[i, 0]
            to_rpm = gives[i, 1]
            for j in range(n):
                part = first_row[j] * (second_row[j] / (second_row[j] + 1.0))
                to_dpm[j] = part
                to_rpm[j] = first_row[j] - part
            if with_manure:
                _row(gives[i, 2], manure, month, lo)
        decay(stays[:m], clock[:m], speeds)
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
            0,
            lo,
            base,
            totals,
            pools,
            respired,
        )
    for p in range(n_pool):
        for j in range(n):
            x[p, lo + j] = state[p, j]
    for j in range(n):
        deficit[lo + j] = water[j] + watch[j]
