"""What a run was asked for, as a typed value: the manifest records it, and ``verify`` asks for the same again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Place, blocking, finding, in_order
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult, ReferenceChoice, RouteChoice, RunResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Trace
from mollisol.reading.archive import LARGEST_FILE_BYTES, MOST_ROWS
from mollisol.reading.project import Reading
from mollisol.stocks.samples import Samples
from mollisol.templates.notebook import html_of_findings, html_of_results

type Tell = Callable[[str], None]
"""Takes a line on each step."""


_BYTES_OF_A_STOCK = 550
_BYTES_OF_A_PERIOD = 1_400
"""Of ``results.json``: a stratum in a campaign, both scenarios, and in a period."""
_ROWS_OF_AN_INCREMENT = 30
_ROWS_OF_A_PERIOD = 100
"""Of ``values.parquet``: an increment with what is computed of it, and a stratum in a period."""
_LEAST_MEMORY_MB = 200
_MEMORY_OF_A_ROW = 240
_LEAST_BUNDLE = 2e6
_BYTES_OF_A_ROW = 1.9
"""Fitted to runs of what ``benchmarks/large_project.py`` makes, 1,000, 3,000 and 10,000 strata of twelve increments in
one period: 346, 547 and 1,303 MB, bundles of 5.9, 7.3 and 14.5 MB; the two larger have 7.5 and 24.9 MB of results, and
1.39 and 4.58 million rows. Rows of an increment and of a period are one fit, and no project tells them apart."""


def silent(_: str) -> None:
    """Take a line on a step, and print nothing."""


def needed_by(assessment: Assessment) -> str:
    """Return what a run of a project will need and write, in words; from its tables, to a factor of about two.

    Raises
    ------
    FindingsError
        If a finding blocks, or the bundle would hold more than what reads it opens.
    """
    project = assessment.passed()[0].project
    strata, increments = len(project.strata), len(project.core_increments)
    campaigns, periods = len(project.head.campaigns), len(project.head.verification_periods)
    results = strata * (_BYTES_OF_A_STOCK * campaigns + _BYTES_OF_A_PERIOD * periods)
    rows = _ROWS_OF_AN_INCREMENT * increments + _ROWS_OF_A_PERIOD * strata * periods
    size = f"{strata:,} strata and {increments:,} increments"
    if results > LARGEST_FILE_BYTES or rows > MOST_ROWS:
        state = f"{size}: results of about {results / 1e6:,.0f} MB, and a table of about {rows:,} rows"
        largest, where = LARGEST_FILE_BYTES / 1e6, Place(file="strata.csv")
        found = finding("run-too-large", where, state, largest_mb=largest, most_rows=MOST_ROWS)
        raise FindingsError(in_order([*assessment.findings, found]))
    memory, packed = _LEAST_MEMORY_MB + rows * _MEMORY_OF_A_ROW / 1e6, results / 9 + _BYTES_OF_A_ROW * rows
    return (
        f"{size}: about {memory:,.0f} MB of memory and a bundle of {(_LEAST_BUNDLE + packed) / 1e6:,.0f} MB"
    )


class RunOptions(DomainObject):
    """Options of :func:`mollisol.engine.run_project`.

    A field that names no rules has the name of the keyword that it is handed on as, so that a new option of the engine
    is recorded and asked for again by adding it here.

    Parameters
    ----------
    rules_key
        Rule set instead of the project's own; empty where the project chose.
    overlays
        Proposals laid over it, whole.
    route, seed, reference, programme
        As in ``run_project``.
    """

    rules_key: str = ""
    overlays: Items[Overlay] = ()
    route: RouteChoice = "all"
    seed: int = 0
    reference: ReferenceChoice = "none"
    programme: str = ""

    @property
    def beside_rules(self) -> dict[str, Any]:
        """Return the keywords for ``run_project`` that do not choose rules."""
        options = self.model_dump(exclude={"rules_key", "overlays", "reference"})
        return options | ({"route": "nuts"} if self.reference == "nuts" else {})


@dataclass(frozen=True, slots=True)
class Assessment:
    """A project held against its rules: findings, and what was computed on the way where nothing blocked it.

    ``asked`` are the findings before deviations were applied.
    """

    reading: Reading
    findings: tuple[Finding, ...]
    context: Context | None = None
    samples: Samples | None = None
    asked: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether anything stops a run."""
        return bool(blocking(self.findings))

    def _repr_html_(self) -> str:
        return html_of_findings(self.findings)

    def passed(self) -> tuple[Context, Samples]:
        """Return what a run starts from.

        Raises
        ------
        FindingsError
            If a finding blocks; it carries all findings.
        """
        if self.blocked or self.context is None or self.samples is None:
            raise FindingsError(self.findings)
        return self.context, self.samples


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: results with everything that stands behind them."""

    results: RunResult
    findings: tuple[Finding, ...]
    project: Project
    rules: RulesInForce
    trace: Trace
    inputs: dict[str, bytes]
    options: RunOptions
    draws: dict[str, bytes] = field(default_factory=dict)
    """Files of draws of the reference, by their path in the bundle."""
    people: bytes = b""
    """The file of names, which goes beside a bundle and is no part of it."""

    def _repr_html_(self) -> str:
        return html_of_results(self.results) + html_of_findings(self.findings)


def largest_year_t_co2e(periods: Sequence[PeriodResult]) -> float:
    """Return the most that periods verified in a year, of those that lie over each other together. [t CO2e]."""
    sizes = [
        sum(one.verified_total_t_co2e / one.years for one in periods if one.during.holds(period.during.start))
        for period in periods
    ]
    return max(sizes, default=0.0)


def material_share(rules: RulesInForce, yearly_t_co2e: float) -> float:
    """Return the share that is material for a project that verifies so much in a year: less of a large one."""
    limit, large = "programme.materiality.large-project", "programme.materiality.share-large"
    is_large = rules.has(large) and yearly_t_co2e > rules.number(limit)
    return rules.number(large if is_large else "programme.materiality.share") / 100
