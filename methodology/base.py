"""What all domain objects share: frozen, strict, and no unknown fields."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class DomainObject(BaseModel):
    """A frozen value that refuses unknown fields and does not convert types."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


type Items[T] = Annotated[tuple[T, ...], Field(strict=False)]
"""An immutable sequence; TOML and JSON give lists."""

type Identifier = Annotated[
    str, StringConstraints(pattern=r"^[\w][\w .:/+-]*$", max_length=100, strip_whitespace=True)
]
"""A name that other rows refer to: letters, digits and ``_ . : / + -``."""

_INERT = r"[^<>\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
"""No markup, no control characters that act on a terminal, none that turn the direction of writing."""

type Text = Annotated[str, StringConstraints(pattern=f"^{_INERT}*$", max_length=2000)]
"""Free text without markup."""

type RequiredText = Annotated[str, StringConstraints(pattern=f"^{_INERT}+$", min_length=3, max_length=2000)]


type Day = Annotated[date, Field(ge=date(1800, 1, 1), le=date(2200, 12, 31))]
"""A day that a project can speak of; other years are slips of the pen."""


class Interval(DomainObject):
    """A closed interval of dates."""

    start: Day
    end: Day

    def holds(self, day: date) -> bool:
        """Return whether a day lies in the interval."""
        return self.start <= day <= self.end
