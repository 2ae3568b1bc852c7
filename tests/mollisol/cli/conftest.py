"""Run the command line: inside the test where that is enough, as a process where it is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from mollisol.cli import app as cli


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


type Mollisol = Callable[..., Done]


@pytest.fixture
def mollisol(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Mollisol:
    """Give what runs a command as ``mollisol ...`` does, in this process."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["mollisol", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        else:
            code = 0
        out, err = capsys.readouterr()
        return Done(code, str(out), str(err))

    return run


def process(*arguments: object, cwd: Path | None = None) -> Done:
    """Run the installed command as a process of its own."""
    command = [str(Path(sys.executable).with_name("mollisol")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Give a project as ``mollisol new`` writes it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for item in files("mollisol").joinpath("skeleton").iterdir():
        (folder / item.name).write_bytes(item.read_bytes())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
