"""``mollisol upgrade``: an older project comes to the present schema, and says what it does not know."""

from __future__ import annotations

import difflib
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity, UserError
from mollisol.reading.schema import upgrade_project

ROOT = Path(__file__).parents[3]
TOP = 'schema = 2\nprogramme = "vm0042"\n\n'
SPLINE = 'equivalent_soil_mass_interpolation = "natural_cubic_spline"\n'


def schema_1(folder: Path, text: str) -> str:
    (folder / "project.toml").write_text(text, encoding="utf-8", newline="")
    return text


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the mixed farm as a project of schema 1."""
    folder = Path(shutil.copytree(ROOT / "examples" / "mixed-farm", tmp_path / "farm"))
    text = (folder / "project.toml").read_text(encoding="utf-8")
    assert TOP in text
    schema_1(folder, text.replace(TOP, ""))
    return folder


def read(folder: Path) -> str:
    return (folder / "project.toml").read_bytes().decode()


def test_check_tells_to_upgrade_and_upgrade_ends_it(old: Path) -> None:
    codes = {finding.code: finding.severity for finding in assess_project(old).findings}
    assert codes["schema-old"] is Severity.WARNING
    done = CliRunner().invoke(app, ["upgrade", str(old)])
    assert done.exit_code == 0
    assert '+schema = 2\n+programme = "vm0042"\n' in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith("-") and line[:3] != "---"]
    assert read(old) == read(ROOT / "examples" / "mixed-farm")
    assert not {"schema-old", "choice-undeclared"} & {f.code for f in assess_project(old).findings}


def test_a_second_time_nothing_changes(old: Path) -> None:
    CliRunner().invoke(app, ["upgrade", str(old)])
    before = read(old)
    done = CliRunner().invoke(app, ["upgrade", str(old)])
    assert (done.exit_code, read(old)) == (0, before)
    assert "of schema 2 already" in done.stdout


def test_what_it_cannot_know_is_undeclared_and_refused_not_a_default(old: Path) -> None:
    text = read(old).replace(SPLINE, "").replace('\nkind = "constructed"\n', "\n")
    schema_1(old, text)
    before = run_project(old, route="analytic").results
    assert before.kind == "project", (
        "what schema 1 meant, so that old bundles are performed again as they were"
    )
    done = CliRunner().invoke(app, ["upgrade", str(old), "--json"])
    told = json.loads(done.stdout)
    assert sorted(told["undeclared"]) == ["equivalent_soil_mass_interpolation", "kind"]
    head = tomllib.loads(read(old))["project"]
    assert (head["kind"], head["equivalent_soil_mass_interpolation"]) == ("undeclared", "undeclared")
    after = run_project(old, route="analytic")
    refused = [f.where.thing for f in after.findings if f.code == "choice-undeclared"]
    assert refused == ["equivalent_soil_mass_interpolation", "kind"]
    for one, other in zip(before.periods, after.results.periods, strict=True):
        assert other.verified_total_t_co2e == one.verified_total_t_co2e
        assert other.units_to_issue_t == 0


def test_another_rule_set_leaves_the_programme_undeclared(old: Path) -> None:
    schema_1(old, read(old).replace('rules = "vm0042', 'rules = "gs402'))
    upgrade = upgrade_project(old)
    assert upgrade.undeclared == ("programme",)
    assert 'programme = "undeclared"' in upgrade.new


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("top", ["", "\ufeff", "# mine\n\n# and more\n", "schema = 1\n"])
def test_lines_comments_and_line_ends_stay(end: str, top: str, old: Path) -> None:
    body = (
        '[project] # all of it\nrules = "vm0042-2.2" # a comment\nname = """\n[project]\n# no comment\n"""\n'
    )
    schema_1(old, (top + body).replace("\n", end))
    upgrade = upgrade_project(old)
    assert upgrade.new.startswith("\ufeff") == top.startswith("\ufeff")
    old_lines, new_lines = (text.removeprefix("\ufeff").split("\n") for text in (upgrade.old, upgrade.new))
    lines = difflib.ndiff(old_lines, new_lines)
    gone = [line[2:].strip() for line in lines if line.startswith("- ")]
    assert gone == (["schema = 1"] if "schema" in top else [])
    assert ("\r\n" in upgrade.new) == (end == "\r\n")
    assert upgrade.new.count("\n") == upgrade.new.count(end)
    data = tomllib.loads(upgrade.new.removeprefix("\ufeff"))
    assert (data["schema"], data["project"]["kind"]) == (2, "undeclared")
    assert data["project"]["name"] == "[project]\n# no comment\n"


def test_a_file_in_another_form_is_left_alone_with_the_lines_to_write(old: Path) -> None:
    text = schema_1(old, 'project = { rules = "vm0042-2.2" }\n')
    with pytest.raises(
        UserError, match=r"write at its top: schema = 2; programme = .*; and in \[project\]: kind"
    ):
        upgrade_project(old)
    assert read(old) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema = 9\n[project]\n", "later version"),
        ("[project\n", "no TOML"),
        ("x = 1\n", "no table"),
        ("[project]\n[other]\n", "no table"),
    ],
)
def test_what_cannot_be_upgraded_ends_with_a_message(text: str, says: str, old: Path) -> None:
    schema_1(old, text)
    with pytest.raises(UserError, match=says):
        upgrade_project(old)
    assert read(old) == text


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        upgrade_project(tmp_path)


def test_a_write_that_fails_leaves_the_file(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    before = read(old)
    done = CliRunner().invoke(app, ["upgrade", str(old)])
    assert isinstance(done.exception, UserError)
    assert "No space left" in str(done.exception)
    assert read(old) == before
    assert [path.name for path in old.iterdir() if "partial" in path.name] == []
