"""Step 2d: the Monte Carlo route, where the project declares a measurement error."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.measurement_errors import FloatArray, PointErrors, point_errors
from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results import MonteCarloDeduction
from mollisol.methodology.ruleset import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.stocks import UnitStocks
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.issuing import deduction_percent, mean_less_multiple
from mollisol.uncertainty.layers.measured_draws import measured_draws_variance
from mollisol.uncertainty.layers.monte_carlo_credit import credit_measured_draws
from mollisol.uncertainty.student import standard_error, t_quantile


def montecarlo_of_period(
    project: Project,
    stocks: UnitStocks,
    period: VerificationPeriod,
    mean: Quantity,
    seed: int,
    rules: RulesInForce,
    trace: Trace,
) -> MonteCarloDeduction | None:
    """Draw the declared measurement errors and propagate them through Eqs. 70 and 71.

    Parameters
    ----------
    mean
        The mean difference that the deduction is taken from. [t CO2e/ha]
    seed
        Of the draws.

    Returns
    -------
    MonteCarloDeduction or None
        None where no error is declared: the route then equals the analytic one.
    """
    errors = point_errors(project, stocks, period)
    if not errors.declared:
        return None
    draws = int(rules.number("mollisol.montecarlo.draws"))
    start, end = _drawn_stocks(errors, draws, seed)
    groups = control_groups(project)
    count = np.array(
        [
            [float(len(g)) if s.stratum in strata else 0.0 for strata, g in groups.items()]
            for s in project.strata
        ]
    )
    given: dict[str, Any] = {
        "area_ha": np.array([stratum.area_ha for stratum in project.strata]),
        "stock_start_t_co2e_per_ha": _replicates(start, project, stocks, period),
        "stock_end_t_co2e_per_ha": _replicates(end, project, stocks, period),
        "group_weight": count / count.sum(axis=1, keepdims=True),
    }
    credit = credit_measured_draws(**given, confidence=rules.number("vm0042.deduction.confidence"))
    at = f"@{period.name}"
    changes = trace.quantities[f"change_of_unit{at}"]
    variance = trace.record(
        f"montecarlo_variance{at}",
        credit.standard_error_t_co2e_per_ha**2,
        measured_draws_variance,
        changes_of_units=changes,
        measurement_sd=trace.quantities[f"measurement_sd{at}"],
        area_ha=trace.quantities[f"area_ha{at}"],
        control_group_weight=trace.quantities[f"control_group_weight{at}"],
        draws=trace.rule("mollisol.montecarlo.draws"),
        seed=seed,
    )
    freedom = trace.record(
        f"montecarlo_degrees_of_freedom{at}",
        credit.degrees_of_freedom,
        satterthwaite,
        variances=variance,
        degrees_of_freedom=trace.quantities[f"replicates_less_one.corrected{at}"],
    )
    credited = trace.compute(
        f"montecarlo_credited{at}",
        mean_less_multiple,
        mean_change_t_co2e_per_ha=mean,
        multiplier=trace.record(
            f"montecarlo_t_quantile{at}",
            credit.multiplier,
            t_quantile,
            probability=trace.rule("vm0042.deduction.confidence"),
            degrees_of_freedom=freedom,
        ),
        standard_error_t_co2e_per_ha=trace.record(
            f"montecarlo_error{at}",
            credit.standard_error_t_co2e_per_ha,
            standard_error,
            variance_of_mean=variance,
        ),
    )
    percent = trace.compute(
        f"montecarlo_uncertainty_percent{at}",
        deduction_percent,
        mean_change_t_co2e_per_ha=mean,
        credited_t_co2e_per_ha=credited,
    )
    nu = credit.degrees_of_freedom
    return MonteCarloDeduction(
        sampling_variance_t_co2e_per_ha_2=credit.sampling_variance,
        measurement_variance_t_co2e_per_ha_2=credit.drawn_variance,
        standard_error_t_co2e_per_ha=credit.standard_error_t_co2e_per_ha,
        degrees_of_freedom=nu if np.isfinite(nu) else None,
        draws=draws,
        credited_t_co2e_per_ha=float(credited.value),
        uncertainty_percent=float(percent.value),
    )


def _replicates(
    drawn: FloatArray, project: Project, stocks: UnitStocks, period: VerificationPeriod
) -> list[FloatArray]:
    """Average points to sampling units, and units to control sites where a group has several; strata first."""
    of = {point.point: point for point in project.sample_points}
    points = stocks.points_by_campaign[period.first_campaign].index
    units = stocks.by_campaign[period.first_campaign].index
    place = {unit: number for number, unit in enumerate(units)}
    home = [of[point].stratum or of[point].control_site for point in points]
    unit_of = [place[f"{at}/{of[point].sampling_unit}"] for at, point in zip(home, points, strict=True)]
    member = np.equal.outer(np.arange(len(units)), unit_of).astype(np.float64)
    of_unit: FloatArray = member @ drawn / member.sum(axis=1, keepdims=True)
    rows = {
        at: [place[unit] for unit in units if stocks.home_of[unit] == at]
        for at in set(stocks.home_of.values())
    }
    groups = [of_unit[rows[stratum.stratum]] for stratum in project.strata]
    for sites in control_groups(project).values():
        of_site = [of_unit[rows[site]] for site in sites]
        groups.append(
            np.stack([drawn_units.mean(axis=0) for drawn_units in of_site])
            if len(of_site) > 1
            else of_site[0]
        )
    return groups


def _drawn_stocks(errors: PointErrors, draws: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw stocks of all points at both times; column l is the same draw everywhere."""
    random = np.random.default_rng(seed)
    batch = random.standard_normal((errors.batch_relative.size, draws)) * errors.batch_relative[:, None]
    own = random.standard_normal((*errors.own_relative.shape, draws)) * errors.own_relative[..., None]
    drawn = errors.stock[..., None] * (1 + batch[errors.batch] + own)
    return drawn[0], drawn[1]
