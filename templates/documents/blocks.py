"""A document as blocks: headings, paragraphs, tables and figures, for Word, for CSV and for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

type Look = Literal["plain", "strong", "emphasis", "code", "soft", "lowered", "tag"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one look; a line break stands as a newline."""

    text: str
    look: Look = "plain"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; the title of the document is none. A chapter may stand outside the numbers."""

    level: int
    text: str
    anchor: str = ""
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: body text, an item of a list, a box that is not to be overlooked, or the key figure."""

    words: tuple[Text, ...]
    kind: Literal["body", "item", "numbered", "notice", "key"] = "body"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; ``exact`` is the number behind it in full, where it holds one number and nothing else."""

    words: tuple[Text, ...]
    header: bool = False
    rows: int = 1
    columns: int = 1
    number: bool = False
    exact: str = ""

    @property
    def text(self) -> str:
        """The words on one line."""
        return re.sub(r"[ \n]+", " ", "".join(part.text for part in self.words)).strip()


type Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption and, in smaller type, what it rests on."""

    title: str
    basis: str
    head: tuple[Row, ...]
    body: tuple[Row, ...]
    foot: tuple[Row, ...] = ()

    def grid(self) -> list[list[Cell | None]]:
        """Lay all rows on a grid; a place that a cell of another row or column covers holds ``None``."""
        return _grid((*self.head, *self.body, *self.foot))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its name, with caption, basis and alternative text."""

    name: str
    title: str
    basis: str
    told: str


type Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page: what kind of document, of what, its facts, and a notice that must be seen first."""

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    notice: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A cover and what follows it."""

    cover: Cover
    blocks: tuple[Block, ...]


def _grid(rows: tuple[Row, ...]) -> list[list[Cell | None]]:
    lines: list[list[Cell | None]] = []
    covered: dict[tuple[int, int], bool] = {}
    for place, row in enumerate(rows):
        line: list[Cell | None] = []
        for cell in row:
            while covered.get((place, len(line))):
                line.append(None)
            for down in range(cell.rows):
                for along in range(cell.columns):
                    covered[place + down, len(line) + along] = True
            line.append(cell)
            line.extend([None] * (cell.columns - 1))
        while covered.get((place, len(line))):
            line.append(None)
        lines.append(line)
    return lines
