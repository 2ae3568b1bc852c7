"""Designs with known truth, and what a deduction keeps and costs in them."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
from scipy.special import ndtri

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.deduction.sharp import CONFIDENCE, Campaign

PROJECT_CHANGE: Final = 8.0
BASELINE_CHANGE: Final = -1.0
AT_ONCE: Final = 10_000

type Credit = Callable[[Campaign], tuple[FloatArray, FloatArray]]
"""From campaigns to their means and what a form credits."""
type Links = Literal["own", "all"]
type Kind = Literal["regular", "sites differ", "tail", "safe", "open"]
"""``regular``: nothing is wrong; ``safe``: what is wrong credits too little; ``open``: the samples cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Strata, samples and control sites of one campaign, and the populations that they are drawn from.

    Parameters
    ----------
    name, kind
        Of the design.
    area_ha
        Of the strata.
    samples, points
        In each stratum, and at each control site.
    spread, spread_of_points
        Standard deviation between samples of a stratum, and between points of a site; one number, or one for each
        stratum. [t CO2e/ha]
    skewness, skewness_of_points
        Of the same; 0 is normal.
    tail
        Standard deviation of the logarithm where skewed changes are lognormal; None for gamma.
    between_sites
        Standard deviation of the true changes of control sites. [t CO2e/ha]
    between_strata
        Standard deviation of what is peculiar to a stratum, in project and baseline alike. [t CO2e/ha]
    links
        ``own``: site h for stratum h, and a single site for all; ``all``: every site for every stratum.
    """

    name: str
    kind: Kind = "open"
    area_ha: tuple[float, ...]
    samples: tuple[int, ...]
    points: tuple[int, ...] = ()
    spread: float | tuple[float, ...] = 4.0
    spread_of_points: float = 4.0
    skewness: float = 0.0
    skewness_of_points: float = 0.0
    tail: float | None = None
    between_sites: float = 0.0
    between_strata: float = 0.0
    links: Links = "own"

    @property
    def link_weight(self) -> FloatArray | None:
        """Return the weight of each site in each stratum, shape (strata, sites)."""
        strata, sites = len(self.area_ha), len(self.points)
        if not sites:
            return None
        if self.links == "own" and sites == strata:
            return np.eye(strata)
        return np.full((strata, sites), 1 / sites)

    @property
    def truth(self) -> float:
        """Return the true mean difference; without control sites the baseline does not change. [t CO2e/ha]."""
        return PROJECT_CHANGE - (BASELINE_CHANGE if self.points else 0.0)

    @property
    def standard_error(self) -> float:
        """Return the true standard error of the mean difference. [t CO2e/ha]."""
        share = np.array(self.area_ha) / sum(self.area_ha)
        own = (share**2 * np.broadcast_to(self.spread, share.shape) ** 2 / np.array(self.samples)).sum()
        if self.link_weight is None:
            return float(np.sqrt(own))
        lever = share @ self.link_weight
        of_site = self.between_sites**2 + self.spread_of_points**2 / np.array(self.points)
        return float(np.sqrt(own + (lever**2 * of_site).sum()))


@dataclass(frozen=True, slots=True)
class Kept:
    """How a credit did in a design.

    Parameters
    ----------
    probability
        Share of campaigns in which the truth was at least what was credited.
    price
        Mean credit over that of a judge who knows the standard error; the chance error of the run's mean is taken out.
    campaigns
        Drawn.
    """

    probability: float
    price: float
    campaigns: int


def designs() -> dict[str, Design]:
    """Return the designs of ``designs.toml`` by name."""
    text = files(__package__).joinpath("designs.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["design"]
    return {row["name"]: Design(**{key: _frozen(value) for key, value in row.items()}) for row in rows}


def grid() -> dict[str, Design]:
    """Return designs of 1 to 30 strata with 3 to 50 samples each, in landscapes that break one assumption each.

    Areas fall by 0.7 from stratum to stratum, to 5 % of the largest. A control site has five points.
    """
    landscapes: dict[str, dict[str, Any]] = {
        "symmetric, baseline known": {},
        "tail of losses, skewness -1.75": {"skewness": -1.75, "tail": 0.5},
        "tail of gains, skewness +1.75": {"skewness": 1.75, "tail": 0.5},
        "one control site for all strata": {"points": (5,)},
        "three control sites that differ (sd 3)": {"points": (5,) * 3, "between_sites": 3.0, "links": "all"},
        "one site in each stratum, sites differ (sd 3)": {"between_sites": 3.0},
        "one control site, gains of skewness +1.75": {
            "points": (5,),
            "skewness_of_points": 1.75,
            "tail": 0.5,
        },
        "long tail of losses, skewness -6.2": {"skewness": -6.2, "tail": 1.0},
        "one control site that differs (sd 3)": {"points": (5,), "between_sites": 3.0},
    }
    made: dict[str, Design] = {}
    for landscape, strata, samples in itertools.product(landscapes, (1, 3, 10, 30), (3, 5, 10, 50)):
        given = dict(landscapes[landscape])
        if "each stratum" in landscape:
            if strata < 3:
                continue
            given["points"] = (5,) * strata
        name = f"{landscape}; {strata} x {samples}"
        area = tuple(100 * max(0.7**number, 0.05) for number in range(strata))
        made[name] = Design(name=name, area_ha=area, samples=(samples,) * strata, **given)
    return made


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def standard_errors(
    generator: np.random.Generator, shape: tuple[int, ...], skewness: float, tail: float | None
) -> FloatArray:
    """Return draws with mean 0, sd 1 and a skewness: normal, gamma, or lognormal where a tail is given."""
    if skewness == 0:
        return generator.standard_normal(shape)
    if tail is None:
        form = 4 / skewness**2
        drawn = (generator.gamma(form, size=shape) - form) / np.sqrt(form)
    else:
        raw = np.exp(tail * generator.standard_normal(shape))
        drawn = (raw - np.exp(tail**2 / 2)) / np.sqrt(np.expm1(tail**2) * np.exp(tail**2))
    result: FloatArray = np.sign(skewness) * drawn
    return result


def draw(design: Design, campaigns: int, generator: np.random.Generator) -> Campaign:
    """Return campaigns of a design, the first axis of the changes."""
    strata = len(design.area_ha)
    level = design.between_strata * generator.standard_normal((campaigns, strata))
    spread = np.broadcast_to(design.spread, strata)
    project = [
        PROJECT_CHANGE
        + level[:, [h]]
        + spread[h] * standard_errors(generator, (campaigns, n), design.skewness, design.tail)
        for h, n in enumerate(design.samples)
    ]
    control = []
    for c, m in enumerate(design.points):
        error = standard_errors(generator, (campaigns, m), design.skewness_of_points, design.tail)
        site = design.between_sites * generator.standard_normal((campaigns, 1))
        own = level[:, [c]] if len(design.points) == strata else 0.0
        control.append(BASELINE_CHANGE + own + site + design.spread_of_points * error)
    return Campaign(design.area_ha, project, control, design.link_weight)


def measure(
    design: Design,
    credits: dict[str, Callable[[Campaign], tuple[FloatArray, FloatArray]]],
    campaigns: int,
    seed: int,
) -> dict[str, Kept]:
    """Return how each form did on the same campaigns.

    Parameters
    ----------
    credits
        By name of the form.
    """
    generator = np.random.default_rng(seed)
    truth = design.truth
    kept, credited, mean = dict.fromkeys(credits, 0), dict.fromkeys(credits, 0.0), dict.fromkeys(credits, 0.0)
    for first in range(0, campaigns, AT_ONCE):
        drawn = draw(design, min(AT_ONCE, campaigns - first), generator)
        for name, credit in credits.items():
            estimate, value = credit(drawn)
            kept[name] += int((truth >= value).sum())
            credited[name] += float(value.sum())
            mean[name] += float(estimate.sum())
    oracle = truth - float(ndtri(CONFIDENCE)) * design.standard_error
    return {
        name: Kept(
            kept[name] / campaigns, ((credited[name] - mean[name]) / campaigns + truth) / oracle, campaigns
        )
        for name in credits
    }
