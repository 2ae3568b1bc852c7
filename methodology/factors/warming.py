"""The factors of fuel, lime and retained amendment carbon."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.factors.tables import look_up

type Fuel = Literal["gasoline", "diesel"]
type Lime = Literal["limestone", "dolomite"]


def fuel_factor(fuel: Fuel) -> Factor:
    """Return the factor that VM0042 prints for a fuel; any other fuel needs a project-specific one.

    Raises
    ------
    FactorError
        For another fuel.
    """
    return look_up("lime-urea-fuel", item=f"{fuel} (VM0042 default)")


def lime_factor(lime: Lime) -> Factor:
    """Return the factor of limestone or dolomite; raises as :func:`fuel_factor`."""
    return look_up("lime-urea-fuel", item=lime)


def retained_fraction() -> Factor:
    """Return the share of amendment carbon that stays in the soil, Eq. 33."""
    return look_up("lime-urea-fuel", item="manure/amendment C retained")
