"""What ``verify`` gives: every difference by name, what stands behind the numbers, and how large it is in tonnes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Items

type Signature = Literal["not asked for", "good", "missing", "bad"]
type Outcome = Literal["same", "moved", "different"]


class ReleaseNote(DomainObject):
    """What a release changed of what a bundle of an earlier one shows.

    Parameters
    ----------
    id, version, says
        Its name, the release, and what changed in one sentence.
    moves, figures
        Patterns of differences in words and in numbers, ``kind: place``, in which ``*`` stands for any text.
    rules
        Constants that became rules, with the value that held before.
    """

    id: str
    version: str
    says: str
    moves: Items[str] = ()
    figures: Items[str] = ()
    rules: dict[str, float | str | bool] = Field(default_factory=dict)


class Difference(DomainObject):
    """One thing that is not as it was recorded.

    Parameters
    ----------
    code
        The kind: one word for each, stable between releases.
    item
        What differs: a file, a row of an input, a figure with its place, a rule.
    recorded, recomputed
        What the bundle says, and what is found or computed here.
    difference
        Recomputed less recorded, for numbers.
    percent_of_total
        The difference in tonnes as a share of the recorded total, for figures that are tonnes, or are once multiplied
        by their area.
    material
        Whether that share reaches the threshold; None where a difference has no tonnes of its own.
    why
        Why the two cannot be the same, where another version explains it.
    note
        The release note that moves it; empty where none does, and then it is a difference to look into.
    """

    code: str
    item: str
    recorded: str = ""
    recomputed: str = ""
    difference: float | None = None
    percent_of_total: float | None = None
    material: bool | None = None
    why: str = ""
    note: str = ""


class VersionRow(DomainObject):
    """A program by name: its version in the bundle and here, and what a difference of the two can move."""

    name: str
    recorded: str
    here: str
    moves: str


class Materiality(DomainObject):
    """The total of all periods in t CO2e, recorded and recomputed, held against the threshold."""

    recorded_t_co2e: float
    recomputed_t_co2e: float
    percent: float | None
    """None where nothing was recorded to hold it against."""
    threshold_percent: float
    rule: str
    citation: str
    material: bool


class IndependentFigure(DomainObject):
    """A figure of the design-based path by the second implementation, beside the recorded one."""

    item: str
    recorded: float | None
    independent: float
    deviation: float | None
    same: bool


type Trust = Literal["shipped", "released", "auditor", "nobody"]
"""Whose list a rule set is on: that of this version, of an earlier release, of the auditor, or of nobody."""


class RulesTrust(DomainObject):
    """Whether the rules of a bundle issue.

    ``units_t`` are the units that would be eligible to request under rules that the auditor alone trusts.
    """

    rule_set: str
    hash: str
    trusted_by: Trust
    proposal: bool
    units_t: int | None = None


class Verification(DomainObject):
    """The outcome of ``verify``: same, moved by release notes alone, or different."""

    outcome: Outcome
    same: bool
    differences: Items[Difference]
    versions: Items[VersionRow]
    notes: Items[str]
    signature: Signature
    tolerance: float
    numbers_compared: int
    largest_deviation: float
    largest_at: str
    files: int
    materiality: Materiality | None = None
    independent: Items[IndependentFigure] = ()
    rules: RulesTrust | None = None
    release_notes: Items[ReleaseNote] = ()
    """Those that move a difference, or gave the bundle's rules what was a constant."""
