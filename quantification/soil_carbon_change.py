"""From stocks to the changes that enter the totals (VM0042 section 8.5, Eqs. 44 to 47, and condition 7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray, Value, at_least, finite, positive, ratio, row, together


@equation(
    "mollisol:stock-change",
    symbol="d",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="46 and 47, one difference"),
)
def stock_change_t_co2e_per_ha(
    *, stock_start_t_c_per_ha: ArrayLike, stock_end_t_c_per_ha: ArrayLike
) -> Value:
    """Change of a carbon stock as carbon dioxide.

    Parameters
    ----------
    stock_start_t_c_per_ha, stock_end_t_c_per_ha
        Stocks at one reference soil mass. [t C/ha, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined; above 0 for a gain. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eqs. 46 and 47, which want t CO2e/ha; 44/12 is applied once, here.
    """
    start = finite("stock_start_t_c_per_ha", stock_start_t_c_per_ha)
    end = finite("stock_end_t_c_per_ha", stock_end_t_c_per_ha)
    together(stock_start_t_c_per_ha=start, stock_end_t_c_per_ha=end)
    return (end - start) * CO2E_PER_C


def annual_total_change_t_co2e(
    *, mean_change_t_co2e_per_ha: ArrayLike, years: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Change of the soil stock per year over all units: the shared body of Eqs. 46 and 47.

    Parameters
    ----------
    mean_change_t_co2e_per_ha
        Mean change over the period by quantification unit, shape (units,) or (draws, units). [t CO2e/ha]
    years
        Years between the two stock states, one number or by unit. [years, above 0]
    area_ha
        Area by unit, shape (units,). [ha, above 0]

    Returns
    -------
    float or array
        Sum over the last axis. [t CO2e per year]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.
    """
    change = row("mean_change_t_co2e_per_ha", finite("mean_change_t_co2e_per_ha", mean_change_t_co2e_per_ha))
    length = positive("years", years)
    area = row("area_ha", positive("area_ha", area_ha))
    if area.shape[-1] != change.shape[-1]:
        raise ValueError(
            f"area_ha must hold one area per unit: {change.shape[-1]} units, {area.shape[-1]} areas"
        )
    together(mean_change_t_co2e_per_ha=change, years=length, area_ha=area)
    total: FloatArray = (ratio("years", change, length) * area).sum(axis=-1)
    return total


@equation(
    "vm0042:46",
    symbol="dCO2_soil_bsl,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="46"),
)
def baseline_soil_change_t_co2e(
    *, mean_change_t_co2e_per_ha: ArrayLike, years: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Change of the soil stock per year in the baseline scenario, over all units.

    Parameters
    ----------
    mean_change_t_co2e_per_ha, years, area_ha
        As in :func:`annual_total_change_t_co2e`. [t CO2e/ha, years, ha]

    Returns
    -------
    float or array
        Sum over units. [t CO2e per year]

    Raises
    ------
    ValueError
        As in :func:`annual_total_change_t_co2e`.

    Notes
    -----
    Source: Eq. 46; ``years`` lie between the two stock states, which may not be the whole period (E-21).
    """
    return annual_total_change_t_co2e(
        mean_change_t_co2e_per_ha=mean_change_t_co2e_per_ha, years=years, area_ha=area_ha
    )


@equation(
    "vm0042:47",
    symbol="dCO2_soil_wp,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="47"),
)
def project_soil_change_t_co2e(
    *, mean_change_t_co2e_per_ha: ArrayLike, years: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Change of the soil stock per year in the project scenario, over all units.

    Parameters
    ----------
    mean_change_t_co2e_per_ha, years, area_ha
        As in :func:`annual_total_change_t_co2e`. [t CO2e/ha, years, ha]

    Returns
    -------
    float or array
        Sum over units. [t CO2e per year]

    Raises
    ------
    ValueError
        As in :func:`annual_total_change_t_co2e`.

    Notes
    -----
    Source: Eq. 47; ``years`` lie between the two stock states, which may not be the whole period (E-21).
    """
    return annual_total_change_t_co2e(
        mean_change_t_co2e_per_ha=mean_change_t_co2e_per_ha, years=years, area_ha=area_ha
    )


@equation(
    "vm0042:condition-7",
    symbol="dCO2_soil_wp,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="4, condition 7"),
)
def less_biochar_carbon_t_co2e(
    *, project_soil_change_t_co2e: ArrayLike, biochar_carbon_t: ArrayLike
) -> Value:
    """Project change of the soil stock without the carbon brought in as biochar.

    Parameters
    ----------
    project_soil_change_t_co2e
        Change of the project scenario. [t CO2e, finite]
    biochar_carbon_t
        Organic carbon of the biochar applied since the last verification. [t C, 0 or more]

    Returns
    -------
    float or array
        Shape of the arguments combined; goes into Eq. 45. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: condition 7 has no equation of its own (E-20); taken off before the deduction.
    """
    change = finite("project_soil_change_t_co2e", project_soil_change_t_co2e)
    biochar = at_least("biochar_carbon_t", biochar_carbon_t, 0.0)
    together(project_soil_change_t_co2e=change, biochar_carbon_t=biochar)
    return change - biochar * CO2E_PER_C


def adjusted_change_t_co2e(
    *,
    soil_change_t_co2e: ArrayLike,
    uncertainty_fraction: ArrayLike,
    project_minus_baseline_t_co2e: ArrayLike,
    tree_change_t_co2e: ArrayLike = 0.0,
    shrub_change_t_co2e: ArrayLike = 0.0,
) -> Value:
    """Change of all stocks of a scenario after the deduction: the shared body of Eqs. 44 and 45.

    Parameters
    ----------
    soil_change_t_co2e
        Soil change of this scenario. [t CO2e, finite]
    uncertainty_fraction
        Eq. 74 as a fraction, not in per cent; it has no upper bound and is below 0 only where the printed
        form divides by a mean loss. [fraction, finite]
    project_minus_baseline_t_co2e
        Project less baseline soil change, whose sign decides whether the factor shrinks or grows. [t CO2e]
    tree_change_t_co2e, shrub_change_t_co2e
        Woody biomass of this scenario; it carries no deduction. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.
    """
    soil = finite("soil_change_t_co2e", soil_change_t_co2e)
    fraction = finite("uncertainty_fraction", uncertainty_fraction)
    effect = finite("project_minus_baseline_t_co2e", project_minus_baseline_t_co2e)
    tree = finite("tree_change_t_co2e", tree_change_t_co2e)
    shrub = finite("shrub_change_t_co2e", shrub_change_t_co2e)
    together(
        soil_change_t_co2e=soil,
        uncertainty_fraction=fraction,
        project_minus_baseline_t_co2e=effect,
        tree_change_t_co2e=tree,
        shrub_change_t_co2e=shrub,
    )
    sign = np.where(effect >= 0, 1.0, -1.0)
    return soil * (1 - fraction * sign) + tree + shrub


@equation(
    "vm0042:44",
    symbol="dCO2_bsl,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="44"),
)
def baseline_change_after_deduction(
    *,
    soil_change_t_co2e: ArrayLike,
    uncertainty_fraction: ArrayLike,
    project_minus_baseline_t_co2e: ArrayLike,
    tree_change_t_co2e: ArrayLike = 0.0,
    shrub_change_t_co2e: ArrayLike = 0.0,
) -> Value:
    """Change of the baseline's stocks after the deduction.

    Parameters
    ----------
    soil_change_t_co2e, uncertainty_fraction, project_minus_baseline_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e, fraction, t CO2e]
    tree_change_t_co2e, shrub_change_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        As in :func:`adjusted_change_t_co2e`.

    Notes
    -----
    Source: Eq. 44. Both scenarios take the same factor: below 1 where the project does better, else above 1.
    """
    return adjusted_change_t_co2e(
        soil_change_t_co2e=soil_change_t_co2e,
        uncertainty_fraction=uncertainty_fraction,
        project_minus_baseline_t_co2e=project_minus_baseline_t_co2e,
        tree_change_t_co2e=tree_change_t_co2e,
        shrub_change_t_co2e=shrub_change_t_co2e,
    )


@equation(
    "vm0042:45",
    symbol="dCO2_wp,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="45"),
)
def project_change_after_deduction(
    *,
    soil_change_t_co2e: ArrayLike,
    uncertainty_fraction: ArrayLike,
    project_minus_baseline_t_co2e: ArrayLike,
    tree_change_t_co2e: ArrayLike = 0.0,
    shrub_change_t_co2e: ArrayLike = 0.0,
) -> Value:
    """Change of the project's stocks after the deduction.

    Parameters
    ----------
    soil_change_t_co2e, uncertainty_fraction, project_minus_baseline_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e, fraction, t CO2e]
    tree_change_t_co2e, shrub_change_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        As in :func:`adjusted_change_t_co2e`.

    Notes
    -----
    Source: Eq. 45. Both scenarios take the same factor: below 1 where the project does better, else above 1.
    """
    return adjusted_change_t_co2e(
        soil_change_t_co2e=soil_change_t_co2e,
        uncertainty_fraction=uncertainty_fraction,
        project_minus_baseline_t_co2e=project_minus_baseline_t_co2e,
        tree_change_t_co2e=tree_change_t_co2e,
        shrub_change_t_co2e=shrub_change_t_co2e,
    )
