"""Posterior density of the mean, with the value that is credited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mollisol.methodology.results.deductions import PosteriorDeduction, PosteriorDensity
from mollisol.methodology.results.run import PeriodResult
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number, odds, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def densities(periods: Sequence[PeriodResult]) -> draw.Drawing:
    """Draw the densities of periods side by side; what lies above the credited value is filled."""
    found = [(p, p.posterior, p.posterior.density) for p in periods if p.posterior and p.posterior.density]
    figure, axes = draw.panels(len(found), 3, 2.1, shared=False)
    told = []
    for ax, (period, own, density) in zip(axes, found, strict=True):
        moment = period.deduction.credited_t_co2e_per_ha
        _draw(ax, own, density, moment)
        ax.set_title(draw.panel_title(period))
        told.append(
            f"{period.name} · {span(period.during)}: mean {number(own.mean_t_co2e_per_ha)}, credited "
            f"{number(own.credited_t_co2e_per_ha)}, exceeded with {odds(own.confidence)}, "
            f"moment form {number(moment)}"
        )
    title = "Posterior of the mean difference; filled: above the credited value"
    return draw.Drawing(figure, "posterior", title, "; ".join(told))


def _draw(ax: Axes, posterior: PosteriorDeduction, density: PosteriorDensity, moment: float) -> None:
    grid, top = density.at_t_co2e_per_ha, max(density.density_per_t_co2e_per_ha)
    height = [value / top for value in density.density_per_t_co2e_per_ha]
    mean, credited = posterior.mean_t_co2e_per_ha, posterior.credited_t_co2e_per_ha
    ax.plot(grid, height, color=draw.PROJECT, linewidth=1.2)
    above = [at >= credited for at in grid]
    ax.fill_between(grid, height, 0, where=above, color=draw.PROJECT, alpha=0.22, linewidth=0)
    ax.axvline(credited, color=draw.TOTAL, linewidth=1.4)
    ax.axvline(mean, color=draw.SOFT, linewidth=0.9, linestyle=(0, (3, 2)))
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    left, right = {"ha": "right", "va": "bottom"}, {"ha": "left", "va": "bottom"}
    words = f"credited {number(credited, 3)}"
    draw.note(ax, words, (credited, 1.04), (-3, 0), fontweight="bold", bbox=paper, **left)
    draw.note(ax, f"mean {number(mean, 3)}", (mean, 1.04), (3, 0), color=draw.SOFT, **right)
    ax.axvline(moment, color=draw.CONTROL, linewidth=1.1, linestyle=(0, (1, 1.2)))
    on_the_left = 2 * moment < grid[0] + grid[-1] - (grid[-1] - grid[0]) / 4
    side, shift = (right, 3) if on_the_left else (left, -3)
    draw.note(
        ax,
        f"moment form {number(moment, 3)}",
        (moment, 1.18),
        (shift, 0),
        color=draw.CONTROL,
        bbox=paper,
        **side,
    )
    draw.mark_zero(ax)
    ax.set_ylim(0, 1.34)
    ax.set_yticks([])
    ax.set_xlabel("t CO₂e/ha")
    ax.spines["left"].set_visible(False)
