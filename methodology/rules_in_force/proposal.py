"""Proposals: read, hold against a rule set, and lay over it. All of one is checked before any of it is applied."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.findings import Finding, FindingsError, finding
from mollisol.methodology.provenance import Passport
from mollisol.methodology.rules_in_force.overlay import Overlay, OverlayEquation, OverlayFactor, OverlayValue
from mollisol.methodology.rules_in_force.rule import HOUSE, DatedValue, Rule, RuleError, Source
from mollisol.methodology.rules_in_force.rule_set import RuleSet, read_toml, toml_files

LARGEST_BYTES = 5_000_000

AS_PRINTED = "as-printed"
"""The proposal that takes every document as it prints itself: all switches printed, and the moment form issues."""

type Equations = Callable[[], Mapping[str, Passport]]
"""A function that returns every registered equation; it is called only where a proposal swaps one."""


def read_proposal(path: Path) -> Overlay:
    """Read a proposal file.

    Raises
    ------
    RuleError
        If it is not one; the message names file and key.
    """
    if path.is_file() and path.stat().st_size > LARGEST_BYTES:
        raise RuleError(f"{path.name}: over {LARGEST_BYTES / 1e6:g} MB is no proposal")
    return read_toml(path, Overlay)


def proposal_names() -> tuple[str, ...]:
    """Return the names of the proposals that ship."""
    return tuple(_shipped())


def load_proposal(name: Path | str) -> Overlay:
    """Read a proposal file, or one that ships by its name.

    Raises
    ------
    RuleError
        If there is neither; the message lists those that ship.
    """
    if Path(name).is_file():
        return read_proposal(Path(name))
    shipped = _shipped()
    if str(name) not in shipped:
        raise RuleError(f"{name} is neither a file nor a proposal that ships: {', '.join(proposal_names())}")
    return read_toml(shipped[str(name)], Overlay)


def _shipped() -> dict[str, Traversable]:
    folder = files("mollisol.methodology").joinpath("rules", "proposals")
    return {file.name.removesuffix(".toml"): file for file in toml_files(folder)}


def lay_over(rule_set: RuleSet, overlays: Iterable[Overlay], equations: Equations) -> RuleSet:
    """Return the rule set with proposals laid over it, one after the other.

    Raises
    ------
    FindingsError
        With every fault of every proposal that does not fit; nothing is applied then.
    """
    faults: list[Finding] = []
    for overlay in overlays:
        found = proposal_faults(rule_set, overlay, equations)
        faults += found
        rule_set = rule_set if found else _laid(rule_set, overlay)
    if faults:
        raise FindingsError(faults)
    return rule_set


def _laid(rule_set: RuleSet, overlay: Overlay) -> RuleSet:
    rules, switches = dict(rule_set.rules), dict(rule_set.switches)
    for entry in overlay.set:
        kept = tuple(value for value in rules[entry.id].value if value.start < entry.start)
        new = dated(rules[entry.id], entry, overlay.label)
        rules[entry.id] = rules[entry.id].model_copy(update={"value": (*kept, new)})
    for change in overlay.switch:
        switches[change.id] = switches[change.id].model_copy(update={"default": change.form})
    return RuleSet.model_construct(  # a new one, which no trust in the one below it reaches
        **dict(rule_set)
        | {
            "rules": rules,
            "switches": switches,
            "overlays": (*rule_set.overlays, overlay),
            "settled": (*rule_set.settled, *(entry.id for entry in overlay.set)),
            "factors": rule_set.factors | dict(_factor(row, overlay.label) for row in overlay.factor),
            "equations": rule_set.equations | {swap.id: swap.use for swap in overlay.equation},
        }
    )


def dated(rule: Rule, entry: OverlayValue, label: str) -> DatedValue:
    """Return the value that an entry gives a rule; what it leaves out is taken from the value in force on its day."""
    before = [value for value in rule.value if value.start <= entry.start] or [rule.value[0]]
    kept = before[-1] if entry.value is None else None
    return DatedValue.model_validate(
        {
            "from": entry.start,
            "value": entry.value if kept is None else kept.value,
            "low": kept.low if kept and entry.low is None else entry.low,
            "high": kept.high if kept and entry.high is None else entry.high,
            "source": Source(document=HOUSE, edition="proposal", section=label, read=entry.start),
            "status": "secondary",
            "note": entry.reason,
        }
    )


def _factor(row: OverlayFactor, label: str) -> tuple[str, Factor]:
    """Return the factor that a row gives, with the id of the row that it replaces.

    Raises
    ------
    FactorError
        If there is no such table or row, or it holds no factor.
    ValidationError
        If the ends do not hold the value.
    """
    known = look_up(row.table, **row.key)
    given = {name: getattr(row, name) for name in ("central", "low", "high")}
    ends = row.low is not None or row.high is not None
    changes = {name: value for name, value in given.items() if value is not None}
    changes |= {"range_kind": "statement"} if ends and known.range_kind == "none" else {}
    changes |= {"status": "secondary", "citation": f"proposal {label}: {row.source}", "note": row.reason}
    return known.id, Factor.model_validate(known.model_dump() | changes)


def proposal_faults(rule_set: RuleSet, overlay: Overlay, equations: Equations) -> list[Finding]:
    """Return every fault of a proposal held against a rule set."""
    faults = _Faults(overlay.label)
    if not overlay.entries:
        faults.add("proposal-without-change", "", "no entry")
    for name, times in Counter(entry.name for entry in overlay.entries).items():
        days = {entry.start for entry in overlay.set if entry.name == name}
        if times > max(1, len(days)):
            faults.add("proposal-twice", name, f"{times} entries")
    for entry in overlay.set:
        _check_value(rule_set, entry, faults)
    for change in overlay.switch:
        if change.id not in rule_set.switches:
            faults.unknown(change.name, f"there is no switch {change.id}", change.id, rule_set.switches)
    for row in overlay.factor:
        _check_factor(row, faults)
    if overlay.equation:
        known = equations()
        for swap in overlay.equation:
            _check_equation(swap, known, faults)
    return faults.findings


class _Faults:
    """The faults of one proposal, as they are found."""

    def __init__(self, label: str) -> None:
        self._label = label
        self.findings: list[Finding] = []

    def add(self, code: str, thing: str, state: str, **values: Any) -> None:
        where = f"proposal {self._label}" + (f": {thing}" if thing else "")
        self.findings.append(finding(code, where, state, **values))

    def unknown(self, thing: str, state: str, id: str, known: Iterable[str]) -> None:
        """Enter a name that is not there, with those that begin as it does."""
        begin = re.match(r".*[.:]", id)
        near = [name for name in known if begin and name.startswith(begin[0])] or list(known)
        self.add("proposal-unknown", thing, state, allowed=", ".join(sorted(near)))


def _check_value(rule_set: RuleSet, entry: OverlayValue, faults: _Faults) -> None:
    rule = rule_set.rules.get(entry.id)
    if rule is None:
        faults.unknown(entry.name, f"there is no rule {entry.id}", entry.id, rule_set.rules)
        return
    if entry.value is None and entry.low is None and entry.high is None:
        faults.add("proposal-without-change", entry.name, "neither a value nor an end of the range")
        return
    allowed, do = rule.allowed_in_words, f"mollisol rules show {entry.id} prints what is allowed"
    for text in rule.refusals(dated(rule, entry, "")):
        found = text.removeprefix(f"{rule.id} may be {allowed}, not ")
        faults.add("proposal-not-allowed", entry.name, found, allowed=allowed, do=do, clause=entry.id)
    edition = rule_set.head.documents.get(rule.document) if rule.keyed_by == "edition" else None
    if edition is not None and entry.start > edition.dated:
        found = (
            f"a value from {entry.start} would start after {rule.document} {edition.edition} and never apply"
        )
        faults.add("proposal-never-applies", entry.name, found, dated=edition.dated, rule=entry.id)


def _check_factor(row: OverlayFactor, faults: _Faults) -> None:
    try:
        _factor(row, "")
    except FactorError as error:
        allowed = "a row of a table of default factors, by all its key columns"
        faults.add("proposal-unknown", row.name, str(error), allowed=allowed)
    except ValidationError as error:
        found = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())
        allowed, do = "low, central and high in this order", "give all three"
        faults.add("proposal-not-allowed", row.name, found, allowed=allowed, do=do, clause="")
    else:
        if row.central is None and row.low is None and row.high is None:
            faults.add("proposal-without-change", row.name, "neither central, low nor high")


def _check_equation(swap: OverlayEquation, known: Mapping[str, Passport], faults: _Faults) -> None:
    missing = [id for id in (swap.id, swap.use) if id not in known]
    for id in missing:
        faults.unknown(swap.name, f"there is no equation {id}", id, known)
    if missing:
        return
    one, other = known[swap.id], known[swap.use]
    if one.id == other.id:
        faults.add("proposal-without-change", swap.name, "the same equation")
    elif _shape(one) != _shape(other):
        found = f"{other.id} takes {', '.join(other.parameters)} and gives {other.unit}"
        allowed, do = f"{', '.join(one.parameters)}, giving {one.unit}", "name an equation of the same shape"
        faults.add("proposal-not-allowed", swap.name, found, allowed=allowed, do=do, clause=one.id)


def _shape(passport: Passport) -> tuple[str, dict[str, object]]:
    """Return what two equations must share to stand in for each other: parameters, which may be left out, and unit."""
    parameters = inspect.signature(passport.function).parameters
    return passport.unit, {
        name: parameter.default is parameter.empty for name, parameter in parameters.items()
    }


def proposed(rule_set: RuleSet) -> Finding:
    """Return what refuses issuance under rules that are on no trusted list, with their author's reasons."""
    changes = [line for overlay in rule_set.overlays for line in overlay.lines]
    found = ". ".join(changes) or f"{rule_set.head.label}, a rule set of the user's own"
    return finding("rules-proposed", f"rule set {rule_set.key}", found)
