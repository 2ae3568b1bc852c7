"""Where the variance of the project mean comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mollisol.methodology.results.run import PeriodResult, VarianceComponent
from mollisol.templates.figures.drawing import CONTROL, HALF, PROJECT, Drawing, panels, short
from mollisol.templates.filters import fixed, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_COMPONENTS: Final = 14


def variance(periods: Sequence[PeriodResult]) -> Drawing:
    """Draw the share of each component in the variance of the project mean, one panel a period."""
    shares = [{part.label: part for part in period.variance} for period in periods]
    kinds = {part.label: part.kind for period in periods for part in period.variance}
    largest = {label: max(own[label].share for own in shares if label in own) for label in kinds}
    order = sorted(kinds, key=lambda label: -largest[label])
    shown = order[:_MOST_COMPONENTS]
    figure, axes = panels(len(periods), 3, 0.45 + 0.2 * len(shown))
    for ax, period, own in zip(axes, periods, shares, strict=True):
        _draw_shares(ax, [own.get(label) for label in shown])
        ax.set_title(f"{short(period.name)} · {span(period.during)}")
        ax.set_yticks(range(len(shown)), [short(label) for label in shown])
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
    return Drawing(
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
            height=2 * HALF,
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
