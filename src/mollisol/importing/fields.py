"""A field of a mapping on the rows of a sheet: the cell, what it means, and what was decided about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, Final

from mollisol.importing.meanings import CHOICES, KEYS, LEAVE_OUT, SAME_CORE, Got, Type
from mollisol.importing.readers.raw import Sheet, refused
from mollisol.importing.sources import Source, project_year, written
from mollisol.importing.units import UnknownUnitError, celsius, centimetres, factor, number_and_unit
from mollisol.importing.values import (
    day_in_zone,
    day_of,
    degrees_of,
    has_two_orders,
    moment_of,
    number_of,
    serial_day,
    text_of,
    zone_of,
)

_ENDS: Final = (timezone(timedelta(hours=-12)), timezone(timedelta(hours=14)))
"""The zones between which all others lie."""
_FIRST_ROWS: Final = 40
"""Among which the names of columns are looked for, where they are not in the row that a mapping states."""


def _place_of_names(sheet: Sheet, names: Set[str]) -> str:
    """Return the row among the first that has one of some names of columns as a cell; empty where none does."""
    for place, cells in islice(sheet.rows(), _FIRST_ROWS):
        if any(fnmatchcase(text_of(cell), name) for cell in cells for name in names if text_of(cell)):
            return place
    return ""


class FieldReader:
    """Reads one field from the rows of one sheet.

    Raises
    ------
    FindingsError
        If the sheet has none of the columns that the field names.
    """

    def __init__(
        self,
        name: str,
        alternatives: Sequence[Mapping[str, Any]],
        kind: Type,
        sheet: Sheet,
        crosswalks: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.name = name
        self.kind = kind
        self._sheet = sheet
        self._items = [Source(item, sheet, crosswalks) for item in alternatives]
        self.sources = [item for item in self._items if item.there]
        if not self.sources:
            wanted = "; ".join(item.label for item in self._items)
            do = f"name one of: {', '.join(sheet.columns)[:600]}"
            if place := _place_of_names(sheet, {str(item.get("column", "")) for item in alternatives}):
                do = f"{place} has that name: state read.header, or take out what stands above it"
            raise refused(sheet.file, f"no column {wanted!r} for {name}", do=do)
        self._memo: dict[tuple[int, str], Got] = {}

    @property
    def is_constant(self) -> bool:
        """Whether the field has one value for all rows."""
        return all(item.constant is not None for item in self.sources)

    @property
    def columns(self) -> str:
        """The columns of the field, for messages."""
        return ", ".join(dict.fromkeys(item.label for item in self.sources))

    def get(self, place: str, cells: Sequence[Any]) -> Got:
        """Return what the first alternative with a value gives; an empty cell means what ``empty`` says."""
        first = Got(column=self.sources[0].label, source=self.sources[0].spec)
        for number, source in enumerate(self.sources):
            got = self._one(number, source, place, cells)
            if got.odd == "pattern" and number < len(self.sources) - 1:
                first.text = first.text or got.text
                continue
            if got.value is not None or got.odd or got.drop or got.decided:
                return got
            first.text = first.text or got.text
        for source in self.sources:
            if (meaning := source.words.get("empty")) is not None:
                return self._meant(
                    Got(text="(empty)", column=source.label, source=source.spec), meaning, source
                )
        return first

    def _one(self, number: int, source: Source, place: str, cells: Sequence[Any]) -> Got:
        if source.constant is not None:
            got = Got(text=text_of(source.constant), column=source.label, source=source.spec)
            return self._parsed(got, source.constant, source, cells)
        cell = source.cell(cells)
        text = text_of(cell)
        got = Got(text=text, column=source.label, source=source.spec)
        if source.has_places and place in source.words:
            return self._meant(got, source.words[place], source)
        if not text:
            return got
        plain = isinstance(cell, str) and source.unit_index is None
        if plain and (known := self._memo.get((number, text))) is not None:
            return known if known.value is not None else replace(known)  # what is whole is never changed
        got = self._cell(got, cell, source, cells)
        if plain and len(self._memo) < 20_000:
            self._memo[number, text] = replace(got)
        return got

    def _cell(self, got: Got, cell: Any, source: Source, cells: Sequence[Any]) -> Got:
        if (meaning := source.meaning(got.text)) is not None:
            return self._meant(got, meaning, source)
        if source.pattern is not None:
            found = source.pattern.search(got.text)
            if found is None:
                got.odd = "pattern"
                return got
            cell = written(source.spec.get("write", ""), found)
            if (meaning := source.meaning(cell)) is not None:
                return self._meant(got, meaning, source)
        return self._parsed(got, cell, source, cells)

    def _parsed(self, got: Got, cell: Any, source: Source, cells: Sequence[Any]) -> Got:
        what = self.kind.what
        if what == "text":
            got.value = text_of(cell)
            if self.kind.words_needed and source.words:
                got.value, got.odd = None, "word"
        elif what in ("number", "temperature"):
            return self._number(got, cell, source, cells)
        elif what == "depth":
            return self._depth(got, cell, source, cells)
        elif what == "day":
            got.value, got.odd = self._day(cell, source)
            if isinstance(cell, float) and got.value is not None and "number" in source.words:
                got.decided = str(source.words["number"])
        elif what == "year":
            return self._year(got, cell, source)
        elif what == "degrees":
            got.value = cell if isinstance(cell, float) else degrees_of(text_of(cell), source.decimal)
            got.odd = "" if got.value is not None else "no-degrees"
        else:
            return self._yes(got, cell, source)
        return got

    def _number(self, got: Got, cell: Any, source: Source, cells: Sequence[Any]) -> Got:
        unit = source.unit(cells)
        text = text_of(cell)
        if unit == "in the cell":
            text, unit = number_and_unit(text)
            cell = text
        got.unit = str(unit or "")
        value = cell if isinstance(cell, float) else number_of(text, source.decimal, source.thousands)
        if value is None:
            return self._odd_number(got, text, source, unit)
        return self._scaled(got, value, unit)

    def _odd_number(self, got: Got, text: str, source: Source, unit: Any) -> Got:
        limit = re.match(r"\s*[<≤]\s*(.*)", text)
        marked = re.match(r"\s*([-\d.,]+)\s*[^\d\s.,<>]{1,3}$", text)
        if limit:
            odd, number = "censored", number_of(limit[1], source.decimal, source.thousands)
            if number is None:
                number = number_of(limit[1], "," if source.decimal == "." else ".")
        elif re.match(r"-?\d+,\d+$", text) and source.decimal == ".":
            odd, number = "number-as-text", number_of(text, ",")
        elif marked and (number := number_of(marked[1], source.decimal, source.thousands)) is not None:
            odd = "marked"
        else:
            odd, number = "no-number", None
        meaning = source.words.get(KEYS.get(odd, ""))
        if meaning is None or number is None:
            got.odd = odd
            return got
        if meaning in ("half the limit", "the limit", "zero"):
            share = {"half the limit": 0.5, "the limit": 1.0, "zero": 0.0}[meaning]
            limit = self._scaled(replace(got), number, unit).value
            made = self._scaled(got, number * share, unit)
            made.limit = limit
        elif meaning in ("take the number", "decimal comma"):
            made = self._scaled(got, number, unit)
        else:
            return self._meant(got, meaning, source)
        made.decided = str(meaning)
        return made

    def _scaled(self, got: Got, value: float, unit: Any) -> Got:
        if self.kind.units is None and self.kind.what != "temperature":
            got.value = value
            return got
        try:
            if self.kind.what == "temperature":
                got.value = celsius(value, str(unit or ""))
            else:
                times = factor(str(unit or ""), self.kind.units or {})
                got.value = value * times
                got.done = f"{value:.10g} {unit}" + (f" x {times:.10g}" if times != 1 else "")
        except UnknownUnitError:
            got.value, got.odd = None, "unit"
            got.text = f"{got.text} [{unit}]" if unit else got.text
        return got

    def _depth(self, got: Got, cell: Any, source: Source, cells: Sequence[Any]) -> Got:
        unit = source.unit(cells)
        try:
            got.value = centimetres(text_of(cell).replace(source.decimal, "."), str(unit or ""))
        except InvalidOperation:
            got.odd = "no-number"
        except UnknownUnitError:
            got.odd = "unit"
        return got

    def _day(self, cell: Any, source: Source) -> tuple[date | None, str]:
        if isinstance(cell, datetime):
            return cell.date(), ""
        if isinstance(cell, date):
            return cell, ""
        if isinstance(cell, float) and not 18000101 <= cell <= 22001231:
            meaning = str(source.words.get("number", ""))
            if meaning not in CHOICES["date"][:2]:
                return None, "date"
            return serial_day(cell, date.fromisoformat(meaning.removeprefix("days since "))), ""
        text = text_of(cell)
        if (moment := moment_of(text)) is not None:
            zone = zone_of(str(source.spec.get("zone", "")))
            if zone is not None:
                return day_in_zone(moment, zone), ""
            days = {day_in_zone(moment, end) for end in _ENDS}
            begins = source.spec.get("begins")
            if begins and len({project_year(day, begins) for day in days}) == 1:
                return min(days), ""
            return None, "time-zone"
        order = str(source.spec.get("order", ""))
        day = day_of(text, order)
        if day is None:
            return None, "date-order" if has_two_orders(text) and not order else "no-date"
        return day, ""

    def _year(self, got: Got, cell: Any, source: Source) -> Got:
        begins = source.spec.get("begins")
        if begins:
            day, got.odd = self._day(cell, source)
            if day is not None:
                got.value = project_year(day, begins) + int(source.spec.get("shift", 0))
            return got
        found = re.search(r"\d+", text_of(cell))
        if found is None:
            got.odd = "no-number"
        else:
            got.value = int(found[0]) + int(source.spec.get("shift", 0))
        return got

    def _yes(self, got: Got, cell: Any, source: Source) -> Got:
        number = (
            cell if isinstance(cell, float) else number_of(text_of(cell), source.decimal, source.thousands)
        )
        if number is not None:
            got.value = number > 0
        elif text_of(cell).casefold() in ("yes", "no", "true", "false"):
            got.value = text_of(cell).casefold() in ("yes", "true")
        else:
            got.odd = "word"
        return got

    def _meant(self, got: Got, meaning: Any, source: Source) -> Got:
        got.decided = str(meaning)
        if meaning == LEAVE_OUT:
            got.drop = True
        elif meaning == "missing":
            got.value = None
        elif self.kind.what in ("number", "temperature"):
            return self._meant_number(got, meaning, source)
        elif self.kind.what == "depth":
            got.value = Decimal(str(meaning))
        elif self.kind.what == "day":
            stated = meaning if isinstance(meaning, date) else day_of(str(meaning), "")
            got.value = SAME_CORE if meaning == SAME_CORE else stated
        elif self.kind.what == "yes":
            got.value = meaning if isinstance(meaning, bool) else str(meaning).casefold() in ("yes", "true")
        elif self.kind.what == "year":
            got.value = int(meaning)
        elif self.kind.what == "degrees":
            got.value = float(meaning)
        else:
            got.value = str(meaning)
        return got

    def _meant_number(self, got: Got, meaning: Any, source: Source) -> Got:
        unit = source.spec.get("unit")
        if isinstance(meaning, int | float) and not isinstance(meaning, bool):
            decided = got.decided
            got = self._scaled(got, float(meaning), unit if isinstance(unit, str) else None)
            got.decided = decided
            return got
        if meaning == "zero":
            got.value = 0.0
            return got
        number = re.search(r"\d+(?:[.,]\d+)?", got.text)
        value = None if number is None else float(number[0].replace(",", "."))
        if value is None or meaning not in (
            "half the limit",
            "the limit",
            "take the number",
            "decimal comma",
        ):
            got.odd, got.decided = "no-number", ""
            return got
        decided = got.decided
        got = self._scaled(
            got,
            value * (0.5 if meaning == "half the limit" else 1.0),
            unit if isinstance(unit, str) else None,
        )
        got.decided = decided
        return got
