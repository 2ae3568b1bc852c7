"""Errors of increments, drawn and to first order: the two ways agree, and shared errors do not average out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha
from mollisol.uncertainty.measurement.increments import (
    IncrementErrors,
    Profiles,
    class_error_t_co2e_per_ha,
    profile_error_t_per_ha,
)

MASS = np.array([[1950.0, 1300.0], [1530.0, 990.0], [1900.0, 1320.0], [1600.0, 1000.0]])
CARBON = np.array([[24.29, 12.68], [28.77, 10.65], [25.0, 13.0], [29.0, 11.0]])
"""Two points at the start, then the same two at the end."""
CHANGE = np.array([-0.5, -0.5, 0.5, 0.5])


def errors(
    carbon_cv: float = 0.0,
    soil_mass_cv: float = 0.0,
    carbon_batch_cv: float = 0.0,
    soil_mass_batch_cv: float = 0.0,
    *,
    batch: Any = ((0, 0), (0, 0), (1, 1), (1, 1)),
    **changed: Any,
) -> IncrementErrors:
    given: dict[str, Any] = {
        "soil_mass_t_per_ha": MASS,
        "carbon_g_per_kg": CARBON,
        "reference_soil_mass_t_per_ha": 2800.0,
        "place": np.arange(4),
        "batch": np.array(batch),
        "carbon_cv": np.full(MASS.shape, carbon_cv),
        "soil_mass_cv": np.full(MASS.shape, soil_mass_cv),
    }
    return IncrementErrors(
        (Profiles(**given | changed),),
        4,
        np.full(2, carbon_batch_cv),
        np.full(2, soil_mass_batch_cv),
    )


def drawn(of: IncrementErrors, weight: Any = CHANGE, draws: int = 40_000) -> Any:
    return of.draw_weighted(weight=weight, draws=draws, generator=np.random.default_rng(7))


def stock() -> Any:
    return carbon_at_equivalent_soil_mass_t_per_ha(
        cumulative_soil_mass_t_per_ha=np.cumsum(MASS, axis=1),
        cumulative_carbon_t_per_ha=np.cumsum(MASS * CARBON / 1000, axis=1),
        reference_soil_mass_t_per_ha=np.array([2800.0]),
    )[:, 0]


def test_without_error_every_draw_is_the_measured_change() -> None:
    assert not errors().any
    np.testing.assert_allclose(drawn(errors(), draws=3), CHANGE @ stock(), rtol=1e-12)


@pytest.mark.parametrize(
    "cvs", [{"carbon_cv": 0.03}, {"soil_mass_cv": 0.05}, {"carbon_cv": 0.02, "soil_mass_cv": 0.04}]
)
def test_own_errors_drawn_and_to_first_order_agree(cvs: dict[str, float]) -> None:
    own = profile_error_t_per_ha(
        increment_soil_mass_t_per_ha=MASS,
        carbon_g_per_kg=CARBON,
        reference_soil_mass_t_per_ha=2800.0,
        carbon_cv=np.full(MASS.shape, cvs.get("carbon_cv", 0.0)),
        soil_mass_cv=np.full(MASS.shape, cvs.get("soil_mass_cv", 0.0)),
    )
    expected = ((CHANGE * own) ** 2).sum()
    assert drawn(errors(**cvs)).var() == pytest.approx(expected, rel=0.04)
    of_class = class_error_t_co2e_per_ha(
        profile_error_t_c_per_ha=np.asarray(own),
        share_of_point=np.ones(4),
        point=np.array([0, 1, 0, 1], float),
        class_of_point=np.array([0, 0], float),
    )
    assert (np.asarray(of_class) ** 2 / 2).sum() == pytest.approx(expected * (44 / 12) ** 2)


@pytest.mark.parametrize("which", ["carbon_batch_cv", "soil_mass_batch_cv"])
def test_batch_errors_drawn_and_to_first_order_agree(which: str) -> None:
    of = errors(**{which: 0.03})
    effect = of.batch_effects()[which.startswith("soil")]
    expected = 0.03**2 * ((effect @ CHANGE) ** 2).sum()
    assert drawn(of).var() == pytest.approx(expected, rel=0.04)


def test_a_batch_error_of_carbon_is_a_share_of_the_stock() -> None:
    """By hand: a relative error of the content is one of the stock, in the batch of that time alone."""
    carbon, _ = errors().batch_effects()
    np.testing.assert_allclose(carbon, [[*stock()[:2], 0, 0], [0, 0, *stock()[2:]]], rtol=1e-7)


def test_one_batch_for_both_times_nearly_cancels_in_the_change() -> None:
    apart = errors(carbon_batch_cv=0.04)
    together = errors(carbon_batch_cv=0.04, batch=np.zeros((4, 2), dtype=int))
    measured = abs(CHANGE @ stock())
    assert drawn(together).std() == pytest.approx(0.04 * measured, rel=0.05)
    assert drawn(apart).std() > 20 * drawn(together).std()


def test_an_error_that_project_and_control_share_cancels_only_when_drawn_together() -> None:
    """Project less control, both in one batch: what is left is the share of their difference in stock."""
    weight = np.array([0.0, 0.0, 1.0, -1.0])
    difference = abs(stock()[2] - stock()[3])
    assert drawn(errors(carbon_batch_cv=0.03), weight).std() == pytest.approx(0.03 * difference, rel=0.05)
    own = drawn(errors(carbon_cv=0.03), weight).std()
    assert own > 3 * 0.03 * difference


def test_profiles_of_one_point_average_their_own_errors_and_not_their_batch() -> None:
    """Four samples of one point: own errors fall by two, the batch's stays."""
    same = {
        "soil_mass_t_per_ha": np.repeat(MASS, 4, axis=0),
        "carbon_g_per_kg": np.repeat(CARBON, 4, axis=0),
        "place": np.repeat(np.arange(4), 4),
        "batch": np.repeat([[0, 0], [0, 0], [1, 1], [1, 1]], 4, axis=0),
    }

    def errors_of_many(carbon_cv: float, batch_cv: float) -> IncrementErrors:
        group = Profiles(
            reference_soil_mass_t_per_ha=2800.0,
            carbon_cv=np.full((16, 2), carbon_cv),
            soil_mass_cv=np.zeros((16, 2)),
            **same,
        )
        return IncrementErrors((group,), 4, np.full(2, batch_cv), np.zeros(2))

    own = drawn(errors(carbon_cv=0.03)).std() / drawn(errors_of_many(0.03, 0.0)).std()
    assert own == pytest.approx(2, rel=0.03)
    batch = drawn(errors(carbon_batch_cv=0.03)).std() / drawn(errors_of_many(0.0, 0.03)).std()
    assert batch == pytest.approx(1, rel=0.03)


def test_wide_errors_stay_above_zero_and_come_again() -> None:
    wide = errors(0.5, 0.5, 0.5, 0.5)
    found = drawn(wide, draws=200)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, drawn(wide, draws=200))


def test_soil_without_carbon_has_no_error_of_carbon() -> None:
    bare = errors(0.03, 0.05, 0.02, 0.02, carbon_g_per_kg=np.zeros(MASS.shape))
    np.testing.assert_array_equal(drawn(bare, draws=20), 0.0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"soil_mass_t_per_ha": MASS[:2]}, "must have the same shape"),
        ({"carbon_cv": np.full(MASS.shape, -0.1)}, "carbon_cv must be at least 0"),
        ({"soil_mass_t_per_ha": 0 * MASS}, "soil_mass_t_per_ha must be above 0"),
        ({"place": np.array([0, 1, 2, 2])}, "must cover the places"),
        ({"place": np.array([0, 1, 2])}, "place one number a profile"),
        ({"batch": np.full(MASS.shape, 2)}, "batch must be below 2"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        errors(**changed)


def test_a_weight_for_each_place() -> None:
    with pytest.raises(ValueError, match="weight must hold 4 numbers"):
        drawn(errors(), weight=[1.0])
