"""Hands a prepared RothC forcing to the compiled engine, where each site has one draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mollisol.quantification.models.arrays import FloatArray, refuse_non_finite
from mollisol.quantification.models.linear import kernel as linear
from mollisol.quantification.models.rothc.equations import maximum_deficit, temperature_factor

if TYPE_CHECKING:
    from mollisol.quantification.models.rothc.inputs import Prepared, RothCParameters


def run_fused(
    ready: Prepared,
    parameters: RothCParameters,
    state: FloatArray,
    inert: FloatArray,
    deficit: FloatArray,
    every: int,
    out: linear.Outputs,
    computing: linear.Computing,
) -> None:
    """Run all sites; the state, the deficit and the outputs are changed in place.

    The temperature factor is computed once per weather cell where sites share cells, and inside the block where
    each site has its own weather.
    """
    from mollisol.quantification.models.rothc.compiled import run_sites
    from mollisol.quantification.models.rothc.system import rothc_system

    constants = (
        parameters.temperature_top,
        parameters.temperature_numerator_c,
        parameters.temperature_shift_c,
        parameters.temperature_cold_limit_c,
    )
    tmean = ready.weather["tmean_c"]
    shared = tmean.shape[1] < ready.sites
    if shared:
        refuse_non_finite(ready.weather)
        tmean = np.asarray(
            temperature_factor(
                tmean_c=tmean,
                top=constants[0],
                numerator_c=constants[1],
                shift_c=constants[2],
                cold_limit_c=constants[3],
            )
        )
    still = np.zeros((1, ready.sites))
    system = rothc_system(_thin(ready), parameters, still)
    manure = ready.streams["manure_c_t_ha"]
    sources = 3 if manure.any() else 2
    irrigation = ready.streams["irrigation_mm"]
    moisture = (parameters.moisture_onset_share, parameters.moisture_bare_share, parameters.moisture_lowest)
    driest = maximum_deficit(clay_percent=ready.soil["clay_percent"], depth_cm=ready.soil["depth_cm"])
    arguments = (
        state[:, :, 0],
        deficit,
        np.ascontiguousarray(tmean),
        shared,
        ready.weather["rain_mm"],
        ready.weather["pan_evaporation_mm"],
        ready.evaporation_factor,
        irrigation if irrigation.any() else irrigation[:0],
        ready.cell,
        ready.streams["covered"],
        ready.streams["plant_c_t_ha"],
        ready.streams["dpm_rpm_ratio"],
        manure,
        np.ascontiguousarray(np.broadcast_to(driest, ready.sites)),
        np.ascontiguousarray(system.rates[:, :, 0]) if system.rates is not None else still,
        np.ascontiguousarray(system.routes[:, :, :, 0]),
        np.ascontiguousarray(system.inlet[:, :sources, :, 0]),
        np.array(constants),
        np.array(moisture),
        parameters.cover_factor,
        ready.months,
        every,
        np.ascontiguousarray(inert[:, 0]),
        *(array.swapaxes(-1, -2) for array in out.arrays()),
    )
    computing.over_blocks(
        lambda lo, hi: run_sites(lo, hi, *arguments), total=ready.sites, block=computing.share(ready.sites)
    )


def _thin(ready: Prepared) -> Prepared:
    """Return the forcing with its streams cut to one month: the maps that do not change with time are wanted."""
    from dataclasses import replace

    return replace(ready, streams={name: stream[:1] for name, stream in ready.streams.items()}, months=1)
