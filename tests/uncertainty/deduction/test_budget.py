"""Where the deduction comes from, and what one more of anything would buy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.uncertainty.deduction.budget import deduction_with_one_more
from mollisol.uncertainty.student import t_quantile

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=80)


def t(nu: float) -> float:
    return float(t_quantile(probability=2 / 3, degrees_of_freedom=nu))


def test_one_more_by_hand() -> None:
    """Fields 0.32 with 11 degrees of freedom, controls 0.68 with 2; Satterthwaite by hand."""
    now, then = deduction_with_one_more(
        variance_of_mean=[0.32, 0.68], degrees_of_freedom=[11.0, 2.0], confidence=2 / 3
    )
    assert now == pytest.approx(t(1 / (0.1024 / 11 + 0.4624 / 2)))
    # one more control: 0.68 x 3 / 4 = 0.51 with 3 degrees of freedom; one more field: 0.32 x 12 / 13 with 12
    assert then[1] == pytest.approx(t(0.83**2 / (0.1024 / 11 + 0.2601 / 3)) * np.sqrt(0.83))
    field = 0.32 * 12 / 13
    assert then[0] == pytest.approx(
        t((field + 0.68) ** 2 / (field**2 / 12 + 0.4624 / 2)) * np.sqrt(field + 0.68)
    )
    assert now - then[1] > now - then[0] > 0


@COMMON
@given(
    variances=st.lists(st.floats(0, 10), min_size=1, max_size=6),
    unit=st.floats(1e-3, 1e3),
    replicates=st.integers(2, 100),
)
def test_the_unit_does_not_matter(variances: list[float], unit: float, replicates: int) -> None:
    freedom = [replicates - 1.0] * len(variances)
    now, then = deduction_with_one_more(
        variance_of_mean=variances, degrees_of_freedom=freedom, confidence=2 / 3
    )
    scaled, scaled_then = deduction_with_one_more(
        variance_of_mean=np.array(variances) * unit**2, degrees_of_freedom=freedom, confidence=2 / 3
    )
    assert scaled == pytest.approx(unit * now, rel=1e-9, abs=1e-150)
    np.testing.assert_allclose(scaled_then, unit * then, rtol=1e-9, atol=1e-150)


def test_no_error_at_all() -> None:
    now, then = deduction_with_one_more(variance_of_mean=[0.0], degrees_of_freedom=[3.0], confidence=2 / 3)
    assert (now, then.tolist()) == (0.0, [0.0])


@pytest.mark.parametrize(
    ("variance", "freedom", "words"),
    [
        ([], [], "variance_of_mean must hold at least one"),
        ([-1.0], [1.0], "variance_of_mean must be at least 0"),
        ([1.0], [0.0], "degrees_of_freedom must be above 0"),
        ([1.0, 2.0], [1.0], "must have the same shape"),
    ],
)
def test_what_is_refused(variance: list[float], freedom: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        deduction_with_one_more(variance_of_mean=variance, degrees_of_freedom=freedom, confidence=2 / 3)
