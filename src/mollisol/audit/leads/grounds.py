"""What the looks start from: increments in columns, pairs of campaigns, groups, and the credit as a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from mollisol.audit.leads.credit import Credit
from mollisol.methodology.context import Context
from mollisol.questions.pairs import Layers, Pairs, layers_of, pairs_of
from mollisol.stocks.measured import UnitStocks

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

LEAST_GROUP = 6
"""Below this many values a spread says nothing."""
LIKELY = 0.95
GREATEST_STRENGTH = 12.0
"""Of a look that is the logarithm of a chance: what is rarer is as strong."""
CONTROLS = "the control sites"


@dataclass(frozen=True, slots=True)
class Seen:
    """The strongest of what one kind of look found.

    Parameters
    ----------
    strength
        Larger is odder; only values of one kind are compared.
    words
        What was seen.
    places
        Ids of where: points, control sites, strata, campaigns, batches.
    looks
        How many places were looked at for it.
    effect_t
        Tonnes of CO2e by which the credit of the moment form would be smaller (below zero: larger) if
        ``effect_of`` held; None where it cannot be computed.
    """

    strength: float
    words: str
    places: tuple[str, ...]
    looks: int
    effect_t: float | None = None
    effect_of: str = ""


@dataclass(frozen=True, eq=False)
class Profiles:
    """Samples with one number of layers, each with all its layers from the top down: one row a sample."""

    row: Places
    """Of the top layer in the table."""
    point: Places
    campaign: Places
    content: Floats
    density: Floats
    upper: Floats


class Grounds:
    """A project as the looks need it."""

    def __init__(self, context: Context, stocks: UnitStocks) -> None:
        self.context, self.project = context, context.project
        self.layers: Layers = layers_of(context.project, stocks.increments)
        self.pairs: tuple[Pairs, ...] = tuple(pairs_of(context, self.layers))
        self.credit = Credit(context, stocks)
        self.scatter = context.rules.number("mollisol.copies.least-scatter")
        known = dict(zip(self.credit.points, self.credit.home, strict=True))
        strata = {stratum.stratum for stratum in self.project.strata}
        self.home = tuple(known.get(name, "") for name in self.layers.names)
        self.group = tuple(
            f"stratum {home}" if home in strata else CONTROLS if home else "" for home in self.home
        )
        depth = np.stack([self.layers.upper, self.layers.lower])
        self.depth = np.unique(depth, axis=1, return_inverse=True)[1].reshape(-1)

    @cached_property
    def home_code(self) -> Places:
        """Return a number for the stratum or control site of each point, by the number of the point."""
        return np.unique(np.array(self.home, dtype=object).astype(str), return_inverse=True)[1]

    @cached_property
    def group_code(self) -> Places:
        """Return a number for the stratum of each point, one for all control sites."""
        return np.unique(np.array(self.group, dtype=object).astype(str), return_inverse=True)[1]

    @cached_property
    def profiles(self) -> tuple[Profiles, ...]:
        """Return the samples by their number of layers."""
        layers, cores = self.layers, self.project.core_increments
        order = cores.order("sample", "upper_cm")
        sample = cores.column("sample").codes[order]
        starts = np.flatnonzero(np.r_[True, sample[1:] != sample[:-1]])
        counts = np.diff(np.r_[starts, len(sample)])
        found = []
        for number in np.unique(counts).tolist():
            first = starts[counts == number]
            at = order[first[:, None] + np.arange(number)]
            found.append(
                Profiles(
                    at[:, 0],
                    layers.point[at[:, 0]].astype(np.intp),
                    layers.campaign[at[:, 0]].astype(np.intp),
                    layers.content[at],
                    layers.density[at],
                    layers.upper[at],
                )
            )
        return tuple(found)

    def names(self, points: Sequence[int] | Places) -> tuple[str, ...]:
        """Return the ids of points by their numbers."""
        return tuple(self.layers.names[number] for number in np.asarray(points).tolist())

    def places_of(self, names: Sequence[str]) -> Places:
        """Return the places of points in the credit."""
        return np.array([self.credit.place[name] for name in names], dtype=np.intp)

    def hangs_t(self, group: str) -> float | None:
        """Return what of the mean difference hangs on a stratum, or on all control sites, in t CO2e."""
        if group == CONTROLS:
            return None
        total, stratum = 0.0, group.removeprefix("stratum ")
        area = {item.stratum: item.area_ha for item in self.project.strata}
        for period in self.credit.periods:
            one = self.credit.replicates(period, {})
            if one is None or stratum not in area:
                return None
            number = list(area).index(stratum)
            own = one.group == number
            baseline = self.baseline(stratum, one.group, one.change)
            total += area[stratum] * (float(one.change[own].mean()) - baseline)
        return total

    def baseline(self, stratum: str, group: Places, change: Floats) -> float:
        """Return the change at the control sites of a stratum, each group with the weight of its sites."""
        linked = self.credit.groups_of(stratum)
        weight = np.array([sites for _, sites in linked], dtype=np.float64)
        means = np.array([change[group == number].mean() for number, _ in linked])
        return float(weight @ means / weight.sum())


def upper_limit(spread: Floats, counts: Places) -> Floats:
    """Return the limit that a standard deviation does not exceed with a probability of 0.95."""
    freedom = counts - 1.0
    limit: Floats = spread * np.sqrt(freedom / chdtri(freedom, LIKELY))
    return limit


def spreads(values: Floats, cells: Places) -> tuple[Places, Places, Floats]:
    """Return the cells with enough values, how many each has, and the standard deviation of its values."""
    counts = np.bincount(cells)
    mean = np.bincount(cells, values) / np.maximum(counts, 1)
    squares = np.bincount(cells, (values - mean[cells]) ** 2)
    which = np.flatnonzero(counts >= LEAST_GROUP)
    return which, counts[which], np.sqrt(squares[which] / (counts[which] - 1))


def some(names: Sequence[str]) -> str:
    """Return a few names in words."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def strength(chance: float, looks: int) -> float:
    """Return how odd a chance is that was found in so many looks: the negative logarithm of what is expected."""
    return float(-np.log10(max(chance * looks, 10**-GREATEST_STRENGTH)))
