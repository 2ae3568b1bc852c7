"""Nitrous oxide of managed soils (Regulation 2024/3012, Art. 4(4); C(2026) 4666, annex 2.3)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.methodology.units import KG_PER_T
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, equation
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.fertilizer_n2o import N2O_PER_N

_law = partial(Locator, "Regulation (EU) 2024/3012", "2024")
_act = partial(Locator, "C(2026) 4666", "9 July 2026, seen at second hand")
_ipcc = partial(Locator, "IPCC 2006 Guidelines", "2019 Refinement")


@equation("ipcc:n2o", "N2O", "t CO2e", _ipcc("vol. 4, 11.2", "11.1"))
def nitrous_oxide_t_co2e(*, nitrogen_kg: Amount, factor: Amount, gwp_n2o: AboveZero) -> Value:
    r"""Return the nitrous oxide of nitrogen put on managed soils.

    Parameters
    ----------
    nitrogen_kg
        Nitrogen put on the land. [kg N]
    factor
        Emission factor. [kg N2O-N per kg N]
    gwp_n2o
        Warming potential of nitrous oxide. [1]

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
    .. math:: E = N \, EF \, \frac{44}{28} \frac{GWP}{1000}

    Here :math:`N` is ``nitrogen_kg``, :math:`EF` is ``factor`` and :math:`GWP` is ``gwp_n2o``.

    Source: IPCC, Eq. 11.1, direct emissions.

    Examples
    --------
    >>> print(nitrous_oxide_t_co2e(nitrogen_kg=[18000.0, 13500.0], factor=0.01, gwp_n2o=265.0))
    [74.95714286 56.21785714]
    """
    return nitrogen_kg * factor * N2O_PER_N * gwp_n2o / KG_PER_T


@equation("crcf:4-4-fall", "ASE benefit", "t CO2e", _law("4(4)"))
def spared_nitrous_oxide_t_co2e(
    *, baseline_t_co2e: Amount, activity_t_co2e: Amount, taken_fraction: Fraction
) -> Value:
    r"""Return the fall of nitrous oxide that counts as a reduction; a rise counts elsewhere.

    Parameters
    ----------
    baseline_t_co2e
        Nitrous oxide without the activity. [t CO2e]
    activity_t_co2e
        With it. [t CO2e]
    taken_fraction
        Flat share taken for uncertainty, by tier. [fraction]

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
    .. math:: g = \max(0, E_0 - E_1) (1 - u)

    Here :math:`E_0` is ``baseline_t_co2e``, :math:`E_1` is ``activity_t_co2e`` and :math:`u` is
    ``taken_fraction``.

    Source: Art. 4(4); the share is of annex 2.5, known at second hand.

    Examples
    --------
    >>> result = spared_nitrous_oxide_t_co2e(
    ...     baseline_t_co2e=74.95714285714286, activity_t_co2e=56.21785714285714, taken_fraction=0.15
    ... )
    >>> print(result)
    15.92839286
    """
    return np.maximum(0.0, baseline_t_co2e - activity_t_co2e) * (1 - taken_fraction)


@equation("crcf:4-4-rise", "GHG associated", "t CO2e", _law("4(4)"))
def risen_nitrous_oxide_t_co2e(*, baseline_t_co2e: Amount, activity_t_co2e: Amount) -> Value:
    r"""Return the rise of nitrous oxide, which is an associated emission.

    Parameters
    ----------
    baseline_t_co2e
        Nitrous oxide without the activity. [t CO2e]
    activity_t_co2e
        With it. [t CO2e]

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
    .. math:: GHG = \max(0, E_1 - E_0)

    Here :math:`E_0` is ``baseline_t_co2e`` and :math:`E_1` is ``activity_t_co2e``.

    Source: Art. 4(4), first subparagraph.

    Examples
    --------
    >>> print(risen_nitrous_oxide_t_co2e(baseline_t_co2e=56.21785714285714, activity_t_co2e=74.95714285714286))
    18.73928571
    """
    return np.maximum(0.0, activity_t_co2e - baseline_t_co2e)


@equation("crcfa:5", "ASE_base", "t CO2e", _act("annex 2.3.3"))
def falling_baseline_t_co2e(
    *, baseline_t_co2e: Amount, years_since_start: Amount, fall_fraction: Fraction
) -> Value:
    r"""Return the nitrous oxide of the baseline, which falls by a share of its first value each year.

    Parameters
    ----------
    baseline_t_co2e
        Nitrous oxide of the first year of the baseline. [t CO2e]
    years_since_start
        Years since the activity began. [years]
    fall_fraction
        What it falls by in a year. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined; never below 0. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: E_a = E_0 \max(0, 1 - f a)

    Here :math:`E_0` is ``baseline_t_co2e``, :math:`f` is ``fall_fraction`` and :math:`a` is
    ``years_since_start``.

    Source: annex 2.3.3, known at second hand, not for peatlands; another account may mean
    :func:`compound_baseline_t_co2e`.

    Examples
    --------
    >>> result = falling_baseline_t_co2e(
    ...     baseline_t_co2e=180.0, years_since_start=[0.0, 1.0, 5.0, 10.0], fall_fraction=0.01
    ... )
    >>> print(result)
    [180.  178.2 171.  162. ]
    """
    return baseline_t_co2e * np.maximum(0.0, 1 - fall_fraction * years_since_start)


@equation("crcfa:5-compound", "ASE_base", "t CO2e", _act("annex 2.3.3"))
def compound_baseline_t_co2e(
    *, baseline_t_co2e: Amount, years_since_start: Amount, fall_fraction: Fraction
) -> Value:
    r"""Return the nitrous oxide of the baseline, which falls by a share of what is left each year.

    Parameters
    ----------
    baseline_t_co2e
        Nitrous oxide of the first year of the baseline. [t CO2e]
    years_since_start
        Years since the activity began. [years]
    fall_fraction
        What it falls by in a year. [fraction]

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
    .. math:: E_a = E_0 (1 - f)^a

    Here :math:`E_0` is ``baseline_t_co2e``, :math:`f` is ``fall_fraction`` and :math:`a` is
    ``years_since_start``.

    Source: annex 2.3.3, known at second hand: whether it compounds was not seen.

    Examples
    --------
    >>> result = compound_baseline_t_co2e(
    ...     baseline_t_co2e=180.0, years_since_start=[0.0, 1.0, 5.0, 10.0], fall_fraction=0.01
    ... )
    >>> print(result)
    [180.        178.2       171.178209  162.7887735]
    """
    return baseline_t_co2e * (1 - fall_fraction) ** years_since_start
