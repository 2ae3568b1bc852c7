"""Invoices and logs to what was used, applied and harvested in a year: product by product, unit by unit."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mollisol.importing.context import Context, Decided, Row
from mollisol.importing.kinds.schedule import (
    ABSENT,
    PRACTICES,
    YearOfLand,
    Years,
    ask_year,
    unit_of,
    write_schedule,
)
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import LEAVE_OUT, Type
from mollisol.importing.outputs import Origin, rounded
from mollisol.importing.units import (
    AREA,
    DENSITY,
    MASS,
    VOLUME,
    UnknownUnitError,
    factor,
    number_and_unit,
    plain,
)

FIELDS: Final[Mapping[str, Type]] = {
    "year": Type("year", required=True),
    "product": Type(required=True),
    "amount": Type("number"),
    "days": Type("number"),
    "from": Type("day"),
    "until": Type("day"),
    "content": Type(),
    "field": Type(),
    "unit": Type(),
    "scenario": Type(),
    "evidence": Type(),
    "status": Type(words_needed=True),
}
_TABLES: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "fertilizers": ("applied_t", "t", ("kind", "nitrogen")),
    "liming": ("lime_t", "t", ("share",)),
    "fuel_use": ("fuel_litre", "l", ()),
    "organic_amendments": ("applied_t", "t", ("origin", "carbon", "exemption")),
    "production": ("produced", "t", ()),
    "livestock": ("head", "head", ("productivity", "live_weight_kg")),
}
"""The column of a table that takes the amount, its unit, and what a product has to say beside its name."""
_ENTRY: Final = frozenset({
    "table", "name", "kind", "nitrogen", "share", "density", "units", "origin", "carbon", "exemption", "evidence",
    "productivity", "live_weight_kg", "time_on_land_fraction", "practice", "crop", "nitrogen_form",
})  # fmt: skip
_IS: Final = ("product", "nutrient")
_QUESTIONS: Final = {
    "nitrogen": "nitrogen content, t per t of product",
    "share": "mass of product or of carbonate: the share of the mass that counts, 1 for all of it",
    "carbon": "carbon content, t per t",
}
_DECIMALS: Final = 6
"""Of an amount in t: a gram."""
_DAYS_OF_A_YEAR: Final = 365.0


@dataclass(slots=True)
class _Total:
    """The sum of a product in a year, and where its parts stand."""

    cells: dict[str, Any]
    amount: float = 0.0
    origins: dict[str, Origin] = field(default_factory=dict)


def import_amounts(mapping: FileMapping, context: Context) -> None:
    """Add what the rows of a mapping sum up to."""
    ask_year(mapping, context)
    totals: dict[tuple[Any, ...], _Total] = {}
    years: Years = {}
    entries = [entry for entry in mapping.products.values() if isinstance(entry, dict)]
    makes_schedule = any({"practice", "crop"} & set(entry) for entry in entries)
    for sheet in context.sheets(mapping):
        for row in context.rows(mapping, sheet, FIELDS):
            _row(row, totals, years if makes_schedule else None)
    if makes_schedule:
        absent = "residue removal, manure, compost, irrigation, grazing"
        if context.needs(
            mapping, "absent", (absent, "not-in-file", "no such log", "what no log means"), ABSENT
        ):
            write_schedule(years, mapping, context)
    for (table, *_), total in sorted(totals.items(), key=lambda item: tuple(map(str, item[0]))):
        cells = dict(total.cells)
        later = {name: cells.pop(name) for name in ("nitrogen_t_per_t",) if name in cells}
        cells = {**cells, _TABLES[table][0]: rounded(total.amount, _DECIMALS), **later}
        for origin in total.origins.values():
            context.outputs.add(f"{table}.csv", cells, origin, mapping=mapping.name)


def _row(row: Row, totals: dict[tuple[Any, ...], _Total], years: Years | None) -> None:
    """Add one row to the totals and, where there is one, to the schedule."""
    text = str(row["product"])
    entry = product_of(text, row.mapping)
    answer = f'products."{text}"'
    if entry is None:
        question = "what it is: a table and a name, or left out"
        row.ask("product", ("product", text, question), answer, (*_TABLES, LEAVE_OUT))
        return
    if not isinstance(entry, dict):
        found = f"{text} {row.got['amount'].text if 'amount' in row.got else ''}".strip()
        name, column = row.mapping.name, row.column("product")
        row.context.log.append(
            Decided(name, row.file, row.place, column, found, str(entry), "(row left out)")
        )
        return
    if unknown := sorted(set(entry) - _ENTRY):
        words = ("product", text, f"keys that are not known: {', '.join(unknown)}")
        row.ask("product", words, answer, tuple(sorted(_ENTRY)))
        return
    unit = unit_of(row)
    scenario = row.context.scenario(row)
    if not scenario:
        return
    if years is not None and unit:
        _practice(row, entry, years.setdefault((unit, scenario, row["year"]), YearOfLand()))
    if "table" not in entry or not _is_whole(row, entry, text) or not unit:
        return
    amount = _amount(row, entry, text)
    if amount is None:
        return
    cells = _cells(entry, unit, scenario, row["year"])
    total = totals.setdefault((entry["table"], *cells.values()), _Total(cells))
    total.amount += amount[0]
    origin = total.origins.setdefault(row.file, Origin(row.file, (), f"sum; first {text}: {amount[1]}"))
    origin.at(row.place)


def product_of(text: str, mapping: FileMapping) -> Any:
    """Return what the mapping says of a product, by its text or a pattern with ``*``; None where it says nothing."""
    folded = " ".join(text.split()).casefold()
    for key, value in mapping.products.items():
        if " ".join(str(key).split()).casefold() == folded:
            return value
    for key, value in mapping.products.items():
        if "*" in key and fnmatch.fnmatchcase(folded, str(key).casefold()):
            return value
    return None


def _is_whole(row: Row, entry: Mapping[str, Any], text: str) -> bool:
    """Return whether a product says all that its table needs; ask for what it does not."""
    table = entry["table"]
    if table not in _TABLES:
        row.ask(
            "product", ("product", str(table), "no such table"), f'products."{text}".table', tuple(_TABLES)
        )
        return False
    missing = [name for name in ("name", *_TABLES[table][2]) if name not in entry]
    for name in missing:
        words = ("content", text, _QUESTIONS.get(name, f"its {name}"))
        row.ask("product", words, f'products."{text}".{name}')
    if table == "fertilizers" and _content(row) not in _IS:
        row.ask("amount", ("content", "", "mass of product or of nutrient"), "fields.amount.is", _IS)
        return False
    return not missing


def _content(row: Row) -> Any:
    """Return whether the amount of a row is of product or of nutrient: as its words say, else as the field does."""
    return row["content"] if row["content"] in _IS else row.source("amount").get("is")


def _days(row: Row) -> float | None:
    """Return on how many days the animals of a row were there; ask where it is not told, or more than a year has."""
    if row["from"] is not None and row["until"] is not None:
        days = float((row["until"] - row["from"]).days)
    elif row["days"] is not None:
        days = float(row["days"])
    else:
        question = "on how many days of the year: a column or value of days, or of from and until"
        row.ask("days", ("missing", "", question), "fields.days")
        return None
    if not 0 <= days <= _DAYS_OF_A_YEAR + 1:
        row.ask("days", ("missing", f"{days:g}", "days of one year: from 0 to 366"), "fields.days")
        return None
    return days


def _amount(row: Row, entry: Mapping[str, Any], text: str) -> tuple[float, str] | None:
    """Return the amount of a row in the unit of its table, and how it came about."""
    got = row.got.get("amount")
    if got is None or got.value is None:
        row.ask("amount", ("missing", "(empty)", f"no amount of {text}"), "fields.amount")
        return None
    table = entry["table"]
    if table == "livestock":
        days = _days(row)
        if days is None:
            return None
        return got.value * days / _DAYS_OF_A_YEAR, f"{got.value:.10g} head x {days:g} / 365 days"
    unit, _, area = got.unit.partition("/")
    value, done = float(got.value), f"{got.value:.10g} {got.unit}"
    try:
        if area:
            hectares = _hectares(row)
            if hectares is None:
                return None
            value, done = value * hectares / factor(area, AREA), f"{done} x {hectares:.6g} ha"
        value, density = _converted(value, unit, entry, _TABLES[table][1])
        done += density
    except UnknownUnitError as error:
        answer = f'products."{text}".density' if "density" in str(error) else "fields.amount.unit"
        row.ask("amount", ("unit", got.unit, f"{text}: {error}"), answer)
        return None
    if table == "fertilizers" and _content(row) == "nutrient":
        value, done = value / float(entry["nitrogen"]), f"{done} of nutrient / {entry['nitrogen']:g}"
    if "share" in entry:
        value, done = value * float(entry["share"]), f"{done} x {entry['share']:g}"
    return value, done


def _converted(value: float, unit: str, entry: Mapping[str, Any], target: str) -> tuple[float, str]:
    """Return an amount in t or l, and the density that it took, in words.

    A volume needs the density of the product to be a mass, and the other way round.
    """
    named = {str(key): str(text) for key, text in entry.get("units", {}).items()}
    unit = named.get(unit.strip(), unit)
    wanted, other = (MASS, VOLUME) if target == "t" else (VOLUME, MASS)
    try:
        return value * factor(unit, wanted), ""
    except UnknownUnitError:
        if plain(unit.split(maxsplit=1)[-1] if unit[:1].isdigit() else unit) not in other:
            raise
    if "density" not in entry:
        raise UnknownUnitError(f'{unit!r} needs the density of the product, such as "1.28 kg/l"')
    number, per = number_and_unit(str(entry["density"]))
    density = float(number) * factor(per.replace("gal", "gal"), DENSITY)  # kg/l, which is t/m3
    litres_or_tonnes = value * factor(unit, other)
    if target == "t":
        return litres_or_tonnes * density / 1000, f" x {entry['density']}"
    return litres_or_tonnes * 1000 / density, f" / {entry['density']}"


def _hectares(row: Row) -> float | None:
    """Return the area of the field of a row."""
    words = (row.column("amount"), "unit", "", "a rate: times which area of the field")
    if not row.context.needs(row.mapping, "rate_area", words, ("geometry",)):
        return None
    text = str(row["field"] or "(empty)")
    name, _ = row.context.land_names.find(text)
    if name:
        return row.context.lands[name].area_ha
    near = row.context.land_names.near(text)
    question = "no such field" + (f"; most like it: {', '.join(near)}" if near else "")
    row.ask("field", ("no-match", text, question), f'fields.field.words."{text}"', near)
    return None


def _cells(entry: Mapping[str, Any], unit: str, scenario: str, year: int) -> dict[str, Any]:
    """Return the columns of a row of its table, without the amount."""
    table, name = entry["table"], entry["name"]
    base: dict[str, Any] = {"quantification_unit": unit, "scenario": scenario, "year": year}
    if table == "fertilizers":
        form = {key: entry[key] for key in ("nitrogen_form",) if key in entry}
        return (
            base
            | {"product": name, "kind": entry["kind"], "nitrogen_t_per_t": float(entry["nitrogen"])}
            | form
        )
    if table == "liming":
        return base | {"lime": name}
    if table == "fuel_use":
        return base | {"fuel": name}
    if table == "production":
        return {"commodity": name, "year": year}
    if table == "livestock":
        kept = ("productivity", "live_weight_kg", "time_on_land_fraction")
        return base | {"animal": name} | {key: entry[key] for key in kept if key in entry}
    return base | {
        "amendment": name, "origin": entry["origin"], "carbon_t_per_t": float(entry["carbon"]),
        "exemption": entry["exemption"], "evidence": entry.get("evidence"),
    }  # fmt: skip


def _practice(row: Row, entry: Mapping[str, Any], year: YearOfLand) -> None:
    """Add what a row says of the schedule."""
    practices = entry.get("practice", [])
    practices = [practices] if isinstance(practices, str) else list(practices)
    table = entry.get("table")
    practices += ["synthetic_nitrogen"] if table == "fertilizers" and entry.get("kind") == "synthetic" else []
    practices += ["liming"] if table == "liming" else []
    practices += [entry["name"]] if table == "organic_amendments" and entry.get("name") in PRACTICES else []
    for name in practices:
        year.practices[name] = True
    if "crop" in entry:
        year.crops.add(str(entry["crop"]))
    if practices or "crop" in entry:
        year.tell(row.file, row.place)
        year.evidence = str(row["evidence"] or "")
