"""From gross change to units, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.figures.drawing import HALF, INK, LOSS, PROJECT, TOTAL, Drawing, panels, short
from mollisol.templates.filters import decimals_for, fixed, number, span
from mollisol.templates.monitoring_report.steps import Step, steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def waterfall(periods: Sequence[PeriodResult]) -> Drawing:
    """Draw the walk from gross change to units, one panel a period."""
    walks = [steps(period, periods) for period in periods]
    figure, axes = panels(len(periods), 3, 0.45 + 0.24 * len(walks[0]))
    reach = [edge for walk in walks for step in walk for edge in (step.start, step.end)]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = 0.3 * (high - low or 1.0)
    decimals = decimals_for(step.amount for walk in walks for step in walk)
    for ax, period, walk in zip(axes, periods, walks, strict=True):
        _draw_walk(ax, walk, decimals)
        ax.set_title(f"{short(period.name)} · {span(period.during)}\n{period.issuance}")
        ax.set_xlim(low - (room if low < 0 else 0.02 * room), high + room)
    told = "; ".join(
        f"period {p.name}: gross {number(p.gross_t_co2e)}, deducted {number(p.deducted_t_co2e)}, "
        f"verified {number(p.verified_total_t_co2e)}, units {walk[-1].amount:g}, {p.issuance}"
        for p, walk in zip(periods, walks, strict=True)
    )
    return Drawing(figure, "waterfall", "From gross change to units, in t CO2e, by verification period", told)


def _draw_walk(ax: Axes, walk: Sequence[Step], decimals: int) -> None:
    for place, step in enumerate(walk):
        colour = TOTAL if step.total else PROJECT if step.amount >= 0 else LOSS
        left, right = sorted((step.start, step.end))
        ax.barh(place, right - left, left=left, height=2 * HALF, color=colour, edgecolor=INK, linewidth=0.4)
        behind = left < 0 and right <= 0
        ax.annotate(
            fixed(step.amount, 0 if step.whole else decimals),
            (left if behind else right, place),
            xytext=(-3 if behind else 3, 0),
            textcoords="offset points",
            ha="right" if behind else "left",
            va="center",
            fontsize=7.5,
            fontweight="bold" if step.total else "normal",
        )
        if place + 1 < len(walk):
            ax.vlines(step.end, place + HALF, place + 1 - HALF, color=INK, linewidth=0.4)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(walk)), [step.label for step in walk])
    ax.set_ylim(len(walk) - 0.4, -0.6)
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
