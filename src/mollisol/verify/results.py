"""What ``verify`` gives: every difference by name, what stands behind the numbers, and how large it is in tonnes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Items

type Signature = Literal["not signed", "good", "somebody", "missing", "bad", "not checked"]
"""``good``: by a key that was given. ``somebody``: by a key that nobody named. ``not checked``: PyNaCl is missing."""
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
        Constants that became rules or switches, with the value that held before.
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


class Signed(DomainObject):
    """The signature of a bundle, the public key that it is by, and the file that names the signer."""

    state: Signature
    key: str = ""
    signer: str = ""


class VersionRow(DomainObject):
    """A program by name: its version in the bundle and here, and what a difference of the two can move."""

    name: str
    recorded: str
    here: str
    moves: str


class PeriodAgain(DomainObject):
    """A period as it was recorded and as it was computed again; None where one of the two has no such period."""

    name: str
    recorded_t_co2e: float | None
    recomputed_t_co2e: float | None
    recorded_units_t: int | None
    recomputed_units_t: int | None
    recorded_state: str
    recomputed_state: str


class Materiality(DomainObject):
    """The verified total in t CO2e and the units to request, recorded and recomputed, held against the threshold.

    Parameters
    ----------
    percent
        What the periods are off, added up period by period without sign, as a share of the recorded total: one
        period cannot make up for another. None where nothing was recorded to hold it against.
    """

    recorded_t_co2e: float
    recomputed_t_co2e: float
    recorded_units_t: int
    recomputed_units_t: int
    percent: float | None
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


class RuleMove(DomainObject):
    """What a rule that is not as it ships moves: the bundle's credit less that with this one rule as it ships.

    Parameters
    ----------
    rule
        Its id, ``edition of DOCUMENT``, ``factor`` or ``equation`` with an id; ``all of them`` together.
    recorded, shipped
        The value in force for this project, in the bundle and as it ships.
    tonnes_t_co2e
        Of the verified total; None where the project is stopped with the rule as it ships.
    units_t
        Of the units to request, if the bundle's rules were trusted.
    note
        Why nothing was computed.
    """

    rule: str
    recorded: str = ""
    shipped: str = ""
    tonnes_t_co2e: float | None = None
    units_t: int | None = None
    note: str = ""


class Earlier(DomainObject):
    """A closed period of the ledger: what came of performing its bundle again."""

    period: str
    file: str
    outcome: Outcome
    differences: int
    signature: Signed


class Verification(DomainObject):
    """The outcome of ``verify``: same, moved by release notes alone, or different."""

    outcome: Outcome
    same: bool
    differences: Items[Difference]
    versions: Items[VersionRow]
    notes: Items[str]
    signature: Signed
    tolerance: float
    numbers_compared: int
    largest_deviation: float
    largest_at: str
    files: int
    materiality: Materiality | None = None
    periods: Items[PeriodAgain] = ()
    rule_moves: Items[RuleMove] = ()
    earlier: Items[Earlier] = ()
    independent: Items[IndependentFigure] = ()
    not_checked: str = ""
    """Why the second implementation, asked for, reached no figure."""
    rules: RulesTrust | None = None
    release_notes: Items[ReleaseNote] = ()
    """Those that move a difference, or gave the bundle's rules what was a constant."""
    redacted: int = 0
    """Values that were taken out of the bundle."""
    taken: Items[str] = ()
    """What stands on them: taken from the full bundle, not recomputed."""
