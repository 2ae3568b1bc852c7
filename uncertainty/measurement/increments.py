"""Errors of single increments carried to stocks at equal soil mass: drawn and interpolated again, or to first order.

Mass error moves the knots along the mass axis, carbon error moves the values; the reference mass stays, the same for
all profiles and campaigns. What a batch shares is one number for all its increments, drawn once in each draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import AboveZero, Amounts, Fraction, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    between,
    positive,
    row,
    same_shape,
    whole,
)
from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha

type Interpolation = Literal["natural_cubic_spline", "linear"]

_KG_PER_T: Final = 1000.0
_STEP: Final = 1e-4
_NUMBERS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Profiles of the same number of increments k that share a reference mass.

    Parameters
    ----------
    soil_mass_t_per_ha, carbon_g_per_kg
        Of each increment, top down, shape (n, k).
    reference_soil_mass_t_per_ha
        One for all of them.
    place
        Where each profile's stock belongs: the number of its point and campaign, shape (n,). Profiles of one place
        are averaged.
    batch
        Number of the batch (method and campaign) of each increment, shape (n, k).
    carbon_cv, soil_mass_cv
        Relative standard deviation of the error that an increment has to itself, shape (n, k). [fraction]
    """

    soil_mass_t_per_ha: FloatArray
    carbon_g_per_kg: FloatArray
    reference_soil_mass_t_per_ha: float
    place: NDArray[np.int64]
    batch: NDArray[np.int64]
    carbon_cv: FloatArray
    soil_mass_cv: FloatArray

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        mass = row("soil_mass_t_per_ha", positive("soil_mass_t_per_ha", self.soil_mass_t_per_ha))
        carbon = between("carbon_g_per_kg", self.carbon_g_per_kg, 0.0, 1000.0)
        for name in ("carbon_cv", "soil_mass_cv"):
            same_shape(soil_mass_t_per_ha=mass, **{name: at_least(name, getattr(self, name), 0.0)})
        same_shape(soil_mass_t_per_ha=mass, carbon_g_per_kg=carbon, batch=whole("batch", self.batch, 0))
        if mass.ndim != 2 or np.shape(self.place) != mass.shape[:1]:
            raise ValueError(
                f"soil_mass_t_per_ha must have shape (profiles, k), and place one number a profile, found {mass.shape}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class IncrementErrors:
    """Everything that is declared of the errors of increments.

    Parameters
    ----------
    profiles
        Groups of profiles; together they cover each place.
    places
        Number of places.
    carbon_batch_cv, soil_mass_batch_cv
        Relative standard deviation of what the increments of each batch share, shape (batches,). [fraction]
    interpolation
        As in the calculation itself.
    """

    profiles: tuple[Profiles, ...]
    places: int
    carbon_batch_cv: FloatArray
    soil_mass_batch_cv: FloatArray
    interpolation: Interpolation = "natural_cubic_spline"

    def __post_init__(self) -> None:
        """Check that batches and places are there."""
        carbon = row("carbon_batch_cv", at_least("carbon_batch_cv", self.carbon_batch_cv, 0.0))
        same_shape(carbon_batch_cv=carbon, soil_mass_batch_cv=np.asarray(self.soil_mass_batch_cv))
        at_least("soil_mass_batch_cv", self.soil_mass_batch_cv, 0.0)
        held = np.concatenate([group.place for group in self.profiles])
        if np.setdiff1d(np.arange(self.places), held).size or held.max() >= self.places:
            raise ValueError(f"profiles must cover the places 0 to {self.places - 1}, each by at least one")
        if max(int(group.batch.max()) for group in self.profiles) >= carbon.size:
            raise ValueError(f"batch must be below {carbon.size}, the number of batches")

    @property
    def any(self) -> bool:
        """Return whether any error is above 0."""
        own = any(group.carbon_cv.any() or group.soil_mass_cv.any() for group in self.profiles)
        return bool(own or self.carbon_batch_cv.any() or self.soil_mass_batch_cv.any())

    def shared(self) -> IncrementErrors:
        """Return the same without the errors that increments have to themselves."""
        none = (
            replace(
                group,
                carbon_cv=np.zeros_like(group.carbon_cv),
                soil_mass_cv=np.zeros_like(group.soil_mass_cv),
            )
            for group in self.profiles
        )
        return replace(self, profiles=tuple(none))

    def batch_effects(self) -> tuple[FloatArray, FloatArray]:
        """Return what a relative error of 1 in each batch does to each stock, by carbon and by soil mass, first order.

        Returns
        -------
        tuple of arrays
            Shape (batches, places) each. [t C/ha]
        """
        count = self._count()
        effect = np.zeros((2, self.carbon_batch_cv.size, self.places))
        for group in self.profiles:
            for of_batches, slope in zip(effect, _slopes(group, self.interpolation), strict=True):
                for batch, of_batch in enumerate(of_batches):
                    lever = (slope * (group.batch == batch)).sum(axis=1)
                    np.add.at(of_batch, group.place, lever / count[group.place])
        return effect[0], effect[1]

    def draw_weighted(self, *, weight: ArrayLike, draws: int, generator: np.random.Generator) -> FloatArray:
        """Draw a weighted sum of the stocks, each increment drawn again and each profile interpolated again.

        Parameters
        ----------
        weight
            Of each place, shape (places,).
        draws
            Number of draws. [whole number, 1 or more]
        generator
            Random numbers.

        Returns
        -------
        array
            Shape (draws,). [t C/ha times the weight's unit]
        """
        weights = np.asarray(weight, dtype=np.float64)
        if weights.shape != (self.places,):
            raise ValueError(f"weight must hold {self.places} numbers, found shape {weights.shape}")
        per_place = weights / self._count()
        numbers = max(group.soil_mass_t_per_ha.size for group in self.profiles)
        at_once = max(1, _NUMBERS_AT_ONCE // numbers)
        left, parts = int(whole("draws", draws, 1)), []
        while left > 0:
            number = min(at_once, left)
            shared = [
                relative_errors(cv=cv, shape=(number, cv.size), generator=generator)
                for cv in (self.carbon_batch_cv, self.soil_mass_batch_cv)
            ]
            total = np.zeros(number)
            for group in self.profiles:
                factors = [
                    of_batch[:, group.batch]
                    * relative_errors(cv=cv, shape=(number, *cv.shape), generator=generator)
                    for of_batch, cv in zip(shared, (group.carbon_cv, group.soil_mass_cv), strict=True)
                ]
                stock = _stock(group, self.interpolation, *factors)
                total += stock @ per_place[group.place]
            parts.append(total)
            left -= number
        return np.concatenate(parts)

    def _count(self) -> FloatArray:
        held = np.concatenate([group.place for group in self.profiles])
        return np.bincount(held, minlength=self.places).astype(np.float64)


def relative_errors(*, cv: FloatArray, shape: Sequence[int], generator: np.random.Generator) -> FloatArray:
    """Draw log-normal factors with mean 1 and this relative standard deviation, above 0; ones where it is 0.

    Parameters
    ----------
    cv
        Relative standard deviation, fits the shape. [fraction]
    shape
        Of the factors.
    generator
        Random numbers.
    """
    if not np.any(cv):
        return np.ones(tuple(shape))
    spread = np.log1p(cv**2)
    factors: FloatArray = np.exp(np.sqrt(spread) * generator.standard_normal(tuple(shape)) - spread / 2)
    return factors


def _stock(
    group: Profiles, interpolation: Interpolation, carbon_factor: ArrayLike, soil_mass_factor: ArrayLike
) -> FloatArray:
    """Return the stock of each profile, shape (..., n), with increments multiplied by these factors."""
    mass = group.soil_mass_t_per_ha * np.asarray(soil_mass_factor)
    carbon = mass * group.carbon_g_per_kg * np.asarray(carbon_factor) / _KG_PER_T
    return carbon_at_equivalent_soil_mass_t_per_ha(
        cumulative_soil_mass_t_per_ha=np.cumsum(mass, axis=-1),
        cumulative_carbon_t_per_ha=np.cumsum(carbon, axis=-1),
        reference_soil_mass_t_per_ha=np.array([group.reference_soil_mass_t_per_ha]),
        interpolation=interpolation,
    )[..., 0]


def _slopes(group: Profiles, interpolation: Interpolation) -> tuple[FloatArray, FloatArray]:
    """Return what a relative error of 1 in each increment does to its profile's stock, carbon and mass, (n, k)."""
    shape = group.soil_mass_t_per_ha.shape
    up, down = 1 + _STEP * np.eye(shape[1])[:, None, :], 1 - _STEP * np.eye(shape[1])[:, None, :]
    ones = np.ones((shape[1], *shape))
    carbon = _stock(group, interpolation, ones * up, ones) - _stock(group, interpolation, ones * down, ones)
    mass = _stock(group, interpolation, ones, ones * up) - _stock(group, interpolation, ones, ones * down)
    return carbon.T / (2 * _STEP), mass.T / (2 * _STEP)


@equation("mollisol:profile-error", "u(C_ESM)", "t C/ha", Locator("JCGM 100 (GUM)", "2008", "5.1.2", "10"))
def profile_error_t_per_ha(
    *,
    increment_soil_mass_t_per_ha: Amounts,
    carbon_g_per_kg: Annotated[FloatArray, Range(0, 1000)],
    reference_soil_mass_t_per_ha: AboveZero,
    carbon_cv: Annotated[FloatArray, Range(0)],
    soil_mass_cv: Annotated[FloatArray, Range(0)],
    interpolation: Interpolation = "natural_cubic_spline",
) -> Value:
    r"""Return the standard deviation of carbon at the reference mass, from errors that increments have to themselves.

    Parameters
    ----------
    increment_soil_mass_t_per_ha, carbon_g_per_kg
        Of each increment, top down, shape (n, k). [t/ha, above 0; g/kg, 0 to 1000]
    reference_soil_mass_t_per_ha
        One for all profiles. [t/ha]
    carbon_cv, soil_mass_cv
        Relative standard deviations of the errors of increments, shape (n, k). [fraction]
    interpolation
        As in the calculation itself.

    Returns
    -------
    array
        Shape (n,). [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math::

        u(C)^2 = \sum_k \left(\frac{\partial C}{\partial \ln c_k} \, CV_{c,k}\right)^2 + \left(\frac{\partial
        C}{\partial \ln m_k} \, CV_{m,k}\right)^2

    Here :math:`c_k` is ``carbon_g_per_kg``, :math:`m_k` is ``increment_soil_mass_t_per_ha``, :math:`CV_{c,k}`
    is ``carbon_cv`` and :math:`CV_{m,k}` is ``soil_mass_cv``. :math:`C` is the carbon above
    ``reference_soil_mass_t_per_ha``.

    Source: law of propagation through the interpolation, by central differences; errors of increments independent.
    With one increment the line from (0, 0) leaves no room for mass error.

    Examples
    --------
    >>> result = profile_error_t_per_ha(
    ...     increment_soil_mass_t_per_ha=[[3900.0]], carbon_g_per_kg=[[20.0]],
    ...     reference_soil_mass_t_per_ha=3800.0, carbon_cv=[[0.03]], soil_mass_cv=[[0.2]]
    ... )
    >>> print(result)
    [2.28]
    """
    group = Profiles(
        soil_mass_t_per_ha=increment_soil_mass_t_per_ha,
        carbon_g_per_kg=carbon_g_per_kg,
        reference_soil_mass_t_per_ha=float(reference_soil_mass_t_per_ha),
        place=np.arange(increment_soil_mass_t_per_ha.shape[0]),
        batch=np.zeros(increment_soil_mass_t_per_ha.shape, dtype=np.int64),
        carbon_cv=np.asarray(carbon_cv),
        soil_mass_cv=np.asarray(soil_mass_cv),
    )
    by_carbon, by_mass = _slopes(group, interpolation)
    return np.sqrt(((by_carbon * group.carbon_cv) ** 2 + (by_mass * group.soil_mass_cv) ** 2).sum(axis=1))


@equation("mollisol:class-error", "m", "t CO2e/ha", Locator("JCGM 100 (GUM)", "2008", "5.1.2", "10"))
def class_error_t_co2e_per_ha(
    *,
    profile_error_t_c_per_ha: Amounts,
    share_of_point: Fraction,
    point: Annotated[FloatArray, Range(0, whole=True)],
    class_of_point: Annotated[FloatArray, Range(0, whole=True, least=1)],
) -> Value:
    r"""Return the measurement error of a change, for each class of points.

    Parameters
    ----------
    profile_error_t_c_per_ha
        Of each profile at either time, shape (p,). [t C/ha]
    share_of_point
        One over the profiles of its point and time, shape (p,). [fraction]
    point
        Number of the point of each profile, shape (p,). [whole numbers]
    class_of_point
        Number of the class of each point, shape (n,). [whole numbers]

    Returns
    -------
    array
        Root mean square over the points of each class, shape (classes,). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math:: m_k = \frac{44}{12} \sqrt{\frac{1}{n_k} \sum_{i \in k} \sum_{p \in i} (a_p \, u_p)^2}

    Here :math:`u_p` is ``profile_error_t_c_per_ha``, :math:`a_p` is ``share_of_point``, :math:`i` is ``point``
    and :math:`k` is ``class_of_point``.

    Source: profiles of a point are averaged, and the errors of both times add in variance.

    Examples
    --------
    >>> result = class_error_t_co2e_per_ha(
    ...     profile_error_t_c_per_ha=[0.6, 0.6, 0.4, 0.3, 0.5, 1.0],
    ...     share_of_point=[0.5, 0.5, 1.0, 1.0, 1.0, 1.0], point=[0, 0, 0, 1, 1, 2],
    ...     class_of_point=[0, 0, 1]
    ... )
    >>> print(result)
    [2.13801569 3.66666667]
    """
    same_shape(profile_error_t_c_per_ha=profile_error_t_c_per_ha, share_of_point=share_of_point, point=point)
    kind = class_of_point.astype(np.int64)
    if point.max() >= kind.size:
        raise ValueError(f"point must be below {kind.size}, the number of points, found {point.max():g}")
    variance = np.bincount(
        point.astype(np.int64), (profile_error_t_c_per_ha * share_of_point) ** 2, minlength=kind.size
    )
    mean = np.bincount(kind, variance) / np.maximum(np.bincount(kind), 1)
    return CO2E_PER_C * np.sqrt(mean)
