"""Profiles of one increment, and increments that change between campaigns: whether the credit gains by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.quantification.equivalent_soil_mass import (
    carbon_at_equivalent_soil_mass_t_per_ha,
    linear_at,
)
from mollisol.questions.pairs import Floats, Layers, Pairs
from mollisol.stocks.measured import UnitStocks

type Profile = tuple[Floats, Floats, Floats, float]
"""Lower ends, cumulative soil mass, cumulative carbon, and the reference mass."""


def check_increments(context: Context, layers: Layers, stocks: UnitStocks, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where increments are too few or not the same, with what that is worth in the credit."""
    short = any((batch.mass.value[:, -1] < reference.value).any() for batch, reference in stocks.profiles)
    if not short and _alike_everywhere(layers, pairs):
        return
    profiles = _profiles(context, stocks, pairs)
    share = context.rules.number("mollisol.increments.beneath")
    change: dict[str, float] = {}
    single: dict[str, float] = {}
    regrouped: dict[str, float] = {}
    read_on: dict[str, float] = {}
    for point, (first, last) in profiles.items():
        given = [_stock(profile, stocks) for profile in (first, last)]
        change[point] = given[1] - given[0]
        past = [
            stock - float(carbon[-1]) if mass.size > 1 and mass[-1] < reference else 0.0
            for stock, (_, mass, carbon, reference) in zip(given, (first, last), strict=True)
        ]
        if any(past):
            read_on[point] = past[1] - past[0]
        beyond = [_beneath(profile, share) if profile[0].size == 1 else 0.0 for profile in (first, last)]
        if any(beyond):
            single[point] = beyond[1] - beyond[0]
        if not np.array_equal(first[0], last[0]):
            alike = [_stock(profile, stocks) for profile in _alike(first, last)]
            regrouped[point] = change[point] - (alike[1] - alike[0])
    yield from _worth(
        context, pairs, change, single, "increments-credit-one", "with a profile of one increment"
    )
    yield from _worth(
        context, pairs, change, read_on, "esm-credits-unsampled", "with carbon beyond what was sampled"
    )
    yield from _worth(
        context, pairs, change, regrouped, "increments-changed", "with other increments than before"
    )


def _worth(
    context: Context,
    pairs: Pairs,
    change: Mapping[str, float],
    part: Mapping[str, float],
    code: str,
    words: str,
) -> Iterator[Finding]:
    """Yield what a part of the changes is worth in the difference; a refusal where it is material and credited."""
    if not part:
        return
    gain, whole = difference(context, part, change), difference(context, change, change)
    if gain is None or whole is None:
        return
    share = context.rules.number("mollisol.increments.credited-share")
    refused = gain > share * abs(whole)
    if code != "increments-changed" and not refused:
        return
    yield finding(
        code,
        Place(file=INCREMENTS, thing=str(pairs)),
        f"{len(part)} of {len(change)} points {words}; worth {gain:+.2f} t C/ha of {whole:+.2f} t C/ha project minus "
        "controls",
        severity=Severity.REFUSAL if refused else Severity.WARNING,
        share=share,
    )


def difference(context: Context, part: Mapping[str, float], change: Mapping[str, float]) -> float | None:
    """Return project minus controls of some changes by point, by area; a point that has none counts as 0."""
    project = context.project
    values: dict[str, list[float]] = defaultdict(list)
    for point in project.sample_points:
        if point.point in change:
            values[point.stratum or point.control_site or ""].append(part.get(point.point, 0.0))
    mean = {home: float(np.mean(inner)) for home, inner in values.items()}
    linked: dict[str, list[float]] = defaultdict(list)
    for link in project.control_links:
        if link.control_site in mean:
            linked[link.stratum].append(mean[link.control_site])
    kept = [item for item in project.strata if item.stratum in mean and linked[item.stratum]]
    if not kept:
        return None
    area = sum(item.area_ha for item in kept)
    return sum(
        item.area_ha / area * (mean[item.stratum] - float(np.mean(linked[item.stratum]))) for item in kept
    )


def _profiles(context: Context, stocks: UnitStocks, pairs: Pairs) -> dict[str, tuple[Profile, Profile]]:
    """Return the first profile of each point that is in both campaigns."""
    where = {
        sample: (campaign, point)
        for sample, campaign, point in context.project.core_increments.distinct("sample", "campaign", "point")
    }
    of: dict[str, dict[str, Profile]] = defaultdict(dict)
    for batch, reference in stocks.profiles:
        mass, carbon = batch.mass.value, batch.carbon.value
        for place, sample in enumerate(batch.samples):
            campaign, point = where[sample]
            if campaign in (pairs.first, pairs.last):
                lower = batch.lower_cm[place]
                of[point].setdefault(campaign, (lower, mass[place], carbon[place], float(reference.value)))
    return {point: (inner[pairs.first], inner[pairs.last]) for point, inner in of.items() if len(inner) == 2}


def _alike_everywhere(layers: Layers, pairs: Pairs) -> bool:
    """Return whether each point that is in both campaigns has two or more increments, the same in both."""
    counts = [
        np.bincount(
            layers.point[layers.campaign == layers.campaigns.index(name)], minlength=len(layers.names)
        )
        for name in (pairs.first, pairs.last)
    ]
    common = np.bincount(layers.point[pairs.before], minlength=len(layers.names))
    both = (counts[0] > 0) & (counts[1] > 0)
    same = (counts[0] == common) & (counts[1] == common) & (common > 1)
    return bool(same[both].all())


def _stock(profile: Profile, stocks: UnitStocks) -> float:
    _, mass, carbon, reference = profile
    return float(
        carbon_at_equivalent_soil_mass_t_per_ha(
            cumulative_soil_mass_t_per_ha=mass[None],
            cumulative_carbon_t_per_ha=carbon[None],
            reference_soil_mass_t_per_ha=np.array([reference]),
            interpolation=stocks.interpolation,
        )[0, 0]
    )


def _beneath(profile: Profile, share: float) -> float:
    """Return what a profile of one increment has too much at the reference, where the soil beneath holds less."""
    _, mass, carbon, reference = profile
    return (reference - float(mass[0])) * float(carbon[0] / mass[0]) * (1 - share)


def _alike(first: Profile, last: Profile) -> Sequence[Profile]:
    """Return both profiles at the lower ends of the one with fewer increments, as deep as both go."""
    deepest = min(first[0][-1], last[0][-1])
    coarse = min((first[0], last[0]), key=len)
    ends = np.unique(np.append(coarse[coarse < deepest], deepest))
    made = []
    for lower, mass, carbon, reference in (first, last):
        at = [
            linear_at(
                cumulative_soil_mass_t_per_ha=lower[None],
                cumulative_value=values[None],
                reference_soil_mass_t_per_ha=ends,
            )[0]
            for values in (mass, carbon)
        ]
        made.append((ends, at[0], at[1], reference))
    return made
