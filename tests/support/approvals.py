"""Deviations of a copied project, approved as a registry would: by somebody else, with a document and its hash."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

LETTER = b"The registry accepts these deviations. Made up for a test."


def approve(folder: Path) -> Path:
    """Write an approval into each deviation of a project folder."""
    head = folder / "project.toml"
    (folder / "letter.txt").write_bytes(LETTER)
    lines = "\n".join(
        (
            "[[project.deviations]]",
            'approved_by = "a registry"',
            'reference = "letter 1"',
            'evidence_file = "letter.txt"',
            f'evidence_sha256 = "{sha256(LETTER).hexdigest()}"',
        )
    )
    text = head.read_text(encoding="utf-8")
    head.write_text(
        re.sub(r"^\[\[project\.deviations\]\]", lines, text, flags=re.MULTILINE), encoding="utf-8"
    )
    return folder
