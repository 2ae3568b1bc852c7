"""The worksheet and what is read back from it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.audit.effects import effects_of_records
from mollisol.audit.worksheet import COLUMNS, WorksheetError, extrapolate, worksheet
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.output import write_folder
from mollisol.uncertainty.audit.misstatement import systematic_selection
from tests.mollisol.audit.conftest import bundle_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vouched")
    with as_file(files("mollisol").joinpath("examples", "woburn-ley")) as source:
        shutil.copytree(source, folder / "project")
    write_folder(folder / "bundle", bundle_files(run_project(folder / "project", route="analytic")))
    return folder / "bundle"


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return open_bundle(folder)


type Rows = list[dict[str, str]]


def table(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def records(rows: Rows) -> Rows:
    """Leave out the rows of typed figures."""
    return [row for row in rows if not row["typed_figure"]]


def filled(rows: Rows, **seen: str) -> bytes:
    """Fill the worksheet in as recorded; ``seen`` gives what was seen of SOC by file and row, or of a typed figure."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list[str](COLUMNS))
    writer.writeheader()
    for row in rows:
        done = {
            "seen_soc_g_per_kg": seen.get(row["file_row"], row["recorded_soc_g_per_kg"]),
            "seen_soil_mass": row["recorded_soil_mass"],
            "seen_t_co2e": seen.get(row["typed_figure"], row["recorded_t_co2e"]),
        }
        writer.writerow(row | done)
    return out.getvalue().encode()


def test_what_a_worksheet_holds(bundle: Bundle) -> None:
    rows = records(table(worksheet(bundle, size=20, seed=5)))
    assert sum(int(row["picks"]) for row in rows) == 20
    lines = bundle.input("core_increments.csv").decode().splitlines()
    for row in rows:
        core = lines[int(row["file_row"].rpartition(":")[2]) - 1].split(",")
        assert row["sample"] in core
        assert row["recorded_soc_g_per_kg"] in core
        assert row["soil_mass_column"] == "fine_soil_density_g_per_cm3"
        assert row["seen_soc_g_per_kg"] == row["note"] == ""
    assert worksheet(bundle, size=20, seed=5) == worksheet(bundle, size=20, seed=5)
    assert worksheet(bundle, size=20, seed=5) != worksheet(bundle, size=20, seed=6)


def test_nothing_found(bundle: Bundle) -> None:
    """The bound of no faults in 30 picks is 1 - 0.05^(1/30) = 9.5 %."""
    done = extrapolate(bundle, filled(table(worksheet(bundle, size=30, seed=1))))
    assert done.verdict == "no fault found"
    assert done.projected_t_co2e == 0
    assert done.largest_share_at_fault == pytest.approx(0.0950336, rel=1e-5)
    assert done.largest_relative_error == pytest.approx(
        0.05 * done.credited_t_co2e / (0.0950336 * effects_of_records(bundle).size.sum()), rel=1e-5
    )


def test_one_fault_is_projected_by_its_probability(bundle: Bundle) -> None:
    """By hand: picks / n x misstatement / probability, the other picks being right."""
    rows = table(worksheet(bundle, size=30, seed=1))
    wrong = max(records(rows), key=lambda row: abs(float(row["effect_of_carbon_t_co2e"])))
    seen = repr(float(wrong["recorded_soc_g_per_kg"]) * 0.9)
    done = extrapolate(bundle, filled(rows, **{wrong["file_row"]: seen}))
    effects = effects_of_records(bundle)
    place = effects.rows.index(wrong["file_row"])
    misstatement = 0.1 * float(effects.carbon[place])
    chance = float(effects.size[place] / effects.size.sum())
    assert done.at_fault == 1
    assert done.found_t_co2e == pytest.approx(misstatement)
    assert done.projected_t_co2e == pytest.approx(int(wrong["picks"]) / 30 * misstatement / chance)
    assert done.low_t_co2e < done.projected_t_co2e < done.high_t_co2e


def test_the_same_fault_everywhere_is_found_in_full(bundle: Bundle) -> None:
    """A laboratory 2 % too high on all records moves the sum of carbon effects by 2 %; each pick shows its part."""
    effects = effects_of_records(bundle)
    rows = table(worksheet(bundle, size=2000, seed=2))
    seen = {row["file_row"]: repr(float(row["recorded_soc_g_per_kg"]) / 1.02) for row in records(rows)}
    done = extrapolate(bundle, filled(rows, **seen))
    truth = float(effects.carbon.sum()) * (1 - 1 / 1.02)
    assert abs(done.projected_t_co2e - truth) < 4 * done.standard_error_t_co2e
    assert done.low_t_co2e <= truth <= done.high_t_co2e


def test_typed_figures_are_listed_and_their_faults_added(folder: Path, tmp_path: Path) -> None:
    """By hand: a buffer of 15 % is verified x 15 / 85; at a rating of 20 % it is verified x 20 / 85."""
    bundle = open_bundle(folder)
    verified = sum(period.verified_total_t_co2e for period in bundle.results.periods)
    rows = table(worksheet(bundle, size=30, seed=1))
    typed = [row for row in rows if row["typed_figure"]]
    assert [(row["typed_figure"], row["file_row"]) for row in typed] == [
        ("buffer by the rating", "project.toml")
    ]
    assert float(typed[0]["recorded_t_co2e"]) == pytest.approx(-verified * 15 / 85)
    done = extrapolate(bundle, filled(rows, **{"buffer by the rating": repr(-verified * 20 / 85)}))
    assert (done.at_fault, done.typed, done.typed_at_fault) == (0, 1, 1)
    assert done.typed_found_t_co2e == pytest.approx(verified * 5 / 85)
    assert done.projected_t_co2e == pytest.approx(verified * 5 / 85)
    assert done.verdict == "material", "5 of 85 is 5.9 % of the credit, above 5 %"
    assert done.material_t_co2e == pytest.approx(0.05 * verified)
    parts = done.records_t_co2e + done.typed_t_co2e + done.rest_t_co2e
    assert parts == pytest.approx(done.credited_t_co2e) == pytest.approx(verified)
    assert done.rest_t_co2e == pytest.approx(0.0, abs=1e-6), "here the moment form issues"


@pytest.mark.parametrize(
    ("figure", "tables"),
    [
        ("displaced production", "production.csv and commodities.csv"),
        ("woody stocks", "woody_stocks.csv"),
        ("modelled gases", "modelled_soil_gases.csv"),
        ("organic amendments", "organic_amendments.csv"),
    ],
)
def test_what_has_no_effect_is_asked_for_all_the_same(
    figure: str, tables: str, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A past yield typed too low hides displaced production: what the records show is written into the row of 0 t."""
    monkeypatch.setattr(Bundle, "inputs", (*bundle.inputs, *tables.split(" and ")))
    rows = table(worksheet(bundle, size=30, seed=1))
    (row,) = [item for item in rows if item["file_row"] == tables]
    assert (row["typed_figure"], float(row["recorded_t_co2e"])) == (figure, 0.0)
    assert extrapolate(bundle, filled(rows, **{figure: "-40"})).typed_found_t_co2e == 40


def test_effects_in_the_worksheet_are_not_believed(bundle: Bundle) -> None:
    rows = table(worksheet(bundle, size=10, seed=3))
    seen = {records(rows)[0]["file_row"]: "1.0"}
    honest = extrapolate(bundle, filled(rows, **seen))
    changed = [row | {"effect_of_carbon_t_co2e": "0", "picks": "1"} for row in rows]
    assert extrapolate(bundle, filled(changed, **seen)) == honest


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[:-1], "was drawn and is not in the worksheet"),
        (lambda rows: [*rows, rows[-1]], "once each"),
        (lambda rows: [rows[0], *rows], "one of the typed figures, once each"),
        (lambda rows: rows[1:], "the typed figure buffer by the rating is not in the worksheet"),
        (lambda rows: [rows[0] | {"recorded_t_co2e": "much"}, *rows[1:]], "is no number"),
        (lambda rows: [row | {"recorded_soc_g_per_kg": ""} for row in rows], "is no number"),
        (lambda rows: [row | {"recorded_soc_g_per_kg": "=1+1"} for row in rows], "is no number"),
        (lambda rows: [row | {"recorded_soc_g_per_kg": "nan"} for row in rows], "is no number"),
        (
            lambda rows: [row | {"drawn_from": "x size 10 seed 3"} for row in rows],
            "not drawn from this bundle",
        ),
        (
            lambda rows: [row | {"drawn_from": "x size 10 seed ³"} for row in rows],
            "not drawn from this bundle",
        ),
        (
            lambda rows: [rows[0], *(row | {"file_row": "strata.csv:2"} for row in rows[1:])],
            "not one of the drawn records",
        ),
    ],
)
def test_what_is_refused(bundle: Bundle, change: Callable[[Rows], Rows], says: str) -> None:
    rows = change(table(worksheet(bundle, size=10, seed=3)))
    with pytest.raises(WorksheetError, match=says):
        extrapolate(bundle, filled(rows))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b'"', b"x" * 30_000_000])
def test_what_is_no_worksheet(bundle: Bundle, content: bytes) -> None:
    with pytest.raises(WorksheetError):
        extrapolate(bundle, content)


def test_the_commands(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    arguments = ["audit", "sample", str(folder), "--size", "12", "--seed", "4", "--out", str(sheet)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    sheet.write_bytes(filled(table(sheet.read_text(encoding="utf-8"))))
    done = CliRunner().invoke(app, ["audit", "extrapolate", str(folder), str(sheet)], catch_exceptions=False)
    assert done.output.startswith("no fault found: ")
    done = CliRunner().invoke(app, ["audit", "extrapolate", str(folder), str(sheet), "--json"])
    assert json.loads(done.output)["rule"] == "vcs.materiality.share"
    assert CliRunner().invoke(app, arguments).exit_code != 0, "a filled worksheet is not overwritten"


def test_a_pick_is_a_record_of_the_selection(bundle: Bundle) -> None:
    effects = effects_of_records(bundle)
    picks = systematic_selection(size=effects.size, number=15, seed=9)
    named = {row["file_row"]: int(row["picks"]) for row in records(table(worksheet(bundle, size=15, seed=9)))}
    assert named == {
        effects.rows[i]: int(n) for i, n in zip(*np.unique(picks, return_counts=True), strict=True)
    }


def test_a_formula_in_a_name_stays_text_in_our_own_worksheet(folder: Path, tmp_path: Path) -> None:
    """Whoever made the bundle, the auditor opens our worksheet in a spreadsheet program."""
    shutil.copytree(folder, tmp_path / "bundle")
    cores = tmp_path / "bundle" / "inputs" / "core_increments.csv"
    header, *rows = list(csv.reader(io.StringIO(cores.read_text(encoding="utf-8"), newline="")))
    place = header.index("sample")
    for row in rows:
        row[place] = f"=HYPERLINK(A1;{row[place]})"
    with cores.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    written = records(table(worksheet(open_bundle(tmp_path / "bundle"), size=20, seed=5)))
    assert len(written) > 5
    assert all(row["sample"].startswith("'=HYPERLINK(") for row in written)


@pytest.mark.slow
def test_a_model_is_one_figure_and_the_figures_are_the_credit(tmp_path: Path) -> None:
    """No core leads to the credit of a model; by hand: what is left after the deduction, less 15 % of buffer."""
    bundle = open_bundle(bundle_of("measure-and-model", tmp_path))
    soil = sum(period.after_deduction_t_co2e for period in bundle.results.periods)
    rows = table(worksheet(bundle, size=30, seed=1))
    assert records(rows) == []
    listed = {row["typed_figure"]: float(row["recorded_t_co2e"]) for row in rows}
    assert listed["soil carbon by the model"] == pytest.approx(soil)
    done = extrapolate(bundle, filled(rows))
    assert (done.picks, done.at_fault, done.verdict) == (0, 0, "no fault found")
    assert (
        done.typed_t_co2e
        == pytest.approx(done.credited_t_co2e)
        == pytest.approx(0.85 * listed["soil carbon by the model"])
    )
    assert done.rest_t_co2e == pytest.approx(0.0, abs=1e-6)
    less = repr(soil - 2 * done.material_t_co2e)
    found = extrapolate(bundle, filled(rows, **{"soil carbon by the model": less}))
    assert (found.typed_at_fault, found.verdict) == (1, "material")
    assert found.projected_t_co2e == pytest.approx(2 * done.material_t_co2e)
