"""Every number that the eligibility checks compare with, as VM0042 v2.2 prints it."""

from __future__ import annotations

from mollisol.methodology.base import DomainObject


class EligibilityThresholds(DomainObject):
    """The numbers; a rule set gives its own by ``model_copy(update=...)``.

    Fractions are fractions, not per cent.
    """

    least_practice_change: float = 0.05
    greatest_productivity_loss: float = 0.05
    inclusion_increase: float = 0.05
    de_minimis_share: float = 0.05
    native_clearing_years: float = 10.0
    land_use_switches: int = 1
    look_back_years: int = 3
    common_practice: float = 0.20
    reassessment_years: int = 10
    reassessment_years_recommended: int = 5
    production_data_years: int = 5
    regional_data_years: int = 20
    regional_data_iterations: int = 10
    expert_experience_years: int = 10
    degradation_study_years: int = 10
    similarity_significance: float = 0.10
    similarity_depth_cm: float = 30.0
    aspect_deg: float = 30.0
    same_practice_years: int = 5
    land_cover_years: int = 50
    land_cover_tolerance_years: int = 10
    precipitation_mm: float = 100.0
    station_km: float = 50.0


PRINTED = EligibilityThresholds()
