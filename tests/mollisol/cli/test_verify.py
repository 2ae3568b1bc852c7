"""The command: exit codes, what it prints, one JSON document, and bundles of every way to run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.methodology.rules_in_force.proposal import load_proposal
from mollisol.output import write_folder
from mollisol.verify.bundle import verify_bundle
from tests.mollisol.cli.conftest import Mollisol, mollisol
from tests.support.bundles import Taken
from tests.support.projects import TV2, write_project

__all__ = ["mollisol"]


def test_the_same(taken: Taken, mollisol: Mollisol) -> None:
    done = mollisol("verify", taken.folder, "--independent")
    assert done.code == 0
    assert re.match(r"same: \d+ files and [\d,]+ numbers\n", done.out)
    assert "largest deviation of numbers that count as the same: 0 (tolerance 1e-09)" in done.out
    assert (
        "in total: 536.967 t CO2e recorded, 536.967 recomputed; 0 units recorded, 0 recomputed; "
        "the periods are off by 0 % of it: not material against 5 %" in done.out
    )
    assert "figures of the design-based path agree" in done.out


def test_different_with_a_table(taken: Taken, mollisol: Mollisol) -> None:
    taken.replace("inputs/core_increments.csv", ",0,30,", ",0,30,1")
    done = mollisol("verify", taken.folder)
    assert done.code == 1
    assert done.out.startswith("different: ")
    lines = done.out.splitlines()
    changed = lines.index("file-changed: inputs/core_increments.csv")
    row = lines.index("input: inputs/core_increments.csv:2: soc_g_per_kg")
    first = next(
        number for number, line in enumerate(lines) if line.startswith("result: results.json: periods[1].")
    )
    assert changed < row < first, "what was changed stands before what follows from it"
    assert "% of the total, material" in lines[first + 1]
    assert lines[-1].endswith("more: --json gives them all")


def test_one_json_document(taken: Taken, mollisol: Mollisol) -> None:
    taken.json("results.json", lambda results: results.update(seed=5))
    done = mollisol("verify", taken.folder, "--json", "--independent")
    assert done.code == 1
    document: dict[str, Any] = json.loads(done.out)
    assert document["same"] is False
    assert {"seed", "file-changed"} <= {item["code"] for item in document["differences"]}
    assert {row["name"] for row in document["versions"]} >= {"mollisol", "python", "numpy"}
    assert document["materiality"]["rule"] == "vcs.materiality.share"
    assert document["independent"]


@pytest.mark.parametrize(
    "kind", ["nothing", "a folder", "a manifest that is none", "a manifest without sums"]
)
def test_no_bundle(kind: str, tmp_path: Path, mollisol: Mollisol) -> None:
    folder = tmp_path / "bundle"
    if kind != "nothing":
        folder.mkdir()
    if kind.startswith("a manifest"):
        (folder / "manifest.json").write_text("{" if kind.endswith("none") else "{}")
    done = mollisol("verify", folder)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("mollisol: ")
    assert not done.out


def test_a_zip_of_a_bundle(taken: Taken, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", taken.folder)
    assert verify_bundle(Path(packed)).same


def test_a_run_with_a_proposal_another_rule_set_and_every_route(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", TV2)
    overlays = [load_proposal(Path("gwp-ar6"))]
    run = run_project(project, rules_key="vm0042-2.2", overlays=overlays, seed=3)
    write_folder(tmp_path / "bundle", bundle_files(run))
    outcome = verify_bundle(tmp_path / "bundle", independent=True)
    assert outcome.same, outcome.differences[:5]
    assert outcome.notes == (f"proposals are laid over the rule set: {overlays[0].label}",)
