"""The figures of the model validation report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mollisol.methodology.validation import Comparison
from mollisol.templates.figures.drawing import (
    CONTROL,
    INK,
    LAND,
    PROJECT,
    RULE,
    SOFT,
    Drawing,
    panels,
    short,
    style,
)
from mollisol.templates.filters import fixed, number
from mollisol.templates.validation_report.model import CombinationRow, ValidationReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_PANELS: Final = 6
_MOST_STUDIES: Final = 25
_MANY: Final = 80
_ROOM: Final = 0.06


def draw_figures(report: ValidationReport) -> dict[str, Drawing]:
    """Draw every figure, by name."""
    rows = sorted(report.combinations, key=lambda row: -row.result.comparisons)[:_MOST_PANELS]
    rows.sort(key=lambda row: report.combinations.index(row))
    of = {row.letter: _comparisons(report, row) for row in rows}
    with style():
        drawings = [
            _bias(rows),
            _modelled(rows, of),
            _residuals(rows, of),
            _chance(report),
        ]
    return {drawing.name: drawing for drawing in drawings}


def _comparisons(report: ValidationReport, row: CombinationRow) -> list[Comparison]:
    one = row.result
    return [
        item
        for item in report.result.comparisons
        if (item.practice_category, item.crop_group, item.source, item.practice_effect)
        == (one.practice_category, one.crop_group, one.source, one.practice_effect)
    ]


def _interval(row: CombinationRow, item: Comparison) -> tuple[float, float] | None:
    """Return the 90 % interval: posterior predictive where there is one, else as printed."""
    low, high = item.interval_low_t_co2e_per_ha, item.interval_high_t_co2e_per_ha
    if low is not None and high is not None:
        return low, high
    printed = row.coverage.get("printed")
    if printed is None or printed.half_width_t_co2e_per_ha is None:
        return None
    half = printed.half_width_t_co2e_per_ha
    return item.modelled_t_co2e_per_ha - half, item.modelled_t_co2e_per_ha + half


def _modelled(rows: Sequence[CombinationRow], source: dict[str, list[Comparison]]) -> Drawing:
    """Draw measured against modelled effects, with the interval that each measurement should lie in."""
    figure, axes = panels(len(rows), min(3, len(rows)), 3.3 if len(rows) > 1 else 3.9, shared=False)
    told = []
    for ax, row in zip(axes, rows, strict=True):
        items = sorted(source[row.letter], key=lambda item: item.modelled_t_co2e_per_ha)
        spans = [_interval(row, item) for item in items]
        many = len(items) > _MANY
        for item, span in zip(items, spans, strict=True):
            if span is not None:
                ax.vlines(
                    item.modelled_t_co2e_per_ha,
                    *span,
                    color=RULE,
                    linewidth=0.5 if many else 1.6,
                    alpha=0.6 if many else 1.0,
                    zorder=1,
                )
        for inside, colour, marker, label in (
            (True, PROJECT, "o", "inside its 90 % interval"),
            (False, CONTROL, "s", "outside it"),
        ):
            mine = [
                item
                for item, span in zip(items, spans, strict=True)
                if (span is None or span[0] <= item.observed_t_co2e_per_ha <= span[1]) == inside
            ]
            ax.plot(
                [item.modelled_t_co2e_per_ha for item in mine],
                [item.observed_t_co2e_per_ha for item in mine],
                linestyle="none",
                marker=marker,
                markersize=2.6 if many else 4.2,
                color=colour,
                markerfacecolor=colour if inside else "white",
                markeredgewidth=0.9,
                label=label,
                zorder=3,
            )
        reach = [item.modelled_t_co2e_per_ha for item in items]
        ends = (min(reach), max(reach)) if min(reach) < max(reach) else (reach[0] - 1, reach[0] + 1)
        ax.plot(ends, ends, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), label="1 : 1", zorder=2)
        _dress(ax, f"{row.letter} · {row.result.practice_category}")
        ax.set_xlabel("modelled, t CO₂e/ha")
        out = sum(
            span is not None and not span[0] <= item.observed_t_co2e_per_ha <= span[1]
            for item, span in zip(items, spans, strict=True)
        )
        told.append(f"{row.letter}: {len(items)} comparisons, {out} outside their 90 % interval")
    axes[0].set_ylabel("measured, t CO₂e/ha")
    _legend(figure, axes)
    return Drawing(
        figure, "measured-modelled", "Measured against modelled effects with 90 % intervals", "; ".join(told)
    )


def _residuals(rows: Sequence[CombinationRow], source: dict[str, list[Comparison]]) -> Drawing:
    """Draw the errors against the modelled effect and against the duration, and their distribution."""
    figure, axes = panels(3 * len(rows), 3, 2.1, shared=False)
    told = []
    for place, row in enumerate(rows):
        items = source[row.letter]
        errors = [item.error_t_co2e_per_ha for item in items]
        mean = sum(errors) / len(errors)
        size = 2.4 if len(items) > _MANY else 3.8
        first, second, third = axes[3 * place : 3 * place + 3]
        for ax, along, label in (
            (first, [item.modelled_t_co2e_per_ha for item in items], "modelled, t CO₂e/ha"),
            (second, [item.duration_years for item in items], "duration, years"),
        ):
            ax.axhline(0, color=INK, linewidth=0.7, zorder=0.5)
            ax.axhline(mean, color=CONTROL, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0.6)
            ax.plot(along, errors, linestyle="none", marker="o", markersize=size, color=PROJECT, alpha=0.75)
            _dress(ax, f"{row.letter} · {row.result.practice_category}" if ax is first else "")
            ax.set_xlabel(label)
        first.set_ylabel("error, t CO₂e/ha")
        _histogram(third, errors, row)
        told.append(
            f"{row.letter}: errors from {number(min(errors))} to {number(max(errors))}, mean {number(mean)}"
        )
    return Drawing(
        figure,
        "residuals",
        "Errors, modelled less measured, against modelled effect and duration, and how they are spread",
        "; ".join(told),
    )


def _histogram(ax: Axes, errors: Sequence[float], row: CombinationRow) -> None:
    """Draw the distribution of the errors and the normal of their mean and variance."""
    bins = max(5, min(24, round(math.sqrt(len(errors))) + 1))
    _, edges, _ = ax.hist(errors, bins=bins, color=PROJECT, edgecolor="white", linewidth=0.6)
    variance = row.result.model_variance
    if variance:
        mean, sd = sum(errors) / len(errors), math.sqrt(variance)
        width = float(edges[1] - edges[0])
        along = [mean + sd * (step / 20 - 3) for step in range(121)]
        ax.plot(
            along,
            [
                len(errors) * width * math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
                for x in along
            ],
            color=CONTROL,
            linewidth=1.1,
            label="normal",
        )
        ax.legend(frameon=False, fontsize=7)
    ax.axvline(0, color=INK, linewidth=0.7)
    _dress(ax, "")
    ax.set_xlabel("error, t CO₂e/ha")
    ax.set_ylabel("comparisons")
    ax.yaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]


def _bias(rows: Sequence[CombinationRow]) -> Drawing:
    """Draw the bias of each study, ranked, with the mean, its interval, and what it is held against."""
    tallest = max(min(len(row.result.studies), _MOST_STUDIES) for row in rows)
    figure, axes = panels(len(rows), min(2, len(rows)), 0.85 + 0.19 * (tallest + 1), shared=False)
    told = []
    for ax, row in zip(axes, rows, strict=True):
        studies, gate = row.result.studies[:_MOST_STUDIES], row.result.bias
        margin = gate.pooled_measurement_uncertainty_t_co2e_per_ha
        if margin is not None:
            ax.axvspan(-margin, margin, color=LAND, zorder=0, label="within the PMU")
        ax.axvline(0, color=INK, linewidth=0.7, zorder=1)
        for place, study in enumerate(studies):
            ax.hlines(place, 0, study.bias_t_co2e_per_ha, color=RULE, linewidth=1.4, zorder=1.5)
        ax.plot(
            [study.bias_t_co2e_per_ha for study in studies],
            range(len(studies)),
            linestyle="none",
            marker="o",
            color=PROJECT,
            markersize=4.2,
            zorder=3,
            label="study (comparisons)",
        )
        foot, mean = len(studies), gate.mean_bias_t_co2e_per_ha
        low, high = gate.bias_low_t_co2e_per_ha, gate.bias_high_t_co2e_per_ha
        ax.plot(
            [mean if low is None else low, mean if high is None else high],
            [foot, foot],
            color=CONTROL,
            linewidth=1.6,
            zorder=2,
        )
        ax.plot(
            mean, foot, "D", color=CONTROL, markersize=5, zorder=3, label="mean of studies, 90 % interval"
        )
        ax.set_yticks(
            range(foot + 1),
            [*(f"{short(s.study)} ({s.comparisons})" for s in studies), "mean"],
            fontsize=7,
        )
        ax.set_ylim(foot + 0.6, -0.6)
        _dress(ax, f"{row.letter} · {row.result.practice_category}", grid="x")
        ax.set_xlabel("modelled less measured, t CO₂e/ha")
        rest = len(row.result.studies) - len(studies)
        told.append(
            f"{row.letter}: mean bias {number(mean)}, PMU {'not known' if margin is None else number(margin)}; "
            + ", ".join(f"{s.study} {fixed(s.bias_t_co2e_per_ha, 2)}" for s in studies)
            + (f" and {rest} smaller" if rest else "")
        )
    _legend(figure, axes)
    return Drawing(figure, "bias", "Bias by study, largest first", "; ".join(told))


def _legend(figure: Figure, axes: Sequence[Axes]) -> None:
    """Put one legend for all panels above them."""
    found = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        list(found.values()), list(found), loc="outside upper left", ncols=4, frameon=False, fontsize=8
    )


def _chance(report: ValidationReport) -> Drawing:
    """Draw how often a right model passes the coverage gate, by the number of comparisons."""
    figure, (ax,) = panels(1, 1, 2.3)
    ax.step(
        [number for number, _ in report.chances],
        [100 * chance for _, chance in report.chances],
        where="mid",
        color=SOFT,
        linewidth=1,
        label="a right model passes",
    )
    shown = [row for row in report.combinations if row.result.chance_right_model_passes is not None]
    last = report.chances[-1][0]
    for row in shown:
        chance = row.result.chance_right_model_passes
        if chance is not None and row.result.comparisons <= last:
            ax.plot(row.result.comparisons, 100 * chance, "o", color=CONTROL, markersize=5.5)
            ax.annotate(
                row.letter,
                (row.result.comparisons, 100 * chance),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                fontweight="bold",
            )
    ax.set_ylim(0, 105)
    ax.set_xlim(0, last + 1)
    ax.set_xlabel("comparisons")
    ax.set_ylabel("%")
    _dress(ax, "")
    told = "; ".join(
        f"{row.letter}: {row.result.comparisons} comparisons, "
        f"{fixed(100 * (row.result.chance_right_model_passes or 0), 0)} %"
        for row in shown
    )
    return Drawing(
        figure,
        "gate-chance",
        "How often a right model passes the coverage gate, by number of comparisons",
        told,
    )


def _dress(ax: Axes, title: str, grid: str = "y") -> None:
    ax.set_title(short(title))
    ax.grid(True, axis="x" if grid == "x" else "y", color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.margins(_ROOM)
