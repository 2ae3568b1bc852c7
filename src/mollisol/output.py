"""One file written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_beside(path: Path, content: bytes) -> None:
    """Write beside the place and rename; a write that fails leaves nothing behind and raises ``OSError``."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
