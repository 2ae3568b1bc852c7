"""Applicability conditions 1 to 8 (VM0042 v2.2 section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, RequiredText, Text
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.practice import PracticeChange, PracticeGroup

type Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
type Fraction = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
type LandUse = Literal["cropland", "grassland", "other"]


class QuantitativeAdjustment(DomainObject):
    """An existing practice whose amount the project changes; both values in ``unit``."""

    place: Identifier
    practice: Identifier
    group: PracticeGroup
    unit: Text
    look_back_mean: Amount
    new_value: Amount


class LandUseYear(DomainObject):
    """Land use of a place in one calendar year."""

    year: Annotated[int, Field(ge=1800, le=2200)]
    use: LandUse


class LandUseHistory(DomainObject):
    """Land use of a place from the start of the project on, and what excuses a change of it.

    Parameters
    ----------
    exception
        ``integrated_system``: temporary grassland in cropland as part of a planned long-term system;
        ``degraded_land``: one conversion of degraded land.
    shown_before_start, management_plan_covers_project
        For ``integrated_system``.
    degraded_and_degrading, improves_soil_health, years_since_study
        For ``degraded_land`` (Appendix 2); a classification or study has an age in years.
    """

    place: Identifier
    years: Items[LandUseYear]
    exception: Literal["none", "integrated_system", "degraded_land"] = "none"
    shown_before_start: bool = False
    management_plan_covers_project: bool = False
    degraded_and_degrading: bool = False
    improves_soil_health: bool = False
    years_since_study: Annotated[float, Field(ge=0, le=200, allow_inf_nan=False)] | None = None


class ModelCredentials(DomainObject):
    """What is known of a process model (condition 4)."""

    name: Identifier
    version: Text
    public: bool
    documented: bool
    peer_reviewed_for_practices: bool
    parameters_sourced: bool
    validated: bool
    same_version_and_parameters_in_both_scenarios: bool


class NativeClearing(DomainObject):
    """When native ecosystems were cleared, in years before the start; None where never in living record."""

    place: Identifier
    years_before_start: Annotated[float, Field(ge=0, le=10000, allow_inf_nan=False)] | None


class ProductivityExpectation(DomainObject):
    """Expected sustained change of productivity, as a fraction of what it was; below 0 is a loss."""

    place: Identifier
    relative_change: Fraction
    evidence: RequiredText


class BiocharFacts(DomainObject):
    """Biochar in the project (condition 7)."""

    is_the_activity: bool
    applied: bool
    carbon_subtracted: bool
    production: Literal["high_technology", "low_technology", "unknown"] = "unknown"
    carbon_content_route: Literal["high_technology", "low_technology"] = "low_technology"


class WetlandFacts(DomainObject):
    """Wetland and artificial flooding (condition 8)."""

    place: Identifier
    on_wetland: bool
    artificially_flooded_crop: bool = False
    nearby_wetlands_unaffected: bool = False


def check_practice_changes(changes: tuple[PracticeChange, ...]) -> Iterator[Finding]:
    """Condition 1: at least one change in one of the five groups."""
    if changes:
        return
    yield finding("no-practice-change", "project", "no change of practice")


def check_adjustments(
    adjustments: tuple[QuantitativeAdjustment, ...], thresholds: EligibilityThresholds
) -> list[Finding]:
    """Condition 2: an adjustment is more than 5 % of the mean over the look-back period."""
    return [
        finding(
            "adjustment-too-small",
            f"{one.practice} at {one.place}",
            f"{one.new_value:g} {one.unit} after {one.look_back_mean:g} on average",
            least_practice_change=thresholds.least_practice_change,
        )
        for one in adjustments
        if abs(one.new_value - one.look_back_mean) <= thresholds.least_practice_change * one.look_back_mean
    ]


def check_land_use(history: LandUseHistory, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Condition 3: cropland or grassland, and it stays so."""
    thing = f"land use of {history.place}"
    years = sorted(history.years, key=lambda one: one.year)
    yield from (
        finding("land-use-not-eligible", thing, f"{one.use} in {one.year}")
        for one in years
        if one.use == "other"
    )
    switches = sum(before.use != after.use for before, after in pairwise(years))
    if switches == 0:
        return
    if history.exception == "integrated_system":
        excused = history.shown_before_start and history.management_plan_covers_project
        need = "shown before the start date, with a management plan over the whole project"
    elif history.exception == "degraded_land":
        recent = (
            history.years_since_study is None
            or history.years_since_study <= thresholds.degradation_study_years
        )
        excused = (
            switches <= thresholds.land_use_switches
            and history.degraded_and_degrading
            and history.improves_soil_health
            and recent
        )
        need = (
            f"{thresholds.land_use_switches} conversion of land shown to be degraded and degrading (study of the last "
            f"{thresholds.degradation_study_years:g} years), with practices that improve soil health"
        )
    else:
        excused, need = False, "no change between cropland and grassland"
    if not excused:
        yield finding(
            "land-use-changes",
            thing,
            f"{switches} changes of use, exception: {history.exception.replace('_', ' ')}",
            allowed=need,
        )


def check_model(model: ModelCredentials) -> list[Finding]:
    """Condition 4: the model is public, reviewed, repeatable, validated and the same in both scenarios."""
    needs = {
        "public": model.public,
        "documented with a cited source": model.documented,
        "shown in peer-reviewed studies for the practices": model.peer_reviewed_for_practices,
        "of a clear version": bool(model.version),
        "with a source for every parameter": model.parameters_sourced,
        "validated by VMD0053": model.validated,
        "of one version and one set of parameters in both scenarios": (
            model.same_version_and_parameters_in_both_scenarios
        ),
    }
    return [
        finding("model-not-eligible", f"model {model.name}", f"not {need}", need=need)
        for need, met in needs.items()
        if not met
    ]


def check_native_clearing(clearing: NativeClearing, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Condition 5: not cleared of native ecosystems in the ten years before the start."""
    years = clearing.years_before_start
    if years is None or years >= thresholds.native_clearing_years:
        return
    yield finding(
        "native-cleared",
        f"land {clearing.place}",
        f"cleared of native ecosystems {years:g} years before the start",
        native_clearing_years=thresholds.native_clearing_years,
    )


def check_productivity(
    expectation: ProductivityExpectation, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    """Condition 6: no sustained loss of productivity of more than 5 %."""
    if -expectation.relative_change <= thresholds.greatest_productivity_loss:
        return
    yield finding(
        "productivity-loss",
        f"productivity of {expectation.place}",
        f"{expectation.relative_change:.1%}",
        greatest_productivity_loss=thresholds.greatest_productivity_loss,
    )


def check_biochar(biochar: BiocharFacts) -> Iterator[Finding]:
    """Condition 7: biochar is not the activity, and its carbon is taken out of the soil's."""
    if biochar.is_the_activity:
        yield finding("biochar-is-activity", "project", "biochar application is the project activity")
    if biochar.applied and not biochar.carbon_subtracted:
        yield finding(
            "biochar-not-subtracted", "biochar", "its organic carbon stays in the soil carbon change"
        )
    if (
        biochar.applied
        and biochar.production == "unknown"
        and biochar.carbon_content_route == "high_technology"
    ):
        yield finding(
            "biochar-route", "biochar", "production unknown, carbon content by the high-technology route"
        )


def check_wetland(wetland: WetlandFacts) -> Iterator[Finding]:
    """Condition 8: not on wetlands; flooded crops only where wetlands nearby keep their water."""
    thing = f"land {wetland.place}"
    if wetland.artificially_flooded_crop and wetland.nearby_wetlands_unaffected:
        return
    if wetland.artificially_flooded_crop:
        yield finding(
            "flooding-affects-wetlands",
            thing,
            "an artificially flooded crop, nothing shown on nearby wetlands",
        )
        return
    if not wetland.on_wetland:
        return
    yield finding("on-wetland", thing, "wetland")
