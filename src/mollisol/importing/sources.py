"""One alternative of a field on the columns of a sheet, and what its words say."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from mollisol.importing.readers.raw import Sheet, refused
from mollisol.importing.values import number_of, text_of

_PLACE: Final = re.compile(r"(line|row|wpt|feature) \d+$|.+!\d+$|.*\[\d+\]|Event \d|samples\.")
"""A key of ``words`` that names a row."""
_SPECIAL: Final = ("empty", "number", "comma", "mark")


class Source:
    """One alternative of a field, bound to the columns of a sheet."""

    def __init__(
        self, spec: Mapping[str, Any], sheet: Sheet, crosswalks: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.spec = spec
        value = spec.get("value")
        self.constant = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        names = spec.get("columns") or ([spec["column"]] if "column" in spec else [])
        self.label = " + ".join(map(str, names)) or f"= {self.constant}"
        self._file = sheet.file
        self._places = [sheet.index(str(name)) for name in names]
        self._is_file = [str(name) == "file" for name in names]
        found = [place is not None or named for place, named in zip(self._places, self._is_file, strict=True)]
        self.there = self.constant is not None or (bool(names) and all(found))
        given = {str(key): value for key, value in (spec.get("words") or {}).items()}
        self.words = {**crosswalks.get(str(spec.get("crosswalk", "")), {}), **given}
        self._globs = [
            (key.casefold(), value) for key, value in self.words.items() if "*" in key and len(key) > 1
        ]
        self._folded = {" ".join(key.split()).casefold(): value for key, value in self.words.items()}
        numbers = ((number_of(key), value) for key, value in self.words.items())
        self._numbers = {number: value for number, value in numbers if number is not None}
        self.has_places = any(_PLACE.match(key) for key in self.words)
        self.pattern = None
        if "read" in spec:
            try:
                self.pattern = re.compile(str(spec["read"]))
                groups = re.findall(r"\{(\w+)[^{}]*\}", str(spec.get("write", "")))
                missing = [
                    one
                    for one in groups
                    if not (
                        int(one) <= self.pattern.groups if one.isdecimal() else one in self.pattern.groupindex
                    )
                ]
            except re.error as error:
                raise refused(sheet.file, f"{self.label}: read: {error}") from None
            if missing:
                raise refused(
                    sheet.file, f"{self.label}: write names groups that read has not: {', '.join(missing)}"
                )
        self.decimal = str(sheet.options.get("decimal", "."))
        self.thousands = str(sheet.options.get("thousands", ""))
        unit = spec.get("unit")
        by_row = unit if isinstance(unit, Mapping) else {}
        self.unit_index = sheet.index(str(by_row.get("column", "")))
        self._unit_words = {str(key): str(value) for key, value in (by_row.get("words") or {}).items()}

    def unit(self, cells: Sequence[Any]) -> Any:
        """Return the unit of a row: stated, or that of its column."""
        if self.unit_index is None:
            unit = self.spec.get("unit")
            return unit if isinstance(unit, str) else None
        text = text_of(cells[self.unit_index])
        return self._unit_words.get(text, text)

    def cell(self, cells: Sequence[Any]) -> Any:
        """Return the cell of a row; several columns are joined by `` | ``."""
        if len(self._places) == 1 and self._places[0] is not None:
            return cells[self._places[0]]
        parts = [
            self._file if named else text_of(cells[place]) if place is not None else ""
            for place, named in zip(self._places, self._is_file, strict=True)
        ]
        return " | ".join(part for part in parts if part)

    def meaning(self, text: str) -> Any:
        """Return what a text means by the words: the text itself, whatever its case, or a pattern with ``*``."""
        if not self.words:
            return None
        folded = " ".join(text.split()).casefold()
        if folded in self._folded and folded not in _SPECIAL:
            return self._folded[folded]
        if self._numbers and (number := number_of(folded, self.decimal)) in self._numbers:
            return self._numbers[number]
        return next((value for key, value in self._globs if fnmatch.fnmatchcase(folded, key)), None)


def written(template: str, match: re.Match[str]) -> str:
    """Return the text of a template: ``{1}-{2:02}`` and ``{name}`` stand for the groups of a pattern."""
    if not template:
        return (match[1] if match.re.groups else match[0]) or ""

    def part(place: re.Match[str]) -> str:
        name, _, form = place[1].partition(":")
        text = match[int(name)] if name.isdecimal() else match[name]
        text = text or ""
        if form == "lower":
            return text.lower()
        if form == "upper":
            return text.upper()
        return text.lstrip("0").zfill(int(form)) if form.isdecimal() else text

    return re.sub(r"\{([^{}]+)\}", part, template)


def project_year(day: date, begins: str) -> int:
    """Return the calendar year in which the year of a day begins; ``10-01`` is the first of October."""
    month, _, first = begins.partition("-")
    return day.year if (day.month, day.day) >= (int(month), int(first or 1)) else day.year - 1
