"""A checkout without symbolic links works once it is installed: what Windows gives, tried on this system."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINKS = ("methodology", "quantification", "uncertainty", "templates", "examples")


def _run(*command: str | Path, cwd: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of the last commit in which git wrote a text file for each link."""
    if not (ROOT / ".git").exists():
        pytest.skip("the tests do not run in a git checkout, so there is nothing to clone")
    folder = tmp_path_factory.mktemp("without-links") / "mollisol"
    options = ["-c", "core.symlinks=false", "-c", "core.autocrlf=false"]
    _run("git", *options, "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(folder), cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a fresh environment that sees the packages of this one, but not its mollisol."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder), cwd=folder.parent)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (site,) = _run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    ).splitlines()
    # A folder that a .pth file names is searched, but the .pth files in it (our editable install) are not read.
    Path(site, "packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def test_the_clone_has_no_links_and_installed_it_has_all(clone: Path, python: Path) -> None:
    package = clone / "src" / "mollisol"
    assert all((package / name).is_file() and not (package / name).is_symlink() for name in LINKS)
    install: list[str | Path] = [
        "-m",
        "pip",
        "--python",
        python,
        "--disable-pip-version-check",
        "install",
        "--no-index",
    ]
    install += ["--ignore-installed", "--no-build-isolation", "--no-deps", "-e", clone]
    _run(sys.executable, *install, cwd=clone)
    assert all((package / name).samefile(clone / name) for name in LINKS)
    code = (
        "import mollisol.engine, mollisol.methodology, mollisol.uncertainty\n"
        "print(mollisol.engine.__file__, mollisol.methodology.__path__[0], sep='\\n')"
    )
    engine, methodology = _run(python, "-c", code, cwd=clone.parent).splitlines()
    assert Path(engine).is_relative_to(package)
    assert Path(methodology).samefile(clone / "methodology")
    # Running it again finds nothing to do, and git sees no change.
    _run(python, "scripts/link_folders.py", cwd=clone)
    assert _run("git", "status", "--porcelain", cwd=clone) == ""


def test_a_folder_in_the_place_of_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for file in ("pyproject.toml", "scripts/link_folders.py"):
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    for name in LINKS:
        (tmp_path / name).mkdir()
    work = tmp_path / "src" / "mollisol" / LINKS[0]
    work.mkdir(parents=True)
    (work / "mine.py").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "scripts/link_folders.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "is a folder of its own" in done.stderr
    assert (work / "mine.py").is_file()
