"""Which rules of VMD0054 say what displaced production leaks, and which accounting applies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mollisol.methodology.activity import Commodity, CommodityFacts
from mollisol.methodology.findings import Finding, finding

type Accounting = Literal["leakage-only", "cross-commodity"]


def response_rules(commodity: Commodity, accounting: Accounting) -> tuple[str, str]:
    """Return the rules of what is made up for elsewhere of a lost production (IS), and of that on new land (NL)."""
    if (commodity, accounting) == ("agricultural", "leakage-only"):
        return "vmd0054.response.supply", "vmd0054.response.new-land"
    return "vmd0054.response.whole", "vmd0054.response.whole"


def accounting_for(production_change_by_commodity: Mapping[str, float]) -> Accounting:
    """Return which accounting applies to the whole project.

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


def check_introduced_commodity(facts: CommodityFacts) -> list[Finding]:
    """Return why a commodity of which the project makes more than expected may not offset others."""
    conditions = {
        "introduced-not-in-country": (facts.produced_in_country, "not produced in the country"),
        "introduced-production-falls": (
            facts.national_production_rises,
            "national production does not rise",
        ),
        "introduced-subsistence": (not facts.subsistence, "a subsistence crop"),
    }
    thing = f"commodity {facts.commodity}"
    return [finding(code, thing, found) for code, (met, found) in conditions.items() if not met]
