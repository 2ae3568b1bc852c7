"""The promise of the moment form, in designs whose truth is known; the figures are of a run of the laboratory."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mollisol.laboratory.run import draw
from mollisol.laboratory.scenarios import scenarios_of
from mollisol.laboratory.worlds import design_rows, world_of_design
from tests.coverage.page_makers import page_maker

ROOT = Path(__file__).parents[2]
PAGE = page_maker("coverage_table")
CAMPAIGNS, SEED = 20_000, 7
"""Three errors are 0.010."""


@cache
def kept(name: str) -> tuple[float, float]:
    """Return the share of campaigns in which the truth is at least the credit: exact form, and as printed."""
    exact = replace(scenarios_of([], [])[0].terms, form="moment")
    rules = [exact, replace(exact, shared_control="printed")]
    drawn = draw(world_of_design(design_rows()[name]), rules, projects=CAMPAIGNS, seed=SEED)
    truth = drawn.projects["truth"]
    shares = [float((truth >= found.credited).mean()) for found in drawn.credits]
    return shares[0], shares[1]


@pytest.mark.parametrize("name", PAGE.REGULAR)
def test_the_truth_is_at_least_what_is_credited_in_two_of_three(name: str) -> None:
    assert kept(name)[0] == pytest.approx(2 / 3, abs=0.010)


@pytest.mark.parametrize("name", PAGE.TOO_MUCH)
def test_irregular_designs_over_credit(name: str) -> None:
    assert kept(name)[0] < 0.657


@pytest.mark.parametrize("name", PAGE.SHARED)
def test_a_shared_control_site_as_printed_over_credits(name: str) -> None:
    assert kept(name)[1] < 0.64


def test_the_page_is_made_from_its_table() -> None:
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == PAGE.page()
