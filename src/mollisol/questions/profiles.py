"""Profiles in columns: the samples with the same number of layers, and how likely their numbers are to come again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import Columns, numbered
from mollisol.methodology.measurement import CoreIncrement

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

_SOC, _DENSITY, _MASS = "soc_g_per_kg", "fine_soil_density_g_per_cm3", "fine_soil_mass_g"
_STEPS = (10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001)
"""In which results are written, each a part of the one before."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """Samples with the same number of layers: one row a sample, one column a layer from the top down.

    ``point`` and ``campaign`` number the names as the columns of the table do.
    """

    rows: NDArray[np.int64]
    point: NDArray[np.int32]
    campaign: NDArray[np.int32]
    upper: Floats
    soc: Floats
    mass: Floats
    soc_chance: Floats
    mass_chance: Floats
    names: tuple[str, ...]
    campaigns: tuple[str, ...]
    carbon: NDArray[np.int32]
    """The number of the first layer's carbon as the column of the table numbers it."""

    def name(self, row: int) -> str:
        """Return the name of the point of a row."""
        name: str = self.names[self.point[row]]
        return name


def profiles_of(cores: Columns[CoreIncrement], scatter: float) -> Iterator[Profiles]:
    """Yield the samples by their number of layers, with the chance that a second determination gives the same."""
    if not len(cores):
        return
    order = cores.order("sample", "upper_cm")
    sample = cores.column("sample").codes[order]
    starts = np.flatnonzero(np.diff(sample, prepend=-1))
    layers = np.diff(starts, append=len(sample))
    point, campaign = cores.column("point"), cores.column("campaign")
    carbon, density, weight = (cores.column(name) for name in (_SOC, _DENSITY, _MASS))
    of_mass = np.where(density.given(), density.codes, len(density.labels) + weight.codes)
    masses = np.array([*density.labels, *weight.labels], dtype=np.float64)
    upper = cores.column("upper_cm").numbers()
    steps = [_steps(cores, name) for name in (_SOC, _DENSITY)]
    for number in np.flatnonzero(np.bincount(layers)).tolist():
        at = order[starts[layers == number][:, None] + np.arange(number)]
        first = at[:, 0]
        soc, mass = carbon.codes[at], of_mass[at]
        contents, weights = np.array(carbon.labels, dtype=np.float64)[soc], masses[mass]
        yield Profiles(
            cores.row_numbers[first],
            point.codes[first],
            campaign.codes[first],
            upper[at],
            contents,
            weights,
            _chance_of_equal(contents, steps[0][at], scatter, _common(soc)),
            _chance_of_equal(weights, steps[1][at], scatter, _common(mass)),
            point.labels,
            campaign.labels,
            soc[:, 0],
        )


def _common(codes: NDArray[np.integer[Any]]) -> Floats:
    """Return the share of rows beside a pair that have the same value in the same layer."""
    layers = [numbered(codes[:, layer])[1:] for layer in range(codes.shape[1])]
    return np.stack([np.maximum(counts[of] - 2, 0) for of, counts in layers], axis=1) / len(codes)


def _steps(cores: Columns[CoreIncrement], name: str) -> Floats:
    """Return for each value the step in which its laboratory wrote in its campaign."""
    column = cores.column(name)
    campaign, method = (cores.column(other).codes for other in ("campaign", "laboratory_method"))
    of = campaign.astype(np.int64) * (int(method.max()) + 1) + method
    finest = np.zeros(int(of.max()) + 1, dtype=np.intp)
    np.maximum.at(finest, of, _digits(np.array(column.labels, dtype=np.float64))[column.codes])
    steps: Floats = np.array([*_STEPS, 1e-4])[finest[of]]
    return steps


def _digits(values: Floats) -> Places:
    """Return in which step each value can be written: the place in the list of steps."""
    found = np.full(values.shape, len(_STEPS), dtype=np.intp)
    for place, step in reversed([*enumerate(_STEPS)]):
        found[np.abs(values / step - np.round(values / step)) <= 1e-6] = place
    found[np.isnan(values)] = 0
    return found


def _chance_of_equal(values: Floats, steps: Floats, scatter: float, common: Floats) -> Floats:
    """Return the chance that a second determination gives the same number.

    The difference of two has the least scatter times the square root of two; its density at zero times the step of
    the laboratory is the chance. A value that many rows share (a density per stratum, a limit of detection) proves as
    little as it is common.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.minimum(1.0, steps / (np.sqrt(4 * np.pi) * scatter * values))
    chance = np.where(values > 0, chance, 1.0)
    found: Floats = np.maximum(chance, common)
    return found
