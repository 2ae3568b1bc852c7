"""Leakage from displaced agricultural activities, VMD0054 v1.1 of 13 January 2026, Eqs. 9 to 13: land and carbon.

Status ``secondary``, as in ``vmd0054_v1_1.py``. Commodities stand on the last axis where they are summed.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import AboveZero, Number, equation
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import Area, Share, summed

StockChange = Annotated[Value, Range(-800, 1800, "t C/ha")]
StockFactor = Annotated[Value, Range(0.3, 2.5, "(a factor)")]
DisplacedArea = Annotated[Value, Range(0, unit="ha")]
LARGEST_LAND = 5.0
"""Land that a lost production needs elsewhere, in areas of the project, beyond which the units cannot be right."""
_where = partial(Locator, "VMD0054", "1.1", "")


@equation("vmd0054-1.1:9", "INL_j,t", "ha", _where("9"))
def new_land_ha(
    *,
    net_production_change_per_year: Number,
    supply_response: Share,
    new_land_share: Share,
    yield_per_ha: AboveZero,
    area_ha: Area,
) -> Value:
    r"""Return the land that comes into use elsewhere for one commodity.

    Parameters
    ----------
    net_production_change_per_year
        l. [commodity unit/yr]
    supply_response
        IS: share of the loss that production elsewhere makes up for. [fraction]
    new_land_share
        NL: share of it on new land. [fraction]
    yield_per_ha
        G: yield on new land. [commodity unit/(ha yr)]
    area_ha
        Area of the project; only judges that production and yield are in one unit. [ha]

    Returns
    -------
    float or array
        Shape of the arguments combined; below 0 for a commodity of which more is made. [ha]

    Raises
    ------
    ValueError
        For an argument outside its range, shapes that do not fit, or a loss that would need more than five times the
        area of the project.

    Notes
    -----
    .. math:: INL_{j,t} = \frac{l_{j,t}}{Y_j} \, SR_j \, NL_j

    Here :math:`l_{j,t}` is ``net_production_change_per_year``, :math:`Y_j` is ``yield_per_ha``, :math:`SR_j` is
    ``supply_response`` and :math:`NL_j` is ``new_land_share``.

    Source: VMD0054 v1.1 Eq. 9.

    Examples
    --------
    >>> result = new_land_ha(
    ...     net_production_change_per_year=30.0, supply_response=0.75, new_land_share=0.4,
    ...     yield_per_ha=6.0, area_ha=100.0
    ... )
    >>> print(result)
    1.5
    """
    land = net_production_change_per_year / yield_per_ha
    if np.any(np.abs(land) > LARGEST_LAND * area_ha):
        raise ValueError(
            "net_production_change_per_year / yield_per_ha must be at most 5 times area_ha, "
            f"found {np.max(np.abs(land)):g} ha: are production and yield in one unit?"
        )
    return land * supply_response * new_land_share


@equation("vmd0054-1.1:10", "AL_t", "ha", _where("10"))
def displaced_area_ha(*, new_land_ha: Annotated[Value, Range(unit="ha")]) -> Value:
    r"""Return the area cleared elsewhere for all commodities together.

    Parameters
    ----------
    new_land_ha
        INL, shape (..., commodities). [ha]

    Returns
    -------
    float or array
        Sum over the last axis, and 0 where the sum is below 0. [ha]

    Raises
    ------
    ValueError
        For an argument that is not finite or has no commodity.

    Notes
    -----
    .. math:: AL_t = \max\left(0, \sum_j INL_{j,t}\right)

    Here :math:`INL_{j,t}` is ``new_land_ha``.

    Source: VMD0054 v1.1 Eq. 10.

    Examples
    --------
    >>> print(displaced_area_ha(new_land_ha=[3.0, -1.0]))
    2.0
    """
    area: Value = np.maximum(summed(new_land_ha), 0.0)[()]
    return area


@equation("vmd0054-1.1:11", "dCS", "t C/ha", _where("11"))
def stock_lost_t_c_per_ha(
    *,
    biomass_lost_t_c_per_ha: Annotated[Value, Range(0, 1000, "t C/ha")],
    soil_lost_t_c_per_ha: StockChange,
) -> Value:
    r"""Return the carbon that a hectare of new land loses.

    Parameters
    ----------
    biomass_lost_t_c_per_ha
        Living biomass, dead wood and litter. [t C/ha]
    soil_lost_t_c_per_ha
        Eq. 12; below 0 where the new use holds more. [t C/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta CS = \Delta CB + \Delta SOC

    Here :math:`\Delta CB` is ``biomass_lost_t_c_per_ha`` and :math:`\Delta SOC` is ``soil_lost_t_c_per_ha``.

    Source: VMD0054 v1.1 Eq. 11.

    Examples
    --------
    >>> print(stock_lost_t_c_per_ha(biomass_lost_t_c_per_ha=120.0, soil_lost_t_c_per_ha=18.0))
    138.0
    """
    return biomass_lost_t_c_per_ha + soil_lost_t_c_per_ha


@equation("vmd0054-1.1:12", "dSOC", "t C/ha", _where("12"))
def soil_lost_t_c_per_ha(
    *,
    reference_stock_t_c_per_ha: Annotated[Value, Range(1, 800, "t C/ha")],
    land_use_factor: StockFactor,
    management_factor: StockFactor,
    input_factor: StockFactor,
) -> Value:
    r"""Return the soil carbon that a hectare of new land loses in 20 years.

    Parameters
    ----------
    reference_stock_t_c_per_ha
        SOC_REF. [t C/ha]
    land_use_factor, management_factor, input_factor
        f_LU, f_MG, f_IN of the new use. [factor]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta SOC = SOC_{ref} \, (1 - F_{LU} \, F_{MG} \, F_I)

    Here :math:`SOC_{ref}` is ``reference_stock_t_c_per_ha``, :math:`F_{LU}` is ``land_use_factor``,
    :math:`F_{MG}` is ``management_factor`` and :math:`F_I` is ``input_factor``.

    Source: VMD0054 v1.1 Eq. 12.

    Examples
    --------
    >>> result = soil_lost_t_c_per_ha(
    ...     reference_stock_t_c_per_ha=60.0, land_use_factor=0.7, management_factor=1.0, input_factor=1.0
    ... )
    >>> print(result)
    18.0
    """
    return reference_stock_t_c_per_ha * (1 - land_use_factor * management_factor * input_factor)


@equation("vmd0054-1.1:13", "LK_t", "t CO2e", _where("13"))
def cumulative_leakage_t_co2e(
    *,
    displaced_area_ha: DisplacedArea,
    stock_lost_t_c_per_ha: StockChange,
    mitigation_emission_t_co2e: Annotated[Value, Range(0, unit="t CO2e")],
) -> Value:
    r"""Return the leakage from the start of the project.

    Parameters
    ----------
    displaced_area_ha
        AL. [ha]
    stock_lost_t_c_per_ha
        dCS. [t C/ha]
    mitigation_emission_t_co2e
        E_LM. [t CO2e]

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
    .. math:: LK_t = \frac{44}{12} \, AL_t \, \Delta CS + E_{LM,t}

    Here :math:`AL_t` is ``displaced_area_ha``, :math:`\Delta CS` is ``stock_lost_t_c_per_ha`` and
    :math:`E_{LM,t}` is ``mitigation_emission_t_co2e``.

    Source: VMD0054 v1.1 Eq. 13.

    Examples
    --------
    >>> result = cumulative_leakage_t_co2e(
    ...     displaced_area_ha=1.5, stock_lost_t_c_per_ha=138.0, mitigation_emission_t_co2e=4.0
    ... )
    >>> print(result)
    763.0
    """
    return displaced_area_ha * stock_lost_t_c_per_ha * CO2E_PER_C + mitigation_emission_t_co2e
