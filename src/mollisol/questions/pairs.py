"""What was measured at the same place in two campaigns, in columns, and the groups that the places belong to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import Column, numbered, sorted_places
from mollisol.methodology.context import Context
from mollisol.methodology.project import Project
from mollisol.questions.grouped import Grouped, middle
from mollisol.stocks.profiles import Increments

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

DAYS_PER_YEAR = 365.25
PROJECT, CONTROLS = "project", "controls"
_BEFORE_SIGN = re.compile(r"^(?:([^\W_]+)[-._/ ])?.*", re.MULTILINE)
_T_PER_HA_OF_ONE_CM = 100.0


@dataclass(frozen=True, eq=False)
class Layers:
    """Each increment of the cores: content in g/kg, fine soil density in g/cm3, and where it lies.

    ``point`` numbers the points as the column of the table does; ``on_project`` is by row, ``names`` by number, and so
    is ``home``, the number of the stratum or control site in ``homes``. ``by_depth`` goes by bounds to a millimetre.
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
    inside: NDArray[np.bool_]
    home: Places
    homes: tuple[str, ...]
    by_depth: Grouped
    ascending: Mapping[str, Places]
    """The places of contents and densities in their order; of densities to seven digits."""

    @cached_property
    def farms(self) -> Grouping:
        """What stands before the first sign in the id of each point of the project; nothing where there is no sign."""
        rows = np.flatnonzero(self.inside)
        heads = Column.of(_BEFORE_SIGN.findall("\n".join([self.names[row] for row in rows.tolist()])))
        of = np.zeros(len(self.names), dtype=np.intp)
        of[rows] = heads.codes[: rows.size]
        return heads.labels, of


def layers_of(project: Project, increments: Increments) -> Layers:
    """Return the increments of a project."""
    cores, points = project.core_increments, project.sample_points
    upper, lower = (cores.column(name).numbers() for name in ("upper_cm", "lower_cm"))
    point, campaign = cores.column("point"), cores.column("campaign")
    place = points.find("point", point)
    stratum, site = points.column("stratum"), points.column("control_site")
    inside = stratum.given()[place]
    carbon = cores.column("soc_g_per_kg")
    density = increments.soil_mass.value / ((lower - upper) * _T_PER_HA_OF_ONE_CM)
    return Layers(
        carbon.numbers(),
        density,
        upper,
        lower,
        point.codes,
        campaign.codes,
        point.labels,
        campaign.labels,
        inside[point.codes],
        inside,
        np.where(inside, stratum.codes[place], len(stratum.labels) + site.codes[place]),
        tuple(str(label or "") for label in (*stratum.labels, *site.labels)),
        _by_depth(cores.column("upper_cm"), cores.column("lower_cm")),
        {
            "carbon": sorted_places(carbon.ranks()),
            "density": sorted_places(density.astype(np.float32).view(np.uint32)),
        },
    )


def _by_depth(upper: Column, lower: Column) -> Grouped:
    """Return the increments by their bounds, from the top down."""
    pairs, of, _ = numbered(upper.codes.astype(np.int64) * len(lower.labels) + lower.codes)
    top, bottom = (
        np.rint(np.array(column.labels, dtype=np.float64) * 10)[codes]
        for column, codes in zip((upper, lower), np.divmod(pairs, max(1, len(lower.labels))), strict=True)
    )
    return Grouped.by(np.unique(top * 1e5 + bottom, return_inverse=True)[1][of])


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Increments of the same bounds at the same points in two campaigns: their places in the table, and by point."""

    first: str
    last: str
    years: float
    before: Places
    after: Places
    by_point: Grouped

    def __str__(self) -> str:
        return f"campaigns {self.first} and {self.last}"


def pairs_of(context: Context, layers: Layers) -> Iterator[Pairs]:
    """Yield each two campaigns that follow each other or begin and end a period, where any increment is in both."""
    head = context.project.head
    ordered = [item.name for item in sorted(head.campaigns, key=lambda item: item.during.start)]
    asked = dict.fromkeys(itertools.pairwise(ordered))
    asked |= {(period.first_campaign, period.last_campaign): None for period in head.verification_periods}
    days = context.project.core_increments.column("sampled_on").days().astype(np.float64)
    key = layers.point.astype(np.int64) * layers.by_depth.keys.size + layers.by_depth.of
    slots = len(layers.names) * layers.by_depth.keys.size
    for first, last in asked:
        if first == last or not {first, last} <= set(layers.campaigns):
            continue
        row = np.full((2, slots), -1)
        for side, name in enumerate((first, last)):
            # of an increment that stands twice the first one stays
            rows = np.flatnonzero(layers.campaign == layers.campaigns.index(name))[::-1]
            row[side, key[rows]] = rows
        before, after = row[:, (row >= 0).all(axis=0)]
        if before.size:
            years = middle(days[after] - days[before]) / DAYS_PER_YEAR
            if years > 0:
                yield Pairs(first, last, years, before, after, Grouped.by(layers.point[before]))


def by_point(pairs: Pairs, values: Floats, weights: Floats | None = None) -> Floats:
    """Return the mean of values of the increments of each point of pairs."""
    if weights is None:
        return pairs.by_point.means(values)
    means: Floats = pairs.by_point.sums(values * weights) / pairs.by_point.sums(weights)
    return means


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
    cores = project.core_increments
    inside, home = layers.inside[points], layers.home[points]
    names = (project.strata.column(name).values() for name in ("stratum", "quantification_unit"))
    unit_of = dict(zip(*names, strict=True))
    units = {name: number for number, name in enumerate(dict.fromkeys(["", *unit_of.values()]))}
    unit = np.array([units[unit_of.get(name, "")] for name in layers.homes], dtype=np.intp)
    last_row = np.zeros(len(layers.names), dtype=np.intp)
    # of the rows of a point the first one stays
    last_row[layers.point[pairs.after][::-1]] = pairs.after[::-1]
    rows = last_row[points]
    method, day = (cores.column(name) for name in ("laboratory_method", "sampled_on"))
    farms, farm = layers.farms
    ways: dict[str, Grouping] = {
        "side": ((CONTROLS, PROJECT), inside.astype(np.intp)),
        "quantification unit": ([*units], np.where(inside, unit[home], 0)),
        "stratum or control site": (layers.homes, home),
        "farm": (farms, farm[points]),
        "laboratory method": ([*map(str, method.labels)], method.codes[rows].astype(np.intp)),
        "day of sampling": ([*map(str, day.labels)], day.codes[rows].astype(np.intp)),
    }
    return {way: grouping for way, grouping in ways.items() if np.ptp(grouping[1]) > 0}
