"""Every reason code stands in the table, says what it needs, and is the subject of a broken project or a test."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.findings import Severity, in_order, reasons
from mollisol.methodology.rules_in_force.overlay import Overlay
from tests.broken.conftest import CASES, Breaker
from tests.support.source import ROOT, sources

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
FIELDS = ("allowed", "do", "clause")
MAKERS = {"finding", "_finding", "_fault", "fault", "add"}
"""Functions whose first argument is a reason code."""
OTHER_TABLES = ("mollisol.verify", "mollisol.audit", "mollisol.origins")
"""Where codes of differences between two bundles stand, which are not findings."""


@cache
def calls() -> list[tuple[str, ast.Call, list[str]]]:
    """Return each call that makes a finding, with the codes of the table that it can be of."""
    return [
        (module, node, list(_codes(node.args[0])))
        for module, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and _name(node.func) in MAKERS
        and (_name(node.func) != "add" or len(node.args) > 2)
    ]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _codes(node.body)
        yield from _codes(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(p.value) if isinstance(p, ast.Constant) and isinstance(p.value, str) else ".+"
            for p in node.values
        ]
        yield from (code for code in reasons() if re.fullmatch("".join(parts), code))


def words(tree: ast.AST) -> set[str]:
    """Return what looks like a reason code in the texts of a module."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {word for text in texts if isinstance(text, str) for word in CODE.findall(text)}


def test_every_code_of_the_source_stands_in_the_table() -> None:
    made = {code for module, _, codes in calls() for code in codes if not module.startswith(OTHER_TABLES)}
    assert len(made) > 350, "the scan has lost sight of the codes"
    assert sorted(made - set(reasons())) == []


def test_every_code_of_the_table_is_made_somewhere() -> None:
    named = set().union(*(words(tree) for tree in sources().values()))
    named |= {code for _, _, codes in calls() for code in codes}
    assert sorted(set(reasons()) - named) == []


def test_every_finding_fills_in_what_its_texts_name() -> None:
    for module, call, codes in calls():
        if _name(call.func) == "finding" and codes:
            given = {keyword.arg for keyword in call.keywords} - {"severity", "more"}
            texts = [getattr(reasons()[code], name) for code in codes for name in FIELDS if name not in given]
            named = set(re.findall(r"(?<!{){(\w+)", " ".join(texts)))
            assert given - set(FIELDS) == named, f"{module}, line {call.lineno}: {codes}"


@pytest.mark.parametrize("code", reasons())
def test_the_table_says_it_in_words(code: str) -> None:
    reason = reasons()[code]
    assert CODE.fullmatch(code)
    assert re.fullmatch(r"[A-Z].*\.", reason.means), "what it means is a sentence"
    assert reason.allowed
    assert reason.do


def test_every_reason_code_has_a_case() -> None:
    shown = {case["code"] for case in CASES.values() if "code" in case}
    for path in (ROOT / "tests").rglob("*.toml"):
        cases = tomllib.loads(path.read_text(encoding="utf-8")).get("case", ())
        shown |= {case["code"] for case in cases if "code" in case}
    for path in (ROOT / "tests").rglob("*.py"):
        shown |= words(ast.parse(path.read_text(encoding="utf-8")))
    assert sorted(set(reasons()) - shown) == []


def test_a_project_that_declares_nothing_is_asked_for_all_of_it_at_once(broken: Breaker) -> None:
    assessment = assess_project(broken([]))
    assert not assessment.blocked
    by_severity = {
        severity: {finding.code for finding in assessment.findings if finding.severity is severity}
        for severity in Severity
    }
    assert by_severity[Severity.NOTE] == {"clocks-undeclared", "control-similar", "esm-inside-sampled-mass"}
    assert by_severity[Severity.REFUSAL] == {
        "boundary-no-reason",
        "clause-undeclared",
        "eligibility-not-declared",
        "geometry-missing",
        "kind-placeholder",
        "laboratory-basis-undeclared",
        "plan-missing",
        "production-undeclared",
        "rating-not-shown",
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
