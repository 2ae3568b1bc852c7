"""A run that ends midway leaves no half-written folder, and leaves alone what was there before; a torn one is told."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.findings import blocking
from mollisol.output import MANIFEST, BundleError, write_folder
from mollisol.reading.intake import Intake
from tests.broken.conftest import Breaker

FIRST = {MANIFEST: b"{}", "results.json": b"first", "inputs/strata.csv": b"first"}
SECOND = {MANIFEST: b"{}", "results.json": b"second", "figures/waterfall.svg": b"second"}

KILLED_IN_WRITING = """
import os, signal, sys
from pathlib import Path
from mollisol.cli import app as cli

write = Path.write_bytes

def write_until(path, content):
    write(path, content[: len(content) // 2] if path.name == "results.json" else content)
    if path.name == "results.json":
        os.kill(os.getpid(), signal.SIGKILL)

Path.write_bytes = write_until
sys.argv = ["mollisol", "run", sys.argv[1], "--out", sys.argv[2]]
cli.main()
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def fail_from(monkeypatch: pytest.MonkeyPatch, method: str, call: int, error: BaseException) -> None:
    real = getattr(Path, method)
    calls: list[Path] = []

    def stand_in(self: Path, *arguments: object) -> object:
        calls.append(self)
        if len(calls) == call:
            raise error
        return real(self, *arguments)

    monkeypatch.setattr(Path, method, stand_in)


@pytest.mark.parametrize("before", [None, FIRST])
@pytest.mark.parametrize(
    ("method", "call", "error", "raised"),
    [
        ("write_bytes", 2, OSError(28, "No space left on device"), BundleError),
        ("write_bytes", 2, KeyboardInterrupt(), KeyboardInterrupt),
        ("rename", 1, OSError(13, "Permission denied"), BundleError),
    ],
)
def test_a_fault_in_writing(
    before: dict[str, bytes] | None,
    method: str,
    call: int,
    error: BaseException,
    raised: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "bundle"
    if before is not None:
        write_folder(out, before)
    with monkeypatch.context() as patched:
        fail_from(patched, method, call, error)
        with pytest.raises(raised):
            write_folder(out, SECOND)
    assert {path.name for path in tmp_path.iterdir()} == ({"bundle"} if before else set())
    assert before is None or contents(out) == before


def test_a_fault_between_taking_the_old_away_and_putting_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle"
    write_folder(out, FIRST)
    with monkeypatch.context() as patched:
        fail_from(patched, "rename", 2, OSError(5, "Input/output error"))
        with pytest.raises(BundleError, match="Input/output error"):
            write_folder(out, SECOND)
    assert {path.name for path in tmp_path.iterdir()} == {"bundle"}
    assert contents(out) == FIRST


def test_a_new_bundle_takes_the_place_of_the_old_whole(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    write_folder(out, FIRST)
    write_folder(out, SECOND)
    assert contents(out) == SECOND
    assert {path.name for path in tmp_path.iterdir()} == {"bundle"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_a_run_that_is_killed(broken: Breaker, tmp_path: Path) -> None:
    project, out = broken([]), tmp_path / "out" / "bundle"
    command = [sys.executable, "-c", KILLED_IN_WRITING, str(project), str(out)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert visible(out.parent) == set()
    write_folder(out, FIRST)
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert visible(out.parent) == {"bundle"}
    assert contents(out) == FIRST


@pytest.mark.parametrize("most_bytes", [1 << 12, 1 << 17])
def test_a_full_disk_is_said_and_leaves_what_was_there(
    most_bytes: int, broken: Breaker, tmp_path: Path
) -> None:
    """No file may grow beyond some bytes: the system refuses the table of values, then the report, as a full disk."""
    project, out = broken([]), tmp_path / "out" / "bundle"
    write_folder(out, FIRST)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "mollisol", "run", str(project), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)),
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in out.parent.iterdir()} == {"bundle"}
    assert contents(out) == FIRST


def test_a_project_that_changes_while_it_is_read_is_no_project(
    broken: Breaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = broken([])
    assert not blocking(assess_project(folder).findings)
    take = Intake.take

    def moving(self: Intake, file: str, *, required: bool = True) -> bytes | None:
        content = take(self, file, required=required)
        if file == "strata.csv":
            (folder / file).write_bytes((folder / file).read_bytes() + b"\n")
            (folder / "core_increments.csv").unlink()
        return content

    monkeypatch.setattr(Intake, "take", moving)
    found = [one for one in assess_project(folder).findings if one.code == "file-changed"]
    assert [one.where.file for one in found] == ["strata.csv"]
    assert "run again" in found[0].do
