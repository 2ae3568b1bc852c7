"""What was measured at the same place in two campaigns, in columns, and the groups that the places belong to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.context import Context
from mollisol.methodology.project import Project
from mollisol.stocks.measured import UnitStocks

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

DAYS_PER_YEAR = 365.25
PROJECT, CONTROLS = "project", "controls"
_FARM = re.compile(r"^([^\W_]+)[-._/ ]")
_T_PER_HA_OF_ONE_CM = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Each increment of the cores: content in g/kg, fine soil density in g/cm3, and where it lies.

    ``point`` numbers the points as the column of the table does; ``on_project`` is by row, ``names`` by number.
    """

    content: Floats
    density: Floats
    upper: Floats
    lower: Floats
    point: NDArray[np.int32]
    campaign: NDArray[np.int32]
    names: tuple[str, ...]
    campaigns: tuple[str, ...]
    on_project: NDArray[np.bool_]


def layers_of(project: Project, stocks: UnitStocks) -> Layers:
    """Return the increments of a project."""
    cores = project.core_increments
    upper, lower = (cores.column(name).numbers() for name in ("upper_cm", "lower_cm"))
    point, campaign = cores.column("point"), cores.column("campaign")
    in_project = {item.point for item in project.sample_points if item.stratum is not None}
    return Layers(
        cores.column("soc_g_per_kg").numbers(),
        stocks.increments.soil_mass.value / ((lower - upper) * _T_PER_HA_OF_ONE_CM),
        upper,
        lower,
        point.codes,
        campaign.codes,
        point.labels,
        campaign.labels,
        point.holds(lambda name: name in in_project),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Increments of the same bounds at the same points in two campaigns: their places in the table."""

    first: str
    last: str
    years: float
    before: Places
    after: Places

    def __str__(self) -> str:
        return f"campaigns {self.first} and {self.last}"


def pairs_of(context: Context, layers: Layers) -> Iterator[Pairs]:
    """Yield each two campaigns that follow each other or begin and end a period, where any increment is in both."""
    head = context.project.head
    ordered = [item.name for item in sorted(head.campaigns, key=lambda item: item.during.start)]
    asked = dict.fromkeys(itertools.pairwise(ordered))
    asked |= {(period.first_campaign, period.last_campaign): None for period in head.verification_periods}
    days = context.project.core_increments.column("sampled_on").days().astype(np.int64)
    key = np.rint(layers.upper * 10).astype(np.int64) * 10_000 + np.rint(layers.lower * 10).astype(np.int64)
    key += layers.point.astype(np.int64) * 100_000_000
    for first, last in asked:
        if first == last or not {first, last} <= set(layers.campaigns):
            continue
        one, other = (
            np.flatnonzero(layers.campaign == layers.campaigns.index(name)) for name in (first, last)
        )
        _, before, after = np.intersect1d(key[one], key[other], return_indices=True)
        if before.size:
            before, after = one[before], other[after]
            years = float(np.median(days[after] - days[before])) / DAYS_PER_YEAR
            if years > 0:
                yield Pairs(first, last, years, before, after)


def by_point(
    layers: Layers, pairs: Pairs, values: Floats, weights: Floats | None = None
) -> tuple[NDArray[np.int32], Floats]:
    """Return the points of pairs, and the mean of values of their increments."""
    points, place = np.unique(layers.point[pairs.before], return_inverse=True)
    weight = np.ones(values.size) if weights is None else weights
    return points, np.bincount(place, values * weight) / np.bincount(place, weight)


def groupings(
    context: Context, layers: Layers, pairs: Pairs, points: Sequence[int]
) -> Mapping[str, Sequence[str]]:
    """Return the group of each point in each way of grouping that parts the points.

    Points are parted by side, stratum or control site, farm (what stands before the first sign in the id of a point),
    laboratory method and day of the last campaign.
    """
    project = context.project
    home = {item.point: item.stratum or item.control_site or "" for item in project.sample_points}
    inside = {item.point for item in project.sample_points if item.stratum is not None}
    unit = {item.stratum: item.quantification_unit for item in project.strata}
    names = [layers.names[number] for number in points]
    first_row = dict(zip(layers.point[pairs.after].tolist(), pairs.after.tolist(), strict=True))
    rows = [first_row[number] for number in points]
    methods, days = (
        project.core_increments.column(name).values() for name in ("laboratory_method", "sampled_on")
    )

    def farm(name: str) -> str:
        match = _FARM.match(name)
        return match[1] if match and name in inside else ""

    ways: dict[str, list[str]] = {
        "side": [PROJECT if name in inside else CONTROLS for name in names],
        "quantification unit": [unit.get(home[name], "") if name in inside else "" for name in names],
        "stratum or control site": [home[name] for name in names],
        "farm": [farm(name) for name in names],
        "laboratory method": [str(methods[row]) for row in rows],
        "day of sampling": [str(days[row]) for row in rows],
    }
    return {way: labels for way, labels in ways.items() if len(set(labels)) > 1}
