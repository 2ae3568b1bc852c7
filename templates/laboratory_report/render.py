"""From what a laboratory found to one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from mollisol.templates.laboratory_report.figures import frontier, promise, samples
from mollisol.templates.laboratory_report.words import FIGURES, STATES
from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.report import table_basis
from mollisol.templates.render import page_of

_PAGE: Final = "laboratory_report/page.html.j2"
_BASIS: Final = Basis(clause="docs/laboratory.md and docs/selection.md have the definitions")


def render_laboratory(report: Mapping[str, Any], confidence: float) -> dict[str, bytes]:
    """Return the page of a laboratory and its figures, by the names of their files.

    Parameters
    ----------
    report
        The report as plain data.
    confidence
        That the first rule set promises.
    """
    drawings = [promise(report["run"]["scenarios"], confidence)]
    drawings += [samples(report["sampling"])] if report["sampling"] else []
    drawings += [frontier(report["frontier"])] if report["frontier"] else []
    figures = {drawing.name: drawing.svg() for drawing in drawings}
    page = page_of(
        _PAGE,
        figures,
        drawings={drawing.name: drawing.title for drawing in drawings},
        words=FIGURES | STATES,
        report=report,
        run=report["run"],
        basis_of=table_basis(_BASIS),
        mollisol=version("mollisol"),
    )
    return {"report.html": page.encode()} | {f"{name}.svg": svg.encode() for name, svg in figures.items()}
