"""Methane of enteric fermentation and of manure (VM0042 sections 8.2.6 and 8.2.7, Eqs. 11 to 13).

One category is one combination of livestock type, productivity system and, for manure, manure system. The live weight
enters Eqs. 11 and 12 only to judge the factors: a yearly factor per kilogram of animal has one order of size over
all species, so that a daily one is refused.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value, within
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Area, GwpCh4, LiveWeight, Share, per_ha, summed
from mollisol.quantification.unit_crossing import tonnes

G_PER_KG = 1000.0
DAYS_PER_YEAR = 365.0
WEIGHT_OF_RATES_KG = 1000.0
"""Rates of excretion are per 1000 kg of animal."""

Heads = Annotated[Value, Range(0, 1e9, "head")]


def refuse_overstocked(population_head: Value, live_weight_kg: Value, area_ha: Value) -> None:
    """Refuse more live weight on a hectare than the land can carry.

    Raises
    ------
    ValueError
        If heads times live weight over the area lies outside the range of stocking.
    """
    stocking = population_head * live_weight_kg / np.asarray(area_ha)[..., np.newaxis]
    within("population_head x live_weight_kg / area_ha", stocking, ranges.STOCKING)


@equation("vm0042:11", "CH4_ent", "t CO2e/ha", vm0042("8.2.6", "11"))
def enteric_methane_t_co2e_per_ha(
    *,
    population_head: Heads,
    enteric_factor_kg_ch4_per_head_year: Annotated[Value, ranges.ENTERIC_FACTOR, ranges.ENTERIC_PER_WEIGHT],
    live_weight_kg: LiveWeight,
    gwp_ch4: GwpCh4,
    area_ha: Area,
) -> Value:
    r"""Return the enteric methane of all livestock, areal mean.

    Parameters
    ----------
    population_head
        Grazing heads over the year, shape (..., livestock type x productivity system). [head]
    enteric_factor_kg_ch4_per_head_year
        Shape (..., categories). [kg CH4/(head yr)]
    live_weight_kg
        Shape (..., categories); only judges. [kg/head]
    gwp_ch4
        [t CO2e/t CH4]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...), summed over categories. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: CH4_{ent} = \frac{GWP_{CH4} \sum_l P_l \, EF_{ent,l}}{1000 \, A}

    Here :math:`P_l` is ``population_head``, :math:`EF_{ent,l}` is ``enteric_factor_kg_ch4_per_head_year``,
    :math:`GWP_{CH4}` is ``gwp_ch4`` and :math:`A` is ``area_ha``.

    Source: Eq. 11, summed over productivity systems too (E-6). The factor is per year: nothing is multiplied by 365.

    Examples
    --------
    >>> result = enteric_methane_t_co2e_per_ha(
    ...     population_head=160.0, enteric_factor_kg_ch4_per_head_year=5.0, live_weight_kg=30.0,
    ...     gwp_ch4=28.0, area_ha=1.0
    ... )
    >>> print(result)
    22.4
    """
    refuse_overstocked(population_head, live_weight_kg, area_ha)
    methane_kg = summed(population_head * enteric_factor_kg_ch4_per_head_year)
    return per_ha(gwp_ch4 * tonnes(mass_kg=methane_kg), area_ha)


@equation("vm0042:13", "VS", "kg VS/(head yr)", vm0042("8.2.7", "13"))
def volatile_solids_kg_per_head_year(
    *, vs_rate_kg_per_1000_kg_day: Annotated[Value, ranges.VS_RATE], live_weight_kg: LiveWeight
) -> Value:
    r"""Return the volatile solids that an animal excretes in a year.

    Parameters
    ----------
    vs_rate_kg_per_1000_kg_day
        [kg VS/(1000 kg animal mass day)]
    live_weight_kg
        Mean of the herd. [kg/head]

    Returns
    -------
    float or array
        Shape of the arguments combined. [kg VS/(head yr)]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: VS_l = VS_{rate,l} \, \frac{W_l}{1000} \cdot 365

    Here :math:`VS_{rate,l}` is ``vs_rate_kg_per_1000_kg_day`` and :math:`W_l` is ``live_weight_kg``.

    Source: Eq. 13, with 365 days; the only place where days become a year.

    Examples
    --------
    >>> print(volatile_solids_kg_per_head_year(vs_rate_kg_per_1000_kg_day=8.3, live_weight_kg=30.0))
    90.885
    """
    return vs_rate_kg_per_1000_kg_day * live_weight_kg / WEIGHT_OF_RATES_KG * DAYS_PER_YEAR


@equation("vm0042:12", "CH4_md", "t CO2e/ha", vm0042("8.2.7", "12"))
def manure_methane_t_co2e_per_ha(
    *,
    population_head: Heads,
    volatile_solids_kg_per_head_year: Annotated[Value, ranges.VS_PER_HEAD, ranges.VS_PER_WEIGHT],
    manure_share: Share,
    manure_factor_g_ch4_per_kg_vs: Annotated[Value, ranges.MANURE_CH4_FACTOR],
    live_weight_kg: LiveWeight,
    gwp_ch4: GwpCh4,
    area_ha: Area,
) -> Value:
    r"""Return the methane of manure deposited and managed, areal mean.

    Parameters
    ----------
    population_head
        Shape (..., livestock type x productivity system x manure system); the heads of a herd stand again at each
        manure system. [head]
    volatile_solids_kg_per_head_year
        Eq. 13. [kg VS/(head yr)]
    manure_share
        AWMS: share of the volatile solids handled in the system inside the project area. [fraction]
    manure_factor_g_ch4_per_kg_vs
        [g CH4/kg VS]
    live_weight_kg
        Only judges. [kg/head]
    gwp_ch4
        [t CO2e/t CH4]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...), summed over categories. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: CH4_{md} = \frac{GWP_{CH4} \sum_{l,S} P_l \, VS_l \, AWMS_{l,S} \, EF_{l,S}}{10^6 \, A}

    Here :math:`P_l` is ``population_head``, :math:`VS_l` is ``volatile_solids_kg_per_head_year``,
    :math:`AWMS_{l,S}` is ``manure_share``, :math:`EF_{l,S}` is ``manure_factor_g_ch4_per_kg_vs``,
    :math:`GWP_{CH4}` is ``gwp_ch4`` and :math:`A` is ``area_ha``.

    Source: Eq. 12 with volatile solids per year, as the corrections of June 2026 have it (E-4), summed over type,
    productivity and manure system (E-6). The area divides.

    Examples
    --------
    >>> result = manure_methane_t_co2e_per_ha(
    ...     population_head=160.0, volatile_solids_kg_per_head_year=90.885, manure_share=1.0,
    ...     manure_factor_g_ch4_per_kg_vs=0.6, live_weight_kg=30.0, gwp_ch4=28.0, area_ha=1.0
    ... )
    >>> print(result)
    0.2442989
    """
    refuse_overstocked(population_head, live_weight_kg, area_ha)
    solids_kg = population_head * volatile_solids_kg_per_head_year * manure_share
    methane_kg = summed(solids_kg * manure_factor_g_ch4_per_kg_vs) / G_PER_KG
    return per_ha(gwp_ch4 * tonnes(mass_kg=methane_kg), area_ha)


@equation(
    "ipcc2019:10.30",
    "Nex",
    "kg N/(head yr)",
    Locator("IPCC 2019 Refinement", "2019", "Vol. 4, 10.5.2", "10.30"),
)
def excreted_nitrogen_kg_per_head_year(
    *, n_rate_kg_per_1000_kg_day: Annotated[Value, ranges.N_RATE], live_weight_kg: LiveWeight
) -> Value:
    r"""Return the nitrogen that an animal excretes in a year, from the default rate.

    Parameters
    ----------
    n_rate_kg_per_1000_kg_day
        Table 10.19. [kg N/(1000 kg animal mass day)]
    live_weight_kg
        Mean of the herd. [kg/head]

    Returns
    -------
    float or array
        Shape of the arguments combined. [kg N/(head yr)]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: Nex_l = N_{rate,l} \, \frac{W_l}{1000} \cdot 365

    Here :math:`N_{rate,l}` is ``n_rate_kg_per_1000_kg_day`` and :math:`W_l` is ``live_weight_kg``.

    Source: IPCC Eq. 10.30. VM0042 points to Table 10.19 for Nex, which holds rates; this is the crossing (E-10).

    Examples
    --------
    >>> print(excreted_nitrogen_kg_per_head_year(n_rate_kg_per_1000_kg_day=0.32, live_weight_kg=30.0))
    3.504
    """
    return n_rate_kg_per_1000_kg_day * live_weight_kg / WEIGHT_OF_RATES_KG * DAYS_PER_YEAR
