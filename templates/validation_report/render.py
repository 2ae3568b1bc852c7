"""From the model validation report to its page, and to paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from mollisol.templates.render import page_of
from mollisol.templates.validation_report.figures import draw_figures
from mollisol.templates.validation_report.model import ValidationReport

FORMATS: Final = ("html", "pdf", "docx")
_PAGE: Final = "validation_report/page.html.j2"


def render_html(report: ValidationReport, figures: Mapping[str, str]) -> str:
    """Render the page.

    Parameters
    ----------
    report
        What it prints.
    figures
        Name to SVG text.
    """
    return page_of(_PAGE, figures, report=report)


def report_files(report: ValidationReport, formats: Collection[str]) -> dict[str, bytes]:
    """Return the report in the formats that are asked for, and its figures.

    Parameters
    ----------
    report
        The report.
    formats
        Some of :data:`FORMATS`.

    Raises
    ------
    MissingExtraError
        If a format needs a package that is not installed.
    """
    drawings = draw_figures(report)
    vectors = {name: drawing.svg() for name, drawing in drawings.items()}
    page = render_html(report, vectors)
    files = {f"figures/{name}.svg": text.encode() for name, text in vectors.items()}
    if "html" in formats:
        files["report.html"] = page.encode()
    if "pdf" in formats:
        from mollisol.templates.documents.pdf import write_pdf

        files["report.pdf"] = write_pdf(page)
    if "docx" in formats:
        from mollisol.templates.documents.docx import write_docx
        from mollisol.templates.documents.from_html import document_of

        files["report.docx"] = write_docx(
            document_of(page),
            {name: drawing.png() for name, drawing in drawings.items()},
            edition=report.result.rule_set,
            maker=f"mollisol {report.mollisol}",
        )
    return files
