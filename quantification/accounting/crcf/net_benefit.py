"""The net benefit of carbon farming (Regulation 2024/3012, Art. 4; C(2026) 4666, annex 2)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Number, Tonnes, equation
from mollisol.quantification.checks import Form, Value, form_of

_law = partial(Locator, "Regulation (EU) 2024/3012", "2024")
_act = partial(Locator, "C(2026) 4666", "9 July 2026, seen at second hand")


@equation("crcf:4-2-a", "CR_base - CR_total", "t CO2e", _law("4(2)(a)"))
def gross_removal_t_co2e(*, baseline_t_co2e: Tonnes, total_t_co2e: Tonnes) -> Value:
    r"""Return the removals beyond the baseline.

    Parameters
    ----------
    baseline_t_co2e
        Removals without the activity, below 0. [t CO2e]
    total_t_co2e
        Removals with it, below 0. [t CO2e]

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
    .. math:: G_{CR} = CR_{base} - CR_{total}

    Here :math:`CR_{base}` is ``baseline_t_co2e`` and :math:`CR_{total}` is ``total_t_co2e``; removals are
    negative, Art. 4(6).

    Source: Art. 4(2)(a), without associated emissions; the image of the formula was lost, and 4(1) and 4(5)
    have its shape.

    Examples
    --------
    >>> print(gross_removal_t_co2e(baseline_t_co2e=-40.0, total_t_co2e=-700.0))
    660.0
    """
    return baseline_t_co2e - total_t_co2e


@equation("crcf:4-2-b", "gross reduction", "t CO2e", _law("4(2)(b)"))
def gross_reduction_t_co2e(
    *,
    land_baseline_t_co2e: Tonnes,
    land_total_t_co2e: Tonnes,
    farm_baseline_t_co2e: Tonnes,
    farm_total_t_co2e: Tonnes,
) -> Value:
    r"""Return the soil emissions that the activity spares.

    Parameters
    ----------
    land_baseline_t_co2e
        CO2 of soils without the activity. [t CO2e]
    land_total_t_co2e
        With it. [t CO2e]
    farm_baseline_t_co2e
        Nitrous oxide of managed soils without it. [t CO2e]
    farm_total_t_co2e
        With it. [t CO2e]

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
    .. math:: G_{SE} = (LSE_{base} - LSE_{total}) + (ASE_{base} - ASE_{total})

    Here :math:`LSE` is ``land_baseline_t_co2e`` and ``land_total_t_co2e``, and :math:`ASE` is
    ``farm_baseline_t_co2e`` and ``farm_total_t_co2e``.

    Source: Art. 4(2)(b), without associated emissions; from memory and two accounts of it.

    Examples
    --------
    >>> result = gross_reduction_t_co2e(
    ...     land_baseline_t_co2e=310.0, land_total_t_co2e=140.0, farm_baseline_t_co2e=90.0,
    ...     farm_total_t_co2e=95.0
    ... )
    >>> print(result)
    165.0
    """
    return land_baseline_t_co2e - land_total_t_co2e + farm_baseline_t_co2e - farm_total_t_co2e


@equation("crcfa:2", "w", "fraction", _act("annex 2.1"), switch=("switch.crcfa-share",))
def share_of_removals(*, removal_t_co2e: Tonnes, reduction_t_co2e: Tonnes, form: Form) -> Value:
    r"""Return the share of associated emissions that removals bear.

    Parameters
    ----------
    removal_t_co2e
        After uncertainty. [t CO2e]
    reduction_t_co2e
        After uncertainty. [t CO2e]
    form
        ``"printed"`` divides by the sum; ``"corrected"`` shares by the parts above 0.

    Returns
    -------
    float or array
        Shape of the arguments combined; 1 where there is nothing to share by. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: w = \frac{g_{CR}}{g_{CR} + g_{SE}}

    Here :math:`g_{CR}` is ``removal_t_co2e`` and :math:`g_{SE}` is ``reduction_t_co2e``.

    Source: annex 2.1, known at second hand; the corrected form is ours, and so is what is done where nothing
    is above 0: the share of the losses.

    Examples
    --------
    >>> result = share_of_removals(
    ...     removal_t_co2e=[580.8, 450.0, -200.0], reduction_t_co2e=[52.8, -60.0, 0.0], form="corrected"
    ... )
    >>> print(result)
    [0.91666667 1.         1.        ]
    """
    first, second = np.asarray(removal_t_co2e), np.asarray(reduction_t_co2e)
    if not form_of(form):
        none = (first <= 0) & (second <= 0)
        first, second = (np.where(none, one, np.maximum(0.0, one)) for one in (first, second))
    total = first + second
    return np.where(total == 0, 1.0, first / np.where(total == 0, 1.0, total))[()]


@equation("crcfa:1", "B", "t CO2e", _act("annex 2.1", "1, 2"))
def net_benefit_t_co2e(*, after_t_co2e: Tonnes, share_fraction: Number, associated_t_co2e: Tonnes) -> Value:
    r"""Return the net benefit of one kind.

    Parameters
    ----------
    after_t_co2e
        A benefit after uncertainty. [t CO2e]
    share_fraction
        What of the associated emissions it bears. [fraction]
    associated_t_co2e
        Emissions that the activity makes rise. [t CO2e]

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
    .. math:: B = g - w \, GHG

    Here :math:`g` is ``after_t_co2e``, :math:`w` is ``share_fraction`` and :math:`GHG` is
    ``associated_t_co2e``.

    Source: annex Eqs. 1 and 2, known at second hand.

    Examples
    --------
    >>> print(net_benefit_t_co2e(after_t_co2e=607.2, share_fraction=1.0, associated_t_co2e=25.0))
    582.2
    """
    return after_t_co2e - share_fraction * associated_t_co2e


@equation("crcf:4-6", "CR", "t CO2e", _law("4(6)"))
def as_removal_t_co2e(*, change_t_co2e: Tonnes) -> Value:
    r"""Return the change of a stock with the sign of the Regulation.

    Parameters
    ----------
    change_t_co2e
        Change of the stock; a gain is above 0. [t CO2e]

    Returns
    -------
    float or array
        Shape of the argument. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: CR = -\Delta S

    Here :math:`\Delta S` is ``change_t_co2e``.

    Source: Art. 4(6): removals are negative.

    Examples
    --------
    >>> print(as_removal_t_co2e(change_t_co2e=[700.0, -200.0]))
    [-700.  200.]
    """
    return -change_t_co2e


@equation("crcfa:2-rest", "1 - w", "fraction", _act("annex 2.1"))
def rest_of_share(*, share_fraction: Number) -> Value:
    r"""Return the share of associated emissions that reductions bear.

    Parameters
    ----------
    share_fraction
        What removals bear. [fraction]

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
    .. math:: 1 - w

    Here :math:`w` is ``share_fraction``.

    Source: annex 2.1, known at second hand.

    Examples
    --------
    >>> print(rest_of_share(share_fraction=0.75))
    0.25
    """
    return 1 - share_fraction
