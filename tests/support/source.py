"""The source of the package, as tests that look at the code read it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("methodology", "quantification", "uncertainty", "templates")


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return the syntax of every module of the package, by its name."""
    found = {}
    homes = [(f"mollisol.{folder}", ROOT / folder) for folder in FOLDERS]
    homes.append(("mollisol", ROOT / "src" / "mollisol"))
    for package, home in homes:
        for path in sorted(home.rglob("*.py")):
            parts = path.relative_to(home).with_suffix("").parts
            if package != "mollisol" or parts[0] not in FOLDERS:  # else a link to a folder at the root
                name = ".".join((package, *parts)).removesuffix(".__init__")
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found
