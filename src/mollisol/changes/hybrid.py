"""A hybrid baseline: measured project, modelled baseline, corrected by residuals at the control sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from mollisol.changes.change import (
    ChangeOfPeriod,
    ChangeOptions,
    ChangesOfUnits,
    Correction,
    changes_of_strata,
)
from mollisol.changes.measured import changes_of_units, project_side
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.baseline import HybridBaseline
from mollisol.methodology.checks.baseline_model import year_before
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.routes.hybrid import HybridInputs, ModelledPlaces, hybrid_routes
from mollisol.stocks.groups import mean_of_all
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import ModelError, model_error
from mollisol.stocks.modelled import ModelledStocks
from mollisol.uncertainty.model.hybrid_baseline import (
    control_residual_t_co2e_per_ha,
    draw_covariance_t2,
    hybrid_baseline_t_co2e_per_ha,
    hybrid_control_part_t2,
    hybrid_correction_t_co2e_per_ha,
    hybrid_model_part_t2,
    hybrid_weight,
    mean_residual_error_t_co2e_per_ha,
)
from mollisol.uncertainty.model.project_variance import project_model_variance
from mollisol.uncertainty.student import standard_error


def hybrid_change(
    context: PeriodContext,
    stocks: UnitStocks,
    runs: ModelledStocks,
    declared: HybridBaseline,
    options: ChangeOptions,
) -> ChangeOfPeriod:
    """Compute the measured change of the project, the corrected baseline, and the deduction.

    Raises
    ------
    ValueError
        Where points were drawn anew: its routes are of changes at points.
    """
    if anew := {**stocks.anew, **stocks.sites_anew}:
        raise ValueError(f"points of {', '.join(anew)} were drawn anew, and this baseline is of pairs")
    names = [stratum.stratum for stratum in context.project.strata]
    sites = tuple(sorted({link.control_site for link in context.project.control_links}))
    area, units = area_of_strata(context), changes_of_units(context, stocks)
    project = project_side(context, units, area, stocks)
    modelled = _modelled(context, runs, "modelled_baseline_of_stratum", names)
    at_sites = _modelled(context, runs, "modelled_change_of_site", sites)
    residual = _residual(context, units, sites, at_sites)
    error = model_error(context)
    bias_sd = _bias_sd(context, declared, area, error)
    spread = context.compute(
        "mean_residual_error", mean_residual_error_t_co2e_per_ha, residual_t_co2e_per_ha=residual
    )
    drawn: dict[str, Any] = _draws(context, area, modelled, at_sites)
    # regression of what the model missed on the area on what it missed at the sites: bias and draws that both share
    # raise the weight, the sites' own error and draws that move them alone lower it
    weight = context.compute(
        "correction_weight",
        hybrid_weight,
        bias_sd_t_co2e_per_ha=bias_sd,
        residual_error_t_co2e_per_ha=spread,
        control_variance_t2=drawn["control_variance_t2"],
        covariance_t2=drawn["covariance_t2"],
    )
    correction = context.compute(
        "baseline_correction",
        hybrid_correction_t_co2e_per_ha,
        weight=weight,
        mean_residual_t_co2e_per_ha=_mean(context, residual),
    )
    baseline = context.compute(
        "baseline_change_of_stratum",
        hybrid_baseline_t_co2e_per_ha,
        index=names,
        modelled_change_t_co2e_per_ha=modelled.mean,
        correction_t_co2e_per_ha=correction,
    )
    totals = yearly_totals(context, project.mean, baseline, area, options.biochar_carbon_per_year)
    inputs = HybridInputs(
        context=context,
        difference=totals.difference,
        area=area,
        project_side=project,
        biochar_carbon_per_year=options.biochar_carbon_per_year,
        seed=options.seed,
        stocks=stocks,
        control_part=context.compute(
            "hybrid_control_part", hybrid_control_part_t2, weight=weight, residual_error_t_co2e_per_ha=spread
        ),
        # the correction takes off the part of bias and draws that the sites saw; the rest stays in the baseline
        model_part=context.compute(
            "hybrid_model_part", hybrid_model_part_t2, weight=weight, bias_sd_t_co2e_per_ha=bias_sd, **drawn
        ),
        baseline=modelled,
        controls=at_sites,
        error=error,
    )
    outcome = hybrid_routes(inputs, options.route)
    return ChangeOfPeriod(
        area=area,
        totals=totals,
        strata=changes_of_strata(inputs, stocks, project.mean, baseline, linked=True),
        outcome=outcome,
        findings=(*runs.findings, *outcome.findings),
        correction=Correction(bias_sd, weight, correction),
    )


def _modelled(
    context: PeriodContext, runs: ModelledStocks, name: str, places: Sequence[str]
) -> ModelledPlaces:
    """Compute the modelled baseline change of strata or control sites by draw: points to units to places."""
    first = year_before(context.period.during.start)
    drawn = np.asarray(
        stock_change_t_co2e_per_ha(
            stock_start_t_c_per_ha=0.0,
            stock_end_t_c_per_ha=runs.between("baseline", first, first + context.years),
        )
    )
    drawn = _with_practices(context, runs, drawn, (first, first + context.years))
    known = {point.point: point for point in context.project.sample_points}
    # what lies on land that the period does not cover is left out
    points = [known[id] for id in runs.points if id in known]
    share = shares_in_unit(points, context.project.drawn_fields)
    homes: dict[str, dict[str, list[FloatArray]]] = defaultdict(lambda: defaultdict(list))
    for number, id in enumerate(runs.points):
        if id in known:
            units = homes[known[id].stratum or known[id].control_site or ""]
            units[known[id].sampling_unit].append(share[id] * drawn[number])
    draws = np.stack([np.stack([sum(own) for own in homes[place].values()]).mean(axis=0) for place in places])
    rows = [*runs.source, f"scenario baseline, mean of {runs.draws} draws"]
    mean = context.given(f"{name}", draws.mean(axis=1), "t CO2e/ha", rows, places)
    return ModelledPlaces(mean, draws)


def _with_practices(
    context: PeriodContext, runs: ModelledStocks, drawn: FloatArray, years: tuple[int, int]
) -> FloatArray:
    """Return draws with the error of recorded amounts of the baseline in them, the same draw at every point."""
    first, last = (runs.years.index(year) for year in years)
    for number, row in enumerate(context.project.practice_samples, start=1):
        moved = runs.of_practice.get((row.source, "baseline"))
        if moved is None:
            continue
        if drawn.shape[1] == 1:
            drawn = np.repeat(drawn, int(context.rules.number("mollisol.montecarlo.draws")), axis=1)
        of_draw = np.random.default_rng([number]).standard_normal((drawn.shape[1],))
        line = CO2E_PER_C * (moved["baseline"][last] - moved["baseline"][first])
        drawn = np.asarray(
            drawn + row.standard_error_percent / 100 * np.outer(line, of_draw - of_draw.mean())
        )
    return drawn


def _residual(
    context: PeriodContext, units: ChangesOfUnits, sites: Sequence[str], modelled: ModelledPlaces
) -> Quantity:
    """Compute what the model missed at each control site."""
    values = context.pick("control_change_of_unit", units.change, units.places(sites))
    return context.compute(
        "control_residual",
        control_residual_t_co2e_per_ha,
        index=sites,
        measured_change_t_co2e_per_ha=units.means(context, "control_change_of_site", values, sites),
        modelled_change_t_co2e_per_ha=modelled.mean,
    )


def _mean(context: PeriodContext, residual: Quantity) -> Quantity:
    mean = mean_of_all(context, "residual_of_sites", residual)
    return context.arrange("mean_residual", float(mean.value[0]), [mean], places=[0])


def _bias_sd(context: PeriodContext, declared: HybridBaseline, area: Quantity, error: ModelError) -> Quantity:
    """Return the prior sd of the model's bias: declared, or the validation's prediction error."""
    sd = declared.model_bias_sd_t_co2e_per_ha
    if sd is not None:
        source = f"project.toml:project.baselines, {declared.source}"
        return context.given("model_bias_sd", sd, "t CO2e/ha", [source])
    return context.compute(
        "model_bias_sd",
        standard_error,
        variance_of_mean=context.compute(
            "model_variance",
            project_model_variance,
            area_ha=area,
            model_variance=error.variance,
            form=context.rules.form("switch.eq64-correlation"),
        ),
    )


def _draws(
    context: PeriodContext, area: Quantity, baseline: ModelledPlaces, controls: ModelledPlaces
) -> dict[str, Quantity]:
    """Compute variances and covariance over joint draws of the area's and the control sites' modelled change."""
    hectares = np.asarray(area.value)
    count = baseline.draws.shape[1]
    of_area = (baseline.mean, hectares / hectares.sum() @ baseline.draws)
    of_sites = (controls.mean, controls.draws.mean(axis=0))
    return {
        name: context.record(
            f"draws_{name}",
            float(
                draw_covariance_t2(first_draws_t_co2e_per_ha=first[1], second_draws_t_co2e_per_ha=second[1])
            )
            if count > 1
            else 0.0,
            draw_covariance_t2,
            first=first[0],
            second=second[0],
            draws=count,
        )
        for name, first, second in (
            ("baseline_variance_t2", of_area, of_area),
            ("control_variance_t2", of_sites, of_sites),
            ("covariance_t2", of_area, of_sites),
        )
    }
