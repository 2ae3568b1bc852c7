"""axe-core finds no fault in a report, with everything opened that the page folds away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from tests.support.programs import need_program

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "release" / "check_accessibility"
AXE = Path.home() / ".cache" / "mollisol-axe" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.slow


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
