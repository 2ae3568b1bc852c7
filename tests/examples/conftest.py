"""Run the scripts of the examples as a user does."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def script() -> Callable[[str, Path], None]:
    """Give what runs a script of ``scripts/`` with a folder to write to."""

    def run(name: str, out: Path) -> None:
        subprocess.run([sys.executable, str(ROOT / "scripts" / name), str(out)], check=True, cwd=out)

    return run


@pytest.fixture(scope="session")
def load() -> Callable[[str], dict[str, Any]]:
    """Give what loads the names of a script of ``scripts/``."""
    return lambda name: runpy.run_path(str(ROOT / "scripts" / name))
