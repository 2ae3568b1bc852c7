"""Who signed a bundle: a key that the auditor gave names a signer, any other key only says that somebody signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mollisol.bundle.signing import SignatureError, SigningError, check_signature, public_key
from mollisol.output import MANIFEST, SIGNATURE
from mollisol.verify.compare import Comparison
from mollisol.verify.results import Signed

_SHOWN = 16
"""Digits of a key that are shown."""


def signers(keys: Sequence[Path]) -> dict[str, str]:
    """Return the names of signers by their public keys; the name of a file of a key is that of its signer.

    Raises
    ------
    SigningError
        If a file holds no public key.
    """
    return {public_key(file): file.name for file in keys}


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
    known = signers(keys)
    if key in known:
        return Signed(state="good", key=key, signer=known[key])
    if keys:
        mine = ", ".join(f"{name} ({own[:_SHOWN]}…)" for own, name in known.items())
        comparison.add("signature-other", SIGNATURE, f"signed with another key, {key[:_SHOWN]}…", mine)
    return Signed(state="somebody", key=key)
