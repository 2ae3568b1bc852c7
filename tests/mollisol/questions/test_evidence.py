"""The evidence register: its documents, the rows that they stand for, and the tonnes without any; values by hand."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity, UserError
from mollisol.output import write_folder
from mollisol.questions.words.evidence import behind
from mollisol.verify.bundle import verify_bundle
from tests.support.source import ROOT

FARM = ROOT / "examples" / "mixed-farm"
HEADER = "file,sha256,kind,table,rows,note\n"
REPORT = b"Laboratory report 7. Made up for a test."
DIGEST = sha256(REPORT).hexdigest()


def registered(folder: Path, *rows: str, content: bytes = REPORT) -> Path:
    """Copy the farm, with a report and a register of these rows; each begins after file and hash."""
    shutil.copytree(FARM, folder)
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "evidence" / "report.txt").write_bytes(content)
    lines = "".join(
        row + "\n" if row.startswith("evidence/") else f"evidence/report.txt,{DIGEST},{row}\n" for row in rows
    )
    (folder / "evidence" / "register.csv").write_text(HEADER + lines, encoding="utf-8")
    return folder


def told(folder: Path) -> dict[str, str]:
    assessment = assess_project(folder)
    assert not assessment.blocked
    return {f.code: f.found for f in assessment.findings if f.code.startswith("evidence-")}


@pytest.mark.parametrize(
    "row",
    [
        "laboratory report,core_increments.csv,all,",
        "laboratory report,core_increments.csv,campaign=2021,",
        'laboratory report,core_increments.csv,"2-10, 12",',
        "tool output,project.toml,non_permanence_rating_percent,",
        "invoice,fuel_use.csv,,",
    ],
)
def test_a_document_that_is_there_and_stands_for_rows_raises_nothing(row: str, tmp_path: Path) -> None:
    assert told(registered(tmp_path / "farm", row)) == {}


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (f"evidence/none.pdf,{DIGEST},invoice,fuel_use.csv,all,", "evidence-file-missing", "no such file"),
        (f"evidence/report.txt,{'ab' * 32},invoice,fuel_use.csv,all,", "evidence-changed", "registered as abab"),
        (f"evidence/report.txt,{'0' * 64},invoice,fuel_use.csv,all,", "evidence-placeholder", "000000"),
        (f"evidence/TBD.pdf,{DIGEST},invoice,fuel_use.csv,all,", "evidence-placeholder", "TBD"),
        ("invoice,fuel.csv,all,", "evidence-rows-unknown", "no table fuel.csv"),
        ("invoice,fuel_use.csv,year=1990,", "evidence-rows-unknown", "no row year=1990"),
        ("invoice,fuel_use.csv,litres=3,", "evidence-rows-unknown", "no column litres"),
        ("invoice,fuel_use.csv,2-9000,", "evidence-rows-unknown", "no row 2-9000"),
        ("invoice,fuel_use.csv,1,", "evidence-rows-unknown", "numbered from 2"),
        ("invoice,fuel_use.csv,some,", "evidence-rows-unknown", "neither all"),
        ("tool output,project.toml,rating,", "evidence-rows-unknown", "no key rating"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_hold_is_told(row: str, code: str, words: str, tmp_path: Path) -> None:
    found = told(registered(tmp_path / "farm", row))
    assert list(found) == [code]
    assert words in found[code]


def test_what_no_document_stands_for_is_told_in_tonnes(tmp_path: Path) -> None:
    """Half of the cores are of 2021, so half of the soil is without; a changed invoice stands for nothing."""
    folder = registered(
        tmp_path / "farm",
        "laboratory report,core_increments.csv,campaign=2021,",
        f"evidence/report.txt,{'ab' * 32},invoice,fuel_use.csv,all,",
        "tool output,project.toml,non_permanence_rating_percent,",
    )
    cores = (folder / "core_increments.csv").read_text(encoding="utf-8").splitlines()[1:]
    of_2021 = sum(row.startswith("2021,") for row in cores) / len(cores)
    assert 0 < of_2021 < 1
    run = run_project(folder, route="analytic")
    parts = {part.name: part for part in behind(run.project, run.results.periods)}
    soil = sum(period.after_deduction_t_co2e for period in run.results.periods)
    assert parts["soil carbon"].without_t_co2e == pytest.approx(soil * (1 - of_2021))
    assert parts["buffer by the rating"].without_t_co2e == 0
    told = {f.where.thing: f for f in run.findings if f.code == "credit-without-evidence"}
    assert told["soil carbon"].severity is Severity.WARNING
    assert told["soil carbon"].found.startswith(f"{soil * (1 - of_2021):,.1f} of {soil:,.1f} t CO2e")
    assert "documents stand for 0% of the rows of fuel_use.csv" in " ".join(f.found for f in told.values())
    assert "buffer by the rating" not in told
    assert "evidence-no-register" not in {finding.code for finding in run.findings}


def test_the_bundle_has_register_and_hashes_and_no_document(tmp_path: Path) -> None:
    folder = registered(tmp_path / "farm", "laboratory report,core_increments.csv,all,")
    files = bundle_files(run_project(folder, route="analytic"))
    assert {name for name in files if "evidence" in name} == {
        "inputs/evidence/register.csv",
        "inputs/evidence/found.csv",
    }
    assert files["inputs/evidence/found.csv"].decode().splitlines()[1] == (
        f"evidence/report.txt,{len(REPORT)},{DIGEST}"
    )
    write_folder(tmp_path / "bundle", files)
    assert verify_bundle(tmp_path / "bundle", evidence=folder).same
    (folder / "evidence" / "report.txt").write_bytes(b"another report")
    outcome = verify_bundle(tmp_path / "bundle", evidence=folder)
    assert [item.code for item in outcome.differences] == ["evidence-changed"]
    (folder / "evidence" / "report.txt").unlink()
    outcome = verify_bundle(tmp_path / "bundle", evidence=folder)
    assert [item.code for item in outcome.differences] == ["evidence-file-missing"]


def test_the_command_hands_the_folder_of_documents_on(tmp_path: Path) -> None:
    asked = ["verify", str(tmp_path), "--evidence", str(tmp_path / "none")]
    with pytest.raises(UserError, match="none: no such folder"):
        CliRunner().invoke(app, asked, catch_exceptions=False)


def test_without_a_register_one_note_says_what_hangs_on_what(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(FARM, folder, ignore=shutil.ignore_patterns("evidence"))
    run = run_project(folder, route="analytic")
    (note,) = [finding for finding in run.findings if finding.code == "evidence-no-register"]
    assert note.severity is Severity.NOTE
    assert "soil carbon" in note.found
    assert "woody_stocks.csv" in note.found
