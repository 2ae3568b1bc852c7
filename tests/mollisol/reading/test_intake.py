"""A file is taken once: what is hashed is what is computed, whatever becomes of the file afterwards."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from mollisol.methodology.soil_models.inputs import SiteRow
from mollisol.reading.intake import Intake
from mollisol.reading.trials import trials_of
from tests.support.trial_folder import write_trials


def test_a_file_that_changes_after_it_was_taken_is_not_read_again(tmp_path: Path) -> None:
    folder = write_trials(tmp_path / "trials")
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    intake = Intake(folder)
    for name in before:
        assert intake.take(name) == before[name]
        (folder / name).write_bytes(b"something else\n")
    trials = trials_of(intake)
    assert trials is not None, intake.findings
    assert {name: trials.sha256[name] for name in before} == {
        name: hashlib.sha256(content).hexdigest() for name, content in before.items()
    }


def test_a_table_keeps_its_sound_rows_and_tells_the_others(tmp_path: Path) -> None:
    folder = write_trials(tmp_path / "trials")
    text = (folder / "sites.csv").read_text(encoding="utf-8")
    names = [line.split(",")[0] for line in text.splitlines()[1:]]
    (folder / "sites.csv").write_text(text + text.splitlines()[1].replace(names[0], "<b>"), encoding="utf-8")
    intake = Intake(folder)
    sites = intake.table("sites.csv", SiteRow)
    assert [row.site for row in sites] == names
    assert [row.row for row in sites] == list(range(2, 2 + len(names)))
    (finding,) = intake.findings
    assert (finding.code, finding.where.row, finding.where.column) == (
        "markup-in-text",
        2 + len(names),
        "site",
    )


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_trials(tmp_path / "trials")
    shutil.move(folder / "sites.csv", tmp_path / "sites.csv")
    (folder / "sites.csv").symlink_to(tmp_path / "sites.csv")
    intake = Intake(folder)
    assert intake.take("sites.csv") is None
    assert [finding.code for finding in intake.findings] == ["path-leaves-folder"]
