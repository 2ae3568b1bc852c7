"""An estimate gives every quantile; at the confidence of the deduction it is the credited value of its route."""

from __future__ import annotations

import pytest
from scipy import stats

from mollisol.uncertainty.deduction.estimate import Reading, sharp_estimate, student_estimate


@pytest.mark.parametrize("probability", [0.05, 1 / 3, 0.5, 0.95])
def test_quantiles_are_student(probability: float) -> None:
    estimate = student_estimate("a change", 5.0, 2.0, 7.5)
    expected = stats.t(df=7.5, loc=5.0, scale=2.0).ppf(probability)
    assert estimate.quantile(probability) == pytest.approx(expected, rel=1e-12)


def test_without_spread_every_quantile_is_the_mean() -> None:
    estimate = student_estimate("a change", 5.0, 0.0, None)
    assert estimate.quantile(0.05) == estimate.quantile(0.95) == 5.0


def test_the_largest_deduction_is_read_at_every_confidence() -> None:
    """Johnson's term lengthens the multiplier by (2 t^2 + 1) / 6 for each unit of skewness, on the side of losses."""
    plain = student_estimate("a change", 5.0, 2.0, 20.0)
    other = sharp_estimate(plain, [Reading(2.0, 20.0, 0.3, 0.0), Reading(2.1, 4.0, 0.0, 0.01)])
    for probability in (0.05, 0.1, 1 / 3):
        t = stats.t(df=20).ppf(1 - probability)
        longer = 2.0 * (t + 0.3 * (2 * t**2 + 1) / 6)
        by_sites = 2.1 * stats.t(df=4).ppf(1 - probability - 0.01)
        assert other.quantile(probability) == pytest.approx(5.0 - max(longer, by_sites), rel=1e-10)
    assert other.quantile(0.9) == plain.quantile(0.9)
