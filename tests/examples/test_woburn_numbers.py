"""The calculation by hand: its page is fresh, and its arithmetic is what hand arithmetic gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="module")
def pairs(load: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return load("pages/woburn_ley.py")


def test_page_and_figure_are_fresh(root: Path, script: Callable[[str, Path], None], tmp_path: Path) -> None:
    script("pages/woburn_ley.py", tmp_path)
    for name in ("woburn-ley.md", "figures/woburn/pairs.svg"):
        assert (tmp_path / name).read_bytes() == (root / "docs" / name).read_bytes(), name


def test_by_hand_shares_no_code_with_the_engine(root: Path) -> None:
    assert "mollisol" not in (root / "scripts" / "pages/woburn_ley.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cycle", "mass", "mean", "error", "df", "credited"),
    [
        (1975, 3470, 6.82, 1.06, 9.8, 6.35),
        (1980, 3470, 9.42, 2.85, 2.3, 8.02),
        (1975, 3770, 7.41, 1.15, 9.8, 6.90),
        (1980, 3770, 10.23, 3.09, 2.3, 8.71),
    ],
)
def test_periods_of_the_example(
    pairs: dict[str, Any], cycle: int, mass: float, mean: float, error: float, df: float, credited: float
) -> None:
    """3470 t/ha gives the numbers of another independent calculation; 3770 t/ha is the densest profile."""
    found = pairs["pair"](pairs["Archive"](), *pairs["CHOSEN"], cycle, mass)
    assert [found.mean, found.error, found.credited] == pytest.approx([mean, error, credited], abs=0.005)
    assert found.df == pytest.approx(df, abs=0.05)
    assert found.passes


def test_every_amount_scales_with_the_reference_mass(pairs: dict[str, Any]) -> None:
    archive = pairs["Archive"]()
    for cycle in pairs["CHOSEN_CYCLES"]:
        one, other = (pairs["pair"](archive, *pairs["CHOSEN"], cycle, mass) for mass in (3470, 3770))
        assert other.credited / one.credited == pytest.approx(3770 / 3470, rel=1e-12)
        assert other.df == pytest.approx(one.df, rel=1e-9)


def test_one_stratum_by_hand(pairs: dict[str, Any]) -> None:
    """Changes 1 and 3 against 0 and 2; 4 and 4 against 1 and 1: terms 1/4, 1/4, 0, 0, and t(2/3) = 1/2."""
    found = pairs["answer"](
        [(np.array([1.0, 3.0]), np.array([0.0, 2.0])), (np.array([4.0, 4.0]), np.array([1.0, 1.0]))]
    )
    assert (found.mean, found.error, found.df) == pytest.approx((2.0, 0.5**0.5, 2.0), rel=1e-12)
    assert found.credited == pytest.approx(2 - 0.5 * 0.5**0.5, rel=1e-12)


def test_the_grid_is_whole(pairs: dict[str, Any]) -> None:
    archive = pairs["Archive"]()
    grid = pairs["all_pairs"](archive)
    assert len(grid) == len({item[:3] for item in grid}) == 10 * 9 * 3
    with_ley = set(archive.history.values()) - {"Ah", "Ar"}
    assert {histories[0] for histories in pairs["PROJECTS"].values() if len(histories) == 1} == with_ley
    assert all(np.isfinite([a.mean, a.credited, a.df]).all() for *_, a in grid)


def test_alike_at_the_start(pairs: dict[str, Any]) -> None:
    archive = pairs["Archive"]()
    blocks = pairs["BLOCKS"]
    project = pairs["start_percent"](archive, pairs["PROJECTS"][pairs["CHOSEN"][0]], blocks)
    control = pairs["start_percent"](archive, pairs["CONTROLS"][pairs["CHOSEN"][1]], blocks)
    assert (len(project), len(control)) == (20, 10)
    _, _, p = pairs["welch"](project, control)
    assert p == pytest.approx(0.218, abs=5e-4)
