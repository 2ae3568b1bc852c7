"""Starting states of RothC: the exact steady state, and the exact input for a target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, refuse_non_finite, with_axes
from mollisol.quantification.models.linear.steady import cycle_map, solve_small
from mollisol.quantification.models.rothc.clock import settled_deficit
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters
from mollisol.quantification.models.rothc.system import rothc_clock, rothc_system

CYCLE = 12


@dataclass(frozen=True, slots=True)
class SteadyStart:
    """A start at the steady state of a repeating cycle.

    Parameters
    ----------
    pools_t_ha
        DPM, RPM, BIO, HUM at the end of the cycle, (pool, site, draw). [t C/ha]
    deficit_mm
        Moisture deficit at that time, (site,). [mm]
    input_factor
        What the plant input was multiplied with, (site, draw); 1 unless a target was given.
    """

    pools_t_ha: FloatArray
    deficit_mm: FloatArray
    input_factor: FloatArray


def repeating_clock(forcing: RothCForcing, parameters: RothCParameters) -> tuple[FloatArray, FloatArray]:
    """Return the clock of a cycle that repeats for ever, (month, site), and the deficit at its end, (site,).

    The moisture alone is run until its last value repeats, which mostly takes two or three years.

    Raises
    ------
    ValueError
        If the forcing is not whole years, or a value is not finite.
    """
    ready = forcing.prepared()
    if ready.months % CYCLE and ready.months != 1:
        raise ValueError(f"a repeating cycle is whole years of 12 months, the forcing has {ready.months}")
    refuse_non_finite(ready.everything())
    settled = settled_deficit(ready.part(0, ready.sites), parameters, ready.months)
    clock, _ = rothc_clock(forcing, parameters, deficit_mm=settled)
    return clock, settled


def steady_rothc(
    forcing: RothCForcing,
    parameters: RothCParameters,
    *,
    target_t_ha: ArrayLike | None = None,
    inert_t_ha: ArrayLike = 0.0,
) -> SteadyStart:
    """Return the exact steady state of a repeating cycle, or the one that meets a target stock.

    With a target, the plant input is scaled: the steady state is linear in it, so the factor is exact
    (RothC's inverse mode in one step). Manure keeps its amount.

    Parameters
    ----------
    forcing
        Twelve months, or whole years of a rotation. [see :class:`~mollisol.quantification.models.rothc.RothCForcing`]
    parameters
        The parameter set.
    target_t_ha
        Total stock to meet, IOM included, (site, draw). [t C/ha]
    inert_t_ha
        IOM, (site, draw). [t C/ha]

    Returns
    -------
    SteadyStart
        Pools (pool, site, draw), deficit (site,), input factor (site, draw).

    Raises
    ------
    ValueError
        If the target cannot be met: no plant input to scale, or the target is below IOM and what manure carries.

    References
    ----------
    The monthly scheme of the RothC model description, February 2024, composed over a year; ``docs/models.md``.
    """
    clock, deficit = repeating_clock(forcing, parameters)
    ready = forcing.prepared()
    system = rothc_system(ready, parameters, clock)
    if target_t_ha is None:
        matrix, vector = cycle_map(system, steps=ready.months)
        pools = solve_small(matrix, vector)
        factor = np.ones(pools.shape[1:])
    else:
        supply = np.array(system.supply)
        supply[:, 2] = 0.0
        matrix, by_plant = cycle_map(replace(system, supply=supply), steps=ready.months)
        from_plant = solve_small(matrix, by_plant)
        if system.supply[:, 2].any():
            by_manure = cycle_map(system, steps=ready.months)[1] - by_plant
            from_manure = solve_small(matrix, by_manure)
        else:
            from_manure = np.zeros_like(from_plant)
        wanted = with_axes(target_t_ha, 2, "target_t_ha") - with_axes(inert_t_ha, 2, "inert_t_ha")
        wanted = wanted - from_manure.sum(axis=0)
        reach = from_plant.sum(axis=0)
        if not ((reach > 0.0).all() and (wanted >= 0.0).all()):
            raise ValueError(
                "the target cannot be met: there is no plant input to scale, or the target is below the inert carbon "
                "and what the manure carries"
            )
        factor = wanted / reach
        pools = factor * from_plant + from_manure
    return SteadyStart(pools, deficit, factor)
