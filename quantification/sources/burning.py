"""Methane and nitrous oxide of burning biomass (VM0042 sections 8.2.8 and 8.2.11, Eqs. 14 and 32).

The mass is the biomass that stood before the fire, in kilograms of dry matter (E-28), and the combustion factor is
the part of it that the fire took. Where the mass burned itself was measured, as a difference, the combustion factor
is 1: multiplying it again would count combustion twice (E-31). The burned area only judges the mass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.livestock_methane import G_PER_KG
from mollisol.quantification.sources.ranges import (
    AREA,
    Span,
    amount,
    area_of,
    by_category,
    per_ha,
    summed,
    within,
)
from mollisol.quantification.unit_crossing import tonnes


def _burning(
    biomass_kg_dm: ArrayLike,
    combustion_factor: ArrayLike,
    factor_name: str,
    factor: ArrayLike,
    factor_span: Span,
    warming_name: str,
    warming: ArrayLike,
    warming_span: Span,
    burned_area_ha: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    area = area_of(area_ha)
    burned = within("burned_area_ha", burned_area_ha, AREA)
    together(burned_area_ha=burned, area_ha=area)
    if (burned > area).any():
        raise ValueError("burned_area_ha must not be above area_ha")
    mass = amount("biomass_kg_dm", biomass_kg_dm, burned, ranges.BURNED_PER_HA)
    fraction = by_category("combustion_factor", combustion_factor, ranges.COMBUSTION)
    emission_factor = by_category(factor_name, factor, factor_span)
    together(biomass_kg_dm=mass, combustion_factor=fraction, **{factor_name: emission_factor})
    potential = within(warming_name, warming, warming_span)
    together(area_ha=area, **{warming_name: potential})
    gas_kg = summed(mass * fraction * emission_factor) / G_PER_KG
    return per_ha(np.asarray(potential * tonnes(mass_kg=gas_kg)), area)


@equation(
    "vm0042:14",
    symbol="CH4_bb",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.8", equation="14"),
)
def burning_methane_t_co2e_per_ha(
    *,
    biomass_kg_dm: ArrayLike,
    combustion_factor: ArrayLike,
    burning_factor_g_ch4_per_kg_dm: ArrayLike,
    gwp_ch4: ArrayLike,
    burned_area_ha: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Methane of burned biomass, areal mean.

    Parameters
    ----------
    biomass_kg_dm
        Dry matter before the fire, shape (..., residue types). [kg d.m., 0 or 50 to 60 000 per burned ha]
    combustion_factor
        Part that burned; 1 where ``biomass_kg_dm`` is the measured loss. [fraction, 0.05 to 1]
    burning_factor_g_ch4_per_kg_dm
        [g CH4/kg d.m. burned, 0.5 to 15]
    gwp_ch4
        [t CO2e/t CH4, 20 to 40]
    burned_area_ha
        Area that burned, shape (...); only judges the mass. [ha, at most area_ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...), summed over residue types. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 14; E-28, E-31.
    """
    return _burning(
        biomass_kg_dm,
        combustion_factor,
        "burning_factor_g_ch4_per_kg_dm",
        burning_factor_g_ch4_per_kg_dm,
        ranges.BURNING_CH4,
        "gwp_ch4",
        gwp_ch4,
        ranges.GWP_CH4,
        burned_area_ha,
        area_ha,
    )


@equation(
    "vm0042:32",
    symbol="N2O_bb",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.11", equation="32"),
)
def burning_nitrous_oxide_t_co2e_per_ha(
    *,
    biomass_kg_dm: ArrayLike,
    combustion_factor: ArrayLike,
    burning_factor_g_n2o_per_kg_dm: ArrayLike,
    gwp_n2o: ArrayLike,
    burned_area_ha: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Nitrous oxide of burned biomass, areal mean.

    Parameters
    ----------
    biomass_kg_dm
        Dry matter before the fire, shape (..., residue types). [kg d.m., 0 or 50 to 60 000 per burned ha]
    combustion_factor
        Part that burned; 1 where ``biomass_kg_dm`` is the measured loss. [fraction, 0.05 to 1]
    burning_factor_g_n2o_per_kg_dm
        [g N2O/kg d.m. burned, 0.02 to 0.6]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
    burned_area_ha
        Area that burned, shape (...); only judges the mass. [ha, at most area_ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...), summed over residue types. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 32; E-28, E-31.
    """
    return _burning(
        biomass_kg_dm,
        combustion_factor,
        "burning_factor_g_n2o_per_kg_dm",
        burning_factor_g_n2o_per_kg_dm,
        ranges.BURNING_N2O,
        "gwp_n2o",
        gwp_n2o,
        ranges.GWP_N2O,
        burned_area_ha,
        area_ha,
    )
