"""The engine on examples/woburn-ley against the calculation by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Severity
from mollisol.methodology.results.state import NOT_DECLARED
from mollisol.run import Run

AREA_HA = 100


@pytest.fixture(scope="module")
def run(root: Path) -> Run:
    return run_project(root / "examples" / "woburn-ley")


@pytest.fixture(scope="module")
def analytic(root: Path) -> Run:
    return run_project(root / "examples" / "woburn-ley", route="analytic")


@pytest.fixture(scope="module")
def by_hand(load: Callable[[str], dict[str, Any]]) -> list[Any]:
    pairs = load("pages/woburn_ley.py")
    return [pairs["pair"](pairs["Archive"](), *pairs["CHOSEN"], cycle) for cycle in pairs["CHOSEN_CYCLES"]]


def test_mean_error_freedom_and_credit(analytic: Run, by_hand: list[Any]) -> None:
    assert len(analytic.results.periods) == len(by_hand)
    for period, hand in zip(analytic.results.periods, by_hand, strict=True):
        found = period.deduction
        assert found.degrees_of_freedom is not None
        for engine, other in (
            (found.mean_t_co2e_per_ha, hand.mean),
            (found.standard_error_t_co2e_per_ha, hand.error),
            (found.degrees_of_freedom, hand.df),
            (found.credited_t_co2e_per_ha, hand.credited),
            (found.half_width_percent, hand.half_width_percent),
            (period.project_change_t_co2e / AREA_HA, hand.project),
            (period.baseline_change_t_co2e / AREA_HA, hand.control),
            (period.after_deduction_t_co2e / AREA_HA, hand.credited),
        ):
            assert engine == pytest.approx(other, rel=1e-9)
        assert found.eligible == hand.passes


def test_the_sharp_form_issues_under_the_moment_form(run: Run, analytic: Run) -> None:
    """Every block has two sites of its own: B is the moment form at a lower level, and the moment form decides."""
    for period, alone in zip(run.results.periods, analytic.results.periods, strict=True):
        assert period.deduction == alone.deduction
        assert (period.credited_form, alone.credited_form) == ("sharp", "sharp")
        assert period.sharp is not None
        assert period.sharp == alone.sharp
        assert period.sharp.decided_by == "moment"
        own = period.deduction
        assert period.sharp.standard_error_b_t_co2e_per_ha == pytest.approx(
            own.standard_error_t_co2e_per_ha, rel=1e-9
        )
        assert period.sharp.credited_t_co2e_per_ha == pytest.approx(own.credited_t_co2e_per_ha, rel=1e-12)
        assert period.after_deduction_t_co2e == pytest.approx(AREA_HA * own.credited_t_co2e_per_ha, rel=1e-9)


def test_the_posterior_has_the_mean_of_the_moment_form_where_strata_are_of_one_size(run: Run) -> None:
    """Flat means and a balanced design: the posterior mean is the difference of the plain means."""
    for period in run.results.periods:
        assert period.posterior is not None
        assert period.posterior.mean_t_co2e_per_ha == pytest.approx(
            period.deduction.mean_t_co2e_per_ha, rel=1e-6
        )


def test_first_period_reduces_and_second_removes(run: Run) -> None:
    """The project's own carbon has not risen after period 1 and has after period 2: the cumulative switch."""
    first, second = run.results.periods
    assert {vintage.removals_t_co2e for vintage in first.vintages} == {0}
    assert {vintage.reductions_t_co2e for vintage in second.vintages} == {0}


def test_every_blocking_finding_is_answered_and_nothing_is_hidden(run: Run) -> None:
    told = {finding.code: finding for finding in run.findings}
    stops = [f for f in run.findings if f.severity in (Severity.BLOCKING, Severity.REFUSAL)]
    assert {f.code for f in stops} <= NOT_DECLARED | {"routes-left-out"}, "declared, or told that it is not"
    assert run.results.state != "eligible", "nobody approved what a replay departs from"
    for code in (
        "depth-below-minimum",
        "design-not-stratified-random",
        "increments-too-few",
        "initial-measurement-off-start",
        "method-changed",
    ):
        assert told[code].answered_by
    for code in ("increments-too-few", "kind-replay", "method-not-recommended"):
        assert told[code].severity is Severity.WARNING
    assert told["method-changed"].severity is Severity.NOTE, "on both sides alike"
