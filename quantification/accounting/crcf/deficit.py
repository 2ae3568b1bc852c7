"""What earlier losses leave of a net benefit (C(2026) 4666, annex 2.1)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Tonnes, equation
from mollisol.quantification.checks import Value

_act = partial(Locator, "C(2026) 4666", "9 July 2026, seen at second hand")


@equation("crcfa:4", "certifiable", "t CO2e", _act("annex 2.1"))
def certifiable_t_co2e(*, net_t_co2e: Tonnes, deficit_before_t_co2e: Amount) -> Value:
    r"""Return what may be certified once earlier losses are made good.

    Parameters
    ----------
    net_t_co2e
        Net benefit of the period, of both kinds. [t CO2e]
    deficit_before_t_co2e
        What earlier periods left to make good. [t CO2e]

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
    .. math:: C = \max(0, B - d)

    Here :math:`B` is ``net_t_co2e`` and :math:`d` is ``deficit_before_t_co2e``.

    Source: annex 2.1, last paragraph, known at second hand.

    Examples
    --------
    >>> print(certifiable_t_co2e(net_t_co2e=[353.0, 77.0], deficit_before_t_co2e=205.0))
    [148.   0.]
    """
    return np.maximum(0.0, net_t_co2e - deficit_before_t_co2e)


@equation("crcfa:4-deficit", "deficit", "t CO2e", _act("annex 2.1"))
def deficit_t_co2e(*, net_t_co2e: Tonnes, deficit_before_t_co2e: Amount) -> Value:
    r"""Return what the next period has to make good.

    Parameters
    ----------
    net_t_co2e
        Net benefit of the period, of both kinds. [t CO2e]
    deficit_before_t_co2e
        What earlier periods left to make good. [t CO2e]

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
    .. math:: d' = \max(0, d - B)

    Here :math:`B` is ``net_t_co2e`` and :math:`d` is ``deficit_before_t_co2e``.

    Source: annex 2.1, last paragraph, known at second hand.

    Examples
    --------
    >>> print(deficit_t_co2e(net_t_co2e=[353.0, 77.0], deficit_before_t_co2e=205.0))
    [  0. 128.]
    """
    return np.maximum(0.0, deficit_before_t_co2e - net_t_co2e)
