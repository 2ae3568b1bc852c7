"""Who signed a bundle: a key that the auditor gave names a signer, any other key only says that somebody signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mollisol.bundle.signing import SIGNATURE, SignatureError, SigningError, check_signature, public_key
from mollisol.output import MANIFEST
from mollisol.verify.compare import Comparison
from mollisol.verify.results import Signed

_SHOWN = 16
"""Digits of a key that are shown."""


def signed(files: Mapping[str, bytes], keys: Sequence[Path], comparison: Comparison) -> Signed:
    """Return the standing of the signature of a bundle.

    Parameters
    ----------
    files
        The files of the bundle.
    keys
        Files of public keys, each of a signer that the auditor knows; one of them must have signed, if there are any.

    Raises
    ------
    SigningError
        If a key cannot be used, or keys were given and PyNaCl is missing.
    """
    known = {public_key(file): file for file in keys if SIGNATURE in files}
    if SIGNATURE not in files:
        if not keys:
            return Signed(state="not signed")
        comparison.add("signature-missing", SIGNATURE, "no such file", f"a signature of {MANIFEST}")
        return Signed(state="missing")
    try:
        key = check_signature(files[MANIFEST], files[SIGNATURE])
    except SignatureError as error:
        comparison.add("signature-bad", SIGNATURE, str(error), "the signature of this manifest")
        return Signed(state="bad")
    except SigningError:
        if keys:
            raise
        return Signed(state="not checked")
    if key in known:
        return Signed(state="good", key=key, signer=known[key].name)
    if keys:
        mine = ", ".join(f"{file.name} ({own[:_SHOWN]}…)" for own, file in known.items())
        comparison.add("signature-other", SIGNATURE, f"signed with another key, {key[:_SHOWN]}…", mine)
    return Signed(state="somebody", key=key)
