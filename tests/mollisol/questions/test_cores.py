"""Questions put to the cores, by hand arithmetic and on projects that are changed by a known factor."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.checks.likely_causes import known_factors, likely_causes
from mollisol.methodology.findings import Finding
from mollisol.quantification.equivalent_soil_mass import (
    carbon_within_layers_t_per_ha,
    linear_at,
    natural_cubic_spline_at,
)
from mollisol.quantification.mixing_law import density_by_mixing
from mollisol.questions.changes import Rates
from tests.honest.generator import write_honest

type Edit = Callable[[dict[str, str]], object]
LATER = "2021"


def changed(folder: Path, edit: Edit) -> dict[str, Finding]:
    """Return the findings of an honest project whose rows of cores are changed, by code."""
    project = write_honest(folder / "project", "long-run", 1)
    path = project / "core_increments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    last = max(row["campaign"] for row in rows)
    for row in rows:
        if row["campaign"] == last:
            edit(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return {finding.code: finding for finding in assess_project(project).findings}


def times(column: str, factor: float, chosen: Callable[[dict[str, str]], bool] = lambda _: True) -> Edit:
    def edit(row: dict[str, str]) -> None:
        if chosen(row):
            row[column] = f"{float(row[column]) * factor:.4f}"

    return edit


def in_project(row: dict[str, str]) -> bool:
    return not row["point"].startswith("C")


def test_the_mixing_law_by_hand() -> None:
    """Adams: 10 % organic matter (58 g C/kg) is 0.1 / 0.224 + 0.9 / 1.5 = 1.0464 cm3 a gram."""
    carbon = np.array([0.0, 100 / 1.724, 1000 / 1.724])
    assert density_by_mixing(carbon, 1.5, 0.224) == pytest.approx([1.5, 1 / (0.1 / 0.224 + 0.9 / 1.5), 0.224])


def test_the_near_end_is_the_mean_less_what_noise_may_be() -> None:
    """t(0.95, 4) = 2.1318: a mean of 3 with an error of 0.5 reaches down to 1.934."""
    means, errors, stocks = (
        np.array(values) for values in ([-3.0, 0.5, 2.5], [0.5, 0.5, 0.0], [60.0, 60.0, 208.0])
    )
    rates = Rates(["fast", "noisy", "rich"], means, errors, np.full(3, 4.0), stocks)
    assert rates.near(0.95) == pytest.approx([3 - 0.5 * 2.13185, 0.0, 2.5], abs=1e-4)
    near = rates.near(0.95)
    assert rates.beyond(near, 1.25, 0.025, 0.015)[0]
    assert not rates.beyond(near, 2.0, 0.04, 0.025)[0]
    assert not rates.beyond(near, 2.0, 0.04, 0.025)[2], "1.2 % a year of a rich soil"


def test_layers_bound_the_stock_and_straight_lines_keep_the_bounds() -> None:
    """Figure 3 of the document, point 2, and a thin rich layer over poor subsoil."""
    mass = np.array([[1533.527, 2527.202], [352.0, 2900.0]])
    carbon = np.array([[44.1198, 54.7023], [32.8, 33.4]])
    at = np.array([1950.0, 3253.0])
    least, greatest = carbon_within_layers_t_per_ha(
        cumulative_soil_mass_t_per_ha=mass, cumulative_carbon_t_per_ha=carbon, reference_soil_mass_t_per_ha=at
    )
    assert least[:, 0] == pytest.approx([44.1198, 32.8])
    assert greatest[:, 0] == pytest.approx([54.7023, 33.4])
    assert least[0, 1] == pytest.approx(54.7023)
    assert greatest[0, 1] == pytest.approx(54.7023 + (3253 - 2527.202) * 44.1198 / 1533.527)
    spline, straight = (
        way(cumulative_soil_mass_t_per_ha=mass, cumulative_value=carbon, reference_soil_mass_t_per_ha=at)
        for way in (natural_cubic_spline_at, linear_at)
    )
    assert spline[0, 0] == pytest.approx(49.917, abs=1e-3)
    assert spline[1, 0] > greatest[1, 0]
    assert (straight >= least - 1e-9).all()
    assert (straight <= greatest + 1e-9).all()


def test_a_ratio_near_two_factors_is_told_with_both_and_one_near_none_with_none() -> None:
    words = likely_causes("carbon", 1.72)
    assert "1.72 / 1.724 = 0.998" in words
    assert words.startswith("likely, none of it shown")
    assert likely_causes("carbon", 4.4).startswith("no factor")
    assert "a cause of ours: 0.5 / 0.51 = 0.980" in likely_causes("amount", 0.5, {"a cause of ours": 0.51})
    assert likely_causes("carbon", 0.0).startswith("no factor")


@pytest.mark.parametrize("cause", known_factors(), ids=lambda cause: f"{cause.quantity}-{cause.factor}")
def test_every_factor_is_found_at_itself_and_has_a_source(cause: object) -> None:
    quantity, factor = cause.quantity, cause.factor  # type: ignore[attr-defined]
    assert f"/ {factor:.4g} = 1.000" in likely_causes(quantity, factor)
    assert cause.source  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("edit", "code", "severity"),
    [
        (times("soc_g_per_kg", 1.724), "change-implausible", "refusal"),
        (times("soc_g_per_kg", 1.3, in_project), "change-implausible", "refusal"),
        (times("soc_g_per_kg", 1.724, lambda row: row["point"] < "M"), "group-moved-by-factor", "refusal"),
        (times("soc_g_per_kg", 0.1), "unit-changed", "blocking"),
        (times("fine_soil_density_g_per_cm3", 1.2, in_project), "density-shift-by-side", "refusal"),
        (times("fine_soil_density_g_per_cm3", 1.05, in_project), "density-shift-by-side", "refusal"),
        (times("fine_soil_density_g_per_cm3", 1.035, in_project), "density-shift-by-side", "warning"),
        (times("fine_soil_density_g_per_cm3", 0.85, in_project), "density-shift-by-side", "warning"),
        (times("fine_soil_density_g_per_cm3", 1.15), "density-shift", "warning"),
        (times("soc_g_per_kg", 0.9, lambda row: not in_project(row)), "controls-change-fast", "warning"),
    ],
)
def test_a_known_factor_is_seen(edit: Edit, code: str, severity: str, tmp_path: Path) -> None:
    findings = changed(tmp_path, edit)
    assert code in findings, sorted(findings)
    assert findings[code].severity.value == severity


def test_one_core_of_organic_matter_for_carbon_is_named(tmp_path: Path) -> None:
    names: list[str] = []

    def one(row: dict[str, str]) -> bool:
        names.append(row["point"])
        return row["point"] == names[0]

    found = changed(tmp_path, times("soc_g_per_kg", 1.724, one))["group-moved-by-factor"]
    assert found.severity.value == "warning"
    assert found.where.thing == f"point {names[0]}"
    assert found.found.startswith("1 point, ")


def test_an_honest_project_is_asked_none_of_it(tmp_path: Path) -> None:
    codes = set(changed(tmp_path, lambda _: None))
    assert not codes & {
        "change-implausible", "controls-change-fast", "density-against-carbon", "density-shift",
        "density-shift-by-side", "group-moved-by-factor", "same-amount-everywhere", "value-far-from-neighbours",
        "increments-changed", "increments-credit-one", "esm-outside-layers",
    }  # fmt: skip


def test_straight_lines_are_what_the_whole_run_computes_with(tmp_path: Path) -> None:
    """The thin rich layer: results say linear, no stock is outside, and the report's second path agrees."""
    project = write_honest(tmp_path / "project", "long-run", 1)
    head = project / "project.toml"
    path = project / "core_increments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    thin = []
    for row in rows:
        if row["upper_cm"] == "0":
            top = {**row, "lower_cm": "3", "soc_g_per_kg": "300", "fine_soil_density_g_per_cm3": "0.9"}
            thin += [top, {**row, "upper_cm": "3", "soc_g_per_kg": "3.2"}]
        else:
            thin.append({**row, "soc_g_per_kg": "3.2"})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(thin)
    assert "natural_cubic_spline" in head.read_text(encoding="utf-8")
    run = run_project(project, route="analytic")
    assert "esm-outside-layers" in {finding.code for finding in run.findings}
    assert run.results.equivalent_soil_mass_interpolation == "linear"
    assert all(0 < stock.mean_t_c_per_ha < math.inf for stock in run.results.stocks)
