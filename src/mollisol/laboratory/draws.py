"""Projects drawn from a world, block by block. Each number has a stream of its own, so that a rule moves no other."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.laboratory.world import World
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray

BLOCK: Final = 10_000
"""Projects that are drawn at once."""
SURFACE_CM: Final = 30.0
DEEPER_CM: Final = 50.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How the projects of a block are sampled under a rule set.

    Parameters
    ----------
    samples, sites
        In each stratum, and control sites, of each project.
    deeper
        Whether the project reports to 50 cm.
    """

    samples: NDArray[np.int64]
    sites: NDArray[np.int64]
    deeper: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Group:
    """Projects of a block that have one design, with what was measured of them.

    Parameters
    ----------
    index
        Their places in the block.
    share
        Of each stratum in the area.
    link
        Weight of each control site in the control mean of each stratum, shape (strata, sites).
    project, control
        Changes of each stratum, shape (projects, samples), and of each site, shape (projects, points). [t CO2e/ha]
    """

    index: NDArray[np.int64]
    share: FloatArray
    link: FloatArray
    project: list[FloatArray]
    control: list[FloatArray]


class Block:
    """A block of projects of a world."""

    def __init__(self, world: World, seed: int, number: int, size: int = BLOCK) -> None:
        self.world, self.seed, self.number, self.size = world, seed, number, size
        self.noise = cache(self._noise)

    def stream(self, name: str, *place: int) -> np.random.Generator:
        """Return the stream of a number, by its name and place."""
        return np.random.default_rng([self.seed, self.number, zlib.crc32(name.encode()), *place])

    def drawn(self, name: str) -> FloatArray:
        """Return draws of a distribution of the world, one for each project; 0 where the world has none."""
        given = getattr(self.world, name)
        return np.zeros(self.size) if given is None else np.asarray(given.draw(self.stream(name), self.size))

    def _class(self, name: str) -> NDArray[np.int64]:
        shares = np.array([one.share for one in getattr(self.world, name)])
        return self.stream(name).choice(shares.size, self.size, p=shares / shares.sum())

    def _noise(self, kind: str, *place: int) -> FloatArray:
        """Return draws of mean 0 and standard deviation 1, one for each project: normal unless the world is skewed."""
        skewness = {"sample": self.world.skewness, "point": self.world.skewness_of_points}.get(kind, 0.0)
        generator, tail = self.stream(kind, *place), self.world.tail
        if skewness == 0:
            return generator.standard_normal(self.size)
        if tail is not None:
            raw = np.exp(tail * generator.standard_normal(self.size)) - np.exp(tail**2 / 2)
            return np.asarray(np.sign(skewness) * raw / np.sqrt(np.expm1(tail**2) * np.exp(tail**2)))
        form = 4 / skewness**2
        return np.asarray(np.sign(skewness) * (generator.gamma(form, size=self.size) - form) / np.sqrt(form))

    @cached_property
    def practice(self) -> NDArray[np.int64]:
        """Return the number of each project's practice."""
        return self._class("practice")

    @cached_property
    def texture(self) -> NDArray[np.int64]:
        """Return the number of each project's texture."""
        return self._class("texture")

    @cached_property
    def region(self) -> NDArray[np.int64]:
        """Return the number of each project's region."""
        return self._class("region")

    @cached_property
    def strata(self) -> NDArray[np.int64]:
        """Return the number of strata of each project."""
        design = self.world.design
        drawn = self.drawn("strata") if design is None else np.full(self.size, len(design.samples))
        return drawn.astype(np.int64)

    def shares(self, strata: int) -> FloatArray:
        """Return the share of each of so many strata in the area."""
        design = self.world.design
        area = self.world.stratum_ratio ** np.arange(strata) if design is None else np.array(design.area_ha)
        return np.asarray(area / area.sum())

    @cached_property
    def area(self) -> FloatArray:
        """Return the area of each project. [ha]."""
        if self.world.design is not None:
            return np.full(self.size, sum(self.world.design.area_ha))
        return self.drawn("area_ha") * (self.strata if self.world.area_of == "stratum" else 1.0)

    @cached_property
    def mean_effect(self) -> FloatArray:
        """Return the mean change that a practice makes in a soil and a region. [t CO2e/ha]."""
        factor = np.ones(self.size)
        for name, number in (("texture", self.texture), ("region", self.region)):
            factor *= np.array([one.factor for one in getattr(self.world, name)])[number]
        return np.array([one.change.center for one in self.world.practice])[self.practice] * factor

    @cached_property
    def declared_effect(self) -> FloatArray:
        """Return the mean effect of the population: the most that may be declared of a class of projects."""
        factor = np.prod(
            [
                sum(one.share * one.factor for one in getattr(self.world, name))
                for name in ("texture", "region")
            ]
        )
        mean = sum(one.share * one.change.center for one in self.world.practice)
        return np.full(self.size, factor * mean)

    @cached_property
    def effect(self) -> FloatArray:
        """Return the true change of each project to 30 cm, before strata differ. [t CO2e/ha]."""
        drawn = np.stack(
            [
                one.change.draw(self.stream("change", place), self.size)
                for place, one in enumerate(self.world.practice)
            ]
        )
        own = drawn[self.practice, np.arange(self.size)]
        center = np.array([one.change.center for one in self.world.practice])[self.practice]
        return np.asarray(own + self.mean_effect - center)

    def effect_of(self, stratum: int) -> FloatArray:
        """Return the true change of a stratum of each project to 30 cm. [t CO2e/ha]."""
        return np.asarray(self.effect + self.between_strata * self.noise("stratum", stratum))

    @cached_property
    def between_strata(self) -> FloatArray:
        """Return the standard deviation of the true changes of strata. [t CO2e/ha]."""
        return self.drawn("between_strata")

    @cached_property
    def deeper_share(self) -> FloatArray:
        """Return the true change between 30 and 50 cm as a share of that above."""
        return self.drawn("deeper_share")

    @cached_property
    def truth(self) -> FloatArray:
        """Return the true change of each project to 50 cm, whatever is reported. [t CO2e/ha]."""
        found = np.zeros(self.size)
        for strata in np.unique(self.strata):
            here = self.strata == strata
            for number, share in enumerate(self.shares(int(strata))):
                found[here] += share * self.effect_of(number)[here]
        return found * (1 + self.deeper_share)

    @cached_property
    def spread(self) -> FloatArray:
        """Return the standard deviation between samples of each project. [t CO2e/ha]."""
        return self.drawn("spread")

    @cached_property
    def between_sites(self) -> FloatArray:
        """Return the standard deviation between control sites of each project. [t CO2e/ha]."""
        return self.drawn("between_sites")

    @cached_property
    def spread_of_points(self) -> FloatArray:
        """Return the standard deviation between points of a control site. [t CO2e/ha]."""
        return self.drawn("spread_of_points")

    @cached_property
    def baseline(self) -> FloatArray:
        """Return the change without the project. [t CO2e/ha]."""
        return self.drawn("baseline_change")

    @cached_property
    def rating(self) -> FloatArray:
        """Return the non-permanence risk rating of each project. [%]."""
        return self.drawn("rating_percent")

    @cached_property
    def points(self) -> NDArray[np.int64]:
        """Return the points at each control site."""
        return self.drawn("points").astype(np.int64)

    @cached_property
    def stock(self) -> FloatArray:
        """Return the mean stock of each project at the start to 30 cm. [t C/ha]."""
        return self.drawn("stock_t_c_per_ha")

    @cached_property
    def _batch(self) -> tuple[FloatArray, FloatArray]:
        """Return the relative error that all samples of the first and the last campaign share."""
        cv = self.drawn("batch_cv")
        return cv * self.noise("batch", 0), cv * self.noise("batch", 1)

    @property
    def planned(self) -> Plan:
        """Return what developers have in mind before they look at a rule set."""
        design = self.world.design
        if design is not None:
            ones = np.ones(self.size, dtype=np.int64)
            return Plan(0 * ones, ones * len(design.points), ones < 0)
        samples, sites = (self.drawn(name).astype(np.int64) for name in ("samples", "sites"))
        return Plan(samples, sites, np.zeros(self.size, dtype=bool))

    def stock_of(self, kind: str, *place: int) -> FloatArray:
        """Return the stock at the start of a sample or point of each project, to 30 cm. [t C/ha]."""
        return np.asarray(self.stock * np.exp(self.world.stock_spread * self.noise(f"{kind} stock", *place)))

    def measured(self, index: NDArray[np.int64], kind: str, change: FloatArray, *place: int) -> FloatArray:
        """Return a change with the error that campaigns share added to it. [t CO2e/ha]."""
        if self.world.batch_cv.value == 0:
            return change
        start = CO2E_PER_C * self.stock_of(kind, *place)[index]
        first, last = (one[index] for one in self._batch)
        return np.asarray(change + last * (start + change) - first * start)

    def spread_of(self, index: NDArray[np.int64], stratum: int) -> FloatArray:
        """Return the standard deviation between samples of a stratum of some projects. [t CO2e/ha]."""
        design = self.world.design
        return self.spread[index] if design is None else np.full(index.size, design.spread[stratum])

    def _level(self, index: NDArray[np.int64], stratum: int) -> FloatArray | float:
        """Return what is peculiar to a stratum, in project and baseline alike. [t CO2e/ha]."""
        levels = self.world.own_levels
        return levels * self.noise("level", stratum)[index] if levels else 0.0

    def _sample(self, index: NDArray[np.int64], deeper: bool, stratum: int, number: int) -> FloatArray:
        spread = self.spread_of(index, stratum)
        true = self.effect_of(stratum)[index]
        change = self.baseline[index] + self._level(index, stratum) + true
        change = change + spread * self.noise("sample", stratum, number)[index]
        if deeper:
            own = self.world.deeper_spread * spread * self.noise("deeper", stratum, number)[index]
            change = change + self.deeper_share[index] * true + own
        return self.measured(index, "sample", np.asarray(change), stratum, number)

    def _point(
        self, index: NDArray[np.int64], deeper: bool, site: int, number: int, stratum: int | None
    ) -> FloatArray:
        spread = self.spread_of_points[index]
        own = self.between_sites[index] * self.noise("site", site)[index]
        level = 0.0 if stratum is None else self._level(index, stratum)
        change = self.baseline[index] + level + own + spread * self.noise("point", site, number)[index]
        if deeper:
            change = (
                change + self.world.deeper_spread * spread * self.noise("deeper point", site, number)[index]
            )
        return self.measured(index, "point", np.asarray(change), site, number)

    def groups(self, plan: Plan, only: NDArray[np.int64] | None = None) -> Iterator[Group]:
        """Yield the projects by their design, with what was measured of them.

        Parameters
        ----------
        only
            Places of the projects that are wanted; all where it is None.
        """
        design = self.world.design
        chosen = np.arange(self.size) if only is None else only
        parts = (self.strata, plan.samples, plan.sites, self.points, plan.deeper.astype(np.int64))
        designs, place = np.unique(np.stack(parts)[:, chosen], axis=1, return_inverse=True)
        order = chosen[np.argsort(place.ravel(), kind="stable")]
        ends = np.searchsorted(np.sort(place.ravel()), np.arange(designs.shape[1] + 1))
        for number, (strata, n, sites, points, deeper) in enumerate(designs.T.tolist()):
            index = order[ends[number] : ends[number + 1]]
            samples = [n] * strata if design is None else list(design.samples)
            at = [points] * sites if design is None else list(design.points)
            link = self.link(strata, sites)
            home = [int(np.argmax(line)) if (line > 0).sum() == 1 else None for line in link.T]
            yield Group(
                index,
                self.shares(strata),
                link,
                [
                    np.stack([self._sample(index, bool(deeper), h, i) for i in range(count)], axis=-1)
                    for h, count in enumerate(samples)
                ],
                [
                    np.stack([self._point(index, bool(deeper), c, j, home[c]) for j in range(count)], axis=-1)
                    for c, count in enumerate(at)
                ],
            )

    def link(self, strata: int, sites: int) -> FloatArray:
        """Return the weight of each site in the control mean of each stratum."""
        if self.world.design is not None:
            given = np.array(self.world.design.link, dtype=np.float64)
        elif self.world.links == "own" and sites == strata:
            given = np.eye(strata)
        else:
            given = np.ones((strata, sites))
        return np.asarray(given / given.sum(axis=1, keepdims=True))
