"""Every reason code of the source is the subject of a broken project, or stands below with the test that gives it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.findings import Severity, in_order
from mollisol.methodology.rules_in_force.rule import Overlay
from tests.broken.conftest import CASES, Breaker

ROOT = Path(__file__).resolve().parents[2]

_OF_VALIDATION = "a validation or what stands on one: tests/methodology/test_validation_checks.py"

_OF_TRUE_UP = "tests/mollisol/true_up/test_true_up.py"
TOLD_ELSEWHERE = {
    "bundle-changed": _OF_TRUE_UP,
    "core-used-twice": _OF_TRUE_UP,
    "forecast-ends-elsewhere": _OF_TRUE_UP,
    "forecast-missed": _OF_TRUE_UP,
    "forecast-missing": _OF_TRUE_UP,
    "issued-period-open": _OF_TRUE_UP,
    "remeasurement-missing": _OF_TRUE_UP,
    "remeasurement-not-paired": _OF_TRUE_UP,
    "reversal-suspected": _OF_TRUE_UP,
    "true-up-without-model": _OF_TRUE_UP,
    "baseline-not-computed": "data that no equation carries: tests/mollisol/changes/test_baselines.py",
    "control-similar": "note of a sound project: test_notes_of_a_sound_project",
    "esm-inside-sampled-mass": "note of a sound project: test_notes_of_a_sound_project",
    "file-unreadable": "a disc that fails: test_file_that_cannot_be_read",
    "folder-missing": "no project at all: test_no_folder",
    "geopackage-needs-extra": "an install without the extra: test_geopackage_without_the_extra",
    "kind-replay": "the bundled example: tests/examples/test_woburn_engine.py",
    "not-a-plain-file": "a pipe, a device, a folder: tests/hostile/test_hostile_projects.py",
    "period-length": "as shipped, re-measurement is late first: test_period_beyond_a_proposal",
    "crop-group-unknown": _OF_VALIDATION,
    "parameters-too-fine": _OF_VALIDATION,
    "practice-category-unknown": _OF_VALIDATION,
    "parameter-weak": "a set that ships: tests/quantification/models/test_scenarios.py",
    "years-too-few": "hangs on the model that is chosen: tests/broken/test_models.py",
    "reference-differs": "another sampler: tests/mollisol/routes/test_reference.py",
    "reference-not-mixed": "another sampler: tests/mollisol/routes/test_reference.py",
    **dict.fromkeys(
        (
            "equation-runs-elsewhere",
            "proposal-never-applies",
            "proposal-not-allowed",
            "proposal-twice",
            "proposal-unknown",
            "proposal-unusable",
            "proposal-without-change",
        ),
        "a fault of the proposal: tests/methodology/rules/test_proposals.py",
    ),
    "rules-proposed": "hangs on the proposal: tests/journeys/test_nine_proposals.py",
    "row-too-long": "a row without end: tests/hostile/test_hostile_projects.py",
    "rule-weakly-sourced": "hangs on the status of rules, not on the project: tests/methodology/rules/test_rules.py",
    "validation-clay-span": _OF_VALIDATION,
    "validation-climate-zone-missing": _OF_VALIDATION,
    "validation-combination-missing": _OF_VALIDATION,
    "validation-gate-failed": _OF_VALIDATION,
    "validation-not-independent": _OF_VALIDATION,
    "validation-not-judged": _OF_VALIDATION,
    "validation-practice-not-isolated": _OF_VALIDATION,
    "validation-texture-missing": _OF_VALIDATION,
    "validation-too-few-studies": _OF_VALIDATION,
}
"""Reason codes without a case, and where they are tested."""

MODULES = (
    *(
        f"src/mollisol/reading/{name}.py"
        for name in (
            "cells",
            "suspicious_columns",
            "tables",
            "project",
            "outlines",
            "model_folder",
        )
    ),
    *(f"src/mollisol/stocks/{name}.py" for name in ("measured", "modelled", "model_error")),
    *(f"src/mollisol/changes/{name}.py" for name in ("baselines", "change", "measured", "modelled")),
    *(f"src/mollisol/checks/{name}.py" for name in ("plausibility", "control_sites")),
    *(f"src/mollisol/crediting/{name}.py" for name in ("period", "outcome")),
    "src/mollisol/engine.py",
    "methodology/*.py",
    "methodology/rules_in_force/*.py",
    "methodology/results/*.py",
    "methodology/checks/*.py",
)
"""From the folder to measured changes. Modules for other inputs have their broken fixtures beside them."""

OF_MODELS = tomllib.loads((Path(__file__).parent / "models" / "cases.toml").read_text(encoding="utf-8"))[
    "case"
]
"""Broken tables of a soil model: tests/broken/test_models.py."""

CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def modules() -> Iterator[Path]:
    for pattern in MODULES:
        found = sorted(ROOT.glob(pattern))
        assert found, f"{pattern} is not there any more"
        yield from found


def reason_codes(trees: list[ast.Module]) -> set[str]:
    """Give each literal that is passed as ``code``, by keyword or by the place that a function has it in."""
    places = dict(_places_of_code(trees))
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= set(_given(node, places))
            elif isinstance(node, ast.FunctionDef) and node.name == "problem_code":
                returned = [item.value for item in ast.walk(node) if isinstance(item, ast.Return)]
                found |= {
                    code
                    for value in returned
                    if isinstance(value, ast.Tuple)
                    for code in _words(value.elts[0])
                }
    return {code for code in found if CODE.fullmatch(code)}


def _places_of_code(trees: list[ast.Module]) -> Iterator[tuple[str, int]]:
    for tree in trees:
        for node in ast.walk(tree):
            bodies = [("", node)] if isinstance(node, ast.FunctionDef) else []
            if isinstance(node, ast.ClassDef):
                bodies = [(node.name, item) for item in node.body if isinstance(item, ast.FunctionDef)]
            for owner, function in bodies:
                names = [argument.arg for argument in function.args.args if argument.arg != "self"]
                if "code" in names:
                    yield (owner if function.name == "__init__" else function.name), names.index("code")


def _given(call: ast.Call, places: dict[str, int]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in places and len(call.args) > places[name]:
        yield from _words(call.args[places[name]])
    for keyword in call.keywords:
        if keyword.arg == "code":
            yield from _words(keyword.value)


def _words(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_reason_code_has_a_case() -> None:
    codes = reason_codes([ast.parse(path.read_text(encoding="utf-8")) for path in modules()])
    assert len(codes) > 80, "the scan has lost sight of the codes"
    shown = {case["code"] for case in (*CASES.values(), *OF_MODELS) if "code" in case}
    assert sorted(codes - shown - set(TOLD_ELSEWHERE)) == [], "codes without a case"
    assert sorted(shown & set(TOLD_ELSEWHERE)) == [], "these have a case now; take them off the list"


def test_notes_of_a_sound_project(broken: Breaker) -> None:
    assessment = assess_project(broken([]))
    assert not assessment.blocked
    notes = {finding.code for finding in assessment.findings if finding.severity is Severity.NOTE}
    assert notes == {
        "control-similar",
        "eligibility-not-declared",
        "esm-inside-sampled-mass",
        "schedule-incomplete",
    }
    assert list(assessment.findings) == in_order(assessment.findings)


def test_no_folder(tmp_path: Path) -> None:
    (finding,) = assess_project(tmp_path / "nowhere").findings
    assert (finding.code, finding.severity) == ("folder-missing", Severity.BLOCKING)
    assert "mollisol new" in finding.do


def test_file_that_cannot_be_read(broken: Breaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    folder = broken([])
    monkeypatch.setattr("mollisol.reading.intake.opened_plain", refuse)
    findings = assess_project(folder).findings
    assert {finding.code for finding in findings} == {"file-unreadable"}
    assert "permissions" in findings[0].do


def test_geopackage_without_the_extra(broken: Breaker, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = CASES["geopackage-fine"]["edit"]
    folder = broken(edits)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyogrio"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    (finding,) = [f for f in assess_project(folder).findings if f.severity is Severity.BLOCKING]
    assert finding.code == "geopackage-needs-extra"
    assert "mollisol[geo]" in finding.do


def test_period_beyond_a_proposal(broken: Breaker) -> None:
    entry = {"id": "vm0042.period.longest", "from": date(2020, 1, 1), "value": 4, "reason": "a test"}
    overlay = Overlay.model_validate({"label": "shorter periods", "set": [entry]})
    (finding,) = [
        f for f in assess_project(broken([]), overlays=[overlay]).findings if f.severity is Severity.BLOCKING
    ]
    assert finding.code == "period-length"
    assert "1 to 4 years" in finding.allowed
