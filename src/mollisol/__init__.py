"""Soil-carbon credits from raw field data, with the uncertainty computed.

The public names load when they are first used: importing the package imports no numpy, no pandas and no typed object.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.api.arrays import equation
    from mollisol.api.draws import datatree
    from mollisol.api.frames import frames
    from mollisol.api.models import run_model
    from mollisol.api.project import Project
    from mollisol.engine import assess_project, run_project
    from mollisol.methodology.rules_in_force.rule_set import load_rule_set
    from mollisol.reading.project import read_project
    from mollisol.verify.bundle import verify_bundle

_HOME = {
    "Project": ".api.project",
    "assess_project": ".engine",
    "datatree": ".api.draws",
    "equation": ".api.arrays",
    "frames": ".api.frames",
    "load_rule_set": ".methodology.rules_in_force.rule_set",
    "read_project": ".reading.project",
    "run_model": ".api.models",
    "run_project": ".engine",
    "verify_bundle": ".verify.bundle",
}

__all__ = [
    "Project",
    "assess_project",
    "datatree",
    "equation",
    "frames",
    "load_rule_set",
    "read_project",
    "run_model",
    "run_project",
    "verify_bundle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mollisol' has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
