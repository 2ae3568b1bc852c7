"""The files of a bundle, in a folder or a zip: names and sizes are checked before a byte of them is read."""

from __future__ import annotations

import io
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from mollisol.methodology.findings import Finding, FindingsError, Place, finding

MOST_FILES = 10_000
LARGEST_FILE_BYTES = 500_000_000
LARGEST_TOTAL_BYTES = 2_000_000_000
LARGEST_INPUTS_BYTES = LARGEST_TOTAL_BYTES // 2
"""Of what a project hands over: its bundle holds that and as much again of what was computed."""
MOST_ROWS = 250_000_000
"""Of the table of values of a bundle."""
LARGEST_TOML_BYTES = 5_000_000
DEEPEST_FOLDER = 8
LONGEST_NAME = 240
LARGEST_DIRECTORY_BYTES = 8_000_000
"""Of a zip: room for 10,000 names, and not for millions."""
HIGHEST_RATIO = 200
"""Unpacked to packed: text of a bundle packs to a tenth; deflate can do a thousandth."""

PACKED = ".gz"
"""What the name of a file of a bundle ends with that was written packed; it is read under its own name."""

_SMALL_BYTES = 1_000_000
_END = b"PK\x05\x06"
_END64_LOCATOR = b"PK\x06\x07"


class BundleFaultError(FindingsError):
    """A bundle that is not opened; the message says where, why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__([finding])
        self.finding = finding
        self.args = (
            f"{finding.where}: {finding.found} ({finding.code}); allowed: {finding.allowed}; {finding.do}",
        )


def fault(code: str, file: str, state: str, **given: Any) -> BundleFaultError:
    """Return the error of one fault; what came from the bundle is shown without control characters."""
    return BundleFaultError(finding(code, Place(file=_shown(file)), _shown(state), **given))


def _shown(text: str) -> str:
    """Return text that cannot act on a terminal, or break the encoding of the output."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[:300]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the files are.

    Parameters
    ----------
    place
        The folder or archive, for messages.
    sizes
        Bytes of each file by its name.
    begin
        Gives the first so many bytes of a file.
    """

    place: str
    sizes: Mapping[str, int] = field(repr=False)
    begin: Callable[[str, int], bytes] = field(repr=False)
    taken: dict[str, bytes] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> bytes:
        """Return a file's bytes, taken once; a file that gives more than it declared is refused, not read on."""
        if name not in self.taken:
            self.taken[name] = self._taken(name)
        return self.taken[name]

    def _taken(self, name: str) -> bytes:
        declared = self.sizes[name]
        try:
            content = self.begin(name, declared + 1)
        except (OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            found = getattr(error, "strerror", None) or str(error)
            raise fault("bundle-unreadable", name, found) from None
        if len(content) != declared:
            found = f"{'more' if len(content) > declared else 'fewer'} bytes than declared"
            raise fault("bundle-unreadable", name, found, allowed=f"{declared} bytes")
        return content


def open_source(path: Path) -> Source:
    """Look at a bundle folder or a zip of one.

    Raises
    ------
    BundleFaultError
        If it is neither, or a name, link, kind of file, number or size in it is beyond what is allowed.
    """
    try:
        kind = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        found = getattr(error, "strerror", None) or str(error)
        raise fault("bundle-missing", str(path), found, allowed="a bundle folder, or a zip of one") from None
    if stat.S_ISDIR(kind):
        return _folder(path)
    if stat.S_ISREG(kind) and path.suffix.lower() == ".zip":
        return _archive(str(path), lambda: path.open("rb"))
    raise fault("bundle-missing", str(path), "a file")


def open_packed(content: bytes, place: str) -> Source:
    """Look at a zip of a bundle that was read already.

    Raises
    ------
    BundleFaultError
        As :func:`open_source`.
    """
    return _archive(place, lambda: io.BytesIO(content))


def _folder(folder: Path) -> Source:
    sizes = _checked(_walked(folder))

    def begin(name: str, count: int) -> bytes:
        with opened_plain(folder / name) as stream:
            return stream.read(count)

    return _unpacked(Source(str(folder), sizes, begin))


def _walked(folder: Path) -> Iterable[tuple[str, int]]:
    waiting = [("", folder)]
    while waiting:
        inside, here = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = [(entry.name, entry.stat(follow_symlinks=False)) for entry in found]
        except OSError as error:
            where, found_text = inside or str(folder), error.strerror or str(error)
            told = {"allowed": "a readable folder", "do": "look at it"}
            raise fault("bundle-unreadable", where, found_text, **told) from None
        for entry_name, status in entries:
            name = inside + entry_name
            if stat.S_ISLNK(status.st_mode):
                raise _link(name)
            if stat.S_ISDIR(status.st_mode):
                _check_name(name)
                waiting.append((f"{name}/", here / entry_name))
            elif stat.S_ISREG(status.st_mode):
                yield name, status.st_size
            else:
                raise fault("bundle-not-a-file", name, "a pipe, a socket or a device")


def opened_plain(path: Path) -> IO[bytes]:
    """Open a file that is still a plain one, without waiting for a pipe or following a link."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    stream = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError("no longer a plain file")
    return stream


def _archive(place: str, opened: Callable[[], IO[bytes]]) -> Source:
    _check_directory(place, opened)
    try:
        with opened() as stream, zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise fault("bundle-archive", place, str(error)) from None
    files = [entry for entry in entries if not entry.is_dir()]
    for entry in files:
        _check_entry(entry)
    top = _top_folder([entry.filename for entry in files])
    sizes = _checked((entry.filename.removeprefix(top), entry.file_size) for entry in files)

    def begin(name: str, count: int) -> bytes:
        with opened() as stream, zipfile.ZipFile(stream) as archive, archive.open(top + name) as packed:
            return packed.read(count)

    return _unpacked(Source(place, sizes, begin))


def _unpacked(source: Source) -> Source:
    """Return the same files, those that were written packed under their own names and with their own sizes."""
    held = [name for name in source.sizes if name.endswith(PACKED)]
    own = {name.removesuffix(PACKED): name for name in held}

    def size_of(name: str) -> int:
        size, packed = int.from_bytes(source.read(name)[-4:], "little"), source.sizes[name]
        if size > _SMALL_BYTES and size > HIGHEST_RATIO * packed:
            raise _bomb(name, size, packed)
        return size

    plain = [(name, size) for name, size in source.sizes.items() if name not in held]
    sizes = _checked([*plain, *((name, size_of(packed)) for name, packed in own.items())])

    def begin(name: str, count: int) -> bytes:
        if name not in own:
            return source.begin(name, count)
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        content = unpacking.decompress(source.read(own[name]), count)
        if unpacking.unused_data or (len(content) < count and not unpacking.eof):
            raise OSError("not one whole packed file")
        return content

    return Source(source.place, sizes, begin) if held else source


def _bomb(name: str, size: int, packed: int) -> BundleFaultError:
    found = f"{size / 1e6:,.0f} MB out of {packed / 1e6:,.3f} MB"
    return fault("bundle-archive-bomb", name, found, highest_ratio=HIGHEST_RATIO)


def _check_directory(place: str, opened: Callable[[], IO[bytes]]) -> None:
    """Look how long the list of names in a zip is before reading it."""
    try:
        with opened() as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - 70_000))
            tail = stream.read()
    except OSError as error:
        raise fault("bundle-unreadable", place, str(error.strerror), do="look at it") from None
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise fault("bundle-archive", place, "no end of a zip in it")
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    if length > LARGEST_DIRECTORY_BYTES or tail[max(0, end - 20) : end].startswith(_END64_LOCATOR):
        raise _too_many(f"a list of names of {length / 1e6:,.0f} MB, or a zip of over 4 GB")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _link(name)
    if entry.flag_bits & 0x1:
        raise fault("bundle-archive", name, "an encrypted file", allowed="a zip without a password")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise fault("bundle-archive", name, "an unusual packing", allowed="stored or deflated")
    if entry.file_size > _SMALL_BYTES and entry.file_size > HIGHEST_RATIO * max(1, entry.compress_size):
        raise _bomb(name, entry.file_size, entry.compress_size)


def _top_folder(names: list[str]) -> str:
    """Return the one folder that all files of a zip lie in, as packing a folder makes it."""
    if "manifest.json" in names or not names:
        return ""
    top, slash, _ = names[0].partition("/")
    return top + "/" if slash and all(name.startswith(top + "/") for name in names) else ""


def _checked(files: Iterable[tuple[str, int]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    same: dict[str, str] = {}
    total = 0
    for name, size in files:
        _check_name(name)
        plain = unicodedata.normalize("NFC", name).casefold()
        if plain in same:
            told = {"allowed": "names that differ in more than capitals", "do": "rename one"}
            raise fault("bundle-bad-name", name, f"the name of {same[plain]} again", **told)
        same[plain] = name
        sizes[name] = size
        total += size
        if size > LARGEST_FILE_BYTES:
            raise _too_large(name, size, LARGEST_FILE_BYTES)
        if total > LARGEST_TOTAL_BYTES:
            raise _too_large("all files together", total, LARGEST_TOTAL_BYTES)
        if len(sizes) > MOST_FILES:
            raise _too_many(f"over {MOST_FILES} files")
    return sizes


def _check_name(name: str) -> None:
    """Refuse a name that would leave the folder, or mean another file on another system."""
    parts = name.split("/")
    windows = PureWindowsPath(name)
    wrong = (
        "a path that leaves the bundle" if windows.anchor or ".." in parts
        else "a name with a backslash or a colon" if "\\" in name or ":" in name
        else "an empty part of a path" if any(part in {"", "."} for part in parts)
        else "a name with control characters, or not in UTF-8" if not name.isprintable()
        else f"folders deeper than {DEEPEST_FOLDER}" if len(parts) > DEEPEST_FOLDER
        else "a name that is too long" if len(name) > LONGEST_NAME
        else ""
    )  # fmt: skip
    if wrong:
        raise fault("bundle-bad-name", name, wrong)


def _link(name: str) -> BundleFaultError:
    return fault("bundle-link", name, "a symbolic link")


def _too_large(name: str, size: int, limit: int) -> BundleFaultError:
    found = f"{size / 1e6:,.0f} MB"
    return fault("bundle-too-large", name, found, limit=limit / 1000000.0)


def _too_many(state: str) -> BundleFaultError:
    return fault("bundle-too-many-files", "", state, most_files=MOST_FILES)
