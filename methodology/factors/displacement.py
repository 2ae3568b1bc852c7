"""Which rules of VMD0054 say what displaced production leaks, and which accounting applies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mollisol.methodology.base import DomainObject, Identifier, RequiredText
from mollisol.methodology.findings import Finding, Place, Severity

type Commodity = Literal["agricultural", "fuelwood"]
type Accounting = Literal["leakage-only", "cross-commodity"]


def response_rules(commodity: Commodity, accounting: Accounting) -> tuple[str, str]:
    """Return the rules of what is made up for elsewhere of a lost production (IS), and of that on new land (NL)."""
    if (commodity, accounting) == ("agricultural", "leakage-only"):
        return "vmd0054.response.supply", "vmd0054.response.new-land"
    return "vmd0054.response.whole", "vmd0054.response.whole"


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
