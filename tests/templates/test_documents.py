"""A page as blocks, as Word and as PDF: nothing of the page is lost, and the same page gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

import pytest

from mollisol.templates.documents.blocks import Cell, Document, Figure, Heading, Paragraph, Table, Text
from mollisol.templates.documents.docx import STYLES, TEMPLATE, WordTemplateError, write_docx
from mollisol.templates.documents.from_html import document_of
from mollisol.templates.documents.pdf import write_pdf

docx = pytest.importorskip("docx")

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>T</title><style>p { }</style></head><body>
<a class="skip" href="#x">skip</a><main>
<header class="title"><p class="eyebrow">Monitoring report</p><h1>A &lt;farm&gt; {{ 7 * 7 }}</h1>
<dl class="facts"><div><dt>Country</dt><dd>GB</dd></div></dl>
<p class="banner"><strong>Replay.</strong> Not issued.</p></header>
<section><h2 id="one"><span class="number">1</span> One</h2>
<p>Some <strong>bold</strong>
 CO<sub>2</sub> words.</p><ul><li>first</li></ul>
<p class="screen">for the screen</p>
<div class="table"><table><caption><strong>Numbers</strong> <span class="basis">Rules: r.</span></caption>
<thead><tr><th scope="col" rowspan="2">Name</th><th scope="colgroup" colspan="2">Both</th></tr>
<tr><th scope="col">a</th><th scope="col">b</th></tr></thead>
<tbody><tr><th scope="rowgroup" rowspan="2">North<span class="under">8 ha</span></th>
<td><data value="1234.5678">1\u202f235</data></td><td>=cmd()</td></tr>
<tr><td>3</td><td>4 t</td></tr></tbody></table></div>
<figure><div class="drawing"><svg role="img" aria-labelledby="w-title w-desc"><title id="w-title">W</title>
<desc id="w-desc">told</desc><path d="M0 0"/></svg></div><figcaption><strong>Drawn.</strong></figcaption></figure>
</section></main></body></html>"""


@pytest.fixture(scope="module")
def document() -> Document:
    return document_of(PAGE)


def test_a_page_reads_back_as_blocks(document: Document) -> None:
    assert document.cover.title == "A <farm> {{ 7 * 7 }}"
    assert document.cover.facts == (("Country", "GB"),)
    assert [type(block) for block in document.blocks] == [Heading, Paragraph, Paragraph, Table, Figure]
    heading, words, item, table, figure = document.blocks
    assert heading == Heading(1, "One", "one")
    assert isinstance(words, Paragraph)
    assert "".join(part.text for part in words.words) == "Some bold CO2 words."
    assert words.words[1] == Text("bold", "strong")
    assert item == Paragraph((Text("first"),), "item")
    assert figure == Figure("w", "Drawn.", "", "told")
    assert isinstance(table, Table)
    assert (table.title, table.basis) == ("Numbers", "Rules: r.")


def test_spans_cover_their_places(document: Document) -> None:
    table = next(block for block in document.blocks if isinstance(block, Table))
    texts = [[cell.text if isinstance(cell, Cell) else None for cell in line] for line in table.grid()]
    assert texts == [
        ["Name", "Both", None],
        [None, "a", "b"],
        ["North 8 ha", "1\u202f235", "=cmd()"],
        [None, "3", "4 t"],
    ]
    number = table.body[0][1]
    assert (number.number, number.exact) == (True, "1234.5678")


def test_word_holds_the_page_in_real_styles(document: Document) -> None:
    written = write_docx(document, {}, edition="vm0042-2.2", maker="mollisol")
    word = docx.Document(io.BytesIO(written))
    styled = {(p.style.name, p.text) for p in word.paragraphs}
    assert ("Title", "A <farm> {{ 7 * 7 }}") in styled
    assert ("Heading 1", "One") in styled
    assert ("List Bullet", "first") in styled
    assert ("Caption", "Numbers") in styled
    table = word.tables[-1]
    assert table.style.name == "Report Table"
    assert [cell.text for cell in table.rows[2].cells] == ["North\n8 ha", "1\u202f235", "=cmd()"]
    assert table.rows[3].cells[0].text == "North\n8 ha"
    assert written == write_docx(document, {}, edition="vm0042-2.2", maker="mollisol")


def test_word_holds_figures_with_their_alternative_text(document: Document) -> None:
    # the smallest PNG, 1 x 1
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    )
    with zipfile.ZipFile(io.BytesIO(write_docx(document, {"w": picture}))) as package:
        body = package.read("word/document.xml").decode()
        assert 'descr="told"' in body
        assert picture in [package.read(name) for name in package.namelist() if name.endswith(".png")]


def test_characters_that_no_xml_may_hold_are_shown_as_missing() -> None:
    document = document_of(PAGE.replace("first", "fi\u0001rst\ud800"))
    word = docx.Document(io.BytesIO(write_docx(document, {})))
    assert "fi\ufffdrst\ufffd" in [p.text for p in word.paragraphs]


def test_a_restyled_template_is_taken_and_a_broken_one_refused(document: Document, tmp_path: Path) -> None:
    own = docx.Document(str(TEMPLATE))
    own.styles["Heading 1"].font.name = "Courier New"
    own.save(str(tmp_path / "own.docx"))
    word = docx.Document(io.BytesIO(write_docx(document, {}, template=tmp_path / "own.docx")))
    assert word.styles["Heading 1"].font.name == "Courier New"

    bare = docx.Document()
    bare.add_paragraph("{{ body }}")
    bare.save(str(tmp_path / "bare.docx"))
    with pytest.raises(WordTemplateError, match=r"lacks the styles .*Table Head"):
        write_docx(document, {}, template=tmp_path / "bare.docx")
    own.add_paragraph("{{ ''.__class__.__mro__ }}")
    own.save(str(tmp_path / "hostile.docx"))
    with pytest.raises(WordTemplateError, match="unsafe"):
        write_docx(document, {}, template=tmp_path / "hostile.docx")
    (tmp_path / "text.docx").write_text("no zip")
    with pytest.raises(WordTemplateError, match="not a Word document"):
        write_docx(document, {}, template=tmp_path / "text.docx")


def test_the_shipped_template_has_every_style_in_use() -> None:
    assert set(STYLES) <= {style.name for style in docx.Document(str(TEMPLATE)).styles}


def test_pdf_is_tagged_and_the_same_twice() -> None:
    pytest.importorskip("weasyprint")
    pdf = write_pdf(PAGE)
    assert pdf.startswith(b"%PDF-")
    inside = b"".join(
        zlib.decompress(found[1]) for found in re.finditer(rb"stream\n(.*?)\nendstream", pdf, re.S)
    )
    assert b"/StructTreeRoot" in inside
    assert b"/Marked true" in inside
    assert b"CreationDate" not in pdf + inside
    assert pdf == write_pdf(PAGE)
