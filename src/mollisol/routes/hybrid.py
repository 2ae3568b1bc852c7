"""The routes of a period with a hybrid baseline: moment form and posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.run import Deduction, RouteName, VarianceComponent
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.totals import per_hectare, total_t_co2e
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.interface import RouteDetails, RouteOutcome, Side
from mollisol.routes.moment import deduction_from, summary_of_moment
from mollisol.routes.posterior import posterior_outcome
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import ModelError
from mollisol.uncertainty.deduction.budget import deduction_with_one_more, variance_shares
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.monte_carlo.modelled import variance_of_mean_from_total
from mollisol.uncertainty.posterior.modelled import hybrid_credited_t_co2e_per_ha, hybrid_posterior
from mollisol.uncertainty.posterior.results import PosteriorResult


@dataclass(frozen=True, slots=True, eq=False)
class HybridInputs:
    """What the routes of a period with a hybrid baseline start from.

    Parameters
    ----------
    difference
        Mean of project minus baseline over the period. [t CO2e/ha]
    project_side
        Measured changes of the strata.
    control_part, model_part
        Variance that the control sites bring into the baseline, and what the model leaves in it. [(t CO2e/ha)^2]
    sites
        Control sites.
    baseline_draws, control_draws
        Modelled baseline change by stratum and by control site in each joint draw. [t CO2e/ha]
    error
        The model's validated error.
    """

    context: PeriodContext
    stocks: UnitStocks
    difference: Quantity
    project_side: Side
    control_part: Quantity
    model_part: Quantity
    sites: tuple[str, ...]
    baseline_draws: FloatArray
    control_draws: FloatArray
    error: ModelError
    biochar_carbon_per_year: Quantity


def _analytic(inputs: HybridInputs) -> RouteOutcome:
    """Compute the moment form: sampling of the project, what is left of the model's bias, and the draws."""
    trace, at = inputs.context.trace, inputs.context.place
    hectares = trace.compute(
        f"area_total{at}", total_t_co2e, unit="ha", parts_t_co2e=trace.quantities[f"area_ha{at}"]
    )
    sampling = trace.compute(
        f"sampling_variance_of_mean{at}",
        variance_of_mean_from_total,
        index=inputs.project_side.labels,
        variance_of_total_t2=inputs.project_side.variance,
        area_ha=hectares,
    )
    labels = (*inputs.project_side.labels, "control sites", "model")
    terms = trace.arrange(
        f"variance_terms.corrected{at}",
        np.append(
            np.asarray(sampling.value),
            [float(inputs.control_part.value), float(inputs.model_part.value)],
        ),
        [sampling, inputs.control_part, inputs.model_part],
        index=labels,
    )
    variance = trace.compute(f"variance_of_mean{at}", total_t_co2e, unit="(t CO2e/ha)^2", parts_t_co2e=terms)
    counts = [*(inputs.project_side.degrees_of_freedom), len(inputs.sites) - 1.0, np.inf]
    rows = ["sample_points.csv", "control_links.csv", "the model's variances are taken as known"]
    trace.rule("mollisol.deduction.degrees-of-freedom")
    freedom = trace.compute(
        f"degrees_of_freedom{at}",
        satterthwaite,
        variances=terms,
        degrees_of_freedom=trace.given(f"replicates_less_one{at}", np.array(counts), "1", rows, labels),
    )
    forms: tuple[Form, ...] = ("corrected", "printed")
    deductions: dict[Form, Deduction] = {
        form: deduction_from(form, inputs.difference, variance, freedom, at, inputs.context.rules, trace)
        for form in forms
    }
    return RouteOutcome(
        summary_of_moment(deductions["corrected"]),
        trace.quantities[f"uncertainty_percent.corrected{at}"],
        {"deductions": deductions, "variance": _components(inputs, np.asarray(terms.value))},
    )


def _components(inputs: HybridInputs, terms: FloatArray) -> tuple[VarianceComponent, ...]:
    side = inputs.project_side
    known = [*side.replicates, len(inputs.sites)]
    freedom = np.array([n - 1.0 for n in known])
    deduction, one_more = deduction_with_one_more(
        variance_of_mean=terms[: len(known)],
        degrees_of_freedom=freedom,
        confidence=float(inputs.context.trace.rule("vm0042.deduction.confidence").value),
    )
    share = np.asarray(variance_shares(variance_of_mean=terms[: len(known)]))
    return tuple(
        VarianceComponent(
            label=label,
            kind="project stratum" if place < len(side.labels) else "control group",
            replicates=known[place],
            replicate="sampling units" if place < len(side.labels) else "control sites",
            variance_t_co2e_per_ha_2=float(terms[place]),
            degrees_of_freedom=float(freedom[place]),
            share=float(share[place]),
            deduction_t_co2e_per_ha=float(share[place]) * deduction,
            one_more_t_co2e_per_ha=deduction - float(one_more[place]),
        )
        for place, label in enumerate((*side.labels, "+".join(inputs.sites)))
    )


def _posterior(inputs: HybridInputs) -> RouteOutcome:
    trace, at = inputs.context.trace, inputs.context.place
    of = {point.point: point for point in inputs.context.project.sample_points}
    strata = [stratum.stratum for stratum in inputs.context.project.strata]
    start = inputs.stocks.points_by_campaign[inputs.context.period.first_campaign]
    change = trace.compute(
        f"change_of_point{at}",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=inputs.stocks.points_by_campaign[inputs.context.period.last_campaign],
    )
    own = [i for i, name in enumerate(change.index) if of[name].stratum is not None]
    control = [i for i, name in enumerate(change.index) if of[name].control_site in inputs.sites]
    units = [f"{of[change.index[i]].stratum}/{of[change.index[i]].sampling_unit}" for i in own]
    order = sorted(set(units))
    linked = {(link.control_site, link.stratum) for link in inputs.context.project.control_links}
    biochar = trace.compute(
        f"biochar_carbon_per_ha{at}",
        per_hectare,
        yearly_amount=inputs.biochar_carbon_per_year,
        years=inputs.context.years,
        area_ha=trace.quantities[f"area_ha{at}"],
    )
    given: dict[str, Any] = {
        "area_ha": trace.quantities[f"area_ha{at}"],
        "project_change_t_co2e_per_ha": trace.arrange(
            f"project_change_of_point{at}",
            change.value[own],
            [change],
            index=[change.index[i] for i in own],
            places=own,
        ),
        "project_stratum": [strata.index(of[change.index[i]].stratum or "") for i in own],
        "project_unit": [order.index(unit) for unit in units],
        "control_change_t_co2e_per_ha": trace.arrange(
            f"control_change_of_point{at}",
            change.value[control],
            [change],
            index=[change.index[i] for i in control],
            places=control,
        ),
        "control_site": [inputs.sites.index(of[change.index[i]].control_site or "") for i in control],
        "site_link": np.array([[float((s, name) in linked) for name in strata] for s in inputs.sites]),
        "years": float(inputs.context.years),
        "confidence": trace.rule("vm0042.deduction.confidence"),
        "offset_t_co2e_per_ha": trace.compute(
            f"biochar_co2e_per_ha{at}", stock_t_co2e_per_ha, stock_t_c_per_ha=biochar
        ),
    }
    plain = {name: part.value if isinstance(part, Quantity) else part for name, part in given.items()}
    draws = [
        part if part.shape[1] > 1 else np.repeat(part, 2, axis=1)
        for part in (inputs.baseline_draws, inputs.control_draws)
    ]

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        posterior = hybrid_posterior(
            validation=inputs.error.errors,
            baseline_draws_t_co2e_per_ha=draws[0],
            control_draws_t_co2e_per_ha=draws[1],
            **plain,
        )
        return posterior, {}

    told = {
        "validation": inputs.error.variance,
        "modelled_baseline": trace.quantities[f"modelled_baseline_of_stratum{at}"],
        "modelled_controls": trace.quantities[f"modelled_change_of_site{at}"],
    }
    return posterior_outcome(compute, hybrid_credited_t_co2e_per_ha, {**given, **told}, inputs)


HYBRID_ROUTES: Mapping[RouteName, Any] = {"analytic": _analytic, "posterior": _posterior}
