"""`check` tells what a run would stop at: also what only the arithmetic shows, and also after a first fault elsewhere.

The expected codes are those that each case names, and those that the run itself ends with.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mollisol.computing import told_by_a_run
from mollisol.engine import assess_project, run_project
from mollisol.methodology.deviations import STOPS
from mollisol.methodology.findings import Finding, FindingsError
from tests.broken.conftest import CASES, Breaker

STOPPING = {
    id: case for id, case in CASES.items() if "code" in case and case["severity"] in ("blocking", "refusal")
}
SAMPLE = [id for id, case in STOPPING.items() if case.get("run")]
SAMPLE += [id for id in STOPPING if id not in SAMPLE][::20]

FIRST: Mapping[str, dict[str, Any]] = {
    "control_sites.csv": {"row": 2, "column": "distance_km", "value": "ten"},
    "schedule_of_activities.csv": {"row": 2, "column": "year", "value": "soon"},
    "control_links.csv": {"row": 2, "column": "stratum", "value": "nowhere"},
    "core_increments.csv": {"row": 2, "column": "soc_g_per_kg", "value": "many"},
    "liming.csv": {
        "text": "quantification_unit,scenario,year,lime,lime_t\nPLACEHOLDER-unit,project,2022,chalk,x\n"
    },
    "eligibility.toml": {"text": "land_use = 3\n"},
}
"""A first fault in each of some tables: of form, or of a name that is not there."""
NEEDS: Mapping[str, frozenset[str]] = {
    "the stocks, which are of cores, points, control sites and their links": frozenset(
        {
            "calibration-biased", "change-implausible", "control-climate", "control-ecoregion",
            "control-not-similar", "control-practice", "control-slope", "control-soil-group", "control-station",
            "control-texture", "density-against-carbon", "density-shift-by-side", "esm-beyond-sampled-mass",
            "external-no-phases", "external-start-differs", "external-years-missing", "group-moved-by-factor",
            "increments-credit-one", "model-depth-differs", "model-point-missing", "points-lost-many",
            "remeasurement-late", "stock-inconsistent",
        }
    ),
    "the rows of the table at fault": frozenset(
        {
            "activity-year-outside", "analyte-not-carbon", "campaign-not-measured", "control-contaminated",
            "control-distance-differs", "density-of-whole-soil", "initial-measurement-off-start",
            "no-practice-change", "plan-afterwards", "plan-point-missing", "point-not-measured",
            "sample-too-shallow", "schedule-contradicts", "schedule-incomplete", "source-begins-uncounted",
            "source-without-data", "stratum-unpaired", "unknown-reference", "validation-share-small",
        }
    ),
}  # fmt: skip
"""Codes that may be silent while another table is at fault, by what they need."""


def _stops(findings: tuple[Finding, ...] | list[Finding]) -> set[str]:
    return {finding.code for finding in findings if finding.severity in STOPS}


def _run(folder: Path) -> set[str]:
    try:
        return _stops(run_project(folder).findings)
    except FindingsError as error:
        return _stops(error.findings)


def _agrees(id: str, broken: Breaker) -> None:
    folder = broken(STOPPING[id].get("edit", []), STOPPING[id].get("base", "skeleton"))
    assert _stops(told_by_a_run(assess_project(folder))) == _run(folder)


@pytest.mark.parametrize("id", SAMPLE)
def test_check_names_what_a_run_stops_at(id: str, broken: Breaker) -> None:
    _agrees(id, broken)


@pytest.mark.slow
@pytest.mark.parametrize("id", sorted(set(STOPPING) - set(SAMPLE))[::2])
def test_check_names_what_any_run_stops_at(id: str, broken: Breaker) -> None:
    _agrees(id, broken)


def _hidden(file: str, ids: list[str], broken: Breaker) -> set[str]:
    """Return the codes of cases that are not told beside a first fault in another table."""
    silent = set()
    for id in ids:
        case = STOPPING[id]
        if case.get("run") or any(edit["file"] == file for edit in case.get("edit", ())):
            continue
        folder = broken(case.get("edit", []), case.get("base", "skeleton"))
        if not (folder / file).exists() and "text" not in FIRST[file]:
            continue
        folder = broken([*case.get("edit", []), {"file": file, **FIRST[file]}], case.get("base", "skeleton"))
        if case["code"] not in {finding.code for finding in assess_project(folder).findings}:
            silent.add(case["code"])
    return silent


@pytest.mark.parametrize("file", FIRST)
def test_a_first_fault_hides_no_other(file: str, broken: Breaker) -> None:
    assert _hidden(file, sorted(STOPPING)[::12], broken) <= frozenset().union(*NEEDS.values())


@pytest.mark.slow
@pytest.mark.parametrize("file", FIRST)
def test_a_first_fault_hides_none(file: str, broken: Breaker) -> None:
    assert _hidden(file, sorted(STOPPING), broken) <= frozenset().union(*NEEDS.values())
