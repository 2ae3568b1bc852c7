"""What every step of a run stands in: the project, its rules in force, the trace, and the period where there is one."""

from __future__ import annotations

from dataclasses import dataclass

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Trace


@dataclass(frozen=True, slots=True)
class Context:
    """A project, its rules in force and the trace of its run."""

    project: Project
    rules: RulesInForce
    trace: Trace

    def during(self, period: VerificationPeriod) -> PeriodContext:
        """Return the same with a verification period."""
        return PeriodContext(self.project, self.rules, self.trace, period)


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
