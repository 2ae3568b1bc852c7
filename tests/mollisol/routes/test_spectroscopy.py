"""Projects measured by spectroscopy: what cancels in a change, what stays, and that every number leads to its samples.

The layouts have 3000 t soil/ha, so 1 g/kg of carbon is 11 t CO2e/ha. Twenty samples at 10, 20, 30 and 40 g/kg that
scatter by 0.6 g/kg about the line 1:1 have a residual variance of 20 x 0.36 / 18 = 0.4, an offset known to
sqrt(0.4 / 20) and a slope known to sqrt(0.4 / 2500).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mollisol.audit.explain import Explainer
from mollisol.bundle.read import open_bundle
from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.result_paths import numbers_of
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.results.spectroscopy import SpectroscopyResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule_set import load_rule_set
from mollisol.output import write_folder
from mollisol.run import Run
from mollisol.verify.bundle import verify_bundle
from tests.mollisol.audit.test_every_number import faults
from tests.mollisol.routes.conftest import Maker, validation
from tests.support.projects import FOUR_SITES, Layout, write_project

RESIDUAL, OFFSET, SLOPE = 0.4, 0.4 / 20, 0.4 / 2500
SHARE = {"s1": 80 / 120, "s2": 40 / 120, "c1": 40 / 120, "c2": 40 / 120, "c3": 20 / 120, "c4": 20 / 120}
"""Weight of each home's mean in the mean difference: strata by area, two sites to each."""


def sides(layout: Layout, time: int) -> tuple[float, float]:
    """Mean stock of the project and of the control at a time, in t CO2e/ha, by hand from the layout."""
    return tuple(
        44 / 12 * sum(SHARE[home] * float(np.mean([s[time] for s in stocks])) for home, stocks in homes)
        for homes in (layout.project.items(), layout.control.items())
    )  # type: ignore[return-value]


def period(run: Run) -> tuple[PeriodResult, SpectroscopyResult]:
    (found,) = run.results.periods
    assert found.spectroscopy is not None
    return found, found.spectroscopy


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One calibration at both times, everywhere."""
    from tests.mollisol.routes.conftest import with_methods

    folder = write_project(tmp_path_factory.mktemp("same") / "project", FOUR_SITES)
    return run_project(with_methods(folder, validation(0.6), lambda *_: "mir", {"mir": "one"}), seed=3)


def test_samples_measured_both_ways_give_offset_slope_and_scatter(same: Run) -> None:
    (found,) = period(same)[1].calibrations
    assert (found.id, found.samples, found.used_at) == ("mir", 20, ("2021", "2026"))
    assert found.bias_g_per_kg == pytest.approx(0, abs=1e-12)
    assert found.slope == pytest.approx(1, rel=1e-12)
    assert found.sample_error_g_per_kg**2 == pytest.approx(RESIDUAL, rel=1e-9)
    assert found.offset_error_g_per_kg**2 == pytest.approx(OFFSET, rel=1e-9)
    assert found.slope_error**2 == pytest.approx(SLOPE, rel=1e-9)


def test_one_calibration_at_both_times_leaves_slope_times_change(same: Run) -> None:
    """Variance slope^2 x (mean difference)^2; no offset, and what samples have to themselves is in their spread."""
    found, shown = period(same)
    (start, start_control), (end, end_control) = sides(FOUR_SITES, 0), sides(FOUR_SITES, 1)
    change = end - start - (end_control - start_control)
    assert found.deduction.mean_t_co2e_per_ha == pytest.approx(change, rel=1e-9)
    expected = SLOPE * change**2
    assert shown.carried_t_co2e_per_ha_2 == pytest.approx(expected, rel=1e-9)


def test_all_routes_carry_it(same: Run, predicted: Maker) -> None:
    """Moment form exactly, Monte Carlo to its draws; the posterior learns how much of the spread it was."""
    found, shown = period(same)
    dry = run_project(write_project(predicted([]).parent / "dry", FOUR_SITES)).results.periods[0]
    carried = shown.carried_t_co2e_per_ha_2
    assert found.deduction.standard_error_t_co2e_per_ha**2 == pytest.approx(
        dry.deduction.standard_error_t_co2e_per_ha**2 + carried, rel=1e-9
    )
    assert found.montecarlo is not None
    assert found.montecarlo.measurement_variance_t_co2e_per_ha_2 == pytest.approx(carried, rel=0.2)
    assert found.posterior is not None
    assert dry.posterior is not None
    # 0.006 beside a variance of 3: all that the slope leaves of a change of 6
    assert found.posterior.standard_deviation_t_co2e_per_ha == pytest.approx(
        dry.posterior.standard_deviation_t_co2e_per_ha, rel=0.01
    )
    assert found.variance_budget is not None
    laboratory = next(part for part in found.variance_budget.parts if part.source == "laboratory")
    # what samples have to themselves is in the spread: as much of it as the spread can hold
    assert (
        carried < laboratory.variance_t_co2e_per_ha_2 <= found.posterior.standard_deviation_t_co2e_per_ha**2
    )
    assert (found.units_if_eligible_t or 0) < (dry.units_if_eligible_t or 0)


def test_degrees_of_freedom_are_satterthwaites_with_the_validation_samples(same: Run) -> None:
    found, shown = period(same)
    dry = found.variance
    carried = shown.carried_t_co2e_per_ha_2
    terms = [(term.variance_t_co2e_per_ha_2, term.degrees_of_freedom) for term in dry] + [(carried, 18.0)]
    expected = sum(v for v, _ in terms) ** 2 / sum(v**2 / nu for v, nu in terms if v)
    assert found.deduction.degrees_of_freedom == pytest.approx(expected, rel=1e-9)


def test_equation_73_as_printed_is_in_every_stratum_time_and_scenario(same: Run) -> None:
    """Variance of one sample's error, 121 x 20 x 0.36 / 19, two strata, two times, two scenarios, as (t CO2e/ha)^2."""
    found, shown = period(same)
    single = 121 * 20 * 0.36 / 19
    assert shown.printed_t_co2e_per_ha_2 == pytest.approx(8 * single, rel=1e-9)
    (calibration,) = shown.calibrations
    assert calibration.equation_73_printed_t2 == pytest.approx(2 * 120**2 * single, rel=1e-9)
    units = sum(len(stocks) for stocks in FOUR_SITES.project.values())
    once = 120**2 * (single / 20 + single / units)
    assert calibration.equation_73_corrected_t2 == pytest.approx(once, rel=1e-9)
    assert found.deduction_printed.standard_error_t_co2e_per_ha**2 > 8 * single


def test_equation_72_from_draws_holds_the_variances_it_names(same: Run) -> None:
    """Corrected: the paired variance, single errors of both times, and the slope at the change of the total."""
    shown = period(same)[1]
    expected = change = 0.0
    for name, area in {"s1": 80.0, "s2": 40.0}.items():
        stocks = 44 / 12 * np.array(FOUR_SITES.project[name], dtype=float)
        n = len(stocks)
        paired = stocks[:, 1] - stocks[:, 0]
        expected += area**2 * (np.var(paired, ddof=1) + 2 * 121 * RESIDUAL) / n
        change += area * paired.mean()
    expected += SLOPE * change**2
    assert shown.equation_72_corrected_t2 == pytest.approx(expected, rel=0.1)
    assert shown.equation_72_printed_t2 > shown.equation_72_corrected_t2


def test_the_covariance_of_equation_72_is_a_switch(predicted: Maker) -> None:
    """As printed it takes off A_h^2 / (n - 1) of what points of a stratum share, and not A^2 of what all share."""
    folder = predicted(validation(0.6))
    rules = lay_over(
        load_rule_set("vm0042-2.2+2026-06-11"),
        [
            Overlay.model_validate(
                {
                    "label": "printed",
                    "switch": [
                        {"id": "switch.spectroscopy-covariance", "form": "printed", "reason": "to see it"}
                    ],
                }
            )
        ],
        all_equations,
    )
    printed = period(run_project(folder, rule_set=rules))[1].equation_72_corrected_t2
    corrected = period(run_project(folder))[1].equation_72_corrected_t2
    totals, taken = np.zeros(2), 0.0
    for name, area in {"s1": 80.0, "s2": 40.0}.items():
        off = 44 / 12 * np.array(FOUR_SITES.project[name], dtype=float) - 11 * 25
        totals += area * off.mean(axis=0)
        taken += area**2 / (len(off) - 1) * (121 * OFFSET + SLOPE * float((off[:, 0] * off[:, 1]).mean()))
    left = 2 * (120**2 * 121 * OFFSET + SLOPE * float(totals.prod()) - taken)
    assert printed - corrected == pytest.approx(left, rel=0.15)


def test_another_calibration_at_the_end_leaves_both_slopes_at_full_length(predicted: Maker) -> None:
    """An offset at one time moves project and control alike; each slope bears on how they differ at its time."""
    rows = [*validation(0.6), *validation(0.6, method="new")]
    folder = predicted(
        rows, lambda campaign, _: "mir" if campaign == "2021" else "new", {"mir": "one", "new": "two"}
    )
    run = run_project(folder)
    (start, start_control), (end, end_control) = sides(FOUR_SITES, 0), sides(FOUR_SITES, 1)
    expected = SLOPE * ((start - start_control) ** 2 + (end - end_control) ** 2)
    assert period(run)[1].carried_t_co2e_per_ha_2 == pytest.approx(expected, rel=1e-9)
    assert "calibration-changed" in {finding.code for finding in run.findings}


def test_the_same_model_instrument_and_matrix_under_two_names_is_one_calibration(predicted: Maker) -> None:
    folder = predicted(
        validation(0.6),
        lambda campaign, _: "mir" if campaign == "2021" else "again",
        {"mir": "one", "again": "one"},
    )
    run = run_project(folder)
    assert "calibration-changed" not in {finding.code for finding in run.findings}
    (start, start_control), (end, end_control) = sides(FOUR_SITES, 0), sides(FOUR_SITES, 1)
    change = end - start - (end_control - start_control)
    expected = SLOPE * change**2
    assert period(run)[1].carried_t_co2e_per_ha_2 == pytest.approx(expected, rel=1e-9)


def test_a_calibration_of_one_side_at_one_time_keeps_its_offset(predicted: Maker) -> None:
    """Only the project, only at the end: offset^2 x 11^2, slope^2 x (stock - 11 x 25)^2."""
    folder = predicted(
        validation(0.6),
        lambda campaign, point: "mir" if campaign == "2026" and point.startswith("s") else "dumas",
    )
    end, _ = sides(FOUR_SITES, 1)
    expected = 121 * OFFSET + SLOPE * (end - 275) ** 2
    assert period(run_project(folder))[1].carried_t_co2e_per_ha_2 == pytest.approx(expected, rel=1e-9)


def test_more_validation_samples_shrink_what_is_shared(predicted: Maker) -> None:
    """Residual variance n x 0.36 / (n - 2); offset and slope by n and 125 n."""
    few, many = (period(run_project(predicted(validation(0.6, times=times))))[1] for times in (5, 20))
    for shown, n in ((few, 20), (many, 80)):
        (found,) = shown.calibrations
        residual = n * 0.36 / (n - 2)
        assert found.offset_error_g_per_kg**2 == pytest.approx(residual / n, rel=1e-9)
        assert found.slope_error**2 == pytest.approx(residual / (125 * n), rel=1e-9)
    assert many.carried_t_co2e_per_ha_2 < few.carried_t_co2e_per_ha_2


def test_predictions_without_error_are_dry_combustion_to_the_last_digit(predicted: Maker) -> None:
    folder = predicted(validation(0.0))
    dry = write_project(folder.parent / "dry", FOUR_SITES)
    # that a method is not validated on the campaign's own samples is a must of its own
    of_both = [
        [period.model_copy(update={"state": "refused"}) for period in run_project(each).results.periods]
        for each in (folder, dry)
    ]
    assert of_both[0] == of_both[1]
    assert of_both[0][0].spectroscopy is None


def test_a_bias_refuses_and_is_carried_in_full(predicted: Maker) -> None:
    """Reference 1 g/kg below the predictions: offset error^2 = 1 + 0.02."""
    run = run_project(predicted(validation(0.6, offset=-1.0)))
    found, shown = period(run)
    assert found.issuance == "refused"
    assert shown.calibrations[0].bias_g_per_kg == pytest.approx(1, rel=1e-12)
    assert shown.calibrations[0].offset_error_g_per_kg ** 2 == pytest.approx(1 + OFFSET, rel=1e-9)


def test_a_slope_that_is_off_counts_in_full(predicted: Maker) -> None:
    """0.9 g/kg for each g/kg predicted: slope error^2 = 0.1^2 + 0.00016."""
    run = run_project(predicted(validation(0.6, slope=0.9)))
    assert period(run)[1].calibrations[0].slope_error ** 2 == pytest.approx(0.01 + SLOPE, rel=1e-9)
    assert "calibration-slope-off" in {finding.code for finding in run.findings}


def test_every_number_leads_to_samples_rules_or_rows(same: Run, tmp_path: Path) -> None:
    write_folder(tmp_path / "bundle", bundle_files(same))
    explainer = Explainer(open_bundle(tmp_path / "bundle"))
    results = json.loads((tmp_path / "bundle" / "results.json").read_text(encoding="utf-8"))
    own = [
        path
        for path in numbers_of(results)
        if ".spectroscopy." in path or path.endswith(("standard_error_t_co2e_per_ha", "units_to_issue_t"))
    ]
    assert len([path for path in own if ".spectroscopy." in path]) == 15
    found = {path: list(faults(explainer.explain(path))) for path in own}
    assert {path: problems for path, problems in found.items() if problems} == {}
    quantities = open_bundle(tmp_path / "bundle").quantities
    assert [name for name in quantities if list(faults(explainer.explain(name)))] == []

    def rows(name: str) -> set[str]:
        pending, held = [explainer.explain(name)], set()
        while pending:
            node = pending.pop()
            held |= set(node.rows)
            pending += node.children
        return held

    table = {f"spectroscopy_validation.csv:{row}" for row in range(2, 22)}
    for path in (
        "periods.1.deduction.standard_error_t_co2e_per_ha",
        "periods.1.montecarlo.credited_t_co2e_per_ha",
    ):
        assert table <= rows(path), path
    assert table <= rows("periods.1.posterior.credited_t_co2e_per_ha")


def test_the_second_implementation_and_a_second_run_agree(same: Run, tmp_path: Path) -> None:
    """The calibration part is given to the design-based path; its own degrees of freedom and deduction follow."""
    write_folder(tmp_path / "bundle", bundle_files(same))
    found = verify_bundle(tmp_path / "bundle", independent=True)
    assert found.same
    assert len(found.independent) > 50
    assert all(figure.same for figure in found.independent)
