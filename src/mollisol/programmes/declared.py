"""What a project declares for a programme: answers held against its rules, and nitrogen by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from mollisol.emissions.grid import years_of_periods
from mollisol.methodology.baseline import StaticBaseline
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.programmes.facts import PeriodFacts, ProgrammeFacts
from mollisol.methodology.project import Project
from mollisol.methodology.units import KG_PER_T

HEAD = "project.toml"
type Sense = Literal["is", "least", "most"]
"""How an answer is held against the value of its rule."""
_WORDS: Mapping[Sense, str] = {"is": "", "least": "at least ", "most": "at most "}


def answers_held(
    context: Context, facts: ProgrammeFacts, senses: Mapping[str, Sense], name: str
) -> Iterator[Finding]:
    """Return a refusal on each rule that a project does not answer, or does not meet."""
    given = {answer.rule: answer.value for answer in facts.answers}
    for rule, sense in senses.items():
        chosen = context.rules.value(rule)
        where, allowed = Place(file=HEAD, thing=f"{name}: {rule}"), f"{_WORDS[sense]}{chosen.value}".lower()
        if rule not in given:
            yield finding("programme-answer-missing", where, chosen.label, allowed=allowed, rule=rule)
        elif not _meets(given[rule], chosen.value, sense):
            told = f"{chosen.label}: {given[rule]}".lower()
            yield finding("programme-rule-not-met", where, told, allowed=allowed, rule=rule)
    for rule in sorted(set(given) - set(senses)):
        where = Place(file=HEAD, thing=f"{name}: {rule}")
        yield finding("programme-answer-unasked", where, rule, allowed=", ".join(senses))


def _meets(given: float | bool, value: float | str | bool, sense: Sense) -> bool:
    if sense == "is" or isinstance(given, bool) or isinstance(value, str):
        return given is value
    return given >= value if sense == "least" else given <= value


def not_met(context: Context, rule: str, words: str, allowed: str) -> Finding:
    """Return a refusal on a rule that the tables do not meet."""
    where = Place(file=HEAD, thing=f"{context.rules.rule_set.head.key}: {rule}")
    return finding("programme-rule-not-met", where, words, allowed=allowed, rule=rule)


def campaigns_named(project: Project) -> Iterator[Finding]:
    """Return a blocking finding on each period that no two campaigns bound: a start stock is a measured one."""
    measured = set(project.core_increments.column("campaign").values())
    for period in project.head.verification_periods:
        if not {period.first_campaign, period.last_campaign} <= measured:
            where = Place(file=HEAD, thing=f"verification period {period.name}")
            yield finding("period-without-campaigns", where, "no cores of its first or of its last campaign")


def unchanged_start(project: Project) -> Project:
    """Return a project whose baseline is its stock at the start: no control site, no trend."""
    baselines = (StaticBaseline(kind="static"),)
    return project.model_copy(update={"head": project.head.model_copy(update={"baselines": baselines})})


def nitrogen(context: PeriodContext, facts: PeriodFacts) -> tuple[list[float], float | None, str]:
    """Return nitrogen of each year with the project, of a year without it, and where it stands. [kg N].

    What is not declared is taken from the table of fertilizers; None where nobody says what there was before.
    """
    if facts.nitrogen_kg:
        return list(facts.nitrogen_kg), facts.nitrogen_baseline_kg, HEAD
    years, own = years_of_periods([context.period]), defaultdict[int, float](float)
    before: dict[int, float] = defaultdict(float)
    for row in context.project.fertilizers:
        of = own if row.scenario == "project" else before
        if row.scenario == "baseline" or row.year in years:
            of[row.year] += row.applied_t * row.nitrogen_t_per_t * KG_PER_T
    mean = sum(before.values()) / len(before) if before else facts.nitrogen_baseline_kg
    return [own[year] for year in sorted(years)] if own else [], mean, "fertilizers.csv"
