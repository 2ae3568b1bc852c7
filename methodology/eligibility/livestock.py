"""Livestock in the project: the floor of section 8.3, displacement of section 8.4.2, shares of manure systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import fsum
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier
from mollisol.methodology.findings import Finding, finding

type Heads = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]

SLACK = 1e-9


class LivestockInScenarios(DomainObject):
    """One type of livestock in both scenarios.

    Parameters
    ----------
    baseline_mean_head
        Mean over the look-back period.
    option
        What the project chooses where numbers fall: ``a`` counts the baseline population in the project too and
        quantifies the leakage; ``b`` shows that output did not fall and that animals were slaughtered.
    output_did_not_fall, slaughtered_not_moved
        For option ``b``.
    """

    animal: Identifier
    baseline_mean_head: Heads
    project_head: Heads
    option: Literal["", "a", "b"] = ""
    output_did_not_fall: bool = False
    slaughtered_not_moved: bool = False


def check_livestock(livestock: LivestockInScenarios) -> Iterator[Finding]:
    """Yield what follows from fewer heads than in the baseline: its population is the floor, unless option b is shown.

    A fall of livestock production goes to displaced production whatever is chosen here.
    """
    if livestock.project_head >= livestock.baseline_mean_head:
        return
    thing = f"livestock {livestock.animal}"
    numbers = f"{livestock.project_head:g} heads after {livestock.baseline_mean_head:g} on average"
    if livestock.option == "b" and livestock.output_did_not_fall and livestock.slaughtered_not_moved:
        yield finding("livestock-reduced", thing, numbers + ", option b")
        return
    yield finding("livestock-floor", thing, numbers)
    if livestock.option == "b":
        yield finding("livestock-option-not-shown", thing, "option b without its evidence")
    elif livestock.option == "":
        yield finding("livestock-option-missing", thing, numbers + ", no option chosen")


def check_manure_shares(animal: str, productivity: str, shares: Mapping[str, float]) -> Iterator[Finding]:
    """Return what is wrong with the shares of a herd's manure: one outside 0 to 1, or not 1 together."""
    thing = f"manure of {animal}, productivity {productivity}"
    outside = {system: share for system, share in shares.items() if not 0 <= share <= 1}
    if outside:
        yield finding(
            "manure-share-not-a-fraction",
            thing,
            ", ".join(f"{system} {share:g}" for system, share in outside.items()),
        )
        return
    total = fsum(shares.values())
    if total > 1 + SLACK:
        yield finding("manure-shares-above-one", thing, f"{total:g} together")
    elif total < 1 - SLACK:
        yield finding("manure-shares-below-one", thing, f"{total:g} together")
