"""The crossings from kilograms to tonnes and from carbon to CO2e, each in one place."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import CO2E_PER_C, KG_PER_T
from mollisol.quantification.checks import Value, finite


@equation("mollisol:kg-to-t", symbol="M", unit="t", locator=Locator("mollisol", "0.1", section="units"))
def tonnes(*, mass_kg: ArrayLike) -> Value:
    """Mass in tonnes.

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
    Source: units alone.
    """
    return finite("mass_kg", mass_kg) / KG_PER_T


@equation(
    "mollisol:c-to-co2e", symbol="S", unit="t CO2e/ha", locator=Locator("VM0042", "2.2", section="8.5.1")
)
def stock_t_co2e_per_ha(*, stock_t_c_per_ha: ArrayLike) -> Value:
    """Stock as carbon dioxide, 44/12 of the carbon.

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
    Source: section 8.5.1; a variance takes the factor squared.
    """
    return finite("stock_t_c_per_ha", stock_t_c_per_ha) * CO2E_PER_C
