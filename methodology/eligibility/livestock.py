"""Livestock in the project: the floor of section 8.3, displacement of section 8.4.2, shares of manure systems."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier
from mollisol.methodology.eligibility.wording import clause, finding
from mollisol.methodology.findings import Finding, Severity

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


class LivestockDecision(DomainObject):
    """What the choice means: which population the project emits with, and what becomes of the leakage."""

    animal: str
    population: Literal["baseline", "project"]
    head: float
    leakage: Literal["none", "quantify"]
    findings: tuple[Finding, ...]


def decide_livestock(livestock: LivestockInScenarios) -> LivestockDecision:
    """Apply the floor: the project emits with no fewer heads than the baseline, unless option b is shown.

    A fall of livestock production goes to displaced production whatever is chosen here.
    """
    here = clause("sections 8.3 and 8.4.2")
    thing = f"livestock {livestock.animal}"
    if livestock.project_head >= livestock.baseline_mean_head:
        return LivestockDecision(
            animal=livestock.animal,
            population="project",
            head=livestock.project_head,
            leakage="none",
            findings=(),
        )
    shown = livestock.output_did_not_fall and livestock.slaughtered_not_moved
    numbers = f"{livestock.project_head:g} heads after {livestock.baseline_mean_head:g} on average"
    if livestock.option == "b" and shown:
        return LivestockDecision(
            animal=livestock.animal,
            population="project",
            head=livestock.project_head,
            leakage="none",
            findings=(
                finding(
                    "livestock-reduced",
                    thing,
                    found=numbers + ", option b",
                    allowed="output did not fall and animals were slaughtered",
                    do="keep the evidence for the auditor",
                    clause=here,
                    severity=Severity.NOTE,
                ),
            ),
        )
    findings = [
        finding(
            "livestock-floor",
            thing,
            found=numbers,
            allowed="at least the mean of the look-back period, unless option b is shown",
            do="know that the baseline population emits in the project too, and quantify the leakage (Eq. 36)",
            clause=here,
            severity=Severity.WARNING,
        )
    ]
    if livestock.option == "b":
        findings.append(
            finding(
                "livestock-option-not-shown",
                thing,
                found="option b without its evidence",
                allowed="output did not fall, and animals were slaughtered and not moved",
                do="bring the evidence, or choose option a",
                clause=here,
            )
        )
    elif livestock.option == "":
        findings.append(
            finding(
                "livestock-option-missing",
                thing,
                found=numbers + ", no option chosen",
                allowed="option a or b",
                do="choose one",
                clause=here,
            )
        )
    return LivestockDecision(
        animal=livestock.animal,
        population="baseline",
        head=livestock.baseline_mean_head,
        leakage="quantify",
        findings=tuple(findings),
    )


def check_manure_shares(animal: str, productivity: str, shares: Mapping[str, float]) -> list[Finding]:
    """Hold the shares of one herd's manure by system against a whole: none outside 0 to 1, 1 together at most."""
    here, thing = clause("section 8.2.7, AWMS"), f"manure of {animal}, productivity {productivity}"
    outside = {system: share for system, share in shares.items() if not 0 <= share <= 1}
    if outside:
        return [
            finding(
                "manure-share-not-a-fraction",
                thing,
                found=", ".join(f"{system} {share:g}" for system, share in outside.items()),
                allowed="fractions from 0 to 1, not per cent",
                do="divide by 100 if these are per cent",
                clause=here,
            )
        ]
    total = fsum(shares.values())
    if total > 1 + SLACK:
        return [
            finding(
                "manure-shares-above-one",
                thing,
                found=f"{total:g} together",
                allowed="1 together at most",
                do="mend the shares",
                clause=here,
            )
        ]
    if total < 1 - SLACK:
        return [
            finding(
                "manure-shares-below-one",
                thing,
                found=f"{total:g} together",
                allowed="1, unless the rest is handled outside the project area",
                do="say where the rest goes",
                clause=here,
                severity=Severity.WARNING,
            )
        ]
    return []
