"""Look at columns together before their ranges are checked: swapped columns, and values in another unit.

A range check would say of each row that its value is too large. What is looked for here says why, and once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SOC, _DENSITY = "soc_g_per_kg", "fine_soil_density_g_per_cm3"
_DENSEST_G_PER_CM3 = 2.2
_RICHEST_G_PER_KG = 580.0
_OTHER_UNITS = (
    (_DENSITY, 200.0, 2200.0, "kg/m3", "divide by 1000"),
    (_SOC, 2 * _RICHEST_G_PER_KG, 580_000.0, "mg/kg", "divide by 1000"),
    ("probe_inner_diameter_mm", 1.0, 4.999, "cm", "multiply by 10"),
)
"""Column, smallest and largest value that another unit would give and the right one does not, its name, what to do."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was seen in some columns, with the positions of all rows that show it."""

    code: str
    columns: tuple[str, ...]
    positions: tuple[int, ...]
    found: str
    allowed: str
    do: str


def looks(columns: Mapping[str, Sequence[Any]]) -> Iterator[Look]:
    """Say which parsed columns look swapped or in another unit.

    Parameters
    ----------
    columns
        The values of each column by its name; None where a cell was empty or could not be taken.
    """
    swapped = set(_swapped(columns))
    if swapped:
        soc, density = (columns[name][min(swapped)] for name in (_SOC, _DENSITY))
        yield Look(
            "columns-swapped",
            (_SOC, _DENSITY),
            tuple(sorted(swapped)),
            f"{soc:g} g C/kg in a soil of {density:g} g/cm3",
            f"a density up to {_DENSEST_G_PER_CM3:g} g/cm3",
            f"look whether {_SOC} and {_DENSITY} are swapped",
        )
    for column, least, most, unit, do in _OTHER_UNITS:
        positions = tuple(
            position
            for position, value in enumerate(columns.get(column, ()))
            if value is not None and least <= value <= most and position not in swapped
        )
        if positions:
            found = f"{columns[column][positions[0]]:g}, which looks like {unit}"
            yield Look("wrong-unit", (column,), positions, found, "the unit of the column name", do)
    for column, values in columns.items():
        if column.endswith("_fraction"):
            positions = tuple(i for i, value in enumerate(values) if value is not None and 1 < value <= 100)
            if positions:
                found = f"{values[positions[0]]:g}, which looks like per cent"
                allowed = "a fraction from 0 to 1"
                yield Look("percent-for-fraction", (column,), positions, found, allowed, "divide by 100")


def _swapped(columns: Mapping[str, Sequence[Any]]) -> Iterator[int]:
    pairs = zip(columns.get(_SOC, ()), columns.get(_DENSITY, ()), strict=False)
    for position, (soc, density) in enumerate(pairs):
        if soc is None or density is None:
            continue
        if soc <= _DENSEST_G_PER_CM3 < density <= _RICHEST_G_PER_KG:
            yield position
