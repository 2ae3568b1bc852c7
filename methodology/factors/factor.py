"""A factor: central value, range, unit, and how well it is known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import UserError
from mollisol.methodology.rules_in_force.rule import Status

type RangeKind = Literal["published", "statement", "none"]
type End = Literal["low", "central", "high"]
type Number = Annotated[float, Field(allow_inf_nan=False)]


class FactorError(UserError):
    """A factor that is not there or cannot be used; the message says what is allowed."""


class Factor(DomainObject):
    """One factor.

    Parameters
    ----------
    id
        ``table/key/key``, for traces.
    central, low, high
        In ``unit``. Without a range ``low`` and ``high`` are None: that never means zero width.
    status
        How well the central value is known.
    range_kind
        ``published`` in the table, from a general ``statement``, or ``none``.
    citation, note
        Where it stands, and what else is known of it.
    """

    id: str
    central: Number
    low: Number | None = None
    high: Number | None = None
    unit: str
    status: Status
    range_kind: RangeKind
    citation: str
    note: str = ""

    @model_validator(mode="after")
    def _range_holds_the_value(self) -> Factor:
        if (self.low is None) != (self.high is None) or (self.low is None) != (self.range_kind == "none"):
            raise ValueError("low, high and range_kind must agree: both ends, or none of them")
        if self.low is not None and self.high is not None and not self.low <= self.central <= self.high:
            raise ValueError(f"low {self.low} <= central {self.central} <= high {self.high} does not hold")
        return self

    @property
    def has_choice(self) -> bool:
        """Whether the ends differ, so that an end must be chosen."""
        return self.low is not None and self.low != self.high

    def number(self, end: End, unit: str) -> float:
        """Return one end as a bare number, on saying the unit.

        Raises
        ------
        FactorError
            If the unit is another one, or there is no such end.
        """
        if unit != self.unit:
            raise FactorError(f"{self.id} is in {self.unit}, not in {unit}")
        value = {"low": self.low, "central": self.central, "high": self.high}[end]
        if value is None:
            raise FactorError(f"{self.id} has no published range, so it has no {end} end")
        return value
