"""The grid of designs on which the promise is measured: P(truth >= credited), truth known.

Changes are drawn from infinite populations, so that the truth is a parameter. ``credit`` is whatever gives a credited
value for many campaigns at once: the moment form here, the lower of it and the posterior when that is plugged in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.deduction.moment_of_many import Campaign, moment_credit
from mollisol.uncertainty.deduction.moment_of_many import Controls as HowControls
from mollisol.uncertainty.deduction.skew_guard import DATA_ALONE, SCEPTICAL, SkewGuard

type Tail = Literal["normal", "losses", "gains", "long losses"]
type Controls = Literal[
    "none",
    "one shared",
    "three that differ",
    "one in each stratum that differ",
    "one, gains",
    "one that differs",
]
type Credit = Callable[[Campaign], FloatArray]

GAIN: Final = 3.0
SPREAD: Final = 4.0
WITHIN: Final = 2.0
BETWEEN: Final = 3.0
CONTROL_POINTS: Final = 5
MODEL_SD: Final = 1.5
VALIDATION_SITES: Final = 12
SHAPE_OF_TAIL: Final = {"losses": 0.5, "gains": 0.5, "long losses": 1.0}
"""Standard deviation of the logarithm: skewness 1.75 and 6.2."""

REPLICATES: Final = 5000
BAND: Final = 2 / 3 - 0.020
SEED: Final = 20261121
_AT_ONCE: Final = 5000

STRATA: Final = (1, 3, 10, 30)
SAMPLES: Final = (3, 5, 10, 50)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of landscape.

    Parameters
    ----------
    name
        In a few words.
    tail
        Of the change within the project's strata.
    controls
        Control sites.
    model
        Whether the change is modelled, with one error shared by all strata.
    open
        Whether the band is known not to hold: the shortfall is a finding.
    """

    name: str
    tail: Tail = "normal"
    controls: Controls = "none"
    model: bool = False
    open: bool = False


SCENARIOS: Final = (
    Scenario("symmetric, baseline known"),
    Scenario("tail of losses, skewness -1.75", tail="losses"),
    Scenario("tail of gains, skewness +1.75", tail="gains"),
    Scenario("one control site shared by all strata", controls="one shared"),
    Scenario("three control sites that differ (sd 3)", controls="three that differ"),
    Scenario(
        "a control site in each stratum, sites differ (sd 3)", controls="one in each stratum that differ"
    ),
    Scenario("one control site, its change skewed to gains", controls="one, gains"),
    Scenario("losses in the project, gains at the control", tail="losses", controls="one, gains"),
    Scenario("model error shared by all strata", model=True),
    Scenario("long tail of losses, skewness -6.2", tail="long losses", open=True),
    Scenario("one control site that differs (sd 3)", controls="one that differs", open=True),
)


@dataclass(frozen=True, slots=True)
class GridDesign:
    """One cell of the grid.

    Parameters
    ----------
    scenario
        Kind of landscape.
    strata, samples
        Number of strata, and samples in each.
    equal
        Whether the strata are of one size; else each is 0.7 of the one before, the smallest 0.05 of the largest.
    """

    scenario: Scenario
    strata: int
    samples: int
    equal: bool

    @property
    def area_ha(self) -> FloatArray:
        """Return the area of the strata."""
        if self.equal:
            return np.full(self.strata, 50.0)
        area: FloatArray = 100.0 * np.maximum(0.7 ** np.arange(self.strata), 0.05)
        return area


@dataclass(frozen=True, slots=True)
class Held:
    """How a credit did in one cell.

    Parameters
    ----------
    probability
        Share of campaigns in which the truth was at least what was credited.
    monte_carlo_error
        Its standard error.
    mean_deduction
        Mean of estimate less credited, in true standard errors of the estimate.
    campaigns
        Replicates.
    """

    probability: float
    monte_carlo_error: float
    mean_deduction: float
    campaigns: int


def grid() -> Iterator[GridDesign]:
    """Return all cells; unequal areas need two strata, and one control in each stratum three of them."""
    for scenario, strata, samples, equal in itertools.product(SCENARIOS, STRATA, SAMPLES, (True, False)):
        if strata == 1 and not equal:
            continue
        if scenario.controls == "one in each stratum that differ" and strata < 3:
            continue
        yield GridDesign(scenario, strata, samples, equal)


def standard_change(*, tail: Tail, shape: tuple[int, ...], generator: np.random.Generator) -> FloatArray:
    """Draw changes with mean 0 and standard deviation 1.

    Parameters
    ----------
    tail
        ``normal``, or a lognormal tail of losses or gains.
    shape
        Of the draws.
    generator
        Random numbers.

    Returns
    -------
    array
        Of that shape.

    Raises
    ------
    ValueError
        For another tail.
    """
    if tail == "normal":
        return generator.standard_normal(shape)
    if tail not in SHAPE_OF_TAIL:
        raise ValueError(f"tail must be 'normal' or one of {', '.join(SHAPE_OF_TAIL)}, found {tail!r}")
    sigma = SHAPE_OF_TAIL[tail]
    drawn = np.exp(sigma * generator.standard_normal(shape))
    mean, squared = np.exp(sigma**2 / 2), np.exp(sigma**2)
    standard: FloatArray = (drawn - mean) / np.sqrt((squared - 1) * squared)
    return standard if tail == "gains" else -standard


def simulate(*, design: GridDesign, campaigns: int, seed: int) -> tuple[Campaign, float]:
    """Draw campaigns of a design.

    Parameters
    ----------
    design
        Cell of the grid.
    campaigns
        How many.
    seed
        Of the random numbers.

    Returns
    -------
    campaign, truth
        Changes with the campaigns as the first axis, and the true mean difference. [t CO2e/ha]
    """
    generator = np.random.default_rng([seed, design.strata, design.samples, int(design.equal)])
    scenario, area = design.scenario, design.area_ha
    error: FloatArray = np.zeros((campaigns, 1))
    model_variance: FloatArray = np.zeros(campaigns)
    if scenario.model:
        error = MODEL_SD * generator.standard_normal((campaigns, 1))
        freedom = VALIDATION_SITES - 1
        model_variance = MODEL_SD**2 * generator.chisquare(freedom, campaigns) / freedom
    project = [
        GAIN
        + error
        + SPREAD * standard_change(tail=scenario.tail, shape=(campaigns, design.samples), generator=generator)
        for _ in range(design.strata)
    ]
    control, link = _controls(scenario, design.strata, campaigns, generator)
    campaign = Campaign(
        area_ha=area,
        project_t_co2e_per_ha=project,
        control_t_co2e_per_ha=control,
        link_weight=link,
        model_variance=model_variance,
        model_degrees_of_freedom=VALIDATION_SITES - 1.0,
    )
    return campaign, GAIN


def _controls(
    scenario: Scenario, strata: int, campaigns: int, generator: np.random.Generator
) -> tuple[list[FloatArray], FloatArray | None]:
    """Draw the changes at the control sites, true mean 0, and link them to the strata."""
    if scenario.controls == "none":
        return [], None
    points = (campaigns, CONTROL_POINTS)
    if scenario.controls in ("one shared", "one, gains"):
        tail: Tail = "gains" if scenario.controls == "one, gains" else "normal"
        change = SPREAD * standard_change(tail=tail, shape=points, generator=generator)
        return [change], np.ones((strata, 1))
    sites = {"three that differ": 3, "one that differs": 1}.get(scenario.controls, strata)
    drawn = [
        BETWEEN * generator.standard_normal((campaigns, 1)) + WITHIN * generator.standard_normal(points)
        for _ in range(sites)
    ]
    if scenario.controls == "one in each stratum that differ":
        return drawn, np.eye(strata)
    return drawn, np.full((strata, sites), 1 / sites)


FORMS: Final[dict[str, Credit]] = {
    "printed": lambda campaign: _credited(campaign, "printed", None),
    "points": lambda campaign: _credited(campaign, "points", None),
    "pooled": lambda campaign: _credited(campaign, "pooled", None),
    "data guard": lambda campaign: _credited(campaign, "pooled", DATA_ALONE),
    "issued": lambda campaign: _credited(campaign, "pooled", SCEPTICAL),
}
"""What is compared. ``issued`` is the moment form's half of the issued default; the posterior can only lower it."""


def _credited(campaign: Campaign, controls: HowControls, guard: SkewGuard | None) -> FloatArray:
    return moment_credit(campaign=campaign, controls=controls, guard=guard).credited_t_co2e_per_ha


def measure(*, design: GridDesign, forms: Mapping[str, Credit], campaigns: int, seed: int) -> dict[str, Held]:
    """Measure how often the truth is at least what each form credits.

    Parameters
    ----------
    design
        Cell of the grid.
    forms
        By name, each a function from campaigns to credited values.
    campaigns
        Replicates, the same for all forms.
    seed
        Of the random numbers.

    Returns
    -------
    dict
        By name of the form.
    """
    kept = dict.fromkeys(forms, 0)
    deducted = dict.fromkeys(forms, 0.0)
    squares = 0.0
    for first in range(0, campaigns, _AT_ONCE):
        number = min(_AT_ONCE, campaigns - first)
        campaign, truth = simulate(design=design, campaigns=number, seed=seed + first)
        estimate = moment_credit(campaign=campaign, guard=None).mean_t_co2e_per_ha
        squares += float(((estimate - truth) ** 2).sum())
        for name, credit in forms.items():
            credited = credit(campaign)
            kept[name] += int((truth >= credited).sum())
            deducted[name] += float((estimate - credited).sum())
    error = float(np.sqrt(squares / campaigns))
    result = {}
    for name in forms:
        share = kept[name] / campaigns
        result[name] = Held(
            probability=share,
            monte_carlo_error=float(np.sqrt(share * (1 - share) / campaigns)),
            mean_deduction=deducted[name] / campaigns / error,
            campaigns=campaigns,
        )
    return result


def measure_twice(*, design: GridDesign, forms: Mapping[str, Credit], seed: int) -> dict[str, Held]:
    """Measure a cell, and again with eight times the replicates where ``issued`` lies close to the band.

    Parameters
    ----------
    design, forms, seed
        As in :func:`measure`; the forms hold ``issued``.

    Returns
    -------
    dict
        By name of the form.
    """
    found = measure(design=design, forms=forms, campaigns=REPLICATES, seed=seed)
    issued = found["issued"]
    if design.scenario.open or issued.probability > BAND + 2 * issued.monte_carlo_error:
        return found
    return measure(design=design, forms=forms, campaigns=8 * REPLICATES, seed=seed + 1_000_000)
