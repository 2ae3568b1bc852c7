"""What a cell can mean, what is odd about one, and what is asked then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

type What = Literal["text", "number", "depth", "day", "yes", "degrees", "year", "temperature"]

LEAVE_OUT: Final = "leave out"
REFERENCE: Final = "reference material"
"""What a point is where the sample is none of the project: its determinations go to the repeats."""
SAME_CORE: Final = "date of the same core"
_LIMITS: Final = ("half the limit", "the limit", "zero", LEAVE_OUT)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "censored": _LIMITS,
    "marked": ("take the number", LEAVE_OUT),
    "number-as-text": ("decimal comma", LEAVE_OUT),
    "no-number": ("a number", "zero", "missing", LEAVE_OUT),
    "missing": ("a value", "missing", LEAVE_OUT),
    "date": ("days since 1899-12-30", "days since 1904-01-01", LEAVE_OUT),
    "no-date": ("a day such as 2021-09-14", LEAVE_OUT),
    "date-order": ("day first", "month first"),
    "time-zone": ("the zone of the farm, such as UTC-6", "UTC"),
    "pattern": ("what it means", LEAVE_OUT),
    "word": ("what it means", LEAVE_OUT),
    "unit": ("a unit of the table in docs/importing.md",),
    "no-degrees": ("degrees", LEAVE_OUT),
}
QUESTIONS: Final = {
    "censored": "below the limit of quantification: what counts",
    "marked": "a mark behind the number",
    "number-as-text": "text with a decimal comma in a column of numbers",
    "no-number": "no number: not detected, not determined, or something else",
    "missing": "no value",
    "date": "a number where dates stand",
    "no-date": "no date",
    "date-order": "day first or month first",
    "time-zone": "whose day counts: it differs by zone",
    "pattern": "a text that does not fit the pattern",
    "word": "a word that is not in the words of the field",
    "unit": "a unit",
    "no-degrees": "no degrees",
}
KEYS: Final = {
    "censored": "<", "marked": "mark", "number-as-text": "comma", "missing": "empty", "no-date": "empty",
    "date": "number",
}  # fmt: skip
"""The key of ``words`` that answers for all cells that are odd in that way."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a field is: text, a number in units of a table, a depth in cm, a day, a year, degrees, yes or no.

    ``required`` fields have a value in each row; ``words_needed`` says that a text is asked about where the field has
    no word for it.
    """

    what: What = "text"
    units: Mapping[str, float] | None = None
    required: bool = False
    words_needed: bool = False


@dataclass(slots=True)
class Got:
    """What a cell came to.

    Parameters
    ----------
    value
        In the unit of our tables; None where there is none.
    text
        The cell as it stands in the file.
    decided
        The word of the mapping that decided about it.
    drop
        Whether the row is left out for it.
    odd
        What is odd about it, where nothing was decided.
    source
        The alternative of the field that it came from.
    done
        What was done to it.
    unit
        That it was given in.
    limit
        The limit of a content below it, in the unit of our tables.
    """

    value: Any = None
    text: str = ""
    column: str = ""
    decided: str = ""
    drop: bool = False
    odd: str = ""
    source: Mapping[str, Any] | None = None
    done: str = ""
    unit: str = ""
    limit: float | None = None
