"""What to do about a column or a value: likely causes with their arithmetic, none of them as the cause."""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from mollisol.methodology.checks.likely_causes import other_units

_DENSITY: Final = (
    "fine_soil_density_g_per_cm3 is dry fine soil (below 2 mm) per total volume. With m the share of stones by mass "
    "and v by volume: density of all soil x (1 - m); of all soil by volume of stones, all - 2.65 v; of the fine soil "
    "itself x (1 - v); density that is fine soil per total volume already stays. Convert, then leave this column out; "
    "or give what the laboratory gave in whole_soil_density_g_per_cm3 or fine_earth_density_g_per_cm3, with "
    "coarse_fragments_mass_fraction or coarse_fragments_volume_fraction"
)
_COLUMNS: Final = (
    (r"coarse|stone|gravel|rock|fragment|skeleton", _DENSITY),
    (r"bulk|^bd|^db$|rohdichte|_bd", _DENSITY),
    (
        r"organic_?matter|^s?om$|som_|_som|^om_|loi|humus",
        "organic matter is not carbon: soc_g_per_kg takes organic carbon. 1 % of organic matter is about 10 / 1.724 "
        "= 5.8 g C/kg, and a conversion has an error of its own: ask the laboratory for carbon, or give "
        "organic_matter_g_per_kg with carbon_share_of_matter",
    ),
    (
        r"total_?c|^tc$|^tc_|_tc$",
        "total carbon holds carbonate: soc_g_per_kg takes organic carbon, total less inorganic, or after acid; or give "
        "total_carbon_g_per_kg with inorganic_carbon_g_per_kg",
    ),
    (
        r"(soc|toc|oc|carbon).*(percent|pct|%)|^c_percent",
        "per cent x 10 is g/kg: 1.5 % is 15 g/kg. Convert and name it soc_g_per_kg",
    ),
    (r"acre", "1 acre is 0.40468564 ha: convert areas by that, and amounts per acre x 2.471 are per hectare"),
    (r"inch|_in$", "1 inch is 2.54 cm or 25.4 mm: convert"),
    (r"feet|foot|_ft$", "1 foot is 0.3048 m or 30.48 cm: convert"),
)
"""Words in the name of a column, and what is said of them; the first that fits."""
MOST_DEGREES: Final = 180.0
_RADIUS_M: Final = 6_378_137.0
"""Of the sphere of Web Mercator: the half axis of WGS 84."""
_DAILY: Final = re.compile(r"^(yday|doy|day|jday|julian|day_of_year)\b|/ ?day|per_day|_d-?1\b", re.I)


def column_hint(name: str, known: Sequence[str]) -> str:
    """Return what to do about a column that is not read."""
    for words, do in _COLUMNS:
        if re.search(words, name, re.I):
            return do
    near = difflib.get_close_matches(name, known, n=1)
    return f"rename it to {near[0]}" if near else "take it out, or rename it; it is not read"


def is_daily(columns: Sequence[str], required: Sequence[str]) -> bool:
    """Return whether a table that wants a row a month has a row a day."""
    return "month" in required and any(_DAILY.search(column) for column in columns)


def projected_hint(east_m: float, north_m: float) -> str:
    """Return what coordinates that are no degrees may be, and where Web Mercator would put them."""
    likely = "likely, none of it shown: a national or UTM grid"
    if not max(abs(east_m), abs(north_m)) <= math.pi * _RADIUS_M:  # the square that Web Mercator fills
        return likely
    longitude = math.degrees(east_m / _RADIUS_M)
    latitude = math.degrees(math.atan(math.sinh(north_m / _RADIUS_M)))
    return f"{likely}; Web Mercator (EPSG:3857), which would be {longitude:.5f} E, {latitude:.5f} N"


def fraction_hint(name: str, value: float) -> str:
    """Return what a fraction above 1 may be, with the arithmetic of each."""
    parts = [("per cent", 100.0)]
    if "time" in name:
        units = (("days of a year", 365.0), ("weeks of a year", 52.0), ("months of a year", 12.0))
        parts = [(words, of) for words, of in units if value <= of] + parts
    sums = "; ".join(f"{words}: {value:g} / {of:g} = {value / of:.3g}" for words, of in parts)
    return f"find out which it is, and divide by {' or '.join(f'{of:g}' for _, of in parts)}; likely {sums}"


_WORDS: Final = {
    "fuel": "the methodology prints factors of petrol and diesel alone, and another fuel is not computed: a saving of "
    "it is left out; more of it than before has to be counted, so ask for it to be taken in",
    "animal": "use one of these words; poultry is not computed: the tables read have no enteric factor of it. What a "
    "smaller flock would save is left out; a larger one has to be counted, so ask for it to be taken in",
    "nitrogen_form": "use one of these words; an inhibitor or coating has no default factor: name the form of its "
    "nitrogen, and give a lower factor, with its study, in [[project.factors]]",
}
"""What is said of a word that is not allowed, by column, where there is more to say than the words that are."""


_QUANTITIES: Final = (("precipitation_mm", "rain"), ("_cm", "length"), ("_km", "distance"), ("_ha", "area"))
"""Of which kind a value is, by how the name of its column ends."""


def value_hint(name: str, value: Any, most: float) -> str:
    """Return what to do about a value outside of its range, up to ``most``; empty where nothing more is known."""
    if isinstance(value, str):
        return _WORDS.get(name, "")
    if not isinstance(value, int | float):
        return ""
    hint = _VALUES.get(name)
    kind = next((kind for end, kind in _QUANTITIES if name.endswith(end)), "")
    otherwise = other_units(kind, value, 0.0, most, name.rpartition("_")[2]) if value > most else ""
    return (hint(value) if hint is not None else "") or ("look at the unit" + otherwise if otherwise else "")


def _depth(value: float) -> str:
    if value >= 0:
        return ""
    return (
        "depths count downward from the surface of the mineral soil. Litter and the organic layer (O horizon) above it "
        "are no part of the pool: leave them out. Where all depths are negative, change their sign"
    )


def _nitrogen(value: float) -> str:
    if value > 1:
        return f"a share of the product: per cent / 100 ({value:g} / 100 = {value / 100:g}), g/kg / 1000"
    return (
        "no product holds so much (ammonia 0.82). Where the records hold the mass of nitrogen itself, name a product "
        "and write its mass: nitrogen / content of the product, as 10 t N / 0.46 = 21.7 t of urea"
    )


def _latitude(value: float) -> str:
    return "latitude ends at 90: longitude and latitude may be exchanged" if abs(value) <= 180 else ""


_VALUES: Final[dict[str, Callable[[float], str]]] = {
    "upper_cm": _depth,
    "lower_cm": _depth,
    "nitrogen_t_per_t": _nitrogen,
    "latitude_deg": _latitude,
}


def date_hint(value: Any) -> str:
    """Return what to do about something that is no date."""
    if isinstance(value, datetime.datetime):
        day = value.date().isoformat()
        return f"write the day alone, without time and zone: {day}, if that is the day at the place"
    if isinstance(value, str):
        return "take the quotes away"
    return "write a date, as 2026-11-21"
