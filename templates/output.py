"""A report in each format, all from one model; every function here is an export, found by the name of its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from json import dumps
from pathlib import Path
from typing import Any

from mollisol.methodology.project import Project
from mollisol.templates.exports import credits_csv, credits_json, table_files
from mollisol.templates.figures.map import Outlines
from mollisol.templates.monitoring_report.report import ReportModel


@dataclass(frozen=True)
class Report:
    """What an export takes; what several formats need of it is made once.

    Parameters
    ----------
    model
        The report.
    project, quantities
        The project as read from the inputs, and the quantities of the trace: the workbook holds both.
    outlines
        Rings of the strata for the map.
    template
        A Word file in the place of the shipped template.
    inputs
        The project's files, byte for byte.
    registry
        Whether pages stand in the order of a registry's template.
    messages
        A message catalogue for the pages of farms in the place of the English one.
    """

    model: ReportModel
    project: Project
    quantities: Any
    outlines: Outlines | None = None
    template: Path | None = None
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    registry: bool = False
    messages: Path | None = None

    @cached_property
    def drawings(self) -> Mapping[str, Any]:
        """Return the figures."""
        from mollisol.templates.figures import draw_figures

        return draw_figures(self.model.results, self.project, self.outlines)

    @cached_property
    def paper(self) -> str:
        """Return the page for print."""
        return self.page(paper=True)

    def page(self, *, paper: bool = False, whole: bool = False) -> str:
        """Return the page: on screen, for print, or with long tables in full."""
        from mollisol.templates.render import render_html

        figures = {name: drawing.svg() for name, drawing in self.drawings.items()}
        return render_html(self.model, figures, paper=paper, whole=whole, registry=self.registry)


type Export = Callable[[Report], dict[str, bytes]]
"""Gives the files of a format by name."""


def html(report: Report) -> dict[str, bytes]:
    """Return the page for the screen."""
    return {"report.html": report.page().encode()}


def pdf(report: Report) -> dict[str, bytes]:
    """Return the page for print."""
    from mollisol.templates.documents.pdf import write_pdf

    return {"report.pdf": write_pdf(report.paper)}


def docx(report: Report) -> dict[str, bytes]:
    """Return the report as a Word file."""
    from mollisol.templates.documents.docx import write_docx
    from mollisol.templates.documents.from_html import document_of

    content = write_docx(
        document_of(report.paper),
        {name: drawing.png() for name, drawing in report.drawings.items()},
        edition=report.model.results.rule_set,
        maker=f"mollisol {report.model.mollisol}",
        template=report.template,
    )
    return {"report.docx": content}


def xlsx(report: Report) -> dict[str, bytes]:
    """Return the workbook with live formulas."""
    from mollisol.templates.workbook.book import write_workbook

    return {"workbook.xlsx": write_workbook(report.model, report.project, report.quantities)}


def csv(report: Report) -> dict[str, bytes]:
    """Return the credits and, in ``tables/``, every table of the report in full."""
    from mollisol.templates.documents.from_html import document_of

    tables = table_files(document_of(report.page(whole=True)))
    return {f"tables/{name}": content for name, content in tables.items()} | {
        "credits.csv": credits_csv(report.model)
    }


def json(report: Report) -> dict[str, bytes]:
    """Return the credits as JSON."""
    return {"credits.json": credits_json(report.model)}


def kml(report: Report) -> dict[str, bytes]:
    """Return the outlines of the strata as KML, as registries take them."""
    from mollisol.templates.documents.kml import write_kml

    return {"outlines.kml": write_kml(report.model.results.project, report.outlines or {})}


def project(report: Report) -> dict[str, bytes]:
    """Return what the registry's template asks of the project as JSON, with what is missing."""
    from mollisol.templates.monitoring_report.registry import missing_of, registry_sections

    sections = registry_sections(report.model)
    document = {
        "project": report.model.results.project,
        "rule_set": report.model.results.rule_set,
        "sections": [section.model_dump(mode="json") for section in sections],
        "missing": missing_of(sections),
    }
    text = dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    return {"project-document.json": (text + "\n").encode()}


def farms(report: Report) -> dict[str, bytes]:
    """Return a page for each farm, in plain words."""
    from mollisol.templates.farm_page.render import farm_pages

    pages = farm_pages(report.model, report.project, report.messages)
    return {f"farms/{name}": page.encode() for name, page in pages.items()}
