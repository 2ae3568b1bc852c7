"""Modelled soil methane and nitrous oxide as results with a variance (VM0042 sections 8.2.5 and 8.2.9, Eqs. 10, 15)."""

from __future__ import annotations

from typing import Annotated

from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import GwpCh4, GwpN2o


@equation("vm0042:10", "CH4_soil", "t CO2e/ha", vm0042("8.2.5", "10"))
def soil_methane_t_co2e_per_ha(
    *, soil_ch4_t_per_ha: Annotated[Value, ranges.SOIL_CH4], gwp_ch4: GwpCh4
) -> Value:
    r"""Return the modelled methane of anoxic soil as carbon dioxide.

    Parameters
    ----------
    soil_ch4_t_per_ha
        What the model gives for the year, as the gas. [t CH4/ha]
    gwp_ch4
        [t CO2e/t CH4]

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
    .. math:: CH4_{soil} = f(CH4) \, GWP_{CH4}

    Here :math:`f(CH4)` is ``soil_ch4_t_per_ha`` and :math:`GWP_{CH4}` is ``gwp_ch4``.

    Source: Eq. 10. The list of symbols prints t CO2e/ha for the model's result, which would take the warming
    potential twice; the parameter table says t CH4/ha, and only that is taken (E-2).

    Examples
    --------
    >>> print(soil_methane_t_co2e_per_ha(soil_ch4_t_per_ha=0.1, gwp_ch4=28.0))
    2.8
    """
    return soil_ch4_t_per_ha * gwp_ch4


@equation("vm0042:10-variance", "Var(CH4_soil)", "(t CO2e/ha)2", vm0042("8.2.5", "10, variance"))
def soil_methane_variance(
    *, soil_ch4_variance: Annotated[Value, ranges.SOIL_CH4_VARIANCE], gwp_ch4: GwpCh4
) -> Value:
    r"""Return the variance of the modelled methane as carbon dioxide.

    Parameters
    ----------
    soil_ch4_variance
        Variance of the model's result. [(t CH4/ha)2]
    gwp_ch4
        [t CO2e/t CH4]

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
    .. math:: \operatorname{Var}(CH4_{soil}) = \operatorname{Var}(f(CH4)) \, GWP_{CH4}^2

    Here :math:`\operatorname{Var}(f(CH4))` is ``soil_ch4_variance`` and :math:`GWP_{CH4}` is ``gwp_ch4``.

    Source: hand arithmetic; the factor of Eq. 10 squared.

    Examples
    --------
    >>> print(soil_methane_variance(soil_ch4_variance=0.0004, gwp_ch4=28.0))
    0.3136
    """
    return soil_ch4_variance * gwp_ch4**2


@equation("vm0042:15", "N2O_soil", "t CO2e/ha", vm0042("8.2.9", "15"))
def soil_nitrous_oxide_modelled_t_co2e_per_ha(
    *, soil_n2o_t_per_ha: Annotated[Value, ranges.SOIL_N2O], gwp_n2o: GwpN2o
) -> Value:
    r"""Return the modelled nitrous oxide of the soil as carbon dioxide.

    Parameters
    ----------
    soil_n2o_t_per_ha
        What the model gives for the year, as the gas and not as its nitrogen; fertilizer, deposited manure and
        nitrogen-fixing species together, direct and indirect. [t N2O/ha]
    gwp_n2o
        [t CO2e/t N2O]

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
    .. math:: N2O_{soil} = f(N2O) \, GWP_{N2O}

    Here :math:`f(N2O)` is ``soil_n2o_t_per_ha`` and :math:`GWP_{N2O}` is ``gwp_n2o``.

    Source: Eq. 15. Eqs. 17 to 31 are not added for the same unit.

    Examples
    --------
    >>> print(soil_nitrous_oxide_modelled_t_co2e_per_ha(soil_n2o_t_per_ha=0.004, gwp_n2o=265.0))
    1.06
    """
    return soil_n2o_t_per_ha * gwp_n2o


@equation("vm0042:15-variance", "Var(N2O_soil)", "(t CO2e/ha)2", vm0042("8.2.9", "15, variance"))
def soil_nitrous_oxide_variance(
    *, soil_n2o_variance: Annotated[Value, ranges.SOIL_N2O_VARIANCE], gwp_n2o: GwpN2o
) -> Value:
    r"""Return the variance of the modelled nitrous oxide as carbon dioxide.

    Parameters
    ----------
    soil_n2o_variance
        Variance of the model's result. [(t N2O/ha)2]
    gwp_n2o
        [t CO2e/t N2O]

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
    .. math:: \operatorname{Var}(N2O_{soil}) = \operatorname{Var}(f(N2O)) \, GWP_{N2O}^2

    Here :math:`\operatorname{Var}(f(N2O))` is ``soil_n2o_variance`` and :math:`GWP_{N2O}` is ``gwp_n2o``.

    Source: hand arithmetic; the factor of Eq. 15 squared.

    Examples
    --------
    >>> print(soil_nitrous_oxide_variance(soil_n2o_variance=1e-06, gwp_n2o=265.0))
    0.070225
    """
    return soil_n2o_variance * gwp_n2o**2
