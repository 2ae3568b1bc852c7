"""What moves a credit between two rule sets, change by change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mollisol.templates.figures.drawing import HALF, INK, LOSS, PROJECT, TOTAL, Drawing, panels, short
from mollisol.templates.filters import decimals_for, fixed, number, signed


@dataclass(frozen=True, slots=True)
class Mover:
    """A change of the rules and what it does to the credit."""

    label: str
    amount: float


def rule_difference(
    before: tuple[str, float],
    movers: Sequence[Mover],
    after: tuple[str, float],
    *,
    name: str = "rule-diff",
    unit: str = "t CO₂e",
    most: int = 12,
) -> Drawing:
    """Draw the walk from the credit under one rule set to that under another; small movers are joined."""
    ordered = sorted(movers, key=lambda mover: -abs(mover.amount))
    shown, rest = ordered[:most], ordered[most:]
    if rest:
        shown = [*shown, Mover(f"{len(rest)} smaller changes", sum(mover.amount for mover in rest))]
    figure, (ax,) = panels(1, 1, 0.55 + 0.24 * (len(shown) + 2))
    decimals = decimals_for([before[1], after[1], *(mover.amount for mover in shown)])
    level = before[1]
    bars = [(before[0], 0.0, level, True)]
    for mover in shown:
        bars.append((mover.label, level, level + mover.amount, False))
        level += mover.amount
    bars.append((after[0], 0.0, after[1], True))
    for place, (_, start, end, total) in enumerate(bars):
        left, right = sorted((start, end))
        colour = TOTAL if total else PROJECT if end >= start else LOSS
        ax.barh(place, right - left, left=left, height=2 * HALF, color=colour, edgecolor=INK, linewidth=0.4)
        text = fixed(end, decimals) if total else signed(end - start, decimals)
        ax.annotate(text, (right, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7.5,
                    fontweight="bold" if total else "normal")  # fmt: skip
    low, high = min(0.0, *(min(b[1:3]) for b in bars)), max(0.0, *(max(b[1:3]) for b in bars))
    ax.set_xlim(low - 0.02 * (high - low), high + 0.18 * ((high - low) or 1.0))
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(bars)), [short(bar[0]) for bar in bars])
    ax.set_ylim(len(bars) - 0.4, -0.6)
    ax.set_xlabel(unit)
    ax.spines[["left", "bottom"]].set_visible(False)
    told = (
        f"{before[0]}: {number(before[1])}; "
        + "; ".join(f"{mover.label}: {signed(mover.amount, decimals)}" for mover in shown)
        + f"; {after[0]}: {number(after[1])}"
    )
    return Drawing(figure, name, f"From {before[0]} to {after[0]}, in {unit}", told)
