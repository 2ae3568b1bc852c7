"""Read a page that we rendered back as blocks, so that paper and tables say what the page says, word for word.

This is no reader of HTML at large: it knows the elements and classes that our own templates write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from mollisol.templates.documents.blocks import (
    Block,
    Cell,
    Cover,
    Document,
    Figure,
    Heading,
    Look,
    Paragraph,
    Row,
    Table,
    Text,
)

_VOID: Final = frozenset({"meta", "link", "br", "hr", "img", "input", "col"})
_UNSEEN: Final = frozenset({"head", "style", "nav", "footer", "template"})
_UNSEEN_CLASSES: Final = frozenset({"skip", "screen"})
_LOOKS: Final[dict[str, Look]] = {
    "strong": "strong",
    "b": "strong",
    "i": "emphasis",
    "em": "emphasis",
    "code": "code",
    "sub": "lowered",
}
_LOOKS_OF_CLASS: Final[dict[str, Look]] = {
    "under": "soft",
    "na": "emphasis",
    "hash": "code",
    "tag": "tag",
    "strong": "strong",
}
_OWN_LINE: Final = frozenset({"under", "input", "head"})
_HEADINGS: Final = {"h2": 1, "h3": 2, "h4": 3}


@dataclass
class _Open:
    """An element that is open: what it is and how its words look."""

    tag: str
    look: Look
    own_line: bool
    hidden: bool


@dataclass
class _TableParts:
    kind: str
    title: str = ""
    basis: str = ""
    rows: dict[str, list[Row]] = field(default_factory=lambda: {"thead": [], "tbody": [], "tfoot": []})
    row: list[Cell] = field(default_factory=list)
    part: str = "tbody"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[_Open] = []
        self._words: list[Text] = []
        self._table: _TableParts | None = None
        self._figure: dict[str, str] = {}
        self._cell: dict[str, str | None] = {}
        self._exact: list[str] = []
        self._drawing = 0
        self._start: dict[str, str | None] = {}
        self.cover: dict[str, str] = {}
        self.facts: list[tuple[str, str]] = []
        self.notice: tuple[Text, ...] = ()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "br":
            self._words.append(Text("\n"))
        if tag in _VOID:
            return
        classes = (found.get("class") or "").split()
        over = self._open[-1] if self._open else _Open("", "plain", False, False)
        look: Look = over.look
        for known, name in ((_LOOKS, tag), *((_LOOKS_OF_CLASS, word) for word in reversed(classes))):
            look = known.get(name, look)
        if tag in {"td", "th", "p", "li"}:
            look = "plain"
        hidden = over.hidden or tag in _UNSEEN or bool(_UNSEEN_CLASSES.intersection(classes))
        own_line = bool(_OWN_LINE.intersection(classes))
        self._open.append(_Open(tag, look, own_line, hidden))
        if hidden:
            return
        if own_line:
            self._break()
        if tag == "svg":
            self._drawing += 1
            self._figure["name"] = (found.get("aria-labelledby") or "").split("-title")[0]
        elif self._drawing:
            self._words = []
        elif tag in {*_HEADINGS, "h1", "p", "li", "caption", "figcaption", "dt", "dd"}:
            self._words, self._start = [], found
        elif tag == "table":
            self._table = _TableParts(" ".join(classes))
        elif tag in {"thead", "tbody", "tfoot"} and self._table:
            self._table.part = tag
        elif tag == "tr" and self._table:
            self._table.row = []
        elif tag in {"td", "th"}:
            self._words, self._cell, self._exact = [], found, []
        elif tag == "data":
            self._exact.append(found.get("value") or "")
        elif tag in {"ul", "dl"} and ("chain" in classes or "facts" in classes):
            title = found.get("aria-label") or ""
            self._table = _TableParts("facts" if "facts" in classes else "chain", title)

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1].hidden:
            return
        text = re.sub(r"[ \t\n\r]+", " ", data)
        if text:
            self._words.append(Text(text, self._open[-1].look))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1].tag != tag:
            self._open.pop()
        closed = self._open.pop() if self._open else None
        if closed is None or closed.hidden:
            return
        if closed.own_line:
            self._break()
        if tag == "svg":
            self._drawing -= 1
        elif self._drawing:
            if tag == "desc":
                self._figure["told"] = _plain(self._words)
            self._words = [] if tag != "title" else self._words
        elif tag in {"td", "th"} and self._table:
            self._table.row.append(self._closed_cell(tag == "th"))
        elif tag == "tr" and self._table and self._table.row:
            self._table.rows[self._table.part].append(tuple(self._table.row))
        elif tag == "caption" and self._table:
            self._table.title, self._table.basis = self._caption()
        elif tag in {"table", "dl"} or (tag == "ul" and self._table):
            self._close_table()
        elif tag in {"dt", "dd", "li"} and self._table:
            self._pair(tag)
        elif tag in _HEADINGS:
            text = _plain(self._words)
            bare = re.sub(r"^\d+ ", "", text)  # Word numbers its headings itself
            level = _HEADINGS[tag]
            heading = Heading(level, bare, self._start.get("id") or "", level > 1 or bare != text)
            self.blocks.append(heading)
        elif tag == "h1":
            self.cover["title"] = _plain(self._words)
        elif tag in {"p", "li"}:
            self._close_paragraph(tag)
        elif tag == "figcaption":
            title, basis = self._caption()
            self.blocks.append(
                Figure(self._figure.get("name", ""), title, basis, self._figure.get("told", ""))
            )
            self._figure = {}

    def _break(self) -> None:
        self._words.append(Text("\n"))

    def _caption(self) -> tuple[str, str]:
        title = [part for part in self._words if part.look == "strong"]
        return _plain(title), _plain([part for part in self._words if part.look != "strong"])

    def _closed_cell(self, header: bool) -> Cell:
        words = _tidy(self._words)
        plain = _plain(self._words)
        exact = self._exact[0] if len(self._exact) == 1 and not re.search(r"[A-Za-z]{2}", plain) else ""
        number = not header and (bool(exact) or bool(re.fullmatch(r"[−–+\d\s\u202f\u00a0.,∞%]+", plain)))
        return Cell(
            words,
            header,
            int(self._cell.get("rowspan") or 1),
            int(self._cell.get("colspan") or 1),
            number,
            exact,
        )

    def _close_table(self) -> None:
        parts, self._table = self._table, None
        if parts is not None and parts.kind == "facts":
            self.facts += [(row[0].text, row[1].text) for row in parts.rows["tbody"]]
        elif parts is not None and any(parts.rows.values()):
            own = parts.rows
            table = Table(
                parts.title, parts.basis, tuple(own["thead"]), tuple(own["tbody"]), tuple(own["tfoot"])
            )
            self.blocks.append(table)

    def _pair(self, tag: str) -> None:
        assert self._table is not None  # noqa: S101
        words = _tidy(self._words)
        if tag == "li":
            text = _plain(words)
            label, _, amount = text.rpartition(" ")
            cells: list[Cell] = [Cell((Text(label),), header=True), Cell((Text(amount),), number=True)]
            self._table.rows["tbody"].append(tuple(cells))
        elif tag == "dt":
            self._table.row = [Cell(words, header=True)]
        else:
            self._table.rows["tbody"].append((*self._table.row, Cell(words)))

    def _close_paragraph(self, tag: str) -> None:
        words = _tidy(self._words)
        if not _plain(words):
            return
        within = [item.tag for item in self._open]
        kind = self._start.get("class") or ""
        if tag == "li":
            numbered = "ol" in within and within[::-1].index("ol") < (
                within[::-1].index("ul") if "ul" in within else len(within)
            )
            self.blocks.append(Paragraph(words, "numbered" if numbered else "item"))
        elif kind == "eyebrow":
            self.cover["kind"] = _plain(words)
        elif kind == "banner":
            self.notice = words
        else:
            self.blocks.append(
                Paragraph(words, "key" if kind == "units" else "notice" if kind == "notice" else "body")
            )
        self._words = []


def _tidy(words: list[Text]) -> tuple[Text, ...]:
    """Join neighbours of one look; no space or line break at the ends, none twice."""
    joined: list[Text] = []
    for part in words:
        text = part.text
        before = joined[-1].text if joined else "\n"
        if before.endswith(("\n", " ")):
            text = text.lstrip(" ")
        if text == "\n" and before.endswith("\n"):
            continue
        if not text:
            continue
        if text.startswith("\n") and joined:
            joined[-1] = Text(joined[-1].text.rstrip(" "), joined[-1].look)
        if joined and (joined[-1].look == part.look):
            joined[-1] = Text(joined[-1].text + text, part.look)
        else:
            joined.append(Text(text, part.look))
    while joined and not joined[-1].text.strip():
        joined.pop()
    if joined:
        joined[-1] = Text(joined[-1].text.rstrip(), joined[-1].look)
    return tuple(joined)


def _plain(words: list[Text] | tuple[Text, ...]) -> str:
    return re.sub(r"[ \n]+", " ", "".join(part.text for part in words)).strip()


def document_of(page: str) -> Document:
    """Return the document of a page that our templates rendered; what is for the screen alone is left out."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    cover = Cover(
        kind=reader.cover.get("kind", ""),
        title=reader.cover.get("title", ""),
        facts=tuple(reader.facts),
        notice=reader.notice,
    )
    return Document(cover, tuple(reader.blocks))
