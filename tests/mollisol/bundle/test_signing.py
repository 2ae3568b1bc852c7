"""Signatures: whose they are, what they are over, and keys that stay where they are."""

from __future__ import annotations

import builtins
import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from mollisol.bundle.signing import new_key, public_key, sign_manifest
from mollisol.methodology.findings import UserError
from mollisol.verify.manifest import sign_bundle
from mollisol.verify.results import Verification
from mollisol.verify.text import lines_of
from tests.mollisol.cli.conftest import Mollisol, mollisol
from tests.support.bundles import Taken

type Verify = Callable[..., Verification]
__all__ = ["mollisol"]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_key(tmp_path / "key")
    return tmp_path / "key"


def public(key: Path) -> Path:
    return key.with_name(key.name + ".pub")


def test_a_key_is_its_owners_alone_and_is_never_overwritten(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    with pytest.raises(UserError, match="never overwritten"):
        new_key(key)
    key.unlink()
    with pytest.raises(UserError, match=r"key\.pub is there already"):
        new_key(key)
    assert not key.exists()
    assert before


def test_the_signature_is_that_of_rfc_8032(tmp_path: Path) -> None:
    """RFC 8032 section 7.1, test 1: the empty message."""
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    file = tmp_path / "key"
    file.write_text(f"mollisol-ed25519-private {seed}\n")
    file.chmod(0o600)
    text = sign_manifest(b"", file).decode()
    assert "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" in text
    assert (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
        "595bbe24655141438e7a100b"
    ) in text


def test_a_signed_bundle(taken: Taken, key: Path, verified: Verify) -> None:
    manifest = hashlib.sha256(taken.read("manifest.json")).hexdigest()
    assert sign_bundle(taken.folder, key) == taken.path("manifest.sig")
    outcome = verified(taken, public_keys=[public(key)])
    assert outcome.same, outcome.differences
    assert (outcome.signature.state, outcome.signature.signer) == ("good", "key.pub")
    assert hashlib.sha256(taken.read("manifest.json")).hexdigest() == manifest
    assert verified(taken).same, "a signature that nobody asked for is no difference"
    with pytest.raises(UserError, match="there already"):
        sign_bundle(taken.folder, key)


def other_key(taken: Taken, tmp_path: Path) -> None:
    taken.path("manifest.sig").unlink()
    new_key(tmp_path / "other")
    sign_bundle(taken.folder, tmp_path / "other")


def names_the_right_key(taken: Taken, tmp_path: Path) -> None:
    """Sign with another key, and write the right public key into the signature."""
    right = taken.read("manifest.sig").split(b'"public_key": "')[1][:64]
    other_key(taken, tmp_path)
    wrong = taken.read("manifest.sig").split(b'"public_key": "')[1][:64]
    taken.write("manifest.sig", taken.read("manifest.sig").replace(wrong, right))


def one_bit(taken: Taken, _: Path) -> None:
    text = taken.read("manifest.sig").decode()
    place = text.index('"signature": "') + 20
    taken.write(
        "manifest.sig", (text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]).encode()
    )


def manifest_after(taken: Taken, _: Path) -> None:
    """Change a core and make the sums again: consistent to the manifest, but not what was signed."""
    taken.replace("inputs/core_increments.csv", ",0,30,", ",0,30,1")
    taken.hash_again()


TAMPERED = [
    (one_bit, "bad", "not the signature of this manifest"),
    (other_key, "somebody", "signed with another key"),
    (names_the_right_key, "bad", "not the signature of this manifest"),
    (manifest_after, "bad", "not the signature of this manifest"),
    (lambda taken, _: taken.write("manifest.sig", b"signed"), "bad", "no signature file"),
    (lambda taken, _: taken.write("manifest.sig", b"[" * 100_000), "bad", "no signature file"),
    (lambda taken, _: taken.path("manifest.sig").unlink(), "missing", "no such file"),
]


@pytest.mark.parametrize(("change", "state", "said"), TAMPERED)
def test_a_signature_that_does_not_hold(
    change: Callable[[Taken, Path], Any], state: str, said: str, taken: Taken, key: Path, tmp_path: Path,
    verified: Verify,
) -> None:  # fmt: skip
    sign_bundle(taken.folder, key)
    change(taken, tmp_path)
    outcome = verified(taken, public_keys=[public(key)])
    assert outcome.signature.state == state
    assert any(d.code.startswith("signature-") and said in d.recorded for d in outcome.differences)


def test_a_bundle_that_is_not_its_manifest_is_not_signed(taken: Taken, key: Path) -> None:
    taken.replace("report.html", "<body", "<body ")
    with pytest.raises(UserError, match=r"file-changed, report\.html; nothing was signed"):
        sign_bundle(taken.folder, key)
    assert not taken.path("manifest.sig").exists()


def test_a_key_that_nobody_named_says_that_somebody_signed(
    taken: Taken, key: Path, tmp_path: Path, verified: Verify
) -> None:
    new_key(tmp_path / "registry")
    sign_bundle(taken.folder, key)
    own, other = public(key), public(tmp_path / "registry")
    assert verified(taken).signature.state == "somebody"
    named = verified(taken, public_keys=[other, own])
    assert (named.same, named.signature.state, named.signature.signer) == (True, "good", "key.pub")
    not_mine = verified(taken, public_keys=[other])
    assert not_mine.signature.state == "somebody"
    assert [item.code for item in not_mine.differences] == ["signature-other"]
    assert f"signed by somebody ({not_mine.signature.key[:16]}…)" in "\n".join(lines_of(not_mine))
    one_bit(taken, tmp_path)
    assert verified(taken).signature.state == "bad", "also where nobody asked for a signer"


def test_keys_that_cannot_be_used(taken: Taken, key: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds a public key; give the private one"):
        sign_bundle(taken.folder, public(key))
    sign_bundle(taken.folder, key)
    with pytest.raises(UserError, match="holds a private key; give the public one"):
        public_key(key)
    with pytest.raises(UserError, match="cannot be read"):
        public_key(tmp_path / "none")
    key.chmod(0o644)
    with pytest.raises(UserError, match="can be read by others"):
        sign_manifest(b"", key)
    key.write_text("a key\n")
    with pytest.raises(UserError, match="holds no key"):
        sign_manifest(b"", key)


def test_without_pynacl_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("nacl"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"mollisol\[audit\]"):
        new_key(tmp_path / "key")


def test_the_commands(taken: Taken, tmp_path: Path, mollisol: Mollisol) -> None:
    key = tmp_path / "own"
    assert mollisol("sign", "--new-key", key).code == 0
    assert mollisol("sign", taken.folder).code == 2
    assert mollisol("verify", taken.folder, "--key", public(key)).code == 1, "unsigned"
    assert mollisol("sign", taken.folder, "--key", key).code == 0
    signed = mollisol("verify", taken.folder, "--key", public(key))
    assert signed.code == 0
    assert "signature: good: signed by own.pub" in signed.out
    assert SigningKey(bytes.fromhex(key.read_text().split()[1])).verify_key
