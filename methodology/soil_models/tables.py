"""Crops, manures and Tier 1 factors by name."""

from __future__ import annotations

from functools import cache

from mollisol.methodology.base import DomainObject
from mollisol.methodology.rules_in_force.rule import Status
from mollisol.methodology.soil_models.parameters import table


class Crop(DomainObject):
    """Allometry of a crop for AMG; kind is main, cover (not harvested) or harvested-cover."""

    kind: str
    crop: str
    beta: float
    harvest_index: float
    shoot_root_ratio: float
    stubble_share: float
    h_above: float
    h_below: float
    c_above: float
    c_below: float


class Manure(DomainObject):
    """Carbon of a manure or compost and the share of it that is humified."""

    manure: str
    c_kg_t: float
    humified: float


class Residue(DomainObject):
    """The IPCC's residue line of a crop, with dry matter, nitrogen and lignin."""

    crop: str
    slope: float
    intercept_t_ha: float
    root_shoot_ratio: float
    dry_matter: float
    nitrogen: float
    lignin: float


class Tier1Factor(DomainObject):
    """A reference stock (t C/ha) or a stock-change factor, with its printed uncertainty."""

    kind: str
    level: str
    climate: str
    value: float
    error_percent: float
    status: Status


@cache
def crops() -> dict[tuple[str, str], Crop]:
    """Return the crops by kind and name."""
    return {(c.kind, c.crop): c for c in (Crop(**row) for row in table("amg-crops").records())}


@cache
def manures() -> dict[str, Manure]:
    """Return the manures and composts by name."""
    return {m.manure: m for m in (Manure(**row) for row in table("amg-manures").records())}


@cache
def residues() -> dict[str, Residue]:
    """Return the IPCC residue lines by crop."""
    return {r.crop: r for r in (Residue(**row) for row in table("ipcc2019-residues").records())}


@cache
def _tier1() -> dict[tuple[str, str, str], Tier1Factor]:
    factors = (Tier1Factor(**row) for row in table("ipcc2019-tier1").records())
    return {(f.kind, f.level, f.climate): f for f in factors}


def tier1_factor(*, kind: str, level: str, climate: str) -> Tier1Factor:
    """Look up a Tier 1 number of the 2019 tables; vintages are never mixed.

    Parameters
    ----------
    kind
        SOC_ref, F_LU, F_MG or F_I.
    level
        Soil for SOC_ref, else the level of the factor. A level that is 1 by definition has no climate.
    climate
        IPCC climate zone, for example ``cool-temperate-moist``.

    Raises
    ------
    KeyError
        If the tables have no such number (some soils do not occur in some climates); the message lists the levels.
    """
    known = _tier1()
    found = known.get((kind, level, climate)) or known.get((kind, level, "any"))
    if found is None:
        levels = sorted({lv for k, lv, c in known if k == kind and c in (climate, "any")})
        raise KeyError(
            f"Tier 1 (2019) has no {kind} for {level} in {climate}; there is {', '.join(levels) or 'none'}"
        )
    return found
