"""Stocks by stratum and campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mollisol.methodology.results.run import RunResult, StockMean
from mollisol.templates.figures.drawing import CONTROL, PROJECT, RULE, Drawing, panels, short
from mollisol.templates.filters import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_STRATA: Final = 20


def stocks(results: RunResult) -> Drawing:
    """Draw the mean stock of each stratum by campaign, project against linked control sites."""
    campaigns = list(dict.fromkeys(stock.campaign for stock in results.stocks))
    strata = list(dict.fromkeys(stock.stratum for stock in results.stocks))
    areas = {change.stratum: change.area_ha for period in results.periods for change in period.strata}
    shown = sorted(sorted(strata, key=lambda s: -areas.get(s, 0.0))[:_MOST_STRATA], key=strata.index)
    figure, axes = panels(len(shown), 3 if len(shown) < 4 else 5, 1.9)
    for ax, stratum in zip(axes, shown, strict=True):
        _draw_stocks(ax, [stock for stock in results.stocks if stock.stratum == stratum], campaigns)
        ax.set_title(short(stratum))
    axes[0].set_ylabel("t C/ha")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    told = "; ".join(
        f"{s.stratum}, {s.scenario}, {s.campaign}: {number(s.mean_t_c_per_ha)}"
        for s in results.stocks
        if s.stratum in shown
    )
    left_out = f" ({len(shown)} largest of {len(strata)} strata)" if len(shown) < len(strata) else ""
    return Drawing(
        figure, "stocks", f"Soil carbon stock by stratum and campaign, with 90 % intervals{left_out}", told
    )


def _draw_stocks(ax: Axes, stocks: Sequence[StockMean], campaigns: Sequence[str]) -> None:
    looks = (
        ("project", "Project", PROJECT, "o", -0.1),
        ("baseline", "Linked control sites", CONTROL, "s", 0.1),
    )
    for scenario, label, colour, marker, shift in looks:
        own = [stock for stock in stocks if stock.scenario == scenario]
        places = [campaigns.index(stock.campaign) + shift for stock in own]
        means = [stock.mean_t_c_per_ha for stock in own]
        ax.plot(
            places,
            means,
            label=label,
            color=colour,
            marker=marker,
            markersize=4.5,
            markerfacecolor=colour if scenario == "project" else "white",
            linewidth=1,
            linestyle="-" if scenario == "project" else (0, (4, 2)),
        )
        for place, stock in zip(places, own, strict=True):
            if stock.low_t_c_per_ha is not None and stock.high_t_c_per_ha is not None:
                ax.vlines(place, stock.low_t_c_per_ha, stock.high_t_c_per_ha, color=colour, linewidth=1.1)
    ax.set_xticks(
        range(len(campaigns)), campaigns, rotation=40 if max(map(len, campaigns)) > 5 else 0, fontsize=7
    )
    ax.set_xlim(-0.4, len(campaigns) - 0.6)
    ax.yaxis.grid(True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
