"""``--json`` prints one JSON document on standard output and nothing else there; messages go to standard error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.broken.conftest import CASES, apply
from tests.mollisol.cli.conftest import Mollisol, process

FINDING = {"code", "severity", "where", "found", "allowed", "do", "clause", "answered_by", "more"}


def document(text: str) -> Any:
    """Read one JSON document, and refuse the words that JSON does not have."""

    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_check(mollisol: Mollisol, skeleton: Path) -> None:
    done = mollisol("check", skeleton, "--json")
    found = document(done.out)
    assert done.code == 0
    assert found["blocked"] is False
    assert all(set(finding) == FINDING for finding in found["findings"])
    assert "checking against" in done.err


@pytest.mark.parametrize("command", ["check", "run"])
def test_blocked(command: str, mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    apply(skeleton, [*CASES["name-markup"]["edit"], *CASES["cell-nan"]["edit"]])
    out = ["--out", tmp_path / "bundle"] if command == "run" else []
    done = mollisol(command, skeleton, *out, "--json")
    found = document(done.out)
    assert done.code == 2
    assert found["blocked"] is True
    blocking = {finding["code"] for finding in found["findings"] if finding["severity"] == "blocking"}
    assert blocking == {"markup-in-text", "not-a-finite-number"}


def test_run(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    done = mollisol("run", skeleton, "--out", tmp_path / "bundle", "--json")
    assert done.code == 3
    assert document(done.out) == document((tmp_path / "bundle" / "results.json").read_text(encoding="utf-8"))
    assert "writing" in done.err


def test_run_without_spread_has_no_words_for_infinity(
    mollisol: Mollisol, skeleton: Path, tmp_path: Path
) -> None:
    edits = [
        {
            "file": "core_increments.csv",
            "where": {"upper_cm": upper},
            "column": "soc_g_per_kg",
            "value": value,
        }
        for upper, value in (("0", "15"), ("30", "7"))
    ]
    apply(skeleton, edits)
    done = mollisol("run", skeleton, "--out", tmp_path / "bundle", "--json")
    assert done.code in {0, 3}
    document(done.out)
    document((tmp_path / "bundle" / "trace.json").read_text(encoding="utf-8"))


def test_demo(tmp_path: Path) -> None:
    done = process("demo", "--out", tmp_path / "demo", "--json")
    assert done.code == 0, done.err
    assert document(done.out)["kind"] == "replay"
    assert "reading" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("eq", "--json"),
        ("eq", "vm0042:74", "--json"),
        (
            "eq",
            "vm0042:3-soil",
            "fine_soil_mass_g=[460,470]",
            "probe_inner_diameter_mm=38",
            "cores=1",
            "--json",
        ),
        ("rules", "list", "--json"),
        ("rules", "list", "--rules", "vm0042-2.2", "--json"),
        ("rules", "show", "vm0042.soc.minimum-depth", "--json"),
        ("rules", "show", "switch.shared-control", "--json"),
        ("findings", "--json"),
        ("findings", "control-too-few", "--json"),
        ("schema", "--json"),
        ("schema", "project", "--json"),
        ("schema", "core_increments.csv", "--json"),
    ],
)
def test_documents_without_a_project(arguments: tuple[str, ...], mollisol: Mollisol) -> None:
    done = mollisol(*arguments)
    assert (done.code, done.err) == (0, "")
    assert document(done.out)


def test_equation_gives_its_value_and_its_passport(mollisol: Mollisol) -> None:
    arguments = ["fine_soil_mass_g=1", "probe_inner_diameter_mm=20", "cores=1"]
    found = document(mollisol("eq", "vm0042:3-soil", *arguments, "--json").out)
    assert found["value"] == pytest.approx(31.83098861837907)  # 10,000 / (pi x 10^2)
    assert found["unit"] == "t soil/ha"
    assert "Eq. 3" in found["citation"]


def test_a_reason_code_is_explained(mollisol: Mollisol) -> None:
    done = mollisol("findings", "control-too-few")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("control-too-few  blocking\n")
    assert "{least} or more" in done.out
    assert "vm0042.control.least-sites" in done.out


@pytest.mark.parametrize(
    "arguments",
    [("eq", "nosuch", "--json"), ("rules", "show", "nosuch", "--json"), ("findings", "nosuch", "--json")],
)
def test_a_wrong_question_leaves_standard_output_empty(
    arguments: tuple[str, ...], mollisol: Mollisol
) -> None:
    done = mollisol(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("mollisol: ")
