"""Nitrous oxide of manure deposited and managed (VM0042 section 8.2.10, Eqs. 27, 28, 30 and 31).

The nitrogen of manure is in kilograms, which is what Eq. 28 gives; it crosses into tonnes once, at the end of each of
Eqs. 27, 30 and 31. The document labels it tonnes and divides by 1000 in Eq. 27 only (E-3).
"""

from __future__ import annotations

from typing import Annotated

from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.fertilizer_n2o import (
    N2O_PER_N,
    Leached,
    LeachedFactor,
    VolatilisedFactor,
    VolatilisedOrganic,
)
from mollisol.quantification.sources.livestock_methane import Heads, refuse_overstocked
from mollisol.quantification.sources.ranges import Area, GwpN2o, LiveWeight, Share, per_ha, summed
from mollisol.quantification.unit_crossing import tonnes

ManureN = Annotated[Value, ranges.MANURE_N_PER_HA]


@equation("vm0042:28", "F_manure", "kg N", vm0042("8.2.10", "28"))
def manure_nitrogen_kg(
    *,
    population_head: Heads,
    excreted_n_kg_per_head_year: Annotated[Value, ranges.EXCRETED_N, ranges.EXCRETED_N_PER_WEIGHT],
    manure_share: Share,
    live_weight_kg: LiveWeight,
    area_ha: Area,
    time_on_land: Share = 1.0,
) -> Value:
    """Nitrogen in the manure of each category in a year.

    Parameters
    ----------
    population_head
        Shape (..., livestock type x productivity system x manure system); the heads of a herd stand again at each
        manure system. [head]
    excreted_n_kg_per_head_year
        Nex. [kg N/(head yr), 0 or 0.05 to 300]
    manure_share
        AWMS: share of the manure in the system. [fraction, 0 to 1]
    live_weight_kg
        Only judges. [kg/head, 0.3 to 1500]
    area_ha
        Area of the unit, shape (...); only judges. [ha]
    time_on_land
        MS: share of the manure that falls on the project area, by time; 1 needs no support. [fraction, 0 to 1]

    Returns
    -------
    float or array
        Shape (..., categories). [kg N]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 28; MS is a fraction, though printed as per cent (E-5), and each manure system is kept (E-6).
    """
    refuse_overstocked(population_head, live_weight_kg, area_ha)
    return population_head * excreted_n_kg_per_head_year * manure_share * time_on_land


@equation("vm0042:27", "N2O_md,direct", "t CO2e/ha", vm0042("8.2.10", "27"))
def manure_direct_t_co2e_per_ha(
    *,
    manure_n_kg: ManureN,
    manure_factor_kg_n2o_n_per_kg_n: Annotated[Value, ranges.MANURE_N2O_FACTOR],
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    """Direct nitrous oxide of manure, areal mean.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N, at most 5000 per ha]
    manure_factor_kg_n2o_n_per_kg_n
        Of the manure system; for pasture EF3_PRP of Table 11.1 (E-8). [kg N2O-N/kg N, 0 to 0.15]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
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
    Source: Eq. 27, summed over type, productivity and manure system (E-6).
    """
    emitted = tonnes(mass_kg=summed(manure_n_kg * manure_factor_kg_n2o_n_per_kg_n))
    return per_ha(emitted * N2O_PER_N * gwp_n2o, area_ha)


@equation("vm0042:30", "N2O_md,volat", "t CO2e", vm0042("8.2.10", "30"))
def manure_volatilised_t_co2e(
    *,
    manure_n_kg: ManureN,
    volatilised_organic_t_per_t: VolatilisedOrganic,
    volatilised_factor_t_n2o_n_per_t_n: VolatilisedFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    """Indirect nitrous oxide of manure nitrogen that went into the air.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N, at most 5000 per ha]
    volatilised_organic_t_per_t
        Frac_GASM. [t N/t N, 0 to 0.6]
    volatilised_factor_t_n2o_n_per_t_n
        EF_Nvolat (EF4). [t N2O-N/t N, 0 to 0.05]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (...), summed over categories. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 30, with the crossing into tonnes that the print leaves out (E-3); E-6, E-7.
    """
    volatilised = tonnes(mass_kg=summed(manure_n_kg)) * volatilised_organic_t_per_t
    return volatilised * volatilised_factor_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o


@equation("vm0042:31", "N2O_md,leach", "t CO2e", vm0042("8.2.10", "31"))
def manure_leached_t_co2e(
    *,
    manure_n_kg: ManureN,
    leached_t_per_t: Leached,
    leached_factor_t_n2o_n_per_t_n: LeachedFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    """Indirect nitrous oxide of manure nitrogen that went into water.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N, at most 5000 per ha]
    leached_t_per_t
        Frac_LEACH: 0 in a dry climate without irrigation other than drip. [t N/t N, 0 or 0.009 to 0.8]
    leached_factor_t_n2o_n_per_t_n
        EF_Nleach (EF5). [t N2O-N/t N, 0 to 0.05]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (...), summed over categories. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 31, with the crossing into tonnes that the print leaves out (E-3); E-6, E-7, E-11.
    """
    leached = tonnes(mass_kg=summed(manure_n_kg)) * leached_t_per_t
    return leached * leached_factor_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o
