"""Whether two sets of sites differ in their mean: the statistic behind the control-site similarity check."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import stdtr

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import FloatArray


@equation("mollisol:welch", "p", "1", vm0042("8.2", table="7", page="25-27"))
def welch_p_value(
    *, first: Annotated[FloatArray, Range(least=2)], second: Annotated[FloatArray, Range(least=2)]
) -> float:
    r"""Return the two-sided p-value of Welch's test that two means are equal.

    Parameters
    ----------
    first, second
        One value per independent unit, shapes (n,) and (m,), at least two each. [any unit, the same]

    Returns
    -------
    float
        1 where both have no spread and one mean, 0 where they have no spread and two. [0 to 1]

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
    parts = np.array([values.var(ddof=1) / values.size for values in (first, second)])
    gap, spread = float(first.mean() - second.mean()), float(parts.sum())
    if spread == 0:
        return 1.0 if gap == 0 else 0.0
    freedom = spread**2 / float((parts**2 / np.array([first.size - 1, second.size - 1])).sum())
    return float(2 * stdtr(freedom, -abs(gap) / np.sqrt(spread)))
