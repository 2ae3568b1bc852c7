"""The second implementation: against the vectors of the documents by itself, then against the engine's bundles."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.bundle.write import trace_document
from mollisol.engine import run_project
from mollisol.verify import second_figures
from mollisol.verify.compare import Comparison
from mollisol.verify.compare_second import compare_independent
from mollisol.verify.results import Verification
from mollisol.verify.second_figures import soil_mass_t_per_ha
from mollisol.verify.second_implementation import (
    Given,
    deduction,
    natural_spline,
    period_change,
    straight,
    t_quantile,
    vintage,
)
from tests.support.bundles import Taken

MODULE = files("mollisol").joinpath("verify", "second_implementation.py").read_text(encoding="utf-8")
TWO_THIRDS = 2 / 3


def test_it_shares_nothing_with_the_engine() -> None:
    figures = Path(second_figures.__file__).read_text(encoding="utf-8")
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for text in (MODULE, figures)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - {second_figures.__name__} <= {
        "__future__", "collections", "collections.abc", "csv", "dataclasses", "datetime", "io", "math", "numpy",
        "numpy.typing", "scipy.special", "tomllib", "typing",
    }  # fmt: skip
    for text, most in ((MODULE, 300), (figures, 60)):
        code = [line for line in text.splitlines() if line.strip()]
        assert len(code) < most, "small enough to read"


def strata(**area_ha: float) -> list[dict[str, str]]:
    return [{"stratum": name, "area_ha": str(size)} for name, size in area_ha.items()]


def links(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"control_site": site, "stratum": name} for site, name in pairs]


def minus(last: tuple[float, ...], first: tuple[float, ...]) -> list[float]:
    return [b - a for b, a in zip(last, first, strict=True)]


TV2 = {
    "h1": minus((158, 167, 181, 163, 176), (150, 162, 171, 158, 166)),
    "h2": minus((126, 134, 136, 127), (120, 131, 127, 124)),
    "c1": minus((153, 163, 164), (152, 160, 165)),
    "c2": minus((121, 131, 126), (122, 128, 125)),
}


def test_tv2_means_variance_freedom_and_deduction() -> None:
    """uncertainty.md section 8, TV-2."""
    found = period_change(strata(h1=80, h2=40), links(("c1", "h1"), ("c2", "h2")), TV2)
    assert found["h1: project_variance_t2"] == pytest.approx(8064, rel=1e-12)
    assert found["h2: project_variance_t2"] == pytest.approx(3300, rel=1e-12)
    assert found["variance"] == pytest.approx(1.5299074074, rel=1e-10)
    assert found["degrees_of_freedom"] == pytest.approx(8.2864624478, rel=1e-10)
    mean = (found["project_t_co2e"] - found["baseline_t_co2e"]) / 120
    assert mean == pytest.approx(5.8166666667, rel=1e-10)
    own = deduction(mean, found["variance"], found["degrees_of_freedom"], TWO_THIRDS)
    assert own["uncertainty_percent"] == pytest.approx(9.49491655, rel=1e-8)
    assert 120 * own["credited_t_co2e_per_ha"] == pytest.approx(631.7254825, rel=1e-9)


def test_tv2b_a_stratum_without_spread() -> None:
    """uncertainty.md TV-2b: only S2 varies, so two degrees of freedom; its control here does not move."""
    c = 44 / 12
    change = {
        "s1": [5 * c] * 4,
        "s2": [(29 - 25) * c, (31 - 26) * c, (28 - 24) * c],
        "still": [0.0, 0.0],
    }
    found = period_change(strata(s1=100, s2=50), links(("still", "s1"), ("still", "s2")), change)
    assert found["s1: project_variance_t2"] == pytest.approx(0, abs=1e-20)
    assert found["s2: project_variance_t2"] == pytest.approx(277.7777778 * c**2, rel=1e-9)
    assert found["degrees_of_freedom"] == pytest.approx(2, rel=1e-12)
    mean = found["project_t_co2e"] / 150
    assert mean == pytest.approx(17.5185185, rel=1e-8)
    own = deduction(mean, found["variance"], 2, TWO_THIRDS)
    assert own["standard_error_t_co2e_per_ha"] == pytest.approx(0.4074074, rel=1e-6)
    assert own["uncertainty_percent"] == pytest.approx(1.1627906977, rel=1e-9)


def test_tv3_a_control_site_that_serves_two_strata() -> None:
    """uncertainty.md TV-3: 1.3333333333 (t CO2e/ha)2 of control variance, 1.8 times the independent sum."""
    change = {"h1": [1.0, 1.0], "h2": [1.0, 1.0], "c1": TV2["c1"]}
    found = period_change(strata(h1=80, h2=40), links(("c1", "h1"), ("c1", "h2")), change)
    assert found["variance"] == pytest.approx(1.3333333333, rel=1e-10)


def test_several_sites_of_one_stratum_are_its_replicates() -> None:
    """By hand: sites of means 1, 2 and 6 give mean 3, variance 7, of the mean 7/3 over 10 ha: 233.33 t2."""
    change = {"h": [4.0, 4.0], "a": [0.0, 2.0], "b": [2.0], "c": [5.0, 7.0]}
    found = period_change(strata(h=10), links(("a", "h"), ("b", "h"), ("c", "h")), change)
    assert found["h: baseline_change_t_co2e_per_ha"] == pytest.approx(3)
    assert found["variance"] == pytest.approx(7 / 3, rel=1e-12)
    assert found["degrees_of_freedom"] == pytest.approx(2)


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 1 / math.sqrt(3)), (2, 0.5), (5, 0.4572581172), (10, 0.4437558639), (math.inf, 0.4307272993)],
)
def test_quantiles_of_tv0(freedom: float, expected: float) -> None:
    assert t_quantile(TWO_THIRDS, freedom) == pytest.approx(expected, rel=1e-9)


FIGURE_3 = [
    ((283.2, 189.2), (24.29, 12.68), (47.366, 63.889)),
    ((222.7, 144.3), (28.77, 10.65), (49.917, 61.226)),
    ((217.5, 143.5), (20.68, 11.28), (36.781, 50.203)),
]


@pytest.mark.parametrize(("grams", "content", "expected"), FIGURE_3)
def test_equal_soil_mass_of_figure_3(
    grams: tuple[float, ...], content: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    """uncertainty.md TV-13b: the natural cubic spline at the reference masses 1950 and 3253 t/ha."""
    mass = np.array(
        [
            soil_mass_t_per_ha({"fine_soil_mass_g": str(g), "probe_inner_diameter_mm": "21.5", "cores": "4"})
            for g in grams
        ]
    )
    carbon = np.cumsum(mass * np.array(content) / 1000)
    for reference, value in zip((1950, 3253), expected, strict=True):
        assert natural_spline(np.cumsum(mass), carbon, reference) == pytest.approx(value, abs=6e-4)


def test_straight_lines_of_figure_3() -> None:
    """vm0042.md section 17: linear gives 48.555 and 62.432 at point 2."""
    mass, carbon = np.array([1533.527, 2527.202]), np.array([44.1198, 54.7023])
    assert straight(mass, carbon, 1950) == pytest.approx(48.555, abs=6e-4)
    assert straight(mass, carbon, 3253) == pytest.approx(62.432, abs=6e-4)


SIGNS = [
    # wp, bsl, cumulative before, E, LK, ER, CR, VCU_ER, VCU_CR of vm0042.md section 17
    (50, -10, 0, 60, 12, 70, 50, 61.5, 37.5),
    (50, 10, 0, 0, 6, 0, 40, 0, 28),
    (-5, -20, 0, 0, 3, 15, 0, 9.75, 0),
    (-5, -10, 20, 0, 0, 5, 0, 4.25, 0),
    (20, -10, -50, 0, 0, 30, 0, 25.5, 0),
    (10, 15, 0, 8, 0, 8, -5, 8, -4.25),
    (-10, -2, 40, 0, 0, -8, 0, -6.8, 0),
]


@pytest.mark.parametrize(("wp", "bsl", "before", "e", "lk", "er", "cr", "vcu_er", "vcu_cr"), SIGNS)
def test_the_sign_table(
    wp: float,
    bsl: float,
    before: float,
    e: float,
    lk: float,
    er: float,
    cr: float,
    vcu_er: float,
    vcu_cr: float,
) -> None:
    found = vintage(wp, bsl, 0.0, 0.15, before, Given(sources=[e], leakage=[lk]), 0)
    assert found["reductions_t_co2e"] == pytest.approx(er)
    assert found["removals_t_co2e"] == pytest.approx(cr)
    assert found["verified_reductions_t_co2e"] == pytest.approx(vcu_er)
    assert found["verified_removals_t_co2e"] == pytest.approx(vcu_cr)


def test_leakage_goes_to_the_positive_part() -> None:
    """Last row of the sign table, its leakage shared as switch.leakage-allocation corrects: all on the reductions."""
    found = vintage(-10, 5, 0.0, 0.15, 30, Given(sources=[30], leakage=[2]), 0)
    assert found["net_reductions_t_co2e"] == pytest.approx(20 - 2)
    assert found["net_removals_t_co2e"] == pytest.approx(-5)
    assert found["verified_total_t_co2e"] == pytest.approx(18.8333 - 3.5833, abs=1e-4)


@pytest.mark.parametrize(
    ("baseline", "project", "before", "adjusted"),
    [
        (-300, 500, 0, (-270, 450)), (100, 400, 0, (90, 360)), (-600, -200, -1e4, (-540, -180)),
        (-200, -600, -1e4, (-220, -660)), (-300, 500, -1e4, (-270, 450)),
    ],
)  # fmt: skip
def test_tv11_the_sign_of_the_deduction(
    baseline: float, project: float, before: float, adjusted: tuple[float, float]
) -> None:
    found = vintage(project, baseline, 0.1, 0.0, before, Given(sources=[0], leakage=[0]), 0)
    assert (found["baseline_change_t_co2e"], found["project_change_t_co2e"]) == pytest.approx(adjusted)


@pytest.mark.parametrize("example", ["woburn-ley", "mixed-farm"])
def test_it_agrees_with_the_engine_on_the_examples(example: str) -> None:
    run = run_project(Path(str(files("mollisol"))) / "examples" / example, route="analytic")
    recorded = {"results.json": run.results.model_dump(mode="json"), "trace.json": trace_document(run)}
    to = Comparison(1e-9)
    rows = compare_independent(
        {f"inputs/{n}": content for n, content in run.inputs.items()}, recorded, 1e-9, to
    )
    assert not to.differences
    assert len(rows) > 100
    assert max(row.deviation or 0.0 for row in rows) < 1e-12


def test_a_figure_that_the_engine_would_have_wrong(
    taken: Taken, verified: Callable[..., Verification]
) -> None:
    def wrong(results: dict[str, Any]) -> None:
        results["periods"][0]["deduction"]["degrees_of_freedom"] = 11.0

    taken.json("results.json", wrong)
    found = {d.item: (d.recorded, d.recomputed) for d in verified(taken, independent=True).differences}
    recorded, own = found["period 1: degrees_of_freedom"]
    assert recorded == "11.0"
    assert float(own) == pytest.approx(8.2864624478, rel=1e-9)


def test_a_deduction_below_that_of_the_design(taken: Taken, verified: Callable[..., Verification]) -> None:
    def less(results: dict[str, Any]) -> None:
        results["periods"][0].update(credited_form="posterior", issuing_uncertainty_percent=5.0)

    taken.json("results.json", less)
    outcome = verified(taken, independent=True)
    assert any(d.item == "period 1: issuing_uncertainty_percent" for d in outcome.differences)


def test_results_that_it_cannot_read(taken: Taken, verified: Callable[..., Verification]) -> None:
    taken.json("results.json", lambda results: results["periods"][0].pop("vintages"))
    outcome = verified(taken, independent=True)
    assert "independent-not-computable" in [d.code for d in outcome.differences]


def test_a_modelled_baseline_is_outside_of_it_and_that_is_said(
    taken: Taken, verified: Callable[..., Verification]
) -> None:
    taken.replace("inputs/quantification_units.csv", "measure_and_remeasure", "measure_and_model")
    outcome = verified(taken, independent=True)
    assert not outcome.independent
    assert outcome.not_checked.startswith("the project is not of measured control sites alone: ")
