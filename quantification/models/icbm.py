"""ICBM: a young and an old pool with an exact solution, as a closed form and on the linear kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Fraction
from mollisol.quantification.models.arrays import FloatArray, Numeric, ParametersByName, with_axes
from mollisol.quantification.models.linear.kernel import (
    Compartments,
    Computing,
    Engine,
    Run,
    Series,
    run_linear,
)

POOLS: Final = ("young", "old")
_PAPER = "Andren and Katterer, Ecological Applications 7"


@equation("icbm:young", symbol="Y(t)", unit="t C/ha", locator=Locator(_PAPER, "1997", equation="Y(t)"))
def young_pool(
    *,
    years: Amount,
    start_t_ha: Amount,
    input_t_ha_yr: Amount,
    k_young_per_yr: AboveZero,
    climate_factor: Amount,
) -> Numeric:
    r"""Return the young carbon after some years of constant input and climate [t C/ha, or the unit of the start].

    Parameters
    ----------
    years
        Time since the start. [yr]
    start_t_ha, input_t_ha_yr
        Y at the start and the input. [t C/ha, t C/ha/yr]
    k_young_per_yr
        0.8. [1/yr]
    climate_factor
        r, 1 at Ultuna. [1]

    Notes
    -----
    .. math:: Y(t) = \frac{i}{k_1 r} + \left(Y_0 - \frac{i}{k_1 r}\right) e^{-k_1 r t}

    Here :math:`Y_0` is ``start_t_ha``, :math:`i` is ``input_t_ha_yr``, :math:`k_1` is ``k_young_per_yr``,
    :math:`r` is ``climate_factor`` and :math:`t` is ``years``.

    References
    ----------
    icbm:young — Andren and Katterer 1997.

    Examples
    --------
    >>> result = young_pool(
    ...     years=10.0, start_t_ha=0.3, input_t_ha_yr=0.285, k_young_per_yr=0.8, climate_factor=1.0
    ... )
    >>> print(result)
    0.3562311
    """
    rate = k_young_per_yr * climate_factor
    steady = input_t_ha_yr / rate
    return steady + (start_t_ha - steady) * np.exp(-rate * np.asarray(years, dtype=np.float64))


@equation("icbm:old", symbol="O(t)", unit="t C/ha", locator=Locator(_PAPER, "1997", equation="O(t)"))
def old_pool(
    *,
    years: Amount,
    young_start_t_ha: Amount,
    old_start_t_ha: Amount,
    input_t_ha_yr: Amount,
    humified_share: Fraction,
    k_young_per_yr: AboveZero,
    k_old_per_yr: AboveZero,
    climate_factor: Amount,
) -> Numeric:
    r"""Return the old carbon after some years of constant input and climate [t C/ha, or the unit of the start].

    Parameters
    ----------
    years
        Time since the start. [yr]
    young_start_t_ha, old_start_t_ha, input_t_ha_yr
        Pools at the start and the input. [t C/ha, t C/ha, t C/ha/yr]
    humified_share
        h. [1]
    k_young_per_yr, k_old_per_yr
        0.8 and 0.00605; they must differ. [1/yr]
    climate_factor
        r. [1]

    Notes
    -----
    .. math::

        O(t) = \frac{h i}{k_2 r} + \left(O_0 - \frac{h i}{k_2 r} - z\right) e^{-k_2 r t} + z \, e^{-k_1 r t},
        \qquad z = h \, \frac{k_1 (Y_0 - i / (k_1 r))}{k_2 - k_1}

    Here :math:`O_0` is ``old_start_t_ha``, :math:`Y_0` is ``young_start_t_ha``, :math:`i` is ``input_t_ha_yr``,
    :math:`h` is ``humified_share``, :math:`k_1` is ``k_young_per_yr``, :math:`k_2` is ``k_old_per_yr``,
    :math:`r` is ``climate_factor`` and :math:`t` is ``years``.

    References
    ----------
    icbm:old — Andren and Katterer 1997.

    Examples
    --------
    >>> result = old_pool(
    ...     years=35.0, young_start_t_ha=0.3, old_start_t_ha=3.99, input_t_ha_yr=0.272,
    ...     humified_share=0.25, k_young_per_yr=0.8, k_old_per_yr=0.00605, climate_factor=1.1
    ... )
    >>> print(result)
    5.282259
    """
    t = np.asarray(years, dtype=np.float64) * climate_factor
    young_steady = input_t_ha_yr / (k_young_per_yr * climate_factor)
    steady = humified_share * input_t_ha_yr / (k_old_per_yr * climate_factor)
    z = humified_share * k_young_per_yr * (young_start_t_ha - young_steady) / (k_old_per_yr - k_young_per_yr)
    return (
        steady + (old_start_t_ha - steady - z) * np.exp(-k_old_per_yr * t) + z * np.exp(-k_young_per_yr * t)
    )


@dataclass(frozen=True, slots=True)
class IcbmParameters(ParametersByName):
    """The numbers of an ICBM parameter set, each by (site, draw) or one number.

    Parameters
    ----------
    k_young_per_yr, k_old_per_yr
        0.8 and 0.00605. [1/yr]
    humified_share
        h, specific to the kind of input. [1]
    climate_factor
        r. [1]
    label
        Id and hash of the parameter set.
    """

    k_young_per_yr: ArrayLike = 0.8
    k_old_per_yr: ArrayLike = 0.00605
    humified_share: ArrayLike = 0.125
    climate_factor: ArrayLike = 1.0
    label: str = "icbm-ultuna"


def icbm_system(
    parameters: IcbmParameters, *, input_t_ha_yr: ArrayLike, step_yr: float = 1.0
) -> Compartments:
    """Return ICBM as linear compartments with the exact map of one step; the input may change from step to step.

    Parameters
    ----------
    parameters
        The parameter set.
    input_t_ha_yr
        (step, site): constant within a step. [t C/ha/yr]
    step_yr
        Length of a step. [yr]

    Raises
    ------
    ValueError
        If the two rates are equal: the closed form then has no value.
    """
    names = ("k_young_per_yr", "k_old_per_yr", "humified_share", "climate_factor")
    k1, k2, h, r = (with_axes(getattr(parameters, name), 2, name) for name in names)
    if (k1 == k2).any():
        raise ValueError("k_young_per_yr and k_old_per_yr must differ")
    given = with_axes(input_t_ha_yr, 2, "input_t_ha_yr")[..., None]
    constants: dict[str, Any] = {"k_young_per_yr": k1, "climate_factor": r}
    old: dict[str, Any] = {
        **constants,
        "years": step_yr,
        "humified_share": h,
        "k_old_per_yr": k2,
        "old_start_t_ha": 0.0,
    }
    young_keeps = np.exp(-k1 * r * step_yr)
    to_old = np.asarray(old_pool(young_start_t_ha=1.0, input_t_ha_yr=0.0, **old))
    unit_young = np.asarray(young_pool(years=step_yr, start_t_ha=0.0, input_t_ha_yr=1.0, **constants))
    unit_old = np.asarray(old_pool(young_start_t_ha=0.0, input_t_ha_yr=1.0, **old))
    old_keeps = np.exp(-k2 * r * step_yr)
    route = to_old / (1.0 - young_keeps)
    return Compartments(
        names=POOLS,
        routes=np.stack(np.broadcast_arrays(np.zeros_like(route), route))[:, None],
        donors=np.array([[1.0, 0.0]]),
        inlet=np.stack(np.broadcast_arrays(unit_young, unit_old))[:, None],
        supply=given[:, None],
        keep=np.stack(np.broadcast_arrays(young_keeps, old_keeps))[None],
    )


def run_icbm(
    parameters: IcbmParameters,
    *,
    start_t_ha: ArrayLike,
    input_t_ha_yr: ArrayLike,
    years: int,
    series: tuple[Series, ...] = (),
    engine: Engine | Computing = "auto",
) -> Run:
    """Run ICBM by years.

    Parameters
    ----------
    parameters
        The parameter set, by site and draw.
    start_t_ha
        Young and old carbon, (pool, site, draw). [t C/ha, or any unit that the input shares]
    input_t_ha_yr
        (year, site) or one number. [t C/ha/yr]
    years
        How many.
    series, engine
        As in :func:`~mollisol.quantification.models.linear.run_linear`.

    Returns
    -------
    Run
        Totals after each year, (row, site, draw).

    Raises
    ------
    ValueError
        If the rates are equal, axes do not fit, or a value is not finite.

    References
    ----------
    Andren and Katterer 1997, Ecological Applications 7:1226.
    """
    system = icbm_system(parameters, input_t_ha_yr=input_t_ha_yr)
    return run_linear(system, start_t_ha, steps=years, series=series, engine=engine)


def steady_icbm(parameters: IcbmParameters, *, input_t_ha_yr: ArrayLike) -> FloatArray:
    """Return young and old carbon at the steady state, (pool, site, draw)."""
    from mollisol.quantification.models.linear.steady import steady_state

    return steady_state(icbm_system(parameters, input_t_ha_yr=input_t_ha_yr), steps=1)
