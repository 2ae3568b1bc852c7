"""Posterior density of the mean, with the value that is credited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mollisol.templates.figures.drawing import CONTROL, INK, PROJECT, SOFT, TOTAL, Drawing, panels, short
from mollisol.templates.filters import number, odds


@dataclass(frozen=True, slots=True)
class Density:
    """A density over a grid, and the values to mark on it.

    Parameters
    ----------
    label
        Name of the panel.
    at, density
        Grid and density; the density may have any scale.
    credited, mean
        The credited quantile and the mean.
    confidence
        Probability with which the truth exceeds the credited value.
    moment
        What the moment form credits, where it stands beside the posterior.
    """

    label: str
    at: Sequence[float]
    density: Sequence[float]
    credited: float
    mean: float
    confidence: float
    moment: float | None = None


def densities(curves: Sequence[Density], *, name: str = "posterior", unit: str = "t CO₂e/ha") -> Drawing:
    """Draw densities side by side; what lies above the credited value is filled."""
    figure, axes = panels(len(curves), 3, 2.1, shared=False)
    for ax, curve in zip(axes, curves, strict=True):
        top = max(curve.density)
        height = [value / top for value in curve.density]
        ax.plot(curve.at, height, color=PROJECT, linewidth=1.2)
        above = [at >= curve.credited for at in curve.at]
        ax.fill_between(curve.at, height, 0, where=above, color=PROJECT, alpha=0.22, linewidth=0)
        ax.axvline(curve.credited, color=TOTAL, linewidth=1.4)
        ax.axvline(curve.mean, color=SOFT, linewidth=0.9, linestyle=(0, (3, 2)))
        ax.annotate(
            f"credited {number(curve.credited, 3)}", (curve.credited, 1.04), xytext=(-3, 0),
            textcoords="offset points", ha="right", va="bottom", fontsize=7.5, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
        ax.annotate(
            f"mean {number(curve.mean, 3)}", (curve.mean, 1.04), xytext=(3, 0), textcoords="offset points",
            ha="left", va="bottom", fontsize=7.5, color=SOFT,
        )  # fmt: skip
        if curve.moment is not None:
            ax.axvline(curve.moment, color=CONTROL, linewidth=1.1, linestyle=(0, (1, 1.2)))
            right = 2 * curve.moment < curve.at[0] + curve.at[-1] - (curve.at[-1] - curve.at[0]) / 4
            ax.annotate(
                f"moment form {number(curve.moment, 3)}", (curve.moment, 1.18),
                xytext=(3 if right else -3, 0), textcoords="offset points", ha="left" if right else "right",
                va="bottom", fontsize=7.5, color=CONTROL,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
        ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
        ax.set_title(short(curve.label))
        ax.set_ylim(0, 1.2 if curve.moment is None else 1.34)
        ax.set_yticks([])
        ax.set_xlabel(unit)
        ax.spines["left"].set_visible(False)
    told = "; ".join(
        f"{curve.label}: mean {number(curve.mean)}, credited {number(curve.credited)}, exceeded with "
        f"{odds(curve.confidence)}"
        + ("" if curve.moment is None else f", moment form {number(curve.moment)}")
        for curve in curves
    )
    return Drawing(figure, name, "Posterior of the mean difference; filled: above the credited value", told)
