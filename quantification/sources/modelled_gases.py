"""Modelled soil methane and nitrous oxide as results with a variance (VM0042 sections 8.2.5 and 8.2.9, Eqs. 10, 15)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Span, within


def _as_co2e(name: str, gas: ArrayLike, span: Span, warming_name: str, warming: ArrayLike) -> Value:
    result = within(name, gas, span)
    potential = within(warming_name, warming, ranges.GWP_CH4 if "ch4" in warming_name else ranges.GWP_N2O)
    together(**{name: result, warming_name: potential})
    return result * (potential**2 if "variance" in name else potential)


@equation(
    "vm0042:10",
    symbol="CH4_soil",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.5", equation="10"),
)
def soil_methane_t_co2e_per_ha(*, soil_ch4_t_per_ha: ArrayLike, gwp_ch4: ArrayLike) -> Value:
    """Modelled methane of anoxic soil as carbon dioxide.

    Parameters
    ----------
    soil_ch4_t_per_ha
        What the model gives for the year, as the gas. [t CH4/ha, -0.05 to 3]
    gwp_ch4
        [t CO2e/t CH4, 20 to 40]

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
    Source: Eq. 10. The list of symbols prints t CO2e/ha for the model's result, which would take the warming
    potential twice; the parameter table says t CH4/ha, and only that is taken (E-2).
    """
    return _as_co2e("soil_ch4_t_per_ha", soil_ch4_t_per_ha, ranges.SOIL_CH4, "gwp_ch4", gwp_ch4)


@equation(
    "vm0042:10-variance",
    symbol="Var(CH4_soil)",
    unit="(t CO2e/ha)2",
    locator=Locator("VM0042", "2.2", section="8.2.5", equation="10, variance"),
)
def soil_methane_variance(*, soil_ch4_variance: ArrayLike, gwp_ch4: ArrayLike) -> Value:
    """Variance of the modelled methane as carbon dioxide.

    Parameters
    ----------
    soil_ch4_variance
        Variance of the model's result. [(t CH4/ha)2, 0 to 9]
    gwp_ch4
        [t CO2e/t CH4, 20 to 40]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: hand arithmetic; the factor of Eq. 10 squared.
    """
    return _as_co2e("soil_ch4_variance", soil_ch4_variance, ranges.SOIL_CH4_VARIANCE, "gwp_ch4", gwp_ch4)


@equation(
    "vm0042:15",
    symbol="N2O_soil",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="15"),
)
def soil_nitrous_oxide_modelled_t_co2e_per_ha(*, soil_n2o_t_per_ha: ArrayLike, gwp_n2o: ArrayLike) -> Value:
    """Modelled nitrous oxide of the soil as carbon dioxide.

    Parameters
    ----------
    soil_n2o_t_per_ha
        What the model gives for the year, as the gas and not as its nitrogen; fertilizer, deposited manure and
        nitrogen-fixing species together, direct and indirect. [t N2O/ha, -0.005 to 0.2]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]

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
    Source: Eq. 15. Eqs. 17 to 31 are not added for the same unit.
    """
    return _as_co2e("soil_n2o_t_per_ha", soil_n2o_t_per_ha, ranges.SOIL_N2O, "gwp_n2o", gwp_n2o)


@equation(
    "vm0042:15-variance",
    symbol="Var(N2O_soil)",
    unit="(t CO2e/ha)2",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="15, variance"),
)
def soil_nitrous_oxide_variance(*, soil_n2o_variance: ArrayLike, gwp_n2o: ArrayLike) -> Value:
    """Variance of the modelled nitrous oxide as carbon dioxide.

    Parameters
    ----------
    soil_n2o_variance
        Variance of the model's result. [(t N2O/ha)2, 0 to 0.04]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: hand arithmetic; the factor of Eq. 15 squared.
    """
    return _as_co2e("soil_n2o_variance", soil_n2o_variance, ranges.SOIL_N2O_VARIANCE, "gwp_n2o", gwp_n2o)
