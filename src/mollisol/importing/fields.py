"""A field of a mapping on the rows of a sheet: the cell, what it means, and what was decided about it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from mollisol.importing.readers.raw import Sheet, refused
from mollisol.importing.units import UnknownUnitError, celsius, centimetres, factor, number_and_unit
from mollisol.importing.values import (
    ZONE,
    day_in_zone,
    day_of,
    degrees_of,
    has_two_orders,
    moment_of,
    number_of,
    serial_day,
    text_of,
)

type What = Literal["text", "number", "depth", "day", "yes", "degrees", "year", "temperature"]

LEAVE_OUT: Final = "leave out"
REFERENCE: Final = "reference material"
"""What a point is where the sample is none of the project: its determinations go to the repeats."""
SAME_CORE: Final = "date of the same core"
_LIMITS: Final = ("half the limit", "the limit", "zero", LEAVE_OUT)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "censored": _LIMITS,
    "marked": ("take the number", LEAVE_OUT),
    "number-as-text": ("decimal comma", LEAVE_OUT),
    "no-number": ("a number", "zero", "missing", LEAVE_OUT),
    "missing": ("a value", "missing", LEAVE_OUT),
    "date": ("days since 1899-12-30", "days since 1904-01-01", LEAVE_OUT),
    "no-date": ("a day such as 2021-09-14", LEAVE_OUT),
    "date-order": ("day first", "month first"),
    "time-zone": ("the zone of the farm, such as UTC-6", "UTC"),
    "pattern": ("what it means", LEAVE_OUT),
    "word": ("what it means", LEAVE_OUT),
    "unit": ("a unit of the table in docs/importing.md",),
    "no-degrees": ("degrees", LEAVE_OUT),
}
_WORDS_OF: Final = {
    "censored": "below the limit of quantification: what counts",
    "marked": "a mark behind the number",
    "number-as-text": "text with a decimal comma in a column of numbers",
    "no-number": "no number: not detected, not determined, or something else",
    "missing": "no value",
    "date": "a number where dates stand",
    "no-date": "no date",
    "date-order": "day first or month first",
    "time-zone": "whose day counts: it differs by zone",
    "pattern": "a text that does not fit the pattern",
    "word": "a word that is not in the words of the field",
    "unit": "a unit",
    "no-degrees": "no degrees",
}
_KEYS: Final = {
    "censored": "<", "marked": "mark", "number-as-text": "comma", "missing": "empty", "no-date": "empty", "date": "number",
}  # fmt: skip


def question_words(odd: str) -> str:
    """Return what is asked about a cell that is odd in some way."""
    return _WORDS_OF[odd]


@dataclass(frozen=True, slots=True)
class Type:
    """What a field is: text, a number in units of a table, a depth in cm, a day, a year, degrees, yes or no.

    ``required`` fields have a value in each row; ``words_needed`` says that a text is asked about where the field has
    no word for it.
    """

    what: What = "text"
    units: Mapping[str, float] | None = None
    required: bool = False
    words_needed: bool = False


@dataclass(slots=True)
class Got:
    """What a cell came to.

    Parameters
    ----------
    value
        In the unit of our tables; None where there is none.
    text
        The cell as it stands in the file.
    decided
        The word of the mapping that decided about it.
    drop
        Whether the row is left out for it.
    odd
        What is odd about it, where nothing was decided.
    source
        The alternative of the field that it came from.
    done
        What was done to it.
    """

    value: Any = None
    text: str = ""
    column: str = ""
    decided: str = ""
    drop: bool = False
    odd: str = ""
    source: Mapping[str, Any] | None = None
    done: str = ""
    unit: str = ""


class FieldReader:
    """Reads one field from the rows of one sheet.

    Raises
    ------
    FindingsError
        If the sheet has none of the columns that the field names.
    """

    def __init__(self, name: str, alternatives: Sequence[Mapping[str, Any]], kind: Type, sheet: Sheet, crosswalks: Mapping[str, Mapping[str, str]]) -> None:
        self.name = name
        self.kind = kind
        self._sheet = sheet
        self._items = [_Source(item, sheet, crosswalks) for item in alternatives]
        self.sources = [item for item in self._items if item.there]
        if not self.sources:
            wanted = "; ".join(item.label for item in self._items)
            do = f"name one of: {', '.join(sheet.columns)[:600]}"
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
                return self._meant(Got(text="(empty)", column=source.label, source=source.spec), meaning, source)
        return first

    def _one(self, number: int, source: _Source, place: str, cells: Sequence[Any]) -> Got:
        if source.constant is not None:
            return Got(source.constant, text_of(source.constant), source.label, source=source.spec) if self.kind.what == "text" else self._parsed(Got(text=text_of(source.constant), column=source.label, source=source.spec), source.constant, source, cells)
        cell = source.cell(cells)
        text = text_of(cell)
        got = Got(text=text, column=source.label, source=source.spec)
        if source.has_places and place in source.words:
            return self._meant(got, source.words[place], source)
        if not text:
            return got
        plain = isinstance(cell, str) and source.unit_index is None
        if plain and (known := self._memo.get((number, text))) is not None:
            return replace(known)
        got = self._cell(got, cell, source, cells)
        if plain and len(self._memo) < 200_000:
            self._memo[number, text] = replace(got)
        return got

    def _cell(self, got: Got, cell: Any, source: _Source, cells: Sequence[Any]) -> Got:
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

    def _parsed(self, got: Got, cell: Any, source: _Source, cells: Sequence[Any]) -> Got:
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

    def _number(self, got: Got, cell: Any, source: _Source, cells: Sequence[Any]) -> Got:
        unit = source.spec.get("unit")
        text = text_of(cell)
        if unit == "in the cell":
            text, unit = number_and_unit(text)
            cell = text
        elif source.unit_index is not None:
            unit = text_of(cells[source.unit_index])
            unit = source.unit_words.get(unit, unit)
        got.unit = str(unit or "")
        value = cell if isinstance(cell, float) else number_of(text, source.decimal, source.thousands)
        if value is None:
            return self._odd_number(got, text, source, unit)
        return self._scaled(got, value, unit)

    def _odd_number(self, got: Got, text: str, source: _Source, unit: Any) -> Got:
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
        meaning = source.words.get(_KEYS.get(odd, ""))
        if meaning is None or number is None:
            got.odd = odd
            return got
        if meaning in ("half the limit", "the limit", "zero"):
            share = {"half the limit": 0.5, "the limit": 1.0, "zero": 0.0}[meaning]
            made = self._scaled(got, number * share, unit)
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

    def _depth(self, got: Got, cell: Any, source: _Source, cells: Sequence[Any]) -> Got:
        unit = source.spec.get("unit")
        if source.unit_index is not None:
            unit = text_of(cells[source.unit_index])
            unit = source.unit_words.get(unit, unit)
        try:
            depth = Decimal(text_of(cell).replace(source.decimal, "."))
            got.value = centimetres(depth, str(unit or ""))
        except InvalidOperation:
            got.odd = "no-number"
        except UnknownUnitError:
            got.odd = "unit"
        return got

    def _day(self, cell: Any, source: _Source) -> tuple[date | None, str]:
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
            zone = str(source.spec.get("zone", ""))
            if ZONE.fullmatch(zone):
                return day_in_zone(moment, zone), ""
            days = {day_in_zone(moment, "UTC-12"), day_in_zone(moment, "UTC+14")}
            begins = source.spec.get("begins")
            if begins and len({project_year(day, begins) for day in days}) == 1:
                return min(days), ""
            return None, "time-zone"
        order = str(source.spec.get("order", ""))
        day = day_of(text, order)
        if day is None:
            return None, "date-order" if has_two_orders(text) and not order else "no-date"
        return day, ""

    def _year(self, got: Got, cell: Any, source: _Source) -> Got:
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

    def _yes(self, got: Got, cell: Any, source: _Source) -> Got:
        number = cell if isinstance(cell, float) else number_of(text_of(cell), source.decimal, source.thousands)
        if number is not None:
            got.value = number > 0
        elif text_of(cell).casefold() in ("yes", "no", "true", "false"):
            got.value = text_of(cell).casefold() in ("yes", "true")
        else:
            got.odd = "word"
        return got

    def _meant(self, got: Got, meaning: Any, source: _Source) -> Got:
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
            got.value = SAME_CORE if meaning == SAME_CORE else meaning if isinstance(meaning, date) else day_of(str(meaning), "")
        elif self.kind.what == "yes":
            got.value = meaning if isinstance(meaning, bool) else str(meaning).casefold() in ("yes", "true")
        elif self.kind.what == "year":
            got.value = int(meaning)
        elif self.kind.what == "degrees":
            got.value = float(meaning)
        else:
            got.value = str(meaning)
        return got

    def _meant_number(self, got: Got, meaning: Any, source: _Source) -> Got:
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
        if value is None or meaning not in ("half the limit", "the limit", "take the number", "decimal comma"):
            got.odd, got.decided = "no-number", ""
            return got
        decided = got.decided
        got = self._scaled(got, value * (0.5 if meaning == "half the limit" else 1.0), unit if isinstance(unit, str) else None)
        got.decided = decided
        return got


class _Source:
    """One alternative of a field, bound to the columns of a sheet."""

    def __init__(self, spec: Mapping[str, Any], sheet: Sheet, crosswalks: Mapping[str, Mapping[str, str]]) -> None:
        self.spec = spec
        value = spec.get("value")
        self.constant = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        names = spec.get("columns") or ([spec["column"]] if "column" in spec else [])
        self.label = " + ".join(map(str, names)) or f"= {self.constant}"
        self._special = [{"file": sheet.file, "at": None}.get(str(name)) for name in names]
        self._places = [sheet.index(str(name)) for name in names]
        self.there = self.constant is not None or (
            bool(names) and all(place is not None or special for place, special in zip(self._places, self._special, strict=True))
        )
        self.words = {**crosswalks.get(str(spec.get("crosswalk", "")), {}), **{str(k): v for k, v in (spec.get("words") or {}).items()}}
        self._globs = [(key.casefold(), value) for key, value in self.words.items() if "*" in key and len(key) > 1]
        self._folded = {" ".join(key.split()).casefold(): value for key, value in self.words.items()}
        self.has_places = any(re.match(r"(line|row|wpt|feature) \d+$|.+!\d+$|.*\[\d+\]|Event \d|samples\.", key) for key in self.words)
        self.pattern = None
        if "read" in spec:
            try:
                self.pattern = re.compile(str(spec["read"]))
            except re.error as error:
                raise refused(sheet.file, f"{self.label}: read: {error}") from None
        self.decimal = str(sheet.options.get("decimal", "."))
        self.thousands = str(sheet.options.get("thousands", ""))
        unit = spec.get("unit")
        self.unit_index = sheet.index(str(unit.get("column", ""))) if isinstance(unit, Mapping) else None
        self.unit_words = {str(k): str(v) for k, v in (unit.get("words") or {}).items()} if isinstance(unit, Mapping) else {}

    def cell(self, cells: Sequence[Any]) -> Any:
        """Return the cell of a row; several columns are joined by `` | ``."""
        if len(self._places) == 1 and self._places[0] is not None:
            return cells[self._places[0]]
        parts = [text_of(cells[place]) if place is not None else str(special) for place, special in zip(self._places, self._special, strict=True)]
        return " | ".join(part for part in parts if part)

    def meaning(self, text: str) -> Any:
        """Return what a text means by the words: the text itself, whatever its case, or a pattern with ``*``."""
        if not self.words:
            return None
        folded = " ".join(text.split()).casefold()
        if folded in self._folded and folded not in ("empty", "number", "comma", "mark"):
            return self._folded[folded]
        return next((value for key, value in self._globs if fnmatch.fnmatchcase(folded, key)), None)


def written(template: str, found: re.Match[str]) -> str:
    """Return the text of a template: ``{1}-{2:02}`` and ``{name}`` stand for the groups of a pattern."""
    if not template:
        return (found[1] if found.re.groups else found[0]) or ""

    def part(place: re.Match[str]) -> str:
        name, _, form = place[1].partition(":")
        text = found[int(name)] if name.isdecimal() else found[name]
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
