"""The sharp form of a project: what its route gives against the plain function, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import nct, t

from mollisol.engine import run_project
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.units import CO2E_PER_C
from mollisol.uncertainty.deduction.sharp import INSURED, Campaign, SharpSetting, sharp_deduction
from tests.support.projects import FOUR_SITES, TV2, Layout

C = 1 / CO2E_PER_C
SEVERAL = Layout(
    areas_ha={"s1": 80.0, "s2": 40.0},
    project={
        "s1": [(40.0, 40.0 + C * d) for d in (9.1, 15.8, 7.2, 15.9, 11.0, 8.4)],
        "s2": [(38.0, 38.0 + C * d) for d in (-14.5, 2.7, 12.9, 10.5, 12.2, 11.3)],
    },
    control={
        "c1": [(40.0, 40.0 + C * d) for d in (-5.5, -5.1, -5.4, -4.9)],
        "c2": [(40.0, 40.0 + C * d) for d in (0.0, -0.6, 0.8, 1.9)],
        "c3": [(40.0, 40.0 + C * d) for d in (0.9, 2.3, 3.5, 3.6)],
    },
    links=[(site, stratum) for site in ("c1", "c2", "c3") for stratum in ("s1", "s2")],
)
NO_LOSS = {**SEVERAL.project, "s2": [(38.0, 38.0 + C * d) for d in (9.5, 2.7, 12.9, 10.5, 12.2, 11.3)]}
LONE = replace(TV2, control={"c1": TV2.control["c1"]}, links=[("c1", "s1"), ("c1", "s2")])


def period_of(folder: Path) -> PeriodResult:
    return run_project(folder, route="analytic").results.periods[0]


def campaign_of(layout: Layout) -> Campaign:
    def changes(points: dict[str, list[tuple[float, float]]]) -> list[list[float]]:
        return [[CO2E_PER_C * (end - start) for start, end in rows] for rows in points.values()]

    weight = [
        [float((site, stratum) in layout.links) for site in layout.control] for stratum in layout.areas_ha
    ]
    return Campaign(
        list(layout.areas_ha.values()),
        changes(layout.project),  # type: ignore[arg-type]
        changes(layout.control),  # type: ignore[arg-type]
        [[value / sum(row) for value in row] for row in weight],
    )


@pytest.mark.parametrize(
    ("layout", "setting"),
    [(TV2, INSURED), (FOUR_SITES, INSURED), (LONE, INSURED), (SEVERAL, SharpSetting())],
    ids=["own sites", "two sites a stratum", "one site", "three sites that differ, a loss"],
)
def test_the_traced_steps_are_the_plain_function(
    layout: Layout, setting: SharpSetting, make_project: Callable[[Layout], Path]
) -> None:
    """The function is held against two independent implementations in tests/uncertainty/deduction/test_sharp.py."""
    period, plain = (
        period_of(make_project(layout)),
        sharp_deduction(campaign=campaign_of(layout), setting=setting),
    )
    found = period.sharp
    assert found is not None
    assert found.setting == setting.name
    for engine, own in (
        (found.standard_error_t_co2e_per_ha**2, plain.variance_a),
        (found.degrees_of_freedom, plain.freedom_a),
        (found.skewness_project, plain.skewness_project),
        (found.skewness_control, plain.skewness_control),
        (found.excess_project, plain.excess_project),
        (found.excess_control, plain.excess_control),
        (found.deduction_a_t_co2e_per_ha, plain.a),
        (found.variance_between_sites_t_co2e_per_ha_2 or 0.0, plain.site_variance),
        (found.standard_error_b_t_co2e_per_ha**2, plain.variance_b),
        (found.degrees_of_freedom_b, plain.freedom_b),
        (found.deduction_b_t_co2e_per_ha, plain.b),
    ):
        assert engine == pytest.approx(float(own), rel=1e-7, abs=1e-7)
    ceiling = period.deduction.credited_t_co2e_per_ha
    assert found.credited_t_co2e_per_ha == pytest.approx(min(float(plain.credited), ceiling), rel=1e-7)
    assert period.credited_form == "sharp"


@pytest.mark.parametrize(
    ("layout", "codes"),
    [
        (TV2, {"own-sites-alone", "few-samples-setting", "long-tail-unseen"}),
        (LONE, {"lone-site-covers", "few-samples-setting", "long-tail-unseen"}),
        (SEVERAL, {"tail-lengthens-deduction", "long-tail-unseen"}),
        (replace(SEVERAL, project=NO_LOSS), {"sites-decide-deduction", "long-tail-unseen"}),
    ],
    ids=["own sites", "one site", "a loss", "sites that differ"],
)  # fmt: skip
def test_what_decides_and_what_cannot_be_seen_is_told(
    layout: Layout, codes: set[str], make_project: Callable[[Layout], Path]
) -> None:
    every = {
        "own-sites-alone", "lone-site-covers", "sites-decide-deduction", "tail-lengthens-deduction",
        "few-samples-setting", "long-tail-unseen",
    }  # fmt: skip
    run = run_project(make_project(layout), route="analytic")
    told = {finding.code: finding for finding in run.findings if finding.code in every}
    assert set(told) == codes
    assert {finding.severity.value for finding in told.values()} == {"note"}


def test_data_without_spread_are_refused(make_project: Callable[[Layout], Path]) -> None:
    """All changes alike: no deduction can be computed, and nothing is credited in its place."""
    flat = replace(
        TV2,
        project={name: [(40.0, 42.0)] * 4 for name in TV2.project},
        control={name: [(40.0, 40.5)] * 3 for name in TV2.control},
    )
    run = run_project(make_project(flat), route="analytic")
    assert "sharp-not-computed" in {finding.code for finding in run.findings}
    assert run.results.state == "refused"


def test_what_the_bar_does_is_told_where_it_was_passed(make_project: Callable[[Layout], Path]) -> None:
    """The least that is credited behind the bar is (t(0.95) / B - t(2/3)) SE, by SciPy's own Student's t."""
    run = run_project(make_project(TV2), route="analytic")
    (period,) = run.results.periods
    own, found = period.deduction, period.selection
    assert found is not None
    assert own.degrees_of_freedom is not None
    student = t(own.degrees_of_freedom)
    least = (student.ppf(0.95) - student.ppf(2 / 3)) * own.standard_error_t_co2e_per_ha
    assert found.least_creditable_t_co2e_per_ha == pytest.approx(least, rel=1e-9)
    ratio = own.mean_t_co2e_per_ha / own.standard_error_t_co2e_per_ha
    assert found.standard_errors_above_bar == pytest.approx(ratio - student.ppf(0.95), rel=1e-9)
    shift = found.bound_given_the_bar_t_co2e_per_ha / own.standard_error_t_co2e_per_ha
    other = nct(own.degrees_of_freedom, shift)
    assert other.sf(ratio) == pytest.approx(other.sf(student.ppf(0.95)) / 3, rel=1e-6)
    assert found.credited_t_co2e_per_ha == pytest.approx(
        period.sharp.credited_t_co2e_per_ha if period.sharp else 0.0, rel=1e-9
    )
    (told,) = (one for one in run.findings if one.code == "selected-by-the-bar")
    assert told.severity.value == "note"


def test_behind_the_bar_nothing_is_told_of_it(make_project: Callable[[Layout], Path]) -> None:
    wide = replace(
        TV2, project={**TV2.project, "s1": [(40.0, 40.0 + C * d) for d in (30.0, -28.0, 25.0, -24.0)]}
    )
    run = run_project(make_project(wide), route="analytic")
    assert run.results.periods[0].selection is None
    assert "selected-by-the-bar" not in {finding.code for finding in run.findings}
