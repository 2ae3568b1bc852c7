"""The rules of a bundle against those that ship, and what else was asked for: options, seed, route."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mollisol.bundle.write import RULES
from mollisol.equations import all_equations
from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule import RuleError
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, RuleSet, load_rule_set, rule_set_keys
from mollisol.output import MANIFEST
from mollisol.reading.archive import BundleFaultError
from mollisol.reading.json import load_json
from mollisol.run import RunOptions
from mollisol.verify.compare import Comparison
from mollisol.verify.releases import release_of, with_constants
from mollisol.verify.results import ReleaseNote


def read_options(
    manifest: Mapping[str, Any], results: Mapping[str, Any], comparison: Comparison
) -> RunOptions:
    """Return the options that the run was asked for; what is not recorded, or not known here, is said."""
    recorded = manifest.get("options")
    if isinstance(recorded, dict):
        try:
            options = RunOptions.model_validate_json(json.dumps(recorded))
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                place = ".".join(map(str, fault["loc"]))
                comparison.add(
                    "option-unknown", f"{MANIFEST}: options.{place}", fault.get("input"), fault["msg"]
                )
        else:
            own = options.model_dump(mode="json", by_alias=True)
            comparison.documents("option", f"{MANIFEST}: options: ", recorded, own)
            return options
    elif "options" in manifest:
        comparison.add("option-unknown", f"{MANIFEST}: options", recorded, "options by name")
    seed, periods = results.get("seed", manifest.get("seed")), results.get("periods")
    options = RunOptions(seed=seed if isinstance(seed, int) else 0)
    if isinstance(periods, list) and not any(isinstance(p, dict) and p.get("posterior") for p in periods):
        return options.model_copy(update={"route": "analytic"})
    return options


@dataclass(frozen=True, slots=True)
class BundleRules:
    """The rules that a bundle is performed again under.

    Parameters
    ----------
    rule_set
        The bundle's own, with what was a constant when it was made.
    hash
        SHA-256 of what the bundle carries.
    release
        The release that shipped exactly these; empty where none did.
    """

    rule_set: RuleSet
    hash: str
    release: str = ""


def read_rules(
    files: Mapping[str, bytes],
    manifest: Mapping[str, Any],
    options: RunOptions,
    notes: Sequence[ReleaseNote],
    folders: RuleFolders,
    comparison: Comparison,
) -> BundleRules | None:
    """Return the bundle's own rule set; the shipped one where it carries none; None where there is neither.

    The bundle's rules are held against those that ship, unless an earlier release shipped them as they are.
    """
    shipped = _shipped(manifest, options, folders, RULES in files, comparison)
    ships = None if shipped is None else BundleRules(shipped, shipped.hash)
    if RULES not in files:
        return ships
    try:
        own = RuleSet.model_validate_json(files[RULES])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        comparison.add("rules-unreadable", f"{RULES}: {place}", first.get("input"), first["msg"])
        return ships
    try:
        # Rules of an earlier release have fewer fields than ours, so their hash is taken of what stands in the file.
        digest = _digest(files[RULES]) if notes else own.hash
    except BundleFaultError as error:
        comparison.add(error.finding.code, RULES, error.finding.found, error.finding.allowed)
        return ships
    release = release_of(digest) if notes else ""
    if shipped is not None and not release:
        _compare(own, shipped, comparison)
    return BundleRules(own if shipped is None else with_constants(own, shipped, notes), digest, release)


def _digest(content: bytes) -> str:
    text = json.dumps(load_json(content, RULES), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def compare_asked(
    manifest: Mapping[str, Any],
    results: Mapping[str, Any],
    options: RunOptions,
    rules: BundleRules,
    project_rules: str,
    comparison: Comparison,
) -> None:
    """Compare what the manifest says was asked for with the results and the rule set."""
    asked = options.rules_key or project_rules
    rows = (
        ("rule-set", f"{MANIFEST}: rule_set", manifest.get("rule_set"), rules.rule_set.key),
        ("rule-set-hash", f"{MANIFEST}: rule_set_hash", manifest.get("rule_set_hash"), rules.hash),
        ("rule-set-hash", "results.json: rule_set_hash", results.get("rule_set_hash"), rules.hash),
        ("rule-set", "the rule set that was asked for", asked, rules.rule_set.head.key),
        (
            "overlay",
            f"{MANIFEST}: options.overlays",
            [o.label for o in options.overlays],
            [o.label for o in rules.rule_set.overlays],
        ),
        ("seed", f"{MANIFEST}: seed", manifest.get("seed"), options.seed),
        ("seed", "results.json: seed", results.get("seed"), options.seed),
    )
    for code, item, recorded, own in rows:
        if recorded != own or type(recorded) is not type(own):
            comparison.add(code, item, recorded, own)


def _shipped(
    manifest: Mapping[str, Any],
    options: RunOptions,
    folders: RuleFolders,
    carried: bool,
    comparison: Comparison,
) -> RuleSet | None:
    """Lay the recorded proposals over the rule set that ships under the recorded key.

    ``own`` says that the bundle carries its rules.
    """
    key = str(manifest.get("rule_set", "")).partition(" with ")[0]
    if carried and key not in rule_set_keys(folders):
        return None  # a rule set of the user's own, which is performed as it stands and issues only if it is trusted
    try:
        rules = load_rule_set(key, folders)
        rules = lay_over(rules, options.overlays, all_equations)
    except (RuleError, FindingsError) as error:
        comparison.add("rule-set", f"{MANIFEST}: rule_set", key, str(error))
        return None
    return rules


def _compare(carried: RuleSet, shipped: RuleSet, comparison: Comparison) -> None:
    tables: list[tuple[str, str, Mapping[str, DomainObject], Mapping[str, DomainObject]]] = [
        ("rule", "rule ", carried.rules, shipped.rules),
        ("switch", "", carried.switches, shipped.switches),
    ]
    for code, prefix, own, theirs in tables:
        ids = sorted(own.keys() | theirs.keys())
        _each(code, [(f"{prefix}{id}", own.get(id), theirs.get(id)) for id in ids], comparison)
    _each("rule-set-head", [(f"rule set {carried.head.key}", carried.head, shipped.head)], comparison)
    for name in ("overlays", "settled", "factors", "equations"):
        if getattr(carried, name) != getattr(shipped, name):
            comparison.add("overlay", f"{RULES}: {name}", _plain(carried, name), _plain(shipped, name))


def _plain(rules: RuleSet, name: str) -> Any:
    return rules.model_dump(mode="json", include={name})[name]


def _each(
    code: str, rows: Iterable[tuple[str, DomainObject | None, DomainObject | None]], comparison: Comparison
) -> None:
    for item, own, shipped in rows:
        if own is None or shipped is None:
            comparison.add(
                f"{code}-added" if shipped is None else f"{code}-missing",
                item,
                "in the bundle" if own else "not in the bundle",
                "ships with this version" if shipped else "does not ship with this version",
            )
        elif own != shipped:
            comparison.documents(
                code, f"{item}: ", own.model_dump(mode="json"), shipped.model_dump(mode="json")
            )
