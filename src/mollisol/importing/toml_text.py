"""A mapping as TOML that a person reads and answers: one line a field, the choices behind an open mark."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from mollisol.importing.mapping import MARK

_HEAD: Final = (
    "# Written by mollisol import sniff. A text that begins with ? is a guess, or a question: take the ? away\n"
    "# where the guess is right, and write the answer where it is not. docs/importing.md has every key.\n"
)
_CHOICES: Final[Mapping[str, str]] = {
    "carbon.is": "organic | total | matter", "amount.is": "product | nutrient", "n2o.is": "N | N2O",
    "ch4.is": "C | CH4", "basis": "whole soil | fine soil alone | fine soil per total volume",
    "by": "mass | volume", "factor": "such as 0.58", "order": "day first | month first", "zone": "such as UTC-6",
    "begins": "such as 10-01", "shift": "0, or -1 where harvest years count", "role": "results | repeats",
    "zero": "mineral surface | top of the litter", "ids": "loose | exact", "stratum": "by outline",
    "area": "geometry on the ellipsoid | declared", "absent": "no", "rate_area": "geometry",
    "distance": "edge of the site to the nearest field edge | centre to centre",
    "short_month": "sum of the days there are | scale to the whole month | leave out the month",
    "gaps": "mean of the other days | zero | leave out the month", "evaporation": "Hargreaves | none",
    "component": "the largest | all by share", "sites": "each point of the stratum | the stratum",
}  # fmt: skip


def toml_of(data: Mapping[str, Any]) -> str:
    """Return a mapping as TOML."""
    lines = [_HEAD]
    lines += [f"{key} = {_value(value)}" for key, value in data.items() if not isinstance(value, Mapping)]
    for name in ("read", "fields", "decide", "products"):
        table = data.get(name)
        if not table:
            continue
        lines += ["", f"[{name}]"]
        for key, value in table.items():
            lines.append(f"{_key(key)} = {_value(value)}{_comment(key, value)}")
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def _comment(name: str, value: Any) -> str:
    """Return the choices of what is open in a line."""
    items = value if isinstance(value, list) else [value]
    open_keys = [
        key for item in items if isinstance(item, Mapping) for key, inner in item.items() if _is_open(inner)
    ]
    open_keys = [f"{name}.is" if key == "is" else key for key in open_keys]
    names = [key for key in dict.fromkeys(open_keys) if key in _CHOICES] or (
        [name] if name in _CHOICES and _is_open(value) else []
    )
    if not names:
        return ""
    told = [f"{key}: {_CHOICES[key]}" if len(names) > 1 or key != name else _CHOICES[key] for key in names]
    return "  # " + "; ".join(told)


def _is_open(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(MARK)
