"""The posterior route: a model of where the spread comes from, on the same inputs as the moment form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.deductions import (
    PosteriorComponent,
    PosteriorDeduction,
    PosteriorDensity,
    RouteCheck,
)
from mollisol.methodology.results.figure import figure
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.totals import per_hectare
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.budget import ErrorNames, posterior_budget
from mollisol.routes.declared_errors import posterior_errors
from mollisol.routes.interface import (
    ESTIMATED,
    Moment,
    PeriodInputs,
    RouteDetails,
    RouteInputs,
    RouteOutcome,
    route_outcome,
    severity_without,
    with_values,
)
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.deduction.estimate import Estimate
from mollisol.uncertainty.deduction.issuing import deduction_percent
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.measured import (
    MeasurementErrors,
    measured_specification,
    posterior_credited_t_co2e_per_ha,
)
from mollisol.uncertainty.posterior.replicates import StrataApart, variance_of_cores
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.scaling.spread_of_sites import level_of_sites

_REACH: Final = 4.0
_GRID: Final = 101
_MOST_DIGITS: Final = 6
"""How far the density is given, in standard deviations to each side, and at how many values, dense in the middle."""
_PARTS: Final = (
    "declared errors of laboratory or soil mass, and fields whose parts were sampled by themselves"
)


@dataclass(frozen=True, slots=True, eq=False)
class PointsOfPeriod:
    """What a specification says of measured points, and where they stand among those of the stocks."""

    given: dict[str, Any]
    project: list[int]
    control: list[int]


def posterior_route(inputs: PeriodInputs, _: Moment) -> RouteOutcome:
    """Compute the posterior quantile of a period from the changes at its points, and its budget by source of error."""
    context = inputs.context
    if inputs.errors is not None and len(context.project.drawn_fields):
        # its errors are of points, and its changes of fields
        return RouteOutcome(None, None, findings=(_cannot(context, _PARTS),))
    # points go in, not means of units: what points of a field share and what they do not are told apart by the model
    strata, sites = inputs.project_side.labels, inputs.control_sites
    points = points_of_period(inputs, inputs.stocks)
    if anew := inputs.control_side.anew:
        change, homes = (points.given[name] for name in ("control_change_t_co2e_per_ha", "control_site"))
        by_number = {sites.index(name): site for name, site in anew.items()}
        change, homes = with_values(context, "control_values_of_point", change, homes, by_number)
        points.given.update(control_change_t_co2e_per_ha=change, control_site=homes)
    told = {**points.given, **prior_of(context)}
    specified = values_of(told)
    if inputs.stocks.anew:
        specified["apart"], behind = _apart(inputs)
        told |= behind
    declared, names = None, ErrorNames({}, {})
    if inputs.errors is not None:
        sides = points.given["project_unit"], points.given["control_site"]
        counts = [len(set(side) if "prior" in told else side) for side in sides]
        errors = posterior_errors(
            context, inputs.errors, points.project, points.control, (counts[0], counts[1])
        )
        declared, names = errors.declared, errors.names
        told |= errors.of_class
        if inputs.errors.calibrations is not None:
            told |= {f"{sd.name.replace('.', '_')}_error": sd for sd in inputs.errors.calibrations.sd}
    confidence = told["confidence"] = level_of_posterior(context)

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        try:
            specification = measured_specification(errors=declared, **specified)
            result = posterior_of_change(specification, confidence=confidence.value)
        except ValueError:
            if declared is not None:
                raise
            # changes that agree to the last digit are known no better than to that digit; a spread below it has no
            # finite posterior under a prior that is flat on its logarithm, so that the half-normal prior stands
            told.pop("prior", None)
            specified.pop("prior", None)
            told["rounding_error_of_change"] = error = rounding_error(inputs)
            rounded = MeasurementErrors(
                [float(error.value)], [0] * len(points.project), [0] * len(points.control), ()
            )
            specification = measured_specification(errors=rounded, **specified)
            result = posterior_of_change(specification, confidence=confidence.value)
        plain = {name: value for name, value in specified.items() if name not in ("prior", "apart")}
        means = "prior" in specified and not (inputs.stocks.anew or anew)
        within = variance_of_cores(measured_specification(**plain)) if means else 0.0
        budget = posterior_budget(result, specification, names, strata, sites, inputs.hectares, within)
        return result, {"variance_budget": budget}

    return posterior_outcome(inputs, compute, posterior_credited_t_co2e_per_ha, told)


def _apart(inputs: PeriodInputs) -> tuple[StrataApart, dict[str, Quantity]]:
    """Return the strata whose points were drawn anew, each with its change, and what that is from."""
    side, areas = inputs.project_side, np.asarray(inputs.area.value)
    own = [place for place, name in enumerate(side.labels) if name in inputs.stocks.anew]
    apart = StrataApart(
        own,
        np.asarray(side.mean.value)[own],
        np.asarray(side.variance.value)[own] / areas[own] ** 2,
        side.degrees_of_freedom[own],
    )
    return apart, {"change_of_stratum": side.mean, "variance_of_stratum_t2": side.variance}


def prior_of(context: PeriodContext) -> dict[str, Any]:
    """Return the prior that the rule asks for, as an argument where it is not the equation's own."""
    prior = context.trace.rule("mollisol.posterior.prior").value
    return {} if prior == "half-normal" else {"prior": str(prior)}


def level_of_posterior(context: PeriodContext) -> Quantity:
    """Return the probability of the quantile: below the confidence where the sharp form stands beside it."""
    confidence = context.trace.rule("programme.deduction.confidence")
    below = context.trace.rule("mollisol.posterior.below-confidence")
    if context.trace.rule("mollisol.issuance.form").value != "sharp" or not below.value:
        return confidence
    return context.compute("posterior_level", level_of_sites, confidence=confidence, below_confidence=below)


def rounding_error(inputs: PeriodInputs) -> Quantity:
    """Return what the last digit of the contents leaves open of a change: that of all increments together."""
    contents = inputs.context.project.core_increments.column("soc_g_per_kg").numbers()
    digits = next(
        (n for n in range(_MOST_DIGITS) if np.allclose(contents, contents.round(n), 0, 1e-9)), _MOST_DIGITS
    )
    mass = max(float(mass.value) for _, mass in inputs.stocks.profiles)
    # half a digit to each side at both times: the variance of a uniform error is the square of its width over 12
    error = CO2E_PER_C * mass / 1000 * 10.0**-digits * np.sqrt(2 / 12)
    source = f"core_increments.csv: soc_g_per_kg is given to {digits} decimals"
    return inputs.context.given("rounding_error_of_change", float(error), "t CO2e/ha", [source])


def points_of_period(inputs: RouteInputs, stocks: UnitStocks) -> PointsOfPeriod:
    """Compute the changes at the points of the project and of its control sites, with the place of each.

    Where fields have parts a field stands as one point: the model has no place for areas within a sampling unit.
    """
    context = inputs.context
    project, period = context.project, context.period
    if len(project.drawn_fields):
        return _units_of_period(inputs, stocks)
    start = stocks.points_by_campaign[period.first_campaign]
    change = context.compute(
        "change_of_point",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=stocks.points_by_campaign[period.last_campaign],
    )
    table = project.sample_points
    number = _numbers(table.column("point").values())
    rows = [number[id] for id in change.index]
    homes = (table.column(name).values() for name in ("stratum", "control_site", "sampling_unit"))
    stratum, site, unit = ([values[row] for row in rows] for values in homes)
    stratum_of, site_of = _numbers(inputs.project_side.labels), _numbers(inputs.control_sites)
    own = [place for place, name in enumerate(stratum) if name is not None]
    control = [place for place, name in enumerate(site) if name in site_of]
    units = [f"{stratum[place]}/{unit[place]}" for place in own]
    unit_of = _numbers(sorted(set(units)))
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "project_change_t_co2e_per_ha": context.pick("project_change_of_point", change, own),
        "project_stratum": [stratum_of[stratum[place]] for place in own],
        "project_unit": [unit_of[unit] for unit in units],
        "control_change_t_co2e_per_ha": context.pick("control_change_of_point", change, control),
        "control_site": [site_of[site[place]] for place in control],
        "site_link": inputs.site_link,
        "offset_t_co2e_per_ha": biochar_offset(inputs),
    }
    return PointsOfPeriod(given, own, control)


def _units_of_period(inputs: RouteInputs, stocks: UnitStocks) -> PointsOfPeriod:
    """Compute the changes of the sampling units of the project and of its control sites."""
    context, period = inputs.context, inputs.context.period
    start = stocks.by_campaign[period.first_campaign]
    change = context.compute(
        "change_of_field",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=stocks.by_campaign[period.last_campaign],
    )
    stratum_of, site_of = _numbers(inputs.project_side.labels), _numbers(inputs.control_sites)
    home = [stocks.home_of[unit] for unit in change.index]
    own = [place for place, name in enumerate(home) if name in stratum_of]
    control = [place for place, name in enumerate(home) if name in site_of]
    given: dict[str, Any] = {
        "area_ha": inputs.area,
        "project_change_t_co2e_per_ha": context.pick("project_change_of_field", change, own),
        "project_stratum": [stratum_of[home[place]] for place in own],
        "project_unit": list(range(len(own))),
        "control_change_t_co2e_per_ha": context.pick("control_change_of_field", change, control),
        "control_site": [site_of[home[place]] for place in control],
        "site_link": inputs.site_link,
        "offset_t_co2e_per_ha": biochar_offset(inputs),
    }
    return PointsOfPeriod(given, own, control)


def _numbers(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def biochar_offset(inputs: RouteInputs) -> Quantity:
    """Compute what biochar of the period takes off the project's change: it is no stock that the soil built."""
    context = inputs.context
    carbon = context.compute(
        "biochar_carbon_per_ha",
        per_hectare,
        yearly_amount=inputs.biochar_carbon_per_year,
        years=inputs.context.years,
        area_ha=inputs.area,
    )
    return context.compute("biochar_co2e_per_ha", stock_t_co2e_per_ha, stock_t_c_per_ha=carbon)


def values_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as a plain function takes them."""
    return {name: part.value if isinstance(part, Quantity) else part for name, part in given.items()}


def posterior_outcome(
    inputs: RouteInputs,
    compute: Callable[[], tuple[PosteriorResult, RouteDetails]],
    equation: Callable[..., float],
    given: Mapping[str, Any],
) -> RouteOutcome:
    """Return the posterior of a period as a route's outcome, whatever baseline its specification has.

    Parameters
    ----------
    compute
        Gives the posterior and further fields of the period's result; raises ``ValueError`` where the data cannot
        carry it.
    equation, given
        The registered equation of the credited value, and what it was given.
    """
    context = inputs.context
    try:
        result, details = compute()
    except ValueError as error:
        return RouteOutcome(None, None, findings=(_cannot(inputs.context, str(error)),))
    credited = context.record("posterior_credited", result.credited, equation, **given)
    context.trace.keep(credited.name, result)
    percent = context.compute(
        "posterior_uncertainty_percent",
        deduction_percent,
        mean_change_t_co2e_per_ha=inputs.difference,
        credited_t_co2e_per_ha=credited,
    )
    deduction = _deduction(result, credited, percent, given["confidence"])
    details["posterior"] = deduction
    if "variance_budget" in details:
        details["variance_budget"] = details["variance_budget"].beside(credited)
    # what a learned bias took off the credited quantile comes off every one
    lowered = result.credited - result.quantile
    estimate = Estimate(
        ESTIMATED, result.mean, result.sd, None, lambda p: result.mixture.quantile(p) + lowered
    )
    findings = tuple(_findings(inputs.context, deduction))
    return route_outcome(
        "posterior", estimate, credited, percent, details, checks=deduction.checks, findings=findings
    )


def _deduction(
    result: PosteriorResult, credited: Quantity, percent: Quantity, confidence: Quantity
) -> PosteriorDeduction:
    share: dict[str, float] = defaultdict(float)
    for row in result.budget:
        share[row.source] += row.share
    return PosteriorDeduction(
        route="posterior",
        mean_t_co2e_per_ha=result.mean,
        standard_deviation_t_co2e_per_ha=result.sd,
        confidence=figure(confidence),
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
        monte_carlo_error_t_co2e_per_ha=result.monte_carlo_error,
        engine=result.engine,
        draws=result.draws,
        effective_draws=result.effective_size,
        k_hat=result.k_hat if np.isfinite(result.k_hat) else 0.0,
        components=tuple(
            PosteriorComponent(
                name=row.name,
                prior=f"{row.prior.family}({row.prior.scale:.3g}), {row.prior.source}",
                mean_t_co2e_per_ha=row.mean,
                low_t_co2e_per_ha=row.low,
                high_t_co2e_per_ha=row.high,
                share=share[row.name],
            )
            for row in result.components
        ),
        checks=tuple(
            RouteCheck(name=c.name, verdict=c.verdict, found=c.found, allowed=c.allowed, text=c.text)
            for c in result.checks
        ),
        density=_density(result),
    ).beside(credited)


def _density(result: PosteriorResult) -> PosteriorDensity:
    steps = np.linspace(-1.0, 1.0, _GRID)
    at = result.mean + result.sd * _REACH * np.sinh(3 * steps) / np.sinh(3)
    return PosteriorDensity(
        at_t_co2e_per_ha=tuple(at.tolist()),
        density_per_t_co2e_per_ha=tuple(result.mixture.density(at).tolist()),
    )


def _findings(context: PeriodContext, deduction: PosteriorDeduction) -> list[Finding]:
    return [
        finding(
            "posterior-check-failed" if check.verdict == "fail" else "posterior-check-to-read",
            f"verification period {context.period.name}, {check.name}",
            check.text,
            allowed="a passed check" if check.allowed is None else f"{check.allowed:.3g}",
        )
        for check in deduction.checks
        if check.verdict != "pass"
    ]


def _cannot(context: PeriodContext, message: str) -> Finding:
    severity = severity_without(context, "posterior")
    return finding(
        "posterior-not-computed", f"verification period {context.period.name}", message, severity=severity
    )
