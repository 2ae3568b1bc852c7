"""Whether control sites stand for their units: equivalence, trends before the start, regression to the mean."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Numbers, Places, Positives, Years, equation, ours
from mollisol.quantification.averages import ByEntry, by_entry, of_entries
from mollisol.quantification.checks import FloatArray, Value, same_shape
from mollisol.uncertainty.comparison.similarity import Welch


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
    first_entry: Places | None = None,
    second_entry: Places | None = None,
) -> Value:
    r"""Return the probability of means this near to each other if the true ones differed by the margin or more.

    Parameters
    ----------
    first, second
        One value per independent unit, shapes (n,) and (m,), at least two each. [any unit, the same]
    margin
        Largest difference that counts as none, one for each test. [the same unit]
    first_entry, second_entry
        The number of the test that each value is of, from 0; left out where all are of one.

    Returns
    -------
    float or array
        By test, the larger of the two one-sided p-values, after Welch. [0 to 1]

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
    test = Welch.of(first, second, first_entry, second_entry)
    room = margin - np.abs(test.gap)
    varies = test.error > 0
    chance = stdtr(test.freedom, -room / np.where(varies, test.error, 1.0))
    return of_entries(np.where(varies, chance, room <= 0), first_entry)


@equation(
    "mollisol:trend-difference", "d_pre", "t CO2e/(ha yr)", ours("docs/measure-and-model.md, control sites")
)
def trend_difference_t_co2e_per_ha_yr(
    *,
    unit_change_t_co2e_per_ha: Numbers,
    control_change_t_co2e_per_ha: Numbers,
    years: Years,
    unit_entry: Places | None = None,
    control_entry: Places | None = None,
) -> Value:
    r"""Return the difference of yearly changes of unit and controls before the project began.

    Parameters
    ----------
    unit_change_t_co2e_per_ha, control_change_t_co2e_per_ha
        Paired changes over the look-back, shapes (n,) and (m,). [t CO2e/ha]
    years
        Between the two samplings. [years]
    unit_entry, control_entry
        The number of the comparison that each value is of, from 0; left out where all are of one.

    Returns
    -------
    float or array
        By comparison, unit less control; near 0 where both ran in parallel. [t CO2e/(ha yr)]

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
    unit = by_entry("unit_change_t_co2e_per_ha", unit_change_t_co2e_per_ha, unit_entry)
    control = by_entry("control_change_t_co2e_per_ha", control_change_t_co2e_per_ha, control_entry)
    return of_entries((unit.mean - control.mean) / years, unit_entry)


@equation(
    "mollisol:regression-to-mean", "d_rtm", "t CO2e/ha", ours("docs/measure-and-model.md, control sites")
)
def regression_to_mean_t_co2e_per_ha(
    *,
    start_t_co2e_per_ha: Annotated[FloatArray, Range(least=4)],
    change_t_co2e_per_ha: Annotated[FloatArray, Range(least=4)],
    group: Annotated[FloatArray, Range(0, whole=True, least=4)],
    entry: Places | None = None,
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
    entry
        The number of the comparison that each is of, from 0, shape (n,); left out where all are of one.

    Returns
    -------
    float or array
        By comparison, the slope of the change on the starting stock within groups, times the gap between the groups'
        starting stocks. Above 0 it raises the difference without any effect of the practice. [t CO2e/ha]

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
    side = group if entry is None else 2 * entry + group
    if (group > 1).any() or np.bincount(side.astype(np.intp), minlength=2).min() < 2:
        raise ValueError("group must be 0 or 1, with two or more of each")
    start = by_entry("start_t_co2e_per_ha", start_t_co2e_per_ha, side)
    change = by_entry("change_t_co2e_per_ha", change_t_co2e_per_ha, side)
    across, along = (
        np.bincount(start.entry, weights=start.deviation * other.deviation).reshape(-1, 2).sum(axis=1)
        for other in (change, start)
    )
    if not _vary(start).all():
        raise ValueError("start_t_co2e_per_ha must differ between the units of a group")
    mean = start.mean.reshape(-1, 2)
    return of_entries(across / along * (mean[:, 1] - mean[:, 0]), entry)


def _vary(start: ByEntry) -> NDArray[np.bool_]:
    """Return for each comparison whether starting stocks differ within its two groups."""
    size = np.abs(start.mean).reshape(-1, 2).max(axis=1)
    varies: NDArray[np.bool_] = start.squares.reshape(-1, 2).sum(axis=1) > (1e-12 * size) ** 2
    return varies


def starts_vary(
    start_t_co2e_per_ha: FloatArray, group: NDArray[Any], entry: NDArray[Any]
) -> NDArray[np.bool_]:
    """Return for each comparison whether a regression to the mean can be computed: starting stocks differ."""
    return _vary(by_entry("start_t_co2e_per_ha", start_t_co2e_per_ha, 2 * entry + group))


@equation("mollisol:equivalence-margin", "Delta", "t C/ha", ours("docs/measure-and-model.md, control sites"))
def equivalence_margin(
    *, stock_t_c_per_ha: Positives, share: AboveZero, entry: Places | None = None
) -> Value:
    r"""Return the difference of mean stocks that counts as none.

    Parameters
    ----------
    stock_t_c_per_ha
        Stock of each sampling unit, shape (n,). [t C/ha]
    share
        Of their mean. [fraction]
    entry
        The number of the comparison that each unit is of, from 0, shape (n,); left out where all are of one.

    Returns
    -------
    float or array
        By comparison. [t C/ha]

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
    return of_entries(share * by_entry("stock_t_c_per_ha", stock_t_c_per_ha, entry).mean, entry)
