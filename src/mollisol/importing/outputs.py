"""The tables that an import makes: rows by key, merged over mappings, each with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "quantification_units.csv": ("quantification_unit",),
    "strata.csv": ("stratum",),
    "control_sites.csv": ("control_site",),
    "control_links.csv": ("control_site", "stratum"),
    "sample_points.csv": ("point",),
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


@dataclass(slots=True)
class Origin:
    """Where a row came from, and what was done to it."""

    file: str
    places: list[str] = field(default_factory=list)
    done: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Made:
    """One row of a table, with its origins."""

    cells: dict[str, Any]
    origins: list[Origin]
    aliases: tuple[str, ...] = ()


class Outputs:
    """Rows of our tables by table and key."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], Made]] = {}
        self.files: dict[str, bytes] = {}
        self.writers: dict[str, set[str]] = {}

    def add(
        self,
        table: str,
        cells: Mapping[str, Any],
        origin: Origin,
        *,
        mapping: str,
        aliases: Sequence[str] = (),
    ) -> str:
        """Add a row; one whose key is there fills its empty columns. Return a column that both fill differently."""
        rows = self.tables.setdefault(table, {})
        self.writers.setdefault(table, set()).add(mapping)
        names = KEYS.get(table, ())
        key = tuple(written(cells.get(name)) for name in names) if names else (str(len(rows)),)
        if key not in rows:
            rows[key] = Made(dict(cells), [origin], tuple(aliases))
            return ""
        kept = rows[key]
        for name, value in cells.items():
            if kept.cells.get(name) in (None, ""):
                kept.cells[name] = value
            elif value not in (None, "") and written(value) != written(kept.cells[name]):
                return name
        kept.origins.append(origin)
        return ""

    def names_of(self, table: str, row: Made) -> list[str]:
        """Return the keys of a row as ``provenance.csv`` has them."""
        names = KEYS.get(table, ())
        if not names:
            return list(dict.fromkeys([written(row.cells.get("sample")), *row.aliases]))
        return ["|".join(written(row.cells.get(name)) for name in names)]


def written(value: Any) -> str:
    """Return a cell as a table has it: numbers to ten digits, yes and no, days as 2021-09-14."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
