"""The crossings from kilograms to tonnes and from carbon to CO2e, each in one place."""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.provenance import Range
from mollisol.methodology.units import CO2E_PER_C, KG_PER_T
from mollisol.quantification.arguments import CarbonPerHa, equation, ours, vm0042
from mollisol.quantification.checks import Value


@equation("mollisol:kg-to-t", "M", "t", ours("units"))
def tonnes(*, mass_kg: Annotated[Value, Range(unit="kg")]) -> Value:
    r"""Return the mass in tonnes.

    Parameters
    ----------
    mass_kg
        Any shape. [kg]

    Returns
    -------
    float or array
        Same shape. [t]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: M_t = \frac{M_{kg}}{1000}

    Here :math:`M_{kg}` is ``mass_kg``.

    Source: units alone.

    Examples
    --------
    >>> print(tonnes(mass_kg=[47360.0, 500.0]))
    [47.36  0.5 ]
    """
    return mass_kg / KG_PER_T


@equation("mollisol:c-to-co2e", "S", "t CO2e/ha", vm0042("8.5.1"))
def stock_t_co2e_per_ha(*, stock_t_c_per_ha: CarbonPerHa) -> Value:
    r"""Return the stock as carbon dioxide, 44/12 of the carbon.

    Parameters
    ----------
    stock_t_c_per_ha
        Any shape. [t C/ha]

    Returns
    -------
    float or array
        Same shape. [t CO2e/ha]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: S_{CO2} = \frac{44}{12} \, S_C

    Here :math:`S_C` is ``stock_t_c_per_ha``.

    Source: section 8.5.1; a variance takes the factor squared.

    Examples
    --------
    >>> print(stock_t_co2e_per_ha(stock_t_c_per_ha=[12.0, 30.0]))
    [ 44. 110.]
    """
    return stock_t_c_per_ha * CO2E_PER_C
