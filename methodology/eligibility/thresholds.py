"""Every number that the eligibility checks compare with, as the rules in force have it."""

from __future__ import annotations

from mollisol.methodology.base import DomainObject
from mollisol.methodology.rules_in_force.rule_set import RulesInForce


class EligibilityThresholds(DomainObject):
    """The numbers. Fractions are fractions, not per cent."""

    least_practice_change: float
    greatest_productivity_loss: float
    inclusion_increase: float
    de_minimis_share: float
    native_clearing_years: float
    land_use_switches: int
    look_back_years: int
    common_practice: float
    reassessment_years: int
    reassessment_years_recommended: int
    production_data_years: float
    regional_data_years: float
    regional_data_iterations: int
    degradation_study_years: float
    similarity_significance: float
    similarity_depth_cm: float
    aspect_deg: float
    same_practice_years: int
    land_cover_years: float
    land_cover_tolerance_years: float
    precipitation_mm: float
    station_km: float


def thresholds_of(rules: RulesInForce) -> EligibilityThresholds:
    """Return the numbers of the checks as the rule set has them."""
    number = rules.number
    return EligibilityThresholds(
        least_practice_change=number("vm0042.practice.least-change"),
        greatest_productivity_loss=number("vm0042.productivity.greatest-loss"),
        inclusion_increase=number("vm0042.boundary.inclusion-increase"),
        de_minimis_share=number("vm0042.boundary.de-minimis-share"),
        native_clearing_years=number("vm0042.land.native-clearing-years"),
        land_use_switches=int(number("vm0042.land.most-conversions")),
        look_back_years=int(number("vm0042.look-back.least-years")),
        common_practice=number("vm0042.additionality.common-practice"),
        reassessment_years=int(number("vm0042.baseline.reassess-years")),
        reassessment_years_recommended=int(number("vm0042.baseline.reassess-recommended")),
        production_data_years=number("vm0042.baseline.production-data-years"),
        regional_data_years=number("vm0042.evidence.regional-data-years"),
        regional_data_iterations=int(number("vm0042.evidence.regional-data-iterations")),
        degradation_study_years=number("vm0042.land.degradation-study-years"),
        similarity_significance=1 - number("vm0042.control.similarity-confidence"),
        similarity_depth_cm=number("vm0042.soc.minimum-depth"),
        aspect_deg=number("vm0042.control.aspect"),
        same_practice_years=int(number("vm0042.control.same-practice-years")),
        land_cover_years=number("vm0042.control.land-cover-years"),
        land_cover_tolerance_years=number("vm0042.control.land-cover-tolerance"),
        precipitation_mm=number("vm0042.control.precipitation"),
        station_km=number("vm0042.control.station"),
    )
