"""Each model as a linear response: what a unit of start, of each kind of input and of a shift at the start becomes.

The terms of a response are, in this order: ``start`` (a unit of active carbon in the pools' shares at the start), one
for each kind of input, and ``composition`` (a unit moved from the slowest pool to a faster one at the start). All are
(term, year, site, draw), the years being those after the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mollisol.quantification.models.amg import AmgForcing, AmgParameters, run_amg
from mollisol.quantification.models.arrays import FloatArray
from mollisol.quantification.models.icbm import IcbmParameters, run_icbm, steady_icbm
from mollisol.quantification.models.linear.kernel import Compartments, run_linear
from mollisol.quantification.models.linear.steady import cycle_map, solve_small
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters
from mollisol.quantification.models.rothc.start import repeating_clock
from mollisol.quantification.models.rothc.system import rothc_clock, rothc_system
from mollisol.quantification.models.tier2 import (
    POOLS,
    Tier2Forcing,
    Tier2Parameters,
    rain_over_pet,
    tier2_states,
)
from mollisol.uncertainty.calibration.layout import Cohort, Layout

type Values = Mapping[str, FloatArray]
"""Numbers of the kernel by name, (1, draw) or (1, 1)."""
type Respond = Callable[[Values], FloatArray]


def responder(model: str, layout: Layout, cohort: Cohort, base: Mapping[str, float]) -> Respond:
    """Return the response of a cohort under a model, a function of the kernel's numbers that differ from the base."""
    return _MODELS[model](layout, cohort, base)


def _with[P](numbers: P, values: Values) -> P:
    """Return a model's numbers with those of the draws in their place."""
    changed: dict[str, Any] = dict(values)
    return replace(numbers, **changed)  # type: ignore[type-var]


def terms(layout: Layout) -> tuple[str, ...]:
    """Return the names of the terms."""
    return ("start", *layout.kinds, "composition")


def _rothc(layout: Layout, cohort: Cohort, base: Mapping[str, float]) -> Respond:
    """RothC: the start has the shares of the steady state under the history's first years, repeated for ever."""
    n, kinds = len(cohort.sites), layout.kinds
    columns = n * (len(kinds) + 2)
    fixed = RothCParameters.of(base, "calibration")
    cell = layout.air.cell[cohort.place]
    soil = {
        "clay_percent": np.array([s.clay_percent for s in cohort.sites]),
        "depth_cm": np.array([s.depth_cm for s in cohort.sites]),
    }
    ratio = np.array([s.dpm_rpm_ratio for s in cohort.sites])

    def forcing(months: slice, repeat: int, **streams: FloatArray) -> RothCForcing:
        weather = {
            "tmean_c": layout.air.tmean_c[months],
            "rain_mm": layout.air.rain_mm[months],
            "pan_evaporation_mm": layout.air.pet_mm[months],
        }
        tiled: dict[str, Any] = {name: np.tile(values, repeat) for name, values in soil.items()}
        return RothCForcing(
            **weather,
            **streams,
            **tiled,
            cell=np.tile(cell, repeat),
            dpm_rpm_ratio=np.tile(ratio, repeat)[None],
            evaporation_factor=1.0,
        )

    first = layout.air.years[0]
    cycle = layout.months(first, first + layout.run_in_years - 1)
    past = forcing(
        cycle,
        1,
        **{
            name: layout.columns(cohort, name, plan=layout.history, months=cycle)
            for name in ("plant_c_t_ha", "manure_c_t_ha", "covered", "irrigation_mm")
        },
    )
    past_clock, deficit = repeating_clock(past, fixed)
    months = layout.months(cohort.start_year + 1, cohort.end_year)
    length = months.stop - months.start
    plant, manure = (np.zeros((length, columns)) for _ in range(2))
    for number, kind in enumerate(kinds, start=1):
        here = slice(n * number, n * (number + 1))
        plant[:, here] = layout.columns(cohort, "plant_c_t_ha", plan=layout.inputs[kind], months=months)
        manure[:, here] = layout.columns(cohort, "manure_c_t_ha", plan=layout.inputs[kind], months=months)
    shared = {
        name: layout.columns(cohort, name, plan=layout.trial, months=months)
        for name in ("covered", "irrigation_mm")
    }
    one = forcing(months, 1, plant_c_t_ha=np.zeros((1, n)), **shared)
    clock = np.tile(rothc_clock(one, fixed, deficit_mm=deficit)[0], len(kinds) + 2)
    tiled = {name: np.tile(values, len(kinds) + 2) for name, values in shared.items()}
    ready = forcing(months, len(kinds) + 2, plant_c_t_ha=plant, manure_c_t_ha=manure, **tiled).prepared()
    live = np.concatenate(
        [np.ones(n, dtype=bool), (plant + manure)[:, n:-n].any(axis=0), np.ones(n, dtype=bool)]
    )

    def respond(values: Values) -> FloatArray:
        numbers = _with(fixed, values)
        matrix, vector = cycle_map(
            rothc_system(past.prepared(), numbers, past_clock), steps=cycle.stop - cycle.start
        )
        pools = solve_small(matrix, vector)
        draws = pools.shape[2]
        start = np.zeros((4, columns, draws))
        start[:, :n] = pools / pools.sum(axis=0)
        start[1, -n:], start[3, -n:] = 1.0, -1.0
        whole = rothc_system(ready, numbers, clock)
        system = _columns(whole, live)
        total = run_linear(system, start[:, live], steps=length, every=12).total
        out = np.zeros((total.shape[0], columns, draws))
        out[:, live] = total
        return _by_term(out, n)

    return respond


def _columns(system: Compartments, live: np.ndarray[Any, np.dtype[np.bool_]]) -> Compartments:
    """Return a system of the columns that carry something."""

    def cut(array: Any) -> Any:
        values = np.asarray(array)
        return values[..., live, :] if values.ndim > 1 and values.shape[-2] == len(live) else values

    return replace(
        system,
        routes=cut(system.routes),
        inlet=cut(system.inlet),
        supply=cut(system.supply),
        clock=cut(system.clock),
        rates=cut(system.rates),
    )


def _by_term(total: FloatArray, sites: int) -> FloatArray:
    """Bring (year, term and site, draw) to (term, year, site, draw)."""
    years, columns, draws = total.shape
    return np.moveaxis(total.reshape(years, columns // sites, sites, draws), 1, 0)


def _tier2(layout: Layout, cohort: Cohort, base: Mapping[str, float]) -> Respond:
    """Tier 2: the start has the shares of the steady state under the mean of the years before it."""
    n, kinds, run_in = len(cohort.sites), layout.kinds, layout.run_in_years
    first = cohort.start_year - run_in + 1
    months, years = layout.months(first, cohort.end_year), layout.rows(first, cohort.end_year)
    cell = layout.air.cell[cohort.place]
    monthly = (-1, 12, n)

    def joined(name: str, *, by_year: bool) -> FloatArray:
        past = layout.columns(cohort, name, plan=layout.history, months=years if by_year else months)
        then = layout.columns(cohort, name, plan=layout.trial, months=years if by_year else months)
        cut = run_in if by_year else 12 * run_in
        return np.concatenate([past[:cut], then[cut:]])

    def carbon(name: str) -> FloatArray:
        return joined(name, by_year=False).reshape(monthly).sum(axis=1)

    given = carbon("plant_c_t_ha") + carbon("manure_c_t_ha")
    forcing = Tier2Forcing(
        tmean_c=layout.air.tmean_c[months][:, cell].reshape(monthly),
        rain_over_pet=rain_over_pet(
            rain_mm=layout.air.rain_mm[months][:, cell], pet_mm=layout.air.pet_mm[months][:, cell]
        ).reshape(monthly),
        irrigated=(joined("irrigation_mm", by_year=False) > 0.0).astype(np.float64).reshape(monthly),
        carbon_t_ha_yr=given,
        lignin_fraction=joined("lignin_fraction", by_year=True),
        nitrogen_fraction=joined("nitrogen_fraction", by_year=True),
        tillage=joined("tillage", by_year=True),
        sand_fraction=np.array(
            [np.nan if s.sand_fraction is None else s.sand_fraction for s in cohort.sites]
        ),
    )
    after = given[run_in:]
    share = np.zeros((len(kinds) + 2, *after.shape))
    for number, kind in enumerate(kinds, start=1):
        mine = sum(
            layout.columns(cohort, name, plan=layout.inputs[kind], months=months).reshape(monthly).sum(axis=1)
            for name in ("plant_c_t_ha", "manure_c_t_ha")
        )
        np.divide(np.asarray(mine)[run_in:], after, out=share[number], where=after > 0.0)
    supplied = np.moveaxis(share, 0, 1)[:, None, :, :, None]
    fixed = Tier2Parameters.of(base, "calibration")

    def respond(values: Values) -> FloatArray:
        states = tier2_states(forcing, _with(fixed, values), run_in_years=run_in)
        steady = states.steady_t_ha
        step = np.minimum(1.0, states.rates_per_yr[1:])
        draws = steady.shape[3]
        start = np.zeros((3, len(kinds) + 2, n, draws))
        start[:, 0] = steady[0] / steady[0].sum(axis=0)
        start[1, -1], start[2, -1] = 1.0, -1.0
        supply = (step * steady[1:])[:, :, None] * supplied
        keep = np.broadcast_to((1.0 - step)[:, :, None], supply.shape)
        columns = (*supply.shape[:2], -1, draws)
        system = Compartments(
            names=POOLS,
            routes=np.zeros((3, 0, 1, 1)),
            donors=np.zeros((0, 3)),
            inlet=np.eye(3)[:, :, None, None],
            supply=supply.reshape(columns),
            keep=keep.reshape(columns),
        )
        done = run_linear(system, start.reshape(3, -1, draws), steps=len(step))
        return _by_term(done.total, n)

    return respond


def _amg(layout: Layout, cohort: Cohort, base: Mapping[str, float]) -> Respond:
    """AMG: the start has the stable share of the parameter set; the input of a year acts in the year after."""
    n, kinds = len(cohort.sites), layout.kinds
    months = layout.months(cohort.start_year, cohort.end_year)
    years = layout.rows(cohort.start_year, cohort.end_year)
    cell = layout.air.cell[cohort.place]
    repeat = len(kinds) + 2
    water = (
        layout.air.rain_mm[months][:, cell]
        - layout.air.pet_mm[months][:, cell]
        + layout.columns(cohort, "irrigation_mm", plan=layout.trial, months=months)
    )
    humified = np.zeros((years.stop - years.start, n * repeat))
    for number, kind in enumerate(kinds, start=1):
        humified[:, n * number : n * (number + 1)] = layout.columns(
            cohort, "humified_t_ha", plan=layout.inputs[kind], months=years
        )

    def soil(name: str) -> FloatArray:
        return np.tile([getattr(s, name) for s in cohort.sites], repeat).astype(np.float64)

    forcing = AmgForcing(
        tmean_c=np.tile(layout.air.tmean_c[months][:, cell].reshape(-1, 12, n).mean(axis=1), repeat),
        net_water_mm=np.tile(water.reshape(-1, 12, n).sum(axis=1), repeat),
        humified_t_ha_yr=humified,
        clay_g_kg=10.0 * soil("clay_percent"),
        caco3_g_kg=soil("caco3_g_kg"),
        ph=soil("ph"),
        cn_ratio=soil("cn_ratio"),
    )
    unit = np.zeros((n * repeat, 1))
    unit[:n] = 1.0
    fixed = AmgParameters.of(base, "calibration")

    def respond(values: Values) -> FloatArray:
        done = run_amg(forcing, _with(fixed, values), start_total_t_ha=unit)
        return _by_term(done.run.total[1:], n)

    return respond


def _icbm(layout: Layout, cohort: Cohort, base: Mapping[str, float]) -> Respond:
    """ICBM: the start has the shares of the steady state under the mean input of the history."""
    n, kinds = len(cohort.sites), layout.kinds
    months = layout.months(cohort.start_year + 1, cohort.end_year)
    cycle = layout.months(layout.air.years[0], layout.air.years[0] + layout.cycle_years - 1)

    def yearly(plan: Any, span: slice) -> FloatArray:
        both = sum(
            layout.columns(cohort, name, plan=plan, months=span) for name in ("plant_c_t_ha", "manure_c_t_ha")
        )
        return np.asarray(both).reshape(-1, 12, n).sum(axis=1)

    past = yearly(layout.history, cycle).mean(axis=0, keepdims=True)
    given = np.zeros(((months.stop - months.start) // 12, n * (len(kinds) + 2)))
    for number, kind in enumerate(kinds, start=1):
        given[:, n * number : n * (number + 1)] = yearly(layout.inputs[kind], months)
    fixed = IcbmParameters.of(base, "calibration")

    def respond(values: Values) -> FloatArray:
        numbers = _with(fixed, values)
        steady = steady_icbm(numbers, input_t_ha_yr=past)
        start = np.zeros((2, len(kinds) + 2, n, steady.shape[2]))
        start[:, 0] = steady / steady.sum(axis=0)
        start[0, -1], start[1, -1] = 1.0, -1.0
        flat = start.reshape(2, -1, steady.shape[2])
        return _by_term(run_icbm(numbers, start_t_ha=flat, input_t_ha_yr=given, years=len(given)).total, n)

    return respond


_MODELS = {"rothc": _rothc, "tier2": _tier2, "amg": _amg, "icbm": _icbm}
