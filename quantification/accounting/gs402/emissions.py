"""Emissions that rise (GS 402 v1.0, section 10; 402.4; 402.6)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.methodology.units import KG_PER_T
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Amounts,
    Fraction,
    equation,
)
from mollisol.quantification.checks import Form, Value, form_of
from mollisol.quantification.sources.fertilizer_n2o import N2O_PER_N

_gs = partial(Locator, "Gold Standard 402", "1.0")
_cover = partial(Locator, "Gold Standard 402.6", "1.0")


@equation("gs402:rise", "rise over years", "as the amounts", _gs("10", "13, 17"))
def rise_over_years(*, project: Amounts, baseline_per_year: Amount) -> Value:
    r"""Return how far an amount rose over a period, all strata together; a fall is nothing.

    Parameters
    ----------
    project
        Of each year of the period, shape (years,), or of each stratum and year, shape (strata, years).
    baseline_per_year
        Mean of a year without the project; one number, or of each stratum.

    Returns
    -------
    float or array
        A number, in the unit of the amounts.

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta = \max\left(0, \sum_y \sum_a (X_{y,a} - X_{BL,y})\right)

    Here :math:`X` is ``project`` and :math:`X_{BL}` is ``baseline_per_year``.

    Source: Eqs. 13 and 17, and section 4.4: falls of emissions are not credited.

    Examples
    --------
    >>> print(rise_over_years(project=[5200.0, 5600.0, 5400.0], baseline_per_year=5000.0))
    1200.0
    """
    found: Value = np.maximum(0.0, (project - np.asarray(baseline_per_year)[..., np.newaxis]).sum())
    return found


@equation("gs402:undocumented", "X_BL", "as the amounts", _gs("10", "13 to 17"))
def undocumented_baseline(*, project: Amounts, share: Fraction) -> Value:
    r"""Return the yearly baseline of fields without documents: a share of the project's mean.

    Parameters
    ----------
    project
        Of each year of the period, shape (..., years).
    share
        Most of the project's that counts without documents. [fraction]

    Returns
    -------
    float or array
        Shape (...).

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: X_{BL} = s \, \bar X

    Here :math:`s` is ``share`` and :math:`\bar X` is the mean of ``project``.

    Source: section 10.1; 402.4 v1.0, 10.2.1, 10.3.2, 10.3.3 and 10.4.4.

    Examples
    --------
    >>> print(undocumented_baseline(project=[4800.0, 4600.0], share=0.5))
    2350.0
    """
    return share * project.mean(axis=-1)


@equation("gs402:13", "dFE", "t CO2e", _gs("10.1", "13"), switch=("switch.gs402-n-factor",))
def nitrogen_emissions_t_co2e(
    *, increase_kg_n: Amount, factor: Amount, gwp_n2o: AboveZero, form: Form
) -> Value:
    r"""Return the emissions of nitrogen that rose.

    Parameters
    ----------
    increase_kg_n
        Rise of nitrogen over the period. [kg N]
    factor
        0.01, which the text calls t CO2e per kg N; IPCC has it as kg N2O-N per kg N.
    gwp_n2o
        Warming potential of nitrous oxide. [1]
    form
        ``"printed"`` multiplies by the factor; ``"corrected"`` takes it as nitrogen of nitrous oxide.

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
    .. math:: \Delta FE = \Delta N \, EF \, \frac{44}{28} \frac{GWP}{1000}

    Here :math:`\Delta N` is ``increase_kg_n``, :math:`EF` is ``factor`` and :math:`GWP` is ``gwp_n2o``; the
    printed form is :math:`\Delta N \, EF`.

    Source: Eq. 13. Printed is 2.4 times the direct emissions, and safe for that; it does not say that
    indirect ones are in it.

    Examples
    --------
    >>> print(nitrogen_emissions_t_co2e(increase_kg_n=1200.0, factor=0.01, gwp_n2o=265.0, form="corrected"))
    4.997142857
    """
    return increase_kg_n * factor * (1 if form_of(form) else N2O_PER_N * gwp_n2o / KG_PER_T)


@equation("gs402:14", "dFU", "t CO2e", _gs("10.2", "14"), switch=("switch.gs402-electricity",))
def energy_emissions_t_co2e(
    *,
    fuel_t_co2e: Amounts,
    fuel_baseline_t_co2e: Amount,
    electricity_t_co2e: Amounts,
    electricity_baseline_t_co2e: Amount,
    form: Form,
) -> Value:
    r"""Return the emissions of energy that rose; the two carriers are not set off against each other.

    Parameters
    ----------
    fuel_t_co2e
        Of fuel in each year, shape (years,) or (strata, years). [t CO2e]
    fuel_baseline_t_co2e
        Mean of a year without the project. [t CO2e]
    electricity_t_co2e
        Of electricity in each year. [t CO2e]
    electricity_baseline_t_co2e
        Mean of a year without the project. [t CO2e]
    form
        ``"printed"`` counts electricity of the last year alone, since the bracket closes before it;
        ``"corrected"`` of every year.

    Returns
    -------
    float or array
        A number. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta FU = \left(\sum_a (FU_a - FU_{BL})\right)^+ + \left(\sum_a (EU_a - EU_{BL})\right)^+

    Here :math:`FU` is ``fuel_t_co2e``, :math:`FU_{BL}` is ``fuel_baseline_t_co2e``, :math:`EU` is
    ``electricity_t_co2e`` and :math:`EU_{BL}` is ``electricity_baseline_t_co2e``.

    Source: Eq. 14; 402.4 and 402.6 v1.0, Eq. 3. That each sum is floored at 0 is a reading.

    Examples
    --------
    >>> result = energy_emissions_t_co2e(
    ...     fuel_t_co2e=[21.0, 24.5, 23.0], fuel_baseline_t_co2e=20.0, electricity_t_co2e=[3.0, 3.5, 4.0],
    ...     electricity_baseline_t_co2e=2.5, form="corrected"
    ... )
    >>> print(result)
    11.5
    """
    years = electricity_t_co2e[..., -1:] if form_of(form) else electricity_t_co2e
    fuel = rise_over_years(project=fuel_t_co2e, baseline_per_year=fuel_baseline_t_co2e)
    return fuel + rise_over_years(project=years, baseline_per_year=electricity_baseline_t_co2e)


@equation("gs402:15", "FU", "t CO2e", _gs("10.2, 10.3", "15, 16, 18"))
def emissions_of_use_t_co2e(*, amount: Amounts, factor_t_co2e: Amounts) -> Value:
    r"""Return the emissions of what was used.

    Parameters
    ----------
    amount
        Litres of fuels, kWh of electricity or kg of agrochemicals, shape (..., kinds).
    factor_t_co2e
        Emissions of one of each. [t CO2e]

    Returns
    -------
    float or array
        Shape (...). [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: FU = \sum_k q_k \, EF_k

    Here :math:`q` is ``amount`` and :math:`EF` is ``factor_t_co2e``.

    Source: Eqs. 15, 16 and 18; the unit of Eq. 15 is printed as t CO2e/ha.

    Examples
    --------
    >>> print(emissions_of_use_t_co2e(amount=[1000.0, 200.0], factor_t_co2e=[0.003, 0.001]))
    3.2
    """
    return (amount * factor_t_co2e).sum(axis=-1)


@equation("gs402:12", "PE", "t CO2e", _gs("10", "12"))
def project_emissions_t_co2e(
    *, nitrogen_t_co2e: Amount, energy_t_co2e: Amount, agrochemicals_t_co2e: Amount, seed_t_co2e: Amount
) -> Value:
    r"""Return the emissions that rose.

    Parameters
    ----------
    nitrogen_t_co2e
        Eq. 13. [t CO2e]
    energy_t_co2e
        Eq. 14. [t CO2e]
    agrochemicals_t_co2e
        Eq. 17. [t CO2e]
    seed_t_co2e
        402.6 Eq. 6; nothing without cover crops. [t CO2e]

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
    .. math:: PE = \Delta FE + \Delta FU + \Delta AE + SPT

    Here :math:`\Delta FE` is ``nitrogen_t_co2e``, :math:`\Delta FU` is ``energy_t_co2e``, :math:`\Delta AE`
    is ``agrochemicals_t_co2e`` and :math:`SPT` is ``seed_t_co2e``.

    Source: Eq. 12; 402.4 v1.0, Eq. 1; 402.6 v1.0, Eq. 1.

    Examples
    --------
    >>> result = project_emissions_t_co2e(
    ...     nitrogen_t_co2e=12.0, energy_t_co2e=11.5, agrochemicals_t_co2e=1.0, seed_t_co2e=2.5
    ... )
    >>> print(result)
    27.0
    """
    return nitrogen_t_co2e + energy_t_co2e + agrochemicals_t_co2e + seed_t_co2e


@equation("gs402.6:6", "SPT", "t CO2e", _cover("10", "6, 7"))
def seed_emissions_t_co2e(
    *,
    seed_kg_per_ha: Amounts,
    area_ha: Amount,
    production_t_per_kg: Amounts,
    transport_t_per_kg_km: Amounts,
    distance_km: Amounts,
) -> Value:
    r"""Return the emissions of making and moving seed of cover crops.

    Parameters
    ----------
    seed_kg_per_ha
        Of each kind of cover crop, shape (..., kinds). [kg/ha]
    area_ha
        Sown with it. [ha]
    production_t_per_kg
        Emissions of making a kilogram. [t CO2e/kg]
    transport_t_per_kg_km
        Emissions of moving it. [t CO2e/(kg km)]
    distance_km
        How far. [km]

    Returns
    -------
    float or array
        Shape (...). [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: SPT = \sum_c S_c \, A \, (EF_{SP,c} + EF_{ST,c} \, D_c)

    Here :math:`S` is ``seed_kg_per_ha``, :math:`A` is ``area_ha``, :math:`EF_{SP}` is
    ``production_t_per_kg``, :math:`EF_{ST}` is ``transport_t_per_kg_km`` and :math:`D` is ``distance_km``.

    Source: 402.6 v1.0, Eqs. 6 and 7; there are no cover crops in the baseline.

    Examples
    --------
    >>> result = seed_emissions_t_co2e(
    ...     seed_kg_per_ha=[12.0, 30.0], area_ha=50.0, production_t_per_kg=[0.0008, 0.0011],
    ...     transport_t_per_kg_km=[1e-07, 1e-07], distance_km=[300.0, 120.0]
    ... )
    >>> print(result)
    2.166
    """
    return (seed_kg_per_ha * area_ha * (production_t_per_kg + transport_t_per_kg_km * distance_km)).sum(
        axis=-1
    )
