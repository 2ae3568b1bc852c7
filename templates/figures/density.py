"""Posterior density of the mean, with the value that is credited."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.methodology.results.deductions import PosteriorDeduction, PosteriorDensity
from mollisol.methodology.results.run import PeriodResult
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number, odds, span


def densities(periods: Sequence[PeriodResult]) -> draw.Drawing:
    """Draw the densities of periods side by side; what lies above the credited value is filled."""
    found = [(p, p.posterior, p.posterior.density) for p in periods if p.posterior and p.posterior.density]
    figure, axes = draw.panels(len(found), 3, 2.1, shared=False)
    told = []
    for ax, (period, own, density) in zip(axes, found, strict=True):
        moment = period.deduction.credited_t_co2e_per_ha
        _draw(ax, own, density, moment)
        ax.title = draw.panel_title(period)
        told.append(
            f"{period.name} · {span(period.during)}: mean {number(own.mean_t_co2e_per_ha)}, credited "
            f"{number(own.credited_t_co2e_per_ha)}, exceeded with {odds(own.confidence)}, "
            f"moment form {number(moment)}"
        )
    title = "Posterior of the mean difference; filled: above the credited value"
    return draw.Drawing(figure, "posterior", title, "; ".join(told))


def _draw(ax: draw.Panel, posterior: PosteriorDeduction, density: PosteriorDensity, moment: float) -> None:
    grid, top = density.at_t_co2e_per_ha, max(density.density_per_t_co2e_per_ha)
    curve = [(at, value / top) for at, value in zip(grid, density.density_per_t_co2e_per_ha, strict=True)]
    mean, credited = posterior.mean_t_co2e_per_ha, posterior.credited_t_co2e_per_ha
    if above := [place for place in curve if place[0] >= credited]:
        ax.areas([[(above[0][0], 0.0), *above, (above[-1][0], 0.0)]], colour=draw.PROJECT, opacity=0.22)
    ax.lines([curve], colour=draw.PROJECT, width=1.2)
    ax.across("x", credited, colour=draw.TOTAL, width=1.4)
    ax.across("x", mean, colour=draw.SOFT, width=0.9, dash=(3, 2))
    ax.across("x", moment, colour=draw.CONTROL, width=1.1, dash=(1.1, 1.3))
    ax.note(f"credited {number(credited, 3)}", (credited, 1.04), (-3, 0), side="end", bold=True, paper=True)
    ax.note(f"mean {number(mean, 3)}", (mean, 1.04), (3, 0), colour=draw.SOFT)
    left = 2 * moment < grid[0] + grid[-1] - (grid[-1] - grid[0]) / 4
    words, side, shift = f"moment form {number(moment, 3)}", *(("end", -3) if not left else ("start", 3))
    ax.note(words, (moment, 1.18), (shift, 0), colour=draw.CONTROL, paper=True, side=side)
    draw.mark_zero(ax)
    ax.y.limits, ax.y.places = [0.0, 1.34], ()
    ax.x.title = "t CO₂e/ha"
