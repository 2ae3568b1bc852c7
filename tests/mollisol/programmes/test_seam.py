"""The seam: a made-up programme runs end to end without a change to the product; an unknown one is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from mollisol.engine import assess_project, run_project
from mollisol.extensions import SHIPPED, UnknownExtensionError, extension, extension_names
from mollisol.programmes.interface import Programme
from mollisol.programmes.registry import programme, programme_names
from tests.support.bundles import put_first_edition

ROOT = Path(__file__).parents[3]
MADE_UP = Path(__file__).parent / "made_up"
WOBURN = ROOT / "examples" / "woburn-ley"


def copy_of(example: Path, folder: Path, **keys: str) -> Path:
    """Copy an example with some lines of its head changed."""
    shutil.copytree(example, folder)
    lines = (folder / "project.toml").read_text(encoding="utf-8").splitlines()
    changed = [
        next((f'{key} = "{value}"' for key, value in keys.items() if line.startswith(f"{key} = ")), line)
        for line in lines
    ]
    (folder / "project.toml").write_text("\n".join(changed) + "\n", encoding="utf-8")
    return folder


def mollisol(*arguments: object, installed: Path = MADE_UP) -> subprocess.CompletedProcess[str]:
    """Run the command as if a distribution that registers programmes were installed."""
    paths = [str(ROOT / "src"), str(installed)]
    return subprocess.run(
        [sys.executable, "-m", "mollisol", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made-up")
    project = copy_of(WOBURN, folder / "project", programme="madeup", rules="madeup-1.0")
    done = mollisol("check", project)
    assert done.returncode == 0, done.stderr + done.stdout
    done = mollisol("run", project, "--out", folder / "bundle", "--route", "analytic")
    assert done.returncode == 0, done.stderr + done.stdout
    return folder / "bundle"


def results(bundle: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bundle / "results.json").read_text(encoding="utf-8"))
    return found


def test_its_deduction_and_its_buffer_make_the_units(bundle: Path) -> None:
    """By hand: 0.75 x 0.9 x (mean - t(0.9, df) SE) x area, rounded downward."""
    found = results(bundle)
    assert found["programme"] == "madeup"
    for period in found["periods"]:
        own = period["deduction"]
        t = stats.t(df=own["degrees_of_freedom"]).ppf(0.9)
        low = own["mean_t_co2e_per_ha"] - t * own["standard_error_t_co2e_per_ha"]
        left = 0.75 * 0.9 * low * period["area_ha"]
        assert period["verified_total_t_co2e"] == pytest.approx(left, rel=1e-9)
        assert period["units_if_eligible_t"] == int(left) > 0
        assert period["buffer_t_co2e"] == pytest.approx(left / 3, rel=1e-9)
        assert (period["state"], period["issuance"]) == ("eligible", "issued"), (
            "rules of an installed programme"
        )


def test_it_has_no_bar(bundle: Path) -> None:
    for period in results(bundle)["periods"]:
        assert period["deduction"]["widest_half_width_percent"] is None
        assert period["deduction"]["eligible"]


def test_its_report_has_its_chapters_alone(bundle: Path) -> None:
    page = (bundle / "report.html").read_text(encoding="utf-8")
    shown = [part.split('"')[0] for part in page.split('<section id="')[1:]]
    assert shown == ["summary", "project", "data", "findings", "rules"]
    assert "madeup.deduction.flat" in page
    done = mollisol("report", bundle, "--out", bundle.parent / "report")
    assert done.returncode == 0, done.stderr
    assert (bundle.parent / "report" / "report.html").read_text(encoding="utf-8") == page


def test_its_bundle_is_verified_and_its_numbers_explained(bundle: Path) -> None:
    done = mollisol("verify", bundle)
    assert done.returncode == 0, done.stdout
    assert "madeup.materiality.share" in done.stdout
    done = mollisol("explain", bundle, "periods.1.verified_total_t_co2e")
    assert done.returncode == 0, done.stderr
    assert "madeup:2" in done.stdout


def test_a_bundle_of_a_programme_that_is_not_here_names_it(bundle: Path, tmp_path: Path) -> None:
    """Without the origins of its figures the bundle has to be run again, and that asks for the programme."""
    older = shutil.copytree(bundle, tmp_path / "older")
    put_first_edition(older, figures=False)
    done = mollisol("explain", older, "periods.1.verified_total_t_co2e", installed=tmp_path)
    assert done.returncode == 2
    assert "there is no 'madeup' among the programmes; there are: vm0042" in done.stderr
    assert "0.1.0" not in done.stderr


def test_only_its_own_rules_and_the_house_rules_were_looked_up(bundle: Path) -> None:
    trace = json.loads((bundle / "trace.json").read_text(encoding="utf-8"))
    spaces = {rule["rule"].partition(".")[0] for rule in trace["rules"]}
    assert spaces == {"madeup", "mollisol"}


def test_its_rules_are_audited_and_listed_beside_those_that_ship() -> None:
    done = mollisol("rules", "check", "--json")
    assert done.returncode == 0, done.stdout
    done = mollisol("rules", "list")
    assert "madeup-1.0" in done.stdout
    assert "vm0042-2.2" in done.stdout


def test_a_rule_that_it_does_not_use_is_an_orphan(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(MADE_UP, installed)
    rules = installed / "made_up_rules" / "rules" / "madeup"
    text = (rules / "flat.toml").read_text(encoding="utf-8").replace("deduction.flat", "deduction.idle")
    (rules / "idle.toml").write_text(text, encoding="utf-8")
    done = mollisol("rules", "check", "--json", installed=installed)
    assert done.returncode == 2
    orphans = [f["where"]["thing"] for f in json.loads(done.stdout)["findings"] if f["code"] == "rule-orphan"]
    assert orphans == ["madeup.deduction.idle"]


def test_a_programme_that_is_not_here_is_a_finding_with_those_that_are(tmp_path: Path) -> None:
    (finding,) = [
        finding
        for finding in assess_project(copy_of(WOBURN, tmp_path / "project", programme="gs9")).findings
        if finding.code == "programme-unknown"
    ]
    assert finding.severity.value == "blocking"
    assert finding.allowed == ", ".join(programme_names())


def test_rules_of_another_programme_are_not_found(tmp_path: Path) -> None:
    project = copy_of(WOBURN, tmp_path / "project", programme="madeup")
    done = mollisol("check", project, "--json")
    assert done.returncode == 2
    found = json.loads(done.stdout)["findings"]
    (finding,) = [one for one in found if one["severity"] == "blocking"]
    assert finding["code"] == "rules-unusable"
    assert "madeup-1.0" in finding["found"]


def test_an_undeclared_programme_is_computed_and_provisional(tmp_path: Path) -> None:
    folder = copy_of(WOBURN, tmp_path / "project", programme="undeclared")
    found = run_project(folder).results
    declared = run_project(WOBURN).results
    assert (found.programme, found.state) == ("vm0042", "provisional")
    for period, same in zip(found.periods, declared.periods, strict=True):
        assert (period.state, period.units_to_issue_t) == ("provisional", 0)
        assert period.units_if_eligible_t == same.units_if_eligible_t


def test_what_ships_is_registered_as_entry_points_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    registered = {group: entries for group, entries in SHIPPED.items() if entries}
    assert project["entry-points"] == registered


@pytest.mark.parametrize("group", list(SHIPPED))
def test_what_ships_is_found_without_metadata(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mollisol.extensions.entry_points", lambda **_: ())
    assert extension_names(group) == tuple(SHIPPED[group])
    for name in SHIPPED[group]:
        assert extension(group, name) is not None
    with pytest.raises(UnknownExtensionError, match="there is no 'nothing'"):
        extension(group, "nothing")


def test_vm0042_is_a_programme_like_any_other() -> None:
    one: Programme = programme("vm0042")
    assert one.rules.prefix == f"{one.id}-"
    assert one.complete_rules in one.rules.heads()


def test_a_soil_model_of_another_package_is_listed_and_run() -> None:
    """By hand: two per cent of what is left go each year, 62 and 70 t C/ha at the start."""
    listed = json.loads(mollisol("model", "list", "--json").stdout)["models"]
    assert [model["id"] for model in listed] == [*SHIPPED["mollisol.soil_models"], "drain"]
    folder = ROOT / "examples" / "soil-models" / "rothamsted"
    done = mollisol("model", "run", folder, "--model", "drain", "--json")
    assert done.returncode == 0, done.stderr
    stocks = json.loads(done.stdout)["stocks"]
    first = min(row["year"] for row in stocks)
    for row in stocks:
        start = {"north": 62.0, "south": 70.0}[row["site"]]
        assert row["soc_t_ha"] == pytest.approx(start * 0.98 ** (row["year"] - first), rel=1e-12)
    unknown = mollisol("model", "run", folder, "--model", "nothing", "--json")
    assert unknown.returncode == 2
    (finding,) = json.loads(unknown.stdout)["findings"]
    assert (finding["code"], finding["allowed"]) == (
        "model-unknown",
        "rothc, tier2, amg, icbm, external, drain",
    )


def test_an_export_of_another_package_is_written(bundle: Path) -> None:
    done = mollisol("report", bundle, "--format", "units", "--out", bundle.parent / "units")
    assert done.returncode == 0, done.stderr
    lines = [f"{period['name']},{period['units_to_issue_t']}" for period in results(bundle)["periods"]]
    assert (bundle.parent / "units" / "units.csv").read_text(encoding="utf-8").splitlines() == lines


def test_the_page_names_every_answer_and_every_rule_that_is_asked_for() -> None:
    page = (ROOT / "docs" / "programmes.md").read_text(encoding="utf-8")
    answers = [
        name for name, value in vars(Programme).items() if callable(value) and not name.startswith("_")
    ]
    assert len(answers) > 10
    for name in (*answers, *programme("vm0042").rule_names):
        assert f"`{name}`" in page, name
