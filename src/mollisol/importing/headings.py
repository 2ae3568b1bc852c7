"""What the heading of a column says of its numbers, held against what the mapping says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mollisol.importing.context import Context, Decided
from mollisol.importing.layout import guessed_unit
from mollisol.importing.mapping import FileMapping
from mollisol.importing.readers.raw import Sheet
from mollisol.importing.units import CONTENT, DENSITY, SHARE, UnknownUnitError, factor
from mollisol.methodology.findings import Place, finding
from mollisol.reading.imports import NOT_AS_HEADING

_UNITS: Final = {
    "carbon": ("content", CONTENT), "inorganic": ("content", CONTENT), "density": ("density", DENSITY),
    "stones": ("share", SHARE),
}  # fmt: skip
_SAYS: Final[Mapping[str, tuple[str, Sequence[tuple[str, str]]]]] = {
    "carbon": ("is", (
        ("matter", r"humus|matter|mati[eè]re|materia|\b(om|som|mo)\b"),
        ("organic", r"org|\b(toc|soc|oc|cot)\b"),
        ("total", r"total|gesamt|\b(tc|ct)\b"),
    )),
    "stones": ("by", (("volume", r"\bvol"), ("mass", r"mass|gew|weight|\bwt\b"))),
}  # fmt: skip
"""By field: a key of the mapping, and what headings say of it, the first that fits."""


def hold_headings(mapping: FileMapping, sheet: Sheet, context: Context) -> None:
    """Add a finding for each column whose heading says another unit or kind than the mapping, which counts."""
    for name, alternatives in mapping.fields.items():
        for item in alternatives:
            place = sheet.index(str(item.get("column", "")))
            if place is None:
                continue
            heading = sheet.columns[place]
            for said, stated in _differing(name, item, heading):
                where = Place(file=f"raw/{sheet.file}", column=heading, thing=sheet.header)
                texts = f"the heading says {said}", f"the mapping {stated}"
                context.findings.append(finding("import-heading-differs", where, ", ".join(texts)))
                context.log.append(
                    Decided(
                        mapping.name, sheet.file, sheet.header, heading, texts[0], NOT_AS_HEADING, texts[1]
                    )
                )


def _differing(name: str, item: Mapping[str, Any], heading: str) -> Iterator[tuple[str, str]]:
    """Yield what a heading says, and what the mapping says instead."""
    if name in _UNITS and isinstance(item.get("unit"), str):
        dimension, units = _UNITS[name]
        guess = guessed_unit(heading, dimension)
        try:
            if guess and factor(guess, units) != factor(item["unit"], units):
                yield guess, item["unit"]
        except UnknownUnitError:
            pass  # the unit is asked for
    key, words = _SAYS.get(name, ("", ()))
    said = next((what for what, one in words if re.search(one, heading, re.IGNORECASE)), "")
    if said and key in item and item[key] != said:
        yield said, str(item[key])
