"""A detached Ed25519 signature of the manifest, and through its sums of every file of a bundle."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mollisol.methodology.findings import UserError
from mollisol.output import SIGNATURE

if TYPE_CHECKING:
    from nacl.signing import SigningKey

_PRIVATE: Final = "mollisol-ed25519-private"
_PUBLIC: Final = "mollisol-ed25519-public"
_LARGEST_KEY_BYTES: Final = 1000


class SigningError(UserError):
    """A key or signature that cannot be used; the message says why and what to do."""


class SignatureError(SigningError):
    """A signature that is not that of the key over the manifest."""


def _nacl() -> None:
    try:
        import nacl.signing  # noqa: F401
    except ImportError:
        raise SigningError(
            "signatures need the extra audit: install mollisol[audit], which brings PyNaCl"
        ) from None


def new_key(file: Path) -> Path:
    """Write a new private key, readable by its owner alone, and its public key beside it as ``FILE.pub``.

    Returns
    -------
    pathlib.Path
        The file of the public key.

    Raises
    ------
    SigningError
        If one of the two files is there already or cannot be written, or PyNaCl is missing.
    """
    _nacl()
    from nacl.signing import SigningKey

    public = file.with_name(file.name + ".pub")
    for path in (file, public):
        if path.exists() or path.is_symlink():
            raise SigningError(f"{path} is there already; a key is never overwritten: name another file")
    key = SigningKey.generate()
    _write_new(file, f"{_PRIVATE} {bytes(key).hex()}\n", 0o600)
    _write_new(public, f"{_PUBLIC} {bytes(key.verify_key).hex()}\n", 0o644)
    return public


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise SigningError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
    path.chmod(mode)


def sign_manifest(manifest: bytes, key_file: Path) -> bytes:
    """Return the content of ``manifest.sig``: the signature of the manifest's bytes, and the public key it is by.

    Raises
    ------
    SigningError
        If the file holds no private key, others may read it, or PyNaCl is missing.
    """
    _nacl()
    key = _private(key_file)
    document = {
        "algorithm": "Ed25519",
        "public_key": bytes(key.verify_key).hex(),
        "signature": key.sign(manifest).signature.hex(),
        "signs": "the bytes of manifest.json",
    }
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def check_signature(manifest: bytes, signature: bytes) -> str:
    """Return the public key, in hexadecimal digits, that a signature is by: whose it is, it does not say.

    Raises
    ------
    SignatureError
        If it is not the signature of these bytes by the key that it names.
    SigningError
        If PyNaCl is missing.
    """
    _nacl()
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    try:
        document = json.loads(signature)
        named, value = bytes.fromhex(document["public_key"]), bytes.fromhex(document["signature"])
        key = VerifyKey(named)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SignatureError(f"{SIGNATURE} is no signature file") from None
    try:
        key.verify(manifest, value)
    except (BadSignatureError, ValueError):
        raise SignatureError("not the signature of this manifest") from None
    return named.hex()


def public_key(key_file: Path) -> str:
    """Return the public key that a file holds, in hexadecimal digits.

    Raises
    ------
    SigningError
        If the file holds none.
    """
    return _key(key_file, _PUBLIC).hex()


def _private(file: Path) -> SigningKey:
    from nacl.signing import SigningKey

    seed = _key(file, _PRIVATE)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise SigningError(f"{file} can be read by others; chmod 600 it, or make a new key")
    return SigningKey(seed)


def _key(file: Path, kind: str) -> bytes:
    try:
        with file.open("rb") as stream:
            words = stream.read(_LARGEST_KEY_BYTES).decode("ascii", errors="replace").split()
    except OSError as error:
        raise SigningError(f"{file} cannot be read: {error.strerror}") from None
    if len(words) != 2 or words[0] not in {_PRIVATE, _PUBLIC} or not re.fullmatch(r"[0-9a-f]{64}", words[1]):
        raise SigningError(f"{file} holds no key; mollisol sign --new-key FILE makes one")
    if words[0] != kind:
        raise SigningError(
            f"{file} holds a {words[0].rsplit('-')[-1]} key; give the {kind.rsplit('-')[-1]} one"
        )
    return bytes.fromhex(words[1])
