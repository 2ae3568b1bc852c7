"""Means of groups: samples to points, points to sampling units, units to strata and sites; and what is compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.columns import one_behind_the_other
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.averages import mean_by_group

type Book = Trace | PeriodContext
"""Where a quantity is entered: under its name, or with the name of a period behind it."""

FEWEST = 2
"""Values on each side below which nothing can be compared."""


def group_means(
    book: Book, name: str, values: Quantity, group_of_value: Sequence[str], groups: Sequence[str]
) -> Quantity:
    """Compute the mean of each group, in the order of the groups."""
    number = {group: place for place, group in enumerate(groups)}
    return book.compute(
        name,
        mean_by_group,
        index=groups,
        unit=values.unit,
        values=values,
        group=[number[group] for group in group_of_value],
    )


def mean_of_all(book: Book, name: str, values: Quantity) -> Quantity:
    """Compute the mean of all values, as an array of one."""
    return book.compute(name, mean_by_group, unit=values.unit, values=values, group=[0] * len(values.index))


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """The replicates of some sets of control sites: the means of sites, or the sampling units of a site alone.

    Parameters
    ----------
    sites
        Those of which means are taken, and the places of their sampling units, one site after the other.
    places
        Of the replicates, set after set: among the means, and behind them among all sampling units.
    entry
        The number of the set that each replicate is of.
    """

    sites: tuple[str, ...]
    of_sites: tuple[tuple[int, ...], ...]
    places: NDArray[np.intp]
    entry: NDArray[np.intp]

    @classmethod
    def of(cls, sets: Sequence[Sequence[str]], members: Mapping[str, Sequence[int]]) -> Replicates:
        """Return the replicates of sets of sites, each of which has sampling units at some places."""
        averaged = dict.fromkeys(site for sites in sets if len(sites) > 1 for site in sites)
        number = {site: place for place, site in enumerate(averaged)}
        places, entry = list[int](), list[int]()
        for place, sites in enumerate(sets):
            if len(sites) > 1:
                own = [number[site] for site in sites]
            else:
                own = [len(number) + unit for site in sites for unit in members[site]]
            places += own
            entry += [place] * len(own)
        of_sites = tuple(tuple(members[site]) for site in averaged)
        return cls(tuple(averaged), of_sites, np.array(places, np.intp), np.array(entry, np.intp))

    def values(self, book: Book, name: str, values: Quantity) -> Quantity:
        """Compute the replicates of values of all sampling units, set after set; NAME_of_site are the means."""
        parts = [values]
        if self.sites:
            units = [place for places in self.of_sites for place in places]
            means = book.compute(
                f"{name}_of_site",
                mean_by_group,
                index=self.sites,
                unit=values.unit,
                values=book.pick(f"{name}_of_unit_of_site", values, units),
                group=[number for number, places in enumerate(self.of_sites) for _ in places],
            )
            parts.insert(0, means)
        labels = [label for part in parts for label in part.index]
        whole = one_behind_the_other(part.value for part in parts)
        index = [labels[place] for place in self.places.tolist()]
        return book.arrange(name, whole[self.places], parts, index=index, places=self.places.tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """The quantification units that can be held against their control sites, at one campaign.

    Parameters
    ----------
    names
        Of the units that have two values or more on both sides.
    places, entry
        Of the sampling units among the stocks of the campaign, and the number of the unit each is of.
    controls
        The replicates of the control sites that are linked to each.
    linked
        The control sites of each, also those that were not measured.
    """

    names: tuple[str, ...]
    places: NDArray[np.intp]
    entry: NDArray[np.intp]
    controls: Replicates
    linked: tuple[tuple[str, ...], ...]

    @classmethod
    def of(
        cls, project: Project, members: Mapping[str, Sequence[int]], left_out: frozenset[str]
    ) -> Comparisons:
        """Return what can be compared of the sampling units that strata and sites have at a campaign."""
        strata: dict[str, list[str]] = defaultdict(list)
        for name, unit in zip(
            *(project.strata.column(key).values() for key in ("stratum", "quantification_unit")), strict=True
        ):
            strata[unit].append(name)
        sites: dict[str, set[str]] = defaultdict(set)
        for site, name in zip(
            *(project.control_links.column(key).values() for key in ("control_site", "stratum")), strict=True
        ):
            sites[name].add(site)
        names, places, entry = list[str](), list[int](), list[int]()
        there, everywhere = list[tuple[str, ...]](), list[tuple[str, ...]]()
        for unit in project.quantification_units.column("quantification_unit").values():
            own = [place for name in strata[unit] for place in members.get(name, ())]
            linked = tuple(sorted(set().union(*(sites[name] for name in strata[unit]))))
            measured = tuple(
                site for site in linked if members.get(site)
            )  # one that joined later was not yet
            values = len(measured) if len(measured) > 1 else sum(len(members[site]) for site in measured)
            if len(own) >= FEWEST and values >= FEWEST and unit not in left_out:
                entry += [len(names)] * len(own)
                names.append(unit)
                places += own
                there.append(measured)
                everywhere.append(linked)
        controls = Replicates.of(there, members)
        numbers = np.array(places, np.intp), np.array(entry, np.intp)
        return cls(tuple(names), *numbers, controls, tuple(everywhere))

    def sides(self, book: Book, name: str, values: Quantity) -> tuple[Quantity, Quantity]:
        """Return values of the sampling units of all units, and of their control sites."""
        return (
            book.pick(f"{name}_unit", values, self.places.tolist()),
            self.controls.values(book, f"{name}_control", values),
        )
