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
from mollisol.methodology.columns import numbered, sorted_places
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.questions.grouped import MULTIPLIER, Floats, Grouped, Places, repeated
from mollisol.questions.profiles import Profiles, profiles_of

type Flags = NDArray[np.bool_]

_GROUPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Limits:
    """Least relative scatter of two determinations, the chance that is told, and the fewest values that show one."""

    scatter: float
    chance: float
    fewest: float


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


type _Groups = tuple[list[str], Places]


def _groups(project: Project) -> _Groups:
    """Return the names of the strata and of all control sites together, and the group of each point of the cores."""
    points = project.sample_points
    stratum = points.column("stratum")
    number = {
        label: place for place, label in enumerate(label for label in stratum.labels if label is not None)
    }
    of_label = np.array([number.get(label, len(number)) for label in stratum.labels], dtype=np.intp)
    place = points.find("point", project.core_increments.column("point"))
    names = [*(f"stratum {label}" for label in number), "the control sites"]
    return names, np.where(place >= 0, of_label[stratum.codes[place]], len(number))


def _twice(profiles: Profiles, chance: float) -> Iterable[Finding]:
    """Return samples of different points that agree in every number: first whole histories, then single samples."""
    values = np.hstack([profiles.soc, profiles.mass])
    again = repeated(_sums_of_bits(values))
    if not again.any():
        return
    odds = np.hstack([profiles.soc_chance, profiles.mass_chance])
    told: set[int] = set()
    for rows in (*_histories(profiles), np.arange(len(values))[:, None]):
        for pair in _agreeing(profiles, rows, values, odds, chance, again):
            one, other = sorted(pair, key=lambda row: profiles.rows[row])
            if int(profiles.point[other]) not in told:
                told.add(int(profiles.point[other]))
                here, there = (
                    f"point {profiles.name(row)} in {profiles.campaigns[profiles.campaign[row]]}"
                    for row in (other, one)
                )
                numbers = values.shape[1] * rows.shape[1]
                state = f"sample of {here} and of {there} agree exactly in all {numbers} numbers"
                thing = f"point {profiles.name(other)}"
                where = Place(file=INCREMENTS, row=int(profiles.rows[other]), thing=thing)
                yield finding("profiles-identical", where, state)


def _sums_of_bits(values: Floats) -> NDArray[np.uint64]:
    """Return a number for each row: rows with the same bits have the same sum of them, and hardly any others do."""
    bits = np.ascontiguousarray(values).view(np.uint64)
    sums: NDArray[np.uint64] = bits @ np.cumprod(np.full(values.shape[1], MULTIPLIER), dtype=np.uint64)
    return sums


def _first_of_each(values: Floats, groups: Places) -> Flags:
    """Return whether a row is the first of its group with its numbers: what many points share was measured once."""
    first = np.zeros(len(values), dtype=np.bool_)
    first[
        np.unique(_sums_of_bits(np.column_stack([values, groups.astype(np.float64)])), return_index=True)[1]
    ] = True
    return first


def _histories(profiles: Profiles) -> Iterator[Places]:
    """Yield the rows of all campaigns of each point side by side, where each point was sampled once in each."""
    counts = np.bincount(profiles.point)
    points = int((counts > 0).sum())
    campaigns = np.count_nonzero(np.bincount(profiles.campaign))
    if campaigns > 1 and points > 1 and (counts[counts > 0] == campaigns).all():
        yield sorted_places(profiles.point, profiles.campaign).reshape(points, campaigns)


def _agreeing(
    profiles: Profiles, rows: Places, values: Floats, odds: Floats, chance: float, again: Flags
) -> Iterator[tuple[int, int]]:
    """Yield pairs of first rows of different points with the same numbers, where so many pairs are no chance.

    What is compared are one sample or several side by side, of which each comes ``again``. Pairs that agree in their
    first number are counted; what the other numbers add is taken from the odds.
    """
    same: dict[bytes, list[int]] = {}
    for side_by_side in rows[again[rows].all(axis=1)].tolist():
        same.setdefault(values[side_by_side].tobytes(), []).append(side_by_side[0])
    points = profiles.point
    pairs = [(few[0], row) for few in same.values() for row in few[1:] if points[row] != points[few[0]]]
    if not pairs:
        return
    _, of, sizes = numbered(profiles.carbon[rows[:, 0]])
    others = odds[rows].reshape(len(rows), -1)[:, 1:]
    expected = float(np.sum((sizes[of] - 1) / 2 * others.prod(axis=1)))
    if pdtrc(len(pairs) - 1, expected) < chance:
        yield from pairs


def _between_campaigns(profiles: Profiles, groups: _Groups, limits: _Limits) -> Iterator[tuple[str, str]]:
    """Return groups of points whose results are those of an earlier campaign, or all moved alike."""
    held = sorted(numbered(profiles.campaign)[0].tolist(), key=lambda code: profiles.campaigns[code])
    first_row = {code: np.full(len(profiles.names), -1, dtype=np.intp) for code in held}
    for code in held:
        # of a point that stands twice the first one stays
        rows = np.flatnonzero(profiles.campaign == code)[::-1]
        first_row[code][profiles.point[rows]] = rows
    for one, other in combinations(held, 2):
        common = np.flatnonzero((first_row[one] >= 0) & (first_row[other] >= 0))
        a, b = first_row[one][common], first_row[other][common]
        alike = (profiles.upper[a] == profiles.upper[b]).all(axis=1)
        a, b, common = a[alike], b[alike], common[alike]
        grouped = Grouped.by(groups[1][common])
        where = f"campaigns {profiles.campaigns[one]} and {profiles.campaigns[other]}"
        asked = _may_be_carried_over(profiles, a, b, grouped, limits.chance)
        asked |= _may_have_moved_alike(profiles, a, b, grouped, limits)
        for number, both in _asked(grouped, asked):
            name = groups[0][number]
            if carried := [*_carried_over(profiles, a[both], b[both], limits.chance)]:
                yield "results-carried-over", f"{name}, {where}: {'; '.join(carried)}"
            if regular := [*_moved_alike(profiles, a[both], b[both], limits)]:
                yield "changes-too-regular", f"{name}, {where}: {'; '.join(regular)}"


def _asked(grouped: Grouped, flags: Flags) -> Iterator[tuple[int, Places]]:
    """Yield the number of each group that is asked for, with the places of its rows."""
    if flags.any():
        rows = grouped.rows()
        for place in np.flatnonzero(flags).tolist():
            yield int(grouped.keys[place]), rows[place]


def _may_be_carried_over(profiles: Profiles, a: Places, b: Places, grouped: Grouped, chance: float) -> Flags:
    """Return which groups may have the numbers of an earlier campaign again: those, and few more."""
    soc, mass = profiles.soc[a] == profiles.soc[b], profiles.mass[a] == profiles.mass[b]
    odds = profiles.soc_chance[b]
    again = np.stack([grouped.sums(layer) for layer in mass.T], axis=1)
    kept = np.maximum(
        profiles.mass_chance[b], (np.maximum(again - 1, 0) / grouped.counts[:, None])[grouped.of]
    )
    every = [(soc & mass, odds * kept), (soc, odds)]
    tests = [(equal.all(axis=1)[:, None], chances.prod(axis=1)[:, None]) for equal, chances in every]
    found = np.zeros(grouped.counts.size, dtype=np.bool_)
    weighed = mass.all(axis=1)
    if weighed.any():
        first = _first_of_each(profiles.mass[b], grouped.of)
        tests.append(((weighed & first)[:, None], (profiles.mass_chance[b].prod(axis=1) * first)[:, None]))
    for equal, expected in [*tests, (soc, odds)]:
        for layer in np.flatnonzero(equal.any(axis=0)).tolist():
            number = grouped.sums(equal[:, layer])
            rare = pdtrc(number - 1, grouped.sums(expected[:, layer])) < chance * _NEARLY
            found |= (number > 0) & rare
    return found


def _may_have_moved_alike(
    profiles: Profiles, a: Places, b: Places, grouped: Grouped, limits: _Limits
) -> Flags:
    """Return in which groups the carbon of a layer may have changed by one amount or one factor."""
    found = np.zeros(grouped.counts.size, dtype=np.bool_)
    for before, after in zip(profiles.soc[a].T, profiles.soc[b].T, strict=True):
        level = np.sqrt(grouped.means(after**2))
        found |= _may_be_even(after - before, np.sqrt(2) * limits.scatter * level, grouped, limits)
        whole = (before > 0) & (after > 0)
        moved = np.log(np.where(whole, after, 1.0) / np.where(whole, before, 1.0))
        found |= _may_be_even(moved, np.sqrt(2) * limits.scatter, grouped, limits)
    return found


_NEARLY = 1.001
"""Sums of many groups at once are rounded otherwise than those of one: what is near is asked for by itself."""


def _may_be_even(values: Floats, least: Floats | float, grouped: Grouped, limits: _Limits) -> Flags:
    """Return in which groups values that scatter by ``least`` may look this even no more than once in many projects."""
    asked = (grouped.counts >= limits.fewest) & (least > 0)
    if not asked.any():
        return asked
    ratio = grouped.squares(values) / np.where(asked, least, 1.0) ** 2
    even: Flags = asked & (chdtr(grouped.counts - 1, ratio) < limits.chance * _NEARLY)
    return even


def _carried_over(profiles: Profiles, a: Places, b: Places, chance: float) -> Iterator[str]:
    """Yield in words which points have the numbers of the earlier campaign again."""
    soc = profiles.soc[a] == profiles.soc[b]
    mass = profiles.mass[a] == profiles.mass[b]
    # a density that most points keep was not measured again, and says nothing of carbon
    kept = np.maximum(profiles.mass_chance[b], np.maximum(mass.sum(axis=0) - 1, 0) / max(1, len(a)))
    every = np.ones(len(a), dtype=np.bool_)
    first = _first_of_each(profiles.mass[b], np.zeros(len(b), dtype=np.intp))
    weighed = profiles.mass_chance[b].prod(axis=1)
    tests = [
        (
            "carbon and soil mass",
            (soc & mass).all(axis=1),
            (profiles.soc_chance[b] * kept).prod(axis=1),
            every,
        ),
        ("soil mass", mass.all(axis=1), weighed, first),
        ("carbon", soc.all(axis=1), profiles.soc_chance[b].prod(axis=1), every),
    ]
    tests += [
        (
            f"carbon of the layer from {profiles.upper[b[0], layer]:g} cm",
            soc[:, layer],
            profiles.soc_chance[b, layer],
            every,
        )
        for layer in range(soc.shape[1] if len(a) else 0)
    ]
    told: set[int] = set()
    for what, equal, odds, counted in tests:
        rows, number = np.flatnonzero(equal).tolist(), int((equal & counted).sum())
        if number and not set(rows) <= told and pdtrc(number - 1, float(odds[counted].sum())) < chance:
            told |= set(rows)
            names = _some(sorted(profiles.name(b[row]) for row in rows))
            yield f"{what} exactly the same again in {len(rows)} of {len(a)} points: {names}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _moved_alike(profiles: Profiles, a: Places, b: Places, limits: _Limits) -> Iterator[str]:
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


def _within_campaigns(profiles: Profiles, groups: _Groups, limits: _Limits) -> Iterator[tuple[str, str]]:
    """Return groups of points whose values, or ratios between layers, hardly differ from each other."""
    held = sorted(numbered(profiles.campaign)[0].tolist(), key=lambda code: profiles.campaigns[code])
    rank = np.zeros(len(profiles.campaigns), dtype=np.intp)
    rank[held] = np.arange(len(held))
    grouped = Grouped.by(groups[1][profiles.point] * len(held) + rank[profiles.campaign])
    asked = np.zeros(grouped.counts.size, dtype=np.bool_)
    whole = np.log(np.where(profiles.soc > 0, profiles.soc, 1.0))
    for layer in range(whole.shape[1]):
        asked |= _may_be_even(whole[:, layer], limits.scatter, grouped, limits)
        if layer:
            ratio = whole[:, layer] - whole[:, 0]
            asked |= _may_be_even(ratio, np.sqrt(2) * limits.scatter, grouped, limits)
    for number, rows in _asked(grouped, asked):
        soc = profiles.soc[rows]
        if not (soc > 0).all():
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
            group, campaign = groups[0][number // len(held)], profiles.campaigns[held[number % len(held)]]
            yield "spread-too-small", f"{group}, campaign {campaign}: {'; '.join(words)}"


def _too_even(values: Floats, least: float, limits: _Limits) -> bool:
    """Return whether values that scatter by ``least`` or more would look this even once in very many projects."""
    if len(values) < limits.fewest or least <= 0:
        return False
    squares = float(np.sum((values - values.mean()) ** 2))
    return bool(chdtr(len(values) - 1, squares / least**2) < limits.chance)
