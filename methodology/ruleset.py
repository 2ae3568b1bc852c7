"""Dated, cited rules: load, look up by clock, overlay, hash.

A rule is one TOML file in ``methodology/rules/``. A rule set names the editions of the documents it stands on; the
value of a rule is the last one whose first date is not after the clock that the rule is keyed by.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import Finding, Place, Severity, UserError
from mollisol.methodology.provenance import Locator

type Status = Literal["verified", "two-sources", "secondary", "from-memory", "conflict"]
type Clock = Literal["edition", "emission_date", "registered_on"]
type Form = Literal["printed", "corrected"]
type RuleValue = float | str | bool

WARNING_STATUSES: frozenset[str] = frozenset({"from-memory", "conflict"})
HOUSE = "mollisol"


class RuleError(UserError):
    """A rule file, a rule set or a look-up that cannot stand; the message says which and what is allowed."""


class Source(DomainObject):
    """Where a value stands and when it was read."""

    document: str
    edition: str
    section: str = ""
    equation: str = ""
    table: str = ""
    page: str = ""
    read: date

    @property
    def locator(self) -> Locator:
        """The place without the date of reading."""
        return Locator(self.document, self.edition, self.section, self.equation, self.table, self.page)


class DatedValue(DomainObject):
    """One value of a rule from a date on. Factors also carry the ends of their range."""

    start: Annotated[date, Field(alias="from")]
    value: RuleValue
    low: float | None = None
    high: float | None = None
    source: Source
    status: Status
    note: str = ""


class Rule(DomainObject):
    """One rule file.

    ``document`` says which document's edition date is the clock where ``keyed_by`` is ``edition``.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(\.[a-z0-9-]+)+$")]
    label: str
    symbol: str = ""
    unit: str
    document: str
    keyed_by: Clock
    value: Items[DatedValue]

    @model_validator(mode="after")
    def _dates_ascend(self) -> Rule:
        starts = [value.start for value in self.value]
        if not starts or any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("values must be there, and their dates must ascend")
        return self


class Switch(DomainObject):
    """A fault in a document: what is printed, what is right and why, and what is done by default."""

    id: Annotated[str, Field(pattern=r"^switch\.[a-z0-9-]+$")]
    label: str
    equations: Items[str]
    printed: str
    corrected: str
    default: Form
    over_credits: Literal["printed", "corrected", "neither", "either"]
    effect: str
    erratum: str
    source: Source
    status: Status


class DocumentEdition(DomainObject):
    """An edition of a document, and the date that is its clock (that of its corrections, where it has some)."""

    edition: str
    dated: date
    corrections: date | None = None
    status: Status


class RuleSetHead(DomainObject):
    """A rule-set file: which editions it stands on."""

    key: str
    label: str
    global_warming_potentials: str
    documents: dict[str, DocumentEdition]
    note: str = ""


class Clocks(DomainObject):
    """The dates that pick values, besides the editions that the rule set fixes."""

    registered_on: date
    emission_date: date | None = None


class ChosenValue(DomainObject):
    """A value with what chose it; this is what a trace keeps."""

    rule: str
    label: str
    value: RuleValue
    low: float | None
    high: float | None
    unit: str
    clock: str
    clock_date: date
    since: date
    citation: str
    status: Status


class _OverlayValue(DomainObject):
    id: str
    start: Annotated[date, Field(alias="from")]
    value: RuleValue
    reason: str


class _OverlaySwitch(DomainObject):
    id: str
    form: Form
    reason: str


class Overlay(DomainObject):
    """A proposal: values and switch forms laid over a rule set."""

    label: str
    set: Items[_OverlayValue] = ()
    switch: Items[_OverlaySwitch] = ()


class RuleSet(DomainObject):
    """Rules, switches and editions, frozen."""

    head: RuleSetHead
    rules: dict[str, Rule]
    switches: dict[str, Switch]
    overlays: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The rule set's name, with the proposals laid over it."""
        return " with ".join((self.head.key, *self.overlays))

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
            If there is no such rule, the clock it needs was not given, or the clock stands before its first date.
        """
        rule = self.rules.get(id)
        if rule is None:
            raise RuleError(f"there is no rule {id} in {self.key}")
        clock, day = self._clock(rule, clocks)
        in_force = [value for value in rule.value if value.start <= day]
        if not in_force:
            raise RuleError(
                f"{id} has no value on {day} ({clock}): its first one starts {rule.value[0].start}"
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
        value = self.value(id, clocks).value
        if isinstance(value, bool | str):
            raise RuleError(f"{id} is not a number but {value!r}")
        return float(value)

    def form(self, switch_id: str) -> Form:
        """Give the form in force of a printed/corrected switch."""
        switch = self.switches.get(switch_id)
        if switch is None:
            raise RuleError(f"there is no switch {switch_id} in {self.key}")
        return switch.default

    def with_overlay(self, overlay: Overlay) -> RuleSet:
        """Lay a proposal over the rule set; all of it is checked before any of it is applied.

        Raises
        ------
        RuleError
            Naming every entry that does not fit.
        """
        problems = [f"there is no rule {entry.id}" for entry in overlay.set if entry.id not in self.rules]
        problems += [
            f"there is no switch {entry.id}" for entry in overlay.switch if entry.id not in self.switches
        ]
        for entry in overlay.set:
            rule = self.rules.get(entry.id)
            if rule and not isinstance(entry.value, _kind(rule.value[-1].value)):
                problems.append(
                    f"{entry.id} holds {rule.value[-1].value!r}, which {entry.value!r} cannot replace"
                )
        if problems:
            raise RuleError(f"proposal {overlay.label!r}: " + "; ".join(problems))
        rules = dict(self.rules)
        for entry in overlay.set:
            rules[entry.id] = _with_value(rules[entry.id], entry, overlay.label)
        switches = dict(self.switches)
        for change in overlay.switch:
            switches[change.id] = switches[change.id].model_copy(update={"default": change.form})
        return self.model_copy(
            update={"rules": rules, "switches": switches, "overlays": (*self.overlays, overlay.label)}
        )

    def _clock(self, rule: Rule, clocks: Clocks) -> tuple[str, date]:
        if rule.keyed_by == "edition":
            edition = self.head.documents.get(rule.document)
            if edition is None:
                raise RuleError(
                    f"{rule.id} is keyed by the edition of {rule.document}, which {self.key} does not name"
                )
            return f"edition of {rule.document}", edition.dated
        day = clocks.registered_on if rule.keyed_by == "registered_on" else clocks.emission_date
        if day is None:
            raise RuleError(f"{rule.id} is keyed by {rule.keyed_by}, and no such date was given")
        return rule.keyed_by, day


class RulesInForce:
    """A rule set with the clocks of one project; remembers what was looked up."""

    def __init__(self, rule_set: RuleSet, clocks: Clocks) -> None:
        self.rule_set = rule_set
        self.clocks = clocks
        self._chosen: dict[str, ChosenValue] = {}

    @property
    def chosen(self) -> tuple[ChosenValue, ...]:
        """Everything that was looked up so far, by id."""
        return tuple(self._chosen[id] for id in sorted(self._chosen))

    def value(self, id: str) -> ChosenValue:
        """Look a rule up and remember it; raises as :meth:`RuleSet.value`."""
        chosen = self.rule_set.value(id, self.clocks)
        self._chosen[id] = chosen
        return chosen

    def number(self, id: str) -> float:
        """Look a numeric rule up and remember it; raises as :meth:`RuleSet.number`."""
        self.value(id)
        return self.rule_set.number(id, self.clocks)

    def form(self, switch_id: str) -> Form:
        """Give the form in force of a printed/corrected switch."""
        return self.rule_set.form(switch_id)


def _kind(value: RuleValue) -> type | tuple[type, ...]:
    if isinstance(value, bool):
        return bool
    return str if isinstance(value, str) else (int, float)


def _with_value(rule: Rule, entry: _OverlayValue, label: str) -> Rule:
    source = Source(document=HOUSE, edition="proposal", section=label, read=entry.start)
    new = DatedValue.model_validate(
        {
            "from": entry.start,
            "value": entry.value,
            "source": source,
            "status": "secondary",
            "note": entry.reason,
        }
    )
    kept = tuple(value for value in rule.value if value.start < entry.start)
    return rule.model_copy(update={"value": (*kept, new)})


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _toml_files(item)
        elif item.name.endswith(".toml"):
            yield item


def _read[T: DomainObject](file: Traversable | Path, kind: type[T]) -> T:
    try:
        return kind.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{file.name}: not a TOML file: {error}") from None
    except OSError as error:
        raise RuleError(f"{file.name}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RuleError(f"{file.name}: {problems}") from None


def _by_id[T: Rule | Switch](items: Iterable[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        if item.id in found:
            raise RuleError(f"two files claim the id {item.id}")
        found[item.id] = item
    return found


def _data(folder: str) -> Traversable:
    return files("mollisol.methodology").joinpath(folder)


def rule_set_keys() -> tuple[str, ...]:
    """Give the keys of the rule sets that ship."""
    return tuple(sorted(_read(file, RuleSetHead).key for file in _toml_files(_data("rulesets"))))


def load_rule_set(key: str) -> RuleSet:
    """Load a shipped rule set by its key.

    Raises
    ------
    RuleError
        If there is no rule set of that key; the message lists those that there are.
    """
    heads = {head.key: head for head in (_read(file, RuleSetHead) for file in _toml_files(_data("rulesets")))}
    if key not in heads:
        raise RuleError(f"there is no rule set {key!r}; there are: {', '.join(sorted(heads))}")
    rules = _by_id(_read(file, Rule) for file in _toml_files(_data("rules")) if not _is_apart(file))
    switches = _by_id(_read(file, Switch) for file in _toml_files(_data("rules/switches")))
    return RuleSet(head=heads[key], rules=rules, switches=switches)


def _is_apart(file: Traversable) -> bool:
    return any(part in {"switches", "proposals"} for part in Path(str(file)).parts)


def read_overlay(path: Path) -> Overlay:
    """Read a proposal file.

    Raises
    ------
    RuleError
        If it is not one; the message names file and key.
    """
    return _read(path, Overlay)


def status_findings(chosen: Iterable[ChosenValue]) -> list[Finding]:
    """Warn of each value in use that stands on memory or on a conflict of sources."""
    return [
        Finding(
            code="rule-weakly-sourced",
            severity=Severity.WARNING,
            where=Place(thing=f"rule {value.rule}"),
            found=f"{value.label}: {value.value} {value.unit}, status {value.status}",
            allowed="a value that was read in its document or in two independent sources",
            do="look it up in " + value.citation,
            clause=value.rule,
        )
        for value in sorted(chosen, key=lambda value: value.rule)
        if value.status in WARNING_STATUSES
    ]
