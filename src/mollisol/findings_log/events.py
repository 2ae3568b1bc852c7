"""What a findings log holds: one event a line, and the requests that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from mollisol.methodology.base import Day, DomainObject, Identifier, RequiredText, Text
from mollisol.methodology.findings import UserError

type Kind = Literal["clarification", "corrective", "forward"]
type What = Literal["open", "respond", "assess", "close"]
type SubjectKind = Literal["number", "row", "rule", "lead", "document", "difference"]
type Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

SHORT: Final[dict[Kind, str]] = {"clarification": "CL", "corrective": "CAR", "forward": "FAR"}
"""How requests of a kind are numbered."""


class Event(DomainObject):
    """One thing that happened to a request.

    Parameters
    ----------
    request
        Its number: ``CL-1``, ``CAR-1``, ``FAR-1``.
    by, on
        The id of who wrote it, and the day.
    bundle
        SHA-256 of the manifest of the bundle that it speaks of.
    value, unit
        Of the subject in that bundle, where it is a number.
    effect_t_co2e
        By how much less would be credited; above zero the credit was too high.
    document
        What an answer rests on.
    accepted
        Of an assessment: whether the answer closes the request.
    previous
        SHA-256 of the line before, so that no line can be taken out or changed unseen.
    """

    request: Annotated[str, StringConstraints(pattern=r"^(CL|CAR|FAR)-[1-9][0-9]{0,5}$")]
    what: What
    by: Identifier
    on: Annotated[Day, Field(strict=False)]
    bundle: Sha256
    text: RequiredText
    kind: Kind | None = None
    subject_kind: SubjectKind | None = None
    subject: Text = ""
    value: float | None = Field(default=None, allow_inf_nan=False)
    unit: Text = ""
    effect_t_co2e: float | None = Field(default=None, allow_inf_nan=False)
    due: Annotated[Day, Field(strict=False)] | None = None
    document: Text = ""
    accepted: bool | None = None
    previous: Sha256 | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request with all that happened to it, from its opening on."""

    events: tuple[Event, ...]

    @property
    def opened(self) -> Event:
        """The event that opened it."""
        return self.events[0]

    @property
    def id(self) -> str:
        """Its number."""
        return self.opened.request

    @property
    def kind(self) -> Kind:
        """What was requested."""
        return self.opened.kind or "clarification"

    @property
    def state(self) -> str:
        """Where it stands: whose turn it is, or that it is closed."""
        last = self.events[-1]
        if last.what == "assess":
            return "accepted" if last.accepted else "not accepted"
        return {"open": "open", "respond": "answered", "close": "closed"}[last.what]

    @property
    def effect_t_co2e(self) -> float | None:
        """The effect that was told last."""
        return next(
            (event.effect_t_co2e for event in reversed(self.events) if event.effect_t_co2e is not None), None
        )

    @property
    def due(self) -> str:
        """The day a forward action is due, or nothing."""
        return "" if self.opened.due is None else str(self.opened.due)

    def follows(self, event: Event) -> str:
        """Return why an event cannot come next, or nothing."""
        last = self.events[-1]
        answered = {one.by for one in self.events if one.what == "respond"}
        if last.what == "close":
            return f"{self.id} is closed; open a new request"
        if event.what in ("assess", "close") and event.by in answered:
            return f"{event.by} answered {self.id}, and cannot {event.what} it"
        if event.what == "respond" and event.by == self.opened.by:
            return f"{event.by} opened {self.id}, and cannot answer it"
        if event.what == "assess" and last.what != "respond":
            return f"{self.id} is {self.state}: only an answer is assessed"
        if event.what == "assess" and event.accepted is None:
            return f"the assessment of {self.id} does not say whether the answer is accepted"
        if event.what == "close" and not (last.what == "assess" and last.accepted):
            return f"{self.id} is {self.state}: an answer has to be accepted before it is closed"
        if event.on < last.on:
            return f"{event.on} lies before the last event of {self.id}, {last.on}"
        return ""


def why_not_opened(event: Event) -> str:
    """Return what an opening lacks, or nothing."""
    if event.kind is None or event.subject_kind is None or not event.subject:
        return f"{event.request} is opened without kind and subject"
    if not event.request.startswith(f"{SHORT[event.kind]}-"):
        return f"{event.request} is no number of a {event.kind} request"
    if (event.kind == "forward") != (event.due is not None):
        return f"{event.request}: a forward action request, and no other, has a day when it is due"
    return "" if event.due is None or event.due > event.on else f"{event.request} is due before it is opened"


def requests_of(events: Iterable[Event]) -> dict[str, Request]:
    """Return the requests of a log by number, in the order of opening.

    Raises
    ------
    UserError
        With every event that cannot follow those before it.
    """
    found: dict[str, Request] = {}
    faults = []
    for place, event in enumerate(events, start=1):
        request = found.get(event.request)
        if event.what == "open":
            why = f"{event.request} is open already" if request else why_not_opened(event)
        else:
            why = request.follows(event) if request else f"{event.request} was never opened"
        if why:
            faults.append(f"line {place}: {why}")
        else:
            found[event.request] = Request((*(request.events if request else ()), event))
    if faults:
        raise UserError("; ".join(faults))
    return found


def next_number(kind: Kind, taken: Iterable[str]) -> str:
    """Return the number of the next request of a kind."""
    short = SHORT[kind]
    return f"{short}-{1 + sum(id.startswith(f'{short}-') for id in taken)}"
