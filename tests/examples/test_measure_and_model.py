"""examples/measure-and-model runs, is what its script makes of the trials, and the page shows its numbers."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Severity
from mollisol.run import Run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "measure-and-model"
PAGE = ROOT / "docs" / "measure-and-model.md"


@pytest.fixture(scope="module")
def run() -> Run:
    return run_project(EXAMPLE)


def table(run: Run) -> str:
    rows = [
        "| period | baseline | project | baseline change | difference | SE | credited |",
        "|---|---|---|---|---|---|---|",
    ]
    for period in run.results.periods:
        for number, row in enumerate(period.baselines):
            years = f"{period.during.start.year}-{period.during.end.year}" if number == 0 else ""
            moment = next(route for route in row.routes if route.form == "moment")
            kind = row.kind.replace("_", " ") + ("" if row.credited else " (marked)")
            figures = (
                row.project_change_t_co2e_per_ha,
                row.baseline_change_t_co2e_per_ha,
                row.difference_t_co2e_per_ha,
                moment.standard_error_t_co2e_per_ha,
                row.credited_t_co2e_per_ha,
            )
            rows.append(f"| {years} | {kind} | " + " | ".join(f"{value:.1f}" for value in figures) + " |")
    return "\n".join(rows)


def test_the_page_has_the_numbers_of_the_run(run: Run) -> None:
    text = PAGE.read_text(encoding="utf-8")
    block = re.search(r"<!-- table -->\n(.*?)\n<!-- end of table -->", text, re.DOTALL)
    assert block is not None
    assert block[1] == table(run)


def test_nothing_is_issued_and_the_reasons_are_said(run: Run) -> None:
    assert {period.issuance for period in run.results.periods} == {"refused"}
    refused = {finding.code for finding in run.findings if finding.severity is Severity.REFUSAL}
    assert {"validation-point-outside", "validation-gate-failed", "half-width-over-estimate"} <= refused


def test_all_four_kinds_stand_side_by_side(run: Run) -> None:
    for period in run.results.periods:
        assert [row.kind for row in period.baselines] == [
            "modelled_schedule",
            "blended",
            "hybrid",
            "measured_controls",
        ]
        assert not any(row.issues for row in period.baselines[1:])


def test_measured_stocks_are_those_of_the_source(run: Run) -> None:
    """Rotation T14 in 1990: 51.643 t C/ha in every block of the source."""
    initial = run.trace.quantities["initial_stock_of_point"]
    stock = dict(zip(initial.index, initial.value, strict=True))
    assert stock["T14"] == pytest.approx(51.643, abs=1e-4)


def test_the_tables_are_what_the_script_makes_of_the_trials(tmp_path: Path) -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "examples/measure_and_model.py"))
    out = tmp_path / "made"
    (out / "model").mkdir(parents=True)
    for name in ("_project_tables", "_model_tables"):
        made[name].__globals__["OUT"] = out
    stock = made["_stocks"]()
    made["_project_tables"](stock)
    made["_model_tables"](out / "model", stock)
    written = sorted(path.relative_to(out) for path in out.rglob("*.csv"))
    assert len(written) == 10
    for path in written:
        assert (out / path).read_bytes() == (EXAMPLE / path).read_bytes(), path
