"""Answers to the questions of the AFOLU Non-Permanence Risk Tool 5.0, and the points that its tables give for them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from operator import ge, gt, lt
from typing import Annotated, Final, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Text

RISK_FILE: Final = "non_permanence.csv"
FAIL: Final = "fail"
_LIMITS: Final[Mapping[str, Callable[[float, float], bool]]] = {"above": gt, "from": ge, "below": lt}


class RiskAnswer(DomainObject):
    """The answer to a question of the tool, for all land or for a quantification unit with a rating of its own.

    ``years``, ``mitigation`` and ``climate_worsens`` are of natural events; the answer is then what one takes.
    """

    unit: Identifier | None = None
    question: Identifier
    answer: Text
    years: Annotated[float, Field(gt=0, le=10000, allow_inf_nan=False)] | None = None
    mitigation: Literal["none", "prevention", "history", "planning", "both"] = "none"
    climate_worsens: bool = False


@dataclass
class Points:
    """Points by category and box, the numbers that equations take, what fails, and what cannot be read."""

    boxes: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    events: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    """By whether the climate makes them worse."""
    numbers: dict[str, float] = field(default_factory=dict)
    fails: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    agreement: str = "none"

    def category(self, name: str) -> list[float]:
        """Return the sums of the boxes of a category, and 0, so that there is one."""
        return [0.0, *(points for (category, _), points in self.boxes.items() if category == name)]


@cache
def score_table() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Return the rows of the score tables, by question."""
    text = files("mollisol.methodology").joinpath("tables", "non_permanence.csv").read_text(encoding="utf-8")
    found = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        found[row["question"]].append(row)
    return {question: tuple(rows) for question, rows in found.items()}


def questions() -> list[str]:
    """Return every question that a rating has to answer."""
    return [question for question, rows in score_table().items() if rows[0]["category"]]


def points_of(answers: Iterable[RiskAnswer]) -> Points:
    """Return the points of answers; a question without an answer, and one without a meaning, stand in ``unread``."""
    points, open_ = Points(), dict.fromkeys(questions())
    for item in answers:
        if item.question not in open_:
            points.unread.append(f"{item.question}: no such question, or answered twice")
            continue
        del open_[item.question]
        rows = score_table()[item.question]
        try:
            if rows[0]["test"] in ("event", "level"):
                _take(points, item.question, _of_event(item, rows[0]["test"]), item.climate_worsens)
            elif rows[0]["test"] == "number":
                points.numbers[item.question] = float(item.answer)
            else:
                _take(points, item.question, _of_row(rows, item.answer))
        except (ValueError, LookupError):
            points.unread.append(f"{item.question}: {item.answer}")
        if item.question == "agreement":
            points.agreement = item.answer
    points.unread += [f"{question}: no answer" for question in open_]
    return points


def _take(points: Points, question: str, given: str | float, worse: bool | None = None) -> None:
    row = score_table()[question][0]
    if given == FAIL:
        points.fails.append(question)
    elif worse is None:
        points.boxes[row["category"], row["box"]] += float(given)
    else:
        points.events[worse].append(float(given))


def _of_row(rows: Iterable[Mapping[str, str]], answer: str) -> str:
    """Return the points of the first row that an answer fits."""
    for row in rows:
        kind, limit = row["test"], row["answer"]
        if kind == "else" or (kind in _LIMITS and _LIMITS[kind](float(answer), float(limit))):
            return row["points"]
        if kind in ("is", "yes") and answer == limit:
            return row["points"]
        if kind == "yes" and answer == "no":
            return "0"
    raise LookupError(answer)


def _of_event(item: RiskAnswer, kind: str) -> str | float:
    """Return likelihood and significance of an event, times what mitigation leaves of it."""
    amount, table = float(item.answer), score_table()
    if not 0 <= amount <= 100 or (kind == "level" and amount not in range(6)):
        raise ValueError(item.answer)
    if amount == 0:
        return 0.0
    if item.years is None:
        raise ValueError("years")
    limits = [float(row["answer"]) for row in table["return-years"]]
    losses = table["loss-percent"]
    row = losses[5 - int(amount)] if kind == "level" else next(
        row for row in losses if amount >= float(row["answer"])
    )  # fmt: skip
    given = row["points"].split()[sum(item.years >= limit for limit in limits)]
    return given if given == FAIL else float(given) * float(_of_row(table["mitigation"], item.mitigation))
