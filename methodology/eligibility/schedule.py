"""Look-back period, schedule of activities and its mapping onto project years (VM0042 v2.2 section 6, Table 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding

type Quantity = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class LookBack(DomainObject):
    """The years before the start that the schedule stands on.

    ``years_before_start`` counts backwards: 1 is the last year before the start. ``rotation_years`` is None where
    there is no rotation.
    """

    place: Identifier
    years_before_start: Items[Annotated[int, Field(ge=1, le=200)]]
    rotation_years: Annotated[int, Field(ge=1, le=100)] | None = None


def mapped_year(project_year: int, look_back_years: int) -> int:
    """Give the historical year that a project year repeats: ``-x + ((t - 1) mod x)``.

    Parameters
    ----------
    project_year
        t, from 1.
    look_back_years
        x, from 1.

    Returns
    -------
    int
        From ``-x`` to ``-1``: the first project year takes the oldest one.

    Raises
    ------
    ValueError
        For a year or a length below 1.
    """
    if project_year < 1 or look_back_years < 1:
        raise ValueError(
            f"project_year and look_back_years must be at least 1, found {project_year} and {look_back_years}"
        )
    return -look_back_years + (project_year - 1) % look_back_years


def practice_of[T](history: Sequence[T], project_year: int) -> T:
    """Give the practice of a project year from the history, oldest year first; raises as :func:`mapped_year`."""
    return history[mapped_year(project_year, len(history))]


def check_look_back(look_back: LookBack, thresholds: EligibilityThresholds) -> list[Finding]:
    """Hold the look-back period against three years and one whole rotation."""
    thing = f"look-back of {look_back.place}"
    years = sorted(look_back.years_before_start)
    found = []
    if years != list(range(1, len(years) + 1)):
        found.append(
            finding("look-back-has-gaps", thing, "years before the start: " + ", ".join(map(str, years)))
        )
    least = max(thresholds.look_back_years, look_back.rotation_years or 0)
    if len(set(years)) < least:
        found.append(
            finding(
                "look-back-too-short",
                thing,
                f"{len(set(years))} years",
                least=least,
                look_back_years=thresholds.look_back_years,
            )
        )
    return found


class ScheduleDetail(DomainObject):
    """One year of the schedule with the amounts of Table 4; a qualitative "no" needs no amount."""

    place: Identifier
    year: Annotated[int, Field(ge=-200, le=2200)]
    crops: Items[Text]
    planting: Text = ""
    harvest: Text = ""
    yield_t_per_ha: Quantity | None = None
    manure: bool
    manure_type: Text = ""
    manure_t_per_ha: Quantity | None = None
    compost: bool
    compost_type: Text = ""
    compost_t_per_ha: Quantity | None = None
    synthetic_nitrogen: bool
    synthetic_n_kg_per_ha: Quantity | None = None
    tillage: bool
    tillage_depth_cm: Quantity | None = None
    tillage_times: Quantity | None = None
    tillage_area_fraction: Annotated[float, Field(ge=0, le=1)] | None = None
    residue_removed: bool
    residue_removed_fraction: Annotated[float, Field(ge=0, le=1)] | None = None
    irrigation: bool
    irrigation_mm: Quantity | None = None
    flooding: bool
    grazing: bool
    animal_type: Text = ""
    stocking_head_days_per_ha: Quantity | None = None
    mowing: bool
    mowing_times: Quantity | None = None
    calcitic_lime: bool
    calcitic_lime_t_per_ha: Quantity | None = None
    dolomite: bool
    dolomite_t_per_ha: Quantity | None = None


_AMOUNTS: dict[str, tuple[str, ...]] = {
    "manure": ("manure_type", "manure_t_per_ha"),
    "compost": ("compost_type", "compost_t_per_ha"),
    "synthetic_nitrogen": ("synthetic_n_kg_per_ha",),
    "tillage": ("tillage_depth_cm", "tillage_times", "tillage_area_fraction"),
    "residue_removed": ("residue_removed_fraction",),
    "irrigation": ("irrigation_mm",),
    "grazing": ("animal_type", "stocking_head_days_per_ha"),
    "mowing": ("mowing_times",),
    "calcitic_lime": ("calcitic_lime_t_per_ha",),
    "dolomite": ("dolomite_t_per_ha",),
}
"""What a "yes" asks for."""


def check_schedule_year(detail: ScheduleDetail) -> list[Finding]:
    """Hold one year against Table 4: crops named, and an amount behind each "yes"."""
    thing = f"schedule of {detail.place}, year {detail.year}"
    found = []
    missing = [] if detail.crops else ["crops"]
    missing += [
        name for name in ("planting", "harvest", "yield_t_per_ha") if getattr(detail, name) in ("", None)
    ]
    for practice, amounts in _AMOUNTS.items():
        if getattr(detail, practice):
            missing += [name for name in amounts if getattr(detail, name) in ("", None)]
    if missing:
        found.append(finding("schedule-incomplete", thing, "missing: " + ", ".join(missing)))
    unused = [
        name
        for practice, amounts in _AMOUNTS.items()
        if not getattr(detail, practice)
        for name in amounts
        if getattr(detail, name) not in ("", None, 0.0)
    ]
    if unused:
        found.append(
            finding(
                "schedule-contradicts",
                thing,
                "an amount where the practice is said not to take place: " + ", ".join(unused),
            )
        )
    return found
