"""Change of each stratum over a period, with its interval, beside that of its control sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mollisol.methodology.results.run import PeriodResult, StratumChange
from mollisol.templates.figures.drawing import CONTROL, INK, PROJECT, RULE, Drawing, panels, short
from mollisol.templates.filters import number, span
from mollisol.uncertainty.student import t_quantile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_STRATA: Final = 24
_UPPER: Final = 0.95


def changes(periods: Sequence[PeriodResult]) -> Drawing:
    """Draw the change of the largest strata, one panel a period; bars are 90 % intervals of the project's change."""
    sizes = {change.stratum: change.area_ha for period in periods for change in period.strata}
    order = list(sizes)
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_MOST_STRATA]
    shown = sorted(largest, key=order.index)
    figure, axes = panels(len(periods), 3, 0.6 + 0.21 * len(shown))
    told = []
    for ax, period in zip(axes, periods, strict=True):
        own = {change.stratum: change for change in period.strata}
        _draw(ax, [own.get(name) for name in shown])
        ax.set_title(f"{short(period.name)} · {span(period.during)}")
        ax.set_yticks(range(len(shown)), [short(name) for name in shown])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlabel("t CO₂e/ha")
        told += [
            f"period {period.name}, {name}: project {number(own[name].project_change_t_co2e_per_ha)}, "
            f"control sites {number(own[name].baseline_change_t_co2e_per_ha)}"
            for name in shown
            if name in own
        ]
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    left_out = f" ({len(shown)} largest of {len(order)} strata)" if len(shown) < len(order) else ""
    title = f"Change of soil carbon by stratum over the period, with 90 % intervals{left_out}"
    return Drawing(figure, "changes", title, "; ".join(told))


def _draw(ax: Axes, strata: Sequence[StratumChange | None]) -> None:
    drawn = [(place, change) for place, change in enumerate(strata) if change is not None]
    reach = [_half_width(change) for _, change in drawn]
    project = [change.project_change_t_co2e_per_ha for _, change in drawn]
    ax.hlines(
        [place for place, _ in drawn],
        [mean - half for mean, half in zip(project, reach, strict=True)],
        [mean + half for mean, half in zip(project, reach, strict=True)],
        color=PROJECT,
        linewidth=1.2,
    )
    ax.plot(
        project, [place for place, _ in drawn], linestyle="", marker="o", markersize=4.5, color=PROJECT,
        label="Project, with its interval",
    )  # fmt: skip
    ax.plot(
        [change.baseline_change_t_co2e_per_ha for _, change in drawn], [place for place, _ in drawn], linestyle="",
        marker="s", markersize=4.5, color="white", markeredgecolor=CONTROL, label="Linked control sites",
    )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.xaxis.grid(True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)


def _half_width(change: StratumChange) -> float:
    if change.project_degrees_of_freedom < 1:
        return 0.0
    error = math.sqrt(change.project_variance_t2) / change.area_ha
    t = t_quantile(probability=_UPPER, degrees_of_freedom=change.project_degrees_of_freedom)
    return float(t) * error
