"""Methane of enteric fermentation and of manure (VM0042 sections 8.2.6 and 8.2.7, Eqs. 11 to 13).

One category is one combination of livestock type, productivity system and, for manure, manure system. The live weight
enters Eqs. 11 and 12 only to judge the factors: a yearly factor per kilogram of animal has one order of size over
all species, so that a daily one is refused.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Span, area_of, by_category, per_ha, summed, within
from mollisol.quantification.unit_crossing import tonnes

G_PER_KG = 1000.0
DAYS_PER_YEAR = 365.0
WEIGHT_OF_RATES_KG = 1000.0
"""Rates of excretion are per 1000 kg of animal."""


def herd(population_head: ArrayLike, live_weight_kg: ArrayLike, area_ha: FloatArray) -> FloatArray:
    """Give the heads of each category, judged by the live weight that a hectare can carry.

    Raises
    ------
    ValueError
        For a count below 0, a live weight no animal has, or more than 50 t of animal per hectare.
    """
    heads = by_category("population_head", population_head, Span(0, 1e9, "head"))
    weight = by_category("live_weight_kg", live_weight_kg, ranges.LIVE_WEIGHT)
    together(population_head=heads, live_weight_kg=weight, area_ha=area_ha[..., np.newaxis])
    within(
        "population_head x live_weight_kg / area_ha",
        heads * weight / area_ha[..., np.newaxis],
        ranges.STOCKING,
    )
    return heads


def per_weight(
    name: str, value: ArrayLike, span: Span, live_weight_kg: ArrayLike, judged: Span
) -> FloatArray:
    """Give a yearly figure per head, judged by itself and per kilogram of animal.

    Raises
    ------
    ValueError
        If either is out of range.
    """
    figure = by_category(name, value, span)
    weight = by_category("live_weight_kg", live_weight_kg, ranges.LIVE_WEIGHT)
    together(**{name: figure, "live_weight_kg": weight})
    within(f"{name} / live_weight_kg", figure / weight, judged)
    return figure


@equation(
    "vm0042:11",
    symbol="CH4_ent",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.6", equation="11"),
)
def enteric_methane_t_co2e_per_ha(
    *,
    population_head: ArrayLike,
    enteric_factor_kg_ch4_per_head_year: ArrayLike,
    live_weight_kg: ArrayLike,
    gwp_ch4: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Enteric methane of all livestock, areal mean.

    Parameters
    ----------
    population_head
        Grazing heads over the year, shape (..., livestock type x productivity system). [head]
    enteric_factor_kg_ch4_per_head_year
        Shape (..., categories). [kg CH4/(head yr), 0 or 0.4 to 250]
    live_weight_kg
        Shape (..., categories); only judges. [kg/head, 0.3 to 1500]
    gwp_ch4
        [t CO2e/t CH4, 20 to 40]
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
    Source: Eq. 11, summed over productivity systems too (E-6). The factor is per year: nothing is multiplied by 365.
    """
    area = area_of(area_ha)
    heads = herd(population_head, live_weight_kg, area)
    factor = per_weight(
        "enteric_factor_kg_ch4_per_head_year",
        enteric_factor_kg_ch4_per_head_year,
        ranges.ENTERIC_FACTOR,
        live_weight_kg,
        ranges.ENTERIC_PER_WEIGHT,
    )
    together(population_head=heads, enteric_factor_kg_ch4_per_head_year=factor)
    potential = within("gwp_ch4", gwp_ch4, ranges.GWP_CH4)
    together(gwp_ch4=potential, area_ha=area)
    return per_ha(potential * tonnes(mass_kg=summed(heads * factor)), area)


@equation(
    "vm0042:13",
    symbol="VS",
    unit="kg VS/(head yr)",
    locator=Locator("VM0042", "2.2", section="8.2.7", equation="13"),
)
def volatile_solids_kg_per_head_year(
    *, vs_rate_kg_per_1000_kg_day: ArrayLike, live_weight_kg: ArrayLike
) -> Value:
    """Volatile solids that an animal excretes in a year.

    Parameters
    ----------
    vs_rate_kg_per_1000_kg_day
        [kg VS/(1000 kg animal mass day), 0.8 to 45]
    live_weight_kg
        Mean of the herd. [kg/head, 0.3 to 1500]

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
    Source: Eq. 13, with 365 days; the only place where days become a year.
    """
    rate = within("vs_rate_kg_per_1000_kg_day", vs_rate_kg_per_1000_kg_day, ranges.VS_RATE)
    weight = within("live_weight_kg", live_weight_kg, ranges.LIVE_WEIGHT)
    together(vs_rate_kg_per_1000_kg_day=rate, live_weight_kg=weight)
    return rate * weight / WEIGHT_OF_RATES_KG * DAYS_PER_YEAR


@equation(
    "vm0042:12",
    symbol="CH4_md",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.7", equation="12"),
)
def manure_methane_t_co2e_per_ha(
    *,
    population_head: ArrayLike,
    volatile_solids_kg_per_head_year: ArrayLike,
    manure_share: ArrayLike,
    manure_factor_g_ch4_per_kg_vs: ArrayLike,
    live_weight_kg: ArrayLike,
    gwp_ch4: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Methane of manure deposited and managed, areal mean.

    Parameters
    ----------
    population_head
        Shape (..., livestock type x productivity system x manure system); the heads of a herd stand again at each
        manure system. [head]
    volatile_solids_kg_per_head_year
        Eq. 13. [kg VS/(head yr)]
    manure_share
        AWMS: share of the volatile solids handled in the system inside the project area. [fraction, 0 to 1]
    manure_factor_g_ch4_per_kg_vs
        [g CH4/kg VS, 0 or 0.05 to 350]
    live_weight_kg
        Only judges. [kg/head, 0.3 to 1500]
    gwp_ch4
        [t CO2e/t CH4, 20 to 40]
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
    Source: Eq. 12 with volatile solids per year, as the corrections of June 2026 have it (E-4), summed over type,
    productivity and manure system (E-6). The area divides.
    """
    area = area_of(area_ha)
    heads = herd(population_head, live_weight_kg, area)
    solids = per_weight(
        "volatile_solids_kg_per_head_year",
        volatile_solids_kg_per_head_year,
        ranges.VS_PER_HEAD,
        live_weight_kg,
        ranges.VS_PER_WEIGHT,
    )
    share = by_category("manure_share", manure_share, ranges.SHARE)
    factor = by_category(
        "manure_factor_g_ch4_per_kg_vs", manure_factor_g_ch4_per_kg_vs, ranges.MANURE_CH4_FACTOR
    )
    together(
        population_head=heads,
        volatile_solids_kg_per_head_year=solids,
        manure_share=share,
        manure_factor_g_ch4_per_kg_vs=factor,
    )
    potential = within("gwp_ch4", gwp_ch4, ranges.GWP_CH4)
    together(gwp_ch4=potential, area_ha=area)
    methane_kg = summed(heads * solids * share * factor) / G_PER_KG
    return per_ha(potential * tonnes(mass_kg=methane_kg), area)


@equation(
    "ipcc2019:10.30",
    symbol="Nex",
    unit="kg N/(head yr)",
    locator=Locator("IPCC 2019 Refinement", "2019", section="Vol. 4, 10.5.2", equation="10.30"),
)
def excreted_nitrogen_kg_per_head_year(
    *, n_rate_kg_per_1000_kg_day: ArrayLike, live_weight_kg: ArrayLike
) -> Value:
    """Nitrogen that an animal excretes in a year, from the default rate.

    Parameters
    ----------
    n_rate_kg_per_1000_kg_day
        Table 10.19. [kg N/(1000 kg animal mass day), 0.05 to 4]
    live_weight_kg
        Mean of the herd. [kg/head, 0.3 to 1500]

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
    Source: IPCC Eq. 10.30. VM0042 points to Table 10.19 for Nex, which holds rates; this is the crossing (E-10).
    """
    rate = within("n_rate_kg_per_1000_kg_day", n_rate_kg_per_1000_kg_day, ranges.N_RATE)
    weight = within("live_weight_kg", live_weight_kg, ranges.LIVE_WEIGHT)
    together(n_rate_kg_per_1000_kg_day=rate, live_weight_kg=weight)
    return rate * weight / WEIGHT_OF_RATES_KG * DAYS_PER_YEAR
