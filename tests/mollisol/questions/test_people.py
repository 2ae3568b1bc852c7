"""Names of people stand in one file, and in no bundle; ids stand everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.bundle.signing import new_key
from mollisol.cli.app import app
from mollisol.engine import assess_project
from mollisol.questions.words.people import check_people
from mollisol.verify.bundle import verify_bundle
from mollisol.verify.manifest import sign_bundle
from tests.support.projects import TV2, write_project

PEOPLE = "id,name,role\nO-1,Johanna Ackermann,landowner\nS-1,Bo Ek,sampler\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a project whose control sites are managed by O-1, with the file of names."""
    made = write_project(tmp_path / "project", TV2)
    sites = made / "control_sites.csv"
    sites.write_text(sites.read_text(encoding="utf-8").replace(",test,", ",O-1,"), encoding="utf-8")
    (made / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return made


def replace(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def test_names_go_beside_a_bundle_and_can_be_taken_away(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    CliRunner().invoke(app, ["run", str(folder), "--route", "analytic", "--out", str(out)])
    assert (out / "people.csv").read_text(encoding="utf-8") == PEOPLE
    others = [path for path in out.rglob("*") if path.is_file() and path.name != "people.csv"]
    assert len(others) > 15
    for path in others:
        assert b"Johanna" not in path.read_bytes(), path
        assert b"people.csv" not in path.read_bytes(), path
    new_key(tmp_path / "key")
    sign_bundle(out, tmp_path / "key")
    (out / "people.csv").write_text("id,name\nO-1,somebody else\n", encoding="utf-8")
    assert verify_bundle(out, public_keys=[tmp_path / "key.pub"]).same
    (out / "people.csv").unlink()
    assert verify_bundle(out, public_keys=[tmp_path / "key.pub"]).same


def test_an_id_without_a_name_and_a_name_without_an_id(folder: Path) -> None:
    replace(folder, "project.toml", 'approved_by = "a registry"', 'approved_by = "R-9"')
    told = check_people(assess_project(folder).reading)
    assert [(item.code, item.found) for item in told] == [("person-unknown", "R-9")]
    replace(folder, "control_sites.csv", "O-1", "Johanna  ACKERMANN")
    told = check_people(assess_project(folder).reading)
    assert ("name-in-inputs", "control_sites.csv") in {(item.code, item.where.file) for item in told}
    assert "the name of O-1, row 2 of people.csv" in {item.found for item in told}
    assert not any("Johanna" in item.found for item in told if item.code == "name-in-inputs")


def test_check_tells_it_and_a_fault_of_the_file_stops_nothing(folder: Path) -> None:
    (folder / "people.csv").write_text("id,name\nO-1,\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert result.exit_code == 0
    assert "WARNING missing-value  people.csv:2" in result.stdout


@pytest.mark.parametrize("name", ["Johanna Ackermann", "Dr. Bo Ek", "A. B. Person", "Anne-Marie O Brien"])
def test_what_reads_as_a_name_is_told(name: str, folder: Path) -> None:
    replace(folder, "control_sites.csv", "O-1", name)
    (told, *_) = [item for item in assess_project(folder).findings if item.code == "name-for-id"]
    assert told.where.file == "control_sites.csv"
    assert name not in told.found, "what is said goes into the bundle"


@pytest.mark.parametrize(
    "name",
    ["O-1", "a neighbour", "the registry", "Rothamsted Research", "Verra", "Leine Valley Farms", "Ackermann GmbH",
     "Agriculture and Agri-Food Canada", "Laboratory A"],
)  # fmt: skip
def test_what_is_an_id_or_an_organisation_is_left_in_peace(name: str, folder: Path) -> None:
    replace(folder, "control_sites.csv", "O-1", name)
    assert not [item for item in assess_project(folder).findings if item.code == "name-for-id"]
