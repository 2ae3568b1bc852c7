"""Sources, leakage and trees of a verification period, as results."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.base import Items
from mollisol.methodology.results.figure import Number, Result


class FactorUse(Result):
    """A default factor as a source took it: which end of its range, and why."""

    name: str
    value: Number
    unit: str
    end: Literal["low", "central", "high"]
    low: Number | None
    central: Number
    high: Number | None
    status: str
    reason: str
    citation: str


class SourceResult(Result):
    """An emission source over a verification period, in t CO2e; above zero the project emits less."""

    id: str
    label: str
    included: bool
    baseline_t_co2e: Number
    project_t_co2e: Number
    reduction_t_co2e: Number
    direction: Literal["decrease", "increase", "unchanged"]
    factors: Items[FactorUse]


class LeakageResult(Result):
    """Leakage by channel over a verification period, in t CO2e."""

    amendments_t_co2e: Number
    displaced_production_t_co2e: Number
    residues_t_co2e: Number
    taken_off_t_co2e: Number
    displaced_counted: bool
    module: str
    accounting: str
    cumulative_displaced_t_co2e: Number

    @property
    def any(self) -> bool:
        """Whether there is leakage of any kind, now or from before."""
        return any(
            (
                self.amendments_t_co2e,
                self.displaced_production_t_co2e,
                self.residues_t_co2e,
                self.cumulative_displaced_t_co2e,
            )
        )


class WoodyResult(Result):
    """Yearly stock change of trees and shrubs, in t CO2e."""

    baseline_t_co2e_per_year: Number
    project_t_co2e_per_year: Number
