"""What must hold of the kernel and the models whatever the numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.quantification.models.linear.kernel import (
    Compartments,
    Computing,
    Engine,
    choose_engine,
    run_linear,
)
from mollisol.quantification.models.linear.steady import steady_state
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters, run_rothc
from mollisol.quantification.models.rothc.start import steady_rothc
from mollisol.quantification.models.rothc.system import rothc_clock
from tests.quantification.models.reference_data import random_forcing
from tests.support.rothc_run_in import run_until_still

START = np.array([0.2, 5.0, 0.7, 28.0])
ENGINES: tuple[Engine, ...] = ("numpy", "compiled")


def random_system(seed: int, *, sites: int, draws: int, steps: int, clocked: bool) -> Compartments:
    """Give a system whose donor groups pass on less than they lose."""
    rng = np.random.default_rng(seed)
    pools, sources = 4, 2
    common: dict[str, Any] = {
        "names": ("a", "b", "c", "d"),
        "routes": 0.2 * rng.random((pools, 2, sites, 1)),
        "donors": np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]),
        "inlet": rng.random((pools, sources, 1, draws)),
        "supply": rng.random((steps, sources, sites, 1)),
    }
    if clocked:
        clock, rates = rng.random((steps, sites)), 0.05 + rng.random((pools, sites, draws))
        return Compartments(**common, clock=clock, rates=rates)
    return Compartments(**common, keep=0.1 + 0.85 * rng.random((steps, pools, sites, 1)))


@given(seed=st.integers(0, 10_000), sites=st.integers(1, 9), draws=st.integers(1, 5), clocked=st.booleans())
@settings(max_examples=40, deadline=None)
def test_engines_agree(seed: int, sites: int, draws: int, clocked: bool) -> None:
    system = random_system(seed, sites=sites, draws=draws, steps=24, clocked=clocked)
    start = np.random.default_rng(seed).random((4, sites, draws))
    asked: dict[str, Any] = {"steps": 24, "every": 4, "inert": 2.0, "series": ("pools", "respired")}
    engines: tuple[Engine, ...] = (*ENGINES, "plain") if sites * draws == 1 else ENGINES
    runs = [run_linear(system, start, engine=engine, **asked) for engine in engines]
    for run in runs[1:]:
        for name in ("total", "pools", "respired", "end", "steps"):
            np.testing.assert_allclose(getattr(run, name), getattr(runs[0], name), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("draws", [1, 3])
def test_carbon_balances_in_every_step(engine: Engine, draws: int) -> None:
    system = random_system(3, sites=6, draws=draws, steps=36, clocked=True)
    start = np.full((4, 6, draws), 3.0)
    run = run_linear(system, start, steps=36, series=("respired",), engine=engine)
    given = np.einsum("pmsd,tmse->tsd", system.inlet * np.ones((1, 1, 6, 1)), system.supply)
    before = np.concatenate([start.sum(axis=0)[None], run.total[:-1]])
    off = given - (run.total - before) - run.respired
    assert np.abs(off / run.total).max() < 1e-12


@pytest.mark.parametrize("engine", ["plain", "numpy", "compiled"])
def test_rothc_balances_in_every_month(engine: Engine) -> None:
    forcing = random_forcing(1 if engine == "plain" else 5, 48)
    run = run_rothc(
        forcing, RothCParameters(), start_t_ha=START, every=1, series=("respired",), engine=engine
    ).run
    given = (np.asarray(forcing.plant_c_t_ha) + np.asarray(forcing.manure_c_t_ha))[..., None]
    before = np.concatenate([np.full((1, *run.total.shape[1:]), START.sum()), run.total[:-1]])
    assert np.abs((given - (run.total - before) - run.respired) / run.total).max() < 1e-12


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_steady_state_is_a_fixed_point(seed: int) -> None:
    system = random_system(seed, sites=4, draws=2, steps=12, clocked=bool(seed % 2))
    state = steady_state(system, steps=12)
    after = run_linear(system, state, steps=12, every=12, engine="numpy").end
    np.testing.assert_allclose(after, state, rtol=1e-11)


def test_steady_state_is_where_running_ends() -> None:
    system = random_system(5, sites=3, draws=2, steps=12, clocked=True)
    run_in, _ = run_until_still(system, steps=12, tolerance=1e-13)
    np.testing.assert_allclose(run_in, steady_state(system, steps=12), rtol=1e-9)


def test_no_steady_state_without_decay() -> None:
    keep = np.ones((1, 2, 1, 1))
    system = Compartments(
        names=("a", "b"),
        routes=np.zeros((2, 0, 1, 1)),
        donors=np.zeros((0, 2)),
        inlet=np.ones((2, 1, 1, 1)),
        supply=np.ones((1, 1, 1, 1)),
        keep=keep,
    )
    with pytest.raises(ValueError, match="no steady state"):
        steady_state(system, steps=1)


def test_rothc_steady_state_stays_and_meets_its_target() -> None:
    forcing = random_forcing(20, 12)
    start = steady_rothc(forcing, RothCParameters(), target_t_ha=60.0, inert_t_ha=4.0)
    np.testing.assert_allclose(start.pools_t_ha.sum(axis=0) + 4.0, 60.0, rtol=1e-12)
    scaled = RothCParameters(input_multiplier=start.input_factor)
    after = run_rothc(
        forcing, scaled, start_t_ha=start.pools_t_ha, deficit_mm=start.deficit_mm, inert_t_ha=4.0
    )
    np.testing.assert_allclose(after.run.total[-1], 60.0, rtol=1e-12)
    np.testing.assert_allclose(after.run.end, start.pools_t_ha, rtol=1e-10)


def test_rothc_steady_state_of_a_rotation_of_several_years() -> None:
    forcing = random_forcing(4, 60)
    start = steady_rothc(forcing, RothCParameters())
    after = run_rothc(forcing, RothCParameters(), start_t_ha=start.pools_t_ha, deficit_mm=start.deficit_mm)
    np.testing.assert_allclose(after.run.end, start.pools_t_ha, rtol=1e-10)
    np.testing.assert_allclose(after.deficit_mm, start.deficit_mm, atol=1e-9)


def test_a_target_below_what_the_manure_carries_is_refused() -> None:
    with pytest.raises(ValueError, match="target cannot be met"):
        steady_rothc(random_forcing(3, 12), RothCParameters(), target_t_ha=4.5, inert_t_ha=4.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_linear_in_start_and_input(engine: Engine) -> None:
    forcing = random_forcing(7, 36)
    doubled = random_forcing(
        7,
        36,
        plant_c_t_ha=2 * np.asarray(forcing.plant_c_t_ha),
        manure_c_t_ha=2 * np.asarray(forcing.manure_c_t_ha),
    )
    one = run_rothc(forcing, RothCParameters(), start_t_ha=START, engine=engine)
    two = run_rothc(doubled, RothCParameters(), start_t_ha=2 * START, engine=engine)
    np.testing.assert_allclose(two.run.total, 2 * one.run.total, rtol=1e-13)


def test_more_clay_more_carbon() -> None:
    forcing = random_forcing(1, 12)
    clay = np.linspace(2.0, 70.0, 40)
    same: dict[str, Any] = {
        name: np.asarray(getattr(forcing, name)) for name in ("tmean_c", "plant_c_t_ha", "covered")
    }
    many = RothCForcing(**same, rain_mm=150.0, pan_evaporation_mm=20.0, clay_percent=clay, depth_cm=30.0)
    total = steady_rothc(many, RothCParameters()).pools_t_ha.sum(axis=0)[:, 0]
    assert (np.diff(total) > 0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_happens_at_zero_rates(engine: Engine) -> None:
    still = RothCParameters(rate_multiplier=0.0)
    forcing = random_forcing(3, 24, plant_c_t_ha=0.0, manure_c_t_ha=0.0)
    run = run_rothc(forcing, still, start_t_ha=START, engine=engine).run
    np.testing.assert_array_equal(run.end[:, :, 0], np.repeat(START[:, None], 3, axis=1))


@pytest.mark.parametrize("changes", [{"block": 1}, {"block": 7}, {"block": 64, "threads": 1}, {"threads": 2}])
def test_compiled_results_do_not_depend_on_blocks_and_threads_at_all(changes: dict[str, int]) -> None:
    forcing = random_forcing(150, 24)
    reference = run_rothc(forcing, RothCParameters(), start_t_ha=START, engine="compiled").run
    other = run_rothc(
        forcing, RothCParameters(), start_t_ha=START, engine=Computing("compiled", **changes)
    ).run
    np.testing.assert_array_equal(other.total, reference.total)
    np.testing.assert_array_equal(other.end, reference.end)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("draws", [1, 4])
def test_splitting_the_sites_changes_nothing_beyond_the_last_bits(engine: Engine, draws: int) -> None:
    forcing = random_forcing(31, 24)
    ready = forcing.prepared()
    scale = np.linspace(0.8, 1.2, draws)[None]
    parameters = RothCParameters(input_multiplier=scale, k_hum_per_yr=0.02 * scale)
    whole = run_rothc(forcing, parameters, start_t_ha=START, engine=engine).run.total
    parts = []
    for lo, hi in ((0, 1), (1, 12), (12, 31)):
        part = ready.part(lo, hi)
        everything: dict[str, Any] = {**part.weather, **part.streams, **part.soil}
        mine = RothCForcing(**everything)
        parts.append(run_rothc(mine, parameters, start_t_ha=START, engine=engine).run.total)
    joined = np.concatenate(parts, axis=1)
    if engine == "compiled" and draws == 1:
        np.testing.assert_array_equal(joined, whole)
    np.testing.assert_allclose(joined, whole, rtol=1e-13)


@pytest.mark.parametrize("engine", ENGINES)
def test_draws_are_the_same_as_runs_one_by_one(engine: Engine) -> None:
    forcing = random_forcing(5, 24)
    rng = np.random.default_rng(2)
    vary: dict[str, Any] = {
        "input_multiplier": 0.7 + 0.6 * rng.random((5, 3)),
        "k_hum_per_yr": 0.01 + 0.02 * rng.random((1, 3)),
        "partition_scale": 1.5 + 0.4 * rng.random((1, 3)),
        "rate_multiplier": 0.8 + 0.4 * rng.random((5, 3)),
    }
    together = run_rothc(forcing, RothCParameters(**vary), start_t_ha=START, engine=engine).run.total
    for draw in range(3):
        one: dict[str, Any] = {name: values[:, [draw]] for name, values in vary.items()}
        alone = RothCParameters(**one)
        run = run_rothc(forcing, alone, start_t_ha=START, engine=engine).run.total
        np.testing.assert_allclose(together[:, :, [draw]], run, rtol=1e-13)


@pytest.mark.parametrize("engine", ENGINES)
def test_shared_weather_cells_are_the_same_as_weather_of_each_site(engine: Engine) -> None:
    cells, sites = random_forcing(3, 24), random_forcing(10, 24, seed=8)
    cell = np.arange(10) % 3
    weather: dict[str, Any] = {
        name: np.asarray(getattr(cells, name)) for name in ("tmean_c", "rain_mm", "pan_evaporation_mm")
    }
    streams: dict[str, Any] = {
        name: getattr(sites, name) for name in ("plant_c_t_ha", "covered", "clay_percent", "depth_cm")
    }
    shared = RothCForcing(**weather, **streams, cell=cell, irrigation_mm=5.0)
    own = RothCForcing(
        **{name: values[:, cell] for name, values in weather.items()}, **streams, irrigation_mm=5.0
    )
    first = run_rothc(shared, RothCParameters(), start_t_ha=START, engine=engine).run.total
    second = run_rothc(own, RothCParameters(), start_t_ha=START, engine=engine).run.total
    np.testing.assert_allclose(first, second, rtol=1e-13)


def test_the_deficit_settles_where_the_path_from_field_capacity_ends() -> None:
    rng = np.random.default_rng(11)
    shape = (12, 4000)
    forcing = RothCForcing(
        tmean_c=10.0,
        rain_mm=60.0 * rng.random(shape),
        pan_evaporation_mm=90.0 * rng.random(shape),
        plant_c_t_ha=0.1,
        covered=(rng.random(shape) > 0.4).astype(np.float64),
        clay_percent=10.0 + 30.0 * rng.random(4000),
        depth_cm=30.0,
    )
    settled = steady_rothc(forcing, RothCParameters()).deficit_mm
    before = after = np.zeros(4000)
    for _ in range(3000):
        _, after = rothc_clock(forcing, RothCParameters(), deficit_mm=before)
        if np.abs(after - before).max() < 1e-12:
            break
        before = after
    np.testing.assert_allclose(settled, after, atol=1e-8)


def test_a_dry_january_start_is_forgotten() -> None:
    forcing = random_forcing(6, 240)
    wet = run_rothc(forcing, RothCParameters(), start_t_ha=START, engine="numpy")
    dry = run_rothc(forcing, RothCParameters(), start_t_ha=START, deficit_mm=-20.0, engine="numpy")
    np.testing.assert_allclose(dry.deficit_mm, wet.deficit_mm, atol=1e-9)
    np.testing.assert_allclose(dry.run.total[-1], wet.run.total[-1], rtol=2e-3)


@pytest.mark.parametrize("engine", ["plain", "numpy", "compiled"])
@pytest.mark.parametrize(
    "column", ["tmean_c", "rain_mm", "pan_evaporation_mm", "plant_c_t_ha", "clay_percent"]
)
@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_named(engine: Engine, column: str, poison: float) -> None:
    sites = 1 if engine == "plain" else 3
    values = np.array(np.broadcast_to(getattr(random_forcing(sites, 12), column), (12, sites)))
    if column == "clay_percent":
        values = values[0]
    values.flat[0] = poison
    changes: dict[str, Any] = {column: values}
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=column):
        run_rothc(random_forcing(sites, 12, **changes), RothCParameters(), start_t_ha=START, engine=engine)


def test_lengths_that_disagree_are_named() -> None:
    with pytest.raises(ValueError, match="rain_mm"):
        run_rothc(random_forcing(3, 12, rain_mm=np.ones((11, 3))), RothCParameters(), start_t_ha=START)
    with pytest.raises(ValueError, match="cell"):
        run_rothc(random_forcing(3, 12, cell=np.array([0, 1, 9])), RothCParameters(), start_t_ha=START)
    with pytest.raises(ValueError, match="deficit_mm"):
        run_rothc(random_forcing(3, 12), RothCParameters(), start_t_ha=START, deficit_mm=-500.0)
    with pytest.raises(ValueError, match="multiple of every"):
        run_rothc(random_forcing(3, 12), RothCParameters(), start_t_ha=START, every=5)


def test_engine_choice() -> None:
    assert choose_engine("auto", steps=1200, lanes=1) == "plain"
    assert choose_engine("auto", steps=12, lanes=100) == "numpy"
    assert choose_engine("auto", steps=1200, lanes=100_000) == "compiled"
    with pytest.raises(ValueError, match="plain engine"):
        choose_engine("plain", steps=12, lanes=2)
