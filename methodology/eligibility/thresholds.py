"""Every number that the eligibility checks compare with, as the rules in force have it."""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.base import DomainObject
from mollisol.methodology.rules_in_force.rule_set import RulesInForce


class EligibilityThresholds(DomainObject):
    """The numbers, each with the rule that holds it. Fractions are fractions, not per cent."""

    least_practice_change: Annotated[float, "vm0042.practice.least-change"]
    greatest_productivity_loss: Annotated[float, "vm0042.productivity.greatest-loss"]
    inclusion_increase: Annotated[float, "vm0042.boundary.inclusion-increase"]
    de_minimis_share: Annotated[float, "vm0042.boundary.de-minimis-share"]
    native_clearing_years: Annotated[float, "vm0042.land.native-clearing-years"]
    land_use_switches: Annotated[int, "vm0042.land.most-conversions"]
    look_back_years: Annotated[int, "vm0042.look-back.least-years"]
    common_practice: Annotated[float, "vm0042.additionality.common-practice"]
    reassessment_years: Annotated[int, "vm0042.baseline.reassess-years"]
    reassessment_years_recommended: Annotated[int, "vm0042.baseline.reassess-recommended"]
    production_data_years: Annotated[float, "vm0042.baseline.production-data-years"]
    regional_data_years: Annotated[float, "vm0042.evidence.regional-data-years"]
    regional_data_iterations: Annotated[int, "vm0042.evidence.regional-data-iterations"]
    degradation_study_years: Annotated[float, "vm0042.land.degradation-study-years"]
    similarity_confidence: Annotated[float, "vm0042.control.similarity-confidence"]
    similarity_depth_cm: Annotated[float, "vm0042.soc.minimum-depth"]
    aspect_deg: Annotated[float, "vm0042.control.aspect"]
    same_practice_years: Annotated[int, "vm0042.control.same-practice-years"]
    land_cover_years: Annotated[float, "vm0042.control.land-cover-years"]
    land_cover_tolerance_years: Annotated[float, "vm0042.control.land-cover-tolerance"]
    precipitation_mm: Annotated[float, "vm0042.control.precipitation"]
    station_km: Annotated[float, "vm0042.control.station"]


def thresholds_of(rules: RulesInForce) -> EligibilityThresholds:
    """Return the values in force."""
    fields = EligibilityThresholds.model_fields.items()
    values = {name: rules.number(field.metadata[0]) for name, field in fields}
    return EligibilityThresholds.model_validate(values, strict=False)
