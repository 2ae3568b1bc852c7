"""Years of a period laid over calendar years, and whole units laid over labels. Neither moves a total."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import Percent, Tonnes, equation, ours, vm0042
from mollisol.quantification.checks import FloatArray, Value

Amounts = Annotated[FloatArray, Range(unit="t CO2e", least=1)]


@equation("mollisol:after-discount", "t CO2e after a discount", "t CO2e", ours("discounts"))
def after_discount_t_co2e(*, amount_t_co2e: Tonnes, discount_percent: Percent) -> Value:
    r"""Return what a flat discount leaves of an amount; a negative amount stays whole.

    Parameters
    ----------
    amount_t_co2e
        A credit, or leakage. [t CO2e]
    discount_percent
        What is not counted of an amount above zero. [per cent, 0 to 100]

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
    .. math:: A' = A - \frac{r}{100} \max(0, A)

    Here :math:`A` is ``amount_t_co2e`` and :math:`r` is ``discount_percent``.

    Source: ours; the document discounts nothing. A loss is not made smaller.

    Examples
    --------
    >>> print(after_discount_t_co2e(amount_t_co2e=200.0, discount_percent=[0.0, 100.0]))
    [200.   0.]
    """
    return amount_t_co2e - discount_percent / PERCENT_PER_FRACTION * np.maximum(0.0, amount_t_co2e)


@equation(
    "mollisol:calendar-split",
    "VCU by calendar year",
    "t CO2e",
    vm0042("8.1", "vintages of a period over calendar years"),
)
def calendar_split_t_co2e(
    *, amount_t_co2e: Amounts, days: Annotated[FloatArray, Range(0, unit="days")]
) -> Value:
    r"""Return the amounts of a period's years laid over calendar years by days.

    Parameters
    ----------
    amount_t_co2e
        Of each year of the period, shape (..., years). [t CO2e]
    days
        Days that each year of the period has in each calendar year, shape (years, calendar years). [day]

    Returns
    -------
    array
        Shape (..., calendar years), with the same sum. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, a year without days, or shapes that do not fit.

    Notes
    -----
    .. math:: VCU_c = \sum_t VCU_t \, \frac{D_{t,c}}{\sum_{c'} D_{t,c'}}

    Here :math:`VCU_t` is ``amount_t_co2e`` and :math:`D_{t,c}` is ``days``.

    Source: ours; the document runs its equations by year and says nothing of a year that spans two calendar years.
    Stock changes are even over a period by Eqs. 46 and 47, so that days are the shares that follow.

    Examples
    --------
    >>> print(calendar_split_t_co2e(amount_t_co2e=[-100.0], days=[[73, 292]]))
    [-20. -80.]
    """
    if days.ndim != 2 or days.shape[0] != amount_t_co2e.shape[-1]:
        raise ValueError(f"days must have a row for each of amount_t_co2e, found shape {days.shape}")
    whole_year = days.sum(axis=1, keepdims=True)
    if (whole_year == 0).any():
        raise ValueError("days must not be 0 all over a year")
    split: Value = amount_t_co2e @ (days / whole_year)
    return split


@equation("mollisol:units-by-label", "N by label", "whole t CO2e", ours("issuance in whole tonnes"))
def units_by_label_t(
    *, units_t: Annotated[Value, Range(0, unit="t CO2e", whole=True)], amount_t_co2e: Amounts
) -> Value:
    r"""Return the whole units of each label, which add up to the units of the period.

    Parameters
    ----------
    units_t
        Whole units of the period. [t CO2e, whole, 0 or above]
    amount_t_co2e
        Verified amount of each label, shape (labels,); one below 0 gets none. [t CO2e]

    Returns
    -------
    array
        Shape (labels,), whole numbers. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or units without any positive amount.

    Notes
    -----
    .. math::

        N_l = \left\lfloor N \, \frac{a_l^+}{\sum_k a_k^+} \right\rfloor + r_l, \qquad r_l \in \{0, 1\}, \;
        \sum_l N_l = N

    Here :math:`N` is ``units_t`` and :math:`a_l` is ``amount_t_co2e``. Only amounts above 0 count
    (:math:`a^+`), and the units that rounding leaves over (:math:`r_l = 1`) go to the largest remainders.

    Source: ours. Units go by the positive amounts; each label first gets its whole part, and what is left goes one by
    one to the largest remainders, the first label first where they are equal.

    Examples
    --------
    >>> print(units_by_label_t(units_t=5.0, amount_t_co2e=[8.0, -3.0]))
    [5. 0.]
    """
    amount = np.maximum(amount_t_co2e, 0.0)
    total = amount.sum()
    if total == 0:
        if np.any(units_t):
            raise ValueError("amount_t_co2e must hold a positive amount where units_t is above 0")
        return np.zeros_like(amount)
    share = amount / total * units_t
    down: FloatArray = np.floor(share)
    left = round(float(np.max(units_t)) - float(down.sum()))
    order = np.argsort(-(share - down), kind="stable")
    down[order[:left]] += 1
    return down


@equation("mollisol:units-to-issue", "N_t", "whole t CO2e", ours("issuance in whole tonnes"))
def units_to_issue_t(*, verified_total_t_co2e: Tonnes) -> Value:
    r"""Return the whole tonnes to issue: rounded downward, and none for a negative total.

    Parameters
    ----------
    verified_total_t_co2e
        Eq. 79. [t CO2e]

    Returns
    -------
    float or array
        Whole numbers, 0 or more. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite.

    Notes
    -----
    .. math:: N_t = \max(0, \lfloor VCU_t \rfloor)

    Here :math:`VCU_t` is ``verified_total_t_co2e``.

    Source: our rule, the last step of all; the document rounds nowhere. A negative total is a loss.

    Examples
    --------
    >>> print(units_to_issue_t(verified_total_t_co2e=[99.9, 99.0, 0.4, 0.0, -0.1, -7.5]))
    [99. 99.  0.  0.  0.  0.]
    """
    return np.maximum(0.0, np.floor(verified_total_t_co2e))


@equation(
    "mollisol:units-of-kinds",
    "N",
    "whole t CO2e",
    ours("issuance in whole tonnes of kinds that are never mixed"),
)
def units_of_kinds_t(*, amount_t_co2e: Amounts) -> Value:
    r"""Return the whole tonnes of kinds that are never mixed: each rounded downward by itself, none below 0.

    Parameters
    ----------
    amount_t_co2e
        Of each kind, shape (..., kinds). [t CO2e]

    Returns
    -------
    float or array
        Shape (...), whole numbers. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite.

    Notes
    -----
    .. math:: N = \sum_k \max(0, \lfloor a_k \rfloor)

    Here :math:`a_k` is ``amount_t_co2e``.

    Source: Regulation (EU) 2024/3012, Art. 2(20), (22) and 12(4): one tonne, and kinds stay distinct; rounding is ours.

    Examples
    --------
    >>> print(units_of_kinds_t(amount_t_co2e=[571.99, -3.2]))
    571.0
    """
    return np.maximum(0.0, np.floor(amount_t_co2e)).sum(axis=-1)
