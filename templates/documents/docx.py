"""Word document of a page, through a template that users can restyle: real styles, fields, alternative texts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from mollisol.methodology.findings import UserError
from mollisol.templates.documents.blocks import (
    Block,
    Cell,
    Document,
    Figure,
    Heading,
    Paragraph,
    Row,
    Table,
    Text,
)
from mollisol.templates.documents.extras import load
from mollisol.templates.documents.packing import EARLIEST, repacked

TEMPLATE: Final = Path(__file__).with_name("report.docx")
"""The template that ships; ``scripts/release/word_template.py`` makes it."""

_PARAGRAPH_STYLES: Final = {
    "body": "Body Text",
    "item": "List Bullet",
    "numbered": "List Number",
    "notice": "Notice",
    "key": "Key Figure",
}
_RUN_STYLES: Final = {"soft": "Soft Text", "code": "Code Text", "tag": "Tag Text"}
STYLES: Final = (
    *("Heading 1", "Heading 2", "Heading 3", *_PARAGRAPH_STYLES.values(), "TOC 1"),
    *("Caption", "Caption Basis", "Figure Caption", "Table Text", "Table Number", "Table Head"),
    *("Report Table", *_RUN_STYLES.values()),
)
"""Styles that a template must have."""

_BODY: Final = "@@mollisol-body@@"
_CONTENTS: Final = "@@mollisol-contents@@"
_WIDTH_TWIPS: Final = 9860
"""Between the margins of the shipped template."""
_WIDTH_CHARACTERS: Final = 112.0
"""What stands beside each other on that width in the type of a table."""
_PICTURE_CM: Final = 17.2
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class WordTemplateError(UserError):
    """A Word template that cannot be used; the message says why and what to do."""


def write_docx(
    document: Document,
    pictures: Mapping[str, bytes],
    *,
    edition: str = "",
    maker: str = "",
    template: Path | None = None,
) -> bytes:
    """Write a document as Word.

    Parameters
    ----------
    document
        As :func:`mollisol.templates.documents.from_html.document_of` reads it off a page.
    pictures
        PNG of each figure by its name; a figure without one is told in words.
    edition, maker
        For the running heads: the rule set, and the program.
    template
        A Word file with the styles and marks of the shipped one.

    Raises
    ------
    MissingExtraError
        If docxtpl is not installed.
    WordTemplateError
        If the template is no Word file, lacks a style or the mark of the body, or its marks cannot be filled.
    """
    docxtpl = load("docxtpl", what="DOCX")
    word = _filled(docxtpl.DocxTemplate, document, template or TEMPLATE, edition, maker)
    names = {style.name for style in word.styles}
    if missing := [name for name in STYLES if name not in names]:
        raise WordTemplateError(
            f"the Word template lacks the styles {', '.join(missing)}; start from a copy of the shipped one"
        )
    ids = {style.name: style.style_id for style in word.styles}
    writer = _Writer(word, ids, pictures)
    _put(word, _CONTENTS, writer.contents(document.blocks))
    _put(word, _BODY, writer.body(document.blocks))
    stamp = word.core_properties
    stamp.created = stamp.modified = EARLIEST
    stamp.title = document.cover.title[:250]
    buffer = io.BytesIO()
    word.save(buffer)
    return repacked(buffer.getvalue())


def _filled(template_type: Any, document: Document, template: Path, edition: str, maker: str) -> Any:
    cover = document.cover
    told = {
        "kind": cover.kind,
        "title": cover.title,
        "facts": cover.facts,
        "notice": "".join(part.text for part in cover.notice),
        "edition": edition,
        "maker": maker,
    }
    sandbox = SandboxedEnvironment(undefined=StrictUndefined)
    if not zipfile.is_zipfile(template):
        raise WordTemplateError(f"{template} is not a Word document that can be opened")
    try:
        filled = template_type(str(template))
        filled.render(_clean(told) | {"contents": _CONTENTS, "body": _BODY}, sandbox, autoescape=True)
        return filled.docx
    except TemplateError as error:
        raise WordTemplateError(f"{template} cannot be filled: {error.message}; mend the mark") from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WordTemplateError(f"{template} is not a Word document that can be opened: {error}") from None


def _clean(value: Any) -> Any:
    """Take out characters that no XML may hold."""
    if isinstance(value, str):
        return _NOT_XML.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    return tuple(_clean(part) for part in value)


def _put(word: Any, mark: str, elements: Iterable[Any]) -> None:
    place = next((p._p for p in word.paragraphs if p.text.strip() == mark), None)
    if place is None and mark == _BODY:
        raise WordTemplateError(
            "the Word template has no paragraph {{ body }}; put one where the report goes"
        )
    if place is not None:
        for element in elements:
            place.addprevious(element)
        place.getparent().remove(place)


class _Writer:
    def __init__(self, word: Any, ids: Mapping[str, str], pictures: Mapping[str, bytes]) -> None:
        self._word, self._ids, self._pictures = word, ids, pictures
        self._oxml, self._ns = load("docx.oxml", what="DOCX"), load("docx.oxml.ns", what="DOCX").qn

    def body(self, blocks: Sequence[Block]) -> Iterable[Any]:
        """Return the elements of the blocks."""
        first = next((place for place, block in enumerate(blocks) if isinstance(block, Heading)), -1)
        for place, block in enumerate(blocks):
            match block:
                case Heading():
                    yield self._heading(block, place, new_page=place == first)
                case Paragraph():
                    yield self._paragraph(_PARAGRAPH_STYLES[block.kind], block.words)
                case Table():
                    yield from self._captioned(block)
                case Figure():
                    yield from self._figure(block)

    def contents(self, blocks: Sequence[Block]) -> Iterable[Any]:
        """Return a table of contents: a field that Word brings up to date, with the chapters as they are now."""
        chapters = [(i, b) for i, b in enumerate(blocks) if isinstance(b, Heading) and b.level == 1]
        number = 0
        for count, (place, block) in enumerate(chapters):
            paragraph = self._new("w:p", self._style("w:pPr", "w:pStyle", "TOC 1"))
            if count == 0:
                paragraph.extend(self._field_start(' TOC \\o "1-1" \\h \\z \\u ', dirty=True))
            number += block.numbered
            link = self._new("w:hyperlink", anchor=f"_Toc{place:06d}", history="1")
            link.append(self._run(Text(f"{number} {block.text}" if block.numbered else block.text)))
            paragraph.append(link)
            if count == len(chapters) - 1:
                paragraph.append(self._mark("end"))
            yield paragraph

    def _field_start(self, code: str, *, dirty: bool = False) -> list[Any]:
        text = self._new("w:instrText")
        text.text = code
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        begin = self._mark("begin")
        if dirty:
            begin[0].set(self._ns("w:dirty"), "true")
        return [begin, self._new("w:r", text), self._mark("separate")]

    def _mark(self, kind: str) -> Any:
        return self._new("w:r", self._new("w:fldChar", fldCharType=kind))

    def _new(self, tag: str, *children: Any, **attributes: Any) -> Any:
        element = self._oxml.OxmlElement(tag)
        for name, value in attributes.items():
            element.set(self._ns(f"w:{name}"), str(value))
        for child in children:
            element.append(child)
        return element

    def _style(self, holder: str, tag: str, name: str) -> Any:
        return self._new(holder, self._new(tag, val=self._ids[name]))

    def _heading(self, block: Heading, place: int, *, new_page: bool) -> Any:
        start = self._new("w:bookmarkStart", id=str(1000 + place), name=f"_Toc{place:06d}")
        end = self._new("w:bookmarkEnd", id=str(1000 + place))
        words = self._run(Text(block.text))
        form = self._style("w:pPr", "w:pStyle", f"Heading {block.level}")
        if new_page:
            form.append(self._new("w:pageBreakBefore"))
        if not block.numbered:
            form.append(self._new("w:numPr", self._new("w:ilvl", val=0), self._new("w:numId", val=0)))
        return self._new("w:p", form, start, words, end)

    def _paragraph(self, style: str, words: Iterable[Text]) -> Any:
        runs = [self._run(part) for part in words]
        return self._new("w:p", self._style("w:pPr", "w:pStyle", style), *runs)

    def _run(self, part: Text) -> Any:
        run = self._new("w:r")
        look = self._look(part.look)
        if look is not None:
            run.append(look)
        for number, line in enumerate(_clean(part.text).split("\n")):
            if number:
                run.append(self._new("w:br"))
            if line:
                text = self._new("w:t")
                text.text = line
                text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.append(text)
        return run

    def _look(self, look: str) -> Any:
        match look:
            case "strong":
                return self._new("w:rPr", self._new("w:b"))
            case "emphasis":
                return self._new("w:rPr", self._new("w:i"))
            case "lowered":
                return self._new("w:rPr", self._new("w:vertAlign", val="subscript"))
            case "soft" | "code" | "tag":
                return self._style("w:rPr", "w:rStyle", _RUN_STYLES[look])
        return None

    def _captioned(self, table: Table) -> Iterable[Any]:
        if table.title:
            yield self._paragraph("Caption", [Text(table.title)])
        if table.basis:
            yield self._paragraph("Caption Basis", [Text(table.basis)])
        yield self._table(table)
        yield self._paragraph("Table Text", [])

    def _table(self, table: Table) -> Any:
        grid = table.grid()
        widths = _widths(grid)
        properties = self._new(
            "w:tblPr",
            self._new("w:tblStyle", val=self._ids["Report Table"]),
            self._new("w:tblW", w=sum(widths), type="dxa"),
            self._new("w:tblLayout", type="fixed"),
            self._new("w:tblLook", val="0020", firstRow="1" if table.head else "0", noHBand="1", noVBand="1"),
            self._new("w:tblCaption", val=_clean(table.title)[:250]),
        )
        element = self._new(
            "w:tbl", properties, self._new("w:tblGrid", *(self._new("w:gridCol", w=w) for w in widths))
        )
        rows: tuple[Row, ...] = (*table.head, *table.body, *table.foot)
        first_foot = len(rows) - len(table.foot)
        owner: dict[int, tuple[Cell, int]] = {}
        numbers = _number_columns(grid, len(table.head), len(widths))
        for place, line in enumerate(grid):
            short = place >= len(table.head) and sum(len(c.text) for c in line if c) < 400
            row = self._new("w:tr", self._new("w:trPr", *([self._new("w:cantSplit")] if short else [])))
            if place < len(table.head):
                row[0].append(self._new("w:tblHeader"))
            column = 0
            while column < len(widths):
                cell = line[column] if column < len(line) else None
                if cell is not None:
                    owner[column] = (cell, place)
                    span, kind = cell.columns, "restart" if cell.rows > 1 else ""
                elif column in owner and owner[column][1] + owner[column][0].rows > place:
                    cell, span, kind = Cell(()), owner[column][0].columns, "continue"
                else:
                    cell, span, kind = Cell(()), 1, ""
                in_head = place < len(table.head)
                strong = place >= first_foot
                width, right = sum(widths[column : column + span]), column in numbers
                row.append(self._cell(cell, width, span, kind, in_head, strong, right))
                column += span
            element.append(row)
        return element

    def _cell(
        self, cell: Cell, width: int, span: int, merge: str, in_head: bool, strong: bool, right: bool
    ) -> Any:
        properties = self._new("w:tcPr", self._new("w:tcW", w=width, type="dxa"))
        if span > 1:
            properties.append(self._new("w:gridSpan", val=span))
        if merge:
            properties.append(self._new("w:vMerge", val=merge))
        if in_head:
            properties.append(self._new("w:vAlign", val="bottom"))
        style = "Table Head" if in_head else "Table Number" if cell.number and right else "Table Text"
        words = [Text(w.text, "strong") if strong and w.look == "plain" else w for w in cell.words]
        paragraph = self._paragraph(style, words)
        if in_head and right:
            paragraph[0].append(self._new("w:jc", val="center" if span > 1 else "right"))
        return self._new("w:tc", properties, paragraph)

    def _figure(self, figure: Figure) -> Iterable[Any]:
        picture = self._pictures.get(figure.name)
        if picture is None:
            yield self._paragraph("Body Text", [Text(figure.told)])
        else:
            shared = load("docx.shared", what="DOCX")
            paragraph = self._word.add_paragraph(style="Body Text")
            paragraph.paragraph_format.keep_with_next = True
            shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=shared.Cm(_PICTURE_CM))
            shape._inline.docPr.set("descr", _clean(figure.told)[:4000])
            shape._inline.docPr.set("name", figure.name)
            yield paragraph._p
        yield self._paragraph("Figure Caption", [Text(figure.title)])
        if figure.basis:
            yield self._paragraph("Caption Basis", [Text(figure.basis)])


def _number_columns(grid: Sequence[Sequence[Cell | None]], first: int, count: int) -> set[int]:
    """Return the columns that hold numbers for the most part: their heads stand on the right too."""
    found = set()
    for column in range(count):
        cells = [line[column] for line in grid[first:] if column < len(line)]
        filled = [cell for cell in cells if cell is not None and cell.words]
        if filled and 2 * sum(cell.number for cell in filled) > len(filled):
            found.add(column)
    return found


def _widths(grid: Sequence[Sequence[Cell | None]]) -> list[int]:
    """Share the width out by what the columns hold: the longest word at least, the longest line with a bound."""
    count = max(len(line) for line in grid)
    least, wanted = [5.0] * count, [5.0] * count
    for line in grid:
        for column, cell in enumerate(line):
            if cell is not None and cell.columns == 1:
                lines = "".join(part.text for part in cell.words).split("\n")
                pieces = lines if cell.number else [word for text in lines for word in text.split(" ")]
                least[column] = max(least[column], min(20.0, 2.5 + max(map(len, pieces))))
                wanted[column] = max(wanted[column], min(48.0, 2.5 + max(map(len, lines))))
    rest = max(0.0, _WIDTH_CHARACTERS - sum(least))
    extra = [max(0.01, w - n) for w, n in zip(wanted, least, strict=True)]
    share = [n + rest * e / sum(extra) for n, e in zip(least, extra, strict=True)]
    widths = [int(_WIDTH_TWIPS * part / sum(share)) for part in share]
    widths[-1] += _WIDTH_TWIPS - sum(widths)
    return widths
