"""Sets of global warming potentials over 100 years, and the factors of fuel, lime and retained amendment carbon."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.base import DomainObject
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import look_up

type Fuel = Literal["gasoline", "diesel"]
type Lime = Literal["limestone", "dolomite"]


class WarmingPotentials(DomainObject):
    """Methane and nitrous oxide of one set, in t CO2e per t of gas."""

    name: str
    ch4: Factor
    n2o: Factor


_SETS: dict[str, tuple[str, str]] = {
    "AR4": ("AR4", "AR4"),
    "AR5": ("AR5", "AR5"),
    "AR6": ("AR6", "AR6"),
    "AR6 non-fossil": ("AR6 non-fossil", "AR6"),
    "AR6 fossil": ("AR6 fossil", "AR6"),
}
"""Sets that may be used, and the rows that they take. AR5 with feedback stands in the table and is no set."""


def warming_potentials(name: str) -> WarmingPotentials:
    """Give a set by its name; VM0042 v2.2 prints AR5, and defers to the VCS Standard in force.

    Raises
    ------
    FactorError
        For another name; the message names those that there are.
    """
    if name not in _SETS:
        raise FactorError(f"there is no set of warming potentials {name!r}; there are: {', '.join(_SETS)}")
    ch4, n2o = _SETS[name]
    return WarmingPotentials(
        name=name,
        ch4=look_up("gwp100", set=ch4, gas="CH4"),
        n2o=look_up("gwp100", set=n2o, gas="N2O"),
    )


def fuel_factor(fuel: Fuel) -> Factor:
    """Give the factor that VM0042 prints for a fuel; any other fuel needs a project-specific one.

    Raises
    ------
    FactorError
        For another fuel.
    """
    return look_up("lime-urea-fuel", item=f"{fuel} (VM0042 default)")


def lime_factor(lime: Lime) -> Factor:
    """Give the factor of limestone or dolomite; raises as :func:`fuel_factor`."""
    return look_up("lime-urea-fuel", item=lime)


def retained_fraction() -> Factor:
    """Give the share of amendment carbon that stays in the soil, Eq. 33."""
    return look_up("lime-urea-fuel", item="manure/amendment C retained")
