"""State assimilation of a re-measurement: outside the printed rule, told beside it, never issued from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mollisol.methodology.checks.baseline_model import year_before
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.true_up import Assimilation, ForecastCheck
from mollisol.stocks.modelled import ModelledStocks
from mollisol.true_up.checks import WHOLE, shares
from mollisol.true_up.forecast import Issued, error_sds, scenario_forecast
from mollisol.uncertainty.posterior.conjugate import (
    combination_weight,
    combined_mean,
    combined_variance,
    forward_mean,
    forward_variance,
)


def assimilation(
    project: Project,
    checks: Sequence[ForecastCheck],
    issued: Issued,
    now: ModelledStocks,
    before: RunResult,
    years: tuple[int, int],
) -> Assimilation | None:
    """Condition the forecast on the re-measurement, and the next period's forecast on that.

    The errors of both forecasts share the joint draws and the model's error, which is taken as one error of both
    periods; their correlation follows. None where nothing is open, or the measured change has no standard error.
    """
    headline = _headline(checks)
    if not before.periods or headline is None or headline.measured_standard_error_t_co2e_per_ha <= 0:
        return None
    scenario = "effect" if headline.what == "practice effect" else "project"
    errors = error_sds(issued, effect=scenario == "effect")
    share = shares(project, [stratum.stratum for stratum in project.strata])
    first = year_before(project.head.verification_periods[0].during.start)
    ahead = (first, first + before.periods[0].years)
    past = scenario_forecast(issued, scenario, years, errors=errors)
    later = scenario_forecast(replace(issued, project=project, runs=now), scenario, ahead, errors=errors)
    mean, sd, error = past.of_project(share)
    next_mean, next_sd, next_error = later.of_project(share)
    drawn = [np.sum([share[name] * of.drawn[name] for name in share], axis=0) for of in (past, later)]
    shared = float(np.cov(drawn[0], drawn[1])[0, 1]) if drawn[0].size == drawn[1].size else 0.0
    correlation = (shared + error * next_error) / (sd * next_sd) if sd > 0 and next_sd > 0 else 0.0
    correlation = min(1.0, max(-1.0, correlation))
    datum = {
        "datum": headline.measured_t_co2e_per_ha,
        "datum_sd": headline.measured_standard_error_t_co2e_per_ha,
    }
    weight = combination_weight(prior_sd=sd, datum_sd=datum["datum_sd"])
    told = combined_mean(prior_mean=mean, prior_sd=sd, **datum)
    variance = combined_variance(prior_sd=sd, datum_sd=datum["datum_sd"])
    moved = forward_mean(
        next_mean=next_mean, next_sd=next_sd, sd=sd, correlation=correlation, moved=told - mean
    )
    left = forward_variance(next_sd=next_sd, sd=sd, correlation=correlation, posterior_variance=variance)
    return Assimilation(
        weight=float(weight),
        mean_t_co2e_per_ha=float(told),
        sd_t_co2e_per_ha=math.sqrt(float(variance)),
        next_period=before.periods[0].name,
        correlation=correlation,
        next_mean_before_t_co2e_per_ha=next_mean,
        next_sd_before_t_co2e_per_ha=next_sd,
        next_mean_after_t_co2e_per_ha=float(moved),
        next_sd_after_t_co2e_per_ha=math.sqrt(float(left)),
    )


def _headline(checks: Sequence[ForecastCheck]) -> ForecastCheck | None:
    """Return the check of the whole, of the effect before that of the project scenario."""
    places = {check.place for check in checks}
    whole = [check for check in checks if check.place == WHOLE or len(places) == 1]
    return next(iter(sorted(whole, key=lambda check: check.what != "practice effect")), None)
