"""What the posterior route gives: frozen values, nothing computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mollisol.uncertainty.posterior.declaration import Prior
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.posterior.specification import Specification

type Verdict = Literal["pass", "fail", "informative"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check as a result. A failed one refuses issuance; an informative one asks to be read."""

    name: str
    verdict: Verdict
    found: float
    allowed: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ComponentSummary:
    """Posterior of a standard deviation. [t CO2e/ha]."""

    name: str
    prior: Prior
    mean: float
    sd: float
    low: float
    median: float
    high: float
    """5, 50 and 95 per cent quantiles."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A source of error: what is known of its sd, and its share in the variance of the estimand."""

    source: str
    kind: Literal["component", "measurement class", "shared effect", "model draws"]
    sd_t_co2e_per_ha: float
    known: bool
    variance_t_co2e_per_ha_2: float
    share: float
    origin: str
    side: Literal["", "project", "control"] = ""
    """Whose points, where both sides have the spread."""


@dataclass(frozen=True, slots=True)
class OneMoreRow:
    """What one more replicate would do; ``place`` is the stratum, or a control site with the same links, or -1."""

    what: Literal["core in each sampling unit", "sampling unit", "control site"]
    place: int
    sd_now_t_co2e_per_ha: float
    sd_then_t_co2e_per_ha: float


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorResult:
    """The posterior of the mean emission reduction over the project's area, per hectare over the period.

    ``credited`` is the quantile after the rule that a learned bias may lower a credit and never raise it;
    ``quantile`` is before it. Monte Carlo error is the integration error of the quantile.
    """

    mean: float
    sd: float
    quantile: float
    credited: float
    probability: float
    monte_carlo_error: float
    effective_size: float
    draws: int
    k_hat: float
    engine: Literal["importance sampling", "ensemble"]
    components: tuple[ComponentSummary, ...]
    budget: tuple[BudgetRow, ...]
    checks: tuple[CheckResult, ...]
    mixture: Mixture
    specification: Specification

    @property
    def refused(self) -> tuple[CheckResult, ...]:
        """Return the checks that failed."""
        return tuple(check for check in self.checks if check.verdict == "fail")
