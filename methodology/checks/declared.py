"""Choices that a project has to make itself; one that nobody made is told, and nothing issues until it is made."""

from __future__ import annotations

from typing import Final

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import UNDECLARED, ProjectHead

_CHOICES: Final = {
    "programme": ("vm0042, or another programme that is installed", ""),
    "kind": ("project, replay, constructed or placeholder", ""),
    "equivalent_soil_mass_interpolation": (
        "natural_cubic_spline or linear; computed with the spline meanwhile",
        "VM0042 2.2, section 8.2.1.6",
    ),
}

_KINDS: Final = {
    "replay": "history replayed under today's rules: not an issued project",
    "constructed": "a constructed project: its data were made up to show something",
    "placeholder": "placeholder values of the skeleton: nothing is issued",
}


def check_declared(head: ProjectHead, file: str) -> list[Finding]:
    """Return a refusal for each choice of the head that is undeclared."""
    return [
        finding("choice-undeclared", Place(file=file, thing=key), UNDECLARED, allowed=allowed, clause=clause)
        for key, (allowed, clause) in _CHOICES.items()
        if getattr(head, key) == UNDECLARED
    ]


def check_kind(head: ProjectHead, file: str) -> list[Finding]:
    """Return what a project says that it is, where it is not a real one."""
    told = _KINDS.get(head.kind)
    return [finding(f"kind-{head.kind}", Place(file=file, thing="kind"), told)] if told else []
