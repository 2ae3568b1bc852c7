"""The figures of the reports: pure functions of values, each a drawing that comes out as vector or as picture."""

from __future__ import annotations

from mollisol.methodology.project import Project
from mollisol.methodology.results.run import RunResult
from mollisol.templates.drawing import Drawing
from mollisol.templates.figures.changes import changes
from mollisol.templates.figures.density import densities
from mollisol.templates.figures.map import Outlines, site_map
from mollisol.templates.figures.stocks import stocks
from mollisol.templates.figures.variance import budget, variance
from mollisol.templates.figures.waterfall import waterfall


def draw_figures(
    results: RunResult, project: Project | None = None, outlines: Outlines | None = None
) -> dict[str, Drawing]:
    """Draw every figure that the results allow, by name; the map needs the project and its outlines."""
    drawings: list[Drawing] = []
    if project is not None and (outlines or any(p.latitude_deg is not None for p in project.sample_points)):
        drawings.append(site_map(project, outlines or {}))
    if results.periods:
        drawings.append(waterfall(results.periods))
    if results.stocks:
        drawings.append(stocks(results))
    measured = [period for period in results.periods if period.strata]
    if measured:
        drawings.append(changes(measured))
    if any(period.variance for period in results.periods):
        drawings.append(variance(results.periods))
    if any(period.posterior and period.posterior.density for period in results.periods):
        drawings.append(densities(results.periods))
    budgets = [(period, period.variance_budget) for period in results.periods]
    if found := [(period, own) for period, own in budgets if own is not None]:
        drawings.append(budget(found))
    return {drawing.name: drawing for drawing in drawings}


def make_figures(
    results: RunResult, project: Project | None = None, outlines: Outlines | None = None
) -> dict[str, str]:
    """Draw every figure that the results allow, as SVG by name."""
    return {name: drawing.svg() for name, drawing in draw_figures(results, project, outlines).items()}
