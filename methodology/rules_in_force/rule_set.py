"""Dated, cited rules: load, look up by clock, overlay, hash.

A rule is one TOML file in ``methodology/rules/``. A rule set names the editions of the documents it stands on; the
value of a rule is the last one whose first date is not after the clock that the rule is keyed by.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.rule import (
    OF_PROGRAMME,
    WARNING_STATUSES,
    ChosenValue,
    Clocks,
    DatedValue,
    Form,
    MissingRuleError,
    Rule,
    RuleError,
    RuleSetHead,
    Switch,
)

type FileKind = Literal["rules", "switches", "proposals", "rulesets"]

_SHIPPED = files("mollisol.methodology")


def _labels_alone(overlays: Any) -> Any:
    """Return the overlays of a rule set as they are kept now; bundles of release 0.1.0 name them by label alone."""
    return [{"label": item} if isinstance(item, str) else item for item in overlays]


class RuleSet(DomainObject):
    """Rules, switches and editions, frozen."""

    head: RuleSetHead
    rules: dict[str, Rule]
    switches: dict[str, Switch]
    overlays: Annotated[Items[Overlay], BeforeValidator(_labels_alone)] = ()
    settled: Items[str] = ()
    """Rules that a proposal gave a value, also where the edition's own is not known."""
    factors: dict[str, Factor] = Field(default_factory=dict)
    """Rows of factor tables that a proposal changed, by their id."""
    equations: dict[str, str] = Field(default_factory=dict)
    """Equations that run in place of others, by the id of the one that they replace."""

    @property
    def key(self) -> str:
        """The rule set's name, with the proposals laid over it."""
        return " with ".join((self.head.key, *(overlay.label for overlay in self.overlays)))

    @property
    def hash(self) -> str:
        """SHA-256 of everything in the rule set, in canonical JSON."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def value(self, id: str, clocks: Clocks) -> ChosenValue:
        """Look a rule up.

        Raises
        ------
        RuleError
            If there is no such rule, the clock it needs was not given, or the clock stands before its first date or
            the rule set does not know it (:class:`MissingRuleError`).
        """
        rule = self.rules.get(id)
        if rule is None:
            raise RuleError(f"there is no rule {id} in {self.key}")
        unknown = self.head.not_known(id)
        if unknown is not None and id not in self.settled:
            raise MissingRuleError(id, f"{id} has no value in {self.key}: {unknown.reason}")
        clock, day = self._clock(rule, clocks)
        in_force = [value for value in rule.value if value.start <= day]
        if not in_force:
            raise MissingRuleError(
                id, f"{id} has no value on {day} ({clock}): its first one starts {rule.value[0].start}"
            )
        chosen = in_force[-1]
        return ChosenValue(
            rule=id,
            label=rule.label,
            value=chosen.value,
            low=chosen.low,
            high=chosen.high,
            unit=rule.unit,
            clock=clock,
            clock_date=day,
            since=chosen.start,
            citation=str(chosen.source.locator),
            status=chosen.status,
        )

    def number(self, id: str, clocks: Clocks) -> float:
        """Look a numeric rule up and give the bare number.

        Raises
        ------
        RuleError
            As :meth:`value`, and if the value is not a number.
        """
        return _number(id, self.value(id, clocks).value)

    def form(self, switch_id: str) -> Form:
        """Return the form in force of a printed/corrected switch."""
        switch = self.switches.get(switch_id)
        if switch is None:
            raise RuleError(f"there is no switch {switch_id} in {self.key}")
        return switch.default

    def _clock(self, rule: Rule, clocks: Clocks) -> tuple[str, date]:
        if rule.keyed_by == "edition":
            edition = self.head.documents.get(rule.document)
            if edition is None:
                raise MissingRuleError(
                    rule.id,
                    f"{rule.id} is keyed by the edition of {rule.document}, which {self.key} does not name",
                )
            return f"edition of {rule.document}", edition.dated
        day = clocks.registered_on if rule.keyed_by == "registered_on" else clocks.emission_date
        if day is None:
            raise RuleError(f"{rule.id} is keyed by {rule.keyed_by}, and no such date was given")
        return rule.keyed_by, day


def _number(id: str, value: float | bool | str) -> float:
    if isinstance(value, bool | str):
        raise RuleError(f"{id} is not a number but {value!r}")
    return float(value)


class TrustedRuleSet(RuleSet):
    """A rule set that issues though it does not ship: an auditor trusts it, or it is compared as if in force.

    Many projects are run under it: its hash is computed once, and each value is looked up once for a clock.
    """

    _hash: str = PrivateAttr("")
    _found: dict[tuple[str, date | None, date | None], ChosenValue] = PrivateAttr(default_factory=dict)

    @property
    def hash(self) -> str:
        """As of any rule set."""
        return self._hash

    def value(self, id: str, clocks: Clocks) -> ChosenValue:
        """As of any rule set."""
        key = id, clocks.registered_on, clocks.emission_date
        if key not in self._found:
            self._found[key] = super().value(id, clocks)
        return self._found[key]


def trust(rule_set: RuleSet) -> TrustedRuleSet:
    """Return the same rule set as one that is trusted; a project has no way to ask for this."""
    trusted = TrustedRuleSet.model_construct(**dict(rule_set))
    trusted._hash = rule_set.hash
    return trusted


class RulesInForce:
    """A rule set with the clocks of one project; remembers what was looked up."""

    def __init__(self, rule_set: RuleSet, clocks: Clocks, names: Mapping[str, str] | None = None) -> None:
        self.rule_set = rule_set
        self.clocks = clocks
        self.names = names or {}
        """The rules of the programme that stand behind ``programme.NAME``, by name."""
        self._chosen: dict[tuple[str, date | None], ChosenValue] = {}

    @property
    def chosen(self) -> tuple[ChosenValue, ...]:
        """Everything that was looked up so far, by id and day of emission; a value that stays is there once."""
        found: dict[tuple[str, date], ChosenValue] = {}
        for id, day in sorted(self._chosen, key=lambda key: (key[0], key[1] or date.min)):
            chosen = self._chosen[id, day]
            found.setdefault((id, chosen.since), chosen)
        return tuple(found.values())

    def value(self, id: str, emission_date: date | None = None) -> ChosenValue:
        """Look a rule up and remember it; raises as :meth:`RuleSet.value`.

        Parameters
        ----------
        id
            The rule.
        emission_date
            The day whose value is wanted, for rules on that clock.
        """
        clocks = self.clocks
        known = self._chosen.get((self.id_of(id), emission_date))
        if known is not None:
            return known
        if emission_date is not None:
            clocks = clocks.model_copy(update={"emission_date": emission_date})
        chosen = self.rule_set.value(self.id_of(id), clocks)
        self._chosen[chosen.rule, emission_date] = chosen
        return chosen

    def number(self, id: str) -> float:
        """Look a numeric rule up and remember it; raises as :meth:`RuleSet.number`."""
        return _number(id, self.value(id).value)

    def has(self, id: str) -> bool:
        """Return whether the programme has a rule behind ``programme.NAME``."""
        return id.removeprefix(OF_PROGRAMME) in self.names

    def clause(self, id: str) -> str:
        """Return what a finding rests on: the rule behind ``programme.NAME``, or nothing where there is none."""
        return self.id_of(id) if self.has(id) else ""

    def id_of(self, id: str) -> str:
        """Return the id of a rule; the shared rooms name one of the programme's as ``programme.NAME``.

        Raises
        ------
        RuleError
            If the programme has none of that name.
        """
        if not id.startswith(OF_PROGRAMME):
            return id
        if not self.has(id):
            raise RuleError(f"the programme of {self.rule_set.key} names no rule for {id}")
        return self.names[id.removeprefix(OF_PROGRAMME)]

    def form(self, switch_id: str) -> Form:
        """Return the form in force of a printed/corrected switch."""
        return self.rule_set.form(switch_id)

    def factor(self, factor: Factor) -> Factor:
        """Return a default factor as it is in force: as its table has it, or as a proposal does."""
        return self.rule_set.factors.get(factor.id, factor)


def toml_files(folder: Traversable, apart: frozenset[str] = frozenset()) -> Iterator[Traversable]:
    """Return every TOML file of a folder and the folders in it, by name; none where there is no such folder."""
    for item in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda item: item.name):
        if item.is_dir() and item.name not in apart:
            yield from toml_files(item)
        elif item.name.endswith(".toml"):
            yield item


def read_toml[T: DomainObject](file: Traversable | Path, kind: type[T]) -> T:
    """Read a file as one typed value.

    Raises
    ------
    RuleError
        If it is not one; the message names file and key.
    """
    try:
        typed: T = _typed(file.read_text(encoding="utf-8"), kind)
        return typed
    except OSError as error:
        raise RuleError(f"{file.name}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RuleError(f"{file.name}: {problems[:2000]}") from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # also a number of 5000 digits, or tables in tables without end
        raise RuleError(f"{file.name}: not a TOML file: {str(error)[:200]}") from None


@lru_cache(maxsize=1000)
def _typed[T: DomainObject](text: str, kind: type[T]) -> T:
    """Return what a text says; the same text is read once, as many projects stand on the same rules."""
    return kind.model_validate(tomllib.loads(text))


def _by_id[T: Rule | Switch](items: Iterable[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        if item.id in found:
            raise RuleError(f"two files claim the id {item.id}")
        found[item.id] = item
    return found


@dataclass(frozen=True, slots=True)
class RuleFolders:
    """Where the rules of a programme stand.

    Parameters
    ----------
    folder
        Holds ``rules/`` and ``rulesets/``.
    documents
        The folders in ``rules/`` that it takes, one a document; all where none is named.
    shared
        Those that it takes of the rules that ship, with all switches, where its own folder is elsewhere.
    prefix
        What the keys of its rule sets begin with.
    """

    folder: Traversable
    documents: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    prefix: str = ""

    def files(self, kind: FileKind) -> Iterator[Traversable]:
        """Return every file of a kind."""
        if kind == "rulesets":
            yield from toml_files(self.folder.joinpath(kind))
        elif kind != "rules":
            yield from toml_files(self.folder.joinpath("rules", kind))
        elif not self.documents:
            yield from toml_files(self.folder.joinpath(kind), frozenset({"switches", "proposals"}))
        for folder, documents in ((self.folder, self.documents), (_SHIPPED, self.shared)):
            for document in sorted(documents) if kind == "rules" else ():
                yield from toml_files(folder.joinpath(kind, document))
        if kind == "switches" and self.shared:
            yield from toml_files(_SHIPPED.joinpath("rules", kind))

    def heads(self) -> dict[str, RuleSetHead]:
        """Return the heads of the rule sets, by key."""
        found = (read_toml(file, RuleSetHead) for file in self.files("rulesets"))
        return {head.key: head for head in found if head.key.startswith(self.prefix)}


SHIPPED = RuleFolders(_SHIPPED)
"""Everything that ships, of whatever programme."""


def rule_set_keys(where: RuleFolders = SHIPPED) -> tuple[str, ...]:
    """Return the keys of the rule sets that ship, or of a programme."""
    return tuple(sorted(where.heads()))


def load_rule_set(key: str, where: RuleFolders = SHIPPED) -> RuleSet:
    """Load a rule set by its key.

    Raises
    ------
    RuleError
        If there is no rule set of that key; the message lists those that there are.
    """
    heads = where.heads()
    if key not in heads:
        raise RuleError(f"there is no rule set {key!r}; there are: {', '.join(sorted(heads))}")
    return _with_rules(heads[key], where)


def rule_set_of(name: str, where: RuleFolders = SHIPPED) -> RuleSet:
    """Load a rule set from a file of the user's own, where the name ends in .toml, or one of a programme by its key.

    Raises
    ------
    RuleError
        If there is neither, or the file takes the key of one that ships.
    """
    if not name.endswith(".toml"):
        return load_rule_set(name, where)
    head = read_toml(Path(name), RuleSetHead)
    if head.key in rule_set_keys(where):
        raise RuleError(f"{name}: the key {head.key} is that of a rule set that ships; give yours another")
    return _with_rules(head, where)


def ships(rule_set: RuleSet, where: RuleFolders = SHIPPED) -> bool:
    """Return whether a rule set is, to the last value, one that comes with this version or with a programme."""
    key = rule_set.head.key
    return key in rule_set_keys(where) and load_rule_set(key, where).hash == rule_set.hash


def _with_rules(head: RuleSetHead, where: RuleFolders) -> RuleSet:
    rules = _by_id(read_toml(file, Rule) for file in where.files("rules"))
    switches = dict(sorted(_by_id(read_toml(file, Switch) for file in where.files("switches")).items()))
    strangers = sorted({own.id for own in head.own} - set(rules))
    if strangers:
        raise RuleError(f"{head.key}: values of its own for rules that are not there: {', '.join(strangers)}")
    values = {
        own.id: DatedValue.model_validate(own.model_dump(by_alias=True, exclude={"id"})) for own in head.own
    }
    refused = [text for id, value in values.items() for text in rules[id].refusals(value)]
    if refused:
        raise RuleError(f"{head.key}: {'; '.join(refused)}")
    rules |= {id: rules[id].model_copy(update={"value": (value,)}) for id, value in values.items()}
    return RuleSet(head=head, rules=rules, switches=switches)


def missing_rules(rules: RulesInForce, needed: Iterable[ChosenValue]) -> Iterator[Finding]:
    """Return a finding on each value that is needed and that the rule set does not know."""
    for chosen in needed:
        try:
            rules.value(
                chosen.rule, chosen.clock_date if chosen.clock in ("emission_date", "event_date") else None
            )
        except MissingRuleError as error:
            where = Place(file="project.toml", thing=f"rule {chosen.rule}")
            yield finding("rule-missing", where, str(error), rule=chosen.rule)


def status_findings(chosen: Iterable[ChosenValue]) -> list[Finding]:
    """Return a warning on each value in use that stands on memory or on a conflict of sources."""
    return [
        finding(
            "rule-weakly-sourced",
            f"rule {value.rule}",
            f"{value.label}: {value.value} {value.unit}, status {value.status}",
            citation=value.citation,
            rule=value.rule,
        )
        for value in sorted(chosen, key=lambda value: value.rule)
        if value.status in WARNING_STATUSES
    ]


def unusable_rules(message: str) -> Finding:
    """Return the finding of a rule set that cannot be used."""
    return finding("rules-unusable", Place(file="project.toml", thing="rules"), message)
