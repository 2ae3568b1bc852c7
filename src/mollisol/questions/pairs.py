"""What was measured at the same place in two campaigns, in columns, and the groups that the places belong to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.context import Context
from mollisol.methodology.project import Project
from mollisol.stocks.measured import UnitStocks

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

DAYS_PER_YEAR = 365.25
PROJECT, CONTROLS = "project", "controls"
_SIGNS = str.maketrans("._/ ", "----")
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


type Grouping = tuple[Sequence[str], Places]
"""Names of groups, and the number of the group of each point."""


def groupings(
    context: Context, layers: Layers, pairs: Pairs, points: NDArray[np.integer[Any]]
) -> Mapping[str, Grouping]:
    """Return the group of each point in each way of grouping that parts the points.

    Points are parted by side, stratum or control site, farm (what stands before the first sign in the id of a point),
    laboratory method and day of the last campaign. A group without a name is none.
    """
    project = context.project
    table, cores = project.sample_points, project.core_increments
    stratum, site = table.column("stratum"), table.column("control_site")
    place_of = {name: place for place, name in enumerate(table.column("point").values())}
    place = np.array([place_of[layers.names[number]] for number in points.tolist()], dtype=np.intp)
    inside = stratum.given()[place]
    homes = [*(str(label or "") for label in stratum.labels), *(str(label or "") for label in site.labels)]
    home = np.where(inside, stratum.codes[place], len(stratum.labels) + site.codes[place])
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    units = ["", *dict.fromkeys(unit_of.values())]
    unit = np.array([units.index(unit_of.get(name, "")) for name in homes], dtype=np.intp)
    last_row = np.zeros(len(layers.names), dtype=np.intp)
    last_row[layers.point[pairs.after][::-1]] = pairs.after[
        ::-1
    ]  # of the rows of a point the first one stays
    rows = last_row[points]
    method, day = (cores.column(name) for name in ("laboratory_method", "sampled_on"))
    farms = _farms([layers.names[number] for number in points.tolist()])
    known = {name: number for number, name in enumerate(dict.fromkeys(["", *farms]))}
    ways: dict[str, Grouping] = {
        "side": ((CONTROLS, PROJECT), inside.astype(np.intp)),
        "quantification unit": (units, np.where(inside, unit[home], 0)),
        "stratum or control site": (homes, home),
        "farm": ([*known], np.where(inside, [known[name] for name in farms], 0)),
        "laboratory method": ([*map(str, method.labels)], method.codes[rows].astype(np.intp)),
        "day of sampling": ([*map(str, day.labels)], day.codes[rows].astype(np.intp)),
    }
    return {way: grouping for way, grouping in ways.items() if np.ptp(grouping[1]) > 0}


def _farms(names: Sequence[str]) -> list[str]:
    """Return what stands before the first sign in the id of each point; nothing where there is no sign."""
    heads = [name.partition("-") for name in "\n".join(names).translate(_SIGNS).split("\n")]
    return [head if sign and head.isalnum() else "" for head, sign, _ in heads]
