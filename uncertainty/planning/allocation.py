"""How to spend samples: for a precision, for a deduction, over strata at different costs, cores in a composite."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Confidence,
    Positives,
    Probability,
    equation,
    vm0042,
)
from mollisol.quantification.checks import (
    Value,
    ratio,
    same_shape,
)
from mollisol.uncertainty.student import t_quantile


def _ceiling(number: Value) -> Value:
    """Round up, but not for a rounding error."""
    return np.ceil(np.asarray(number) * (1 - 1e-12))[()]


@equation(
    "mollisol:samples-for-precision", "n", "samples", Locator("Cochran, Sampling Techniques", "3rd", "4.6")
)
def samples_for_precision(
    *, cv_percent: Amount, half_width_percent: AboveZero, confidence: Probability = 0.9
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
    z = t_quantile(probability=(1 + confidence) / 2, degrees_of_freedom=np.inf)
    return ratio("half_width_percent", z * cv_percent, half_width_percent) ** 2


@equation("mollisol:samples-for-deduction", "n", "samples", vm0042("8.6.4", "74, solved for n"))
def samples_for_deduction(
    *,
    standard_deviation_t_co2e_per_ha: Amount,
    mean_change_t_co2e_per_ha: AboveZero,
    deduction_percent: AboveZero,
    other_variance: Amount = 0.0,
    confidence: Confidence = 2 / 3,
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
    wanted = deduction_percent / 100
    if np.any(confidence == 0.5):
        raise ValueError("confidence must be above 0.5: at 0.5 there is no deduction")
    z = t_quantile(probability=confidence, degrees_of_freedom=np.inf)
    room = ratio("confidence", wanted * mean_change_t_co2e_per_ha, z) ** 2 - other_variance
    enough = room > 0
    needed = ratio("deduction_percent", standard_deviation_t_co2e_per_ha**2, np.where(enough, room, 1.0))
    return np.where(enough, _ceiling(np.maximum(needed, 1.0)), np.inf)[()]


@equation(
    "mollisol:cost-allocation", "n_h / n", "fraction", Locator("Cochran, Sampling Techniques", "3rd", "5.5")
)
def cost_allocation_share(
    *, area_ha: Positives, standard_deviation_t_co2e_per_ha: Amount, cost: AboveZero
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
    same_shape(area_ha=area_ha, standard_deviation_t_co2e_per_ha=standard_deviation_t_co2e_per_ha, cost=cost)
    weight = ratio("cost", area_ha * standard_deviation_t_co2e_per_ha, np.sqrt(cost))
    return ratio("standard_deviation_t_co2e_per_ha", weight, weight.sum())


@equation(
    "mollisol:cores-per-composite",
    "n_c",
    "cores",
    Locator("Spertus, Open Journal of Soil Science 11", "2021", page="93-121"),
)
def best_cores_per_composite(
    *,
    within_variance: Amount,
    laboratory_variance: AboveZero,
    cost_per_core: AboveZero,
    cost_per_measurement: AboveZero,
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
    best = np.sqrt(
        ratio("laboratory_variance", within_variance, laboratory_variance)
        * ratio("cost_per_core", cost_per_measurement, cost_per_core)
    )
    return np.maximum(best, 1.0)


@equation("mollisol:spread-of-change", "S", "t CO2e/ha", vm0042("8.2.1.3", "1, its S from one campaign"))
def spread_of_change_t_co2e_per_ha(
    *, standard_deviation_t_co2e_per_ha: Amount, correlation: Annotated[Value, Range(-1)] = 0.0
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
    if np.any(correlation > 1):
        raise ValueError("correlation must be 1 or less")
    return standard_deviation_t_co2e_per_ha * np.sqrt(2 * (1 - correlation))
