"""Methane and nitrous oxide of burning biomass (VM0042 sections 8.2.8 and 8.2.11, Eqs. 14 and 32).

The mass is the biomass that stood before the fire, in kilograms of dry matter (E-28), and the combustion factor is
the part of it that the fire took. Where the mass burned itself was measured, as a difference, the combustion factor
is 1: multiplying it again would count combustion twice (E-31). The burned area only judges the mass.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.livestock_methane import G_PER_KG
from mollisol.quantification.sources.ranges import Area, GwpCh4, GwpN2o, per_ha, summed
from mollisol.quantification.unit_crossing import tonnes

Biomass = Annotated[Value, ranges.BURNED_PER_HA]
Combustion = Annotated[Value, ranges.COMBUSTION]


def _gas_t(
    mass_kg: Value, combustion: Value, factor_g_per_kg: Value, burned_ha: Value, area_ha: Value
) -> Value:
    if np.any(burned_ha > area_ha):
        raise ValueError("burned_area_ha must not be above area_ha")
    return tonnes(mass_kg=summed(mass_kg * combustion * factor_g_per_kg) / G_PER_KG)


@equation("vm0042:14", "CH4_bb", "t CO2e/ha", vm0042("8.2.8", "14"))
def burning_methane_t_co2e_per_ha(
    *,
    biomass_kg_dm: Biomass,
    combustion_factor: Combustion,
    burning_factor_g_ch4_per_kg_dm: Annotated[Value, ranges.BURNING_CH4],
    gwp_ch4: GwpCh4,
    burned_area_ha: Area,
    area_ha: Area,
) -> Value:
    r"""Return the methane of burned biomass, areal mean.

    Parameters
    ----------
    biomass_kg_dm
        Dry matter before the fire, shape (..., residue types). [kg d.m.]
    combustion_factor
        Part that burned; 1 where ``biomass_kg_dm`` is the measured loss. [fraction]
    burning_factor_g_ch4_per_kg_dm
        [g CH4/kg d.m. burned]
    gwp_ch4
        [t CO2e/t CH4]
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
    .. math:: CH4_{bb} = \frac{GWP_{CH4} \sum_c MB_c \, CF_c \, EF_{c,CH4}}{10^6 \, A}

    Here :math:`MB_c` is ``biomass_kg_dm``, :math:`CF_c` is ``combustion_factor``, :math:`EF_{c,CH4}` is
    ``burning_factor_g_ch4_per_kg_dm``, :math:`GWP_{CH4}` is ``gwp_ch4`` and :math:`A` is ``area_ha``.

    Source: Eq. 14; E-28, E-31.

    Examples
    --------
    >>> result = burning_methane_t_co2e_per_ha(
    ...     biomass_kg_dm=10000.0, combustion_factor=0.9, gwp_ch4=28.0, burning_factor_g_ch4_per_kg_dm=2.7,
    ...     burned_area_ha=1.0, area_ha=1.0
    ... )
    >>> print(result)
    0.6804
    """
    factor = burning_factor_g_ch4_per_kg_dm
    gas = _gas_t(biomass_kg_dm, combustion_factor, factor, burned_area_ha, area_ha)
    return per_ha(gwp_ch4 * gas, area_ha)


@equation("vm0042:32", "N2O_bb", "t CO2e/ha", vm0042("8.2.11", "32"))
def burning_nitrous_oxide_t_co2e_per_ha(
    *,
    biomass_kg_dm: Biomass,
    combustion_factor: Combustion,
    burning_factor_g_n2o_per_kg_dm: Annotated[Value, ranges.BURNING_N2O],
    gwp_n2o: GwpN2o,
    burned_area_ha: Area,
    area_ha: Area,
) -> Value:
    r"""Return the nitrous oxide of burned biomass, areal mean.

    Parameters
    ----------
    biomass_kg_dm
        Dry matter before the fire, shape (..., residue types). [kg d.m.]
    combustion_factor
        Part that burned; 1 where ``biomass_kg_dm`` is the measured loss. [fraction]
    burning_factor_g_n2o_per_kg_dm
        [g N2O/kg d.m. burned]
    gwp_n2o
        [t CO2e/t N2O]
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
    .. math:: N2O_{bb} = \frac{GWP_{N2O} \sum_c MB_c \, CF_c \, EF_{c,N2O}}{10^6 \, A}

    Here :math:`MB_c` is ``biomass_kg_dm``, :math:`CF_c` is ``combustion_factor``, :math:`EF_{c,N2O}` is
    ``burning_factor_g_n2o_per_kg_dm``, :math:`GWP_{N2O}` is ``gwp_n2o`` and :math:`A` is ``area_ha``.

    Source: Eq. 32; E-28, E-31.

    Examples
    --------
    >>> result = burning_nitrous_oxide_t_co2e_per_ha(
    ...     biomass_kg_dm=9000.0, combustion_factor=1.0, gwp_n2o=265.0,
    ...     burning_factor_g_n2o_per_kg_dm=0.07, burned_area_ha=1.0, area_ha=1.0
    ... )
    >>> print(result)
    0.16695
    """
    factor = burning_factor_g_n2o_per_kg_dm
    gas = _gas_t(biomass_kg_dm, combustion_factor, factor, burned_area_ha, area_ha)
    return per_ha(gwp_n2o * gas, area_ha)
