"""What the practices that a project declares have been seen to bring, by climate: the fastest gain to be expected."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from mollisol.emissions.factors import moisture_at
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.project import Project

_CLIMATES: Final = ("dry", "moist")


class GreatestChange(BaseModel):
    """The fastest gain of a group of practices in a climate, as a share of the stock at first, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str
    climate: str
    greatest_share_per_year: float
    source: str
    status: str


@cache
def greatest_changes() -> Mapping[tuple[str, str], GreatestChange]:
    """Return the table of the fastest gains, by group of practices and climate."""
    text = (
        files("mollisol.methodology").joinpath("tables", "greatest_changes.csv").read_text(encoding="utf-8")
    )
    rows = (GreatestChange.model_validate(row) for row in csv.DictReader(text.splitlines()))
    return {(row.group, row.climate): row for row in rows}


def fastest_gain(project: Project) -> tuple[float, str]:
    """Return the sum over the declared practices in a year, as a share of the stock, and in words what it is of.

    Where nothing says whether the climate is dry or moist, or where there are both, the larger of the two counts.
    """
    climates = _climates(project)
    groups = sorted({change.group for change in project.head.practice_changes})
    table = greatest_changes()
    share = sum(
        max(table[group, climate].greatest_share_per_year for climate in climates) for group in groups
    )
    return share, f"{', '.join(groups)} in a {' or '.join(climates)} climate"


def _climates(project: Project) -> tuple[str, ...]:
    """Return the climates of the units: by their rain and evaporation, else by the zone that eligibility names."""
    found = set()
    for site in project.site_conditions:
        try:
            found.add("moist" if moisture_at(site) == "wet" else "dry")
        except FactorError:
            return _CLIMATES
    for place in project.eligibility.sites if project.eligibility is not None and not found else ():
        found |= {word for word in _CLIMATES if word in place.climate_zone.casefold()}
    return tuple(sorted(found)) or _CLIMATES
