"""What a proposal lays over a rule set: values, forms of switches, rows of factor tables, equations."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from mollisol.methodology.base import DomainObject, Items, RequiredText, Text
from mollisol.methodology.rules_in_force.rule import Form, RuleValue


class OverlayValue(DomainObject):
    """A value that a proposal gives a rule from a date on, or an end of its range; what is left out stays."""

    model_config = ConfigDict(serialize_by_alias=True)

    id: Text
    start: Annotated[date, Field(alias="from", strict=False)]
    value: RuleValue | None = None
    low: float | None = None
    high: float | None = None
    reason: Text

    @property
    def name(self) -> str:
        """What the entry is called among the differences of two rule sets."""
        return self.id

    @property
    def words(self) -> str:
        """What the entry changes."""
        return _ends(self.value, self.low, self.high)


def _ends(value: RuleValue | None, low: float | None, high: float | None) -> str:
    given = {"": value, "low ": low, "high ": high}
    texts = {end: f"{one:g}" if isinstance(one, float) else str(one) for end, one in given.items()}
    return ", ".join(f"{end}{texts[end]}" for end, one in given.items() if one is not None)


class OverlaySwitch(DomainObject):
    """The form that a proposal puts a switch to."""

    id: Text
    form: Form
    reason: Text

    @property
    def name(self) -> str:
        """What the entry is called among the differences of two rule sets."""
        return self.id

    @property
    def words(self) -> str:
        """What the entry changes."""
        return f"{self.form} form"


class OverlayFactor(DomainObject):
    """A row of a table of default factors, by its key: its central value, or an end of its range, and where it is from.

    What is left out stays.
    """

    table: Text
    key: dict[Text, Text]
    central: float | None = None
    low: float | None = None
    high: float | None = None
    source: RequiredText
    reason: Text

    @property
    def name(self) -> str:
        """What the entry is called among the differences of two rule sets."""
        key = ", ".join(f"{column} {value}" for column, value in sorted(self.key.items()))
        return f"factor {self.table}: {key}"

    @property
    def words(self) -> str:
        """What the entry changes, and where it is from."""
        return f"{_ends(self.central, self.low, self.high)} ({self.source})"


class OverlayEquation(DomainObject):
    """Another registered equation that runs in place of one."""

    id: Text
    use: Text
    reason: Text

    @property
    def name(self) -> str:
        """What the entry is called among the differences of two rule sets."""
        return f"equation {self.id}"

    @property
    def words(self) -> str:
        """What the entry changes."""
        return f"{self.use} in its place"


class Overlay(DomainObject):
    """A proposal: values, forms of switches, rows of factor tables and equations laid over a rule set."""

    label: Text
    set: Items[OverlayValue] = ()
    switch: Items[OverlaySwitch] = ()
    factor: Items[OverlayFactor] = ()
    equation: Items[OverlayEquation] = ()

    @property
    def entries(self) -> tuple[OverlayValue | OverlaySwitch | OverlayFactor | OverlayEquation, ...]:
        """Everything that the proposal changes."""
        return (*self.set, *self.switch, *self.factor, *self.equation)

    @property
    def reasons(self) -> dict[str, str]:
        """The author's reason for each change."""
        return {entry.name: entry.reason for entry in self.entries}

    @property
    def lines(self) -> tuple[str, ...]:
        """Each change in words, with the author's reason."""
        return tuple(f"{entry.name}: {entry.words}; {entry.reason}" for entry in self.entries)
