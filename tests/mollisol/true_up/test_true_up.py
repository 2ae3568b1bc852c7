"""True-up: expected values by hand from the made-up project, or from what the bundle recorded."""

from __future__ import annotations

import json
import math
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.bundle.read import open_bundle
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.soil_models.calibrated import calibrated_from
from mollisol.methodology.true_up import ForecastCheck, TrueUpResult
from mollisol.methodology.validation import ValidationResult
from mollisol.output import write_folder
from mollisol.true_up.run import TrueUp, true_up
from tests.mollisol.true_up.conftest import Pair, rows_of, write_first, write_rows
from tests.support.modelled_project import ERRORS, LATER, LINKS, POINTS

PER_G_KG = 0.1 * 1.35 * 30 * 44 / 12
"""t CO2e/ha in 0 to 30 cm for each g/kg: the same density in both campaigns, so equal mass is equal depth."""
AREAS = {"loam": 80.0, "sand": 40.0}


@pytest.fixture(scope="module")
def done(pair: Pair) -> TrueUp:
    return true_up(pair.project, pair.bundle, assimilate=True)


def gains(home: str) -> np.ndarray:
    return np.array(
        [PER_G_KG * (LATER[name] - row[3]) for name, row in POINTS.items() if home in (row[0], row[1])]
    )


def check_of(result: TrueUpResult, place: str, what: str) -> ForecastCheck:
    (found,) = [row for row in result.forecasts if (row.place, row.what) == (place, what)]
    return found


@pytest.mark.parametrize("stratum", AREAS)
def test_measured_project_change_is_the_paired_mean_by_hand(done: TrueUp, stratum: str) -> None:
    change = gains(stratum)
    row = check_of(done.result, stratum, "project scenario")
    assert row.sampling_units == change.size
    assert row.measured_t_co2e_per_ha == pytest.approx(change.mean(), rel=1e-6)
    error = change.std(ddof=1) / math.sqrt(change.size)
    assert row.measured_standard_error_t_co2e_per_ha == pytest.approx(error, rel=1e-6)


def test_measured_effect_takes_the_control_sites_off_by_hand(done: TrueUp) -> None:
    total = 0.0
    for stratum, area in AREAS.items():
        controls = np.array([gains(site)[0] for site, linked in LINKS if linked == stratum])
        own = gains(stratum)
        row = check_of(done.result, stratum, "practice effect")
        assert row.measured_t_co2e_per_ha == pytest.approx(own.mean() - controls.mean(), rel=1e-6)
        variance = own.var(ddof=1) / own.size + controls.var(ddof=1) / controls.size
        assert row.measured_standard_error_t_co2e_per_ha == pytest.approx(math.sqrt(variance), rel=1e-6)
        total += area * (own.mean() - controls.mean())
    whole = check_of(done.result, "whole project", "practice effect")
    assert whole.measured_t_co2e_per_ha == pytest.approx(total / sum(AREAS.values()), rel=1e-6)
    amount = done.result.remeasured
    assert amount is not None
    assert amount.baseline == "measured at control sites"
    assert amount.mean_t_co2e_per_ha == whole.measured_t_co2e_per_ha


def test_forecast_is_what_the_bundle_recorded(done: TrueUp, pair: Pair) -> None:
    (period,) = open_bundle(pair.bundle).results.periods
    whole = check_of(done.result, "whole project", "practice effect")
    assert whole.forecast_t_co2e_per_ha == pytest.approx(period.deduction.mean_t_co2e_per_ha, rel=1e-9)
    scenario = check_of(done.result, "whole project", "project scenario")
    assert scenario.forecast_t_co2e_per_ha * 120 == pytest.approx(period.project_change_t_co2e, rel=1e-9)
    half = 1.6448536269514722 * math.hypot(
        whole.forecast_sd_t_co2e_per_ha, whole.measured_standard_error_t_co2e_per_ha
    )
    assert whole.high_t_co2e_per_ha - whole.forecast_t_co2e_per_ha == pytest.approx(half, rel=1e-12)


def test_new_model_error_is_that_of_all_comparisons_by_hand(done: TrueUp) -> None:
    added = [
        row.forecast_t_co2e_per_ha - row.measured_t_co2e_per_ha
        for row in done.result.forecasts
        if row.what == "practice effect" and row.place in AREAS
    ]
    (error,) = done.result.errors
    assert error.comparisons_before == len(ERRORS)
    assert error.comparisons_after == len(ERRORS) + len(added)
    assert error.model_sd_before_t_co2e_per_ha == pytest.approx(np.std(ERRORS, ddof=1), rel=1e-12)
    assert error.model_sd_after_t_co2e_per_ha == pytest.approx(np.std([*ERRORS, *added], ddof=1), rel=1e-9)


def test_issued_period_stays_and_open_one_takes_the_new_error(done: TrueUp, pair: Pair) -> None:
    (issued,) = done.result.issued
    (recorded,) = open_bundle(pair.bundle).results.periods
    assert issued.units == recorded.units_to_issue_t > 0
    (future,) = done.result.future
    assert future.period == "2"
    assert future.mean_after_t_co2e_per_ha == future.mean_before_t_co2e_per_ha
    assert future.deduction_after_percent > future.deduction_before_percent
    assert {finding.code for finding in done.result.findings} >= {"forecast-missed", "validation-gate-failed"}
    assert future.units_after == 0


def test_open_period_is_a_run_with_the_new_validation(done: TrueUp, pair: Pair, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(pair.project, folder)
    (folder / "model" / "validation.json").write_text(done.validation.to_json(), encoding="utf-8")
    (period,) = run_project(folder).results.periods
    (future,) = done.result.future
    assert future.deduction_after_percent == period.issuing_uncertainty_percent


def test_open_periods_run_with_the_options_of_the_bundle(pair: Pair, tmp_path: Path) -> None:
    """Without control sites the moment form issues under every route: the option that shows is a proposal."""
    entry = {
        "id": "vm0042.deduction.confidence",
        "from": date(2025, 10, 21),
        "value": 0.75,
        "reason": "a test",
    }
    asked: dict[str, Any] = {
        "overlays": [Overlay.model_validate({"label": "three in four", "set": [entry]})],
        "route": "analytic",
    }
    bundle = tmp_path / "bundle"
    write_folder(bundle, bundle_files(run_project(write_first(tmp_path / "first"), **asked)))
    (future,) = true_up(pair.project, bundle).result.future
    (period,) = run_project(pair.project, **asked).results.periods
    assert future.deduction_before_percent == period.issuing_uncertainty_percent
    (every,) = run_project(pair.project).results.periods
    assert future.deduction_before_percent > every.issuing_uncertainty_percent


def test_open_period_starts_from_the_start_date(pair: Pair) -> None:
    """Ten years of one run: the second five years do not start from the first measurement again."""
    project = run_project(pair.project)
    (first,) = open_bundle(pair.bundle).results.periods
    quantities = project.trace.quantities
    before = np.asarray(quantities["project_modelled_first@2"].value)
    change = np.average(
        [before[[name.startswith(mark) for name in quantities["project_modelled_first@2"].index]].mean()
         for mark in ("L", "S")], weights=[80, 40])  # fmt: skip
    assert change * 44 / 12 * 120 == pytest.approx(first.project_change_t_co2e, rel=1e-9)


def test_assimilation_lies_between_forecast_and_measurement(done: TrueUp) -> None:
    told = done.result.assimilation
    whole = check_of(done.result, "whole project", "practice effect")
    assert told is not None
    sd, error = whole.forecast_sd_t_co2e_per_ha, whole.measured_standard_error_t_co2e_per_ha
    assert told.weight == pytest.approx(sd**2 / (sd**2 + error**2), rel=1e-12)
    moved = told.mean_t_co2e_per_ha - whole.forecast_t_co2e_per_ha
    assert moved == pytest.approx(
        told.weight * (whole.measured_t_co2e_per_ha - whole.forecast_t_co2e_per_ha), rel=1e-9
    )
    slope = told.correlation * told.next_sd_before_t_co2e_per_ha / sd
    assert told.next_mean_after_t_co2e_per_ha == pytest.approx(
        told.next_mean_before_t_co2e_per_ha + slope * moved, rel=1e-9
    )


def test_same_bytes_and_without_being_asked_no_assimilation(pair: Pair, done: TrueUp) -> None:
    again = true_up(pair.project, pair.bundle)
    assert again.result.assimilation is None
    told = again.result.model_copy(update={"assimilation": done.result.assimilation})
    assert told.to_json() == done.result.to_json()
    assert again.validation.to_json() == done.validation.to_json()


def _changed(pair: Pair, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(pair.project, folder)
    return folder


def codes(error: FindingsError) -> set[str]:
    return {finding.code for finding in error.findings}


def refused(project: Path, bundle: Path) -> set[str]:
    with pytest.raises(FindingsError) as raised:
        true_up(project, bundle)
    return codes(raised.value)


def test_another_parameter_set_is_refused_unless_it_is_said(pair: Pair, tmp_path: Path, done: TrueUp) -> None:
    folder = _changed(pair, tmp_path)
    where = folder / "model" / "calibrated"
    texts = [(where / name).read_text(encoding="utf-8") for name in ("set.toml", "draws.csv")]
    own = calibrated_from(*texts)
    other = own.model_copy(update={"draws": (*own.draws[1:], own.draws[0])})
    for name, content in other.files().items():
        (where / name).write_bytes(content)
    assert "model-identity-differs" in refused(folder, pair.bundle)


def test_losses_where_gains_were_credited(pair: Pair, tmp_path: Path) -> None:
    folder = _changed(pair, tmp_path)
    cores = folder / "core_increments.csv"
    rows = rows_of(cores)
    for row in rows:
        if row["campaign"] == "2020" and row["point"][0] in "LS":
            row["soc_g_per_kg"] = str(round(float(row["soc_g_per_kg"]) * 0.9, 3))
    write_rows(cores, rows)
    result = true_up(folder, pair.bundle).result
    (finding,) = [item for item in result.findings if item.code == "reversal-suspected"]
    assert "periods 1" in finding.where.thing
    amount = result.remeasured
    assert amount is not None
    assert amount.chance_below_credited > 0.99
    assert result.issued[0].units > 0


def test_cores_of_the_bundle_copied_as_a_re_measurement(pair: Pair, tmp_path: Path) -> None:
    folder = _changed(pair, tmp_path)
    cores = folder / "core_increments.csv"
    rows = [row for row in rows_of(cores) if row["campaign"] == "2015"]
    copies = [
        {**row, "campaign": "2020", "sample": f"{row['sample']}-again", "sampled_on": "2020-10-01"}
        for row in rows
    ]
    write_rows(cores, rows + copies)
    assert refused(folder, pair.bundle) == {"core-used-twice"}


def test_a_re_measurement_joins_once(pair: Pair, tmp_path: Path, done: TrueUp) -> None:
    folder = _changed(pair, tmp_path)
    (folder / "model" / "validation.json").write_text(done.validation.to_json(), encoding="utf-8")
    assert "core-used-twice" in refused(folder, pair.bundle)


def test_nothing_re_measured(pair: Pair, tmp_path: Path) -> None:
    folder = _changed(pair, tmp_path)
    cores = folder / "core_increments.csv"
    write_rows(cores, [row for row in rows_of(cores) if row["campaign"] == "2015"])
    head = folder / "project.toml"
    campaign = '[[project.campaigns]]\nname = "2020"\nduring = { start = 2020-09-01, end = 2020-11-30 }\n\n'
    head.write_text(head.read_text(encoding="utf-8").replace(campaign, ""), encoding="utf-8")
    assert refused(folder, pair.bundle) == {"remeasurement-missing"}


def test_an_issued_period_that_is_open_again(pair: Pair, tmp_path: Path) -> None:
    folder = _changed(pair, tmp_path)
    (folder / "ledger.toml").unlink()
    head = folder / "project.toml"
    head.write_text(
        head.read_text(encoding="utf-8").replace(
            'name = "2"\nduring = { start = 2021-01-01, end = 2025-12-31 }',
            'name = "1"\nduring = { start = 2016-01-01, end = 2020-12-31 }',
        ),
        encoding="utf-8",
    )
    assert "issued-period-open" in refused(folder, pair.bundle)


def test_a_bundle_that_was_changed(pair: Pair, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(pair.bundle, bundle)
    strata = bundle / "inputs" / "strata.csv"
    strata.write_text(strata.read_text(encoding="utf-8").replace("80", "90"), encoding="utf-8")
    assert refused(pair.project, bundle) == {"bundle-changed"}


def test_a_bundle_without_a_model(pair: Pair, woburn_bundle: Path) -> None:
    assert refused(pair.project, woburn_bundle) == {"forecast-missing"}


def test_runs_that_end_elsewhere(pair: Pair, tmp_path: Path) -> None:
    folder = _changed(pair, tmp_path)
    cores = folder / "core_increments.csv"
    rows = rows_of(cores)
    for row in rows:
        if row["campaign"] == "2020":
            row["campaign"], row["sampled_on"] = "2024", "2024-10-01"
    write_rows(cores, rows)
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8").replace(
        'name = "2020"\nduring = { start = 2020-09-01, end = 2020-11-30 }',
        'name = "2024"\nduring = { start = 2024-09-01, end = 2024-11-30 }',
    )
    head.write_text(text, encoding="utf-8")
    assert refused(folder, pair.bundle) == {"forecast-ends-elsewhere"}


def test_command_writes_result_page_and_validation(pair: Pair, tmp_path: Path, done: TrueUp) -> None:
    out = tmp_path / "out"
    ran = CliRunner().invoke(
        app, ["trueup", str(pair.project), "--against", str(pair.bundle), "--out", str(out), "--assimilate"]
    )
    assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in out.iterdir()) == ["trueup.html", "trueup.json", "validation.json"]
    assert (out / "trueup.json").read_text(encoding="utf-8") == done.result.to_json()
    validation = ValidationResult.from_json((out / "validation.json").read_text(encoding="utf-8"))
    assert validation.sha256 == done.result.validation_after_sha256
    page = (out / "trueup.html").read_text(encoding="utf-8")
    assert "Outside the printed rule." in page
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page.replace("http://www.w3.org", "")


def test_command_blocks_with_two_and_says_json(pair: Pair, tmp_path: Path, done: TrueUp) -> None:
    folder = _changed(pair, tmp_path)
    (folder / "model" / "validation.json").write_text(done.validation.to_json(), encoding="utf-8")
    out = tmp_path / "out"
    ran = CliRunner().invoke(
        app, ["trueup", str(folder), "--against", str(pair.bundle), "--out", str(out), "--json"]
    )
    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["blocked"] is True
    assert not out.exists()


def test_a_project_without_a_model(pair: Pair) -> None:
    example = Path(__file__).parents[3] / "examples" / "woburn-ley"
    assert refused(example, pair.bundle) == {"true-up-without-model"}


def test_no_unit_in_both_campaigns(pair: Pair, tmp_path: Path) -> None:
    """One unit of each stratum was measured again: a change without a standard error holds nothing up."""
    folder = _changed(pair, tmp_path)
    cores = folder / "core_increments.csv"
    kept = [row for row in rows_of(cores) if row["campaign"] == "2015" or row["point"] in ("L1", "S1")]
    write_rows(cores, kept)
    assert refused(folder, pair.bundle) == {"remeasurement-not-paired"}
