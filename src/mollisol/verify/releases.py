"""What releases changed: which rule sets were released, and which differences a release note moves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.verify.results import Difference, ReleaseNote

_RULE = "trace-missing: trace.json: rules[{} *"
"""What a rule that was a constant adds to the trace."""


class _Release(DomainObject):
    version: str
    rule_sets: Items[str]


class _Releases(DomainObject):
    release: Items[_Release]
    note: Items[ReleaseNote]


@cache
def _releases() -> _Releases:
    text = files("mollisol.verify").joinpath("releases.toml").read_text(encoding="utf-8")
    return _Releases.model_validate(tomllib.loads(text))


def release_of(rule_set_hash: str) -> str:
    """Return the version that released a rule set; empty for rules that no release shipped."""
    return next((item.version for item in _releases().release if rule_set_hash in item.rule_sets), "")


def notes_since(recorded: str) -> tuple[ReleaseNote, ...]:
    """Return the notes of the releases after a version, up to the one that runs."""
    there, here = _number(recorded), _number(version("mollisol"))
    return tuple(note for note in _releases().note if there < _number(note.version) <= here) if there else ()


def with_constants(rules: RuleSet, shipped: RuleSet, notes: Iterable[ReleaseNote]) -> RuleSet:
    """Return older rules with what was a constant then, so that the equations of this version find it.

    Each stands for every day, whatever edition the older rule set names, as a constant does.
    """
    added, switches = {}, {}
    for note in notes:
        for id, value in note.rules.items():
            if id in shipped.switches and id not in rules.switches:
                switches[id] = shipped.switches[id].model_copy(update={"default": value})
            if id in rules.rules or id not in shipped.rules:
                continue
            rule = shipped.rules[id]
            held = rule.value[-1].model_copy(update={"start": date.min, "value": value})
            added[id] = rule.model_copy(update={"keyed_by": "registered_on", "value": (held,)})
    if not added and not switches:
        return rules
    more = {"rules": {**rules.rules, **added}, "switches": {**rules.switches, **switches}}
    return rules.model_copy(update=more)


def name_notes(differences: Iterable[Difference], notes: Sequence[ReleaseNote]) -> tuple[Difference, ...]:
    """Return the differences, each with the id of the release note that moves it, where there is one."""
    words = [(note.id, _pattern((*note.moves, *map(_RULE.format, note.rules)))) for note in notes]
    figures = [(note.id, _pattern(note.figures)) for note in notes]
    named = []
    for item in differences:
        patterns = words if item.difference is None else figures
        line = f"{item.code}: {item.item}"
        id = next((id for id, pattern in patterns if pattern.fullmatch(line)), "")
        named.append(item.model_copy(update={"note": id}) if id else item)
    return tuple(named)


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """Return the expression that any of the texts fits, in which a star stands for any text; none fits nothing."""
    parts = [".*".join(map(re.escape, text.split("*"))) for text in texts]
    return re.compile("|".join(parts) or r"(?!)")


def _number(text: str) -> tuple[int, ...]:
    """Return the three numbers of a version; nothing of one that is not written so."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", text)
    return tuple(map(int, found.groups())) if found else ()
