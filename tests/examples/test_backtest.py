"""The backtest project through real campaigns, and the table of shares: hand arithmetic and scipy's exact interval."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from mollisol.methodology.validation import ValidationResult
from mollisol.true_up.checks import credited_of
from tests.mollisol.true_up.conftest import rows_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "woburn-backtest"
TABLES = ROOT / "docs" / "data"
T_CO2E_PER_G_KG = 1.508 * 25 * 0.1 * 44 / 12
"""Of a stock down to the mass of the densest profile, 1.508 g/cm3 over 25 cm; one increment runs on straight."""


def script(name: str) -> ModuleType:
    folder = str(ROOT / "scripts" / "examples")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name.rpartition("/")[2], ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name.rpartition("/")[2]] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def project() -> ModuleType:
    return script("examples/woburn_backtest")


@pytest.fixture(scope="module")
def told(project: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return list(project.replay(tmp_path_factory.mktemp("replay"), periods=2))


def whole(one: Any, what: str = "practice effect") -> Any:
    (row,) = [r for r in one.done.result.forecasts if (r.place, r.what) == ("whole project", what)]
    return row


def test_the_example_is_the_state_before_the_first_period(project: ModuleType, tmp_path: Path) -> None:
    validation = (EXAMPLE / "model" / "validation.json").read_text(encoding="utf-8")
    project.write_state(tmp_path, EXAMPLE / "source", 0, validation=validation)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {name: (EXAMPLE / name).read_bytes() for name in made}


def test_nothing_later_is_known(project: ModuleType, told: list[Any]) -> None:
    validation = ValidationResult.from_json(
        (EXAMPLE / "model" / "validation.json").read_text(encoding="utf-8")
    )
    assert max(item.to_year for item in validation.comparisons) <= 1974
    for number, one in enumerate(told, start=1):
        cores = rows_of(one.state / "core_increments.csv")
        assert {row["campaign"] for row in cores} == {name for name, _ in project.CAMPAIGNS[: number + 1]}
        for name in ("weather.csv", "schedule.csv"):
            assert max(int(row["year"]) for row in rows_of(one.state / "model" / name)) == 1982 + 5 * number


def test_measured_effect_by_hand(told: list[Any]) -> None:
    cores = rows_of(EXAMPLE / "source" / "core_increments.csv")
    content = {(row["point"], row["campaign"]): float(row["soc_g_per_kg"]) for row in cores}
    blocks: dict[str, list[str]] = {}
    controls: dict[str, list[str]] = {}
    linked = {row["control_site"]: row["stratum"] for row in rows_of(EXAMPLE / "control_links.csv")}
    for row in rows_of(EXAMPLE / "sample_points.csv"):
        if row["stratum"]:
            blocks.setdefault(row["stratum"], []).append(row["point"])
        else:
            controls.setdefault(linked[row["control_site"]], []).append(row["point"])
    for one, campaign in zip(told, ("1980-84", "1985-89"), strict=True):
        effect = [
            np.mean([content[p, campaign] - content[p, "1975-79"] for p in own])
            - np.mean([content[p, campaign] - content[p, "1975-79"] for p in controls[block]])
            for block, own in blocks.items()
        ]
        expected = np.mean(effect) * T_CO2E_PER_G_KG
        assert whole(one).measured_t_co2e_per_ha == pytest.approx(expected, rel=1e-9)


def test_forecasts_of_both_periods_add_up_to_that_since_the_start(told: list[Any]) -> None:
    both = [one.period.deduction.mean_t_co2e_per_ha for one in told]
    assert [whole(one).years for one in told] == [5, 10]
    assert whole(told[0]).forecast_t_co2e_per_ha == pytest.approx(both[0], rel=1e-9)
    assert whole(told[1]).forecast_t_co2e_per_ha == pytest.approx(sum(both), rel=1e-9)


def test_what_was_credited_since_the_start_holds_the_closed_period(told: list[Any]) -> None:
    credited = [credited_of(one.period) for one in told]
    given = [one.done.result.remeasured.given_t_co2e_per_ha for one in told]
    assert given == pytest.approx([credited[0], sum(credited)], rel=1e-9)


def test_a_project_is_one_study_and_each_campaign_joins_once(told: list[Any]) -> None:
    first, second = (one.done.validation for one in told)
    assert [len(first.comparisons), len(second.comparisons)] == [35 + 5, 35 + 10]
    new = [item for item in second.comparisons if item.to_year > 1974]
    assert len({item.study for item in new}) == 1
    assert len({item.comparison for item in new}) == 10
    (before,), (after,) = ([c for c in v.combinations if c.practice_effect] for v in (first, second))
    assert len(after.studies) == len(before.studies) == 6


def test_one_model_hash_through_the_replay(told: list[Any]) -> None:
    hashes = {
        h for one in told for r in [one.done.result] for h in (r.identity.sha256, r.identity_before.sha256)
    }
    assert len(hashes) == 1


def test_the_page_has_the_first_two_periods(told: list[Any]) -> None:
    for one, row in zip(told, rows_of(TABLES / "backtest_replay.csv")[:2], strict=True):
        check = whole(one)
        assert float(row["forecast"]) == pytest.approx(check.forecast_t_co2e_per_ha, abs=0.02)
        assert float(row["measured"]) == pytest.approx(check.measured_t_co2e_per_ha, abs=0.006)
        assert float(row["credited"]) == pytest.approx(credited_of(one.period), abs=0.02)


def test_shares_of_the_page_against_the_exact_interval_of_scipy() -> None:
    for row in rows_of(TABLES / "backtest.csv"):
        found = binomtest(int(row["above"]), int(row["effects"])).proportion_ci(0.9, method="exact")
        assert float(row["share"]) == pytest.approx(int(row["above"]) / int(row["effects"]), abs=6e-4)
        assert (float(row["low_90"]), float(row["high_90"])) == pytest.approx(
            (found.low, found.high), abs=6e-4
        )


@pytest.mark.slow
def test_the_whole_replay_is_that_of_the_page(tmp_path: Path) -> None:
    script("examples/woburn_backtest")
    made = script("pages/true_up").replay_rows(tmp_path)
    for row, kept in zip(made, rows_of(TABLES / "backtest_replay.csv"), strict=True):
        for name in ("forecast", "measured", "credited", "model_sd_after", "cumulative_credited"):
            assert float(kept[name]) == pytest.approx(row[name], abs=0.03)
        assert kept["inside"] == row["inside"]
