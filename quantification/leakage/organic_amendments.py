"""Leakage of organic amendments from outside the project (VM0042 section 8.4.1, Eq. 33)."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Area, summed

type Basis = Literal["all", "increment"]

Applied = Annotated[Value, ranges.ORGANIC_PER_HA]
CARBON_CONTENT = Range(0.006, 0.6, "t C/t", zero=True)
RETAINED = Range(0.05, 0.5, "(a fraction)")


@equation("vm0042:33", "LE_OA,t", "t CO2e", vm0042("8.4.1", "33"))
def amendment_leakage_t_co2e(
    *,
    applied_t: Applied,
    look_back_t: Applied,
    carbon_content_t_c_per_t: Annotated[Value, CARBON_CONTENT],
    retained_fraction: Annotated[Value, RETAINED],
    area_ha: Area,
    basis: Basis = "all",
) -> Value:
    r"""Return the carbon that amendments would have left in the soil elsewhere.

    Parameters
    ----------
    applied_t
        Amendment applied in the project area in the year that no exemption takes out, shape (..., amendments).
        [t]
    look_back_t
        The same before the project: mean of the look-back period or mapped schedule year. [t]
    carbon_content_t_c_per_t
        On the basis (fresh or dry) of the mass. [t C/t]
    retained_fraction
        0.12 of VM0042. [fraction]
    area_ha
        Area of the project, shape (...); only judges the amounts. [ha]
    basis
        ``all`` counts everything that is applied, as printed; ``increment`` what is above the look-back, kind by
        kind (E-34). The same where nothing was applied before.

    Returns
    -------
    float or array
        Shape (...), summed over amendments. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, another basis, or shapes that do not fit.

    Notes
    -----
    .. math:: LE_{OA,t} = \frac{44}{12} \, f_r \sum_o \max(0, M_{o,t} - M_{o,0}) \, C_o

    Here :math:`M_{o,t}` is ``applied_t``, :math:`M_{o,0}` is ``look_back_t``, :math:`C_o` is
    ``carbon_content_t_c_per_t`` and :math:`f_r` is ``retained_fraction``. With the basis ``all`` the look-back
    is not taken off: :math:`M_{o,t}` stands in place of the maximum.

    Source: Eq. 33. A kind of which less is applied than before adds nothing and takes nothing away.

    Examples
    --------
    >>> result = amendment_leakage_t_co2e(
    ...     applied_t=100.0, look_back_t=0.0, carbon_content_t_c_per_t=0.3, retained_fraction=0.12,
    ...     area_ha=50.0
    ... )
    >>> print(result)
    13.2
    """
    if basis not in ("all", "increment"):
        raise ValueError(f"basis must be 'all' or 'increment', found {basis!r}")
    counted = applied_t if basis == "all" else np.maximum(applied_t - look_back_t, 0.0)
    return (summed(counted * carbon_content_t_c_per_t * retained_fraction) * CO2E_PER_C)[()]
