"""Games: best responses of developers to a rule, each beside the honest way on the same draws."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.laboratory.draws import Block, Group
from mollisol.laboratory.figures import Figure, Outcome, estimated, paired
from mollisol.laboratory.kernel import deducted, measured_group, plan_of
from mollisol.laboratory.periods import Known, best_of, correlation_of_dates, many_periods, stopped
from mollisol.laboratory.results import GameRow
from mollisol.laboratory.scenarios import Scenario
from mollisol.laboratory.schemes import design_variance
from mollisol.laboratory.terms import Terms
from mollisol.laboratory.world import World
from mollisol.quantification.checks import FloatArray

PROJECTS: Final = 20_000
MOST_STRATA: Final = 5
"""Up to so many strata or control sites every sub-set is tried; of more, one or two are dropped."""
MERGED: Final = (2, 4)
SPLIT: Final = (2, 4)
PERSISTENT: Final = (0.0, 0.5, 1.0)
_PRINTED: Final = (
    "share_issued", "p_all", "p_issued", "ratio_issued", "ratio_all", "credit_per_ha", "over_credited",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """Projects of which some land is credited: credit and truth of that land, its share, and truth of all land."""

    credit: FloatArray
    truth: FloatArray
    land: FloatArray
    whole: FloatArray
    issued: NDArray[np.bool_]

    def outcome(self, area: FloatArray) -> Outcome:
        """Return the projects with their whole land, so that what was dropped stays in the comparison."""
        return Outcome(self.whole, self.credit * self.land, area, self.issued)


def _credited(group: Group, block: Block, terms: Terms) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return what a design is credited for each hectare, and whether it issues."""
    measured = {name: np.asarray(value) for name, value in measured_group(group, block, terms).items()}
    _, credit, width = deducted(measured, terms)
    passes = (width <= terms.bar_percent) | (terms.bar_basis == "none")
    return credit, (credit > 0) & passes


def _part(group: Group, strata: Sequence[int], sites: Sequence[int] | None = None) -> Group:
    """Return a group with some of its strata, and the control sites that stand for them, or some of these."""
    share, link = group.share[list(strata)], group.link[list(strata)]
    kept = np.flatnonzero(link.sum(axis=0) > 0) if sites is None else np.asarray(sites)
    link = link[:, kept]
    return replace(
        group,
        share=share / share.sum(),
        link=link / link.sum(axis=1, keepdims=True),
        project=[group.project[h] for h in strata],
        control=[group.control[c] for c in kept],
    )


def _chosen(
    group: Group, block: Block, terms: Terms, candidates: Sequence[Group], land: Sequence[FloatArray]
) -> Kept:
    """Return the best of several designs of the same projects: the one with most credit on most land.

    Parameters
    ----------
    land
        Share of each stratum that a candidate keeps, an array for each.
    """
    truth = _truth(group, block)
    best: Kept | None = None
    for part, kept in zip(candidates, land, strict=True):
        credit, issued = _credited(part, block, terms)
        share = float((group.share * kept).sum())
        own = Kept(
            credit,
            truth @ (group.share * kept) / share,
            np.full(credit.size, share),
            truth @ group.share,
            issued,
        )
        best = own if best is None else _better(best, own)
    if best is None:
        raise ValueError("no candidate")
    return best


def _better(one: Kept, other: Kept) -> Kept:
    worth = [np.where(kept.issued, kept.credit * kept.land, -np.inf) for kept in (one, other)]
    take = worth[1] > worth[0]
    return Kept(
        *(
            np.where(take, getattr(other, name), getattr(one, name))
            for name in ("credit", "truth", "land", "whole", "issued")
        )
    )


def _truth(group: Group, block: Block) -> FloatArray:
    """Return the true change of each stratum, shape (projects, strata). [t CO2e/ha]."""
    columns = [block.effect_of(h)[group.index] for h in range(group.share.size)]
    return np.stack(columns, axis=-1) * (1 + block.deeper_share[group.index])[:, None]


def _sub_sets(strata: int) -> list[tuple[int, ...]]:
    least = 1 if strata <= MOST_STRATA else strata - 2
    return [
        chosen for size in range(least, strata + 1) for chosen in itertools.combinations(range(strata), size)
    ]


def honest(group: Group, block: Block, terms: Terms) -> Kept:
    """Return every project as it is."""
    return _chosen(group, block, terms, [group], [np.ones(group.share.size)])


def best_strata(group: Group, block: Block, terms: Terms) -> Kept:
    """Return the strata of each project that credit most, chosen after the data."""
    sets = _sub_sets(group.share.size)
    land = [np.isin(np.arange(group.share.size), chosen).astype(float) for chosen in sets]
    return _chosen(group, block, terms, [_part(group, chosen) for chosen in sets], land)


def lowest_dropped(group: Group, block: Block, terms: Terms) -> Kept:
    """Return each project without the stratum whose samples changed least: its fields leave after the data."""
    strata = group.share.size
    if strata == 1:
        return honest(group, block, terms)
    lowest = np.argmin(np.stack([x.mean(axis=-1) for x in group.project], axis=-1), axis=-1)
    found: Kept | None = None
    for number in range(strata):
        others = [h for h in range(strata) if h != number]
        kept = np.ones(strata)
        kept[number] = 0.0
        own = _chosen(group, block, terms, [_part(group, others)], [kept])
        found = own if found is None else _merged(found, own, lowest == number)
    return honest(group, block, terms) if found is None else found


def _merged(one: Kept, other: Kept, take: NDArray[np.bool_]) -> Kept:
    return Kept(
        *(
            np.where(take, getattr(other, name), getattr(one, name))
            for name in ("credit", "truth", "land", "whole", "issued")
        )
    )


def split(number: int, group: Group, block: Block, terms: Terms) -> Kept:
    """Return each project as several of as many strata each, every one with a bar of its own, the sites shared."""
    strata, truth = group.share.size, _truth(group, block)
    if strata % number:
        return honest(group, block, terms)
    each = strata // number
    credit, true, land = (np.zeros(group.index.size) for _ in range(3))
    for first in range(0, strata, each):
        own = list(range(first, first + each))
        worth, issued = _credited(_part(group, own), block, terms)
        weight = group.share[own].sum()
        credit += np.where(issued, weight * worth, 0.0)
        true += np.where(issued, truth[:, own] @ group.share[own], 0.0)
        land += np.where(issued, weight, 0.0)
    some = np.where(land > 0, land, 1.0)
    return Kept(credit / some, true / some, land, truth @ group.share, land > 0)


def best_sites(group: Group, block: Block, terms: Terms) -> Kept:
    """Return each project with the control sites that credit most, no fewer than the rule asks for."""
    sites = len(group.control)
    alone = 2 if min(y.shape[-1] for y in group.control) < 2 else 1
    fewest = min(sites, max(terms.least_sites, alone, 0 if sites <= MOST_STRATA else sites - 2))
    parts = [
        _part(group, range(group.share.size), chosen)
        for size in range(fewest, sites + 1)
        for chosen in itertools.combinations(range(sites), size)
        if (group.link[:, list(chosen)].sum(axis=1) > 0).all()
    ]
    return _chosen(group, block, terms, parts, [np.ones(group.share.size)] * len(parts))


def merged(number: int, group: Group, block: Block, terms: Terms) -> tuple[Outcome, NDArray[np.int64]]:
    """Return projects of one design merged by so many into one of equal areas, and which of them were."""
    used = group.index.size // number * number
    strata, sites = group.link.shape
    link = np.zeros((strata * number, sites * number))
    for n in range(number):
        link[n * strata : (n + 1) * strata, n * sites : (n + 1) * sites] = group.link
    members = group.index[:used].reshape(-1, number)
    one = replace(
        group,
        index=members[:, 0],
        share=np.tile(group.share, number) / number,
        link=link,
        project=[x[:used][n::number] for n in range(number) for x in group.project],
        control=[y[:used][n::number] for n in range(number) for y in group.control],
    )
    credit, issued = _credited(one, block, terms)
    truth = block.truth[members].mean(axis=1)
    return Outcome(truth, credit, np.ones(truth.size), issued), group.index[:used]


def play(
    world: World, scenarios: Sequence[Scenario], *, seed: int, projects: int = PROJECTS
) -> Iterator[GameRow]:
    """Yield every game under every rule set.

    Parameters
    ----------
    projects
        How many play.
    """
    block = Block(world, seed, 0, projects)
    for scenario in scenarios:
        terms = scenario.terms
        groups = list(block.groups(plan_of(block, terms)))
        fair = _every(block, [honest(group, block, terms) for group in groups], groups)
        for name, game in (
            ("lowest stratum dropped", lowest_dropped),
            ("best strata chosen", best_strata),
            ("control sites chosen", best_sites),
        ):
            played = _every(block, [game(group, block, terms) for group in groups], groups)
            yield _row(name, scenario, fair, played, block.area)
        for number in SPLIT:
            parts = [split(number, group, block, terms) for group in groups]
            yield _row(f"split into {number}", scenario, fair, _every(block, parts, groups), block.area)
        for number in MERGED:
            yield _merge(number, scenario, block, groups, fair)
        known = Known(
            block.truth, _sigma(block, groups), block.area, terms.confidence,
            np.inf if terms.bar_basis == "none" else terms.bar_percent / 100,
        )  # fmt: skip
        generator = block.stream("games")
        for number in (2, 3):
            pair = best_of(known, number, 0.5, generator)
            yield _plain(f"highest of {number} routes or approaches", scenario, *pair)
        for persistent in PERSISTENT:
            told = f"{persistent:g} of the variance stays"
            pair = best_of(known, 2, correlation_of_dates(persistent), generator)
            yield _plain(f"better of two dates, {told}", scenario, *pair)
            yield _plain(
                f"leaves after the first look that passes, {told}",
                scenario,
                *stopped(known, persistent, generator),
            )
            schemes = many_periods(known, 6, persistent, generator)
            for scheme, outcome in schemes.items():
                if scheme != "dropped":
                    name = f"six periods, {scheme.replace('_', ' ')}, {told}"
                    yield _plain(name, scenario, schemes["dropped"], outcome, owed=True)


def _sigma(block: Block, groups: Sequence[Group]) -> FloatArray:
    found = np.zeros(block.size)
    for group in groups:
        found[group.index] = np.sqrt(design_variance(group, block)[0])
    return found


def _every(block: Block, parts: Sequence[Kept], groups: Sequence[Group]) -> Kept:
    """Return all projects of a block from those of its groups."""
    names = ("credit", "truth", "land", "whole", "issued")
    found = [np.zeros(block.size, dtype=bool if name == "issued" else float) for name in names]
    for part, group in zip(parts, groups, strict=True):
        for place, name in enumerate(names):
            found[place][group.index] = getattr(part, name)
    return Kept(*found)


def _of_land(kept: Kept, area: FloatArray) -> dict[str, Figure]:
    """Return the figures of projects of which some land is credited."""
    of_kept = estimated(Outcome(kept.truth, kept.credit, area * kept.land, kept.issued))
    whole = estimated(kept.outcome(area))
    if not (of_kept and whole):
        return {}
    chosen = {
        "share_issued": whole["share_issued"],
        "p_kept": of_kept["p_issued"],
        "p_whole": whole["p_issued"],
        "ratio_kept": of_kept["ratio_issued"],
        "ratio_whole": whole["ratio_issued"],
        "credit_per_ha": whole["credit_per_ha"],
        "over_credited": whole["over_credited"],
    }
    figures = {name: Figure(value=one.value, error=one.error) for name, one in chosen.items()}
    land = kept.land[kept.issued]
    error = float(land.std(ddof=1) / np.sqrt(land.size))
    return figures | {"land_kept": Figure(value=float(land.mean()), error=error)}


def _row(name: str, scenario: Scenario, fair: Kept, played: Kept, area: FloatArray) -> GameRow:
    pair = [estimated(kept.outcome(area)) for kept in (fair, played)]
    return GameRow(
        game=name,
        scenario=scenario.name,
        honest=_of_land(fair, area),
        played=_of_land(played, area),
        gain=paired(*(one["credit_per_ha"] for one in pair)) if all(pair) else None,
    )


def _plain(name: str, scenario: Scenario, fair: Outcome, played: Outcome, *, owed: bool = False) -> GameRow:
    """Return a game of whole projects; with ``owed`` totals below zero count in the sum over all."""
    pair = [estimated(outcome) for outcome in (fair, played)]
    figures = []
    for outcome, own in zip((fair, played), pair, strict=True):
        chosen = {figure: own[figure] for figure in _PRINTED if own}
        if owed and own:
            every = replace(outcome, issued=np.ones_like(outcome.issued))
            chosen["ratio_all"] = estimated(every)["ratio_all"]
        figures.append({figure: Figure(value=one.value, error=one.error) for figure, one in chosen.items()})
    gain = paired(*(one["credit_per_ha"] for one in pair)) if all(pair) else None
    return GameRow(game=name, scenario=scenario.name, honest=figures[0], played=figures[1], gain=gain)


def _merge(number: int, scenario: Scenario, block: Block, groups: Sequence[Group], fair: Kept) -> GameRow:
    """Return the game of projects that enrol together: fixed beforehand, it is the honest one."""
    parts = [merged(number, group, block, scenario.terms) for group in groups if group.index.size >= number]
    together = Outcome(
        *(
            np.concatenate([getattr(part[0], name) for part in parts])
            for name in ("truth", "credit", "area", "issued")
        )
    )
    alone = fair.outcome(np.ones(block.size))[np.concatenate([part[1] for part in parts])]
    return _plain(f"merged by {number}", scenario, alone, together)
