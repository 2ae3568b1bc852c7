"""All faults of one stage come at once: who mends what one check says has no second round to wait for."""

from __future__ import annotations

from typing import Any

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.checks.gathered import PLACES_PER_FAULT
from mollisol.methodology.findings import blocking
from tests.broken.conftest import CASES, Breaker

STAGES = {
    "faults of form in many files": [
        "cell-unit",
        "cell-yes-no",
        "file-semicolons",
        "name-markup",
        "percent-for-fraction",
        "toml-key-unknown",
    ],
    "faults of form in one table": [
        "cell-below-detection",
        "cell-date",
        "cell-out-of-range",
        "columns-swapped-in-one-campaign",
        "row-too-long",
    ],
    "references": [
        "duplicate-link",
        "duplicate-stratum",
        "point-nowhere",
        "reference-period-campaign",
        "reference-schedule",
    ],
    "rules": [
        "control-too-far",
        "depth-below-minimum",
        "design-systematic",
        "increments-overlap",
        "look-back-short",
        "method-proximal",
        "rating-too-low",
    ],
}
IN_ONE_TABLE: dict[str, dict[str, Any]] = {
    "row-too-long": {
        "code": "row-length",
        "edit": [{"file": "core_increments.csv", "find": "2026,S3,S3-2026", "put": "2026,S3,S3-2026,twice"}],
    }
}


@pytest.mark.parametrize("stage", STAGES)
def test_five_faults_of_one_stage(stage: str, broken: Breaker) -> None:
    cases = [IN_ONE_TABLE.get(id) or CASES[id] for id in STAGES[stage]]
    findings = assess_project(broken(edit for case in cases for edit in case["edit"])).findings
    assert {finding.code for finding in blocking(findings)} == {case["code"] for case in cases}


def test_a_table_with_a_wrong_header_still_tells_its_cells(broken: Breaker) -> None:
    cases = [CASES["column-unknown"], CASES["cell-overflow"], CASES["row-too-short"]]
    edits = [*cases[1]["edit"], *cases[0]["edit"], *cases[2]["edit"]]
    codes = {finding.code for finding in blocking(assess_project(broken(edits)).findings)}
    assert codes == {case["code"] for case in cases}


@pytest.mark.parametrize(("value", "code"), [("n.d.", "missing-value"), ("700", "value-out-of-range")])
def test_a_fault_in_each_row_is_shown_often_and_then_counted(value: str, code: str, broken: Breaker) -> None:
    edit = {"file": "core_increments.csv", "where": {}, "column": "soc_g_per_kg", "value": value}
    findings = [finding for finding in assess_project(broken([edit])).findings if finding.code == code]
    assert len(findings) == PLACES_PER_FAULT
    assert sum(1 + finding.more for finding in findings) == 60


def test_a_broken_rule_in_each_row_is_shown_often_and_then_counted(broken: Breaker) -> None:
    edit = {"file": "core_increments.csv", "where": {}, "column": "fine_soil_density_g_per_cm3", "value": ""}
    findings = blocking(assess_project(broken([edit])).findings)
    assert {finding.code for finding in findings} == {"soil-mass-missing"}
    assert len(findings) == PLACES_PER_FAULT
    assert sum(1 + finding.more for finding in findings) == 60


def test_a_fault_of_form_in_one_table_hides_no_reference_of_another(broken: Breaker) -> None:
    """What refers to the table that could not be read whole is left out: it may be there after all."""
    fault = {"file": "core_increments.csv", "where": {}, "column": "soc_g_per_kg", "value": "700"}
    cases = [CASES["reference-schedule"], CASES["point-nowhere"]]
    edits = [fault, *(edit for case in cases for edit in case["edit"])]
    codes = {finding.code for finding in blocking(assess_project(broken(edits)).findings)}
    assert codes == {"value-out-of-range", *(case["code"] for case in cases)}
    unread = {"file": "strata.csv", "where": {}, "column": "area_ha", "value": "x"}
    found = assess_project(broken([unread])).findings
    assert not [finding for finding in found if finding.code == "unknown-reference"]
