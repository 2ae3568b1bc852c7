"""Results of a soil model that ran elsewhere (DayCent, DNDC, APSIM) to ``model/external_*.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mollisol.importing.context import Context, Row
from mollisol.importing.kinds.schedule import ask_year
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import Origin
from mollisol.importing.units import STOCK

FIELDS: Final[Mapping[str, Type]] = {
    "model": Type(required=True),
    "model_version": Type(required=True),
    "parameter_set": Type(required=True),
    "point": Type(required=True),
    "scenario": Type(required=True),
    "time": Type("number"),
    "date": Type("day"),
    "year": Type("year"),
    "month": Type("number"),
    "draw": Type("number"),
    "soc": Type("number", STOCK),
    "n2o": Type("number", STOCK),
    "ch4": Type("number", STOCK),
    "status": Type(words_needed=True),
}
_GASES: Final = {"n2o": ("N", "N2O", 44 / 28), "ch4": ("C", "CH4", 16 / 12)}
"""Element and gas, and the mass of gas of a mass of element."""
TIMES: Final = (
    "end of month: 2022.00 is the end of December 2021",
    "start of month: 2022.00 is January 2022",
)
_KG_PER_T = 1000.0


def import_results(mapping: FileMapping, context: Context) -> None:
    """Add the results of a mapping."""
    if "time" in mapping.fields:
        for item in mapping.fields["time"]:
            if item.get("is") not in TIMES:
                for file in mapping.files(context.raw_files()):
                    words = ("time-stamp", "2022.00", "what a decimal year is")
                    context.ask(
                        mapping, file, str(item.get("column", "time")), words, "fields.time.is", TIMES
                    )
    elif "date" not in mapping.fields:
        ask_year(mapping, context)
    for gas, (element, name, _) in _GASES.items():
        for item in mapping.fields.get(gas, []):
            if item.get("is") not in (element, name):
                for file in mapping.files(context.raw_files()):
                    words = ("unit", "", f"mass of the element or of the gas: {element} or {name}")
                    context.ask(
                        mapping,
                        file,
                        str(item.get("column", gas)),
                        words,
                        f"fields.{gas}.is",
                        (element, name),
                    )
    months = mapping.decide.get("months")
    for sheet in context.sheets(mapping):
        for row in context.rows(mapping, sheet, FIELDS):
            when = _when(row, mapping, context)
            if when is None or (months and when[1] not in months):
                continue
            _write(row, when, mapping, context)


def _when(row: Row, mapping: FileMapping, context: Context) -> tuple[int, int] | None:
    """Return year and month of a row."""
    if row["date"] is not None:
        return row["date"].year, row["date"].month
    if row["time"] is not None:
        months = round(row["time"] * 12) - (1 if row.source("time").get("is") == TIMES[0] else 0)
        return months // 12, months % 12 + 1
    if row["year"] is None:
        return None
    if row["month"] is None:
        words = ("missing", "", "which month the values are of: fields.month, such as { value = 12 }")
        row.ask("month", words, "fields.month")
        return None
    return int(row["year"]), int(row["month"])


def _write(row: Row, when: tuple[int, int], mapping: FileMapping, context: Context) -> None:
    cells: dict[str, Any] = {
        name: row[name] for name in ("model", "model_version", "parameter_set", "point", "scenario")
    }
    cells |= {"year": when[0], "month": when[1], "draw": int(row["draw"] or 0), "soc_t_ha": row["soc"]}
    for gas, (element, _, times) in _GASES.items():
        if row[gas] is not None:
            share = times if row.source(gas).get("is") == element else 1.0
            cells[f"{gas}_kg_ha"] = row[gas] * _KG_PER_T * share
    table = f"model/external_{str(row['model']).split()[0].lower()}.csv"
    done = "; ".join(
        f"{row.got[name].column}: {row.got[name].done}"
        for name in ("soc", "n2o", "ch4")
        if name in row.got and row.got[name].done
    )
    differs = context.outputs.add(table, cells, Origin(row.file, [row.place], done), mapping=mapping.name)
    if differs:
        words = (
            "duplicate",
            f"{row['point']} {row['scenario']} {when[0]}-{when[1]:02d}",
            f"a second value of {differs}",
        )
        row.ask(differs, words, "fields")
