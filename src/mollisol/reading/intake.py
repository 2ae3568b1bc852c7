"""A folder that somebody handed over: every file is taken once, so that what is hashed is what is computed."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path, PureWindowsPath
from typing import Any

from pydantic import BaseModel

from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.reading.archive import (
    LARGEST_FILE_BYTES,
    LARGEST_INPUTS_BYTES,
    LARGEST_TOML_BYTES,
    opened_plain,
)
from mollisol.reading.tables import decoded, read_table


class Intake:
    """The files of a folder, taken when they are asked for.

    Parameters
    ----------
    folder
        The folder.

    Attributes
    ----------
    contents
        The bytes of each file that was taken, by its name.
    findings
        What is wrong with them, gathered over all files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.contents: dict[str, bytes] = {}
        self.findings: list[Finding] = []

    def take(self, file: str, *, required: bool = True) -> bytes | None:
        """Return the bytes of a file; None, with a finding where one is due, if it cannot be had."""
        if file in self.contents:
            return self.contents[file]
        if not self._inside(file):
            self.add("path-leaves-folder", file, "a path that leaves the folder")
            return None
        path = self._folder / file
        if not os.path.isfile(path):  # a name that is too long is no file; Path raises
            if os.path.lexists(path):
                found = "a folder, a pipe, a device or a link to nothing"
                self.add("not-a-plain-file", file, found)
                return None
            if required:
                self.add("file-missing", file, "no such file")
            return None
        largest = LARGEST_TOML_BYTES if file.endswith(".toml") else LARGEST_FILE_BYTES
        largest = min(largest, LARGEST_INPUTS_BYTES - sum(map(len, self.contents.values())))
        try:
            with opened_plain(path.resolve()) as stream:
                size = os.fstat(stream.fileno()).st_size
                content = stream.read(largest + 1) if size <= largest else b""
        except OSError as error:
            self.add("file-unreadable", file, str(error.strerror))
            return None
        size = max(size, len(content))
        if size > largest:
            self.add(
                "file-too-large",
                file,
                f"{size / 1e6:,.0f} MB",
                largest_file_bytes=LARGEST_FILE_BYTES / 1000000.0,
                largest_toml_bytes=LARGEST_TOML_BYTES / 1000000.0,
                largest_inputs_bytes=LARGEST_INPUTS_BYTES / 1000000.0,
            )
            return None
        if not content:
            self.add("empty-file", file, "an empty file")
            return None
        self.contents[file] = content
        return content

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
            return tomllib.loads(text)
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

    def _inside(self, file: str) -> bool:
        """Return whether a name stays in the folder, and also in a bundle's ``inputs/``, on any system."""
        name = PureWindowsPath(file)
        if name.anchor or ".." in name.parts or ":" in file or "\\" in file or not file.isprintable():
            return False
        return (self._folder / file).resolve().is_relative_to(self._folder.resolve())

    def add(
        self, code: str, file: str, state: str, *, thing: str = "", column: str = "", **texts: Any
    ) -> None:
        """Add a finding on a file."""
        self.findings.append(finding(code, Place(file=file, thing=thing, column=column), state, **texts))
