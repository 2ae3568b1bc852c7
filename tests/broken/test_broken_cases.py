"""Every broken project of ``cases/`` gives its finding, at its place, in its words, and no other that blocks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Finding, FindingsError, Severity, blocking
from tests.broken.conftest import CASES, Breaker

KEYS = {"name", "code", "severity", "file", "row", "column", "thing", "says", "also", "run", "edit", "base"}


def _findings(folder: Path, case: Mapping[str, Any]) -> tuple[Finding, ...]:
    if not case.get("run"):
        return assess_project(folder).findings
    try:
        return run_project(folder).findings
    except FindingsError as error:
        return error.findings


def _at_place(finding: Finding, case: Mapping[str, Any]) -> bool:
    return all(
        getattr(finding.where, key) == case[key] for key in ("file", "row", "column", "thing") if key in case
    )


@pytest.mark.parametrize("id", [id for id, case in CASES.items() if "code" in case])
def test_broken_project(id: str, broken: Breaker) -> None:
    case = CASES[id]
    findings = _findings(broken(case.get("edit", []), case.get("base", "skeleton")), case)
    told = "\n".join(
        f"{f.severity} {f.code} at {f.where}: {f.found} | {f.allowed} | {f.do}" for f in findings
    )
    found = [
        finding
        for finding in findings
        if finding.code == case["code"]
        and finding.severity.value == case["severity"]
        and _at_place(finding, case)
    ]
    assert found, f"no such finding; there are:\n{told}"
    words = f"{found[0].where} {found[0].found} {found[0].allowed} {found[0].do}"
    assert [word for word in case["says"] if word not in words] == [], words
    assert all(finding.found and finding.allowed and finding.do for finding in findings), told
    own = {case["code"]} if case["severity"] == "blocking" else set()
    assert {finding.code for finding in blocking(findings)} == own | set(case.get("also", [])), told


@pytest.mark.parametrize("id", [id for id, case in CASES.items() if "code" not in case])
def test_harmless_edit(id: str, broken: Breaker) -> None:
    findings = assess_project(broken(CASES[id]["edit"])).findings
    sound = {finding.code for finding in assess_project(broken([])).findings}
    assert {finding.code for finding in findings} <= sound


@pytest.mark.parametrize("id", CASES)
def test_case_is_well_formed(id: str) -> None:
    case = CASES[id]
    assert set(case) <= KEYS
    assert case["name"]
    if "code" in case:
        assert case["says"], "a case says which words must stand in the finding"
        assert case["severity"] in set(Severity)


def test_names_of_cases_differ() -> None:
    assert len({case["name"] for case in CASES.values()}) == len(CASES)
