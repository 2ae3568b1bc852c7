"""Draws of the PyMC reference as a NetCDF file that xarray and ArviZ open; the same draws give the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from mollisol.uncertainty.posterior.pymc_model import SAMPLER, SampledPosterior

SAMPLER_STATISTICS = ("diverging", "energy", "tree_depth", "acceptance_rate", "step_size")


def as_netcdf(sampled: SampledPosterior) -> bytes:
    """Return the reduction, the components and the sampler's statistics, by chain and draw.

    Returns
    -------
    bytes
        NetCDF 3, 64-bit offsets, without a time or a version in it: settings alone stand in the attributes.
    """
    import xarray as xr

    by_draw = ("chain", "draw")
    posterior = {"reduction": sampled.reduction, **sampled.components}
    values = {
        name: (by_draw, np.asarray(value, np.float64), {"units": "t CO2e/ha"})
        for name, value in posterior.items()
    }
    statistics = sampled.tree["sample_stats"]
    for name in SAMPLER_STATISTICS:
        if name in statistics:
            value = np.asarray(statistics[name].values)
            values[name] = (by_draw, value.astype(np.float64), {"units": "1"})
    chains, draws = sampled.reduction.shape
    data = xr.Dataset(
        values,
        coords={"chain": np.arange(chains, dtype=np.int32), "draw": np.arange(draws, dtype=np.int32)},
        attrs={
            "sampler": f"{SAMPLER} NUTS",
            "settings": json.dumps(asdict(sampled.settings), sort_keys=True),
        },
    )
    return bytes(data.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))
