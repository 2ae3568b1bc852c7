"""From a true-up to one HTML page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from mollisol.methodology.true_up import TrueUpResult
from mollisol.templates.figures.forecast import forecasts
from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.report import table_basis
from mollisol.templates.render import page_of

_PAGE: Final = "trueup_report/page.html.j2"
_CLAUSE: Final = "VM0042 2.2, section 8.6.1.3"

CHAPTERS: Final = (
    ("forecast", "Forecast against re-measurement"),
    ("error", "Validation repeated"),
    ("issued", "What was issued"),
    ("future", "Periods that are open"),
    ("changes", "What changed and why"),
    ("findings", "Findings"),
)


BASES: Final = {
    "forecast": Basis(("mollisol:forecast-deviation", "vm0042:71")),
    "error": Basis(("vmd0053:5.2.4-mean", "vmd0053:1")),
    "issued": Basis(("mollisol:chance-below-issued",), ("vm0042.deduction.confidence",)),
    "future": Basis(("vm0042:74",), ("vm0042.deduction.confidence",)),
    "assimilation": Basis(("mollisol:normal-combination-mean", "mollisol:forward-mean")),
    "changes": Basis(clause=_CLAUSE),
    "findings": Basis(clause="each finding names its own"),
}


def render_true_up(result: TrueUpResult) -> str:
    """Render the page of a true-up."""
    drawing = forecasts(result.forecasts)
    return page_of(
        _PAGE,
        {drawing.name: drawing.svg()},
        result=result,
        chapters=CHAPTERS,
        bases={name: table_basis(basis) for name, basis in BASES.items()},
        mollisol=version("mollisol"),
        missed=sum(not row.inside for row in result.forecasts),
    )
