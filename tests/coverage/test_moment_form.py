"""The promise of the moment form, in landscapes whose truth is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mollisol.uncertainty.simulation.landscapes import IRREGULAR, MENDED, REGULAR, Design, coverage

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
TARGET = 2 / 3
LANDSCAPES, CAMPAIGNS, SEED = 200, 500, 20260611


def found(design: Design) -> float:
    result = coverage(design=design, landscapes=LANDSCAPES, campaigns=CAMPAIGNS, seed=SEED)
    assert result.replicates >= 20_000
    assert result.monte_carlo_error < 0.003
    return result.probability


@pytest.mark.parametrize("design", [*REGULAR, *MENDED], ids=lambda design: design.name)
def test_the_truth_is_at_least_what_is_credited_in_two_of_three(design: Design) -> None:
    assert found(design) == pytest.approx(TARGET, abs=0.010)


@pytest.mark.parametrize("design", IRREGULAR, ids=lambda design: design.name)
def test_irregular_designs_over_credit_and_the_page_says_so(design: Design) -> None:
    assert found(design) < 0.64


@pytest.mark.parametrize("design", [*REGULAR, *IRREGULAR, *MENDED], ids=lambda design: design.name)
def test_the_page_holds_the_figure(design: Design) -> None:
    row = re.search(
        rf"^\| {re.escape(design.name)} \| (0\.\d+) \| (0\.\d+) \|", PAGE.read_text(), re.MULTILINE
    )
    assert row, f"{design.name} is missing in docs/coverage.md: run scripts/pages/coverage_table.py"
    assert float(row[1]) == pytest.approx(found(design), abs=5.1e-4)
