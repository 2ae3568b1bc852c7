"""A world: what projects, soils, measurements and developers are drawn from, each number with its source."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from mollisol.methodology.base import DomainObject, Items, RequiredText
from mollisol.quantification.checks import FloatArray

_NEEDS: Final = {
    "fixed": ("value",),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sd_log"),
    "uniform": ("low", "high"),
    "whole": ("low", "high"),
    "choice": ("values",),
}
type Status = Literal["verified", "two-sources", "secondary", "from-memory", "conflict", "assumption"]
type NotNegative = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
type Real = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class Sourced(DomainObject):
    """What says where it is from and how sure that is."""

    source: RequiredText
    status: Status


class Distribution(Sourced):
    """What a number of each project is drawn from: one kind, with the numbers that the kind needs."""

    kind: Literal["fixed", "normal", "lognormal", "uniform", "whole", "choice"]
    value: Real | None = None
    mean: Real | None = None
    sd: NotNegative | None = None
    median: NotNegative | None = None
    sd_log: NotNegative | None = None
    low: Real | None = None
    high: Real | None = None
    values: Items[Real] | None = None
    shares: Items[NotNegative] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        given -= {"kind", "source", "status", "shares"}
        needs = _NEEDS[self.kind]
        if given != set(needs):
            raise ValueError(f"a {self.kind} distribution needs {' and '.join(needs)}, and nothing else")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low must not be above high")
        if self.values is not None and not self.values:
            raise ValueError("values must hold one or more")
        if self.shares is not None and (
            len(self.shares) != len(self.values or ()) or abs(sum(self.shares) - 1) > 1e-6
        ):
            raise ValueError("shares must be one for each of values, and sum to 1")
        return self

    @property
    def center(self) -> float:
        """Return the mean, or the median of a lognormal."""
        if self.values is not None:
            return float(np.average(self.values, weights=self.shares))
        if self.low is not None and self.high is not None:
            return (self.low + self.high) / 2
        return next(x for x in (self.value, self.mean, self.median) if x is not None)

    @property
    def least(self) -> float:
        """Return the least that may be drawn."""
        if self.values is not None:
            return min(self.values)
        lowest = {"normal": -np.inf, "lognormal": 0.0}.get(self.kind)
        return lowest if lowest is not None else next(x for x in (self.value, self.low) if x is not None)

    def draw(self, generator: np.random.Generator, number: int) -> FloatArray:
        """Return so many draws."""
        if self.value is not None:
            return np.full(number, self.value)
        if self.values is not None:
            return generator.choice(np.array(self.values), number, p=self.shares)
        if self.kind == "whole":
            return generator.integers(int(self.low or 0), int(self.high or 0) + 1, number).astype(float)
        if self.kind == "uniform":
            return generator.uniform(self.low or 0.0, self.high or 0.0, number)
        normal = generator.standard_normal(number)
        if self.median is not None:
            return np.asarray(self.median * np.exp((self.sd_log or 0.0) * normal))
        return np.asarray((self.mean or 0.0) + (self.sd or 0.0) * normal)


class Class(Sourced):
    """A soil texture or a region: its share of the projects, and what it does to the change of any practice."""

    name: RequiredText
    share: NotNegative
    factor: Real = 1.0


class Practice(DomainObject):
    """A practice: its share of the projects, and the true change that it makes. [t CO2e/ha over the period]."""

    name: RequiredText
    share: NotNegative
    change: Distribution


class Economy(Sourced):
    """What a campaign costs and a unit earns. [money]."""

    price_per_t: NotNegative
    per_project: NotNegative
    per_sample: NotNegative
    per_site: NotNegative
    per_deeper_sample: NotNegative


class Reactions(Sourced):
    """What developers do where a rule asks for more than they had in mind: ``comply``, or ``stay`` as they are.

    Where ``sites`` is ``least``, those who plan with the fewest take as few as the rule lets through; others comply.
    """

    samples: Literal["comply", "stay"]
    sites: Literal["comply", "stay", "least"]
    depth: Literal["comply", "stay"]


class Design(DomainObject):
    """The design of one project, in place of drawn numbers of strata, samples and control sites.

    Parameters
    ----------
    project
        Its name.
    area_ha, samples, spread
        Of each stratum; the spread is the standard deviation of the change between samples. [ha], [1], [t CO2e/ha]
    points
        Of each control site.
    link
        1 where a control site stands for a stratum, a row for each stratum.
    """

    project: RequiredText
    area_ha: Items[Annotated[float, Field(gt=0, le=1e9)]]
    samples: Items[Annotated[int, Field(ge=2, le=100_000)]]
    spread: Items[NotNegative]
    points: Items[Annotated[int, Field(ge=1, le=100_000)]]
    link: Items[Items[Annotated[int, Field(ge=0, le=1)]]]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        strata, sites = len(self.area_ha), len(self.points)
        if not (strata and len(self.samples) == len(self.spread) == len(self.link) == strata):
            raise ValueError("area_ha, samples, spread and link must hold one entry for each stratum")
        if any(len(row) != sites or not any(row) for row in self.link):
            raise ValueError("link must have a column for each of points, and a site for each stratum")
        if sites == 1 and self.points[0] < 2:
            raise ValueError("a control site that stands alone must have two points or more")
        return self


class World(DomainObject):
    """Everything that projects are drawn from. Changes are of soil carbon over one period, in t CO2e/ha.

    Parameters
    ----------
    name, about
        Of the population; ``about`` in one line, with what of it is assumed.
    period_years
        Length of the verification period.
    practice, texture, region
        Classes of projects. The true change is that of the practice times the factors of the other two.
    area_of
        Whether ``area_ha`` is of the project or of each stratum.
    stratum_ratio
        Area of each stratum as a share of the one before it.
    samples, sites, points
        Samples in each stratum, control sites of a project, points at each of them.
    links
        ``all``: every site stands for every stratum; ``own``: site h for stratum h where there are as many.
    between_strata, spread, between_sites, spread_of_points
        Standard deviations of the change: of true changes of strata and of control sites, of samples, of points.
    skewness, skewness_of_points, tail
        Of the changes of samples and points, 0 is normal; gamma, or lognormal where ``tail`` has the standard deviation
        of the logarithm.
    own_levels
        Standard deviation of what is peculiar to a stratum, in project and baseline alike: it reaches the control site
        that is the stratum's own. [t CO2e/ha]
    baseline_change
        Change without the project. [t CO2e/ha]
    stock_t_c_per_ha, stock_spread
        At the start to 30 cm, and its coefficient of variation between samples.
    batch_cv
        Error of the laboratory that all samples of a campaign share. [fraction of the stock]
    deeper_share, deeper_spread
        Change between 30 and 50 cm: its mean as a share of that above, and the standard deviation of a sample as a
        share of that above.
    manure_t_c_per_ha
        Carbon of manure that comes from outside to each hectare and year of the project, none before: it leaks.
        [t C/ha]
    residues_diverted_t_per_ha
        Residues that the project takes from use as fuel on each hectare and year: they leak. [t dry matter/ha]
    yield_t_per_ha, yield_lost_percent, new_land_t_c_per_ha
        Of the one crop: its yield here and on land cleared elsewhere, what the project loses of it (below 0 it gains),
        and the carbon that a cleared hectare loses; all three or none. What is lost is made elsewhere: it leaks.
        [t/ha], [%], [t C/ha]
    diesel_saved_l_per_ha
        Diesel that the project saves on each hectare and year; below 0 it burns more. [litre/ha]
    rating_percent
        Non-permanence risk rating.
    economy, reacts
        Costs and prices, and what developers do under another rule.
    declared
        Effect that developers declare before the data, as a multiple of the mean of the population.
    design
        Of one project, where replicates are drawn around it.
    """

    schema_version: Literal[1] = Field(alias="schema")
    name: RequiredText
    about: RequiredText
    period_years: Annotated[int, Field(ge=1, le=5)] = 5
    practice: Annotated[Items[Practice], Field(min_length=1)]
    texture: Annotated[Items[Class], Field(min_length=1)]
    region: Annotated[Items[Class], Field(min_length=1)]
    area_ha: Distribution
    area_of: Literal["project", "stratum"] = "project"
    stratum_ratio: Annotated[float, Field(gt=0.05, le=1)] = 1.0
    strata: Distribution
    samples: Distribution
    sites: Distribution
    points: Distribution
    links: Literal["all", "own"] = "all"
    between_strata: Distribution
    spread: Distribution
    between_sites: Distribution
    spread_of_points: Distribution
    skewness: Annotated[float, Field(ge=-10, le=10)] = 0.0
    skewness_of_points: Annotated[float, Field(ge=-10, le=10)] = 0.0
    tail: Annotated[float, Field(gt=0, le=2)] | None = None
    own_levels: NotNegative = 0.0
    baseline_change: Distribution
    stock_t_c_per_ha: Distribution
    stock_spread: Annotated[float, Field(ge=0, le=0.3)] = 0.1
    batch_cv: Distribution
    deeper_share: Distribution
    deeper_spread: NotNegative = 0.0
    manure_t_c_per_ha: Distribution | None = None
    residues_diverted_t_per_ha: Distribution | None = None
    yield_t_per_ha: Distribution | None = None
    yield_lost_percent: Distribution | None = None
    new_land_t_c_per_ha: Distribution | None = None
    diesel_saved_l_per_ha: Distribution | None = None
    rating_percent: Distribution
    economy: Economy
    reacts: Reactions
    declared: Annotated[float, Field(gt=0, le=10)] = 1.0
    design: Design | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for name in ("practice", "texture", "region"):
            if abs(sum(one.share for one in getattr(self, name)) - 1) > 1e-6:
                raise ValueError(f"the shares of {name} must sum to 1")
        least: dict[str, float] = {"strata": 1, "samples": 2, "sites": 1, "points": 1, "rating_percent": 12}
        least |= dict.fromkeys(("between_strata", "spread", "between_sites", "spread_of_points"), 0)
        least |= {"batch_cv": 0, "area_ha": 0, "stock_t_c_per_ha": 0, "manure_t_c_per_ha": 0}
        least |= {"residues_diverted_t_per_ha": 0, "yield_t_per_ha": 0.1, "new_land_t_c_per_ha": 0}
        if (
            len(
                {
                    self.yield_t_per_ha is None,
                    self.yield_lost_percent is None,
                    self.new_land_t_c_per_ha is None,
                }
            )
            > 1
        ):
            raise ValueError("yield_t_per_ha, yield_lost_percent and new_land_t_c_per_ha go together")
        for name, number in least.items():
            drawn: Distribution | None = getattr(self, name)
            if drawn is not None and drawn.least < number:
                raise ValueError(f"{name} must be {number} or more in every draw")
        for name in ("strata", "samples", "sites", "points"):
            number_of: Distribution = getattr(self, name)
            if number_of.kind not in ("fixed", "whole", "choice") or any(
                x != int(x) for x in (number_of.value, *(number_of.values or ())) if x is not None
            ):
                raise ValueError(f"{name} must be whole numbers: fixed, whole or choice")
        if self.design is None and self.sites.least < 2 and self.points.least < 2:
            raise ValueError("a control site that may stand alone must have two points or more")
        return self

    @property
    def weakest(self) -> list[tuple[str, str, str]]:
        """Return each number that is no more than assumed or remembered, with its source: what readers must judge."""
        return [row for row in self.sources if row[1] in ("assumption", "from-memory", "conflict")]

    @property
    def sources(self) -> list[tuple[str, str, str]]:
        """Return the name, the status and the source of each number."""
        rows: list[tuple[str, Sourced]] = [(f"practice {one.name}", one.change) for one in self.practice]
        for kind in ("texture", "region"):
            rows += [(f"{kind} {one.name}", one) for one in getattr(self, kind)]
        for name in type(self).model_fields:
            if isinstance(found := getattr(self, name), Sourced):
                rows.append((name, found))
        return [(name, one.status, one.source) for name, one in rows]
