"""Totals over years, and the deduction as a fraction."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import Hectares, Number, Tonnes, Years, equation, vm0042
from mollisol.quantification.checks import FloatArray, Value


@equation("mollisol:running-total", "sum dCO2_wp", "t CO2e", vm0042("8.5", "37, sum of the switch"))
def running_total_t_co2e(*, before_t_co2e: Tonnes, added_t_co2e: Tonnes) -> Value:
    r"""Return the cumulative project stock change after one more year.

    Parameters
    ----------
    before_t_co2e
        Sum since the project start, over all verification periods so far. [t CO2e]
    added_t_co2e
        Change of the year. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: \sum_{s \le t} \Delta CO2_{wp,s} = \sum_{s < t} \Delta CO2_{wp,s} + \Delta CO2_{wp,t}

    Here :math:`\sum_{s < t} \Delta CO2_{wp,s}` is ``before_t_co2e`` and :math:`\Delta CO2_{wp,t}` is
    ``added_t_co2e``.

    Source: the sum that the switch of Eqs. 37 and 40 looks at; it persists across verifications.

    Examples
    --------
    >>> print(running_total_t_co2e(before_t_co2e=20.0, added_t_co2e=-5.0))
    15.0
    """
    return before_t_co2e + added_t_co2e


@equation("mollisol:share-of-amounts", "X", "t CO2e", vm0042("8.5", "37, sum of the switch"))
def share_of_amounts_t_co2e(
    *,
    amounts_t_co2e: Annotated[FloatArray, Range(unit="t CO2e", least=1)],
    share: Annotated[FloatArray, Range(0, 1, "1", least=1)],
) -> Value:
    r"""Return what units carry that were parts of earlier periods: of each amount the share of their area, summed.

    Parameters
    ----------
    amounts_t_co2e
        What each of these periods carries, shape (n,). [t CO2e]
    share
        Area of the units that go on, over that of all units of the period, shape (n,). [1]

    Returns
    -------
    float
        Summed. [t CO2e]

    Raises
    ------
    ValueError
        For a share outside of 0 to 1, or a number that is not finite.

    Notes
    -----
    .. math:: X = \sum_i w_i X_i

    Here :math:`X_i` is ``amounts_t_co2e`` and :math:`w_i` is ``share``.

    Source: hand arithmetic; the sum that the switch of Eqs. 37 and 40 looks at belongs to all land of a period.

    Examples
    --------
    >>> print(share_of_amounts_t_co2e(amounts_t_co2e=[300.0, -40.0], share=[0.25, 1.0]))
    35.0
    """
    return float((amounts_t_co2e * share).sum())


@equation("mollisol:total", "total", "t CO2e", vm0042("8.7", "79, all years"))
def total_t_co2e(*, parts_t_co2e: Annotated[FloatArray, Range(unit="t CO2e", least=1)]) -> Value:
    r"""Return the sum over the years of a period.

    Parameters
    ----------
    parts_t_co2e
        Shape (years,), or (years, draws). [t CO2e]

    Returns
    -------
    float or array
        Summed over the first axis. [t CO2e]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: X = \sum_t X_t

    Here :math:`X_t` is ``parts_t_co2e``.

    Source: hand arithmetic; not rounded.

    Examples
    --------
    >>> print(total_t_co2e(parts_t_co2e=[1.5, 2.25, -0.5]))
    3.25
    """
    total: Value = parts_t_co2e.sum(axis=0)
    return total


@equation("mollisol:uncertainty-fraction", "UNC", "1", vm0042("8.6.4", "74 as 44 and 45 take it"))
def uncertainty_fraction(*, uncertainty_percent: Annotated[Value, Range(unit="%")]) -> Value:
    r"""Return the deduction as a fraction: Eq. 74 gives per cent, Eqs. 37, 44 and 45 take a fraction.

    Parameters
    ----------
    uncertainty_percent
        Of Eq. 74. [%]

    Returns
    -------
    float or array
        Same shape. [1]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: u = \frac{UNC}{100}

    Here :math:`UNC` is ``uncertainty_percent``.

    Source: erratum E-27.

    Examples
    --------
    >>> print(uncertainty_fraction(uncertainty_percent=[12.5, -25.0]))
    [ 0.125 -0.25 ]
    """
    return uncertainty_percent / PERCENT_PER_FRACTION


@equation(
    "mollisol:per-hectare", "amount/ha", "t C/ha", vm0042("4", "condition 7, per hectare over the period")
)
def per_hectare(*, yearly_amount: Number, years: Years, area_ha: Hectares) -> Value:
    r"""Return the amount per hectare over a period, from a yearly amount of the whole project.

    Parameters
    ----------
    yearly_amount
        [t per year]
    years
        [year]
    area_ha
        Areas of the strata, shape (H,), or their sum. [ha]

    Returns
    -------
    float or array
        Shape of the amount. [t/ha over the period]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: x = \frac{X \, T}{\sum_i A_i}

    Here :math:`X` is ``yearly_amount``, :math:`T` is ``years`` and :math:`A_i` is ``area_ha``.

    Source: hand arithmetic.

    Examples
    --------
    >>> print(per_hectare(yearly_amount=1.2, years=5.0, area_ha=[80.0, 40.0]))
    0.05
    """
    return yearly_amount * years / np.sum(area_ha)


@equation("mollisol:areal-total", "total", "t CO2e", vm0042("8.5", "52 to 58, one scenario of a source"))
def areal_total_t_co2e(
    *, mean_t_co2e_per_ha: Annotated[FloatArray, Range(unit="t CO2e/ha", least=1)], area_ha: Hectares
) -> Value:
    r"""Return the sum of an areal mean over units and years.

    Parameters
    ----------
    mean_t_co2e_per_ha
        Shape (years, units). [t CO2e/ha per year]
    area_ha
        Of the units, shape (units,). [ha]

    Returns
    -------
    float
        [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: X = \sum_{t,i} x_{t,i} \, A_i

    Here :math:`x_{t,i}` is ``mean_t_co2e_per_ha`` and :math:`A_i` is ``area_ha``.

    Source: hand arithmetic.

    Examples
    --------
    >>> print(areal_total_t_co2e(mean_t_co2e_per_ha=[[1.0, 2.0], [0.5, -1.0]], area_ha=[10.0, 4.0]))
    19.0
    """
    total: Value = (mean_t_co2e_per_ha * area_ha).sum()
    return total
