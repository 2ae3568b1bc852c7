"""Games with known answers: the tables of the study on selection (V7 and V8), and what they must not gain."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mollisol.laboratory.figures import Outcome, figures_of
from mollisol.laboratory.games import play
from mollisol.laboratory.periods import Known, best_of, correlation_of_dates, many_periods, stopped
from mollisol.laboratory.results import GameRow
from mollisol.laboratory.scenarios import scenarios_of
from mollisol.laboratory.world import load_world

SIGMA = np.sqrt(0.8 + 4 / 3)
PROJECTS = 60_000


def known(mean: float, sd: float) -> Known:
    truth = np.random.default_rng(11).normal(mean, sd, PROJECTS)
    return Known(truth, np.full(PROJECTS, SIGMA), np.ones(PROJECTS), 2 / 3, 1.0)


def near(outcome: Outcome, **values: float) -> None:
    found = figures_of(outcome)
    for name, value in values.items():
        assert abs(found[name].value - value) <= 3.5 * found[name].error + 0.001, (
            name,
            found[name].value,
            value,
        )


BEST = [  # mean, sd, k, rho: share_issued, p_issued, ratio_issued; P over all campaigns
    (4.0, 2.0, 2, 0.0, 0.8500, 0.3876, 1.0804, 0.4444),
    (4.0, 2.0, 3, 0.5, 0.8502, 0.3666, 1.0975, 0.4275),
    (2.0, 1.5, 2, 0.75, 0.5010, 0.3277, 1.1892, 0.5623),
    (2.0, 1.5, 3, 0.95, 0.4755, 0.3478, 1.1681, 0.5965),
]


@pytest.mark.parametrize(("mean", "sd", "number", "rho", "share", "p", "ratio", "every"), BEST)
def test_the_best_of_several_routes(
    mean: float, sd: float, number: int, rho: float, share: float, p: float, ratio: float, every: float
) -> None:
    """V8, routes and dates; P over all campaigns is that of the multivariate normal."""
    _, found = best_of(known(mean, sd), number, rho, np.random.default_rng(2))
    near(found, share_issued=share, p_issued=p, ratio_issued=ratio, p_all=every)


def test_the_mean_gain_of_the_best_route_is_known() -> None:
    """Sigma sqrt(1 - rho) m_k, with m_2 = 1 / sqrt(pi) and m_3 = 1.5 / sqrt(pi)."""
    for number, m in ((2, 1.0), (3, 1.5)):
        own, best = best_of(known(4.0, 2.0), number, 0.5, np.random.default_rng(7))
        gain = float((best.credit - own.credit).mean())
        assert gain == pytest.approx(SIGMA * np.sqrt(0.5) * m / np.sqrt(np.pi), rel=0.01)


def test_dates_are_routes_with_what_stays() -> None:
    assert [correlation_of_dates(share) for share in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.75, 1.0])


STOP = [
    (4.0, 2.0, 0.0, 0.9592, 0.6185, 0.9148),
    (4.0, 2.0, 0.5, 0.8637, 0.6116, 0.9000),
    (4.0, 2.0, 1.0, 0.7406, 0.5806, 0.9460),
    (2.0, 1.5, 0.0, 0.8414, 0.5343, 0.9629),
    (2.0, 1.5, 0.5, 0.6072, 0.4770, 0.9894),
    (2.0, 1.5, 1.0, 0.4239, 0.4041, 1.1041),
]


@pytest.mark.parametrize(("mean", "sd", "persistent", "share", "p", "ratio"), STOP)
def test_leaving_after_the_first_look_that_passes(
    mean: float, sd: float, persistent: float, share: float, p: float, ratio: float
) -> None:
    """V8, stopping."""
    _, found = stopped(known(mean, sd), persistent, np.random.default_rng(5))
    near(found, share_issued=share, p_issued=p, ratio_issued=ratio)


PERIODS = {  # mean, sd, persistent, periods: p_issued, ratio_issued of each scheme
    (4.0, 2.0, 0.0, 1): (
        (0.580, 0.946),
        (0.580, 0.946),
        (0.580, 0.946),
        (0.580, 0.946),
        (0.580, 0.946),
        (0.638, 0.888),
    ),
    (4.0, 2.0, 0.0, 6): (
        (0.982, 0.826),
        (0.996, 0.819),
        (0.967, 0.871),
        (0.656, 0.977),
        (0.664, 0.975),
        (0.661, 0.975),
    ),
    (4.0, 2.0, 0.5, 2): (
        (0.681, 0.877),
        (0.683, 0.876),
        (0.668, 0.891),
        (0.619, 0.928),
        (0.620, 0.927),
        (0.650, 0.898),
    ),
    (2.0, 1.5, 0.0, 6): (
        (0.938, 0.703),
        (0.993, 0.666),
        (0.908, 0.831),
        (0.626, 0.968),
        (0.654, 0.959),
        (0.643, 0.961),
    ),
    (2.0, 1.5, 0.5, 6): (
        (0.715, 0.776),
        (0.722, 0.767),
        (0.621, 0.890),
        (0.546, 0.962),
        (0.548, 0.958),
        (0.614, 0.883),
    ),
    (2.0, 1.5, 1.0, 6): (
        (0.404, 1.105),
        (0.404, 1.105),
        (0.404, 1.105),
        (0.404, 1.105),
        (0.404, 1.105),
        (0.568, 0.923),
    ),
}


@pytest.mark.parametrize("case", PERIODS)
def test_many_periods(case: tuple[float, float, float, int]) -> None:
    """V7: what each scheme has credited in all, and among those that ever issued."""
    mean, sd, persistent, periods = case
    found = many_periods(known(mean, sd), periods, persistent, np.random.default_rng(9))
    for outcome, (p, ratio) in zip(found.values(), PERIODS[case], strict=True):
        near(outcome, p_issued=p, ratio_issued=ratio)


@cache
def played(name: str, between_strata: float) -> dict[str, GameRow]:
    """Return the games in a reference world under the moment form, as the study played them."""
    world = load_world(name)
    spread = world.between_strata.model_copy(update={"value": between_strata})
    scenario = scenarios_of([], [])[0]
    moment = replace(scenario, terms=replace(scenario.terms, form="moment"))
    rows = play(world.model_copy(update={"between_strata": spread}), [moment], seed=5, projects=8_000)
    return {row.game: row for row in rows}


STRATA = {  # share_issued, land_kept, p_kept, p_whole, ratio_kept, ratio_whole, credit_per_ha
    ("V1", "lowest stratum dropped"): (0.7468, 0.75, 0.4801, 0.7155, 1.0164, 0.8471, 2.9896),
    ("V1", "best strata chosen"): (0.8411, 0.8647, 0.5448, 0.5868, 0.9739, 0.9332, 3.5122),
    ("V1", "split into 2"): (0.7320, 0.8107, 0.5371, 0.6517, 0.9806, 0.8759, 3.0507),
    ("V1", "split into 4"): (0.8136, 0.5964, 0.4677, 0.7485, 1.0232, 0.7742, 2.8565),
    ("V2", "lowest stratum dropped"): (0.4935, 0.75, 0.3617, 0.4938, 1.1372, 1.0065, 1.4978),
    ("V2", "best strata chosen"): (0.6475, 0.7510, 0.3976, 0.4558, 1.1076, 1.0535, 1.8296),
    ("V2", "split into 4"): (0.6067, 0.4464, 0.3158, 0.6520, 1.1825, 0.8079, 1.3399),
}
NAMES = ("share_issued", "land_kept", "p_kept", "p_whole", "ratio_kept", "ratio_whole", "credit_per_ha")


@pytest.mark.parametrize(("name", "game"), STRATA)
def test_strata_after_the_data(name: str, game: str) -> None:
    """V8, strata and splitting: stratum truths differ with a standard deviation of 2."""
    row = played(name, 2.0)[game]
    for figure, value in zip(NAMES, STRATA[name, game], strict=True):
        found = row.played[figure]
        assert abs(found.value - value) <= 3.5 * found.error + 0.003, (figure, found.value, value)


MERGE = {
    ("V1", 2): (0.8737, 0.6270, 0.9280),
    ("V1", 4): (0.9843, 0.6627, 0.9255),
    ("V2", 2): (0.5256, 0.4670, 1.0355),
    ("V2", 4): (0.7480, 0.5719, 0.9544),
}


@pytest.mark.parametrize(("name", "number"), MERGE)
def test_merging_is_the_honest_game(name: str, number: int) -> None:
    """V8, merge."""
    row = played(name, 0.0)[f"merged by {number}"]
    for figure, value in zip(("share_issued", "p_issued", "ratio_issued"), MERGE[name, number], strict=True):
        found = row.played[figure]
        assert abs(found.value - value) <= 3.5 * found.error + 0.003, (figure, found.value, value)


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
