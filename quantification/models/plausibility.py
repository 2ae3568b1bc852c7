"""What a modelled stock or gain is held against. A warning at most; it never changes a credit."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Number, Percent
from mollisol.quantification.models.arrays import Numeric


@equation(
    "hassink1997:capacity",
    symbol="C_max",
    unit="g C/kg",
    locator=Locator("Hassink, Plant and Soil 191", "1997"),
)
def fine_fraction_capacity_hassink(*, below_20um_percent: Percent) -> Numeric:
    r"""Return the carbon that particles below 20 um can hold [g C per kg soil].

    Parameters
    ----------
    below_20um_percent
        Share of clay and fine silt. [%]

    Notes
    -----
    .. math:: C_{max} = 4.09 + 0.37 \, f

    Here :math:`f` is ``below_20um_percent``.

    References
    ----------
    hassink1997:capacity — Hassink 1997. Speaks of the fine fraction's carbon, not of all of it.

    Examples
    --------
    >>> print(fine_fraction_capacity_hassink(below_20um_percent=50.0))
    22.59
    """
    return 4.09 + 0.37 * below_20um_percent


@equation(
    "georgiou2022:capacity",
    symbol="MAOC_max",
    unit="g C/kg",
    locator=Locator("Georgiou and others, Nature Communications 13", "2022"),
)
def mineral_capacity_georgiou(*, clay_silt_percent: Percent, per_percent_g_kg: Number = 0.86) -> Numeric:
    r"""Return the largest mineral-associated carbon [g C per kg soil].

    Parameters
    ----------
    clay_silt_percent
        Clay and silt. [%]
    per_percent_g_kg
        0.86 where 2:1 clays dominate, 0.48 where 1:1 clays do. [g C/kg per %]

    Notes
    -----
    .. math:: MAOC_{max} = a \, (clay + silt)

    Here :math:`a` is ``per_percent_g_kg`` and :math:`clay + silt` is ``clay_silt_percent``.

    References
    ----------
    georgiou2022:capacity — Georgiou and others 2022.

    Examples
    --------
    >>> print(mineral_capacity_georgiou(clay_silt_percent=60.0))
    51.6
    """
    return per_percent_g_kg * clay_silt_percent


@equation(
    "four-per-thousand:gain",
    symbol="g",
    unit="per thousand per yr",
    locator=Locator("4 per 1000 initiative", "2015"),
)
def yearly_gain_per_thousand(*, end_t_ha: Amount, start_t_ha: AboveZero, years: AboveZero) -> Numeric:
    r"""Return the mean yearly gain in thousandths of the starting stock [per thousand per yr].

    Parameters
    ----------
    end_t_ha, start_t_ha
        Stocks of one depth. [t C/ha]
    years
        Time between them. [yr]

    Notes
    -----
    .. math:: g = \frac{1000}{T} \cdot \frac{S_{end} - S_{start}}{S_{start}}

    Here :math:`S_{end}` is ``end_t_ha``, :math:`S_{start}` is ``start_t_ha`` and :math:`T` is ``years``.

    References
    ----------
    four-per-thousand:gain — the target is 4; Poulton and others 2018 take 7 for 0-23 cm as its equal.

    Examples
    --------
    >>> print(yearly_gain_per_thousand(end_t_ha=52.0, start_t_ha=50.0, years=10.0))
    4.0
    """
    return 1000.0 * (np.asarray(end_t_ha) - start_t_ha) / start_t_ha / years


@equation("plausibility:concentration", symbol="c", unit="g C/kg", locator=Locator("Unit conversion", ""))
def stock_to_concentration(
    *, soc_t_ha: Amount, bulk_density_g_cm3: AboveZero, depth_cm: AboveZero
) -> Numeric:
    r"""Return the carbon concentration of a stock, to hold it against a capacity [g C/kg].

    Parameters
    ----------
    soc_t_ha
        Stock. [t C/ha]
    bulk_density_g_cm3, depth_cm
        Of its layer. [g/cm3, cm]

    Notes
    -----
    .. math:: c = \frac{10 \, SOC}{BD \, h}

    Here :math:`SOC` is ``soc_t_ha``, :math:`BD` is ``bulk_density_g_cm3`` and :math:`h` is ``depth_cm``.

    References
    ----------
    plausibility:concentration — 1 t/ha in a layer of 1 cm and 1 g/cm3 is 10 g/kg.

    Examples
    --------
    >>> print(stock_to_concentration(soc_t_ha=39.0, bulk_density_g_cm3=1.3, depth_cm=30.0))
    10.0
    """
    return 10.0 * soc_t_ha / (bulk_density_g_cm3 * depth_cm)
