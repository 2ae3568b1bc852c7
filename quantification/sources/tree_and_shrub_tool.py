"""The core of the CDM tool for carbon in trees and shrubs, its discount, and the average of harvested stands.

The tool is AR-TOOL14 04.2. FROM MEMORY is the long-term-average rule of the VCS documents; its locator says so.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import CO2E_PER_C, PERCENT_PER_FRACTION
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import FloatArray, Value
from mollisol.quantification.sources.ranges import WOODY_STOCK, Area, Share, summed

TREE_BIOMASS = Range(0, 1200, "t d.m./ha")
SHRUB_BIOMASS = Range(0, 150, "t d.m./ha")
CARBON_FRACTION = Range(0.35, 0.6, "t C/t d.m.")
ROOT_TO_SHOOT = Range(0.05, 3, "t d.m./t d.m.")
BIOMASS_RATIO = Range(0.011, 1, "(a fraction)")

CarbonFraction = Annotated[Value, CARBON_FRACTION]
Advantage = Annotated[Value, Range(-WOODY_STOCK.high, WOODY_STOCK.high, "t CO2e/ha")]
_TREES = Locator("CDM AR-TOOL14", "04.2", "carbon in trees")
_SHRUBS = Locator("CDM AR-TOOL14", "04.2", "carbon in shrubs")
_AVERAGE = Locator("VCS Methodology Requirements", "from memory", "3.6")


@equation("ar-tool14:tree-stock", "C_TREE", "t CO2e", _TREES)
def tree_stock_t_co2e(
    *,
    tree_biomass_t_dm_per_ha: Annotated[Value, TREE_BIOMASS],
    area_ha: Area,
    carbon_fraction: CarbonFraction,
) -> Value:
    r"""Return the carbon stock of trees over the strata of a unit.

    Parameters
    ----------
    tree_biomass_t_dm_per_ha
        Above and below ground, shape (..., strata). [t d.m./ha]
    area_ha
        Areas of the strata, shape (..., strata). [ha]
    carbon_fraction
        0.47 by default of the tool. [t C/t d.m.]

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
    .. math:: C_{TREE} = \frac{44}{12} \sum_i b_{TREE,i} \, A_i \, CF_{TREE}

    Here :math:`b_{TREE,i}` is ``tree_biomass_t_dm_per_ha``, :math:`A_i` is ``area_ha`` and :math:`CF_{TREE}` is
    ``carbon_fraction``.

    Source: AR-TOOL14 04.2.

    Examples
    --------
    >>> result = tree_stock_t_co2e(
    ...     tree_biomass_t_dm_per_ha=[40.0, 10.0], area_ha=[2.0, 8.0], carbon_fraction=0.47
    ... )
    >>> print(result)
    275.7333
    """
    return (summed(tree_biomass_t_dm_per_ha * area_ha * carbon_fraction) * CO2E_PER_C)[()]


@equation("ar-tool14:shrub-biomass", "b_SHRUB", "t d.m./ha", _SHRUBS)
def shrub_biomass_t_dm_per_ha(
    *,
    forest_biomass_t_dm_per_ha: Annotated[Value, TREE_BIOMASS],
    biomass_ratio: Annotated[Value, BIOMASS_RATIO],
    crown_cover: Share,
) -> Value:
    r"""Return the above-ground biomass of shrubs from that of the forest of the region.

    Parameters
    ----------
    forest_biomass_t_dm_per_ha
        Default above-ground biomass of forest. [t d.m./ha]
    biomass_ratio
        Shrub at full cover to forest; 0.10 by default of the tool. [fraction]
    crown_cover
        Of the shrubs; below 0.05 the stock may be taken as 0. [fraction]

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
    .. math:: b_{SHRUB} = BDR_{SF} \, b_{FOREST} \, CC_{SHRUB}

    Here :math:`BDR_{SF}` is ``biomass_ratio``, :math:`b_{FOREST}` is ``forest_biomass_t_dm_per_ha`` and
    :math:`CC_{SHRUB}` is ``crown_cover``.

    Source: AR-TOOL14 04.2.

    Examples
    --------
    >>> result = shrub_biomass_t_dm_per_ha(
    ...     forest_biomass_t_dm_per_ha=120.0, biomass_ratio=0.1, crown_cover=0.3
    ... )
    >>> print(result)
    3.6
    """
    return biomass_ratio * forest_biomass_t_dm_per_ha * crown_cover


@equation("ar-tool14:shrub-stock", "C_SHRUB", "t CO2e", _SHRUBS)
def shrub_stock_t_co2e(
    *,
    shrub_biomass_t_dm_per_ha: Annotated[Value, SHRUB_BIOMASS],
    area_ha: Area,
    carbon_fraction: CarbonFraction,
    root_to_shoot: Annotated[Value, ROOT_TO_SHOOT],
) -> Value:
    r"""Return the carbon stock of shrubs over the strata of a unit.

    Parameters
    ----------
    shrub_biomass_t_dm_per_ha
        Above ground, shape (..., strata). [t d.m./ha]
    area_ha
        Areas of the strata, shape (..., strata). [ha]
    carbon_fraction
        0.47 by default of the tool. [t C/t d.m.]
    root_to_shoot
        0.40 by default of the tool. [t d.m./t d.m.]

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
    .. math:: C_{SHRUB} = \frac{44}{12} \sum_i b_{SHRUB,i} \, A_i \, CF_S \, (1 + R_S)

    Here :math:`b_{SHRUB,i}` is ``shrub_biomass_t_dm_per_ha``, :math:`A_i` is ``area_ha``, :math:`CF_S` is
    ``carbon_fraction`` and :math:`R_S` is ``root_to_shoot``.

    Source: AR-TOOL14 04.2.

    Examples
    --------
    >>> result = shrub_stock_t_co2e(
    ...     shrub_biomass_t_dm_per_ha=[3.6, 1.2], area_ha=[5.0, 10.0], carbon_fraction=0.47,
    ...     root_to_shoot=0.4
    ... )
    >>> print(result)
    72.38
    """
    above_ground = shrub_biomass_t_dm_per_ha * area_ha * carbon_fraction
    return (summed(above_ground * (1 + root_to_shoot)) * CO2E_PER_C)[()]


@equation(
    "ar-tool14:discount", "C after the discount", "t CO2e/ha", Locator("CDM AR-TOOL14", "04.2", "Appendix 2")
)
def discounted_stock_t_co2e_per_ha(
    *,
    stock_t_co2e_per_ha: Annotated[Value, WOODY_STOCK],
    uncertainty_percent: Annotated[Value, Range(0, 1000, "per cent")],
    direction: Annotated[Value, Range(-1, 1, "1", whole=True)],
) -> Value:
    r"""Return a woody stock after the tool's discount for its uncertainty.

    Parameters
    ----------
    stock_t_co2e_per_ha
        Mean of the unit. [t CO2e/ha]
    uncertainty_percent
        Half-width of its 90 % interval. [per cent of the mean]
    direction
        -1 takes the discount off, 1 adds it. [-1 or 1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: C' = C \, (1 + d \, f(U) \, U / 100)

    Here :math:`C` is ``stock_t_co2e_per_ha``, :math:`U` is ``uncertainty_percent`` and :math:`d` is ``direction``. The
    share :math:`f` is 0 up to 10 %, 0.25 up to 15 %, 0.5 up to 20 %, 0.75 up to 30 % and 1 above.

    Source: AR-TOOL14 04.2, Appendix 2: upward in the baseline, downward in the project.

    Examples
    --------
    >>> result = discounted_stock_t_co2e_per_ha(
    ...     stock_t_co2e_per_ha=40.0, uncertainty_percent=[10.0, 12.0, 20.0, 30.0, 50.0], direction=-1
    ... )
    >>> print(result)
    [40.  38.8 36.  31.  20. ]
    """
    share = np.select(
        [uncertainty_percent <= limit for limit in (10, 15, 20, 30)], [0.0, 0.25, 0.5, 0.75], 1.0
    )
    return np.maximum(
        0.0, stock_t_co2e_per_ha * (1 + direction * share * uncertainty_percent / PERCENT_PER_FRACTION)
    )


@equation("mollisol:woody-areal-stock", "C", "t CO2e/ha", vm0042("8.5.1", "48 to 51, the stocks"))
def woody_stock_t_co2e_per_ha(
    *,
    stock_t_co2e: Annotated[Value, Range(unit="t CO2e"), Range(0, 4000, "t CO2e/ha", divisor="area_ha")],
    area_ha: Area,
) -> Value:
    r"""Return the areal mean of a woody stock over its unit.

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
    .. math:: c = \frac{C}{A}

    Here :math:`C` is ``stock_t_co2e`` and :math:`A` is ``area_ha``.

    Source: hand arithmetic.

    Examples
    --------
    >>> print(woody_stock_t_co2e_per_ha(stock_t_co2e=275.0, area_ha=50.0))
    5.5
    """
    return stock_t_co2e / area_ha


@equation("vcs:long-term-average", "LTA", "t CO2e/ha", _AVERAGE)
def long_term_average_t_co2e_per_ha(
    *,
    project_stock_t_co2e_per_ha: Annotated[FloatArray, Range(0, WOODY_STOCK.high, "t CO2e/ha", least=1)],
    baseline_stock_t_co2e_per_ha: Annotated[Value, WOODY_STOCK],
) -> Value:
    r"""Return the mean advantage of a harvested stand over the years of its cycles.

    Parameters
    ----------
    project_stock_t_co2e_per_ha, baseline_stock_t_co2e_per_ha
        Stock at the end of each year of one or more whole harvest cycles, shape (..., years). [t CO2e/ha]

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
    .. math:: LTA = \frac{1}{n} \sum_{t=1}^{n} (C_{wp,t} - C_{bsl,t})

    Here :math:`C_{wp,t}` is ``project_stock_t_co2e_per_ha`` and :math:`C_{bsl,t}` is
    ``baseline_stock_t_co2e_per_ha``.

    Source: the long-term average of the VCS documents, from memory.

    Examples
    --------
    >>> result = long_term_average_t_co2e_per_ha(
    ...     project_stock_t_co2e_per_ha=[0.0, 20.0, 40.0, 60.0],
    ...     baseline_stock_t_co2e_per_ha=[0.0, 0.0, 4.0, 4.0]
    ... )
    >>> print(result)
    28.0
    """
    average: Value = (project_stock_t_co2e_per_ha - baseline_stock_t_co2e_per_ha).mean(axis=-1)[()]
    return average


@equation("vcs:long-term-average-cap", "C_credited", "t CO2e/ha", _AVERAGE)
def stock_up_to_average_t_co2e_per_ha(
    *, advantage_t_co2e_per_ha: Advantage, long_term_average_t_co2e_per_ha: Advantage
) -> Value:
    r"""Return the part of a harvested stand's advantage that counts: no more than its long-term average.

    Parameters
    ----------
    advantage_t_co2e_per_ha
        Project less baseline stock now. [t CO2e/ha]
    long_term_average_t_co2e_per_ha
        [t CO2e/ha]

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
    .. math:: C_{credited} = \min(C_{wp} - C_{bsl}, LTA)

    Here :math:`C_{wp} - C_{bsl}` is ``advantage_t_co2e_per_ha`` and :math:`LTA` is
    ``long_term_average_t_co2e_per_ha``.

    Source: the long-term average of the VCS documents, from memory.

    Examples
    --------
    >>> result = stock_up_to_average_t_co2e_per_ha(
    ...     advantage_t_co2e_per_ha=[10.0, 56.0, -3.0], long_term_average_t_co2e_per_ha=28.0
    ... )
    >>> print(result)
    [10. 28. -3.]
    """
    smaller: Value = np.minimum(advantage_t_co2e_per_ha, long_term_average_t_co2e_per_ha)[()]
    return smaller
