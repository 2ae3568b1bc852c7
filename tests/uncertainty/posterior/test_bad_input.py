"""What cannot be computed is refused in words; what can is computed, and nothing warns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    ModelDraws,
    ProjectPoints,
    SharedEffect,
    Strata,
    Validation,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]
ONE = Strata(np.array([10.0]))


def sound(result: PosteriorResult) -> None:
    numbers = [result.mean, result.sd, result.quantile, result.monte_carlo_error]
    numbers += [value for c in result.components for value in (c.mean, c.low, c.median, c.high)]
    numbers += [row.variance_t_co2e_per_ha_2 for row in result.budget]
    assert np.isfinite(numbers).all()
    assert result.quantile < result.mean
    assert not result.refused


def controls(sites: int = 4, points: int = 2, seed: int = 0) -> ControlPoints:
    value = np.random.default_rng(seed).normal(size=sites * points)
    return ControlPoints(value, np.repeat(np.arange(sites), points), np.ones((sites, 1)))


def test_zero_variance_is_refused() -> None:
    same = ProjectPoints(np.full(6, 0.1 + 0.2), np.zeros(6, int))
    with pytest.raises(ValueError, match="no spread to learn from"):
        Specification(ONE, same, baseline="none")


def test_zero_variance_in_one_stratum_is_computed() -> None:
    """TV-2b: four equal changes in one stratum, three different ones in the other."""
    change = np.array([5.0, 5.0, 5.0, 5.0, 4.0, 5.0, 4.0])
    stratum = np.array([0, 0, 0, 0, 1, 1, 1])
    result = posterior_of_change(
        Specification(Strata(np.array([100.0, 50.0])), ProjectPoints(change, stratum), baseline="none")
    )
    sound(result)
    assert result.mean == pytest.approx(4.7777777778, abs=1e-6)


def test_equal_points_within_every_field_are_refused() -> None:
    points = ProjectPoints(np.array([1.0, 1.0, 2.0, 2.0]), np.zeros(4, int), np.array([0, 0, 1, 1]))
    with pytest.raises(ValueError, match="agree exactly"):
        Specification(ONE, points, baseline="none")
    known = Specification(ONE, points, baseline="none", measurement_sd=np.array([0.3]))
    sound(posterior_of_change(known))


def test_equal_control_sites_are_refused() -> None:
    points = ProjectPoints(np.arange(5.0), np.zeros(5, int))
    with pytest.raises(ValueError, match="control sites agree exactly"):
        Specification(ONE, points, ControlPoints(np.ones(3), np.arange(3), np.ones((3, 1))))


def test_one_core_per_stratum_rests_on_the_controls() -> None:
    """Nothing shows the spread between fields; the prior carries it and the result says so."""
    strata = Strata(np.array([10.0, 20.0, 30.0]))
    link = np.tile(strata.weight, (4, 1))
    given = controls()
    spec = Specification(
        strata,
        ProjectPoints(np.array([1.0, 2.0, 4.0]), np.arange(3)),
        ControlPoints(given.change, given.site, link),
    )
    result = posterior_of_change(spec)
    sound(result)
    assert "rests-on-prior:s_field" in [check.name for check in result.checks]


def test_one_core_per_stratum_and_one_control_core_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing shows the spread"):
        Specification(
            Strata(np.array([10.0, 20.0])),
            ProjectPoints(np.array([1.0, 2.0]), np.arange(2)),
            ControlPoints(np.array([0.3]), np.array([0]), np.array([[0.3, 0.7]])),
        )


@pytest.mark.parametrize("points", [1, 5])
def test_one_control_site_rests_on_the_prior(points: int) -> None:
    spec = Specification(
        ONE, ProjectPoints(np.array([1.0, 2.0, 4.0, 3.0]), np.zeros(4, int)), controls(1, points)
    )
    result = posterior_of_change(spec)
    sound(result)
    assert "rests-on-prior:s_control" in [check.name for check in result.checks]
    many = posterior_of_change(replace(spec, control=controls(12, points)))
    assert result.sd > 1.5 * many.sd


def test_missing_change_is_refused_with_its_row() -> None:
    change = np.array([1.0, 2.0, np.nan, np.nan])
    with pytest.raises(ValueError, match=r"change is missing in row 2 \(2 in all\)"):
        ProjectPoints(change, np.zeros(4, int), np.array([0, 0, 1, 1]))


def test_field_without_points_is_predicted_not_dropped() -> None:
    points = ProjectPoints(np.array([1.0, 2.0, 4.0, 3.0]), np.zeros(4, int), np.array([0, 0, 1, 1]))
    spec = Specification(Strata(np.array([10.0]), np.array([2.0])), points, controls())
    more = replace(spec, strata=Strata(np.array([10.0]), np.array([3.0])))
    assert posterior_of_change(more).sd > posterior_of_change(spec).sd


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_scales_far_apart_are_computed(factor: float, designs: dict[str, Design]) -> None:
    base = designs["small"]()
    control = replace(base.controls, change=factor * base.controls.change)
    spec = replace(base, control=control, shared=())
    sound(posterior_of_change(spec))


@pytest.mark.parametrize("shift", [-1e9, 1e9])
def test_changes_far_from_zero_are_computed(shift: float) -> None:
    change = np.array([1.0, 2.5, 4.0, 3.0])
    spec = Specification(ONE, ProjectPoints(change + shift, np.zeros(4, int)), controls())
    near = posterior_of_change(replace(spec, project=ProjectPoints(change, np.zeros(4, int))))
    far = posterior_of_change(spec)
    assert far.quantile - shift == pytest.approx(near.quantile, abs=1e-5)


def test_prior_scale_far_above_the_data_is_computed(designs: dict[str, Design]) -> None:
    sound(posterior_of_change(designs["small"](prior_scale=1e6)))


def test_prior_scale_far_below_the_data_fails_the_prediction(designs: dict[str, Design]) -> None:
    refused = posterior_of_change(designs["small"](prior_scale=1e-4)).refused
    assert "predictive:field" in [check.name for check in refused]


def test_a_wild_site_fails_the_prediction() -> None:
    dice = np.random.default_rng(0)
    change = np.r_[dice.normal(size=60), 40.0]
    result = posterior_of_change(Specification(ONE, ProjectPoints(change, np.zeros(61, int)), controls()))
    assert [check.name for check in result.refused] == ["predictive:field"]


@pytest.mark.parametrize(
    ("words", "build"),
    [
        ("area_ha must be above 0", lambda: Strata(np.array([0.0]))),
        ("fields must hold", lambda: Strata(np.array([1.0]), np.array([0.0]))),
        ("point_spread must be below 3", lambda: Strata(np.array([1.0]), point_spread=np.array([3]))),
        ("one row of numbers", lambda: ProjectPoints(np.ones((2, 2)), np.zeros(2, int))),
        ("stratum must hold 2", lambda: ProjectPoints(np.ones(2), np.zeros(3, int))),
        ("finite", lambda: ProjectPoints(np.array([1.0, np.inf]), np.zeros(2, int))),
        ("must sum to 1", lambda: ControlPoints(np.ones(1), np.zeros(1, int), np.array([[0.4, 0.4]]))),
        ("control site 1 has no point", lambda: ControlPoints(np.ones(1), np.zeros(1, int), np.ones((2, 1)))),
        ("sd of batch", lambda: SharedEffect("batch", -1.0)),
        (
            "duration must be above 0",
            lambda: Validation(np.ones(1), np.ones(1), np.zeros(1, int), np.zeros(1, int), np.zeros(1)),
        ),
        ("two draws", lambda: ModelDraws(effect=np.ones((2, 1)))),
    ],
)  # fmt: skip
def test_parts_are_refused_in_words(words: str, build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=words):
        build()


def changed(name: str, value: Any) -> dict[str, Any]:
    return {name: value}


@pytest.mark.parametrize(
    ("words", "name", "change"),
    [
        ("stratum 2 has no measured point", "small", {"project": ProjectPoints(np.arange(4.0), np.arange(4) % 2)}),
        ("stratum must be below 3", "small", {"project": ProjectPoints(np.arange(4.0), np.arange(4))}),
        (
            "lies in more than one stratum",
            "small",
            {"project": ProjectPoints(np.arange(3.0), np.arange(3), np.zeros(3, int)), "shared": ()},
        ),
        ("sampled fields but 2 in all", "small", {"strata": Strata(np.ones(3), np.array([2.0, 9, 9]))}),
        ("needs control points", "small", {"control": None}),
        ("takes no control points", "small", {"baseline": "none"}),
        ("20 points or more", "small", {"strata": Strata(np.ones(3), point_spread=np.array([0, 1, 1]))}),
        ("measurement_class must be below 1", "small", {"measurement_sd": np.zeros(1)}),
        ("at most 24", "small", {"measurement_sd": np.zeros(25)}),
        ("different names", "small", {"shared": (SharedEffect("a", 1.0), SharedEffect("a", 1.0))}),
        ("project design of a", "small", {"shared": (SharedEffect("a", 1.0, np.ones(3)),)}),
        ("prior_scale must be above 0", "small", {"prior_scale": 0.0}),
        ("takes no validation", "small", {"model": ModelDraws(effect=np.ones((3, 2)))}),
        ("needs validation", "modelled", {"validation": None}),
        ("draws of the effect", "modelled", {"model": ModelDraws(effect=np.ones((2, 2)))}),
        ("practice 7 has no validation", "modelled", {"strata": Strata(np.ones(3), practice=np.array([0, 1, 7]))}),
        ("needs draws of the modelled baseline", "hybrid", {"model": None}),
    ],
)  # fmt: skip
def test_declarations_are_refused_in_words(
    words: str, name: str, change: dict[str, Any], designs: dict[str, Design]
) -> None:
    with pytest.raises(ValueError, match=words):
        designs[name](**change)
