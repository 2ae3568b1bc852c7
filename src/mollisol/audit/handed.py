"""What an auditor was handed: a bundle, whose inputs are looked at, or a project folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mollisol.bundle.read import open_bundle
from mollisol.output import MANIFEST
from mollisol.reading.intake import Handed
from mollisol.reading.schema import HEAD_FILE


def handed_in(path: Path) -> tuple[Handed, str]:
    """Return the inputs of a bundle, or a project folder as it is, and the rule set that the run was asked for.

    The rule set is empty where the project chose its own.

    Raises
    ------
    BundleFaultError
        If it is neither.
    """
    if (path / HEAD_FILE).is_file() and not (path / MANIFEST).exists():
        return path, ""
    bundle = open_bundle(path)
    options: Any = bundle.manifest.get("options")
    key = options.get("rules_key") if isinstance(options, dict) else None
    return bundle.input_files, key if isinstance(key, str) else ""
