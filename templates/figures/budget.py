"""Parts of a deduction by source of error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mollisol.templates.figures.drawing import HALF, PROJECT, Drawing, panels, short
from mollisol.templates.filters import fixed


@dataclass(frozen=True, slots=True)
class Parts:
    """Shares of the variance by source, as fractions that add up to 1."""

    label: str
    shares: Sequence[tuple[str, float]]


def budget(all_parts: Sequence[Parts], *, name: str = "budget") -> Drawing:
    """Draw variance budgets side by side, with the same sources in the same order."""
    sources = list(dict.fromkeys(source for parts in all_parts for source, _ in parts.shares))
    figure, axes = panels(len(all_parts), 3, 0.45 + 0.24 * len(sources))
    widest = max(share for parts in all_parts for _, share in parts.shares) or 1.0
    for ax, parts in zip(axes, all_parts, strict=True):
        own = dict(parts.shares)
        for place, source in enumerate(sources):
            share = 100 * own.get(source, 0.0)
            ax.barh(place, share, height=2 * HALF, color=PROJECT, linewidth=0)
            ax.annotate(f"{fixed(share, 1)} %", (share, place), xytext=(3, 0), textcoords="offset points",
                        va="center", fontsize=7.5)  # fmt: skip
        ax.set_title(short(parts.label))
        ax.set_yticks(range(len(sources)), [short(source) for source in sources])
        ax.set_ylim(len(sources) - 0.4, -0.6)
        ax.set_xlim(0, 130 * widest)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    told = "; ".join(
        f"{parts.label}: "
        + ", ".join(f"{source} {fixed(100 * share, 1)} %" for source, share in parts.shares)
        for parts in all_parts
    )
    return Drawing(figure, name, "Share of each source of error in the variance of the mean", told)
