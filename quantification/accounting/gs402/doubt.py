"""Limits of means, three readings of the limits of a change, and the deduction (GS 402 v1.0, section 9; 402.7)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import (
    Amount,
    Amounts,
    Confidence,
    Number,
    equation,
)
from mollisol.quantification.checks import FloatArray, Form, Value, form_of

_gs = partial(Locator, "Gold Standard 402", "1.0")
_models = partial(Locator, "Gold Standard 402.7", "1.0")


@equation("gs402:7", "SE", "as the values", _gs("9", "7"))
def standard_error_of_mean(*, values: Annotated[FloatArray, Range(least=2)]) -> Value:
    r"""Return the standard error of a mean.

    Parameters
    ----------
    values
        Measured values, shape (..., n).

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
    .. math:: SE = \frac{\sigma}{\sqrt n}

    Here :math:`\sigma` is the standard deviation of the n numbers in ``values``, with n - 1.

    Source: Eq. 7.

    Examples
    --------
    >>> print(standard_error_of_mean(values=[41.2, 44.8, 39.5, 46.1, 43.0]))
    1.189705846
    """
    found: Value = values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1])
    return found


@equation("gs402:8", "limits", "as the mean", _gs("9", "8"))
def limits_of_mean(*, mean: Number, standard_error: Amount, t: Amount) -> Value:
    r"""Return the lower and the upper limit of a mean.

    Parameters
    ----------
    mean
        Any unit.
    standard_error
        Of the mean, Eq. 7.
    t
        Of Student, two-sided at 90 %, Table 6. [1]

    Returns
    -------
    float or array
        The two limits, behind the shape of the arguments.

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: L, U = \bar x \mp t \, SE

    Here :math:`\bar x` is ``mean``, :math:`SE` is ``standard_error`` and :math:`t` is ``t``.

    Source: Eq. 8 and Table 6.

    Examples
    --------
    >>> print(limits_of_mean(mean=42.92, standard_error=1.189705845997236, t=2.1318467863266495))
    [40.38372942 45.45627058]
    """
    return np.stack([mean - t * standard_error, mean + t * standard_error], axis=-1)


@equation("gs402:8-p", "p", "1", _gs("9", "8"))
def probability_of_limit(*, confidence: Confidence) -> Value:
    r"""Return the probability below an upper limit of a two-sided confidence.

    Parameters
    ----------
    confidence
        Two-sided. [fraction]

    Returns
    -------
    float or array
        Shape of the argument. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: p = \frac{1 + c}{2}

    Here :math:`c` is ``confidence``.

    Source: section 9: limits at 90 % have 5 % on either side.

    Examples
    --------
    >>> print(probability_of_limit(confidence=0.9))
    0.95
    """
    return (1 + confidence) / 2


@equation("gs402:8-half", "h", "as the error", _gs("9", "8"))
def half_width_of_mean(*, standard_error: Amount, t: Amount) -> Value:
    r"""Return half of what lies between the limits of a mean.

    Parameters
    ----------
    standard_error
        Of the mean, Eq. 7.
    t
        Of Student, Table 6. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined.

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: h = t \, SE

    Here :math:`SE` is ``standard_error`` and :math:`t` is ``t``.

    Source: Eq. 8.

    Examples
    --------
    >>> print(half_width_of_mean(standard_error=3.1, t=1.675))
    5.1925
    """
    return t * standard_error


@equation("gs402:9-error", "SE of the change", "t C", _gs("9", "9"))
def error_of_total_t_c(*, standard_error_t_co2e_per_ha: Amount, area_ha: Amounts) -> Value:
    r"""Return the standard error of the change of all strata as carbon.

    Parameters
    ----------
    standard_error_t_co2e_per_ha
        Of the mean change. [t CO2e/ha]
    area_ha
        Of each stratum. [ha]

    Returns
    -------
    float or array
        Shape of the error. [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: SE_\Delta = SE \frac{12}{44} \sum_y A_y

    Here :math:`SE` is ``standard_error_t_co2e_per_ha`` and :math:`A_y` is ``area_ha``.

    Source: units alone.

    Examples
    --------
    >>> print(error_of_total_t_c(standard_error_t_co2e_per_ha=1.1, area_ha=[80.0, 40.0]))
    36.0
    """
    return standard_error_t_co2e_per_ha * area_ha.sum(axis=-1) / CO2E_PER_C


@equation("gs402:9", "(U - L) / 2", "t C", _gs("9", "9"), switch=("switch.gs402-eq9",))
def half_width_of_change_t_c(
    *,
    start_half_width_t_c_per_ha: Amounts,
    end_half_width_t_c_per_ha: Amounts,
    area_ha: Amounts,
    standard_error_t_c: Amount,
    t: Amount,
    form: Form,
) -> Value:
    r"""Return half of what lies between the upper and the lower change, with its sign.

    Parameters
    ----------
    start_half_width_t_c_per_ha
        Half-widths of the means at the start, t times SE, shape (..., strata). [t C/ha]
    end_half_width_t_c_per_ha
        At the end. [t C/ha]
    area_ha
        Of each stratum. [ha]
    standard_error_t_c
        Of the change of all strata, paired cores as pairs. [t C]
    t
        Of Student for its degrees of freedom, two-sided at 90 %. [1]
    form
        ``"printed"`` moves all parameters up together, then all down; ``"corrected"`` is the interval of the
        change.

    Returns
    -------
    float or array
        Shape (...). [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \frac{U - L}{2} = t \, SE_{\Delta}, \quad \text{printed} \; \sum_y A_y (h_{t,y} - h_{0,y})

    Here :math:`h_0` is ``start_half_width_t_c_per_ha``, :math:`h_t` is ``end_half_width_t_c_per_ha``,
    :math:`A_y` is ``area_ha``, :math:`SE_{\Delta}` is ``standard_error_t_c`` and :math:`t` is ``t``.

    Source: Eq. 9 by its words; the corrected form is the aim of 402.7 v1.0, 6.2.3 step 4 and Box 5. Two
    campaigns of one scatter have no width as printed.

    Examples
    --------
    >>> result = half_width_of_change_t_c(
    ...     start_half_width_t_c_per_ha=[2.0, 1.0], end_half_width_t_c_per_ha=[2.5, 1.5], area_ha=[80.0, 40.0],
    ...     standard_error_t_c=20.0, t=1.9, form="printed"
    ... )
    >>> print(result)
    60.0
    """
    if form_of(form):
        return ((end_half_width_t_c_per_ha - start_half_width_t_c_per_ha) * area_ha).sum(axis=-1)
    return t * standard_error_t_c


@equation("gs402:9-opposed", "(U - L) / 2 opposed", "t C", _gs("9", "9"))
def opposed_half_width_t_c(
    *, start_half_width_t_c_per_ha: Amounts, end_half_width_t_c_per_ha: Amounts, area_ha: Amounts
) -> Value:
    r"""Return half of what lies between the changes with one end up and the other down; it decides nothing.

    Parameters
    ----------
    start_half_width_t_c_per_ha
        Half-widths of the means at the start, t times SE, shape (..., strata). [t C/ha]
    end_half_width_t_c_per_ha
        At the end. [t C/ha]
    area_ha
        Of each stratum. [ha]

    Returns
    -------
    float or array
        Shape (...). [t C]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \frac{U - L}{2} = \sum_y A_y (h_{t,y} + h_{0,y})

    Here :math:`h_0` is ``start_half_width_t_c_per_ha``, :math:`h_t` is ``end_half_width_t_c_per_ha`` and
    :math:`A_y` is ``area_ha``.

    Source: a reading of Eq. 9 that was seen at second hand; with it no whole case is credited.

    Examples
    --------
    >>> result = opposed_half_width_t_c(
    ...     start_half_width_t_c_per_ha=[2.0, 1.0], end_half_width_t_c_per_ha=[2.5, 1.5], area_ha=[80.0, 40.0]
    ... )
    >>> print(result)
    460.0
    """
    return ((end_half_width_t_c_per_ha + start_half_width_t_c_per_ha) * area_ha).sum(axis=-1)
