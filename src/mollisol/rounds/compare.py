"""Two bundles of a project: what changed, and what each change moved, in shares that add up."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mollisol.bundle.read import Bundle, open_bundle
from mollisol.findings_log.events import requests_of
from mollisol.findings_log.export import request_rows
from mollisol.findings_log.opening import manifest_hash
from mollisol.findings_log.store import read_log
from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import Finding, UserError
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.rounds.inputs import FileChange, file_changes
from mollisol.rule_catalogue.diff import MEASURES, SMALLEST, Outcome, codes_of, credits_of, gained
from mollisol.rule_catalogue.differences import Credits, Difference, compare
from mollisol.rule_catalogue.shapley import Measures, shapley_shares
from mollisol.run import RunOptions, Tell
from mollisol.verify.bundle import TOLERANCE
from mollisol.verify.compare import Comparison
from mollisol.verify.opened import opened

RULES: Final = "rules"
OPTIONS: Final = "options of the run"
VERSIONS: Final = "versions of the programs"
_MOST_FILES: Final = 5
"""Changed files that are parts by themselves; of more, groups of them are."""


class Side(DomainObject):
    """A bundle: its manifest's SHA-256, its rule set, and what it credits as it was recorded."""

    place: str
    manifest_sha256: str
    rule_set: str
    credits: Credits


class Part(DomainObject):
    """What changed together, its files, and what it moved by measure."""

    name: str
    share: dict[str, float]


class VersionChange(DomainObject):
    """A program whose version differs."""

    name: str
    a: str
    b: str


class RoundsDiff(DomainObject):
    """Two rounds of a project.

    Parameters
    ----------
    change
        B less A, as recorded, by measure.
    parts
        What changed with its share; the shares add up to the change. Empty where ``not_shared`` says why.
    opened, closed
        Findings of B that A has not at the same place, and the other way round.
    requests
        Of a findings log that speaks of one of the two.
    """

    project: str
    a: Side
    b: Side
    change: dict[str, float]
    parts: Items[Part]
    method: str
    runs: int
    not_shared: str
    inputs: Items[FileChange]
    rules: Items[Difference]
    versions: Items[VersionChange]
    opened: Items[Finding]
    closed: Items[Finding]
    requests: Items[dict[str, Any]] = ()

    @property
    def same(self) -> bool:
        """Whether nothing that decides differs."""
        return self.a.manifest_sha256 == self.b.manifest_sha256


class _Performed:
    """A bundle with what it takes to run it again."""

    def __init__(self, path: Path) -> None:
        self.path, self.bundle = path, open_bundle(path)
        given = opened(self.bundle, Comparison(TOLERANCE))
        if given.rules is None:
            raise UserError(f"the rules of {path} cannot be read; mollisol verify says what is wrong")
        proposed = self.bundle.results.state == "proposed"
        self.rules: RuleSet = given.rules.rule_set if proposed else trust(given.rules.rule_set)
        self.options: RunOptions = given.options
        self.inputs: dict[str, bytes] = self.bundle.input_files
        self.credits = credits_of(self.bundle.results)

    @property
    def side(self) -> Side:
        return Side(
            place=self.path.name,
            manifest_sha256=manifest_hash(self.bundle),
            rule_set=self.bundle.results.rule_set,
            credits=self.credits,
        )


class _BlockedMixtureError(Exception):
    """A mixture of the two rounds that cannot be run."""

    def __init__(self, parts: frozenset[str], why: str) -> None:
        super().__init__(why)
        self.parts = parts


class _Mixtures:
    """Runs of the first bundle with some things as the second has them, each made once."""

    def __init__(self, a: _Performed, b: _Performed) -> None:
        self._a, self._b = a, b
        self._made: dict[frozenset[str], Outcome] = {}

    def outcome(self, things: frozenset[str]) -> Outcome:
        """Return the run with these files, rules or options of the second."""
        if things not in self._made:
            inputs = dict(self._a.inputs)
            for name in things - {RULES, OPTIONS}:
                inputs.pop(name, None)
                if name in self._b.inputs:
                    inputs[name] = self._b.inputs[name]
            rules = (self._b if RULES in things else self._a).rules
            options = (self._b if OPTIONS in things else self._a).options
            alone = options.model_copy(update={"reference": "none"})
            self._made[things] = Outcome(inputs, rules, **alone.beside_rules)
        return self._made[things]

    @property
    def runs(self) -> int:
        """How many were made."""
        return len(self._made)


def compare_rounds(path_a: Path, path_b: Path, *, log: Path | None = None, tell: Tell) -> RoundsDiff:
    """Compare two bundles of a project.

    Parameters
    ----------
    path_a, path_b
        The earlier and the later.
    log
        A findings log; its requests that speak of one of the two are told beside.
    tell
        Called with a line on each step.

    Raises
    ------
    UserError
        If one is no bundle, or its rules cannot be read.
    """
    a, b = _Performed(path_a), _Performed(path_b)
    rules = _rules(a.rules, b.rules)
    inputs = file_changes(a.inputs, b.inputs)
    changed = [change.file for change in inputs]
    changed += [RULES] if rules or a.rules.hash != b.rules.hash else []
    changed += [OPTIONS] if a.options.beside_rules != b.options.beside_rules else []
    parts, method, runs, not_shared = _shared_out(a, b, _parts(changed), tell)
    return RoundsDiff(
        project=b.bundle.results.project,
        a=a.side,
        b=b.side,
        change=dict(zip(MEASURES, _less(_measures(b.credits), _measures(a.credits)), strict=True)),
        parts=parts,
        method=method,
        runs=runs,
        not_shared=not_shared,
        inputs=inputs,
        rules=rules,
        versions=_versions(a.bundle, b.bundle),
        opened=gained(b.bundle.findings, a.bundle.findings),
        closed=gained(a.bundle.findings, b.bundle.findings),
        requests=tuple(_requests(log, {a.side.manifest_sha256, b.side.manifest_sha256})) if log else (),
    )


def _shared_out(
    a: _Performed, b: _Performed, parts: Mapping[str, frozenset[str]], tell: Tell
) -> tuple[tuple[Part, ...], str, int, str]:
    """Return the parts with their shares, the method, how many runs it took, and why there are none."""
    mixtures = _Mixtures(a, b)
    tell("running both bundles again")
    everything = frozenset[str]().union(*parts.values())
    ends = [mixtures.outcome(frozenset()), mixtures.outcome(everything)]
    for name, end in zip("AB", ends, strict=True):
        if end.blocked:
            return (), "", mixtures.runs, f"{name} cannot be run again here: {codes_of(end)}"
    while True:
        tell(f"sharing the change among {len(parts)} things that changed")
        try:
            shares = shapley_shares(list(parts), _values(parts, mixtures))
        except _BlockedMixtureError as error:
            tell(f"{', '.join(sorted(error.parts))} alone of B cannot be run: {error}")
            parts = _joined(parts, error.parts, mixtures)
        else:
            break
    versions = _plus(
        _less(ends[0].measures, _measures(a.credits)), _less(_measures(b.credits), ends[1].measures)
    )
    rows = {**shares.by_part, VERSIONS: versions}
    told = tuple(
        Part(name=name, share=dict(zip(MEASURES, share, strict=True)))
        for name, share in rows.items()
        if name != VERSIONS or any(abs(moved) > SMALLEST for moved in share)
    )
    return told, f"Shapley shares, {shares.method}", mixtures.runs, ""


def _values(parts: Mapping[str, frozenset[str]], mixtures: _Mixtures) -> Any:
    def value(coalition: frozenset[str]) -> Measures:
        outcome = mixtures.outcome(frozenset[str]().union(*(parts[name] for name in coalition)))
        if outcome.blocked:
            raise _BlockedMixtureError(coalition, codes_of(outcome))
        return outcome.measures

    return value


def _joined(
    parts: Mapping[str, frozenset[str]], blocked: frozenset[str], mixtures: _Mixtures
) -> dict[str, frozenset[str]]:
    """Return the parts with those that cannot change without each other as one."""
    things = frozenset[str]().union(*(parts[name] for name in blocked))
    others = [name for name in parts if name not in blocked]
    needed = next((name for name in others if not mixtures.outcome(things | parts[name]).blocked), None)
    together = [name for name in parts if name in blocked or name == needed or needed is None]
    one = {" with ".join(together): frozenset[str]().union(*(parts[name] for name in together))}
    return one | {name: files for name, files in parts.items() if name not in together}


def _parts(changed: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return what is shared out: each file that changed, or groups of them where there are many."""
    if len(changed) <= _MOST_FILES:
        return {name: frozenset({name}) for name in changed}
    parts: dict[str, frozenset[str]] = {}
    for name in changed:
        group = name if name in (RULES, OPTIONS) else _group(name)
        parts[group] = parts.get(group, frozenset()) | {name}
    return parts


def _group(name: str) -> str:
    return next(group for pattern, group in _groups() if fnmatch(name, pattern))


@cache
def _groups() -> tuple[tuple[str, str], ...]:
    text = files("mollisol.rounds").joinpath("groups.csv").read_text(encoding="utf-8")
    return tuple((row["pattern"], row["group"]) for row in csv.DictReader(text.splitlines()))


def _rules(a: RuleSet, b: RuleSet) -> tuple[Difference, ...]:
    try:
        return compare(a, b).differences
    except UserError:  # a switch that one of the two does not have
        return ()


def _versions(a: Bundle, b: Bundle) -> tuple[VersionChange, ...]:
    one, other = ({"mollisol": m.get("mollisol"), **m.get("versions", {})} for m in (a.manifest, b.manifest))
    return tuple(
        VersionChange(name=name, a=str(one.get(name, "none")), b=str(other.get(name, "none")))
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    )


def _requests(log: Path, digests: set[str]) -> list[dict[str, Any]]:
    events = read_log(log)
    known = requests_of(events)
    rows = {row["request"]: row for row in request_rows(events)}
    return [rows[id] for id, one in known.items() if digests & {event.bundle for event in one.events}]


def _measures(credits: Credits) -> Measures:
    return tuple(credits.totals[name] for name in MEASURES)


def _less(after: Measures, before: Measures) -> Measures:
    return tuple(a - b for a, b in zip(after, before, strict=True))


def _plus(one: Measures, other: Measures) -> Measures:
    return tuple(a + b for a, b in zip(one, other, strict=True))
