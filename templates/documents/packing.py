"""Zip packages of office documents with the same bytes each time: sorted names, one fixed time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Final

EARLIEST: Final = datetime(1980, 1, 1)
"""The first time that a zip can hold; stands wherever an office format wants a time."""
_FIRST: Final = "[Content_Types].xml"


def repacked(package: bytes) -> bytes:
    """Return a package again with its parts in order and one time; the content of the parts stays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != _FIRST, name)):
            entry = zipfile.ZipInfo(name, EARLIEST.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            new.writestr(entry, old.read(name), compresslevel=9)
    return buffer.getvalue()
