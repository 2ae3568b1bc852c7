"""What the mixed farm's README says of its musts: without any of them provisional, and the same figures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Severity
from mollisol.methodology.results.run import RunResult

FARM = Path(__file__).parents[2] / "examples" / "mixed-farm"
BASIS = r"analyte = .*\n|inorganic_carbon = .*\n|density_basis = .*\n|coarse_fragments = .*\n|drying = .*\n"


def units(results: RunResult) -> list[int | None]:
    return [period.units_if_eligible_t for period in results.periods]


def test_the_page_has_the_figures_of_the_run() -> None:
    found = run_project(FARM, route="analytic").results
    assert found.state == "eligible"
    page = (FARM / "README.md").read_text(encoding="utf-8")
    told = re.search(r"\*eligible to request\*: ([\d,]+) and ([\d,]+) t", page)
    assert told is not None
    assert [int(number.replace(",", "")) for number in told.groups()] == units(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "edits"),
    [
        ("eligibility-incomplete", [("eligibility.toml", r"\[\[evidence\]\]\n(.+\n)+", "")]),
        ("eligibility-incomplete", [("eligibility.toml", r"\[\[adjustments\]\]\n(.+\n)+", "")]),
        ("eligibility-not-declared", [("eligibility.toml", "", None)]),
        ("geometry-missing", [("project.toml", r"geometry_file = .*\n", ""), ("units.geojson", "", None)]),
        ("clause-undeclared", [("declarations.csv", "control-size.*\n", "")]),
        ("clause-undocumented", [("declarations.csv", "(laws-read.*),evidence.*", r"\1,")]),
        ("plan-missing", [("plan/plan.toml", "", None), ("plan/points.csv", "", None)]),
        ("plan-afterwards", [("plan/plan.toml", "2021-08-20", "2023-01-01")]),
        ("schedule-incomplete", [("schedule_of_activities.csv", r",7\.5,", ",,")]),
        ("laboratory-basis-undeclared", [("project.toml", BASIS, "")]),
    ],
)
def test_without_a_must_the_same_is_computed_and_none_can_be_requested(
    code: str, edits: Sequence[tuple[str, str, str | None]], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FARM, tmp_path / "farm"))
    for name, old, new in edits:
        path = folder / name
        if new is None:
            path.unlink()
        else:
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(old, new, text), encoding="utf-8")
            assert path.read_text(encoding="utf-8") != text
    run = run_project(folder, route="analytic")
    stops = {finding.code for finding in run.findings if finding.severity is Severity.REFUSAL}
    assert (stops, run.results.state) == ({code}, "provisional")
    assert units(run.results) == units(run_project(FARM, route="analytic").results)
    assert [period.units_to_issue_t for period in run.results.periods] == [0, 0]
