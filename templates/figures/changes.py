"""Change of each stratum over a period, with its interval, beside that of its control sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mollisol.methodology.results.run import PeriodResult, StratumChange
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number
from mollisol.uncertainty.student import t_quantile

_MOST_STRATA: Final = 24
_UPPER: Final = 0.95


def changes(periods: Sequence[PeriodResult]) -> draw.Drawing:
    """Draw the change of the largest strata, one panel a period; bars are 90 % intervals of the project's change."""
    sizes = {change.stratum: change.area_ha for period in periods for change in period.strata}
    shown = draw.largest(sizes, sizes, _MOST_STRATA)
    figure, axes = draw.panels(len(periods), 3, 0.6 + 0.21 * len(shown))
    told = []
    for ax, period in zip(axes, periods, strict=True):
        own = {change.stratum: change for change in period.strata}
        _draw(ax, [own.get(name) for name in shown])
        ax.title, ax.x.title = draw.panel_title(period), "t CO₂e/ha"
        draw.name_rows(ax, shown)
        told += [
            f"period {period.name}, {name}: project {number(own[name].project_change_t_co2e_per_ha)}, "
            f"control sites {number(own[name].baseline_change_t_co2e_per_ha)}"
            for name in shown
            if name in own
        ]
    draw.explain_marks(figure, axes)
    rest = draw.left_out(len(shown), len(sizes), " strata")
    title = f"Change of soil carbon by stratum over the period, with 90 % intervals{rest}"
    return draw.Drawing(figure, "changes", title, "; ".join(told))


def _draw(ax: draw.Panel, strata: Sequence[StratumChange | None]) -> None:
    drawn = [(place, change) for place, change in enumerate(strata) if change is not None]
    ends = [(place, change.project_change_t_co2e_per_ha, _half_width(change)) for place, change in drawn]
    ax.segments(
        [((mean - half, place), (mean + half, place)) for place, mean, half in ends],
        colour=draw.PROJECT,
        width=1.2,
    )
    project = [(mean, place) for place, mean, _ in ends]
    ax.marks(project, colour=draw.PROJECT, label="Project, with its interval")
    baseline = [(change.baseline_change_t_co2e_per_ha, place) for place, change in drawn]
    ax.marks(baseline, "s", colour=draw.CONTROL, fill="#fff", label="Linked control sites")
    draw.mark_zero(ax)
    ax.grid = "x"


def _half_width(change: StratumChange) -> float:
    if change.project_degrees_of_freedom < 1:
        return 0.0
    error = math.sqrt(change.project_variance_t2) / change.area_ha
    t = t_quantile(probability=_UPPER, degrees_of_freedom=change.project_degrees_of_freedom)
    return float(t) * error
