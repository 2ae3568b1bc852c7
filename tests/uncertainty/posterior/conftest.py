"""Designs that the tests of the posterior share."""

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
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]


def small(
    seed: int = 1, *, fields: int = 5, points: int = 2, sites: int = 6, **changed: Any
) -> Specification:
    """Three strata of different area, two measurement classes, a shared laboratory error, finite population."""
    dice = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(3), fields * points)
    field = np.repeat(np.arange(3 * fields), points)
    site = np.repeat(np.arange(sites), 2)
    change = 1 + dice.normal(0, 0.8, 3 * fields)[field] + dice.normal(size=field.size)
    control = dice.normal(0, 0.7, sites)[site] + dice.normal(size=site.size)
    given: dict[str, Any] = {
        "strata": Strata(np.array([120.0, 60.0, 20.0]), np.array([50.0, 20.0, np.inf])),
        "project": ProjectPoints(change, stratum, field, np.arange(field.size) % 2),
        "control": ControlPoints(control, site, np.eye(3)[np.arange(sites) % 3]),
        "measurement_sd": np.array([0.2, 0.5]),
        "shared": (
            SharedEffect(
                "laboratory batch",
                0.3,
                (np.arange(field.size) % 2).astype(np.float64),
                np.ones(site.size),
                "ring test",
            ),
        ),
    }
    return Specification(**given | changed)


def validation(seed: int = 2, comparisons: int = 12) -> Validation:
    dice = np.random.default_rng(seed)
    return Validation(
        dice.normal(0.5, 1, comparisons),
        dice.uniform(0.2, 0.5, comparisons),
        np.arange(comparisons) // 3,
        np.arange(comparisons) % 2,
        dice.uniform(2, 9, comparisons),
    )


def modelled(seed: int = 1, **changed: Any) -> Specification:
    """Take the project side of ``small`` as modelled practice effects of two practices."""
    base, dice = small(seed), np.random.default_rng(seed + 100)
    given: dict[str, Any] = {
        "strata": Strata(np.array([120.0, 60.0, 20.0]), np.array([50.0, 20.0, np.inf]), np.array([0, 1, 1])),
        "project": ProjectPoints(base.project.change, base.project.stratum, base.project.unit),
        "baseline": "modelled",
        "validation": validation(),
        "model": ModelDraws(effect=dice.normal(1, 0.3, (3, 20))),
        "bias_scale": 0.7,
        "period_years": 5.0,
    }
    return Specification(**given | changed)


def initial_stocks(seed: int = 1, **changed: Any) -> Specification:
    """``modelled``, where a batch and a density of the initial stocks are off for many points together."""
    base, dice = modelled(seed), np.random.default_rng(seed + 300)
    lines = dice.normal(4, 1, (2, base.project.change.size)) * np.array([[1.0], [0.3]])
    given: dict[str, Any] = {
        "shared": (
            SharedEffect("batch, initial stocks", 0.1, lines[0], source="declared"),
            SharedEffect(
                "density, initial stocks", 0.2, lines[1] * (base.project.stratum > 0), source="declared"
            ),
        )
    }
    return replace(base, **given | changed)


def hybrid(seed: int = 1, *, parameters: float = 0.3, **changed: Any) -> Specification:
    """``small`` with a modelled baseline at strata and control sites."""
    base, dice = small(seed), np.random.default_rng(seed + 200)
    given: dict[str, Any] = {
        "strata": base.strata,
        "project": base.project,
        "control": base.control,
        "measurement_sd": base.measurement_sd,
        "shared": base.shared,
        "baseline": "hybrid",
        "validation": validation(),
        "model": ModelDraws(
            baseline_stratum=-0.4 + parameters * dice.normal(size=(3, 20)),
            baseline_control=-0.3 + parameters * dice.normal(size=(6, 20)),
        ),
        "bias_scale": 0.7,
        "period_years": 5.0,
    }
    return Specification(**given | changed)


def zones(seed: int = 1, **changed: Any) -> Specification:
    """``modelled`` over two climate zones, and a third that no comparison was made in."""
    base = modelled(seed)
    given: dict[str, Any] = {
        "strata": replace(base.strata, climate=np.array([0, 3, 1])),
        "validation": replace(base.trials, climate=(np.arange(12) // 3) % 2),
    }
    return replace(base, **given | changed)


def points_only(seed: int = 1, **changed: Any) -> Specification:
    """One point in each unit on both sides, two classes of spread."""
    dice = np.random.default_rng(seed)
    given: dict[str, Any] = {
        "strata": Strata(np.array([120.0, 60.0, 20.0]), point_spread=np.array([0, 1, 1])),
        "project": ProjectPoints(dice.normal(1, 1, 63), np.repeat([0, 1, 2], 21)),
        "control": ControlPoints(dice.normal(0, 1, 6), np.arange(6), np.eye(3)[np.arange(6) % 3]),
    }
    return Specification(**given | changed)


def one_stratum(seed: int = 1, *, points: int = 8, sites: int = 4, **changed: Any) -> Specification:
    """One stratum, points drawn at random, control sites with two points."""
    dice = np.random.default_rng(seed)
    given: dict[str, Any] = {
        "strata": Strata(np.array([100.0])),
        "project": ProjectPoints(dice.normal(2, 1.5, points), np.zeros(points, int)),
        "control": ControlPoints(
            dice.normal(0, 1, 2 * sites), np.repeat(np.arange(sites), 2), np.ones((sites, 1))
        ),
    }
    return Specification(**given | changed)


DESIGNS: dict[str, Design] = {
    "small": small,
    "modelled": modelled,
    "initial stocks": initial_stocks,
    "hybrid": hybrid,
    "zones": zones,
    "points only": points_only,
    "one stratum": one_stratum,
}


@pytest.fixture
def designs() -> dict[str, Design]:
    return DESIGNS


@pytest.fixture(params=list(DESIGNS))
def design(request: pytest.FixtureRequest) -> Design:
    return DESIGNS[request.param]
