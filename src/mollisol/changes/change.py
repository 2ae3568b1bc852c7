"""The change of a period, the same for every kind of baseline."""

from __future__ import annotations

from dataclasses import dataclass

from mollisol.methodology.findings import Finding
from mollisol.methodology.results.budget import SpreadTest, VarianceBudget
from mollisol.methodology.results.run import (
    CreditedForm,
    Deduction,
    GuardedDeduction,
    MonteCarloDeduction,
    PosteriorDeduction,
    RouteSummary,
    StratumChange,
    VarianceComponent,
)
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity


@dataclass(frozen=True, slots=True)
class ChangeOfPeriod:
    """What a verification period measured, before it is split into reductions and removals.

    ``project_annual`` and ``baseline_annual`` are yearly totals in t CO2e (Eqs. 47 less biochar, 46) and
    ``difference`` the areal mean over the period, all before the deduction. ``uncertainty`` is the deduction in per
    cent that issues.
    """

    area: Quantity
    project_annual: Quantity
    baseline_annual: Quantity
    difference: Quantity
    uncertainty: Quantity
    strata: tuple[StratumChange, ...]
    variance: tuple[VarianceComponent, ...]
    deductions: dict[Form, Deduction]
    guarded: GuardedDeduction | None
    montecarlo: MonteCarloDeduction | None
    posterior: PosteriorDeduction | None
    credited_form: CreditedForm
    findings: tuple[Finding, ...]
    routes: tuple[RouteSummary, ...] = ()
    variance_budget: VarianceBudget | None = None
    spread_between_strata: SpreadTest | None = None
    spectroscopy: SpectroscopyResult | None = None
