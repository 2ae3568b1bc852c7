"""The posterior route: a model of where the spread comes from, on the same inputs as the moment form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.results.run import (
    PosteriorComponent,
    PosteriorDeduction,
    PosteriorDensity,
    RouteCheck,
    RouteSummary,
)
from mollisol.methodology.trace import Quantity
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.totals import per_hectare
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.budget import ErrorNames, posterior_budget
from mollisol.routes.declared_errors import posterior_errors
from mollisol.routes.interface import InputsOfPeriod, PeriodInputs, RouteDetails, RouteOutcome
from mollisol.uncertainty.deduction.issuing import deduction_percent
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.measured import measured_specification, posterior_credited_t_co2e_per_ha
from mollisol.uncertainty.posterior.results import PosteriorResult

_REACH: Final = 4.0
_GRID: Final = 101
"""How far the density is given, in standard deviations to each side, and at how many values, dense in the middle."""


def posterior_route(inputs: PeriodInputs) -> RouteOutcome:
    """Compute the posterior quantile of a period from the changes at its points, and its budget by source of error."""
    project, stocks, period = inputs.context.project, inputs.stocks, inputs.context.period
    trace, at = inputs.context.trace, inputs.context.place
    start = stocks.points_by_campaign[period.first_campaign]
    change = trace.compute(
        f"change_of_point{at}",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=stocks.points_by_campaign[period.last_campaign],
    )
    of = {point.point: point for point in project.sample_points}
    strata = [stratum.stratum for stratum in project.strata]
    sites = sorted({link.control_site for link in project.control_links})
    own = [i for i, id in enumerate(change.index) if of[id].stratum is not None]
    control = [i for i, id in enumerate(change.index) if of[id].control_site in sites]
    units = [f"{of[change.index[i]].stratum}/{of[change.index[i]].sampling_unit}" for i in own]
    number_of = {unit: number for number, unit in enumerate(sorted(set(units)))}
    linked = {(link.control_site, link.stratum) for link in project.control_links}
    area = trace.quantities[f"area_ha{at}"]
    biochar = trace.compute(
        f"biochar_carbon_per_ha{at}",
        per_hectare,
        yearly_amount=inputs.biochar_carbon_per_year,
        years=inputs.context.years,
        area_ha=area,
    )
    given: dict[str, Any] = {
        "area_ha": area,
        "project_change_t_co2e_per_ha": trace.pick(f"project_change_of_point{at}", change, own),
        "project_stratum": [strata.index(of[change.index[i]].stratum or "") for i in own],
        "project_unit": [number_of[unit] for unit in units],
        "control_change_t_co2e_per_ha": trace.pick(f"control_change_of_point{at}", change, control),
        "control_site": [sites.index(of[change.index[i]].control_site or "") for i in control],
        "site_link": np.array([[float((site, name) in linked) for name in strata] for site in sites]),
        "offset_t_co2e_per_ha": trace.compute(
            f"biochar_co2e_per_ha{at}", stock_t_co2e_per_ha, stock_t_c_per_ha=biochar
        ),
    }
    errors, sources = None, ErrorNames({}, {})
    if inputs.errors is not None:
        errors, sources = posterior_errors(inputs.errors, own, control, at, trace)
        given |= {
            name: trace.quantities[f"{name}_of_class{at}"] for name in ("laboratory_error", "soil_mass_error")
        }
        if inputs.errors.calibrations is not None:
            given |= {f"{sd.name.replace('.', '_')}_error": sd for sd in inputs.errors.calibrations.sd}
    plain = {
        name: part.value if isinstance(part, Quantity) else part
        for name, part in given.items()
        if not name.endswith("_error")
    }

    given["confidence"] = trace.rule("vm0042.deduction.confidence")

    def compute() -> tuple[PosteriorResult, RouteDetails]:
        specification = measured_specification(errors=errors, **plain)
        result = posterior_of_change(specification, confidence=given["confidence"].value)
        budget = posterior_budget(result, specification, sources, strata, sites, float(area.value.sum()))
        return result, {"variance_budget": budget}

    return posterior_outcome(compute, posterior_credited_t_co2e_per_ha, given, inputs)


def posterior_outcome(
    compute: Callable[[], tuple[PosteriorResult, RouteDetails]],
    equation: Callable[..., float],
    given: Mapping[str, Any],
    inputs: InputsOfPeriod,
) -> RouteOutcome:
    """Give the posterior of a period as a route's outcome, whatever baseline its specification has.

    Parameters
    ----------
    compute
        Gives the posterior and further fields of the period's result; raises ``ValueError`` where the data cannot
        carry it.
    equation, given
        The registered equation of the credited value, and what it was given.
    inputs
        Of the period.
    """
    trace, at = inputs.context.trace, inputs.context.place
    try:
        result, details = compute()
    except ValueError as error:
        return RouteOutcome(None, None, findings=(_cannot(inputs.context.period, str(error)),))
    credited = trace.record(f"posterior_credited{at}", result.credited, equation, **given)
    trace.keep(credited.name, result)
    percent = trace.compute(
        f"posterior_uncertainty_percent{at}",
        deduction_percent,
        mean_change_t_co2e_per_ha=inputs.difference,
        credited_t_co2e_per_ha=credited,
    )
    deduction = _deduction(result, float(percent.value))
    details["posterior"] = deduction
    return RouteOutcome(
        _summary(deduction),
        percent,
        details,
        tuple(_findings(inputs.context.period, deduction)),
    )


def _summary(deduction: PosteriorDeduction) -> RouteSummary:
    return RouteSummary(
        route="posterior",
        form="posterior",
        mean_t_co2e_per_ha=deduction.mean_t_co2e_per_ha,
        standard_error_t_co2e_per_ha=deduction.standard_deviation_t_co2e_per_ha,
        credited_t_co2e_per_ha=deduction.credited_t_co2e_per_ha,
        uncertainty_percent=deduction.uncertainty_percent,
        checks=deduction.checks,
    )


def _deduction(result: PosteriorResult, percent: float) -> PosteriorDeduction:
    share: dict[str, float] = defaultdict(float)
    for row in result.budget:
        share[row.source] += row.share
    return PosteriorDeduction(
        route="posterior",
        mean_t_co2e_per_ha=result.mean,
        standard_deviation_t_co2e_per_ha=result.sd,
        confidence=1 - result.probability,
        credited_t_co2e_per_ha=result.credited,
        uncertainty_percent=percent,
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
    )


def _density(result: PosteriorResult) -> PosteriorDensity:
    steps = np.linspace(-1.0, 1.0, _GRID)
    at = result.mean + result.sd * _REACH * np.sinh(3 * steps) / np.sinh(3)
    return PosteriorDensity(
        at_t_co2e_per_ha=tuple(at.tolist()),
        density_per_t_co2e_per_ha=tuple(result.mixture.density(at).tolist()),
    )


def _findings(period: VerificationPeriod, deduction: PosteriorDeduction) -> list[Finding]:
    severity = {"fail": Severity.REFUSAL, "informative": Severity.NOTE}
    return [
        Finding(
            code="posterior-check-failed" if check.verdict == "fail" else "posterior-check-to-read",
            severity=severity[check.verdict],
            where=Place(thing=f"verification period {period.name}, {check.name}"),
            found=check.text,
            allowed="a passed check" if check.allowed is None else f"{check.allowed:.3g}",
            do="sample more, or look at the site it names"
            if check.verdict == "fail"
            else "read it with the number",
            clause="mollisol.issuance.form",
        )
        for check in deduction.checks
        if check.verdict != "pass"
    ]


def _cannot(period: VerificationPeriod, message: str) -> Finding:
    return Finding(
        code="posterior-not-computed",
        severity=Severity.WARNING,
        where=Place(thing=f"verification period {period.name}"),
        found=message,
        allowed="data that carry the model of docs/posterior.md",
        do="the moment form stands alone for this period",
        clause="mollisol.issuance.form",
    )
