"""Evidence for the schedule of activities (VM0042 v2.2 section 6, Box 1)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding


class EvidenceLevel(IntEnum):
    """The hierarchy for quantitative facts, best first."""

    RECORDS = 1
    """Management records with documented evidence for field and years, or remote sensing that determines the fact."""
    PLANS = 2
    """Management plans with documented evidence for field and years."""
    ATTESTATION = 3
    """Signed attestation that does not deviate from evidence-supported values of similar fields."""
    REGIONAL = 4
    """Regional averages, recent and disaggregated, with a signed attestation."""


type LevelField = Annotated[EvidenceLevel, BeforeValidator(lambda value: EvidenceLevel(value))]


class Evidence(DomainObject):
    """What stands behind one fact of the schedule.

    Parameters
    ----------
    kind
        A qualitative fact rests on consultation and a signed attestation of the farmer or landowner of that time.
    level
        For a quantitative fact, or a qualitative one without attestation.
    signed_attestation
        By the farmer or landowner of the period.
    documented_years
        Years before the start (1 is the last) with documented evidence for the field.
    look_back_years
        x. Box 1 names three years; the window is read as the whole look-back period (E-22).
    several_values, conservative_value_taken
        Whether the source gives several values or discretion, and whether the one with the lowest baseline emission
        or the highest stock change was taken.
    close_to_similar_fields
        For level 3.
    dataset_age_years, dataset_iterations_back
        For level 4: how long before the start the data are from, and how many iterations of the dataset back.
    """

    place: Identifier
    fact: Identifier
    kind: Literal["qualitative", "quantitative"]
    level: LevelField | None = None
    signed_attestation: bool = False
    documented_years: Items[Annotated[int, Field(ge=1, le=200)]] = ()
    look_back_years: Annotated[int, Field(ge=1, le=200)]
    remote_sensing: bool = False
    several_values: bool = False
    conservative_value_taken: bool = False
    close_to_similar_fields: bool = False
    dataset_age_years: Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)] | None = None
    dataset_iterations_back: Annotated[int, Field(ge=0, le=300)] | None = None
    source: Text = ""


def check_evidence(evidence: Evidence, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Return the findings on the evidence of one fact, held against Box 1."""
    thing = f"{evidence.fact} at {evidence.place}"
    if evidence.kind == "qualitative" and evidence.level is None:
        if evidence.signed_attestation:
            return
        yield _missing(
            thing,
            "a qualitative fact without a signed attestation",
            "consultation with and signed attestation of the farmer or landowner, or the hierarchy for amounts",
        )
        return
    if evidence.level is None:
        yield _missing(thing, "a quantitative fact without evidence", "one of the four levels of Box 1")
        return
    yield from _by_level(evidence, thing, thresholds)
    if evidence.several_values and not evidence.conservative_value_taken:
        yield finding("evidence-not-conservative", thing, "several values, not the conservative one")


def _by_level(evidence: Evidence, thing: str, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    level = evidence.level
    if level in (EvidenceLevel.RECORDS, EvidenceLevel.PLANS):
        if level is EvidenceLevel.RECORDS and evidence.remote_sensing:
            return
        wanted = set(range(1, evidence.look_back_years + 1))
        missing = sorted(wanted - set(evidence.documented_years))
        if missing:
            yield _missing(
                thing,
                "no documented evidence for years before the start: " + ", ".join(map(str, missing)),
                "documented evidence for the field and each year of the look-back period",
            )
            return
        return
    if not evidence.signed_attestation:
        yield _missing(thing, "no signed attestation", "a signed attestation at this level")
    if level is EvidenceLevel.ATTESTATION:
        if not evidence.close_to_similar_fields:
            yield _missing(
                thing,
                "an attested value not compared with similar fields, or far from them",
                "a value that does not deviate significantly from evidence of similar fields; else level 4",
            )
        yield finding("evidence-attested", thing, "an attested value")
        return
    if not _recent(evidence, thresholds):
        yield _missing(
            thing,
            "regional data too old, or of unknown age",
            f"from the {thresholds.regional_data_years:g} years before the start, or the "
            f"{thresholds.regional_data_iterations} latest iterations, whichever is more recent",
        )


def _recent(evidence: Evidence, thresholds: EligibilityThresholds) -> bool:
    age, back = evidence.dataset_age_years, evidence.dataset_iterations_back
    if age is None or back is None:
        return False
    return age <= thresholds.regional_data_years and back < thresholds.regional_data_iterations


def _missing(thing: str, state: str, allowed: str) -> Finding:
    return finding("evidence-missing", thing, state, allowed=allowed)
