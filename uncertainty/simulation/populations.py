"""Populations of projects with known truth, and what a rule of issuance does among those that issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.student import t_quantile

AT_ONCE: Final = 200_000
FEWEST_ISSUED: Final = 400
"""Below it no figure of a population is printed."""
REGISTER: Final = 20

type Figure = tuple[float, float]
"""A figure and its Monte Carlo error."""


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Estimates of many projects: truth, estimate, standard error, degrees of freedom and area, all of one length."""

    truth: FloatArray
    estimate: FloatArray
    error: FloatArray
    freedom: FloatArray
    area: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """A population of projects. All strata of a project are of one size; normal data; a site of one mean each.

    Parameters
    ----------
    name
        In a few words.
    truth
        Shares, means and standard deviations of a mixture of normals. [t CO2e/ha]
    strata, fields, sites
        Numbers that a project has one of, all equally likely unless ``share_of_strata`` says otherwise.
    field_sd, site_sd
        Standard deviations between fields and between sites: lowest and highest. [t CO2e/ha]
    area, area_sd
        Median of the area and standard deviation of its logarithm; of each stratum where ``area_by_stratum``. [ha]
    """

    name: str
    truth: tuple[tuple[float, float, float], ...]
    strata: tuple[int, ...]
    fields: tuple[int, ...]
    sites: tuple[int, ...]
    field_sd: tuple[float, float]
    site_sd: tuple[float, float]
    share_of_strata: tuple[float, ...] = ()
    area: float = 1.0
    area_sd: float = 0.0
    area_by_stratum: bool = False

    def draw(self, projects: int, generator: np.random.Generator) -> Campaigns:
        """Return campaigns from sufficient draws: normal means and chi-square variances."""
        share, mean, sd = (np.array(column) for column in zip(*self.truth, strict=True))
        kind = generator.choice(share.size, projects, p=share)
        truth = generator.normal(mean[kind], sd[kind])
        strata = generator.choice(self.strata, projects, p=self.share_of_strata or None).astype(float)
        fields = generator.choice(self.fields, projects).astype(float)
        sites = generator.choice(self.sites, projects).astype(float)
        of_field = generator.uniform(*self.field_sd, projects)
        of_site = generator.uniform(*self.site_sd, projects)
        within, between = of_field**2 / (fields * strata), of_site**2 / sites
        estimate = generator.normal(truth, np.sqrt(within + between))
        most = max(self.strata)
        chi = generator.chisquare((fields - 1)[:, None], (projects, most)) / (fields - 1)[:, None]
        parts = np.where(
            np.arange(most) < strata[:, None],
            of_field[:, None] ** 2 / (fields * strata**2)[:, None] * chi,
            0.0,
        )
        last = between * generator.chisquare(sites - 1) / (sites - 1)
        variances = np.concatenate([parts, last[:, None]], axis=1)
        each = np.concatenate(
            [np.broadcast_to((fields - 1)[:, None], parts.shape), (sites - 1)[:, None]], axis=1
        )
        freedom = np.asarray(satterthwaite(variances=variances, degrees_of_freedom=each))
        area = self.area * np.exp(self.area_sd * generator.standard_normal(projects))
        return Campaigns(
            truth,
            estimate,
            np.sqrt(variances.sum(axis=1)),
            freedom,
            area * (strata if self.area_by_stratum else 1.0),
        )


_MIXED: Final[dict[str, Any]] = {
    "truth": ((0.40, 6, 3.5), (0.25, 3, 3), (0.15, 2, 2), (0.20, 8, 4)),
    "strata": (1, 3, 5, 10),
    "share_of_strata": (0.2, 0.3, 0.3, 0.2),
    "fields": (3, 5, 8),
    "sites": (3, 5, 8),
    "field_sd": (3.0, 8.0),
    "site_sd": (1.0, 4.0),
}


def _plain(
    name: str, mean: float, sd: float, strata: int, fields: int, field_sd: float, sites: int, site_sd: float
) -> Population:
    return Population(
        name=name,
        truth=((1.0, mean, sd),),
        strata=(strata,),
        fields=(fields,),
        sites=(sites,),
        field_sd=(field_sd, field_sd),
        site_sd=(site_sd, site_sd),
    )


POPULATIONS: Final = {
    "V1": _plain("textbook, N(4, 2)", 4, 2, 4, 5, 4.0, 3, 2.0),
    "V2": _plain("weak effect, N(2, 1.5)", 2, 1.5, 4, 5, 4.0, 3, 2.0),
    "V3": _plain("reduced tillage, N(3, 3)", 3, 3, 4, 5, 5.0, 3, 3.0),
    "V4": _plain("cover crops, N(6, 3.5)", 6, 3.5, 6, 5, 6.0, 5, 4.0),
    "V5": _plain("ley or manure, N(8, 4)", 8, 4, 5, 4, 7.0, 10, 10.0),
    "V6": Population(name="mixed register", area=800.0, area_sd=1.2, **_MIXED),
    "V6b": Population(
        name="mixed register, areas that grow with the design",
        area=200.0,
        area_sd=0.5,
        area_by_stratum=True,
        **_MIXED,
    ),
}
"""Reference populations: effects of meta-analyses; spreads between projects are an assumption (docs/selection.md)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of issuance: the confidence of the deduction, and the bar in per cent, none where it is None."""

    confidence: float = 2 / 3
    bar_percent: float | None = 100.0


@dataclass(frozen=True, slots=True)
class Selected:
    """What a rule does in a population.

    Parameters
    ----------
    projects, issued
        How many were drawn, and how many of them issued.
    figures
        By name, each with its Monte Carlo error; empty where fewer than 400 issued.
    """

    projects: int
    issued: int
    figures: Mapping[str, Figure]


def credited(drawn: Campaigns, rule: Rule) -> tuple[FloatArray, FloatArray]:
    """Return what the moment form credits, and whether it issues (1 or 0)."""
    t = np.asarray(t_quantile(probability=rule.confidence, degrees_of_freedom=drawn.freedom))
    credit = drawn.estimate - t * drawn.error
    passes = credit > 0
    if rule.bar_percent is not None:
        wide = np.asarray(t_quantile(probability=0.95, degrees_of_freedom=drawn.freedom)) * drawn.error
        passes &= 100 * wide <= rule.bar_percent * np.abs(drawn.estimate)
    return credit, passes.astype(float)


def measure_selection(population: Population, rule: Rule, projects: int, seed: int) -> Selected:
    """Return the figures of a rule among those that issue, beside the promise over all campaigns."""
    generator = np.random.default_rng(seed)
    blocks = []
    for first in range(0, projects, AT_ONCE):
        drawn = population.draw(min(AT_ONCE, projects - first), generator)
        credit, issues = credited(drawn, rule)
        blocks.append((drawn.truth, credit, issues, drawn.area))
    truth, credit, issues, area = (np.concatenate(part) for part in zip(*blocks, strict=True))
    passed = issues > 0
    if passed.sum() < FEWEST_ISSUED:
        return Selected(projects, int(passed.sum()), {})
    units, true = area[passed] * credit[passed], area[passed] * truth[passed]
    kept = (truth >= credit).astype(float)
    backed = np.maximum(credit[passed] - np.maximum(truth[passed], 0.0), 0.0) * area[passed]
    worth = area * np.maximum(truth, 0.0)
    groups = units.size // REGISTER
    sums = [part[: groups * REGISTER].reshape(groups, REGISTER).sum(axis=1) for part in (units, true)]
    return Selected(
        projects,
        int(passed.sum()),
        {
            "share_issued": _share(issues),
            "p_all": _share(kept),
            "p_issued": _share(kept[passed]),
            "p_tonne": _ratio(units * kept[passed], units),
            "ratio_issued": _ratio(units, true),
            "ratio_all": _ratio(area * credit * issues, area * truth),
            "unbacked": _ratio(backed, units),
            "no_effect": _share((truth[passed] <= 0).astype(float)),
            "refused_tonnes": _ratio(worth * (1 - issues), worth),
            "register_20": _share((sums[0] <= sums[1]).astype(float)),
        },
    )


def _share(hits: FloatArray) -> Figure:
    share = float(hits.mean())
    return share, float(np.sqrt(share * (1 - share) / hits.size))


def _ratio(above: FloatArray, below: FloatArray) -> Figure:
    ratio = float(above.sum() / below.sum())
    return ratio, float(np.sqrt(((above - ratio * below) ** 2).sum()) / abs(below.sum()))
