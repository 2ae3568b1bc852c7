"""The rating of the non-permanence risk tool from the scores of its boxes, and the release of buffer credits."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Amounts,
    Fraction,
    Numbers,
    Percent,
    Switch,
    Tonnes,
    Years,
    equation,
)
from mollisol.quantification.checks import Value

_tool = partial(Locator, "AFOLU Non-Permanence Risk Tool", "5.0")


@equation("npr:longevity", "PL", "points", _tool("2.2.4", "Table 4"))
def longevity_score(*, years: Years, agreement: Switch, from_the_start: Switch) -> Value:
    r"""Return the score of project longevity.

    Parameters
    ----------
    years
        How long the practices and their finance are planned to last. [years]
    agreement
        1 where a legal agreement or requirement holds that long. [0 or 1]
    from_the_start
        1 where it holds at least a hundred years from the start. [0 or 1]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 at the least. [points]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: PL = (1 - h) \max(0, 25 - L / (5 - a))

    Here :math:`L` is ``years``, :math:`a` is ``agreement`` and :math:`h` is ``from_the_start``.

    Source: Table 4; a project that lasts less than the least years fails whatever the score.

    Examples
    --------
    >>> print(longevity_score(years=40.0, agreement=[0, 1, 1], from_the_start=[0, 0, 1]))
    [17. 15.  0.]
    """
    return (1 - from_the_start) * np.maximum(0.0, 25 - years / (5 - agreement))


@equation("npr:boxes", "risk of a category", "points", _tool("2.1.2", "Tables 1 to 8"))
def risk_of_boxes(*, box_points: Numbers) -> Value:
    r"""Return the risk of a category: the sum of its boxes, none of them below zero.

    Parameters
    ----------
    box_points
        Sums of the scores of each box, mitigation with its sign, shape (..., boxes). [points]

    Returns
    -------
    float or array
        Shape (...). [points]

    Raises
    ------
    ValueError
        For an argument that is not finite, or without a box.

    Notes
    -----
    .. math:: R = \sum_b \max(0, s_b)

    Here :math:`s_b` is ``box_points``. What mitigates stays in its box.

    Source: section 2.1.2(4).

    Examples
    --------
    >>> print(risk_of_boxes(box_points=[2.0, -4.0, 17.0]))
    19.0
    """
    return np.maximum(0.0, box_points).sum(axis=-1)


@equation("npr:natural", "NR", "points", _tool("2.4", "Tables 10 to 14"))
def natural_risk(
    *,
    climate_points: Amounts,
    climate_fraction: Fraction,
    adapts: Switch,
    spared: Annotated[Value, Range(0, 1)],
    other_points: Amounts,
) -> Value:
    r"""Return the natural risk: events that a changing climate makes worse count more.

    Parameters
    ----------
    climate_points
        Likelihood and significance times mitigation, of events that the climate makes worse, shape (..., events).
        [points]
    climate_fraction
        What the registry's tool adds for the climate of the place. [fraction]
    adapts
        1 where enough criteria of adaptive capacity are met. [0 or 1]
    spared
        What of the fraction is then spared. [fraction]
    other_points
        The same of all other events, and of the sea level, shape (..., events). [points]

    Returns
    -------
    float or array
        Shape (...). [points]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: NR = (1 + f (1 - a r)) \sum_c p_c + \sum_o p_o

    Here :math:`f` is ``climate_fraction``, :math:`a` is ``adapts``, :math:`r` is ``spared``, :math:`p_c` is
    ``climate_points`` and :math:`p_o` is ``other_points``.

    Source: sections 2.4.4 to 2.4.6. The fraction itself comes from the registry's tool alone.

    Examples
    --------
    >>> result = natural_risk(
    ...     climate_points=[1.0, 3.0], climate_fraction=0.35, adapts=1, spared=0.4, other_points=[1.0]
    ... )
    >>> print(result)
    5.84
    """
    factor = 1 + climate_fraction * (1 - adapts * spared)
    return factor * climate_points.sum(axis=-1) + other_points.sum(axis=-1)


@equation("npr:overall", "NPR", "per cent", _tool("2.5.1", "2.5.2"))
def overall_rating_percent(
    *, internal: Amount, external: Amount, natural: Amount, step_percent: AboveZero, least_percent: Percent
) -> Value:
    r"""Return the overall rating: the sum of the categories, rounded upward, and no less than the least.

    Parameters
    ----------
    internal, external, natural
        The three categories. [points]
    step_percent
        To which is rounded. [per cent]
    least_percent
        The least rating. [per cent]

    Returns
    -------
    float or array
        Shape of the arguments combined. [per cent]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: NPR = \max(m, q \lceil (I + E + N) / q \rceil)

    Here :math:`I`, :math:`E` and :math:`N` are ``internal``, ``external`` and ``natural``, :math:`q` is
    ``step_percent`` and :math:`m` is ``least_percent``.

    Source: sections 2.5.1 and 2.5.2. What floating point leaves beyond the ninth place does not lift a whole number.

    Examples
    --------
    >>> result = overall_rating_percent(
    ...     internal=[8.0, 0.0], external=[2.0, 0.0], natural=[5.84, 1.5], step_percent=1.0, least_percent=12.0
    ... )
    >>> print(result)
    [16. 12.]
    """
    total = internal + external + natural
    return np.maximum(least_percent, step_percent * np.ceil(np.round(total / step_percent, 9)))


@equation(
    "rip:buffer-release", "released", "t CO2e", Locator("VCS Registration and Issuance Process", "4.4", "5.2")
)
def buffer_release_t_co2e(
    *,
    rating_before_percent: Percent,
    rating_percent: Percent,
    verified_before_t_co2e: Tonnes,
    verified_t_co2e: Tonnes,
    years_since_first: Amount,
    wait_years: Amount,
    share: Fraction,
) -> Value:
    r"""Return the buffer credits that a later verification sets free.

    Parameters
    ----------
    rating_before_percent, rating_percent
        Of the verification before and of this one. [per cent]
    verified_before_t_co2e, verified_t_co2e
        Net change of stocks of all before, and of this one. [t CO2e]
    years_since_first
        Since the first verification was approved. [years]
    wait_years, share
        How long the share is held back, and the share. [years; fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where the rating rose. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: B = e + s \, [y \ge w] \, (r_0 V_0 - e + r V), \qquad e = (r_0 - r) V_0

    Here :math:`r_0` and :math:`r` are the two ratings over 100, :math:`V_0` and :math:`V` the two amounts, :math:`y` is
    ``years_since_first``, :math:`w` is ``wait_years`` and :math:`s` is ``share``; nothing where :math:`r > r_0`.

    Source: Registration and Issuance Process 4.4, section 5.2. The text does not say whether the share counts credits
    that leave as excess; here it does not, which frees less.

    Examples
    --------
    >>> result = buffer_release_t_co2e(
    ...     rating_before_percent=15.0, rating_percent=15.0, verified_before_t_co2e=20000.0, verified_t_co2e=12000.0,
    ...     years_since_first=5.5, wait_years=5.0, share=0.15
    ... )
    >>> print(result)
    720.0
    """
    before, now = rating_before_percent / PERCENT_PER_FRACTION, rating_percent / PERCENT_PER_FRACTION
    excess = (before - now) * verified_before_t_co2e
    left = before * verified_before_t_co2e - excess + now * verified_t_co2e
    released = excess + np.where(years_since_first >= wait_years, share * left, 0.0)
    return np.where(now > before, 0.0, released)[()]
