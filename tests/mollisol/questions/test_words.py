"""Words of somebody: an approval that is shown lifts a deviation, a bundle that is shown carries a closed period."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity
from tests.broken.conftest import CASES, apply, write_skeleton

LETTER = b"The registry accepts 25 cm for this project."
APPROVED = """
[[project.deviations]]
id = "D1"
code = "depth-below-minimum"
reason = "the archive was sampled to 25 cm"
approved_by = "{approver}"
reference = "letter 12"
evidence_file = "letter.txt"
evidence_sha256 = "{digest}"
"""


def shallow(folder: Path, approver: str = "the registry", content: bytes = LETTER) -> Path:
    write_skeleton(folder)
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8").replace("reporting_depth_cm = 30.0", "reporting_depth_cm = 25.0")
    declared = APPROVED.format(approver=approver, digest=sha256(LETTER).hexdigest())
    head.write_text(text + declared, encoding="utf-8")
    (folder / "letter.txt").write_bytes(content)
    return folder


def test_an_approval_that_is_shown_lowers_the_finding_and_its_effect_is_told(tmp_path: Path) -> None:
    run = run_project(shallow(tmp_path / "project"))
    told = {finding.code: finding for finding in run.findings}
    assert "deviation-not-approved" not in told
    assert told["depth-below-minimum"].severity is Severity.WARNING
    computed = run.results.periods[0].units_if_eligible_t
    requested = run.results.periods[0].units_to_issue_t
    assert told["deviation-effect"].found == (
        f"with it {requested} units can be requested of {computed} computed; without it depth-below-minimum stands "
        "again and stops the project: nothing is computed, 0 units"
    )
    head = tmp_path / "project" / "project.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text(text[: text.index("[[project.deviations]]")], encoding="utf-8")
    assert assess_project(head.parent).blocked, "the same project without the deviation"


def test_a_deviation_from_what_stops_nothing_moves_nothing(tmp_path: Path) -> None:
    folder = shallow(tmp_path / "project")
    head = folder / "project.toml"
    spread = APPROVED.format(approver="the registry", digest=sha256(LETTER).hexdigest())
    spread = spread.replace("D1", "D2").replace("depth-below-minimum", "method-not-recommended")
    text = head.read_text(encoding="utf-8").replace('kind = "dry_combustion"', 'kind = "loss_on_ignition"')
    head.write_text(text + spread, encoding="utf-8")
    told = {
        one.where.thing: one.found for one in run_project(folder).findings if one.code == "deviation-effect"
    }
    assert told["deviation D2"].endswith("units too: method-not-recommended stops nothing")
    assert "stops the project" in told["deviation D1"]


@pytest.mark.parametrize(
    ("approver", "content", "words"),
    [
        ("placeholder PROJECT's owner", b"another letter", "letter.txt has the hash"),
        ("PLACEHOLDER proponent", LETTER, "approved by the proponent"),
    ],
)
def test_an_approval_by_oneself_or_of_another_text_lifts_nothing(
    approver: str, content: bytes, words: str, tmp_path: Path
) -> None:
    findings = assess_project(shallow(tmp_path / "project", approver, content)).findings
    (told,) = [finding for finding in findings if finding.code == "deviation-not-approved"]
    assert told.severity is Severity.REFUSAL
    assert words in told.found


def test_an_entry_that_its_bundle_shows_is_believed(tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path / "project")
    apply(folder, CASES["ledger-figures-differ"]["edit"])
    ledger = folder / "ledger.toml"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("= 700.0", "= 650.0"), encoding="utf-8")
    told = [f for f in assess_project(folder).findings if f.code.startswith("ledger-")]
    assert [(f.code, f.severity) for f in told] == [("ledger-copies-only", Severity.NOTE)]


def test_a_conversion_that_is_carried_answers_the_change_on_one_side(tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path / "project")
    apply(folder, CASES["method-converted"]["edit"])
    codes = {finding.code for finding in assess_project(folder).findings}
    assert "method-converted" in codes
    assert not codes & {"method-changed-one-side", "method-differs-by-side", "conversion-error-not-carried"}


@pytest.mark.parametrize("moved", ["[LS]*", "C*", "S*"])
def test_a_change_of_one_side_or_of_a_part_of_it_is_refused(moved: str, tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path / "project")
    edits = [dict(edit) for edit in CASES["method-changed-one-side"]["edit"]]
    edits[0]["where"] = {"campaign": "2026", "point": moved}
    apply(folder, edits)
    assert "method-changed-one-side" in {finding.code for finding in assess_project(folder).findings}


def test_the_same_change_on_both_sides_is_no_refusal(tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path / "project")
    apply(folder, CASES["method-changed"]["edit"])
    codes = {f.code for f in assess_project(folder).findings if f.severity is Severity.REFUSAL}
    assert not codes & {"method-changed-one-side", "method-differs-by-side"}
