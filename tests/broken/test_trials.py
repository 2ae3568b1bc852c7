"""Broken trial folders: each fault has its reason code and a place, and all come at once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.methodology.findings import Severity, UserError
from mollisol.methodology.soil_models.calibrated import ModelIdentity as Identity
from mollisol.methodology.soil_models.calibrated import identity_findings, model_settings
from mollisol.methodology.soil_models.parameters import parameter_set
from mollisol.reading.calibrated_sets import read_calibrated
from mollisol.trials.calibrate import read_for_calibration
from tests.support.trial_folder import read_trials, write_trials

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "trial_cases.toml").read_text(encoding="utf-8")
)["case"]
RUN = CliRunner()


def broken(case: dict[str, Any], folder: Path) -> Path:
    write_trials(folder)
    path = folder / case["file"]
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "old" in case:
        assert case["old"] in text
        text = text.replace(case["old"], case["new"], 1)
    else:
        text += case["add"]
    path.write_text(text, encoding="utf-8")
    return folder


def test_the_folder_is_clean(tmp_path: Path) -> None:
    trials, plan, findings = read_for_calibration(write_trials(tmp_path))
    assert trials is not None
    assert plan is not None
    assert [f for f in findings if f.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("case", CASES, ids=[f"{c['code']}-{n}" for n, c in enumerate(CASES)])
def test_fault_is_found(case: dict[str, Any], tmp_path: Path) -> None:
    _, _, findings = read_for_calibration(broken(case, tmp_path))
    mine = [f for f in findings if f.code == case["code"]]
    assert mine, [(f.code, f.found) for f in findings]
    assert mine[0].severity.value == case.get("severity", "blocking")
    assert case.get("says", "") in f"{mine[0].where} {mine[0].found} {mine[0].allowed} {mine[0].do}"


def test_all_faults_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    folder = broken(CASES[0], tmp_path / "t")
    path = folder / "calibration.toml"
    path.write_text(
        'draws = 1\n[[effect]]\non = "straw"\nby = "site"\nsd = 1.0\nsource = "s"\n', encoding="utf-8"
    )
    done = RUN.invoke(app, ["model", "calibrate", str(folder), "--out", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 2
    codes = {f["code"] for f in json.loads(done.stdout)["findings"]}
    assert {CASES[0]["code"], "calibration-draws", "calibration-effect-unknown"} <= codes
    assert not (tmp_path / "out").exists()


def test_validation_data_are_never_calibrated_on(tmp_path: Path) -> None:
    folder = write_trials(tmp_path / "t", uses=("validation", "validation"))
    done = RUN.invoke(app, ["model", "calibrate", str(folder), "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, UserError)
    assert "no study of studies.csv calibrates" in str(done.exception)


def test_priors_are_printed(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["model", "calibrate", str(write_trials(tmp_path)), "--priors"])
    assert done.exit_code == 0
    assert "k_passive_per_yr ~ normal(mean 0.00689, sd 0.00125) on 0.005 to 0.01 1/yr" in done.stdout
    assert "campaign by campaign" in done.stdout


def test_identity_names_what_differs(tmp_path: Path) -> None:
    trials, _ = read_trials(write_trials(tmp_path))
    assert trials is not None
    settings = model_settings(trials.inputs)
    published = parameter_set("ipcc2019-tier2")
    first = Identity.of(published, settings)
    other = Identity.of(published.with_options(f2="by-tillage"), {**settings, "run-in years": "7"})
    assert list(identity_findings({"calibration": first, "validation": first})) == []
    [found] = identity_findings({"calibration": first, "validation": first, "simulation": other})
    assert found.code == "model-identity-differs"
    assert "run-in years 7" in found.found
    assert "run-in years 5" in found.allowed
    assert "parameters_sha256" in found.found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (None, "calibrated-set-missing"),
        ("0.1", "calibrated-set-changed"),
        ("words", "calibrated-set-malformed"),
    ],
)
def test_a_set_that_was_touched_is_not_read(change: str | None, code: str, tmp_path: Path) -> None:
    from mollisol.methodology.soil_models.calibrated import calibrated_set, calibrated_sets

    name = calibrated_sets()[0]
    if change is not None:
        for file, content in calibrated_set(name).files().items():
            (tmp_path / file).write_bytes(content)
        assert read_calibrated(str(tmp_path))[1] == []
        lines = (tmp_path / "draws.csv").read_text(encoding="utf-8").splitlines()
        cells = lines[3].split(",")
        lines[3] = ",".join([cells[0], change, *cells[2:]])
        (tmp_path / "draws.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made, findings = read_calibrated(str(tmp_path))
    assert made is None
    assert [f.code for f in findings] == [code]
