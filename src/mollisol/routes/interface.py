"""What all routes start from and what each gives: one interface, whatever is computed behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, Severity
from mollisol.methodology.results.budget import VarianceBudget
from mollisol.methodology.results.deductions import (
    CreditedForm,
    Deduction,
    GuardedDeduction,
    MonteCarloDeduction,
    PosteriorDeduction,
    RouteCheck,
    RouteName,
    RouteSummary,
    SelectionByBar,
    SharpDeduction,
)
from mollisol.methodology.results.figure import figure
from mollisol.methodology.results.run import VarianceComponent
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.routes.declared_errors import DeclaredErrors
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.deduction.estimate import Estimate, student_estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Means and variances of one scenario: of the strata (project) or of the control groups (baseline)."""

    labels: tuple[str, ...]
    mean: Quantity
    variance: Quantity
    replicates: tuple[int, ...]
    replicate: tuple[str, ...]
    freedom: Mapping[str, float] = field(default_factory=dict)

    @property
    def degrees_of_freedom(self) -> NDArray[np.float64]:
        """Return the replicates less one, label by label, where there are no degrees of freedom of its own."""
        pairs = zip(self.labels, self.replicates, strict=True)
        return np.array([self.freedom.get(label, count - 1.0) for label, count in pairs])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProjectSide(Side):
    """The strata as they were measured.

    Parameters
    ----------
    change
        Of each sampling unit, stratum after stratum. Of points drawn anew, the stocks at the start with their sign
        turned, then those at the end. [t CO2e/ha]
    group
        The number of the group of each: a stratum, or one of its two independent samples.
    ends
        Stocks of the sampling units of each stratum at the start and at the end. [t CO2e/ha]
    """

    change: Quantity
    group: tuple[int, ...]
    ends: tuple[tuple[Quantity, Quantity], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SiteAnew:
    """A control site whose points were drawn anew: values of its units, and the degrees of freedom of their spread.

    Their mean is the change of the site and the variance of their mean that of the change. [t CO2e/ha]
    """

    value: Quantity
    freedom: float


def with_values[Home](
    context: PeriodContext, name: str, change: Quantity, homes: list[Home], anew: Mapping[Home, SiteAnew]
) -> tuple[Quantity, list[Home]]:
    """Return changes of units with the values of sites that were drawn anew behind them, and the site of each."""
    if not anew:
        return change, homes
    parts = [part for part in (change, *(site.value for site in anew.values())) if part.index]
    joined = context.join(name, parts, [label for part in parts for label in part.index])
    return joined, [*homes, *(home for home, site in anew.items() for _ in site.value.index)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlSide(Side):
    """The groups of control sites, and the weight of each group in the control mean of each stratum.

    Parameters
    ----------
    anew
        By site, of those whose points were drawn anew.
    """

    weight: Quantity
    anew: Mapping[str, SiteAnew]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RouteInputs:
    """What the routes start from, whatever the baseline.

    Parameters
    ----------
    difference
        Mean of project minus baseline over the period, from which every deduction is taken. [t CO2e/ha]
    area
        Of the strata. [ha]
    project_side
        The strata of the project.
    biochar_carbon_per_year
        Carbon of biochar on the whole project. [t C per year]
    seed
        Of draws.
    """

    context: PeriodContext
    difference: Quantity
    area: Quantity
    project_side: Side
    biochar_carbon_per_year: Quantity
    seed: int

    @property
    def hectares(self) -> float:
        """Return the area of all strata. [ha]."""
        return float(self.area.value.sum())

    @property
    def control_sites(self) -> tuple[str, ...]:
        """Return the control sites that any stratum is linked to."""
        return tuple(sorted(self.context.project.control_links.column("control_site").labels))

    @property
    def site_link(self) -> FloatArray:
        """Return 1 where a control site is linked to a stratum, shape (sites, strata)."""
        row = {site: number for number, site in enumerate(self.control_sites)}
        column = {name: number for number, name in enumerate(self.project_side.labels)}
        found = np.zeros((len(row), len(column)))
        for site, name in self.context.project.control_links.distinct("control_site", "stratum"):
            if name in column:
                found[row[site], column[name]] = 1.0
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeriodInputs(RouteInputs):
    """What the routes of a measured period start from, with the same declaration of error sources for all.

    Parameters
    ----------
    change
        Of each sampling unit, of the project and of control sites. [t CO2e/ha]
    errors
        Declared errors of the laboratory and of soil mass, and of calibrations; None where there are none.
    """

    stocks: UnitStocks
    change: Quantity
    project_side: ProjectSide
    control_side: ControlSide
    errors: DeclaredErrors | None


class RouteDetails(TypedDict, total=False):
    """What a route tells beyond the summary, each kind of route its own."""

    deductions: dict[Form, Deduction]
    variance: tuple[VarianceComponent, ...]
    sharp: SharpDeduction
    selection: SelectionByBar
    guarded: GuardedDeduction
    montecarlo: MonteCarloDeduction
    posterior: PosteriorDeduction
    variance_budget: VarianceBudget
    spectroscopy: SpectroscopyResult


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The variance of a period's mean with its degrees of freedom.

    Parameters
    ----------
    sampling
        The variance without what calibrations add to it.
    terms, replicates_less_one
        What that is made of, and the degrees of freedom of each.
    further
        What calibrations add, and its degrees of freedom; None where they add nothing.
    """

    variance: Quantity
    freedom: Quantity
    sampling: Quantity
    terms: Quantity
    replicates_less_one: Quantity
    further: tuple[Quantity, Quantity] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The moment form in one form of the rules: the deduction, and the quantities that others go on from."""

    deduction: Deduction
    spread: Spread
    error: Quantity
    uncertainty: Quantity
    credited: Quantity
    half_width: Quantity
    quantile: Quantity


type Moments = Mapping[Form, Moment]


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
    estimate
        Of project minus baseline, for what else a programme asks of it.
    """

    summary: RouteSummary | None
    uncertainty: Quantity | None
    details: RouteDetails = field(default_factory=RouteDetails)
    findings: tuple[Finding, ...] = ()
    estimate: Estimate | None = None


ESTIMATED = "project minus baseline over the period"
_ROUTE_OF: Mapping[CreditedForm, RouteName] = {
    "moment": "analytic",
    "sharp": "analytic",
    "guarded": "analytic",
    "montecarlo": "montecarlo",
    "posterior": "posterior",
}


def student(mean: Quantity, standard_error: Quantity, freedom: Quantity) -> Estimate:
    """Return project minus baseline as an estimate whose error is Student's t."""
    return student_estimate(ESTIMATED, figure(mean), figure(standard_error), finite_or_none(freedom))


def finite_or_none(freedom: Quantity) -> float | None:
    """Return degrees of freedom as results show them: none where nothing varies."""
    nu = figure(freedom)
    return nu if np.isfinite(nu) else None


def route_outcome(
    form: CreditedForm,
    estimate: Estimate,
    credited: Quantity,
    percent: Quantity,
    details: RouteDetails,
    *,
    checks: tuple[RouteCheck, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> RouteOutcome:
    """Return what a route found with its summary, whatever the route."""
    summary = RouteSummary(
        route=_ROUTE_OF[form],
        form=form,
        mean_t_co2e_per_ha=estimate.mean,
        standard_error_t_co2e_per_ha=estimate.standard_error,
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
        checks=checks,
    ).beside(credited)
    return RouteOutcome(summary, percent, details, findings, estimate)


def severity_without(context: PeriodContext, form: CreditedForm) -> Severity:
    """Return what it does to a period that a form could not be computed: a refusal where that form may issue."""
    rule = str(context.trace.rule("mollisol.issuance.form").value)
    decides = rule in ("lower", form) and bool(context.rules.value("mollisol.musts.decide").value)
    return Severity.REFUSAL if decides else Severity.WARNING


class MomentRoute[Inputs: RouteInputs](Protocol):
    """The route that always runs: from the inputs of a period to the moment form, corrected and as printed."""

    def __call__(self, inputs: Inputs, /) -> tuple[RouteOutcome, Moment]:
        """Compute what it would credit, and the corrected moment form that the other routes start from."""
        ...


class Route[Inputs: RouteInputs](Protocol):
    """Another route: from the inputs of a period and its moment form to what it would credit."""

    def __call__(self, inputs: Inputs, moment: Moment, /) -> RouteOutcome:
        """Compute mean, standard error, credited value and checks of a period."""
        ...
