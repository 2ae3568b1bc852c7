"""Whether two sets of sites differ in their mean: the statistic behind the control-site similarity check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import stdtr

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Places, equation, vm0042
from mollisol.quantification.averages import by_entry, of_entries
from mollisol.quantification.checks import FloatArray, Value


@dataclass(frozen=True, slots=True, eq=False)
class Welch:
    """Differences of two means, their standard errors and Satterthwaite's degrees of freedom, shape (tests,)."""

    gap: FloatArray
    error: FloatArray
    freedom: FloatArray

    @classmethod
    def of(
        cls,
        first: FloatArray,
        second: FloatArray,
        first_entry: FloatArray | None,
        second_entry: FloatArray | None,
    ) -> Welch:
        """Return those of some tests, each with its own values on both sides."""
        one, other = by_entry("first", first, first_entry, 2), by_entry("second", second, second_entry, 2)
        if one.count.size != other.count.size:
            raise ValueError(f"first has {one.count.size} tests and second {other.count.size}")
        spread = one.variance_of_mean + other.variance_of_mean
        parts = one.variance_of_mean**2 / (one.count - 1) + other.variance_of_mean**2 / (other.count - 1)
        # equal values have means that differ in the last digits: what lies below them is no spread, and no gap
        rounding = 1e-12 * np.maximum(np.abs(one.mean), np.abs(other.mean))
        varies = spread > rounding**2
        freedom = np.where(varies, spread**2, np.inf) / np.where(varies, parts, 1.0)
        gap = one.mean - other.mean
        return cls(
            np.where(np.abs(gap) > rounding, gap, 0.0), np.where(varies, np.sqrt(spread), 0.0), freedom
        )


@equation("mollisol:welch", "p", "1", vm0042("8.2", table="7", page="25-27"))
def welch_p_value(
    *,
    first: Annotated[FloatArray, Range(least=2)],
    second: Annotated[FloatArray, Range(least=2)],
    first_entry: Places | None = None,
    second_entry: Places | None = None,
) -> Value:
    r"""Return the two-sided p-value of Welch's test that two means are equal.

    Parameters
    ----------
    first, second
        One value per independent unit, shapes (n,) and (m,), at least two each. [any unit, the same]
    first_entry, second_entry
        The number of the test that each value is of, from 0; left out where all are of one.

    Returns
    -------
    float or array
        By test. 1 where both have no spread and one mean, 0 where they have no spread and two. [0 to 1]

    Raises
    ------
    ValueError
        For fewer than two values or one that is not finite.

    Notes
    -----
    .. math::

        p = 2 \, T_\nu\left(-\frac{\lvert \bar{x}_1 - \bar{x}_2 \rvert}{\sqrt{s_1^2 / n_1 + s_2^2 / n_2}}\right)

    Here :math:`x_1` is ``first`` and :math:`x_2` is ``second``. :math:`T_\nu` is the distribution function of
    Student's t with Welch's degrees of freedom.

    Source: B. L. Welch 1947, Biometrika 34:28-35. Table 7 asks for "not significantly different" and names no test;
    a test that finds nothing in few sites proves little.

    Examples
    --------
    >>> print(welch_p_value(first=[1.0, 1.0], second=[1.0, 1.0]))
    1.0
    """
    test = Welch.of(first, second, first_entry, second_entry)
    varies = test.error > 0
    chance = 2 * stdtr(test.freedom, -np.abs(test.gap) / np.where(varies, test.error, 1.0))
    return of_entries(np.where(varies, chance, test.gap == 0), first_entry)
