"""axe-core finds no fault in a report, with everything opened that the page folds away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.templates.findings_log.render import render_findings_log
from mollisol.templates.rounds_report.render import render_rounds
from tests.support.programs import need_program

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "release" / "check_accessibility"
AXE = Path.home() / ".cache" / "mollisol-axe" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.slow

DIGEST = "ab" * 32
_SHARE = {
    "verified_total_t_co2e": -32.3,
    "verified_reductions_t_co2e": -28.2,
    "verified_removals_t_co2e": -4.1,
    "units_to_issue_t": -32.0,
}
_REQUEST = {
    "request": "CAR-1",
    "kind": "corrective",
    "about": "number",
    "subject": "periods.1.verified_total_t_co2e",
    "state": "accepted",
    "effect_t_co2e": 32.3,
    "due": "",
    "text": "Litres are missing",
}


def findings_log_page() -> str:
    """Return the page of a log with one request that was answered and assessed."""
    event = {
        "what": "open",
        "by": "auditor",
        "on": "2026-12-01",
        "bundle": DIGEST,
        "text": "Litres are missing",
    }
    events = [
        event | {"value": 1143.3, "unit": "t CO2e", "effect_t_co2e": 30.0},
        event | {"what": "respond", "document": "accounts.pdf"},
        event | {"what": "assess", "accepted": True},
    ]
    return render_findings_log({"bundles": [DIGEST], "requests": [_REQUEST | {"events": events}]})


def rounds_page() -> str:
    """Return the page of two rounds in which everything differs."""
    side = {
        "place": "first",
        "manifest_sha256": DIGEST,
        "rule_set": "vm0042-2.2",
        "credits": {"totals": _SHARE},
    }
    finding = {"code": "area-mismatch", "severity": "warning", "found": "3 ha", "do": "say which"}
    row = {"place": "row 2: a", "column": "x", "a": "1", "b": ""}
    rule = {"id": "a.rule", "label": "a label", "citation": "section 1", "a": "1", "b": "2"}
    return render_rounds(
        {
            "project": "Two farms",
            "a": side,
            "b": side,
            "change": _SHARE,
            "parts": [{"name": "fuel_use.csv", "share": _SHARE}],
            "method": "Shapley shares, exact",
            "runs": 2,
            "not_shared": "",
            "inputs": [{"file": "fuel_use.csv", "count": 2, "changes": [row]}],
            "rules": [rule],
            "versions": [{"name": "numpy", "a": "1", "b": "2"}],
            "opened": [finding],
            "closed": [finding],
            "requests": [_REQUEST],
        }
    )


def check(page: Path) -> subprocess.CompletedProcess[str]:
    need_program("Chromium")
    if not AXE.is_file():
        pytest.skip(f"axe-core is missing; fetch it with: {SCRIPT.relative_to(ROOT)} (needs npm)")
    command: list[str | Path] = [sys.executable, SCRIPT, "--cache", AXE.parents[2], page]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_the_report_with_every_chapter_has_no_fault(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(
        bundle_files(run_project(ROOT / "examples" / "mixed-farm", route="analytic"))["report.html"]
    )
    done = check(page)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failed" in done.stdout
    assert int(done.stdout.rpartition(" checks passed")[0].rpartition(" ")[2]) > 20


def test_a_fault_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><html><head><title>x</title></head><body><img src='data:,'></body></html>", "utf-8"
    )
    done = check(page)
    assert done.returncode == 1
    assert "image-alt" in done.stdout


def test_pages_of_an_audit_have_no_fault(tmp_path: Path) -> None:
    for name, page in (("log", findings_log_page()), ("rounds", rounds_page())):
        path = tmp_path / f"{name}.html"
        path.write_text(page, encoding="utf-8")
        done = check(path)
        assert done.returncode == 0, done.stdout + done.stderr
