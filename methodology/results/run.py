"""What a run gives: frozen values that the bundle stores and the report renders. No arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal

from mollisol.methodology.base import Interval, Items
from mollisol.methodology.baseline import BaselineKind
from mollisol.methodology.results.budget import SpreadTest, VarianceBudget
from mollisol.methodology.results.deductions import (
    CreditedForm,
    Deduction,
    GuardedDeduction,
    MonteCarloDeduction,
    PosteriorDeduction,
    PosteriorReference,
    RouteSummary,
    SelectionByBar,
    SharpDeduction,
)
from mollisol.methodology.results.figure import Number, Result, Whole
from mollisol.methodology.results.sources import LeakageResult, SourceResult, WoodyResult
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.results.state import RunState
from mollisol.methodology.rules_in_force.overlay import Overlay

type RouteChoice = Literal["all", "analytic", "montecarlo", "posterior", "deciding"]
"""What a run computes: all routes, the analytic one and the one that is named, or those that decide what issues."""

type ReferenceChoice = Literal["none", "nuts"]
"""Whether another sampler runs beside the exact engine of the posterior."""


class StockMean(Result):
    """Mean soil carbon stock of a stratum at equal soil mass in one campaign, with its two-sided 90 % interval."""

    stratum: str
    scenario: Literal["project", "baseline"]
    campaign: str
    sampling_units: Whole
    mean_t_c_per_ha: Number
    standard_error_t_c_per_ha: Number | None
    low_t_c_per_ha: Number | None
    high_t_c_per_ha: Number | None


class StratumChange(Result):
    """Change of a stratum over a verification period, project and linked control sites, as areal means."""

    stratum: str
    quantification_unit: str
    area_ha: Number
    sampling_units: Whole
    control_sites: Items[str]
    reference_soil_mass_t_per_ha: Number
    project_change_t_co2e_per_ha: Number
    baseline_change_t_co2e_per_ha: Number
    difference_t_co2e_per_ha: Number
    project_variance_t2: Number
    project_degrees_of_freedom: Number


class VarianceComponent(Result):
    """One term of the variance of the project mean.

    Its part of the moment form's deduction, and what one more replicate of it would take off that deduction, are per
    hectare over the period.
    """

    label: str
    kind: Literal["project stratum", "control group", "model error"]
    replicates: Whole
    replicate: str
    variance_t_co2e_per_ha_2: Number
    degrees_of_freedom: Number
    share: Number
    deduction_t_co2e_per_ha: Number
    one_more_t_co2e_per_ha: Number


class Vintage(Result):
    """One year of a verification period, in t CO2e; stock terms after the deduction."""

    given: ClassVar[Mapping[str, str]] = {"number": "project.toml: verification_periods"}

    number: Whole
    during: Interval
    project_change_t_co2e: Number
    baseline_change_t_co2e: Number
    cumulative_project_change_t_co2e: Number
    removals_switch: Number
    source_terms_t_co2e: Number
    reductions_t_co2e: Number
    removals_t_co2e: Number
    leakage_t_co2e: Number
    net_reductions_t_co2e: Number
    net_removals_t_co2e: Number
    buffer_on_reductions_t_co2e: Number
    buffer_on_removals_t_co2e: Number
    verified_reductions_t_co2e: Number
    verified_removals_t_co2e: Number
    verified_total_t_co2e: Number


class CalendarPart(Result):
    """What of a period falls into a calendar year, by label; whole units add up over the period."""

    given: ClassVar[Mapping[str, str]] = {"year": "project.toml: verification_periods"}

    year: Whole
    verified_reductions_t_co2e: Number
    verified_removals_t_co2e: Number
    reduction_units_t: Whole
    removal_units_t: Whole


class BaselineResult(Result):
    """A period accounted with one kind of baseline, per hectare over the period.

    ``credited`` says whether the rule set issues from it, ``issues`` whether the units of the period come from it. The
    project side follows the baseline: measured or modelled. A hybrid also has the prior sd of the model's bias, the
    weight of the control sites and the correction.
    """

    kind: BaselineKind
    pool: str
    units: Items[str]
    credited: bool
    why_not: str
    issues: bool
    project_side: Literal["measured", "modelled"]
    project_change_t_co2e_per_ha: Number
    baseline_change_t_co2e_per_ha: Number
    difference_t_co2e_per_ha: Number
    credited_t_co2e_per_ha: Number
    credited_form: CreditedForm
    uncertainty_percent: Number
    routes: Items[RouteSummary]
    model_bias_sd_t_co2e_per_ha: Number | None = None
    control_weight: Number | None = None
    correction_t_co2e_per_ha: Number | None = None


class ModelUse(Result):
    """The model behind a run: its identity and hash, its draws, and the validation that its error is from."""

    given: ClassVar[Mapping[str, str]] = {
        "points": "sample_points.csv: points of the modelled units",
        "draws": "joint draws of the parameter set",
        "initial_shift_years": "project.toml: project.model",
    }

    model: str
    model_version: str
    parameter_set: str
    model_hash: str
    draws: Whole
    points: Whole
    validation_sha256: str
    initial_campaign: str
    initial_shift_years: Whole


class ControlDiagnostics(Result):
    """Whether the control sites of a unit stand for it, beside the printed test.

    Parameters
    ----------
    difference_percent
        Mean stock of the unit less that of its control sites at the start, as a share of the unit's.
    similarity_p_value, similar
        The printed test: nothing significant found.
    equivalence_p_value, equivalence_margin_percent, equivalent
        Two one-sided tests: shown to differ by less than the margin.
    trend_difference_t_co2e_per_ha_yr, trend_p_value, look_back_years
        Unit less controls before the start; None without samples of the look-back.
    regression_to_mean_t_co2e_per_ha
        Part of the first period's difference that unlike starting stocks explain; None without a re-measurement.
    contaminated, lost
        Control sites whose practice changed, and those that a later campaign lacks.
    """

    given: ClassVar[Mapping[str, str]] = {"look_back_years": "project.toml: campaigns"}

    quantification_unit: str
    sampling_units: Whole
    control_values: Whole
    difference_percent: Number
    similarity_p_value: Number
    similar: bool
    equivalence_p_value: Number
    equivalence_margin_percent: Number
    equivalent: bool
    trend_difference_t_co2e_per_ha_yr: Number | None = None
    trend_p_value: Number | None = None
    look_back_years: Number | None = None
    regression_to_mean_t_co2e_per_ha: Number | None = None
    contaminated: Items[str] = ()
    lost: Items[str] = ()


class PeriodResult(Result):
    """A verification period. Totals are in t CO2e over the whole period.

    Gross change and deduction are of soil carbon. The verified total is what is left after the deduction, plus woody
    biomass and source terms, less leakage, buffer and, under a proposal, a flat discount.
    """

    given: ClassVar[Mapping[str, str]] = {"years": "project.toml: verification_periods"}

    name: str
    during: Interval
    years: Whole
    first_campaign: str
    last_campaign: str
    area_ha: Number
    project_change_t_co2e: Number
    baseline_change_t_co2e: Number
    biochar_carbon_t: Number
    gross_t_co2e: Number
    deducted_t_co2e: Number
    after_deduction_t_co2e: Number
    woody_t_co2e: Number = 0.0
    source_terms_t_co2e: Number = 0.0
    leakage_t_co2e: Number
    buffer_t_co2e: Number
    verified_total_t_co2e: Number
    units_to_issue_t: Whole
    units_if_eligible_t: Whole | None = None
    """What was counted before anything refused it; None in bundles of release 0.1.0."""
    state: RunState | None = None
    """None in bundles of release 0.1.0."""
    issuance: Literal["issued", "refused", "nothing to issue"]
    """What becomes of the units: none are issued unless the state is eligible."""
    deduction: Deduction
    deduction_printed: Deduction
    posterior: PosteriorDeduction | None = None
    sharp: SharpDeduction | None = None
    selection: SelectionByBar | None = None
    """None behind the bar, without one, and in bundles of release 0.1.0."""
    guarded: GuardedDeduction | None = None
    """Under the rules of release 0.1.0."""
    montecarlo: MonteCarloDeduction | None = None
    credited_form: CreditedForm = "moment"
    routes: Items[RouteSummary] = ()
    variance_budget: VarianceBudget | None = None
    spread_between_strata: SpreadTest | None = None
    spectroscopy: SpectroscopyResult | None = None
    issuing_uncertainty_percent: Number
    strata: Items[StratumChange]
    variance: Items[VarianceComponent]
    vintages: Items[Vintage]
    sources: Items[SourceResult] = ()
    woody: WoodyResult | None = None
    leakage: LeakageResult | None = None
    calendar: Items[CalendarPart] = ()
    baselines: Items[BaselineResult] = ()

    @property
    def project_side(self) -> Literal["measured", "modelled"]:
        """Whether the project change that the units come from was measured or modelled."""
        issuing = [row for row in self.baselines if row.issues] or list(self.baselines)
        return issuing[0].project_side if issuing else "measured"


class RunResult(Result):
    """Everything a run computed."""

    given: ClassVar[Mapping[str, str]] = {
        "seed": "the seed of the run: --seed, or 0",
        "reporting_depth_cm": "project.toml: reporting_depth_cm",
    }

    project: str
    programme: str = "vm0042"
    """Release 0.1.0 knew one programme and did not write it."""
    description: str
    proponent: str
    country: str
    kind: Literal["project", "replay", "constructed", "placeholder", "undeclared"]
    start_date: date
    attribution: Items[str]
    rule_set: str
    rule_set_hash: str
    state: RunState | None = None
    """None in bundles of release 0.1.0."""
    proposals: Items[Overlay] = ()
    """Laid over the rule set; under them nothing is issued."""
    reporting_depth_cm: Number
    equivalent_soil_mass_interpolation: str
    seed: Whole
    periods: Items[PeriodResult]
    stocks: Items[StockMean]
    references: Items[PosteriorReference] = ()
    model: ModelUse | None = None
    control_diagnostics: Items[ControlDiagnostics] = ()
