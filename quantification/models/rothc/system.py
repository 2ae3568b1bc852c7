"""The compartments of RothC as a linear system."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, with_axes
from mollisol.quantification.models.linear.kernel import Compartments
from mollisol.quantification.models.rothc.clock import clock_numpy, clock_plain
from mollisol.quantification.models.rothc.equations import (
    co2_ratio,
    dpm_share,
    stabilised_share,
)
from mollisol.quantification.models.rothc.inputs import (
    POOLS,
    Prepared,
    RothCForcing,
    RothCParameters,
)


def rothc_clock(
    forcing: RothCForcing, parameters: RothCParameters, *, deficit_mm: ArrayLike = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return the rate clock a b c dt of each month and site, (month, site) in years, and the last deficit, (site,).

    The clock holds all weather, clay and cover; every draw that does not change these shares it.
    """
    ready = forcing.prepared()
    before = np.array(np.broadcast_to(with_axes(deficit_mm, 1, "deficit_mm"), ready.sites))
    make = clock_plain if ready.sites == 1 else clock_numpy
    clock = make(ready.part(0, ready.sites), parameters, before, ready.months)
    return clock, before


def rothc_system(ready: Prepared, parameters: RothCParameters, clock: FloatArray) -> Compartments:
    """Return RothC as linear compartments, for a clock (month, site)."""
    ratio = co2_ratio(
        clay_percent=ready.soil["clay_percent"][:, None],
        scale=with_axes(parameters.partition_scale, 2, "partition_scale"),
    )
    to_bio = stabilised_share(co2_ratio=ratio, part=parameters.bio_part)
    to_hum = stabilised_share(co2_ratio=ratio, part=parameters.hum_part)
    none = np.zeros_like(to_bio)
    plant = with_axes(parameters.input_multiplier, 2, "input_multiplier")
    manure = with_axes(parameters.manure_multiplier, 2, "manure_multiplier")
    plant, manure = np.broadcast_arrays(plant, manure)
    zero = np.zeros_like(plant)
    share = dpm_share(dpm_rpm_ratio=ready.streams["dpm_rpm_ratio"])
    carbon = ready.streams["plant_c_t_ha"]
    to_dpm = carbon * share
    sources = np.broadcast_arrays(to_dpm, carbon - to_dpm, ready.streams["manure_c_t_ha"])
    return Compartments(
        names=POOLS,
        routes=np.stack([none, none, to_bio, to_hum])[:, None],
        donors=np.ones((1, 4)),
        inlet=np.stack(
            [
                np.stack([plant, zero, parameters.manure_dpm * manure]),
                np.stack([zero, plant, parameters.manure_rpm * manure]),
                np.stack([zero, zero, zero]),
                np.stack([zero, zero, parameters.manure_hum * manure]),
            ]
        ),
        supply=np.stack(sources, axis=1)[..., None],
        clock=clock[..., None],
        rates=parameters.rates(),
    )
