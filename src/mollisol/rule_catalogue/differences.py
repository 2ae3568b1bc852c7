"""What differs between two rule sets, in words, and mixtures of the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from mollisol.equations import all_equations
from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.factors.tables import keys_of, look_up
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.rule import DatedValue, Rule
from mollisol.methodology.rules_in_force.rule_set import RuleSet

_FACTOR, _EQUATION = "factor ", "equation "
"""What the differences in factors and in equations are called by, before their id."""


class Edition(DomainObject):
    """A document whose edition differs."""

    document: str
    a: str
    b: str


class Difference(DomainObject):
    """What differs, with its share of the difference in credits where a project was given.

    ``reason`` is the author's, where a proposal makes the difference; ``why`` says why a share is zero.
    """

    id: str
    kind: Literal["rule", "switch", "factor", "equation"]
    label: str
    a: str
    b: str
    citation: str
    status: str
    reason: str = ""
    share: dict[str, float] = Field(default_factory=dict)
    why: str = ""


class Credits(DomainObject):
    """What a project would get were the rule set in force; no amounts where it is blocked, and the codes of why."""

    blocked: Items[str]
    totals: dict[str, float]
    by_period: dict[str, float]
    units_by_period: dict[str, int]


class RuleSetDiff(DomainObject):
    """The whole comparison; without ``change`` where one of the two is blocked, for nothing is not 0 t."""

    a: str
    b: str
    a_hash: str
    b_hash: str
    editions: Items[Edition]
    differences: Items[Difference]
    project: str = ""
    seed: int = 0
    method: str = ""
    runs: int = 0
    credits_a: Credits | None = None
    credits_b: Credits | None = None
    not_comparable: str = ""
    change: dict[str, float] = Field(default_factory=dict)
    unexplained: dict[str, float] = Field(default_factory=dict)
    findings_gained: Items[Finding] = ()
    findings_lost: Items[Finding] = ()
    periods_without_units_now: Items[str] = ()
    periods_with_units_now: Items[str] = ()


class DiffOfProjects(DomainObject):
    """The comparison of several projects; the change is over those that can be compared."""

    projects: dict[str, RuleSetDiff]
    compared: int
    not_comparable: Items[str]
    change: dict[str, float]


def compare(a: RuleSet, b: RuleSet) -> RuleSetDiff:
    """Return what differs between two rule sets, without a project."""
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
    reasons = {
        name: reason for side in (a, b) for laid in side.overlays for name, reason in laid.reasons.items()
    }
    differences = [*rules, *switches, *_factors(a, b), *_equations(a, b)]
    return RuleSetDiff(
        a=a.key, b=b.key, a_hash=a.hash, b_hash=b.hash, editions=tuple(editions),
        differences=tuple(
            item.model_copy(update={"reason": reasons.get(item.id, item.reason)}) for item in differences
        ),
    )  # fmt: skip


def _factors(a: RuleSet, b: RuleSet) -> Iterator[Difference]:
    for id in sorted({*a.factors, *b.factors}):
        if a.factors.get(id) != b.factors.get(id):
            factor = b.factors.get(id) or a.factors[id]
            yield Difference(
                id=f"{_FACTOR}{id}", kind="factor", label="row of a table of default factors",
                a=_of_factor(a, id), b=_of_factor(b, id), citation=factor.citation, status=factor.status,
                reason=factor.note,
            )  # fmt: skip


def _of_factor(rule_set: RuleSet, id: str) -> str:
    factor = rule_set.factors.get(id)
    if factor is None:
        table, *key = id.split("/")
        factor = look_up(table, **dict(zip(keys_of(table), key, strict=True)))
    ends = "" if factor.low is None else f" ({factor.low:g} to {factor.high:g})"
    return f"{factor.central:g}{ends} {factor.unit}"


def _equations(a: RuleSet, b: RuleSet) -> Iterator[Difference]:
    for id in sorted({*a.equations, *b.equations}):
        one, other = (side.equations.get(id, id) for side in (a, b))
        if one != other:
            known = all_equations()[other]
            yield Difference(
                id=f"{_EQUATION}{id}", kind="equation", a=one, b=other,
                label=known.summary.removeprefix("Return ").rstrip("."),
                citation=str(known.locator), status="secondary",
            )  # fmt: skip


def mixed(a: RuleSet, b: RuleSet, ids: Sequence[str]) -> RuleSet:
    """Return the first rule set with some of its rules and switches as the second has them."""
    rules, switches = dict(a.rules), dict(a.switches)
    factors, equations = dict(a.factors), dict(a.equations)
    for id in ids:
        if id in switches:
            switches[id] = switches[id].model_copy(update={"default": b.form(id)})
        elif id.startswith(_FACTOR):
            _take(id.removeprefix(_FACTOR), factors, b.factors)
        elif id.startswith(_EQUATION):
            _take(id.removeprefix(_EQUATION), equations, b.equations)
        else:
            rules[id] = _pinned(a, b, id)
    laid = {"rules": rules, "switches": switches, "factors": factors, "equations": equations}
    return a.model_copy(update=laid | {"settled": (*a.settled, *ids)})


def _take[T](id: str, mine: dict[str, T], other: Mapping[str, T]) -> None:
    """Take one entry as the other side has it, also where it has none."""
    mine.pop(id, None)
    if id in other:
        mine[id] = other[id]


def _pinned(a: RuleSet, b: RuleSet, id: str) -> Rule:
    """Return a rule that answers under ``a`` as it does under ``b``; a clock other than the edition stays."""
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
    """Return the value of a rule on the edition clock, or why there is none."""
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
    side = b if id in b.rules else a
    rule = side.rules[id]
    value = _in_force(side, id) if rule.keyed_by == "edition" else rule.value[-1]
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


def why_zero(a: RuleSet, b: RuleSet, difference: Difference, used: bool) -> str:
    """Return why a difference in rules moves nothing in a project."""
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
