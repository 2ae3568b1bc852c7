"""Worked grassland and peat (C(2026) 4666, annex 1 and 2)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Switch, equation
from mollisol.quantification.checks import Value

_act = partial(Locator, "C(2026) 4666", "9 July 2026, seen at second hand")


@equation("crcfa:6", "flat loss", "t CO2e", _act("annex 2.2, 2.3.2"))
def grassland_loss_t_co2e(*, stock_t_co2e: Amount, loss_fraction: Fraction) -> Value:
    r"""Return the flat loss of grassland that is worked for planting trees; it is an associated emission.

    Parameters
    ----------
    stock_t_co2e
        Soil carbon of the grassland that is worked. [t CO2e]
    loss_fraction
        Flat share that it loses. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: L = l \, S

    Here :math:`S` is ``stock_t_co2e`` and :math:`l` is ``loss_fraction``.

    Source: annex 2.2, known at second hand.

    Examples
    --------
    >>> print(grassland_loss_t_co2e(stock_t_co2e=3100.0, loss_fraction=0.12))
    372.0
    """
    return stock_t_co2e * loss_fraction


@equation("crcfa:peat-methane", "CH4", "t CO2e", _act("annex 1.2.2.1"))
def peat_methane_t_co2e(
    *, area_ha: Amount, years: Amount, peak_t_co2e_per_ha: Amount, peak_years: Amount, no_peak: Switch
) -> Value:
    r"""Return the methane that is deducted for the peak after rewetting.

    Parameters
    ----------
    area_ha
        Rewetted. [ha]
    years
        Since rewetting. [years]
    peak_t_co2e_per_ha
        Of a year. [t CO2e/ha]
    peak_years
        How long the peak lasts. [years]
    no_peak
        1 where it is shown that there is none. [0 or 1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: M = (1 - n) \, A \, m \min(a, a_0)

    Here :math:`A` is ``area_ha``, :math:`m` is ``peak_t_co2e_per_ha``, :math:`a` is ``years``, :math:`a_0` is
    ``peak_years`` and :math:`n` is ``no_peak``.

    Source: annex 1.2.2.1, known at second hand.

    Examples
    --------
    >>> result = peat_methane_t_co2e(
    ...     area_ha=12.0, years=7.0, peak_t_co2e_per_ha=10.0, peak_years=5.0, no_peak=[0, 1]
    ... )
    >>> print(result)
    [600.   0.]
    """
    return (1 - no_peak) * area_ha * peak_t_co2e_per_ha * np.minimum(years, peak_years)


@equation("crcfa:peat-years", "depletion", "years", _act("annex 1.2.2"))
def peat_years(*, depth_cm: Amount, loss_cm_per_year: AboveZero) -> Value:
    r"""Return the years until drained peat is gone.

    Parameters
    ----------
    depth_cm
        Peat that is left. [cm]
    loss_cm_per_year
        What drained peat loses, 1.0 of a bog and 1.5 of a fen. [cm/year]

    Returns
    -------
    float or array
        Shape of the arguments combined. [years]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: T = \frac{d}{r}

    Here :math:`d` is ``depth_cm`` and :math:`r` is ``loss_cm_per_year``.

    Source: annex, activity period of rewetting, known at second hand.

    Examples
    --------
    >>> print(peat_years(depth_cm=[33.0, 9.0], loss_cm_per_year=[1.5, 1.0]))
    [22.  9.]
    """
    return depth_cm / loss_cm_per_year


@equation("crcfa:peat-period", "longest", "years", _act("annex 1.2.2"))
def longest_peat_period_years(*, years_left: Amount, least_years: Amount, most_years: Amount) -> Value:
    r"""Return the longest activity period of rewetting; 0 where it would be shorter than the shortest.

    Parameters
    ----------
    years_left
        Until the peat is gone. [years]
    least_years
        Shortest activity period. [years]
    most_years
        Longest activity period. [years]

    Returns
    -------
    float or array
        Shape of the arguments combined. [years]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: P = \min(T, T_1) \text{ where } T \ge T_0

    Here :math:`T` is ``years_left``, :math:`T_0` is ``least_years`` and :math:`T_1` is ``most_years``.

    Source: annex, activity period of rewetting, known at second hand.

    Examples
    --------
    >>> print(longest_peat_period_years(years_left=[22.0, 9.0, 45.0], least_years=10.0, most_years=30.0))
    [22.  0. 30.]
    """
    return np.where(years_left < least_years, 0.0, np.minimum(years_left, most_years))[()]
