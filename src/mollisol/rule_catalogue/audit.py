"""Hold the rule catalogue against itself and against the code: gaps, overlaps, orphans, values without a source."""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from mollisol.equations import all_equations
from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import Finding, Place, Severity, finding, in_order
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import dated, load_proposal, proposal_faults
from mollisol.methodology.rules_in_force.rule import (
    OF_PROGRAMME,
    WARNING_STATUSES,
    DatedValue,
    Rule,
    RuleError,
    RuleSetHead,
    Switch,
)
from mollisol.methodology.rules_in_force.rule_set import SHIPPED, FileKind, RuleFolders, RuleSet, read_toml
from mollisol.programmes.registry import programme, programme_names

_APART = frozenset({"examples", "skeleton", "templates", "__pycache__"})
_NAMED = r'"((?:{})\.(?!methodology\.)[a-z0-9-]+\.[a-z0-9-]+)"'


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in the rule folders as parsed, with what could not be parsed as findings."""

    rules: tuple[tuple[str, Rule], ...]
    switches: tuple[tuple[str, Switch], ...]
    heads: tuple[tuple[str, RuleSetHead], ...]
    proposals: tuple[tuple[str, Overlay], ...]
    broken: tuple[Finding, ...]


def read_catalogue(where: RuleFolders = SHIPPED) -> Catalogue:
    """Read the rule folders of a programme, or all that ship; a file that is not sound becomes a finding."""
    broken: list[Finding] = []

    def read[T: DomainObject](kind: FileKind, model: type[T]) -> tuple[tuple[str, T], ...]:
        found = []
        for file in where.files(kind):
            try:
                found.append((file.name, read_toml(file, model)))
            except RuleError as error:
                broken.append(_finding("rule-file", file.name, str(error)))
        return tuple(found)

    rules, switches, proposals = read("rules", Rule), read("switches", Switch), read("proposals", Overlay)
    heads = tuple(row for row in read("rulesets", RuleSetHead) if row[1].key.startswith(where.prefix))
    return Catalogue(rules, switches, heads, proposals, tuple(broken))


def audit_programmes() -> list[Finding]:
    """Return every finding on the rules of each programme that is here, worst first."""
    code = code_of_the_engine()
    findings: list[Finding] = []
    for name in programme_names():
        one = programme(name)
        module = sys.modules[type(one).__module__]
        own = "" if module.__name__.startswith("mollisol.") else inspect.getsource(module)
        findings += audit(read_catalogue(one.rules), code + own, one.rule_names)
    return in_order(dict.fromkeys(findings))


def code_of_the_engine() -> str:
    """Return the text of every module of the engine in which a rule may be used."""
    return "\n".join(modules_of_the_engine().values())


def modules_of_the_engine() -> dict[str, str]:
    """Return the text of every module and table of the engine in which a rule may be used, by its dotted name."""
    return dict(_modules(files("mollisol"), ""))


def _modules(folder: Traversable, before: str) -> Iterator[tuple[str, str]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name not in _APART:
            yield from _modules(item, f"{before}{item.name}.")
        elif item.name.endswith(".py"):
            yield before + item.name.removesuffix(".py"), item.read_text(encoding="utf-8")
        elif item.name == "clauses.csv":  # its column of what is allowed names rules, without quotes
            yield f"{before}clauses", re.sub(r"[^\s,]+", r'"\g<0>"', item.read_text(encoding="utf-8"))


def audit(catalogue: Catalogue, code: str, names: Mapping[str, str] | None = None) -> list[Finding]:
    """Return every finding on the catalogue, worst first; blocking ones make ``rules check`` fail.

    Parameters
    ----------
    catalogue
        What the rule folders hold.
    code
        The text of the engine and of the programme, in which rules are named.
    names
        The rules of the programme that the engine asks for as ``programme.NAME``, by that name.
    """
    return in_order(
        [
            *catalogue.broken,
            *_gaps(catalogue),
            *_overlaps(catalogue),
            *_orphans(catalogue, code, names or {}),
            *_unbounded(catalogue),
            *_unsourced(catalogue),
        ]
    )


def _gaps(catalogue: Catalogue) -> Iterable[Finding]:
    """Return rules that a rule set has no value of and does not say so, and tell of those that it does say."""
    for file, head in catalogue.heads:
        for _, rule in catalogue.rules:
            unknown, edition = head.not_known(rule.id), head.documents.get(rule.document)
            if unknown is not None:
                found = f"{rule.id}: not known in {head.key}: {unknown.reason}"
                yield _finding("rule-open", file, found)
            elif rule.keyed_by != "edition" or any(own.id == rule.id for own in head.own):
                continue
            elif edition is None:
                found = f"{rule.id} hangs on the edition of {rule.document}"
                yield _finding("rule-gap", file, found)
            elif not any(value.start <= edition.dated for value in rule.value):
                found = f"{rule.id} starts {rule.value[0].start}; {rule.document} here is of {edition.dated}"
                allowed = "a value, or a word that there is none"
                do = "give the value of that edition, or say under [[open]] that it is not known"
                yield _finding("rule-gap", file, found, allowed=allowed, do=do)


def _overlaps(catalogue: Catalogue) -> Iterable[Finding]:
    ids = [rule.id for _, rule in catalogue.rules] + [switch.id for _, switch in catalogue.switches]
    ids += [head.key for _, head in catalogue.heads]
    for id, times in sorted(Counter(ids).items()):
        if times > 1:
            found = f"{times} files claim {id}"
            yield _finding("rule-overlap", id, found)
    for file, head in catalogue.heads:
        for id, times in sorted(Counter(own.id for own in head.own).items()):
            if times > 1:
                yield _finding("rule-overlap", file, f"{times} own values of {id}", allowed="one")
        for own in head.own:
            if any(item.rules == own.id for item in head.open):
                found = f"{own.id} has a value of its own and is said not to be known"
                yield _finding("rule-overlap", file, found, allowed="one of the two")


def _orphans(catalogue: Catalogue, code: str, names: Mapping[str, str]) -> Iterable[Finding]:
    known = {rule.id for _, rule in catalogue.rules}
    switches = {switch.id for _, switch in catalogue.switches}
    namespaces = "|".join(sorted({re.escape(id.partition(".")[0]) for id in known | {OF_PROGRAMME}}))
    written = Counter(re.findall(_NAMED.format(namespaces), code))
    asked = {id.removeprefix(OF_PROGRAMME) for id in written if id.startswith(OF_PROGRAMME)}
    # a rule that stands in the programme's table alone is used only if a shared room asks for it
    named = {id for id in written - Counter(names.values()) if not id.startswith(OF_PROGRAMME)}
    named |= {id for name, id in names.items() if name in asked}
    for name in sorted(set(names) - asked):
        told = f"no room asks for {OF_PROGRAMME}{name}"
        yield _finding("rule-orphan", names[name], told)
    lost = [
        *(
            (id, "no equation or check uses it", "a rule that is used", "use it, or drop it")
            for id in known - named
        ),
        *((id, "the code names it", "a rule file of that id", "write the file") for id in named - known),
    ]
    read = (
        "nothing reads this switch",
        "a switch that is read",
        "read it where the equation is run, or drop it",
    )
    lost += [(id, *read) for id in switches if id.removeprefix("switch.") not in code]
    for file, head in catalogue.heads:
        for item in head.open:
            if not any(item.holds(id) for id in known):
                found = f"{item.rules} under [[open]] holds no rule"
                lost.append((file, found, "ids or patterns of rules", "correct or drop it"))
    for file, overlay in catalogue.proposals:
        strangers = {entry.id for entry in overlay.set} - known | {e.id for e in overlay.switch} - switches
        lost += [(file, f"the proposal names {id}", "a rule or switch", "correct it") for id in strangers]
    for thing, found, allowed, do in sorted(lost):
        yield _finding("rule-orphan", thing, found, allowed=allowed, do=do)


def _unbounded(catalogue: Catalogue) -> Iterable[Finding]:
    """Return rules that do not say what they may be, and values of rule sets and proposals that their rules forbid."""
    rules = {rule.id: rule for _, rule in catalogue.rules}
    for rule in rules.values():
        if rule.allowed is None:
            yield _finding("rule-unbounded", rule.id, "any value")
    laid: list[tuple[str, str, DatedValue]] = [
        (file, own.id, own) for file, head in catalogue.heads for own in head.own
    ]
    laid += [
        (file, entry.id, dated(rules[entry.id], entry, file))
        for file, overlay in catalogue.proposals
        for entry in overlay.set
        if entry.id in rules
    ]
    for file, id, given in laid:
        for text in rules[id].refusals(given) if id in rules else ():
            yield _finding("rule-value", file, text, allowed=str(rules[id].allowed))


def _unsourced(catalogue: Catalogue) -> Iterable[Finding]:
    valued: list[tuple[str, DatedValue | Switch]] = [
        (f"{rule.id} from {value.start}", value) for _, rule in catalogue.rules for value in rule.value
    ]
    valued += [(f"{own.id} in {head.key}", own) for _, head in catalogue.heads for own in head.own]
    valued += [(switch.id, switch) for _, switch in catalogue.switches]
    for thing, value in valued:
        source = value.source
        if not any((source.section, source.equation, source.table, source.page)):
            found = f"{source.document} {source.edition} without a place in it"
            yield _finding("rule-unsourced", thing, found)
        if value.status in WARNING_STATUSES:
            do = f"look it up in {source.locator}"
            yield _finding("rule-weakly-sourced", thing, f"status {value.status}", do=do, clause="")


def check_proposal(name: str, rule_set: RuleSet) -> list[Finding]:
    """Return every fault of a proposal, a file or the name of one that ships, held against a rule set."""
    try:
        overlay = load_proposal(name)
    except RuleError as error:
        return [finding("proposal-unusable", name, str(error))]
    return proposal_faults(rule_set, overlay, all_equations)


def _finding(code: str, thing: str, state: str, **texts: Any) -> Finding:
    return finding(code, Place(file=thing) if thing.endswith(".toml") else Place(thing=thing), state, **texts)


def blocking_count(findings: Sequence[Finding]) -> int:
    """Count the findings that make the check fail."""
    return sum(finding.severity is Severity.BLOCKING for finding in findings)
