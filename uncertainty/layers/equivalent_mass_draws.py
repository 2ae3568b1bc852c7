"""Error of a stock at equal soil mass: increments drawn again and interpolated again.

Mass error moves the knots along the mass axis, carbon error moves the values; the reference mass stays, the same for
all profiles and campaigns. One draw holds all campaigns, so a shared error cancels where it should.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.quantification.checks import FloatArray, at_least, between, positive, row, same_shape, whole
from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha

_KG_PER_T: Final = 1000.0
_NUMBERS_AT_ONCE: Final = 2_000_000


def relative_errors(*, cv: FloatArray, shape: tuple[int, ...], generator: np.random.Generator) -> FloatArray:
    """Draw factors with mean 1 and this relative standard deviation, above 0.

    Parameters
    ----------
    cv
        Relative standard deviation, fits the shape. [fraction]
    shape
        Of the factors.
    generator
        Random numbers.

    Returns
    -------
    array
        Log-normal factors.
    """
    spread = np.log1p(cv**2)
    factors: FloatArray = np.exp(np.sqrt(spread) * generator.standard_normal(shape) - spread / 2)
    return factors


def _batch_numbers(batch: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Give the number of each sample's batch; without batches each campaign is one."""
    if batch is None:
        of_campaign = np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))
        return np.broadcast_to(of_campaign, shape).astype(np.intp)
    ids = np.asarray(batch)
    try:
        ids = np.broadcast_to(ids, shape)
    except ValueError:
        raise ValueError(f"batch must fit the shape of the increments {shape}, found {ids.shape}") from None
    _, place = np.unique(ids, return_inverse=True)
    return place.reshape(shape)


def equivalent_mass_draws_t_per_ha(
    *,
    increment_soil_mass_t_per_ha: ArrayLike,
    carbon_g_per_kg: ArrayLike,
    reference_soil_mass_t_per_ha: ArrayLike,
    soil_mass_cv: ArrayLike,
    carbon_cv: ArrayLike,
    draws: int,
    seed: int,
    batch_cv: ArrayLike = 0.0,
    batch: ArrayLike | None = None,
    interpolation: Literal["natural_cubic_spline", "linear"] = "natural_cubic_spline",
) -> FloatArray:
    """Draw the carbon at the reference mass for all campaigns and profiles at once.

    Parameters
    ----------
    increment_soil_mass_t_per_ha
        Dry fine soil of each increment, shape (campaigns, profiles, k), top down. [t/ha, above 0]
    carbon_g_per_kg
        Its organic carbon, same shape. [g/kg, 0 to 1000]
    reference_soil_mass_t_per_ha
        One set for all profiles and campaigns, shape (r,). [t/ha, above 0]
    soil_mass_cv, carbon_cv
        Relative standard deviations of single increments, one number or the same shape; errors of increments are
        independent. [fraction, 0 or more]
    draws
        Number of draws. [whole number, 1 or more]
    seed
        Of the random numbers.
    batch_cv
        Relative standard deviation of the error that the samples of a laboratory batch share. [fraction, 0 or more]
    batch
        Id of each sample's batch, fits the shape of the increments; without it each campaign is a batch.
    interpolation
        As in the calculation itself.

    Returns
    -------
    array
        Shape (campaigns, profiles, r, draws). [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: method of VM0042 2.2 section 8.2.1.6, applied to log-normal draws around the measured increments. With one
    increment the line from (0, 0) leaves no room for mass error: the error is the carbon's alone.
    """
    mass = row(
        "increment_soil_mass_t_per_ha", positive("increment_soil_mass_t_per_ha", increment_soil_mass_t_per_ha)
    )
    carbon = between("carbon_g_per_kg", carbon_g_per_kg, 0.0, 1000.0)
    same_shape(increment_soil_mass_t_per_ha=mass, carbon_g_per_kg=carbon)
    if mass.ndim != 3:
        raise ValueError(
            f"increment_soil_mass_t_per_ha must have shape (campaigns, profiles, k), found {mass.shape}"
        )
    cvs = {
        name: at_least(name, value, 0.0)
        for name, value in (("soil_mass_cv", soil_mass_cv), ("carbon_cv", carbon_cv), ("batch_cv", batch_cv))
    }
    for name in ("soil_mass_cv", "carbon_cv"):
        if cvs[name].ndim and cvs[name].shape != mass.shape:
            raise ValueError(f"{name} must be one number or have shape {mass.shape}, found {cvs[name].shape}")
    if cvs["batch_cv"].ndim:
        raise ValueError(f"batch_cv must be one number, found shape {cvs['batch_cv'].shape}")
    number = int(whole("draws", draws, 1))
    of_batch = _batch_numbers(batch, mass.shape)
    generator = np.random.default_rng(seed)
    at_once = max(1, _NUMBERS_AT_ONCE // mass.size)
    parts = []
    for first in range(0, number, at_once):
        shape = (min(at_once, number - first), *mass.shape)
        drawn_mass = mass * relative_errors(cv=cvs["soil_mass_cv"], shape=shape, generator=generator)
        drawn_carbon = carbon * relative_errors(cv=cvs["carbon_cv"], shape=shape, generator=generator)
        shared = relative_errors(
            cv=cvs["batch_cv"], shape=(shape[0], int(of_batch.max()) + 1), generator=generator
        )
        drawn_carbon *= shared[:, of_batch]
        parts.append(
            carbon_at_equivalent_soil_mass_t_per_ha(
                cumulative_soil_mass_t_per_ha=np.cumsum(drawn_mass, axis=-1),
                cumulative_carbon_t_per_ha=np.cumsum(drawn_mass * drawn_carbon / _KG_PER_T, axis=-1),
                reference_soil_mass_t_per_ha=reference_soil_mass_t_per_ha,
                interpolation=interpolation,
            )
        )
    return np.moveaxis(np.concatenate(parts), 0, -1)
