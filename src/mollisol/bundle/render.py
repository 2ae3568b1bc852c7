"""Renders the report of a bundle again, from the bundle alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mollisol.bundle.read import Bundle, open_bundle
from mollisol.extensions import extension
from mollisol.methodology.checks.laboratory import has_figures
from mollisol.methodology.columns import Column
from mollisol.methodology.findings import UserError
from mollisol.methodology.project import Project
from mollisol.programmes.registry import programme
from mollisol.reading.outlines import outlines_of
from mollisol.reading.project import read_project
from mollisol.run import Tell, silent
from mollisol.templates.monitoring_report.report import Site, report_model
from mollisol.templates.output import Export, Report


def render_bundle(
    bundle: Path,
    formats: Sequence[str],
    *,
    template: Path | None = None,
    registry: bool = False,
    messages: Path | None = None,
    tell: Tell = silent,
) -> dict[str, bytes]:
    """Return the files of a report by name, from a bundle and nothing else.

    Raises
    ------
    UserError
        If the bundle cannot be opened, its inputs cannot be read, a format needs what is not installed, or a workbook
        is asked for of a programme that it has no formulas of.
    """
    opened = open_bundle(bundle)
    own = programme(opened.results.programme)
    if "xlsx" in formats and not own.second_implementation:
        raise UserError(
            f"the workbook has no formulas of this deduction: none is written of the programme {own.id}"
        )
    tell(f"reading {bundle}")
    project, inputs = _project(opened)
    outlines, areas = outlines_of(project, inputs)
    model = report_model(
        results=opened.results,
        findings=opened.findings,
        trace=opened.trace | {"quantities": opened.quantities.values()},
        manifest=opened.manifest,
        head=opened.head,
        site=Site(project=project, outline_area_ha=areas),
        quantity_of=opened.first_terms,
        chapters=own.chapters(),
    )
    tell(f"rendering {', '.join(formats)}")
    given = Report(model, project, opened.quantities, outlines, template, inputs, registry, messages)
    files: dict[str, bytes] = {}
    for name in formats:
        export: Export = extension("mollisol.exports", name)
        files |= export(given)
    return files


def _project(bundle: Bundle) -> tuple[Project, dict[str, bytes]]:
    inputs = bundle.input_files
    project = read_project(inputs).project
    if project is None:
        raise UserError(
            f"the inputs of {bundle.source.place} cannot be read; mollisol verify says what is wrong"
        )
    cores = project.core_increments
    for name, found in bundle.computed_figures.items() if has_figures(cores) else ():
        kept = enumerate(cores.column(name).values())
        cores = cores.with_column(name, Column.of(found.get(n) if old is None else old for n, old in kept))
    return project.model_copy(update={"core_increments": cores}), inputs
