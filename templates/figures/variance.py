"""Where the variance of the mean comes from: by component of the sampling, and by source of error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from mollisol.methodology.results.budget import VarianceBudget
from mollisol.methodology.results.run import PeriodResult
from mollisol.templates import drawing as draw
from mollisol.templates.filters import fixed, span

_MOST_COMPONENTS: Final = 14


def variance(periods: Sequence[PeriodResult]) -> draw.Drawing:
    """Draw the share of each component in the variance of the project mean, one panel a period."""
    shares = [{part.label: part for part in period.variance} for period in periods]
    kinds = {part.label: part.kind for period in periods for part in period.variance}
    largest = {label: max(own[label].share for own in shares if label in own) for label in kinds}
    shown = sorted(kinds, key=lambda label: -largest[label])[:_MOST_COMPONENTS]
    figure, axes = draw.panels(len(periods), 3, 0.45 + 0.2 * len(shown))
    for ax, period, own in zip(axes, periods, shares, strict=True):
        for place, part in enumerate(own.get(label) for label in shown):
            if part is not None:
                control = part.kind == "control group"
                colour = draw.CONTROL if control else draw.PROJECT
                _bar(ax, place, part.share, colour=colour, striped=control, label=part.kind.capitalize())
        _frame(ax, draw.panel_title(period), shown, 124 * max(largest.values()) or 1.0)
    draw.explain_marks(figure, axes, turned=True)
    title = (
        f"Share of each component in the variance of the project mean{draw.left_out(len(shown), len(kinds))}"
    )
    told = (
        _told(f"period {p.name}", ((c.label, c.share) for c in p.variance if c.label in shown))
        for p in periods
    )
    return draw.Drawing(figure, "variance", title, "; ".join(told))


def budget(periods: Sequence[tuple[PeriodResult, VarianceBudget]]) -> draw.Drawing:
    """Draw the budgets of periods side by side, with the same sources of error in the same order."""
    sources = list(dict.fromkeys(part.source for _, own in periods for part in own.parts))
    figure, axes = draw.panels(len(periods), 3, 0.45 + 0.24 * len(sources))
    widest = max(part.share for _, own in periods for part in own.parts) or 1.0
    told = []
    for ax, (period, own) in zip(axes, periods, strict=True):
        shares = {part.source: part.share for part in own.parts}
        for place, source in enumerate(sources):
            _bar(ax, place, shares.get(source, 0.0), colour=draw.PROJECT)
        _frame(ax, draw.panel_title(period), sources, 130 * widest)
        told.append(_told(f"{period.name} · {span(period.during)}", shares.items()))
    title = "Share of each source of error in the variance of the mean"
    return draw.Drawing(figure, "budget", title, "; ".join(told))


def _bar(ax: draw.Panel, place: int, share: float, **look: Any) -> None:
    ax.bar(place, 0.0, 100 * share, draw.HALF, **look)
    ax.note(f"{fixed(100 * share, 1)} %", (100 * share, place), (3, 0), level="middle")


def _frame(ax: draw.Panel, title: str, labels: Sequence[str], reach: float) -> None:
    ax.title = title
    draw.name_rows(ax, labels)
    draw.mark_zero(ax)
    ax.x.limits, ax.x.places = [0.0, reach], ()


def _told(name: str, shares: Iterable[tuple[str, float]]) -> str:
    return f"{name}: " + ", ".join(f"{label} {fixed(100 * share, 1)} %" for label, share in shares)
