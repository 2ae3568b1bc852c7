"""The forms of the deduction as results show them, and what each route found. No arithmetic."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.base import Items
from mollisol.methodology.results.figure import Number, Result, Whole
from mollisol.methodology.rules_in_force.rule import Form

type CreditedForm = Literal["moment", "sharp", "guarded", "montecarlo", "posterior"]
"""Which form of the deduction issued: the methodology's moment form, the sharp form, drawn errors, or the posterior;
``guarded`` under the rules of release 0.1.0."""

type RouteName = Literal["analytic", "montecarlo", "posterior"]
"""The routes; the analytic one gives the moment form and, where control sites were measured, the sharp form."""


class Deduction(Result):
    """The moment form of the deduction in one form of the rules, per hectare over the verification period."""

    route: Literal["analytic"]
    form: Form
    mean_t_co2e_per_ha: Number
    standard_error_t_co2e_per_ha: Number
    degrees_of_freedom: Number | None
    """None where nothing varies: the quantile is then that of any distribution, and multiplies zero."""
    confidence: Number
    t_quantile: Number
    uncertainty_percent: Number
    credited_t_co2e_per_ha: Number
    half_width_percent: Number
    widest_half_width_percent: Number | None
    """None where the programme has no bar."""
    eligible: bool
    conversion_variance_t_co2e_per_ha_2: Number | None = None
    """What errors of conversions between laboratory methods add to the variance; None where none was converted."""
    conversion_degrees_of_freedom: Number | None = None


type Decider = Literal["a", "b", "moment"]
"""What of the sharp form decided: deduction A, deduction B, or the moment form that is its ceiling."""


class SharpDeduction(Result):
    """The larger of two deductions, with what each is made of, per hectare over the period (docs/deduction.md).

    Deduction A is the methodology's, lengthened where samples show a tail; deduction B takes each control site's mean
    as one replicate. ``decided_by`` is ``moment`` where the methodology's own is larger than both.
    """

    setting: str
    standard_error_t_co2e_per_ha: Number
    degrees_of_freedom: Number | None
    multiplier: Number
    skewness_project: Number
    skewness_control: Number
    excess_project: Number
    excess_control: Number
    deduction_a_t_co2e_per_ha: Number
    variance_between_sites_t_co2e_per_ha_2: Number | None
    """None where a control site stands alone."""
    site_degrees_of_freedom: Whole
    standard_error_b_t_co2e_per_ha: Number
    degrees_of_freedom_b: Number | None
    deduction_b_t_co2e_per_ha: Number
    decided_by: Decider
    credited_t_co2e_per_ha: Number
    uncertainty_percent: Number


class GuardedDeduction(Result):
    """The form that release 0.1.0 issued where it was the lowest, per hectare over the period."""

    standard_error_t_co2e_per_ha: Number
    degrees_of_freedom: Number | None
    skewness_of_estimate: Number
    multiplier: Number
    credited_t_co2e_per_ha: Number
    uncertainty_percent: Number


class RouteCheck(Result):
    """A check of a route: a failed one refuses issuance, an informative one asks to be read."""

    name: str
    verdict: Literal["pass", "fail", "informative"]
    found: Number
    allowed: Number | None
    text: str


class RouteSummary(Result):
    """What a form of the deduction found, the same for all routes, per hectare over the verification period."""

    route: RouteName
    form: CreditedForm
    mean_t_co2e_per_ha: Number
    standard_error_t_co2e_per_ha: Number
    credited_t_co2e_per_ha: Number
    uncertainty_percent: Number
    checks: Items[RouteCheck] = ()
    issues: bool = False


class SelectionByBar(Result):
    """What the bar does to the promise, per hectare over the period (docs/selection.md). Nothing issues on it.

    The promise holds over all campaigns, issued or refused; the bar lets the lucky ones through. A project with a
    change below ``least_creditable`` is over-credited whenever it passes; the bound given the bar holds among campaigns
    that pass.
    """

    least_creditable_t_co2e_per_ha: Number
    standard_errors_above_bar: Number
    bound_given_the_bar_t_co2e_per_ha: Number
    credited_t_co2e_per_ha: Number


class MonteCarloDeduction(Result):
    """The moment form with declared measurement errors drawn and propagated (Eqs. 65-71), per hectare.

    ``draws`` is 0 where no error is declared: nothing is drawn then, and the form equals the moment form. The Monte
    Carlo error is that of the credited value; beyond the allowed one issuance is refused.
    """

    sampling_variance_t_co2e_per_ha_2: Number
    measurement_variance_t_co2e_per_ha_2: Number
    model_variance_t_co2e_per_ha_2: Number = 0.0
    standard_error_t_co2e_per_ha: Number
    degrees_of_freedom: Number | None
    draws: Whole
    monte_carlo_error_t_co2e_per_ha: Number
    allowed_error_t_co2e_per_ha: Number
    credited_t_co2e_per_ha: Number
    uncertainty_percent: Number


class PosteriorComponent(Result):
    """A standard deviation of the model with its prior, its posterior and its share in the variance of the mean."""

    name: str
    prior: str
    mean_t_co2e_per_ha: Number
    low_t_co2e_per_ha: Number
    high_t_co2e_per_ha: Number
    share: Number


class PosteriorDensity(Result):
    """The density of the posterior from its mean to four standard deviations to each side, dense in the middle."""

    at_t_co2e_per_ha: Items[float]
    density_per_t_co2e_per_ha: Items[float]


class PosteriorDeduction(Result):
    """The posterior form of the deduction, per hectare over the verification period.

    ``credited_t_co2e_per_ha`` is the quantile that the truth exceeds with the probability ``confidence``; the
    interval of a component runs from its 5 to its 95 per cent quantile.
    """

    route: Literal["posterior"]
    mean_t_co2e_per_ha: Number
    standard_deviation_t_co2e_per_ha: Number
    confidence: Number
    credited_t_co2e_per_ha: Number
    uncertainty_percent: Number
    monte_carlo_error_t_co2e_per_ha: Number
    engine: str
    draws: Whole
    effective_draws: Number
    k_hat: Number
    components: Items[PosteriorComponent]
    checks: Items[RouteCheck]
    density: PosteriorDensity | None = None


class PosteriorReference(Result):
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
    mean_t_co2e_per_ha: Number
    standard_deviation_t_co2e_per_ha: Number
    quantile_t_co2e_per_ha: Number
    monte_carlo_error_t_co2e_per_ha: Number
    exact_quantile_t_co2e_per_ha: Number
    exact_monte_carlo_error_t_co2e_per_ha: Number
    difference_in_monte_carlo_errors: Number
    r_hat: Number
    bulk_effective_draws: Number
    tail_effective_draws: Number
    divergences: Whole
    verdict: Literal["pass", "fail", "informative"]
