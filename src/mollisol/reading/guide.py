"""What each table of a project holds, column by column: unit, what is allowed, whether it is needed, an example."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel

_UNIT_WORDS: Final = frozenset(
    {
        "t", "t2", "kg", "g", "ha", "ha2", "cm", "cm3", "mm", "km", "deg", "gj", "litre", "head", "days", "year",
        "years", "percent", "fraction", "co2e", "dm",
    }
)  # fmt: skip
_EXAMPLES: Final = ("mixed-farm", "measure-and-model", "woburn-ley")
"""Projects that ship, in the order in which a cell is looked for."""


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A column of a table; ``schema`` is the JSON Schema of a cell that is not empty."""

    column: str
    unit: str
    allowed: str
    needed: bool
    example: str
    schema: Mapping[str, Any]


def guide_of(file: str, row_type: type[BaseModel]) -> list[GuideRow]:
    """Return the columns of a table, in the order of its rows."""
    schema = row_type.model_json_schema()
    examples = _examples(file)
    rows = []
    for name, field in row_type.model_fields.items():
        cell = _of_cell(schema["properties"].get(name, {}), schema)
        given = examples.get(name, "")
        rows.append(GuideRow(name, unit_of(name), _allowed(cell), field.is_required(), given, cell))
    return rows


def unit_of(column: str) -> str:
    """Return the unit that the name of a column ends with; empty where it names none."""
    words = column.split("_")
    start = len(words)
    while start > 1 and (words[start - 1] in _UNIT_WORDS or words[start - 1] == "per"):
        start -= 1
    unit = words[start:]
    if unit[:1] == ["per"]:
        unit = ["1", *unit]
    return " ".join(unit).replace(" per ", "/").replace("co2e", "CO2e").replace("gj", "GJ")


def _of_cell(column: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON Schema of a cell that is not empty; a lone word is a list of one."""
    for part in column.get("anyOf", ()):
        if part.get("type") != "null":
            return _of_cell(part, schema)
    if "$ref" in column:
        return _of_cell(schema["$defs"][column["$ref"].rpartition("/")[2]], schema)
    return {"type": "string", "enum": [column["const"]]} if "const" in column else column


def _allowed(column: Mapping[str, Any]) -> str:
    """Return in words what a cell may be."""
    if "enum" in column:
        return ", ".join(map(str, column["enum"]))
    kind = str(column.get("type", ""))
    if kind in ("number", "integer"):
        low, high = column.get("minimum"), column.get("maximum")
        above, below = column.get("exclusiveMinimum"), column.get("exclusiveMaximum")
        limits = [
            f"{low:g} or more" if low is not None else f"above {above:g}" if above is not None else "",
            f"up to {high:g}" if high is not None else f"below {below:g}" if below is not None else "",
        ]
        return ", ".join(["whole number" if kind == "integer" else "number", *filter(None, limits)])
    if column.get("format") == "date":
        return "day, as 2026-11-21"
    return {"string": "text", "boolean": "yes or no"}.get(kind, kind)


def _examples(file: str) -> dict[str, str]:
    """Return the first cell of each column in a project that ships, else one of a list."""
    found: dict[str, str] = {}
    root = files("mollisol")
    for place in (*(root.joinpath("examples", name) for name in _EXAMPLES), root.joinpath("skeleton")):
        table = place.joinpath(file)
        if not table.is_file():
            continue
        for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))):
            for name, cell in row.items():
                if cell:
                    found.setdefault(name, cell)
    more = files(__package__).joinpath("examples.toml").read_text(encoding="utf-8")
    return {**tomllib.loads(more).get(file, {}), **found}
