"""Work in several processes: the same bits as in one, also where a worker dies; and words where it cannot go on."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.methodology.findings import UserError
from mollisol.quantification.models import scenarios
from mollisol.workers import in_order, started
from tests.support.baselines import Make

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def found_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes beside this one find the functions of this module."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))


def sine(part: int) -> float:
    return float(np.sin(np.arange(1000.0) * part).sum())


def dies_once(marker: Path, part: int) -> float:
    """Kill the worker that comes to part 3 first, as the kernel does where memory is full."""
    if part == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return sine(part)


def dies(_: int) -> float:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0


def cannot(part: int) -> float:
    raise ValueError(f"part {part} cannot be computed")


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_nothing_moves(tmp_path: Path) -> None:
    alone = in_order(sine, range(8))
    with started("2"):
        assert in_order(partial(dies_once, tmp_path / "died"), range(8)) == alone
    assert (tmp_path / "died").exists(), "one was killed"


@pytest.mark.slow
def test_workers_that_die_again_and_again_are_told_and_faults_of_the_work_are_its_own() -> None:
    with started("2"):
        with pytest.raises(UserError, match=r"2 of 2 parts were lost with their workers twice"):
            in_order(dies, range(2))
        with pytest.raises(ValueError, match=r"part \d cannot be computed"):
            in_order(cannot, range(2))


def test_no_workers_are_told() -> None:
    with pytest.raises(UserError, match="0 workers"), started("0"):
        pass


def test_blocks_of_points_move_no_bit(modelled: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every point is taken through time by itself: blocks of one point against blocks of three."""
    project = modelled()
    found = []
    for lanes in (1, 3):
        monkeypatch.setattr(scenarios, "LANES", lanes)
        found.append(run_project(project).results)
    assert found[0] == found[1]


@pytest.mark.slow
def test_two_processes_write_the_same_bundle(modelled: Make, tmp_path: Path) -> None:
    project = modelled()
    for number in (1, 2):
        out = str(tmp_path / f"bundle{number}")
        done = CliRunner().invoke(app, ["run", str(project), "--out", out, "--workers", str(number)])
        assert done.exit_code in {0, 3}, done.output
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file()
        }
        for name in ("bundle1", "bundle2")
    )
    assert first == second


@pytest.mark.slow
def test_a_cluster_on_the_loopback_gives_the_same_bits_when_a_worker_dies(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    alone = in_order(sine, range(8))
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        started(cluster.scheduler_address),
    ):
        assert in_order(partial(dies_once, tmp_path / "died"), range(8)) == alone
    assert (tmp_path / "died").exists(), "one was killed"


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_told(modelled: Make, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    out = tmp_path / "bundle"
    with (
        pytest.raises(UserError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9"),
        started("127.0.0.1:9"),
    ):
        run_project(modelled())
    assert not out.exists()
