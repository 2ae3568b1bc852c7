"""Stocks by stratum and campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mollisol.methodology.results.run import RunResult, StockMean
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        ax.set_title(draw.short(stratum))
    axes[0].set_ylabel("t C/ha")
    draw.explain_marks(figure, axes[:1])
    told = "; ".join(
        f"{s.stratum}, {s.scenario}, {s.campaign}: {number(s.mean_t_c_per_ha)}"
        for s in results.stocks
        if s.stratum in shown
    )
    rest = draw.left_out(len(shown), len(strata), " strata")
    title = f"Soil carbon stock by stratum and campaign, with 90 % intervals{rest}"
    return draw.Drawing(figure, "stocks", title, told)


def _draw_stocks(ax: Axes, stocks: Sequence[StockMean], campaigns: Sequence[str]) -> None:
    looks = (
        ("project", "Project", draw.PROJECT, "o", -0.1),
        ("baseline", "Linked control sites", draw.CONTROL, "s", 0.1),
    )
    for scenario, label, colour, marker, shift in looks:
        own = [stock for stock in stocks if stock.scenario == scenario]
        places = [campaigns.index(stock.campaign) + shift for stock in own]
        means = [stock.mean_t_c_per_ha for stock in own]
        face, line = (colour, "-") if scenario == "project" else ("white", (0, (4, 2)))
        form: dict[str, Any] = {
            "marker": marker,
            "markersize": 4.5,
            "markerfacecolor": face,
            "linestyle": line,
        }
        ax.plot(places, means, label=label, color=colour, linewidth=1, **form)
        for place, stock in zip(places, own, strict=True):
            if stock.low_t_c_per_ha is not None and stock.high_t_c_per_ha is not None:
                ax.vlines(place, stock.low_t_c_per_ha, stock.high_t_c_per_ha, color=colour, linewidth=1.1)
    turned = 40 if max(map(len, campaigns)) > 5 else 0
    ax.set_xticks(range(len(campaigns)), campaigns, rotation=turned, fontsize=7)
    ax.set_xlim(-0.4, len(campaigns) - 0.6)
    draw.rule(ax, "y")
