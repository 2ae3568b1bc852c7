"""What every step of a run stands in: the project, its rules in force, the trace, and the period where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.land.covered import project_of_period
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results.figure import Figure
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace


@dataclass(frozen=True, slots=True)
class Context:
    """A project, its rules in force and the trace of its run."""

    project: Project
    rules: RulesInForce
    trace: Trace

    def during(self, period: VerificationPeriod) -> PeriodContext:
        """Return the land of a verification period, without control sites that were lost in it."""
        project = project_of_period(self.project, period)
        lost = project.lost_control_sites(period.first_campaign, period.last_campaign)
        return PeriodContext(project.without_control_sites(lost), self.rules, self.trace, period)


@dataclass(frozen=True, slots=True)
class PeriodContext(Context):
    """A context with the verification period that is computed."""

    period: VerificationPeriod

    @property
    def years(self) -> int:
        """Return the whole years of the period, at least one."""
        return whole_years(self.period.during) or 1

    @property
    def place(self) -> str:
        """Return what stands behind the name of each quantity of the period."""
        return f"@{self.period.name}"

    def compute(self, name: str, function: Callable[..., Any], /, **inputs: Any) -> Quantity:
        """Run a registered equation; the quantity carries the name of the period, as with the five below."""
        return self.trace.compute(f"{name}{self.place}", function, **inputs)

    def record(self, name: str, value: Any, function: Callable[..., Any], /, **inputs: Any) -> Quantity:
        """Enter a value that a registered equation gave elsewhere."""
        return self.trace.record(f"{name}{self.place}", value, function, **inputs)

    def given(
        self, name: str, value: Any, unit: str, rows: Sequence[str] = (), index: Sequence[str] = ()
    ) -> Quantity:
        """Enter what was measured or declared."""
        return self.trace.given(f"{name}{self.place}", value, unit, rows, index)

    def arrange(self, name: str, value: Any, parts: Sequence[Quantity], **order: Sequence[Any]) -> Quantity:
        """Enter values of other quantities in another order or selection."""
        return self.trace.arrange(f"{name}{self.place}", value, parts, **order)

    def join(self, name: str, parts: Sequence[Quantity], index: Sequence[str] = ()) -> Quantity:
        """Enter the values of quantities one behind the other."""
        return self.trace.join(f"{name}{self.place}", parts, index)

    def pick(self, name: str, whole: Quantity, places: Sequence[int]) -> Quantity:
        """Enter some values of a quantity with their index."""
        return self.trace.pick(f"{name}{self.place}", whole, places)

    def quantity_of(self, figure: object, unit: str, name: str) -> Quantity:
        """Return the quantity that a figure of an estimate is; a bare number is entered as it is."""
        terms = figure.origin.terms if isinstance(figure, Figure) else ()
        known = self.trace.quantities.get(terms[0].quantity) if len(terms) == 1 else None
        if known is not None and known.value == figure:
            return known
        return self.given(name, figure, unit, ["the estimate of the route that issues"])
