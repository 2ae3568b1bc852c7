"""Reassessment of the baseline (VM0042 v2.2 section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Text
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding


class BaselineReassessment(DomainObject):
    """The state of the baseline of one unit.

    Parameters
    ----------
    valid_from
        Start of the baseline period: project start, or last reassessment.
    regional_practice_changes_faster
        Whether practice or data of the region change so fast that five years are recommended.
    """

    unit: Identifier
    valid_from: date
    regional_practice_changes_faster: bool = False


class EndOfBaselinePeriod(DomainObject):
    """What was found when the baseline crops were checked at the end of a baseline period.

    Parameters
    ----------
    production_data_years_before_end
        Age of the published sub-national production data at the end of the period.
    still_produced_with_same_practices
        What they say.
    new_schedule_from
        Where a new schedule comes from, if one is needed.
    recommends_range, conservative_value_taken
        Whether the recommendation gives a range, and whether the value with the lowest baseline emission or the
        highest stock change was taken.
    """

    unit: Identifier
    production_data_years_before_end: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    still_produced_with_same_practices: bool
    new_schedule_from: Literal["", "independent_agronomist", "government_extension"] = ""
    detailed_enough_for_table_4: bool = False
    field_specific: bool = True
    conservative_derivation: Text = ""
    recommends_range: bool = False
    conservative_value_taken: bool = False


def _after_years(start: date, on: date, years: int) -> bool:
    """Return whether a day is later than so many years after a start."""
    return (on.year - start.year, on.month, on.day) > (years, start.month, start.day)


def check_baseline_age(
    baseline: BaselineReassessment, *, on: date, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    """Return a finding where the baseline is older than allowed, or than recommended where practice changes faster."""
    thing = f"baseline of {baseline.unit}"
    if _after_years(baseline.valid_from, on, thresholds.reassessment_years):
        yield finding(
            "baseline-too-old",
            thing,
            f"valid from {baseline.valid_from}, used on {on}",
            reassessment_years=thresholds.reassessment_years,
        )
        return
    if baseline.regional_practice_changes_faster and _after_years(
        baseline.valid_from, on, thresholds.reassessment_years_recommended
    ):
        yield finding(
            "baseline-reassess-recommended",
            thing,
            f"valid from {baseline.valid_from}, used on {on}; practice in the region changes faster",
            reassessment_years_recommended=thresholds.reassessment_years_recommended,
        )
        return


def check_end_of_baseline(end: EndOfBaselinePeriod, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Return the findings on a reassessment, held against the way it must be done."""
    thing = f"baseline of {end.unit}"
    if end.production_data_years_before_end > thresholds.production_data_years:
        text = f"production data {end.production_data_years_before_end:g} years before the end of the period"
        yield finding(
            "reassessment-data-too-old",
            thing,
            text,
            production_data_years=thresholds.production_data_years,
        )
    if end.still_produced_with_same_practices:
        return
    if not end.new_schedule_from or not end.detailed_enough_for_table_4:
        text = "practice has changed, and there is no new schedule with the detail of Table 4"
        yield finding("reassessment-without-schedule", thing, text)
    if end.recommends_range and not end.conservative_value_taken:
        text = "a recommended range, not its conservative value"
        yield finding("reassessment-not-conservative", thing, text)
    if not end.field_specific and not end.conservative_derivation:
        text = "evidence that is not of the field, without a documented derivation"
        yield finding("reassessment-not-field-specific", thing, text)
