"""Leakage from displaced agricultural activities, VMD0054 v1.0 of 28 September 2023, Eqs. 1 to 10.

Read in a public comparison with v1.1, not in the document: status ``secondary``. Equations of the same form as in
v1.1 are the same function under their own number. VM0042 puts its Eqs. 34 and 35 in place of Eqs. 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated

import numpy as np

from mollisol.methodology import provenance
from mollisol.methodology.provenance import Locator, Range, passport_of
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import Number, equation
from mollisol.quantification.checks import Value
from mollisol.quantification.leakage import vmd0054_v1_1 as later
from mollisol.quantification.leakage import vmd0054_v1_1_land as land
from mollisol.quantification.sources.ranges import summed

STATUS = "secondary"
_where = partial(Locator, "VMD0054", "1.0", "")


def _same_form[**P, R](function: Callable[P, R], number: str, name: str = "") -> Callable[P, R]:
    known = passport_of(function)

    @wraps(function)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    again.__module__ = __name__
    again.__name__ = again.__qualname__ = name or function.__name__
    text = (function.__doc__ or "").replace(f" {function.__name__}(", f" {again.__name__}(")
    again.__doc__ = text.replace(f"VMD0054 v1.1 Eq. {known.locator.equation}", f"VMD0054 v1.0 Eq. {number}")
    return provenance.equation(f"vmd0054-1.0:{number}", known.symbol, known.unit, _where(number))(again)


baseline_production_per_year = _same_form(later.baseline_production_per_year, "1")
foregone_production_per_year = _same_form(
    later.production_change_per_year, "2", "foregone_production_per_year"
)
mitigation_baseline_per_year = _same_form(later.mitigation_baseline_per_year, "3")
leakage_mitigation_per_year = _same_form(later.leakage_mitigation_per_year, "4")


@equation("vmd0054-1.0:5", "l_j,t", "commodity unit/yr", _where("5"))
def net_production_loss_per_year(
    *, foregone_production_per_year: Number, leakage_mitigation_per_year: Number
) -> Value:
    r"""Return the production that is missing after mitigation, and 0 where there is more.

    Parameters
    ----------
    foregone_production_per_year, leakage_mitigation_per_year
        FP and LM. [commodity unit/yr]

    Returns
    -------
    float or array
        Shape of the arguments combined. [commodity unit/yr]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: l_{j,t} = \max(0, FP_{j,t} - LM_{j,t})

    Here :math:`FP_{j,t}` is ``foregone_production_per_year`` and :math:`LM_{j,t}` is
    ``leakage_mitigation_per_year``.

    Source: VMD0054 v1.0 Eq. 5; VM0042 takes its Eq. 34 instead.

    Examples
    --------
    >>> result = net_production_loss_per_year(
    ...     foregone_production_per_year=[20.0, -5.0], leakage_mitigation_per_year=[5.0, 0.0]
    ... )
    >>> print(result)
    [15.  0.]
    """
    loss: Value = np.maximum(foregone_production_per_year - leakage_mitigation_per_year, 0.0)[()]
    return loss


new_land_ha = _same_form(land.new_land_ha, "6")


@equation("vmd0054-1.0:7", "AL_t", "ha", _where("7"))
def displaced_area_ha(*, new_land_ha: Annotated[Value, Range(unit="ha")]) -> Value:
    r"""Return the area cleared elsewhere for all commodities together.

    Parameters
    ----------
    new_land_ha
        INL, shape (..., commodities). [ha]

    Returns
    -------
    float or array
        Sum over the last axis. [ha]

    Raises
    ------
    ValueError
        For an argument that is not finite or has no commodity.

    Notes
    -----
    .. math:: AL_t = \sum_j INL_{j,t}

    Here :math:`INL_{j,t}` is ``new_land_ha``.

    Source: VMD0054 v1.0 Eq. 7, a plain sum; VM0042 takes its Eq. 35 instead.

    Examples
    --------
    >>> print(displaced_area_ha(new_land_ha=[3.0, -1.0]))
    2.0
    """
    return summed(new_land_ha)[()]


stock_lost_t_c_per_ha = _same_form(land.stock_lost_t_c_per_ha, "8")
soil_lost_t_c_per_ha = _same_form(land.soil_lost_t_c_per_ha, "9")


@equation("vmd0054-1.0:10", "LK_t", "t CO2e", _where("10"))
def cumulative_leakage_t_co2e(
    *, displaced_area_ha: land.DisplacedArea, stock_lost_t_c_per_ha: land.StockChange
) -> Value:
    r"""Return the leakage from the start of the project.

    Parameters
    ----------
    displaced_area_ha
        AL. [ha]
    stock_lost_t_c_per_ha
        dCS. [t C/ha]

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
    .. math:: LK_t = \frac{44}{12} \, AL_t \, \Delta CS

    Here :math:`AL_t` is ``displaced_area_ha`` and :math:`\Delta CS` is ``stock_lost_t_c_per_ha``.

    Source: VMD0054 v1.0 Eq. 10, without the emission of mitigation that v1.1 adds.

    Examples
    --------
    >>> print(cumulative_leakage_t_co2e(displaced_area_ha=1.5, stock_lost_t_c_per_ha=138.0))
    759.0
    """
    return displaced_area_ha * stock_lost_t_c_per_ha * CO2E_PER_C
