"""What an importer asks: questions with their file and places, alike ones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_MANY_NAMES: Final = 6
"""So many names of a column that nobody knows are asked about one by one."""
MOST_PLACES: Final = 400
"""Places that a question lists; the rest is counted."""


@dataclass(slots=True)
class Question:
    """One decision that somebody has to take.

    Parameters
    ----------
    file, column
        The raw file, and the column or part of it.
    kind
        What it is about, such as ``censored`` or ``unit``.
    found
        What stands there.
    question, choices
        What is asked, and what may be answered.
    answer
        Where the answer goes: mapping and key.
    places
        Every cell that shows the same.
    """

    file: str
    column: str
    kind: str
    found: str
    question: str
    choices: tuple[str, ...]
    answer: str
    places: list[str] = field(default_factory=list)
    more: int = 0

    def as_data(self) -> dict[str, Any]:
        """Return the question as JSON has it."""
        data: dict[str, Any] = {
            "file": self.file,
            "column": self.column,
            "kind": self.kind,
            "found": self.found,
            "question": self.question,
            "choices": list(self.choices),
            "answer": self.answer,
            "places": self.places,
        }
        return data | ({"more": self.more} if self.more else {})


class Questions:
    """Gathers questions; those of one file, column, kind and finding are one with many places."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str, str, str, str], Question] = {}

    def ask(self, question: Question, place: str = "") -> None:
        """Add a question, or a place of one that was asked."""
        key = (question.file, question.column, question.kind, question.found, question.answer)
        kept = self._all.setdefault(key, question)
        if place and place not in kept.places[-1:]:
            if len(kept.places) < MOST_PLACES:
                kept.places.append(place)
            else:
                kept.more += 1

    def __iter__(self) -> Iterator[Question]:
        """Yield every question; many names of one column that nobody knows are one."""
        names: dict[tuple[str, str], list[Question]] = {}
        for question in self._all.values():
            if question.kind == "no-match":
                names.setdefault((question.file, question.column), []).append(question)
        for question in self._all.values():
            alike = names.get((question.file, question.column), []) if question.kind == "no-match" else []
            if len(alike) <= _MANY_NAMES:
                yield question
            elif question is alike[0]:
                yield _as_one(alike)

    def __len__(self) -> int:
        return len(self._all)

    def __bool__(self) -> bool:
        return bool(self._all)


def _as_one(alike: Sequence[Question]) -> Question:
    first = alike[0]
    name = "point" if "point" in first.answer else "field"
    answer = f"{first.answer.partition(' ')[0]} fields.{name}: read and write, or words"
    return Question(
        first.file,
        first.column,
        first.kind,
        f"{len(alike)} names: {', '.join(item.found for item in alike[:60])}",
        "names that are no known point or field: spelt otherwise, or to be left out",
        ("a pattern (read, write) that brings them to the known names", "words for each"),
        answer,
        [place for item in alike for place in item.places][:MOST_PLACES],
        sum(item.more for item in alike),
    )


def told(questions: Sequence[Question]) -> list[str]:
    """Return questions as lines for a person, by file."""
    lines: list[str] = []
    for file in dict.fromkeys(question.file for question in questions):
        lines.append(file)
        for number, item in enumerate((one for one in questions if one.file == file), start=1):
            where = ", ".join(item.places[:8]) + (
                f", ... {len(item.places) + item.more} in all" if len(item.places) > 8 else ""
            )
            lines.append(f"  {number}. {f'[{item.column}] ' if item.column else ''}{item.question}")
            if item.found:
                lines.append(f"     found    {item.found}")
            if where:
                lines.append(f"     at       {where}")
            if item.choices:
                lines.append(f"     choices  {' | '.join(item.choices)}")
            lines.append(f"     answer   {item.answer}")
    return lines
