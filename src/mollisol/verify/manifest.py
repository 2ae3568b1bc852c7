"""The manifest against the files: every byte, name and entry, before anything is computed or signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mollisol.bundle.read import open_bundle
from mollisol.bundle.signing import SigningError, sign_manifest
from mollisol.output import MANIFEST, SIGNATURE, UNSIGNED, canonical_json
from mollisol.verify.compare import Comparison

_FIELDS: Final = {
    "files",
    "mollisol",
    "options",
    "rule_set",
    "rule_set_hash",
    "sampler",
    "seed",
    "versions",
}
_SHORT: Final = 16


def compare_files(manifest: Mapping[str, Any], files: Mapping[str, bytes], comparison: Comparison) -> None:
    """Enter every file that is missing, added, renamed, swapped or changed against the sums of the manifest.

    Parameters
    ----------
    manifest
        ``manifest.json`` as read.
    files
        Every file of the bundle by its name.
    """
    recorded: dict[str, str] = dict(manifest["files"])
    found = {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name not in UNSIGNED
    }
    missing = {name: digest for name, digest in recorded.items() if name not in found}
    added = {name: digest for name, digest in found.items() if name not in recorded}
    for name, digest in sorted(missing.items()):
        now = next((other for other in sorted(added) if added[other] == digest), None)
        if now is None:
            comparison.add("file-missing", name, digest[:_SHORT], "no such file")
        else:
            comparison.add("file-renamed", name, name, now)
            del added[now]
    for name, digest in sorted(added.items()):
        comparison.add("file-added", name, "not in the manifest", digest[:_SHORT])
    changed = {name for name, digest in recorded.items() if name in found and found[name] != digest}
    for name in sorted(changed):
        other = next((o for o in sorted(changed) if o != name and found[o] == recorded[name]), None)
        if other is None:
            comparison.add("file-changed", name, recorded[name][:_SHORT], found[name][:_SHORT])
        else:
            comparison.add("file-swapped", name, name, f"its content stands in {other}")
    _layout(manifest, files[MANIFEST], comparison)


def _layout(manifest: Mapping[str, Any], content: bytes, comparison: Comparison) -> None:
    for name in sorted(set(manifest) - _FIELDS):
        comparison.add("manifest-entry-added", f"{MANIFEST}: {name}", manifest[name], "no such entry")
    for name in sorted(_FIELDS - set(manifest)):
        comparison.add(
            "manifest-entry-missing", f"{MANIFEST}: {name}", "no such entry", "written by every run"
        )
    versions = manifest.get("versions", {})
    words = [manifest.get("mollisol", ""), *(versions.values() if isinstance(versions, dict) else [versions])]
    if not all(isinstance(word, str) for word in words):
        comparison.add(
            "manifest-entry-form", f"{MANIFEST}: versions", "a version that is no text", "versions by name"
        )
    if content != canonical_json(dict(manifest)):
        comparison.add("layout", MANIFEST, "other bytes", "the same content as mollisol writes it")


def sign_bundle(folder: Path, key_file: Path) -> Path:
    """Sign the manifest of a bundle folder whose files are those of the manifest.

    Returns
    -------
    pathlib.Path
        The file of the signature.

    Raises
    ------
    UserError
        If it is no bundle folder, a file is not that of the manifest, it is signed already, or the key cannot be used.
    """
    bundle = open_bundle(folder)
    to = Comparison(0.0)
    files = bundle.files
    compare_files(bundle.manifest, files, to)
    if to.differences:
        first = to.differences[0]
        raise SigningError(
            f"{folder} is not what its manifest says: {first.code}, {first.item}; nothing was signed"
        )
    file = folder / SIGNATURE
    if SIGNATURE in files or not folder.is_dir():
        raise SigningError(
            f"{file} is there already" if SIGNATURE in files else f"{folder} is a zip; sign the folder"
        )
    signature = sign_manifest(files[MANIFEST], key_file)
    try:
        with file.open("xb") as stream:
            stream.write(signature)
    except OSError as error:
        raise SigningError(f"{file} cannot be written: {error.strerror}") from None
    return file
