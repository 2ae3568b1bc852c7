"""What somebody handed over: every file is taken once, so that what is hashed is what is computed."""

from __future__ import annotations

import hashlib
import os
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from reprlib import Repr
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, FindingsError, Place, finding
from mollisol.reading.archive import (
    LARGEST_FILE_BYTES,
    LARGEST_INPUTS_BYTES,
    LARGEST_TOML_BYTES,
    opened_plain,
)
from mollisol.reading.tables import decoded, problem_code, read_table

if TYPE_CHECKING:
    from io import BufferedReader

_WORDS = Repr(maxlevel=3, maxstring=80, maxother=80, maxlong=40)
"""Shows a value of an input in a few words, however deep or long it is."""

type Handed = str | Path | Mapping[str, bytes]
"""What somebody hands over: a folder, or the bytes of its files by name, as they were taken from a bundle."""


class _NameError(Exception):
    """A name that leaves the folder."""


class Intake:
    """The files of what was handed over, taken when they are asked for.

    Parameters
    ----------
    place
        The folder, or the files.

    Attributes
    ----------
    contents
        The bytes of each file that was taken, by its name.
    findings
        What is wrong with them, gathered over all files.
    """

    def __init__(self, place: Handed) -> None:
        self._place = place if isinstance(place, Mapping) else Path(place)
        self.contents: dict[str, bytes] = {}
        self.findings: list[Finding] = []
        self._stamps: dict[str, tuple[int, int]] = {}

    def take(self, file: str, *, required: bool = True) -> bytes | None:
        """Return the bytes of a file; None, with a finding where one is due, if it cannot be had."""
        if file in self.contents:
            return self.contents[file]
        largest = LARGEST_TOML_BYTES if file.endswith(".toml") else LARGEST_FILE_BYTES
        largest = min(largest, LARGEST_INPUTS_BYTES - sum(map(len, self.contents.values())))
        try:
            content, size = self._bytes_of(file, largest)
        except FileNotFoundError:
            if required:
                self.add("file-missing", file, "no such file")
            return None
        except _NameError:
            self.add("path-leaves-folder", file, "a path that leaves the folder")
            return None
        except IsADirectoryError:
            self.add("not-a-plain-file", file, "a folder, a pipe, a device or a link to nothing")
            return None
        except OSError as error:
            self.add("file-unreadable", file, str(error.strerror))
            return None
        if size > largest:
            self.add(
                "file-too-large",
                file,
                f"{size / 1e6:,.0f} MB",
                largest_file_bytes=LARGEST_FILE_BYTES / 1e6,
                largest_toml_bytes=LARGEST_TOML_BYTES / 1e6,
                largest_inputs_bytes=LARGEST_INPUTS_BYTES / 1e6,
            )
            return None
        if not content:
            self.add("empty-file", file, "an empty file")
            return None
        self.contents[file] = content
        return content

    def digest(self, file: str) -> tuple[int, str] | None:
        """Return size and SHA-256 of a file that is not taken, however large; None where it is not there."""
        try:
            path = self._path_of(file)
            with opened_plain(path) as stream:
                return os.fstat(stream.fileno()).st_size, hashlib.file_digest(
                    cast("BufferedReader", stream), "sha256"
                ).hexdigest()
        except _NameError:
            self.add("path-leaves-folder", file, "a path that leaves the folder")
        except OSError:
            pass
        return None

    @property
    def kept(self) -> bool:
        """Whether these are files that a bundle kept, and not a folder of a project."""
        return isinstance(self._place, Mapping)

    def names(self, *endings: str) -> list[str]:
        """Return the files at the top of what was handed over whose names end so."""
        if isinstance(self._place, Mapping):
            names = [name for name in self._place if "/" not in name]
        else:
            names = [path.name for path in self._place.iterdir() if path.is_file()]
        return sorted(name for name in names if name.lower().endswith(endings))

    def _bytes_of(self, file: str, largest: int) -> tuple[bytes, int]:
        """Return the bytes of a file and how many there are; a file that is too large is not read."""
        if isinstance(self._place, Mapping):
            _plain_name(file)
            if file not in self._place:
                raise FileNotFoundError
            return self._place[file], len(self._place[file])
        with opened_plain(self._path_of(file)) as stream:
            status = os.fstat(stream.fileno())
            self._stamps[file] = status.st_size, status.st_mtime_ns
            size = status.st_size
            content = stream.read(largest + 1) if size <= largest else b""
        return content, max(size, len(content))

    def check_unchanged(self) -> None:
        """Add a finding on each file that is no longer as it was taken: together they may be of no one state."""
        for file, stamp in self._stamps.items():
            try:
                status = self._path_of(file).stat()
                if (status.st_size, status.st_mtime_ns) != stamp:
                    self.add("file-changed", file, "a file that changed while the project was read")
            except (OSError, _NameError):
                self.add("file-changed", file, "a file that went away while the project was read")

    def _path_of(self, file: str) -> Path:
        """Return the place of a plain file inside the folder."""
        _plain_name(file)
        if isinstance(self._place, Mapping):
            raise FileNotFoundError
        path = self._place / file
        if not path.resolve().is_relative_to(self._place.resolve()):
            raise _NameError
        if not os.path.isfile(path):  # a name that is too long is no file; Path raises
            raise IsADirectoryError if os.path.lexists(path) else FileNotFoundError
        return path.resolve()

    def text(self, file: str, *, required: bool = True) -> str | None:
        """Return the text of a file in UTF-8."""
        content = self.take(file, required=required)
        if content is None:
            return None
        text, findings = decoded(content, file)
        self.findings += findings
        return text

    def toml(self, file: str, *, required: bool = True) -> dict[str, Any] | None:
        """Return the tables of a TOML file."""
        text = self.text(file, required=required)
        if text is None:
            return None
        try:
            return tomllib.loads(unicodedata.normalize("NFC", text))
        except (ValueError, RecursionError) as error:  # ValueError: bad TOML, or a number of 5000 digits
            self.add("toml-syntax", file, str(error))
            return None

    def table[Row: BaseModel](self, file: str, row_type: type[Row], *, required: bool = True) -> Columns[Row]:
        """Return a CSV table; without its faulty rows, which are told."""
        content = self.take(file, required=required)
        if content is None:
            return Columns.of(row_type, (), file)
        table, findings = read_table(content, file, row_type)
        self.findings += findings
        return table

    def valid[Kind: BaseModel](self, file: str, kind: type[Kind], data: Mapping[str, Any]) -> Kind | None:
        """Return what tables of a TOML file hold as a typed value; None, with every fault told, where they do not."""
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for problem in cast("list[dict[str, Any]]", error.errors(include_url=False)):
                code, texts = problem_code(problem)
                thing = ".".join(map(str, problem["loc"]))[:200]
                found = "no such key" if code == "key-missing" else _WORDS.repr(problem["input"])[:80]
                self.add(code, file, found, thing=thing, **texts)
            return None

    def add(
        self, code: str, file: str, state: str, *, thing: str = "", column: str = "", **texts: Any
    ) -> None:
        """Add a finding on a file."""
        self.findings.append(finding(code, Place(file=file, thing=thing, column=column), state, **texts))


def _plain_name(file: str) -> None:
    """Refuse a name that could not be one in a bundle's ``inputs/`` too, on any system."""
    name = PureWindowsPath(file)
    if name.anchor or ".." in name.parts or ":" in file or "\\" in file or not file.isprintable():
        raise _NameError


def taken(file: Path) -> bytes:
    """Return the bytes of a file by itself.

    Raises
    ------
    FindingsError
        If it cannot be had.
    """
    path = file.resolve()
    intake = Intake(path.parent)
    content = intake.take(path.name)
    if content is None:
        raise FindingsError(intake.findings)
    return content
