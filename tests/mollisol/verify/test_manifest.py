"""Changes to the manifest itself, to names of files and to single bytes, and what ``verify`` calls them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from mollisol.reading.archive import BundleFaultError
from mollisol.verify.results import Verification
from tests.support.bundles import Taken

type Verify = Callable[..., Verification]


def manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Taken], None]:
    return lambda taken: taken.json("manifest.json", change)


def other_proposal(data: dict[str, Any]) -> None:
    entry: dict[str, Any] = {
        "id": "mollisol.start.tolerance",
        "from": "2026-11-21",
        "value": 9.0,
        "reason": "a test",
    }
    entry |= {"low": None, "high": None}
    data["options"]["overlays"] = [{"label": "another tolerance", "set": [entry], "switch": []}]


MANIFEST = [
    ("the seed", manifest(lambda m: m.update(seed=7)), "seed", "manifest.json: seed"),
    ("a truth for the seed", manifest(lambda m: m.update(seed=False)), "seed", "manifest.json: seed"),
    ("a number for a version", manifest(lambda m: m["versions"].update(scipy=1.0)), "manifest-entry-form", "versions"),
    ("versions that are none", manifest(lambda m: m.update(versions=[])), "manifest-entry-form", "versions"),
    ("the seed of the options", manifest(lambda m: m["options"].update(seed=7)), "seed", "results.json: seed"),
    ("the route", manifest(lambda m: m["options"].update(route="posterior")),
     "result", "results.json: periods[1].posterior"),
    ("a route that is none", manifest(lambda m: m["options"].update(route="best")),
     "option-unknown", "options.route"),
    ("an option that is none", manifest(lambda m: m["options"].update(bonus=1)), "option-unknown", "options.bonus"),
    ("an option taken out", manifest(lambda m: m["options"].pop("seed")), "option-missing", "options: seed"),
    ("options that are none", manifest(lambda m: m.update(options=[])), "option-unknown", "manifest.json: options"),
    ("a proposal", manifest(other_proposal), "overlay", "rules.json: overlays"),
    ("the rule set", manifest(lambda m: m.update(rule_set="vm0042-2.2")), "rule-set", "manifest.json: rule_set"),
    ("a rule set that is none", manifest(lambda m: m.update(rule_set="vm0099")),
     "rule-set", "manifest.json: rule_set"),
    ("the rule set asked for", manifest(lambda m: m["options"].update(rules_key="vm0042-2.2")),
     "rule-set", "asked for"),
    ("the hash of the rules", manifest(lambda m: m.update(rule_set_hash="0" * 64)),
     "rule-set-hash", "manifest.json: rule_set_hash"),
    ("the version", manifest(lambda m: m.update(mollisol="0.0.1")), "report", "report.html: line "),
    ("a library's version", manifest(lambda m: m["versions"].update(numpy="1.0")),
     "metadata", "softwareRequirements"),
    ("the sampler", manifest(lambda m: m.update(sampler="none")), "sampler", "manifest.json: sampler"),
    ("an entry taken out", manifest(lambda m: m.pop("options")), "manifest-entry-missing", "manifest.json: options"),
    ("an entry put in", manifest(lambda m: m.update(audited=True)), "manifest-entry-added", "manifest.json: audited"),
    ("a file's entry taken out", manifest(lambda m: m["files"].pop("report.html")), "file-added", "report.html"),
    ("a file's entry put in", manifest(lambda m: m["files"].update(ghost="0" * 64)), "file-missing", "ghost"),
    ("a sum", manifest(lambda m: m["files"].update({"report.html": "0" * 64})), "file-changed", "report.html"),
    ("the layout", lambda t: t.write("manifest.json", json.dumps(json.loads(t.read("manifest.json"))).encode()),
     "layout", "manifest.json"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "item"), [case[1:] for case in MANIFEST], ids=[case[0] for case in MANIFEST]
)
def test_a_changed_manifest(
    change: Callable[[Taken], None], code: str, item: str, taken: Taken, verified: Verify
) -> None:
    change(taken)
    outcome = verified(taken)
    assert any(d.code == code and item in d.item for d in outcome.differences), outcome.differences[:5]


def test_the_bundle_as_it_was_made(taken: Taken, verified: Verify) -> None:
    outcome = verified(taken, independent=True)
    assert outcome.same, outcome.differences[:5]
    assert outcome.largest_deviation == 0
    assert outcome.numbers_compared > 500
    assert outcome.materiality is not None
    assert outcome.materiality.recomputed_t_co2e == pytest.approx(
        631.7254825 * 0.85, rel=1e-9
    )  # TV-2 less 15 %
    assert not outcome.notes


def test_a_file_that_is_renamed(taken: Taken, verified: Verify) -> None:
    taken.path("figures/stocks.svg").rename(taken.path("figures/stock.svg"))
    (found,) = [d for d in verified(taken).differences if d.code == "file-renamed"]
    assert (found.item, found.recomputed) == ("figures/stocks.svg", "figures/stock.svg")


def test_two_files_that_changed_places(taken: Taken, verified: Verify) -> None:
    first, second = "inputs/strata.csv", "inputs/control_sites.csv"
    one, other = taken.read(first), taken.read(second)
    taken.write(first, other)
    taken.write(second, one)
    found = {d.item: d.recomputed for d in verified(taken).differences if d.code == "file-swapped"}
    assert found == {first: f"its content stands in {second}", second: f"its content stands in {first}"}


def test_an_input_that_is_gone_with_its_entry(taken: Taken, verified: Verify) -> None:
    taken.path("inputs/strata.csv").unlink()
    taken.hash_again()
    found = [(d.code, d.item, d.recomputed) for d in verified(taken).differences]
    assert ("not-computable", "inputs/strata.csv", "file-missing: no such file") in found


@pytest.mark.parametrize(
    "name",
    ["rules.json", "report.html", "ro-crate-metadata.json", "results.json", "trace.json", "values.parquet"],
)
def test_a_part_that_is_gone_with_its_entry(name: str, taken: Taken, verified: Verify) -> None:
    taken.path(name).unlink()
    taken.hash_again()
    assert ("file-not-there", name) in [(d.code, d.item) for d in verified(taken).differences]


def test_a_link_is_not_followed(taken: Taken, verified: Verify, tmp_path: Path) -> None:
    elsewhere = shutil.move(taken.path("inputs/strata.csv"), tmp_path / "strata.csv")
    taken.path("inputs/strata.csv").symlink_to(elsewhere)
    with pytest.raises(BundleFaultError, match=r"inputs/strata\.csv: a symbolic link \(bundle-link\)"):
        verified(taken)


KINDS = [
    "figures/stocks.svg", "findings.json", "inputs/control_links.csv", "inputs/core_increments.csv",
    "inputs/project.toml", "inputs/sample_points.csv", "inputs/schedule_of_activities.csv", "project.json",
    "report.html", "results.json", "ro-crate-metadata.json", "rules.json", "trace.json", "values.parquet",
]  # fmt: skip

SLOW = {name for name in KINDS if name.startswith("inputs/") and name != "inputs/core_increments.csv"}
"""Each bit of an input is a run of its own."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in KINDS])
@pytest.mark.parametrize("at", [0.31, 0.77])
def test_one_bit_of_a_file(name: str, at: float, taken: Taken, verified: Verify) -> None:
    content = bytearray(taken.read(name))
    content[int(at * len(content))] ^= 1
    taken.write(name, bytes(content))
    assert ("file-changed", name) in [(d.code, d.item) for d in verified(taken).differences]
    taken.hash_again()
    found = [
        d for d in verified(taken).differences if d.item.startswith(("rule ", "switch")) or name in d.item
    ]
    assert found, "a bit that nobody names"


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.8, 0.99])
def test_one_bit_of_the_manifest(at: float, taken: Taken, verified: Verify) -> None:
    content = bytearray(taken.read("manifest.json"))
    content[int(at * len(content))] ^= 1
    taken.write("manifest.json", bytes(content))
    try:
        assert not verified(taken).same
    except BundleFaultError as error:
        assert error.finding.where.file == "manifest.json"  # noqa: PT017


def test_numbers_within_the_tolerance_are_the_same_and_the_largest_deviation_is_told(
    taken: Taken, verified: Verify
) -> None:
    def nudge(results: dict[str, Any]) -> None:
        results["periods"][0]["gross_t_co2e"] *= 1 + 4e-10

    taken.json("results.json", nudge)
    taken.hash_again()
    outcome = verified(taken)
    assert [d.code for d in outcome.differences] == ["metadata"], "the sum of results.json in the metadata"
    assert outcome.largest_deviation == pytest.approx(4e-10, rel=1e-5)
    assert outcome.largest_at == "results.json: periods[1].gross_t_co2e"
    stricter = verified(taken, tolerance=1e-10)
    assert "results.json: periods[1].gross_t_co2e" in [d.item for d in stricter.differences]


@pytest.mark.parametrize(("share", "material"), [(0.049, False), (0.051, True)])
def test_materiality_of_an_item_and_in_total(
    share: float, material: bool, taken: Taken, verified: Verify
) -> None:
    """The recorded total is put up so that the true one is short of it by a share of what was recorded."""

    def inflate(results: dict[str, Any]) -> None:
        results["periods"][0]["verified_total_t_co2e"] /= 1 - share

    taken.json("results.json", inflate)
    taken.hash_again()
    outcome = verified(taken)
    assert outcome.materiality is not None
    assert outcome.materiality.percent == pytest.approx(100 * share, rel=1e-9)
    assert outcome.materiality.material is material
    (item,) = [d for d in outcome.differences if d.item == "results.json: periods[1].verified_total_t_co2e"]
    assert item.percent_of_total == pytest.approx(100 * share, rel=1e-9)
    assert item.material is material


def test_a_figure_per_hectare_is_weighed_by_its_area(taken: Taken, verified: Verify) -> None:
    """0.5 t CO2e/ha over 120 ha are 60 t of TV-2's 536.97 t: 11.17 %."""

    def better(results: dict[str, Any]) -> None:
        results["periods"][0]["deduction"]["mean_t_co2e_per_ha"] += 0.5

    taken.json("results.json", better)
    taken.hash_again()
    (item,) = [
        d for d in verified(taken).differences if d.item.endswith("periods[1].deduction.mean_t_co2e_per_ha")
    ]
    assert item.percent_of_total == pytest.approx(100 * 60 / (631.7254825 * 0.85), rel=1e-8)
    assert item.material


def test_a_bundle_of_an_older_version_is_compared_all_the_same(taken: Taken, verified: Verify) -> None:
    """What an older version did not write is said with the version that explains it; figures are still compared."""
    for name in ("rules.json", "ro-crate-metadata.json"):
        taken.path(name).unlink()

    def older(data: dict[str, Any]) -> None:
        data.update(mollisol="0.0.9")
        del data["options"]

    taken.json("manifest.json", older)
    taken.json("results.json", lambda results: results["periods"][0].pop("calendar"))
    taken.hash_again()
    outcome = verified(taken)
    assert outcome.notes[0].startswith(
        f"mollisol 0.0.9 made the bundle, {version('mollisol')} is here: it moves rules"
    )
    assert "does not record its options" in outcome.notes[1]
    found = {(d.code, d.item): d.why for d in outcome.differences}
    why = f"mollisol 0.0.9 there, {version('mollisol')} here"
    assert found["file-not-there", "rules.json"] == why
    assert found["result-missing", "results.json: periods[1].calendar"] == why
    assert outcome.materiality is not None
    assert outcome.numbers_compared > 500
    assert not [d for d in outcome.differences if d.code == "result"], (
        "the route is read from what was computed"
    )
