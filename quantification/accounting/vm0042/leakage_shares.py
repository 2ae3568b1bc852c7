"""Shares of leakage, reductions and removals net of them, and their sum (VM0042 section 8.5, Eqs. 38, 39 and 41 to 43).

Nothing is floored, clipped or rounded: a negative total is a loss and stays one.
"""

from __future__ import annotations

import numpy as np

from mollisol.quantification.arguments import Tonnes, equation, vm0042
from mollisol.quantification.checks import Form, Value, form_of

_SECTION = "8.5"


def _share(leakage: Value, part: Value, other: Value, form: Form) -> Value:
    """Return the part of the leakage that falls on reductions or on removals."""
    if not form_of(form):
        some = np.maximum(part, other) > 0
        part, other = (np.where(some, np.maximum(value, 0.0), value) for value in (part, other))
    total, lost = part + other, np.asarray(leakage)
    if ((total == 0) & (lost != 0)).any():
        raise ValueError(
            "reductions_t_co2e + removals_t_co2e must not be 0 where leakage_t_co2e is not: it has no shares"
        )
    return leakage * np.divide(part, np.where(lost == 0, 1.0, total))


@equation("vm0042:39", "LK_ER,t", "t CO2e", vm0042(_SECTION, "39"), switch=("switch.leakage-allocation",))
def leakage_on_reductions_t_co2e(
    *,
    leakage_t_co2e: Tonnes,
    reductions_t_co2e: Tonnes,
    removals_t_co2e: Tonnes,
    form: Form = "corrected",
) -> Value:
    r"""Return the leakage that falls on the reductions.

    Parameters
    ----------
    leakage_t_co2e
        All leakage of the year; which kinds are in it is a rule. [t CO2e]
    reductions_t_co2e, removals_t_co2e
        Eqs. 37 and 40. [t CO2e]
    form
        ``corrected`` shares by the positive parts of the two, and by the two as they are where neither is above 0;
        ``printed`` always by the two as they are, so that a negative one takes a negative share (E-13). The whole is
        the same.

    Returns
    -------
    float or array
        Shape of the arguments combined; as printed, outside 0 to the leakage where one is negative. [t CO2e]

    Raises
    ------
    ValueError
        Where there is leakage and nothing to share it on, or an argument is not finite.

    Notes
    -----
    .. math:: LK_{ER,t} = LK_t \, \frac{\max(0, ER_t)}{\max(0, ER_t) + \max(0, CR_t)}

    Here :math:`LK_t` is ``leakage_t_co2e``, :math:`ER_t` is ``reductions_t_co2e`` and :math:`CR_t` is
    ``removals_t_co2e``. The printed form has no maxima, nor has
    the corrected one where neither is above 0.

    Source: Eq. 39. No leakage gives 0 whatever the sum.

    Examples
    --------
    >>> result = leakage_on_reductions_t_co2e(
    ...     leakage_t_co2e=0.0, reductions_t_co2e=5.0, removals_t_co2e=-5.0
    ... )
    >>> print(result)
    0.0
    """
    return _share(leakage_t_co2e, reductions_t_co2e, removals_t_co2e, form)


@equation("vm0042:42", "LK_CR,t", "t CO2e", vm0042(_SECTION, "42"), switch=("switch.leakage-allocation",))
def leakage_on_removals_t_co2e(
    *,
    leakage_t_co2e: Tonnes,
    reductions_t_co2e: Tonnes,
    removals_t_co2e: Tonnes,
    form: Form = "corrected",
) -> Value:
    r"""Return the leakage that falls on the removals.

    Parameters
    ----------
    leakage_t_co2e
        All leakage of the year; which kinds are in it is a rule. [t CO2e]
    reductions_t_co2e, removals_t_co2e
        Eqs. 37 and 40. [t CO2e]
    form
        ``corrected`` shares by the positive parts of the two, and by the two as they are where neither is above 0;
        ``printed`` always by the two as they are, so that a negative one takes a negative share (E-13). The whole is
        the same.

    Returns
    -------
    float or array
        Shape of the arguments combined; as printed, outside 0 to the leakage where one is negative. [t CO2e]

    Raises
    ------
    ValueError
        Where there is leakage and nothing to share it on, or an argument is not finite.

    Notes
    -----
    .. math:: LK_{CR,t} = LK_t \, \frac{\max(0, CR_t)}{\max(0, ER_t) + \max(0, CR_t)}

    Here :math:`LK_t` is ``leakage_t_co2e``, :math:`ER_t` is ``reductions_t_co2e`` and :math:`CR_t` is
    ``removals_t_co2e``. The printed form has no maxima, nor has
    the corrected one where neither is above 0.

    Source: Eq. 42. No leakage gives 0 whatever the sum.

    Examples
    --------
    >>> result = leakage_on_removals_t_co2e(
    ...     leakage_t_co2e=0.0, reductions_t_co2e=5.0, removals_t_co2e=-5.0
    ... )
    >>> print(result)
    0.0
    """
    return _share(leakage_t_co2e, removals_t_co2e, reductions_t_co2e, form)


@equation("vm0042:38", "ER_NET,t", "t CO2e", vm0042(_SECTION, "38"))
def net_reductions_t_co2e(*, reductions_t_co2e: Tonnes, leakage_on_reductions_t_co2e: Tonnes) -> Value:
    """Return the reductions less their leakage.

    Parameters
    ----------
    reductions_t_co2e, leakage_on_reductions_t_co2e
        Eqs. 37 and 39. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: ER_{NET,t} = ER_t - LK_{ER,t}

    Here :math:`ER_t` is ``reductions_t_co2e`` and :math:`LK_{ER,t}` is ``leakage_on_reductions_t_co2e``.

    Source: Eq. 38.

    Examples
    --------
    >>> print(net_reductions_t_co2e(reductions_t_co2e=70.0, leakage_on_reductions_t_co2e=7.0))
    63.0
    """
    return reductions_t_co2e - leakage_on_reductions_t_co2e


@equation("vm0042:41", "CR_NET,t", "t CO2e", vm0042(_SECTION, "41"))
def net_removals_t_co2e(*, removals_t_co2e: Tonnes, leakage_on_removals_t_co2e: Tonnes) -> Value:
    """Return removals less their leakage.

    Parameters
    ----------
    removals_t_co2e, leakage_on_removals_t_co2e
        Eqs. 40 and 42. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: CR_{NET,t} = CR_t - LK_{CR,t}

    Here :math:`CR_t` is ``removals_t_co2e`` and :math:`LK_{CR,t}` is ``leakage_on_removals_t_co2e``.

    Source: Eq. 41.

    Examples
    --------
    >>> print(net_removals_t_co2e(removals_t_co2e=50.0, leakage_on_removals_t_co2e=5.0))
    45.0
    """
    return removals_t_co2e - leakage_on_removals_t_co2e


@equation("vm0042:43", "ERR_NET,t", "t CO2e", vm0042(_SECTION, "43"))
def net_total_t_co2e(*, net_reductions_t_co2e: Tonnes, net_removals_t_co2e: Tonnes) -> Value:
    """Return the net reductions and removals together.

    Parameters
    ----------
    net_reductions_t_co2e, net_removals_t_co2e
        Eqs. 38 and 41. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: ERR_{NET,t} = ER_{NET,t} + CR_{NET,t}

    Here :math:`ER_{NET,t}` is ``net_reductions_t_co2e`` and :math:`CR_{NET,t}` is ``net_removals_t_co2e``.

    Source: Eq. 43.

    Examples
    --------
    >>> print(net_total_t_co2e(net_reductions_t_co2e=63.0, net_removals_t_co2e=45.0))
    108.0
    """
    return net_reductions_t_co2e + net_removals_t_co2e
