"""Compare two rule sets: which rules and switches differ, and what each does to the credits of a project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from mollisol.engine import Tell, run_project
from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.rules_in_force.rule import DatedValue, Overlay, OverlaySwitch, Rule
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.rule_catalogue.shapley import Measures, shapley_shares

MEASURES = (
    "verified_total_t_co2e",
    "verified_reductions_t_co2e",
    "verified_removals_t_co2e",
    "units_to_issue_t",
)
SMALLEST = 1e-9
"""A difference below it is none. [t CO2e]"""


class Edition(DomainObject):
    """A document whose edition differs."""

    document: str
    a: str
    b: str


class Difference(DomainObject):
    """A rule or switch that differs, with its share of the difference in credits where a project was given."""

    id: str
    kind: Literal["rule", "switch"]
    label: str
    a: str
    b: str
    citation: str
    status: str
    share: dict[str, float] = Field(default_factory=dict)
    why: str = ""


class Credits(DomainObject):
    """What a project gets under one rule set; nothing where it is blocked, and why."""

    blocked: Items[str]
    totals: dict[str, float]
    by_period: dict[str, float]


class RuleSetDiff(DomainObject):
    """The whole comparison."""

    a: str
    b: str
    a_hash: str
    b_hash: str
    forms: Literal["as set", "printed"]
    editions: Items[Edition]
    differences: Items[Difference]
    project: str = ""
    seed: int = 0
    method: str = ""
    runs: int = 0
    credits_a: Credits | None = None
    credits_b: Credits | None = None
    change: dict[str, float] = Field(default_factory=dict)
    unexplained: dict[str, float] = Field(default_factory=dict)


def all_printed(rule_set: RuleSet) -> RuleSet:
    """Put every switch of a rule set to its printed form."""
    entries = tuple(OverlaySwitch(id=id, form="printed", reason="to compare") for id in rule_set.switches)
    return rule_set.with_overlay(Overlay(label="every switch as printed", switch=entries))


def compare(a: RuleSet, b: RuleSet) -> RuleSetDiff:
    """List what differs between two rule sets, without a project."""
    editions = [
        Edition(document=name, a=_edition(a, name), b=_edition(b, name))
        for name in sorted({*a.head.documents, *b.head.documents})
        if _edition(a, name) != _edition(b, name)
    ]
    rules = [_rule(a, b, id) for id in sorted({*a.rules, *b.rules}) if _said(a, id) != _said(b, id)]
    switches = [
        Difference(
            id=id, kind="switch", label=a.switches[id].label, a=a.form(id), b=b.form(id),
            citation=str(a.switches[id].source.locator), status=a.switches[id].status,
        )
        for id in sorted(a.switches)
        if a.form(id) != b.form(id)
    ]  # fmt: skip
    return RuleSetDiff(
        a=a.key, b=b.key, a_hash=a.hash, b_hash=b.hash, forms="as set", editions=tuple(editions),
        differences=(*rules, *switches),
    )  # fmt: skip


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
    ends = {side: _Outcome(project, rule_set, seed) for side, rule_set in (("a", a), ("b", b))}
    names = [difference.id for difference in found.differences]
    used = ends["a"].used | ends["b"].used
    parts = [name for name in names if name in used or name.startswith("switch.")]
    found = found.model_copy(
        update={
            "project": str(project.name),
            "seed": seed,
            "credits_a": ends["a"].credits,
            "credits_b": ends["b"].credits,
        }
    )
    missing = ends["a"].missing or ends["b"].missing
    if missing:
        return found.model_copy(update={"method": f"not shared out: no value of {', '.join(missing)}"})
    if not _near(_Outcome(project, mixed(a, b, parts), seed).measures, ends["b"].measures):
        parts = names
    tell(f"sharing the difference among {len(parts)} of {len(names)} differences")

    def value(coalition: frozenset[str]) -> Measures:
        return _Outcome(project, mixed(a, b, sorted(coalition)), seed).measures

    shares = shapley_shares(parts, value, seed=seed)
    zero = (0.0,) * len(MEASURES)
    differences = []
    for difference in found.differences:
        of = shares.of.get(difference.id, zero)
        why = "" if any(map(_counts, of)) else _why_zero(a, b, difference, difference.id in used)
        differences.append(
            difference.model_copy(update={"share": dict(zip(MEASURES, of, strict=True)), "why": why})
        )
    change = [last - first for first, last in zip(ends["a"].measures, ends["b"].measures, strict=True)]
    left = [
        whole - sum(difference.share[name] for difference in differences)
        for name, whole in zip(MEASURES, change, strict=True)
    ]
    return found.model_copy(
        update={
            "differences": tuple(differences),
            "method": f"Shapley shares, {shares.method}",
            "runs": shares.runs,
            "change": dict(zip(MEASURES, change, strict=True)),
            "unexplained": dict(zip(MEASURES, left, strict=True)),
        }
    )


class _Outcome:
    """A run of the project: its measures, and what it looked up. A blocked run gets no credits."""

    def __init__(self, project: Path, rule_set: RuleSet, seed: int) -> None:
        self.used: set[str] = set()
        self.missing: list[str] = []
        try:
            run = run_project(project, rule_set=rule_set, seed=seed)
        except FindingsError as error:
            codes = [finding for finding in error.findings if finding.severity.value == "blocking"]
            self.missing = [finding.clause for finding in codes if finding.code == "rule-missing"]
            self.used = {finding.clause for finding in codes}
            self.credits = Credits(
                blocked=tuple(sorted({finding.code for finding in codes})),
                totals=dict.fromkeys(MEASURES, 0.0),
                by_period={},
            )
        else:
            self.used = {chosen.rule for chosen in run.rules.chosen}
            self.credits = _credits(run.results)
        self.measures: Measures = tuple(self.credits.totals[name] for name in MEASURES)


def _credits(results: RunResult) -> Credits:
    vintages = [vintage for period in results.periods for vintage in period.vintages]
    return Credits(
        blocked=(),
        totals={
            "verified_total_t_co2e": sum(vintage.verified_total_t_co2e for vintage in vintages),
            "verified_reductions_t_co2e": sum(vintage.verified_reductions_t_co2e for vintage in vintages),
            "verified_removals_t_co2e": sum(vintage.verified_removals_t_co2e for vintage in vintages),
            "units_to_issue_t": float(sum(period.units_to_issue_t for period in results.periods)),
        },
        by_period={period.name: period.verified_total_t_co2e for period in results.periods},
    )


def mixed(a: RuleSet, b: RuleSet, ids: Sequence[str]) -> RuleSet:
    """Give the first rule set with some of its rules and switches as the second has them."""
    rules, switches = dict(a.rules), dict(a.switches)
    for id in ids:
        if id in switches:
            switches[id] = switches[id].model_copy(update={"default": b.form(id)})
        else:
            rules[id] = _pinned(a, b, id)
    return a.model_copy(update={"rules": rules, "switches": switches, "settled": (*a.settled, *ids)})


def _pinned(a: RuleSet, b: RuleSet, id: str) -> Rule:
    """Give a rule that answers under ``a`` as it does under ``b``; a clock other than the edition stays."""
    rule = b.rules[id]
    if rule.keyed_by != "edition":
        return rule
    value = _in_force(b, id)
    edition = a.head.documents.get(rule.document)
    if isinstance(value, str) or edition is None:
        return rule
    return rule.model_copy(
        update={"value": (value.model_copy(update={"start": min(value.start, edition.dated)}),)}
    )


def _in_force(rule_set: RuleSet, id: str) -> DatedValue | str:
    """Give the value of a rule on the edition clock, or why there is none."""
    rule = rule_set.rules[id]
    edition = rule_set.head.documents.get(rule.document)
    unknown = rule_set.head.not_known(id) if id not in rule_set.settled else None
    if unknown is not None:
        return f"not known: {unknown.reason}"
    if edition is None:
        return f"not known: {rule.document} is not part of it"
    in_force = [value for value in rule.value if value.start <= edition.dated]
    return in_force[-1] if in_force else f"no value before {rule.value[0].start}"


def _said(rule_set: RuleSet, id: str) -> str:
    rule = rule_set.rules.get(id)
    if rule is None:
        return "no such rule"
    if rule.keyed_by == "edition":
        value = _in_force(rule_set, id)
        return value if isinstance(value, str) else _words(value)
    unknown = rule_set.head.not_known(id) if id not in rule_set.settled else None
    if unknown is not None:
        return f"not known: {unknown.reason}"
    return "; ".join(f"{_words(value)} from {value.start}" for value in rule.value)


def _words(value: DatedValue) -> str:
    text = f"{value.value:.6g}" if isinstance(value.value, float) else str(value.value)
    if value.low is not None or value.high is not None:
        text += f" ({value.low} to {value.high})"
    return text


def _rule(a: RuleSet, b: RuleSet, id: str) -> Difference:
    rule = b.rules.get(id) or a.rules[id]
    value = _in_force(b, id) if rule.keyed_by == "edition" else rule.value[-1]
    chosen = rule.value[-1] if isinstance(value, str) else value
    return Difference(
        id=id,
        kind="rule",
        label=rule.label,
        a=_said(a, id),
        b=_said(b, id),
        citation=str(chosen.source.locator),
        status=chosen.status,
    )


def _why_zero(a: RuleSet, b: RuleSet, difference: Difference, used: bool) -> str:
    rule = b.rules.get(difference.id)
    if rule is not None and rule.no_effect:
        return rule.no_effect
    if not used and difference.kind == "rule":
        return "nothing in this project looks it up"
    if (
        rule is not None
        and rule.masked_by
        and "corrected" == a.form(rule.masked_by) == b.form(rule.masked_by)
    ):
        switch = a.switches[rule.masked_by]
        return f"{switch.id} stands in its corrected form on both sides: {switch.corrected}"
    return "this project has nothing that it moves"


def _edition(rule_set: RuleSet, name: str) -> str:
    edition = rule_set.head.documents.get(name)
    if edition is None:
        return "not part of it"
    corrected = f", corrected {edition.corrections}" if edition.corrections else ""
    return f"{edition.edition} of {edition.dated}{corrected}"


def _near(one: Measures, other: Measures) -> bool:
    return not any(_counts(x - y) for x, y in zip(one, other, strict=True))


def _counts(value: float) -> bool:
    return abs(value) > SMALLEST
