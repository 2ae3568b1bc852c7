"""Whether the tables of a project are what its mappings make of its raw files."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.reading.intake import Intake

LOCK: Final = "imports/lock.json"
LOG: Final = "imports/log.csv"
PROVENANCE: Final = "imports/provenance.csv"


def check_imports(intake: Intake) -> list[Finding]:
    """Return a finding for each raw file and mapping that changed since the import, and each table changed by hand."""
    content = intake.take(LOCK, required=False)
    if content is None:
        return []
    try:
        lock = json.loads(content)
        parts = [(f"raw/{name}", digest) for name, digest in lock["raw"].items()]
        parts += list(lock["mappings"].items())
        tables = list(lock["tables"].items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [finding("import-stale", Place(file=LOCK), f"no lock of an import: {error}"[:200])]
    found = []
    for name, digest in parts:
        now = intake.take(name, required=False)
        if now is None or sha256(now).hexdigest() != digest:
            state = "gone since the import" if now is None else "changed since the import"
            found.append(finding("import-stale", Place(file=name), state))
    for name, digest in tables:
        now = intake.take(name, required=False)
        if now is None or sha256(now).hexdigest() != digest:
            state = "gone since the import" if now is None else "changed by hand since the import"
            found.append(finding("import-table-changed", Place(file=name), state))
    for name in (LOG, PROVENANCE):
        intake.take(name, required=False)
    return found
