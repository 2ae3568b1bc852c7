"""Step 2b: the posterior of a period's change, on the same inputs as the moment form."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.measurement_errors import PointErrors, point_errors
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results import PosteriorCheck, PosteriorComponent, PosteriorDeduction
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.totals import per_hectare
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.reading import HEAD_FILE
from mollisol.stocks import UnitStocks
from mollisol.uncertainty.issuing import deduction_percent
from mollisol.uncertainty.posterior.measured import (
    MeasurementErrors,
    measured_posterior,
    posterior_credited_t_co2e_per_ha,
)
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.posterior.specification import SharedEffect


def posterior_of_period(
    project: Project,
    stocks: UnitStocks,
    period: VerificationPeriod,
    years: int,
    biochar_carbon_per_year: Quantity,
    moment_mean: Quantity,
    trace: Trace,
) -> tuple[PosteriorDeduction | None, list[Finding]]:
    """Compute the posterior quantile of a period from the changes at its points.

    Parameters
    ----------
    years
        Length of the period.
    biochar_carbon_per_year
        Carbon of biochar on the whole project, spread over the period. [t C per year]
    moment_mean
        The mean that the deduction in per cent refers to. [t CO2e/ha]

    Returns
    -------
    tuple
        The deduction, or None where the data cannot carry the model, and the findings.
    """
    at = f"@{period.name}"
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
        yearly_amount=biochar_carbon_per_year,
        years=years,
        area_ha=area,
    )
    given: dict[str, Any] = {
        "area_ha": area,
        "project_change_t_co2e_per_ha": _pick(f"project_change_of_point{at}", change, own, trace),
        "project_stratum": [strata.index(of[change.index[i]].stratum or "") for i in own],
        "project_unit": [number_of[unit] for unit in units],
        "control_change_t_co2e_per_ha": _pick(f"control_change_of_point{at}", change, control, trace),
        "control_site": [sites.index(of[change.index[i]].control_site or "") for i in control],
        "site_link": np.array([[float((site, name) in linked) for name in strata] for site in sites]),
        "offset_t_co2e_per_ha": trace.compute(
            f"biochar_co2e_per_ha{at}", stock_t_co2e_per_ha, stock_t_c_per_ha=biochar
        ),
    }
    declared = point_errors(project, stocks, period)
    errors = None
    if declared.declared:
        errors = _measurement_errors(declared.pick(own), declared.pick(control))
        trace.given(
            f"measurement_sd{at}", errors.class_sd, "t CO2e/ha", [f"{HEAD_FILE}:project.laboratory_methods"]
        )
    try:
        result = measured_posterior(
            errors=errors,
            **{name: part.value if isinstance(part, Quantity) else part for name, part in given.items()},
        )
    except ValueError as error:
        return None, [_cannot(period, str(error))]
    credited = trace.record(
        f"posterior_credited{at}",
        result.credited,
        posterior_credited_t_co2e_per_ha,
        **given,
        errors=trace.quantities.get(f"measurement_sd{at}"),
    )
    percent = trace.compute(
        f"posterior_uncertainty_percent{at}",
        deduction_percent,
        mean_change_t_co2e_per_ha=moment_mean,
        credited_t_co2e_per_ha=credited,
    )
    deduction = _deduction(result, float(percent.value))
    return deduction, _findings(period, deduction)


def _measurement_errors(own: PointErrors, control: PointErrors) -> MeasurementErrors:
    """Compile declared errors: a class per pair of own errors, an effect per batch."""
    both = np.concatenate([own.own_relative, control.own_relative], axis=1)
    stock = np.concatenate([own.stock, control.stock], axis=1)
    pairs, kind = np.unique(both, axis=1, return_inverse=True)
    mean_square = np.stack(
        [(stock[:, kind == number] ** 2).mean(axis=1) for number in range(pairs.shape[1])], axis=1
    )
    sign = np.array([-1.0, 1.0])[:, None]
    return MeasurementErrors(
        class_sd=np.sqrt((pairs**2 * mean_square).sum(axis=0)),
        project_class=kind[: own.stock.shape[1]].tolist(),
        control_class=kind[own.stock.shape[1] :].tolist(),
        shared=tuple(
            SharedEffect(
                name=name,
                sd=float(own.batch_relative[number]),
                project=(sign * own.stock * (own.batch == number)).sum(axis=0),
                control=(sign * control.stock * (control.batch == number)).sum(axis=0),
                source="project.toml, laboratory_methods",
            )
            for number, name in enumerate(own.batch_names)
            if own.batch_relative[number] > 0
        ),
    )


def _pick(name: str, of: Quantity, places: list[int], trace: Trace) -> Quantity:
    index = [of.index[place] for place in places]
    return trace.arrange(name, of.value[places], [of], index=index, places=places)


def _deduction(result: PosteriorResult, percent: float) -> PosteriorDeduction:
    share = {row.source: row.share for row in result.budget}
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
                share=share.get(row.name, 0.0),
            )
            for row in result.components
        ),
        checks=tuple(
            PosteriorCheck(name=c.name, verdict=c.verdict, found=c.found, allowed=c.allowed, text=c.text)
            for c in result.checks
        ),
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
