"""The bundle of the bundled example: the same bytes twice, whole, and without a trace of the machine or the hour."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from mollisol.equations import all_equations
from tests.mollisol.cli.conftest import contents, process
from tests.support.bundles import trace_of

CLOCK = re.compile(rb"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}|\b\d{2}:\d{2}:\d{2}\b")
MACHINE = re.compile(rb"(?<![\w.:/-])/(?:tmp|home|root|work|usr|var|Users|private|opt|proc)/|[A-Za-z]:\\\\")
EXAMPLE = Path(str(files("mollisol"))) / "examples" / "woburn-ley"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Run the example twice, in processes of their own, from other folders, into other folders."""
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    demo = process("demo", "--out", "here", cwd=first)
    assert demo.code == 0, demo.err
    run = process("run", EXAMPLE, "--out", second / "there" / "bundle", cwd=second)
    assert run.code == 3, "nobody approved what a replay departs from: " + run.err
    return first / "here" / "bundle", second / "there" / "bundle"


@pytest.fixture(scope="module")
def bundle(bundles: tuple[Path, Path]) -> dict[str, bytes]:
    return contents(bundles[0])


def test_two_runs_give_the_same_bytes(bundles: tuple[Path, Path]) -> None:
    first, second = map(contents, bundles)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_what_a_bundle_holds(bundle: Mapping[str, bytes]) -> None:
    must = {"results.json", "trace.json", "values.parquet", "findings.json", "manifest.json", "report.html"}
    assert must <= set(bundle)
    assert any(name.startswith("figures/") for name in bundle)


def test_the_manifest_has_the_hash_of_every_file(bundle: Mapping[str, bytes]) -> None:
    manifest = json.loads(bundle["manifest.json"])
    assert manifest["files"] == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in bundle.items()
        if name != "manifest.json"
    }
    assert {"mollisol", "versions", "rule_set", "rule_set_hash", "seed", "sampler"} <= set(manifest)


def test_inputs_are_what_was_read_byte_for_byte(bundle: Mapping[str, bytes]) -> None:
    inputs = {
        name.removeprefix("inputs/"): content
        for name, content in bundle.items()
        if name.startswith("inputs/")
    }
    assert {"project.toml", "core_increments.csv"} <= set(inputs)
    assert inputs == {name: (EXAMPLE / name).read_bytes() for name in inputs}
    tables = {path.name for path in EXAMPLE.glob("*.csv")}
    assert tables <= set(inputs), "a table of the project was not read"


def test_no_clock_and_no_machine_in_any_file(bundle: Mapping[str, bytes]) -> None:
    for name, content in bundle.items():
        assert CLOCK.search(content) is None, (name, CLOCK.search(content))
        assert MACHINE.search(content) is None, (name, MACHINE.search(content))


def test_every_quantity_of_the_trace_leads_on(
    bundles: tuple[Path, Path], bundle: Mapping[str, bytes]
) -> None:
    """A quantity comes from an equation, from rows or rules, or from other quantities that are in the trace."""
    trace = trace_of(bundles[0])
    names = {quantity["name"] for quantity in trace["quantities"]}
    rules = {rule["rule"] for rule in trace["rules"]}
    for quantity in trace["quantities"]:
        assert not quantity["equation"] or quantity["equation"] in all_equations()
        assert set(quantity["rules"]) <= rules
        named = {
            value
            for key, value in quantity["inputs"].items()
            if isinstance(value, str) and key.startswith("of")
        }
        assert named <= names
    places = {row.partition(":")[0] for quantity in trace["quantities"] for row in quantity["rows"]}
    files_read = {place for place in places if place.endswith((".csv", ".toml"))}
    assert "core_increments.csv" in files_read
    assert files_read <= {name.removeprefix("inputs/") for name in bundle if name.startswith("inputs/")}
