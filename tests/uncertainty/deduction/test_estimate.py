"""An estimate gives every quantile; at the confidence of the deduction it is the credited value of its route."""

from __future__ import annotations

import pytest
from scipy import stats

from mollisol.uncertainty.deduction.estimate import guarded_estimate, student_estimate


@pytest.mark.parametrize("probability", [0.05, 1 / 3, 0.5, 0.95])
def test_quantiles_are_student(probability: float) -> None:
    estimate = student_estimate("a change", 5.0, 2.0, 7.5)
    expected = stats.t(df=7.5, loc=5.0, scale=2.0).ppf(probability)
    assert estimate.quantile(probability) == pytest.approx(expected, rel=1e-12)


def test_without_spread_every_quantile_is_the_mean() -> None:
    estimate = student_estimate("a change", 5.0, 0.0, None)
    assert estimate.quantile(0.05) == estimate.quantile(0.95) == 5.0


def test_the_guard_lengthens_the_side_of_losses_alone() -> None:
    """By the first two terms of Hall's cubic the multiplier grows by (2 t^2 + 1) / 6 for each unit of skewness."""
    plain = student_estimate("a change", 5.0, 2.0, 20.0)
    guarded = guarded_estimate(plain, -1e-4)
    t = stats.t(df=20).ppf(0.9)
    assert guarded.quantile(0.1) - plain.quantile(0.1) == pytest.approx(
        -2.0 * 1e-4 * (2 * t**2 + 1) / 6, rel=1e-3
    )
    assert guarded.quantile(0.9) == plain.quantile(0.9)
    assert guarded_estimate(plain, 0.5).quantile(0.1) == pytest.approx(plain.quantile(0.1), rel=1e-12)
