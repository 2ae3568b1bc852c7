"""Practice changes and the schedule of activities (VM0042 v2.2 sections 4 and 6, Table 4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Text

type PracticeGroup = Literal[
    "fertilizer", "water", "tillage_and_residue", "planting_and_harvesting", "grazing"
]


type _Amount = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None
type _Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None


CROP_GROUPS = frozenset({"grasses", "legumes", "non-legume broadleaf"})
"""Functional groups of crops (VM0042 2.2, Table 7, note e)."""


class PracticeChange(DomainObject):
    """A change to existing practice that the project makes (applicability condition 1)."""

    group: PracticeGroup
    kind: Literal["adopt", "cease", "adjust"]
    description: Text


class YearOfActivities(DomainObject):
    """One year of the schedule of activities of one quantification unit or control site (Table 4).

    The columns after ``evidence`` may be left out; an amount may stand in a table of its own instead. ``crop_group`` is
    one or more of :data:`CROP_GROUPS`, with ``;`` between them, or ``none`` for fallow.
    """

    place: Identifier
    scenario: Literal["baseline", "project"]
    year: Annotated[int, Field(ge=1800, le=2200)]
    crop: Text
    tillage: bool
    residue_removed: bool
    synthetic_nitrogen: bool
    manure: bool
    compost: bool
    irrigation: bool
    grazing: bool
    liming: bool
    evidence: Text
    planting: Text = ""
    harvest: Text = ""
    yield_t_per_ha: _Amount = None
    tillage_depth_cm: _Amount = None
    tillage_times: _Amount = None
    residue_removed_fraction: _Share = None
    synthetic_n_kg_per_ha: _Amount = None
    manure_t_per_ha: _Amount = None
    compost_t_per_ha: _Amount = None
    irrigation_mm: _Amount = None
    stocking_head_days_per_ha: _Amount = None
    lime_t_per_ha: _Amount = None
    crop_group: Text | None = None
    rotation: bool | None = None
    cover_crop: bool | None = None
    intercropping: bool | None = None
    flooding: bool | None = None
    mowing: bool | None = None
    mowing_times: _Amount = None
    soil_disturbed_fraction: _Share = None
    manure_kind: Text | None = None
    compost_kind: Text | None = None
    animal: Text | None = None


class ScheduleOfActivities(DomainObject):
    """The years of one place in one scenario, oldest first."""

    place: Identifier
    scenario: Literal["baseline", "project"]
    years: tuple[YearOfActivities, ...]

    def before(self, year: int) -> tuple[YearOfActivities, ...]:
        """Return the years of the look-back: those before the start year."""
        return tuple(item for item in self.years if item.year < year)
