"""The figures of a laboratory: the promise among those that issue, what samples earn, and the frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mollisol.templates import drawing as draw

_COLOURS: Final = (draw.PROJECT, draw.CONTROL, draw.TOTAL, draw.LOSS, draw.SOFT)
_MARKS: Final = ("o", "s", "^", "D", "v")
_TWO_ERRORS: Final = 2.0


def promise(scenarios: Sequence[Mapping[str, Any]], confidence: float) -> draw.Drawing:
    """Draw the promise over all campaigns and among those that issue, with two Monte Carlo errors."""
    shown = [one for one in scenarios if one["figures"]]
    figure, (ax,) = draw.panels(1, 1, 0.7 + 0.3 * len(shown))
    for name, label, colour, shift in (
        ("p_all", "over all campaigns", draw.PROJECT, -0.13),
        ("p_issued", "among those that issue", draw.CONTROL, 0.13),
    ):
        found = [(place + shift, one["figures"][name]) for place, one in enumerate(shown)]
        rows = [(place, one["value"], _TWO_ERRORS * one["error"]) for place, one in found]
        ends = [((value - error, place), (value + error, place)) for place, value, error in rows]
        ax.segments(ends, colour=colour, width=1.3)
        marker = "o" if name == "p_all" else "s"
        ax.marks([(value, place) for place, value, _ in rows], marker, 5, colour=colour, label=label)
    ax.across("x", confidence, colour=draw.INK, width=0.6, dash=(2.4, 1.2))
    draw.name_rows(ax, [one["name"] for one in shown])
    ax.x.title, ax.grid = "share of projects whose truth is at least the credit", "x"
    draw.explain_marks(figure, [ax])
    told = "; ".join(
        f"{one['name']}: {one['figures']['p_all']['value']:.3f} over all, {one['figures']['p_issued']['value']:.3f} "
        f"among those that issue"
        for one in shown
    )
    return draw.Drawing(figure, "promise", "The promise over all campaigns and among those that issue", told)


def samples(rows: Sequence[Mapping[str, Any]]) -> draw.Drawing:
    """Draw what a project earns with each number of samples."""
    figure, (ax,) = draw.panels(1, 1, 2.4)
    for place, row in enumerate(rows):
        _curve(ax, place, list(zip(row["samples"], row["earned"], strict=True)), row["scenario"])
    ax.x.title, ax.y.title, ax.grid = "samples in each stratum", "earned by a project", "y"
    draw.explain_marks(figure, [ax], columns=3)
    told = "; ".join(f"{row['scenario']}: most at {row['best']} samples" for row in rows)
    return draw.Drawing(figure, "samples", "What a project earns by number of samples", told)


def frontier(points: Sequence[Mapping[str, Any]]) -> draw.Drawing:
    """Draw over-credited against lost tonnes over confidence, a line for each bar."""
    figure, (ax,) = draw.panels(1, 1, 2.8)
    bars = sorted({one["bar_percent"] for one in points})
    for place, bar in enumerate(bars):
        own = [one for one in points if one["bar_percent"] == bar]
        curve = [(one["lost"]["value"], one["over_credited"]["value"]) for one in own]
        _curve(ax, place, curve, f"bar {bar:g} %")
        for end in (-1, 0):
            ax.note(f"{own[end]['confidence']:.2f}", curve[end], (4, -3))
    ax.x.title = "true tonnes that are not credited, t CO₂e for each enrolled ha"
    ax.y.title, ax.grid = "over-credited, t CO₂e/ha", "y"
    draw.explain_marks(figure, [ax], columns=4)
    told = "; ".join(
        f"bar {one['bar_percent']:g} %, confidence {one['confidence']:.2f}: {one['over_credited']['value']:.2f} over, "
        f"{one['lost']['value']:.2f} lost"
        for one in points
    )
    return draw.Drawing(figure, "frontier", "Over-credited against lost tonnes", told)


def _curve(ax: draw.Panel, place: int, curve: Sequence[tuple[float, float]], label: str) -> None:
    colour, marker = _COLOURS[place % len(_COLOURS)], _MARKS[place % len(_MARKS)]
    ax.lines([curve], colour=colour, width=1.4)
    ax.marks(curve, marker, 4, colour=colour, label=label, through=True)
