"""Look-back period, schedule of activities and its mapping onto project years (VM0042 v2.2 section 6, Table 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items
from mollisol.methodology.columns import Columns
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.practice import CROP_GROUPS, YearOfActivities


class LookBack(DomainObject):
    """The years before the start that the schedule stands on.

    ``years_before_start`` counts backwards: 1 is the last year before the start. ``rotation_years`` is None where
    there is no rotation.
    """

    place: Identifier
    years_before_start: Items[Annotated[int, Field(ge=1, le=200)]]
    rotation_years: Annotated[int, Field(ge=1, le=100)] | None = None


def mapped_year(project_year: int, look_back_years: int) -> int:
    """Return the historical year that a project year repeats: ``-x + ((t - 1) mod x)``.

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


def check_look_back(look_back: LookBack, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Return the findings on the look-back period, held against three years and one whole rotation."""
    thing = f"look-back of {look_back.place}"
    years = sorted(look_back.years_before_start)
    if years != list(range(1, len(years) + 1)):
        yield finding("look-back-has-gaps", thing, "years before the start: " + ", ".join(map(str, years)))
    least = max(thresholds.look_back_years, look_back.rotation_years or 0)
    if len(set(years)) < least:
        yield finding(
            "look-back-too-short",
            thing,
            f"{len(set(years))} years",
            least=least,
            look_back_years=thresholds.look_back_years,
        )


AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "tillage": ("tillage_depth_cm", "tillage_times", "soil_disturbed_fraction"),
    "residue_removed": ("residue_removed_fraction",),
    "synthetic_nitrogen": ("synthetic_n_kg_per_ha",),
    "manure": ("manure_t_per_ha", "manure_kind"),
    "compost": ("compost_t_per_ha", "compost_kind"),
    "irrigation": ("irrigation_mm",),
    "grazing": ("stocking_head_days_per_ha", "animal"),
    "liming": ("lime_t_per_ha",),
    "mowing": ("mowing_times",),
}
"""What a "yes" asks for."""
_ASKED = (
    "planting", "harvest", "yield_t_per_ha", "rotation", "cover_crop", "intercropping", "flooding", "mowing",
)  # fmt: skip
"""What is asked of every year."""


def crop_groups(text: object) -> frozenset[str]:
    """Return the functional groups that a cell names; none where it has another word."""
    words = frozenset(word.strip().casefold() for word in str(text or "").split(";"))
    return words if words <= CROP_GROUPS | {"none"} else frozenset()


def _is_absent(value: object) -> bool:
    return value in ("", None)


def check_schedule(
    years: Columns[YearOfActivities], elsewhere: Mapping[str, Collection[str]], file: str
) -> list[Finding]:
    """Return what Table 4 asks and the schedule lacks, and each amount that stands behind a "no".

    Parameters
    ----------
    years
        The rows of the schedule, in the order of the file.
    elsewhere
        Places whose amounts of a practice stand in a table of their own.
    file
        The file of the schedule.
    """
    found, unused, lacking = [], defaultdict[int, list[str]](list), {}
    for name in _ASKED:
        lacking[name] = years.column(name).holds(_is_absent)
    lacking["crop_group"] = years.column("crop_group").holds(lambda cell: not crop_groups(cell))
    for practice, columns in AMOUNTS.items():
        took_place = years.column(practice).holds(bool)
        asked = took_place & ~years.column("place").holds(set(elsewhere.get(practice, ())).__contains__)
        for name in columns:
            amount = years.column(name)
            lacking[name] = asked & amount.holds(_is_absent)
            for row in (~took_place & amount.holds(bool)).nonzero()[0].tolist():
                unused[row].append(name)
    place, year = (years.column(name) for name in ("place", "year"))
    for row, names in sorted(unused.items()):
        where = Place(file=file, row=row + 2, column=names[0])
        when = f"{place.labels[place.codes[row]]} {year.labels[year.codes[row]]}"
        found.append(finding("schedule-contradicts", where, f"{when}: {', '.join(names)}"))
    found += _twice(years, file)
    missing = sorted(name for name, rows in lacking.items() if rows.any())
    if missing:
        rows = {row for places in lacking.values() for row in places.nonzero()[0].tolist()}
        text = f"{len(rows)} of {len(years)} rows without {', '.join(missing)}"
        found.append(finding("schedule-incomplete", Place(file=file), text))
    return found


_ONE_ROW: Final = ("place", "scenario", "year", "crop", "planting")
"""What two rows of a schedule differ in: two crops of a year may have a row each."""


def _twice(years: Columns[YearOfActivities], file: str) -> list[Finding]:
    """Return one finding on the rows that say again what a place grew in a year."""
    if len(years.distinct(*_ONE_ROW)) == len(years):
        return []
    again = {row: cells for cells, rows in years.groups(*_ONE_ROW).items() for row in rows[1:]}
    first = min(again)
    where = Place(file=file, row=int(years.row_numbers[first]))
    state, do = (
        " ".join(map(str, again[first])),
        "take one out; two crops of a year differ in crop or planting",
    )
    told = finding("activity-row-twice", where, state, severity=Severity.WARNING, allowed="each once", do=do)
    return [told.model_copy(update={"more": len(again) - 1})]
