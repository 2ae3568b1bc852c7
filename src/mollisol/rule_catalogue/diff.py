"""Compare two rule sets: which rules and switches differ, and what each does to the credits of a project."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import Finding, FindingsError, UserError, blocking
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.rules_in_force.proposal import AS_PRINTED, lay_over, load_proposal
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.reading.intake import Handed
from mollisol.rule_catalogue.differences import (
    Credits,
    DiffOfProjects,
    RuleSetDiff,
    compare,
    mixed,
    why_zero,
)
from mollisol.rule_catalogue.shapley import Measures, shapley_shares
from mollisol.run import Tell

MEASURES = (
    "verified_total_t_co2e",
    "verified_reductions_t_co2e",
    "verified_removals_t_co2e",
    "units_to_issue_t",
)
SMALLEST = 1e-9
"""A difference below it is none. [t CO2e]"""


def as_printed(rule_set: RuleSet) -> RuleSet:
    """Return a rule set as its documents print it."""
    return lay_over(rule_set, [load_proposal(AS_PRINTED)], all_equations)


def sides(
    a: RuleSet, b: RuleSet, proposals: Sequence[Path], *, printed: bool = False
) -> tuple[RuleSet, RuleSet]:
    """Return two rule sets, proposals laid over the second, both as printed where that is wanted.

    Raises
    ------
    FindingsError
        With every fault of a proposal.
    """
    b = lay_over(b, [load_proposal(name) for name in proposals], all_equations)
    return (as_printed(a), as_printed(b)) if printed else (a, b)


def compare_credits(a: RuleSet, b: RuleSet, project: Path, *, seed: int = 0, tell: Tell) -> RuleSetDiff:
    """Share the difference in a project's credits among the differences in rules.

    Parameters
    ----------
    a, b
        The rule sets.
    project
        The project folder; it is run under mixtures of the two, all with the same seed.
    seed
        Of every run, and of the orders where they are drawn.
    tell
        Called with a line on each step.

    Notes
    -----
    A rule that neither end looks up has no part; the mixture of all others is checked to give the other end.
    """
    found = compare(a, b)
    ends = {side: Outcome(project, trust(rule_set), seed=seed) for side, rule_set in (("a", a), ("b", b))}
    found = found.model_copy(
        update={
            "project": str(project.name),
            "seed": seed,
            "credits_a": ends["a"].credits,
            "credits_b": ends["b"].credits,
            "findings_gained": gained(ends["b"].findings, ends["a"].findings),
            "findings_lost": gained(ends["a"].findings, ends["b"].findings),
        }
    )
    blocked = [
        f"under {side.upper()} by {codes_of(outcome)}" for side, outcome in ends.items() if outcome.blocked
    ]
    if blocked:
        return found.model_copy(update={"not_comparable": "blocked " + ", ".join(blocked)})
    change = [last - first for first, last in zip(ends["a"].measures, ends["b"].measures, strict=True)]
    found = found.model_copy(
        update={
            "change": dict(zip(MEASURES, change, strict=True)),
            "periods_without_units_now": _periods(ends["a"], ends["b"]),
            "periods_with_units_now": _periods(ends["b"], ends["a"]),
        }
    )
    try:
        return _shared_out(found, a, b, ends, project, tell)
    except _MixtureError as error:
        return found.model_copy(update={"method": f"not shared out: {error}"})


def _shared_out(
    result: RuleSetDiff, a: RuleSet, b: RuleSet, ends: dict[str, Outcome], project: Path, tell: Tell
) -> RuleSetDiff:
    def value(coalition: frozenset[str]) -> Measures:
        outcome = Outcome(project, trust(mixed(a, b, sorted(coalition))), seed=result.seed)
        if outcome.blocked:
            raise _MixtureError(
                f"{', '.join(sorted(coalition))} alone of B is blocked by {codes_of(outcome)}"
            )
        return outcome.measures

    names = [difference.id for difference in result.differences]
    used = ends["a"].used | ends["b"].used
    parts = [name for name in names if name in used or name not in a.rules | b.rules]
    if not _near(value(frozenset(parts)), ends["b"].measures):
        parts = names
    tell(f"sharing the difference among {len(parts)} of {len(names)} differences")
    shares = shapley_shares(parts, value, seed=result.seed)
    zero = (0.0,) * len(MEASURES)
    differences = []
    for difference in result.differences:
        share = shares.by_part.get(difference.id, zero)
        why = "" if any(map(_counts, share)) else why_zero(a, b, difference, difference.id in used)
        differences.append(
            difference.model_copy(update={"share": dict(zip(MEASURES, share, strict=True)), "why": why})
        )
    left = {
        name: whole - sum(difference.share[name] for difference in differences)
        for name, whole in result.change.items()
    }
    return result.model_copy(
        update={
            "differences": tuple(differences),
            "method": f"Shapley shares, {shares.method}",
            "runs": shares.runs,
            "unexplained": left,
        }
    )


def compare_all(
    a: RuleSet, b: RuleSet, projects: Sequence[Path], folder: Path | None = None, *, seed: int = 0, tell: Tell
) -> RuleSetDiff | DiffOfProjects:
    """Compare two rule sets by themselves, over one project, or over several.

    Parameters
    ----------
    a, b
        The rule sets.
    projects
        Project folders.
    folder
        A folder of project folders, all of which join them; the answer is then one of several projects.
    seed, tell
        As in :func:`compare_credits`.

    Raises
    ------
    UserError
        If a project folder is not there, or there is no project in the folder.
    """
    projects = [*projects, *(_projects_in(folder) if folder else ())]
    for project in projects:
        if not project.is_dir():
            raise UserError(f"{project}: no such project folder")
    if not projects:
        return compare(a, b)
    if len(projects) == 1 and folder is None:
        return compare_credits(a, b, projects[0], seed=seed, tell=tell)
    found = {str(project): compare_credits(a, b, project, seed=seed, tell=tell) for project in projects}
    compared = [item for item in found.values() if not item.not_comparable]
    return DiffOfProjects(
        projects=found,
        compared=len(compared),
        not_comparable=tuple(name for name, item in found.items() if item.not_comparable),
        change={name: math.fsum(item.change[name] for item in compared) for name in MEASURES},
    )


def _projects_in(folder: Path) -> list[Path]:
    projects = sorted(file.parent for file in folder.glob("*/project.toml"))
    if not projects:
        raise UserError(f"{folder}: no project folder in it, each with a project.toml")
    return projects


class _MixtureError(Exception):
    """A mixture of the two rule sets under which the project is blocked: no share can be said."""


class Outcome:
    """A run of a project under a rule set, what it credits, and the rules that it looked up; or what blocks it.

    Parameters
    ----------
    project
        Its folder, or its files.
    rule_set
        As it is trusted.
    options
        Of the run.
    """

    def __init__(self, project: Handed, rule_set: RuleSet, **options: Any) -> None:
        try:
            run = run_project(project, rule_set=rule_set, **options)
        except FindingsError as error:
            self.findings = error.findings
            self.blocked = blocking(error.findings)
            self.used = {finding.clause for finding in self.blocked}
            codes = tuple(sorted({finding.code for finding in self.blocked}))
            self.credits = Credits(blocked=codes, totals={}, by_period={}, units_by_period={})
        else:
            self.findings, self.blocked = run.findings, list[Finding]()
            self.used = {chosen.rule for chosen in run.rules.chosen}
            self.credits = credits_of(run.results)

    @property
    def measures(self) -> Measures:
        """The amounts in the order of ``MEASURES``."""
        return tuple(self.credits.totals[name] for name in MEASURES)


def codes_of(outcome: Outcome) -> str:
    """Return what blocks in words, and of which rules the value is missing."""
    missing = sorted({finding.clause for finding in outcome.blocked if finding.code == "rule-missing"})
    return ", ".join(outcome.credits.blocked) + (f": no value of {', '.join(missing)}" if missing else "")


def gained(one: Iterable[Finding], other: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings of one that the other has not at the same place."""
    known = {(finding.code, finding.where) for finding in other}
    return tuple(finding for finding in one if (finding.code, finding.where) not in known)


def _periods(one: Outcome, other: Outcome) -> tuple[str, ...]:
    """Return the periods that have units under one and none under the other."""
    units = other.credits.units_by_period
    return tuple(name for name, own in one.credits.units_by_period.items() if own > 0 and not units.get(name))


def credits_of(results: RunResult) -> Credits:
    """Return what results credit, in all and by period."""
    vintages = [vintage for period in results.periods for vintage in period.vintages]
    units = {period.name: period.units_to_issue_t for period in results.periods}
    return Credits(
        blocked=(),
        totals={
            "verified_total_t_co2e": sum(vintage.verified_total_t_co2e for vintage in vintages),
            "verified_reductions_t_co2e": sum(vintage.verified_reductions_t_co2e for vintage in vintages),
            "verified_removals_t_co2e": sum(vintage.verified_removals_t_co2e for vintage in vintages),
            "units_to_issue_t": float(sum(units.values())),
        },
        by_period={period.name: period.verified_total_t_co2e for period in results.periods},
        units_by_period=units,
    )


def _near(one: Measures, other: Measures) -> bool:
    return not any(_counts(x - y) for x, y in zip(one, other, strict=True))


def _counts(value: float) -> bool:
    return abs(value) > SMALLEST
