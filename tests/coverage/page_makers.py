"""Makers of pages as modules, so that a page can be held against what its maker would write."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def page_maker(name: str) -> Any:
    """Return the module of ``scripts/pages``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / "pages" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
