"""Nitrous oxide of manure deposited and managed (VM0042 section 8.2.10, Eqs. 27, 28, 30 and 31).

The nitrogen of manure is in kilograms, which is what Eq. 28 gives; it crosses into tonnes once, at the end of each of
Eqs. 27, 30 and 31. The document labels it tonnes and divides by 1000 in Eq. 27 only (E-3).
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.fertilizer_n2o import N2O_PER_N
from mollisol.quantification.sources.livestock_methane import herd, per_weight
from mollisol.quantification.sources.ranges import amount, area_of, by_category, like, per_ha, summed, within
from mollisol.quantification.unit_crossing import tonnes


def _manure_nitrogen(value: ArrayLike, area: FloatArray) -> FloatArray:
    return amount("manure_n_kg", value, area, ranges.MANURE_N_PER_HA)


@equation(
    "vm0042:28",
    symbol="F_manure",
    unit="kg N",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="28"),
)
def manure_nitrogen_kg(
    *,
    population_head: ArrayLike,
    excreted_n_kg_per_head_year: ArrayLike,
    manure_share: ArrayLike,
    live_weight_kg: ArrayLike,
    area_ha: ArrayLike,
    time_on_land: ArrayLike = 1.0,
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
    heads = herd(population_head, live_weight_kg, area_of(area_ha))
    excreted = per_weight(
        "excreted_n_kg_per_head_year",
        excreted_n_kg_per_head_year,
        ranges.EXCRETED_N,
        live_weight_kg,
        ranges.EXCRETED_N_PER_WEIGHT,
    )
    share = by_category("manure_share", manure_share, ranges.SHARE)
    time = by_category("time_on_land", time_on_land, ranges.SHARE)
    together(
        population_head=heads, excreted_n_kg_per_head_year=excreted, manure_share=share, time_on_land=time
    )
    return like(
        heads * excreted * share * time,
        population_head,
        excreted_n_kg_per_head_year,
        manure_share,
        time_on_land,
        area_ha,
    )


@equation(
    "vm0042:27",
    symbol="N2O_md,direct",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="27"),
)
def manure_direct_t_co2e_per_ha(
    *,
    manure_n_kg: ArrayLike,
    manure_factor_kg_n2o_n_per_kg_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
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
    area = area_of(area_ha)
    nitrogen = _manure_nitrogen(manure_n_kg, area)
    factor = by_category(
        "manure_factor_kg_n2o_n_per_kg_n", manure_factor_kg_n2o_n_per_kg_n, ranges.MANURE_N2O_FACTOR
    )
    together(manure_n_kg=nitrogen, manure_factor_kg_n2o_n_per_kg_n=factor)
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(gwp_n2o=potential, area_ha=area)
    return per_ha(tonnes(mass_kg=summed(nitrogen * factor)) * N2O_PER_N * potential, area)


@equation(
    "vm0042:30",
    symbol="N2O_md,volat",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="30"),
)
def manure_volatilised_t_co2e(
    *,
    manure_n_kg: ArrayLike,
    volatilised_organic_t_per_t: ArrayLike,
    volatilised_factor_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
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
    nitrogen = _manure_nitrogen(manure_n_kg, area_of(area_ha))
    fraction = within("volatilised_organic_t_per_t", volatilised_organic_t_per_t, ranges.VOLATILISED_ORGANIC)
    factor = within(
        "volatilised_factor_t_n2o_n_per_t_n",
        volatilised_factor_t_n2o_n_per_t_n,
        ranges.VOLATILISED_N2O_FACTOR,
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(fraction=fraction, factor=factor, gwp_n2o=potential, manure_n_kg=summed(nitrogen))
    return tonnes(mass_kg=summed(nitrogen)) * fraction * factor * N2O_PER_N * potential


@equation(
    "vm0042:31",
    symbol="N2O_md,leach",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="31"),
)
def manure_leached_t_co2e(
    *,
    manure_n_kg: ArrayLike,
    leached_t_per_t: ArrayLike,
    leached_factor_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
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
    nitrogen = _manure_nitrogen(manure_n_kg, area_of(area_ha))
    leached = within("leached_t_per_t", leached_t_per_t, ranges.LEACHED)
    factor = within(
        "leached_factor_t_n2o_n_per_t_n", leached_factor_t_n2o_n_per_t_n, ranges.LEACHED_N2O_FACTOR
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(leached_t_per_t=leached, factor=factor, gwp_n2o=potential, manure_n_kg=summed(nitrogen))
    return tonnes(mass_kg=summed(nitrogen)) * leached * factor * N2O_PER_N * potential
