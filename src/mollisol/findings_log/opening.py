"""What a request is about, held against the bundle; leads and differences of a bundle as requests."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final

from mollisol.audit.explain import Explainer, UnknownNameError
from mollisol.audit.handed import handed_in
from mollisol.audit.leads.kinds import KINDS
from mollisol.audit.leads.ranked import leads_of
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.findings_log.events import Event, SubjectKind
from mollisol.methodology.findings import UserError
from mollisol.output import MANIFEST
from mollisol.verify.bundle import verify_bundle

REGISTER: Final = "evidence/register.csv"
_UNNUMBERED: Final = "CL-1"
_SHOWN: Final = 3
_LONGEST: Final = 1500


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about, and its value in the bundle where it is a number."""

    kind: SubjectKind
    name: str
    value: float | None = None
    unit: str = ""


def manifest_hash(bundle: Bundle) -> str:
    """Return the SHA-256 of the manifest, which stands for every file of the bundle."""
    return hashlib.sha256(bundle.read(MANIFEST)).hexdigest()


def subject_of(bundle: Bundle, name: str) -> Subject:
    """Return what a name of a bundle stands for: a number, a row, a rule, a kind of lead, or a document.

    Raises
    ------
    UserError
        If the bundle knows nothing by that name; the message offers near ones.
    """
    if name in {kind.id for kind in KINDS}:
        return Subject("lead", name)
    if name in bundle.inputs or name in _documents(bundle):
        return Subject("document", name)
    try:
        node = Explainer(bundle).explain(name, 1)
    except UnknownNameError as error:
        raise UserError(
            f"{error}; a request is about a number, a row, a rule, a lead or a document"
        ) from None
    if node.kind in ("rule", "switch"):
        return Subject("rule", name)
    file = name.rpartition(":")[0]
    if file in bundle.inputs:
        return Subject("row", name)
    value = node.value if isinstance(node.value, int | float) and not isinstance(node.value, bool) else None
    return Subject("number", name, None if value is None else float(value), node.unit if value else "")


def _documents(bundle: Bundle) -> Collection[str]:
    register = bundle.input_files.get(REGISTER, b"").decode("utf-8-sig", errors="replace")
    return {row.get("file") or "" for row in csv.DictReader(io.StringIO(register))} - {""}


def lead_events(path: Path, by: str, on: date) -> Iterator[Event]:
    """Yield a clarification request on each lead of a bundle that few honest projects show, still without number."""
    handed, key = handed_in(path)
    digest = manifest_hash(open_bundle(path))
    for lead in leads_of(handed, rules_key=key).in_full:
        text = f"{lead.title}: {lead.seen} ({', '.join(lead.places[:_SHOWN])}). Innocent would be: {lead.innocent}."
        yield Event(
            request=_UNNUMBERED,
            what="open",
            by=by,
            on=on,
            bundle=digest,
            text=_plain(text),
            kind="clarification",
            subject_kind="lead",
            subject=lead.kind,
            effect_t_co2e=lead.effect_t_co2e,
        )


def difference_events(path: Path, by: str, on: date) -> Iterator[Event]:
    """Yield a corrective request on each kind of difference that ``verify`` finds and no release explains."""
    outcome = verify_bundle(path)
    digest = manifest_hash(open_bundle(path))
    total = outcome.materiality
    open_ones = sorted((item for item in outcome.differences if not item.note), key=lambda item: item.code)
    for code, items in groupby(open_ones, key=lambda item: item.code):
        found = list(items)
        told = "; ".join(
            f"{item.item}: recorded {item.recorded or 'nothing'}, found {item.recomputed or 'nothing'}"
            for item in found[:_SHOWN]
        )
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield Event(
            request=_UNNUMBERED,
            what="open",
            by=by,
            on=on,
            bundle=digest,
            text=_plain(f"Performed again, {code} differs at {told}{more}."),
            kind="corrective",
            subject_kind="difference",
            subject=_plain(f"{code}: {found[0].item}"),
            effect_t_co2e=total.recorded_t_co2e - total.recomputed_t_co2e
            if total and code == "result"
            else None,
        )


def _plain(text: str) -> str:
    """Return words of a bundle without what a log does not hold."""
    kept = "".join(c if c.isprintable() and c not in "<>" else " " for c in text)
    return kept if len(kept) <= _LONGEST else f"{kept[:_LONGEST]} ..."
