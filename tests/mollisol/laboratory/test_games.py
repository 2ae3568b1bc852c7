"""Games with known answers: V7 and V8 of the study on selection, all of them, and what they must not gain."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.laboratory.draws import Block
from mollisol.laboratory.figures import Figure, Outcome, estimated, figures_of
from mollisol.laboratory.games import merged, play
from mollisol.laboratory.kernel import plan_of
from mollisol.laboratory.periods import Known, best_of, correlation_of_dates, many_periods, stopped
from mollisol.laboratory.results import GameRow
from mollisol.laboratory.scenarios import Scenario, scenarios_of
from mollisol.laboratory.worlds import load_world

VECTORS = tomllib.loads((Path(__file__).parent / "games_vectors.toml").read_text(encoding="utf-8"))
SIGMA = np.sqrt(0.8 + 4 / 3)
PROJECTS = 60_000
ERRORS = 3.0
"""As the study asks for every figure."""


def known(case: Mapping[str, Any]) -> Known:
    truth = np.random.default_rng(11).normal(case["mean"], case["sd"], PROJECTS)
    bar = float(case.get("bar", 1.0))
    return Known(truth, np.full(PROJECTS, SIGMA), np.ones(PROJECTS), 2 / 3, bar)


def near(found: Mapping[str, Figure], figures: Mapping[str, tuple[float, float]]) -> None:
    for name, (value, error) in figures.items():
        allowed = ERRORS * np.hypot(found[name].error, error) + 0.0005
        assert abs(found[name].value - value) <= allowed, (name, found[name].value, value)


def of_all(outcome: Outcome) -> dict[str, Figure]:
    """Return the figures with the sum over all that was credited, debts too: what the study counts after periods."""
    owed = estimated(replace(outcome, issued=np.ones_like(outcome.issued)))["ratio_all"]
    return figures_of(outcome) | {"ratio_all": Figure(value=owed.value, error=owed.error)}


@pytest.mark.parametrize("case", VECTORS["best"], ids=lambda case: "-".join(map(str, [*case.values()][:5])))
def test_the_best_of_several_routes(case: dict[str, Any]) -> None:
    """V8, routes and dates; P over all campaigns is that of the multivariate normal, the gain is known."""
    own, found = best_of(known(case), case["number"], case["correlation"], np.random.default_rng(2))
    near(figures_of(found), case["figures"] | {"p_all": (case["every"], 0.0)})
    gain = (found.credit - own.credit).mean() / SIGMA
    assert gain == pytest.approx(case["gain"], rel=0.02)


def test_dates_are_routes_with_what_stays() -> None:
    assert [correlation_of_dates(share) for share in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.75, 1.0])


@pytest.mark.parametrize(
    "case", VECTORS["stopping"], ids=lambda case: "-".join(map(str, [*case.values()][:3]))
)
def test_leaving_after_the_first_look_that_passes(case: dict[str, Any]) -> None:
    """V8, stopping."""
    near(figures_of(stopped(known(case), case["persistent"], np.random.default_rng(5))[1]), case["figures"])


@pytest.mark.parametrize(
    "case", VECTORS["periods"], ids=lambda case: "-".join(map(str, [*case.values()][:4]))
)
def test_many_periods(case: dict[str, Any]) -> None:
    """V7: what each scheme has credited in all, and among those that ever issued."""
    found = many_periods(known(case), case["after"], case["persistent"], np.random.default_rng(9))
    assert len(found) == 6
    for scheme, outcome in found.items():
        near(of_all(outcome), case[scheme])


@cache
def moment() -> Scenario:
    scenario = scenarios_of([], [])[0]
    return replace(scenario, terms=replace(scenario.terms, form="moment"))


@cache
def played(name: str, between_strata: float) -> dict[str, GameRow]:
    """Return the games in a reference world under the moment form, as the study played them."""
    world = load_world(name)
    spread = world.between_strata.model_copy(update={"value": between_strata})
    rows = play(world.model_copy(update={"between_strata": spread}), [moment()], seed=5, projects=8_000)
    return {row.game: row for row in rows}


@pytest.mark.parametrize("case", VECTORS["strata"], ids=lambda case: f"{case['world']}-{case['game']}")
def test_strata_after_the_data(case: dict[str, Any]) -> None:
    """V8, strata and splitting: stratum truths differ with a standard deviation of 2."""
    rows = played(case["world"], 2.0)
    if case["game"] == "all strata":
        near(rows["split into 2"].honest, case["figures"])
        return
    near(rows[case["game"]].played, case["figures"])


@pytest.mark.parametrize("case", VECTORS["merge"], ids=lambda case: f"{case['world']}-{case['number']}")
def test_merging_is_the_honest_game(case: dict[str, Any]) -> None:
    """V8, merge."""
    block = Block(load_world(case["world"]), 5, 0, 40_000)
    (group,) = block.groups(plan_of(block, moment().terms))
    near(figures_of(merged(case["number"], group, block, moment().terms)[0]), case["figures"])


def test_a_choice_after_the_data_never_loses_credit_and_a_rule_can_end_it() -> None:
    rows = played("V2", 2.0)
    chosen = rows["best strata chosen"]
    assert chosen.gain is not None
    assert chosen.gain.shown
    assert chosen.gain.value > 0
    assert chosen.played["ratio_kept"].value > chosen.honest["ratio_kept"].value
    still = rows["better of two dates, 1 of the variance stays"]
    assert still.gain is not None
    assert not still.gain.shown
