"""A portfolio at work: only what changed is run, and nothing is lost or half-written, whatever happens on the way."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.portfolio import work
from mollisol.portfolio.store import Row, opened
from mollisol.run import Run
from tests.mollisol.portfolio.demos import demo_like

pytestmark = pytest.mark.slow

NAMES = ("one", "three", "two")
"""Two share a laboratory; three lies on the land of one."""


def portfolio(*words: object) -> tuple[int, str]:
    """Run a command of the portfolio; return its exit code and all that it printed."""
    done = CliRunner().invoke(app, ["portfolio", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def apart(*words: object, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Start a command of the portfolio in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "mollisol", "portfolio", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=before,
    )


def projects(folder: Path) -> list[Path]:
    """Write three projects."""
    one = demo_like(folder / "one", 1, laboratory="Laboratory A", batch=0.01)
    two = demo_like(folder / "two", 2, laboratory="laboratory  a", batch=0.02)
    three = demo_like(folder / "three", 3, laboratory="Laboratory B", batch=0.01)
    for name in ("units.geojson", "sample_points.csv"):
        shutil.copy(one / name, three / name)
    return [one, two, three]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a portfolio of three that was run, and what that printed."""
    place = tmp_path_factory.mktemp("portfolio")
    store = place / "store"
    assert portfolio("add", store, *projects(place))[0] == 0
    code, told = portfolio("run", store)
    assert code == 3, told
    return store, told


def copy_of(ran: tuple[Path, str], to: Path) -> Path:
    """Return a copy of the portfolio and of its projects, so that a test may change them."""
    shutil.copytree(ran[0].parent, to / "all")
    store = to / "all" / "store"
    with duckdb.connect(str(store / "portfolio.duckdb")) as database:
        database.execute("update project set folder = ? || name", [f"{to / 'all'}/"])
    return store


def rows(store: Path, query: str) -> list[Row]:
    """Return what a query gives."""
    with opened(store) as kept:
        return kept.rows(query)


def bundle_of(store: Path, name: str) -> dict[str, bytes]:
    """Return the files of a bundle."""
    top = store / "bundles" / name
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_each_bundle_is_what_a_run_writes(ran: tuple[Path, str]) -> None:
    store, told = ran
    assert "3 of 3 projects done, 0 s left" in told
    assert bundle_of(store, "two") == bundle_files(run_project(store.parent / "two"))
    assert [row["state"] for row in rows(store, "select state from project")] == ["refused"] * 3


def test_shared_laboratory_and_controls_against_the_results(ran: tuple[Path, str]) -> None:
    """Budgets of results.json, summed by hand: one and two share a laboratory, one and three control sites."""
    size: dict[tuple[str, str], float] = {}
    for name in NAMES:
        for period in json.loads(bundle_of(ran[0], name)["results.json"])["periods"]:
            if period["units_if_eligible_t"]:
                for part in period["variance_budget"]["parts"]:
                    key = part["source"], name
                    own = part["variance_t_co2e_per_ha_2"] ** 0.5 * period["area_ha"]
                    size[key] = size.get(key, 0.0) + own
    keys = list(size)
    same = np.eye(len(keys))
    for source, one, other in (("laboratory", "one", "two"), ("control sites", "one", "three")):
        a, b = keys.index((source, one)), keys.index((source, other))
        same[a, b] = same[b, a] = 1.0
        assert size[source, one] > 0
        assert size[source, other] > 0
    sizes = np.array(list(size.values()))
    found = json.loads(portfolio("report", ran[0], "--json")[1])["sums"]["computed"]
    assert found["shared"]["standard_error_t"] == pytest.approx(float(sizes @ same @ sizes) ** 0.5, rel=1e-9)
    assert found["independent"]["standard_error_t"] == pytest.approx(float(sizes @ sizes) ** 0.5, rel=1e-9)


def test_land_and_controls_held_twice_are_found(ran: tuple[Path, str]) -> None:
    (pair,) = rows(ran[0], "select * from overlap")
    assert (pair["one"], pair["other"]) == ("one", "three")
    assert pair["land_ha"] == pytest.approx(100.0, rel=0.02)  # five blocks of 20 ha
    assert (pair["controls"], pair["profiles"]) == (10, 0)
    page = ran[0] / "portfolio.html"
    assert portfolio("report", ran[0])[0] == 0
    assert "pair of projects have land" in page.read_text(encoding="utf-8")


def test_credits_add_up_to_the_bundles(ran: tuple[Path, str]) -> None:
    found = json.loads(portfolio("report", ran[0], "--json")[1])["credits"]
    whole = sum(
        period["verified_total_t_co2e"]
        for name in NAMES
        for period in json.loads(bundle_of(ran[0], name)["results.json"])["periods"]
        if period["units_if_eligible_t"]
    )
    for table in found.values():
        assert sum(row["reductions_t"] + row["removals_t"] for row in table) == pytest.approx(whole, rel=1e-9)


def test_only_what_changed_is_run_again(ran: tuple[Path, str], tmp_path: Path) -> None:
    store = copy_of(ran, tmp_path)
    assert "0 run" in portfolio("run", store)[1]
    cores = store.parent / "two" / "core_increments.csv"
    cores.write_text(cores.read_text().replace(",7.", ",8.", 1))
    shutil.rmtree(store / "bundles" / "three")
    assert "1 checked; 1 checked, 2 refused" in portfolio("check", store)[1]
    untouched = (store / "bundles" / "one" / "results.json").stat().st_mtime_ns
    assert "2 run; 3 refused" in portfolio("run", store)[1]
    assert (store / "bundles" / "one" / "results.json").stat().st_mtime_ns == untouched
    (store.parent / "two" / "strata.csv").unlink()
    code, told = portfolio("run", store)
    assert (code, "1 run; 1 blocked, 2 refused" in told) == (2, True)
    assert "two: blocked, file-missing" in told
    assert rows(store, "select * from period where project = 'two'") == []
    assert "0 run" in portfolio("run", store)[1]  # what blocks is not tried again until it changes


def test_tables_are_parquet_with_the_same_bytes(ran: tuple[Path, str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert portfolio("export", ran[0], "--out", tmp_path / name)[0] == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    query = f"select sum(units_if_eligible_t) from '{tmp_path}/a/periods.parquet'"  # noqa: S608
    units = duckdb.connect().execute(query).fetchall()
    found = json.loads(portfolio("report", ran[0], "--json")[1])["projects"]["rows"]
    assert units == [(sum(row["units_if_eligible_t"] for row in found),)]


def test_a_store_opened_twice_is_said(ran: tuple[Path, str]) -> None:
    with opened(ran[0]):
        process = apart("run", ran[0])
        told, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "is open in another process: wait until that ends. Nothing was changed" in told
    assert "Traceback" not in told


def test_a_project_changed_while_it_is_read(
    ran: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copy_of(ran, tmp_path)
    two = store.parent / "two"
    times = 0

    def moving(folder: Path) -> Run:
        nonlocal times
        done = run_project(folder)
        if times < most:
            times += 1
            cores = two / "core_increments.csv"
            cores.write_text(cores.read_text().replace(",7.", ",8.", 1))
        return done

    monkeypatch.setattr(work, "run_project", moving)
    before = bundle_of(store, "two")
    (two / "README.md").write_text("changed")
    most = 100
    code, told = portfolio("run", store)
    assert (code, "two: failed, it changed each time while it was read" in told) == (2, True)
    assert bundle_of(store, "two") == before
    times, most = 0, 1
    assert "1 run; 3 refused" in portfolio("run", store)[1]
    assert bundle_of(store, "two") == bundle_files(run_project(two))


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """No file may grow beyond half a megabyte, which a report needs: the system refuses as a full disk does."""
    store = tmp_path / "store"
    names = [demo_like(tmp_path / name, n) for n, name in enumerate(("a", "b"))]
    assert portfolio("add", store, *names)[0] == 0

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, resource.RLIM_INFINITY))

    process = apart("run", store, before=small)
    told, _ = process.communicate(timeout=300)
    assert process.returncode == 2, told
    assert "cannot be written" in told
    assert "Traceback" not in told
    assert [path.name for path in (store / "bundles").glob("*")] == []
    assert portfolio("run", store)[0] == 3
    assert sorted(path.name for path in (store / "bundles").glob("*")) == ["a", "b"]


def test_a_full_disk_under_the_store_is_said(tmp_path: Path) -> None:
    project = demo_like(tmp_path / "a", 1)
    process = apart(
        "add",
        tmp_path / "store",
        project,
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 1 << 30)),
    )
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 2, told
    assert "Traceback" not in told
    assert portfolio("add", tmp_path / "store", project)[0] == 0


def workers_of(process: int) -> list[int]:
    """Return the worker processes of a process."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = next(line for line in status.read_text().splitlines() if line.startswith("PPid:"))
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, StopIteration):
            continue
        if int(parent.split()[1]) == process and b"spawn_main" in command:
            found.append(int(status.parent.name))
    return found


def wait_for(true: Callable[[], object], seconds: float = 200.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for workers in /proc")
def test_a_killed_worker_loses_nothing(ran: tuple[Path, str], tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert portfolio("add", store, *projects(tmp_path))[0] == 0
    process = apart("run", store, "--workers", 2)
    wait_for(lambda: list((store / "bundles").glob("[a-z]*")))  # one is done, so that both are at work
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    told, _ = process.communicate(timeout=300)
    assert process.returncode == 3, told
    assert "a worker died; " in told
    assert "3 run; 3 refused" in told
    for name in NAMES:  # the same bytes as from one process
        assert bundle_of(store, name) == bundle_of(ran[0], name)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="kills by signal")
def test_a_killed_command_goes_on_where_it_was(ran: tuple[Path, str], tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert portfolio("add", store, *projects(tmp_path))[0] == 0
    process = apart("run", store)
    wait_for(lambda: len(list((store / "bundles").glob("[a-z]*"))) == 2)  # the first is in the store
    process.kill()
    process.communicate()
    code, told = portfolio("run", store)
    assert (code, "3 refused" in told) == (3, True)
    assert "3 run" not in told
    assert sorted(path.name for path in (store / "bundles").iterdir()) == list(NAMES)
    for name in NAMES:
        assert bundle_of(store, name) == bundle_of(ran[0], name)


def test_planted_overlaps_are_found_among_a_thousand(tmp_path: Path) -> None:
    """A thousand projects of the demo's size; one pair shares a stratum, one its control points, one its cores."""
    folders = [demo_like(tmp_path / f"p{n:04}", n) for n in range(1000)]
    shutil.copy(folders[17] / "units.geojson", folders[710] / "units.geojson")
    shutil.copy(folders[5] / "sample_points.csv", folders[999] / "sample_points.csv")
    shutil.copy(folders[300] / "core_increments.csv", folders[600] / "core_increments.csv")
    from mollisol.audit.overlap.compare import overlaps_of

    found = overlaps_of(folders)
    pairs = {(pair.one, pair.other): pair for pair in found.shared if pair.found}
    assert {(17, 710), (5, 999), (300, 600)} == set(pairs)
    assert pairs[17, 710].land_ha == pytest.approx(100.0, rel=0.02)
    assert sum(all(point.of_control) for point in pairs[5, 999].near) == 10
    values = pairs[300, 600].values
    assert values is not None
    assert len(values.pairs) == 90
