"""The Monte Carlo route: Eqs. 65 to 69, measured units, and when to stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.deduction.moment import uncertainty_percent
from mollisol.uncertainty.monte_carlo.measured import group_levers_ha
from mollisol.uncertainty.monte_carlo.modelled import (
    drawn_model_variance_t2,
    drawn_sampling_variance_t2,
    total_t_co2e,
    total_variance_t2,
    variance_of_mean_from_total,
)
from mollisol.uncertainty.monte_carlo.stop_rule import deduction_error, draw_until_sure, variance_error
from mollisol.uncertainty.student import t_quantile
from tests.support.monte_carlo_credit import credit_modelled_draws

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


def test_levers_of_controls_are_the_areas_that_lean_on_them() -> None:
    lever = group_levers_ha(area_ha=[80.0, 40.0], group_weight=[[1.0, 0.0], [0.5, 0.5]])
    np.testing.assert_allclose(lever, [80, 40, -100, -20])
    with pytest.raises(ValueError, match="a row for each stratum"):
        group_levers_ha(area_ha=[80.0, 40.0], group_weight=[[1.0, 0.0]])
    with pytest.raises(ValueError, match="must sum to 1"):
        group_levers_ha(area_ha=[80.0], group_weight=[[0.4, 0.4]])


def test_the_error_of_a_variance_is_that_of_repeated_draws() -> None:
    """Normal draws: sd of the variance is sqrt(2 / (L - 1)); draws with longer tails (t, 10 df) have more."""
    rng = np.random.default_rng(7)
    for sample in (rng.standard_normal((600, 1000)), rng.standard_t(10, (600, 1000))):
        found = np.array([variance_error(draws=draws) for draws in sample])
        assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.1)
    with pytest.raises(ValueError, match="needs at least 30"):
        variance_error(draws=[1.0, 2.0])


def normal(number: int, batch: int) -> FloatArray:
    return 4.0 + np.random.default_rng([9, batch]).standard_normal(number)


def credit(draws: FloatArray) -> tuple[float, float]:
    return deduction_error(draws=draws, other_variance=0.25, multiplier=0.44)


RULE: dict[str, Any] = {"credit": credit, "first": 200, "most": 64_000}


def test_drawing_stops_when_the_credited_value_is_known_well_enough() -> None:
    """Variance 0.25 + 1: the deduction is 0.44 x sqrt(1.25), its error 0.44 x sqrt(2 / L) / (2 sqrt(1.25))."""
    found = draw_until_sure(draw=normal, share_of_deduction=0.01, **RULE)
    assert found.enough
    assert found.monte_carlo_error <= 0.01 * found.deduction
    assert found.deduction == pytest.approx(0.44 * np.sqrt(1.25), abs=4 * found.monte_carlo_error)
    # 0.01 >= sqrt(2 / L) / 2.5 from L = 3200 on; draws double from 200
    assert found.draws.size in (3200, 6400)
    again = draw_until_sure(draw=normal, share_of_deduction=0.01, **RULE)
    np.testing.assert_array_equal(again.draws, found.draws)
    assert draw_until_sure(draw=normal, share_of_deduction=0.1, **RULE).draws.size < found.draws.size
    few = draw_until_sure(draw=normal, share_of_deduction=0.0001, credit=credit, first=200, most=2000)
    assert (few.enough, few.draws.size) == (False, 2000)
    known = draw_until_sure(draw=lambda number, batch: np.full(number, 2.0), share_of_deduction=0.01, **RULE)
    assert (known.enough, known.draws.size, known.monte_carlo_error) == (True, 200, 0.0)


def test_nothing_varies_at_all() -> None:
    assert deduction_error(draws=np.full(40, 2.0), other_variance=0.0, multiplier=0.44) == (0.0, 0.0)


def test_draws_that_are_not_what_was_asked_for_are_refused() -> None:
    with pytest.raises(ValueError, match="draw must give 200 numbers"):
        draw_until_sure(draw=lambda number, batch: np.ones(3), share_of_deduction=0.01, **RULE)
    with pytest.raises(ValueError, match="must be finite"):
        draw_until_sure(draw=lambda number, batch: np.full(number, np.nan), share_of_deduction=0.01, **RULE)


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
