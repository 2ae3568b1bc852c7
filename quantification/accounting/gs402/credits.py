"""Stocks, the gain after the deduction, and what of it is credited (GS 402 v1.0, sections 5 to 7)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import AboveZero, Amount, Amounts, Fraction, Number, Tonnes, equation
from mollisol.quantification.checks import Form, Value, form_of

_gs = partial(Locator, "Gold Standard 402", "1.0")


@equation("gs402:3", "S", "t C", _gs("6.1, 7.1", "3, 5"))
def stock_total_t_c(*, stock_t_c_per_ha: Amounts, area_ha: Amounts) -> Value:
    r"""Return the stock of all strata at one time.

    Parameters
    ----------
    stock_t_c_per_ha
        Stock of each stratum, shape (..., strata). [t C/ha]
    area_ha
        Of each stratum. [ha]

    Returns
    -------
    float or array
        Shape (...). [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: S_t = \sum_y s_{t,y} \, A_y

    Here :math:`s` is ``stock_t_c_per_ha`` and :math:`A` is ``area_ha``.

    Source: Eqs. 3 and 5.

    Examples
    --------
    >>> print(stock_total_t_c(stock_t_c_per_ha=[42.5, 38.0, 55.25], area_ha=[60.0, 25.0, 15.0]))
    4328.75
    """
    return (stock_t_c_per_ha * area_ha).sum(axis=-1)


@equation("gs402:2", "dC", "t C", _gs("5", "2"), switch=("switch.gs402-loss",))
def change_after_deduction_t_c(
    *, stock_start_t_c: Number, stock_end_t_c: Number, deduction_fraction: Amount, form: Form
) -> Value:
    r"""Return the change of the stock after the deduction for uncertainty.

    Parameters
    ----------
    stock_start_t_c
        Baseline stock in the first period, the stock at the end of the period before in a later one. [t C]
    stock_end_t_c
        At the end of the period. [t C]
    deduction_fraction
        Uncertainty deduction, Eq. 11. [fraction]
    form
        ``"printed"`` shrinks a loss too; ``"corrected"`` counts it in full.

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta C = (S_t - S_0) (1 - UD)

    Here :math:`S_t` is ``stock_end_t_c``, :math:`S_0` is ``stock_start_t_c`` and :math:`UD` is
    ``deduction_fraction``.

    Source: Eq. 2 and the note under it; the corrected form is ours.

    Examples
    --------
    >>> result = change_after_deduction_t_c(
    ...     stock_start_t_c=4328.75, stock_end_t_c=4612.5, deduction_fraction=0.11, form="corrected"
    ... )
    >>> print(result)
    252.5375
    """
    change = np.asarray(stock_end_t_c - stock_start_t_c)
    after = change * (1 - deduction_fraction)
    return after[()] if form_of(form) else np.where(change < 0, change, after)[()]


@equation("gs402:1-gain", "dC 44/12", "t CO2e", _gs("5", "1"))
def gain_of_year_t_co2e(*, change_after_deduction_t_c: Number, years: AboveZero) -> Value:
    r"""Return the gain of each year as carbon dioxide.

    Parameters
    ----------
    change_after_deduction_t_c
        Eq. 2, of a whole period. [t C]
    years
        Of the period; 1 gives the period as a whole. [years]

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
    .. math:: G = \Delta C \frac{44}{12} \frac{1}{n}

    Here :math:`\Delta C` is ``change_after_deduction_t_c`` and :math:`n` is ``years``.

    Source: Eq. 1; that a year has an even share is ours, the text credits periods.

    Examples
    --------
    >>> print(gain_of_year_t_co2e(change_after_deduction_t_c=252.5375, years=5.0))
    185.1941667
    """
    return change_after_deduction_t_c * CO2E_PER_C / years


@equation("gs402:1-year", "of a year", "t CO2e", _gs("5", "1"))
def amount_of_year_t_co2e(*, amount_t_co2e: Tonnes, years: AboveZero) -> Value:
    r"""Return the even share of a year.

    Parameters
    ----------
    amount_t_co2e
        Emissions or leakage of a period. [t CO2e]
    years
        Of the period. [years]

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
    .. math:: a = \frac{A}{n}

    Here :math:`A` is ``amount_t_co2e`` and :math:`n` is ``years``.

    Source: ours; the text credits periods.

    Examples
    --------
    >>> print(amount_of_year_t_co2e(amount_t_co2e=37.5, years=5.0))
    7.5
    """
    return amount_t_co2e / years


@equation("gs402:1-net", "ER before buffer", "t CO2e", _gs("5", "1"))
def net_t_co2e(*, gain_t_co2e: Tonnes, project_emissions_t_co2e: Tonnes, leakage_t_co2e: Tonnes) -> Value:
    r"""Return the gain less emissions that rose and leakage.

    Parameters
    ----------
    gain_t_co2e
        After the deduction. [t CO2e]
    project_emissions_t_co2e
        Eq. 12: rise of emissions. [t CO2e]
    leakage_t_co2e
        Eq. 19. [t CO2e]

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
    .. math:: N = G - PE - LK

    Here :math:`G` is ``gain_t_co2e``, :math:`PE` is ``project_emissions_t_co2e`` and :math:`LK` is
    ``leakage_t_co2e``.

    Source: the bracket of Eq. 1.

    Examples
    --------
    >>> print(net_t_co2e(gain_t_co2e=925.9708333333333, project_emissions_t_co2e=37.5, leakage_t_co2e=12.25))
    876.2208333
    """
    return gain_t_co2e - project_emissions_t_co2e - leakage_t_co2e


@equation("gs402:1-buffer", "BUF", "t CO2e", _gs("5", "1"), switch=("switch.gs402-loss",))
def buffer_t_co2e(*, net_t_co2e: Tonnes, buffer_fraction: Fraction, form: Form) -> Value:
    r"""Return what goes to the buffer.

    Parameters
    ----------
    net_t_co2e
        The bracket of Eq. 1. [t CO2e]
    buffer_fraction
        Share of the buffer. [fraction]
    form
        ``"printed"`` takes a share of a loss too; ``"corrected"`` nothing.

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
    .. math:: B = N \cdot BUF

    Here :math:`N` is ``net_t_co2e`` and :math:`BUF` is ``buffer_fraction``.

    Source: Eq. 1 and Gold Standard 501 v3.2, 11.1.1; the corrected form is ours.

    Examples
    --------
    >>> print(buffer_t_co2e(net_t_co2e=[876.2208333333333, -422.5], buffer_fraction=0.2, form="corrected"))
    [175.2441667   0.       ]
    """
    return (net_t_co2e if form_of(form) else np.maximum(0.0, net_t_co2e)) * buffer_fraction


@equation("gs402:1", "ER", "t CO2e", _gs("5", "1"))
def emission_reductions_t_co2e(*, net_t_co2e: Tonnes, buffer_t_co2e: Tonnes) -> Value:
    r"""Return what is credited.

    Parameters
    ----------
    net_t_co2e
        The bracket of Eq. 1. [t CO2e]
    buffer_t_co2e
        What goes to the buffer. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined; not rounded. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: ER = N - B

    Here :math:`N` is ``net_t_co2e`` and :math:`B` is ``buffer_t_co2e``.

    Source: Eq. 1.

    Examples
    --------
    >>> print(emission_reductions_t_co2e(net_t_co2e=876.2208333333333, buffer_t_co2e=175.24416666666662))
    700.9766667
    """
    return net_t_co2e - buffer_t_co2e
