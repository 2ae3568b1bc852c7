"""Which rules issue: those that ship or were released, and what the auditor adds. A project cannot list its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from mollisol.methodology.findings import UserError
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, ships
from mollisol.programmes.registry import rule_set_named
from mollisol.verify.results import RulesTrust, Trust
from mollisol.verify.rules import BundleRules

_HASH = re.compile(r"^[0-9a-f]{64}$")


def trusted_hashes(given: Iterable[str]) -> frozenset[str]:
    """Return the hashes of rule sets that an auditor trusts.

    Parameters
    ----------
    given
        Hashes, rule-set files ending in .toml, or lists of hashes with one on a line.

    Raises
    ------
    UserError
        For what is none of them.
    """
    found: set[str] = set()
    for name in given:
        if _HASH.match(name):
            found.add(name)
        elif name.endswith(".toml"):
            found.add(rule_set_named(name).hash)
        else:
            found.update(_listed(Path(name)))
    return frozenset(found)


def _listed(file: Path) -> list[str]:
    allowed = "a SHA-256 of 64 hexadecimal digits, a rule-set file ending in .toml, or a file with a hash on each line"
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        raise UserError(
            f"--trust {file}: neither a hash nor a file that can be read; allowed: {allowed}"
        ) from None
    words = [line.partition("#")[0].strip() for line in lines]
    hashes = [word for word in words if word]
    if not hashes or not all(_HASH.match(word) for word in hashes):
        raise UserError(f"--trust {file}: holds something else than hashes; allowed: {allowed}")
    return hashes


def trust_in(rules: BundleRules, trusted: Collection[str], folders: RuleFolders) -> Trust:
    """Return on whose list the rules of a bundle are; a proposal is on none, whatever is listed."""
    if rules.release:
        return "released"
    if ships(rules.rule_set, folders):
        return "shipped"
    return "auditor" if rules.hash in trusted and not rules.rule_set.overlays else "nobody"


def rules_trust(rules: BundleRules, word: Trust, results: RunResult | None) -> RulesTrust:
    """Return the standing of the rules, and what an auditor's trust in them is worth."""
    periods = results.periods if results is not None and word == "auditor" else ()
    units = [
        period.units_if_eligible_t or 0 for period in periods if period.state in ("eligible", "proposed")
    ]
    return RulesTrust(
        rule_set=rules.rule_set.key,
        hash=rules.hash,
        trusted_by=word,
        proposal=bool(rules.rule_set.overlays),
        units_t=sum(units) if periods else None,
    )
