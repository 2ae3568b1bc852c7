"""The routes of a period with a hybrid baseline: moment form and posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.results.deductions import CreditedForm
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.totals import total_t_co2e
from mollisol.routes.choose import RoutesFound, run_routes
from mollisol.routes.components import SpreadTerm, sampling_per_hectare, terms_of_side, variance_components
from mollisol.routes.interface import Moment, Moments, Route, RouteDetails, RouteInputs, RouteOutcome, Spread
from mollisol.routes.moment import FORMS, moment_form, moment_outcome
from mollisol.routes.posterior import points_of_period, posterior_outcome, prior_of, values_of
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import ModelError
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.posterior.modelled import hybrid_credited_t_co2e_per_ha, hybrid_posterior
from mollisol.uncertainty.posterior.results import PosteriorResult


@dataclass(frozen=True, slots=True, eq=False)
class ModelledPlaces:
    """The modelled baseline change of strata or control sites: mean, and by joint draw, (place, draw). [t CO2e/ha]."""

    mean: Quantity
    draws: FloatArray

    @property
    def spread(self) -> FloatArray:
        """Return at least two draws; one alone has no spread to tell."""
        return self.draws if self.draws.shape[1] > 1 else np.repeat(self.draws, 2, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HybridInputs(RouteInputs):
    """What the routes of a period with a hybrid baseline start from; the project side is measured.

    Parameters
    ----------
    control_part, model_part
        Variance that the control sites bring into the baseline, and what the model leaves in it. [(t CO2e/ha)^2]
    baseline, controls
        Modelled baseline change of the strata and of the control sites.
    error
        The model's validated error.
    """

    stocks: UnitStocks
    control_part: Quantity
    model_part: Quantity
    baseline: ModelledPlaces
    controls: ModelledPlaces
    error: ModelError


def hybrid_routes(inputs: HybridInputs, choice: RouteChoice) -> RoutesFound:
    """Run the routes that were asked for on a period with a hybrid baseline."""
    others: Mapping[CreditedForm, Route[HybridInputs]] = {"posterior": _posterior}
    return run_routes(inputs, choice, _analytic, others)


def _analytic(inputs: HybridInputs, /) -> tuple[RouteOutcome, Moment]:
    """Compute the moment form: sampling of the project, what is left of the model's bias, and the draws."""
    context, side = inputs.context, inputs.project_side
    trace = context.trace
    sampling = sampling_per_hectare(context, inputs.area, side).variance
    labels = (*side.labels, "control sites", "model")
    parts = [sampling, inputs.control_part, inputs.model_part]
    terms = context.join("variance_terms.corrected", parts, labels)
    variance = context.compute("variance_of_mean", total_t_co2e, unit="(t CO2e/ha)^2", parts_t_co2e=terms)
    trace.rule("mollisol.deduction.degrees-of-freedom")
    replicates = context.given(
        "replicates_less_one",
        # what the model leaves comes from its validation, which is not sampled again here
        np.array([*side.degrees_of_freedom, len(inputs.control_sites) - 1.0, np.inf]),
        "1",
        ["sample_points.csv", "control_links.csv", "the model's variances are taken as known"],
        labels,
    )
    freedom = context.compute(
        "degrees_of_freedom", satterthwaite, variances=terms, degrees_of_freedom=replicates
    )
    spread = Spread(variance, freedom, variance, terms, replicates)
    moments: Moments = {form: moment_form(inputs, form, spread) for form in FORMS}
    sites = inputs.control_sites
    controls = SpreadTerm("control group", "+".join(sites), len(sites), "control sites")
    sampled = [*terms_of_side("project stratum", side), controls]
    components = variance_components(context, spread, sampled)
    return moment_outcome(inputs, moments, components), moments["corrected"]


def _posterior(inputs: HybridInputs, _: Moment, /) -> RouteOutcome:
    """Compute the posterior of measured project less modelled baseline, with the bias seen at the control sites."""
    given = {
        **points_of_period(inputs, inputs.stocks).given,
        "years": float(inputs.context.years),
        "confidence": inputs.context.trace.rule("programme.deduction.confidence"),
        **prior_of(inputs.context),
    }

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        # strata and control sites keep their joint draws: an error of the parameters that both share cancels
        posterior = hybrid_posterior(
            validation=inputs.error.errors,
            baseline_draws_t_co2e_per_ha=inputs.baseline.spread,
            control_draws_t_co2e_per_ha=inputs.controls.spread,
            **values_of(given),
        )
        return posterior, {}

    told = {
        **given,
        "validation": inputs.error.variance,
        "modelled_baseline": inputs.baseline.mean,
        "modelled_controls": inputs.controls.mean,
    }
    return posterior_outcome(inputs, compute, hybrid_credited_t_co2e_per_ha, told)
