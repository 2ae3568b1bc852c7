"""Looks for what came about in the laboratory or on the list: drift, batches, rows shifted, samples swapped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtrc, stdtr

from mollisol.audit.leads.grounds import LEAST_GROUP, Floats, Grounds, Places, Seen, some, strength
from mollisol.questions.pairs import Pairs, by_point, groupings

FEWEST_ROWS = 12
"""Points below which an order says nothing."""
LEAST_ERROR = 0.01
MOST_CANDIDATES = 300
"""Points that changed most and are looked at in pairs: who was exchanged changed much."""
CALM = 0.9
"""Share of the points whose changes say how much points change."""


def _moved(grounds: Grounds, pair: Pairs) -> tuple[Places, Floats, Places]:
    """Return the points of a pair in the order of their rows, the factors of change less those of their homes.

    Factors are logarithms, averaged over the depths; the third is the row of each in the later campaign.
    """
    layers = grounds.layers
    before, after = (np.maximum(layers.content[rows], 1e-6) for rows in (pair.before, pair.after))
    points, moved = pair.by_point.keys, by_point(pair, np.log(after / before))
    first = np.unique(layers.point[pair.after], return_index=True)[1]
    rows: Places = pair.after[first]
    order = np.argsort(rows, kind="stable")
    points, moved, rows = points[order], moved[order], rows[order]
    return points.astype(np.intp), moved - _means(moved, grounds.home_code[points]), rows


def _means(values: Floats, group: Places) -> Floats:
    means: Floats = (np.bincount(group, values) / np.maximum(np.bincount(group), 1))[group]
    return means


def drift(grounds: Grounds) -> Seen | None:
    """Return the campaign in which the change drifts most with the order of the rows."""
    best: tuple[float, Pairs, Places, Floats] | None = None
    looks = 0
    for pair in grounds.pairs:
        points, moved, _ = _moved(grounds, pair)
        homes = grounds.home_code[points]
        freedom = points.size - np.unique(homes).size - 1
        rank = np.arange(points.size, dtype=np.float64)
        rank -= _means(rank, homes)
        if points.size < FEWEST_ROWS or freedom < LEAST_GROUP or not rank.any():
            continue
        looks += 1
        slope = float(rank @ moved / (rank @ rank))
        error = float(np.sqrt(((moved - slope * rank) ** 2).sum() / freedom / (rank @ rank)))
        chance = 2 * float(stdtr(freedom, -abs(slope) / max(error, 1e-12)))
        if best is None or chance < best[0]:
            along = slope * (np.arange(points.size, dtype=np.float64) - (points.size - 1) / 2)
            best = chance, pair, points, along
    if best is None:
        return None
    chance, pair, points, along = best
    names = grounds.names(points)
    words = (
        f"from the first row to the last of campaign {pair.last} the change since {pair.first} drifts by "
        f"{np.exp(along[-1] - along[0]) - 1:+.1%}, strata and control sites taken each by itself"
    )
    effect = _scaled(grounds, pair, names, -along)
    where = (f"campaign {pair.last}", names[0], names[-1])
    return Seen(strength(chance, looks), words, where, looks, effect, "the drift were taken out")


def batches(grounds: Grounds) -> Seen | None:
    """Return the batches of a campaign between which the change differs most: methods, days, laboratory batches."""
    best: tuple[float, Pairs, str, Places, Floats, Places, list[str]] | None = None
    looks = 0
    for pair in grounds.pairs:
        points, moved, rows = _moved(grounds, pair)
        ways = groupings(grounds.context, grounds.layers, pair, points)
        asked = {
            way: [ways[way][0][number] for number in ways[way][1].tolist()]
            for way in ("laboratory method", "day of sampling")
            if way in ways
        }
        for way, labels in {**asked, **_laboratory_batches(grounds, rows)}.items():
            names, batch = np.unique(np.array(labels), return_inverse=True)
            homes = grounds.home_code[points]
            design = _columns(batch) - _home_means(_columns(batch), homes)
            rank = int(np.linalg.matrix_rank(design)) if names.size > 1 else 0
            freedom = points.size - np.unique(homes).size - rank
            if not rank or freedom < LEAST_GROUP:
                continue
            looks += 1
            fit = np.linalg.lstsq(design, moved, rcond=None)[0]
            fitted = design @ fit
            rest = max(float(((moved - fitted) ** 2).sum()), 1e-12)
            chance = float(fdtrc(rank, freedom, float(fitted @ fitted) / rank / (rest / freedom)))
            if best is None or chance < best[0]:
                best = (
                    chance,
                    pair,
                    way,
                    points,
                    fit[batch] - fit.mean(),
                    batch,
                    [str(name) for name in names],
                )
    if best is None:
        return None
    chance, pair, way, points, shift, batch, labels = best
    by_batch = {label: float(np.exp(shift[batch == n][0])) for n, label in enumerate(labels)}
    low, high = min(by_batch, key=by_batch.__getitem__), max(by_batch, key=by_batch.__getitem__)
    words = (
        f"by {way} the change from {pair.first} to {pair.last} differs: {high} reads "
        f"{by_batch[high] / by_batch[low]:.3f} times {low}, in the same strata and control sites"
    )
    effect = _scaled(grounds, pair, grounds.names(points), -shift)
    where = (f"campaign {pair.last}", high, low)
    return Seen(strength(chance, looks), words, where, looks, effect, "all batches read alike")


def _laboratory_batches(grounds: Grounds, rows: Places) -> dict[str, Sequence[str]]:
    """Return the batch of each sample that laboratory_repeats.csv names, empty for the others."""
    repeats = grounds.project.laboratory_repeats
    batch = dict(zip(repeats.column("sample").values(), repeats.column("batch").values(), strict=True))
    samples = grounds.project.core_increments.column("sample").values()
    labels = [str(batch.get(samples[row], "")) for row in rows.tolist()]
    return {"laboratory batch": labels} if all(labels) and len(set(labels)) > 1 else {}


def _columns(batch: Places) -> Floats:
    return np.eye(int(batch.max()) + 1)[batch]


def _home_means(columns: Floats, homes: Places) -> Floats:
    return np.column_stack([_means(columns[:, number], homes) for number in range(columns.shape[1])])


def _scaled(grounds: Grounds, pair: Pairs, names: Sequence[str], logs: Floats) -> float | None:
    """Return by how much the credit falls where the later stocks of points are scaled."""
    if pair.last not in grounds.credit.stocks:
        return None
    stocks = grounds.credit.stocks[pair.last].copy()
    stocks[grounds.places_of(names)] *= np.exp(logs)
    return grounds.credit.effect_t({pair.last: stocks})


def rows_shifted(grounds: Grounds) -> Seen | None:
    """Return the campaign whose values fit those of the earlier one better when shifted by a row."""
    best: tuple[float, str, tuple[str, ...]] | None = None
    looks = 0
    layers = grounds.layers
    for pair in grounds.pairs:
        for what, values in (("carbon", layers.content), ("density", layers.density)):
            logs = np.log(np.maximum(values, 1e-6))
            points = pair.by_point.keys
            one, other = (by_point(pair, logs[rows]) for rows in (pair.before, pair.after))
            _, first = np.unique(layers.point[pair.after], return_index=True)
            order = np.argsort(pair.after[first], kind="stable")
            one, other, points = one[order], other[order], points[order]
            if points.size < FEWEST_ROWS or min(np.unique(one).size, np.unique(other).size) < points.size / 2:
                continue  # what many points share says nothing of the row
            for shift in (1, -1):
                looks += 1
                own, moved = _misfit(one, other, 0), _misfit(one, other, shift)
                better = float(np.log10(max(own, 1e-9) / max(moved, 1e-9)))
                if best is None or better > best[0]:
                    words = (
                        f"{what} of campaign {pair.last} scatters by {own:.1%} around that of {pair.first} at its own "
                        f"point, and by {moved:.1%} around that of the point a row {'before' if shift > 0 else 'after'}"
                    )
                    best = better, words, (f"campaign {pair.last}", what)
    return None if best is None else Seen(best[0], best[1], best[2], looks)


def _misfit(one: Floats, other: Floats, shift: int) -> float:
    """Return the middle half of what lies between two rows of logarithms, as a standard deviation."""
    first, second = (one[: one.size - shift], other[shift:]) if shift >= 0 else (one[-shift:], other[:shift])
    low, high = np.quantile(second - first, [0.25, 0.75])
    return float(high - low) / 1.349


def repeats_shifted(grounds: Grounds) -> Seen | None:
    """Return the method whose second determinations fit the first ones better when shifted by a row."""
    repeats = grounds.project.laboratory_repeats
    best: tuple[float, str, tuple[str, ...]] | None = None
    looks = 0
    values = repeats.column("soc_g_per_kg").numbers()
    samples = repeats.column("sample").values()
    for (method,), rows in repeats.groups("laboratory_method").items():
        pairs: dict[str, list[float]] = {}
        for row in rows:
            if not np.isnan(values[row]):
                pairs.setdefault(samples[row], []).append(float(np.log(values[row])))
        twice = {sample: logs for sample, logs in pairs.items() if len(logs) > 1}
        if len(twice) < LEAST_GROUP:
            continue
        one, other = (np.array([logs[n] for logs in twice.values()]) for n in (0, 1))
        for shift in (1, -1):
            looks += 1
            own, moved = _misfit(one, other, 0), _misfit(one, other, shift)
            better = float(np.log10(max(own, 1e-9) / max(moved, 1e-9)))
            if best is None or better > best[0]:
                words = (
                    f"second determinations by {method} of {len(twice)} samples scatter by {own:.1%} around the first "
                    f"of their own sample, and by {moved:.1%} around that of the sample a row "
                    f"{'before' if shift > 0 else 'after'}"
                )
                best = better, words, (f"method {method}", *list(twice)[:3])
    return None if best is None else Seen(best[0], best[1], best[2], looks)


def swapped(grounds: Grounds) -> Seen | None:
    """Return the two points whose later samples fit the other one's earlier sample best, and not their own."""
    best: tuple[float, Pairs, tuple[str, ...]] | None = None
    looks = 0
    for pair in grounds.pairs:
        for points, one, other in _histories(grounds, pair):
            looks += points.size
            # what all points gained in common is no swap
            moved = other - one - np.median(other - one, axis=0)
            size = np.linalg.norm(moved / np.maximum(np.median(np.abs(moved), axis=0), LEAST_ERROR), axis=1)
            order = np.argsort(-size, kind="stable")[:MOST_CANDIDATES]
            calm = moved[size <= np.quantile(size, CALM)]
            error = calm.T @ calm / len(calm) + LEAST_ERROR**2 * np.eye(moved.shape[1])
            whiten = np.linalg.cholesky(np.linalg.inv(error))
            early, late = one[order] @ whiten, (one + moved)[order] @ whiten
            cross = late @ early.T
            own = np.diag(cross)
            gain = 2 * (cross + cross.T - own[:, None] - own)
            a, b = np.unravel_index(int(np.argmax(gain)), gain.shape)
            if best is None or gain[a, b] > best[0]:
                best = float(gain[a, b]), pair, grounds.names(points[order[[a, b]]])
    if best is None:
        return (
            None if not looks else Seen(0.0, "no two points fit each other better than themselves", (), looks)
        )
    gain, pair, names = best
    words = (
        f"in campaign {pair.last} the profile of {names[0]} is that of {names[1]} in {pair.first} and the reverse: "
        f"exchanged, the two fit better by {gain:.0f} squared errors"
    )
    effect = None
    if pair.last in grounds.credit.stocks:
        stocks = grounds.credit.stocks[pair.last].copy()
        places = grounds.places_of(names)
        stocks[places] = stocks[places[::-1]]
        effect = grounds.credit.effect_t({pair.last: stocks})
    return Seen(gain, words, names, looks, effect, f"{some(names)} were exchanged back in {pair.last}")


def _histories(grounds: Grounds, pair: Pairs) -> list[tuple[Places, Floats, Floats]]:
    """Return the points whose profiles have the same layers in both campaigns, and the logarithms of their carbon."""
    layers = grounds.layers
    order = np.lexsort((layers.upper[pair.before], layers.point[pair.before]))
    before, after = pair.before[order], pair.after[order]
    point = layers.point[before]
    starts = np.flatnonzero(np.r_[True, point[1:] != point[:-1]])
    counts = np.diff(np.r_[starts, point.size])
    found = []
    for number in np.unique(counts).tolist():
        first = starts[counts == number]
        at = first[:, None] + np.arange(number)
        if first.size >= LEAST_GROUP:
            one, other = (np.log(np.maximum(layers.content[rows[at]], 1e-6)) for rows in (before, after))
            found.append((point[first].astype(np.intp), one, other))
    return found
