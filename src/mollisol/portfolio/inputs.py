"""What a project folder holds, by hash: whether it changed since, also while it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mollisol.methodology.findings import FindingsError, UserError
from mollisol.programmes.rules import rules_of_project
from mollisol.reading.intake import Intake
from mollisol.reading.project import read_head

type _Stamps = dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a project folder, hidden ones apart: size, time and number of each, and its SHA-256."""

    folder: Path
    stamps: _Stamps
    digests: Mapping[str, str]

    def key(self) -> dict[str, str]:
        """Return what decides whether a project is computed again: hashes of inputs and rules, and this version."""
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.digests.items()))
        return {
            "inputs_sha256": hashlib.sha256(listed.encode()).hexdigest(),
            "rule_set_hash": _rules(self.folder),
            "mollisol": version("mollisol"),
        }

    def unchanged(self, read: Mapping[str, bytes]) -> bool:
        """Return whether the folder is as it was, and what was read of it is what was hashed."""
        return _stamps(self.folder) == self.stamps and all(
            (digest := self.digests.get(name)) is None or hashlib.sha256(content).hexdigest() == digest
            for name, content in read.items()
        )


def inputs_of(folder: Path) -> Inputs:
    """Hash the files of a project folder.

    Raises
    ------
    UserError
        If there is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}")
    try:
        stamps = _stamps(folder)
        digests = {}
        for name in stamps:
            with (folder / name).open("rb") as stream:
                digests[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be read: {error.strerror}") from None
    return Inputs(folder, stamps, digests)


def _stamps(folder: Path) -> _Stamps:
    found: _Stamps = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            told = path.stat()
            found[name.as_posix()] = (told.st_size, told.st_mtime_ns, told.st_ino)
    return found


def _rules(folder: Path) -> str:
    """Return the hash of the rule set that a project names; empty where it names none that is here."""
    head = read_head(Intake(folder))
    try:
        return "" if head is None else rules_of_project(head, "", (), None)[1].rule_set.hash
    except FindingsError:
        return ""
