"""Years of a period laid over calendar years, and whole units laid over labels. Neither moves a total."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, at_least, finite, row, together, whole


@equation(
    "mollisol:calendar-split",
    symbol="VCU by calendar year",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.1", equation="vintages of a period over calendar years"),
)
def calendar_split_t_co2e(*, amount_t_co2e: ArrayLike, days: ArrayLike) -> Value:
    """Lay the amounts of a period's years over calendar years by days.

    Parameters
    ----------
    amount_t_co2e
        Of each year of the period, shape (..., years). [t CO2e, finite]
    days
        Days that each year of the period has in each calendar year, shape (years, calendar years). [day, 0 or above]

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
    Source: ours; the document runs its equations by year and says nothing of a year that spans two calendar years.
    Stock changes are even over a period by Eqs. 46 and 47, so that days are the shares that follow.
    """
    amount = row("amount_t_co2e", finite("amount_t_co2e", amount_t_co2e))
    length = at_least("days", days, 0.0)
    if length.ndim != 2 or length.shape[0] != amount.shape[-1]:
        raise ValueError(f"days must have a row for each of amount_t_co2e, found shape {length.shape}")
    whole_year = length.sum(axis=1, keepdims=True)
    if (whole_year == 0).any():
        raise ValueError("days must not be 0 all over a year")
    split: Value = amount @ (length / whole_year)
    return split


@equation(
    "mollisol:units-by-label",
    symbol="N by label",
    unit="whole t CO2e",
    locator=Locator("mollisol", "0.1", section="issuance in whole tonnes"),
)
def units_by_label_t(*, units_t: ArrayLike, amount_t_co2e: ArrayLike) -> Value:
    """Give each label its whole units, so that they add up to the units of the period.

    Parameters
    ----------
    units_t
        Whole units of the period. [t CO2e, whole, 0 or above]
    amount_t_co2e
        Verified amount of each label, shape (labels,); one below 0 gets none. [t CO2e, finite]

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
    Source: ours. Units go by the positive amounts; each label first gets its whole part, and what is left goes one by
    one to the largest remainders, the first label first where they are equal.
    """
    units = whole("units_t", units_t, 0)
    amount = np.maximum(row("amount_t_co2e", finite("amount_t_co2e", amount_t_co2e)), 0.0)
    together(units_t=units, amount_t_co2e=amount)
    total = amount.sum()
    if total == 0:
        if units.any():
            raise ValueError("amount_t_co2e must hold a positive amount where units_t is above 0")
        return np.zeros_like(amount)
    share = amount / total * units
    down: FloatArray = np.floor(share)
    left = round(float(np.max(units)) - float(down.sum()))
    order = np.argsort(-(share - down), kind="stable")
    down[order[:left]] += 1
    return down
