"""A closed table of units: what a raw file may be written in, and the factor to the unit that our tables use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from mollisol.methodology.findings import UserError

CONTENT: Final = {
    "g/kg": 1.0, "%": 10.0, "mg/g": 1.0, "g/100g": 10.0, "mg/kg": 0.001, "ppm": 0.001, "kg/kg": 1000.0,
    "fraction": 1000.0,
}  # fmt: skip
"""Mass in mass, to g/kg."""
SHARE: Final = {"%": 0.01, "fraction": 1.0, "g/kg": 0.001, "kg/kg": 1.0, "m3/m3": 1.0}
"""Shares, to a fraction."""
DENSITY: Final = {
    "g/cm3": 1.0, "kg/dm3": 1.0, "t/m3": 1.0, "Mg/m3": 1.0, "g/cc": 1.0, "kg/l": 1.0, "g/ml": 1.0, "kg/m3": 0.001,
    "lb/gal": 0.45359237 / 3.785411784, "lb/ft3": 0.45359237 / 28.316846592,
}  # fmt: skip
"""Mass in volume, to g/cm3, which is kg/l."""
LENGTH: Final = {"cm": "1", "mm": "0.1", "m": "100", "in": "2.54", "ft": "30.48", "dm": "10"}
"""Lengths, to cm; exact, as text."""
AREA: Final = {"ha": 1.0, "ac": 0.40468564224, "m2": 0.0001, "km2": 100.0}
"""Areas, to ha; the acre is the international one."""
MASS: Final = {
    "t": 1.0, "Mg": 1.0, "kg": 0.001, "g": 1e-6, "lb": 0.00045359237, "short ton": 0.90718474,
    "long ton": 1.0160469088, "dt": 0.1, "cwt": 0.045359237,
}  # fmt: skip
"""Masses, to t."""
VOLUME: Final = {
    "l": 1.0, "m3": 1000.0, "hl": 100.0, "ml": 0.001, "US gal": 3.785411784, "imperial gal": 4.54609,
}  # fmt: skip
"""Volumes, to litres."""
RAIN: Final = {"mm": 1.0, "cm": 10.0, "in": 25.4, "m": 1000.0}
"""Depths of water of a day, to mm."""
STOCK: Final = {
    "t/ha": 1.0, "Mg/ha": 1.0, "kg/ha": 0.001, "g/m2": 0.01, "kg/m2": 10.0, "lb/ac": 0.45359237e-3 / 0.40468564224,
}  # fmt: skip
"""Mass on an area, to t/ha."""
RATE: Final = {f"{mass}/{area}": t / ha for mass, t in MASS.items() for area, ha in AREA.items()}
"""Masses on areas, to t/ha."""
RATE_KG: Final = {unit: 1000 * times for unit, times in RATE.items()}
"""The same, to kg/ha."""
PER_AREA: Final = {f"/{area}": 1 / ha for area, ha in AREA.items()}
"""Counts on areas, to 1/ha."""
WEIGHT: Final = {"g": 1.0, "kg": 1000.0, "mg": 0.001}
"""Masses of a sample, to g."""
HEADS: Final = {"head": 1.0}
ANGLE: Final = {"degrees": 1.0}
_TEMPERATURE: Final = {"C": (1.0, 0.0), "K": (1.0, -273.15), "F": (5 / 9, -160 / 9)}

_SIGNS: Final = str.maketrans({"³": "3", "²": "2", "^": "", "·": "", "µ": "u", "°": ""})
_ALIASES: Final = {
    "percent": "%", "inch": "in", "inches": "in", '"': "in", "feet": "ft", "acre": "ac", "acres": "ac", "L": "l",
    "litre": "l", "liter": "l", "g/cc": "g/cm3", "g cm-3": "g/cm3", "kg m-3": "kg/m3", "g kg-1": "g/kg",
    "mg kg-1": "mg/kg", "deg C": "C", "deg c": "C", "degC": "C", "celsius": "C", "kelvin": "K", "degF": "F",
    "lbs": "lb", "tonne": "t", "tonnes": "t", "Mg/m-3": "Mg/m3", "m-3 m3": "m3/m3", "t ha-1": "t/ha",
    "kg ha-1": "kg/ha", "mm/day": "mm", "US gallon": "US gal",
    "quintal": "dt", "Stück": "head",
}  # fmt: skip


class UnknownUnitError(UserError):
    """A unit that is not in the table."""


def plain(unit: str) -> str:
    """Return a unit as the table spells it, where it is one of it."""
    text = " ".join(unit.strip().translate(_SIGNS).split())
    return _ALIASES.get(text, text)


def factor(unit: str, table: Mapping[str, float]) -> float:
    """Return what a value in a unit is multiplied by; a number may stand before it, as in ``100 kg``.

    Raises
    ------
    UnknownUnitError
        If the table does not have it.
    """
    name = plain(unit)
    if name in table:
        return float(table[name])
    if (counted := re.fullmatch(r"(\d+(?:\.\d+)?) ?(.+)", name)) and plain(counted[2]) in table:
        return float(counted[1]) * float(table[plain(counted[2])])
    raise UnknownUnitError(f"no unit {unit!r}; there are: {', '.join(table)}")


def celsius(value: float, unit: str) -> float:
    """Return a temperature in degrees Celsius.

    Raises
    ------
    UnknownUnitError
        If the unit is none of C, K and F.
    """
    if plain(unit) not in _TEMPERATURE:
        raise UnknownUnitError(f"no unit {unit!r}; there are: C, K, F")
    slope, offset = _TEMPERATURE[plain(unit)]
    return value * slope + offset


@lru_cache(maxsize=10_000)
def centimetres(text: str, unit: str) -> Decimal:
    """Return a depth in cm, with the digits of the file: 6 in are 15.24, 0 in are 0.00 cm.

    The same text gives the same object, so that a million rows hold few of them.

    Raises
    ------
    UnknownUnitError
        If the unit is no length.
    InvalidOperation
        If the text is no number.
    """
    depth, name = Decimal(text), plain(unit)
    if name not in LENGTH:
        raise UnknownUnitError(f"no unit {unit!r}; there are: {', '.join(LENGTH)}")
    if name == "cm":
        return depth
    short = depth.normalize() if depth else Decimal(0)
    return (short if int(str(short.as_tuple().exponent)) <= 0 else short.quantize(Decimal(1))) * Decimal(
        LENGTH[name]
    )


def number_and_unit(text: str) -> tuple[str, str]:
    """Return ``60 lb/ac`` as number and unit; the unit is empty where there is none."""
    found = re.match(r"\s*([-+]?[\d.,' ]*\d)\s*(.*)$", text)
    return (found[1].strip(), found[2].strip()) if found else (text.strip(), "")
