"""A report in the formats that are asked for, all from one model."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from mollisol.methodology.project import Project
from mollisol.templates.exports import credits_csv, credits_json, table_files
from mollisol.templates.figures.map import Outlines
from mollisol.templates.monitoring_report.report import ReportModel

FORMATS: Final = ("html", "pdf", "docx", "xlsx", "csv", "json")


def report_files(
    model: ReportModel,
    project: Project,
    quantities: Any,
    formats: Collection[str],
    *,
    outlines: Outlines | None = None,
    template: Path | None = None,
) -> dict[str, bytes]:
    """Render a report.

    Parameters
    ----------
    model
        The report.
    project, quantities
        The project as read from the inputs, and the quantities of the trace: the workbook holds both.
    formats
        Some of :data:`FORMATS`.
    outlines
        Rings of the strata for the map.
    template
        A Word file in the place of the shipped template.

    Returns
    -------
    dict
        File name to content. CSV gives the credits and, in ``tables/``, every table of the report.
    """
    from mollisol.templates.figures import draw_figures
    from mollisol.templates.render import render_html

    files: dict[str, bytes] = {}
    drawings = (
        draw_figures(model.results, project, outlines)
        if {"html", "pdf", "docx", "csv"}.intersection(formats)
        else {}
    )
    vectors = {name: drawing.svg() for name, drawing in drawings.items()}
    if "html" in formats:
        files["report.html"] = render_html(model, vectors).encode()
    if {"pdf", "docx", "csv"}.intersection(formats):
        files |= _on_paper(model, vectors, formats, template, drawings)
    if "xlsx" in formats:
        from mollisol.templates.workbook.book import write_workbook

        files["workbook.xlsx"] = write_workbook(model, project, quantities)
    if "csv" in formats:
        files["credits.csv"] = credits_csv(model)
    if "json" in formats:
        files["credits.json"] = credits_json(model)
    return files


def _on_paper(
    model: ReportModel, vectors: Any, formats: Collection[str], template: Path | None, drawings: Any
) -> dict[str, bytes]:
    from mollisol.templates.documents.from_html import document_of
    from mollisol.templates.render import render_html

    files: dict[str, bytes] = {}
    if "csv" in formats:  # from the page on screen: it has the long tables in full
        whole = document_of(render_html(model, vectors, whole=True))
        files |= {f"tables/{name}": content for name, content in table_files(whole).items()}
    if not {"pdf", "docx"}.intersection(formats):
        return files
    page = render_html(model, vectors, paper=True)
    if "docx" in formats:
        from mollisol.templates.documents.docx import write_docx

        files["report.docx"] = write_docx(
            document_of(page),
            {name: drawing.png() for name, drawing in drawings.items()},
            edition=model.results.rule_set,
            maker=f"mollisol {model.mollisol}",
            template=template,
        )
    if "pdf" in formats:
        from mollisol.templates.documents.pdf import write_pdf

        files["report.pdf"] = write_pdf(page)
    return files
