"""Parse one cell of a table. What cannot be taken as it stands is refused with a reason code, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from types import NoneType
from typing import Any, get_args

_BELOW_LIMIT = re.compile(r"[<>≤≥]\s*([\d.,]+|LO[DQ]|DL)|b\.?d\.?l\.?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_WITH_UNIT = re.compile(r"[+-]?[\d.,]+\s*(%|[a-zA-Z][\w/ .%-]*)")
_NO_VALUE = re.compile(r"n\.?/?a\.?|n\.?d\.?|null|none|missing|-+|\?+", re.IGNORECASE)
_FORMULA = re.compile(r"[=@+\t\r]|-[^\d.-]")
_YES_NO = {"yes": True, "no": False}


class BadCellError(Exception):
    """A cell that cannot be taken: its reason code, and what else it says than the table of codes."""

    def __init__(self, code: str, **texts: str) -> None:
        self.code, self.texts = code, texts
        super().__init__(code)


def parser_for(hint: Any) -> Callable[[str], Any]:
    """Return the function that turns a cell of a column into its value.

    Parameters
    ----------
    hint
        The type of the column; type aliases, ``Annotated`` and ``| None`` are seen through.

    Returns
    -------
    callable
        From the text of a cell to its value; an empty cell of an optional column gives None. It raises
        :class:`BadCellError`.
    """
    base, optional = _base_type(hint)
    parse = _PARSERS[base]

    def value(cell: str) -> Any:
        text = cell.strip()
        if text:
            return _given(text, parse)
        if optional:
            return None
        raise BadCellError("missing-value")

    return value


_ID = r"[A-Za-z0-9_][\w .:/+-]*+"
_ALL_PLAIN = re.compile(rf"(?:{_ID}\n)*+{_ID}", re.ASCII)


def is_plain(hint: Any, cells: Sequence[str]) -> bool:
    """Return whether cells of a column of text are values as they stand, as ids are: asked of all at once."""
    if _base_type(hint)[0] is not str or not cells:
        return False
    text = "\n".join(cells)
    stripped = " \n" not in text and text[-1:] != " " and text.count("\n") == len(cells) - 1
    return stripped and _ALL_PLAIN.fullmatch(text) is not None


def _given(text: str, parse: Callable[[str], Any]) -> Any:
    if _FORMULA.match(text) and not _is_number(text):
        raise BadCellError("formula-in-cell")
    return parse(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number(text: str) -> float:
    if not _is_number(text):
        raise _not_a_number(text)
    value = float(text)
    if not math.isfinite(value):
        raise BadCellError("not-a-finite-number")
    return value


def _not_a_number(text: str) -> BadCellError:
    if _BELOW_LIMIT.fullmatch(text):
        return BadCellError("below-detection-limit")
    if _DECIMAL_COMMA.fullmatch(text):
        return BadCellError("decimal-comma")
    if _WITH_UNIT.fullmatch(text):
        return BadCellError("unit-in-cell")
    if _NO_VALUE.fullmatch(text):
        return BadCellError(
            "missing-value", do="fill it in, or leave an optional cell empty; nothing is imputed"
        )
    return BadCellError("not-a-number")


def _whole(text: str) -> int:
    value = _number(text)
    if value != int(value):
        raise BadCellError("not-a-whole-number")
    return int(value)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError("not-a-date") from None


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise BadCellError("not-yes-or-no")
    return _YES_NO[text.lower()]


def _text(text: str) -> str:
    if "<" in text or ">" in text:
        raise BadCellError("markup-in-text")
    return unicodedata.normalize("NFC", text)  # composed in one table and decomposed in another is one name


_PARSERS: dict[type, Callable[[str], Any]] = {
    float: _number,
    int: _whole,
    date: _date,
    bool: _yes_no,
    str: _text,
}


def _base_type(hint: Any) -> tuple[type, bool]:
    """Strip type aliases, ``Annotated`` and ``| None`` from a hint; literals count as text."""
    hint = getattr(hint, "__value__", hint)
    args = get_args(hint)
    if NoneType in args:
        inner = next(arg for arg in args if arg is not NoneType)
        return _base_type(inner)[0], True
    if hasattr(hint, "__metadata__"):
        return _base_type(hint.__origin__)
    return (hint, False) if hint in _PARSERS else (str, False)
