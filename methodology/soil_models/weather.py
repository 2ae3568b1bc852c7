"""Checks of weather: months that are missing or twice there, units, signs, and the kind of evaporation."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.soil_models.inputs import WeatherRow

_LIKELY_YEAR_MM = (150.0, 4000.0)
"""What a sum is held against to name a unit: it decides no finding."""
_QUARTER = 3


class WeatherLimit(BaseModel):
    """How far a quantity of the weather goes, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    value: float
    unit: str
    means: str
    source: str
    status: str


@cache
def weather_limits() -> Mapping[str, WeatherLimit]:
    """Return the table of limits, by name."""
    text = files("mollisol.methodology").joinpath("tables", "weather_limits.csv").read_text(encoding="utf-8")
    return {row["name"]: WeatherLimit.model_validate(row) for row in csv.DictReader(text.splitlines())}


def _limit(name: str) -> float:
    return weather_limits()[name].value


def check_weather(rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return what is wrong with weather: its values, then months of a cell that are missing or twice there."""
    by_cell: dict[str, list[WeatherRow]] = defaultdict(list)
    for row in rows:
        by_cell[row.cell].append(row)
        yield from _weather_row(row)
    for cell, members in by_cell.items():
        yield from _months(cell, members)
        yield from _units(cell, members)
        yield from _seasons(cell, members)
        yield from _repeated(cell, members)


def _weather_row(row: WeatherRow) -> Iterator[Finding]:
    """Return the findings on the values of one month."""
    if not 1 <= row.month <= 12:
        yield finding("weather-month-number", row.place("month"), str(row.month))
    if row.tmean_c >= _limit("kelvin-from"):
        yield finding("weather-temperature-kelvin", row.place("tmean_c"), f"{row.tmean_c:g}")
    elif not _limit("coldest-month") <= row.tmean_c <= _limit("hottest-month"):
        yield finding("weather-temperature-range", row.place("tmean_c"), f"{row.tmean_c:g}")
    for column in ("rain_mm", "pan_evaporation_mm", "pet_mm"):
        value = getattr(row, column)
        if value is None:
            continue
        short = column.split("_")[0]
        if value < 0.0:
            yield finding(f"weather-{short}-negative", row.place(column), f"{value:g}")
        elif value > _limit("wettest-month"):
            yield finding(f"weather-{short}-unit", row.place(column), f"{value:g}")
    if (row.pan_evaporation_mm is None) == (row.pet_mm is None):
        what = "both" if row.pet_mm is not None else "neither"
        yield finding("weather-evaporation-column", row.place("pet_mm"), what)


def _months(cell: str, rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return the findings on months that are twice there or missing between the first and the last."""
    counts = Counter((r.year, r.month) for r in rows)
    first_seen: set[tuple[int, int]] = set()
    for row in rows:
        key = (row.year, row.month)
        if counts[key] > 1 and key in first_seen:
            yield finding("weather-duplicate-month", row.place("month"), f"{cell} {key[0]}-{key[1]:02d}")
        first_seen.add(key)
    here = {(y, m) for y, m in counts if 1 <= m <= 12}
    years = sorted({y for y, _ in here})
    if not years:
        return
    gone = [(y, m) for y in range(years[0], years[-1] + 1) for m in range(1, 13) if (y, m) not in here]
    whole = [y for y in range(years[0], years[-1] + 1) if not any((y, m) in here for m in range(1, 13))]
    where = Place(file=rows[0].file, thing=f"cell {cell}")
    if whole:
        yield finding(
            "weather-gap",
            where,
            f"no month of {', '.join(map(str, whole[:5]))}",
            more=max(0, len(whole) - 5),
        )
    single = [(y, m) for y, m in gone if y not in whole]
    if single:
        yield finding(
            "weather-month-missing",
            where,
            ", ".join(f"{y}-{m:02d}" for y, m in single[:5]) + " missing",
            more=max(0, len(single) - 5),
        )


def _units(cell: str, rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return a finding on rain that can hardly be in mm, and on two kinds of evaporation in a cell."""
    where = Place(file=rows[0].file, column="rain_mm", thing=f"cell {cell}")
    columns = ("rain_mm", "pan_evaporation_mm", "pet_mm")
    yield from check_year(
        {column: (where.model_copy(update={"column": column}), _a_year(rows, column)) for column in columns}
    )
    if len({r.pet_mm is None for r in rows}) > 1:
        yield finding(
            "weather-evaporation-mixed",
            where.model_copy(update={"column": "pet_mm"}),
            "pan evaporation in some months and potential evapotranspiration in others",
        )


def _a_year(rows: Sequence[WeatherRow], column: str) -> float | None:
    """Return the sum of a mean year; nothing where no month has a value."""
    values = [value for row in rows if (value := getattr(row, column)) is not None and value >= 0.0]
    return 12 * sum(values) / len(values) if values else None


def check_year(sums: Mapping[str, tuple[Place, float | None]]) -> Iterator[Finding]:
    """Yield a finding on each sum of a mean year that can hardly be in mm, and on rain like that of a desert.

    Parameters
    ----------
    sums
        Where it stands, and how many mm or None, by ``rain_mm``, ``pan_evaporation_mm`` and ``pet_mm``.
    """
    for column, (where, a_year) in sums.items():
        kind = "rain" if column == "rain_mm" else "evaporation"
        if a_year is not None and not _limit(f"least-{kind}") <= a_year <= _limit(f"greatest-{kind}"):
            yield _unit(column, where, a_year, f"{a_year:.4g} mm a year")
    where, rain = sums["rain_mm"]
    evaporation = next(
        (a_year for column, (_, a_year) in sums.items() if column != "rain_mm" and a_year), 0.0
    )
    if rain and _limit("least-rain") <= rain < _limit("least-aridity") * evaporation:
        state = f"{rain:.4g} mm of rain a year beside {evaporation:.4g} mm of evaporation: a desert"
        yield _unit("rain_mm", where, rain, state)


def _unit(column: str, where: Place, a_year: float, state: str) -> Finding:
    return finding(
        f"weather-{column.split('_')[0]}-unit",
        where,
        state,
        severity=Severity.WARNING,
        do="look at the unit" + other_units("rain", a_year, *_LIKELY_YEAR_MM, "mm a year"),
    )


def _repeated(cell: str, rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return a finding where most years are like the one before: long-term averages, and no weather of a year."""
    years: dict[int, dict[int, tuple[float | None, ...]]] = defaultdict(dict)
    for row in rows:
        years[row.year][row.month] = (row.tmean_c, row.rain_mm, row.pan_evaporation_mm, row.pet_mm)
    order = sorted(years)
    alike = sum(years[one] == years[other] for one, other in pairwise(order))
    if alike > max(1, (len(order) - 1) / 2):
        state = f"{alike + 1} of {len(order)} years have the same twelve months as the year before"
        where = Place(file=rows[0].file, column="rain_mm", thing=f"cell {cell}")
        yield finding("weather-repeated", where, state)


def _seasons(cell: str, rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return a finding where evaporation does not follow the temperature: columns exchanged, a sign, months shifted."""
    of_month: dict[int, list[WeatherRow]] = defaultdict(list)
    for row in rows:
        of_month[row.month].append(row)
    if len(of_month) < 12:
        return
    warmth = {number: fmean(row.tmean_c for row in members) for number, members in of_month.items()}
    order = sorted(warmth, key=lambda number: warmth[number])
    if warmth[order[-1]] - warmth[order[0]] < _limit("seasons-from"):
        return
    column = "pan_evaporation_mm" if rows[0].pet_mm is None else "pet_mm"
    cold, warm = (
        _a_year([row for number in months for row in of_month[number]], column)
        for months in (order[:_QUARTER], order[-_QUARTER:])
    )
    if cold is None or warm is None or cold <= _limit("cold-evaporation") * warm:
        return
    if (
        len({getattr(row, column) for row in rows}) == 1
    ):  # a number that stands in, and says nothing of seasons
        return
    parts = [
        _a_year([row for number in months for row in of_month[number]], "rain_mm") or 0.0
        for months in (order[:_QUARTER], order[-_QUARTER:])
    ]
    state = (
        f"evaporation of the three coldest months {cold / 4:.4g} mm, of the three warmest {warm / 4:.4g}; rain "
        f"{parts[0] / 4:.4g} and {parts[1] / 4:.4g}"
    )
    where = Place(file=rows[0].file, column=column, thing=f"cell {cell}")
    yield finding("weather-season", where, state, most=_limit("cold-evaporation"))
