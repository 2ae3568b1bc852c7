"""The figures of the model validation report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mollisol.methodology.validation import Comparison
from mollisol.templates import drawing as draw
from mollisol.templates.filters import fixed, number
from mollisol.templates.validation_report.model import CombinationRow, ValidationReport

_MOST_PANELS: Final = 6
_MOST_STUDIES: Final = 25
_MANY: Final = 80


def draw_figures(report: ValidationReport) -> dict[str, draw.Drawing]:
    """Draw every figure, by name."""
    rows = sorted(report.combinations, key=lambda row: -row.result.comparisons)[:_MOST_PANELS]
    rows.sort(key=lambda row: report.combinations.index(row))
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
        spans = [(item, _interval(row, item)) for item in items]
        ax.segments(
            [
                ((i.modelled_t_co2e_per_ha, own[0]), (i.modelled_t_co2e_per_ha, own[1]))
                for i, own in spans
                if own
            ],
            colour=draw.RULE,
            width=0.5 if many else 1.6,
            opacity=0.6 if many else 1.0,
            order=1,
        )
        sides: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for item, own in spans:
            inside = own is None or own[0] <= item.observed_t_co2e_per_ha <= own[1]
            sides[inside].append((item.modelled_t_co2e_per_ha, item.observed_t_co2e_per_ha))
        for inside, colour, marker, label in (
            (True, draw.PROJECT, "o", "inside its 90 % interval"),
            (False, draw.CONTROL, "s", "outside it"),
        ):
            fill = colour if inside else "#fff"
            size = 2.6 if many else 4.2
            ax.marks(sides[inside], marker, size, colour=colour, fill=fill, label=label)
        first, last = items[0].modelled_t_co2e_per_ha, items[-1].modelled_t_co2e_per_ha
        ends = (first, last) if first < last else (first - 1, first + 1)
        ax.lines([[(end, end) for end in ends]], colour=draw.INK, width=0.8, dash=(3.2, 1.6), label="1 : 1")
        _dress(ax, _title(row), "modelled, t CO₂e/ha")
        told.append(
            f"{row.letter}: {len(items)} comparisons, {len(sides[False])} outside their 90 % interval"
        )
    axes[0].y.title = "measured, t CO₂e/ha"
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
            ax.across("y", 0, colour=draw.INK, width=0.7, order=0.5)
            ax.across("y", mean, colour=draw.CONTROL, width=0.9, dash=(3.6, 1.8), order=0.6)
            places = list(zip(along, errors, strict=True))
            ax.marks(places, "o", size, colour=draw.PROJECT, opacity=0.75)
            _dress(ax, title, label)
        first.y.title = "error, t CO₂e/ha"
        _histogram(third, errors, row)
        ends = f"{number(min(errors))} to {number(max(errors))}"
        told.append(f"{row.letter}: errors from {ends}, mean {number(mean)}")
    draw.explain_marks(figure, axes)
    title = "Errors, modelled less measured, against modelled effect and duration, and how they are spread"
    return draw.Drawing(figure, "residuals", title, "; ".join(told))


def _histogram(ax: draw.Panel, errors: Sequence[float], row: CombinationRow) -> None:
    """Draw the distribution of the errors and the normal of their mean and variance."""
    bins = max(5, min(24, round(math.sqrt(len(errors))) + 1))
    low, wide = min(errors), (max(errors) - min(errors) or 1.0) / bins
    counts = [0] * bins
    for error in errors:
        counts[min(bins - 1, int((error - low) / wide))] += 1
    bars = [(low + n * wide, low + (n + 1) * wide, count) for n, count in enumerate(counts) if count]
    ax.areas(
        [[(left, 0), (left, count), (right, count), (right, 0)] for left, right, count in bars],
        colour=draw.PROJECT,
        edge="#fff",
    )
    variance = row.result.model_variance
    if variance:
        mean, sd = sum(errors) / len(errors), math.sqrt(variance)
        along = [mean + sd * (step / 20 - 3) for step in range(121)]
        scale = len(errors) * wide / (sd * math.sqrt(2 * math.pi))
        normal = [(x, scale * math.exp(-0.5 * ((x - mean) / sd) ** 2)) for x in along]
        ax.lines([normal], colour=draw.CONTROL, width=1.1, label="normal of their mean and variance")
    draw.mark_zero(ax)
    _dress(ax, "", "error, t CO₂e/ha")
    ax.y.title, ax.y.limits[0], ax.y.whole = "comparisons", 0.0, True


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
            ax.band(-margin, margin, colour=draw.LAND, order=0, label="within the PMU")
        draw.mark_zero(ax)
        biases = [(study.bias_t_co2e_per_ha, place) for place, study in enumerate(studies)]
        ax.segments([((0, place), (bias, place)) for bias, place in biases], colour=draw.RULE, width=1.4)
        ax.marks(biases, "o", 4.2, colour=draw.PROJECT, label="study (comparisons)")
        foot, mean = len(studies), gate.mean_bias_t_co2e_per_ha
        low, high = gate.bias_low_t_co2e_per_ha, gate.bias_high_t_co2e_per_ha
        ends = [(mean if low is None else low, foot), (mean if high is None else high, foot)]
        ax.lines([ends], colour=draw.CONTROL, width=1.6)
        ax.marks([(mean, foot)], "D", 5, colour=draw.CONTROL, label="mean of studies, 90 % interval")
        draw.name_rows(
            ax, [*(f"{draw.short(study.study)} ({study.comparisons})" for study in studies), "mean"]
        )
        _dress(ax, _title(row), "modelled less measured, t CO₂e/ha", grid="x")
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
    steps = [
        (count + side, 100 * chance)
        for count, chance in zip(counts, chances, strict=True)
        for side in (-0.5, 0.5)
    ]
    ax.lines([steps], colour=draw.SOFT)
    told = []
    for row in report.combinations:
        count, chance = row.result.comparisons, row.result.chance_right_model_passes
        if chance is None:
            continue
        told.append(f"{row.letter}: {count} comparisons, {fixed(100 * chance, 0)} %")
        if count <= counts[-1]:
            ax.marks([(count, 100 * chance)], "o", 5.5, colour=draw.CONTROL)
            ax.note(row.letter, (count, 100 * chance), (0, 6), side="middle", size=8, bold=True)
    ax.y.limits, ax.x.limits = [0.0, 105.0], [0.0, counts[-1] + 1.0]
    ax.y.title = "%"
    _dress(ax, "", "comparisons")
    title = "How often a right model passes the coverage gate, by number of comparisons"
    return draw.Drawing(figure, "gate-chance", title, "; ".join(told))


def _title(row: CombinationRow) -> str:
    return f"{row.letter} · {row.result.practice_category}"


def _dress(ax: draw.Panel, title: str, along: str, grid: str = "y") -> None:
    ax.title, ax.x.title, ax.grid = draw.short(title), along, grid
