"""Text tables: any encoding that is stated, any separator, or columns parted by blanks."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mollisol.importing.readers.raw import LONGEST_CELL, MOST_COLUMNS, Grid, RawFile, refused
from mollisol.importing.values import Cell

_SEPARATORS: Final = {"tab": "\t", "blank": " ", "semicolon": ";", "comma": ","}
_SAMPLE: Final = 200_000
_OLD_ENCODINGS: Final = ("cp1252", "iso8859_15", "cp1250", "cp1251", "mac_roman", "cp437", "cp850", "utf_16")


def read_text(raw: RawFile, options: Mapping[str, Any]) -> Grid:
    """Return the rows of a text table.

    ``encoding`` is UTF-8 where none is stated; ``separator`` a comma, or ``blanks`` for columns parted by any number
    of them.
    """
    encoding = str(options.get("encoding", "utf-8"))
    separator = str(options.get("separator", ","))
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise refused(raw.name, f"no encoding {encoding!r}", do="correct read.encoding") from None
    if encoding.lower().replace("_", "-") == "utf-8":
        encoding = "utf-8-sig"

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        csv.field_size_limit(LONGEST_CELL + 2)
        number = 0
        with raw.path.open("r", encoding=encoding, newline="") as stream:
            try:
                if separator == "blanks":
                    yield from ((number, _parts(line)) for number, line in enumerate(stream, start=1))
                    return
                lines = csv.reader(
                    _checked(stream, raw.name), delimiter=_SEPARATORS.get(separator, separator)
                )
                while True:
                    number = lines.line_num + 1
                    row = next(lines, None)
                    if row is None:
                        return
                    if len(row) > MOST_COLUMNS:
                        raise refused(raw.name, f"{len(row):,} columns in line {number}")
                    yield number, row  # type: ignore[misc]
            except UnicodeDecodeError as error:
                do = f"state read.encoding: the bytes look like {guessed_encoding(raw)}"
                raise refused(raw.name, f"bytes that are not {encoding} at {error.start}", do=do) from None
            except csv.Error as error:
                raise refused(raw.name, f"line {number}: {error}") from None
            except TypeError as error:
                raise refused(raw.name, f"separator {separator!r}: {error}") from None

    return Grid(raw.name, "line ", rows)


def guessed_encoding(raw: RawFile) -> str:
    """Return the encoding that a file seems to have: UTF-8 where its bytes allow it."""
    sample = raw.content[:_SAMPLE]
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    try:
        raw.content.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(sample, cp_isolation=list(_OLD_ENCODINGS)).best()
        return "cp1252" if best is None else best.encoding.replace("_", "-")
    return "utf-8"


def guessed_separator(text: str) -> str:
    """Return the separator that gives most lines the same number of parts."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    best, score = ",", 0.0
    for separator in (";", "\t", "|", ","):
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)] if lines else []
        usual = max(set(counts), key=lambda size: (counts.count(size), size), default=1)
        now = (counts.count(usual) / max(1, len(counts))) * (usual - 1)
        if now > score * 1.5:
            best, score = separator, now
    if score == 0 and sum(len(line.split()) > 2 for line in lines) > 0.8 * len(lines):
        return "blanks"
    return best


def _checked(stream: io.TextIOBase | Any, file: str) -> Iterator[str]:
    """Yield lines; one with a NUL is of no text."""
    for number, line in enumerate(stream, start=1):
        if "\0" in line:
            raise refused(file, f"a NUL byte in line {number}: no text")
        yield line


def _parts(line: str) -> list[Cell]:
    """Return what stands between blanks; a part in quotes may hold some."""
    if "'" not in line and '"' not in line:
        return list(line.split())
    parts: list[Cell] = []
    for number, piece in enumerate(line.replace("'", '"').split('"')):
        parts += [piece] if number % 2 else piece.split()
    return parts
