"""From a true-up to one HTML page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from markupsafe import Markup

from mollisol.methodology.true_up import ForecastCheck, TrueUpResult
from mollisol.templates.figures.drawing import style
from mollisol.templates.figures.forecast import Forecast, forecasts
from mollisol.templates.monitoring_report.report import Citation, TableBasis
from mollisol.templates.render import environment
from mollisol.templates.svg import checked

_PAGE: Final = "trueup_report/page.html.j2"
_Z90: Final = 1.6448536269514722
_CLAUSE: Final = "VM0042 2.2, section 8.6.1.3"

CHAPTERS: Final = (
    ("forecast", "Forecast against re-measurement"),
    ("error", "Validation repeated"),
    ("issued", "What was issued"),
    ("future", "Periods that are open"),
    ("changes", "What changed and why"),
    ("findings", "Findings"),
)


def _basis(equations: tuple[str, ...] = (), rules: tuple[str, ...] = (), clause: str = "") -> TableBasis:
    return TableBasis(
        equations=tuple(Citation(id=id, anchor="") for id in equations),
        rules=tuple(Citation(id=id, anchor="") for id in rules),
        clause=clause,
    )


BASES: Final = {
    "forecast": _basis(("mollisol:forecast-deviation", "vm0042:71")),
    "error": _basis(("vmd0053:5.2.4-mean", "vmd0053:1")),
    "issued": _basis(("mollisol:chance-below-issued",), ("vm0042.deduction.confidence",)),
    "future": _basis(("vm0042:74",), ("vm0042.deduction.confidence",)),
    "assimilation": _basis(("mollisol:normal-combination-mean", "mollisol:forward-mean")),
    "changes": _basis(clause=_CLAUSE),
    "findings": _basis(clause="each finding names its own"),
}


def render_true_up(result: TrueUpResult) -> str:
    """Render the page of a true-up."""
    with style():
        drawing = forecasts([_pair(row) for row in result.forecasts])
    figure = Markup(checked(drawing.svg()))  # noqa: S704
    return (
        environment()
        .get_template(_PAGE)
        .render(
            result=result,
            figure=figure,
            chapters=CHAPTERS,
            bases=BASES,
            mollisol=version("mollisol"),
            missed=sum(not row.inside for row in result.forecasts),
        )
        + "\n"
    )


def _pair(row: ForecastCheck) -> Forecast:
    spread = _Z90 * row.forecast_sd_t_co2e_per_ha
    error = _Z90 * row.measured_standard_error_t_co2e_per_ha
    return Forecast(
        label=f"{row.place}, {row.what}",
        forecast=row.forecast_t_co2e_per_ha,
        forecast_low=row.forecast_t_co2e_per_ha - spread,
        forecast_high=row.forecast_t_co2e_per_ha + spread,
        measured=row.measured_t_co2e_per_ha,
        measured_low=row.measured_t_co2e_per_ha - error,
        measured_high=row.measured_t_co2e_per_ha + error,
    )
