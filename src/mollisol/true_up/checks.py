"""Forecast beside re-measurement, and what was credited beside what was re-measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from mollisol.methodology.context import Context
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.true_up import ForecastCheck, Remeasured, What
from mollisol.true_up.forecast import Issued, ScenarioForecast, error_sds, scenario_forecast
from mollisol.true_up.measured import Found, Measured
from mollisol.uncertainty.deduction.moment import credited_mean
from mollisol.uncertainty.model.true_up import chance_below_issued, forecast_deviation

WHOLE = "whole project"


def shares(project: Project, strata: Sequence[str]) -> dict[str, float]:
    """Return the share of each of these strata in their area."""
    area = {stratum.stratum: stratum.area_ha for stratum in project.strata if stratum.stratum in strata}
    total = sum(area.values())
    return {name: own / total for name, own in area.items()}


def forecast_checks(
    project: Project,
    measured: Measured,
    scenario: ScenarioForecast,
    effect: ScenarioForecast,
    years: int,
    interval: float,
) -> tuple[ForecastCheck, ...]:
    """Compare by stratum and for the whole project: the project scenario, and the effect where controls were measured.

    Strata with fewer than two paired sampling units have no standard error and are left to the whole.
    """
    rows: list[ForecastCheck] = []
    kinds: tuple[tuple[What, Mapping[str, Found], ScenarioForecast], ...] = (
        ("project scenario", measured.project, scenario),
        ("practice effect", measured.effect, effect),
    )
    for what, found, forecast in kinds:
        known = {name: item for name, item in found.items() if item.standard_error is not None}
        rows += [
            _check(name, what, years, item, forecast.mean[name], forecast.sd(name), interval)
            for name, item in known.items()
        ]
        share = shares(project, list(known))
        if len(share) < 2:
            continue
        mean, sd, _ = forecast.of_project(share)
        whole = _whole(share, known) if what == "project scenario" else measured.effect_of_project
        if whole is not None:
            rows.append(_check(WHOLE, what, years, whole, mean, sd, interval))
    return tuple(rows)


def _whole(share: Mapping[str, float], changes: Mapping[str, Found]) -> Found:
    """Return the area-weighted mean of strata that were sampled independently."""
    error = math.fsum((share[name] * (item.standard_error or 0.0)) ** 2 for name, item in changes.items())
    mean = math.fsum(share[name] * item.mean for name, item in changes.items())
    return Found(sum(item.units for item in changes.values()), mean, math.sqrt(error))


def _check(
    place: str, what: What, years: int, change: Found, forecast: float, sd: float, interval: float
) -> ForecastCheck:
    error = change.standard_error or 0.0
    half = float(ndtri(0.5 + interval / 2)) * math.hypot(sd, error)
    if error > 0:
        given = {"forecast_sd": sd, "measured": change.mean, "measured_standard_error": error}
        deviation = float(forecast_deviation(forecast=forecast, **given))
    else:
        deviation = (change.mean - forecast) / sd if sd > 0 else 0.0
    return ForecastCheck(
        place=place,
        what=what,
        years=years,
        sampling_units=change.units,
        forecast_t_co2e_per_ha=forecast,
        forecast_sd_t_co2e_per_ha=sd,
        measured_t_co2e_per_ha=change.mean,
        measured_standard_error_t_co2e_per_ha=error,
        low_t_co2e_per_ha=forecast - half,
        high_t_co2e_per_ha=forecast + half,
        deviation=deviation,
        inside=abs(change.mean - forecast) <= half,
    )


def remeasured_amount(
    context: Context,
    issued: Issued,
    measured: Measured,
    years: tuple[int, int],
    periods: Sequence[PeriodResult],
) -> Remeasured | None:
    """Return what the re-measurement says was gained since the start, and how likely it is less than was credited.

    What was credited is that of the bundle's periods and of those that its ledger closes; the ledger knows no pools, so
    that with other sources in it theirs are among it.

    The baseline is that of the control sites where they were measured; else the modelled one, with the error of one
    scenario. None where no stratum has a standard error, or nothing was credited up to then.
    """
    project, rules = context.project, context.rules
    given = math.fsum(credited_of(period) for period in periods) + closed_t_co2e_per_ha(issued.project)
    strata = [name for name, item in measured.project.items() if item.standard_error is not None]
    if not periods or len(strata) < len(project.strata):
        return None
    if measured.effect_of_project is not None:
        found = measured.effect_of_project
        mean, error = found.mean, found.standard_error or 0.0
        freedom = measured.effect_degrees_of_freedom
        baseline = "measured at control sites"
    else:
        share = shares(project, strata)
        whole = _whole(share, measured.project)
        modelled = scenario_forecast(issued, "baseline", years, errors=error_sds(issued, effect=False))
        base, sd, _ = modelled.of_project(share)
        mean, error = whole.mean - base, math.hypot(whole.standard_error or 0.0, sd)
        freedom = None
        baseline = "modelled"
    if error <= 0:
        return None
    nu = freedom if freedom is not None else np.inf
    confidence = rules.number("programme.deduction.confidence")
    known = {"mean_change": mean, "variance_of_mean": error**2, "degrees_of_freedom": nu}
    credited = credited_mean(**known, confidence=confidence)
    below = chance_below_issued(issued=given, mean=mean, standard_error=error, degrees_of_freedom=nu)
    return Remeasured.model_validate(
        {
            "baseline": baseline,
            "mean_t_co2e_per_ha": mean,
            "standard_error_t_co2e_per_ha": error,
            "degrees_of_freedom": freedom,
            "given_t_co2e_per_ha": given,
            "credited_t_co2e_per_ha": float(credited),
            "chance_below_credited": float(below),
            "chance_allowed": 1 - confidence,
        }
    )


def closed_t_co2e_per_ha(project: Project) -> float:
    """Return what the periods in a ledger were credited, all sources, before the buffer. [t CO2e/ha]."""
    entries = project.ledger.entry if project.ledger is not None else ()
    return math.fsum(one.verified_total_t_co2e + one.buffer_t_co2e for one in entries) / math.fsum(
        stratum.area_ha for stratum in project.strata
    )


def credited_of(period: PeriodResult) -> float:
    """Return what a period was credited, by the form that issued. [t CO2e/ha]."""
    row = next((item for item in period.routes if item.issues), None)
    return row.credited_t_co2e_per_ha if row is not None else period.deduction.credited_t_co2e_per_ha
