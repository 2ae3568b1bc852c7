"""A later version performs an old bundle again under the bundle's own rules, and names what moved each difference."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.methodology.rules_in_force.rule_set import load_rule_set
from mollisol.verify.bundle import verify_bundle
from mollisol.verify.releases import name_notes, notes_since, release_of, with_constants
from mollisol.verify.results import Difference, ReleaseNote, Verification
from tests.support.bundles import Taken

HERE = Path(__file__).parent
BUNDLES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.zip"))
QUICK = "0.1.0/woburn-ley.zip"
RULES = "vm0042-2.2+2026-06-11"


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    """Return the quickest bundle of 0.1.0, unpacked to be changed."""
    with zipfile.ZipFile(HERE / QUICK) as archive:
        archive.extractall(tmp_path / "bundle")
    return Taken(tmp_path / "bundle")


def verify(taken: Taken) -> Verification:
    taken.hash_again()
    return verify_bundle(taken.folder)


def change_rules(taken: Taken, change: Callable[[Any], object]) -> None:
    """Change the rules of a bundle and carry the hash through, as somebody does who wants it to pass."""
    from mollisol.verify.rules import _digest

    taken.json("rules.json", change)
    new = _digest(taken.read("rules.json"))
    for name in ("manifest.json", "results.json"):
        taken.json(name, lambda data: data.update(rule_set_hash=new))


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n != QUICK)) for n in BUNDLES])
def test_every_difference_is_moved_by_a_release_note(name: str) -> None:
    outcome = verify_bundle(HERE / name)
    open_ones = [f"{item.code}: {item.item}" for item in outcome.differences if not item.note]
    assert not open_ones, f"describe them in src/mollisol/verify/releases.toml: {open_ones[:10]}"
    assert outcome.outcome == "moved"
    assert outcome.numbers_compared > 2500, "it came through"
    assert (
        f"the rules are those that mollisol {name.partition('/')[0]} shipped, to the last byte"
        in outcome.notes
    )
    assert outcome.materiality is not None
    assert outcome.materiality.recomputed_t_co2e == pytest.approx(
        outcome.materiality.recorded_t_co2e, rel=1e-9
    ), "a credited total moved: a line under Rules in the changelog, and a note with its figures"


def test_the_command_says_moved_and_by_which_note() -> None:
    done = CliRunner().invoke(app, ["verify", str(HERE / QUICK)])
    assert done.exit_code == 1
    assert "moved: " in done.stdout
    assert "release note 0.2.0-1 (" in done.stdout
    assert "moved by release note" in done.stdout


def test_other_commands_read_it_too(taken: Taken, tmp_path: Path) -> None:
    folder, run = str(taken.folder), CliRunner().invoke
    done = run(app, ["report", folder, "--format", "html,csv", "--out", str(tmp_path / "report")])
    assert done.exit_code == 0, done.output
    assert "Woburn ley-arable" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    done = run(app, ["ledger", "close", folder, "--dry-run", "--by", "An auditor", "--on", "2026-12-01"])
    assert done.exit_code == 0, done.output
    assert "issued_units_t = 576" in done.stdout or "units_t = 576" in done.stdout
    done = run(app, ["explain", folder, "periods.1.units_to_issue_t"])
    assert done.exit_code == 0, done.output
    assert "= 576 whole t CO2e" in done.stdout
    done = run(app, ["ledger", "close", folder, "--dry-run", "--by", "x", "--on", "2026-12-01"])
    assert done.exit_code == 2
    assert "names nobody" in done.output


def test_every_rule_is_one_that_0_1_0_had_or_has_its_constant() -> None:
    with zipfile.ZipFile(HERE / QUICK) as archive:
        held = json.loads(archive.read("rules.json"))
    old = {*held["rules"], *held["switches"]}
    constants = {id for note in notes_since("0.1.0") for id in note.rules}
    now = load_rule_set(RULES)
    shipped = now.rules
    assert {*shipped, *now.switches} - old == constants, "a new rule needs in releases.toml its value before"
    for note in notes_since("0.1.0"):
        for id, value in note.rules.items():
            assert id in now.switches or type(value) is type(shipped[id].value[-1].value), id


def test_notes_are_numbered_within_their_release() -> None:
    notes = notes_since("0.1.0")
    assert [note.id for note in notes] == [f"0.2.0-{number}" for number in range(1, len(notes) + 1)]
    assert all(note.version == "0.2.0" and len(note.says) > 20 for note in notes)


def test_the_rules_of_0_1_0_are_known_by_their_hash(taken: Taken) -> None:
    recorded = json.loads(taken.read("manifest.json"))["rule_set_hash"]
    assert release_of(recorded) == "0.1.0"
    assert release_of("0" * 64) == ""


def test_a_changed_input_of_an_old_bundle_is_different(taken: Taken) -> None:
    text = taken.read("inputs/core_increments.csv").decode().splitlines()
    cells = text[1].split(",")
    place = text[0].split(",").index("soc_g_per_kg")
    cells[place] = f"{float(cells[place]) + 0.5:g}"
    taken.write("inputs/core_increments.csv", "\n".join([text[0], ",".join(cells), *text[2:], ""]).encode())
    outcome = verify(taken)
    assert outcome.outcome == "different"
    open_ones = [item.item for item in outcome.differences if not item.note]
    assert "inputs/core_increments.csv:2: soc_g_per_kg" in open_ones
    assert "results.json: periods[1].verified_total_t_co2e" in open_ones


def test_a_changed_rule_of_an_old_bundle_is_named(taken: Taken) -> None:
    """Its own rules are used, as the bundle has them; that no release shipped them so is a difference."""

    def bolder(rules: dict[str, Any]) -> None:
        rules["rules"]["vm0042.deduction.confidence"]["value"][0]["value"] = 0.6

    change_rules(taken, bolder)
    outcome = verify(taken)
    assert outcome.outcome == "different"
    assert "rule vm0042.deduction.confidence: value[0].value" in [item.item for item in outcome.differences]
    assert not [note for note in outcome.notes if "to the last byte" in note]
    assert outcome.materiality is not None
    assert outcome.materiality.recomputed_t_co2e > outcome.materiality.recorded_t_co2e


def test_a_figure_of_an_old_bundle_that_was_raised_is_different(taken: Taken) -> None:
    taken.json("results.json", lambda results: results["periods"][0].update(units_to_issue_t=9999))
    (item,) = [
        item for item in verify(taken).differences if item.item.endswith("periods[1].units_to_issue_t")
    ]
    assert (item.recorded, item.note) == ("9999.0", "")


def test_rules_that_are_no_json_are_named(taken: Taken) -> None:
    taken.replace("rules.json", '"rules": {', '"rules": {}, "rules": {')
    codes = [item.code for item in verify(taken).differences if item.item == "rules.json"]
    assert "json-key-twice" in codes


def test_a_word_is_moved_by_words_and_a_number_by_figures_alone() -> None:
    note = ReleaseNote(id="9-1", version="9.0.0", says="x", moves=("result: a*c",), figures=("result: n*",))
    word = Difference(code="result", item="abc", recorded="x", recomputed="y")
    number = Difference(code="result", item="abc", recorded="1", recomputed="2", difference=1.0)
    other = Difference(code="result", item="abcd", recorded="x", recomputed="y")
    figure = Difference(code="result", item="n[1]", recorded="1", recomputed="2", difference=1.0)
    found = [item.note for item in name_notes([word, number, other, figure], [note])]
    assert found == ["9-1", "", "", "9-1"]


@pytest.mark.parametrize(
    ("recorded", "number"), [("0.1.0", 1), ("0.0.9", 1), (version("mollisol"), 0), ("", 0), ("new", 0)]
)
def test_notes_of_later_releases_alone(recorded: str, number: int) -> None:
    assert min(len(notes_since(recorded)), 1) == number


def test_a_constant_does_not_replace_a_rule_of_the_bundle() -> None:
    shipped = load_rule_set(RULES)
    note = ReleaseNote(
        id="9-1", version="9.0.0", says="x", rules={"vcs.buffer.rating-step": 0.5, "no.such-rule": 1.0}
    )
    assert with_constants(shipped, shipped, [note]) is shipped
    kept = {id: rule for id, rule in shipped.rules.items() if id != "vcs.buffer.rating-step"}
    older = with_constants(shipped.model_copy(update={"rules": kept}), shipped, [note])
    assert older.rules.keys() == shipped.rules.keys()
    (value,) = older.rules["vcs.buffer.rating-step"].value
    assert value.value == 0.5
