"""Read a page that we rendered back as blocks, so that paper and tables say what the page says, word for word.

This is no reader of HTML at large: it knows the elements and classes that our own templates write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final, Literal
from xml.etree.ElementTree import Element, TreeBuilder

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


class _Tree(HTMLParser):
    """Builds the tree of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.builder.end(tag)


class _Reader:
    """Walks the tree and gathers the cover and the blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.cover = {"kind": "", "title": ""}
        self.facts: list[tuple[str, str]] = []
        self.notice: tuple[Text, ...] = ()

    def read(self, element: Element, item: Literal["item", "numbered"] = "item") -> None:
        for child in _seen(element):
            tag, classes = child.tag, _classes(child)
            if tag in _HEADINGS:
                self.blocks.append(_heading(child))
            elif tag == "h1":
                self.cover["title"] = _plain(_words(child))
            elif tag == "p":
                self._paragraph(child)
            elif tag == "li":
                self._add(Paragraph(_tidy(_words(child)), item))
            elif tag == "table":
                self.blocks.append(_table(child))
            elif tag == "figure":
                self.blocks.append(_figure(child))
            elif tag == "dl" and "facts" in classes:
                self.facts += [(term.text, told.text) for term, told in _pairs(child)]
            elif tag == "dl" and "chain" in classes:
                self.blocks.append(Table(child.get("aria-label", ""), "", (), tuple(_pairs(child))))
            elif tag == "ul" and "chain" in classes:
                rows = tuple(_amount(line) for line in _seen(child) if line.tag == "li")
                self.blocks.append(Table(child.get("aria-label", ""), "", (), rows))
            else:
                self.read(child, "numbered" if tag == "ol" else "item" if tag == "ul" else item)

    def _add(self, paragraph: Paragraph) -> None:
        if _plain(paragraph.words):
            self.blocks.append(paragraph)

    def _paragraph(self, element: Element) -> None:
        words = _tidy(_words(element))
        match element.get("class"):
            case "eyebrow":
                self.cover["kind"] = _plain(words)
            case "banner":
                self.notice = words
            case "units":
                self._add(Paragraph(words, "key"))
            case "notice":
                self._add(Paragraph(words, "notice"))
            case _:
                self._add(Paragraph(words))


def _classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def _seen(element: Element) -> Iterator[Element]:
    """Yield the children that stand on paper."""
    for child in element:
        if child.tag not in _UNSEEN and _UNSEEN_CLASSES.isdisjoint(_classes(child)):
            yield child


def _words(element: Element, look: Look = "plain") -> Iterator[Text]:
    """Yield the words inside of an element, each in its look."""
    yield Text(_spaced(element.text), look)
    seen = set(_seen(element))
    for child in element:
        if child.tag == "br":
            yield Text("\n")
        elif child in seen and child.tag != "svg":
            classes = _classes(child)
            inner = _LOOKS.get(child.tag, look)
            inner = next((_LOOKS_OF_CLASS[name] for name in classes if name in _LOOKS_OF_CLASS), inner)
            ends = [] if _OWN_LINE.isdisjoint(classes) else [Text("\n")]
            yield from (*ends, *_words(child, inner), *ends)
        yield Text(_spaced(child.tail), look)


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\n\r]+", " ", text or "")


def _heading(element: Element) -> Heading:
    level, text = _HEADINGS[element.tag], _plain(_words(element))
    bare = re.sub(r"^\d+(\.\d+)? ", "", text)  # Word numbers its headings itself
    return Heading(level, bare, element.get("id", ""), level > 1 or bare != text)


def _caption(element: Element | None) -> tuple[str, str]:
    """Return the title, which is strong, and what else a caption says."""
    words = [] if element is None else list(_words(element))
    title = [part for part in words if part.look == "strong"]
    return _plain(title), _plain(part for part in words if part.look != "strong")


def _figure(element: Element) -> Figure:
    drawing, told = element.find(".//svg"), element.find(".//desc")
    name = "" if drawing is None else drawing.get("aria-labelledby", "").split("-title")[0]
    words = "" if told is None else _plain([Text("".join(told.itertext()))])
    return Figure(name, *_caption(element.find("figcaption")), words)


def _table(element: Element) -> Table:
    rows: dict[str, list[Row]] = {"thead": [], "tbody": [], "tfoot": []}
    for part in (element, *_seen(element)):
        for line in _seen(part):
            if line.tag == "tr" and len(line):
                cells = tuple(_cell(cell) for cell in _seen(line) if cell.tag in {"td", "th"})
                rows[part.tag if part.tag in rows else "tbody"].append(cells)
    return Table(*_caption(element.find("caption")), *(tuple(own) for own in rows.values()))


def _cell(element: Element) -> Cell:
    words = list(_words(element))
    plain, header = _plain(words), element.tag == "th"
    values = [data.get("value", "") for data in element.iter("data")]
    exact = values[0] if len(values) == 1 and not re.search(r"[A-Za-z]{2}", plain) else ""
    number = not header and (bool(exact) or bool(re.fullmatch(r"[−–+\d\s\u202f\u00a0.,∞%]+", plain)))
    rows, columns = (int(element.get(name) or 1) for name in ("rowspan", "colspan"))
    return Cell(_tidy(words), header, rows, columns, number, exact)


def _pairs(element: Element) -> Iterator[tuple[Cell, Cell]]:
    """Yield the pairs of a list of terms."""
    terms, told = (
        [Cell(_tidy(_words(part)), tag == "dt") for part in element.iter(tag)] for tag in ("dt", "dd")
    )
    yield from zip(terms, told, strict=True)


def _amount(element: Element) -> tuple[Cell, Cell]:
    """Return a line of a chain of amounts: what it is, and how much."""
    label, _, amount = _plain(_words(element)).rpartition(" ")
    return Cell((Text(label),), header=True), Cell((Text(amount),), number=True)


def _tidy(words: Iterable[Text]) -> tuple[Text, ...]:
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


def _plain(words: Iterable[Text]) -> str:
    return re.sub(r"[ \n]+", " ", "".join(part.text for part in words)).strip()


def document_of(page: str) -> Document:
    """Return the document of a page that our templates rendered; what is for the screen alone is left out."""
    tree = _Tree()
    tree.feed(page)
    tree.close()
    reader = _Reader()
    reader.read(tree.builder.close())
    cover = Cover(**reader.cover, facts=tuple(reader.facts), notice=reader.notice)
    return Document(cover, tuple(reader.blocks))
