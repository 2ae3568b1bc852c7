"""The four whole projects under Gold Standard 402 and carbon farming, against two implementations written apart."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import FindingsError, Severity
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule import OpenRules
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.programmes.registry import rule_set_named
from mollisol.run import Run
from tests.mollisol.programmes.whole_projects import WHOLE, whole_project

NAMES = sorted(path.name for path in WHOLE.iterdir())
CLOSE = 1e-9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    root = tmp_path_factory.mktemp("whole")
    return lambda name: root / name if (root / name).exists() else whole_project(name, root / name)


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((WHOLE / name / "expected.toml").read_text(encoding="utf-8"))


def set_as(key: str, **changes: Any) -> RuleSet:
    """Give a rule set with rules and switches changed, as one that an auditor trusts."""
    data: dict[str, Any] = {"label": "test", "set": [], "switch": []}
    for name, value in changes.items():
        own = name.replace("__", ".").replace("_", "-")
        if own.startswith("switch."):
            data["switch"].append({"id": own, "form": value, "reason": "test"})
        else:
            data["set"].append({"id": own, "from": date(2000, 1, 1), "value": value, "reason": "test"})
    return trust(lay_over(rule_set_named(key), [Overlay.model_validate(data)], all_equations))


def value_of(run: Run, name: str) -> float:
    return float(run.trace.quantities[f"{name}@V"].value)


@pytest.mark.parametrize("name", NAMES)
def test_gold_standard(name: str, folder: Callable[[str], Path]) -> None:
    run, own = run_project(folder(name), programme="gs402"), expected(name)["gs402"]
    (period,) = run.results.periods
    found = {
        "stock_start_t_c": value_of(run, "stock_start"), "stock_end_t_c": value_of(run, "stock_end"),
        "change_t_c": value_of(run, "change_before_deduction"),
        "standard_error_t_c": value_of(run, "error_of_change"),
        "degrees_of_freedom": float(period.deduction.degrees_of_freedom or 0),
        "unc_fraction": value_of(run, "uncertainty.change"),
        "unc_opposed_fraction": value_of(run, "uncertainty.opposed"),
        "unc_literal_fraction": value_of(run, "uncertainty.literal"), "leakage_t_co2e": value_of(run, "yield_leakage"),
    }  # fmt: skip
    assert found == pytest.approx({key: own[key] for key in found}, rel=CLOSE)
    for reading in ("change", "literal", "opposed"):
        assert value_of(run, f"deduction.{reading}") == pytest.approx(
            own[f"{reading}_printed"]["ud_fraction"], rel=CLOSE, abs=CLOSE
        )
    printed = own["change_printed"]
    assert value_of(run, "project_emissions") == pytest.approx(printed["project_emissions_t_co2e"], rel=CLOSE)
    assert period.verified_total_t_co2e == pytest.approx(printed["emission_reductions_t_co2e"], rel=CLOSE)
    net = period.verified_total_t_co2e + period.buffer_t_co2e
    assert net == pytest.approx(printed["net_t_co2e"], rel=CLOSE)
    assert net == pytest.approx(
        period.gross_t_co2e - period.deducted_t_co2e - period.leakage_t_co2e, rel=CLOSE
    )
    assert period.units_if_eligible_t == printed["units"]
    assert_never_issues(period)


@pytest.mark.parametrize("reading", ["change", "literal"])
@pytest.mark.parametrize("factor", ["printed", "corrected"])
@pytest.mark.parametrize("name", NAMES)
def test_its_readings(name: str, factor: str, reading: str, folder: Callable[[str], Path]) -> None:
    rules = set_as(
        "gs402-1.0",
        switch__gs402_n_factor=factor,
        switch__gs402_eq9={"change": "corrected", "literal": "printed"}[reading],
    )
    (period,) = run_project(folder(name), programme="gs402", rule_set=rules).results.periods
    own = expected(name)["gs402"][f"{reading}_{factor}"]
    assert period.verified_total_t_co2e == pytest.approx(own["emission_reductions_t_co2e"], rel=CLOSE)
    assert period.units_if_eligible_t == own["units"]


@pytest.mark.parametrize(
    ("uncertainty", "name_of_it"),
    [("half-width-90", "half_width_90"), ("two-thirds", "one_sided_two_thirds")],
)
@pytest.mark.parametrize(
    ("baseline", "name_of_baseline"), [("no-trend", "zero_trend"), ("declared", "measured_controls")]
)
@pytest.mark.parametrize("name", NAMES)
def test_carbon_farming(
    name: str,
    baseline: str,
    name_of_baseline: str,
    uncertainty: str,
    name_of_it: str,
    folder: Callable[[str], Path],
) -> None:
    rules = set_as(
        "crcf-c2026-4666", crcfa__reading__baseline=baseline, crcfa__reading__uncertainty=uncertainty
    )
    run = run_project(folder(name), programme="crcf", rule_set=rules, route="analytic")
    (period,) = run.results.periods
    own = expected(name)["crcf"][f"{name_of_baseline}_{name_of_it}"]
    found = {
        "gross_removal_t_co2e": value_of(run, "gross_removal") * period.years,
        "estimated_uncertainty_fraction": value_of(run, "estimated_uncertainty"),
        "inc_fraction": value_of(run, "uncertainty_taken"),
        "after_inc_removal_t_co2e": value_of(run, "project_change_after_deduction") * period.years,
        "nitrous_oxide_benefit_t_co2e": value_of(run, "spared_nitrous_oxide"),
        "ghg_associated_t_co2e": value_of(run, "associated_emissions"),
        "net_removal_t_co2e": sum(year.net_removals_t_co2e for year in period.vintages),
        "net_reduction_t_co2e": sum(year.net_reductions_t_co2e for year in period.vintages),
    }
    assert found == pytest.approx({key: own[key] for key in found}, rel=CLOSE, abs=CLOSE)
    assert period.units_if_eligible_t == own["sequestration_units"] + own["reduction_units"]
    assert_never_issues(period)


def assert_never_issues(period: PeriodResult) -> None:
    assert (period.state, period.units_to_issue_t, period.issuance) == ("refused", 0, "refused")


def findings_of(folder: Path, programme: str, *edits: tuple[str, str]) -> dict[str, Severity]:
    file = folder / "project.toml"
    text = file.read_text(encoding="utf-8")
    try:
        for find, put in edits:
            assert find in text
            file.write_text(file.read_text(encoding="utf-8").replace(find, put, 1), encoding="utf-8")
        return {one.code: one.severity for one in assess_project(folder, programme=programme).findings}
    finally:
        file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("gs402.land.no-burning", "gs402.land.none"), "programme-answer-missing"),
        (("gs402.land.no-burning", "gs402.land.none"), "programme-answer-unasked"),
        (('gs402.land.managed-years"\nvalue = 8', 'gs402.land.managed-years"\nvalue = 4'), "programme-rule-not-met"),
        (("[project.gs402]\nyears = 10", "[project.gs402]\nyears = 11"), "programme-rule-not-met"),
        (("reporting_depth_cm = 30.0", "reporting_depth_cm = 25.0"), "programme-rule-not-met"),
        (("[project.gs402]", "[project.gs402]\napproach = 3"), "approach-not-run"),
        (("[project.gs402]", "[project.gs402]\ncertified_on = 2024-01-01"), "programme-rule-not-met"),
    ],
)  # fmt: skip
def test_what_the_gold_standard_asks(edit: tuple[str, str], code: str, folder: Callable[[str], Path]) -> None:
    project = folder("one-stratum-clear-gain")
    before = findings_of(project, "gs402")
    assert code not in before
    assert before["programme-beside"] is Severity.REFUSAL
    assert code in findings_of(project, "gs402", edit)


def test_what_carbon_farming_leaves_open_stays_open(folder: Callable[[str], Path]) -> None:
    assessment = assess_project(folder("one-stratum-clear-gain"), programme="crcf")
    open_rules = [one for one in assessment.findings if one.code == "programme-rule-open"]
    assert len(open_rules) == 8
    assert {one.severity for one in assessment.findings if one.code == "programme-draft"} == {
        Severity.REFUSAL
    }


def test_vintages_from_2026_on_and_what_is_not_declared(tmp_path: Path) -> None:
    project = whole_project("one-stratum-clear-gain", tmp_path / "project")
    file = project / "project.toml"
    text = (
        file.read_text(encoding="utf-8").replace("2024-10-31", "2026-10-31").replace("yield_kg", "# yield_kg")
    )
    file.write_text(text, encoding="utf-8")
    codes = {one.code for one in run_project(project, programme="gs402").findings}
    assert {"vintages-not-aligned", "programme-amount-missing"} <= codes


def test_points_drawn_anew_are_not_computed(tmp_path: Path) -> None:
    project = whole_project("one-stratum-clear-gain", tmp_path / "project")
    file = project / "project.toml"
    text = file.read_text(encoding="utf-8").replace(
        'name = "2024"\n', 'name = "2024"\ndrawn_anew = ["loam"]\n'
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError, match="programme-not-computed"):
        run_project(project, programme="gs402")


def test_what_is_of_vm0042_alone_says_so_of_another_programme(
    folder: Callable[[str], Path], tmp_path: Path
) -> None:
    """Of another programme no figure of the second implementation counts as agreed, and no record has an effect."""
    out, run = tmp_path / "bundle", CliRunner().invoke
    done = run(app, ["run", str(folder("one-stratum-clear-gain")), "--programme", "gs402", "--out", str(out)])
    assert done.exit_code == 3, done.output
    shown = run(app, ["verify", str(out), "--independent"])
    told = "independent: not checked, the second implementation was not run: the project is of the programme gs402"
    assert told in shown.stdout
    assert "agree" not in shown.stdout
    data = json.loads(run(app, ["verify", str(out), "--independent", "--json"]).stdout)
    assert (data["not_checked"], data["independent"]) == ("the project is of the programme gs402", [])
    book = run(app, ["report", str(out), "--format", "xlsx", "--out", str(tmp_path / "report")])
    assert "none is written of the programme gs402" in str(book.exception)
    sampled = run(app, ["audit", "sample", str(out), "--out", str(tmp_path / "sample.csv")])
    assert "the programme gs402 credits otherwise: no records are picked" in str(sampled.exception)
    assert not (tmp_path / "sample.csv").exists()


def test_a_rule_that_is_open_and_that_a_run_needs_is_a_finding(folder: Callable[[str], Path]) -> None:
    known = rule_set_named("gs402-1.0")
    gap = OpenRules(rules="gs402.nitrogen.factor", reason="the text was not seen")
    head = known.head.model_copy(update={"open": (gap,)})
    with pytest.raises(FindingsError) as told:
        run_project(
            folder("one-stratum-clear-gain"),
            programme="gs402",
            rule_set=known.model_copy(update={"head": head}),
        )
    (missing,) = [one for one in told.value.findings if one.code == "rule-missing"]
    assert missing.severity is Severity.BLOCKING
    assert "gs402.nitrogen.factor has no value in" in str(missing.found)
    assert "the text was not seen" in str(missing.found)


def written(file: Path, rows: list[dict[str, str]]) -> None:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows), ""]
    file.write_text("\n".join(lines), encoding="utf-8")


def test_without_control_sites_the_gold_standard_credits_the_same(tmp_path: Path) -> None:
    """Its baseline is the stock at the start: control sites as light as the lightest core change no figure.

    Heavier ones do, for the densest profile that is handed in is the mass at which all are compared.
    """
    whole = whole_project("one-stratum-clear-gain", tmp_path / "project")
    own = whole / "project.toml"
    text = own.read_text(encoding="utf-8").replace('programme = "vm0042"', 'programme = "gs402"')
    own.write_text(text.replace("vm0042-2.2+2026-06-11", "gs402-1.0"), encoding="utf-8")
    points, cores = (
        list(csv.DictReader((whole / name).read_text(encoding="utf-8").splitlines()))
        for name in ("sample_points.csv", "core_increments.csv")
    )
    ours = {row["point"] for row in points if not row["control_site"]}
    density = "fine_soil_density_g_per_cm3"
    lightest = min((row[density] for row in cores if row["point"] in ours), key=float)
    light = [row if row["point"] in ours else row | {density: lightest} for row in cores]
    written(whole / "core_increments.csv", light)
    with_sites = run_project(whole).results.periods[0]
    written(whole / "core_increments.csv", [row for row in cores if row["point"] in ours])
    written(whole / "sample_points.csv", [row for row in points if row["point"] in ours])
    for name in ("control_sites.csv", "control_links.csv"):
        (whole / name).unlink()
    without = run_project(whole).results.periods[0]
    assert without.verified_total_t_co2e == pytest.approx(with_sites.verified_total_t_co2e, rel=CLOSE)
    codes = {one.code for one in assess_project(whole, programme="vm0042").findings}
    assert {"control-too-few", "stratum-without-control"} <= codes
