"""What was forecast against what was measured again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mollisol.templates.figures.drawing import CONTROL, INK, PROJECT, RULE, Drawing, panels, short
from mollisol.templates.filters import number


@dataclass(frozen=True, slots=True)
class Forecast:
    """A value and its interval as forecast, and as measured again; intervals are of the same probability."""

    label: str
    forecast: float
    forecast_low: float
    forecast_high: float
    measured: float
    measured_low: float
    measured_high: float


def forecasts(
    pairs: Sequence[Forecast], *, name: str = "forecast", unit: str = "t CO₂e/ha", level: str = "90 %"
) -> Drawing:
    """Draw pairs of forecast and measurement below each other."""
    figure, (ax,) = panels(1, 1, 0.7 + 0.34 * len(pairs))
    looks = (
        ("Forecast", PROJECT, "o", -0.13, "forecast"),
        ("Measured again", CONTROL, "s", 0.13, "measured"),
    )
    for label, colour, marker, shift, key in looks:
        places = [place + shift for place in range(len(pairs))]
        ax.hlines(
            places, [getattr(pair, f"{key}_low") for pair in pairs],
            [getattr(pair, f"{key}_high") for pair in pairs], color=colour, linewidth=1.3,
        )  # fmt: skip
        ax.plot(
            [getattr(pair, key) for pair in pairs], places, linestyle="", marker=marker, markersize=5, color=colour,
            markerfacecolor="white" if marker == "s" else colour, label=label,
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(pairs)), [short(pair.label) for pair in pairs])
    ax.set_ylim(len(pairs) - 0.4, -0.6)
    ax.set_xlabel(unit)
    ax.xaxis.grid(True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    told = "; ".join(
        f"{pair.label}: forecast {number(pair.forecast)} ({number(pair.forecast_low)} to "
        f"{number(pair.forecast_high)}), measured {number(pair.measured)} ({number(pair.measured_low)} to "
        f"{number(pair.measured_high)})"
        for pair in pairs
    )
    return Drawing(figure, name, f"Forecast against re-measurement, with {level} intervals", told)
