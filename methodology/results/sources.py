"""Sources, leakage and trees of a verification period, as results."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.base import DomainObject, Items


class FactorUse(DomainObject):
    """A default factor as a source took it: which end of its range, and why."""

    name: str
    value: float
    unit: str
    end: Literal["low", "central", "high"]
    low: float | None
    central: float
    high: float | None
    status: str
    reason: str
    citation: str


class SourceResult(DomainObject):
    """An emission source over a verification period, in t CO2e; above zero the project emits less."""

    id: str
    label: str
    included: bool
    baseline_t_co2e: float
    project_t_co2e: float
    reduction_t_co2e: float
    direction: Literal["decrease", "increase", "unchanged"]
    factors: Items[FactorUse]


class LeakageResult(DomainObject):
    """Leakage by channel over a verification period, in t CO2e."""

    amendments_t_co2e: float
    displaced_production_t_co2e: float
    residues_t_co2e: float
    taken_off_t_co2e: float
    displaced_counted: bool
    module: str
    accounting: str
    cumulative_displaced_t_co2e: float

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


class WoodyResult(DomainObject):
    """Yearly stock change of trees and shrubs, in t CO2e."""

    baseline_t_co2e_per_year: float
    project_t_co2e_per_year: float
