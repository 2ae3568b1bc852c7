"""From stocks to the changes that enter the totals (VM0042 section 8.5, Eqs. 44 to 47, and condition 7)."""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.provenance import Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import (
    CarbonPerHa,
    Tonnes,
    Years,
    equation,
    vm0042,
)
from mollisol.quantification.checks import FloatArray, Value, ratio

MeanOfUnits = Annotated[FloatArray, Range(unit="t CO2e/ha", least=1)]
AreaOfUnits = Annotated[FloatArray, Range(0, unit="ha", above=True, least=1)]


@equation("mollisol:stock-change", "d", "t CO2e/ha", vm0042("8.5.1", "46 and 47, one difference"))
def stock_change_t_co2e_per_ha(
    *, stock_start_t_c_per_ha: CarbonPerHa, stock_end_t_c_per_ha: CarbonPerHa
) -> Value:
    r"""Return the change of a carbon stock as carbon dioxide.

    Parameters
    ----------
    stock_start_t_c_per_ha, stock_end_t_c_per_ha
        Stocks at one reference soil mass. [t C/ha]

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
    .. math:: d = \frac{44}{12} \, (SOC_{end} - SOC_{start})

    Here :math:`SOC_{end}` is ``stock_end_t_c_per_ha`` and :math:`SOC_{start}` is ``stock_start_t_c_per_ha``.

    Source: Eqs. 46 and 47, which want t CO2e/ha; 44/12 is applied once, here.

    Examples
    --------
    >>> result = stock_change_t_co2e_per_ha(
    ...     stock_start_t_c_per_ha=[40.0, 50.0], stock_end_t_c_per_ha=[43.0, 44.0]
    ... )
    >>> print(result)
    [ 11. -22.]
    """
    return (stock_end_t_c_per_ha - stock_start_t_c_per_ha) * CO2E_PER_C


def _yearly_total(change: FloatArray, years: Value, area_ha: FloatArray) -> Value:
    if area_ha.shape[-1] != change.shape[-1]:
        raise ValueError(
            f"area_ha must hold one area per unit: {change.shape[-1]} units, {area_ha.shape[-1]} areas"
        )
    total: FloatArray = (ratio("years", change, years) * area_ha).sum(axis=-1)
    return total


@equation("vm0042:46", "dCO2_soil_bsl,t", "t CO2e", vm0042("8.5.1", "46"))
def baseline_soil_change_t_co2e(
    *, mean_change_t_co2e_per_ha: MeanOfUnits, years: Years, area_ha: AreaOfUnits
) -> Value:
    r"""Return the change of the soil stock per year in the baseline scenario, over all units.

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
    .. math:: \Delta CO2_{soil,bsl,t} = \sum_i \frac{d_{bsl,i}}{T} \, A_i

    Here :math:`d_{bsl,i}` is ``mean_change_t_co2e_per_ha``, :math:`T` is ``years`` and :math:`A_i` is
    ``area_ha``.

    Source: Eq. 46; ``years`` lie between the two stock states, which may not be the whole period (E-21).

    Examples
    --------
    >>> result = baseline_soil_change_t_co2e(
    ...     mean_change_t_co2e_per_ha=[3.0, 6.0], years=5.0, area_ha=[10.0, 20.0]
    ... )
    >>> print(result)
    30.0
    """
    return _yearly_total(mean_change_t_co2e_per_ha, years, area_ha)


@equation("vm0042:47", "dCO2_soil_wp,t", "t CO2e", vm0042("8.5.1", "47"))
def project_soil_change_t_co2e(
    *, mean_change_t_co2e_per_ha: MeanOfUnits, years: Years, area_ha: AreaOfUnits
) -> Value:
    r"""Return the change of the soil stock per year in the project scenario, over all units.

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
    .. math:: \Delta CO2_{soil,wp,t} = \sum_i \frac{d_{wp,i}}{T} \, A_i

    Here :math:`d_{wp,i}` is ``mean_change_t_co2e_per_ha``, :math:`T` is ``years`` and :math:`A_i` is
    ``area_ha``.

    Source: Eq. 47; ``years`` lie between the two stock states, which may not be the whole period (E-21).

    Examples
    --------
    >>> result = project_soil_change_t_co2e(
    ...     mean_change_t_co2e_per_ha=[3.0, 6.0], years=5.0, area_ha=[10.0, 20.0]
    ... )
    >>> print(result)
    30.0
    """
    return _yearly_total(mean_change_t_co2e_per_ha, years, area_ha)


@equation("vm0042:condition-7", "dCO2_soil_wp,t", "t CO2e", vm0042("4, condition 7"))
def less_biochar_carbon_t_co2e(
    *, project_soil_change_t_co2e: Tonnes, biochar_carbon_t: Annotated[Value, Range(0, unit="t C")]
) -> Value:
    r"""Return the project change of the soil stock without the carbon brought in as biochar.

    Parameters
    ----------
    project_soil_change_t_co2e
        Change of the project scenario. [t CO2e]
    biochar_carbon_t
        Organic carbon of the biochar applied since the last verification. [t C]

    Returns
    -------
    float or array
        Shape of the arguments combined; goes into Eq. 45. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta CO2_{soil,wp,t}' = \Delta CO2_{soil,wp,t} - \frac{44}{12} \, C_{biochar,t}

    Here :math:`\Delta CO2_{soil,wp,t}` is ``project_soil_change_t_co2e`` and :math:`C_{biochar,t}` is
    ``biochar_carbon_t``.

    Source: condition 7 has no equation of its own (E-20); taken off before the deduction.

    Examples
    --------
    >>> print(less_biochar_carbon_t_co2e(project_soil_change_t_co2e=500.0, biochar_carbon_t=12.0))
    456.0
    """
    return project_soil_change_t_co2e - biochar_carbon_t * CO2E_PER_C
