"""Carbon dioxide of fossil fuel and of liming (VM0042 sections 8.2.3 and 8.2.4, Eqs. 6 to 9)."""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Area, per_ha, summed

Lime = Annotated[Value, ranges.LIME_PER_HA]
LimeFactor = Annotated[Value, ranges.LIME_FACTOR]


@equation("vm0042:7", "EFF", "t CO2e", vm0042("8.2.3", "7"))
def fuel_emission_t_co2e(
    *,
    fuel_litre: Annotated[Value, ranges.FUEL_PER_HA],
    fuel_factor_t_co2e_per_litre: Annotated[Value, ranges.FUEL_FACTOR],
    area_ha: Area,
) -> Value:
    r"""Return the emission of each fuel.

    Parameters
    ----------
    fuel_litre
        Fuel burned in the year, shape (..., fuels). [litre]
    fuel_factor_t_co2e_per_litre
        Shape (..., fuels). [t CO2e/litre]
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
    .. math:: EFF_a = FFC_a \, EF_{CO2,a}

    Here :math:`FFC_a` is ``fuel_litre`` and :math:`EF_{CO2,a}` is ``fuel_factor_t_co2e_per_litre``.

    Source: Eq. 7. VM0042 gives 0.002810 for gasoline and 0.002886 for diesel.

    Examples
    --------
    >>> result = fuel_emission_t_co2e(
    ...     fuel_litre=[30000.0, 10000.0], fuel_factor_t_co2e_per_litre=[0.002886, 0.00281], area_ha=100.0
    ... )
    >>> print(result)
    [86.58 28.1 ]
    """
    return fuel_litre * fuel_factor_t_co2e_per_litre


@equation("vm0042:6", "CO2_ff", "t CO2e/ha", vm0042("8.2.3", "6"))
def fossil_fuel_t_co2e_per_ha(
    *, fuel_emission_t_co2e: Annotated[Value, ranges.FUEL_EMISSION_PER_HA], area_ha: Area
) -> Value:
    r"""Return the areal mean of the emission of all fuels.

    Parameters
    ----------
    fuel_emission_t_co2e
        Eq. 7, shape (..., fuels). [t CO2e]
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
    .. math:: CO2_{ff} = \frac{1}{A} \sum_a EFF_a

    Here :math:`EFF_a` is ``fuel_emission_t_co2e`` and :math:`A` is ``area_ha``.

    Source: Eq. 6. The index is the fuel; the text calls it vehicle type in one place.

    Examples
    --------
    >>> print(fossil_fuel_t_co2e_per_ha(fuel_emission_t_co2e=[86.58, 28.1], area_ha=100.0))
    1.1468
    """
    return per_ha(summed(fuel_emission_t_co2e), area_ha)


@equation("vm0042:9", "EL", "t CO2e", vm0042("8.2.4", "9"))
def lime_emission_t_co2e(
    *,
    limestone_t: Lime,
    dolomite_t: Lime,
    limestone_factor_t_c_per_t: LimeFactor,
    dolomite_factor_t_c_per_t: LimeFactor,
    area_ha: Area,
) -> Value:
    r"""Return the emission of carbonate lime.

    Parameters
    ----------
    limestone_t, dolomite_t
        Applied in the year, also as part of mixtures; no oxides or hydroxides. Shape (...). [t]
    limestone_factor_t_c_per_t, dolomite_factor_t_c_per_t
        [t C/t]
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
    .. math:: EL = (M_{Limestone} \, EF_{Limestone} + M_{Dolomite} \, EF_{Dolomite}) \cdot \frac{44}{12}

    Here :math:`M_{Limestone}` is ``limestone_t``, :math:`EF_{Limestone}` is ``limestone_factor_t_c_per_t``,
    :math:`M_{Dolomite}` is ``dolomite_t`` and :math:`EF_{Dolomite}` is ``dolomite_factor_t_c_per_t``.

    Source: Eq. 9, with 44/12. VM0042 gives 0.12 for limestone and 0.13 for dolomite.

    Examples
    --------
    >>> result = lime_emission_t_co2e(
    ...     limestone_t=10.0, dolomite_t=5.0, limestone_factor_t_c_per_t=0.12,
    ...     dolomite_factor_t_c_per_t=0.13, area_ha=10.0
    ... )
    >>> print(result)
    6.783333
    """
    carbon = limestone_t * limestone_factor_t_c_per_t + dolomite_t * dolomite_factor_t_c_per_t
    return carbon * CO2E_PER_C


@equation("vm0042:8", "CO2_lime", "t CO2e/ha", vm0042("8.2.4", "8"))
def liming_t_co2e_per_ha(
    *, lime_emission_t_co2e: Annotated[Value, ranges.LIME_EMISSION_PER_HA], area_ha: Area
) -> Value:
    r"""Return the areal mean of the emission of lime.

    Parameters
    ----------
    lime_emission_t_co2e
        Eq. 9, shape (...). [t CO2e]
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
    .. math:: CO2_{lime} = \frac{EL}{A}

    Here :math:`EL` is ``lime_emission_t_co2e`` and :math:`A` is ``area_ha``.

    Source: Eq. 8.

    Examples
    --------
    >>> print(liming_t_co2e_per_ha(lime_emission_t_co2e=6.783, area_ha=10.0))
    0.6783
    """
    return per_ha(lime_emission_t_co2e, area_ha)
