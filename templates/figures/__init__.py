"""The figures of the reports: pure functions of values, each a drawing that comes out as vector or as picture."""

from __future__ import annotations

from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult, RunResult
from mollisol.templates.figures.budget import Parts, budget
from mollisol.templates.figures.changes import changes
from mollisol.templates.figures.density import Density, densities
from mollisol.templates.figures.drawing import Drawing, style
from mollisol.templates.figures.map import Outlines, site_map
from mollisol.templates.figures.stocks import stocks
from mollisol.templates.figures.variance import variance
from mollisol.templates.figures.waterfall import waterfall
from mollisol.templates.filters import span


def draw_figures(
    results: RunResult, project: Project | None = None, outlines: Outlines | None = None
) -> dict[str, Drawing]:
    """Draw every figure that the results allow, by name; the map needs the project and its outlines."""
    drawings: list[Drawing] = []
    with style():
        if project is not None and (
            outlines or any(p.latitude_deg is not None for p in project.sample_points)
        ):
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
        curves = [found for period in results.periods if (found := _curve(period))]
        if curves:
            drawings.append(densities(curves))
        parts = [own for period in results.periods if (own := _parts(period))]
        if parts:
            drawings.append(budget(parts))
    return {drawing.name: drawing for drawing in drawings}


def _curve(period: PeriodResult) -> Density | None:
    own = period.posterior
    if own is None or own.density is None:
        return None
    return Density(
        label=f"{period.name} · {span(period.during)}",
        at=own.density.at_t_co2e_per_ha,
        density=own.density.density_per_t_co2e_per_ha,
        credited=own.credited_t_co2e_per_ha,
        mean=own.mean_t_co2e_per_ha,
        confidence=own.confidence,
        moment=period.deduction.credited_t_co2e_per_ha,
    )


def _parts(period: PeriodResult) -> Parts | None:
    found = getattr(period, "variance_budget", None)
    if found is None:
        return None
    return Parts(f"{period.name} · {span(period.during)}", [(p.source, p.share) for p in found.parts])


def make_figures(
    results: RunResult, project: Project | None = None, outlines: Outlines | None = None
) -> dict[str, str]:
    """Draw every figure that the results allow, as SVG by name."""
    return {name: drawing.svg() for name, drawing in draw_figures(results, project, outlines).items()}
