"""Make the Word template of the reports, ``templates/documents/report.docx``: the same bytes each time.

Users restyle a copy of it in Word and hand it to ``mollisol report --template``. What must stay are the names of the
styles and the marks in double braces.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from mollisol.templates.documents.packing import EARLIEST, repacked

OUT = Path(__file__).parents[2] / "templates" / "documents" / "report.docx"
INK, SOFT, ACCENT = RGBColor(0x1F, 0x2A, 0x26), RGBColor(0x56, 0x63, 0x5D), RGBColor(0x1C, 0x5A, 0x49)
SANS, SERIF, MONO = "Arial", "Georgia", "Courier New"

# name, kind, parent, font, size, bold, colour, space before, space after
PARAGRAPHS = (
    ("Title", "Normal", SERIF, 28, True, INK, 6, 10),
    ("Subtitle", "Normal", SANS, 11, True, ACCENT, 150, 4),
    ("Heading 1", "Normal", SERIF, 18, True, INK, 26, 8),
    ("Heading 2", "Normal", SERIF, 13, True, INK, 16, 5),
    ("Heading 3", "Normal", SERIF, 11, True, INK, 12, 4),
    ("Contents Heading", "Normal", SERIF, 18, True, INK, 0, 10),
    ("Key Figure", "Normal", SERIF, 20, True, ACCENT, 2, 6),
    ("Body Text", "Normal", SANS, 9.5, False, INK, 0, 6),
    ("List Bullet", "Normal", SANS, 9.5, False, INK, 0, 3),
    ("List Number", "Normal", SANS, 9.5, False, INK, 0, 3),
    ("Notice", "Normal", SANS, 9.5, False, INK, 8, 10),
    ("Caption", "Normal", SANS, 9, True, INK, 12, 2),
    ("Caption Basis", "Normal", SANS, 7, False, SOFT, 0, 4),
    ("Figure Caption", "Caption", SANS, 9, True, INK, 4, 2),
    ("Table Text", "Normal", SANS, 7.5, False, INK, 1.5, 1.5),
    ("Table Number", "Table Text", SANS, 7.5, False, INK, 1.5, 1.5),
    ("Table Head", "Table Text", SANS, 7.5, True, SOFT, 1.5, 1.5),
    ("Fact", "Normal", SANS, 9.5, False, INK, 2, 2),
    ("TOC 1", "Normal", SANS, 10, False, INK, 0, 4),
    ("Header", "Normal", SANS, 8, False, SOFT, 0, 0),
    ("Footer", "Normal", SANS, 8, False, SOFT, 0, 0),
)
CHARACTERS = (("Soft Text", SANS, SOFT), ("Code Text", MONO, INK), ("Tag Text", SANS, ACCENT))


def main() -> None:
    """Write the template."""
    document = Document()
    _page(document)
    _styles(document)
    _table_styles(document)
    _cover(document)
    _running(document)
    stamp = document.core_properties
    stamp.author = stamp.last_modified_by = "mollisol"
    stamp.title, stamp.comments = "{{ title }}", ""
    stamp.created = stamp.modified = EARLIEST
    stamp.revision = 1
    buffer = io.BytesIO()
    document.save(buffer)
    OUT.write_bytes(repacked(buffer.getvalue()))


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.0)
    section.header_distance = section.footer_distance = Cm(1.0)
    section.different_first_page_header_footer = True


def _styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, SANS, 9.5, INK)
    normal.paragraph_format.line_spacing = 1.15
    for name, parent, font, size, bold, colour, before, after in PARAGRAPHS:
        style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[parent]
        style.hidden, style.quick_style = False, True
        _font(style, font, size, colour)
        style.font.bold, style.font.italic = bold, False
        form = style.paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
        form.keep_with_next = name.startswith(("Heading", "Caption"))
        if name == "Figure Caption":
            form.keep_with_next = True
    title = styles["Title"].element.get_or_add_pPr()
    for line in title.findall(qn("w:pBdr")):
        title.remove(line)
    styles["Table Number"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for name in ("Table Text", "Table Number", "Table Head", "Caption Basis"):
        styles[name].paragraph_format.line_spacing = 1.0
    styles["TOC 1"].font.size = Pt(10.5)
    styles["TOC 1"].paragraph_format.tab_stops.add_tab_stop(
        Cm(17.4), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
    )
    frame = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="6" w:color="D9A441"/>'
        for side, size in (("top", 4), ("left", 36), ("bottom", 4), ("right", 4))
    )
    notice = styles["Notice"].element.get_or_add_pPr()
    notice.append(parse_xml(f"<w:pBdr {nsdecls('w')}>{frame}</w:pBdr>"))
    notice.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FDF6E6"/>'))
    _numbered_headings(document)
    for name, font, colour in CHARACTERS:
        style = styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.name, style.font.color.rgb = font, colour
    styles["Code Text"].font.size = Pt(7)
    styles["Tag Text"].font.bold = True


def _font(style: Any, name: str, size: float, colour: RGBColor) -> None:
    style.font.name, style.font.size, style.font.color.rgb = name, Pt(size), colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for old in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{old}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _numbered_headings(document: Any) -> None:
    """Let the heading styles number chapters and sections."""
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        f'<w:pStyle w:val="Heading{level + 1}"/><w:suff w:val="space"/>'
        f'<w:lvlText w:val="{".".join(f"%{n + 1}" for n in range(level + 1))}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for level in range(3)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level in range(3):
        own = document.styles[f"Heading {level + 1}"].element.get_or_add_pPr()
        own.insert(
            0, parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>')
        )


def _table_styles(document: Any) -> None:
    def border(side: str, size: int, colour: str) -> str:
        return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'

    for name, head in (("Report Table", True), ("Report Facts", False)):
        id = name.replace(" ", "")
        edges = (
            border("bottom", 6, "1F2A26")
            if head
            else border("top", 4, "D5DBD7") + border("bottom", 4, "D5DBD7")
        )
        heading = (
            f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{border("bottom", 6, "1F2A26")}'
            '</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="F4F6F4"/></w:tcPr></w:tblStylePr>'
            if head
            else ""
        )
        document.styles.element.append(
            parse_xml(
                f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{id}">'
                f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{edges}'
                f'{border("insideH", 4, "D5DBD7")}</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
                f'<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>{heading}</w:style>'
            )
        )


def _cover(document: Any) -> None:
    document.add_paragraph("{{ kind }}", style="Subtitle")
    document.add_paragraph("{{ title }}", style="Title")
    table = document.add_table(rows=3, cols=2, style="Report Facts")
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for row, (left, right) in zip(
        table.rows,
        (("{%tr for fact in facts %}", ""), ("{{ fact[0] }}", "{{ fact[1] }}"), ("{%tr endfor %}", "")),
        strict=True,
    ):
        for cell, text, width in zip(row.cells, (left, right), (Cm(4.4), Cm(13)), strict=True):
            cell.text, cell.width = text, width
            cell.paragraphs[0].style = document.styles["Fact"]
    document.add_paragraph("{%p if notice %}", style="Body Text")
    document.add_paragraph("{{ notice }}", style="Notice")
    document.add_paragraph("{%p endif %}", style="Body Text")
    heading = document.add_paragraph("Contents", style="Contents Heading")
    heading.paragraph_format.page_break_before = True
    document.add_paragraph("{{ contents }}", style="TOC 1")
    document.add_paragraph("{{ body }}", style="Body Text")


def _running(document: Any) -> None:
    section = document.sections[0]
    for part, texts in (
        (section.header, ("{{ kind }}: {{ title }}", "{{ edition }}")),
        (section.footer, None),
    ):
        paragraph = part.paragraphs[0]
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(Cm(17.4), WD_TAB_ALIGNMENT.RIGHT)
        if texts:
            paragraph.add_run("\t".join(texts))
        else:
            paragraph.add_run("{{ maker }}\tPage ")
            _field(paragraph, "PAGE")
            paragraph.add_run(" of ")
            _field(paragraph, "NUMPAGES")
    for style in ("Header", "Footer"):
        tabs = document.styles[style].element.pPr.find(qn("w:tabs"))
        if tabs is not None:
            document.styles[style].element.pPr.remove(tabs)


def _field(paragraph: Any, code: str) -> None:
    for kind in ("begin", "text", "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind == "text":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)
        elif kind == "shown":
            run.text = "1"
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


if __name__ == "__main__":
    main()
