"""The measurement layer: stocks, increments, laboratory, spectroscopy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.uncertainty.measurement.laboratory import (
    batch_variance,
    batch_variance_of_mean,
    composite_variance,
    repeat_degrees_of_freedom,
    repeat_standard_deviation,
)
from mollisol.uncertainty.measurement.spectroscopy import spectroscopy_parts_t2
from mollisol.uncertainty.measurement.spectroscopy_draws import (
    Calibration,
    calibration_variance_of_change,
    fit_calibration,
)
from mollisol.uncertainty.measurement.stock_at_fixed_depth import (
    stock_error_kg_per_m2,
    stock_kg_per_m2,
    stock_relative_error,
)
from tests.support.spectroscopy_draws import spectroscopy_draws_t_co2e_per_ha

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=60)


@COMMON
@given(
    carbon=st.floats(1, 60),
    carbon_sd=st.floats(0, 5),
    density=st.floats(500, 1700),
    density_sd=st.floats(0, 200),
    coarse=st.floats(0, 80),
    coarse_sd=st.floats(0, 10),
)
def test_both_forms_of_the_stock_error_agree(
    carbon: float, carbon_sd: float, density: float, density_sd: float, coarse: float, coarse_sd: float
) -> None:
    stock: dict[str, Any] = {
        "carbon_g_per_kg": carbon,
        "density_kg_per_m3": density,
        "coarse_percent": coarse,
        "thickness_cm": 30.0,
    }
    absolute = stock_error_kg_per_m2(
        **stock,
        carbon_sd_g_per_kg=carbon_sd,
        density_sd_kg_per_m3=density_sd,
        coarse_sd_percent=coarse_sd,
    )
    relative = stock_relative_error(
        carbon_cv=carbon_sd / carbon,
        density_cv=density_sd / density,
        coarse_fraction=coarse / 100,
        coarse_fraction_sd=coarse_sd / 100,
    )
    assert absolute == pytest.approx(float(relative) * float(stock_kg_per_m2(**stock)), rel=1e-9, abs=1e-15)


def test_the_delta_form_is_what_correlated_errors_do() -> None:
    errors = np.random.default_rng(1).multivariate_normal(
        [0, 0], [[0.05**2, -0.4 * 0.05 * 0.06], [-0.4 * 0.05 * 0.06, 0.06**2]], 200_000
    )
    drawn = np.prod(1 + errors, axis=1)
    delta = stock_relative_error(carbon_cv=0.05, density_cv=0.06, carbon_density_correlation=-0.4)
    assert drawn.std() == pytest.approx(float(delta), rel=0.01)


def test_repeats_give_back_the_error_they_were_made_with() -> None:
    rng = np.random.default_rng(3)
    sample = np.repeat(np.arange(2000), 2)
    value = rng.normal(20, 6, 2000)[sample] + rng.normal(0, 0.5, sample.size)
    assert repeat_standard_deviation(value=value, sample=sample) == pytest.approx(0.5, rel=0.05)
    assert repeat_degrees_of_freedom(sample=sample) == 2000
    assert repeat_degrees_of_freedom(sample=["a", "b"]) == 0


def test_batches_do_not_average_out_with_samples() -> None:
    rng = np.random.default_rng(4)
    batch = np.repeat(np.arange(400), 5)
    value = rng.normal(0, 2.0, 400)[batch] + rng.normal(0, 1.0, batch.size)
    between = float(batch_variance(value=value, batch=batch))
    assert between == pytest.approx(4.0, rel=0.2)
    few = batch_variance_of_mean(batch_variance=4.0, lever=np.array([0.5, 0.5]))
    assert few == 2.0  # whatever the number of samples in the two batches
    assert composite_variance(
        within_variance=4.0, laboratory_variance=0.0, cores_per_composite=100, composites=1
    ) == pytest.approx(0.04)


PREDICTED = np.array([120.0, 135.0, 150.0, 142.0, 171.0, 160.0, 155.0, 128.0])
LABORATORY = np.array([118.0, 139.0, 149.0, 146.0, 168.0, 163.0, 151.0, 131.0])


def test_the_calibration_is_the_least_squares_line() -> None:
    fit = fit_calibration(predicted_t_co2e_per_ha=PREDICTED, laboratory_t_co2e_per_ha=LABORATORY)
    (slope, intercept), covariance = np.polyfit(PREDICTED, LABORATORY, 1, cov=True)
    assert fit.slope == pytest.approx(slope)
    assert fit.offset - fit.slope * fit.centre == pytest.approx(intercept)
    assert fit.slope_sd == pytest.approx(np.sqrt(covariance[0, 0]))
    assert fit.degrees_of_freedom == 6


def calibration(residual_sd: float = 0.0, offset_sd: float = 5.0) -> Calibration:
    return Calibration(
        centre=150.0,
        offset=150.0,
        slope=1.0,
        offset_sd=offset_sd,
        slope_sd=0.1,
        residual_sd=residual_sd,
        degrees_of_freedom=1e6,
    )


def spectra(one: Calibration, other: Calibration | None = None, draws: int = 20_000) -> Any:
    start = [np.linspace(130, 150, 10), np.linspace(140, 160, 10)]
    end = [values + 8 for values in start]
    return spectroscopy_draws_t_co2e_per_ha(
        predicted_start_t_co2e_per_ha=start,
        predicted_end_t_co2e_per_ha=end,
        calibration=one,
        calibration_end=other,
        draws=draws,
        seed=5,
    )


def test_one_calibration_at_both_times_leaves_only_its_slope_in_the_change() -> None:
    start, end = spectra(calibration(residual_sd=2.0))
    change = np.concatenate(end).mean(axis=0) - np.concatenate(start).mean(axis=0)
    exact = calibration_variance_of_change(
        slope_sd=0.1, mean_predicted_change_t_co2e_per_ha=8.0, residual_sd_t_co2e_per_ha=2.0, points=20
    )
    assert change.var() == pytest.approx(float(exact), rel=0.04)
    start, end = spectra(calibration(), calibration())
    change = np.concatenate(end).mean(axis=0) - np.concatenate(start).mean(axis=0)
    assert change.var() == pytest.approx(2 * 5.0**2, rel=0.1)  # a new calibration: the offsets stay


def test_the_draws_go_into_equation_72() -> None:
    start, end = spectra(calibration(offset_sd=0.0), draws=400)
    parts = spectroscopy_parts_t2(
        area_ha=[10.0, 30.0], stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end
    )
    assert parts.model_start > 0


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], "must not be the same in all samples"),
        ([1.0, 2.0], [1.0, 2.0], "needs at least 3"),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0], "must have the same shape"),
    ],
)
def test_bad_validation_samples_are_refused(x: list[float], y: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_calibration(predicted_t_co2e_per_ha=x, laboratory_t_co2e_per_ha=y)


def test_groups_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="must hold the same groups"):
        spectroscopy_draws_t_co2e_per_ha(
            predicted_start_t_co2e_per_ha=[[1.0, 2.0]],
            predicted_end_t_co2e_per_ha=[],
            calibration=calibration(),
            draws=10,
            seed=1,
        )
