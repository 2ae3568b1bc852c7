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
    r"""Return the production of a commodity as expected without the project.

    Parameters
    ----------
    production_per_year
        Years of the reference period, shape (..., years); zeros for a new commodity. [commodity unit/yr]
    growth_per_year
        r_j, 0.025 by default. [fraction]
    years_since_start
        t. [year]

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
    .. math:: BP_{j,t} = \bar{P}_j \, (1 + g_j)^t

    Here :math:`\bar{P}_j` is the mean of ``production_per_year``, :math:`g_j` is ``growth_per_year`` and
    :math:`t` is ``years_since_start``.

    Source: VMD0054 v1.1 Eq. 1. Constant production is a decline against it: 1.025 to the fifth is 1.131.

    Examples
    --------
    >>> result = baseline_production_per_year(
    ...     production_per_year=[0.0, 0.0, 0.0], growth_per_year=0.025, years_since_start=5.0
    ... )
    >>> print(result)
    0.0
    """
    return _mean(production_per_year) * (1 + growth_per_year) ** years_since_start


@equation("vmd0054-1.1:2", "MP_j,t", "commodity unit/yr", _where("2"))
def monitored_production_per_year(*, production_per_year: Amount) -> Value:
    r"""Return the mean yearly production over the monitoring period.

    Parameters
    ----------
    production_per_year
        Years of the monitoring period, shape (..., years). [commodity unit/yr]

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
    .. math:: MP_{j,t} = \frac{1}{n} \sum_y P_{j,y}

    Here :math:`P_{j,y}` is ``production_per_year``.

    Source: VMD0054 v1.1 Eq. 2.

    Examples
    --------
    >>> print(monitored_production_per_year(production_per_year=[80.0, 100.0]))
    90.0
    """
    return _mean(production_per_year)


@equation("vmd0054-1.1:3", "CP_j,t", "commodity unit/yr", _where("3"))
def production_change_per_year(
    *, baseline_production_per_year: Amount, monitored_production_per_year: Amount
) -> Value:
    """Return the production that is missing against what was expected; below 0 where there is more.

    Parameters
    ----------
    baseline_production_per_year, monitored_production_per_year
        Expected and monitored. [commodity unit/yr]

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
    .. math:: CP_{j,t} = BP_{j,t} - MP_{j,t}

    Here :math:`BP_{j,t}` is ``baseline_production_per_year`` and :math:`MP_{j,t}` is
    ``monitored_production_per_year``.

    Source: VMD0054 v1.1 Eq. 3.

    Examples
    --------
    >>> result = production_change_per_year(
    ...     baseline_production_per_year=113.0, monitored_production_per_year=90.0
    ... )
    >>> print(result)
    23.0
    """
    return baseline_production_per_year - monitored_production_per_year


@equation("vmd0054-1.1:4", "OBP_j,t", "commodity unit/yr", _where("4"))
def mitigation_baseline_per_year(
    *, production_per_year: Amount, growth_per_year: Growth, years_since_start: YearsSinceStart
) -> Value:
    r"""Return the production of a commodity as expected on the land of leakage mitigation.

    Parameters
    ----------
    production_per_year
        Years of its reference period, shape (..., years). [commodity unit/yr]
    growth_per_year
        r_j. [fraction]
    years_since_start
        t. [year]

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
    .. math:: OBP_{j,t} = \bar{P}_j \, (1 + g_j)^t

    Here :math:`\bar{P}_j` is the mean of ``production_per_year``, :math:`g_j` is ``growth_per_year`` and
    :math:`t` is ``years_since_start``.

    Source: VMD0054 v1.1 Eq. 4.

    Examples
    --------
    >>> result = mitigation_baseline_per_year(
    ...     production_per_year=[0.0, 0.0, 0.0], growth_per_year=0.025, years_since_start=5.0
    ... )
    >>> print(result)
    0.0
    """
    return _mean(production_per_year) * (1 + growth_per_year) ** years_since_start


@equation("vmd0054-1.1:5", "LM_j,t", "commodity unit/yr", _where("5"))
def leakage_mitigation_per_year(
    *, mitigation_production_per_year: Amount, mitigation_baseline_per_year: Amount
) -> Value:
    """Return the additional production on the land of leakage mitigation.

    Parameters
    ----------
    mitigation_production_per_year, mitigation_baseline_per_year
        Monitored and expected there. [commodity unit/yr]

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
    .. math:: LM_{j,t} = OMP_{j,t} - OBP_{j,t}

    Here :math:`OMP_{j,t}` is ``mitigation_production_per_year`` and :math:`OBP_{j,t}` is
    ``mitigation_baseline_per_year``.

    Source: VMD0054 v1.1 Eq. 5.

    Examples
    --------
    >>> result = leakage_mitigation_per_year(
    ...     mitigation_production_per_year=60.0, mitigation_baseline_per_year=55.0
    ... )
    >>> print(result)
    5.0
    """
    return mitigation_production_per_year - mitigation_baseline_per_year


@equation("vmd0054-1.1:6", "l_j,t", "commodity unit/yr", _where("6"))
def net_production_change_per_year(
    *, production_change_per_year: Number, leakage_mitigation_per_year: Number
) -> Value:
    """Return the production that is missing after mitigation; below 0 where there is more.

    Parameters
    ----------
    production_change_per_year, leakage_mitigation_per_year
        CP and LM. [commodity unit/yr]

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
    .. math:: l_{j,t} = CP_{j,t} - LM_{j,t}

    Here :math:`CP_{j,t}` is ``production_change_per_year`` and :math:`LM_{j,t}` is
    ``leakage_mitigation_per_year``.

    Source: VMD0054 v1.1 Eq. 6, without the zero minimum of v1.0.

    Examples
    --------
    >>> result = net_production_change_per_year(
    ...     production_change_per_year=[20.0, -5.0], leakage_mitigation_per_year=[5.0, 0.0]
    ... )
    >>> print(result)
    [15. -5.]
    """
    return production_change_per_year - leakage_mitigation_per_year


@equation("vmd0054-1.1:8", "E_FF", "t CO2e", _where("8"))
def mitigation_fuel_t_co2e(
    *,
    fuel_litre: Annotated[Value, Range(0, unit="litre")],
    fuel_factor_t_co2e_per_litre: Annotated[Value, FUEL_FACTOR],
) -> Value:
    r"""Return the emission of the fuel that leakage mitigation burned in a year.

    Parameters
    ----------
    fuel_litre
        Shape (..., fuels). [litre]
    fuel_factor_t_co2e_per_litre
        [t CO2e/litre]

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
    .. math:: E_{FF} = \sum_a FFC_a \, EF_a

    Here :math:`FFC_a` is ``fuel_litre`` and :math:`EF_a` is ``fuel_factor_t_co2e_per_litre``.

    Source: VMD0054 v1.1 Eq. 8.

    Examples
    --------
    >>> result = mitigation_fuel_t_co2e(
    ...     fuel_litre=[1000.0, 200.0], fuel_factor_t_co2e_per_litre=[0.002886, 0.00281]
    ... )
    >>> print(result)
    3.448
    """
    return summed(fuel_litre * fuel_factor_t_co2e_per_litre)[()]


@equation("vmd0054-1.1:7", "E_LM,t", "t CO2e", _where("7"))
def mitigation_emission_t_co2e(*, fertilizer_t_co2e: Emission, fuel_t_co2e: Emission) -> Value:
    r"""Return the emission of leakage mitigation from the start of the project.

    Parameters
    ----------
    fertilizer_t_co2e, fuel_t_co2e
        Of each year from the start, shape (..., years). [t CO2e]

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
    .. math:: E_{LM,t} = \sum_y (E_{N,y} + E_{FF,y})

    Here :math:`E_{N,y}` is ``fertilizer_t_co2e`` and :math:`E_{FF,y}` is ``fuel_t_co2e``.

    Source: VMD0054 v1.1 Eq. 7.

    Examples
    --------
    >>> print(mitigation_emission_t_co2e(fertilizer_t_co2e=[1.0, 2.0], fuel_t_co2e=[0.5, 0.5]))
    4.0
    """
    return summed(fertilizer_t_co2e + fuel_t_co2e)[()]
