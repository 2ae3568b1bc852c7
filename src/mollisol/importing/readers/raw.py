"""A raw file: taken once, within limits, and refused in words where it is not what it should be."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from mollisol.importing.values import Cell
from mollisol.methodology.findings import FindingsError, Place, finding
from mollisol.reading.archive import HIGHEST_RATIO, LARGEST_FILE_BYTES, LARGEST_TOTAL_BYTES, opened_plain

MOST_COLUMNS: Final = 16_384
"""What a spreadsheet can hold."""
LONGEST_CELL: Final = 32_767
"""Characters, the same."""
MOST_CELLS: Final = 50_000_000
"""From the first cell of a sheet to its last row and column: a library makes room for all of them."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK: Final = 1 << 20


@dataclass(slots=True)
class RawFile:
    """A file of ``raw/``.

    Parameters
    ----------
    name
        In ``raw/``.
    path
        Where it lies.
    """

    name: str
    path: Path
    _sha256: str = ""
    _content: bytes = field(default=b"", repr=False)
    book: Any = field(default=None, repr=False)
    """What a library made of it, so that many sheets open it once."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        if not self._sha256:
            digest = sha256()
            with self._opened() as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
            self._sha256 = digest.hexdigest()
        return self._sha256

    @property
    def content(self) -> bytes:
        """Its bytes."""
        if not self._content:
            with self._opened() as stream:
                self._content = stream.read(LARGEST_FILE_BYTES + 1)
            if not self._content:
                raise refused(self.name, "an empty file")
        return self._content

    def begin(self, count: int) -> bytes:
        """Return its first bytes."""
        with self._opened() as stream:
            return stream.read(count)

    def beside(self, ending: str) -> RawFile | None:
        """Return the file of the same name with another ending, such as the ``.dbf`` of a shapefile."""
        for path in sorted(self.path.parent.glob("*")):
            if path.stem == self.path.stem and path.suffix.lower() == ending:
                return RawFile(path.name, path)
        return None

    def _opened(self) -> IO[bytes]:
        try:
            stream = opened_plain(self.path)
        except OSError as error:
            raise refused(self.name, error.strerror or str(error)) from None
        if os.fstat(stream.fileno()).st_size > LARGEST_FILE_BYTES:
            stream.close()
            raise refused(self.name, f"over {LARGEST_FILE_BYTES / 1e6:,.0f} MB")
        return stream


@dataclass(slots=True)
class Grid:
    """Rows of cells as a file has them, with the label of a row's place.

    Parameters
    ----------
    file
        The raw file.
    prefix
        What stands before the number of a row: ``line `` or ``Results!``.
    rows
        Gives the rows from the first one, with their numbers.
    merged
        Ranges of merged cells, rows and columns from 0; None where the format does not tell.
    sheets
        Of a workbook: names of its sheets, the hidden ones marked.
    """

    file: str
    prefix: str
    rows: Callable[[], Iterator[tuple[int, list[Cell]]]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] | None = None
    sheets: tuple[str, ...] = ()
    typed: bool = False


@dataclass(slots=True)
class Sheet:
    """Records of a raw file: named columns, and rows with their place.

    Parameters
    ----------
    columns
        Names, each once.
    header
        Place of the names, such as ``Results!6``.
    rows
        Gives place and cells of each record.
    """

    file: str
    columns: list[str]
    header: str
    rows: Callable[[], Iterator[tuple[str, list[Any]]]]
    options: Mapping[str, Any] = field(default_factory=dict)
    system: str = ""

    def index(self, column: str) -> int | None:
        """Return where a column stands: by its name, or by one beginning or pattern that only it fits."""
        import fnmatch

        wanted = " ".join(column.split())
        if wanted in self.columns:
            return self.columns.index(wanted)
        fits = [
            n
            for n, name in enumerate(self.columns)
            if fnmatch.fnmatchcase(name.casefold(), wanted.casefold())
        ]
        return fits[0] if len(fits) == 1 else None


def refused(file: str, state: str, *, thing: str = "", do: str | None = None) -> FindingsError:
    """Return the error of a raw file that is not read."""
    return FindingsError([finding("import-file", Place(file=f"raw/{file}", thing=thing), state[:300], do=do)])


def check_archive(raw: RawFile) -> None:
    """Look at a zip (a workbook, KMZ) before it is opened.

    Raises
    ------
    FindingsError
        If it is encrypted, unpacks to far more than it is, or is none.
    """
    begin = raw.begin(8)
    if begin == _OLE:
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in raw.content:
            raise refused(raw.name, "a workbook with a password", do="save it without one")
        return
    try:
        with zipfile.ZipFile(raw.path) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise refused(raw.name, f"no workbook: {error}") from None
    total = sum(entry.file_size for entry in entries)
    for entry in entries:
        if entry.flag_bits & 1:
            raise refused(raw.name, "an encrypted archive", do="save it without a password")
        if entry.file_size > 1_000_000 and entry.file_size > HIGHEST_RATIO * max(1, entry.compress_size):
            times = entry.file_size / max(1, entry.compress_size)
            found = f"{entry.filename[:60]} unpacks to {times:,.0f} times its size"
            raise refused(raw.name, found, do="look at the file: no laboratory sends this")
    if total > LARGEST_TOTAL_BYTES or len(entries) > 10_000:
        raise refused(raw.name, f"unpacks to {total / 1e6:,.0f} MB in {len(entries):,} parts")


def check_sheets(raw: RawFile) -> None:
    """Look at the sheets of an XLSX or ODS workbook: how far they reach, and for formulas without a stored value.

    Such formulas would read as empty cells. A cell in the last row and column makes a library ask for more memory than
    there is, which ends the program.

    Raises
    ------
    FindingsError
        If there are such; the first formulas are named. For a binary workbook.
    """
    with zipfile.ZipFile(raw.path) as archive:
        for name in archive.namelist():
            end_of_cell, pattern = _OF_ODS if name == "content.xml" else _OF_XLSX
            if re.fullmatch(r"xl/worksheets/.*\.bin", name):
                raise refused(raw.name, "a binary workbook (XLSB)", do="save it as XLSX")
            if name != "content.xml" and not re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
                continue
            bare: list[str] = []
            rest, reach = b"", (1, 1)
            try:
                with archive.open(name) as stream:
                    while block := stream.read(_BLOCK):
                        rest += block
                        reach = _reach(rest, reach) if pattern is _OF_XLSX[1] else reach
                        end = rest.rfind(end_of_cell)
                        if end < 0:
                            rest = rest[-LONGEST_CELL * 8 :]
                            continue
                        end += len(end_of_cell)
                        part, rest = rest[:end], rest[end:]
                        if b"<f" in part or b"table:formula" in part:
                            bare += [found.decode("utf-8", "replace") for found in pattern.findall(part)]
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise refused(raw.name, f"no workbook: {error}") from None
            if reach[0] * reach[1] > MOST_CELLS or reach[1] > MOST_COLUMNS:
                found = f"cells as far as row {reach[0]:,} and column {reach[1]:,}"
                raise refused(
                    raw.name, found, thing=name.rpartition("/")[2], do="take out what stands far off"
                )
            if bare:
                found = f"{len(bare)} formulas without a stored value: {', '.join(bare[:8])}"
                do = "open the workbook in a spreadsheet program and save it, or paste the values"
                raise refused(raw.name, found, thing=name.rpartition("/")[2], do=do)


def _reach(text: bytes, known: tuple[int, int]) -> tuple[int, int]:
    """Return the last row and column that cells of a part of a sheet name, with those known before."""
    row, column = known
    for letters, far, beyond, alone in _PLACE.findall(text):
        row = max(row, int(far or beyond or alone or b"1"))
        if letters:
            number = 0
            for letter in letters:
                number = number * 26 + letter - 64
            column = max(column, number)
    return row, max(column, 26)


_PLACE: Final = re.compile(rb"""\sr\s*=\s*["'](?:([A-Z]{2,})([0-9]+)|[A-Z]([0-9]{7,})|([0-9]+))["']""")
"""A cell beyond column Z, one far down, or a row; other cells of a row are not looked at."""
_OF_XLSX: Final = (
    b"</c>",
    re.compile(rb'<c [^>]*?r="([A-Z]+\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'),
)
_OF_ODS: Final = (
    b">",
    re.compile(rb'<table:table-cell (?![^>]*office:value-type)[^>]*table:formula="([^"]{1,60})[^>]*>'),
)
"""Where a cell ends, and a formula without a value, with its place or its text."""
