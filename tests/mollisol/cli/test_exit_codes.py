"""Exit codes: 0 clean or warnings, 2 blocked or wrongly asked, 3 computed and not issued; never a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mollisol.methodology.rules_in_force.rule_set import rule_set_keys
from tests.broken.conftest import CASES, apply
from tests.mollisol.cli.conftest import Mollisol, contents, process
from tests.support.declarations import declare

KEY = "vm0042-2.2+2026-06-11"
BLOCKED = [
    id
    for id, case in CASES.items()
    if case.get("severity") == "blocking" and not case.get("run") and "base" not in case
]
"""Cases that start from the skeleton, as a newcomer does."""
CONSTRUCTED = {"file": "project.toml", "find": 'kind = "placeholder"', "put": 'kind = "constructed"'}


def test_new_then_check_then_run(mollisol: Mollisol, tmp_path: Path) -> None:
    project, out = tmp_path / "made", tmp_path / "bundle"
    assert mollisol("new", project).code == 0
    assert mollisol("check", project).code == 0
    done = mollisol("run", project, "--out", out)
    assert done.code == 3
    assert "t CO2e computed, provisional: 0 can be requested" in done.out
    assert ": 0 units, provisional" in done.out
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    (period,) = results["periods"]
    assert results["state"] == period["state"] == "provisional"
    assert (
        period["units_if_eligible_t"]
        == int(period["verified_total_t_co2e"])
        > period["units_to_issue_t"]
        == 0
    )
    assert "Computed, but provisional" in (out / "report.html").read_text(encoding="utf-8")


def test_run_that_issues(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    apply(declare(skeleton), [CONSTRUCTED])
    done = mollisol("run", skeleton, "--out", tmp_path / "bundle")
    assert done.code == 0
    assert re.search(r"^[1-9][\d,]* t CO2e eligible to request", done.out, flags=re.MULTILINE)


def test_run_below_the_eligibility_bar(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    apply(skeleton, [CONSTRUCTED, *CASES["outcome-half-width"]["edit"]])
    done = mollisol("run", skeleton, "--out", tmp_path / "bundle")
    assert done.code == 3
    assert "half-width-over-estimate" in (tmp_path / "bundle" / "findings.json").read_text(encoding="utf-8")


def test_blocked_run_writes_nothing(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    apply(skeleton, CASES["cell-missing"]["edit"])
    out = tmp_path / "deep" / "bundle"
    done = mollisol("run", skeleton, "--out", out)
    assert done.code == 2
    assert "missing-value" in done.err
    assert done.out == ""
    assert not out.parent.exists()


@pytest.mark.parametrize("id", BLOCKED)
def test_check_of_a_broken_project(id: str, mollisol: Mollisol, skeleton: Path) -> None:
    apply(skeleton, CASES[id]["edit"])
    done = mollisol("check", skeleton)
    assert done.code == 2
    assert CASES[id]["code"] in done.out
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("eq",),
        ("eq", "vm0042:74"),
        ("eq", "vm0042:3-soil", "fine_soil_mass_g=460", "probe_inner_diameter_mm=38", "cores=1"),
        ("schema",),
        ("schema", "strata.csv"),
        ("rules", "list"),
        ("rules", "list", "--rules", KEY),
        ("rules", "show", "vm0042.soc.minimum-depth"),
        ("rules", "show", "switch.shared-control"),
        ("--help",),
        ("run", "--help"),
    ],
)
def test_commands_that_need_no_project(arguments: tuple[str, ...], mollisol: Mollisol) -> None:
    done = mollisol(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nosuch",), "No such command"),
        (("check",), "Missing argument"),
        (("run", "PROJECT"), "--out"),
        (("run", "PROJECT", "--out", "OUT", "--route", "guess"), "analytic"),
        (("run", "PROJECT", "--out", "OUT", "--seed", "x"), "--seed"),
        (("run", "PROJECT", "--out", "OUT", "--seed", "-1"), "--seed"),
        (("run", "PROJECT", "--out", "OUT", "--seed", "9" * 26), "--seed"),
        (("run", "PROJECT", "--out", "FILE"), "is a file; name a folder"),
        (("run", "PROJECT", "--out", "FILE/deeper"), "cannot be written"),
        (("run", "PROJECT", "--out", "PROJECT"), "is not empty and holds no bundle"),
        (("run", "PROJECT", "--out", "OUT", "--proposal", "nothing.toml"), "nothing.toml"),
        (("check", "PROJECT", "--proposal", "FILE"), "not a TOML file"),
        (("new", "PROJECT"), "is there already"),
        (("new", "FILE/deeper"), "cannot be written"),
        (("demo", "--out", "FILE"), "cannot be written"),
        (("schema", "nosuch.csv"), "core_increments.csv"),
        (("eq", "vm0042:9999"), "vm0042:74"),
        (("eq", "vm0042:3-soil", "cores"), "name=value"),
        (("eq", "vm0042:3-soil", "cores=1"), "missing 2 required"),
        (("eq", "vm0042:3-soil", "nosuch=1"), "fine_soil_mass_g"),
        (
            ("eq", "vm0042:3-soil", "fine_soil_mass_g=x", "probe_inner_diameter_mm=38", "cores=1"),
            "fine_soil_mass_g",
        ),
        (("eq", "vm0042:3-soil", "fine_soil_mass_g=NaN", "probe_inner_diameter_mm=38", "cores=1"), "finite"),
        (("eq", "vm0042:A6.1", "landowners=[[]]"), "a landowner is made of"),
        (("eq", "vm0042:A6.9", "start=-inf", "end=x"), "start must be a list of structures"),
        (("rules", "show", "nosuch"), "mollisol rules list"),
        (("rules", "list", "--rules", "nosuch"), KEY),
    ],
)
def test_wrongly_asked(arguments: tuple[str, ...], words: str, mollisol: Mollisol, skeleton: Path) -> None:
    file = skeleton.parent / "file"
    file.write_text("not a bundle", encoding="utf-8")
    places = {"PROJECT": str(skeleton), "FILE": str(file), "OUT": str(skeleton.parent / "out")}
    before = contents(skeleton.parent)
    filled = [places.get(a) or a.replace("FILE/", f"{file}/") for a in arguments]
    done = mollisol(*filled)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err
    assert contents(skeleton.parent) == before


def test_unknown_rule_set_for_a_project(mollisol: Mollisol, skeleton: Path) -> None:
    done = mollisol("check", skeleton, "--rules", "nosuch")
    assert done.code == 2
    assert all(key in done.out for key in rule_set_keys())


def test_a_folder_that_is_no_bundle_is_left_alone(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work", encoding="utf-8")
    done = mollisol("run", skeleton, "--out", out)
    assert done.code == 2
    assert contents(out) == {"chapter.txt": b"years of work"}


def test_an_empty_folder_may_be_named(mollisol: Mollisol, skeleton: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert mollisol("run", skeleton, "--out", tmp_path / "empty").code == 3
    assert (tmp_path / "empty" / "manifest.json").is_file()


def test_as_a_process(skeleton: Path) -> None:
    apply(skeleton, CASES["name-markup"]["edit"])
    done = process("check", skeleton)
    assert done.code == 2
    assert "markup-in-text" in done.out
    assert done.err.startswith("reading ")
