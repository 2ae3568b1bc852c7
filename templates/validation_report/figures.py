"""The figures of the model validation report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from mollisol.methodology.validation import Comparison
from mollisol.templates import drawing as draw
from mollisol.templates.filters import fixed, number
from mollisol.templates.validation_report.model import CombinationRow, ValidationReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PANELS: Final = 6
_MOST_STUDIES: Final = 25
_MANY: Final = 80
_ROOM: Final = 0.06


def draw_figures(report: ValidationReport) -> dict[str, draw.Drawing]:
    """Draw every figure, by name."""
    rows = sorted(report.combinations, key=lambda row: -row.result.comparisons)[:_MOST_PANELS]
    rows.sort(key=lambda row: report.combinations.index(row))
    with draw.style():
        drawings = [_bias(rows), _modelled(rows), _residuals(rows), _chance(report)]
    return {drawing.name: drawing for drawing in drawings}


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


def _modelled(rows: Sequence[CombinationRow]) -> draw.Drawing:
    """Draw measured against modelled effects, with the interval that each measurement should lie in."""
    height = 3.3 if len(rows) > 1 else 3.9
    figure, axes = draw.panels(len(rows), min(3, len(rows)), height, shared=False)
    told = []
    for ax, row in zip(axes, rows, strict=True):
        items = sorted(row.comparisons, key=lambda item: item.modelled_t_co2e_per_ha)
        many = len(items) > _MANY
        width, alpha = (0.5, 0.6) if many else (1.6, 1.0)
        sides: dict[bool, list[Comparison]] = {True: [], False: []}
        for item in items:
            span = _interval(row, item)
            sides[span is None or span[0] <= item.observed_t_co2e_per_ha <= span[1]].append(item)
            if span is not None:
                ax.vlines(
                    item.modelled_t_co2e_per_ha,
                    *span,
                    color=draw.RULE,
                    linewidth=width,
                    alpha=alpha,
                    zorder=1,
                )
        for inside, colour, marker, label in (
            (True, draw.PROJECT, "o", "inside its 90 % interval"),
            (False, draw.CONTROL, "s", "outside it"),
        ):
            x = [item.modelled_t_co2e_per_ha for item in sides[inside]]
            y = [item.observed_t_co2e_per_ha for item in sides[inside]]
            face = colour if inside else "white"
            look = {"markerfacecolor": face, "markeredgewidth": 0.9, "label": label, "zorder": 3}
            draw.mark(ax, x, y, marker, 2.6 if many else 4.2, colour, **look)
        first, last = items[0].modelled_t_co2e_per_ha, items[-1].modelled_t_co2e_per_ha
        ends = (first, last) if first < last else (first - 1, first + 1)
        ax.plot(ends, ends, color=draw.INK, linewidth=0.8, linestyle=(0, (4, 2)), label="1 : 1", zorder=2)
        _dress(ax, _title(row))
        ax.set_xlabel("modelled, t CO₂e/ha")
        told.append(
            f"{row.letter}: {len(items)} comparisons, {len(sides[False])} outside their 90 % interval"
        )
    axes[0].set_ylabel("measured, t CO₂e/ha")
    draw.explain_marks(figure, axes, 4)
    title = "Measured against modelled effects with 90 % intervals"
    return draw.Drawing(figure, "measured-modelled", title, "; ".join(told))


def _residuals(rows: Sequence[CombinationRow]) -> draw.Drawing:
    """Draw the errors against the modelled effect and against the duration, and their distribution."""
    figure, axes = draw.panels(3 * len(rows), 3, 2.1, shared=False)
    told = []
    for place, row in enumerate(rows):
        errors = [item.error_t_co2e_per_ha for item in row.comparisons]
        mean = sum(errors) / len(errors)
        size = 2.4 if len(errors) > _MANY else 3.8
        first, second, third = axes[3 * place : 3 * place + 3]
        for ax, along, title, label in (
            (first, [i.modelled_t_co2e_per_ha for i in row.comparisons], _title(row), "modelled, t CO₂e/ha"),
            (second, [item.duration_years for item in row.comparisons], "", "duration, years"),
        ):
            ax.axhline(0, color=draw.INK, linewidth=0.7, zorder=0.5)
            ax.axhline(mean, color=draw.CONTROL, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0.6)
            draw.mark(ax, along, errors, "o", size, draw.PROJECT, alpha=0.75)
            _dress(ax, title)
            ax.set_xlabel(label)
        first.set_ylabel("error, t CO₂e/ha")
        _histogram(third, errors, row)
        ends = f"{number(min(errors))} to {number(max(errors))}"
        told.append(f"{row.letter}: errors from {ends}, mean {number(mean)}")
    title = "Errors, modelled less measured, against modelled effect and duration, and how they are spread"
    return draw.Drawing(figure, "residuals", title, "; ".join(told))


def _histogram(ax: Axes, errors: Sequence[float], row: CombinationRow) -> None:
    """Draw the distribution of the errors and the normal of their mean and variance."""
    bins = max(5, min(24, round(math.sqrt(len(errors))) + 1))
    _, edges, _ = ax.hist(errors, bins=bins, color=draw.PROJECT, edgecolor="white", linewidth=0.6)
    variance = row.result.model_variance
    if variance:
        mean, sd = sum(errors) / len(errors), math.sqrt(variance)
        area = len(errors) * float(edges[1] - edges[0])
        along = [mean + sd * (step / 20 - 3) for step in range(121)]
        normal = [
            area * math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi)) for x in along
        ]
        ax.plot(along, normal, color=draw.CONTROL, linewidth=1.1, label="normal")
        ax.legend(frameon=False, fontsize=7)
    ax.axvline(0, color=draw.INK, linewidth=0.7)
    _dress(ax, "")
    ax.set_xlabel("error, t CO₂e/ha")
    ax.set_ylabel("comparisons")
    ax.yaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]


def _bias(rows: Sequence[CombinationRow]) -> draw.Drawing:
    """Draw the bias of each study, ranked, with the mean, its interval, and what it is held against."""
    tallest = max(min(len(row.result.studies), _MOST_STUDIES) for row in rows)
    height = 0.85 + 0.19 * (tallest + 1)
    figure, axes = draw.panels(len(rows), min(2, len(rows)), height, shared=False)
    told = []
    for ax, row in zip(axes, rows, strict=True):
        studies, gate = row.result.studies[:_MOST_STUDIES], row.result.bias
        margin = gate.pooled_measurement_uncertainty_t_co2e_per_ha
        if margin is not None:
            ax.axvspan(-margin, margin, color=draw.LAND, zorder=0, label="within the PMU")
        ax.axvline(0, color=draw.INK, linewidth=0.7, zorder=1)
        biases, places = [study.bias_t_co2e_per_ha for study in studies], range(len(studies))
        for place, bias in enumerate(biases):
            ax.hlines(place, 0, bias, color=draw.RULE, linewidth=1.4, zorder=1.5)
        draw.mark(ax, biases, places, "o", 4.2, draw.PROJECT, zorder=3, label="study (comparisons)")
        foot, mean = len(studies), gate.mean_bias_t_co2e_per_ha
        low, high = gate.bias_low_t_co2e_per_ha, gate.bias_high_t_co2e_per_ha
        ends = [mean if low is None else low, mean if high is None else high]
        ax.plot(ends, [foot, foot], color=draw.CONTROL, linewidth=1.6, zorder=2)
        label = "mean of studies, 90 % interval"
        ax.plot(mean, foot, "D", color=draw.CONTROL, markersize=5, zorder=3, label=label)
        names = [f"{draw.short(study.study)} ({study.comparisons})" for study in studies]
        ax.set_yticks(range(foot + 1), [*names, "mean"], fontsize=7)
        ax.set_ylim(foot + 0.6, -0.6)
        _dress(ax, _title(row), grid="x")
        ax.set_xlabel("modelled less measured, t CO₂e/ha")
        rest = len(row.result.studies) - len(studies)
        told.append(
            f"{row.letter}: mean bias {number(mean)}, PMU {'not known' if margin is None else number(margin)}; "
            + ", ".join(f"{s.study} {fixed(s.bias_t_co2e_per_ha, 2)}" for s in studies)
            + (f" and {rest} smaller" if rest else "")
        )
    draw.explain_marks(figure, axes, 4)
    return draw.Drawing(figure, "bias", "Bias by study, largest first", "; ".join(told))


def _chance(report: ValidationReport) -> draw.Drawing:
    """Draw how often a right model passes the coverage gate, by the number of comparisons."""
    figure, (ax,) = draw.panels(1, 1, 2.3)
    counts, chances = zip(*report.chances, strict=True)
    percent = [100 * chance for chance in chances]
    ax.step(counts, percent, where="mid", color=draw.SOFT, linewidth=1, label="a right model passes")
    told = []
    for row in report.combinations:
        count, chance = row.result.comparisons, row.result.chance_right_model_passes
        if chance is None:
            continue
        told.append(f"{row.letter}: {count} comparisons, {fixed(100 * chance, 0)} %")
        if count <= counts[-1]:
            ax.plot(count, 100 * chance, "o", color=draw.CONTROL, markersize=5.5)
            look = {"ha": "center", "fontsize": 8, "fontweight": "bold"}
            draw.note(ax, row.letter, (count, 100 * chance), (0, 6), **look)
    ax.set_ylim(0, 105)
    ax.set_xlim(0, counts[-1] + 1)
    ax.set_xlabel("comparisons")
    ax.set_ylabel("%")
    _dress(ax, "")
    title = "How often a right model passes the coverage gate, by number of comparisons"
    return draw.Drawing(figure, "gate-chance", title, "; ".join(told))


def _title(row: CombinationRow) -> str:
    return f"{row.letter} · {row.result.practice_category}"


def _dress(ax: Axes, title: str, grid: Literal["x", "y"] = "y") -> None:
    ax.set_title(draw.short(title))
    draw.rule(ax, grid)
    ax.margins(_ROOM)
