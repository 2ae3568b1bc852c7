"""The workbook as a whole: what it is, the parameters, the path from cores to units, and how it compares."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from mollisol.methodology.land.covered import places_drawn_anew, project_of_period
from mollisol.methodology.project import Project
from mollisol.methodology.units import CO2E_PER_C
from mollisol.templates.documents.packing import EARLIEST, repacked
from mollisol.templates.monitoring_report.report import ReportModel
from mollisol.templates.workbook.changes import ChangeSheets
from mollisol.templates.workbook.cores import CoreSheets
from mollisol.templates.workbook.credit import CreditSheet
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Cell, Look, Sheet, Value

_LOOKS: Final[Mapping[Look, str]] = {
    "given": "given: read from the project's files, or a rule. Change it, and what follows from it moves.",
    "live": "live: a formula. Nothing that a formula can give is pasted in.",
    "carried": "carried over: the engine found it by a step that is not in this workbook. It stays as it is.",
    "result": "result: a formula that the report prints. The sheet Comparison holds each beside the engine's number.",
}
_NOT_HERE: Final = (
    "the posterior, the guarded and the Monte Carlo form of the deduction: their UNC",
    "what shared errors (a laboratory's batch, a calibration) add to the variances of the sharp form",
    "what sources emit on a hectare, the new land that displaced production clears, trees and shrubs",
    "the change of periods that cover a part of the land, or in which points were drawn anew",
    "refusals that do not come from the half-width",
    "the check of similarity of control sites, and of what else the findings tell",
)
_PATH: Final = (
    "Increments > Profiles and Spline > References > Points > Sampling units > Changes > Strata > Deduction > "
    "Sources > Credit"
)
_QUANTILES: Final = (
    "t quantiles are taken from the beta distribution: T.INV cuts the degrees of freedom to whole numbers."
)


def write_workbook(model: ReportModel, project: Project, quantities: Any) -> bytes:
    """Write the workbook with live formulas for the design-based path.

    Parameters
    ----------
    model
        The report.
    project
        The project as read from the inputs of the bundle.
    quantities
        The quantities of the bundle's trace by name.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    target = io.BytesIO()
    known = Known(quantities)
    book = Book(target, f"Workbook: {model.results.project}", EARLIEST)
    about = book.sheet("Read me", (110,))
    comparison = book.sheet("Comparison", (14, 52, 20, 20, 16), freeze=(4, 2))
    _parameters(book, model, known)
    cores = CoreSheets(book, project, known)
    if "soil_mass" in known:
        cores.write()
    before = "prior_cumulative"
    found: dict[str, dict[str, Cell]] = {}
    for number, period in enumerate(model.results.periods, start=1):
        measured = f"change_of_unit@{period.name}" in known and f"control_variance@{period.name}" in known
        measured = measured and _of_all_points(project, period.name)
        changes = ChangeSheets(book, project, period, number, known) if measured else None
        strata = changes.write(cores.unit_stock) if changes is not None else None
        credit = CreditSheet(book, period, number, known)
        before = credit.write(strata, before)
        found[period.name] = credit.found
    _about(about, model)
    _compare(comparison, found)
    book.close()
    return repacked(target.getvalue())


def _of_all_points(project: Project, name: str) -> bool:
    """Return whether a period compares each point of the project with itself: else its change is carried over."""
    period = next(one for one in project.head.verification_periods if one.name == name)
    land = project_of_period(project, period)
    return len(land.sample_points) == len(project.sample_points) and not places_drawn_anew(project, period)


def _about(sheet: Sheet, model: ReportModel) -> None:
    results = model.results
    sheet.text(0, 0, f"Workbook of the monitoring report: {results.project}", "title")
    made = f"Rendered by mollisol {model.mollisol} from the bundle alone. Kind of project: {results.kind}."
    lines: list[tuple[Look, str]] = [
        ("text", f"Rule set {results.rule_set}, SHA-256 {results.rule_set_hash}"),
        ("text", made),
        ("text", ""),
        ("good", "The path from the increments of each core to the units stands here in formulas."),
        ("label", _PATH),
        ("label", "Change a blue cell, such as the carbon content of an increment, and see the units move."),
        ("text", ""),
        *_LOOKS.items(),
        ("text", ""),
        ("good", "Not in this workbook, and carried over as values:"),
        *(("label", line) for line in _NOT_HERE),
        ("text", ""),
        ("label", "Set issuing_form on the sheet Parameters to moment to see the methodology's form alone."),
        ("label", _QUANTILES),
    ]
    for row, (look, line) in enumerate(lines, start=2):
        sheet.text(row, 0, line, look)


def _parameters(book: Book, model: ReportModel, known: Known) -> None:
    sheet = book.sheet("Parameters", (30, 18, 12, 70))
    sheet.head(0, ("name", "value", "unit", "what it is, and where it stands"))
    rules = {row.chosen.rule: row.chosen for row in model.rules}
    periods = model.results.periods
    first = f"@{periods[0].name}" if periods else ""
    deduction = periods[0].deduction if periods else None

    def told(id: str, otherwise: str) -> str:
        return f"{rules[id].label}; {rules[id].citation}" if id in rules else otherwise

    issuing = rules.get("mollisol.issuance.form")
    rows: Mapping[str, tuple[Value, str, str]] = {
        "confidence": (
            deduction.confidence if deduction else 2 / 3, "1",
            told("vm0042.deduction.confidence", "probability with which the truth exceeds the credited value"),
        ),
        "bar_percent": (
            (deduction.widest_half_width_percent if deduction else None) or 100.0, "%",
            told("vcs.eligibility.half-width", "widest half-width with which units are issued"),
        ),
        "rating_percent": (model.head.non_permanence_rating_percent, "%", "non-permanence risk rating; project.toml"),
        "prior_cumulative": (
            known.number("prior_cumulative_project_change") or 0.0, "t CO2e",
            "cumulative project change before the first period; ledger.toml",
        ),
        "issuing_form": (
            str(issuing.value) if issuing else "sharp", "",
            told("mollisol.issuance.form", "which form issues") + "; one of sharp, lower, moment, posterior",
        ),
        "form_shared_control": (
            known.form(f"control_variance_total.corrected{first}"), "",
            "control sites that serve several strata; corrected or printed",
        ),
        "form_deduction_denominator": (
            known.form(f"uncertainty_percent.corrected{first}"), "",
            "the deduction as a share of the absolute mean; corrected or printed",
        ),
        "form_eligibility_quantile": (
            known.form(f"half_width_percent.corrected{first}"), "",
            "the half-width by Student's t; corrected, or printed: the normal quantile",
        ),
        "form_leakage_allocation": (
            known.form(f"leakage_on_reductions{first}.1"), "",
            "leakage shared by positive parts; corrected or printed",
        ),
    }  # fmt: skip
    for row, (name, (value, unit, source)) in enumerate(rows.items(), start=1):
        sheet.text(row, 0, name)
        book.name(name, sheet.put(row, 1, value))
        sheet.text(row, 2, unit)
        sheet.text(row, 3, source, "note")
    row = len(rows) + 1
    sheet.text(row, 0, "c_to_co2e")
    book.name("c_to_co2e", sheet.live(row, 1, "44/12", CO2E_PER_C))
    sheet.text(row, 3, "t CO2e in a t of carbon, by molar masses", "note")


def _compare(sheet: Sheet, result: Mapping[str, Mapping[str, Cell]]) -> None:
    sheet.text(0, 0, "The workbook beside the engine", "title")
    sheet.text(1, 0, "largest difference, relative to the larger of 1 and the number")
    sheet.head(3, ("period", "figure", "workbook", "engine", "difference"))
    row = 4
    for period, cells in result.items():
        for figure, (cell, value) in cells.items():
            sheet.words(row, (period, figure))
            sheet.live(row, 2, cell, value, number="#,##0.000000")
            sheet.put(row, 3, value, "carried", "#,##0.000000")
            line = row + 1
            sheet.live(row, 4, f"(C{line}-D{line})/MAX(1,ABS(D{line}))", 0.0, number="0.0E+00")
            row += 1
    if row > 4:
        span = sheet.span(4, 4, row - 1, 4)
        sheet.live(1, 4, f"MAX(MAX({span}),-MIN({span}))", 0.0, "result", "0.0E+00")
