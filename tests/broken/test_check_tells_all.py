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
    "a distance": {"file": "control_sites.csv", "row": 2, "column": "distance_km", "value": "ten"},
    "a year": {"file": "schedule_of_activities.csv", "row": 2, "column": "year", "value": "soon"},
    "a link": {"file": "control_links.csv", "row": 2, "column": "stratum", "value": "nowhere"},
    "a content": {"file": "core_increments.csv", "row": 2, "column": "soc_g_per_kg", "value": "many"},
    "an area of a stratum": {"file": "strata.csv", "row": 2, "column": "area_ha", "value": "many"},
    "an area of a unit": {"file": "quantification_units.csv", "row": 2, "column": "area_ha", "value": "many"},
    "a sampling unit": {"file": "sample_points.csv", "row": 2, "column": "sampling_unit", "value": ""},
    "a point without a name": {"file": "sample_points.csv", "row": 2, "column": "point", "value": ""},
    "lime": {
        "file": "liming.csv",
        "text": "quantification_unit,scenario,year,lime,lime_t\nPLACEHOLDER-unit,project,2022,chalk,x\n",
    },
    "a declaration": {"file": "eligibility.toml", "text": "land_use = 3\n"},
}
"""A first fault in each of some tables: of form, or of a name that is not there."""
NEEDS: Mapping[str, frozenset[str]] = {
    "a distance": frozenset({"control-distance-differs"}),
    "a year": frozenset(
        {
            "activity-year-outside",
            "clause-broken",
            "clause-undeclared",
            "clause-undocumented",
            "eligibility-incomplete",  # what is declared is held against the years of the schedule
            "schedule-incomplete",
        }
    ),
    # the declared distance is held against the places of the points of the very stratum
    "a link": frozenset({"control-distance-differs"}),
    "a content": frozenset({"calibration-biased"}),
    "an area of a stratum": frozenset(),
    # the area of the unit is what the areas of its strata are held against
    "an area of a unit": frozenset({"area-mismatch"}),
    "a sampling unit": frozenset(),
    # two names that are missing in one place: which of them the unnamed point has cannot be known
    "a point without a name": frozenset({"unknown-reference"}),
    "lime": frozenset({"source-begins-uncounted", "source-without-data"}),
    "a declaration": frozenset({"clause-undeclared", "no-practice-change", "source-begins-uncounted"}),
}  # fmt: skip
"""Codes that may be silent beside a first fault: those whose question asks for the very cell, and where no other table
says what was meant. Years, contents, amounts and declarations cannot be read out of another table; links, areas,
sampling units and names of points can, and are for what is asked next."""


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


def _hidden(first: str, ids: list[str], broken: Breaker) -> set[str]:
    """Return the codes of cases that are not told beside a first fault in another table."""
    silent, fault = set(), FIRST[first]
    file = fault["file"]
    for id in ids:
        case = STOPPING[id]
        if case.get("run") or any(edit["file"] == file for edit in case.get("edit", ())):
            continue
        folder = broken(case.get("edit", []), case.get("base", "skeleton"))
        if not (folder / file).exists() and "text" not in fault:
            continue
        folder = broken([*case.get("edit", []), fault], case.get("base", "skeleton"))
        if case["code"] not in {finding.code for finding in assess_project(folder).findings}:
            silent.add(case["code"])
    return silent


@pytest.mark.parametrize("first", FIRST)
def test_a_first_fault_hides_no_other(first: str, broken: Breaker) -> None:
    assert (
        _hidden(first, sorted(STOPPING)[:: 12 if "text" not in FIRST[first] else 24], broken) <= NEEDS[first]
    )


@pytest.mark.slow
@pytest.mark.parametrize(("first", "part"), [(first, number % 3) for number, first in enumerate(FIRST)])
def test_a_first_fault_hides_none(first: str, part: int, broken: Breaker) -> None:
    assert _hidden(first, sorted(STOPPING)[part::3], broken) <= NEEDS[first]
