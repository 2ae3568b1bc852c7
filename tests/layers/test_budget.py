"""Where the deduction comes from, and what one more of anything would buy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.uncertainty.layers.budget import ErrorSource, cost_of_one_tonne, variance_budget
from mollisol.uncertainty.student import t_quantile

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=80)

SOURCES = (
    ErrorSource("laboratory batch", 0.02),
    ErrorSource("density", 0.01, ("field", "core")),
    ErrorSource("within field", 0.09, ("field", "core"), "core", 48.0),
    ErrorSource("between fields", 0.16, ("field",), "field", 11.0),
    ErrorSource("model", 0.04),
    ErrorSource("control sites", 0.68, ("control",), "control", 2.0),
)
COUNTS = {"core": 60, "field": 12, "control": 3}


def test_the_budget_by_hand() -> None:
    budget = variance_budget(sources=SOURCES, counts=COUNTS)
    # 1.0^2 / (0.09^2/48 + 0.16^2/11 + 0.68^2/2) = 4.2777
    nu = 1 / (0.0081 / 48 + 0.0256 / 11 + 0.4624 / 2)
    assert budget.degrees_of_freedom == pytest.approx(nu)
    t = float(t_quantile(probability=2 / 3, degrees_of_freedom=nu))
    assert budget.deduction == pytest.approx(t)
    assert budget.share["control sites"] == pytest.approx(0.68)
    assert sum(budget.part_of_deduction.values()) == pytest.approx(budget.deduction)
    # one more control: 0.68 x 3 / 4 = 0.51 with 3 degrees of freedom
    nu_more = 0.83**2 / (0.0081 / 48 + 0.0256 / 11 + 0.2601 / 3)
    more = float(t_quantile(probability=2 / 3, degrees_of_freedom=nu_more)) * np.sqrt(0.83)
    assert budget.one_more["control"] == pytest.approx(budget.deduction - more)
    # one more core falls on what cores stand under: 0.10 x 60 / 61
    nu_core = (0.9 + 6 / 61) ** 2 / ((0.09 * 60 / 61) ** 2 / 49 + 0.0256 / 11 + 0.4624 / 2)
    core = float(t_quantile(probability=2 / 3, degrees_of_freedom=nu_core)) * np.sqrt(0.9 + 6 / 61)
    assert budget.one_more["core"] == pytest.approx(budget.deduction - core)
    assert budget.one_more["control"] > budget.one_more["field"] > budget.one_more["core"] > 0


@COMMON
@given(
    variances=st.lists(st.floats(0, 10), min_size=1, max_size=6),
    unit=st.floats(1e-3, 1e3),
    cores=st.integers(2, 100),
)
def test_shares_sum_to_one_and_more_never_costs(variances: list[float], unit: float, cores: int) -> None:
    def budget_of(factor: float) -> dict[str, float]:
        sources = [ErrorSource(str(n), factor * v, ("core",)) for n, v in enumerate(variances)]
        budget = variance_budget(sources=sources, counts={"core": cores})
        assert budget.one_more["core"] >= -1e-12
        return budget.share

    share = budget_of(1.0)
    assert sum(share.values()) == pytest.approx(1.0 if sum(variances) > 1e-300 else sum(share.values()))
    assert budget_of(unit) == pytest.approx(share, rel=1e-6, abs=1e-9)


def test_the_cheapest_tonne() -> None:
    budget = variance_budget(sources=SOURCES, counts=COUNTS)
    cost = cost_of_one_tonne(
        budget=budget, area_ha=500.0, cost_of_one_more={"core": 35.0, "field": 500.0, "control": 600.0}
    )
    assert cost["control"] == pytest.approx(600 / (500 * budget.one_more["control"]))
    assert min(cost, key=lambda count: cost[count]) == "control"
    none = variance_budget(sources=[ErrorSource("model", 1.0)], counts={"core": 5})
    assert cost_of_one_tonne(budget=none, area_ha=1.0, cost_of_one_more={"core": 1.0}) == {"core": np.inf}


def test_no_error_at_all() -> None:
    budget = variance_budget(sources=[ErrorSource("laboratory", 0.0)], counts={})
    assert (budget.deduction, budget.share) == (0.0, {"laboratory": 0.0})


@pytest.mark.parametrize(
    ("sources", "counts", "words"),
    [
        ([], {}, "sources must be one or more"),
        ([ErrorSource("a", 1.0), ErrorSource("a", 2.0)], {}, "names that differ"),
        ([ErrorSource("a", -1.0)], {}, "variance_of_mean must be at least 0"),
        ([ErrorSource("a", 1.0, ("core",))], {}, "counts must hold core, which a names"),
        ([ErrorSource("a", 1.0)], {"core": 0}, "must be a whole number of at least 1"),
        ([ErrorSource("a", 1.0, degrees_of_freedom=0.0)], {}, "degrees_of_freedom must be above 0"),
    ],
)
def test_what_the_budget_refuses(sources: list[ErrorSource], counts: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        variance_budget(sources=sources, counts=counts)


def test_costs_that_do_not_fit_are_refused() -> None:
    budget = variance_budget(sources=SOURCES, counts=COUNTS)
    with pytest.raises(ValueError, match="must name a count of the budget"):
        cost_of_one_tonne(budget=budget, area_ha=1.0, cost_of_one_more={"truck": 1.0})
