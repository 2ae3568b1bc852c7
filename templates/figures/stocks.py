"""Stocks by stratum and campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mollisol.methodology.results.run import RunResult, StockMean
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number

_MOST_STRATA: Final = 20


def stocks(results: RunResult) -> draw.Drawing:
    """Draw the mean stock of each stratum by campaign, project against linked control sites."""
    campaigns = list(dict.fromkeys(stock.campaign for stock in results.stocks))
    strata = list(dict.fromkeys(stock.stratum for stock in results.stocks))
    areas = {change.stratum: change.area_ha for period in results.periods for change in period.strata}
    shown = draw.largest(strata, areas, _MOST_STRATA)
    figure, axes = draw.panels(len(shown), 3 if len(shown) < 4 else 5, 1.9)
    for ax, stratum in zip(axes, shown, strict=True):
        _draw_stocks(ax, [stock for stock in results.stocks if stock.stratum == stratum], campaigns)
        ax.title = draw.short(stratum)
    axes[0].y.title = "t C/ha"
    draw.explain_marks(figure, axes[:1])
    told = "; ".join(
        f"{s.stratum}, {s.scenario}, {s.campaign}: {number(s.mean_t_c_per_ha)}"
        for s in results.stocks
        if s.stratum in shown
    )
    rest = draw.left_out(len(shown), len(strata), " strata")
    title = f"Soil carbon stock by stratum and campaign, with 90 % intervals{rest}"
    return draw.Drawing(figure, "stocks", title, told)


def _draw_stocks(ax: draw.Panel, stocks: Sequence[StockMean], campaigns: Sequence[str]) -> None:
    looks = (
        ("project", "Project", draw.PROJECT, "o", -0.1),
        ("baseline", "Linked control sites", draw.CONTROL, "s", 0.1),
    )
    for scenario, label, colour, marker, shift in looks:
        own = [(campaigns.index(one.campaign) + shift, one) for one in stocks if one.scenario == scenario]
        means = [(place, stock.mean_t_c_per_ha) for place, stock in own]
        solid = scenario == "project"
        ax.lines([means], colour=colour, dash=() if solid else (4, 2))
        look: dict[str, Any] = {"fill": colour if solid else "#fff", "dash": () if solid else (4, 2)}
        ax.marks(means, marker, colour=colour, label=label, through=True, **look)
        ends = [(place, stock.low_t_c_per_ha, stock.high_t_c_per_ha) for place, stock in own]
        known = [
            ((place, low), (place, high)) for place, low, high in ends if low is not None and high is not None
        ]
        ax.segments(known, colour=colour, width=1.1)
    ax.x.turned = 40 if max(map(len, campaigns)) > 5 else 0
    ax.x.places, ax.x.labels = range(len(campaigns)), campaigns
    ax.x.limits = [-0.4, len(campaigns) - 0.6]
    ax.grid = "y"
