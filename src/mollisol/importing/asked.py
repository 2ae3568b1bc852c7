"""What an importer asks: questions with their file and places, alike ones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

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
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __bool__(self) -> bool:
        return bool(self._all)


def told(questions: Sequence[Question]) -> list[str]:
    """Return questions as lines for a person, by file."""
    lines: list[str] = []
    for file in dict.fromkeys(question.file for question in questions):
        lines.append(file)
        for number, item in enumerate((one for one in questions if one.file == file), start=1):
            where = ", ".join(item.places[:8]) + (f", ... {len(item.places) + item.more} in all" if len(item.places) > 8 else "")
            lines.append(f"  {number}. {f'[{item.column}] ' if item.column else ''}{item.question}")
            if item.found:
                lines.append(f"     found    {item.found}")
            if where:
                lines.append(f"     at       {where}")
            if item.choices:
                lines.append(f"     choices  {' | '.join(item.choices)}")
            lines.append(f"     answer   {item.answer}")
    return lines
