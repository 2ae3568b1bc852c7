"""The printed gates, the wrong ways to compute them, and what they hide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mollisol.uncertainty.validation.bias import (
    equivalence_p_value,
    mean_bias,
    pooled_measurement_uncertainty,
    study_bias,
)
from mollisol.uncertainty.validation.gates import coverage_gate_chance, observations_needed
from mollisol.uncertainty.validation.prediction import (
    interval_half_width,
    left_out_interval,
    new_observation_multiplier,
    observations_inside,
    prediction_error_variance,
    variance_without_noise,
)

MODELLED = np.array([1.1, 12.2, 0.6, -3.3, 4.5])
OBSERVED = np.array([4.5, 3.1, 1.2, 3.5, 4.0])
STUDY = ["1", "1", "2", "3", "3"]
"""TV-8, the example that VMD0053 prints."""


def test_the_published_example_from_end_to_end() -> None:
    bias = study_bias(modelled_t_co2e_per_ha=MODELLED, observed_t_co2e_per_ha=OBSERVED, study=STUDY)
    assert abs(mean_bias(bias_t_co2e_per_ha=bias)) <= 1.6, "published: passes against a PMU of 1.6"
    variance = prediction_error_variance(error_t_co2e_per_ha=MODELLED - OBSERVED)
    half = interval_half_width(model_variance=variance, multiplier=1.64)
    published = {6.8: (-2.9, 16.5), -4.0: (-13.7, 5.7)}
    for centre, (low, high) in published.items():
        assert (centre - half, centre + half) == pytest.approx((low, high), abs=0.06)
    inside = observations_inside(
        observed_t_co2e_per_ha=OBSERVED,
        low_t_co2e_per_ha=MODELLED - half,
        high_t_co2e_per_ha=MODELLED + half,
    )
    assert inside == observations_needed(comparisons=5, least_share=0.9) == 5


def test_wrong_way_pooled_over_comparisons_and_not_over_studies() -> None:
    bias = study_bias(modelled_t_co2e_per_ha=MODELLED, observed_t_co2e_per_ha=OBSERVED, study=STUDY)
    assert float((MODELLED - OBSERVED).mean()) == pytest.approx(-0.24)
    assert mean_bias(bias_t_co2e_per_ha=bias) == pytest.approx(-0.30)


def test_wrong_way_pmu_with_n_weights_as_a_public_package_has_it() -> None:
    error, replicates = np.array([0.8, 1.5, 2.2, 1.1]), np.array([3, 4, 4, 6])
    wrong = float(np.sqrt((error**2 * replicates).sum() / replicates.sum()))
    right = pooled_measurement_uncertainty(standard_error_t_co2e_per_ha=error, replicates=replicates)
    assert wrong == pytest.approx(1.4860132214, rel=1e-10)
    assert right == pytest.approx(1.4832396974, rel=1e-10)


def test_noise_opens_the_bias_gate_and_does_not_fool_the_equivalence_test() -> None:
    """Studies with a true bias of 2: fourfold noise in the trials lets it through, and the test still says no."""
    bias = np.array([1.0, 2.0, 3.0, 2.0])
    clean, noisy = (
        pooled_measurement_uncertainty(
            standard_error_t_co2e_per_ha=np.asarray([scale] * 4), replicates=np.asarray([4] * 4)
        )
        for scale in (0.6, 2.4)
    )
    assert clean < abs(mean_bias(bias_t_co2e_per_ha=bias)) <= noisy
    assert equivalence_p_value(bias_t_co2e_per_ha=bias, margin_t_co2e_per_ha=noisy) > 0.05


@pytest.mark.parametrize(
    ("comparisons", "chance"), [(5, 0.59), (10, 0.74), (20, 0.68), (30, 0.65), (50, 0.62), (100, 0.58)]
)
def test_a_right_model_fails_the_coverage_gate_a_third_of_the_time(comparisons: int, chance: float) -> None:
    """Counted in simulated validations of a right model with known sd, beside the binomial formula."""
    needed = observations_needed(comparisons=comparisons, least_share=0.9)
    exact = coverage_gate_chance(
        comparisons=np.asarray(comparisons), coverage=0.9, observations_needed=needed
    )
    assert exact == pytest.approx(chance, abs=0.005)
    rng = np.random.default_rng(comparisons)
    inside = (np.abs(rng.standard_normal((20_000, comparisons))) < 1.6448536).sum(axis=1)
    assert float((inside >= needed).mean()) == pytest.approx(float(exact), abs=0.015)


@pytest.mark.parametrize("comparisons", [5, 20])
def test_the_exact_multiplier_covers_a_new_observation_and_the_printed_one_falls_short(
    comparisons: int,
) -> None:
    rng = np.random.default_rng(7)
    errors = rng.standard_normal((40_000, comparisons + 1))
    past, new = errors[:, :-1], errors[:, -1]
    sd = past.std(axis=1, ddof=1)
    exact = new_observation_multiplier(comparisons=comparisons, coverage=0.9)
    held = float((np.abs(new - past.mean(axis=1)) <= exact * sd).mean())
    printed = float((np.abs(new - past.mean(axis=1)) <= 1.64 * sd).mean())
    assert held == pytest.approx(0.9, abs=0.006)
    assert printed < 0.885


def test_an_interval_never_sees_its_own_study() -> None:
    before = left_out_interval(
        modelled_t_co2e_per_ha=MODELLED, observed_t_co2e_per_ha=OBSERVED, study=STUDY, coverage=0.9
    )
    moved = OBSERVED + np.array([100.0, -50.0, 0.0, 0.0, 0.0])
    after = left_out_interval(
        modelled_t_co2e_per_ha=MODELLED, observed_t_co2e_per_ha=moved, study=STUDY, coverage=0.9
    )
    np.testing.assert_allclose(after[:, :2], before[:, :2])
    assert (np.abs(after[:, 2:] - before[:, 2:]) > 1).all()


def test_known_noise_is_taken_out() -> None:
    """Simulated: model variance 4, squared standard errors from 1 to 25."""
    rng = np.random.default_rng(3)
    noise = rng.uniform(1, 5, 400)
    error = 2 * rng.standard_normal(400) + noise * rng.standard_normal(400)
    found = variance_without_noise(error_t_co2e_per_ha=error, standard_error_t_co2e_per_ha=noise)
    assert found == pytest.approx(4.0, abs=1.2)
    assert prediction_error_variance(error_t_co2e_per_ha=error) > 10


numbers = st.floats(-50, 50).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(numbers, st.floats(0.1, 20)), min_size=2, max_size=30), st.floats(-30, 30))
def test_noise_is_never_added_and_a_shift_changes_nothing(
    rows: list[tuple[float, float]], shift: float
) -> None:
    error = np.array([row[0] for row in rows])
    noise = np.array([row[1] for row in rows])
    full = variance_without_noise(error_t_co2e_per_ha=error, standard_error_t_co2e_per_ha=noise)
    moved = variance_without_noise(error_t_co2e_per_ha=error + shift, standard_error_t_co2e_per_ha=noise)
    plain = prediction_error_variance(error_t_co2e_per_ha=error)
    assert full <= plain * (1 + 1e-9) + 1e-9
    assert moved == pytest.approx(full, rel=1e-6, abs=1e-6 * (1 + plain))
