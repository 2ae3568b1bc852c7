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
    r"""Return the samples for a two-sided interval of a given relative half-width, large samples.

    Parameters
    ----------
    cv_percent
        Coefficient of variation. [per cent]
    half_width_percent
        Wanted. [per cent of the mean]
    confidence
        Two-sided. [fraction]

    Returns
    -------
    float or array
        (z CV / r)^2, not rounded. [samples]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: n = \left(\frac{z_{(1+c)/2} \, CV}{U}\right)^2

    Here :math:`CV` is ``cv_percent``, :math:`U` is ``half_width_percent`` and :math:`c` is ``confidence``.

    Source: Cochran; with the normal quantile, so a few more are needed where the answer is small.

    Examples
    --------
    >>> print(samples_for_precision(cv_percent=40.0, half_width_percent=10.0))
    43.2887
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
    r"""Return the samples for a given deduction, large samples.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the change between points. [t CO2e/ha]
    mean_change_t_co2e_per_ha
        Expected mean reduction. [t CO2e/ha]
    deduction_percent
        Wanted. [per cent of the mean]
    other_variance
        Of the mean, that samples do not lower: controls, model, shared laboratory error. [(t CO2e/ha)^2]
    confidence
        Probability that the truth is at least what is credited. [fraction, above 0.5 and below 1]

    Returns
    -------
    float or array
        Whole number, rounded up; infinity where the other variance alone takes more. [samples]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: n = \left\lceil \frac{S^2}{(D \, \bar{d} / (100 \, z_c))^2 - V} \right\rceil

    Here :math:`S` is ``standard_deviation_t_co2e_per_ha``, :math:`\bar{d}` is ``mean_change_t_co2e_per_ha``,
    :math:`D` is ``deduction_percent``, :math:`V` is ``other_variance`` and :math:`c` is ``confidence``.

    Source: Eq. 74 with the normal quantile.

    Examples
    --------
    >>> result = samples_for_deduction(
    ...     standard_deviation_t_co2e_per_ha=10.0, mean_change_t_co2e_per_ha=5.0, deduction_percent=5.0
    ... )
    >>> print(result)
    297.0
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
    r"""Return the share of the samples for each stratum that buys the smallest variance for the money.

    Parameters
    ----------
    area_ha
        Area or weight of the strata, shape (H,). [above 0]
    standard_deviation_t_co2e_per_ha
        Within each stratum, shape (H,), not all 0. [t CO2e/ha]
    cost
        Of a sample in each stratum, shape (H,). [any currency]

    Returns
    -------
    array
        Proportional to area x standard deviation / sqrt(cost), shape (H,). [fraction]

    Raises
    ------
    ValueError
        For standard deviations that are all 0, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: \frac{n_h}{n} = \frac{A_h S_h / \sqrt{c_h}}{\sum_k A_k S_k / \sqrt{c_k}}

    Here :math:`A_h` is ``area_ha``, :math:`S_h` is ``standard_deviation_t_co2e_per_ha`` and :math:`c_h` is
    ``cost``.

    Source: Cochran; at one cost it is Neyman's allocation.

    Examples
    --------
    >>> result = cost_allocation_share(
    ...     area_ha=[0.6, 0.3, 0.1], standard_deviation_t_co2e_per_ha=[4.0, 8.0, 12.0],
    ...     cost=[3.0, 3.0, 3.0]
    ... )
    >>> print(result)
    [0.4 0.4 0.2]
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
    r"""Return the cores to mix into a composite for the smallest variance at a given cost.

    Parameters
    ----------
    within_variance
        Between cores. [squared unit of the value]
    laboratory_variance
        Of one measurement. [squared unit of the value]
    cost_per_core, cost_per_measurement
        [any currency]

    Returns
    -------
    float or array
        sqrt(within x measurement cost / (laboratory x core cost)), not rounded, at least 1. [cores]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: n_c = \max\left(1, \sqrt{\frac{s_w^2}{s_l^2} \cdot \frac{c_m}{c_c}}\right)

    Here :math:`s_w^2` is ``within_variance``, :math:`s_l^2` is ``laboratory_variance``, :math:`c_m` is
    ``cost_per_measurement`` and :math:`c_c` is ``cost_per_core``.

    Source: Spertus (2021); the smallest product of cost and variance of a mean over composites.

    Examples
    --------
    >>> result = best_cores_per_composite(
    ...     within_variance=36.0, laboratory_variance=4.0, cost_per_core=5.0, cost_per_measurement=20.0
    ... )
    >>> print(result)
    6.0
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
    r"""Return the standard deviation of the change between two campaigns, where only one was measured.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the stock between points, the same at both times. [t CO2e/ha]
    correlation
        Of the stocks of one point at the two times; 0 where points are drawn anew. [fraction]

    Returns
    -------
    float or array
        S sqrt(2 (1 - r)). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: S = S_1 \sqrt{2 \, (1 - \rho)}

    Here :math:`S_1` is ``standard_deviation_t_co2e_per_ha`` and :math:`\rho` is ``correlation``.

    Source: variance of the difference of two values of equal spread, which is what S means in Eq. 1.

    Examples
    --------
    >>> print(spread_of_change_t_co2e_per_ha(standard_deviation_t_co2e_per_ha=3.0))
    4.242641
    """
    if np.any(correlation > 1):
        raise ValueError("correlation must be 1 or less")
    return standard_deviation_t_co2e_per_ha * np.sqrt(2 * (1 - correlation))
