"""The mixed farm through two rounds: request, corrected bundle, answer, closure, and tonnes that add up."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import files_to_write
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.output import write_folder

FARM = Path(__file__).parents[2] / "examples" / "mixed-farm"
LITRES_MORE = 11_200
DIESEL_T_PER_LITRE = 0.002886
"""VM0042 2.2, section 8.2.3: the factor of diesel."""
TOTAL = "verified_total_t_co2e"

pytestmark = pytest.mark.slow


def replaced(project: Path, file: str, old: str, new: str) -> None:
    """Change one place of an input."""
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def bundle_of(project: Path, place: Path) -> Path:
    """Run a project, and return its bundle."""
    write_folder(place, files_to_write(run_project(project)))
    return place


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bundle of the first round."""
    return bundle_of(FARM, tmp_path_factory.mktemp("first") / "bundle")


def invoked(*words: str | Path, exit_code: int = 0) -> Any:
    """Run a command that prints JSON."""
    found = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert found.exit_code == exit_code, found.output
    return json.loads(found.stdout)


def adds_up(found: dict[str, Any]) -> None:
    """Hold the shares against the change, in the order told and in the other."""
    for name, change in found["change"].items():
        shares = [part["share"][name] for part in found["parts"]]
        for order in (shares, shares[::-1]):
            assert math.isclose(sum(order), change, rel_tol=0, abs_tol=1e-9), name


def test_request_is_answered_by_a_second_round_and_closed(first: Path, tmp_path: Path) -> None:
    log, project = tmp_path / "log.jsonl", tmp_path / "project"
    shutil.copytree(FARM, project)
    write = ("audit", "log")
    corrective = invoked(
        *write, "open", log, first, "--by", "auditor", "--on", "2026-12-01", "--kind", "corrective",
        "--about", "periods.1.verified_total_t_co2e", "--text", "The accounts of 2022 show 14,500 litres of diesel",
        "--effect", "30",
    )  # fmt: skip
    invoked(
        *write, "open", log, first, "--by", "auditor", "--on", "2026-12-01", "--kind", "forward", "--due", "2028-03-01",
        "--about", "evidence/farm-accounts.txt", "--text", "Accounts by month in the next period",
    )  # fmt: skip
    replaced(project, "fuel_use.csv", "arable,project,2022,diesel,3300", "arable,project,2022,diesel,14500")
    replaced(project, "core_increments.csv", "0,30,17.784,", "0,30,17.884,")
    second = bundle_of(project, tmp_path / "second")
    invoked(
        *write, "respond", log, "CAR-1", "--by", "developer", "--on", "2026-12-05", "--bundle", second,
        "--text", "The litres of the contractor were missing", "--document", "evidence/farm-accounts.txt",
    )  # fmt: skip
    found = invoked("bundle", "diff", first, second, "--log", log, "--page", tmp_path / "d.html", exit_code=1)
    adds_up(found)
    parts = {part["name"]: part["share"][TOTAL] for part in found["parts"]}
    assert parts["fuel_use.csv"] == pytest.approx(-LITRES_MORE * DIESEL_T_PER_LITRE, abs=1e-6)
    assert set(parts) == {"fuel_use.csv", "core_increments.csv"}
    assert [(file["file"], file["count"]) for file in found["inputs"]] == [
        ("core_increments.csv", 1),
        ("fuel_use.csv", 1),
    ]
    effect = str(-parts["fuel_use.csv"])
    invoked(
        *write, "assess", log, "CAR-1", "--by", "auditor", "--on", "2026-12-06", "--accepted", "--effect", effect,
        "--text", "The second bundle holds the litres of the accounts",
    )  # fmt: skip
    invoked(
        *write, "close", log, "CAR-1", "--by", "auditor", "--on", "2026-12-06", "--text", "Closed",
        "--bundle", second,
    )  # fmt: skip
    requests = {row["request"]: row for row in invoked(*write, "list", log)["requests"]}
    assert requests["CAR-1"]["state"] == "closed"
    assert requests["CAR-1"]["effect_t_co2e"] == -parts["fuel_use.csv"]
    assert (requests["CAR-1"]["opened_in_round"], requests["CAR-1"]["last_in_round"]) == (1, 2)
    assert requests["FAR-1"]["state"] == "open"
    closing = requests["CAR-1"]["events"][-1]
    periods = json.loads((second / "results.json").read_text())["periods"]
    assert closing["value"] == periods[0][TOTAL]
    assert corrective[0]["value"] != closing["value"]
    page = (tmp_path / "d.html").read_text()
    assert "14500" in page
    assert "CAR-1" in page
    out = tmp_path / "out"
    assert CliRunner().invoke(app, [*write, "export", str(log), "--out", str(out)]).exit_code == 0
    with zipfile.ZipFile(io.BytesIO((out / "findings-log.docx").read_bytes())) as word:
        words = re.sub("<[^>]+>", " ", word.read("word/document.xml").decode())
    for told in (
        "14,500 litres",
        "contractor were missing",
        "holds the litres",
        "2028-03-01",
        "32.3",
        "round 2",
    ):
        assert told in words


def test_one_bundle_is_the_same_as_itself(first: Path) -> None:
    found = invoked("bundle", "diff", first, first)
    assert found["change"] == dict.fromkeys(found["change"], 0.0)
    assert found["parts"] == []


def test_what_cannot_change_alone_changes_together(tmp_path: Path, first: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(FARM, project)
    head = (project / "project.toml").read_text(encoding="utf-8")
    (project / "project.toml").write_text(head.replace('"2021"', '"first"'), encoding="utf-8")
    cores = (project / "core_increments.csv").read_text(encoding="utf-8")
    (project / "core_increments.csv").write_text(re.sub("(?m)^2021,", "first,", cores), encoding="utf-8")
    replaced(project, "fuel_use.csv", "arable,project,2022,diesel,3300", "arable,project,2022,diesel,14500")
    found = invoked("bundle", "diff", first, bundle_of(project, tmp_path / "second"), exit_code=1)
    adds_up(found)
    parts = {part["name"]: part["share"][TOTAL] for part in found["parts"]}
    assert parts["core_increments.csv with project.toml"] == pytest.approx(0, abs=1e-9)
    assert parts["fuel_use.csv"] == pytest.approx(-LITRES_MORE * DIESEL_T_PER_LITRE, abs=1e-6)
