"""Sampling variance of totals and of the mean change (VM0042 section 8.6, Eqs. 62, 70 and 71).

The unit of replication is what was treated and drawn by itself: a site, a field, a control site. Cores of
one site are averaged first (:func:`site_means`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    Amount,
    Amounts,
    Hectares,
    Numbers,
    Places,
    Positives,
    equation,
    vm0042,
)
from mollisol.quantification.averages import by_entry, mean_by_group
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    ratio,
    same_shape,
)


def _deviation(values: FloatArray) -> FloatArray:
    """Return the deviations from the mean along the last axis."""
    deviation: FloatArray = values - values.mean(axis=-1, keepdims=True)
    return deviation


def _of_totals(area: Value, products: FloatArray) -> FloatArray:
    """Return A^2 / (n (n - 1)) times the sum of the products."""
    n = products.shape[-1]
    total: FloatArray = area**2 / (n * (n - 1)) * products.sum(axis=-1)
    return total


@equation("vm0042:62", "s2_sampling,h", "(t CO2e)^2", vm0042("8.6.1.1", "62, one stratum"))
def sampling_variance_t2(
    *,
    area_ha: Hectares,
    change_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    entry: Places | None = None,
) -> Value:
    r"""Return the sampling variance of the total of one stratum, or of each of some strata.

    Parameters
    ----------
    area_ha
        Area of the stratum. [ha]
    change_t_co2e_per_ha
        Change at each point, shape (..., n) with n of 2 or more. [t CO2e/ha]
    entry
        The number of the stratum that each point is of, from 0, shape (n,); left out where all are of one.

    Returns
    -------
    float or array
        A^2 s^2 / n along the last axis, or by stratum; strata add up. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For one point (its variance cannot be estimated and is not zero), or an argument that is not finite.

    Notes
    -----
    .. math:: s_{sampling,h}^2 = \frac{A_h^2}{n_h \, (n_h - 1)} \sum_{ip} (d_{h,ip} - \bar{d}_h)^2

    Here :math:`A_h` is ``area_ha`` and :math:`d_{h,ip}` is ``change_t_co2e_per_ha``.

    Source: Eq. 62, simple random sampling with replacement in the stratum.

    Examples
    --------
    >>> print(sampling_variance_t2(area_ha=60.0, change_t_co2e_per_ha=[0.8, 1.9, 0.2, 1.1]))
    450.0
    """
    if entry is not None:
        return area_ha**2 * by_entry("change_t_co2e_per_ha", change_t_co2e_per_ha, entry, 2).variance_of_mean
    return _of_totals(area_ha, _deviation(change_t_co2e_per_ha) ** 2)


@equation("vm0042:71", "s2_dSOC,wp,h", "(t CO2e)^2", vm0042("8.6.2", "71"))
def paired_change_variance_t2(
    *,
    area_ha: Hectares,
    stock_start_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    stock_end_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    entry: Places | None = None,
) -> Value:
    r"""Return the variance of the change of one stratum's total, or of each of some, the same points measured twice.

    Parameters
    ----------
    area_ha
        Area of the stratum. [ha]
    stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha
        Stocks at the same points, shape (..., n) with n of 2 or more. [t CO2e/ha]
    entry
        The number of the stratum that each point is of, from 0, shape (n,); left out where all are of one.

    Returns
    -------
    float or array
        s_f^2 + s_s^2 - 2 COV, along the last axis or by stratum. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For one point, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math::

        s_h^2 = \frac{A_h^2}{n_h \, (n_h - 1)} \sum_{ip} (d_{h,ip} - \bar{d}_h)^2, \qquad d = S_{end} -
        S_{start}

    Here :math:`A_h` is ``area_ha``, :math:`S_{start}` is ``stock_start_t_co2e_per_ha`` and :math:`S_{end}` is
    ``stock_end_t_co2e_per_ha``.

    Source: Eq. 71. The three terms are joined point by point, where they are a square, so that rounding
    cannot give a variance below zero.

    Examples
    --------
    >>> result = paired_change_variance_t2(
    ...     area_ha=100.0, stock_start_t_co2e_per_ha=[30.0, 32.0, 28.0, 31.0],
    ...     stock_end_t_co2e_per_ha=[35.0, 37.0, 33.0, 36.0]
    ... )
    >>> print(result)
    0.0
    """
    start, end = stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha
    same_shape(stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end)
    if entry is not None:
        first, last = by_entry("stock_start_t_co2e_per_ha", start, entry, 2), by_entry("", end, entry)
        squares = np.bincount(first.entry, weights=(last.deviation - first.deviation) ** 2)
        return area_ha**2 * squares / (first.count * (first.count - 1.0))
    return _of_totals(area_ha, (_deviation(end) - _deviation(start)) ** 2)


@equation(
    "mollisol:independent-change-variance", "s2_dSOC,wp,h", "(t CO2e)^2", vm0042("8.6.2", "71, COV = 0")
)
def independent_change_variance_t2(
    *,
    area_ha: Hectares,
    stock_start_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    stock_end_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
) -> Value:
    r"""Return the variance of the change of one stratum's total, other points each time.

    Parameters
    ----------
    area_ha
        Area of the stratum. [ha]
    stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha
        Stocks at points drawn independently, shapes (n,) and (m,), two or more each. [t CO2e/ha]

    Returns
    -------
    float
        s_f^2 + s_s^2, without a covariance. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For one point, or an argument outside its range.

    Notes
    -----
    .. math::

        s_h^2 = A_h^2 \left(\frac{s_{start}^2}{n} + \frac{s_{end}^2}{m}\right)

    Here :math:`A_h` is ``area_ha``, :math:`s_{start}^2` and :math:`s_{end}^2` are the variances between
    ``stock_start_t_co2e_per_ha`` and between ``stock_end_t_co2e_per_ha``.

    Source: Eq. 71 with two samples that have no covariance; the standard error of Welch's two-sample test.

    Examples
    --------
    >>> result = independent_change_variance_t2(
    ...     area_ha=10.0, stock_start_t_co2e_per_ha=[30.0, 32.0], stock_end_t_co2e_per_ha=[35.0, 37.0, 33.0]
    ... )
    >>> print(result)
    233.333333
    """
    ends = (stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha)
    return float(sum(_of_totals(area_ha, _deviation(stock) ** 2) for stock in ends))


@equation("vm0042:70", "s2_dSOC,t", "(t CO2e/ha)^2", vm0042("8.6.2", "70"))
def variance_of_mean_change(
    *, project_variance_t2: Amounts, control_variance_t2: Amount, area_ha: Positives
) -> Value:
    r"""Return the variance of the mean difference in change, project less control.

    Parameters
    ----------
    project_variance_t2
        Variance of the project total by stratum (Eq. 71), shape (H,). [(t CO2e)^2]
    control_variance_t2
        Variance of the control total: one number for all strata together, or by stratum, shape (H,). Where
        strata share a control only the one number can be right. [(t CO2e)^2]
    area_ha
        Area of the project's strata, shape (H,). [ha]

    Returns
    -------
    float
        Sum of all, over the squared area. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: s_{\Delta SOC,t}^2 = \frac{1}{A^2} \left(\sum_h s_{wp,h}^2 + s_{bsl}^2\right)

    Here :math:`s_{wp,h}^2` is ``project_variance_t2`` and :math:`s_{bsl}^2` is ``control_variance_t2``.
    :math:`A` is the sum of ``area_ha``.

    Source: Eq. 70. The covariance of project and control is left out, which is conservative while it is
    positive.

    Examples
    --------
    >>> result = variance_of_mean_change(
    ...     project_variance_t2=[8064.0, 3300.0], control_variance_t2=10666.666666666666,
    ...     area_ha=[80.0, 40.0]
    ... )
    >>> print(result)
    1.529907
    """
    same_shape(project_variance_t2=project_variance_t2, area_ha=area_ha)
    if np.ndim(control_variance_t2) and np.shape(control_variance_t2) != area_ha.shape:
        raise ValueError(
            f"control_variance_t2 must be one number or one by stratum, found {np.shape(control_variance_t2)}"
        )
    total = area_ha.sum()
    return float(ratio("area_ha", project_variance_t2.sum() + np.sum(control_variance_t2), total * total))


@equation(
    "mollisol:variance-of-group-mean",
    "v_g",
    "squared unit of the values",
    Locator("Cochran, Sampling Techniques", "3rd", "2.4"),
)
def variance_of_group_mean(*, values: Numbers, group: Sequence[int]) -> FloatArray:
    r"""Return the variance of the mean of each group.

    Parameters
    ----------
    values
        One value per member, shape (n,). [any unit]
    group
        Number of the group of each member, from 0 to the last without a gap, shape (n,).

    Returns
    -------
    array
        Shape (groups,); 0 for a group of one, which shows no spread. [squared unit of the values]

    Raises
    ------
    ValueError
        For shapes that differ, a group without members, or a value that is not finite.

    Notes
    -----
    .. math:: v_g = \frac{s_g^2}{n_g}

    Here :math:`s_g^2` is the sample variance of the ``values`` of a ``group`` and :math:`n_g` their number.

    Source: Cochran (1977), the variance of the mean of a simple random sample without finite-population correction.

    Examples
    --------
    >>> print(variance_of_group_mean(values=[1.0, 3.0, 7.0], group=[0, 0, 1]))
    [1. 0.]
    """
    mean = mean_by_group(values=values, group=group)
    count = np.bincount(group)
    squares = np.bincount(group, weights=(values - mean[group]) ** 2)
    return squares / np.maximum(count - 1, 1) / count
