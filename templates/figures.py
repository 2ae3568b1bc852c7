"""The figures of the report as SVG text: the same bytes for the same results."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mollisol.methodology.results import PeriodResult, RunResult, StockMean, VarianceComponent
from mollisol.templates.filters import decimals_for, fixed, number, span
from mollisol.templates.steps import Step, steps
from mollisol.templates.svg import self_contained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PROJECT: Final = "#0072B2"
CONTROL: Final = "#D55E00"
TOTAL: Final = "#33413C"
INK: Final = "#22302B"
RULE: Final = "#C9D1CC"
LOSS: Final = "#E8A33D"

_WIDTH: Final = 7.4
_MOST_STRATA: Final = 24
_MOST_COMPONENTS: Final = 14
_LONGEST_LABEL: Final = 30
_HALF: Final = 0.33
"""Half the width of a bar."""
_SETTINGS: Final[Any] = {
    "svg.hashsalt": "mollisol",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def make_figures(results: RunResult) -> dict[str, str]:
    """Draw every figure that the results allow: ``waterfall``, ``stocks``, ``variance``."""
    import matplotlib

    figures: dict[str, str] = {}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        if results.periods:
            figures["waterfall"] = _waterfall(results.periods)
        if results.stocks:
            figures["stocks"] = _stocks(results)
        if any(period.variance for period in results.periods):
            figures["variance"] = _variance(results.periods)
    return figures


def _panels(count: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(_WIDTH, 0.25 + height * rows), layout="constrained")
    FigureCanvasSVG(figure)
    axes = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def _written(figure: Figure, name: str, title: str, description: str) -> str:
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    return self_contained(buffer.getvalue(), name=name, title=title, description=description)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


def _waterfall(periods: Sequence[PeriodResult]) -> str:
    walks = [steps(period, periods) for period in periods]
    figure, axes = _panels(len(periods), 3, 0.45 + 0.24 * len(walks[0]))
    reach = [edge for walk in walks for step in walk for edge in (step.start, step.end)]
    low, high = min(0.0, *reach), max(0.0, *reach)
    room = 0.3 * (high - low or 1.0)
    decimals = decimals_for(step.amount for walk in walks for step in walk)
    for ax, period, walk in zip(axes, periods, walks, strict=True):
        _draw_walk(ax, walk, decimals)
        ax.set_title(f"{_short(period.name)} · {span(period.during)}\n{period.issuance}")
        ax.set_xlim(low - (room if low < 0 else 0.02 * room), high + room)
    told = "; ".join(
        f"period {p.name}: gross {number(p.gross_t_co2e)}, deducted {number(p.deducted_t_co2e)}, "
        f"verified {number(p.verified_total_t_co2e)}, units {walk[-1].amount:g}, {p.issuance}"
        for p, walk in zip(periods, walks, strict=True)
    )
    return _written(
        figure, "waterfall", "From gross change to units, in t CO2e, by verification period", told
    )


def _draw_walk(ax: Axes, walk: Sequence[Step], decimals: int) -> None:
    for place, step in enumerate(walk):
        colour = TOTAL if step.total else PROJECT if step.amount >= 0 else LOSS
        left, right = sorted((step.start, step.end))
        ax.barh(place, right - left, left=left, height=2 * _HALF, color=colour, edgecolor=INK, linewidth=0.4)
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
            ax.vlines(step.end, place + _HALF, place + 1 - _HALF, color=INK, linewidth=0.4)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(walk)), [step.label for step in walk])
    ax.set_ylim(len(walk) - 0.4, -0.6)
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)


def _stocks(results: RunResult) -> str:
    campaigns = list(dict.fromkeys(stock.campaign for stock in results.stocks))
    strata = list(dict.fromkeys(stock.stratum for stock in results.stocks))
    areas = {change.stratum: change.area_ha for period in results.periods for change in period.strata}
    shown = sorted(sorted(strata, key=lambda s: -areas.get(s, 0.0))[:_MOST_STRATA], key=strata.index)
    figure, axes = _panels(len(shown), 3 if len(shown) < 4 else 5, 1.9)
    for ax, stratum in zip(axes, shown, strict=True):
        _draw_stocks(ax, [stock for stock in results.stocks if stock.stratum == stratum], campaigns)
        ax.set_title(_short(stratum))
    axes[0].set_ylabel("t C/ha")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    told = "; ".join(
        f"{s.stratum}, {s.scenario}, {s.campaign}: {number(s.mean_t_c_per_ha)}"
        for s in results.stocks
        if s.stratum in shown
    )
    left_out = f" ({len(shown)} largest of {len(strata)} strata)" if len(shown) < len(strata) else ""
    return _written(
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


def _variance(periods: Sequence[PeriodResult]) -> str:
    shares = [{part.label: part for part in period.variance} for period in periods]
    kinds = {part.label: part.kind for period in periods for part in period.variance}
    largest = {label: max(own[label].share for own in shares if label in own) for label in kinds}
    order = sorted(kinds, key=lambda label: -largest[label])
    shown = order[:_MOST_COMPONENTS]
    figure, axes = _panels(len(periods), 3, 0.45 + 0.2 * len(shown))
    for ax, period, own in zip(axes, periods, shares, strict=True):
        _draw_shares(ax, [own.get(label) for label in shown])
        ax.set_title(f"{_short(period.name)} · {span(period.during)}")
        ax.set_yticks(range(len(shown)), [_short(label) for label in shown])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(0, 124 * max(largest.values()) or 1.0)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    found = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    names = sorted(found, reverse=True)
    figure.legend(
        [found[n] for n in names], names, loc="outside upper left", ncols=2, frameon=False, fontsize=8
    )
    told = "; ".join(
        f"period {period.name}: "
        + ", ".join(f"{p.label} {fixed(100 * p.share, 1)} %" for p in period.variance)
        for period in periods
    )
    left_out = f" ({len(shown)} largest of {len(order)})" if len(shown) < len(order) else ""
    return _written(
        figure, "variance", f"Share of each component in the variance of the project mean{left_out}", told
    )


def _draw_shares(ax: Axes, parts: Sequence[VarianceComponent | None]) -> None:
    for place, part in enumerate(parts):
        if part is None:
            continue
        control = part.kind == "control group"
        ax.barh(
            place,
            100 * part.share,
            height=2 * _HALF,
            color=CONTROL if control else PROJECT,
            hatch="////" if control else "",
            edgecolor="white",
            linewidth=0,
            label=part.kind.capitalize(),
        )
        ax.annotate(
            f"{fixed(100 * part.share, 1)} %",
            (100 * part.share, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
