"""Additionality: regulatory surplus, barriers, common practice (VM0042 v2.2 section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding

type Area = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
type Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class RegulatorySurplus(DomainObject):
    """Whether a law requires the practice, and whether it is enforced."""

    region: Identifier
    required_by_law: bool
    systematically_not_enforced: bool = False


class BarrierAnalysis(DomainObject):
    """Step 2 of VT0008: barriers of the project activity with public, verifiable evidence."""

    region: Identifier
    barriers: Items[Text]
    public_evidence: bool


class Adoption(DomainObject):
    """How common a practice is in one region.

    Parameters
    ----------
    practices
        One practice, or those combined on one field within a rotation (or three years where there is none).
    adoption_share
        Share of the land with it; None where there are no data. [fraction]
    evidence
        An expert's word needs a signed and dated attestation with qualifications and methods.
    adopted_area_ha, different_area_ha
        Land of the region with the practice, and the part of it whose circumstances differ, such as subsidised land:
        F of VT0008 Step 4c (``vt0008:4c``) is computed from them. [ha]
    common_practice_factor
        F where it was computed elsewhere; the two areas are asked for beside it. [fraction]
    """

    region: Identifier
    practices: Items[Identifier]
    adoption_share: Share | None
    evidence: Literal[
        "census_or_government", "peer_reviewed", "independent_research", "industry", "expert", "none"
    ]
    expert_signed_and_dated: bool = False
    expert_states_qualifications_and_methods: bool = False
    same_stratification_as_other_practices: bool = True
    adopted_area_ha: Area | None = None
    different_area_ha: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    common_practice_factor: Share | None = None


def check_regulatory_surplus(surplus: RegulatorySurplus) -> Iterator[Finding]:
    """Step 1: what a law requires and enforces is not additional."""
    if not surplus.required_by_law or surplus.systematically_not_enforced:
        return
    yield finding("required-by-law", f"region {surplus.region}", "the practice is required by law")


def check_barriers(analysis: BarrierAnalysis) -> Iterator[Finding]:
    """Step 2: at least one barrier, with public and verifiable evidence."""
    if analysis.barriers and analysis.public_evidence:
        return
    yield finding(
        "no-barrier",
        f"region {analysis.region}",
        "no barrier" if not analysis.barriers else "barriers without public evidence",
    )


def check_common_practice(adoption: Adoption, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Step 3: below 20 % is not common; at 20 %, above it or without data the factor of VT0008 decides.

    Exactly 20 % is open in the text and is taken as common.
    """
    thing = f"{' with '.join(adoption.practices)} in {adoption.region}"
    yield from _expert(adoption, thing)
    share = adoption.adoption_share
    if share is not None and share < thresholds.common_practice and adoption.evidence != "none":
        return
    if share is not None and share == thresholds.common_practice:
        yield finding(
            "adoption-at-threshold",
            thing,
            f"adoption exactly {share:.0%}",
            common_practice=thresholds.common_practice,
        )
    factor = adoption.common_practice_factor
    if factor is not None and factor < thresholds.common_practice:
        return
    known = "adoption unknown" if share is None else f"adoption {share:.1%}"
    if adoption.evidence == "none":
        known += ", no evidence"
    yield finding(
        "common-practice",
        thing,
        f"{known}, factor F {'not computed' if factor is None else f'{factor:.1%}'}",
        common_practice=thresholds.common_practice,
    )


def _expert(adoption: Adoption, thing: str) -> Iterator[Finding]:
    if adoption.evidence == "expert" and not (
        adoption.expert_signed_and_dated and adoption.expert_states_qualifications_and_methods
    ):
        yield finding("expert-not-attested", thing, "an expert's word without a full attestation")
    if not adoption.same_stratification_as_other_practices:
        yield finding(
            "adoption-stratified-differently",
            thing,
            "another stratification than for the other practices",
        )
