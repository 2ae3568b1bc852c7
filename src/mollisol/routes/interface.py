"""What all routes start from and what each gives: one interface, whatever is computed behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding
from mollisol.methodology.results.budget import VarianceBudget
from mollisol.methodology.results.run import (
    Deduction,
    GuardedDeduction,
    MonteCarloDeduction,
    PosteriorDeduction,
    RouteSummary,
    VarianceComponent,
)
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.routes.declared_errors import DeclaredErrors
from mollisol.stocks.measured import UnitStocks


class InputsOfPeriod(Protocol):
    """What the inputs of every kind of baseline have: the mean that is deducted from, and where to record."""

    @property
    def context(self) -> PeriodContext:
        """The project, its rules, the trace and the period."""
        ...

    @property
    def difference(self) -> Quantity:
        """Mean of project minus baseline over the period, in t CO2e/ha."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PeriodInputs:
    """The same inputs and the same declaration of error sources for all routes.

    Parameters
    ----------
    difference
        Mean of project minus baseline over the period, from which every deduction is taken. [t CO2e/ha]
    project_side, control_side, weight
        Means and variances of strata and control groups, and the weight of each group in each stratum.
    errors
        Declared errors of the laboratory and of soil mass, and of calibrations; None where there are none.
    biochar_carbon_per_year
        Carbon of biochar on the whole project. [t C per year]
    seed
        Of draws.
    """

    context: PeriodContext
    stocks: UnitStocks
    difference: Quantity
    project_side: Side
    control_side: Side
    weight: Quantity
    errors: DeclaredErrors | None
    biochar_carbon_per_year: Quantity
    seed: int


class RouteDetails(TypedDict, total=False):
    """What a route tells beyond the summary, each kind of route its own."""

    deductions: dict[Form, Deduction]
    variance: tuple[VarianceComponent, ...]
    guarded: GuardedDeduction
    montecarlo: MonteCarloDeduction
    posterior: PosteriorDeduction
    variance_budget: VarianceBudget
    spectroscopy: SpectroscopyResult


@dataclass(frozen=True, slots=True, eq=False)
class RouteOutcome:
    """What a route found.

    Parameters
    ----------
    summary
        Mean, standard error, credited value and the route's own checks; None where the data cannot carry it.
    uncertainty
        The deduction in per cent of the mean that it would issue with.
    details
        What it tells beyond that.
    findings
        A failed check refuses issuance.
    """

    summary: RouteSummary | None
    uncertainty: Quantity | None
    details: RouteDetails = field(default_factory=RouteDetails)
    findings: tuple[Finding, ...] = ()


class Route(Protocol):
    """A route: from the inputs of a period to what it would credit."""

    def __call__(self, inputs: PeriodInputs) -> RouteOutcome:
        """Compute mean, standard error, credited value and checks of a period."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """Means and variances of one scenario: of the strata (project) or of the control groups (baseline)."""

    labels: tuple[str, ...]
    mean: Quantity
    variance: Quantity
    replicates: tuple[int, ...]
    replicate: tuple[str, ...]

    @property
    def degrees_of_freedom(self) -> NDArray[np.float64]:
        """Replicates less one, label by label."""
        return np.array(self.replicates, dtype=np.float64) - 1
