"""Each requirement of VM0042 and of the documents around it, where the product has it, and which test breaks it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from mollisol.methodology.base import DomainObject, RequiredText, Text
from mollisol.methodology.eligibility.clauses import clauses

type State = Literal["whole", "part", "missing", "will not"]
STATES: tuple[State, ...] = get_args(State.__value__)
POINTERS = ("rules", "findings", "equations", "tables", "commands", "tests")

type _List = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(filter(None, text.split("; "))))]
type _Number = Annotated[int, BeforeValidator(int)]


class Requirement(DomainObject):
    """A row of the table: what a clause asks, and where that is.

    Parameters
    ----------
    value
        To a user: 3 moves units or decides eligibility, 2 is asked for by an auditor, 1 is paper.
    state
        ``whole``: computed or checked in a run, and a test breaks it. ``will not``: left out on purpose.
    missing
        What of it is not there; empty where it is whole.
    rules, findings, equations
        By their ids; switches stand among the rules.
    tables
        Files of a project, some with a column after a colon.
    tests
        Files of the repository, some with a test after two colons.
    """

    number: Annotated[_Number, Field(ge=1)]
    clause: RequiredText
    requirement: RequiredText
    kind: Literal["must", "should", "may", "definition"]
    value: Annotated[_Number, Field(ge=1, le=3)]
    state: State
    missing: Text
    rules: _List
    findings: _List
    equations: _List
    tables: _List
    commands: _List
    tests: _List


@cache
def requirements() -> tuple[Requirement, ...]:
    """Return the table, in the order of the document."""
    text = files("mollisol.methodology").joinpath("tables", "requirements.csv").read_text(encoding="utf-8")
    return tuple(Requirement.model_validate(row) for row in csv.DictReader(text.splitlines()))


def tally(rows: Sequence[Requirement]) -> dict[str, dict[str, int]]:
    """Return how many requirements are in each state: of those that move units, and of all."""
    of = {"move units": [row for row in rows if row.value == 3], "all": list(rows)}
    return {
        name: {**{state: Counter(row.state for row in own)[state] for state in STATES}, "together": len(own)}
        for name, own in of.items()
    }


def lines_of_requirements(rows: Iterable[Requirement], *, full: bool) -> Iterator[str]:
    """Return the lines of requirements; in full with every place and test."""
    for row in rows:
        yield f"{row.number:>3}  {row.state:8} {row.value}  {row.requirement}"
        if row.missing:
            yield f"{'':18}missing: {row.missing}"
        if full:
            yield f"{'':18}{row.clause} ({row.kind})"
            yield from (
                f"{'':18}{name}: {', '.join(getattr(row, name))}" for name in POINTERS if getattr(row, name)
            )
            yield from (f"{'':18}clause {one.id}: {one.wanted}" for one in clauses() if one.row == row.number)
