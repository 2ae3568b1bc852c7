"""Contents of a group of cores that move by a factor, single values far from the rest, one amount added everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.likely_causes import likely_causes
from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.questions.grouped import Floats, Grouped, Places, middle
from mollisol.questions.pairs import Layers, Pairs, by_point, groupings

TO_SIGMA: Final = 1.4826
"""From the median of absolute deviations to a standard deviation: arithmetic of the normal distribution."""
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class _Limits:
    """From which factor on, in the logarithm, a group is told or refused, and what noise may do."""

    warns: float
    refuses: float
    errors: float
    fewest: float
    least_spread: float

    @classmethod
    def of(cls, context: Context) -> _Limits:
        number = context.rules.number
        return cls(
            warns=number("mollisol.ratio.warns"),
            refuses=number("mollisol.ratio.refuses"),
            errors=number("mollisol.ratio.errors"),
            fewest=number("mollisol.ratio.fewest"),
            least_spread=number("mollisol.ratio.least-spread"),
        )


def check_groups(context: Context, layers: Layers, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where the contents or densities of a group of cores moved by another factor than the rest."""
    limits = _Limits.of(context)
    spreads = context.rules.number("mollisol.single-value.spreads")
    points = pairs.by_point.keys
    ways = {
        way: (names, Grouped.by(of)) for way, (names, of) in groupings(context, layers, pairs, points).items()
    }
    for quantity, values in (("carbon", layers.content), ("density", layers.density)):
        one, other = values[pairs.before], values[pairs.after]
        whole = (one > 0) & (other > 0)
        moved = np.where(whole, np.log(np.where(whole, other, 1.0) / np.where(whole, one, 1.0)), 0.0)
        ratio = by_point(pairs, moved)
        ascending = np.argsort(ratio, kind="stable")
        center = middle(ratio)
        seen: set[bytes] = set()
        told = np.zeros(ratio.size, dtype=np.bool_)
        for way, (group_names, grouped) in ways.items():
            for name, own in _apart(group_names, grouped, ratio, ascending, center, limits, seen):
                told |= own
                yield _group(quantity, f"{way} {name}", ratio, own, pairs, limits)
        half = _step(np.unique(values)) / 2
        unsure = by_point(
            pairs, np.where(whole, half / np.maximum(one, half) + half / np.maximum(other, half), 0.0)
        )
        alone = _profiles_apart(ratio, center, unsure, limits, spreads)
        alone = alone[~told[alone]]
        if alone.size:
            names = [layers.names[points[place]] for place in alone.tolist()]
            own = np.zeros(ratio.size, dtype=np.bool_)
            own[alone[0]] = True
            worst = _group(
                quantity, f"point {names[0]}", ratio, own, pairs, replace(limits, refuses=float("inf"))
            )
            others = zip(names[1:SHOWN], np.exp(ratio[alone[1:SHOWN]]).tolist(), strict=True)
            found = "; ".join([worst.found, *(f"point {name} {factor:.3f}" for name, factor in others)])
            yield worst.model_copy(update={"found": found, "more": alone.size - 1})
        if quantity == "carbon" and ratio.size >= limits.fewest:
            error = max(float(ratio.std(ddof=1)), limits.least_spread) / np.sqrt(ratio.size)
            if abs(center) > max(limits.warns, limits.errors * error):
                everything = np.ones(ratio.size, dtype=np.bool_)
                yield _group(quantity, "all cores", ratio, everything, pairs, limits)


def _apart(
    names: Sequence[str],
    grouped: Grouped,
    ratio: Floats,
    ascending: Places,
    center: float,
    limits: _Limits,
    seen: set[bytes],
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each group that lies apart from the rest, once for the same points."""
    of, counts, medians = grouped.of, grouped.counts, grouped.medians(ratio, ascending)
    freedom = ratio.size - counts.size
    spread = float(np.sqrt(((ratio - medians[of]) ** 2).sum() / freedom)) if freedom > 0 else float("inf")
    spread = max(spread, limits.least_spread)
    # A group that is half of all pulls the middle of all half its way; others lie farther from the rest than that.
    asked = np.abs(medians - center) > limits.warns / 4
    asked &= np.minimum(counts, ratio.size - counts) >= limits.fewest
    called = {place: names[int(grouped.keys[place])] for place in np.flatnonzero(asked).tolist()}
    for place, name in sorted(called.items(), key=lambda item: item[1]):
        if not name:
            continue
        own = of == place
        key = min(own.tobytes(), (~own).tobytes())
        apart = abs(float(medians[place]) - middle(ratio[~own]))
        error = spread * float(np.sqrt(1 / counts[place] + 1 / (ratio.size - counts[place])))
        if apart > limits.warns and apart > limits.errors * error and key not in seen:
            seen.add(key)
            yield name, own


def _profiles_apart(
    ratio: Floats, center: float, unsure: Floats, limits: _Limits, spreads: float
) -> NDArray[np.intp]:
    """Return the points whose whole profile moved by another factor than the others scatter by, the farthest first.

    What the written digits leave ``unsure`` is taken off: whole grams hardly tell 2 from 3.
    """
    off = np.abs(ratio - center)
    spread = max(TO_SIGMA * middle(off), limits.least_spread)
    off = np.maximum(off - unsure, 0.0)
    far = np.flatnonzero(off > max(limits.refuses, spreads * spread))
    return far[np.argsort(-off[far], kind="stable")]


def _group(
    quantity: str,
    name: str,
    ratio: Floats,
    members: NDArray[np.bool_],
    pairs: Pairs,
    limits: _Limits,
) -> Finding:
    here, count = float(np.exp(np.median(ratio[members]))), int(members.sum())
    rest = "" if members.all() else f", elsewhere {float(np.exp(np.median(ratio[~members]))):.3f}"
    factor = here if members.all() else float(np.exp(np.median(ratio[members]) - np.median(ratio[~members])))
    column = "soc_g_per_kg" if quantity == "carbon" else "fine_soil_density_g_per_cm3"
    return finding(
        "group-moved-by-factor",
        Place(file=INCREMENTS, column=column, thing=name),
        f"{count} point{'s' if count > 1 else ''}, {pairs}: {quantity} of the later over the earlier {here:.3f}{rest}; "
        f"a factor of {factor:.3f}, {likely_causes(quantity, factor)}",
        severity=Severity.REFUSAL if abs(np.log(factor)) > limits.refuses else Severity.WARNING,
        warns=limits.warns,
        refuses=limits.refuses,
    )


def check_same_amount(context: Context, layers: Layers, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where every depth on both sides gained the same amount: a method does that, and no practice."""
    least = context.rules.number("mollisol.same-amount.least-share")
    alike = context.rules.number("mollisol.same-amount.spread")
    added = layers.content[pairs.after] - layers.content[pairs.before]
    inside = layers.on_project[pairs.before]
    deep = layers.upper[pairs.before] > 0
    parts = [added[(inside == side) & (deep == depth)] for side in (True, False) for depth in (True, False)]
    if min(part.size for part in parts) < context.rules.number("mollisol.ratio.fewest"):
        return
    means = np.array([part.mean() for part in parts])
    errors = np.array([part.std(ddof=1) / np.sqrt(part.size) for part in parts])
    middle = float(means.mean())
    level = float(layers.content[pairs.before].mean())
    clear = context.rules.number("mollisol.same-amount.errors")
    if (np.abs(means) <= clear * errors).any() or abs(middle) <= least * level:
        return
    if np.ptp(means) <= alike * abs(middle):
        project_deep, project_top, control_deep, control_top = means
        yield finding(
            "same-amount-everywhere",
            Place(file=INCREMENTS, column="soc_g_per_kg", thing=str(pairs)),
            f"{middle:+.2f} g/kg: project {project_top:+.2f} at the surface and {project_deep:+.2f} below, controls "
            f"{control_top:+.2f} and {control_deep:+.2f}",
            least=least,
            alike=alike,
        )


def check_single_values(context: Context, layers: Layers) -> Iterator[Finding]:
    """Yield a finding for values far from those of the same depth around them, and from their own other campaigns."""
    limit = _Limits.of(context)
    apart = float(np.log(context.rules.number("mollisol.single-value.factor")))
    spreads = context.rules.number("mollisol.single-value.spreads")
    homes, of_home = layers.homes, layers.home
    depth, depths = layers.by_depth.of, layers.by_depth.keys.size
    by_group = Grouped.by((of_home[layers.point] * depths + depth) * len(layers.campaigns) + layers.campaign)
    by_place = Grouped.by(layers.point.astype(np.int64) * depths + depth)
    cores = context.project.core_increments
    for column, quantity, values in (
        ("soc_g_per_kg", "carbon", layers.content),
        ("fine_soil_density_g_per_cm3", "density", layers.density),
    ):
        logs = np.log(np.maximum(values, 1e-6))
        ascending = layers.ascending[quantity]
        around, own = (
            logs - grouped.medians(logs, ascending)[grouped.of] for grouped in (by_group, by_place)
        )
        # Two campaigns have their middle between them: each lies off by half of what they are apart.
        limits = [
            max(apart, spreads * max(TO_SIGMA * middle(np.abs(off)), limit.least_spread))
            for off in (around, own * 2)
        ]
        # As far apart as the written digits say for sure: whole grams hardly tell 2 from 5.
        half, usual = _step(values[ascending]) / 2, np.exp(logs - around)
        high, low = np.maximum(values, usual), np.minimum(values, usual)
        sure = np.log(np.maximum(high - half, 1e-6) / np.maximum(low + half, 1e-6))
        far = (sure > limits[0]) & (by_group.counts[by_group.of] >= limit.fewest)
        far |= (np.abs(own) * 2 > limits[1]) & (sure > limits[1] / 2)
        rows = np.flatnonzero(far)
        if rows.size:
            rows = rows[np.argsort(-np.abs(around[rows]), kind="stable")]
            shown = [
                f"{_called(layers, row)}: {values[row]:g}, {np.exp(around[row]):.3g} times the middle of its depth in "
                f"{homes[of_home[layers.point[row]]]}"
                for row in rows[:SHOWN].tolist()
            ]
            worst = int(rows[0])
            yield finding(
                "value-far-from-neighbours",
                Place(
                    file=INCREMENTS,
                    row=int(cores.row_numbers[worst]),
                    column=column,
                    thing=_called(layers, worst),
                ),
                f"{'; '.join(shown)}; {likely_causes(quantity, float(np.exp(around[worst])))}",
                more=rows.size - 1,
                factor=float(np.exp(apart)),
            )


def _called(layers: Layers, row: int) -> str:
    return f"point {layers.names[layers.point[row]]}, campaign {layers.campaigns[layers.campaign[row]]}"


def _step(ascending: Floats) -> float:
    """Return the step in which values are written: the least that two of them lie apart."""
    gaps = np.diff(ascending)
    return float(gaps[gaps > 0].min(initial=np.inf)) if gaps.any() else 0.0
