"""Cells to numbers, days and degrees. Nothing is guessed: what a cell can mean in two ways is no value."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final

type Cell = str | float | date | datetime | None
"""What stands in a cell of a raw file; text files have texts alone."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene", "feb february februar fevrier février febrero",
            "mar march mrz märz maerz mars marzo", "apr april avril avr abril abr", "may mai mayo",
            "jun june juni juin junio", "jul july juli juillet julio", "aug august aout août agosto ago",
            "sep sept september septembre septiembre", "oct okt october oktober octobre octubre",
            "nov november novembre noviembre", "dec dez december dezember decembre décembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ZONE: Final = re.compile(r"UTC(?:([+-])(\d{1,2})(?::?(\d\d))?)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def text_of(cell: Cell) -> str:
    """Return a cell as text, as a spreadsheet shows it."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())


def number_of(text: str, decimal: str = ".", thousands: str = "") -> float | None:
    """Return the number of a text with a stated decimal mark and mark of thousands; None where it is no number."""
    mark = re.escape(decimal)
    form = rf"[-+]?\d*(?:{mark}\d+)?(?:[eE][-+]?\d+)?"
    if thousands:
        group = r"[\s\u00a0\u202f]" if thousands == " " else re.escape(thousands)
        form = rf"[-+]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{mark}\d+)?"
    text = text.replace("\u2212", "-").strip()
    if not re.search(r"\d", text) or not re.fullmatch(form, text):
        return None
    if thousands:
        text = re.sub(r"[\s\u00a0\u202f]" if thousands == " " else re.escape(thousands), "", text)
    return float(text.replace(decimal, "."))


def day_of(text: str, order: str) -> date | None:
    """Return the day of a text; None where it is none, or where the order of day and month is not stated.

    Parameters
    ----------
    text
        Such as ``14.09.2021``, ``14/9/21``, ``2021-09-14``, ``20210914`` or ``14 Sep 2021``.
    order
        ``day first``, ``month first``, or nothing.
    """
    text = text.strip()
    if year_first := re.match(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:$|[T ])", text):
        return _day(int(year_first[1]), int(year_first[2]), int(year_first[3]))
    if named := re.match(r"(\d{1,2})[-. /]*([^\W\d]{3,12})\.?[-. /,]*(\d{4}|\d\d)(?:$|[T ])", text):
        return _day(_year(named[3]), _MONTHS.get(named[2].casefold(), 0), int(named[1]))
    if named := re.match(r"([^\W\d]{3,12})\.?[-. /]*(\d{1,2})[-. /,]+(\d{4}|\d\d)(?:$|[T ])", text):
        return _day(_year(named[3]), _MONTHS.get(named[1].casefold(), 0), int(named[2]))
    parts = re.match(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d\d)(?:$|[T ])", text)
    if not parts or order not in ("day first", "month first"):
        return None
    day, month = (parts[1], parts[2]) if order == "day first" else (parts[2], parts[1])
    return _day(_year(parts[3]), int(month), int(day))


def has_two_orders(text: str) -> bool:
    """Return whether a text is a day of which only the order of day and month is open."""
    return bool(re.match(r"\d{1,2}[-/. ]+\d{1,2}[-/. ]+(\d{4}|\d\d)(?:$|[T ])", text.strip()))


def moment_of(text: str) -> datetime | None:
    """Return the moment of a text that has a clock time and a zone, such as ``2021-10-09T21:30:00+00:00``."""
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$", text.strip()):
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def zone_of(text: str) -> tzinfo | None:
    """Return a zone such as ``UTC-6`` or ``America/Chicago``; None where it is none."""
    found = ZONE.fullmatch(text)
    if found is None:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            return ZoneInfo(text) if "/" in text else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    return timezone(offset) if abs(offset) < timedelta(hours=24) else None


def day_in_zone(moment: datetime, zone: tzinfo) -> date:
    """Return the day of a moment in a zone."""
    return moment.astimezone(zone).date()


def serial_day(number: float, first: date) -> date:
    """Return the day so many days after the first one of a workbook's calendar."""
    return first + timedelta(days=int(number))


def degrees_of(text: str, decimal: str = ".") -> float | None:
    """Return degrees of ``52.058``, ``N41°54.6251'``, ``41° 54' 37.5" N`` or ``-93 38 3``; None where it is none."""
    if (number := number_of(text, decimal)) is not None:
        return number
    if re.search(r"[A-Za-z]{2,}|[^NSEWnsew\d\W]", text):
        return None
    sign = -1.0 if re.search(r"[SWsw]|^\s*-", text) else 1.0
    parts = [part.replace(",", ".") for part in re.findall(r"\d+(?:[.,]\d+)?", text)]
    if not 1 <= len(parts) <= 3:
        return None
    values = [float(part) for part in parts]
    if any(part >= 60 for part in values[1:]) or any(not value.is_integer() for value in values[:-1]):
        return None
    return sign * math.fsum(value / 60**power for power, value in enumerate(values))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)
