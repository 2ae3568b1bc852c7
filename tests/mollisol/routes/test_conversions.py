"""The error of a conversion between laboratory methods in the moment form, against arithmetic on the stocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mollisol.engine import run_project
from mollisol.methodology.results.deductions import Deduction
from tests.broken.conftest import apply
from tests.support.declarations import rows_of
from tests.support.projects import FOUR_SITES, write_project

SD, SAMPLES = 0.01, 30
METHOD = f"""
[[project.laboratory_methods]]
id = "other"
kind = "dry_combustion"
laboratory = "another laboratory"
conversion = {{ target = "dumas", samples = {SAMPLES}, relative_sd = {SD}, evidence = "pairs of 2026" }}
batch_relative_sd = 0.01
"""


def converted(folder: Path, moved: str) -> Deduction:
    """Return the moment form of a project whose last campaign was converted where the points match."""
    write_project(folder, FOUR_SITES)
    where = {"campaign": "2026", "point": moved}
    apply(
        folder,
        [
            {"file": "core_increments.csv", "where": where, "column": "laboratory_method", "value": "other"},
            {"file": "project.toml", "add": METHOD},
        ],
    )
    return run_project(folder, route="analytic").results.periods[0].deduction


def test_on_one_side_it_is_the_error_of_the_stock_of_that_side(tmp_path: Path) -> None:
    """One layer at its own mass: a factor off by u moves the mean end stock S by u S, and the variance by (u S)^2."""
    found = converted(tmp_path / "one", "s*")
    plain = (
        run_project(write_project(tmp_path / "plain", FOUR_SITES), route="analytic")
        .results.periods[0]
        .deduction
    )
    area = {"s1": 80.0, "s2": 40.0}
    cores = [row for row in rows_of(tmp_path / "one" / "core_increments.csv") if row["campaign"] == "2026"]
    mean = {
        name: np.mean([3 * float(row["soc_g_per_kg"]) for row in cores if row["point"].startswith(name)])
        for name in area
    }
    stock = sum(area[name] * mean[name] for name in area) / 120 * 44 / 12
    more = (SD * stock) ** 2
    assert found.conversion_variance_t_co2e_per_ha_2 == pytest.approx(more, rel=1e-6)
    before = plain.standard_error_t_co2e_per_ha**2
    assert found.standard_error_t_co2e_per_ha**2 == pytest.approx(before + more, rel=1e-6)
    assert plain.degrees_of_freedom is not None
    freedom = (before + more) ** 2 / (before**2 / plain.degrees_of_freedom + more**2 / (SAMPLES - 1))
    assert found.degrees_of_freedom == pytest.approx(freedom, rel=1e-6)
    assert found.credited_t_co2e_per_ha < plain.credited_t_co2e_per_ha


def test_on_both_sides_it_cancels_but_for_what_they_differ_by(tmp_path: Path) -> None:
    one, both = (converted(tmp_path / name, moved) for name, moved in (("one", "s*"), ("both", "*")))
    assert one.conversion_variance_t_co2e_per_ha_2 is not None
    assert both.conversion_variance_t_co2e_per_ha_2 is not None
    assert both.conversion_variance_t_co2e_per_ha_2 < one.conversion_variance_t_co2e_per_ha_2 / 100
