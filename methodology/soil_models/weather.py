"""Checks of weather: months that are missing or twice there, units, signs, and the kind of evaporation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.soil_models.inputs import WeatherRow

_KELVIN_FROM = 150.0
_HOTTEST, _COLDEST = 50.0, -70.0
_WETTEST_MONTH_MM = 3000.0
_THIN_RAIN_YEAR_MM = 100.0
"""Below it nothing is grown without irrigation: the Sahara begins there (from memory)."""
_THIN_EVAPORATION_YEAR_MM = 100.0
"""Polar deserts evaporate so much (from memory)."""
_OTHERWISE = (("inches", 25.4), ("cm", 10.0), ("daily means", 30.4), ("metres", 1000.0))
_LIKELY_YEAR_MM = (150.0, 4000.0)


def check_weather(rows: Sequence[WeatherRow]) -> Iterator[Finding]:
    """Return what is wrong with weather: its values, then months of a cell that are missing or twice there."""
    by_cell: dict[str, list[WeatherRow]] = defaultdict(list)
    for row in rows:
        by_cell[row.cell].append(row)
        yield from _weather_row(row)
    for cell, members in by_cell.items():
        yield from _months(cell, members)
        yield from _units(cell, members)


def _weather_row(row: WeatherRow) -> Iterator[Finding]:
    """Return the findings on the values of one month."""
    if not 1 <= row.month <= 12:
        yield finding("weather-month-number", row.place("month"), str(row.month))
    if row.tmean_c >= _KELVIN_FROM:
        yield finding("weather-temperature-kelvin", row.place("tmean_c"), f"{row.tmean_c:g}")
    elif not _COLDEST <= row.tmean_c <= _HOTTEST:
        yield finding("weather-temperature-range", row.place("tmean_c"), f"{row.tmean_c:g}")
    for column in ("rain_mm", "pan_evaporation_mm", "pet_mm"):
        value = getattr(row, column)
        if value is None:
            continue
        short = column.split("_")[0]
        if value < 0.0:
            yield finding(f"weather-{short}-negative", row.place(column), f"{value:g}")
        elif value > _WETTEST_MONTH_MM:
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
    thinnest = {
        "rain_mm": _THIN_RAIN_YEAR_MM,
        "pan_evaporation_mm": _THIN_EVAPORATION_YEAR_MM,
        "pet_mm": _THIN_EVAPORATION_YEAR_MM,
    }
    where = Place(file=rows[0].file, column="rain_mm", thing=f"cell {cell}")
    for column, least in thinnest.items():
        values = [value for row in rows if (value := getattr(row, column)) is not None and value >= 0.0]
        a_year = 12 * sum(values) / len(values) if values else least
        if a_year < least:
            likely = [
                f"{words}: {a_year:.4g} x {factor:g} = {a_year * factor:.4g} mm a year"
                for words, factor in _OTHERWISE
                if _LIKELY_YEAR_MM[0] <= a_year * factor <= _LIKELY_YEAR_MM[1]
            ]
            yield finding(
                f"weather-{column.split('_')[0]}-unit",
                where.model_copy(update={"column": column}),
                f"{a_year:.3g} mm a year",
                severity=Severity.WARNING,
                do=f"look at the unit; likely {'; '.join(likely) or 'none of inches, cm, daily means, metres'}",
            )
    if len({r.pet_mm is None for r in rows}) > 1:
        yield finding(
            "weather-evaporation-mixed",
            where.model_copy(update={"column": "pet_mm"}),
            "pan evaporation in some months and potential evapotranspiration in others",
        )
