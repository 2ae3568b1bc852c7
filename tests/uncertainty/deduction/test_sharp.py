"""The sharp form against two independent implementations, and what must hold whatever the data."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.uncertainty.deduction.sharp import INSURED, LEAN, Campaign, sharp_deduction

CASES = tomllib.loads((Path(__file__).parent / "sharp_vectors.toml").read_text(encoding="utf-8"))["case"]
COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=120)
FIELDS = {
    "mean": "mean",
    "variance_a": "variance_a",
    "df_a": "freedom_a",
    "skewness_project": "skewness_project",
    "skewness_control": "skewness_control",
    "excess_project": "excess_project",
    "excess_control": "excess_control",
    "lambda": "skewness_of_estimate",
    "deduction_a": "a",
    "variance_b": "variance_b",
    "df_b": "freedom_b",
    "deduction_b": "b",
    "credited": "credited",
}


def campaign_of(case: dict[str, Any]) -> Campaign:
    extra = case["extra"] or [[0.0, np.inf]]
    variance, freedom = zip(*extra, strict=True)
    return Campaign(case["area_ha"], case["project"], case["control"], case["link"], variance, freedom)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_figures_of_independent_implementations(case: dict[str, Any]) -> None:
    found, expected = sharp_deduction(campaign=campaign_of(case)), case["expected"]
    for name, field in FIELDS.items():
        assert float(getattr(found, field)) == pytest.approx(expected[name], rel=1e-8, abs=1e-8), name
    assert float(found.mean - found.moment) == pytest.approx(expected["moment_credited"], rel=1e-8)
    assert ("b" if found.b > found.a else "a") == expected["binds"]


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Strata, control sites linked in any proportion, other errors or none."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    strata, sites = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    fewest = 2 if sites == 1 else 1
    weight = rng.uniform(0.1, 1, (strata, sites)) * (rng.uniform(size=(strata, sites)) < 0.7)
    weight[:, 0] += 0.1
    return Campaign(
        rng.uniform(1, 100, strata),
        [rng.normal(3, 4, draw(st.integers(2, 8))) ** draw(st.sampled_from([1, 3])) for _ in range(strata)],
        [rng.normal(rng.normal(0, 2), 2, draw(st.integers(fewest, 6))) for _ in range(sites)],
        weight / weight.sum(axis=1, keepdims=True),
        draw(st.sampled_from([0.0, 1.0])),
        11.0,
    )


def credited(campaign: Campaign, **how: Any) -> float:
    return float(sharp_deduction(campaign=campaign, **how).credited)


@COMMON
@given(campaigns())
def test_never_above_the_moment_form(campaign: Campaign) -> None:
    found = sharp_deduction(campaign=campaign)
    assert found.credited <= found.mean - found.moment


@COMMON
@given(campaigns(), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_and_a_shift_of_both_sides_change_nothing(
    campaign: Campaign, scale: float, shift: float
) -> None:
    own = credited(campaign)
    larger = replace(
        campaign,
        project_t_co2e_per_ha=[scale * np.asarray(x) for x in campaign.project_t_co2e_per_ha],
        control_t_co2e_per_ha=[scale * np.asarray(y) for y in campaign.control_t_co2e_per_ha],
        error_variance=scale**2 * np.asarray(campaign.error_variance),
    )
    assert credited(larger) == pytest.approx(scale * own, rel=1e-7, abs=1e-7 * scale)
    shifted = replace(
        campaign,
        project_t_co2e_per_ha=[shift + np.asarray(x) for x in campaign.project_t_co2e_per_ha],
        control_t_co2e_per_ha=[shift + np.asarray(y) for y in campaign.control_t_co2e_per_ha],
    )
    assert credited(shifted) == pytest.approx(own, rel=1e-6, abs=1e-6)


@COMMON
@given(campaigns(), st.randoms(use_true_random=False))
def test_order_changes_nothing(campaign: Campaign, random: Any) -> None:
    strata, sites = len(campaign.project_t_co2e_per_ha), len(campaign.control_t_co2e_per_ha)
    h, c = random.sample(range(strata), strata), random.sample(range(sites), sites)
    other = replace(
        campaign,
        area_ha=np.asarray(campaign.area_ha)[h],
        project_t_co2e_per_ha=[np.asarray(campaign.project_t_co2e_per_ha[i])[::-1] for i in h],
        control_t_co2e_per_ha=[np.asarray(campaign.control_t_co2e_per_ha[i])[::-1] for i in c],
        link_weight=np.asarray(campaign.link_weight)[np.ix_(h, c)],
    )
    assert credited(other) == pytest.approx(credited(campaign), rel=1e-9, abs=1e-9)


@COMMON
@given(campaigns(), st.integers(0, 10**6))
def test_a_small_change_of_one_sample_is_a_small_change_of_the_credit(campaign: Campaign, seed: int) -> None:
    rng = np.random.default_rng(seed)
    moved = [np.array(x) for x in campaign.project_t_co2e_per_ha]
    stratum = rng.integers(len(moved))
    moved[stratum][rng.integers(moved[stratum].size)] += 1e-7
    assert credited(replace(campaign, project_t_co2e_per_ha=moved)) == pytest.approx(
        credited(campaign), abs=1e-4
    )


def test_many_campaigns_at_once_are_each_as_alone() -> None:
    rng = np.random.default_rng(4)
    project, control = (
        [rng.normal(8, 4, (50, n)) for n in (5, 3)],
        [rng.normal(-1, 4, (50, m)) for m in (4, 2)],
    )
    link = np.full((2, 2), 0.5)
    together = sharp_deduction(campaign=Campaign([60.0, 40.0], project, control, link)).credited
    for number in range(50):
        alone = Campaign([60.0, 40.0], [x[number] for x in project], [y[number] for y in control], link)
        assert together[number] == pytest.approx(credited(alone), rel=1e-12)


def test_settings_are_ordered() -> None:
    """Lean believes a tail latest and a lone site most, insured the other way round."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        campaign = Campaign([100.0], [-rng.lognormal(0, 1, 12)], [rng.normal(0, 1, 5)], [[1.0]])
        assert credited(campaign, setting=INSURED) <= credited(campaign) <= credited(campaign, setting=LEAN)


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        (Campaign([1.0], [[1.0]], [[0.0, 1.0]], [[1.0]]), "project_t_co2e_per_ha"),
        (Campaign([1.0], [[1.0, 2.0]], [[0.0]], [[1.0]]), "control_t_co2e_per_ha"),
        (Campaign([1.0], [[1.0, 2.0]], [[0.0, 1.0]], [[0.9]]), "sum to 1"),
        (Campaign([1.0], [[1.0, 2.0]], [[0.0, 1.0]]), "link_weight must be given"),
        (Campaign([1.0], [[1.0, 2.0]], [[0.0, 1.0]], [[0.5, 0.5]]), "link_weight must have shape"),
        (Campaign([1.0, 2.0], [[1.0, 2.0]], [[0.0, 1.0]], [[1.0]]), "area_ha must be one number"),
        (Campaign([1.0], [[2.0, 2.0, 2.0]], [[0.0, 0.0]], [[1.0]]), "no spread at all"),
    ],
)
def test_what_cannot_carry_a_deduction_is_refused(campaign: Campaign, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sharp_deduction(campaign=campaign)
