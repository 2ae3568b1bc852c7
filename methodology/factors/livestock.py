"""Livestock look-ups under one name of the animal, and a check of the live weight against its table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.findings import Finding, Place, finding

type Productivity = Literal["all", "high", "low"]

HIGH_BY_DEFAULT: Final = frozenset({"North America", "Western Europe", "Eastern Europe", "Oceania"})
"""Regions whose Tier 1 value is that of high productivity; elsewhere it is that of low (footnote of Table 10.10)."""

WEIGHT_SPREAD: Final = 3.0
"""A herd mean that is more than so many times above or below the table is taken for another unit."""


class _Names(NamedTuple):
    enteric: str
    solids: str
    manure: str
    nitrogen: str
    weight: str


ANIMALS: Final[dict[str, _Names]] = {
    "dairy cattle": _Names("cattle-dairy", "cattle-dairy", "cattle-dairy", "cattle-dairy", "cattle-dairy"),
    "other cattle": _Names("cattle-other", "cattle-other", "cattle-other", "cattle-other", "cattle-other"),
    "buffalo": _Names("buffalo", "buffalo", "buffalo", "buffalo", "buffalo"),
    "sheep": _Names("sheep", "sheep-mature", "sheep-mature", "sheep-mature", "sheep-growing"),
    "goats": _Names("goats", "goat", "goat", "goat", "goat"),
    "swine": _Names("swine", "swine-growing", "swine-growing", "swine-growing", "swine-growing"),
    "horses": _Names("horses", "horse", "horse", "horse", "horse"),
    "mules and asses": _Names("mules and asses", "mule-ass", "mule-ass", "mule-ass", "mule-ass"),
    "camels": _Names("camels", "camel", "camel", "camel", "camel"),
}
"""Our name of an animal, and its names in Tables 10.10 or 10.11, 10.13a, 10.14, 10.19 and 10A.5."""


def _names(animal: str) -> _Names:
    if animal not in ANIMALS:
        raise FactorError(f"there is no animal {animal!r}; there are: {', '.join(ANIMALS)}")
    return ANIMALS[animal]


def productivity_in(region: str, productivity: Productivity) -> Productivity:
    """Return the productivity that stands for ``all`` in tables that know only high and low."""
    if productivity != "all":
        return productivity
    return "high" if region in HIGH_BY_DEFAULT else "low"


def enteric_factor(animal: str, region: str, productivity: Productivity = "all") -> Factor:
    """Return the enteric factor, Table 10.11 or 10.10.

    Raises
    ------
    FactorError
        For an animal, region or productivity that is not there, naming those that are.
    """
    name = _names(animal).enteric
    if name in ("cattle-dairy", "cattle-other", "buffalo"):
        return look_up("10.11", animal=name, region=region, productivity=productivity)
    level = productivity_in(region, productivity) if name in ("sheep", "goats", "swine") else "all"
    return look_up("10.10", animal=name, productivity=level)


def solids_rate(animal: str, region: str, productivity: Productivity = "all") -> Factor:
    """Return the rate of volatile solids, Table 10.13a; raises as :func:`enteric_factor`."""
    name = _names(animal).solids
    everywhere = name in ("mule-ass", "camel")
    return look_up("10.13a", animal=name, region="all" if everywhere else region, productivity=productivity)


def manure_ch4_factor(
    animal: str, region: str, system: str, climate: str, moisture: str, productivity: Productivity = "all"
) -> Factor:
    """Return the methane of manure, Table 10.14; raises as :func:`enteric_factor`."""
    name = _names(animal).manure
    level = "all" if name == "buffalo" else productivity_in(region, productivity)
    return look_up(
        "10.14", animal=name, productivity=level, system=system, climate=climate, moisture=moisture
    )


def nitrogen_rate(animal: str, region: str, productivity: Productivity = "all") -> Factor:
    """Return the rate of nitrogen excretion, Table 10.19; raises as :func:`enteric_factor`."""
    name = _names(animal).nitrogen
    split = name.startswith(("cattle", "buffalo", "swine", "poultry"))
    return look_up("10.19", animal=name, region=region, productivity=productivity if split else "all")


def live_weight(animal: str, region: str, productivity: Productivity = "all") -> Factor:
    """Return the mean weight of the herd, Table 10A.5; raises as :func:`enteric_factor`."""
    name = _names(animal).weight
    everywhere = name in ("mule-ass", "camel")
    level = productivity_in(region, productivity) if name == "sheep-growing" else productivity
    return look_up("10A.5", animal=name, region="all" if everywhere else region, productivity=level)


def check_live_weight(animal: str, region: str, live_weight_kg: float, where: Place) -> Iterator[Finding]:
    """Return a finding where a herd's mean weight is far from the table: tonnes, pounds, or another animal."""
    usual = live_weight(animal, region)
    if usual.central <= live_weight_kg * WEIGHT_SPREAD and live_weight_kg <= usual.central * WEIGHT_SPREAD:
        return
    yield finding(
        "live-weight-implausible",
        where,
        f"{animal} in {region}: {live_weight_kg:g} kg per head",
        citation=usual.citation,
        weight_spread=WEIGHT_SPREAD,
        central=usual.central,
    )
