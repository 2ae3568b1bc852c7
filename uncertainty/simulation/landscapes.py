"""Simulated landscapes with known truth: how often the truth is at least what the moment form credits.

A landscape is a finite population of fields in strata and of sites on which the baseline practice went on. Its truth
is the mean over the population, project less baseline; a campaign draws from it with replacement, as Eq. 62 takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from mollisol.quantification.checks import FloatArray, Form
from mollisol.uncertainty.deduction.moment import credited_mean
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.control_sites import control_variance_components_t2
from mollisol.uncertainty.scaling.sampling_error import sampling_variance_t2

CONFIDENCE: Final = 2 / 3
FIELDS_IN_STRATUM: Final = 1000
SITES_IN_LANDSCAPE: Final = 500


@dataclass(frozen=True, slots=True)
class ControlSites:
    """The control sites, shared by all strata with equal weight.

    Parameters
    ----------
    sites
        Number of sites drawn.
    points
        Points in each.
    within
        Standard deviation of the change between points of a site. [t CO2e/ha]
    between
        Standard deviation of the change between sites. [t CO2e/ha]
    replicate
        What the variance takes as its replicates: the sites, or the points in them.
    form
        How shared controls enter the variance.
    """

    sites: int
    points: int
    within: float
    between: float = 0.0
    replicate: Literal["site", "point"] = "point"
    form: Form = "corrected"


@dataclass(frozen=True, slots=True)
class Design:
    """A landscape and how it is sampled.

    Parameters
    ----------
    name
        What the design is, in a few words.
    area_ha, samples, spread
        Area, fields drawn and standard deviation of the change, by stratum. [ha, -, t CO2e/ha]
    gain
        Mean change of the project. [t CO2e/ha]
    tail
        0 for a normal change; else the sigma of a lognormal tail of losses (0.5 has skewness -1.75, 1 has -6.2).
    control
        Control sites; none means a baseline without change that is known.
    """

    name: str
    area_ha: tuple[float, ...]
    samples: tuple[int, ...]
    spread: tuple[float, ...]
    gain: float = 1.0
    tail: float = 0.0
    control: ControlSites | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the truth was at least what was credited.

    Parameters
    ----------
    probability
        Share of replicates.
    monte_carlo_error
        Its standard error, from the spread between landscapes.
    replicates
        Campaigns over all landscapes.
    """

    probability: float
    monte_carlo_error: float
    replicates: int


def _population(
    design: Design, spread: float, shape: tuple[int, int], rng: np.random.Generator
) -> FloatArray:
    """Return the change of every field of a stratum in every landscape."""
    normal = rng.standard_normal(shape)
    if design.tail == 0:
        return design.gain + spread * normal
    square = design.tail**2
    loss: FloatArray = (np.exp(design.tail * normal) - np.exp(square / 2)) / np.sqrt(
        np.expm1(square) * np.exp(square)
    )
    return design.gain - spread * loss


def _drawn(population: FloatArray, campaigns: int, number: int, rng: np.random.Generator) -> FloatArray:
    """Draw with replacement, shape (landscapes, campaigns, number)."""
    landscapes, size = population.shape
    place = rng.integers(0, size, (landscapes, campaigns, number))
    drawn: FloatArray = population[np.arange(landscapes)[:, None, None], place]
    return drawn


def _controls(
    control: ControlSites, landscapes: int, campaigns: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, list[int]]:
    """Return the true baseline, its estimate, the variance of each group's mean, and their degrees of freedom."""
    sites = control.between * rng.standard_normal((landscapes, SITES_IN_LANDSCAPE))
    means = _drawn(sites, campaigns, control.sites, rng)
    noise = rng.standard_normal((landscapes, campaigns, control.sites, control.points))
    points = means[..., None] + control.within * noise
    estimate = points.mean(axis=(-1, -2))
    if control.replicate == "site":
        variance = points.mean(axis=-1).var(axis=-1, ddof=1, keepdims=True) / control.sites
        return sites.mean(axis=1), estimate, variance, [control.sites - 1]
    variance = points.var(axis=-1, ddof=1) / control.points
    return sites.mean(axis=1), estimate, variance, [control.points - 1] * control.sites


def coverage(*, design: Design, landscapes: int, campaigns: int, seed: int) -> Coverage:
    """Simulate landscapes and campaigns, and compare the truth with what the moment form credits.

    Parameters
    ----------
    design
        Landscape and sampling.
    landscapes, campaigns
        Landscapes, and campaigns in each.
    seed
        Of the random numbers.

    Returns
    -------
    Coverage
        With its Monte Carlo error.
    """
    rng = np.random.default_rng(seed)
    area = np.array(design.area_ha)
    truth, estimate = np.zeros(landscapes), np.zeros((landscapes, campaigns))
    variances, freedom = [], []
    for hectares, number, spread in zip(design.area_ha, design.samples, design.spread, strict=True):
        population = _population(design, spread, (landscapes, FIELDS_IN_STRATUM), rng)
        change = _drawn(population, campaigns, number, rng)
        truth += hectares / area.sum() * population.mean(axis=1)
        estimate += hectares / area.sum() * change.mean(axis=-1)
        variances.append(np.asarray(sampling_variance_t2(area_ha=hectares, change_t_co2e_per_ha=change)))
        freedom.append(number - 1)
    parts = np.stack(variances, axis=-1)
    if design.control is not None:
        baseline, measured, of_groups, of_freedom = _controls(design.control, landscapes, campaigns, rng)
        truth -= baseline
        estimate -= measured
        groups = of_groups.shape[-1]
        of_controls = control_variance_components_t2(
            area_ha=area,
            group_weight=np.full((area.size, groups), 1 / groups),
            group_mean_variance=of_groups,
            form=design.control.form,
        )
        parts = np.concatenate([parts, of_controls], axis=-1)
        freedom += of_freedom
    credited = credited_mean(
        mean_change=estimate,
        variance_of_mean=parts.sum(axis=-1) / area.sum() ** 2,
        degrees_of_freedom=satterthwaite(variances=parts, degrees_of_freedom=np.asarray(freedom, float)),
        confidence=CONFIDENCE,
    )
    kept = (truth[:, None] >= credited).mean(axis=1)
    return Coverage(
        probability=float(kept.mean()),
        monte_carlo_error=float(kept.std(ddof=1) / np.sqrt(landscapes)),
        replicates=landscapes * campaigns,
    )


_UNEQUAL: Final = (80.0, 40.0, 30.0, 10.0)

REGULAR: Final = (
    Design(
        "three strata of unequal area, 6, 4 and 3 samples",
        area_ha=(120.0, 60.0, 20.0),
        samples=(6, 4, 3),
        spread=(0.7, 0.7, 1.0),
    ),
    Design(
        "four strata, one control site shared by all, exact form",
        area_ha=_UNEQUAL,
        samples=(5, 4, 4, 3),
        spread=(2.0,) * 4,
        control=ControlSites(sites=1, points=5, within=2.0),
    ),
    Design(
        "ten strata with two samples each",
        area_ha=(20.0,) * 10,
        samples=(2,) * 10,
        spread=(1.0,) * 10,
    ),
)

IRREGULAR: Final = (
    Design(
        "five samples, change with a tail of losses (skewness -1.75)",
        area_ha=(100.0,),
        samples=(5,),
        spread=(2.0,),
        tail=0.5,
    ),
    Design(
        "five samples, change with a long tail of losses (skewness -6.2)",
        area_ha=(100.0,),
        samples=(5,),
        spread=(2.0,),
        tail=1.0,
    ),
    Design(
        "three control sites that differ by 3 t CO2e/ha, their points as replicates",
        area_ha=_UNEQUAL,
        samples=(5, 4, 4, 3),
        spread=(4.0,) * 4,
        control=ControlSites(sites=3, points=5, within=2.0, between=3.0),
    ),
    Design(
        "eight equal strata, one control site shared by all, as printed",
        area_ha=(20.0,) * 8,
        samples=(4,) * 8,
        spread=(2.0,) * 8,
        control=ControlSites(sites=1, points=5, within=2.0, form="printed"),
    ),
)

MENDED: Final = (
    Design(
        "three control sites that differ by 3 t CO2e/ha, the sites as replicates",
        area_ha=_UNEQUAL,
        samples=(5, 4, 4, 3),
        spread=(4.0,) * 4,
        control=ControlSites(sites=3, points=5, within=2.0, between=3.0, replicate="site"),
    ),
    Design(
        "eight equal strata, one control site shared by all, exact form",
        area_ha=(20.0,) * 8,
        samples=(4,) * 8,
        spread=(2.0,) * 8,
        control=ControlSites(sites=1, points=5, within=2.0),
    ),
)
