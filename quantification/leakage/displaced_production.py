"""What VM0042 changes in VMD0054, and the yearly amount (VM0042 section 8.4.3, Eqs. 34 to 36)."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Number, equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import summed

Cumulative = Annotated[Value, Range(-1e10, 1e10, "t CO2e")]


@equation("vm0042:34", "l_j,t", "commodity unit/yr", vm0042("8.4.3", "34"))
def production_change_per_year(
    *, foregone_production_per_year: Number, leakage_mitigation_per_year: Number
) -> Value:
    """Return the production of a commodity that is lost and not made up for elsewhere; below 0 where it rose.

    Parameters
    ----------
    foregone_production_per_year
        Expected less monitored production. [commodity unit/yr]
    leakage_mitigation_per_year
        Additional production on mitigation land. [commodity unit/yr]

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
    .. math:: l_{j,t} = FP_{j,t} - LM_{j,t}

    Here :math:`FP_{j,t}` is ``foregone_production_per_year`` and :math:`LM_{j,t}` is
    ``leakage_mitigation_per_year``.

    Source: Eq. 34, in place of VMD0054 v1.0 Eq. 5: the zero minimum is dropped, so that a new commodity can offset.

    Examples
    --------
    >>> result = production_change_per_year(
    ...     foregone_production_per_year=[20.0, -5.0], leakage_mitigation_per_year=[5.0, 0.0]
    ... )
    >>> print(result)
    [15. -5.]
    """
    return foregone_production_per_year - leakage_mitigation_per_year


@equation("vm0042:35", "AL_t", "ha", vm0042("8.4.3", "35"))
def displaced_area_ha(*, new_land_ha: Annotated[Value, Range(unit="ha")]) -> Value:
    r"""Return the area cleared elsewhere for all commodities together.

    Parameters
    ----------
    new_land_ha
        INL of each commodity, below 0 where its production rose, shape (..., commodities). [ha]

    Returns
    -------
    float or array
        Sum over the last axis, and 0 where the sum is below 0. [ha]

    Raises
    ------
    ValueError
        For an argument that is not finite or has no commodity.

    Notes
    -----
    .. math:: AL_t = \max\left(0, \sum_j INL_{j,t}\right)

    Here :math:`INL_{j,t}` is ``new_land_ha``.

    Source: Eq. 35, in place of VMD0054 v1.0 Eq. 7. The zero is that of the document.

    Examples
    --------
    >>> print(displaced_area_ha(new_land_ha=[3.0, -1.0]))
    2.0
    """
    area: Value = np.maximum(summed(new_land_ha), 0.0)[()]
    return area


@equation("vm0042:36", "LK_disp,t", "t CO2e", vm0042("8.4.3", "36"))
def displacement_leakage_t_co2e(
    *,
    cumulative_t_co2e: Cumulative,
    prior_cumulative_t_co2e: Cumulative,
    years: Annotated[Value, Range(0.5, 10, "years")],
) -> Value:
    r"""Return the leakage of displaced production in each year of a verification period.

    Parameters
    ----------
    cumulative_t_co2e
        LK_t of VMD0054 to the end of the period. [t CO2e]
    prior_cumulative_t_co2e
        The same to the end of the period before; 0 in the first. [t CO2e]
    years
        Length of the period. [year]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e per year]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: LK_{disp,t} = \frac{\max(0, LK_t - LK_{t-x})}{x}

    Here :math:`LK_t` is ``cumulative_t_co2e``, :math:`LK_{t-x}` is ``prior_cumulative_t_co2e`` and :math:`x` is
    ``years``.

    Source: Eq. 36. The print calls it livestock displacement; it is displaced production of any kind (E-19). A fall
    of the cumulative amount gives nothing back: the zero is that of the document.

    Examples
    --------
    >>> result = displacement_leakage_t_co2e(
    ...     cumulative_t_co2e=100.0, prior_cumulative_t_co2e=200.0, years=2.0
    ... )
    >>> print(result)
    0.0
    """
    yearly: Value = np.maximum(cumulative_t_co2e - prior_cumulative_t_co2e, 0.0) / years
    return yearly
