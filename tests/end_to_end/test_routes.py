"""The routes side by side on the same inputs: what each sees, and which issues."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mollisol.engine import run_project
from mollisol.methodology.results import PeriodResult
from tests.end_to_end.conftest import Layout
from tests.end_to_end.test_run import TV2

FOUR_SITES = Layout(
    TV2.areas_ha,
    TV2.project,
    {
        "c1": TV2.control["c1"][:2],
        "c2": [TV2.control["c1"][2], TV2.control["c1"][0]],
        "c3": TV2.control["c2"][:2],
        "c4": [TV2.control["c2"][2], TV2.control["c2"][0]],
    },
    [("c1", "s1"), ("c2", "s1"), ("c3", "s2"), ("c4", "s2")],
)


def period_of(folder: Path) -> PeriodResult:
    return run_project(folder).results.periods[0]


def declare(folder: Path, line: str) -> Path:
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text(
        text.replace('kind = "dry_combustion"', 'kind = "dry_combustion"\n' + line), encoding="utf-8"
    )
    return folder


def test_one_control_site_costs_more_in_the_posterior(make_project: Callable[[Layout], Path]) -> None:
    """How far one site differs from what it stands for cannot be seen in it; the moment form leaves it out."""
    alone = Layout(TV2.areas_ha, TV2.project, {"c1": TV2.control["c1"]}, [("c1", "s1"), ("c1", "s2")])
    period = period_of(make_project(alone))
    assert period.posterior is not None
    assert (
        period.posterior.standard_deviation_t_co2e_per_ha > 2 * period.deduction.standard_error_t_co2e_per_ha
    )
    assert period.credited_form == "posterior"
    rests = [check for check in period.posterior.checks if check.name == "rests-on-prior:s_control"]
    assert rests[0].verdict == "informative"


def test_without_a_declared_error_there_is_no_monte_carlo(make_project: Callable[[Layout], Path]) -> None:
    assert period_of(make_project(FOUR_SITES)).montecarlo is None


def test_a_batch_error_does_not_average_out(make_project: Callable[[Layout], Path]) -> None:
    """A batch error of 2 % per campaign: 0.02^2 x sum over campaigns of (project less control mean stock)^2.

    Hand arithmetic in t CO2e/ha: project means at the start 161.4 and 125.5, at the end 169 and 130.75; site means at
    the start 156, 158.5 and 125, 123.5, at the end 158, 158.5 and 126, 123.5; areas 80 and 40 of 120.
    """
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.02")
    start = (80 * (161.4 - (156 + 158.5) / 2) + 40 * (125.5 - (125 + 123.5) / 2)) / 120
    end = (80 * (169 - (158 + 158.5) / 2) + 40 * (130.75 - (126 + 123.5) / 2)) / 120
    expected = 0.02**2 * (start**2 + end**2)
    found = period_of(folder).montecarlo
    assert found is not None
    assert found.measurement_variance_t_co2e_per_ha_2 == pytest.approx(expected, rel=0.2)


def test_a_repeat_error_averages_over_points(make_project: Callable[[Layout], Path]) -> None:
    """Own errors of 3 %: 0.03^2 x sum over groups of (area share)^2 x sum of squared stocks / points^2."""
    found = period_of(declare(make_project(FOUR_SITES), "repeat_relative_sd = 0.03")).montecarlo
    assert found is not None
    co2e = {
        home: 44 / 12 * np.array(stocks, dtype=float)
        for homes in (FOUR_SITES.project, FOUR_SITES.control)
        for home, stocks in homes.items()
    }
    share = {"s1": 80 / 120, "s2": 40 / 120, "c1": 40 / 120, "c2": 40 / 120, "c3": 20 / 120, "c4": 20 / 120}
    expected = 0.03**2 * sum(
        share[home] ** 2 * (stock**2).sum() / len(stock) ** 2 for home, stock in co2e.items()
    )
    assert found.measurement_variance_t_co2e_per_ha_2 == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("line", ["repeat_relative_sd = 0.03", "batch_relative_sd = 0.05"])
def test_more_laboratory_error_never_credits_more(make_project: Callable[[Layout], Path], line: str) -> None:
    without = period_of(make_project(FOUR_SITES))
    declared = period_of(declare(make_project(FOUR_SITES), line))
    assert declared.verified_total_t_co2e <= without.verified_total_t_co2e
    assert declared.posterior is not None
    assert without.posterior is not None
    assert declared.posterior.credited_t_co2e_per_ha <= without.posterior.credited_t_co2e_per_ha + 0.02


def test_the_same_seed_gives_the_same_draws(make_project: Callable[[Layout], Path]) -> None:
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.02")
    one, again, other = (run_project(folder, seed=seed).results.periods[0].montecarlo for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_the_budget_says_what_one_more_replicate_buys(make_project: Callable[[Layout], Path]) -> None:
    """TV-2: project of s1 adds 8064 / 120^2 = 0.56; six units instead of five leave 5/6 of it and give one more df.

    Hand arithmetic: V 1.5299074 -> 1.4365741, df by Satterthwaite with 5 for that term, t(2/3) SE before and after.
    """
    from scipy.stats import t

    terms = np.array([8064.0, 3300.0, 8533.333333, 2133.333333]) / 120**2
    freedom = np.array([4.0, 3.0, 2.0, 2.0])

    def deduction(v: np.ndarray, nu: np.ndarray) -> float:
        return float(t.ppf(2 / 3, v.sum() ** 2 / (v**2 / nu).sum()) * np.sqrt(v.sum()))

    fewer = deduction(terms * np.array([5 / 6, 1, 1, 1]), freedom + np.array([1, 0, 0, 0]))
    first = period_of(make_project(TV2)).variance[0]
    assert first.one_more_t_co2e_per_ha == pytest.approx(deduction(terms, freedom) - fewer, rel=1e-6)
    assert first.share == pytest.approx(0.56 / 1.5299074074, rel=1e-9)
