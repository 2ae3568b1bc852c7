"""RO-Crate metadata of a bundle, with terms of W3C PROV: what was read, what ran, what came out, for other tools."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from mollisol.run import Run

CRATE: Final = "ro-crate-metadata.json"

_CONTEXT: Final = ["https://w3id.org/ro/crate/1.1/context", {"prov": "http://www.w3.org/ns/prov#"}]
_PROFILE: Final = "https://w3id.org/ro/crate/1.1"
_FORMATS: Final = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SAID: Final = {
    "findings.json": "Every finding of the run",
    "manifest.json": "SHA-256 of every file, rule-set hash, options and versions",
    "project.json": "The head of the project as it was read",
    "redacted.json": "Commitments to values that were taken out, and what is taken from the full bundle",
    "report.html": "The monitoring report",
    "results.json": "Every credited figure",
    "rules.json": "The whole rule set in force, proposals laid over it",
    "trace.json": "What quantities have in common: unit, equation, inputs and rules",
    "values.parquet": "Every quantity and figure with its values, labels, rows and places",
}


def crate_metadata(run: Run, files: Mapping[str, bytes], versions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata as JSON-LD.

    RO-Crate asks for a date of publication; a bundle holds no clock, so the last day of the last period stands there:
    the first day on which it can have been made.

    Parameters
    ----------
    run
        The finished run.
    files
        Every file of the bundle but the manifest and this one.
    versions
        As :func:`mollisol.bundle.made_with` gives them.
    """
    read = sorted(name for name in files if name.startswith("inputs/") or name == "rules.json")
    made = sorted(set(files) - set(read) | {"manifest.json"})
    head = run.project.head
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Bundle of {head.name}",
        "description": head.description or f"Soil-carbon credits of {head.name}, as computed and as read",
        "datePublished": max(period.during.end for period in head.verification_periods).isoformat(),
        "license": "; ".join(head.attribution) or "that of the project's data; the project names none",
        "hasPart": [_at(name) for name in sorted([*read, *made])],
        "mentions": {"@id": "#run"},
    }
    action = {
        "@id": "#run",
        "@type": ["CreateAction", "prov:Activity"],
        "name": f"mollisol run of {head.name} under {run.results.rule_set}",
        "instrument": {"@id": "#mollisol"},
        "object": [_at(name) for name in read],
        "prov:used": [_at(name) for name in read],
        "result": [_at(name) for name in made],
        "description": f"route {run.options.route}, seed {run.options.seed}, "
        f"rule set {run.results.rule_set_hash}",
    }
    program = {
        "@id": "#mollisol",
        "@type": ["SoftwareApplication", "prov:SoftwareAgent"],
        "name": "mollisol",
        "softwareVersion": str(versions["mollisol"]),
        "softwareRequirements": [f"{name} {number}" for name, number in sorted(versions["versions"].items())],
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    return {
        "@context": _CONTEXT,
        "@graph": [
            descriptor,
            root,
            *(_file(name, files[name]) for name in read),
            *(_file(name, files.get(name)) | {"prov:wasGeneratedBy": {"@id": "#run"}} for name in made),
            action,
            program,
        ],
    }


def _at(name: str) -> dict[str, str]:
    return {"@id": quote(name)}


def _file(name: str, content: bytes | None) -> dict[str, Any]:
    path = PurePosixPath(name)
    entity: dict[str, Any] = {
        "@id": quote(name),
        "@type": ["File", "prov:Entity"],
        "name": path.name,
        "encodingFormat": _FORMATS.get(path.suffix.lower(), "application/octet-stream"),
    }
    if name in _SAID:
        entity["description"] = _SAID[name]
    if content is not None:
        entity |= {"contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}
    return entity
