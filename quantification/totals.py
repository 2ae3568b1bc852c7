"""Totals over years, and the deduction as a fraction."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.checks import Value, finite, positive, row


@equation(
    "mollisol:running-total",
    symbol="sum dCO2_wp",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5", equation="37, sum of the switch"),
)
def running_total_t_co2e(*, before_t_co2e: ArrayLike, added_t_co2e: ArrayLike) -> Value:
    """Cumulative project stock change after one more year.

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
    Source: the sum that the switch of Eqs. 37 and 40 looks at; it persists across verifications.
    """
    return finite("before_t_co2e", before_t_co2e) + finite("added_t_co2e", added_t_co2e)


@equation(
    "mollisol:total",
    symbol="total",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="79, all years"),
)
def total_t_co2e(*, parts_t_co2e: ArrayLike) -> Value:
    """Sum over the years of a period.

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
    Source: hand arithmetic; not rounded.
    """
    total: Value = row("parts_t_co2e", finite("parts_t_co2e", parts_t_co2e)).sum(axis=0)
    return total


@equation(
    "mollisol:uncertainty-fraction",
    symbol="UNC",
    unit="1",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74 as 44 and 45 take it"),
)
def uncertainty_fraction(*, uncertainty_percent: ArrayLike) -> Value:
    """Deduction as a fraction: Eq. 74 gives per cent, Eqs. 37, 44 and 45 take a fraction.

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
    Source: erratum E-27.
    """
    return finite("uncertainty_percent", uncertainty_percent) / PERCENT_PER_FRACTION


@equation(
    "mollisol:per-hectare",
    symbol="amount/ha",
    unit="t C/ha",
    locator=Locator("VM0042", "2.2", section="4", equation="condition 7, per hectare over the period"),
)
def per_hectare(*, yearly_amount: ArrayLike, years: ArrayLike, area_ha: ArrayLike) -> Value:
    """Amount per hectare over a period, from a yearly amount of the whole project.

    Parameters
    ----------
    yearly_amount
        [t per year]
    years
        [year, above 0]
    area_ha
        Areas of the strata, shape (H,), or their sum. [ha, above 0]

    Returns
    -------
    float or array
        Shape of the amount. [t/ha over the period]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: hand arithmetic.
    """
    return (
        finite("yearly_amount", yearly_amount) * positive("years", years) / positive("area_ha", area_ha).sum()
    )


@equation(
    "mollisol:areal-total",
    symbol="total",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5", equation="52 to 58, one scenario of a source"),
)
def areal_total_t_co2e(*, mean_t_co2e_per_ha: ArrayLike, area_ha: ArrayLike) -> Value:
    """Sum of an areal mean over units and years.

    Parameters
    ----------
    mean_t_co2e_per_ha
        Shape (years, units). [t CO2e/ha per year]
    area_ha
        Of the units, shape (units,). [ha, above 0]

    Returns
    -------
    float
        [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: hand arithmetic.
    """
    mean = row("mean_t_co2e_per_ha", finite("mean_t_co2e_per_ha", mean_t_co2e_per_ha))
    total: Value = (mean * positive("area_ha", area_ha)).sum()
    return total
