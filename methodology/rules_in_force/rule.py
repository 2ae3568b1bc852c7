"""What rule files hold: sourced and dated values, switches, editions and proposals. Data only."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mollisol.methodology.base import DomainObject, Items, RequiredText
from mollisol.methodology.findings import UserError
from mollisol.methodology.provenance import Locator

type Status = Literal["verified", "two-sources", "secondary", "from-memory", "conflict"]
type Clock = Literal["edition", "emission_date", "registered_on", "event_date"]
"""``event_date`` is the day of what is judged, such as that of a listing."""
type Form = Literal["printed", "corrected"]
type RuleValue = float | str | bool

WARNING_STATUSES: frozenset[str] = frozenset({"from-memory", "conflict"})
HOUSE = "mollisol"
OF_PROGRAMME = "programme."
"""What a rule is asked for with where each programme has one of its own."""


class RuleError(UserError):
    """A rule file, a rule set or a look-up that cannot stand; the message says which and what is allowed."""


class MissingRuleError(RuleError):
    """A rule that a rule set holds no value of; carries its id, so that a finding can name it."""

    def __init__(self, rule: str, message: str) -> None:
        self.rule = rule
        super().__init__(message)


class Source(DomainObject):
    """Where a value stands and when it was read."""

    document: str
    edition: str
    section: str = ""
    equation: str = ""
    table: str = ""
    page: str = ""
    read: date

    @property
    def locator(self) -> Locator:
        """The place without the date of reading."""
        return Locator(self.document, self.edition, self.section, self.equation, self.table, self.page)


class Allowed(DomainObject):
    """What the value of a rule may be.

    One of ``words``, or with a ``separator`` some of them, each once; a number from ``least`` to ``greatest``, both
    allowed, ``whole`` where no fraction makes sense; or true and false. Exactly one of the three.
    """

    words: Items[str] = ()
    separator: str = ""
    least: float | None = None
    greatest: float | None = None
    whole: bool = False
    truth: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Allowed:
        ends = [end for end in (self.least, self.greatest) if end is not None]
        ranged = len(ends) == 2 and ends[0] < ends[1]
        stray = bool(ends) != ranged or (self.whole and not ranged) or (self.separator and not self.words)
        if [bool(self.words), ranged, self.truth].count(True) != 1 or stray:
            raise ValueError("must be words, a least and a greatest number, or truth = true")
        return self

    def holds(self, value: RuleValue) -> bool:
        """Return whether a rule may have the value."""
        if isinstance(value, bool):
            return self.truth
        if isinstance(value, str):
            parts = [part.strip() for part in value.split(self.separator)] if self.separator else [value]
            return set(parts) <= set(self.words) and len(set(parts)) == len(parts)
        if self.least is None or self.greatest is None:
            return False
        return self.least <= value <= self.greatest and not (self.whole and value % 1)

    def __str__(self) -> str:
        """Return it in words."""
        if self.truth:
            return "true or false"
        if self.words:
            several = f"some of these, parted by {self.separator!r}: " if self.separator else ""
            return several + " or ".join(repr(word) for word in self.words)
        return f"{'a whole number' if self.whole else 'a number'} from {self.least:g} to {self.greatest:g}"


class DatedValue(DomainObject):
    """One value of a rule from a date on. Factors also carry the ends of their range."""

    start: Annotated[date, Field(alias="from")]
    value: RuleValue
    low: float | None = None
    high: float | None = None
    source: Source
    status: Status
    note: str = ""


class Rule(DomainObject):
    """One rule file.

    ``document`` says which document's edition date is the clock where ``keyed_by`` is ``edition``; ``no_effect`` says
    why a change of the value moves no number, where it moves none; ``masked_by`` names the switch under whose corrected
    form it moves none. Only rules in bundles of release 0.1.0 do not say what is ``allowed``.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(\.[a-z0-9-]+)+$")]
    label: str
    symbol: str = ""
    unit: str
    document: str
    keyed_by: Clock
    allowed: Allowed | None = None
    no_effect: str = ""
    masked_by: str = ""
    value: Items[DatedValue]

    @model_validator(mode="after")
    def _dates_ascend(self) -> Rule:
        starts = [value.start for value in self.value]
        if not starts or any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("values must be there, and their dates must ascend")
        refused = [text for value in self.value for text in self.refusals(value)]
        if refused:
            raise ValueError("; ".join(refused))
        return self

    @property
    def allowed_in_words(self) -> str:
        """What the value may be, with its unit."""
        return f"{self.allowed} {self.unit}".removesuffix(" 1").rstrip()

    def refusals(self, given: DatedValue) -> list[str]:
        """Return what forbids a value: it, or an end of its range, is not allowed, or the ends do not hold it."""
        kind = _kind(self.value[-1].value)
        ends = [end for end in (given.low, given.value, given.high) if end is not None]
        refused = []
        for end in ends:
            if self.allowed is None and _kind(end) is not kind:
                refused.append(f"{self.id} holds {self.value[-1].value!r}, which {end!r} cannot replace")
            elif self.allowed is not None and not self.allowed.holds(end):
                refused.append(f"{self.id} may be {self.allowed_in_words}, not {end!r}")
        if len(ends) > 1 and not refused and ends != sorted(ends, key=float):
            refused.append(f"{self.id}: low, value and high must be numbers in this order")
        return refused


def _kind(value: RuleValue) -> type:
    return type(value) if isinstance(value, bool | str) else float


class Switch(DomainObject):
    """A fault in a document: what is printed, what is right and why, and what is done by default."""

    id: Annotated[str, Field(pattern=r"^switch\.[a-z0-9-]+$")]
    label: str
    equations: Items[str]
    printed: str
    corrected: str
    default: Form
    over_credits: Literal["printed", "corrected", "neither", "either"]
    effect: str
    erratum: str
    source: Source
    status: Status


class DocumentEdition(DomainObject):
    """An edition of a document, and the date that is its clock (that of its corrections, where it has some)."""

    edition: str
    dated: date
    corrections: date | None = None
    status: Status


class OpenRules(DomainObject):
    """Rules whose value in this set is not known: looked up, they raise, and no other edition stands in for them.

    ``rules`` is an id, or a pattern such as ``vm0042.control.*``.
    """

    rules: str
    reason: RequiredText

    def holds(self, id: str) -> bool:
        """Return whether the rule is among them."""
        return fnmatchcase(id, self.rules)


class OwnValue(DatedValue):
    """A value that a rule has in one rule set alone, as a draft's that no later edition inherits."""

    id: str


class RuleSetHead(DomainObject):
    """A rule-set file: which editions it stands on, what only it says, and what of it is not known."""

    key: str
    label: str
    global_warming_potentials: str
    documents: dict[str, DocumentEdition]
    note: str = ""
    own: Items[OwnValue] = ()
    open: Items[OpenRules] = ()

    def not_known(self, id: str) -> OpenRules | None:
        """Return what says that the value of a rule is not known here; None where it is."""
        if any(own.id == id for own in self.own):
            return None
        return next((item for item in self.open if item.holds(id)), None)


class Clocks(DomainObject):
    """The dates that pick values, besides the editions that the rule set fixes."""

    registered_on: date
    emission_date: date | None = None


class ChosenValue(DomainObject):
    """A value with what chose it; this is what a trace keeps."""

    rule: str
    label: str
    value: RuleValue
    low: float | None
    high: float | None
    unit: str
    clock: str
    clock_date: date
    since: date
    citation: str
    status: Status
