"""The draws of the reference as a file: what was sampled, nothing else, the same bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pytest

from mollisol.uncertainty.posterior.draws_file import as_netcdf
from mollisol.uncertainty.posterior.pymc_model import Settings, sample_with_pymc
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]


def test_the_file_holds_the_draws_and_the_settings_and_no_clock(designs: dict[str, Design]) -> None:
    import xarray as xr

    settings = Settings(draws=50, tune=50, chains=2, target_accept=0.8, seed=3)
    sampled = sample_with_pymc(designs["one stratum"](), settings)
    written = as_netcdf(sampled)
    assert written == as_netcdf(sampled)
    with xr.open_dataset(io.BytesIO(written), engine="scipy") as data:
        np.testing.assert_array_equal(data["reduction"].values, sampled.reduction)
        for name, value in sampled.components.items():
            np.testing.assert_array_equal(data[name].values, value)
        assert data["reduction"].attrs["units"] == "t CO2e/ha"
        assert int(data["diverging"].sum()) == sampled.divergences
        assert set(data.attrs) == {"sampler", "settings"}
        assert json.loads(data.attrs["settings"])["seed"] == 3


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(designs: dict[str, Design]) -> None:
    settings = Settings(draws=100, tune=100, chains=2, seed=3)
    one, other = (sample_with_pymc(designs["one stratum"](), settings) for _ in range(2))
    assert as_netcdf(one) == as_netcdf(other)
