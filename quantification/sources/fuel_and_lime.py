"""Carbon dioxide of fossil fuel and of liming (VM0042 sections 8.2.3 and 8.2.4, Eqs. 6 to 9)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import (
    amount,
    area_of,
    by_category,
    like,
    per_ha,
    summed,
    total,
    within,
)


@equation(
    "vm0042:7", symbol="EFF", unit="t CO2e", locator=Locator("VM0042", "2.2", section="8.2.3", equation="7")
)
def fuel_emission_t_co2e(
    *, fuel_litre: ArrayLike, fuel_factor_t_co2e_per_litre: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Emission of each fuel.

    Parameters
    ----------
    fuel_litre
        Fuel burned in the year, shape (..., fuels). [litre, at most 2000 per ha]
    fuel_factor_t_co2e_per_litre
        Shape (..., fuels). [t CO2e/litre, 0.0005 to 0.004]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (..., fuels). [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 7. VM0042 gives 0.002810 for gasoline and 0.002886 for diesel.
    """
    area = area_of(area_ha)
    fuel = amount("fuel_litre", fuel_litre, area, ranges.FUEL_PER_HA)
    factor = by_category("fuel_factor_t_co2e_per_litre", fuel_factor_t_co2e_per_litre, ranges.FUEL_FACTOR)
    together(fuel_litre=fuel, fuel_factor_t_co2e_per_litre=factor)
    return like(fuel * factor, fuel_litre, fuel_factor_t_co2e_per_litre)


@equation(
    "vm0042:6",
    symbol="CO2_ff",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.3", equation="6"),
)
def fossil_fuel_t_co2e_per_ha(*, fuel_emission_t_co2e: ArrayLike, area_ha: ArrayLike) -> Value:
    """Areal mean of the emission of all fuels.

    Parameters
    ----------
    fuel_emission_t_co2e
        Eq. 7, shape (..., fuels). [t CO2e, at most 5 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...), summed over fuels. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 6. The index is the fuel; the text calls it vehicle type in one place.
    """
    area = area_of(area_ha)
    emission = amount("fuel_emission_t_co2e", fuel_emission_t_co2e, area, ranges.FUEL_EMISSION_PER_HA)
    return per_ha(summed(emission), area)


@equation(
    "vm0042:9", symbol="EL", unit="t CO2e", locator=Locator("VM0042", "2.2", section="8.2.4", equation="9")
)
def lime_emission_t_co2e(
    *,
    limestone_t: ArrayLike,
    dolomite_t: ArrayLike,
    limestone_factor_t_c_per_t: ArrayLike,
    dolomite_factor_t_c_per_t: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Emission of carbonate lime.

    Parameters
    ----------
    limestone_t, dolomite_t
        Applied in the year, also as part of mixtures; no oxides or hydroxides. Shape (...). [t, at most 20 per ha]
    limestone_factor_t_c_per_t, dolomite_factor_t_c_per_t
        [t C/t, 0.05 to 0.14]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 9, with 44/12. VM0042 gives 0.12 for limestone and 0.13 for dolomite.
    """
    area = area_of(area_ha)
    limestone = total("limestone_t", limestone_t, area, ranges.LIME_PER_HA)
    dolomite = total("dolomite_t", dolomite_t, area, ranges.LIME_PER_HA)
    limestone_factor = within("limestone_factor_t_c_per_t", limestone_factor_t_c_per_t, ranges.LIME_FACTOR)
    dolomite_factor = within("dolomite_factor_t_c_per_t", dolomite_factor_t_c_per_t, ranges.LIME_FACTOR)
    together(
        limestone_t=limestone,
        dolomite_t=dolomite,
        limestone_factor_t_c_per_t=limestone_factor,
        dolomite_factor_t_c_per_t=dolomite_factor,
    )
    return (limestone * limestone_factor + dolomite * dolomite_factor) * CO2E_PER_C


@equation(
    "vm0042:8",
    symbol="CO2_lime",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.4", equation="8"),
)
def liming_t_co2e_per_ha(*, lime_emission_t_co2e: ArrayLike, area_ha: ArrayLike) -> Value:
    """Areal mean of the emission of lime.

    Parameters
    ----------
    lime_emission_t_co2e
        Eq. 9, shape (...). [t CO2e, at most 10 per ha]
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
    Source: Eq. 8.
    """
    area = area_of(area_ha)
    emission = total("lime_emission_t_co2e", lime_emission_t_co2e, area, ranges.LIME_EMISSION_PER_HA)
    return per_ha(emission, area)
