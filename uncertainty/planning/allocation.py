"""How to spend samples: for a precision, for a deduction, over strata at different costs, cores in a composite."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    Value,
    at_least,
    positive,
    ratio,
    row,
    same_shape,
    together,
)
from mollisol.uncertainty.student import probability_of, t_quantile


def _ceiling(number: Value) -> Value:
    """Round up, but not for a rounding error."""
    return np.ceil(np.asarray(number) * (1 - 1e-12))[()]


@equation(
    "mollisol:samples-for-precision",
    symbol="n",
    unit="samples",
    locator=Locator("Cochran, Sampling Techniques", "3rd", section="4.6"),
)
def samples_for_precision(
    *, cv_percent: ArrayLike, half_width_percent: ArrayLike, confidence: ArrayLike = 0.9
) -> Value:
    """Give the samples for a two-sided interval of a given relative half-width, large samples.

    Parameters
    ----------
    cv_percent
        Coefficient of variation. [per cent, 0 or more]
    half_width_percent
        Wanted. [per cent of the mean, above 0]
    confidence
        Two-sided. [fraction, above 0 and below 1]

    Returns
    -------
    float or array
        (z CV / r)^2, not rounded. [samples]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Cochran; with the normal quantile, so a few more are needed where the answer is small.
    """
    cv = at_least("cv_percent", cv_percent, 0.0)
    width = positive("half_width_percent", half_width_percent)
    chance = probability_of("confidence", confidence)
    together(cv_percent=cv, half_width_percent=width, confidence=chance)
    z = t_quantile(probability=(1 + chance) / 2, degrees_of_freedom=np.inf)
    return ratio("half_width_percent", z * cv, width) ** 2


@equation(
    "mollisol:samples-for-deduction",
    symbol="n",
    unit="samples",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74, solved for n"),
)
def samples_for_deduction(
    *,
    standard_deviation_t_co2e_per_ha: ArrayLike,
    mean_change_t_co2e_per_ha: ArrayLike,
    deduction_percent: ArrayLike,
    other_variance: ArrayLike = 0.0,
    confidence: ArrayLike = 2 / 3,
) -> Value:
    """Give the samples for a given deduction, large samples.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the change between points. [t CO2e/ha, 0 or more]
    mean_change_t_co2e_per_ha
        Expected mean reduction. [t CO2e/ha, above 0]
    deduction_percent
        Wanted. [per cent of the mean, above 0]
    other_variance
        Of the mean, that samples do not lower: controls, model, shared laboratory error. [(t CO2e/ha)^2, 0 or more]
    confidence
        Probability that the truth is at least what is credited. [fraction, above 0.5 and below 1]

    Returns
    -------
    float or array
        Whole number, rounded up; infinity where the other variance alone takes more. [samples]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 74 with the normal quantile.
    """
    name = "standard_deviation_t_co2e_per_ha"
    deviation = at_least(name, standard_deviation_t_co2e_per_ha, 0.0)
    mean = positive("mean_change_t_co2e_per_ha", mean_change_t_co2e_per_ha)
    wanted = positive("deduction_percent", deduction_percent) / 100
    other = at_least("other_variance", other_variance, 0.0)
    chance = probability_of("confidence", confidence, 0.5)
    if (chance == 0.5).any():
        raise ValueError("confidence must be above 0.5: at 0.5 there is no deduction")
    together(
        standard_deviation_t_co2e_per_ha=deviation,
        mean_change_t_co2e_per_ha=mean,
        deduction_percent=wanted,
        other_variance=other,
        confidence=chance,
    )
    z = t_quantile(probability=chance, degrees_of_freedom=np.inf)
    room = ratio("confidence", wanted * mean, z) ** 2 - other
    enough = room > 0
    needed = ratio("deduction_percent", deviation**2, np.where(enough, room, 1.0))
    return np.where(enough, _ceiling(np.maximum(needed, 1.0)), np.inf)[()]


@equation(
    "mollisol:cost-allocation",
    symbol="n_h / n",
    unit="fraction",
    locator=Locator("Cochran, Sampling Techniques", "3rd", section="5.5"),
)
def cost_allocation_share(
    *, area_ha: ArrayLike, standard_deviation_t_co2e_per_ha: ArrayLike, cost: ArrayLike
) -> Value:
    """Share of the samples for each stratum that buys the smallest variance for the money.

    Parameters
    ----------
    area_ha
        Area or weight of the strata, shape (H,). [above 0]
    standard_deviation_t_co2e_per_ha
        Within each stratum, shape (H,), not all 0. [t CO2e/ha, 0 or more]
    cost
        Of a sample in each stratum, shape (H,). [any currency, above 0]

    Returns
    -------
    array
        Proportional to area x standard deviation / sqrt(cost), shape (H,). [fraction]

    Raises
    ------
    ValueError
        For standard deviations that are all 0, shapes that differ, or an argument outside the ranges above.

    Notes
    -----
    Source: Cochran; at one cost it is Neyman's allocation.
    """
    name = "standard_deviation_t_co2e_per_ha"
    area = row("area_ha", positive("area_ha", area_ha))
    deviation = at_least(name, standard_deviation_t_co2e_per_ha, 0.0)
    price = positive("cost", cost)
    same_shape(area_ha=area, standard_deviation_t_co2e_per_ha=deviation, cost=price)
    weight = ratio("cost", area * deviation, np.sqrt(price))
    return ratio(name, weight, weight.sum())


@equation(
    "mollisol:cores-per-composite",
    symbol="n_c",
    unit="cores",
    locator=Locator("Spertus, Open Journal of Soil Science 11", "2021", page="93-121"),
)
def best_cores_per_composite(
    *,
    within_variance: ArrayLike,
    laboratory_variance: ArrayLike,
    cost_per_core: ArrayLike,
    cost_per_measurement: ArrayLike,
) -> Value:
    """Cores to mix into a composite for the smallest variance at a given cost.

    Parameters
    ----------
    within_variance
        Between cores. [squared unit of the value, 0 or more]
    laboratory_variance
        Of one measurement. [squared unit of the value, above 0]
    cost_per_core, cost_per_measurement
        [any currency, above 0]

    Returns
    -------
    float or array
        sqrt(within x measurement cost / (laboratory x core cost)), not rounded, at least 1. [cores]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Spertus (2021); the smallest product of cost and variance of a mean over composites.
    """
    within = at_least("within_variance", within_variance, 0.0)
    laboratory = positive("laboratory_variance", laboratory_variance)
    core = positive("cost_per_core", cost_per_core)
    measurement = positive("cost_per_measurement", cost_per_measurement)
    together(
        within_variance=within,
        laboratory_variance=laboratory,
        cost_per_core=core,
        cost_per_measurement=measurement,
    )
    best = np.sqrt(
        ratio("laboratory_variance", within, laboratory) * ratio("cost_per_core", measurement, core)
    )
    return np.maximum(best, 1.0)


@equation(
    "mollisol:spread-of-change",
    symbol="S",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.1.3", equation="1, its S from one campaign"),
)
def spread_of_change_t_co2e_per_ha(
    *, standard_deviation_t_co2e_per_ha: ArrayLike, correlation: ArrayLike = 0.0
) -> Value:
    """Give the standard deviation of the change between two campaigns, where only one was measured.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the stock between points, the same at both times. [t CO2e/ha, 0 or more]
    correlation
        Of the stocks of one point at the two times; 0 where points are drawn anew. [fraction, -1 to 1]

    Returns
    -------
    float or array
        S sqrt(2 (1 - r)). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: variance of the difference of two values of equal spread, which is what S means in Eq. 1.
    """
    name = "standard_deviation_t_co2e_per_ha"
    deviation = at_least(name, standard_deviation_t_co2e_per_ha, 0.0)
    shared = at_least("correlation", correlation, -1.0)
    if (shared > 1).any():
        raise ValueError("correlation must be 1 or less")
    together(standard_deviation_t_co2e_per_ha=deviation, correlation=shared)
    return deviation * np.sqrt(2 * (1 - shared))
