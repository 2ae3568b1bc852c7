"""The workbook holds the engine's numbers in formulas: a spreadsheet program that computes them again finds the same.

Expected values are those of LibreOffice, an independent program, from the formulas alone: what XlsxWriter stored beside
them is taken out first.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mollisol.bundle.write import trace_document
from mollisol.engine import run_project
from mollisol.run import Run
from mollisol.templates.monitoring_report.report import ReportModel, report_model
from mollisol.templates.workbook.book import write_workbook
from tests.support.designs import grid, landowners
from tests.support.programs import find_program, missing_program, need_program

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

EXAMPLES = Path(__file__).parents[2] / "examples"
MANIFEST: dict[str, Any] = {"mollisol": "0", "versions": {}, "files": {}, "sampler": None}


def _model(run: Run) -> tuple[ReportModel, dict[str, Any]]:
    trace = json.loads(json.dumps(trace_document(run)))
    model = report_model(
        results=run.results, findings=run.findings, trace=trace, manifest=MANIFEST, head=run.project.head
    )
    return model, {item["name"]: item for item in trace["quantities"]}


def _workbook(run: Run) -> bytes:
    model, quantities = _model(run)
    return write_workbook(model, run.project, quantities)


@cache
def farm() -> tuple[Run, bytes]:
    """Two increments a core, shared control sites, leakage, trees and other gases."""
    run = run_project(EXAMPLES / "mixed-farm", route="analytic")
    return run, _workbook(run)


def _recalculated(workbook: Any, folder: Path) -> Any:
    """Let LibreOffice compute every cell; openpyxl writes formulas without their values."""
    folder.mkdir(exist_ok=True)
    workbook.save(folder / "in.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        need_program("LibreOffice"),
        "--headless",
        profile,
        "--convert-to",
        "xlsx",
        "--outdir",
        str(folder / "out"),
    ]
    subprocess.run([*command, str(folder / "in.xlsx")], check=True, capture_output=True, timeout=240)
    return openpyxl.load_workbook(folder / "out" / "in.xlsx", data_only=True)


def _formulas(workbook: Any) -> list[tuple[str, str]]:
    return [
        (sheet.title, cell.coordinate)
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    ]


def _agree(content: bytes, folder: Path, least: int = 500) -> None:
    """Hold every cell with a formula against what the engine gave for it."""
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    fresh = _recalculated(formulas, folder)
    places = _formulas(formulas)
    assert len(places) > least
    for sheet, cell in places:
        expected, found = stored[sheet][cell].value, fresh[sheet][cell].value
        if expected in (None, ""):
            assert found in (None, ""), (sheet, cell, found)
        else:
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (sheet, cell)
    assert abs(fresh["Comparison"]["E2"].value) < 1e-9


def test_formulas_carry_the_path_from_cores_to_units() -> None:
    run, content = farm()
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    period = run.results.periods[0]
    sheet = workbook["Credit 1"]
    rows = {sheet.cell(row, 1).value: sheet.cell(row, 2) for row in range(1, sheet.max_row + 1)}
    assert str(rows["units to issue, whole tonnes down"].value).startswith("=")
    stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Credit 1"]
    units = stored[rows["units to issue, whole tonnes down"].coordinate].value
    assert units == period.units_to_issue_t
    increments = workbook["Increments"]
    assert increments.max_row == len(run.project.core_increments) + 1
    # row 2 of the sheet is row 2 of core_increments.csv: 30 cm at its density and content
    first = run.project.core_increments[0]
    assert [increments["G2"].value, increments["F2"].value] == [first.soc_g_per_kg, first.lower_cm]
    assert increments["N2"].value == "=100*K2*(F2-E2)"


def test_every_value_that_stays_says_so() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(farm()[1]))
    text = " ".join(str(cell.value) for row in workbook["Read me"].iter_rows() for cell in row if cell.value)
    for word in ("posterior", "sharp", "displaced production", "T.INV"):
        assert word in text
    sheet = workbook["Credit 1"]
    carried = [row for row in sheet.iter_rows() if "UNC of the posterior" in str(row[0].value)]
    assert "carried over from the engine" in carried[0][3].value


def test_the_same_bytes_twice() -> None:
    run, content = farm()
    assert _workbook(run) == content


def test_text_that_looks_like_a_formula_stays_text() -> None:
    run, _ = farm()
    strata = tuple(
        stratum.model_copy(update={"quantification_unit": '=HYPERLINK("http://x")'})
        for stratum in run.project.strata
    )
    project = run.project.model_copy(update={"strata": strata})
    model, quantities = _model(run)
    workbook = openpyxl.load_workbook(io.BytesIO(write_workbook(model, project, quantities)))
    cell = workbook["Strata 1"]["B2"]
    assert cell.value == '=HYPERLINK("http://x")'
    assert cell.data_type == "s" or cell.data_type == "inlineStr"
    assert cell.quotePrefix


@pytest.mark.skipif(find_program("LibreOffice") is None, reason=missing_program("LibreOffice"))
def test_a_spreadsheet_program_finds_the_numbers_of_the_engine(tmp_path: Path) -> None:
    _agree(farm()[1], tmp_path)


@pytest.mark.slow
def test_with_every_route_too(tmp_path: Path) -> None:
    for name in ("woburn-ley", "mixed-farm"):
        _agree(_workbook(run_project(EXAMPLES / name)), tmp_path / name)


@pytest.mark.slow
def test_a_changed_core_moves_the_credit_as_the_engine_does(tmp_path: Path) -> None:
    """One carbon content goes up by 2 g/kg: in the workbook by hand, in the engine through the file.

    The deduction moves too, with both of its parts, under the form that issues.
    """
    workbook = openpyxl.load_workbook(io.BytesIO(farm()[1]))
    row = next(
        number
        for number, item in enumerate(farm()[0].project.core_increments, start=2)
        if item.campaign == "2023" and item.upper_cm == 0 and item.point.startswith("arable")
    )
    before = workbook["Increments"][f"G{row}"].value
    workbook["Increments"][f"G{row}"].value = before + 2
    fresh = _recalculated(workbook, tmp_path / "office")
    shutil.copytree(EXAMPLES / "mixed-farm", tmp_path / "project")
    table = tmp_path / "project" / "core_increments.csv"
    with table.open(newline="") as stream:
        lines = list(csv.reader(stream))
    column = lines[0].index("soc_g_per_kg")
    lines[row - 1][column] = repr(before + 2)
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows(lines)
    again = run_project(tmp_path / "project", route="analytic")
    sheet = fresh["Comparison"]
    found = {(str(r[0].value), r[1].value): r[2].value for r in sheet.iter_rows(min_row=5)}
    for period in again.results.periods:
        assert found[period.name, "verified total, t CO2e"] == pytest.approx(
            period.verified_total_t_co2e, rel=1e-9
        )
        assert found[period.name, "units, whole t CO2e"] == period.units_if_eligible_t
        assert period.sharp is not None
        for figure, value in {
            "UNC of the moment form, %": period.deduction.uncertainty_percent,
            "UNC that issues, %": period.issuing_uncertainty_percent,
            "deduction A, t CO2e/ha": period.sharp.deduction_a_t_co2e_per_ha,
            "deduction B, t CO2e/ha": period.sharp.deduction_b_t_co2e_per_ha,
        }.items():
            assert found[period.name, figure] == pytest.approx(value, rel=1e-9), figure
    first = farm()[0].results.periods[0].verified_total_t_co2e
    assert found["1", "verified total, t CO2e"] != pytest.approx(first, rel=1e-6)


@pytest.mark.slow
def test_five_increments_a_core(tmp_path: Path) -> None:
    """The spline solved in cells with four unknowns."""
    shutil.copytree(EXAMPLES / "mixed-farm", tmp_path / "project")
    table = tmp_path / "project" / "core_increments.csv"
    with table.open(newline="") as stream:
        head, *rows = csv.reader(stream)
    column = {name: head.index(name) for name in ("upper_cm", "lower_cm", "soc_g_per_kg")}
    cut = {"0": ("10", "20"), "30": ("40",)}
    with table.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        for row in rows:
            ends = [row[column["upper_cm"]], *cut[row[column["upper_cm"]]], row[column["lower_cm"]]]
            for number, (upper, lower) in enumerate(itertools.pairwise(ends)):
                part = list(row)
                part[column["upper_cm"]], part[column["lower_cm"]] = upper, lower
                part[column["soc_g_per_kg"]] = (
                    f"{float(row[column['soc_g_per_kg']]) * (1.06 - 0.06 * number):.3f}"
                )
                writer.writerow(part)
    run = run_project(tmp_path / "project", route="analytic")
    content = _workbook(run)
    assert openpyxl.load_workbook(io.BytesIO(content))["Profiles"]["H2"].value == 5
    _agree(content, tmp_path / "office")


@pytest.mark.slow
def test_a_modelled_period_carries_its_change_and_its_variance_over(tmp_path: Path) -> None:
    """And what follows from them is live: computed again by LibreOffice it is the engine's."""
    run = run_project(EXAMPLES / "measure-and-model", route="analytic")
    workbook = openpyxl.load_workbook(io.BytesIO(_workbook(run)))
    for period in run.results.periods:
        sheet = workbook[f"Credit {period.name}"]
        cells = {sheet.cell(row, 1).value: sheet.cell(row, 2) for row in range(1, sheet.max_row + 1)}
        given = {
            "project change a year": period.project_change_t_co2e / period.years,
            "baseline change a year": period.baseline_change_t_co2e / period.years,
            "variance of the mean": period.deduction.standard_error_t_co2e_per_ha**2,
        }
        for label, value in given.items():
            assert cells[label].value == pytest.approx(value, rel=1e-12), label
        assert str(cells["standard error"].value).startswith("=SQRT(")
    fresh = _recalculated(workbook, tmp_path / "office")
    assert abs(fresh["Comparison"]["E2"].value) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("write", [landowners, grid])
def test_formulas_of_declared_designs(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """Parts of a field count by their areas; the variance of a grid is carried over, for no formula is short enough."""
    _agree(_workbook(run_project(write(tmp_path / "project"))), tmp_path / "office", 150)


@pytest.mark.slow
@pytest.mark.skipif(find_program("LibreOffice") is None, reason=missing_program("LibreOffice"))
def test_a_changed_source_and_a_changed_residue_move_the_credit(tmp_path: Path) -> None:
    """By hand: 2 t dm more, of 15 GJ/t and 0.0946 t CO2e/GJ, leak 2.838 t; 0.1 t CO2e/ha less on 60 ha are 6 t."""
    workbook = openpyxl.load_workbook(io.BytesIO(farm()[1]))
    before = openpyxl.load_workbook(io.BytesIO(farm()[1]), data_only=True)["Credit 2"]
    sheet = workbook["Sources 2"]
    rows = {str(sheet.cell(row, 1).value): row for row in range(sheet.max_row, 0, -1)}
    sheet.cell(rows["residue 1: diverted_t_dm"], 2).value += 2
    assert (sheet["A2"].value, sheet["C2"].value, sheet["D2"].value) == ("fossil fuel co2", "arable", 60)
    sheet["F2"].value -= 0.1
    after = _recalculated(workbook, tmp_path)["Credit 2"]
    credit = {str(before.cell(row, 1).value): row for row in range(1, before.max_row + 1)}
    for name, moved in (("other gases", 6.0), ("leakage", 2.838)):
        old, new = (page.cell(credit[name], 2).value for page in (before, after))
        assert new - old == pytest.approx(moved, abs=1e-9)
