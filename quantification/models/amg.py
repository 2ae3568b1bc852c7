"""AMGv2: an active and a stable pool with a yearly step, on the linear kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.amg_equations import (
    carbonate_factor,
    clay_factor,
    cn_factor,
    mineralisation_rate,
    moisture_factor,
    next_active,
    ph_factor,
    temperature_factor,
)
from mollisol.quantification.models.arrays import FloatArray, ParametersByName, refuse_non_finite, with_axes
from mollisol.quantification.models.linear.kernel import (
    Compartments,
    Computing,
    Engine,
    Run,
    Series,
    run_linear,
)

POOLS: Final = ("active", "stable")


@dataclass(frozen=True, slots=True)
class AmgParameters(ParametersByName):
    """The numbers of an AMG parameter set; those marked * may vary by (site, draw).

    Parameters
    ----------
    k0_per_yr, stable_share, input_multiplier
        * 0.29 [1/yr], 0.65 for land long in crops [1], and a factor on the humified input [1].
    temperature_a, temperature_c, temperature_reference_c, moisture_a, moisture_b, clay_a, carbonate_c
        Constants of the factors.
    ph_a, ph_best, cn_a, cn_best
        Constants of the factors.
    label
        Id and hash of the parameter set.
    """

    k0_per_yr: ArrayLike = 0.29
    stable_share: ArrayLike = 0.65
    input_multiplier: ArrayLike = 1.0
    temperature_a: float = 25.0
    temperature_c: float = 0.12
    temperature_reference_c: float = 15.0
    moisture_a: float = 0.03
    moisture_b: float = 5.247
    clay_a: float = 0.002519
    carbonate_c: float = 0.0015
    ph_a: float = 0.112
    ph_best: float = 8.5
    cn_a: float = 0.06
    cn_best: float = 11.0
    label: str = "amg-v2"


@dataclass(frozen=True, slots=True)
class AmgForcing:
    """Yearly weather and input of each site; any axis may have length 1.

    Parameters
    ----------
    tmean_c, net_water_mm, humified_t_ha_yr
        (year, site): mean temperature [°C], rain and irrigation less PET [mm], humified carbon input [t C/ha].
    clay_g_kg, caco3_g_kg, ph, cn_ratio
        (site,).
    """

    tmean_c: ArrayLike
    net_water_mm: ArrayLike
    humified_t_ha_yr: ArrayLike
    clay_g_kg: ArrayLike
    caco3_g_kg: ArrayLike
    ph: ArrayLike
    cn_ratio: ArrayLike


@dataclass(frozen=True, slots=True)
class AmgRun:
    """A run of AMG: the kernel's run (row 0 is the start), the rates, (year, site, draw), and the parameter set."""

    run: Run
    rates_per_yr: FloatArray
    label: str = field(default="")


def amg_rates(forcing: AmgForcing, parameters: AmgParameters) -> FloatArray:
    """Return the mineralisation rate of each year, (year, site, draw) [1/yr]."""
    p = parameters
    weather = {
        name: with_axes(getattr(forcing, name), 2, name)[..., None] for name in ("tmean_c", "net_water_mm")
    }
    soil = {
        name: with_axes(getattr(forcing, name), 1, name)[None, :, None]
        for name in ("clay_g_kg", "caco3_g_kg", "ph", "cn_ratio")
    }
    rate = mineralisation_rate(
        k0_per_yr=with_axes(p.k0_per_yr, 2, "k0_per_yr")[None],
        temperature_factor=temperature_factor(
            tmean_c=weather["tmean_c"],
            a=p.temperature_a,
            c_per_c=p.temperature_c,
            reference_c=p.temperature_reference_c,
        ),
        moisture_factor=moisture_factor(
            net_water_mm=weather["net_water_mm"], a=p.moisture_a, b_per_m=p.moisture_b
        ),
        clay_factor=clay_factor(clay_g_kg=soil["clay_g_kg"], a_kg_g=p.clay_a),
        carbonate_factor=carbonate_factor(caco3_g_kg=soil["caco3_g_kg"], c_kg_g=p.carbonate_c),
        ph_factor=ph_factor(ph=soil["ph"], a=p.ph_a, best=p.ph_best),
        cn_factor=cn_factor(cn_ratio=soil["cn_ratio"], a=p.cn_a, best=p.cn_best),
    )
    return np.asarray(rate)


def run_amg(
    forcing: AmgForcing,
    parameters: AmgParameters,
    *,
    start_total_t_ha: ArrayLike,
    series: tuple[Series, ...] = (),
    engine: Engine | Computing = "auto",
) -> AmgRun:
    """Run AMGv2 from a measured stock; row 0 is the first year, which has no step.

    Parameters
    ----------
    forcing
        Weather and humified input, at least two years.
    parameters
        The parameter set, some of it by site and draw.
    start_total_t_ha
        Measured stock of the first year, (site, draw). [t C/ha]
    series, engine
        As in :func:`~mollisol.quantification.models.linear.run_linear`.

    Returns
    -------
    AmgRun
        Totals (row, site, draw). The input of a year acts in the year after, as in the program of its authors.

    Raises
    ------
    ValueError
        If there are fewer than two years, axes do not fit, or a value is not finite.

    References
    ----------
    Clivot and others 2019, 10.1016/j.envsoft.2019.04.004.
    """
    rates = amg_rates(forcing, parameters)
    humified = with_axes(forcing.humified_t_ha_yr, 2, "humified_t_ha_yr")[..., None]
    multiplier = with_axes(parameters.input_multiplier, 2, "input_multiplier")[None]
    years = max(len(rates), len(humified))
    if years < 2:
        raise ValueError("AMG needs at least two years: the first is the start")
    total = with_axes(start_total_t_ha, 2, "start_total_t_ha")
    if not (np.isfinite(rates).all() and np.isfinite(humified).all()):
        refuse_non_finite(
            {name: np.asarray(getattr(forcing, name), dtype=np.float64) for name in forcing.__slots__}
        )
    rates = np.broadcast_to(rates, (years, *rates.shape[1:]))
    earlier = np.broadcast_to(
        humified * multiplier, (years, *np.broadcast_shapes(humified.shape, multiplier.shape)[1:])
    )
    k = rates[1:]
    gain = np.asarray(next_active(before_t_ha=0.0, humified_t_ha_yr=earlier[:-1], rate_per_yr=k))
    active = np.exp(-k)
    stable = with_axes(parameters.stable_share, 2, "stable_share")
    start = np.stack(np.broadcast_arrays((1.0 - stable) * total, stable * total))
    system = Compartments(
        names=POOLS,
        routes=np.zeros((2, 0, 1, 1)),
        donors=np.zeros((0, 2)),
        inlet=np.array([1.0, 0.0])[:, None, None, None],
        supply=gain[:, None],
        keep=np.stack([active, np.ones_like(active)], axis=1),
    )
    done = run_linear(system, start, steps=years - 1, series=series, engine=engine)
    return AmgRun(done.from_start(start), rates, parameters.label)
