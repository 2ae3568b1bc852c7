"""Selection by the bar: figures of reference populations against an independent study, and closed forms."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from mollisol.uncertainty.simulation.populations import POPULATIONS, Population, Rule, measure_selection

CASES = tomllib.loads((Path(__file__).parent / "selection_vectors.toml").read_text(encoding="utf-8"))["case"]
PROJECTS, SEED = 400_000, 12


def marked(case: dict[str, Any]) -> Any:
    printed = case.get("bar_percent") == 100.0 and case["confidence"] == pytest.approx(2 / 3)
    name = f"{case['population']}, {case['confidence']:.2f}, bar {case.get('bar_percent')}"
    return pytest.param(case, id=name, marks=() if printed else pytest.mark.slow)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_figures_of_the_reference_populations(case: dict[str, Any]) -> None:
    """Reproduced: within three combined errors and 0.0005."""
    rule = Rule(case["confidence"], case.get("bar_percent"))
    found = measure_selection(POPULATIONS[case["population"]], rule, PROJECTS, SEED)
    for name, (value, error) in case["figures"].items():
        own, own_error = found.figures[name]
        assert abs(own - value) <= 3 * np.hypot(error, own_error) + 0.0005, name


def test_the_closed_form_of_a_known_error() -> None:
    """Normal truth, error hardly estimated: the bivariate normal distribution gives share, promise and sums."""
    mu, tau, sites = 4.0, 2.0, 4_000
    population = Population(
        name="known", truth=((1.0, mu, tau),), strata=(1,), fields=(sites,), sites=(sites,),
        field_sd=(1.5 * np.sqrt(sites), 1.5 * np.sqrt(sites)), site_sd=(1e-6, 1e-6),
    )  # fmt: skip
    sigma, z = 1.5, norm.ppf(2 / 3)
    total = np.hypot(tau, sigma)
    a = (norm.ppf(0.95) * sigma - mu) / total
    share = norm.sf(a)
    joint = multivariate_normal(cov=[[1, -sigma / total], [-sigma / total, 1]]).cdf([z, -a])
    rise = norm.pdf(a) / share
    found = measure_selection(population, Rule(), PROJECTS, SEED).figures
    for name, exact in (
        ("share_issued", share),
        ("p_issued", joint / share),
        ("ratio_issued", (mu + total * rise - z * sigma) / (mu + tau**2 / total * rise)),
    ):
        value, error = found[name]
        assert value == pytest.approx(exact, abs=3 * error + 5e-4), name


def test_too_few_that_issue_print_nothing() -> None:
    found = measure_selection(POPULATIONS["V2"], Rule(2 / 3, 1.0), 2_000, SEED)
    assert found.issued < 400
    assert found.figures == {}


def test_the_page_is_made_from_its_table() -> None:
    root = Path(__file__).parents[3]
    spec = importlib.util.spec_from_file_location("page", root / "scripts" / "pages" / "selection.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert (root / "docs" / "selection.md").read_text(encoding="utf-8") == made.page()
