"""One determination of a laboratory: organic carbon, fine soil and depth as our tables have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from mollisol.importing.context import Decided, Row
from mollisol.importing.kinds.soil import BASES, fine_soil_density
from mollisol.importing.outputs import NOTHING_CARRIED

ZERO: Final = ("mineral surface", "top of the litter")
MOISTURE: Final = ("of moist soil", "of dry soil")
"""What the water content is a share of."""
LITTER: Final = ("leave out", "count")


type Given = tuple[tuple[str, ...], tuple[Any, ...]]
"""Columns and their values; the columns are shared by all rows, so that a million of them fit."""
NOTHING_GIVEN: Final[Given] = ((), ())
_COLUMNS: Final = {
    "organic": "carbon_as_given_g_per_kg",
    "matter": "organic_matter_g_per_kg",
    "total": "total_carbon_g_per_kg",
}


@dataclass(slots=True)
class Core:
    """What an increment says of its core beside depths and carbon."""

    sample: str
    horizon: str = ""
    probe_mm: float | None = None
    cores: int | None = None
    carried: tuple[str, str, str] = NOTHING_CARRIED
    batch: str | None = None


@dataclass(slots=True)
class Increment:
    """One determination, before duplicates and litter are dealt with.

    Parameters
    ----------
    row
        Its place.
    day
        Of sampling, or that of the same core.
    carbon, carbon_done
        Organic carbon in g/kg, and how it came about.
    density, mass_g, soil_done
        Fine soil per total volume in g/cm3, or its dry mass, and how it came about.
    others
        Further determinations of the same increment.
    below
        Of a content below a limit: the rule that was taken, and the limit in g/kg.
    carbon_given, soil_given
        Figures as the laboratory gave them, by our columns, where carbon or soil had to be converted.
    """

    row: Row
    point: str
    campaign: str
    upper: Decimal
    lower: Decimal
    day: date | str | None
    method: str
    carbon: float
    carbon_done: str
    core: Core
    density: float | None = None
    mass_g: float | None = None
    soil_done: str = ""
    others: tuple[Increment, ...] = ()
    below: tuple[str, float] | None = None
    carbon_given: Given = NOTHING_GIVEN
    soil_given: Given = NOTHING_GIVEN

    @property
    def name(self) -> str:
        """The core and the depths."""
        return f"{self.core.sample} {_plain(self.upper)}-{_plain(self.lower)}"


def organic_carbon(row: Row) -> tuple[float, str]:
    """Return organic carbon in g/kg of oven-dry fine soil, and how it came about."""
    source, got = row.source("carbon"), row.got["carbon"]
    done = got.done or f"{got.value:.10g} g/kg"
    if source.get("is") == "organic" and row["moisture"] is None:
        return float(got.value), _told(got.column, done)
    value, done = float(got.value), f"{got.column}: {done}"
    if source.get("is") == "matter" and "factor" in source:
        value, done = value * float(source["factor"]), f"{done}, organic matter x {source['factor']:g}"
    elif source.get("is") == "total":
        inorganic = row["inorganic"] or 0.0
        value, done = value - inorganic, f"{done}, less {inorganic:.6g} g/kg inorganic"
    dry = dry_share(row, "carbon")
    return (value, done) if dry == 1 else (value / dry, f"{done}, to oven-dry / {dry:.6g}")


@lru_cache(maxsize=50_000)
def _shared(*pairs: tuple[str, Any]) -> Given:
    """Return columns and values; rows with the same figures share them, and all rows the columns."""
    return _columns(*(name for name, _ in pairs)), tuple(value for _, value in pairs)


@lru_cache(maxsize=1_000)
def _columns(*names: str) -> tuple[str, ...]:
    return names


def carbon_given(row: Row) -> Given:
    """Return the carbon of a row as the laboratory gave it; nothing where it stands there as we have it."""
    source, got = row.source("carbon"), row.got["carbon"]
    kind, dry = str(source.get("is")), dry_share(row, "carbon")
    if kind not in _COLUMNS or (kind == "organic" and got.limit is None and dry == 1):
        return NOTHING_GIVEN
    given: dict[str, Any] = {_COLUMNS[kind]: float(got.value if got.limit is None else got.limit)}
    if kind == "matter":
        given["carbon_share_of_matter"] = float(source.get("factor", 1.0))
    elif kind == "total":
        given["inorganic_carbon_g_per_kg"] = float(row["inorganic"] or 0.0)
    if got.limit is not None:
        given["below_limit"] = got.decided
    if dry != 1:
        given["carbon_dry_matter_fraction"] = dry
    return _shared(*given.items())


def _soil_given(row: Row, basis: str, by: str, rho: float | None) -> Given:
    """Return density and stones of a row as the laboratory gave them; nothing where they are fine soil already."""
    dry = dry_share(row, "density")
    if basis == BASES[2] and dry == 1:
        return NOTHING_GIVEN
    column = "fine_earth_density_g_per_cm3" if basis == BASES[1] else "whole_soil_density_g_per_cm3"
    given: dict[str, Any] = {column: float(row["density"])}
    stones = 0.0 if basis == BASES[2] else float(row["stones"] or 0.0)
    given[f"coarse_fragments_{'mass' if basis == BASES[2] else by}_fraction"] = stones
    if (basis, by) in ((BASES[0], "volume"), (BASES[1], "mass")):
        given["particle_density_g_per_cm3"] = rho
    return _shared(*given.items(), *([] if dry == 1 else [("soil_dry_matter_fraction", dry)]))


def dry_share(row: Row, name: str) -> float:
    """Return the oven-dry mass in a mass of soil as a figure is given: 1 where it is of oven-dry soil already."""
    moisture = row["moisture"]
    if moisture is None or name not in row.mapping.decide.get("moist", []):
        return 1.0
    return float(1 / (1 + moisture) if row.source("moisture").get("is") == MOISTURE[1] else 1 - moisture)


@lru_cache(maxsize=50_000)
def _told(column: str, done: str) -> str:
    return f"{column}: {done}"


def core_of(row: Row, point: str, campaign: str) -> Core:
    """Return what a row says of its core."""
    probe, cores = row["probe"], row["cores"]
    number, batch, analyst = (row[name] for name in ("number", "batch", "analyst"))
    return Core(
        sample=str(row["sample"] or f"{point}-{campaign}"),
        horizon=str(row["horizon"] or ""),
        probe_mm=None if probe is None else float(probe * 10),
        cores=None if cores is None else int(cores),
        carried=(str(number or ""), str(batch or ""), str(analyst or "")),
        batch=batch,
    )


def set_soil(made: Increment, row: Row) -> None:
    """Set the density of fine soil or its mass, where the row has what it takes."""
    if row["fine_mass"] is not None:
        dry = dry_share(row, "fine_mass")
        made.mass_g = float(row["fine_mass"]) * dry
        made.soil_done = f"fine soil {row['fine_mass']:.6g} g" + (
            f" x {dry:.6g} oven-dry" if dry != 1 else ""
        )
        if dry != 1:
            weighed = {"moist_fine_soil_mass_g": float(row["fine_mass"]), "soil_dry_matter_fraction": dry}
            made.soil_given = _shared(*weighed.items())
    basis, stones = row.source("density").get("basis", BASES[2]), row["stones"]
    if row["density"] is None or basis not in BASES or (basis != BASES[2] and stones is None):
        return
    by, rho = row.source("stones").get("by", "mass"), row.source("stones").get("particle_density")
    try:
        made.density, made.soil_done = _fine_soil(
            float(row["density"]) * dry_share(row, "density"), basis, float(stones or 0.0), by, rho
        )
        if made.soil_given is NOTHING_GIVEN:
            made.soil_given = _soil_given(row, basis, by, rho)
    except (ValueError, ZeroDivisionError):
        return  # the density of the stones is asked for by the mapping's keys


_fine_soil = lru_cache(maxsize=50_000)(fine_soil_density)
"""A laboratory gives few distinct figures: their arithmetic and its words are kept once."""


def mineral(profile: list[Increment], decide: Mapping[str, Any]) -> Iterator[Increment]:
    """Yield the increments of mineral soil of a profile, with depth 0 at its surface; ask whether litter counts."""
    litter = [one for one in profile if _is_litter(one)]
    thick = max((max(one.lower, one.upper) for one in litter), default=Decimal(0))
    for one in profile:
        if one in litter and decide.get("litter") != LITTER[1]:
            if decide.get("litter") == LITTER[0]:
                found = f"{one.core.horizon or 'litter'} {one.upper}-{one.lower} cm"
                one.row.context.log.append(
                    Decided(
                        one.row.mapping.name, one.row.file, one.row.place, one.row.column("horizon"), found,
                        LITTER[0], "(row left out)",
                    )
                )  # fmt: skip
            else:
                words = ("organic-horizon", "", "a litter layer above the mineral soil: does it count")
                one.row.ask("horizon", words, "decide.litter", LITTER)
            continue
        if litter and one not in litter and decide.get("zero") == ZERO[1]:
            one.upper, one.lower = _below(one.upper, thick), _below(one.lower, thick)
        yield one


def _is_litter(one: Increment) -> bool:
    return one.upper > one.lower or one.core.horizon.strip()[:1] == "O"


def _below(depth: Decimal, thick: Decimal) -> Decimal:
    """Return a depth below the litter, with two decimals where there were more."""
    left = depth - thick
    short = left.normalize() if left else Decimal(0)
    more = int(left.as_tuple().exponent) < -1 and int(short.as_tuple().exponent) >= -2
    return short.quantize(Decimal("0.01")) if more else left


def _plain(depth: Decimal) -> str:
    return f"{depth.normalize():f}" if depth else "0"
