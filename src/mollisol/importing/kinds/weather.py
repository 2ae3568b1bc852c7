"""Days of weather to the months of ``model/weather.csv``."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from mollisol.importing.context import Context, Row
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import Origin
from mollisol.importing.units import RAIN

FIELDS: Final[Mapping[str, Type]] = {
    "cell": Type(required=True),
    "date": Type("day"),
    "year": Type("number"),
    "month": Type("number"),
    "day": Type("number"),
    "day_of_year": Type("number"),
    "tmean": Type("temperature"),
    "tmax": Type("temperature"),
    "tmin": Type("temperature"),
    "rain": Type("number", RAIN),
    "pet": Type("number", RAIN),
}
GAPS: Final = ("mean of the other days", "zero", "leave out the month")
SHORT: Final = ("sum of the days there are", "scale to the whole month", "leave out the month")
EVAPORATION: Final = ("Hargreaves", "none")
_COLDEST_C, _HOTTEST_C = -90.0, 60.0
_SOLAR_CONSTANT = 0.0820  # MJ/m2 a minute


@dataclass(slots=True)
class _Month:
    """The days of a month: how many rows, and the values that there are."""

    days: set[int] = field(default_factory=set)
    rows: int = 0
    tmean: list[float] = field(default_factory=list)
    rain: list[float] = field(default_factory=list)
    pet: list[float] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    is_monthly: bool = False


def import_weather(mapping: FileMapping, context: Context) -> None:
    """Add the months of a mapping."""
    evaporation = mapping.decide.get("evaporation")
    if "pet" not in mapping.fields:
        words = (
            "evaporation",
            "evaporation",
            "no column of evaporation",
            "potential evapotranspiration by an equation, or none",
        )
        context.needs(mapping, "evaporation", words, EVAPORATION)
    if evaporation == EVAPORATION[0]:
        context.needs(mapping, "latitude", ("latitude", "evaporation", "", "the latitude in degrees"))
    for sheet in context.sheets(mapping):
        months: dict[tuple[str, int, int], _Month] = {}
        for row in context.rows(mapping, sheet, FIELDS):
            _row(row, months, mapping, context)
        for (cell, year, month), inside in months.items():
            _write(cell, year, month, inside, sheet.file, mapping, context)


def _row(
    row: Row, months: dict[tuple[str, int, int], _Month], mapping: FileMapping, context: Context
) -> None:
    when = _when(row, mapping, context)
    if when is None or not _is_plausible(row, mapping, context):
        return
    year, month, day = when
    inside = months.setdefault((str(row["cell"]), year, month), _Month())
    inside.rows += 1
    inside.is_monthly = day == 0
    if day in inside.days:
        words = ("duplicate", f"{year}-{month:02d}-{day:02d}", "a day a second time")
        row.ask("date", words, "fields.date")
    inside.days.add(day)
    if len(inside.places) < 1:
        inside.places.append(f"{year}-{month:02d}")
    tmean, tmax, tmin = row["tmean"], row["tmax"], row["tmin"]
    if tmean is None and tmax is not None and tmin is not None:
        tmean = (tmax + tmin) / 2
    if tmean is not None:
        inside.tmean.append(tmean)
    if row["rain"] is not None:
        inside.rain.append(row["rain"])
    if row["pet"] is not None:
        inside.pet.append(row["pet"])
    elif (
        mapping.decide.get("evaporation") == EVAPORATION[0]
        and tmean is not None
        and tmax is not None
        and tmin is not None
        and "latitude" in mapping.decide
    ):
        middle = date(year, month, day or 15)
        inside.pet.append(hargreaves_mm(tmean, tmax, tmin, float(mapping.decide["latitude"]), middle))


def _when(row: Row, mapping: FileMapping, context: Context) -> tuple[int, int, int] | None:
    """Return year, month and day of a row; day 0 where the row is a month."""
    if row["date"] is not None:
        return row["date"].year, row["date"].month, row["date"].day
    year = row["year"]
    if year is not None and row["day_of_year"] is not None:
        day = date(int(year), 1, 1) + timedelta(days=int(row["day_of_year"]) - 1)
        return day.year, day.month, day.day
    if year is not None and row["month"] is not None:
        return int(year), int(row["month"]), int(row["day"] or 0)
    words = ("date", "", "which day a row is: date, or year with day_of_year, or year with month and day")
    row.ask("date", words, "fields.date")
    return None


def _is_plausible(row: Row, mapping: FileMapping, context: Context) -> bool:
    """Return whether no value is one that stands for a missing one; ask about those that do."""
    fine = True
    for name in ("tmean", "tmax", "tmin", "rain", "pet"):
        value = row[name]
        if value is None:
            continue
        bad = not _COLDEST_C <= value <= _HOTTEST_C if name[0] == "t" else value < -1
        if bad:
            fine = False
            got = row.got[name]
            words = (
                "missing",
                got.text,
                "a number that stands for no value: say `missing`, and in decide.gaps what counts",
            )
            row.ask(got.column, words, f'fields.{name}.words."{got.text}"', ("missing",))
    return fine


def _write(
    cell: str, year: int, month: int, inside: _Month, file: str, mapping: FileMapping, context: Context
) -> None:
    column = next(
        (
            str(item.get("column", ""))
            for name in ("day_of_year", "date", "day")
            for item in mapping.fields.get(name, [])
        ),
        "date",
    )
    whole = monthrange(year, month)[1]
    scale, done = 1.0, f"{inside.rows} days"
    if inside.rows < whole and not inside.is_monthly:
        words = (
            column,
            "calendar",
            "months with fewer days than the calendar",
            "what a month counts of which days are not in the file, such as 31 December of a leap year",
        )
        if (
            not context.needs(mapping, "short_month", words, SHORT)
            or mapping.decide["short_month"] == SHORT[2]
        ):
            return
        if mapping.decide["short_month"] == SHORT[1]:
            scale, done = whole / inside.rows, f"{inside.rows} days, scaled to {whole}"
    gaps = [
        name
        for name, values in (("tmean", inside.tmean), ("rain", inside.rain), ("pet", inside.pet))
        if values and len(values) < inside.rows
    ]
    if gaps:
        columns = ", ".join(
            str(item.get("column", "")) for name in gaps for item in mapping.fields.get(name, [])
        )
        if (
            not context.needs(
                mapping, "gaps", (columns, "missing", "days without a value", "what counts for them"), GAPS
            )
            or mapping.decide["gaps"] == GAPS[2]
        ):
            return
        done += f", {', '.join(gaps)}: {mapping.decide['gaps']}"
    zero = mapping.decide.get("gaps") == GAPS[1]
    cells = {
        "cell": cell, "year": year, "month": month,
        "tmean_c": _mean(inside.tmean), "rain_mm": _sum(inside.rain, inside.rows, scale, zero),
        "pet_mm": _sum(inside.pet, inside.rows, scale, zero),
    }  # fmt: skip
    if cells["tmean_c"] is None or cells["rain_mm"] is None:
        context.ask(
            mapping,
            file,
            "tmean, rain",
            ("missing", f"{year}-{month:02d}", "a month without temperature or rain"),
            "fields",
            (),
            f"{year}-{month:02d}",
        )
        return
    context.outputs.add("model/weather.csv", cells, Origin(file, inside.places, done), mapping=mapping.name)


def _mean(values: Sequence[float]) -> float | None:
    return round(math.fsum(values) / len(values), 6) if values else None


def _sum(values: Sequence[float], rows: int, scale: float, zero: bool) -> float | None:
    """Return the sum of a month; days without a value count as the mean of the others, or as nothing."""
    if not values:
        return None
    total = math.fsum(values) * scale
    return round(total if zero else total * rows / len(values), 6)


def hargreaves_mm(tmean_c: float, tmax_c: float, tmin_c: float, latitude_deg: float, day: date) -> float:
    """Return the reference evapotranspiration of a day in mm, from temperature alone.

    ``0.0023 (T + 17.8) sqrt(Tmax - Tmin) Ra``, with ``Ra`` as evaporation: FAO Irrigation and Drainage Paper 56 (1998),
    equation 52.
    """
    return max(
        0.0,
        0.0023
        * (tmean_c + 17.8)
        * math.sqrt(max(0.0, tmax_c - tmin_c))
        * 0.408
        * extraterrestrial_mj(latitude_deg, day),
    )


def extraterrestrial_mj(latitude_deg: float, day: date) -> float:
    """Return the radiation at the top of the atmosphere, MJ/m2 a day: FAO 56, equations 21 to 25."""
    angle = 2 * math.pi * day.timetuple().tm_yday / 365
    near = 1 + 0.033 * math.cos(angle)
    declination = 0.409 * math.sin(angle - 1.39)
    latitude = math.radians(latitude_deg)
    sunset = math.acos(max(-1.0, min(1.0, -math.tan(latitude) * math.tan(declination))))
    both = sunset * math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(
        declination
    ) * math.sin(sunset)
    return 24 * 60 / math.pi * _SOLAR_CONSTANT * near * both
