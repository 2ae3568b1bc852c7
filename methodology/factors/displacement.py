"""Defaults of VMD0054 for displaced production, and which accounting applies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mollisol.methodology.base import DomainObject, Identifier, RequiredText
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.findings import Finding, Place, Severity

type Commodity = Literal["agricultural", "fuelwood"]
type Accounting = Literal["leakage-only", "cross-commodity"]

CITATION = "VMD0054 1.1, Table 1 and steps 1 to 5, read in a public extraction"


def _default(id: str, value: float, unit: str, note: str = "") -> Factor:
    return Factor(
        id=f"vmd0054/{id}",
        central=value,
        unit=unit,
        status="secondary",
        range_kind="none",
        citation=CITATION,
        note=note,
    )


GROWTH = _default("growth", 0.025, "fraction/yr", "regional or national statistics may replace it")
CARBON_FRACTION = _default("carbon-fraction", 0.47, "t C/t d.m.")

_RESPONSE: dict[tuple[Commodity, Accounting], tuple[float, float]] = {
    ("agricultural", "leakage-only"): (0.75, 0.40),
    ("fuelwood", "leakage-only"): (1.0, 1.0),
    ("agricultural", "cross-commodity"): (1.0, 1.0),
    ("fuelwood", "cross-commodity"): (1.0, 1.0),
}


class MarketResponse(DomainObject):
    """What of a lost production is made up for elsewhere (IS), and what of that on new land (NL)."""

    commodity: Commodity
    accounting: Accounting
    supply_response: Factor
    new_land_share: Factor


def market_response(commodity: Commodity, accounting: Accounting) -> MarketResponse:
    """Give IS and NL.

    Raises
    ------
    FactorError
        For another commodity or accounting.
    """
    if (commodity, accounting) not in _RESPONSE:
        allowed = "; ".join(f"{c}, {a}" for c, a in _RESPONSE)
        raise FactorError(f"no market response for {commodity}, {accounting}; there are: {allowed}")
    response, land = _RESPONSE[commodity, accounting]
    return MarketResponse(
        commodity=commodity,
        accounting=accounting,
        supply_response=_default(f"IS/{commodity}/{accounting}", response, "fraction"),
        new_land_share=_default(f"NL/{commodity}/{accounting}", land, "fraction"),
    )


def accounting_for(production_change_by_commodity: Mapping[str, float]) -> Accounting:
    """Tell which accounting applies to the whole project.

    Parameters
    ----------
    production_change_by_commodity
        CP of each commodity; below 0 where more is produced than expected.

    Returns
    -------
    str
        ``cross-commodity`` as soon as one is below 0: it is then mandatory for all.
    """
    return (
        "cross-commodity" if min(production_change_by_commodity.values(), default=0.0) < 0 else "leakage-only"
    )


class IntroducedCommodity(DomainObject):
    """A commodity of which the project makes more than expected, as an offset to others."""

    commodity: Identifier
    produced_in_country: bool
    national_production_rises: bool
    """Over the two latest steps of the national statistics."""
    subsistence: bool
    evidence: RequiredText


def check_introduced_commodity(introduced: IntroducedCommodity) -> list[Finding]:
    """Hold an offsetting commodity against the conditions of cross-commodity accounting."""
    faults = []
    if not introduced.produced_in_country:
        faults.append(("introduced-not-in-country", "not produced in the country", "produced in the country"))
    if not introduced.national_production_rises:
        faults.append(
            (
                "introduced-production-falls",
                "national production does not rise",
                "rising national production over the two latest steps of the statistics",
            )
        )
    if introduced.subsistence:
        faults.append(("introduced-subsistence", "a subsistence crop", "a traded commodity"))
    return [
        Finding(
            code=code,
            severity=Severity.BLOCKING,
            where=Place(thing=f"commodity {introduced.commodity}"),
            found=found,
            allowed=allowed,
            do="leave the commodity out of the offset: set its change to 0",
            clause="VMD0054 1.1, cross-commodity accounting",
        )
        for code, found, allowed in faults
    ]
