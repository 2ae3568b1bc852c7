"""Look at columns together before their ranges are checked: swapped columns, and values in another unit.

A range check would say of each row that its value is too large. What is looked for here says why, and once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.columns import Column
from mollisol.methodology.measurement import DENSEST_G_PER_CM3, RICHEST_G_PER_KG
from mollisol.reading.hints import MOST_DEGREES, fraction_hint, projected_hint

_SOC, _DENSITY = "soc_g_per_kg", "fine_soil_density_g_per_cm3"
_UPPER, _LOWER = "upper_cm", "lower_cm"
_EAST, _NORTH = "longitude_deg", "latitude_deg"
_OTHER_UNITS = (
    (_DENSITY, "density", 200.0, 1000 * DENSEST_G_PER_CM3, DENSEST_G_PER_CM3),
    (_SOC, "carbon", 2 * RICHEST_G_PER_KG, 1000 * RICHEST_G_PER_KG, RICHEST_G_PER_KG),
    ("probe_inner_diameter_mm", "probe", 0.1, 4.999, 500.0),
)
"""Column, of which kind it is, smallest and largest value that another unit would give and the right one does not, and
the largest of the right one."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was seen in some columns, with the places of all rows that show it.

    ``words`` are reason code, what was found, and what else is said than the table of reason codes says.
    """

    columns: tuple[str, ...]
    places: NDArray[np.intp]
    words: tuple[str, str, Mapping[str, str]]


def looks(columns: Mapping[str, Column]) -> Iterator[Look]:
    """Yield which parsed columns look swapped or in another unit.

    Parameters
    ----------
    columns
        The columns by name; None where a cell was empty or could not be taken.
    """
    swapped = np.zeros(0, dtype=np.intp)
    if _SOC in columns and _DENSITY in columns:
        soc, density = columns[_SOC].numbers(), columns[_DENSITY].numbers()
        likely = (soc <= DENSEST_G_PER_CM3) & (density > DENSEST_G_PER_CM3) & (density <= RICHEST_G_PER_KG)
        swapped = np.flatnonzero(likely)
        for first in swapped[:1]:
            found = f"{soc[first]:g} g C/kg in a soil of {density[first]:g} g/cm3"
            yield Look((_SOC, _DENSITY), swapped, ("columns-swapped", found, {}))
    if _UPPER in columns and _LOWER in columns:
        upper, lower = columns[_UPPER].numbers(), columns[_LOWER].numbers()
        exchanged = np.flatnonzero((upper > lower) & (lower >= 0))
        if (
            2 * exchanged.size <= upper.size
        ):  # single rows are told as such, but for those that end at the surface
            exchanged = exchanged[lower[exchanged] == 0]
        if exchanged.size:
            first = exchanged[0]
            found = (
                f"from {upper[first]:g} down to {lower[first]:g} cm, in {exchanged.size} of {upper.size} rows"
            )
            yield Look((_UPPER, _LOWER), exchanged, ("depths-exchanged", found, {}))
    if _EAST in columns and _NORTH in columns:
        yield from _projected(columns[_EAST].numbers(), columns[_NORTH].numbers())
    for name, kind, least, most, right in _OTHER_UNITS:
        if name in columns:
            places = np.setdiff1d(_between(columns[name], least, most), swapped)
            if places.size:
                value = float(columns[name].numbers()[places[0]])
                do = "convert to it" + other_units(kind, value, 0.0, right, "in it")
                yield Look((name,), places, ("wrong-unit", f"{value:g}", {"do": do}))
    for name, column in columns.items():
        if name.endswith("_fraction"):
            # A share of time may be a count of days.
            most = 366.0 if "time" in name else 100.0
            places = _between(column, float(np.nextafter(1.0, 2.0)), most)
            if places.size:
                value = float(column.numbers()[places[0]])
                do = fraction_hint(name, value)
                yield Look((name,), places, ("percent-for-fraction", f"{value:g}", {"do": do}))


def _projected(east: NDArray[np.float64], north: NDArray[np.float64]) -> Iterator[Look]:
    """Yield coordinates that are no degrees: metres of a map, with where Web Mercator would put them."""
    places = np.flatnonzero((np.abs(east) > MOST_DEGREES) & (np.abs(north) > MOST_DEGREES))
    if places.size:
        x, y = float(east[places[0]]), float(north[places[0]])
        found = f"{x:g} and {y:g}, which look like metres of a projected map"
        do = "convert to longitude and latitude in WGS 84; " + projected_hint(x, y)
        yield Look((_EAST, _NORTH), places, ("wrong-unit", found, {"do": do}))


def _between(column: Column, least: float, most: float) -> NDArray[np.intp]:
    return np.flatnonzero(column.holds(lambda value: value is not None and least <= value <= most))
