"""AMGv2: an active and a stable pool with a yearly step, on the linear kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.models.arrays import FloatArray, Numeric, refuse_non_finite, with_axes
from mollisol.quantification.models.linear import Compartments, Engine, Run, run_linear

POOLS: Final = ("active", "stable")
_CLIVOT = Locator("Clivot and others, Environmental Modelling and Software 118", "2019")


@equation("amg:temperature", symbol="f_T", unit="1", locator=_CLIVOT)
def temperature_factor(
    *, tmean_c: Numeric, a: Numeric = 25.0, c_per_c: Numeric = 0.12, reference_c: Numeric = 15.0
) -> Numeric:
    r"""Effect of the year's mean temperature, 1 at 15 °C; 1e-6 at or below freezing [1].

    .. math:: a / (1 + (a - 1)\, e^{c T_{ref}}\, e^{-c T})

    Parameters
    ----------
    tmean_c
        Mean air temperature of the year. [°C]
    a, c_per_c, reference_c
        25, 0.12 and 15.

    References
    ----------
    amg:temperature — Clivot and others 2019.
    """
    t = np.asarray(tmean_c, dtype=np.float64)
    warm = a / (1.0 + (a - 1.0) * np.exp(c_per_c * (reference_c - t)))
    return np.where(t <= 0.0, 1e-6, warm)


@equation("amg:moisture", symbol="f_H", unit="1", locator=_CLIVOT)
def moisture_factor(*, net_water_mm: Numeric, a: Numeric = 0.03, b_per_m: Numeric = 5.247) -> Numeric:
    r"""Effect of the year's water balance [1].

    .. math:: 1 / (1 + 0.03\, e^{-5.247\, (P + irrigation - PET)/1000})

    Parameters
    ----------
    net_water_mm
        Rain and irrigation less potential evapotranspiration. [mm/yr]
    a, b_per_m
        0.03 and 5.247.

    References
    ----------
    amg:moisture — Clivot and others 2019.
    """
    return 1.0 / (1.0 + a * np.exp(-b_per_m * np.asarray(net_water_mm, dtype=np.float64) / 1000.0))


@equation("amg:clay", symbol="f_A", unit="1", locator=_CLIVOT)
def clay_factor(*, clay_g_kg: Numeric, a_kg_g: Numeric = 0.002519) -> Numeric:
    """Effect of clay [1].

    Parameters
    ----------
    clay_g_kg
        Clay. [g/kg]
    a_kg_g
        0.002519; AMGv1 had 0.00272.

    References
    ----------
    amg:clay — Clivot and others 2019.
    """
    return np.exp(-a_kg_g * np.asarray(clay_g_kg, dtype=np.float64))


@equation("amg:carbonate", symbol="f_C", unit="1", locator=_CLIVOT)
def carbonate_factor(*, caco3_g_kg: Numeric, c_kg_g: Numeric = 0.0015) -> Numeric:
    """Effect of calcium carbonate [1].

    Parameters
    ----------
    caco3_g_kg
        Calcium carbonate. [g/kg]
    c_kg_g
        0.0015; AMGv1 had 0.00167.

    References
    ----------
    amg:carbonate — Clivot and others 2019.
    """
    return 1.0 / (1.0 + c_kg_g * np.asarray(caco3_g_kg, dtype=np.float64))


@equation("amg:ph", symbol="f_pH", unit="1", locator=_CLIVOT)
def ph_factor(*, ph: Numeric, a: Numeric = 0.112, best: Numeric = 8.5) -> Numeric:
    """Effect of the soil's pH in water [1].

    Parameters
    ----------
    ph
        pH in water.
    a, best
        0.112 and 8.5.

    References
    ----------
    amg:ph — Clivot and others 2019.
    """
    return np.exp(-a * (np.asarray(ph, dtype=np.float64) - best) ** 2)


@equation("amg:cn", symbol="f_CN", unit="1", locator=_CLIVOT)
def cn_factor(*, cn_ratio: Numeric, a: Numeric = 0.06, best: Numeric = 11.0) -> Numeric:
    """Effect of the soil's carbon to nitrogen ratio [1].

    Parameters
    ----------
    cn_ratio
        C:N of the soil.
    a, best
        0.06 and 11.

    References
    ----------
    amg:cn — Clivot and others 2019.
    """
    return 0.8 * np.exp(-a * (np.asarray(cn_ratio, dtype=np.float64) - best) ** 2) + 0.2


@equation("amg:rate", symbol="k", unit="1/yr", locator=_CLIVOT)
def mineralisation_rate(
    *,
    k0_per_yr: Numeric,
    temperature_factor: Numeric,
    moisture_factor: Numeric,
    clay_factor: Numeric,
    carbonate_factor: Numeric,
    ph_factor: Numeric,
    cn_factor: Numeric,
) -> Numeric:
    """Mineralisation rate of the active pool [1/yr].

    Parameters
    ----------
    k0_per_yr
        0.29. [1/yr]
    temperature_factor, moisture_factor, clay_factor, carbonate_factor, ph_factor, cn_factor
        Of the year and the soil. [1]

    References
    ----------
    amg:rate — Clivot and others 2019.
    """
    climate = k0_per_yr * temperature_factor * moisture_factor
    return climate * clay_factor * carbonate_factor * ph_factor * cn_factor


@equation("amg:active", symbol="C_A", unit="t C/ha", locator=_CLIVOT)
def next_active(*, before_t_ha: Numeric, humified_t_ha_yr: Numeric, rate_per_yr: Numeric) -> Numeric:
    r"""Active pool after a year with constant input and rate [t C/ha].

    .. math:: C e^{-k} + (H/k)(1 - e^{-k})

    Parameters
    ----------
    before_t_ha
        Active pool a year earlier. [t C/ha]
    humified_t_ha_yr
        Humified input of the year before. [t C/ha/yr]
    rate_per_yr
        Rate of this year. [1/yr]

    References
    ----------
    amg:active — Clivot and others 2019, solved over a year.
    """
    k = np.asarray(rate_per_yr, dtype=np.float64)
    return before_t_ha * np.exp(-k) - humified_t_ha_yr / k * np.expm1(-k)


@dataclass(frozen=True, slots=True)
class AmgParameters:
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

    @classmethod
    def of(cls, values: Mapping[str, float], label: str) -> AmgParameters:
        """Make them from the values of a parameter set, by name."""
        numbers: dict[str, Any] = {**values, "label": label}
        return cls(**numbers)


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
    """Give the mineralisation rate of each year, (year, site, draw) [1/yr]."""
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
    pools: bool = False,
    respired: bool = False,
    engine: Engine = "auto",
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
    pools, respired, engine
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
    done = run_linear(system, start, steps=years - 1, pools=pools, respired=respired, engine=engine)
    return AmgRun(done.from_start(start), rates, parameters.label)
