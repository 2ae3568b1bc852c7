"""The core of the CDM tool for carbon in trees and shrubs, and the average of harvested stands.

FROM MEMORY: the tool (AR-TOOL14) and the long-term-average rule of the VCS documents were not read. The locators say
so, and whoever uses these equations reports status ``from-memory``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import Value, finite, row, together
from mollisol.quantification.sources.ranges import WOODY_STOCK, Span, area_of, by_category, summed, within

TREE_BIOMASS = Span(0, 1200, "t d.m./ha")
SHRUB_BIOMASS = Span(0, 150, "t d.m./ha")
CARBON_FRACTION = Span(0.35, 0.6, "t C/t d.m.")
ROOT_TO_SHOOT = Span(0.05, 3, "t d.m./t d.m.")
BIOMASS_RATIO = Span(0.011, 1, "(a fraction)")
CROWN_COVER = Span(0, 1, "(a fraction)")
STATUS = "from-memory"


@equation(
    "ar-tool14:tree-stock",
    symbol="C_TREE",
    unit="t CO2e",
    locator=Locator("CDM AR-TOOL14", "from memory", section="carbon in trees"),
)
def tree_stock_t_co2e(
    *, tree_biomass_t_dm_per_ha: ArrayLike, area_ha: ArrayLike, carbon_fraction: ArrayLike
) -> Value:
    """Carbon stock of trees over the strata of a unit.

    Parameters
    ----------
    tree_biomass_t_dm_per_ha
        Above and below ground, shape (..., strata). [t d.m./ha, 0 to 1200]
    area_ha
        Areas of the strata, shape (..., strata). [ha]
    carbon_fraction
        0.47 by default of the tool. [t C/t d.m., 0.35 to 0.6]

    Returns
    -------
    float or array
        Summed over strata. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: AR-TOOL14, from memory.
    """
    biomass = by_category("tree_biomass_t_dm_per_ha", tree_biomass_t_dm_per_ha, TREE_BIOMASS)
    area = np.atleast_1d(area_of(area_ha))
    fraction = np.atleast_1d(within("carbon_fraction", carbon_fraction, CARBON_FRACTION))
    together(tree_biomass_t_dm_per_ha=biomass, area_ha=area, carbon_fraction=fraction)
    return (summed(biomass * area * fraction) * CO2E_PER_C)[()]


@equation(
    "ar-tool14:shrub-biomass",
    symbol="b_SHRUB",
    unit="t d.m./ha",
    locator=Locator("CDM AR-TOOL14", "from memory", section="carbon in shrubs"),
)
def shrub_biomass_t_dm_per_ha(
    *, forest_biomass_t_dm_per_ha: ArrayLike, biomass_ratio: ArrayLike, crown_cover: ArrayLike
) -> Value:
    """Above-ground biomass of shrubs from that of the forest of the region.

    Parameters
    ----------
    forest_biomass_t_dm_per_ha
        Default above-ground biomass of forest. [t d.m./ha, 0 to 1200]
    biomass_ratio
        Shrub at full cover to forest; 0.10 by default of the tool. [fraction, 0.011 to 1]
    crown_cover
        Of the shrubs; below 0.05 the stock may be taken as 0. [fraction, 0 to 1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t d.m./ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: AR-TOOL14, from memory.
    """
    forest = within("forest_biomass_t_dm_per_ha", forest_biomass_t_dm_per_ha, TREE_BIOMASS)
    ratio = within("biomass_ratio", biomass_ratio, BIOMASS_RATIO)
    cover = within("crown_cover", crown_cover, CROWN_COVER)
    together(forest_biomass_t_dm_per_ha=forest, biomass_ratio=ratio, crown_cover=cover)
    return ratio * forest * cover


@equation(
    "ar-tool14:shrub-stock",
    symbol="C_SHRUB",
    unit="t CO2e",
    locator=Locator("CDM AR-TOOL14", "from memory", section="carbon in shrubs"),
)
def shrub_stock_t_co2e(
    *,
    shrub_biomass_t_dm_per_ha: ArrayLike,
    area_ha: ArrayLike,
    carbon_fraction: ArrayLike,
    root_to_shoot: ArrayLike,
) -> Value:
    """Carbon stock of shrubs over the strata of a unit.

    Parameters
    ----------
    shrub_biomass_t_dm_per_ha
        Above ground, shape (..., strata). [t d.m./ha, 0 to 150]
    area_ha
        Areas of the strata, shape (..., strata). [ha]
    carbon_fraction
        0.47 by default of the tool. [t C/t d.m., 0.35 to 0.6]
    root_to_shoot
        0.40 by default of the tool. [t d.m./t d.m., 0.05 to 3]

    Returns
    -------
    float or array
        Summed over strata. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: AR-TOOL14, from memory.
    """
    biomass = by_category("shrub_biomass_t_dm_per_ha", shrub_biomass_t_dm_per_ha, SHRUB_BIOMASS)
    area = np.atleast_1d(area_of(area_ha))
    fraction = np.atleast_1d(within("carbon_fraction", carbon_fraction, CARBON_FRACTION))
    roots = np.atleast_1d(within("root_to_shoot", root_to_shoot, ROOT_TO_SHOOT))
    together(shrub_biomass_t_dm_per_ha=biomass, area_ha=area, carbon_fraction=fraction, root_to_shoot=roots)
    return (summed(biomass * area * fraction * (1 + roots)) * CO2E_PER_C)[()]


@equation(
    "mollisol:woody-areal-stock",
    symbol="C",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="48 to 51, the stocks"),
)
def woody_stock_t_co2e_per_ha(*, stock_t_co2e: ArrayLike, area_ha: ArrayLike) -> Value:
    """Areal mean of a woody stock over its unit.

    Parameters
    ----------
    stock_t_co2e
        Trees or shrubs of the unit, shape (...). [t CO2e, 0 to 4000 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: hand arithmetic.
    """
    area = area_of(area_ha)
    stock = finite("stock_t_co2e", stock_t_co2e)
    together(stock_t_co2e=stock, area_ha=area)
    return within("stock_t_co2e / area_ha", stock / area, WOODY_STOCK)[()]


@equation(
    "vcs:long-term-average",
    symbol="LTA",
    unit="t CO2e/ha",
    locator=Locator("VCS Methodology Requirements", "from memory", section="3.6"),
)
def long_term_average_t_co2e_per_ha(
    *, project_stock_t_co2e_per_ha: ArrayLike, baseline_stock_t_co2e_per_ha: ArrayLike
) -> Value:
    """Mean advantage of a harvested stand over the years of its cycles.

    Parameters
    ----------
    project_stock_t_co2e_per_ha, baseline_stock_t_co2e_per_ha
        Stock at the end of each year of one or more whole harvest cycles, shape (..., years). [t CO2e/ha, 0 to 4000]

    Returns
    -------
    float or array
        Mean over the last axis. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: the long-term average of the VCS documents, from memory.
    """
    project = row(
        "project_stock_t_co2e_per_ha",
        within("project_stock_t_co2e_per_ha", project_stock_t_co2e_per_ha, WOODY_STOCK),
    )
    baseline = within("baseline_stock_t_co2e_per_ha", baseline_stock_t_co2e_per_ha, WOODY_STOCK)
    together(project_stock_t_co2e_per_ha=project, baseline_stock_t_co2e_per_ha=baseline)
    average: Value = (project - baseline).mean(axis=-1)[()]
    return average


@equation(
    "vcs:long-term-average-cap",
    symbol="C_credited",
    unit="t CO2e/ha",
    locator=Locator("VCS Methodology Requirements", "from memory", section="3.6"),
)
def stock_up_to_average_t_co2e_per_ha(
    *, advantage_t_co2e_per_ha: ArrayLike, long_term_average_t_co2e_per_ha: ArrayLike
) -> Value:
    """Part of a harvested stand's advantage that counts: no more than its long-term average.

    Parameters
    ----------
    advantage_t_co2e_per_ha
        Project less baseline stock now. [t CO2e/ha, -4000 to 4000]
    long_term_average_t_co2e_per_ha
        [t CO2e/ha, -4000 to 4000]

    Returns
    -------
    float or array
        The smaller of the two. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: the long-term average of the VCS documents, from memory.
    """
    span = Span(-WOODY_STOCK.high, WOODY_STOCK.high, "t CO2e/ha")
    advantage = within("advantage_t_co2e_per_ha", advantage_t_co2e_per_ha, span)
    average = within("long_term_average_t_co2e_per_ha", long_term_average_t_co2e_per_ha, span)
    together(advantage_t_co2e_per_ha=advantage, long_term_average_t_co2e_per_ha=average)
    smaller: Value = np.minimum(advantage, average)[()]
    return smaller
