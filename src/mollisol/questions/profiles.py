"""Profiles in columns: the samples with the same number of layers, and how likely their numbers are to come again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import Columns
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
    starts = np.flatnonzero(np.r_[True, sample[1:] != sample[:-1]])
    layers = np.diff(np.r_[starts, len(sample)])
    column = {name: cores.column(name).numbers()[order] for name in (_SOC, _DENSITY, _MASS, "upper_cm")}
    mass = np.where(np.isnan(column[_DENSITY]), column[_MASS], column[_DENSITY])
    point, campaign = cores.column("point"), cores.column("campaign")
    points, held = point.codes[order], campaign.codes[order]
    steps = [_steps(cores, name)[order] for name in (_SOC, _DENSITY)]
    for number in np.unique(layers).tolist():
        first = starts[layers == number]
        at = first[:, None] + np.arange(number)
        soc, weight = column[_SOC][at], mass[at]
        yield Profiles(
            cores.row_numbers[order[first]],
            points[first],
            held[first],
            column["upper_cm"][at],
            soc,
            weight,
            _chance_of_equal(soc, steps[0][at], scatter),
            _chance_of_equal(weight, steps[1][at], scatter),
            point.labels,
            campaign.labels,
        )


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


def _chance_of_equal(values: Floats, steps: Floats, scatter: float) -> Floats:
    """Return the chance that a second determination gives the same number.

    The difference of two has the least scatter times the square root of two; its density at zero times the step of
    the laboratory is the chance. A value that many rows share (a density per stratum, a limit of detection) proves as
    little as it is common.
    """
    chance = np.ones_like(values)
    given = ~np.isnan(values) & (values > 0)
    chance[given] = np.minimum(1.0, steps[given] / (np.sqrt(4 * np.pi) * scatter * values[given]))
    for layer in range(values.shape[1]):
        _, inverse, counts = np.unique(values[:, layer], return_inverse=True, return_counts=True)
        others = np.maximum(counts[inverse] - 2, 0) / len(values)
        chance[:, layer] = np.maximum(chance[:, layer], others)
    return chance
