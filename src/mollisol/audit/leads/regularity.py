"""Looks for values that are too regular: last digits, spreads, ratios between depths, profiles nearly alike."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import chdtrc

from mollisol.audit.leads.grounds import (
    LEAST_GROUP,
    Floats,
    Grounds,
    Places,
    Seen,
    some,
    spreads,
    strength,
    upper_limit,
)

FEWEST_DIGITS = 30
"""Values below which last digits say nothing."""
STEPS = 4.0
"""Steps of the last digit that values of one depth scatter by at least, so that all ten digits are about as likely."""
WRITTEN = 0.05
"""Share of the values that are written with the last digit that is looked at."""
NEIGHBOURS = 6
_ROUNDING = 1 / np.sqrt(12)
"""Standard deviation of what is rounded off, in steps."""
_COLUMNS = (
    ("soc_g_per_kg", "carbon"),
    ("fine_soil_density_g_per_cm3", "density"),
    ("fine_soil_mass_g", "mass"),
)


def last_digits(grounds: Grounds) -> Seen | None:
    """Return the column, campaign and method whose last digits are farthest from all ten alike."""
    best: tuple[float, str, tuple[str, ...]] | None = None
    looks = 0
    for column, what, name, values, depth in _written(grounds):
        step = _step(values)
        within = np.sqrt(np.mean([values[depth == one].var() for one in np.unique(depth)]))
        if np.unique(values).size < FEWEST_DIGITS / 2 or values.size < FEWEST_DIGITS or within < STEPS * step:
            continue
        looks += 1
        digits = np.bincount(np.rint(values / step).astype(np.int64) % 10, minlength=10)
        expected = values.size / 10
        chance = float(chdtrc(9, ((digits - expected) ** 2 / expected).sum()))
        if best is None or chance < best[0]:
            often = np.argsort(-digits, kind="stable")[:2]
            words = (
                f"of {values.size} last digits of {what} (steps of {step:g}) in {name}, "
                + " and ".join(f"{digits[digit]} are {digit}" for digit in often.tolist())
                + f", where {expected:.1f} of each are expected"
            )
            best = chance, words, (column, name)
    if best is None:
        return None
    return Seen(strength(best[0], looks), best[1], best[2], looks)


def digits_too_many(grounds: Grounds) -> Seen | None:
    """Return the column, campaign and method that is written finest beside what a laboratory can repeat."""
    methods = {method.id: method for method in grounds.project.head.laboratory_methods}
    best: tuple[float, str, tuple[str, ...]] | None = None
    looks = 0
    for column, what, name, values, _ in _written(grounds):
        step, method = _step(values), methods[name.rsplit("method ", 1)[1]]
        declared = method.repeat_relative_sd if what == "carbon" else method.soil_mass_repeat_relative_sd
        repeat = max(declared, grounds.scatter) * float(np.median(values))
        looks += 1
        finer = float(np.log10(repeat / step))
        if values.size >= LEAST_GROUP and (best is None or finer > best[0]):
            words = f"{what} in {name} is written in steps of {step:g}, where two determinations lie {repeat:.2g} apart"
            best = finer, words, (column, name)
    return None if best is None else Seen(best[0], best[1], best[2], looks)


def _written(grounds: Grounds) -> list[tuple[str, str, str, Floats, Places]]:
    """Return column, what it is, campaign and method, values and depths of each group of one campaign and method."""
    cores = grounds.project.core_increments
    found = []
    for (campaign, method), rows in cores.groups("campaign", "laboratory_method").items():
        for column, what in _COLUMNS:
            values = cores.column(column).numbers()[rows]
            there = ~np.isnan(values) & (values > 0)
            if there.any():
                name = f"campaign {campaign}, method {method}"
                found.append((column, what, name, values[there], grounds.depth[rows][there]))
    return found


def _step(values: Floats) -> float:
    """Return the finest step that more than a few of the values need."""
    for step in (10.0, 1.0, 0.1, 0.01, 0.001, 0.0001):
        finer = np.abs(values / step - np.rint(values / step)) > 1e-6
        if finer.mean() <= WRITTEN:
            return step
    return 1e-5


def contents_even(grounds: Grounds) -> Seen | None:
    """Return the group and depth at which contents differ least between points."""
    return _even(grounds, np.log(np.maximum(grounds.layers.content, 1e-6)), "carbon")


def densities_even(grounds: Grounds) -> Seen | None:
    """Return the group and depth at which densities differ least between points."""
    return _even(grounds, np.log(np.maximum(grounds.layers.density, 1e-6)), "density")


def _even(grounds: Grounds, logs: Floats, what: str) -> Seen | None:
    layers = grounds.layers
    depths = grounds.depth.max() + 1 if len(grounds.depth) else 1
    cells = (
        grounds.group_code[layers.point] * len(layers.campaigns) + layers.campaign
    ) * depths + grounds.depth
    which, counts, spread = spreads(logs, cells)
    if not which.size:
        return None
    limit = upper_limit(spread, counts)
    best = int(np.argmin(limit))
    row = int(np.flatnonzero(cells == which[best])[0])
    group = grounds.group[layers.point[row]]
    campaign = layers.campaigns[layers.campaign[row]]
    words = (
        f"{what} from {layers.upper[row]:g} cm differs by {spread[best]:.1%} between {counts[best]} points of {group} "
        f"in campaign {campaign}"
    )
    return _of_group(grounds, limit[best], words, (group, f"campaign {campaign}"), which.size)


def depth_ratios(grounds: Grounds) -> Seen | None:
    """Return the group whose contents at depth are most nearly one fraction of those of the first layer."""
    found: list[tuple[float, str, tuple[str, ...]]] = []
    for profiles in grounds.profiles:
        cells = grounds.group_code[profiles.point] * len(grounds.layers.campaigns) + profiles.campaign
        logs = np.log(np.maximum(profiles.content, 1e-6))
        for layer in range(1, logs.shape[1]):
            ratio = logs[:, layer] - logs[:, 0]
            which, counts, spread = spreads(ratio, cells)
            for cell, count, sd, limit in zip(
                which, counts, spread, upper_limit(spread, counts), strict=True
            ):
                row = int(np.flatnonzero(cells == cell)[0])
                group = grounds.group[profiles.point[row]]
                campaign = grounds.layers.campaigns[profiles.campaign[row]]
                words = (
                    f"carbon from {profiles.upper[row, layer]:g} cm is "
                    f"{np.exp(ratio[cells == cell].mean()):.3g} of the first layer at {count} points of {group} in "
                    f"campaign {campaign}, give or take {sd:.1%}"
                )
                found.append((float(limit), words, (group, f"campaign {campaign}")))
    if not found:
        return None
    limit, words, places = min(found)
    return _of_group(grounds, limit, words, places, len(found))


def changes_even(grounds: Grounds) -> Seen | None:
    """Return the group and depth at which the factors of change scatter least."""
    layers = grounds.layers
    found: list[tuple[float, str, tuple[str, ...]]] = []
    for pair in grounds.pairs:
        before, after = (np.maximum(layers.content[rows], 1e-6) for rows in (pair.before, pair.after))
        moved, point = np.log(after / before), layers.point[pair.before]
        cells = grounds.group_code[point] * (grounds.depth.max() + 1) + grounds.depth[pair.before]
        which, counts, spread = spreads(moved, cells)
        for cell, count, sd, limit in zip(which, counts, spread, upper_limit(spread, counts), strict=True):
            row = int(np.flatnonzero(cells == cell)[0])
            group = grounds.group[point[row]]
            words = (
                f"carbon from {layers.upper[pair.before[row]]:g} cm went up by the factor "
                f"{np.exp(moved[cells == cell].mean()):.3f} at {count} points of {group}, {pair}, give or take {sd:.1%}"
            )
            found.append((float(limit), words, (group, f"campaign {pair.last}")))
    if not found:
        return None
    limit, words, places = min(found)
    return _of_group(grounds, limit, words, places, len(found))


def _of_group(grounds: Grounds, limit: float, words: str, places: tuple[str, ...], looks: int) -> Seen:
    hangs = grounds.hangs_t(places[0])
    effect = (
        "the mean change of this stratum were that of its control sites, deduction apart" if hangs else ""
    )
    return Seen(float(-np.log10(max(limit, 1e-6))), words, places, looks, hangs if effect else None, effect)


def profiles_alike(grounds: Grounds) -> Seen | None:
    """Return the two samples of different points that are nearest to each other in all their numbers.

    Near is beside how near samples mostly are: in d dimensions the share of samples with a neighbour within a part
    of the median distance falls with the d-th power of that part.
    """
    best: tuple[float, str, tuple[str, ...]] | None = None
    looks = 0
    for profiles in grounds.profiles:
        logs = np.log(np.maximum(np.hstack([profiles.content, profiles.density]), 1e-6))
        keep = np.flatnonzero(np.isfinite(logs).all(axis=1))
        if keep.size < LEAST_GROUP:
            continue
        logs, point = logs[keep], profiles.point[keep]
        distance, neighbour = cKDTree(logs).query(logs, k=min(NEIGHBOURS, keep.size))
        other = point[neighbour] != point[:, None]
        # as far as rounding lets anybody see
        steps = np.array([_step(column[keep]) for column in profiles.content.T])
        blur = (_ROUNDING * steps / np.maximum(profiles.content[keep], steps)) ** 2
        distance = np.sqrt(np.where(other, distance, np.inf) ** 2 + 2 * blur.sum(axis=1)[:, None])
        place = np.argmin(distance, axis=1)
        nearest = distance[np.arange(keep.size), place]
        median = float(np.median(nearest[np.isfinite(nearest)])) if np.isfinite(nearest).any() else 0.0
        looks += keep.size
        if median <= 0:
            continue
        one = int(np.argmin(nearest))
        chance = float(np.log(2) * (nearest[one] / median) ** profiles.content.shape[1])
        if best is None or chance < best[0]:
            two = int(neighbour[one, place[one]])
            apart = float(nearest[one]) / np.sqrt(logs.shape[1])
            samples = tuple(
                f"point {grounds.layers.names[point[n]]} in {grounds.layers.campaigns[profiles.campaign[keep[n]]]}"
                for n in (one, two)
            )
            words = f"{' and '.join(samples)} differ by {apart:.2%} on average over {logs.shape[1]} numbers"
            best = chance, words, grounds.names([point[one], point[two]])
    if best is None:
        return None
    chance, words, names = best
    fall = grounds.credit.effect_t(out=grounds.places_of(names[:1]))
    effect = f"point {some(names[:1])} were left out" if fall is not None else ""
    return Seen(strength(chance, looks), words, names, looks, fall, effect)
