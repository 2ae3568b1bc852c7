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
    r"""Return the nitrogen in the manure of each category in a year.

    Parameters
    ----------
    population_head
        Shape (..., livestock type x productivity system x manure system); the heads of a herd stand again at each
        manure system. [head]
    excreted_n_kg_per_head_year
        Nex. [kg N/(head yr)]
    manure_share
        AWMS: share of the manure in the system. [fraction]
    live_weight_kg
        Only judges. [kg/head]
    area_ha
        Area of the unit, shape (...); only judges. [ha]
    time_on_land
        MS: share of the manure that falls on the project area, by time; 1 needs no support. [fraction]

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
    .. math:: F_{manure,l,S} = P_l \, Nex_l \, AWMS_{l,S} \, MS_l

    Here :math:`P_l` is ``population_head``, :math:`Nex_l` is ``excreted_n_kg_per_head_year``,
    :math:`AWMS_{l,S}` is ``manure_share`` and :math:`MS_l` is ``time_on_land``.

    Source: Eq. 28; MS is a fraction, though printed as per cent (E-5), and each manure system is kept (E-6).

    Examples
    --------
    >>> result = manure_nitrogen_kg(
    ...     population_head=160.0, excreted_n_kg_per_head_year=3.504, manure_share=1.0,
    ...     live_weight_kg=30.0, area_ha=1.0
    ... )
    >>> print(result)
    560.64
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
    r"""Return the direct nitrous oxide of manure, areal mean.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N]
    manure_factor_kg_n2o_n_per_kg_n
        Of the manure system; for pasture EF3_PRP of Table 11.1 (E-8). [kg N2O-N/kg N]
    gwp_n2o
        [t CO2e/t N2O]
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
    .. math::

        N2O_{md,direct} = \frac{GWP_{N2O} \cdot \frac{44}{28} \sum_{l,S} F_{manure,l,S} \, EF_{l,S}}{1000 \, A}

    Here :math:`F_{manure,l,S}` is ``manure_n_kg``, :math:`EF_{l,S}` is ``manure_factor_kg_n2o_n_per_kg_n``,
    :math:`GWP_{N2O}` is ``gwp_n2o`` and :math:`A` is ``area_ha``.

    Source: Eq. 27, summed over type, productivity and manure system (E-6).

    Examples
    --------
    >>> result = manure_direct_t_co2e_per_ha(
    ...     manure_n_kg=560.64, manure_factor_kg_n2o_n_per_kg_n=0.003, gwp_n2o=265.0, area_ha=1.0
    ... )
    >>> print(result)
    0.7003995
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
    r"""Return the indirect nitrous oxide of manure nitrogen that went into the air.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N]
    volatilised_organic_t_per_t
        Frac_GASM. [t N/t N]
    volatilised_factor_t_n2o_n_per_t_n
        EF_Nvolat (EF4). [t N2O-N/t N]
    gwp_n2o
        [t CO2e/t N2O]
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
    .. math::

        N2O_{md,volat} = \frac{\sum F_{manure}}{1000} \, Frac_{GASM} \, EF_{volat} \cdot \frac{44}{28} \,
        GWP_{N2O}

    Here :math:`F_{manure}` is ``manure_n_kg``, :math:`Frac_{GASM}` is ``volatilised_organic_t_per_t``,
    :math:`EF_{volat}` is ``volatilised_factor_t_n2o_n_per_t_n`` and :math:`GWP_{N2O}` is ``gwp_n2o``.

    Source: Eq. 30, with the crossing into tonnes that the print leaves out (E-3); E-6, E-7.

    Examples
    --------
    >>> result = manure_volatilised_t_co2e(
    ...     manure_n_kg=560.64, volatilised_organic_t_per_t=0.21, volatilised_factor_t_n2o_n_per_t_n=0.014,
    ...     gwp_n2o=265.0, area_ha=1.0
    ... )
    >>> print(result)
    0.6863916
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
    r"""Return the indirect nitrous oxide of manure nitrogen that went into water.

    Parameters
    ----------
    manure_n_kg
        Eq. 28, shape (..., categories). [kg N]
    leached_t_per_t
        Frac_LEACH: 0 in a dry climate without irrigation other than drip. [t N/t N]
    leached_factor_t_n2o_n_per_t_n
        EF_Nleach (EF5). [t N2O-N/t N]
    gwp_n2o
        [t CO2e/t N2O]
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
    .. math::

        N2O_{md,leach} = \frac{\sum F_{manure}}{1000} \, Frac_{LEACH} \, EF_{leach} \cdot \frac{44}{28} \,
        GWP_{N2O}

    Here :math:`F_{manure}` is ``manure_n_kg``, :math:`Frac_{LEACH}` is ``leached_t_per_t``, :math:`EF_{leach}`
    is ``leached_factor_t_n2o_n_per_t_n`` and :math:`GWP_{N2O}` is ``gwp_n2o``.

    Source: Eq. 31, with the crossing into tonnes that the print leaves out (E-3); E-6, E-7, E-11.

    Examples
    --------
    >>> result = manure_leached_t_co2e(
    ...     manure_n_kg=560.64, leached_t_per_t=0.24, leached_factor_t_n2o_n_per_t_n=0.011, gwp_n2o=265.0,
    ...     area_ha=1.0
    ... )
    >>> print(result)
    0.6163516
    """
    leached = tonnes(mass_kg=summed(manure_n_kg)) * leached_t_per_t
    return leached * leached_factor_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o
