"""Every number leads to rows of input files, rules, switches, the seed or what the project declared."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.audit.explain import Explainer
from mollisol.audit.explain_leaves import MIXES_ITS_ENTRIES
from mollisol.audit.explain_tree import Node
from mollisol.bundle.read import open_bundle
from mollisol.equations import all_equations
from mollisol.methodology.result_paths import numbers_of
from tests.support.bundles import trace_of

LEAVES = {"read", "rule", "switch", "declared", "seed"}


@pytest.fixture(scope="module")
def explainer(bundle: Path) -> Explainer:
    return Explainer(open_bundle(bundle))


@pytest.fixture(scope="module")
def trace(bundle: Path) -> dict[str, Any]:
    return trace_of(bundle)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def faults(tree: Node) -> Iterator[str]:
    for node in nodes(tree):
        yield from faults_of(node)


def faults_of(node: Node) -> Iterator[str]:
    # what a wide tree counts and does not show is a number by itself, and is asked as such
    cut = node.above or node.kind == "more" or "(more below)" in node.words
    if not node.children and not cut and node.kind not in LEAVES:
        yield f"{node.name}: a leaf of kind {node.kind} says where nothing comes from"
    if node.kind == "read" and not node.rows:
        yield f"{node.name}: read from nowhere"
    if node.kind == "rule" and not node.rule["citation"]:
        yield f"{node.name}: a rule without a clause"
    if node.kind == "switch" and node.value is not None and not node.words.startswith("switch."):
        yield f"{node.name}: no switch"
    if node.kind == "declared" and not node.words:
        yield f"{node.name} = {node.value}: declared nowhere"
    if "FOLLOW" in node.words or "not in the trace" in node.words:
        yield f"{node.name}: {node.words}"
    if node.kind == "equation" and not node.equation.get("citation"):
        yield f"{node.name}: an equation without a citation"


def test_every_number_leads_to_rows_or_clauses(
    bundle: Path, explainer: Explainer, trace: dict[str, Any]
) -> None:
    """And a figure that is a sum of quantities is that sum to 1e-9, or the tree says that it is not.

    Each quantity of the trace is followed to the bottom; each figure to its quantities, which are among those.
    """
    paths = numbers_of(json.loads((bundle / "results.json").read_text(encoding="utf-8")))
    assert len(paths) > 400
    reached: set[str] = set()
    found: dict[str, list[str]] = {}
    for name in reversed([quantity["name"] for quantity in trace["quantities"]]):
        if name not in reached:
            tree = explainer.explain(name)
            found[name] = list(faults(tree))
            reached |= {node.name for node in nodes(tree)}
    for path in set(explainer.names) - reached:
        tree = explainer.explain(path, depth=2)
        found[path] = [fault for node in (tree, *tree.children) for fault in faults_of(node)]
        assert all(child.name in reached for child in tree.children if child.kind != "more")
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.slow
def test_every_number_by_itself_leads_to_rows_or_clauses(explainer: Explainer) -> None:
    found = {name: list(faults(explainer.explain(name))) for name in explainer.names}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_paths_name_each_number_once(bundle: Path) -> None:
    results = json.loads((bundle / "results.json").read_text(encoding="utf-8"))

    def count(data: Any) -> int:
        if isinstance(data, dict):
            return sum(count(value) for value in data.values())
        if isinstance(data, list):
            return sum(count(item) for item in data)
        return int(isinstance(data, int | float) and not isinstance(data, bool))

    assert len(numbers_of(results)) == count(results)


def test_what_was_picked_is_what_stands_at_its_place(trace: dict[str, Any]) -> None:
    """``places`` is how an entry finds its row: the value there is the value here."""
    values = {q["name"]: q["value"] for q in trace["quantities"]}
    seen = 0
    for quantity in trace["quantities"]:
        if quantity.get("places"):
            parts = sorted(quantity["inputs"].items(), key=lambda item: int(item[0][3:] or 0))
            pool = [entry for _, name in parts for entry in np.atleast_1d(values[name]).tolist()]
            there = [pool[place] for place in np.ravel(quantity["places"]).astype(int)]
            assert np.ravel(there).tolist() == np.ravel(quantity["value"]).tolist(), quantity["name"]
            seen += 1
    assert seen > 20


def test_entries_that_are_left_out_do_not_matter(trace: dict[str, Any]) -> None:
    """Where an entry is followed alone, moving the other entries of the argument leaves it as it is."""
    of = {q["name"]: q for q in trace["quantities"]}
    equations = all_equations()
    tried: set[str] = set()
    for quantity in trace["quantities"]:
        id, index = quantity["equation"], quantity["index"]
        if not id or len(index) < 2 or id in tried | MIXES_ITS_ENTRIES or "group" in quantity["inputs"]:
            continue
        given = {
            name: (of[value]["value"] if isinstance(value, str) and value in of else value)
            for name, value in quantity["inputs"].items()
        }
        given = {name: math.inf if value == "infinite" else value for name, value in given.items()}
        for name, source in quantity["inputs"].items():
            if not (isinstance(source, str) and source in of and of[source]["index"] == index):
                continue
            moved = np.array(given[name], dtype=float)
            moved[-1] *= 1.0 + 1e-6
            try:
                before = np.asarray(equations[id].function(**given), dtype=float)
                after = np.asarray(equations[id].function(**given | {name: moved}), dtype=float)
            except (TypeError, ValueError):
                continue  # recorded with what stands behind it, not with its arguments; weights that must add up
            assert before[:-1].tolist() == after[:-1].tolist(), f"{id}: {name} mixes entries"
            tried.add(id)
    assert len(tried) > 5


def test_an_entry_is_followed_to_its_own_rows(explainer: Explainer, trace: dict[str, Any]) -> None:
    """The sampling unit's own increments and no other, apart from what sets the reference soil mass."""
    (name,) = [q["name"] for q in trace["quantities"] if q["name"].startswith("change_of_unit@")][:1]
    unit = next(q for q in trace["quantities"] if q["name"] == name)["index"][0]
    tree = explainer.explain(f"{name}@{unit}")
    carbon = {row for node in nodes(tree) if node.name == "soc_g_per_kg" for row in node.rows}
    assert 2 <= len(carbon) <= 16
    assert len(carbon) < len(next(q for q in trace["quantities"] if q["name"] == "soc_g_per_kg")["rows"])
