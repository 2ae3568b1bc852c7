"""``mollisol ledger close``: a signed-off period leaves project.toml and stands in the ledger, whole or not at all."""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.crediting.closing import close_periods
from mollisol.crediting.ledger import LedgerError
from mollisol.engine import assess_project
from tests.mollisol.emissions.test_history import FARM
from tests.mollisol.verify.test_earlier import earlier, files_of

__all__ = ["earlier"]

DAY = date(2024, 3, 1)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """Copy the mixed farm, with both of its periods open."""
    shutil.copytree(FARM, tmp_path / "farm")
    return tmp_path / "farm"


def test_a_period_moves_into_the_ledger_and_the_next_one_goes_on(farm: Path, earlier: Path) -> None:
    before = tomllib.loads((farm / "project.toml").read_text(encoding="utf-8"))
    (earlier / "bundle" / "people.csv").write_text("id,name\np1,Somebody\n", encoding="utf-8")
    arguments = ["ledger", "close", str(earlier / "bundle"), "--project", str(farm), "--by", "a verifier"]
    done = CliRunner().invoke(app, [*arguments, "--on", "2024-03-01"])
    (earlier / "bundle" / "people.csv").unlink()
    assert done.exit_code == 0, done.output
    after = tomllib.loads((farm / "project.toml").read_text(encoding="utf-8"))
    (first,) = [p for p in before["project"]["verification_periods"] if p["name"] == "1"]
    before["project"]["verification_periods"].remove(first)
    assert after == before, "nothing but the period left the head"
    (entry,) = tomllib.loads((farm / "ledger.toml").read_text(encoding="utf-8"))["entry"]
    assert (entry["period"], entry["bundle_file"]) == ("1", "ledger/period-1.zip")
    assessment = assess_project(farm)
    assert not assessment.blocked
    assert [f.code for f in assessment.findings if f.code.startswith("ledger-")] == []
    assert set(files_of(earlier)) == set(_names(farm / entry["bundle_file"])), "and no names of people"


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("start_date = 20", "start_date = 19", 1), "start_date is"),
        (lambda text: text.replace('name = "1"', 'name = "one"'), "period 1 of the bundle is none of"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(
    change: Callable[[str], str], says: str, farm: Path, earlier: Path
) -> None:
    head = farm / "project.toml"
    head.write_text(change(head.read_text(encoding="utf-8")), encoding="utf-8")
    before = contents(farm)
    with pytest.raises(LedgerError, match=says):
        close_periods(farm, earlier / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    assert contents(farm) == before


def test_a_period_is_closed_once(farm: Path, earlier: Path) -> None:
    close_periods(farm, earlier / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    before = contents(farm)
    with pytest.raises(LedgerError, match="already"):
        close_periods(farm, earlier / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    assert contents(farm) == before
