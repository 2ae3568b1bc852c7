"""What a project declares of its eligibility, in ``eligibility.toml`` (VM0042 v2.2 sections 4 to 8.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items
from mollisol.methodology.eligibility.additionality import Adoption, BarrierAnalysis, RegulatorySurplus
from mollisol.methodology.eligibility.conditions import (
    BiocharFacts,
    LandUseHistory,
    ModelCredentials,
    NativeClearing,
    ProductivityExpectation,
    QuantitativeAdjustment,
    WetlandFacts,
)
from mollisol.methodology.eligibility.evidence import Evidence
from mollisol.methodology.eligibility.reassessment import BaselineReassessment, EndOfBaselinePeriod
from mollisol.methodology.eligibility.similarity import SiteFacts

ELIGIBILITY_FILE = "eligibility.toml"


class Rotation(DomainObject):
    """The length of the crop rotation of a unit."""

    place: Identifier
    years: Annotated[int, Field(ge=1, le=100)]


class HerdReduction(DomainObject):
    """What is done about a herd that the project makes smaller (section 8.4.2)."""

    animal: Identifier
    option: Literal["a", "b"]
    output_did_not_fall: bool = False
    slaughtered_not_moved: bool = False


class EligibilityFacts(DomainObject):
    """Everything declared, by section."""

    adjustments: Items[QuantitativeAdjustment] = ()
    land_use: Items[LandUseHistory] = ()
    models: Items[ModelCredentials] = ()
    native_clearing: Items[NativeClearing] = ()
    productivity: Items[ProductivityExpectation] = ()
    biochar: BiocharFacts | None = None
    wetlands: Items[WetlandFacts] = ()
    regulatory_surplus: Items[RegulatorySurplus] = ()
    barriers: Items[BarrierAnalysis] = ()
    adoption: Items[Adoption] = ()
    rotations: Items[Rotation] = ()
    evidence: Items[Evidence] = ()
    baselines: Items[BaselineReassessment] = ()
    ends_of_baseline: Items[EndOfBaselinePeriod] = ()
    sites: Items[SiteFacts] = ()
    practices_argued: Items[Identifier] = ()
    herd_reductions: Items[HerdReduction] = ()
    omitted_as_de_minimis: Items[Identifier] = ()
