"""Leakage of lost yield (GS 402 v1.0, section 11)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Amounts, equation
from mollisol.quantification.checks import Form, Value, form_of

_gs = partial(Locator, "Gold Standard 402", "1.0")


@equation("gs402:19-lowest", "CY_min", "kg/ha", _gs("11", "19"))
def lowest_yield_kg_per_ha(*, baseline_yield_kg_per_ha: AboveZero, earlier_yield_kg_per_ha: Amounts) -> Value:
    r"""Return the lowest five-year mean yield so far, the baseline's among them.

    Parameters
    ----------
    baseline_yield_kg_per_ha
        Five-year mean before the project, one number or by stratum. [kg/ha]
    earlier_yield_kg_per_ha
        Five-year means of the periods before, shape (..., periods); the baseline's where there was none.
        [kg/ha]

    Returns
    -------
    float or array
        Shape (...). [kg/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: CY_{min} = \min(CY_{BL}, CY_1, \ldots)

    Here :math:`CY_{BL}` is ``baseline_yield_kg_per_ha`` and :math:`CY` is ``earlier_yield_kg_per_ha``.

    Source: the notes under Eq. 19; that it is of five-year means is a reading where the texts disagree.

    Examples
    --------
    >>> result = lowest_yield_kg_per_ha(
    ...     baseline_yield_kg_per_ha=4000.0, earlier_yield_kg_per_ha=[3600.0, 3600.0, 3400.0]
    ... )
    >>> print(result)
    3400.0
    """
    return np.minimum(baseline_yield_kg_per_ha, earlier_yield_kg_per_ha.min(axis=-1))


@equation("gs402:19", "LK", "t CO2e", _gs("11", "19"), switch=("switch.gs402-402-6-leakage",))
def yield_leakage_t_co2e(
    *,
    lowest_kg_per_ha: Amount,
    yield_kg_per_ha: Amount,
    baseline_yield_kg_per_ha: AboveZero,
    area_ha: Amount,
    lost_t_co2e_per_ha: Amount,
    form: Form,
) -> Value:
    r"""Return the leakage of a yield that falls below the lowest so far; strata add up.

    Parameters
    ----------
    lowest_kg_per_ha
        Lowest five-year mean yield so far, the baseline's among them. [kg/ha]
    yield_kg_per_ha
        Five-year mean yield now. [kg/ha]
    baseline_yield_kg_per_ha
        Five-year mean before the project. [kg/ha]
    area_ha
        Of the crop, or of each stratum. [ha]
    lost_t_co2e_per_ha
        What a hectare loses where the yield is made up for: biomass, soil carbon, fertilizer and fuel. [t
        CO2e/ha]
    form
        ``"printed"`` as in 402.6, where a recovery is below zero; ``"corrected"`` takes nothing of it.

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
    .. math:: LK = \frac{(CY_{min} - CY_t)^+}{CY_{BL}} \, A \, (\Delta BC + \Delta SOC + \Delta FE + \Delta FU)_{LA}

    Here :math:`CY_{min}` is ``lowest_kg_per_ha``, :math:`CY_t` is ``yield_kg_per_ha``, :math:`CY_{BL}` is
    ``baseline_yield_kg_per_ha``, :math:`A` is ``area_ha`` and the bracket is ``lost_t_co2e_per_ha``.

    Source: Eq. 19; 402.4 v1.0, Eq. 8; 402.6 v1.0, Eq. 10, which prints no maximum. 402.4 v1.0, 2.2.2 e, names
    a fall of 5 %, and Eq. 8 has none: the equation decides.

    Examples
    --------
    >>> result = yield_leakage_t_co2e(
    ...     lowest_kg_per_ha=[4000.0, 3600.0, 3600.0, 3400.0],
    ...     yield_kg_per_ha=[3600.0, 3600.0, 3400.0, 3900.0], baseline_yield_kg_per_ha=4000.0, area_ha=100.0,
    ...     lost_t_co2e_per_ha=2.5, form="corrected"
    ... )
    >>> print(result)
    [25.   0.  12.5  0. ]
    """
    lost = lowest_kg_per_ha - yield_kg_per_ha
    kept = lost if form_of(form) else np.maximum(0.0, lost)
    return kept / baseline_yield_kg_per_ha * area_ha * lost_t_co2e_per_ha
