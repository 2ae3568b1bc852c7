"""Field records by year to ``schedule_of_activities.csv``: of all fields of a unit, a practice that one had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mollisol.importing.context import Context, Row
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import Origin, rounded
from mollisol.importing.units import PER_AREA, RAIN, RATE, RATE_KG, SHARE

PRACTICES: Final = (
    "tillage", "residue_removed", "synthetic_nitrogen", "manure", "compost", "irrigation", "grazing", "liming",
)  # fmt: skip
AMOUNTS: Final[Mapping[str, Type]] = {
    "yield_t_per_ha": Type("number", RATE),
    "tillage_depth_cm": Type("depth"),
    "tillage_times": Type("number"),
    "residue_removed_fraction": Type("number", SHARE),
    "synthetic_n_kg_per_ha": Type("number", RATE_KG),
    "manure_t_per_ha": Type("number", RATE),
    "compost_t_per_ha": Type("number", RATE),
    "irrigation_mm": Type("number", RAIN),
    "stocking_head_days_per_ha": Type("number", PER_AREA),
    "lime_t_per_ha": Type("number", RATE),
}
"""Amounts of Table 4: means of the fields of a unit by their areas."""
_DAYS: Final = ("planting", "harvest")
FIELDS: Final[Mapping[str, Type]] = {
    "year": Type("year", required=True),
    "crop": Type(),
    **{name: Type("yes") for name in PRACTICES},
    **AMOUNTS,
    **{name: Type("day") for name in _DAYS},
    "field": Type(),
    "unit": Type(),
    "scenario": Type(),
    "evidence": Type(),
    "status": Type(words_needed=True),
}
ABSENT: Final = ("no",)


@dataclass(slots=True)
class YearOfLand:
    """What was done on a unit in a year, and where it stands.

    ``shares`` are areas with a practice of ``area``, and ``amounts`` values with the area that each is of: in ha, or
    one for each row where no field is named. ``empty`` are rows without an amount that others have.
    """

    crops: set[str] = field(default_factory=set)
    practices: dict[str, bool] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    area: float = 0.0
    amounts: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    empty: dict[str, list[Row]] = field(default_factory=dict)
    days: dict[str, set[str]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    evidence: str = ""

    def tell(self, file: str, place: str) -> None:
        """Add a place."""
        self.origins.setdefault(file, Origin(file)).at(place)


type Years = dict[tuple[str, str, int], YearOfLand]


def import_schedule(mapping: FileMapping, context: Context) -> None:
    """Add the schedule of a mapping."""
    missing = [name for name in PRACTICES if name not in mapping.fields]
    if missing:
        words = (", ".join(missing), "not-in-file", "no column", "what an absent column means")
        context.needs(mapping, "absent", words, ABSENT)
    ask_year(mapping, context)
    years: Years = {}
    for sheet in context.sheets(mapping):
        for row in context.rows(mapping, sheet, FIELDS):
            unit = unit_of(row)
            if not unit:
                continue
            scenario = context.scenario(row)
            if not scenario:
                continue
            year = years.setdefault((unit, scenario, row["year"]), YearOfLand())
            year.tell(row.file, row.place)
            split = row.source("crop").get("split")
            crops = str(row["crop"] or "").split(split) if split else [str(row["crop"] or "")]
            year.crops |= {crop.strip() for crop in crops if crop.strip()}
            _take(row, year)
            year.evidence = str(row["evidence"] or f"{sheet.file}")
    write_schedule(years, mapping, context)


def _take(row: Row, year: YearOfLand) -> None:
    """Take practices, amounts and days of a row, with the area of its field."""
    name, _ = row.context.land_names.find(str(row["field"] or ""))
    area = row.context.lands[name].area_ha if name else 1.0
    year.area += area
    for practice in PRACTICES:
        year.practices[practice] = year.practices.get(practice, False) or bool(row[practice])
        year.shares[practice] = year.shares.get(practice, 0.0) + area * bool(row[practice])
    for amount in AMOUNTS:
        if row[amount] is not None:
            year.amounts.setdefault(amount, []).append((float(row[amount]), area))
        elif amount in row.got and not row.got[amount].decided:
            year.empty.setdefault(amount, []).append(row)
    for day in _DAYS:
        if row[day] is not None:
            year.days.setdefault(day, set()).add(str(row[day]))


def _amounts(year: YearOfLand) -> dict[str, Any]:
    """Return the means of the amounts of a year; ask what is meant where some fields have none."""
    for name, rows in year.empty.items():
        for row in rows if name in year.amounts else ():
            words = (
                "missing",
                "(empty)",
                "no amount, where other fields of the unit have one: 0, or not known",
            )
            row.ask(name, words, f"fields.{name}.words.empty", ("0", "missing"))
    means = {
        name: rounded(sum(value * area for value, area in found) / sum(area for _, area in found), 4)
        for name, found in year.amounts.items()
    }
    return means | {name: "; ".join(sorted(found)) for name, found in year.days.items()}


def _shares(year: YearOfLand) -> str:
    """Return in words on which share of its area a practice took place, where it was not all or nothing."""
    return ", ".join(
        f"{name} on {area / year.area:.0%} of the area"
        for name, area in year.shares.items()
        if 0 < area < year.area
    )


def write_schedule(years: Years, mapping: FileMapping, context: Context) -> None:
    """Add the rows of a schedule."""
    for (unit, scenario, number), year in sorted(years.items()):
        cells = {
            "place": unit, "scenario": scenario, "year": number, "crop": "; ".join(sorted(year.crops)),
            **{name: year.practices.get(name, False) for name in PRACTICES},
            "evidence": year.evidence or ", ".join(year.origins), **_amounts(year),
        }  # fmt: skip
        for origin in year.origins.values():
            origin.done = _shares(year)
            context.outputs.add("schedule_of_activities.csv", cells, origin, mapping=mapping.name)


def ask_year(mapping: FileMapping, context: Context) -> None:
    """Ask for what a year is, where the mapping does not say it."""
    items = mapping.fields.get("year", [])
    for item in items:
        if "begins" in item or "shift" in item or "value" in item:
            continue
        for file in mapping.files(context.raw_files()):
            found = _blocks(mapping, context, file)
            words = (
                "which year a row gets: project rows carry the calendar year in which a project year begins; "
                "give `begins` for days, `shift` for years"
            )
            context.ask(
                mapping,
                file,
                f"{item.get('column', 'year')} {found}".strip(),
                ("meaning-of-year", "", words),
                "fields.year",
                ("begins", "shift"),
            )
    if not items:
        for file in mapping.files(context.raw_files()):
            context.ask(
                mapping,
                file,
                "year",
                ("meaning-of-year", "", "which column has the year or the day"),
                "fields.year",
            )


def _blocks(mapping: FileMapping, context: Context, file: str) -> str:
    """Return the first few blocks of columns of a file that has them, for a question."""
    if "blocks" not in mapping.read:
        return ""
    column = str(mapping.read["blocks"].get("column", "block"))
    found: dict[str, None] = {}
    for sheet in context.sheets(mapping):
        place = sheet.index(column)
        if sheet.file == file and place is not None:
            found |= dict.fromkeys(str(cells[place]) for _, cells in sheet.rows())
    return f"({', '.join(list(found)[:12])})"


def unit_of(row: Row) -> str:
    """Return the quantification unit of a row: stated, of its field, or the only one that there is."""
    if row["unit"]:
        return str(row["unit"])
    lands = row.context.lands
    if row["field"]:
        name, _ = row.context.land_names.find(str(row["field"]))
        if name and lands[name].unit:
            return lands[name].unit
    units = list(dict.fromkeys(land.unit for land in lands.values() if land.unit))
    if len(units) == 1:
        return units[0]
    question = f"which quantification unit the rows are of; known: {', '.join(units) or 'none'}"
    row.ask("unit", ("unit", "", question), "fields.unit", units)
    return ""
