"""Any table of ours, column by column: for what has no kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from mollisol.importing.context import Context
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import KEYS, Origin
from mollisol.importing.units import AREA, CONTENT, DENSITY, MASS, SHARE, VOLUME, WEIGHT
from mollisol.methodology.findings import Place, finding
from mollisol.reading.project import TABLES

_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "_g_per_kg": CONTENT, "_g_per_cm3": DENSITY, "_ha": AREA, "_litre": VOLUME, "_t": MASS, "_g": WEIGHT,
    "_fraction": SHARE,
}  # fmt: skip
"""Units of a column by the end of its name; a mapping states the unit of the file for these."""


def import_table(mapping: FileMapping, context: Context) -> None:
    """Add the rows of a mapping to the table that it names; ``decide.sum`` names columns that add up over a key."""
    known = {table.file: table.row_type for table in TABLES}
    if mapping.table not in known:
        where = Place(file=mapping.file, thing="table")
        context.findings.append(
            finding("import-mapping", where, repr(mapping.table), allowed=", ".join(known))
        )
        return
    types = {
        name: _type(name, info.annotation, info.is_required())
        for name, info in known[mapping.table].model_fields.items()
    }
    summed = mapping.decide.get("sum", [])
    rows: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Origin]]] = {}
    for sheet in context.sheets(mapping):
        for number, row in enumerate(context.rows(mapping, sheet, types)):
            cells = {name: row[name] for name in types if name in row.got}
            names = KEYS.get(mapping.table) or ()
            key = tuple(str(cells.get(name)) for name in names) if summed else (sheet.file, str(number))
            kept, origins = rows.setdefault(key, (dict(cells), {}))
            if origins:
                for name in summed:
                    kept[name] = (kept[name] or 0) + (cells[name] or 0)
            origins.setdefault(row.file, Origin(row.file)).at(row.place)
    for cells, origins in rows.values():
        for origin in origins.values():
            differs = context.outputs.add(mapping.table, cells, origin, mapping=mapping.name)
            if differs:
                words = ("duplicate", str(list(cells.values())[:4]), f"a second row with another {differs}")
                context.ask(mapping, origin.file, differs, words, "decide.sum", (), origin.places[0])


def _type(name: str, annotation: Any, required: bool) -> Type:
    words = str(annotation) + str(getattr(annotation, "__value__", ""))
    if any(name.endswith(ending) for ending in ("_cm",)):
        return Type("depth", required=required)
    units = next((table for ending, table in _UNITS.items() if name.endswith(ending)), None)
    if "date" in words or "Day" in words:
        return Type("day", required=required)
    if "bool" in words:
        return Type("yes", required=required)
    if name == "year" or "Year" in words:
        return Type("year", required=required)
    numeric = "float" in words or "int" in words or any(arg in (float, int) for arg in get_args(annotation))
    return Type("number" if numeric else "text", units, required=required)
