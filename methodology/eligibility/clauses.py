"""Clauses that a project answers by a statement: a table of what is asked, of what, and which answers are allowed."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from mollisol.methodology.base import DomainObject, Identifier, RequiredText, Text
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, Severity, finding

DECLARATIONS_FILE: Final = "declarations.csv"
_ALL: Final = (None, "all")
"""What stands in the column ``thing`` of a statement that holds for all."""
_YEAR: Final = 365.25

type Limit = Callable[[str], float]
type Days = Mapping[str, date]
type _Severity = Annotated[Severity | None, BeforeValidator(lambda text: Severity(text) if text else None)]


class Declaration(DomainObject):
    """A statement of the project on one clause.

    Parameters
    ----------
    clause
        The id of the clause, as ``mollisol findings clause-undeclared`` leads to it.
    thing
        The unit, control site, campaign, laboratory method or other thing that it is on; empty or ``all`` is all.
    answer
        What is stated: words, a number, a day or a text, as the clause asks.
    document
        The file of the evidence register that shows it.
    """

    clause: Identifier
    thing: Text | None = None
    answer: Text
    document: Text | None = None


class Clause(DomainObject):
    """A row of the table of clauses.

    Parameters
    ----------
    row
        The requirement that it serves, by its number in ``requirements.csv``.
    each
        Of which things a statement is asked.
    kind
        ``words`` are one or more of ``allowed``, ``every word`` all of them; a ``number`` is held against ``allowed``,
        such as ``at most RULE``; a ``day`` as ``by start``, ``within RULE of end`` (in years) or ``RULE after end``.
    document
        Whether a document has to show it.
    missing, broken
        What it is where nothing is stated (none: the clause is only for who departs from it), or what is not allowed.
    """

    id: Identifier
    row: Annotated[int, BeforeValidator(int)]
    part: RequiredText
    asks: RequiredText
    each: Identifier
    kind: Literal["words", "every word", "number", "day", "text"]
    allowed: Text
    document: Annotated[bool, BeforeValidator(lambda text: text == "yes")]
    missing: _Severity
    broken: _Severity

    @property
    def wanted(self) -> str:
        """What a statement says, in words."""
        more = f" ({self.kind}: {self.allowed})" if self.allowed else ""
        return f"{self.asks}{more}" + (", and the document that shows it" if self.document else "")


@cache
def clauses() -> tuple[Clause, ...]:
    """Return the table of clauses, in the order of the document."""
    text = files("mollisol.methodology").joinpath("tables", "clauses.csv").read_text(encoding="utf-8")
    return tuple(Clause.model_validate(row) for row in csv.DictReader(text.splitlines()))


def check_clauses(
    things: Mapping[str, Collection[str]],
    declared: Columns[Declaration],
    documents: Collection[str],
    days: Days,
    limit: Limit,
) -> Iterator[Finding]:
    """Yield each clause on which nothing is stated, and each statement that is not allowed or that nothing shows.

    Parameters
    ----------
    things
        What there is of each kind; a clause on a kind without things is not asked.
    documents
        Files of the evidence register.
    days
        Start, registration, and the end of the last period.
    limit
        Gives the number of a rule.
    """
    given: dict[tuple[str, str | None], list[tuple[int, Declaration]]] = defaultdict(list)
    known = {clause.id: clause for clause in clauses()}
    for number, item in enumerate(declared):
        row = int(declared.row_numbers[number])
        clause = known.get(item.clause)
        if clause is None or not {item.thing} <= {*_ALL, *things[clause.each]}:
            yield finding(
                "clause-unknown", _place(row, item.clause), f"{item.clause} of {item.thing or 'all'}"
            )
        given[item.clause, None if item.thing in _ALL else item.thing].append((row, item))
    if not declared:
        asked = [one for one in known.values() if one.missing is Severity.REFUSAL and things[one.each]]
        state = (
            f"no such file, and {len(asked)} clauses ask for a statement: {', '.join(o.id for o in asked)}"
        )
        if asked:
            yield finding(
                "clause-undeclared",
                Place(file=DECLARATIONS_FILE),
                state,
                part="VM0042 2.2, sections 4 to 9.3",
            )
        return
    for clause in known.values():
        for thing in sorted(things[clause.each]):
            stated = given[clause.id, thing] or given[clause.id, None]
            for row, item in stated:
                yield from _judged(clause, item, _place(row, clause.id, thing), documents, days, limit)
            if not stated and clause.missing is not None:
                yield finding(
                    "clause-undeclared", _place(None, clause.id, thing), "nothing stated",
                    severity=clause.missing, allowed=clause.wanted, part=clause.part,
                )  # fmt: skip


def _place(row: int | None, id: str, thing: str = "") -> Place:
    return Place(file=DECLARATIONS_FILE, row=row, thing=f"{id} of {thing}" if thing else id)


def _judged(
    clause: Clause, item: Declaration, where: Place, documents: Collection[str], days: Days, limit: Limit
) -> Iterable[Finding]:
    """Yield what is wrong with a statement."""
    if fault := _fault(clause, item.answer.strip(), days, limit):
        yield finding(
            "clause-broken", where, fault,
            severity=clause.broken, allowed=clause.wanted, part=clause.part,
        )  # fmt: skip
    if clause.document and item.document not in documents:
        state = f"{item.document or 'no document'} is not in the evidence register"
        yield finding("clause-undocumented", where, state, severity=clause.missing, part=clause.part)


def _fault(clause: Clause, answer: str, days: Days, limit: Limit) -> str:
    """Return why an answer is not allowed; nothing where it is."""
    words = {word.strip() for word in clause.allowed.split(";")}
    said = {word.strip().casefold() for word in answer.split(";")}
    if clause.kind == "text":
        return "" if len(answer) >= len("none") else f"{answer!r} says nothing"
    if clause.kind in ("words", "every word"):
        fits = said <= words if clause.kind == "words" else said >= words
        return "" if fits else answer
    try:
        value = float(answer) if clause.kind == "number" else date.fromisoformat(answer)
    except ValueError:
        return f"{answer!r} is no {clause.kind}"
    match clause.allowed.split():
        case ["at", ("most" | "least") as side, rule] if isinstance(value, float):
            bound = limit(rule)
            return (
                ""
                if (value <= bound if side == "most" else value >= bound)
                else f"{value:g}, not at {side} {bound:g}"
            )
        case ["by", end] if isinstance(value, date):
            return "" if value <= days[end] else f"{value}, after {days[end]}"
        case ["within", rule, "of", end] if isinstance(value, date):
            years = abs((value - days[end]).days) / _YEAR
            return "" if years <= limit(rule) else f"{value}, {years:.1f} years from {days[end]}"
        case [rule, "after", end] if isinstance(value, date):
            years = (value - days[end]).days / _YEAR
            return "" if round(years, 2) >= limit(rule) else f"{value}, {years:.1f} years after {days[end]}"
        case _:
            return ""
