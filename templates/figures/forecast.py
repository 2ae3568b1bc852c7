"""What was forecast against what was measured again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mollisol.methodology.true_up import ForecastCheck
from mollisol.templates import drawing as draw
from mollisol.templates.filters import number

_Z90: Final = 1.6448536269514722


def forecasts(checks: Sequence[ForecastCheck]) -> draw.Drawing:
    """Draw forecasts and measurements below each other, each with its 90 % interval."""
    figure, (ax,) = draw.panels(1, 1, 0.7 + 0.34 * len(checks))
    labels = [f"{check.place}, {check.what}" for check in checks]
    forecast = [(c.forecast_t_co2e_per_ha, _Z90 * c.forecast_sd_t_co2e_per_ha) for c in checks]
    measured = [(c.measured_t_co2e_per_ha, _Z90 * c.measured_standard_error_t_co2e_per_ha) for c in checks]
    for label, colour, marker, shift, found in (
        ("Forecast", draw.PROJECT, "o", -0.13, forecast),
        ("Measured again", draw.CONTROL, "s", 0.13, measured),
    ):
        rows = [(place + shift, mean, half) for place, (mean, half) in enumerate(found)]
        ax.segments(
            [((mean - half, place), (mean + half, place)) for place, mean, half in rows],
            colour=colour,
            width=1.3,
        )
        fill = "#fff" if marker == "s" else colour
        ax.marks([(mean, place) for place, mean, _ in rows], marker, 5, colour=colour, fill=fill, label=label)
    draw.mark_zero(ax)
    draw.name_rows(ax, labels)
    ax.x.title, ax.grid = "t CO₂e/ha", "x"
    draw.explain_marks(figure, [ax])
    told = "; ".join(
        f"{label}: forecast {_told(*one)}, measured {_told(*other)}"
        for label, one, other in zip(labels, forecast, measured, strict=True)
    )
    return draw.Drawing(figure, "forecast", "Forecast against re-measurement, with 90 % intervals", told)


def _told(mean: float, half: float) -> str:
    return f"{number(mean)} ({number(mean - half)} to {number(mean + half)})"
