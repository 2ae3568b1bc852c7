"""The Monte Carlo route: Eqs. 65 to 69, measured units, and when to stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha
from mollisol.uncertainty.deduction import uncertainty_percent
from mollisol.uncertainty.layers.equivalent_mass_draws import equivalent_mass_draws_t_per_ha
from mollisol.uncertainty.layers.measured_draws import group_levers_ha, measured_variance
from mollisol.uncertainty.layers.moment_form import Campaign, moment_credit
from mollisol.uncertainty.layers.monte_carlo import (
    drawn_model_variance_t2,
    drawn_sampling_variance_t2,
    total_t_co2e,
    total_variance_t2,
    variance_of_mean_from_total,
)
from mollisol.uncertainty.layers.monte_carlo_credit import credit_measured_draws, credit_modelled_draws
from mollisol.uncertainty.layers.stop_rule import draw_until_sure, quantile_error
from mollisol.uncertainty.sampling_error import paired_change_variance_t2
from mollisol.uncertainty.student import t_quantile

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=60)

TV4: dict[str, Any] = {
    "area_ha": [10.0, 30.0],
    "reduction_t_co2e_per_ha": [
        [[1.0, 1.4, 0.6, 1.0], [2.0, 2.6, 1.4, 2.0]],
        [[0.5, 0.9, 0.1, 0.5], [1.5, 1.7, 1.3, 1.5], [1.0, 1.6, 0.4, 1.0]],
    ],
}


def test_tv4_from_draws_to_the_deduction() -> None:
    total = total_variance_t2(
        sampling_variance_t2=drawn_sampling_variance_t2(**TV4),
        model_variance_t2=drawn_model_variance_t2(**TV4),
    )
    variance = variance_of_mean_from_total(variance_of_total_t2=total, area_ha=40.0)
    given: dict[str, Any] = {
        "variance_of_mean": variance,
        "mean_change": float(total_t_co2e(**TV4)) / 40,
        "confidence": 2 / 3,
    }
    assert given["mean_change"] == pytest.approx(1.125)
    assert np.sqrt(variance) == pytest.approx(0.4276875807, abs=5e-11)
    assert uncertainty_percent(**given, degrees_of_freedom=3) == pytest.approx(18.09139114, abs=5e-9)
    assert uncertainty_percent(**given, degrees_of_freedom=np.inf) == pytest.approx(16.37481925, abs=5e-9)


@st.composite
def measured(draw: st.DrawFn) -> dict[str, Any]:
    """Strata and one shared control, with declared measurement error."""
    h = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    groups = [rng.normal(150, 10, draw(st.integers(2, 5))) for _ in range(h + 1)]
    return {
        "area": rng.uniform(1, 100, h),
        "start": groups,
        "end": [group + rng.normal(5, 3, group.size) for group in groups],
    }


def variances(data: dict[str, Any], spread: float, draws: int = 6, seed: int = 1) -> Any:
    rng = np.random.default_rng(seed)

    def drawn(groups: list[FloatArray]) -> list[FloatArray]:
        return [group[:, None] + spread * rng.standard_normal((group.size, draws)) for group in groups]

    return measured_variance(
        area_ha=data["area"],
        group_weight=np.ones((data["area"].size, 1)),
        stock_start_t_co2e_per_ha=drawn(data["start"]),
        stock_end_t_co2e_per_ha=drawn(data["end"]),
    )


@COMMON
@given(data=measured())
def test_without_measurement_error_it_is_the_analytic_route(data: dict[str, Any]) -> None:
    found = variances(data, spread=0.0)
    analytic = [
        float(paired_change_variance_t2(area_ha=a, stock_start_t_co2e_per_ha=s, stock_end_t_co2e_per_ha=e))
        for a, s, e in zip([*data["area"], data["area"].sum()], data["start"], data["end"], strict=True)
    ]
    assert found.measurement == pytest.approx(0, abs=1e-20)
    np.testing.assert_allclose(found.sampling * data["area"].sum() ** 2, analytic, rtol=1e-9)


@COMMON
@given(data=measured(), spread=st.floats(0, 20))
def test_measurement_error_never_lowers_the_total_below_its_sampling_part(
    data: dict[str, Any], spread: float
) -> None:
    found = variances(data, spread)
    assert found.total >= found.sampling.sum()
    assert 0 <= found.shared <= found.measurement + 1e-15


def test_shared_and_own_errors_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    n, draws = 25, 4000
    start = [np.full((n, draws), 150.0)]
    shared, own = 2.0, 3.0
    end = [155 + shared * rng.standard_normal((1, draws)) + own * rng.standard_normal((n, draws))]
    found = measured_variance(area_ha=[10.0], stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end)
    assert found.measurement == pytest.approx(shared**2 + own**2 / n, rel=0.06)
    assert found.shared == pytest.approx(shared**2, rel=0.06)


def test_an_error_that_project_and_control_share_cancels_only_when_drawn_together() -> None:
    rng = np.random.default_rng(6)
    draws = 500
    error = 3.0 * rng.standard_normal((1, draws))
    other = 3.0 * rng.standard_normal((1, draws))
    stock = [np.full((4, draws), 150.0), np.full((4, draws), 140.0)]
    given: dict[str, Any] = {
        "area_ha": [10.0],
        "group_weight": [[1.0]],
        "stock_start_t_co2e_per_ha": stock,
    }
    together = measured_variance(**given, stock_end_t_co2e_per_ha=[s + error for s in stock])
    apart = measured_variance(**given, stock_end_t_co2e_per_ha=[stock[0] + error, stock[1] + other])
    assert together.measurement == pytest.approx(0, abs=1e-20)
    assert apart.measurement == pytest.approx(18, rel=0.15)


def test_levers_of_controls_are_the_areas_that_lean_on_them() -> None:
    lever = group_levers_ha(area_ha=[80.0, 40.0], group_weight=[[1.0, 0.0], [0.5, 0.5]])
    np.testing.assert_allclose(lever, [80, 40, -100, -20])
    with pytest.raises(ValueError, match="a row for each stratum"):
        group_levers_ha(area_ha=[80.0, 40.0], group_weight=[[1.0, 0.0]])
    with pytest.raises(ValueError, match="must sum to 1"):
        group_levers_ha(area_ha=[80.0], group_weight=[[0.4, 0.4]])
    with pytest.raises(ValueError, match="must hold 1 groups"):
        measured_variance(
            area_ha=[1.0],
            stock_start_t_co2e_per_ha=[[[1.0, 2.0], [1.0, 2.0]]] * 2,
            stock_end_t_co2e_per_ha=[[[1.0, 2.0], [1.0, 2.0]]] * 2,
        )


def test_the_error_of_the_quantile_is_that_of_repeated_draws() -> None:
    rng = np.random.default_rng(7)
    repeated = [quantile_error(draws=rng.standard_normal(1000)) for _ in range(400)]
    quantiles, errors = np.array(repeated).T
    assert quantiles.mean() == pytest.approx(-0.4307273, abs=0.01)
    assert errors.mean() == pytest.approx(quantiles.std(), rel=0.12)
    with pytest.raises(ValueError, match="needs at least 30"):
        quantile_error(draws=[1.0, 2.0])


def normal(number: int, batch: int) -> FloatArray:
    return 4.0 + np.random.default_rng([9, batch]).standard_normal(number)


def test_drawing_stops_when_the_quantile_is_known_well_enough() -> None:
    found = draw_until_sure(draw=normal)
    assert found.enough
    assert found.monte_carlo_error <= 0.023 * found.deduction
    assert found.quantile == pytest.approx(4 - 0.4307273, abs=4 * found.monte_carlo_error)
    assert draw_until_sure(draw=normal) == found
    assert found.draws > draw_until_sure(draw=normal, share_of_deduction=0.1).draws
    assert not draw_until_sure(draw=normal, share_of_deduction=0.001, most=2000).enough
    known = draw_until_sure(draw=lambda number, batch: np.full(number, 2.0))
    assert (known.enough, known.draws, known.deduction) == (True, 1000, 0.0)


def test_draws_that_are_not_what_was_asked_for_are_refused() -> None:
    with pytest.raises(ValueError, match="draw must give 1000 numbers"):
        draw_until_sure(draw=lambda number, batch: np.ones(3))
    with pytest.raises(ValueError, match="must be finite"):
        draw_until_sure(draw=lambda number, batch: np.full(number, np.nan))


def coverage(drawn: str) -> float:
    """Share of 1500 projects whose truth is at least what is credited, model error shared by all points."""
    rng = np.random.default_rng(31)
    strata, points, draws, model_sd = 3, 6, 200, 1.0
    t = float(t_quantile(probability=2 / 3, degrees_of_freedom=np.inf))
    kept = 0
    for _ in range(1500):
        bias = model_sd * rng.standard_normal()  # the error of this parameter set, the same everywhere
        error = rng.standard_normal((strata, points, draws))
        if drawn == "joint":
            error[:] = error[:1, :1]
        elif drawn == "by stratum":
            error[:] = error[:, :1]
        reductions = [3 + rng.normal(0, 1.0, (points, 1)) + bias + model_sd * part for part in error]
        given: dict[str, Any] = {"area_ha": [10.0] * strata, "reduction_t_co2e_per_ha": reductions}
        total = drawn_sampling_variance_t2(**given) + drawn_model_variance_t2(**given)
        credited = float(total_t_co2e(**given)) / 30 - t * np.sqrt(float(total)) / 30
        kept += credited <= 3
    return kept / 1500


def test_drawing_the_model_point_by_point_is_the_wrong_way() -> None:
    """Independent draws average the model's error away; joint draws keep the promise."""
    assert coverage("joint") == pytest.approx(2 / 3, abs=0.037)  # three Monte Carlo errors
    assert coverage("by stratum") < 0.63
    assert coverage("by point") < 0.59


def test_modelled_draws_are_credited() -> None:
    """TV-4: mean 1.125, variance 0.1829166667; one point less by stratum and draws known: 2.2105 degrees."""
    found = credit_modelled_draws(**TV4)
    parts = np.array([25.0, 75.0]) / 1600
    nu = 0.1829166667**2 / (parts[0] ** 2 / 1 + parts[1] ** 2 / 2)
    assert found.mean_t_co2e_per_ha == pytest.approx(1.125)
    assert found.degrees_of_freedom == pytest.approx(nu)
    assert found.standard_error_t_co2e_per_ha == pytest.approx(0.4276875807 * np.sqrt(1.25))
    known = credit_modelled_draws(**TV4, model_degrees_of_freedom=11.0, effective_draws=2.0)
    assert known.degrees_of_freedom < found.degrees_of_freedom
    assert known.standard_error_t_co2e_per_ha == pytest.approx(0.4276875807 * np.sqrt(1.5))
    with pytest.raises(ValueError, match="effective_draws must be at most the 4 draws"):
        credit_modelled_draws(**TV4, effective_draws=5.0)


PROJECT_MASS = np.array(
    [[[1900.0, 1250.0], [1800.0, 1300.0], [1850.0, 1280.0], [1870.0, 1290.0], [1780.0, 1310.0]]] * 2
)
PROJECT_CARBON = np.array(
    [
        [[20.0, 11.0], [22.0, 12.0], [18.0, 10.0], [19.0, 11.0], [21.0, 10.0]],
        [[21.5, 11.0], [23.0, 12.5], [19.5, 10.0], [19.5, 11.0], [21.0, 10.5]],
    ]
)


def from_increments(soil_mass_cv: float = 0.0, carbon_cv: float = 0.0, batch_cv: float = 0.0) -> Any:
    """Three project points and two of a control, from increments to a credit."""
    stocks = CO2E_PER_C * equivalent_mass_draws_t_per_ha(
        increment_soil_mass_t_per_ha=PROJECT_MASS,
        carbon_g_per_kg=PROJECT_CARBON,
        reference_soil_mass_t_per_ha=[3100.0],
        draws=800,
        seed=3,
        soil_mass_cv=soil_mass_cv,
        carbon_cv=carbon_cv,
        batch_cv=batch_cv,
    )
    start, end = stocks[:, :, 0]
    return credit_measured_draws(
        area_ha=[40.0],
        stock_start_t_co2e_per_ha=[start[:3], start[3:]],
        stock_end_t_co2e_per_ha=[end[:3], end[3:]],
        group_weight=[[1.0]],
    )


def test_from_increments_to_a_credit() -> None:
    plain = from_increments()
    stock = CO2E_PER_C * carbon_at_equivalent_soil_mass_t_per_ha(
        cumulative_soil_mass_t_per_ha=np.cumsum(PROJECT_MASS, axis=-1),
        cumulative_carbon_t_per_ha=np.cumsum(PROJECT_MASS * PROJECT_CARBON / 1000, axis=-1),
        reference_soil_mass_t_per_ha=[3100.0],
    )
    change = (stock[1] - stock[0])[:, 0]
    analytic = moment_credit(
        campaign=Campaign([40.0], [change[:3]], [change[3:]], [[1.0]]), controls="points", guard=None
    )
    assert plain.drawn_variance == 0.0
    assert plain.credited_t_co2e_per_ha == pytest.approx(float(analytic.credited_t_co2e_per_ha))
    assert plain.degrees_of_freedom == pytest.approx(float(analytic.degrees_of_freedom))
    own = from_increments(carbon_cv=0.03, soil_mass_cv=0.05)
    batch = from_increments(carbon_cv=0.03, soil_mass_cv=0.05, batch_cv=0.03)
    assert plain.sampling_variance < own.sampling_variance + own.drawn_variance
    # a batch of its own at each time, project and control in it: nearly all of it cancels in the difference
    assert batch.drawn_variance == pytest.approx(own.drawn_variance, rel=0.25)
