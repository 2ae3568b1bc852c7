"""The model layer: scenarios, groups of strata, horizon, trials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.uncertainty.model.horizon import fit_growth, prediction_variance
from mollisol.uncertainty.model.prediction_error import (
    credited_with_bias,
    grouped_model_variance,
    site_and_bias_variance,
)
from mollisol.uncertainty.model.project_variance import project_model_variance
from mollisol.uncertainty.model.scenario_error import (
    correlated_error_variance,
    difference_error_variance,
    scenario_correlation_used,
)

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=80)
strata = st.lists(st.tuples(st.floats(1, 500), st.floats(0, 4)), min_size=1, max_size=6)


def three_forms(
    area: list[float], variance: list[float], group: list[int], between: float = 0.0
) -> dict[str, float]:
    """Return Eq. 64 as printed, with the errors of a group shared, and corrected."""
    ids = np.asarray(group)
    areas, variances = np.asarray(area), np.asarray(variance)
    correlation = np.where(ids[:, None] == ids, 1.0, between)
    return {
        "printed": float((areas**2 * variances).sum() / areas.sum() ** 2),
        "grouped": float(
            grouped_model_variance(area_ha=areas, model_variance=variances, correlation=correlation)
        ),
        "corrected": float(project_model_variance(area_ha=areas, model_variance=variances)),
    }


@COMMON
@given(strata=strata, rho=st.floats(0, 1))
def test_groups_lie_between_printed_and_fully_correlated(
    strata: list[tuple[float, float]], rho: float
) -> None:
    area, variance = (list(column) for column in zip(*strata, strict=True))
    forms = three_forms(area, variance, [number % 2 for number in range(len(area))], rho)
    assert forms["printed"] <= forms["grouped"] * (1 + 1e-9) + 1e-15
    assert forms["grouped"] <= forms["corrected"] * (1 + 1e-9) + 1e-15
    whole = three_forms(area, variance, [0] * len(area))["grouped"]
    assert whole == pytest.approx(forms["corrected"], rel=1e-9, abs=1e-15)


@COMMON
@given(
    area=st.lists(st.floats(1, 500), min_size=1, max_size=5),
    cut=st.floats(0.05, 0.95),
    variance=st.floats(0, 4),
)
def test_splitting_a_stratum_leaves_the_model_error_as_it_was(
    area: list[float], cut: float, variance: float
) -> None:
    split = [area[0] * cut, area[0] * (1 - cut), *area[1:]]
    forms = [three_forms(a, [variance] * len(a), [0] * len(a)) for a in (area, split)]
    assert forms[0]["grouped"] == pytest.approx(forms[1]["grouped"], rel=1e-9)
    if variance > 0:
        assert forms[1]["printed"] < forms[0]["printed"]  # the defect of Eq. 64


@COMMON
@given(variance=st.floats(0, 100), rho=st.floats(-1, 1))
def test_both_forms_of_the_scenario_error_agree(variance: float, rho: float) -> None:
    one = difference_error_variance(scenario_variance=variance, covariance=rho * variance)
    other = correlated_error_variance(scenario_variance=variance, correlation=rho)
    assert one == pytest.approx(float(other), rel=1e-9, abs=1e-12)


def test_few_trials_give_no_correlation_and_many_a_lower_bound() -> None:
    assert scenario_correlation_used(correlation=0.8, trials=9, confidence=2 / 3) == 0.0
    # Fisher: atanh 0.8 = 1.0986123, less 0.4307273 / sqrt(9) = 0.1435758 -> tanh 0.9550365
    assert scenario_correlation_used(correlation=0.8, trials=12, confidence=2 / 3) == pytest.approx(
        np.tanh(0.9550365), rel=1e-6
    )
    assert scenario_correlation_used(correlation=1.0, trials=12, confidence=2 / 3) == 1.0


def test_the_growth_of_the_error_is_found_again() -> None:
    rng = np.random.default_rng(21)
    years = np.tile([1.0, 2, 4, 6, 10, 15], 1500)
    error = rng.normal(0, np.sqrt(1.0 + 0.3 * years))
    growth = fit_growth(error_t_co2e_per_ha=error, duration_years=years)
    assert growth.constant == pytest.approx(1.0, abs=0.2)
    assert growth.per_year == pytest.approx(0.3, abs=0.05)
    assert prediction_variance(constant=growth.constant, per_year=growth.per_year, years=5) == pytest.approx(
        2.5, rel=0.1
    )
    shrinking = rng.normal(0, np.sqrt(5 / years))
    assert fit_growth(error_t_co2e_per_ha=shrinking, duration_years=years).per_year == 0.0
    steep = rng.normal(0, years)
    assert fit_growth(error_t_co2e_per_ha=steep, duration_years=years).constant == pytest.approx(0, abs=0.3)
    with pytest.raises(ValueError, match="not all the same"):
        fit_growth(error_t_co2e_per_ha=[1.0, 2.0, 3.0, 4.0], duration_years=[2.0] * 4)
    with pytest.raises(ValueError, match="must not be the same at all trials"):
        fit_growth(error_t_co2e_per_ha=[1.0] * 4, duration_years=[2.0, 3.0, 4.0, 5.0])


def test_site_effects_average_out_over_fields_and_the_bias_does_not() -> None:
    rng = np.random.default_rng(22)
    fields, draws = 12, 40_000
    bias = 0.5 * rng.standard_normal((draws, 1))
    mean = (bias + rng.normal(0, np.sqrt(0.8), (draws, fields))).mean(axis=1)
    exact = site_and_bias_variance(
        bias_variance=0.25, site_variance=0.5, residual_variance=0.3, fields=fields
    )
    assert mean.var() == pytest.approx(float(exact), rel=0.03)


@COMMON
@given(credited=st.floats(-50, 50), bias=st.floats(-50, 50))
def test_a_bias_never_raises_the_credit(credited: float, bias: float) -> None:
    assert credited_with_bias(credited_t_co2e_per_ha=credited, bias_t_co2e_per_ha=bias) <= credited
