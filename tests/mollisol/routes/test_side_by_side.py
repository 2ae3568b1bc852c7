"""The routes side by side on the same inputs: what each sees, and which issues."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import levene

from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError, blocking
from mollisol.methodology.results.budget import ErrorSourceName
from mollisol.methodology.results.run import PeriodResult, RouteChoice
from mollisol.methodology.rules_in_force.overlay import Overlay
from tests.support.projects import FOUR_SITES, TV2, Layout


def period_of(folder: Path) -> PeriodResult:
    return run_project(folder).results.periods[0]


def declare(folder: Path, line: str) -> Path:
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text(
        text.replace('kind = "dry_combustion"', 'kind = "dry_combustion"\n' + line), encoding="utf-8"
    )
    return folder


def test_one_control_site_costs_more_in_the_posterior(make_project: Callable[[Layout], Path]) -> None:
    """How far one site differs from what it stands for cannot be seen in it; the moment form leaves it out."""
    alone = Layout(TV2.areas_ha, TV2.project, {"c1": TV2.control["c1"]}, [("c1", "s1"), ("c1", "s2")])
    period = period_of(make_project(alone))
    assert period.posterior is not None
    assert (
        period.posterior.standard_deviation_t_co2e_per_ha > 2 * period.deduction.standard_error_t_co2e_per_ha
    )
    assert period.posterior.credited_t_co2e_per_ha < period.deduction.credited_t_co2e_per_ha
    assert period.credited_form == "sharp"
    rests = [check for check in period.posterior.checks if check.name == "rests-on-prior:s_control"]
    assert rests[0].verdict == "informative"


def test_without_a_declared_error_monte_carlo_is_the_analytic_route(
    make_project: Callable[[Layout], Path],
) -> None:
    period = period_of(make_project(FOUR_SITES))
    own, drawn = period.deduction, period.montecarlo
    assert drawn is not None
    assert (drawn.draws, drawn.measurement_variance_t_co2e_per_ha_2) == (0, 0.0)
    assert drawn.credited_t_co2e_per_ha == own.credited_t_co2e_per_ha
    assert drawn.standard_error_t_co2e_per_ha == own.standard_error_t_co2e_per_ha
    assert drawn.degrees_of_freedom == own.degrees_of_freedom


def test_a_batch_error_does_not_average_out(make_project: Callable[[Layout], Path]) -> None:
    """A batch error of 2 % per campaign: 0.02^2 x sum over campaigns of (project less control mean stock)^2.

    Hand arithmetic in t CO2e/ha: project means at the start 161.4 and 125.5, at the end 169 and 130.75; site means at
    the start 156, 158.5 and 125, 123.5, at the end 158, 158.5 and 126, 123.5; areas 80 and 40 of 120.
    """
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.02")
    start = (80 * (161.4 - (156 + 158.5) / 2) + 40 * (125.5 - (125 + 123.5) / 2)) / 120
    end = (80 * (169 - (158 + 158.5) / 2) + 40 * (130.75 - (126 + 123.5) / 2)) / 120
    expected = 0.02**2 * (start**2 + end**2)
    found = period_of(folder).montecarlo
    assert found is not None
    assert found.measurement_variance_t_co2e_per_ha_2 == pytest.approx(expected, rel=0.2)


def test_a_repeat_error_is_in_the_spread_between_points_and_enters_once(
    make_project: Callable[[Layout], Path],
) -> None:
    """Own errors of 3 % are in what was measured: nothing is added, in Monte Carlo or in the posterior.

    Under the rule that held before they were added again: 0.03^2 x sum over groups of (area share)^2 x sum of squared
    stocks / points^2, as much as the samples themselves already show of it.
    """
    folder, bare = declare(make_project(FOUR_SITES), "repeat_relative_sd = 0.03"), make_project(FOUR_SITES)
    found, without = period_of(folder), period_of(bare)
    assert found.montecarlo is not None
    assert found.posterior is not None
    assert without.posterior is not None
    assert (found.montecarlo.draws, found.montecarlo.measurement_variance_t_co2e_per_ha_2) == (0, 0.0)
    assert found.montecarlo.credited_t_co2e_per_ha == found.deduction.credited_t_co2e_per_ha
    assert found.posterior.credited_t_co2e_per_ha == without.posterior.credited_t_co2e_per_ha
    (before,) = run_project(folder, overlays=[overlay("mollisol.errors.of-points", "again")]).results.periods
    assert before.montecarlo is not None
    assert before.posterior is not None
    co2e = {
        home: 44 / 12 * np.array(stocks, dtype=float)
        for homes in (FOUR_SITES.project, FOUR_SITES.control)
        for home, stocks in homes.items()
    }
    share = {"s1": 80 / 120, "s2": 40 / 120, "c1": 40 / 120, "c2": 40 / 120, "c3": 20 / 120, "c4": 20 / 120}
    expected = 0.03**2 * sum(
        share[home] ** 2 * (stock**2).sum() / len(stock) ** 2 for home, stock in co2e.items()
    )
    assert before.montecarlo.measurement_variance_t_co2e_per_ha_2 == pytest.approx(expected, rel=0.2)
    assert before.posterior.credited_t_co2e_per_ha < found.posterior.credited_t_co2e_per_ha


@pytest.mark.parametrize("line", ["repeat_relative_sd = 0.03", "batch_relative_sd = 0.05"])
def test_more_laboratory_error_never_credits_more(make_project: Callable[[Layout], Path], line: str) -> None:
    without = period_of(make_project(FOUR_SITES))
    declared = period_of(declare(make_project(FOUR_SITES), line))
    assert declared.verified_total_t_co2e <= without.verified_total_t_co2e
    assert declared.posterior is not None
    assert without.posterior is not None
    assert declared.posterior.credited_t_co2e_per_ha <= without.posterior.credited_t_co2e_per_ha + 0.02


def test_the_same_seed_gives_the_same_draws(make_project: Callable[[Layout], Path]) -> None:
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.02")
    one, again, other = (run_project(folder, seed=seed).results.periods[0].montecarlo for seed in (1, 1, 2))
    assert one == again
    assert one != other


def overlay(id: str, value: float | str) -> Overlay:
    entry = {"id": id, "from": date(2020, 1, 1), "value": value, "reason": "a test"}
    return Overlay.model_validate({"label": "a test", "set": [entry]})


@pytest.mark.parametrize("route", ["analytic", "montecarlo", "posterior"])
def test_the_sharp_form_issues_whatever_else_ran(
    make_project: Callable[[Layout], Path], route: RouteChoice
) -> None:
    """It draws nothing and always runs, and so does the moment form, which is its ceiling."""
    folder = make_project(FOUR_SITES)
    run, whole = run_project(folder, route=route), run_project(folder)
    (period,), (all_routes,) = run.results.periods, whole.results.periods
    assert {found.route for found in period.routes} == {"analytic", route}
    assert {found.form for found in all_routes.routes} == {"moment", "sharp", "montecarlo", "posterior"}
    assert [found.form for found in period.routes if found.issues] == ["sharp"]
    assert period.sharp == all_routes.sharp
    assert period.verified_total_t_co2e == all_routes.verified_total_t_co2e
    assert "routes-left-out" not in {finding.code for finding in (*run.findings, *whole.findings)}
    for found in all_routes.routes:
        assert found.mean_t_co2e_per_ha - found.credited_t_co2e_per_ha > 0
        assert found.standard_error_t_co2e_per_ha > 0


def test_where_points_share_an_error_the_posterior_issues_below_deduction_a(
    make_project: Callable[[Layout], Path],
) -> None:
    """It learns the error with the spread; deduction B only informs. Left out, nothing may be issued."""
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.03")
    run, alone = run_project(folder), run_project(folder, route="analytic")
    (period,) = run.results.periods
    assert period.sharp is not None
    assert period.posterior is not None
    ceiling = period.deduction.mean_t_co2e_per_ha - period.sharp.deduction_a_t_co2e_per_ha
    assert period.sharp.decided_by in ("a", "moment")
    assert period.posterior.credited_t_co2e_per_ha < ceiling
    assert period.credited_form == "posterior"
    assert period.after_deduction_t_co2e == pytest.approx(
        120 * period.posterior.credited_t_co2e_per_ha, rel=1e-9
    )
    assert "routes-left-out" in {found.code for found in alone.findings}
    before = [overlay("mollisol.posterior.prior", "half-normal")]
    assert run_project(folder, overlays=before).results.periods[0].credited_form == "sharp"


def test_the_lowest_of_all_forms_issues_where_the_rules_of_an_old_bundle_say_so(
    make_project: Callable[[Layout], Path],
) -> None:
    folder = make_project(FOUR_SITES)
    whole, alone = (
        run_project(folder, route=route, overlays=[overlay("mollisol.issuance.form", "lower")])
        for route in ("all", "analytic")
    )
    (period,) = whole.results.periods
    lowest = min(period.routes, key=lambda found: found.credited_t_co2e_per_ha)
    assert lowest.issues
    assert "routes-left-out" in {finding.code for finding in alone.findings}
    assert "routes-left-out" not in {finding.code for finding in whole.findings}


def test_draws_go_on_until_the_credited_value_is_known(make_project: Callable[[Layout], Path]) -> None:
    """Variance over draws is 0.15 of the whole: error over deduction 0.15 sqrt(2 / L) / 2, 0.001 from 11,000 on."""
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.05")
    few = run_project(folder)
    many = run_project(folder, overlays=[overlay("mollisol.montecarlo.error-share", 0.001)])
    first, then = (run.results.periods[0].montecarlo for run in (few, many))
    assert first is not None
    assert then is not None
    assert (first.draws, then.draws) == (1000, 16000)
    for found in (first, then):
        assert found.monte_carlo_error_t_co2e_per_ha <= found.allowed_error_t_co2e_per_ha
    assert abs(first.credited_t_co2e_per_ha - then.credited_t_co2e_per_ha) < 4 * (
        first.monte_carlo_error_t_co2e_per_ha + then.monte_carlo_error_t_co2e_per_ha
    )


def test_what_the_draws_do_not_settle_is_not_issued(make_project: Callable[[Layout], Path]) -> None:
    folder = declare(make_project(FOUR_SITES), "batch_relative_sd = 0.05")
    limits = [
        overlay("mollisol.montecarlo.error-share", 1e-4),
        overlay("mollisol.montecarlo.most-draws", 1500),
    ]
    run = run_project(folder, overlays=limits)
    (period,) = run.results.periods
    assert period.montecarlo is not None
    assert period.montecarlo.draws == 1500
    (check,) = [found.checks[0] for found in period.routes if found.form == "montecarlo"]
    assert check.verdict == "fail"
    assert (period.issuance, period.units_to_issue_t) == ("refused", 0)
    assert "montecarlo-not-sure" in {finding.code for finding in run.findings}


def with_repeats(folder: Path, rows: str) -> Path:
    head = "laboratory_method,batch,sample,soc_g_per_kg,fine_soil_density_g_per_cm3\n"
    (folder / "laboratory_repeats.csv").write_text(head + rows, encoding="utf-8")
    return folder


def test_repeats_are_the_declared_error_of_the_same_size(make_project: Callable[[Layout], Path]) -> None:
    """Pairs 10 and 11, and 20 twice: sqrt(exp(ln(1.1)^2 / 4) - 1) = 0.0476821590 by hand."""
    rows = "dumas,1,a,10,\ndumas,1,a,11,\ndumas,1,b,20,\ndumas,1,b,20,\n"
    run = run_project(with_repeats(make_project(FOUR_SITES), rows))
    declared = period_of(declare(make_project(FOUR_SITES), "repeat_relative_sd = 0.04768215897532387"))
    (found,) = run.results.periods
    assert found.montecarlo is not None
    assert declared.montecarlo is not None
    assert found.montecarlo.credited_t_co2e_per_ha == pytest.approx(
        declared.montecarlo.credited_t_co2e_per_ha, rel=1e-9
    )
    (note,) = [finding for finding in run.findings if finding.code == "laboratory-error-computed"]
    assert note.found.startswith("4.77% from 4 determinations, 2 of them")
    rows_of = run.trace.quantities["repeats.soc_g_per_kg.dumas"].rows
    assert rows_of == tuple(f"laboratory_repeats.csv:{row}" for row in range(2, 6))


def test_repeats_that_differ_by_half_are_a_slip(make_project: Callable[[Layout], Path]) -> None:
    rows = "dumas,1,a,10,\ndumas,1,a,100,\n"
    with pytest.raises(FindingsError) as error:
        run_project(with_repeats(make_project(FOUR_SITES), rows))
    assert {finding.code for finding in blocking(error.value.findings)} == {"laboratory-error-unlikely"}


def test_with_one_increment_soil_mass_error_leaves_the_stock_alone(
    make_project: Callable[[Layout], Path],
) -> None:
    """From (0, 0) one increment is a line: at equal mass the stock is mass times content, whatever was weighed."""
    found = period_of(declare(make_project(FOUR_SITES), "soil_mass_repeat_relative_sd = 0.1")).montecarlo
    assert found is not None
    assert found.measurement_variance_t_co2e_per_ha_2 == pytest.approx(0, abs=1e-20)


ERRORS = (
    "repeat_relative_sd = 0.03",
    "soil_mass_repeat_relative_sd = 0.05",
    "soil_mass_batch_relative_sd = 0.03",
)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PeriodResult]:
    """Run the example with increments at two depths, as it is and with errors declared; its second period."""
    example = Path(__file__).parents[3] / "examples" / "mixed-farm"
    found = {"": run_project(example).results.periods[1]}
    for line in ERRORS:
        folder = tmp_path_factory.mktemp("farm") / "project"
        shutil.copytree(example, folder)
        text = (folder / "project.toml").read_text(encoding="utf-8")
        marker = "[[project.laboratory_methods]]\n"
        (folder / "project.toml").write_text(text.replace(marker, marker + line + "\n"), encoding="utf-8")
        found[line.partition(" ")[0]] = run_project(folder).results.periods[1]
    return found


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("repeat_relative_sd", "laboratory"),
        ("soil_mass_repeat_relative_sd", "soil mass"),
        ("soil_mass_batch_relative_sd", "soil mass"),
    ],
)
def test_declared_errors_reach_all_routes_and_the_budget(
    farm: dict[str, PeriodResult], key: str, source: ErrorSourceName
) -> None:
    before, after = farm[""], farm[key]
    assert before.variance_budget is not None
    assert after.variance_budget is not None
    assert after.montecarlo is not None
    without = {part.source: part.variance_t_co2e_per_ha_2 for part in before.variance_budget.parts}
    part = {part.source: part.variance_t_co2e_per_ha_2 for part in after.variance_budget.parts}
    assert without[source] == 0
    assert part[source] > 0
    others: tuple[ErrorSourceName, ...] = ("laboratory", "soil mass", "model")
    assert all(part[other] == 0 for other in others if other != source)
    shared = "batch" in key
    assert (after.montecarlo.measurement_variance_t_co2e_per_ha_2 > 0) == shared
    assert (after.montecarlo.credited_t_co2e_per_ha < before.deduction.credited_t_co2e_per_ha) == shared


def test_the_budget_by_source_is_whole(farm: dict[str, PeriodResult]) -> None:
    """Shares and parts add up, and a control site buys more than a field where sites are few."""
    for period in farm.values():
        budget = period.variance_budget
        assert budget is not None
        assert sum(part.share for part in budget.parts) == pytest.approx(1)
        assert sum(part.deduction_t_co2e_per_ha for part in budget.parts) == pytest.approx(
            budget.deduction_t_co2e_per_ha
        )
    budget = farm[""].variance_budget
    assert budget is not None
    assert max(budget.parts, key=lambda part: part.share).source == "control sites"
    saves = {more.what: more.saves_t_co2e_per_ha for more in budget.one_more}
    assert set(saves) == {"core in each sampling unit", "sampling unit", "control site"}
    assert saves["control site"] > saves["sampling unit"] > 0
    assert saves["core in each sampling unit"] > 0


def test_strata_of_unlike_spread_are_a_result(make_project: Callable[[Layout], Path]) -> None:
    """Changes in t CO2e/ha by hand from TV-2: s1 8 5 10 5 10, s2 6 3 9 3; scipy.stats.levene with medians."""
    found = period_of(make_project(TV2)).spread_between_strata
    expected = levene([8.0, 5, 10, 5, 10], [6.0, 3, 9, 3], center="median")
    assert found is not None
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-6)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)


def test_the_budget_says_what_one_more_replicate_buys(make_project: Callable[[Layout], Path]) -> None:
    """TV-2: project of s1 adds 8064 / 120^2 = 0.56; six units instead of five leave 5/6 of it and give one more df.

    Hand arithmetic: V 1.5299074 -> 1.4365741, df by Satterthwaite with 5 for that term, t(2/3) SE before and after.
    """
    from scipy.stats import t

    terms = np.array([8064.0, 3300.0, 8533.333333, 2133.333333]) / 120**2
    freedom = np.array([4.0, 3.0, 2.0, 2.0])

    def deduction(v: np.ndarray, nu: np.ndarray) -> float:
        return float(t.ppf(2 / 3, v.sum() ** 2 / (v**2 / nu).sum()) * np.sqrt(v.sum()))

    fewer = deduction(terms * np.array([5 / 6, 1, 1, 1]), freedom + np.array([1, 0, 0, 0]))
    first = period_of(make_project(TV2)).variance[0]
    assert first.one_more_t_co2e_per_ha == pytest.approx(deduction(terms, freedom) - fewer, rel=1e-6)
    assert first.share == pytest.approx(0.56 / 1.5299074074, rel=1e-9)


def test_without_a_posterior_the_moment_form_has_the_budget(make_project: Callable[[Layout], Path]) -> None:
    """TV-2: (8064 + 3300) / 120^2 of the project, 1.5299074074 in all; its control sites are one to a stratum."""
    (period,) = run_project(make_project(TV2), route="analytic").results.periods
    budget = period.variance_budget
    assert budget is not None
    assert budget.route == "analytic"
    part = {part.source: part.variance_t_co2e_per_ha_2 for part in budget.parts}
    assert part["between fields"] == pytest.approx((8064 + 3300) / 120**2, rel=1e-9)
    assert part["control sites"] == pytest.approx(1.5299074074 - (8064 + 3300) / 120**2, rel=1e-8)
    assert [more.what for more in budget.one_more] == ["sampling unit"]


def test_cores_of_a_point_average_their_own_error(make_project: Callable[[Layout], Path]) -> None:
    """Three cores at each point: a third of the variance of one, where it is added; what a campaign shares stays."""
    many = replace(FOUR_SITES, cores_per_point=3)

    def drawn(layout: Layout, line: str) -> float:
        again = [overlay("mollisol.errors.of-points", "again")]
        found = run_project(declare(make_project(layout), line), overlays=again).results.periods[0].montecarlo
        assert found is not None
        return found.measurement_variance_t_co2e_per_ha_2

    own = "repeat_relative_sd = 0.03"
    assert drawn(many, own) == pytest.approx(drawn(FOUR_SITES, own) / 3, rel=0.2)
    batch = "batch_relative_sd = 0.03"
    assert drawn(many, batch) == pytest.approx(drawn(FOUR_SITES, batch), rel=1e-9)
