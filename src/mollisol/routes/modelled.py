"""The three routes of a modelled period: Eqs. 60 to 64, joint draws (Eqs. 65 to 69), and the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.run import (
    Deduction,
    MonteCarloDeduction,
    RouteCheck,
    RouteChoice,
    RouteName,
    RouteSummary,
    VarianceComponent,
)
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.totals import per_hectare, total_t_co2e
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.choose import RoutesFound, run_routes
from mollisol.routes.interface import RouteDetails, RouteOutcome
from mollisol.routes.moment import deduction_from, summary_of_moment
from mollisol.routes.posterior import posterior_outcome
from mollisol.uncertainty.deduction.budget import deduction_with_one_more, variance_shares
from mollisol.uncertainty.deduction.moment import credited_mean, uncertainty_percent
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.model.project_variance import (
    project_model_variance,
    variance_with_model_error,
)
from mollisol.uncertainty.monte_carlo.measured import sampling_and_drawn_variance
from mollisol.uncertainty.monte_carlo.modelled import (
    drawn_model_variance_t2,
    drawn_sampling_variance_t2,
    total_by_draw_t_co2e,
    total_variance_t2,
    variance_of_mean_from_total,
)
from mollisol.uncertainty.monte_carlo.stop_rule import deduction_error
from mollisol.uncertainty.posterior.modelled import modelled_credited_t_co2e_per_ha, modelled_posterior
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.scaling.sampling_error import sampling_variance_t2
from mollisol.uncertainty.student import t_quantile

if TYPE_CHECKING:
    from mollisol.stocks.model_error import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class ModelledInputs:
    """What the routes of a modelled period start from.

    Parameters
    ----------
    difference
        Mean of project minus baseline over the period, from which every deduction is taken. [t CO2e/ha]
    area
        Of the strata. [ha]
    effect
        Project less baseline by sampling unit, mean over draws. [t CO2e/ha]
    stratum_of_unit
        Number of the stratum of each unit.
    drawn
        The same effect in each joint draw, (unit, draw); one draw where the parameter set has none. [t CO2e/ha]
    error
        The model's validated error by stratum.
    effective_draws
        Smallest effective sample size of the draws; None where they are independent.
    biochar_carbon_per_year
        [t C per year]
    seed
        Of the draws of the model's error.
    """

    context: PeriodContext
    difference: Quantity
    area: Quantity
    effect: Quantity
    stratum_of_unit: tuple[int, ...]
    drawn: FloatArray
    error: ModelError
    effective_draws: float | None
    biochar_carbon_per_year: Quantity
    seed: int

    def of_stratum(self, number: int) -> list[int]:
        """Give the places of a stratum's units."""
        return [place for place, stratum in enumerate(self.stratum_of_unit) if stratum == number]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the strata."""
        return tuple(stratum.stratum for stratum in self.context.project.strata)


def modelled_routes(inputs: ModelledInputs, choice: RouteChoice) -> RoutesFound:
    """Run the routes that were asked for on a modelled period."""
    routes: Mapping[RouteName, Any] = {
        "analytic": _analytic,
        "montecarlo": _montecarlo,
        "posterior": _posterior,
    }
    return run_routes(inputs, choice, routes, None)


def _analytic(inputs: ModelledInputs) -> RouteOutcome:
    """Compute the moment form (Eqs. 62 to 64, 74), as printed and as corrected."""
    trace, at = inputs.context.trace, inputs.context.place
    sampling = [
        trace.compute(
            f"sampling_variance.{name}{at}",
            sampling_variance_t2,
            area_ha=trace.arrange(
                f"area_ha.{name}{at}", float(inputs.area.value[number]), [inputs.area], places=[number]
            ),
            change_t_co2e_per_ha=trace.arrange(
                f"effect_of_unit.{name}{at}",
                np.asarray(inputs.effect.value)[inputs.of_stratum(number)],
                [inputs.effect],
                index=[inputs.effect.index[place] for place in inputs.of_stratum(number)],
                places=inputs.of_stratum(number),
            ),
        )
        for number, name in enumerate(inputs.names)
    ]
    by_stratum = trace.arrange(
        f"sampling_variance{at}",
        np.array([float(part.value) for part in sampling]),
        sampling,
        index=inputs.names,
    )
    hectares = trace.compute(f"area_total{at}", total_t_co2e, unit="ha", parts_t_co2e=inputs.area)
    total = trace.compute(
        f"sampling_variance_total{at}", total_t_co2e, unit="(t CO2e)^2", parts_t_co2e=by_stratum
    )
    per_ha = trace.compute(
        f"sampling_variance_of_mean{at}",
        variance_of_mean_from_total,
        index=inputs.names,
        variance_of_total_t2=by_stratum,
        area_ha=hectares,
    )
    freedom = trace.given(
        f"replicates_less_one{at}",
        np.array(
            [len(inputs.of_stratum(n)) - 1.0 for n in range(len(inputs.names))] + [inputs.error.freedom]
        ),
        "1",
        ["sample_points.csv", "studies of the validation less one, the fewest of all combinations"],
        (*inputs.names, "model"),
    )
    forms: tuple[Form, ...] = ("corrected", "printed")
    deductions: dict[Form, Deduction] = {
        form: _moment(inputs, form, hectares, total, per_ha, freedom) for form in forms
    }
    own = deductions["corrected"]
    return RouteOutcome(
        summary_of_moment(own),
        trace.quantities[f"uncertainty_percent.corrected{at}"],
        {"deductions": deductions, "variance": _components(inputs)},
    )


def _moment(
    inputs: ModelledInputs,
    form: Form,
    hectares: Quantity,
    total: Quantity,
    per_ha: Quantity,
    freedom: Quantity,
) -> Deduction:
    trace, at = inputs.context.trace, inputs.context.place
    model = trace.compute(
        f"model_variance.{form}{at}",
        project_model_variance,
        area_ha=inputs.area,
        model_variance=inputs.error.variance,
        form="printed" if form == "printed" else inputs.context.rules.form("switch.eq64-correlation"),
    )
    variance = trace.compute(
        f"variance_of_mean.{form}{at}",
        variance_with_model_error,
        sampling_variance_t2=total,
        model_variance=model,
        area_ha=hectares,
    )
    trace.rule("mollisol.deduction.degrees-of-freedom")
    nu = trace.compute(
        f"degrees_of_freedom.{form}{at}",
        satterthwaite,
        variances=trace.arrange(
            f"variance_terms.{form}{at}",
            np.append(np.asarray(per_ha.value), float(model.value)),
            [per_ha, model],
            index=(*inputs.names, "model"),
        ),
        degrees_of_freedom=freedom,
    )
    return deduction_from(form, inputs.difference, variance, nu, at, inputs.context.rules, trace)


def _components(inputs: ModelledInputs) -> tuple[VarianceComponent, ...]:
    """Give each term of the variance: its share, and what one more replicate of it would buy."""
    trace, at = inputs.context.trace, inputs.context.place
    terms = np.asarray(trace.quantities[f"variance_terms.corrected{at}"].value)
    freedom = np.asarray(trace.quantities[f"replicates_less_one{at}"].value)
    deduction, one_more = deduction_with_one_more(
        variance_of_mean=terms,
        degrees_of_freedom=freedom,
        confidence=float(trace.rule("vm0042.deduction.confidence").value),
    )
    share = np.asarray(variance_shares(variance_of_mean=terms)) if terms.any() else np.zeros(terms.size)
    return tuple(
        VarianceComponent(
            label=label,
            kind="model error" if label == "model" else "project stratum",
            replicates=int(freedom[place]) + 1,
            replicate="studies" if label == "model" else "sampling units",
            variance_t_co2e_per_ha_2=float(terms[place]),
            degrees_of_freedom=float(freedom[place]),
            share=float(share[place]),
            deduction_t_co2e_per_ha=float(share[place]) * deduction,
            one_more_t_co2e_per_ha=0.0 if label == "model" else deduction - float(one_more[place]),
        )
        for place, label in enumerate((*inputs.names, "model"))
    )


def _montecarlo(inputs: ModelledInputs) -> RouteOutcome:
    """Propagate joint draws (Eqs. 65 to 69): parameters, and one error of the model shared by all points.

    A draw is the same at every point, in every stratum and in both scenarios; neither part shrinks with their number.
    """
    trace, at = inputs.context.trace, inputs.context.place
    groups = _drawn_groups(inputs)
    draws = groups[0].shape[1]
    counted = min(float(draws), inputs.effective_draws or float(draws))
    areas = np.asarray(inputs.area.value)
    confidence = trace.rule("vm0042.deduction.confidence")
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "effect_of_unit": inputs.effect,
        "validated_error_variance": inputs.error.variance,
        "draws": draws,
        "seed": inputs.seed,
    }
    parts = {
        name: trace.record(
            f"montecarlo_{name}_total{at}",
            float(function(area_ha=areas, reduction_t_co2e_per_ha=groups)),
            function,
            **given,
        )
        for name, function in (
            ("sampling_variance", drawn_sampling_variance_t2),
            ("model_variance", drawn_model_variance_t2),
        )
    }
    hectares = trace.quantities[f"area_total{at}"]
    of_mean = {
        name: trace.compute(
            f"montecarlo_{name}{at}",
            variance_of_mean_from_total,
            variance_of_total_t2=part,
            area_ha=hectares,
        )
        for name, part in parts.items()
    }
    trace.compute(
        f"montecarlo_variance_of_total{at}",
        total_variance_t2,
        sampling_variance_t2=parts["sampling_variance"],
        model_variance_t2=parts["model_variance"],
    )
    freedom = _drawn_freedom(inputs, of_mean["model_variance"])
    variance = trace.compute(
        f"montecarlo_variance{at}",
        sampling_and_drawn_variance,
        sampling_variance=of_mean["sampling_variance"],
        drawn_variance=of_mean["model_variance"],
        draws=counted,
    )
    moment: dict[str, Any] = {
        "mean_change": inputs.difference,
        "variance_of_mean": variance,
        "degrees_of_freedom": freedom,
        "confidence": confidence,
    }
    credited = trace.compute(f"montecarlo_credited{at}", credited_mean, **moment)
    percent = trace.compute(
        f"montecarlo_uncertainty_percent{at}",
        uncertainty_percent,
        form=inputs.context.rules.form("switch.deduction-denominator"),
        **moment,
    )
    nu = float(freedom.value)
    t = float(t_quantile(probability=float(confidence.value), degrees_of_freedom=nu))
    error = float(np.sqrt(variance.value))
    mean = total_by_draw_t_co2e(area_ha=areas, reduction_t_co2e_per_ha=groups) / areas.sum()
    _, found = deduction_error(
        draws=mean, other_variance=float(of_mean["sampling_variance"].value), multiplier=t
    )
    known = float(np.sqrt(draws / counted)) * found
    allowed = float(trace.rule("mollisol.montecarlo.error-share").value) * t * error
    deduction = MonteCarloDeduction(
        sampling_variance_t_co2e_per_ha_2=float(of_mean["sampling_variance"].value),
        measurement_variance_t_co2e_per_ha_2=0.0,
        model_variance_t_co2e_per_ha_2=float(of_mean["model_variance"].value),
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=nu if np.isfinite(nu) else None,
        draws=draws,
        monte_carlo_error_t_co2e_per_ha=known,
        allowed_error_t_co2e_per_ha=allowed,
        credited_t_co2e_per_ha=float(credited.value),
        uncertainty_percent=float(percent.value),
    )
    summary = RouteSummary(
        route="montecarlo",
        form="montecarlo",
        mean_t_co2e_per_ha=float(inputs.difference.value),
        standard_error_t_co2e_per_ha=error,
        credited_t_co2e_per_ha=deduction.credited_t_co2e_per_ha,
        uncertainty_percent=deduction.uncertainty_percent,
        checks=(
            RouteCheck(
                name="monte-carlo-error",
                verdict="informative" if known > allowed else "pass",
                found=known,
                allowed=allowed,
                text=f"error of the credited value with {counted:.0f} effective joint draws; the standard error is "
                "widened for it (section 8.6.1.2.3)",
            ),
        ),
    )
    return RouteOutcome(summary, percent, {"montecarlo": deduction})


def _drawn_groups(inputs: ModelledInputs) -> list[FloatArray]:
    """Give the effect of each stratum's units by draw, with one draw of the model's error over all of them."""
    drawn = inputs.drawn
    if drawn.shape[1] == 1:
        drawn = np.repeat(drawn, int(inputs.context.rules.number("mollisol.montecarlo.draws")), axis=1)
    shared = np.random.default_rng(inputs.seed).standard_normal((drawn.shape[1],))
    shared -= shared.mean()
    spread = np.sqrt(np.asarray(inputs.error.variance.value, dtype=np.float64))
    return [drawn[inputs.of_stratum(number)] + spread[number] * shared for number in range(len(inputs.names))]


def _drawn_freedom(inputs: ModelledInputs, model: Quantity) -> Quantity:
    trace, at = inputs.context.trace, inputs.context.place
    per_ha = trace.quantities[f"sampling_variance_of_mean{at}"]
    return trace.compute(
        f"montecarlo_degrees_of_freedom{at}",
        satterthwaite,
        variances=trace.arrange(
            f"montecarlo_variance_terms{at}",
            np.append(np.asarray(per_ha.value), float(model.value)),
            [per_ha, model],
            index=(*inputs.names, "model"),
        ),
        degrees_of_freedom=trace.quantities[f"replicates_less_one{at}"],
    )


def _posterior(inputs: ModelledInputs) -> RouteOutcome:
    """Compute the posterior of the effect; the learned bias of the model may lower it and never raises it."""
    trace, at = inputs.context.trace, inputs.context.place
    strata = [inputs.drawn[inputs.of_stratum(number)].mean(axis=0) for number in range(len(inputs.names))]
    biochar = trace.compute(
        f"biochar_carbon_per_ha{at}",
        per_hectare,
        yearly_amount=inputs.biochar_carbon_per_year,
        years=inputs.context.years,
        area_ha=inputs.area,
    )
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "effect_t_co2e_per_ha": inputs.effect,
        "stratum": list(inputs.stratum_of_unit),
        "sampling_unit": list(range(len(inputs.stratum_of_unit))),
        "practice": list(inputs.error.practice),
        **({"climate": list(inputs.error.climate)} if inputs.error.climate else {}),
        "years": float(inputs.context.years),
        "confidence": trace.rule("vm0042.deduction.confidence"),
        "offset_t_co2e_per_ha": trace.compute(
            f"biochar_co2e_per_ha{at}", stock_t_co2e_per_ha, stock_t_c_per_ha=biochar
        ),
    }
    plain = {name: part.value if isinstance(part, Quantity) else part for name, part in given.items()}
    draws = np.stack(strata) if inputs.drawn.shape[1] > 1 else None

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        posterior = modelled_posterior(
            validation=inputs.error.errors, effect_draws_t_co2e_per_ha=draws, **plain
        )
        return posterior, {}

    return posterior_outcome(
        compute,
        modelled_credited_t_co2e_per_ha,
        {**given, "validation": inputs.error.variance, "joint_draws": inputs.drawn.shape[1]},
        inputs,
    )
