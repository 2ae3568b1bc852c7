"""How many samples, and where (VM0042 section 8.2.1.3, Eqs. 1 and 2; allocation over strata)."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Amounts,
    Confidence,
    Count,
    Positives,
    Probability,
    equation,
    vm0042,
)
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    same_shape,
)
from mollisol.uncertainty.student import t_quantile

_MOST_SAMPLES: Final = 10**9


def _single(name: str, value: Value) -> float:
    """Check that the argument is one number."""
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, found shape {np.shape(value)}")
    return float(value)


def _t_sum(samples: Value, significance: Value, power: Value) -> Value:
    """Return t_alpha (two-sided) plus t_beta (one-sided) with n - 1 degrees of freedom."""
    two_sided = t_quantile(probability=1 - significance / 2, degrees_of_freedom=samples - 1)
    return two_sided + t_quantile(probability=power, degrees_of_freedom=samples - 1)


@equation("vm0042:1", "MDD", "t CO2e/ha", vm0042("8.2.1.3", "1"))
def minimum_detectable_difference_t_co2e_per_ha(
    *,
    standard_deviation_t_co2e_per_ha: Amount,
    samples: Annotated[Value, Range(2, whole=True)],
    significance: Probability = 0.05,
    power: Confidence = 0.9,
) -> Value:
    r"""Return the smallest change that so many samples would show.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the difference between the two times. [t CO2e/ha]
    samples
        Points measured twice. [whole number]
    significance
        Two-sided. [fraction]
    power
        Chance to find the change. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: MDD = \frac{S}{\sqrt{n}} \, (t_{\alpha,\nu} + t_{\beta,\nu}), \qquad \nu = n - 1

    Here :math:`S` is ``standard_deviation_t_co2e_per_ha``, :math:`n` is ``samples``, :math:`\alpha` is
    ``significance`` and :math:`1 - \beta` is ``power``.

    Source: Eq. 1, with the power where the text says beta.

    Examples
    --------
    >>> result = minimum_detectable_difference_t_co2e_per_ha(
    ...     standard_deviation_t_co2e_per_ha=9.0, samples=[20, 50, 100], significance=0.05, power=0.9
    ... )
    >>> print(result)
    [6.8841 4.2112 2.9469]
    """
    return standard_deviation_t_co2e_per_ha / np.sqrt(samples) * _t_sum(samples, significance, power)


@equation("vm0042:2", "n", "samples", vm0042("8.2.1.3", "2"))
def samples_needed(
    *,
    standard_deviation_t_co2e_per_ha: Amount,
    detectable_difference_t_co2e_per_ha: AboveZero,
    significance: Probability = 0.05,
    power: Confidence = 0.9,
) -> int:
    r"""Return the smallest number of samples that would show a change of this size.

    Parameters
    ----------
    standard_deviation_t_co2e_per_ha
        Of the difference between the two times, one number. [t CO2e/ha]
    detectable_difference_t_co2e_per_ha
        The change to be found, one number. [t CO2e/ha]
    significance
        Two-sided, one number. [fraction]
    power
        Chance to find the change, one number. [fraction]

    Returns
    -------
    int
        2 or more.

    Raises
    ------
    ValueError
        For an argument outside its range, or where more than 1e9 samples were needed.

    Notes
    -----
    .. math:: n \ge \left(\frac{S \, (t_{\alpha,\nu} + t_{\beta,\nu})}{MDD}\right)^2, \qquad \nu = n - 1

    Here :math:`S` is ``standard_deviation_t_co2e_per_ha``, :math:`MDD` is
    ``detectable_difference_t_co2e_per_ha``, :math:`\alpha` is ``significance`` and :math:`1 - \beta` is
    ``power``.

    Source: Eq. 2. The number stands on both sides; halving an interval finds it where repeated insertion can
    swing between two values for ever.

    Examples
    --------
    >>> result = samples_needed(
    ...     standard_deviation_t_co2e_per_ha=0.0, detectable_difference_t_co2e_per_ha=3.0
    ... )
    >>> print(result)
    2.0
    """
    deviation = _single("standard_deviation_t_co2e_per_ha", standard_deviation_t_co2e_per_ha)
    difference = _single("detectable_difference_t_co2e_per_ha", detectable_difference_t_co2e_per_ha)
    alpha = _single("significance", significance)
    beta = _single("power", power)

    def enough(n: int) -> bool:
        return bool(difference * np.sqrt(n) >= deviation * float(_t_sum(n, alpha, beta)))

    high = 2
    while not enough(high):
        high *= 2
        if high > _MOST_SAMPLES:
            raise ValueError(
                "detectable_difference_t_co2e_per_ha is too small beside the standard deviation: "
                "more than 1e9 samples"
            )
    low = high // 2 if high > 2 else 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _allocate(total: Value, weight: FloatArray, minimum: Value) -> NDArray[np.int64]:
    """Share out whole samples by weight, none below the minimum, remainders by size."""
    number = int(_single("total_samples", total))
    least = int(_single("minimum", minimum))
    if number < least * weight.size:
        raise ValueError(
            f"total_samples must be at least {least} for each of {weight.size} strata, found {number}"
        )
    held = np.zeros(weight.size, dtype=bool)
    while True:
        free = number - least * held.sum()
        open_weight = np.where(held, 0.0, weight).sum()
        share = np.where(held, least, free * weight / (open_weight or 1.0))
        short = ~held & (share < least)
        if not short.any():
            break
        held |= short
    samples = np.floor(share + 1e-9).astype(np.int64)
    order = np.lexsort((np.arange(weight.size), -(share - samples)))
    samples[order[: number - samples.sum()]] += 1
    return samples


@equation("mollisol:proportional-allocation", "n_h", "samples", vm0042("8.6"))
def proportional_allocation(
    *, total_samples: Count, area_ha: Positives, minimum: Count = 2
) -> NDArray[np.int64]:
    r"""Return the samples of each stratum, shared out in proportion to area.

    Parameters
    ----------
    total_samples
        Of all strata, one number. [whole number]
    area_ha
        Area or weight of the strata, shape (H,). [above 0]
    minimum
        Fewest in a stratum, one number; a variance needs 2. [whole number]

    Returns
    -------
    array of int
        Shape (H,), sums to the total.

    Raises
    ------
    ValueError
        For an argument outside its range, or a total below the minimum times the strata.

    Notes
    -----
    .. math:: n_h \approx n \, \frac{A_h}{\sum_k A_k}

    Here :math:`n` is ``total_samples`` and :math:`A_h` is ``area_ha``. The numbers are whole, add up to
    :math:`n`, and none is below ``minimum``.

    Source: VM0042 2.2 section 8.6 takes points in proportion to area. Fractions go to the largest remainders.

    Examples
    --------
    >>> print(proportional_allocation(total_samples=7, area_ha=[100.0, 1.0, 1.0]))
    [3. 2. 2.]
    """
    return _allocate(total_samples, area_ha.ravel(), minimum)


@equation(
    "mollisol:neyman-allocation",
    "n_h",
    "samples",
    Locator("Neyman, Journal of the Royal Statistical Society 97", "1934", page="558-625"),
)
def neyman_allocation(
    *,
    total_samples: Count,
    area_ha: Positives,
    standard_deviation_t_co2e_per_ha: Amounts,
    minimum: Count = 2,
) -> NDArray[np.int64]:
    r"""Return the samples of each stratum by area times standard deviation, which makes the variance smallest.

    Parameters
    ----------
    total_samples
        Of all strata, one number. [whole number]
    area_ha
        Area or weight of the strata, shape (H,). [above 0]
    standard_deviation_t_co2e_per_ha
        Within each stratum, shape (H,), not all 0. [t CO2e/ha]
    minimum
        Fewest in a stratum, one number; a variance needs 2. [whole number]

    Returns
    -------
    array of int
        Shape (H,), sums to the total.

    Raises
    ------
    ValueError
        For an argument outside its range, or a total below the minimum times the strata.

    Notes
    -----
    .. math:: n_h \approx n \, \frac{A_h S_h}{\sum_k A_k S_k}

    Here :math:`n` is ``total_samples``, :math:`A_h` is ``area_ha`` and :math:`S_h` is
    ``standard_deviation_t_co2e_per_ha``. The numbers are whole, add up to :math:`n`, and none is below
    ``minimum``.

    Source: Neyman (1934).

    Examples
    --------
    >>> result = neyman_allocation(
    ...     total_samples=10, area_ha=[1.0, 1.0], standard_deviation_t_co2e_per_ha=[0.0, 5.0]
    ... )
    >>> print(result)
    [2. 8.]
    """
    same_shape(area_ha=area_ha, standard_deviation_t_co2e_per_ha=standard_deviation_t_co2e_per_ha)
    if not standard_deviation_t_co2e_per_ha.any():
        raise ValueError("standard_deviation_t_co2e_per_ha must be above 0 in at least one stratum")
    return _allocate(total_samples, (area_ha * standard_deviation_t_co2e_per_ha).ravel(), minimum)


@equation(
    "mollisol:stratified-variance",
    "V",
    "(t CO2e/ha)^2",
    Locator("Cochran, Sampling Techniques", "3rd", "5.3"),
)
def variance_of_stratified_mean(
    *, area_ha: Positives, standard_deviation_t_co2e_per_ha: Amount, samples: Count
) -> Value:
    r"""Return the variance of the mean that an allocation would give.

    Parameters
    ----------
    area_ha
        Area or weight of the strata, shape (H,). [above 0]
    standard_deviation_t_co2e_per_ha
        Within each stratum, shape (H,). [t CO2e/ha]
    samples
        By stratum, shape (H,). [whole number]

    Returns
    -------
    float
        Sum of W^2 S^2 / n. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math:: V = \sum_h \left(\frac{A_h}{A}\right)^2 \frac{S_h^2}{n_h}

    Here :math:`A_h` is ``area_ha``, :math:`S_h` is ``standard_deviation_t_co2e_per_ha`` and :math:`n_h` is
    ``samples``.

    Source: Cochran, without the finite population correction.

    Examples
    --------
    >>> result = variance_of_stratified_mean(
    ...     area_ha=[0.6, 0.3, 0.1], standard_deviation_t_co2e_per_ha=[4.0, 8.0, 12.0],
    ...     samples=[36, 18, 6]
    ... )
    >>> print(result)
    0.72
    """
    same_shape(
        area_ha=area_ha, standard_deviation_t_co2e_per_ha=standard_deviation_t_co2e_per_ha, samples=samples
    )
    return float(((area_ha / area_ha.sum() * standard_deviation_t_co2e_per_ha) ** 2 / samples).sum())
