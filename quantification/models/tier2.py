"""IPCC 2019 Tier 2 (steady-state method) on the linear kernel, over site and draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models import tier2_equations as eq
from mollisol.quantification.models.arrays import FloatArray, ParametersByName, refuse_non_finite, with_axes
from mollisol.quantification.models.linear.kernel import (
    Compartments,
    Computing,
    Engine,
    Run,
    Series,
    run_linear,
)
from mollisol.quantification.models.linear.steady import shifted

POOLS: Final = ("active", "slow", "passive")
TILLAGE: Final = ("full", "reduced", "none", "unknown")
"""The tillage classes; their place is the number that the forcing carries."""


@dataclass(frozen=True, slots=True)
class Tier2Parameters(ParametersByName):
    """The numbers of a Tier 2 parameter set; each may vary by (site, draw).

    Parameters
    ----------
    tillage_full, tillage_reduced, tillage_none, tillage_unknown
        Tillage factors on the active and the slow pool. [1]
    f2_full, f2_reduced, f2_none, f2_unknown
        Share stabilised from structural matter by tillage class; Table 5.5A prints 0.368 alone. [1]
    k_active_per_yr, k_slow_per_yr, k_passive_per_yr
        Base rates. [1/yr]
    f1, f3, f5, f6, f7, f8
        Shares. [1]
    water_slope
        1.331. [1]
    temperature_maximum_c, temperature_optimum_c
        45 and 33.69. [°C]
    label
        Id and hash of the parameter set.
    """

    tillage_full: ArrayLike = 3.036
    tillage_reduced: ArrayLike = 2.075
    tillage_none: ArrayLike = 1.0
    tillage_unknown: ArrayLike = 3.036
    f2_full: ArrayLike = 0.368
    f2_reduced: ArrayLike = 0.368
    f2_none: ArrayLike = 0.368
    f2_unknown: ArrayLike = 0.368
    k_active_per_yr: ArrayLike = 7.4
    k_slow_per_yr: ArrayLike = 0.209
    k_passive_per_yr: ArrayLike = 0.00689
    f1: ArrayLike = 0.378
    f3: ArrayLike = 0.455
    f5: ArrayLike = 0.0855
    f6: ArrayLike = 0.0504
    f7: ArrayLike = 0.42
    f8: ArrayLike = 0.45
    water_slope: ArrayLike = 1.331
    temperature_maximum_c: ArrayLike = 45.0
    temperature_optimum_c: ArrayLike = 33.69
    label: str = "ipcc2019-tier2"

    def axes(self, name: str) -> FloatArray:
        """Return a parameter as (1, site, draw), ready to meet a year axis."""
        return with_axes(getattr(self, name), 2, name)[None]

    def by_class(self, kind: str, tillage: FloatArray) -> FloatArray:
        """Return ``tillage`` or ``f2`` for each year and site, (year, site, draw)."""
        chosen = np.zeros((1, 1, 1))
        for number, name in enumerate(TILLAGE):
            chosen = np.where(tillage[..., None] == number, self.axes(f"{kind}_{name}"), chosen)
        return chosen


@dataclass(frozen=True, slots=True)
class Tier2Forcing:
    """Monthly weather and yearly management of each site; any axis may have length 1.

    Parameters
    ----------
    tmean_c, rain_over_pet, irrigated
        (year, month, site): mean temperature [°C], rain over potential evapotranspiration [1], 1 where irrigated.
    carbon_t_ha_yr
        Carbon input, (year, site). [t C/ha/yr]
    lignin_fraction, nitrogen_fraction
        Of the input's dry matter, (year, site). [0-1]
    tillage
        Place of the class in ``TILLAGE``, (year, site).
    sand_fraction
        Sand of 0-30 cm, (site,). [0-1]
    """

    tmean_c: ArrayLike
    rain_over_pet: ArrayLike
    irrigated: ArrayLike
    carbon_t_ha_yr: ArrayLike
    tillage: ArrayLike
    sand_fraction: ArrayLike
    lignin_fraction: ArrayLike = 0.073
    nitrogen_fraction: ArrayLike = 0.0083


@dataclass(frozen=True, slots=True)
class Tier2States:
    """What the equations give for each year, all (year, site, draw): factors, input, rates, steady states."""

    tfac: FloatArray
    wfac: FloatArray
    alpha_t_ha_yr: FloatArray
    rates_per_yr: FloatArray
    """(year, pool, site, draw)"""
    steady_t_ha: FloatArray
    """(year, pool, site, draw)"""


@dataclass(frozen=True, slots=True)
class Tier2Run:
    """A run of Tier 2.

    Parameters
    ----------
    run
        Totals by year, (row, site, draw); row 0 is the start at the steady state of the run-in. [t C/ha]
    states
        The yearly states behind it.
    label
        Id and hash of the parameter set.
    """

    run: Run
    states: Tier2States
    label: str = field(default="")


def rain_over_pet(*, rain_mm: ArrayLike, pet_mm: ArrayLike, cap: float = 1.25) -> FloatArray:
    """Return rain over potential evapotranspiration, the cap where the latter is 0 [1]."""
    rain, pet = np.broadcast_arrays(
        np.asarray(rain_mm, dtype=np.float64), np.asarray(pet_mm, dtype=np.float64)
    )
    ratio = np.full(rain.shape, cap)
    np.divide(rain, pet, out=ratio, where=pet != 0.0)
    return ratio


def tier2_states(
    forcing: Tier2Forcing, parameters: Tier2Parameters, *, run_in_years: int | None = None
) -> Tier2States:
    """Return factors, input to the active pool, rates and steady states of each year.

    With ``run_in_years`` the first entry is the mean of that many first years, each factor and input averaged.
    """
    weather = {
        name: with_axes(getattr(forcing, name), 3, name)[..., None]
        for name in ("tmean_c", "rain_over_pet", "irrigated")
    }
    yearly = {
        name: with_axes(getattr(forcing, name), 2, name)[..., None]
        for name in ("carbon_t_ha_yr", "lignin_fraction", "nitrogen_fraction")
    }
    p = parameters.axes
    months = {
        name: p(name)[None] for name in ("temperature_maximum_c", "temperature_optimum_c", "water_slope")
    }
    tfac = np.mean(
        eq.temperature_factor(
            tmean_c=weather["tmean_c"],
            maximum_c=months["temperature_maximum_c"],
            optimum_c=months["temperature_optimum_c"],
        ),
        axis=1,
    )
    wfac = 1.5 * np.mean(
        eq.water_factor(
            rain_over_pet=weather["rain_over_pet"],
            irrigated=weather["irrigated"],
            slope=months["water_slope"],
        ),
        axis=1,
    )
    tillage = with_axes(forcing.tillage, 2, "tillage")
    factor, f2 = parameters.by_class("tillage", tillage), parameters.by_class("f2", tillage)
    parts = list(np.broadcast_arrays(tfac, wfac, factor, f2, *yearly.values()))
    if run_in_years is not None:
        parts = [
            np.concatenate([v[:run_in_years].mean(axis=0, keepdims=True), v[run_in_years:]]) for v in parts
        ]
    tfac, wfac, factor, f2, carbon, lignin, nitrogen = (np.asarray(v) for v in parts)
    sand = with_axes(forcing.sand_fraction, 1, "sand_fraction")[None, :, None]
    f4 = eq.active_to_slow(sand_fraction=sand, f5=p("f5"))
    metabolic = eq.metabolic_input(carbon_t_ha_yr=carbon, lignin_fraction=lignin, nitrogen_fraction=nitrogen)
    alpha = eq.active_input(
        carbon_t_ha_yr=carbon,
        lignin_fraction=lignin,
        metabolic_t_ha_yr=metabolic,
        f1=p("f1"),
        f2=f2,
        f3=p("f3"),
        f4=f4,
        f5=p("f5"),
        f6=p("f6"),
        f7=p("f7"),
        f8=p("f8"),
    )
    base = eq.active_base_rate(rate_per_yr=p("k_active_per_yr"), sand_fraction=sand)
    climate = {"temperature_factor": tfac, "water_factor": wfac}
    k_active = eq.decay_rate(base_per_yr=base, tillage_factor=factor, **climate)
    k_slow = eq.decay_rate(base_per_yr=p("k_slow_per_yr"), tillage_factor=factor, **climate)
    k_passive = eq.decay_rate(base_per_yr=p("k_passive_per_yr"), tillage_factor=1.0, **climate)
    active = eq.active_steady(alpha_t_ha_yr=alpha, k_active_per_yr=k_active)
    slow = eq.slow_steady(
        carbon_t_ha_yr=carbon,
        lignin_fraction=lignin,
        active_steady_t_ha=active,
        k_active_per_yr=k_active,
        k_slow_per_yr=k_slow,
        f3=p("f3"),
        f4=f4,
    )
    passive = eq.passive_steady(
        active_steady_t_ha=active,
        slow_steady_t_ha=slow,
        k_active_per_yr=k_active,
        k_slow_per_yr=k_slow,
        k_passive_per_yr=k_passive,
        f5=p("f5"),
        f6=p("f6"),
    )
    return Tier2States(
        tfac,
        wfac,
        np.asarray(alpha),
        np.stack(np.broadcast_arrays(k_active, k_slow, k_passive), axis=1),
        np.stack(np.broadcast_arrays(active, slow, passive), axis=1),
    )


def run_tier2(
    forcing: Tier2Forcing,
    parameters: Tier2Parameters,
    *,
    run_in_years: int = 5,
    start_total_t_ha: ArrayLike | None = None,
    slow_shift: ArrayLike = 0.0,
    series: tuple[Series, ...] = (),
    engine: Engine | Computing = "auto",
) -> Tier2Run:
    """Run the Tier 2 steady-state method.

    Parameters
    ----------
    forcing
        Weather and management, at least one year more than the run-in.
    parameters
        The parameter set, some of it by site and draw.
    run_in_years
        Years whose mean conditions give the start, 5 to 20 by the method. The last of them is row 0.
    start_total_t_ha
        A measured stock, (site, draw): the start's pools are scaled to it. [t C/ha]
    slow_shift
        Share of the start that is moved from the slow to the passive pool, (site, draw). [1]
    series
        What to write beside the total.
    engine
        As in :func:`~mollisol.quantification.models.linear.run_linear`.

    Returns
    -------
    Tier2Run
        Rows: the end of the run-in, then each year.

    Raises
    ------
    ValueError
        If the years do not suffice, axes do not fit, or a value is not finite.

    References
    ----------
    IPCC 2019 Refinement, Volume 4, Chapter 5, Eqs. 5.0A to 5.0G.
    """
    states = tier2_states(forcing, parameters, run_in_years=run_in_years)
    years = states.steady_t_ha.shape[0] - 1
    if years < 1:
        raise ValueError(f"the forcing must have more years than the run-in ({run_in_years})")
    if not np.isfinite(states.steady_t_ha).all():
        refuse_non_finite(
            {name: np.asarray(getattr(forcing, name), dtype=np.float64) for name in forcing.__slots__}
        )
        raise ValueError("a steady state is not finite: a decay rate or the nitrogen of the input is 0")
    start = states.steady_t_ha[0]
    if start_total_t_ha is not None:
        start = start * (with_axes(start_total_t_ha, 2, "start_total_t_ha") / start.sum(axis=0))
    start = shifted(start, slow_shift, faster=1)
    step = np.minimum(1.0, states.rates_per_yr[1:])
    system = Compartments(
        names=POOLS,
        routes=np.zeros((3, 0, 1, 1)),
        donors=np.zeros((0, 3)),
        inlet=np.eye(3)[:, :, None, None],
        supply=step * states.steady_t_ha[1:],
        keep=1.0 - step,
    )
    done = run_linear(system, start, steps=years, series=series, engine=engine)
    return Tier2Run(done.from_start(start), states, parameters.label)
