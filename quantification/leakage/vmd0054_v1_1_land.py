"""Leakage from displaced agricultural activities, VMD0054 v1.1 of 13 January 2026, Eqs. 9 to 13: land and carbon.

Status ``secondary``, as in ``vmd0054_v1_1.py``. Commodities stand on the last axis where they are summed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import Value, at_least, finite, positive, row, together
from mollisol.quantification.sources.ranges import SHARE, Span, area_of, within

BIOMASS_STOCK = Span(0, 1000, "t C/ha")
SOIL_STOCK = Span(1, 800, "t C/ha")
STOCK_CHANGE = Span(-800, 1800, "t C/ha")
STOCK_FACTOR = Span(0.3, 2.5, "(a factor)")
LARGEST_LAND = 5.0
"""Land that a lost production needs elsewhere, in areas of the project, beyond which the units cannot be right."""


def _where(number: str) -> Locator:
    return Locator("VMD0054", "1.1", equation=number)


@equation("vmd0054-1.1:9", symbol="INL_j,t", unit="ha", locator=_where("9"))
def new_land_ha(
    *,
    net_production_change_per_year: ArrayLike,
    supply_response: ArrayLike,
    new_land_share: ArrayLike,
    yield_per_ha: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Land that comes into use elsewhere for one commodity.

    Parameters
    ----------
    net_production_change_per_year
        l. [commodity unit/yr, finite]
    supply_response
        IS: share of the loss that production elsewhere makes up for. [fraction, 0 to 1]
    new_land_share
        NL: share of it on new land. [fraction, 0 to 1]
    yield_per_ha
        G: yield on new land. [commodity unit/(ha yr), above 0]
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
    Source: VMD0054 v1.1 Eq. 9.
    """
    lost = finite("net_production_change_per_year", net_production_change_per_year)
    response = within("supply_response", supply_response, SHARE)
    share = within("new_land_share", new_land_share, SHARE)
    grown = positive("yield_per_ha", yield_per_ha)
    area = area_of(area_ha)
    together(
        net_production_change_per_year=lost,
        supply_response=response,
        new_land_share=share,
        yield_per_ha=grown,
        area_ha=area,
    )
    land = lost / grown
    if (np.abs(land) > LARGEST_LAND * area).any():
        raise ValueError(
            "net_production_change_per_year / yield_per_ha must be at most 5 times area_ha, "
            f"found {np.abs(land).max():g} ha: are production and yield in one unit?"
        )
    return land * response * share


@equation("vmd0054-1.1:10", symbol="AL_t", unit="ha", locator=_where("10"))
def displaced_area_ha(*, new_land_ha: ArrayLike) -> Value:
    """Area cleared elsewhere for all commodities together.

    Parameters
    ----------
    new_land_ha
        INL, shape (..., commodities). [ha, finite]

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
    Source: VMD0054 v1.1 Eq. 10.
    """
    land = row("new_land_ha", np.atleast_1d(finite("new_land_ha", new_land_ha)))
    area: Value = np.maximum(land.sum(axis=-1), 0.0)[()]
    return area


@equation("vmd0054-1.1:11", symbol="dCS", unit="t C/ha", locator=_where("11"))
def stock_lost_t_c_per_ha(*, biomass_lost_t_c_per_ha: ArrayLike, soil_lost_t_c_per_ha: ArrayLike) -> Value:
    """Carbon that a hectare of new land loses.

    Parameters
    ----------
    biomass_lost_t_c_per_ha
        Living biomass, dead wood and litter. [t C/ha, 0 to 1000]
    soil_lost_t_c_per_ha
        Eq. 12; below 0 where the new use holds more. [t C/ha, -800 to 1800]

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
    Source: VMD0054 v1.1 Eq. 11.
    """
    biomass = within("biomass_lost_t_c_per_ha", biomass_lost_t_c_per_ha, BIOMASS_STOCK)
    soil = within("soil_lost_t_c_per_ha", soil_lost_t_c_per_ha, STOCK_CHANGE)
    together(biomass_lost_t_c_per_ha=biomass, soil_lost_t_c_per_ha=soil)
    return biomass + soil


@equation("vmd0054-1.1:12", symbol="dSOC", unit="t C/ha", locator=_where("12"))
def soil_lost_t_c_per_ha(
    *,
    reference_stock_t_c_per_ha: ArrayLike,
    land_use_factor: ArrayLike,
    management_factor: ArrayLike,
    input_factor: ArrayLike,
) -> Value:
    """Soil carbon that a hectare of new land loses in 20 years.

    Parameters
    ----------
    reference_stock_t_c_per_ha
        SOC_REF. [t C/ha, 1 to 800]
    land_use_factor, management_factor, input_factor
        f_LU, f_MG, f_IN of the new use. [factor, 0.3 to 2.5]

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
    Source: VMD0054 v1.1 Eq. 12.
    """
    reference = within("reference_stock_t_c_per_ha", reference_stock_t_c_per_ha, SOIL_STOCK)
    use = within("land_use_factor", land_use_factor, STOCK_FACTOR)
    management = within("management_factor", management_factor, STOCK_FACTOR)
    inputs = within("input_factor", input_factor, STOCK_FACTOR)
    together(
        reference_stock_t_c_per_ha=reference,
        land_use_factor=use,
        management_factor=management,
        input_factor=inputs,
    )
    return reference * (1 - use * management * inputs)


@equation("vmd0054-1.1:13", symbol="LK_t", unit="t CO2e", locator=_where("13"))
def cumulative_leakage_t_co2e(
    *, displaced_area_ha: ArrayLike, stock_lost_t_c_per_ha: ArrayLike, mitigation_emission_t_co2e: ArrayLike
) -> Value:
    """Leakage from the start of the project.

    Parameters
    ----------
    displaced_area_ha
        AL. [ha, 0 or above]
    stock_lost_t_c_per_ha
        dCS. [t C/ha, -800 to 1800]
    mitigation_emission_t_co2e
        E_LM. [t CO2e, 0 or above]

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
    Source: VMD0054 v1.1 Eq. 13.
    """
    area = at_least("displaced_area_ha", displaced_area_ha, 0.0)
    stock = within("stock_lost_t_c_per_ha", stock_lost_t_c_per_ha, STOCK_CHANGE)
    emission = at_least("mitigation_emission_t_co2e", mitigation_emission_t_co2e, 0.0)
    together(displaced_area_ha=area, stock_lost_t_c_per_ha=stock, mitigation_emission_t_co2e=emission)
    return area * stock * CO2E_PER_C + emission
