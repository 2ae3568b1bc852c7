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
        found = [one["figures"][name] for one in shown]
        places = [place + shift for place in range(len(shown))]
        values = [one["value"] for one in found]
        half = [_TWO_ERRORS * one["error"] for one in found]
        ax.hlines(
            places,
            [value - error for value, error in zip(values, half, strict=True)],
            [value + error for value, error in zip(values, half, strict=True)],
            color=colour,
            linewidth=1.3,
        )
        draw.mark(ax, values, places, "o" if name == "p_all" else "s", 5, colour, label=label)
    ax.axvline(confidence, color=draw.INK, linewidth=0.6, linestyle="--")
    draw.name_rows(ax, [one["name"] for one in shown])
    ax.set_xlabel("share of projects whose truth is at least the credit")
    draw.rule(ax, "x")
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
        colour, marker = _COLOURS[place % len(_COLOURS)], _MARKS[place % len(_MARKS)]
        ax.plot(
            row["samples"], row["earned"], color=colour, marker=marker, markersize=4, label=row["scenario"]
        )
    ax.set_xlabel("samples in each stratum")
    ax.set_ylabel("earned by a project")
    draw.rule(ax, "y")
    draw.explain_marks(figure, [ax], columns=3)
    told = "; ".join(f"{row['scenario']}: most at {row['best']} samples" for row in rows)
    return draw.Drawing(figure, "samples", "What a project earns by number of samples", told)


def frontier(points: Sequence[Mapping[str, Any]]) -> draw.Drawing:
    """Draw over-credited against lost tonnes over confidence, a line for each bar."""
    figure, (ax,) = draw.panels(1, 1, 2.8)
    bars = sorted({one["bar_percent"] for one in points})
    for place, bar in enumerate(bars):
        own = [one for one in points if one["bar_percent"] == bar]
        x, y = ([one[name]["value"] for one in own] for name in ("lost", "over_credited"))
        colour, marker = _COLOURS[place % len(_COLOURS)], _MARKS[place % len(_MARKS)]
        ax.plot(x, y, color=colour, marker=marker, markersize=4, label=f"bar {bar:g} %")
        draw.note(ax, f"{own[-1]['confidence']:.2f}", (x[-1], y[-1]), (4, -3))
        draw.note(ax, f"{own[0]['confidence']:.2f}", (x[0], y[0]), (4, -3))
    ax.set_xlabel("true tonnes that are not credited, t CO₂e for each enrolled ha")
    ax.set_ylabel("over-credited, t CO₂e/ha")
    draw.rule(ax, "y")
    draw.explain_marks(figure, [ax], columns=4)
    told = "; ".join(
        f"bar {one['bar_percent']:g} %, confidence {one['confidence']:.2f}: {one['over_credited']['value']:.2f} over, "
        f"{one['lost']['value']:.2f} lost"
        for one in points
    )
    return draw.Drawing(figure, "frontier", "Over-credited against lost tonnes", told)
