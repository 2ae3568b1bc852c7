"""Honest projects are left in peace: refusals below 1 in 100, warnings below 10, at 95 % confidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.counting import PER_FAMILY, by_code, count, counted, upper_bound

PAGE = Path(__file__).resolve().parents[2] / "docs" / "questioned-inputs.md"


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    # the definition: at the bound so few cases have the probability 0.05, here summed by hand
    assert upper_bound(0, 10) == pytest.approx(1 - 0.05**0.1, rel=1e-12)
    share = upper_bound(1, 10)
    assert (1 - share) ** 10 + 10 * share * (1 - share) ** 9 == pytest.approx(0.05, rel=1e-12)
    assert upper_bound(3, 3) == 1.0


def test_a_sample_of_honest_projects_meets_no_new_refusal() -> None:
    found = counted(5)
    assert count(found).refused == 0, by_code(found)
    assert count(found).warned <= 8, by_code(found)  # 20 %: a sample of 40 cannot say more


@pytest.mark.slow
def test_of_a_thousand_honest_projects_hardly_any_is_refused_or_warned() -> None:
    found = counted(PER_FAMILY)
    told = count(found)
    assert told.number >= 1000
    assert told.refused_at_most < 0.01, by_code(found)
    assert told.warned_at_most < 0.10, by_code(found)
    page = PAGE.read_text(encoding="utf-8")
    assert f"| of {told.number:,} honest projects |" in page
    for what, cases in (("a new refusal or block", told.refused), ("a new warning", told.warned)):
        assert f"| {what} | {cases} | {cases / told.number:.2%} |" in page
