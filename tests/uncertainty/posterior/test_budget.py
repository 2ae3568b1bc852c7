"""The posterior's budget and what one more replicate does, against closed forms of a balanced design."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.uncertainty.posterior.budget import one_more
from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    ProjectPoints,
    SharedEffect,
    Strata,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.results import BudgetRow
from mollisol.uncertainty.posterior.specification import Specification

RNG = np.random.default_rng(12)
UNITS, SITES = 5, 4
UNIT = np.repeat(np.arange(UNITS), 2)
SITE = np.repeat(np.arange(SITES), 2)


def project() -> ProjectPoints:
    return ProjectPoints(RNG.normal(3, 1, UNIT.size), np.zeros(UNIT.size, np.int64), UNIT)


def row(name: str, sd: float) -> BudgetRow:
    return BudgetRow(name, "component", sd, False, 0.0, 0.0, "a test")


def test_one_more_of_each_by_hand() -> None:
    """V = f^2 / 5 + p^2 / 10 + c^2 / 4 + p^2 / 8, with f 2, p 1.5, c 1: balanced, so means of means are best."""
    control = ControlPoints(RNG.normal(1, 1, SITE.size), SITE, np.ones((SITES, 1)))
    of = Specification(Strata(np.array([10.0])), project(), control)
    rows = one_more(of, (row("s_field", 2.0), row("s_point", 1.5), row("s_control", 1.0)))

    def sd(units: float, points: float, sites: float, site_points: float) -> float:
        return float(np.sqrt(4 / units + 2.25 / points + 1 / sites + 2.25 / site_points))

    found = {item.what: item for item in rows}
    for item in rows:
        assert item.sd_now_t_co2e_per_ha == pytest.approx(sd(5, 10, 4, 8), rel=1e-9)
    then = {what: item.sd_then_t_co2e_per_ha for what, item in found.items()}
    assert then["core in each sampling unit"] == pytest.approx(sd(5, 15, 4, 8), rel=1e-9)
    assert then["sampling unit"] == pytest.approx(sd(6, 12, 4, 8), rel=1e-9)
    assert then["control site"] == pytest.approx(sd(5, 10, 5, 10), rel=1e-9)


def test_a_shared_error_is_not_bought_off() -> None:
    """V = f^2 / 5 + p^2 / 10 + 0.7^2 whatever the number of units."""
    shared = SharedEffect("calibration", 0.7, np.ones(UNIT.size))
    of = Specification(Strata(np.array([10.0])), project(), shared=(shared,), baseline="none")
    rows = {item.what: item for item in one_more(of, (row("s_field", 2.0), row("s_point", 1.5)))}
    assert set(rows) == {"core in each sampling unit", "sampling unit"}
    unit = rows["sampling unit"]
    assert unit.sd_now_t_co2e_per_ha == pytest.approx(np.sqrt(4 / 5 + 2.25 / 10 + 0.49), rel=1e-9)
    assert unit.sd_then_t_co2e_per_ha == pytest.approx(np.sqrt(4 / 6 + 2.25 / 12 + 0.49), rel=1e-9)


def test_where_units_have_one_point_a_second_has_no_known_spread() -> None:
    of = Specification(
        Strata(np.array([10.0])),
        ProjectPoints(RNG.normal(3, 1, 5), np.zeros(5, np.int64), np.arange(5)),
        baseline="none",
    )
    assert [item.what for item in one_more(of, (row("s_field", 2.0),))] == ["sampling unit"]


def test_a_sampled_out_stratum_has_no_unit_to_add() -> None:
    of = Specification(Strata(np.array([10.0]), np.array([5.0])), project(), baseline="none")
    rows = one_more(of, (row("s_field", 2.0), row("s_point", 1.5)))
    assert [item.what for item in rows] == ["core in each sampling unit"]


def test_points_of_both_sides_have_a_row_each() -> None:
    """p^2 / 10 of the project and p^2 / 8 of the control sites: in the ratio 4 to 5."""
    control = ControlPoints(RNG.normal(1, 1, SITE.size), SITE, np.ones((SITES, 1)))
    budget = posterior_of_change(Specification(Strata(np.array([10.0])), project(), control)).budget
    parts = {part.side: part.variance_t_co2e_per_ha_2 for part in budget if part.source == "s_point"}
    assert parts["project"] / parts["control"] == pytest.approx(0.8, rel=1e-4)
    assert sum(part.share for part in budget) == pytest.approx(1, abs=1e-9)
