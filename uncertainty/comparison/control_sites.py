"""Whether control sites stand for their units: equivalence, trends before the start, regression to the mean."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import stdtr

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Numbers, Positives, Years, equation, ours
from mollisol.quantification.checks import FloatArray, Value, same_shape


def _welch(first: FloatArray, second: FloatArray) -> tuple[float, float, float]:
    """Return the difference of two means, its standard error and Satterthwaite's degrees of freedom."""
    parts = np.array([values.var(ddof=1) / values.size for values in (first, second)])
    spread = float(parts.sum())
    if spread == 0:
        return float(first.mean() - second.mean()), 0.0, np.inf
    freedom = spread**2 / float((parts**2 / np.array([first.size - 1, second.size - 1])).sum())
    return float(first.mean() - second.mean()), float(np.sqrt(spread)), freedom


@equation(
    "mollisol:equivalence",
    "p_TOST",
    "1",
    Locator("Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15", "1987", "TOST"),
)
def equivalence_p_value(
    *,
    first: Annotated[FloatArray, Range(least=2)],
    second: Annotated[FloatArray, Range(least=2)],
    margin: AboveZero,
) -> float:
    r"""Return the probability of means this near to each other if the true ones differed by the margin or more.

    Parameters
    ----------
    first, second
        One value per independent unit, shapes (n,) and (m,), at least two each. [any unit, the same]
    margin
        Largest difference that counts as none. [the same unit]

    Returns
    -------
    float
        The larger of the two one-sided p-values, after Welch. [0 to 1]

    Raises
    ------
    ValueError
        For fewer than two values, or an argument outside its range.

    Notes
    -----
    .. math::

        p = T_\nu\left(-\frac{\Delta - \lvert \bar{x}_1 - \bar{x}_2 \rvert}{SE}\right), \qquad SE^2 =
        \frac{s_1^2}{n_1} + \frac{s_2^2}{n_2}

    Here :math:`x_1` is ``first``, :math:`x_2` is ``second`` and :math:`\Delta` is ``margin``. :math:`T_\nu` is
    the distribution function of Student's t with Welch's degrees of freedom.

    Source: two one-sided tests. Unlike the test that Table 7 asks for, few and scattered sites do not pass it: that
    nothing was found is not shown to be nothing.

    Examples
    --------
    >>> print(equivalence_p_value(first=[1.0, 3.0], second=[4.0, 6.0], margin=3.0))
    0.5
    """
    width = float(margin)
    gap, error, freedom = _welch(first, second)
    if error == 0:
        return 0.0 if abs(gap) < width else 1.0
    return float(stdtr(freedom, -(width - abs(gap)) / error))


@equation(
    "mollisol:trend-difference", "d_pre", "t CO2e/(ha yr)", ours("docs/measure-and-model.md, control sites")
)
def trend_difference_t_co2e_per_ha_yr(
    *,
    unit_change_t_co2e_per_ha: Numbers,
    control_change_t_co2e_per_ha: Numbers,
    years: Years,
) -> Value:
    r"""Return the difference of yearly changes of unit and controls before the project began.

    Parameters
    ----------
    unit_change_t_co2e_per_ha, control_change_t_co2e_per_ha
        Paired changes over the look-back, shapes (n,) and (m,). [t CO2e/ha]
    years
        Between the two samplings. [years]

    Returns
    -------
    float
        Unit less control; near 0 where both ran in parallel. [t CO2e/(ha yr)]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: d_{pre} = \frac{\bar{u} - \bar{c}}{T}

    Here :math:`u` is ``unit_change_t_co2e_per_ha``, :math:`c` is ``control_change_t_co2e_per_ha`` and :math:`T`
    is ``years``.

    Source: difference of means. A difference in differences holds only if it would have stayed at 0.

    Examples
    --------
    >>> result = trend_difference_t_co2e_per_ha_yr(
    ...     unit_change_t_co2e_per_ha=[2.0, 4.0], control_change_t_co2e_per_ha=[1.0, 0.0, 2.0], years=5.0
    ... )
    >>> print(result)
    0.4
    """
    return float((unit_change_t_co2e_per_ha.mean() - control_change_t_co2e_per_ha.mean()) / float(years))


@equation(
    "mollisol:regression-to-mean", "d_rtm", "t CO2e/ha", ours("docs/measure-and-model.md, control sites")
)
def regression_to_mean_t_co2e_per_ha(
    *,
    start_t_co2e_per_ha: Annotated[FloatArray, Range(least=4)],
    change_t_co2e_per_ha: Annotated[FloatArray, Range(least=4)],
    group: Annotated[FloatArray, Range(0, whole=True, least=4)],
) -> Value:
    r"""Return the part of the difference between units and controls that their unlike starting stocks explain.

    Parameters
    ----------
    start_t_co2e_per_ha
        Measured stock at the start by sampling unit, shape (n,). [t CO2e/ha]
    change_t_co2e_per_ha
        Change of the same units, shape (n,). [t CO2e/ha]
    group
        1 for project units, 0 for control sites, shape (n,), at least two of each.

    Returns
    -------
    float
        Slope of the change on the starting stock within groups, times the gap between the groups' starting stocks.
        Above 0 it raises the difference without any effect of the practice. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ, a group with fewer than two, or starting stocks without spread.

    Notes
    -----
    .. math::

        d_{rtm} = \frac{\sum_g \sum_{i \in g} (s_i - \bar{s}_g)(d_i - \bar{d}_g)}{\sum_g \sum_{i \in g} (s_i -
        \bar{s}_g)^2} \, (\bar{s}_1 - \bar{s}_0)

    Here :math:`s_i` is ``start_t_co2e_per_ha``, :math:`d_i` is ``change_t_co2e_per_ha`` and :math:`g` is
    ``group``.

    Source: analysis of covariance. Units chosen for low stocks rise and those chosen for high ones fall, because a
    part of what made them low or high was error.

    Examples
    --------
    >>> result = regression_to_mean_t_co2e_per_ha(
    ...     start_t_co2e_per_ha=[95.0, 105.0, 85.0, 95.0], change_t_co2e_per_ha=[1.0, -1.0, 5.0, 1.0],
    ...     group=[0, 0, 1, 1]
    ... )
    >>> print(result)
    3.0
    """
    same_shape(
        start_t_co2e_per_ha=start_t_co2e_per_ha, change_t_co2e_per_ha=change_t_co2e_per_ha, group=group
    )
    places = [np.flatnonzero(group == code) for code in (0.0, 1.0)]
    if any(place.size < 2 for place in places) or sum(place.size for place in places) < group.size:
        raise ValueError("group must be 0 or 1, with two or more of each")
    across = along = 0.0
    for place in places:
        left = start_t_co2e_per_ha[place] - start_t_co2e_per_ha[place].mean()
        across += float(left @ (change_t_co2e_per_ha[place] - change_t_co2e_per_ha[place].mean()))
        along += float(left @ left)
    if along <= (1e-12 * float(np.abs(start_t_co2e_per_ha).max())) ** 2:
        raise ValueError("start_t_co2e_per_ha must differ between the units of a group")
    gap = float(start_t_co2e_per_ha[places[1]].mean() - start_t_co2e_per_ha[places[0]].mean())
    return across / along * gap


@equation("mollisol:equivalence-margin", "Delta", "t C/ha", ours("docs/measure-and-model.md, control sites"))
def equivalence_margin(*, stock_t_c_per_ha: Positives, share: AboveZero) -> Value:
    r"""Return the difference of mean stocks that counts as none.

    Parameters
    ----------
    stock_t_c_per_ha
        Stock of each sampling unit, shape (n,). [t C/ha]
    share
        Of their mean. [fraction]

    Returns
    -------
    float
        [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: \Delta = a \, \bar{S}

    Here :math:`a` is ``share`` and :math:`S` is ``stock_t_c_per_ha``.

    Source: ours; Table 7 names no margin, as its test needs none.

    Examples
    --------
    >>> print(equivalence_margin(stock_t_c_per_ha=[40.0, 60.0], share=0.1))
    5.0
    """
    return float(share) * float(stock_t_c_per_ha.mean())
