"""What a run gives: frozen values that the bundle stores and the report renders. No arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Literal

from mollisol.methodology.base import DomainObject, Interval, Items
from mollisol.methodology.baseline import BaselineKind
from mollisol.methodology.results.budget import SpreadTest, VarianceBudget
from mollisol.methodology.results.sources import LeakageResult, SourceResult, WoodyResult
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.results.state import RunState
from mollisol.methodology.rules_in_force.rule import Form, Overlay

type CreditedForm = Literal["moment", "guarded", "montecarlo", "posterior"]
"""Which form of the deduction issued: the methodology's moment form, the same with guard or drawn errors, or the
posterior."""

type RouteName = Literal["analytic", "montecarlo", "posterior"]
"""The routes; the analytic one gives the moment form and, where all run, the guarded form."""

type RouteChoice = Literal["all", "analytic", "montecarlo", "posterior"]
"""What a run computes: all routes, or the analytic one and the one that is named."""

type ReferenceChoice = Literal["none", "nuts"]
"""Whether another sampler runs beside the exact engine of the posterior."""


class StockMean(DomainObject):
    """Mean soil carbon stock of a stratum at equal soil mass in one campaign, with its two-sided 90 % interval."""

    stratum: str
    scenario: Literal["project", "baseline"]
    campaign: str
    sampling_units: int
    mean_t_c_per_ha: float
    standard_error_t_c_per_ha: float | None
    low_t_c_per_ha: float | None
    high_t_c_per_ha: float | None


class StratumChange(DomainObject):
    """Change of a stratum over a verification period, project and linked control sites, as areal means."""

    stratum: str
    quantification_unit: str
    area_ha: float
    sampling_units: int
    control_sites: Items[str]
    reference_soil_mass_t_per_ha: float
    project_change_t_co2e_per_ha: float
    baseline_change_t_co2e_per_ha: float
    difference_t_co2e_per_ha: float
    project_variance_t2: float
    project_degrees_of_freedom: float


class VarianceComponent(DomainObject):
    """One term of the variance of the project mean.

    Its part of the moment form's deduction, and what one more replicate of it would take off that deduction, are per
    hectare over the period.
    """

    label: str
    kind: Literal["project stratum", "control group", "model error"]
    replicates: int
    replicate: str
    variance_t_co2e_per_ha_2: float
    degrees_of_freedom: float
    share: float
    deduction_t_co2e_per_ha: float
    one_more_t_co2e_per_ha: float


class Deduction(DomainObject):
    """The moment form of the deduction in one form of the rules, per hectare over the verification period."""

    route: Literal["analytic"]
    form: Form
    mean_t_co2e_per_ha: float
    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: float | None
    """None where nothing varies: the quantile is then that of any distribution, and multiplies zero."""
    confidence: float
    t_quantile: float
    uncertainty_percent: float
    credited_t_co2e_per_ha: float
    half_width_percent: float
    widest_half_width_percent: float | None
    """None where the programme has no bar."""
    eligible: bool


class GuardedDeduction(DomainObject):
    """The moment form with control sites pooled over the project and the skew guard, per hectare over the period."""

    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: float | None
    skewness_of_estimate: float
    multiplier: float
    credited_t_co2e_per_ha: float
    uncertainty_percent: float


class RouteCheck(DomainObject):
    """A check of a route: a failed one refuses issuance, an informative one asks to be read."""

    name: str
    verdict: Literal["pass", "fail", "informative"]
    found: float
    allowed: float | None
    text: str


class RouteSummary(DomainObject):
    """What a form of the deduction found, the same for all routes, per hectare over the verification period."""

    route: RouteName
    form: CreditedForm
    mean_t_co2e_per_ha: float
    standard_error_t_co2e_per_ha: float
    credited_t_co2e_per_ha: float
    uncertainty_percent: float
    checks: Items[RouteCheck] = ()
    issues: bool = False


class MonteCarloDeduction(DomainObject):
    """The moment form with declared measurement errors drawn and propagated (Eqs. 65-71), per hectare.

    ``draws`` is 0 where no error is declared: nothing is drawn then, and the form equals the moment form. The Monte
    Carlo error is that of the credited value; beyond the allowed one issuance is refused.
    """

    sampling_variance_t_co2e_per_ha_2: float
    measurement_variance_t_co2e_per_ha_2: float
    model_variance_t_co2e_per_ha_2: float = 0.0
    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: float | None
    draws: int
    monte_carlo_error_t_co2e_per_ha: float
    allowed_error_t_co2e_per_ha: float
    credited_t_co2e_per_ha: float
    uncertainty_percent: float


class PosteriorComponent(DomainObject):
    """A standard deviation of the model with its prior, its posterior and its share in the variance of the mean."""

    name: str
    prior: str
    mean_t_co2e_per_ha: float
    low_t_co2e_per_ha: float
    high_t_co2e_per_ha: float
    share: float


class PosteriorDensity(DomainObject):
    """The density of the posterior from its mean to four standard deviations to each side, dense in the middle."""

    at_t_co2e_per_ha: Items[float]
    density_per_t_co2e_per_ha: Items[float]


class PosteriorDeduction(DomainObject):
    """The posterior form of the deduction, per hectare over the verification period.

    ``credited_t_co2e_per_ha`` is the quantile that the truth exceeds with the probability ``confidence``; the
    interval of a component runs from its 5 to its 95 per cent quantile.
    """

    route: Literal["posterior"]
    mean_t_co2e_per_ha: float
    standard_deviation_t_co2e_per_ha: float
    confidence: float
    credited_t_co2e_per_ha: float
    uncertainty_percent: float
    monte_carlo_error_t_co2e_per_ha: float
    engine: str
    draws: int
    effective_draws: float
    k_hat: float
    components: Items[PosteriorComponent]
    checks: Items[RouteCheck]
    density: PosteriorDensity | None = None


class PosteriorReference(DomainObject):
    """The same declaration sampled by NUTS, and how far its quantile lies from the exact one, per hectare.

    Parameters
    ----------
    of, file
        The quantity in the trace, and the draws in the bundle.
    settings
        All that the sampler was told.
    difference_in_monte_carlo_errors
        NUTS less exact, in combined Monte Carlo errors of the two.
    r_hat, bulk_effective_draws, tail_effective_draws
        The worst over the reduction and the components.
    verdict
        ``informative`` where the chains did not mix.
    """

    of: str
    file: str
    sampler: str
    settings: dict[str, int | float | str]
    mean_t_co2e_per_ha: float
    standard_deviation_t_co2e_per_ha: float
    quantile_t_co2e_per_ha: float
    monte_carlo_error_t_co2e_per_ha: float
    exact_quantile_t_co2e_per_ha: float
    exact_monte_carlo_error_t_co2e_per_ha: float
    difference_in_monte_carlo_errors: float
    r_hat: float
    bulk_effective_draws: float
    tail_effective_draws: float
    divergences: int
    verdict: Literal["pass", "fail", "informative"]


class Vintage(DomainObject):
    """One year of a verification period, in t CO2e; stock terms after the deduction."""

    number: int
    during: Interval
    project_change_t_co2e: float
    baseline_change_t_co2e: float
    cumulative_project_change_t_co2e: float
    removals_switch: float
    source_terms_t_co2e: float
    reductions_t_co2e: float
    removals_t_co2e: float
    leakage_t_co2e: float
    net_reductions_t_co2e: float
    net_removals_t_co2e: float
    buffer_on_reductions_t_co2e: float
    buffer_on_removals_t_co2e: float
    verified_reductions_t_co2e: float
    verified_removals_t_co2e: float
    verified_total_t_co2e: float


class CalendarPart(DomainObject):
    """What of a period falls into a calendar year, by label; whole units add up over the period."""

    year: int
    verified_reductions_t_co2e: float
    verified_removals_t_co2e: float
    reduction_units_t: int
    removal_units_t: int


class BaselineResult(DomainObject):
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
    project_change_t_co2e_per_ha: float
    baseline_change_t_co2e_per_ha: float
    difference_t_co2e_per_ha: float
    credited_t_co2e_per_ha: float
    credited_form: CreditedForm
    uncertainty_percent: float
    routes: Items[RouteSummary]
    model_bias_sd_t_co2e_per_ha: float | None = None
    control_weight: float | None = None
    correction_t_co2e_per_ha: float | None = None


class ModelUse(DomainObject):
    """The model behind a run: its identity and hash, its draws, and the validation that its error is from."""

    model: str
    model_version: str
    parameter_set: str
    model_hash: str
    draws: int
    points: int
    validation_sha256: str
    initial_campaign: str
    initial_shift_years: int


class ControlDiagnostics(DomainObject):
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

    quantification_unit: str
    sampling_units: int
    control_values: int
    difference_percent: float
    similarity_p_value: float
    similar: bool
    equivalence_p_value: float
    equivalence_margin_percent: float
    equivalent: bool
    trend_difference_t_co2e_per_ha_yr: float | None = None
    trend_p_value: float | None = None
    look_back_years: float | None = None
    regression_to_mean_t_co2e_per_ha: float | None = None
    contaminated: Items[str] = ()
    lost: Items[str] = ()


class PeriodResult(DomainObject):
    """A verification period. Totals are in t CO2e over the whole period.

    Gross change and deduction are of soil carbon. The verified total is what is left after the deduction, plus woody
    biomass and source terms, less leakage, buffer and, under a proposal, a flat discount.
    """

    name: str
    during: Interval
    years: int
    first_campaign: str
    last_campaign: str
    area_ha: float
    project_change_t_co2e: float
    baseline_change_t_co2e: float
    biochar_carbon_t: float
    gross_t_co2e: float
    deducted_t_co2e: float
    after_deduction_t_co2e: float
    woody_t_co2e: float = 0.0
    source_terms_t_co2e: float = 0.0
    leakage_t_co2e: float
    buffer_t_co2e: float
    verified_total_t_co2e: float
    units_to_issue_t: int
    units_if_eligible_t: int | None = None
    """What was counted before anything refused it; None in bundles of release 0.1.0."""
    state: RunState | None = None
    """None in bundles of release 0.1.0."""
    issuance: Literal["issued", "refused", "nothing to issue"]
    """What becomes of the units: none are issued unless the state is eligible."""
    deduction: Deduction
    deduction_printed: Deduction
    posterior: PosteriorDeduction | None = None
    guarded: GuardedDeduction | None = None
    montecarlo: MonteCarloDeduction | None = None
    credited_form: CreditedForm = "moment"
    routes: Items[RouteSummary] = ()
    variance_budget: VarianceBudget | None = None
    spread_between_strata: SpreadTest | None = None
    spectroscopy: SpectroscopyResult | None = None
    issuing_uncertainty_percent: float
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


class RunResult(DomainObject):
    """Everything a run computed."""

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
    reporting_depth_cm: float
    equivalent_soil_mass_interpolation: str
    seed: int
    periods: Items[PeriodResult]
    stocks: Items[StockMean]
    references: Items[PosteriorReference] = ()
    model: ModelUse | None = None
    control_diagnostics: Items[ControlDiagnostics] = ()
