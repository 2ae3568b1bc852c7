"""Whether groups differ in spread: the test of Brown and Forsythe, robust to tails that are not normal."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Numbers, equation
from mollisol.quantification.checks import Value
from mollisol.uncertainty.groups import Labels, places


@equation(
    "mollisol:brown-forsythe",
    "W",
    "1",
    Locator("Brown and Forsythe, Journal of the American Statistical Association 69", "1974", page="364"),
)
def brown_forsythe_statistic(*, value: Numbers, group: Labels) -> Value:
    r"""Return the ratio of variance between to variance within groups, of distances from the median of each group.

    Parameters
    ----------
    value
        Shape (n,). [any unit]
    group
        Id of the group of each, shape (n,), two groups or more.

    Returns
    -------
    float
        F distributed with groups - 1 and n - groups degrees of freedom where the spreads are the same. [1]

    Raises
    ------
    ValueError
        For one group, no group with more than two values, distances that are all alike within groups, shapes that
        differ, or a number that is not finite.

    Notes
    -----
    .. math::

        W = \frac{\sum_g n_g \, (\bar{z}_g - \bar{z})^2 / (k - 1)}{\sum_g \sum_i (z_{gi} - \bar{z}_g)^2 / (N -
        k)}, \qquad z_{gi} = \lvert x_{gi} - \tilde{x}_g \rvert

    Here :math:`x_{gi}` is ``value`` and :math:`g` is ``group``. :math:`\tilde{x}_g` is the median of a group.

    Source: Brown and Forsythe (1974), the form of Levene's test with medians.

    Examples
    --------
    >>> result = brown_forsythe_statistic(
    ...     value=[5.0, 6.0, 4.0, 7.0, 5.5, 1.0, 9.0, 3.0, 12.0, 2.0, 2.5, 8.0],
    ...     group=["a", "a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c"]
    ... )
    >>> print(result)
    4.441774
    """
    place, size = places("group", group, value)
    if size.size < 2 or size.max() < 3:
        raise ValueError("group must name two groups or more, one of them with three values")
    order = np.lexsort((value, place))
    first, count = (np.cumsum(size) - size).astype(np.intp), size.astype(np.intp)
    median = (value[order[first + (count - 1) // 2]] + value[order[first + count // 2]]) / 2
    away = np.abs(value - median[place])
    mean = np.bincount(place, weights=away) / size
    within = float(((away - mean[place]) ** 2).sum())
    if within <= (1e-12 * float(away.max())) ** 2 * away.size:
        raise ValueError("value must differ within groups: distances from the median are all alike")
    between = float((size * (mean - away.mean()) ** 2).sum())
    return (between / (size.size - 1)) / (within / (value.size - size.size))


@equation(
    "mollisol:upper-tail-of-f",
    "p",
    "fraction",
    Locator("Abramowitz and Stegun, Handbook of Mathematical Functions", "1964", "26.6"),
)
def upper_tail_of_f(
    *,
    statistic: Amount,
    numerator_degrees_of_freedom: AboveZero,
    denominator_degrees_of_freedom: AboveZero,
) -> Value:
    r"""Return the probability that an F distributed number is larger.

    Parameters
    ----------
    statistic
        One number. [0 or more]
    numerator_degrees_of_freedom, denominator_degrees_of_freedom
        One number each. [above 0]

    Returns
    -------
    float
        [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: p = P(F_{\nu_1,\nu_2} > w)

    Here :math:`w` is ``statistic``, :math:`\nu_1` is ``numerator_degrees_of_freedom`` and :math:`\nu_2` is
    ``denominator_degrees_of_freedom``.

    Source: the F distribution.

    Examples
    --------
    >>> result = upper_tail_of_f(
    ...     statistic=0.0, numerator_degrees_of_freedom=3.0, denominator_degrees_of_freedom=4.0
    ... )
    >>> print(result)
    1.0
    """
    return float(
        fdtrc(
            float(numerator_degrees_of_freedom),
            float(denominator_degrees_of_freedom),
            float(statistic),
        )
    )
