"""The bar over ten years (Methodology Requirements 5.0, 2.4) on three constructed histories, by hand arithmetic.

Points are the only source of spread: control sites do not change. With three points of a stratum the standard error
of a mean change is sd / sqrt(3), and t(0.95, 2) is 2.919986.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

import pytest

from mollisol.engine import run_project
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.run import Run
from tests.support.lives import Life, Part, write_life

T = 2.919986
STILL = {str(year): 100.0 for year in (2021, 2026, 2031)}
CONTROLS = {name: Part({f"{name}-1": STILL}, strata=["a"]) for name in ("ca", "cb", "cc")}
PERIODS = [("1", 2021, 2026, ()), ("2", 2026, 2031, ())]


def history(*stocks: tuple[float, float, float]) -> Life:
    """Give a stratum of three points by their stocks in 2021, 2026 and 2031."""
    points = {
        f"A{number}": {"2021": start, "2026": middle, "2031": end}
        for number, (start, middle, end) in enumerate(stocks)
    }
    return Life({"a": Part(points, 100.0, "alpha")}, CONTROLS, PERIODS)


NOISY_MIDDLE = history((100, 118, 110), (100, 92, 112), (100, 107, 111))
"""What the campaign between read too high or too low has gone after ten years: changes of 10, 12 and 11."""
UNEQUAL = history((100, 112, 124), (100, 101, 101), (100, 99, 98))
"""Each point goes on as it began: errors of the two periods are alike, and ten years are no better than five."""


def half_width(changes: list[float]) -> float:
    """Give the half-width by hand, in per cent."""
    return 100 * T * stdev(changes) / sqrt(len(changes)) / abs(mean(changes))


def told(run: Run, code: str) -> dict[str, str]:
    return {item.where.thing: item.found for item in run.findings if item.code == code}


def run_of(life: Life, folder: Path, overlays: tuple[Overlay, ...] = ()) -> Run:
    return run_project(write_life(folder / "project", life), route="analytic", overlays=overlays)


def test_each_period_fails_and_ten_years_pass(tmp_path: Path) -> None:
    """Changes of 18, -8, 7, then of -8, 20, 4; over ten years 10, 12, 11."""
    run = run_of(NOISY_MIDDLE, tmp_path)
    found = [period.deduction.half_width_percent for period in run.results.periods]
    assert found == pytest.approx([half_width([18, -8, 7]), half_width([-8, 20, 4])], rel=1e-5)
    assert min(found) > 100 > half_width([10, 12, 11])
    assert told(run, "half-width-over-estimate").keys() == {"verification period 1"}, "five years alone"
    (text,) = told(run, "half-width-over-one-period").values()
    assert f"{half_width([10, 12, 11]):.1f} % over 10 years or more" in text


def test_errors_that_go_on_do_not_become_fewer(tmp_path: Path) -> None:
    """Changes of 12, 1, -1, then of 12, 0, -1; over ten years 24, 1, -2."""
    run = run_of(UNEQUAL, tmp_path)
    refused = told(run, "half-width-over-estimate")
    assert len(refused) == 2
    assert f"{half_width([24, 1, -2]):.1f} % over 10 years" in refused["verification period 2"]
    assert half_width([24, 1, -2]) > 100
    assert told(run, "half-width-over-one-period") == {}


def test_five_years_are_judged_by_themselves(tmp_path: Path) -> None:
    run = run_of(replace(NOISY_MIDDLE, periods=PERIODS[:1]), tmp_path)
    (text,) = told(run, "half-width-over-estimate").values()
    assert "over" not in text


def test_the_edition_before_judges_each_period(tmp_path: Path) -> None:
    """Edition 4.4 has no such clause: the rule is 0."""
    entry = {"id": "vcs.eligibility.horizon-years", "from": date(2020, 1, 1), "value": 0, "reason": "4.4"}
    overlay = Overlay.model_validate({"label": "before", "set": [entry]})
    run = run_of(NOISY_MIDDLE, tmp_path, (overlay,))
    assert len(told(run, "half-width-over-estimate")) == 2
