"""The fast kernel against the full engine, project by project; draws that a rule does not move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.engine import run_project
from mollisol.laboratory import against_engine
from mollisol.laboratory.against_engine import check_engine, credited_periods
from mollisol.laboratory.draws import Block, Plan
from mollisol.laboratory.folder import project_files
from mollisol.laboratory.kernel import credits_of, plan_of
from mollisol.laboratory.run import draw, lab_files, run_lab
from mollisol.laboratory.scenarios import Scenario, moving_parts, scenarios_of
from mollisol.laboratory.world import Distribution, World
from mollisol.laboratory.worlds import load_world, world_text
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.rule_set import trust
from mollisol.reading.project import read_project

PROPOSALS = Path(__file__).parents[2] / "journeys" / "proposals"


def quiet(_: str) -> None: ...


def written(folder: Path, **values: Any) -> str:
    """Write a proposal of some rules and return its path."""
    text = 'label = "a test"\n'
    for id, value in values.items():
        rule, since = id.replace("__", ".").replace("_", "-"), "2020-01-01"
        text += f'[[set]]\nid = "{rule}"\nfrom = {since}\nvalue = {value}\nreason = "a test"\n'
    path = folder / f"{'-'.join(values)}.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def rich() -> World:
    """Return a world with everything in it: unequal strata, sites that differ, skewness, a laboratory's batch."""
    return load_world("default").model_copy(update={"skewness": -1.5, "skewness_of_points": 1.0})


def test_the_kernel_credits_what_the_engine_credits(tmp_path: Path) -> None:
    proposals = [
        "as-printed",
        str(PROPOSALS / "allowance-15.toml"),
        written(tmp_path, vcs__eligibility__half_width=50, mollisol__credit__discount=20),
        written(tmp_path, vm0042__soc__minimum_depth=50, vm0042__soc__least_samples_per_stratum=10),
    ]
    for scenario in scenarios_of([], proposals):
        found = check_engine(rich(), scenario, 7, 6, quiet)
        assert found is not None
        assert found.largest < 1e-10
        assert found.blocked == 0


def test_the_engine_credits_what_a_whole_run_credits() -> None:
    """Without the questions that a run puts beside: the same periods, figure by figure."""
    scenario = scenarios_of([], [])[0]
    block = Block(rich(), 3, 0, 3)
    plan = plan_of(block, scenario.terms)
    for place in range(3):
        reading = read_project(project_files(block, place, plan, scenario.rule_set.head.key))
        run = run_project(reading, rule_set=trust(scenario.rule_set), route="analytic")
        assert tuple(credited_periods(reading, trust(scenario.rule_set))) == run.results.periods


def test_leakage_and_other_gases_are_those_of_the_engine(tmp_path: Path) -> None:
    """Manure from outside, diverted residues and lost production leak; diesel that is saved is a source (Eq. 7)."""
    drawn = {"source": "a test", "status": "assumption"}
    manure = Distribution.model_validate({"kind": "fixed", "value": 0.6, **drawn})
    diesel = Distribution.model_validate({"kind": "uniform", "low": -30, "high": 40, **drawn})
    lost = Distribution.model_validate({"kind": "uniform", "low": -3, "high": 6, **drawn})
    residues = Distribution.model_validate({"kind": "uniform", "low": 0.1, "high": 0.4, **drawn})
    wheat = Distribution.model_validate({"kind": "uniform", "low": 3, "high": 8, **drawn})
    forest = Distribution.model_validate({"kind": "uniform", "low": 20, "high": 90, **drawn})
    world = rich().model_copy(
        update={
            "manure_t_c_per_ha": manure, "diesel_saved_l_per_ha": diesel, "residues_diverted_t_per_ha": residues,
            "yield_lost_percent": lost, "yield_t_per_ha": wheat, "new_land_t_c_per_ha": forest,
        }
    )  # fmt: skip
    for scenario in scenarios_of([], ["as-printed", written(tmp_path, mollisol__leakage__discount=25)]):
        found = check_engine(world, scenario, 7, 4, quiet)
        assert found is not None
        assert (found.blocked, found.largest < 1e-10) == (0, True)
    terms = scenarios_of([], [])[0].terms
    verified = [credits_of(Block(one, 7, 0, 50), terms).verified for one in (world, rich())]
    assert (verified[0] != verified[1]).all()


def test_a_rule_of_the_kernel_alone_is_held_without_it() -> None:
    for scenario in scenarios_of([], ["bar-on-design", "negatives-booked", "pool-fixed-membership"])[1:]:
        found = check_engine(load_world("V6"), scenario, 1, 2, quiet)
        assert found is not None
        assert found.projects == 2


def test_what_a_must_blocks_is_a_category_of_both(tmp_path: Path) -> None:
    world = rich()
    stays = world.reacts.model_copy(update={"depth": "stay", "sites": "stay"})
    rule = written(tmp_path, vm0042__soc__minimum_depth=50)
    scenario = scenarios_of([], [rule])[1]
    found = check_engine(world.model_copy(update={"reacts": stays}), scenario, 1, 3, quiet)
    assert found is not None
    assert found.blocked == 3


def test_a_kernel_that_differs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(block: Block, terms: Any, plan: Plan | None = None) -> Any:
        made = credits_of(block, terms, plan)
        return replace(made, verified=made.verified * (1 + 1e-7))

    monkeypatch.setattr(against_engine, "credits_of", wrong)
    with pytest.raises(FindingsError) as caught:
        check_engine(load_world("V4"), scenarios_of([], [])[0], 1, 2, quiet)
    assert [one.code for one in caught.value.findings] == ["kernel-and-engine-differ"]


def test_a_rule_without_equations_is_told() -> None:
    scenario = scenarios_of([], [])[0]
    forms = [*scenario.rule_set.rules["mollisol.issuance.form"].value]
    form = scenario.rule_set.rules["mollisol.issuance.form"].model_copy(
        update={"value": (*forms[:-1], forms[-1].model_copy(update={"value": "posterior"}))}
    )
    other = scenario.rule_set.model_copy(
        update={"rules": scenario.rule_set.rules | {"mollisol.issuance.form": form}}
    )
    with pytest.raises(FindingsError) as caught:
        Scenario.of("posterior", other)
    assert [one.code for one in caught.value.findings] == ["rule-not-in-kernel"]


def test_the_draws_are_the_same_whatever_is_run_beside(tmp_path: Path) -> None:
    """More samples are added to those that are there; the projects and their truth stay."""
    few, many = scenarios_of([], [written(tmp_path, vm0042__soc__least_samples_per_stratum=10)])
    world = load_world("V1").model_copy(update={"reacts": load_world("default").reacts})
    alone = draw(world, [few.terms], projects=50, seed=2)
    beside = draw(world, [few.terms, many.terms], projects=50, seed=2)
    assert np.array_equal(alone.credits[0].estimate, beside.credits[0].estimate)
    assert np.array_equal(alone.projects["truth"], beside.projects["truth"])
    assert np.all(beside.credits[1].samples == 40)
    assert np.array_equal(Block(rich(), 2, 0, 9).truth, Block(rich(), 2, 0, 50).truth[:9])
    block = Block(world, 2, 0, 50)
    groups = [next(block.groups(plan_of(block, one))) for one in (few.terms, many.terms)]
    assert np.array_equal(groups[0].project[0], groups[1].project[0][:, :5])


def test_a_run_is_the_same_bytes_for_one_seed_and_any_number_of_workers() -> None:
    text, scenarios = world_text("V1"), scenarios_of([], ["no-bar-077"])
    made = []
    for workers in (1, 2):
        result, drawn = run_lab(
            load_world("V1"), text, scenarios, seed=4, projects=12_000, sample=1, workers=workers, tell=quiet
        )
        made.append(lab_files(result, drawn, scenarios, text))
    assert made[0] == made[1]
    assert set(made[0]) == {
        "world.toml", "run.json", "projects.parquet", "credits/0.parquet", "credits/1.parquet", "rules/0.json",
        "rules/1.json", "manifest.json",
    }  # fmt: skip


def test_what_moves_the_kernel_is_told_from_what_does_not() -> None:
    printed, central = scenarios_of([], ["as-printed", "central-factors"])[1:]
    first = scenarios_of([], [])[0]
    assert moving_parts(first, central) == []
    assert "switch.eligibility-quantile" in moving_parts(first, printed)
    assert "switch.eq4-unit" not in moving_parts(first, printed)
