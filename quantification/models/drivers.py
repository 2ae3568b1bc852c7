"""What drives the runs of a model: the weather of the sites, and the joint draws of the model's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.soil_models.inputs import SiteRow, WeatherRow
from mollisol.methodology.soil_models.parameters import ParameterSet
from mollisol.quantification.models.arrays import FloatArray

PAN_TO_PET = 0.75


@dataclass(frozen=True, slots=True)
class Weather:
    """Weather of all cells, (month, cell), from January of the first year; and the cell of each site."""

    years: tuple[int, int]
    cell: np.ndarray[tuple[int], np.dtype[np.int64]]
    tmean_c: FloatArray
    rain_mm: FloatArray
    pet_mm: FloatArray

    def part(self, sites: slice) -> Weather:
        """Return the weather of some of the sites."""
        return replace(self, cell=self.cell[sites])

    def of_sites(self, name: str) -> FloatArray:
        """Return a stream by site, (month, site)."""
        stream: FloatArray = getattr(self, name)
        return np.asarray(stream[:, self.cell])


@dataclass(frozen=True, slots=True)
class JointDraws:
    """Joint draws of a model's numbers; draw l of each goes with draw l of all, at every site and in every scenario.

    Parameters
    ----------
    label
        Id and hash of the parameter set.
    values
        All numbers of the model by name, one number or one a draw.
    inert_factor
        Factor on the inert carbon of Falloon 1998, one number or one a draw. [1]
    slow_shift
        Share of the active carbon that stands in the slowest pool at the start beyond its share at the steady state,
        taken from the pool before it (HUM from RPM, passive from slow, old from young); one number or one a draw. [1]
    """

    label: str
    values: Mapping[str, ArrayLike]
    inert_factor: ArrayLike = 1.0
    slow_shift: ArrayLike = 0.0

    @classmethod
    def of(cls, parameters: ParameterSet) -> JointDraws:
        """Take the one draw that a published set is."""
        return cls(parameters.label, parameters.values)

    @property
    def by_draw(self) -> dict[str, Any]:
        """Return the numbers as the models take them: (site, draw) where they are many, plain where they are one."""
        return {
            name: np.atleast_2d(value) if np.size(value) > 1 else float(np.ravel(value)[0])
            for name, value in self.values.items()
        }


def gather_weather(rows: Sequence[WeatherRow], sites: Sequence[SiteRow]) -> Weather:
    """Bring checked weather to arrays; pan evaporation becomes potential evapotranspiration (three quarters of it).

    Raises
    ------
    ValueError
        If cells do not cover the same years or a month is missing; the checks find both with more to say.
    """
    names = sorted({row.cell for row in rows})
    at = {name: place for place, name in enumerate(names)}
    first, last = min(row.year for row in rows), max(row.year for row in rows)
    streams = np.full((3, 12 * (last - first + 1), len(names)), np.nan)
    for row in rows:
        pet = row.pet_mm if row.pet_mm is not None else PAN_TO_PET * (row.pan_evaporation_mm or 0.0)
        streams[:, 12 * (row.year - first) + row.month - 1, at[row.cell]] = row.tmean_c, row.rain_mm, pet
    if np.isnan(streams).any():
        raise ValueError(f"every weather cell must cover every month from {first} to {last}")
    return Weather((first, last), np.array([at[s.cell] for s in sites], dtype=np.int64), *streams)


def weather_elsewhere(years: tuple[int, int]) -> Weather:
    """Return the years of a model that ran elsewhere, under weather that it took itself."""
    nothing = np.empty((0, 0))
    return Weather(years, np.empty(0, dtype=np.int64), nothing, nothing, nothing)
