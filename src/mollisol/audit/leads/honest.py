"""How many honest projects show as much: the table that ``scripts/release/honest_leads.py`` measured."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

TABLE: Final = "honest.csv"
SHARES: Final = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""Shares of honest projects whose strength the table gives for each kind."""
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Measured:
    """What honest projects showed in one kind of look.

    Parameters
    ----------
    projects
        How many were looked at.
    thresholds
        By share, the strength that no larger share of them exceeds. For ``any``: by share of a single look, the share
        of honest projects in which some look is as rare.
    """

    projects: int
    thresholds: Mapping[float, float]

    def share(self, strength: float) -> float:
        """Return the share of honest projects that show as much or more, at most: the least share of the table."""
        reached = [share for share, least in self.thresholds.items() if strength > least]
        return min(reached, default=1.0)


@cache
def measured() -> Mapping[str, Measured]:
    """Return the table by kind."""
    text = files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row["kind"]: Measured(int(row["projects"]), {share: float(row[f"{share:g}"]) for share in SHARES})
        for row in csv.DictReader(io.StringIO("\n".join(lines)))
    }


def note() -> str:
    """Return in words on which projects the table rests."""
    text = files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    return " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
