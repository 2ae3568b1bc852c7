"""Leakage from displaced agricultural activities, VMD0054 v1.1 of 13 January 2026, Eqs. 1 to 8: production.

Read in a public extraction and checked against an independent implementation, not in the document: status
``secondary``. Commodities stand on the last axis where they are summed. A production may be in any unit, one for all
years and yields of a commodity.

Eqs. 9 to 13 stand in ``vmd0054_v1_1_land.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, at_least, finite, row, together
from mollisol.quantification.sources.ranges import Span, summed, within

GROWTH = Span(-0.05, 0.1, "a year (a fraction)")
YEARS_SINCE_START = Span(0, 100, "years")
STATUS = "secondary"


def _where(number: str) -> Locator:
    return Locator("VMD0054", "1.1", equation=number)


def _expected(production: ArrayLike, growth: ArrayLike, years: ArrayLike) -> Value:
    past = row("production_per_year", np.atleast_1d(at_least("production_per_year", production, 0.0))).mean(
        axis=-1
    )
    rate = within("growth_per_year", growth, GROWTH)
    time = within("years_since_start", years, YEARS_SINCE_START)
    together(production_per_year=past, growth_per_year=rate, years_since_start=time)
    return (past * (1 + rate) ** time)[()]


@equation("vmd0054-1.1:1", symbol="BP_j,t", unit="commodity unit/yr", locator=_where("1"))
def baseline_production_per_year(
    *, production_per_year: ArrayLike, growth_per_year: ArrayLike, years_since_start: ArrayLike
) -> Value:
    """Production of a commodity as expected without the project.

    Parameters
    ----------
    production_per_year
        Years of the reference period, shape (..., years); zeros for a new commodity. [commodity unit/yr]
    growth_per_year
        r_j, 0.025 by default. [fraction, -0.05 to 0.1]
    years_since_start
        t. [year, 0 to 100]

    Returns
    -------
    float or array
        Mean over the last axis, grown to the year. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 1. Constant production is a decline against it: 1.025 to the fifth is 1.131.
    """
    return _expected(production_per_year, growth_per_year, years_since_start)


@equation("vmd0054-1.1:2", symbol="MP_j,t", unit="commodity unit/yr", locator=_where("2"))
def monitored_production_per_year(*, production_per_year: ArrayLike) -> Value:
    """Mean yearly production over the monitoring period.

    Parameters
    ----------
    production_per_year
        Years of the monitoring period, shape (..., years). [commodity unit/yr, 0 or above]

    Returns
    -------
    float or array
        Mean over the last axis. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 2.
    """
    years = row(
        "production_per_year", np.atleast_1d(at_least("production_per_year", production_per_year, 0.0))
    )
    mean: Value = years.mean(axis=-1)[()]
    return mean


@equation("vmd0054-1.1:3", symbol="CP_j,t", unit="commodity unit/yr", locator=_where("3"))
def production_change_per_year(
    *, baseline_production_per_year: ArrayLike, monitored_production_per_year: ArrayLike
) -> Value:
    """Production that is missing against what was expected; below 0 where there is more.

    Parameters
    ----------
    baseline_production_per_year, monitored_production_per_year
        Expected and monitored. [commodity unit/yr, 0 or above]

    Returns
    -------
    float or array
        Shape of the arguments combined. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 3.
    """
    expected = at_least("baseline_production_per_year", baseline_production_per_year, 0.0)
    monitored = at_least("monitored_production_per_year", monitored_production_per_year, 0.0)
    together(baseline_production_per_year=expected, monitored_production_per_year=monitored)
    return expected - monitored


@equation("vmd0054-1.1:4", symbol="OBP_j,t", unit="commodity unit/yr", locator=_where("4"))
def mitigation_baseline_per_year(
    *, production_per_year: ArrayLike, growth_per_year: ArrayLike, years_since_start: ArrayLike
) -> Value:
    """Production of a commodity as expected on the land of leakage mitigation.

    Parameters
    ----------
    production_per_year
        Years of its reference period, shape (..., years). [commodity unit/yr, 0 or above]
    growth_per_year
        r_j. [fraction, -0.05 to 0.1]
    years_since_start
        t. [year, 0 to 100]

    Returns
    -------
    float or array
        Mean over the last axis, grown to the year. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 4.
    """
    return _expected(production_per_year, growth_per_year, years_since_start)


@equation("vmd0054-1.1:5", symbol="LM_j,t", unit="commodity unit/yr", locator=_where("5"))
def leakage_mitigation_per_year(
    *, mitigation_production_per_year: ArrayLike, mitigation_baseline_per_year: ArrayLike
) -> Value:
    """Additional production on the land of leakage mitigation.

    Parameters
    ----------
    mitigation_production_per_year, mitigation_baseline_per_year
        Monitored and expected there. [commodity unit/yr, 0 or above]

    Returns
    -------
    float or array
        Shape of the arguments combined. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 5.
    """
    monitored = at_least("mitigation_production_per_year", mitigation_production_per_year, 0.0)
    expected = at_least("mitigation_baseline_per_year", mitigation_baseline_per_year, 0.0)
    together(mitigation_production_per_year=monitored, mitigation_baseline_per_year=expected)
    return monitored - expected


@equation("vmd0054-1.1:6", symbol="l_j,t", unit="commodity unit/yr", locator=_where("6"))
def net_production_change_per_year(
    *, production_change_per_year: ArrayLike, leakage_mitigation_per_year: ArrayLike
) -> Value:
    """Production that is missing after mitigation; below 0 where there is more.

    Parameters
    ----------
    production_change_per_year, leakage_mitigation_per_year
        CP and LM. [commodity unit/yr, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 6, without the zero minimum of v1.0.
    """
    change = finite("production_change_per_year", production_change_per_year)
    mitigated = finite("leakage_mitigation_per_year", leakage_mitigation_per_year)
    together(production_change_per_year=change, leakage_mitigation_per_year=mitigated)
    return change - mitigated


@equation("vmd0054-1.1:8", symbol="E_FF", unit="t CO2e", locator=_where("8"))
def mitigation_fuel_t_co2e(*, fuel_litre: ArrayLike, fuel_factor_t_co2e_per_litre: ArrayLike) -> Value:
    """Emission of the fuel that leakage mitigation burned in a year.

    Parameters
    ----------
    fuel_litre
        Shape (..., fuels). [litre, 0 or above]
    fuel_factor_t_co2e_per_litre
        [t CO2e/litre, 0.0005 to 0.004]

    Returns
    -------
    float or array
        Summed over fuels. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 8.
    """
    fuel = np.atleast_1d(at_least("fuel_litre", fuel_litre, 0.0))
    span = Span(0.0005, 0.004, "t CO2e/litre")
    factor = np.atleast_1d(within("fuel_factor_t_co2e_per_litre", fuel_factor_t_co2e_per_litre, span))
    together(fuel_litre=fuel, fuel_factor_t_co2e_per_litre=factor)
    return summed(fuel * factor)[()]


@equation("vmd0054-1.1:7", symbol="E_LM,t", unit="t CO2e", locator=_where("7"))
def mitigation_emission_t_co2e(*, fertilizer_t_co2e: ArrayLike, fuel_t_co2e: ArrayLike) -> Value:
    """Emission of leakage mitigation from the start of the project.

    Parameters
    ----------
    fertilizer_t_co2e, fuel_t_co2e
        Of each year from the start, shape (..., years). [t CO2e, 0 or above]

    Returns
    -------
    float or array
        Summed over the years. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: VMD0054 v1.1 Eq. 7.
    """
    fertilizer = np.atleast_1d(at_least("fertilizer_t_co2e", fertilizer_t_co2e, 0.0))
    fuel = np.atleast_1d(at_least("fuel_t_co2e", fuel_t_co2e, 0.0))
    together(fertilizer_t_co2e=fertilizer, fuel_t_co2e=fuel)
    return summed(fertilizer + fuel)[()]
