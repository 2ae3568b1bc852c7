"""What a bundle says of itself: its documents, what its run was asked, and the rules that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mollisol.bundle.crate import CRATE
from mollisol.bundle.read import Bundle
from mollisol.extensions import UnknownExtensionError
from mollisol.methodology.rules_in_force.rule_set import SHIPPED, RuleFolders
from mollisol.programmes.registry import programme_of_results
from mollisol.reading.archive import BundleFaultError
from mollisol.reading.json import load_json
from mollisol.run import RunOptions
from mollisol.verify.compare import Comparison
from mollisol.verify.releases import notes_since
from mollisol.verify.results import ReleaseNote
from mollisol.verify.rules import BundleRules, read_options, read_rules

DOCUMENTS: Final = ("results.json", "trace.json", "findings.json", "project.json")


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle, to be performed again.

    Parameters
    ----------
    recorded
        Its JSON files by name, as far as they can be parsed.
    notes
        Of the releases since the one that made it.
    folders
        Where the rules of its programme stand here.
    rules
        None where it has none that can be read.
    """

    bundle: Bundle
    recorded: Mapping[str, Any]
    options: RunOptions
    notes: tuple[ReleaseNote, ...]
    folders: RuleFolders
    rules: BundleRules | None

    @property
    def results(self) -> dict[str, Any]:
        """``results.json``; empty where there is none."""
        return mapping(self.recorded.get("results.json"))


def opened(bundle: Bundle, comparison: Comparison) -> Opened:
    """Return what a bundle says of itself; what of it cannot be read, or is not known here, is a difference."""
    manifest, recorded = bundle.manifest, _documents(bundle.files, comparison)
    results = mapping(recorded.get("results.json"))
    options = read_options(manifest, results, comparison)
    notes = notes_since(str(manifest.get("mollisol")))
    try:
        folders = programme_of_results(results).rules
    except UnknownExtensionError as error:
        comparison.add("programme", "results.json: programme", results.get("programme"), str(error))
        folders = SHIPPED
    rules = read_rules(bundle.files, manifest, options, notes, folders, comparison)
    return Opened(bundle, recorded, options, notes, folders, rules)


def _documents(files: Mapping[str, bytes], comparison: Comparison) -> dict[str, Any]:
    """Parse the JSON files that are there; one that cannot be parsed is a difference."""
    found = {}
    for name in (*DOCUMENTS, CRATE):
        if name in files:
            try:
                found[name] = load_json(files[name], name)
            except BundleFaultError as error:
                comparison.add(error.finding.code, name, error.finding.found, error.finding.allowed)
    return found


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}
