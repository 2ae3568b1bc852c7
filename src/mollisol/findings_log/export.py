"""A findings log as files: page, Word, table, JSON and the log itself, under one manifest that is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from mollisol.bundle.signing import check_signature, public_key, sign_manifest
from mollisol.findings_log.events import Event, Request, requests_of
from mollisol.findings_log.store import line_of, read_log
from mollisol.methodology.findings import UserError
from mollisol.output import MANIFEST, SIGNATURE, canonical_json, csv_table
from mollisol.reading.json import load_json
from mollisol.templates.documents.docx import write_docx
from mollisol.templates.documents.from_html import document_of
from mollisol.templates.findings_log.render import render_findings_log

_NAME: Final = "findings-log"


def request_rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return a row for each request: what it is about, where it stands, and its effect in t CO2e."""
    rounds = rounds_of(events)
    return [
        {
            "request": request.id,
            "kind": request.kind,
            "about": request.opened.subject_kind,
            "subject": request.opened.subject,
            "state": request.state,
            "effect_t_co2e": request.effect_t_co2e,
            "due": request.due,
            "opened_on": str(request.opened.on),
            "opened_by": request.opened.by,
            "opened_in_round": rounds[request.opened.bundle],
            "last_on": str(request.events[-1].on),
            "last_in_round": rounds[request.events[-1].bundle],
            "text": request.opened.text,
        }
        for request in requests_of(events).values()
    ]


def rounds_of(events: Sequence[Event]) -> dict[str, int]:
    """Return the number of the round of each bundle, by the SHA-256 of its manifest, in the order of the log."""
    return {digest: place for place, digest in enumerate(dict.fromkeys(e.bundle for e in events), start=1)}


def log_document(events: Sequence[Event]) -> dict[str, Any]:
    """Return a log as plain data: its bundles, its requests, and of each what happened."""

    def told(request: Request) -> list[dict[str, Any]]:
        return [event.model_dump(mode="json", exclude_defaults=True) for event in request.events]

    requests = requests_of(events)
    rows = request_rows(events)
    return {
        "bundles": list(rounds_of(events)),
        "requests": [row | {"events": told(requests[row["request"]])} for row in rows],
    }


def export_files(log: Path, *, template: Path | None = None, key: Path | None = None) -> dict[str, bytes]:
    """Return the files of a log by name, with a manifest of their sums and, given a private key, its signature.

    Raises
    ------
    UserError
        If the log holds nothing or cannot be read, or the template or the key cannot be used.
    """
    events = read_log(log)
    if not events:
        raise UserError(f"{log} holds no request yet")
    document = log_document(events)
    page = render_findings_log(document)
    maker = f"mollisol {version('mollisol')}"
    files = {
        f"{_NAME}.jsonl": b"".join(map(line_of, events)),
        f"{_NAME}.json": canonical_json(document),
        f"{_NAME}.csv": csv_table(request_rows(events)),
        f"{_NAME}.html": page.encode(),
        f"{_NAME}.docx": write_docx(document_of(page), {}, edition=_NAME, maker=maker, template=template),
    }
    manifest = {"mollisol": version("mollisol"), "bundles": document["bundles"], "files": _sums(files)}
    files[MANIFEST] = canonical_json(manifest)
    return files | ({SIGNATURE: sign_manifest(files[MANIFEST], key)} if key else {})


def _sums(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def check_target(out: Path) -> None:
    """Look whether a folder may be replaced: it holds nothing, or an export of a log.

    Raises
    ------
    UserError
        If it holds something else.
    """
    if (out / MANIFEST).exists() and not (out / f"{_NAME}.jsonl").exists():
        raise UserError(f"{out} is a bundle, which stays as it is; name another folder")


def signer_of(folder: Path, key: Path) -> str:
    """Return the public key that an exported log is signed by, which is the one given, over files as they were.

    Raises
    ------
    UserError
        If it is not signed by that key, or a file is not that of the manifest.
    """
    try:
        manifest = (folder / MANIFEST).read_bytes()
        signature = (folder / SIGNATURE).read_bytes()
        sums = load_json(manifest, MANIFEST)["files"]
        found = _sums({name: (folder / Path(name).name).read_bytes() for name in sums})
    except (OSError, TypeError, KeyError, AttributeError):
        raise UserError(f"{folder} is no signed export of a log, or a file of it is missing") from None
    by = check_signature(manifest, signature)
    if by != public_key(key):
        raise UserError(f"{folder} is signed by another key than that of {key}")
    if changed := [name for name in sums if sums[name] != found[name]]:
        raise UserError(f"{', '.join(changed)} in {folder} is not what was signed")
    return by
