"""What a programme answers. The engine asks it; it asks nobody to the right of it.

The shared core ends at an estimate of a declared quantity: project minus baseline, with mean, standard error, degrees
of freedom and quantiles. What is deducted from it, and what becomes of the rest, is the programme's.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from mollisol.methodology.base import Interval
from mollisol.methodology.baseline import Baseline
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import ControlDiagnostics, PeriodResult
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.accounting.units import units_to_issue_t
from mollisol.stocks.samples import Samples
from mollisol.templates.monitoring_report.chapters import CHAPTERS, Chapter

if TYPE_CHECKING:
    from mollisol.changes.change import ChangeOfPeriod
    from mollisol.emissions.leakage import LeakageOfPeriod
    from mollisol.emissions.sources import SourcesOfPeriod


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What a period is handed: by the head of the project, the ledger, or the period before it.

    Parameters
    ----------
    rating
        Non-permanence risk rating. [%]
    cumulative
        Project stock change since the start, after deductions. [t CO2e]
    displaced
        Leakage of displaced production so far. [t CO2e]
    net
        Net reductions and removals of every year that was computed so far. [t CO2e]
    """

    rating: Quantity
    cumulative: Quantity
    displaced: Quantity
    net: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """What a programme counts beside soil carbon: emission sources and trees, and leakage, by year of a period."""

    sources: SourcesOfPeriod | None = None
    leakage: LeakageOfPeriod | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the computing of both has to say."""
        return tuple(finding for part in (self.sources, self.leakage) if part for finding in part.findings)


@dataclass(frozen=True, slots=True, eq=False)
class Deducted:
    """The yearly stock change of both scenarios after the deduction. [t CO2e]."""

    project: Quantity
    baseline: Quantity


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """A year of a verification period, with the project change since the start at its end, after deductions."""

    context: PeriodContext
    number: int
    during: Interval
    deducted: Deducted
    cumulative: Quantity

    @property
    def place(self) -> str:
        """Return what stands behind the name of each quantity of the year."""
        return f"{self.context.place}.{self.number}"

    def compute(self, name: str, function: Callable[..., Any], /, **inputs: Any) -> Quantity:
        """Run a registered equation; the quantity carries the name of the period and the number of the year."""
        return self.context.trace.compute(f"{name}{self.place}", function, **inputs)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """An amount of a year by label. [t CO2e]."""

    reductions: Quantity
    removals: Quantity


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Reductions and removals of a year before leakage, the switch between them, and source terms if there are any."""

    shares: Shares
    switch: Quantity
    sources: Quantity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """Reductions and removals of a year less leakage, and the leakage where there is some."""

    shares: Shares
    leakage: Quantity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """What the buffer takes of a year, what it leaves, and the sum of what it leaves."""

    buffer: Shares
    shares: Shares
    total: Quantity


def nothing(trace: Trace, name: str) -> Quantity:
    """Enter an amount that a programme does not have. [t CO2e]."""
    return trace.given(name, 0.0, "t CO2e", ["the programme has no such thing"])


type Longer = Callable[[float], ChangeOfPeriod | None]


class Programme(Protocol):
    """A crediting programme. What has a body here is what a programme without a word on it does.

    Attributes
    ----------
    id
        As a project names it; the keys of its rule sets begin with it.
    rules
        Where its rules stand.
    rule_names
        The rules that the shared rooms ask for as ``programme.NAME``, by that name.
    complete_rules
        Its rule set that has a value of every rule; the project is run under it to learn what another one lacks.
    clauses
        The clause that a finding of the shared rooms rests on, by the finding's code.
    second_implementation
        Whether the second implementation knows its accounting; where not, ``verify`` says "not run", never "agrees".
    compared
        What makes its change, deduction, leakage and buffer what they are: a rule or a baseline, for comparisons.
    """

    id: ClassVar[str]
    rules: ClassVar[RuleFolders]
    rule_names: ClassVar[Mapping[str, str]]
    complete_rules: ClassVar[str]
    clauses: ClassVar[Mapping[str, str]] = {}
    second_implementation: ClassVar[bool] = False
    compared: ClassVar[Mapping[str, str]] = {}

    def prepared(self, project: Project) -> Project:
        """Return a project as it is computed here: with the baseline that it knows."""
        return project

    def check_rules(self, rules: RulesInForce) -> list[Finding]:
        """Return what of a rule set the programme has no equations for."""
        return []

    def check(self, context: Context) -> list[Finding]:
        """Return what its rules find in the tables of a project, before anything is computed."""
        return []

    def ask(self, context: Context) -> list[Finding]:
        """Return what the tables of a project leave open, beside what its rules find; it moves no amount."""
        return []

    def check_samples(self, context: Context, samples: Samples | None) -> list[Finding]:
        """Return what its rules find in the samples; None where what blocks keeps their stocks from being computed."""
        return []

    def check_amounts(
        self, context: Context, periods: Sequence[PeriodResult], carried: Carried
    ) -> list[Finding]:
        """Return what its rules find in the computed periods together."""
        return []

    def diagnose(
        self, context: Context, samples: Samples, first: PeriodResult
    ) -> tuple[tuple[ControlDiagnostics, ...], list[Finding]]:
        """Return whether control sites stand for their units, beside what its rules ask."""
        return (), []

    def why_not(self, context: Context, baseline: Baseline) -> str:
        """Return why nothing is credited from a kind of baseline; empty where it is."""
        return ""

    def activity(self, context: PeriodContext, carried: Carried) -> Activity:
        """Return what it counts beside soil carbon."""
        return Activity()

    @abstractmethod
    def deduct(self, context: PeriodContext, change: ChangeOfPeriod, activity: Activity) -> Deducted:
        """Return the yearly changes after the deduction for uncertainty."""
        ...

    def stopped(
        self, context: PeriodContext, change: ChangeOfPeriod, refusals: Sequence[Finding], longer: Longer
    ) -> list[Finding]:
        """Return what stops a period: refusals of the whole project that concern it, and its own bar."""
        concerning = [finding for finding in refusals if self.concerns(finding, context)]
        return [*concerning, *self.bar(context, change, longer)]

    def concerns(self, finding: Finding, context: PeriodContext) -> bool:
        """Return whether a refusal of the whole project stops a period; one of other land does not."""
        return True

    def bar(self, context: PeriodContext, change: ChangeOfPeriod, longer: Longer) -> list[Finding]:
        """Return a refusal where an estimate is too uncertain to credit anything.

        ``longer`` gives the change over so many years, or more, up to the end of the period; None where none was
        measured.
        """
        return []

    @abstractmethod
    def split(self, year: Year, activity: Activity) -> Split:
        """Return a year's reductions and removals."""
        ...

    def leakage(self, year: Year, split: Split, activity: Activity) -> Net:
        """Return them less leakage."""
        return Net(split.shares)

    @abstractmethod
    def buffer(self, year: Year, split: Split, net: Net, carried: Carried) -> Verified:
        """Return what of them goes to the buffer, and what is left."""
        ...

    def count(self, context: PeriodContext, total: Quantity, years: Sequence[Shares]) -> Quantity:
        """Return the whole units of a period, of its total or of what each year has by label."""
        context.trace.rule("mollisol.issuance.rounding")
        return context.trace.compute(
            f"units_if_eligible{context.place}", units_to_issue_t, verified_total_t_co2e=total
        )

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters of its monitoring report, in their order."""
        return CHAPTERS
