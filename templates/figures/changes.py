"""Change of each stratum over a period, with its interval, beside that of its control sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mollisol.methodology.results.run import PeriodResult, StratumChange
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number
from mollisol.uncertainty.student import t_quantile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        ax.set_title(draw.panel_title(period))
        draw.name_rows(ax, shown)
        ax.set_xlabel("t CO₂e/ha")
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


def _draw(ax: Axes, strata: Sequence[StratumChange | None]) -> None:
    drawn = [change for change in strata if change is not None]
    places = [place for place, change in enumerate(strata) if change is not None]
    project = [change.project_change_t_co2e_per_ha for change in drawn]
    ends = [(mean - half, mean + half) for mean, half in zip(project, map(_half_width, drawn), strict=True)]
    ax.hlines(places, [low for low, _ in ends], [high for _, high in ends], color=draw.PROJECT, linewidth=1.2)
    draw.mark(ax, project, places, "o", 4.5, draw.PROJECT, label="Project, with its interval")
    baseline = [change.baseline_change_t_co2e_per_ha for change in drawn]
    draw.mark(
        ax, baseline, places, "s", 4.5, "white", markeredgecolor=draw.CONTROL, label="Linked control sites"
    )
    draw.mark_zero(ax)
    draw.rule(ax, "x")


def _half_width(change: StratumChange) -> float:
    if change.project_degrees_of_freedom < 1:
        return 0.0
    error = math.sqrt(change.project_variance_t2) / change.area_ha
    t = t_quantile(probability=_UPPER, degrees_of_freedom=change.project_degrees_of_freedom)
    return float(t) * error
