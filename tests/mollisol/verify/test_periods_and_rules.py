"""The credit period by period, and what rules that do not ship move; expected values by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from mollisol.engine import run_project
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.programmes.registry import material_share, programme, threshold_of
from mollisol.verify.periods import compare_periods, materiality_of
from mollisol.verify.results import PeriodAgain, Verification
from mollisol.verify.text import lines_of
from tests.support.bundles import Taken, taken, verified, whole
from tests.support.projects import FOUR_SITES, write_project

__all__ = ["taken", "verified", "whole"]


def share() -> ChosenValue:
    return threshold_of(programme("vm0042"), "programme.materiality.share")


def again(name: str, recorded: float | None, recomputed: float | None) -> PeriodAgain:
    old, new = (None if value is None else int(value) for value in (recorded, recomputed))
    return PeriodAgain(
        name=name, recorded_t_co2e=recorded, recomputed_t_co2e=recomputed, recorded_units_t=old,
        recomputed_units_t=new, recorded_state="eligible", recomputed_state="eligible",
    )  # fmt: skip


def test_a_period_cannot_make_up_for_another() -> None:
    """500.9 + 500.9 t recorded, 550.9 + 450.9 computed: the sum is the same, and 100 of 1,001.8 t are off."""
    found = materiality_of([again("1", 500.9, 550.9), again("2", 500.9, 450.9)], share())
    assert (found.recorded_t_co2e, found.recomputed_t_co2e) == pytest.approx((1001.8, 1001.8))
    assert found.percent == pytest.approx(100 * 100 / 1001.8)
    assert found.material
    assert (found.recorded_units_t, found.recomputed_units_t) == (1000, 1000), "whole units of each period"


def test_a_period_that_is_not_there_counts_with_all_of_it() -> None:
    found = materiality_of([again("1", 900.0, 900.0), again("2", None, 100.0)], share())
    assert found.percent == pytest.approx(100 * 100 / 900)


@pytest.mark.parametrize("periods", [None, 3, [1, {}], [{"name": "1", "verified_total_t_co2e": True}]])
def test_results_that_hold_no_periods_have_none(periods: Any) -> None:
    assert all(item.recorded_t_co2e is None for item in compare_periods({"periods": periods}, ()))


def test_units_are_told_period_by_period(taken: Taken, verified: Callable[..., Verification]) -> None:
    outcome = verified(taken)
    (period,) = outcome.periods
    assert period.recorded_t_co2e == period.recomputed_t_co2e == pytest.approx(536.967, abs=1e-3)
    assert outcome.rule_moves == ()
    (line,) = [line for line in lines_of(outcome) if line.startswith("period ")]
    assert line.endswith(f"units to request ({period.recorded_state}) recorded, the same recomputed")


def test_a_rule_that_does_not_ship_is_told_with_its_tonnes(
    taken: Taken, verified: Callable[..., Verification]
) -> None:
    """The moment form credits area x (mean - t x SE), less the buffer of 15 %: only t moves, from 2/3 to 0.6."""

    def lower(rules: dict[str, Any]) -> None:
        rule = rules["rules"]["vm0042.deduction.confidence"]
        for value in rule["value"]:
            value["value"] = 0.6
        rules["rules"]["vcs.materiality.share"]["label"] = "another label, and the same value"

    form = verified(taken)
    assert form.same
    taken.json("rules.json", lower)
    taken.hash_again()
    outcome = verified(taken)
    results = json.loads(taken.read("results.json"))["periods"][0]
    deduction, area = results["deduction"], results["area_ha"]
    t = [stats.t.ppf(level, deduction["degrees_of_freedom"]) for level in (2 / 3, 0.6)]
    moved = 0.85 * area * deduction["standard_error_t_co2e_per_ha"] * (t[0] - t[1])
    (move,) = outcome.rule_moves
    assert move.rule == "vm0042.deduction.confidence"
    assert move.tonnes_t_co2e == pytest.approx(moved, rel=1e-9)
    assert (results["state"], move.units_t) == ("provisional", 0), "undeclared musts: no rule moves units"
    assert any(f"moves {moved:+,.3f} t CO2e" in line for line in lines_of(outcome))


def test_less_is_material_of_a_large_project(tmp_path: Path) -> None:
    """Above 300,000 t CO2e a year 1 % is material, up to there 5 % (VCS Standard 5.0, 4.1.9(4))."""
    found = {}
    for name, times in (("small", 1.0), ("large", 1e4)):
        areas = {stratum: area * times for stratum, area in FOUR_SITES.areas_ha.items()}
        folder = write_project(tmp_path / name, replace(FOUR_SITES, areas_ha=areas))
        periods = run_project(folder, route="analytic").results.periods
        yearly = sum(period.verified_total_t_co2e / period.years for period in periods)
        found[name] = (yearly > 300_000, float(material_share(programme("vm0042"), periods).value))
    assert found == {"small": (False, 5.0), "large": (True, 1.0)}
