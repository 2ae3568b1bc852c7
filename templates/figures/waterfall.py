"""From gross change to units, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.methodology.results.run import PeriodResult
from mollisol.templates import drawing as draw
from mollisol.templates.filters import decimals_for, fixed, number
from mollisol.templates.monitoring_report.steps import Step, steps


def waterfall(periods: Sequence[PeriodResult]) -> draw.Drawing:
    """Draw the walk from gross change to units, one panel a period."""
    walks = [steps(period, periods) for period in periods]
    figure, axes = draw.panels(len(periods), 3, 0.45 + 0.24 * len(walks[0]))
    reach = [edge for walk in walks for step in walk for edge in (step.start, step.end)]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = 0.3 * (high - low or 1.0)
    decimals = decimals_for(step.amount for walk in walks for step in walk)
    for ax, period, walk in zip(axes, periods, walks, strict=True):
        _draw_walk(ax, walk, decimals)
        ax.title = f"{draw.panel_title(period)}\n{_state(period)}"
        ax.x.limits = [low - (room if low < 0 else 0.02 * room), high + room]
    told = "; ".join(
        f"period {p.name}: gross {number(p.gross_t_co2e)}, deducted {number(p.deducted_t_co2e)}, "
        f"verified {number(p.verified_total_t_co2e)}, units {walk[-1].amount:g}, {_state(p)}"
        for p, walk in zip(periods, walks, strict=True)
    )
    return draw.Drawing(
        figure, "waterfall", "From gross change to units, in t CO2e, by verification period", told
    )


def _state(period: PeriodResult) -> str:
    """Return what became of a period, in the words of the tables; only a registry issues."""
    name = period.state if period.state in ("provisional", "proposed") else period.issuance
    return "eligible to request" if name == "issued" else name


def _draw_walk(ax: draw.Panel, walk: Sequence[Step], decimals: int) -> None:
    for place, step in enumerate(walk):
        colour = draw.TOTAL if step.total else draw.PROJECT if step.amount >= 0 else draw.LOSS
        left, right = sorted((step.start, step.end))
        ax.bar(place, left, right, draw.HALF, colour=colour, edge=draw.INK, width=0.4)
        words = fixed(step.amount, 0 if step.whole else decimals)
        behind = left < 0 and right <= 0
        where, shift, side = (left, -3, "end") if behind else (right, 3, "start")
        ax.note(words, (where, place), (shift, 0), side=side, level="middle", bold=step.total)
    ends = [(step.end, place) for place, step in enumerate(walk[:-1])]
    joins = [((at, place + draw.HALF), (at, place + 1 - draw.HALF)) for at, place in ends]
    ax.segments(joins, colour=draw.INK, width=0.4)
    draw.mark_zero(ax)
    draw.name_rows(ax, [step.label for step in walk])
    ax.x.places = ()
