"""Whole runs from core files to units, against numbers of the documents and of hand arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError, blocking
from mollisol.methodology.results.run import PeriodResult
from tests.support.projects import TV2, Layout


def only_period(folder: Path) -> PeriodResult:
    (period,) = run_project(folder, route="analytic").results.periods
    return period


def test_tv2_from_core_files(make_project: Callable[[Layout], Path]) -> None:
    """uncertainty.md TV-2, measure and re-measure with two strata and a control site each."""
    period = only_period(make_project(TV2))
    deduction = period.deduction
    assert deduction.mean_t_co2e_per_ha == pytest.approx(5.8166666667, rel=1e-9)
    assert deduction.standard_error_t_co2e_per_ha**2 == pytest.approx(1.5299074074, rel=1e-9)
    assert deduction.degrees_of_freedom == pytest.approx(8.2864624478, rel=1e-9)
    assert deduction.uncertainty_percent == pytest.approx(9.49491655, rel=1e-8)
    assert period.gross_t_co2e == pytest.approx(698.0, rel=1e-9)
    assert period.after_deduction_t_co2e == pytest.approx(631.7254825, rel=1e-9)


def test_tv2_issues_whole_tonnes_after_the_buffer(make_project: Callable[[Layout], Path]) -> None:
    """631.7254825 t less 15 % on the stock part: 536.966660 t, 536 units (hand arithmetic)."""
    period = only_period(make_project(TV2))
    assert period.verified_total_t_co2e == pytest.approx(631.7254825 * 0.85, rel=1e-9)
    assert period.units_if_eligible_t == 536


def test_tv2b_a_stratum_without_spread(make_project: Callable[[Layout], Path]) -> None:
    """uncertainty.md TV-2b project side; the control sites do not change at all, so they add nothing."""
    still = [(30.0, 30.0), (31.0, 31.0)]
    layout = Layout(
        areas_ha={"s1": 100.0, "s2": 50.0},
        project={
            "s1": list(zip((30.0, 32.0, 28.0, 31.0), (35.0, 37.0, 33.0, 36.0), strict=True)),
            "s2": list(zip((25.0, 26.0, 24.0), (29.0, 31.0, 28.0), strict=True)),
        },
        control={"c1": still, "c2": still, "c3": still},
        links=[("c1", "s1"), ("c2", "s2"), ("c3", "s1")],
    )
    deduction = only_period(make_project(layout)).deduction
    assert deduction.mean_t_co2e_per_ha == pytest.approx(17.5185185, rel=1e-8)
    assert deduction.standard_error_t_co2e_per_ha == pytest.approx(0.4074074, rel=1e-6)
    assert deduction.degrees_of_freedom == pytest.approx(2.0, abs=1e-6)
    assert deduction.uncertainty_percent == pytest.approx(1.1627906977, rel=1e-6)


def test_tv3_one_control_site_for_two_strata(make_project: Callable[[Layout], Path]) -> None:
    """uncertainty.md TV-3: control variance 1.3333 shared, 0.7407 as printed; the project side is that of TV-2."""
    layout = Layout(TV2.areas_ha, TV2.project, {"c1": TV2.control["c1"]}, [("c1", "s1"), ("c1", "s2")])
    period = only_period(make_project(layout))
    project_side = (8064 + 3300) / 120**2
    assert period.deduction.standard_error_t_co2e_per_ha**2 - project_side == pytest.approx(
        1.3333333333, rel=1e-9
    )
    printed = period.deduction_printed.standard_error_t_co2e_per_ha**2
    assert printed - project_side == pytest.approx(0.7407407407, rel=1e-9)


def test_a_loss_is_made_larger_and_issues_nothing(make_project: Callable[[Layout], Path]) -> None:
    """Project and control of TV-2 swapped in time: the difference is -5.8167, credited -5.8167 - t SE (hand)."""
    swapped = {home: [(end, start) for start, end in stocks] for home, stocks in TV2.project.items()}
    control = {home: [(end, start) for start, end in stocks] for home, stocks in TV2.control.items()}
    run = run_project(make_project(Layout(TV2.areas_ha, swapped, control, TV2.links)), route="analytic")
    (period,) = run.results.periods
    assert period.deduction.mean_t_co2e_per_ha == pytest.approx(-5.8166666667, rel=1e-9)
    assert period.after_deduction_t_co2e == pytest.approx(-698.0 * 1.0949491655, rel=1e-9)
    assert (period.units_to_issue_t, period.units_if_eligible_t) == (0, 0)
    assert "loss-event" in {finding.code for finding in run.findings}
    assert period.deduction_printed.uncertainty_percent < 0, "the printed form shrinks the loss"


def test_a_half_width_over_the_estimate_is_refused(make_project: Callable[[Layout], Path]) -> None:
    """Changes +4, -3, +2.5, -2.5 t C/ha: mean 0.25, SE 1.71 t C/ha: far over the bar (hand arithmetic)."""
    ends = [(50.0, 50.0 + change) for change in (4.0, -3.0, 2.5, -2.5)]
    still = [(50.0, 50.0), (51.0, 51.0)]
    links = [(site, "s1") for site in ("c1", "c2", "c3")]
    layout = Layout({"s1": 10.0}, {"s1": ends}, {"c1": still, "c2": still, "c3": still}, links)
    run = run_project(make_project(layout))
    (period,) = run.results.periods
    assert period.issuance == "refused"
    assert period.units_to_issue_t == 0
    assert period.verified_total_t_co2e != 0, "what was computed is not floored"
    assert run.results.state == "refused"
    assert "half-width-over-estimate" in {finding.code for finding in run.findings}


def test_cores_of_one_point_are_no_replicates(make_project: Callable[[Layout], Path]) -> None:
    one = only_period(make_project(TV2)).deduction
    many = Layout(TV2.areas_ha, TV2.project, TV2.control, TV2.links, cores_per_point=3)
    three = only_period(make_project(many)).deduction
    assert three.standard_error_t_co2e_per_ha == pytest.approx(one.standard_error_t_co2e_per_ha, rel=1e-12)
    assert three.degrees_of_freedom == pytest.approx(one.degrees_of_freedom, rel=1e-12)


@pytest.mark.parametrize("factor", [0.01, 3.0, 250.0])
def test_scaling_the_area_scales_totals_and_leaves_the_deduction(
    make_project: Callable[[Layout], Path], factor: float
) -> None:
    one = only_period(make_project(TV2))
    areas = {name: area * factor for name, area in TV2.areas_ha.items()}
    other = only_period(make_project(Layout(areas, TV2.project, TV2.control, TV2.links)))
    assert other.deduction.uncertainty_percent == pytest.approx(one.deduction.uncertainty_percent, rel=1e-12)
    for name in ("gross_t_co2e", "after_deduction_t_co2e", "buffer_t_co2e", "verified_total_t_co2e"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name), rel=1e-12), name


def test_biochar_carbon_comes_off_the_project_change(make_project: Callable[[Layout], Path]) -> None:
    """10 t biochar with 0.6 carbon: 6 t C or 22 t CO2e less, before the deduction (hand arithmetic)."""
    inside, before = ("unit", "2023-05-01", 10.0, 0.6), ("unit", "2020-05-01", 9.0, 0.6)
    layout = Layout(TV2.areas_ha, TV2.project, TV2.control, TV2.links, biochar=[inside, before])
    period = only_period(make_project(layout))
    assert period.gross_t_co2e == pytest.approx(698.0 - 22.0, rel=1e-9)
    assert period.deduction.mean_t_co2e_per_ha == pytest.approx((698.0 - 22.0) / 120, rel=1e-9)
    spread = period.deduction.t_quantile * period.deduction.standard_error_t_co2e_per_ha
    assert period.after_deduction_t_co2e == pytest.approx(676.0 - spread * 120, rel=1e-9)


@pytest.mark.parametrize("swapped", [False, True])
def test_the_stock_parts_add_up_whatever_the_switch(
    make_project: Callable[[Layout], Path], swapped: bool
) -> None:
    """The two identities of vm0042.md section 1, on the vintages of a run that gains and of one that loses."""
    project = {
        home: [(end, start) if swapped else (start, end) for start, end in stocks]
        for home, stocks in TV2.project.items()
    }
    for vintage in only_period(make_project(Layout(TV2.areas_ha, project, TV2.control, TV2.links))).vintages:
        stock = vintage.project_change_t_co2e - vintage.baseline_change_t_co2e
        assert vintage.removals_switch == (0.0 if swapped else 1.0)
        assert vintage.reductions_t_co2e + vintage.removals_t_co2e == pytest.approx(stock, rel=1e-12)
        buffer = vintage.buffer_on_reductions_t_co2e + vintage.buffer_on_removals_t_co2e
        assert buffer == pytest.approx(0.15 * stock, rel=1e-12)


def test_the_cumulative_switch_persists_across_periods() -> None:
    """Woburn: the project lost in period 1 and gained in period 2, and the gain pays the loss back first."""
    first, second = run_project(Path(__file__).parents[2] / "examples" / "woburn-ley").results.periods
    assert {vintage.removals_switch for vintage in first.vintages} == {0.0}
    assert first.vintages[-1].cumulative_project_change_t_co2e < 0
    start = second.vintages[0]
    carried = first.vintages[-1].cumulative_project_change_t_co2e
    assert start.cumulative_project_change_t_co2e == pytest.approx(
        carried + start.project_change_t_co2e, rel=1e-12
    )
    assert start.removals_switch == 1.0


def test_a_run_that_is_blocked_computes_nothing(make_project: Callable[[Layout], Path]) -> None:
    folder = make_project(Layout(TV2.areas_ha, TV2.project, TV2.control, TV2.links, rating_percent=5.0))
    with pytest.raises(FindingsError) as error:
        run_project(folder)
    assert {"rating-too-low"} <= {finding.code for finding in error.value.findings}


def test_a_mean_of_exactly_zero_is_a_finding(make_project: Callable[[Layout], Path]) -> None:
    """Changes +1, -1 against control sites that stand still: mean 0 and a spread; a share of 0 is not defined."""
    still = [(30.0, 30.0), (33.0, 33.0)]
    layout = Layout(
        {"s1": 10.0},
        {"s1": [(30.0, 33.0), (33.0, 30.0)]},
        {"c1": still, "c2": still},
        [("c1", "s1"), ("c2", "s1")],
    )
    with pytest.raises(FindingsError) as error:
        run_project(make_project(layout))
    assert [finding.code for finding in blocking(error.value.findings)] == ["mean-change-zero"]
