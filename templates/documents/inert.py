"""Words that a spreadsheet program might run: found, and made inert."""

from __future__ import annotations

import re
from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet program might take a text for a formula or a command; a plain number is neither."""
    bare = text.lstrip(" \u00a0\u202f\ufeff")
    return (bare.startswith(_STARTS) or text.startswith(("\t", "\r", "\n"))) and not _NUMBER.fullmatch(bare)


def inert(text: str) -> str:
    """Return a text that stays text in any spreadsheet program: an apostrophe before what looks like a formula."""
    return f"'{text}" if begins_like_formula(text) else text
