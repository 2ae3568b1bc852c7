"""Copies and regularity: results that cannot have been measured twice, changes that do not scatter as soil does.

Each question takes how often equal values come about by chance, from the digits that a laboratory reports and the least
scatter of two determinations, and tells only what chance would bring once in very many projects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, pdtrc

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import CoreIncrement
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

type _Floats = NDArray[np.float64]
type _Places = NDArray[np.intp]

_SOC, _DENSITY, _MASS = "soc_g_per_kg", "fine_soil_density_g_per_cm3", "fine_soil_mass_g"
_GROUPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Limits:
    """Least relative scatter of two determinations, the chance that is told, and the fewest values that show one."""

    scatter: float
    chance: float
    fewest: float


@dataclass(frozen=True, slots=True)
class Profiles:
    """Samples with the same number of layers: one row a sample, one column a layer from the top down."""

    rows: NDArray[np.int64]
    point: NDArray[np.object_]
    campaign: NDArray[np.object_]
    upper: _Floats
    soc: _Floats
    mass: _Floats
    soc_chance: _Floats
    mass_chance: _Floats


def check_copies(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return profiles that stand twice, results carried over, and values that scatter less than soil can."""
    scatter = rules.number("mollisol.copies.least-scatter")
    chance = rules.number("mollisol.copies.chance")
    limits = _Limits(scatter, chance, rules.number("mollisol.copies.least-group"))
    groups = _groups(project)
    findings: list[Finding] = []
    told: dict[str, list[str]] = {}
    for profiles in profiles_of(project.core_increments, scatter):
        findings += gathered(_twice(profiles, chance))
        for code, words in (
            *_between_campaigns(profiles, groups, limits),
            *_within_campaigns(profiles, groups, limits),
        ):
            told.setdefault(code, []).append(words)
    return [*findings, *_one_each(told)]


def _one_each(words_by_code: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield one finding for each code: what a table shows in one group it often shows in all."""
    for code, words in words_by_code.items():
        shown = words[:_GROUPS_SHOWN]
        yield finding(code, Place(file=INCREMENTS), " | ".join(shown), more=len(words) - len(shown))


def _groups(project: Project) -> dict[str, frozenset[str]]:
    """Return the points of each stratum and of all control sites."""
    points = project.sample_points
    names = points.column("point").values()
    found = {
        f"stratum {stratum}": frozenset(names[place] for place in places)
        for (stratum,), places in points.groups("stratum").items()
        if stratum is not None
    }
    controls = frozenset(names[p] for p in np.flatnonzero(points.column("control_site").given()).tolist())
    return found | {"the control sites": controls}


def profiles_of(cores: Columns[CoreIncrement], scatter: float) -> Iterator[Profiles]:
    """Yield the samples by their number of layers, with the chance that a second determination gives the same."""
    if not len(cores):
        return
    order = cores.order("sample", "upper_cm")
    sample = cores.column("sample").codes[order]
    starts = np.flatnonzero(np.r_[True, sample[1:] != sample[:-1]])
    layers = np.diff(np.r_[starts, len(sample)])
    column = {name: cores.column(name).numbers()[order] for name in (_SOC, _DENSITY, _MASS, "upper_cm")}
    mass = np.where(np.isnan(column[_DENSITY]), column[_MASS], column[_DENSITY])
    point, campaign = (np.array(cores.column(n).values(), dtype=object)[order] for n in ("point", "campaign"))
    steps = [_steps(cores, column[name], order) for name in (_SOC, _DENSITY)]
    for number in np.unique(layers).tolist():
        first = starts[layers == number]
        at = first[:, None] + np.arange(number)
        soc, weight = column[_SOC][at], mass[at]
        yield Profiles(
            cores.row_numbers[order][first],
            point[first],
            campaign[first],
            column["upper_cm"][at],
            soc,
            weight,
            _chance_of_equal(soc, steps[0][at], scatter),
            _chance_of_equal(weight, steps[1][at], scatter),
        )


def _steps(cores: Columns[CoreIncrement], values: _Floats, order: _Places) -> _Floats:
    """Return for each value the step in which its laboratory wrote in its campaign."""
    campaign, method = (cores.column(name).codes[order] for name in ("campaign", "laboratory_method"))
    of = campaign.astype(np.int64) * (int(method.max()) + 1) + method
    steps = np.empty(len(values))
    for group in np.unique(of).tolist():
        steps[of == group] = _resolution(values[of == group])
    return steps


def _resolution(values: _Floats) -> float:
    """Return the step in which the values of a column are written: 10, 1, 0.1 and so on, or half of it."""
    given = values[~np.isnan(values)]
    for step in (10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001):
        if given.size and np.allclose(given / step, np.round(given / step), rtol=0, atol=1e-6):
            return step
    return 1e-4


def _chance_of_equal(values: _Floats, steps: _Floats, scatter: float) -> _Floats:
    """Return the chance that a second determination gives the same number.

    The difference of two has the least scatter times the square root of two; its density at zero times the step of
    the laboratory is the chance. A value that many rows share (a density per stratum, a limit of detection) proves as
    little as it is common.
    """
    chance = np.ones_like(values)
    given = ~np.isnan(values) & (values > 0)
    chance[given] = np.minimum(1.0, steps[given] / (np.sqrt(4 * np.pi) * scatter * values[given]))
    for layer in range(values.shape[1]):
        _, inverse, counts = np.unique(values[:, layer], return_inverse=True, return_counts=True)
        others = np.maximum(counts[inverse] - 2, 0) / len(values)
        chance[:, layer] = np.maximum(chance[:, layer], others)
    return chance


def _twice(profiles: Profiles, chance: float) -> Iterable[Finding]:
    """Return samples of different points that agree in every number: first whole histories, then single samples."""
    told: set[str] = set()
    for rows, values, odds in (*_histories(profiles), _single(profiles)):
        for pair in _agreeing(profiles.point[rows], values, odds, chance):
            one, other = sorted((rows[pair[0]], rows[pair[1]]), key=lambda row: profiles.rows[row])
            if profiles.point[other] not in told:
                told.add(str(profiles.point[other]))
                state = (
                    f"sample of point {profiles.point[other]} in {profiles.campaign[other]} and of point "
                    f"{profiles.point[one]} in {profiles.campaign[one]} agree exactly in all {values.shape[1]} numbers"
                )
                thing = f"point {profiles.point[other]}"
                where = Place(file=INCREMENTS, row=int(profiles.rows[other]), thing=thing)
                yield finding("profiles-identical", where, state)


type _Table = tuple[_Places, _Floats, _Floats]
"""Rows of the profiles, their numbers, and the chance of each to be equal."""


def _single(profiles: Profiles) -> _Table:
    values = np.hstack([profiles.soc, profiles.mass])
    return np.arange(len(values)), values, np.hstack([profiles.soc_chance, profiles.mass_chance])


def _histories(profiles: Profiles) -> Iterator[_Table]:
    """Yield all campaigns of each point side by side, where each point was sampled once in each."""
    _, values, odds = _single(profiles)
    order = np.lexsort([_codes(profiles.campaign), _codes(profiles.point)])
    names, counts = np.unique(_codes(profiles.point), return_counts=True)
    campaigns = len(set(profiles.campaign))
    if campaigns > 1 and len(names) > 1 and (counts == campaigns).all():
        rows = order.reshape(len(names), campaigns)
        yield rows[:, 0], values[rows].reshape(len(names), -1), odds[rows].reshape(len(names), -1)


def _codes(names: NDArray[np.object_]) -> NDArray[np.intp]:
    return np.unique(names.astype(str), return_inverse=True)[1]


def _agreeing(
    points: NDArray[np.object_], values: _Floats, odds: _Floats, chance: float
) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows of different points with the same numbers, where so many pairs are no chance.

    Pairs that agree in their first number are counted; what the other numbers add is taken from the odds.
    """
    _, first, sizes = np.unique(values[:, 0], return_inverse=True, return_counts=True)
    expected = float(np.sum((sizes[first] - 1) / 2 * odds[:, 1:].prod(axis=1)))
    _, group, members = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    same: dict[int, list[int]] = {}
    for row in np.flatnonzero(members[group] > 1).tolist():
        same.setdefault(int(group[row]), []).append(row)
    pairs = [(rows[0], row) for rows in same.values() for row in rows[1:] if points[row] != points[rows[0]]]
    if pairs and pdtrc(len(pairs) - 1, expected) < chance:
        yield from pairs


def _between_campaigns(
    profiles: Profiles, groups: Mapping[str, frozenset[str]], limits: _Limits
) -> Iterator[tuple[str, str]]:
    """Return groups of points whose results are those of an earlier campaign, or all moved alike."""
    places: dict[str, dict[str, int]] = {}
    for row, (campaign, point) in enumerate(zip(profiles.campaign, profiles.point, strict=True)):
        places.setdefault(campaign, {}).setdefault(point, row)
    for one, other in combinations(sorted(places), 2):
        for name, points in groups.items():
            both = sorted(points & places[one].keys() & places[other].keys())
            if not both:
                continue
            a = np.array([places[one][point] for point in both])
            b = np.array([places[other][point] for point in both])
            alike = (profiles.upper[a] == profiles.upper[b]).all(axis=1)
            a, b = a[alike], b[alike]
            where = f"{name}, campaigns {one} and {other}"
            if carried := [*_carried_over(profiles, a, b, limits.chance)]:
                yield "results-carried-over", f"{where}: {'; '.join(carried)}"
            if regular := [*_moved_alike(profiles, a, b, limits)]:
                yield "changes-too-regular", f"{where}: {'; '.join(regular)}"


def _carried_over(profiles: Profiles, a: _Places, b: _Places, chance: float) -> Iterator[str]:
    """Yield in words which points have the numbers of the earlier campaign again."""
    soc = profiles.soc[a] == profiles.soc[b]
    mass = profiles.mass[a] == profiles.mass[b]
    # a density that most points keep was not measured again, and says nothing of carbon
    kept = np.maximum(profiles.mass_chance[b], np.maximum(mass.sum(axis=0) - 1, 0) / max(1, len(a)))
    tests = [
        ("carbon and soil mass", (soc & mass).all(axis=1), (profiles.soc_chance[b] * kept).prod(axis=1)),
        ("carbon", soc.all(axis=1), profiles.soc_chance[b].prod(axis=1)),
        ("soil mass", mass.all(axis=1), profiles.mass_chance[b].prod(axis=1)),
    ]
    tests += [
        (
            f"carbon of the layer from {profiles.upper[b[0], layer]:g} cm",
            soc[:, layer],
            profiles.soc_chance[b, layer],
        )
        for layer in range(soc.shape[1] if len(a) else 0)
    ]
    told: set[int] = set()
    for what, equal, odds in tests:
        rows = np.flatnonzero(equal).tolist()
        if rows and not set(rows) <= told and pdtrc(len(rows) - 1, float(odds.sum())) < chance:
            told |= set(rows)
            names = _some([str(profiles.point[b[row]]) for row in rows])
            yield f"{what} exactly the same again in {len(rows)} of {len(a)} points: {names}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _moved_alike(profiles: Profiles, a: _Places, b: _Places, limits: _Limits) -> Iterator[str]:
    """Yield in words in which layers the carbon of all points changed by one amount or one factor."""
    for layer in range(profiles.soc.shape[1]):
        before, after = profiles.soc[a, layer], profiles.soc[b, layer]
        if (before == after).all():
            continue  # told as carried over where it is no chance
        level = float(np.sqrt(np.mean(after**2))) if len(a) else 0.0
        upper = f"from {profiles.upper[b[0], layer]:g} cm" if len(a) else ""
        if _too_even(after - before, np.sqrt(2) * limits.scatter * level, limits):
            yield f"carbon {upper} changed by the same amount, {np.mean(after - before):+.3g} g/kg, in {len(a)} points"
        elif (before > 0).all() and (after > 0).all():
            ratio = np.log(after / before)
            if _too_even(ratio, np.sqrt(2) * limits.scatter, limits):
                yield f"carbon {upper} changed by the same factor, {np.exp(ratio.mean()):.4g}, in {len(a)} points"


def _within_campaigns(
    profiles: Profiles, groups: Mapping[str, frozenset[str]], limits: _Limits
) -> Iterator[tuple[str, str]]:
    """Return groups of points whose values, or ratios between layers, hardly differ from each other."""
    for name, points in groups.items():
        inside = np.array([point in points for point in profiles.point], dtype=np.bool_)
        for campaign in sorted(set(profiles.campaign[inside])):
            rows = np.flatnonzero(inside & (profiles.campaign == campaign))
            soc = profiles.soc[rows]
            if not len(rows) or not (soc > 0).all():
                continue
            logs, words = np.log(soc), []
            for layer, upper in enumerate(profiles.upper[rows[0]]):
                if _too_even(logs[:, layer], limits.scatter, limits):
                    words.append(f"carbon from {upper:g} cm hardly differs between {len(rows)} points")
                elif layer and _too_even(logs[:, layer] - logs[:, 0], np.sqrt(2) * limits.scatter, limits):
                    ratio = np.exp(np.mean(logs[:, layer] - logs[:, 0]))
                    words.append(
                        f"carbon from {upper:g} cm is {ratio:.4g} of the first layer in {len(rows)} points"
                    )
            if words:
                yield "spread-too-small", f"{name}, campaign {campaign}: {'; '.join(words)}"


def _too_even(values: _Floats, least: float, limits: _Limits) -> bool:
    """Return whether values that scatter by ``least`` or more would look this even once in very many projects."""
    if len(values) < limits.fewest or least <= 0:
        return False
    squares = float(np.sum((values - values.mean()) ** 2))
    return bool(chdtr(len(values) - 1, squares / least**2) < limits.chance)
