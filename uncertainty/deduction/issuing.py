"""Which route's deduction issues: the lower credit, as a percentage of the mean that Eqs. 44 and 45 scale."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import Amount, Numbers, TonnesPerHa, equation, ours, vm0042
from mollisol.quantification.checks import Value


@equation("mollisol:deduction-percent", "UNC", "per cent", vm0042("8.6.4", "74, from a credited value"))
def deduction_percent(
    *, mean_change_t_co2e_per_ha: TonnesPerHa, credited_t_co2e_per_ha: TonnesPerHa
) -> Value:
    r"""Return the deduction that leads from a mean to a credited value.

    Parameters
    ----------
    mean_change_t_co2e_per_ha
        The mean that is reduced. [t CO2e/ha, not 0]
    credited_t_co2e_per_ha
        What is left of it. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [%]

    Raises
    ------
    ValueError
        For a mean of 0, or a number that is not finite.

    Notes
    -----
    .. math:: UNC = 100 \, \frac{\bar{d} - d_{credited}}{\lvert \bar{d} \rvert}

    Here :math:`\bar{d}` is ``mean_change_t_co2e_per_ha`` and :math:`d_{credited}` is
    ``credited_t_co2e_per_ha``.

    Source: Eq. 74 solved for UNC with credited = mean - UNC |mean|, on both sides of zero.

    Examples
    --------
    >>> print(deduction_percent(mean_change_t_co2e_per_ha=-0.5, credited_t_co2e_per_ha=-0.6292182))
    25.84364
    """
    if np.any(mean_change_t_co2e_per_ha == 0):
        raise ValueError("mean_change_t_co2e_per_ha must not be 0: a share of nothing is not defined")
    return (
        PERCENT_PER_FRACTION
        * (mean_change_t_co2e_per_ha - credited_t_co2e_per_ha)
        / np.abs(mean_change_t_co2e_per_ha)
    )


@equation(
    "mollisol:mean-less-multiple",
    "d_credited",
    "t CO2e/ha",
    vm0042("8.6.4", "74, as a difference with another multiplier"),
)
def mean_less_multiple(
    *, mean_change_t_co2e_per_ha: TonnesPerHa, multiplier: Amount, standard_error_t_co2e_per_ha: Amount
) -> Value:
    r"""Return the mean less a multiple of its standard error.

    Parameters
    ----------
    mean_change_t_co2e_per_ha
        [t CO2e/ha]
    multiplier
        Of the standard error, 0 or more; Student's t, or the skew guard's.
    standard_error_t_co2e_per_ha
        0 or more. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: d_{credited} = \bar{d} - k \, SE

    Here :math:`\bar{d}` is ``mean_change_t_co2e_per_ha``, :math:`k` is ``multiplier`` and :math:`SE` is
    ``standard_error_t_co2e_per_ha``.

    Source: Eq. 74 written as a difference; docs/deduction.md says what a longer multiplier closes.

    Examples
    --------
    >>> result = mean_less_multiple(
    ...     mean_change_t_co2e_per_ha=10.0, multiplier=0.6, standard_error_t_co2e_per_ha=3.0
    ... )
    >>> print(result)
    8.2
    """
    multiple = multiplier * standard_error_t_co2e_per_ha
    return mean_change_t_co2e_per_ha - multiple


@equation("mollisol:lower-of-routes", "UNC", "per cent", ours("issuance"))
def largest_deduction_percent(*, deductions_percent: Numbers) -> Value:
    r"""Return the deduction that credits least of those that were computed from one mean.

    Parameters
    ----------
    deductions_percent
        One per form, shape (forms,). [%]

    Returns
    -------
    float
        [%]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    .. math:: UNC = \max_r UNC_r

    Here :math:`UNC_r` is ``deductions_percent``.

    Source: docs/deduction.md; each form keeps the promise where another may not.

    Examples
    --------
    >>> print(largest_deduction_percent(deductions_percent=[6.9, 14.8, 13.8]))
    14.8
    """
    return float(deductions_percent.max())
