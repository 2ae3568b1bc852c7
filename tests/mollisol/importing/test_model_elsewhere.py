"""A project whose stocks a model gave that ran elsewhere: raw outputs, import, credit, bundle, and the way back.

Expected values are hand arithmetic on the straight lines of ``tests/support/external_project.py``, or what the same
stocks give where the model runs here.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.importing.perform import imported, write_import
from mollisol.methodology.findings import FindingsError
from mollisol.reading.intake import Intake
from mollisol.reading.model_folder import read_folder
from mollisol.reading.trials import trials_of
from mollisol.trials.predictions import Group, published, ran_elsewhere
from mollisol.trials.scenarios import run_folder
from mollisol.trials.validate import validate
from tests.mollisol.trials.conftest import FOLDER as TRIALS
from tests.mollisol.trials.conftest import SETTINGS, trials
from tests.support.declarations import declare
from tests.support.external_project import (
    DECLARED,
    GAIN,
    LOSS,
    stock,
    validated,
    write_external_project,
    write_raw_project,
)
from tests.support.modelled_project import ERRORS, FIRST, LAST, POINTS, write_modelled_project

RUN = CliRunner()
PER_C = 44 / 12
YEARS = LAST - FIRST + 1
SHARE = {"loam": 80 / 120, "sand": 40 / 120}
HEAD = "model,model_version,parameter_set,point,scenario,year,draw,soc_t_ha"


def effects(stratum: str) -> list[float]:
    """Return the effect of the points of a stratum over the period. [t CO2e/ha]."""
    return [YEARS * (GAIN[name] - LOSS) * PER_C for name, row in POINTS.items() if row[0] == stratum]


def by_hand() -> tuple[float, float]:
    """Return mean and standard error (Eqs. 60 to 64, model error shared) of the project."""
    mean = sum(share * float(np.mean(effects(name))) for name, share in SHARE.items())
    sampling = sum(
        share**2 * float(np.var(effects(name), ddof=1)) / len(effects(name)) for name, share in SHARE.items()
    )
    return mean, math.sqrt(sampling + float(np.var(ERRORS, ddof=1)))


@pytest.mark.parametrize("model", ["daycent", "dndc"])
def test_raw_outputs_end_in_a_credit(model: str, tmp_path: Path) -> None:
    folder = write_raw_project(tmp_path / "project", model)  # type: ignore[arg-type]
    done = RUN.invoke(app, ["import", "run", "--project", str(folder)])
    assert done.exit_code == 0, done.output
    validated(folder)
    out = tmp_path / "bundle"
    shown = RUN.invoke(app, ["run", str(folder), "--out", str(out), "--route", "analytic"])
    assert shown.exit_code == 3, (
        shown.output
    )  # what a small project does not declare is left open, nothing else
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    (period,) = results["periods"]
    (route,) = period["routes"]
    mean, error = by_hand()
    assert route["mean_t_co2e_per_ha"] == pytest.approx(mean, rel=1e-4)  # DNDC prints whole hundreds of grams
    assert route["standard_error_t_co2e_per_ha"] == pytest.approx(error, rel=1e-3)
    assert period["units_if_eligible_t"] > 800
    name = {"daycent": "DayCent DD17", "dndc": "DNDC 9.5"}[model]
    assert (results["model"]["model"], results["model"]["model_version"]) == ("external", name)
    assert name in (out / "report.html").read_text(encoding="utf-8")
    assert {f"model/external_{model}.csv", "raw/L1_project." + {"daycent": "lis", "dndc": "csv"}[model]} <= {
        path.relative_to(out / "inputs").as_posix() for path in (out / "inputs").rglob("*") if path.is_file()
    }
    assert RUN.invoke(app, ["verify", str(out)]).exit_code == 0
    told = RUN.invoke(app, ["explain", str(out), "project_modelled_last@1@L1", "--json"])
    rows = json.loads(told.stdout)["rows"]
    table = (folder / "model" / f"external_{model}.csv").read_text(encoding="utf-8").splitlines()
    ends = [table[int(row.rpartition(":")[2]) - 1].split(",") for row in rows[:2]]
    columns = table[0].split(",")
    assert [dict(zip(columns, end, strict=True))["year"] for end in ends] == [str(FIRST - 1), str(LAST)]
    assert {dict(zip(columns, end, strict=True))["point"] for end in ends} == {"L1"}
    told_of = {f["code"] for f in json.loads((out / "findings.json").read_text(encoding="utf-8"))}
    assert ("external-gases-unused" in told_of) == (model == "dndc")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["daycent", "dndc"])
def test_from_raw_outputs_to_an_eligible_project(model: str, tmp_path: Path) -> None:
    """With all declarations, a plan, evidence and a validation it issues, and its bundle is performed again."""
    folder = write_raw_project(tmp_path / "project", model)  # type: ignore[arg-type]
    assert RUN.invoke(app, ["import", "run", "--project", str(folder)]).exit_code == 0
    declare(validated(folder))
    out = tmp_path / "bundle"
    shown = RUN.invoke(app, ["run", str(folder), "--out", str(out)])
    assert shown.exit_code == 0, shown.output
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    (period,) = results["periods"]
    assert (results["state"], period["issuance"]) == ("eligible", "issued")
    assert period["units_to_issue_t"] == int(period["verified_total_t_co2e"]) > 0
    by_route = {row["route"]: row for row in period["routes"]}
    mean, error = by_hand()
    assert by_route["analytic"]["mean_t_co2e_per_ha"] == pytest.approx(mean, rel=1e-4)
    assert by_route["analytic"]["standard_error_t_co2e_per_ha"] == pytest.approx(error, rel=1e-3)
    assert RUN.invoke(app, ["verify", str(out)]).exit_code == 0


def test_the_same_stocks_credit_the_same_as_where_the_model_runs_here(tmp_path: Path) -> None:
    here = write_modelled_project(tmp_path / "here")
    head = here / "project.toml"
    text = head.read_text(encoding="utf-8").replace('parameter_set = "calibrated"\n', "")
    head.write_text(text, encoding="utf-8")
    shutil.rmtree(here / "model" / "calibrated")
    validated(here)
    there = write_external_project(tmp_path / "there")
    runs, _, _ = run_folder(here / "model")
    rows = [
        f"DayCent,DD17,set-1,{row['site']},{row['scenario']},{row['year']},0,{row['soc_t_ha']!r}"
        for row in runs.rows()
    ]
    (there / "model" / "external_daycent.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    one, other = (run_project(folder).results.periods[0] for folder in (here, there))
    for mine, theirs in zip(one.routes, other.routes, strict=True):
        assert mine.route == theirs.route
        # the start of a folder's runs is its site table, to four decimals of a tonne
        assert theirs.credited_t_co2e_per_ha == pytest.approx(mine.credited_t_co2e_per_ha, rel=1e-4), (
            mine.route
        )
    assert other.units_if_eligible_t == one.units_if_eligible_t


def test_draws_are_joint(tmp_path: Path) -> None:
    """A draw that doubles the gain doubles it everywhere: its spread does not average out over points."""
    factors = np.linspace(0.5, 1.5, 301)

    def spread(order: dict[str, np.ndarray]) -> float:
        folder = tmp_path / f"project-{len(list(tmp_path.iterdir()))}"
        write_external_project(folder)
        rows = []
        for point in POINTS:
            for scenario in ("baseline", "project"):
                for year in range(FIRST - 1, LAST + 1):
                    start = stock(point, scenario, FIRST - 1)
                    gain = stock(point, scenario, year) - start
                    drawn = factors[order[point]] if scenario == "project" else np.ones(len(factors))
                    rows += [
                        f"DayCent,DD17,set-1,{point},{scenario},{year},{number},{start + gain * factor:.6f}"
                        for number, factor in enumerate(drawn)
                    ]
        table = folder / "model" / "external_daycent.csv"
        table.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
        routes = {row.route: row for row in run_project(folder, route="montecarlo").results.periods[0].routes}
        return routes["montecarlo"].standard_error_t_co2e_per_ha

    alike = np.arange(len(factors))
    dice = np.random.default_rng(1)
    joint = spread(dict.fromkeys(POINTS, alike))
    apart = spread({point: dice.permutation(alike) for point in POINTS})
    gain = sum(
        share * np.mean([GAIN[n] for n, row in POINTS.items() if row[0] == name])
        for name, share in SHARE.items()
    )
    parameters = gain * YEARS * PER_C * float(np.std(factors, ddof=1))
    assert joint == pytest.approx(math.hypot(by_hand()[1], parameters), rel=0.08)
    assert apart < 0.7 * joint


def elsewhere(folder: Path) -> Path:
    """Write the shared trials with the stocks that the model gives here as results from elsewhere."""
    shutil.copytree(TRIALS, folder)
    inputs, _ = read_folder(folder)
    assert inputs is not None
    declared = DECLARED.format(name="DayCent", version="DD17", file="daycent").replace("model/", "")
    (folder / "model.toml").write_text(
        declared.replace('model = "external"', 'model = "external"\nbaseline = "trial"'), encoding="utf-8"
    )
    rows = []
    for row in trials().comparisons:
        for site in (row.treated_site, row.reference_site):
            start = next(one.soc_t_ha for one in trials().inputs.sites if one.site == site)
            alone = row.model_copy(update={"treated_site": site, "reference_site": ""})
            change = float(
                published(trials(), [Group("one", (alone,), "")], None, None).effect_t_co2e_per_ha[0, 0]
            )
            rows += [
                f"DayCent,DD17,set-1,{site},trial,{row.from_year},0,{start!r}",
                f"DayCent,DD17,set-1,{site},trial,{row.to_year},0,{start + change / PER_C!r}",
            ]
    (folder / "external_daycent.csv").write_text(
        "\n".join([HEAD, *dict.fromkeys(rows), ""]), encoding="utf-8"
    )
    (folder / "inputs").mkdir()
    for name in ("farm.wth", "baseline.sch", "project.sch", "fix.100"):
        (folder / "inputs" / name).write_text(f"constructed: {name}\n", encoding="utf-8")
    return folder


def test_a_model_from_elsewhere_is_validated_on_its_own_results(tmp_path: Path) -> None:
    intake = Intake(elsewhere(tmp_path / "trials"))
    read = trials_of(intake)
    assert intake.findings == []
    assert read is not None
    mine = validate(read, settings={"start": "as it ran"}, predict=ran_elsewhere).result
    here = validate(trials(), settings=SETTINGS, predict=published).result
    assert (mine.identity.model, mine.identity.model_version) == ("external", "DayCent DD17")
    for one, other in zip(mine.comparisons, here.comparisons, strict=True):
        assert one.modelled_t_co2e_per_ha == pytest.approx(other.modelled_t_co2e_per_ha, abs=1e-9)
    assert [c.model_variance for c in mine.combinations] == pytest.approx(
        [c.model_variance for c in here.combinations]
    )


def test_the_commands_of_models_take_a_model_from_elsewhere(tmp_path: Path) -> None:
    folder = elsewhere(tmp_path / "trials")
    done = RUN.invoke(app, ["model", "validate", str(folder), "--out", str(tmp_path / "out")])
    assert done.exit_code in (0, 3), done.output
    made = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert made["identity"]["model_version"] == "DayCent DD17"
    refused = RUN.invoke(app, ["model", "calibrate", str(folder), "--out", str(tmp_path / "set"), "--json"])
    assert refused.exit_code == 2
    assert "external-not-calibrated" in refused.stdout
    lines = (folder / "external_daycent.csv").read_text(encoding="utf-8").splitlines()
    (folder / "external_daycent.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    short = RUN.invoke(app, ["model", "validate", str(folder), "--out", str(tmp_path / "none"), "--json"])
    assert short.exit_code == 2
    assert "external-years-missing" in short.stdout


def test_another_parameter_file_is_another_parameter_set(tmp_path: Path) -> None:
    folder = write_external_project(tmp_path / "project")
    assert "model-identity-differs" not in {f.code for f in assess_project(folder).findings}
    (folder / "model" / "inputs" / "fix.100").write_text("other numbers\n", encoding="utf-8")
    assert "model-identity-differs" in {f.code for f in assess_project(folder).findings}


def test_runs_that_start_elsewhere_are_told_and_stand_on_the_measured_stock(tmp_path: Path) -> None:
    folder = write_external_project(tmp_path / "project")
    table = folder / "model" / "external_daycent.csv"
    before = run_project(folder, route="analytic")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row["soc_t_ha"] = f"{float(row['soc_t_ha']) + 20:.4f}"
    table.write_text(
        "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows), ""]), encoding="utf-8"
    )
    after = run_project(folder, route="analytic")
    off = [f for f in after.findings if f.code == "external-start-off"]
    assert [f.where.thing for f in off] == ["stratum loam", "stratum sand"]
    assert after.results.periods[0].gross_t_co2e == pytest.approx(before.results.periods[0].gross_t_co2e)
    assert not [f for f in before.findings if f.code == "external-start-off"]


def test_an_import_does_not_run_without_a_validation(tmp_path: Path) -> None:
    folder = write_raw_project(tmp_path / "project")
    write_import(folder, imported(folder))
    (folder / "model" / "validation.json").unlink()
    with pytest.raises(FindingsError) as caught:
        run_project(folder)
    assert "file-missing" in {f.code for f in caught.value.findings}
