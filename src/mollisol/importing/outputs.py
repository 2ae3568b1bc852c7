"""The tables that an import makes: rows by key, merged over mappings, each with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "quantification_units.csv": ("quantification_unit",),
    "strata.csv": ("stratum",),
    "fields.csv": ("field",),
    "control_sites.csv": ("control_site",),
    "control_links.csv": ("control_site", "stratum"),
    "sample_points.csv": ("point",),
    "core_places.csv": ("campaign", "point"),
    "core_increments.csv": ("campaign", "point", "upper_cm"),
    "laboratory_repeats.csv": (),
    "schedule_of_activities.csv": ("place", "scenario", "year"),
    "fertilizers.csv": ("quantification_unit", "scenario", "year", "product"),
    "fuel_use.csv": ("quantification_unit", "scenario", "year", "fuel"),
    "liming.csv": ("quantification_unit", "scenario", "year", "lime"),
    "organic_amendments.csv": ("quantification_unit", "scenario", "year", "amendment", "origin"),
    "livestock.csv": ("quantification_unit", "scenario", "year", "animal"),
    "production.csv": ("commodity", "year"),
    "model/weather.csv": ("cell", "year", "month"),
    "model/sites.csv": ("site",),
    "model/external_daycent.csv": ("point", "scenario", "year", "month"),
    "model/external_dndc.csv": ("point", "scenario", "year", "month"),
    "model/external_apsim.csv": ("point", "scenario", "year", "month"),
}
"""What tells the rows of a table apart, and names one in ``provenance.csv``."""
MOST_PLACES: Final = 200
NOTHING_CARRIED: Final = ("", "", "")


@dataclass(slots=True)
class Origin:
    """Where a row came from, and what was done to it; ``carried`` are laboratory number, batch and analyst."""

    file: str
    places: Sequence[str] = ()
    done: str = ""
    carried: tuple[str, str, str] = NOTHING_CARRIED

    def at(self, place: str) -> None:
        """Add a place."""
        self.places = [*self.places, place] if isinstance(self.places, tuple) else self.places
        if isinstance(self.places, list) and self.places[-1:] != [place]:
            self.places.append(place)


@dataclass(slots=True)
class Made:
    """One row of a table, with its origins. Its cells are in the order of the columns of the table."""

    cells: tuple[Any, ...]
    origins: tuple[Origin, ...]
    aliases: tuple[str, ...] = ()


class OutputTable:
    """Rows of one of our tables by key; a row is a tuple, so that a million of them fit.

    Without names of a key each row is one of its own; ``shown`` are then what ``provenance.csv`` calls it by.
    """

    def __init__(self, names: Sequence[str], shown: Sequence[str] = ()) -> None:
        self.columns: list[str] = []
        self.rows: dict[tuple[str, ...], Made] = {}
        self.writers: set[str] = set()
        self._names, self._shown = names, shown

    def add(self, cells: Mapping[str, Any], origin: Origin, aliases: tuple[str, ...]) -> str:
        """Add a row, or the columns that one of its key has not; return a column that both fill differently."""
        if list(cells) != self.columns[: len(cells)]:
            self.columns += [name for name in cells if name not in self.columns]
        key = (
            tuple(written(cells.get(name)) for name in self._names) if self._names else (str(len(self.rows)),)
        )
        values = tuple(map(cells.get, self.columns))
        kept = self.rows.get(key)
        if kept is None:
            self.rows[key] = Made(values, (origin,), aliases)
            return ""
        old = (*kept.cells, *[None] * (len(self.columns) - len(kept.cells)))
        for name, before, after in zip(self.columns, old, values, strict=True):
            if before not in (None, "") and after not in (None, "") and written(before) != written(after):
                return name
        kept.cells = tuple(
            before if before not in (None, "") else after for before, after in zip(old, values, strict=True)
        )
        kept.origins = (*kept.origins, origin)
        return ""

    def keys_of(self, key: tuple[str, ...], row: Made) -> list[str]:
        """Return the keys of a row as ``provenance.csv`` has them."""
        if self._names:
            return ["|".join(key)]
        if "sample" not in self.columns or self._shown:
            cells = dict(zip(self.columns, row.cells, strict=False))
            return ["|".join(written(cells.get(name)) for name in self._shown or self.columns)]
        return list(dict.fromkeys([written(row.cells[self.columns.index("sample")]), *row.aliases]))


class Outputs:
    """Our tables by name, and other files that are made."""

    def __init__(self) -> None:
        self.tables: dict[str, OutputTable] = {}
        self.files: dict[str, bytes] = {}

    def add(
        self, table: str, cells: Mapping[str, Any], origin: Origin, *, mapping: str, alias: str = ""
    ) -> str:
        """Add a row, or the columns that one of its key has not; return a column that both fill differently."""
        if table not in self.tables:
            self.tables[table] = OutputTable(KEYS.get(table, ()))
        self.tables[table].writers.add(mapping)
        return self.tables[table].add(cells, origin, (alias,) if alias else ())


def rounded(value: float, decimals: int) -> float:
    """Return a number to so many decimals, halves away from zero as a person rounds its ten digits."""
    exact = Decimal(f"{value:.10g}")
    return float(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def written(value: Any) -> str:
    """Return a cell as a table has it: numbers to ten digits, yes and no, days as 2021-09-14."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
