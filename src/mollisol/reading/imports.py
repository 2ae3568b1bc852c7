"""Whether the tables of a project are what its mappings make of its raw files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.reading.intake import Intake

LOCK: Final = "imports/lock.json"
LOG: Final = "imports/log.csv"
PROVENANCE: Final = "imports/provenance.csv"
_LEFT_OUT: Final = "(row left out)"
NOT_AS_HEADING: Final = "not what its heading says"
"""A decision: the mapping says another unit or kind than the raw file."""
_MOST_PLACES: Final = 5


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
    intake.take(PROVENANCE, required=False)
    return [*found, *_decided(intake)]


def _decided(intake: Intake) -> Iterator[Finding]:
    """Yield a note for each kind of decision about a column, and for rows that were left out."""
    text = intake.text(LOG, required=False)
    if text is None:
        return
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        file, column, decided, becomes = (
            row.get(name) or "" for name in ("file", "column", "decided", "becomes")
        )
        if becomes == _LEFT_OUT:
            groups.setdefault(("import-left-out", file, column, decided), []).append(row.get("at") or "")
        elif decided == NOT_AS_HEADING:
            where = Place(file=f"raw/{file}", column=column, thing=row.get("at") or "")
            yield finding("import-heading-differs", where, f"{row.get('found')}, {becomes}")
        elif decided not in (
            becomes,
            "yes",
            "no",
        ):  # a word that was only translated is no decision about a number
            groups.setdefault(("import-decided", file, column, decided), []).append(row.get("at") or "")
    for (code, file, column, decided), places in groups.items():
        where = Place(file=f"raw/{file}", column=column)
        found = f"{decided}: {', '.join(places[:_MOST_PLACES])}" + ", ..." * (len(places) > _MOST_PLACES)
        yield finding(code, where, found[:300], more=len(places) - 1)
