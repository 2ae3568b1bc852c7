"""RothC-26.3 on the linear kernel: from monthly weather and management to pools, over site and draw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, common_length, refuse_non_finite, with_axes
from mollisol.quantification.models.linear import kernel as linear
from mollisol.quantification.models.linear.kernel import Computing, Engine, Outputs, Run, Series
from mollisol.quantification.models.rothc.clock import clock_numpy, clock_plain
from mollisol.quantification.models.rothc.equations import (
    maximum_deficit,
)
from mollisol.quantification.models.rothc.inputs import (
    BY_SITE_AND_DRAW,
    POOLS,
    RothCForcing,
    RothCParameters,
)
from mollisol.quantification.models.rothc.system import rothc_clock, rothc_system

__all__ = ["POOLS", "RothCForcing", "RothCParameters", "RothCRun", "rothc_clock", "rothc_system", "run_rothc"]


@dataclass(frozen=True, slots=True)
class RothCRun:
    """A run of RothC: the kernel's run, the moisture deficit at its end, and which numbers made it.

    Parameters
    ----------
    run
        Totals with the inert carbon, (row, site, draw), and what else was asked for. [t C/ha]
    deficit_mm
        Deficit at the end, (site,). [mm]
    inert_t_ha
        IOM, (site, draw). [t C/ha]
    label
        Id and hash of the parameter set.
    """

    run: Run
    deficit_mm: FloatArray
    inert_t_ha: FloatArray
    label: str = field(default="")


def run_rothc(
    forcing: RothCForcing,
    parameters: RothCParameters,
    *,
    start_t_ha: ArrayLike,
    inert_t_ha: ArrayLike = 0.0,
    deficit_mm: ArrayLike = 0.0,
    every: int = 12,
    series: tuple[Series, ...] = (),
    engine: Engine | Computing = "auto",
) -> RothCRun:
    """Run RothC over all months of the forcing.

    Parameters
    ----------
    forcing
        Weather and management. The number of months is that of its longest stream.
    parameters
        The parameter set, some of it by site and draw.
    start_t_ha
        DPM, RPM, BIO, HUM at the start, (pool, site, draw); trailing axes may be left out. [t C/ha]
    inert_t_ha
        IOM, (site, draw). [t C/ha]
    deficit_mm
        Moisture deficit at the start, from the largest of the soil, a negative number, to 0, field capacity. [mm]
    every
        Months between rows; 12 writes each December of a run that begins in January.
    series, engine
        As in :func:`~mollisol.quantification.models.linear.run_linear`.

    Returns
    -------
    RothCRun
        Totals (row, site, draw) with IOM.

    Raises
    ------
    ValueError
        If axes do not fit or a value is not a finite number.

    Notes
    -----
    Order in the month: moisture, rates, decay and partition, then the inputs, undecayed.

    References
    ----------
    RothC model description, Rothamsted Research, February 2024.
    """
    ready = forcing.prepared()
    linear.check_rows(steps=ready.months, every=every)
    x = with_axes(start_t_ha, 3, "start_t_ha")
    inert = with_axes(inert_t_ha, 2, "inert_t_ha")
    by_draw = {
        "start_t_ha": x,
        "inert_t_ha": inert[None],
        **{name: with_axes(getattr(parameters, name), 2, name)[None] for name in BY_SITE_AND_DRAW},
    }
    draws = common_length(2, by_draw)
    if common_length(1, by_draw) not in (1, ready.sites):
        raise ValueError(f"parameters have {common_length(1, by_draw)} sites, the forcing has {ready.sites}")
    state = np.array(np.broadcast_to(x, (4, ready.sites, draws)))
    inert = np.array(np.broadcast_to(inert, (ready.sites, draws)))
    deficit = np.array(np.broadcast_to(with_axes(deficit_mm, 1, "deficit_mm"), ready.sites))
    driest = maximum_deficit(clay_percent=ready.soil["clay_percent"], depth_cm=ready.soil["depth_cm"])
    if ((deficit > 0.0) | (deficit < driest)).any():
        raise ValueError(
            "deficit_mm must lie between the largest deficit of the soil, a negative number, and 0"
        )
    rows = ready.months // every
    out = Outputs.empty(rows=rows, n_pool=4, sites=ready.sites, draws=draws, series=series)
    computing = Computing.chosen(engine, steps=ready.months, lanes=ready.sites * draws)
    fused = computing.engine == "compiled" and draws == 1
    if not fused:
        refuse_non_finite({**ready.everything(), **by_draw})
    if fused:
        from mollisol.quantification.models.rothc.fused import run_fused

        run_fused(ready, parameters, state, inert, deficit, every, out, computing)
    else:
        size = max(1, (4 if computing.engine == "numpy" else 64) * computing.block // draws)
        for lo in range(0, ready.sites, size):
            hi = min(lo + size, ready.sites)
            part = ready.part(lo, hi)
            local = _local(parameters, lo, hi)
            make = clock_plain if hi - lo == 1 else clock_numpy
            before = deficit[lo:hi]
            clock = make(part, local, before, part.months)
            done = linear.run_linear(
                rothc_system(part, local, clock),
                state[:, lo:hi],
                steps=ready.months,
                every=every,
                inert=inert[lo:hi],
                series=series,
                engine=computing,
            )
            for whole, piece in zip(
                out.sites(lo, hi).arrays(), (done.total, done.pools, done.respired), strict=True
            ):
                whole[...] = piece
            state[:, lo:hi] = done.end
    if not (np.isfinite(state).all() and np.isfinite(deficit).all()):
        refuse_non_finite({**ready.everything(), **by_draw})
    steps = np.arange(every, ready.months + 1, every, dtype=np.float64)
    return RothCRun(Run(POOLS, steps, *out.arrays(), state), deficit, inert, parameters.label)


def _local(parameters: RothCParameters, lo: int, hi: int) -> RothCParameters:
    """Return the parameters of the sites lo to hi."""
    cut: dict[str, Any] = {}
    for name in BY_SITE_AND_DRAW:
        values = with_axes(getattr(parameters, name), 2, name)
        if values.shape[0] > 1:
            cut[name] = values[lo:hi]
    return replace(parameters, **cut)
