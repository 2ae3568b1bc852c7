"""One file written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mollisol.methodology.findings import UserError
from mollisol.templates.documents.inert import inert

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PEOPLE = "people.csv"
"""Names of people by their ids: beside a bundle, and no part of it."""
UNSIGNED = frozenset({MANIFEST, SIGNATURE, PEOPLE})
"""What the manifest does not list."""

_LIBRARIES = ("duckdb", "jinja2", "numpy", "pydantic", "scipy")


class BundleError(UserError):
    """A file or the output folder cannot be written; the message says why and what to do."""


def write_beside(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write beside the place and rename; a write that fails leaves nothing behind. ``mode`` is who may read it.

    Raises
    ------
    BundleError
        If the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        beside.touch(mode=0o666 if mode is None else mode)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise BundleError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every other writer of a file waiting until this one is done.

    Raises
    ------
    BundleError
        If the lock cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        stream = lock.open("ab")
    except OSError as error:
        raise BundleError(f"{lock} cannot be written: {error.strerror or error}") from None
    with stream:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def canonical_json(data: Any) -> bytes:
    """Return JSON with sorted keys and a final newline, the same bytes each time; refuses NaN and infinities.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    return (json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def csv_table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV, with every column that one of them has; no text in it is a formula to a spreadsheet."""
    out = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer: csv.DictWriter[str] = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: inert(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    )
    return out.getvalue().encode()


def toml_text(data: Mapping[str, Any]) -> str:
    """Return keys as TOML: those of ``[project]`` a line each, every other table in its line."""
    top = [f"{_key(name)} = {_value(value)}" for name, value in data.items() if name != "project"]
    own = [f"{_key(name)} = {_value(value)}" for name, value in data.get("project", {}).items()]
    return "\n".join([*top, *(["", "[project]", *own] if own else ())]) + "\n"


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def made_with() -> dict[str, Any]:
    """Return the versions that stand behind a bundle made here."""
    return {
        "mollisol": version("mollisol"),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
    }


def check_output(out: Path) -> None:
    """Look whether a folder may be written, before anything is computed.

    Raises
    ------
    BundleError
        If ``out`` is a file, or holds something else than a bundle.
    """
    if out.exists() and not out.is_dir():
        raise BundleError(f"{out} is a file; name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise BundleError(f"{out} is not empty and holds no bundle; name another folder, or empty it")


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder beside ``out`` and rename it into place.

    An ``out`` that holds a bundle is replaced; anything else that is not empty is left alone.

    Raises
    ------
    BundleError
        If ``out`` is a file, holds something else than a bundle, or cannot be written.
    """
    check_output(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    except OSError as error:
        raise BundleError(f"{out.parent} cannot be written: {error.strerror}") from None
    try:
        for name, content in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        beside.chmod(0o777 & ~_umask())
        if out.is_dir():
            old = beside.with_name(beside.name + "-old")
            out.rename(old)
            try:
                beside.rename(out)
            except BaseException:
                old.rename(out)
                raise
            shutil.rmtree(old)
        else:
            beside.rename(out)
    except OSError as error:
        raise BundleError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
