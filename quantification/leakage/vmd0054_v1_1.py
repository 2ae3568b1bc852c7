"""Leakage from displaced agricultural activities, VMD0054 v1.1 of 13 January 2026, Eqs. 1 to 8: production.

Read in a public extraction and checked against an independent implementation, not in the document: status
``secondary``. Commodities stand on the last axis where they are summed. A production may be in any unit, one for all
years and yields of a commodity.

Eqs. 9 to 13 stand in ``vmd0054_v1_1_land.py``.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Amount, Number, equation
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import FUEL_FACTOR, summed

Growth = Annotated[Value, Range(-0.05, 0.1, "a year (a fraction)")]
YearsSinceStart = Annotated[Value, Range(0, 100, "years")]
Emission = Annotated[Value, Range(0, unit="t CO2e")]
STATUS = "secondary"
_where = partial(Locator, "VMD0054", "1.1", "")


def _mean(production_per_year: Value) -> Value:
    mean: Value = np.atleast_1d(production_per_year).mean(axis=-1)[()]
    return mean


@equation("vmd0054-1.1:1", "BP_j,t", "commodity unit/yr", _where("1"))
def baseline_production_per_year(
    *, production_per_year: Amount, growth_per_year: Growth, years_since_start: YearsSinceStart
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
    return _mean(production_per_year) * (1 + growth_per_year) ** years_since_start


@equation("vmd0054-1.1:2", "MP_j,t", "commodity unit/yr", _where("2"))
def monitored_production_per_year(*, production_per_year: Amount) -> Value:
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
    return _mean(production_per_year)


@equation("vmd0054-1.1:3", "CP_j,t", "commodity unit/yr", _where("3"))
def production_change_per_year(
    *, baseline_production_per_year: Amount, monitored_production_per_year: Amount
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
    return baseline_production_per_year - monitored_production_per_year


@equation("vmd0054-1.1:4", "OBP_j,t", "commodity unit/yr", _where("4"))
def mitigation_baseline_per_year(
    *, production_per_year: Amount, growth_per_year: Growth, years_since_start: YearsSinceStart
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
    return _mean(production_per_year) * (1 + growth_per_year) ** years_since_start


@equation("vmd0054-1.1:5", "LM_j,t", "commodity unit/yr", _where("5"))
def leakage_mitigation_per_year(
    *, mitigation_production_per_year: Amount, mitigation_baseline_per_year: Amount
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
    return mitigation_production_per_year - mitigation_baseline_per_year


@equation("vmd0054-1.1:6", "l_j,t", "commodity unit/yr", _where("6"))
def net_production_change_per_year(
    *, production_change_per_year: Number, leakage_mitigation_per_year: Number
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
    return production_change_per_year - leakage_mitigation_per_year


@equation("vmd0054-1.1:8", "E_FF", "t CO2e", _where("8"))
def mitigation_fuel_t_co2e(
    *,
    fuel_litre: Annotated[Value, Range(0, unit="litre")],
    fuel_factor_t_co2e_per_litre: Annotated[Value, FUEL_FACTOR],
) -> Value:
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
    return summed(fuel_litre * fuel_factor_t_co2e_per_litre)[()]


@equation("vmd0054-1.1:7", "E_LM,t", "t CO2e", _where("7"))
def mitigation_emission_t_co2e(*, fertilizer_t_co2e: Emission, fuel_t_co2e: Emission) -> Value:
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
    return summed(fertilizer_t_co2e + fuel_t_co2e)[()]
