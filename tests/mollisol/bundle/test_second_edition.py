"""The second edition of a bundle holds what the first held, in fixed bytes, and gives the same answers by query."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from mollisol import run as run_module
from mollisol.audit.explain import Explainer
from mollisol.bundle import stored as stored_module
from mollisol.bundle import table as table_module
from mollisol.bundle import write as write_module
from mollisol.bundle.read import open_bundle
from mollisol.bundle.stored import Stored
from mollisol.bundle.values import VALUES, stored
from mollisol.bundle.write import files_to_write, trace_document
from mollisol.computing import told_by_a_run
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import FindingsError, UserError
from mollisol.verify.bundle import verify_bundle
from tests.support.bundles import Taken, put_first_edition, trace_of
from tests.support.projects import TV2, write_project

QUANTITY: dict[str, Any] = {"unit": "t", "equation": "", "inputs": {}, "rules": [], "rows": [], "index": []}


def in_table(*quantities: dict[str, Any]) -> list[dict[str, Any]]:
    """Write quantities and read them back."""
    structure, content = stored([QUANTITY | quantity for quantity in quantities], [])
    return [item.plain() for item in Stored(content, json.loads(json.dumps(structure))).quantities()]


@pytest.mark.parametrize(
    "value",
    [
        0.1, -0.0, 3.0, 1e300, 5e-324, "infinite", "corrected", True, None,
        [], [1.5], [1.0, 2.0], [-0.0, 0.0], [0.1, "infinite"], ["infinite", "infinite"], ["a", "b", ""],
        [[1.0, 2.0], [0.5, 4.0]], [[1.0], [2.0, 3.0]], [["a", 1.0]], [None, 1.0], [True, False], [2.0**53, 2.0**60],
    ],
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    (found,) = in_table({"name": "x", "value": value, "inputs": {"given": value}})
    assert json.dumps(found["value"]) == json.dumps(value)
    assert json.dumps(found["inputs"]["given"]) == json.dumps(value)


def test_arrays_come_back_as_the_document_writes_them() -> None:
    array = np.array([[1.0, np.inf], [np.nan, 0.25]])
    (found,) = in_table({"name": "x", "value": array, "index": ("a", "b"), "places": ((3, 1), (0, 2))})
    assert found["value"] == [[1.0, "infinite"], ["infinite", 0.25]]
    assert found["index"] == ["a", "b"]
    assert found["places"] == [[3, 1], [0, 2]]


def test_quantities_keep_their_order_and_share_their_lists() -> None:
    many: list[dict[str, Any]] = [
        {"name": f"b.{n}", "value": [0.5, 0.25], "index": ["x", "y"]} for n in range(3)
    ]
    structure, content = stored([QUANTITY | one for one in [*many, {"name": "a", "value": 0.5}]], [])
    assert [kind["count"] for kind in structure["kinds"]] == [1, 3]
    own = Stored(content, structure)
    assert list(own.names()) == ["b.0", "b.1", "b.2", "a"]
    assert own.table.asked("SELECT count(*) FROM stored WHERE part IN (2, 3, 4)") == [(2 + 2 + 2,)]


@pytest.fixture(scope="module")
def run_and_bundle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("second")
    run = run_project(write_project(folder / "project", TV2), route="analytic")
    for name, content in files_to_write(run).items():
        path = folder / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return run, folder / "bundle"


def test_it_holds_what_the_first_edition_held(run_and_bundle: tuple[Any, Path]) -> None:
    run, bundle = run_and_bundle
    found = trace_of(bundle)
    del found["figures"]
    assert json.dumps(found, sort_keys=True) == json.dumps(trace_document(run), sort_keys=True)


@pytest.mark.parametrize(("few", "block"), [(0, 256), (10_000, 8192)])
def test_explain_by_query_is_explain_of_the_whole(
    run_and_bundle: tuple[Any, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, block: int
) -> None:
    """One row at a time, in small blocks, and with all rows taken at once: the tree is that of the whole document."""
    bundle = run_and_bundle[1]
    first = Path(shutil.copytree(bundle, tmp_path / "first"))
    put_first_edition(first)
    monkeypatch.setattr(stored_module, "_FEW", few)
    monkeypatch.setattr(table_module, "_BLOCK", block)
    monkeypatch.setattr(table_module, "_SHORT", block)
    whole, asked = Explainer(open_bundle(first)), Explainer(open_bundle(bundle))
    assert set(whole.names) == set(asked.names)
    for name in [*list(whole.names)[::23], "periods.1.verified_total_t_co2e", "totals.units_to_issue_t"]:
        assert asked.explain(name).as_json() == whole.explain(name).as_json(), name


def test_both_editions_have_the_same_verdict(run_and_bundle: tuple[Any, Path], tmp_path: Path) -> None:
    """Beside the description of the bundle, which lists its files, nothing of the first edition is different."""
    first = Taken(Path(shutil.copytree(run_and_bundle[1], tmp_path / "first")))
    put_first_edition(first.folder)
    first.hash_again()
    new, old = verify_bundle(run_and_bundle[1]), verify_bundle(first.folder)
    assert new.outcome == "same"
    assert {item.item.partition(":")[0] for item in old.differences} == {"ro-crate-metadata.json"}
    assert min(new.numbers_compared, old.numbers_compared) > 1000
    assert new.periods == old.periods


def test_it_is_written_in_the_same_bytes_and_opens_without_this_program(
    run_and_bundle: tuple[Any, Path],
) -> None:
    run, bundle = run_and_bundle
    again = files_to_write(run)
    assert again[VALUES] == (bundle / VALUES).read_bytes()
    with duckdb.connect() as database:
        (total,) = database.execute(
            "SELECT n.number FROM read_parquet($file) q JOIN read_parquet($file) n ON n.part = 2 AND n.spot = q.whole "
            "WHERE q.part = 0 AND q.text = 'verified_total@1'",
            {"file": str(bundle / VALUES)},
        ).fetchall()
    assert total[0] == run.results.periods[0].verified_total_t_co2e


def test_a_run_says_what_it_needs_and_refuses_what_would_not_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write_project(tmp_path / "project", TV2)
    told: list[str] = []
    run_project(project, route="analytic", tell=told.append)
    assert any(line.startswith("computing: ") and "MB of memory and a bundle of" in line for line in told)
    monkeypatch.setattr(run_module, "MOST_ROWS", 100)
    told.clear()
    with pytest.raises(FindingsError) as refused:
        run_project(project, route="analytic", tell=told.append)
    for findings in (refused.value.findings, told_by_a_run(assess_project(project))):
        (found,) = (one for one in findings if one.code == "run-too-large")
        assert "and 100 rows" in found.allowed
    assert not any(line.startswith("computing") for line in told)


def test_a_bundle_that_turned_out_too_large_is_not_written(
    run_and_bundle: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_module, "LARGEST_FILE_BYTES", 10_000)
    with pytest.raises(UserError, match="would not be opened again: "):
        files_to_write(run_and_bundle[0])
