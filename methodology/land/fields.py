"""Fields, with the days on which they joined and left."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field as Limits

from mollisol.methodology.base import Day, DomainObject, Identifier, Interval, Text
from mollisol.methodology.columns import Columns

FIELDS_FILE: Final = "fields.csv"
INSTANCES_FILE: Final = "instances.csv"


class LandField(DomainObject):
    """A field of the project, as long as it is in it. Many fields make a stratum.

    Parameters
    ----------
    farm
        Who works it, by the id of a farm.
    instance
        The project activity instance of a grouped project that it came with.
    joined_on, left_on
        Its first day in the project, and the first day on which it is not in it any more.
    reason
        Why it left.
    """

    field: Identifier
    farm: Identifier | None = None
    instance: Identifier | None = None
    stratum: Identifier
    area_ha: Annotated[float, Limits(gt=0, le=1e8, allow_inf_nan=False)]
    joined_on: Day
    left_on: Day | None = None
    reason: Text | None = None

    def is_there(self, during: Interval) -> bool:
        """Return whether the field is in the project from the first day to the last."""
        return self.joined_on <= during.start and (self.left_on is None or self.left_on > during.end)

    def has_left(self, day: Day) -> bool:
        """Return whether the field is not in the project any more on a day."""
        return self.left_on is not None and self.left_on <= day


class Instance(DomainObject):
    """An instance of a grouped project, which fields name.

    Parameters
    ----------
    validated_on
        The day on which its inclusion was validated; empty until then.
    note
        Where that stands, such as the report of a verification.
    """

    instance: Identifier
    validated_on: Day | None = None
    note: Text | None = None


def day_of(day: Day) -> Interval:
    """Return a day as an interval."""
    return Interval(start=day, end=day)


def areas_of_strata(fields: Columns[LandField], during: Interval) -> dict[str, float]:
    """Return the area of each stratum that has fields: of those that are there all the time. [ha]."""
    areas: dict[str, float] = dict.fromkeys(fields.column("stratum").labels, 0.0)
    for item in fields:
        if item.is_there(during):
            areas[item.stratum] += item.area_ha
    return areas


def day_before(day: Day) -> Day:
    """Return the day before a day."""
    return day - timedelta(days=1)
