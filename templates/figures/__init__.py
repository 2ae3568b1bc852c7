"""The figures of the reports: pure functions of values, each a drawing that comes out as vector or as picture."""

from __future__ import annotations

from mollisol.methodology.results import RunResult
from mollisol.templates.figures.drawing import Drawing, style
from mollisol.templates.figures.stocks import stocks
from mollisol.templates.figures.variance import variance
from mollisol.templates.figures.waterfall import waterfall


def draw_figures(results: RunResult) -> dict[str, Drawing]:
    """Draw every figure that the results allow, by name."""
    drawings: list[Drawing] = []
    with style():
        if results.periods:
            drawings.append(waterfall(results.periods))
        if results.stocks:
            drawings.append(stocks(results))
        if any(period.variance for period in results.periods):
            drawings.append(variance(results.periods))
    return {drawing.name: drawing for drawing in drawings}


def make_figures(results: RunResult) -> dict[str, str]:
    """Draw every figure that the results allow, as SVG by name."""
    return {name: drawing.svg() for name, drawing in draw_figures(results).items()}
