"""Eligibility as it is declared, held against the schedule: practices of the years before, amounts that change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import fmean
from typing import Final

from mollisol.methodology.eligibility.conditions import ProductivityExpectation
from mollisol.methodology.eligibility.similarity import PracticeYear, SiteFacts
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.project import Project

_ALIKE: Final = ("residue_removed", "manure", "compost", "irrigation")
_CODE: Final = "eligibility-against-schedule"


def check_declared_practices(
    project: Project, least_change: float, greatest_loss: float
) -> Iterator[Finding]:
    """Yield where the file of eligibility and the schedule say different things of the same place.

    Parameters
    ----------
    least_change
        From which share of the amount before on a change of practice is one.
    greatest_loss
        Up to which share productivity may be expected to fall.
    """
    facts = project.eligibility
    if facts is None:
        return
    for site in facts.sites:
        yield from _years(project, site)
    for expectation in facts.productivity:
        yield from _yields(project, expectation, greatest_loss)
    for one in facts.adjustments:
        if one.group != "fertilizer":
            continue
        before, after = (
            [year.synthetic_n_kg_per_ha for year in project.schedule_of(one.place, scenario).years]
            for scenario in ("baseline", "project")
        )
        known = [[amount for amount in amounts if amount is not None] for amounts in (before, after)]
        if not all(known) or not fmean(known[0]) or not one.look_back_mean:
            continue
        scheduled = fmean(known[1]) / fmean(known[0]) - 1
        declared = one.new_value / one.look_back_mean - 1
        if abs(declared) > least_change and (abs(scheduled) <= least_change or scheduled * declared < 0):
            where = Place(file=ELIGIBILITY_FILE, thing=f"{one.practice} at {one.place}")
            state = (
                f"{one.look_back_mean:g} to {one.new_value:g} {one.unit}, {declared:+.0%}; the schedule has "
                f"{fmean(known[0]):.4g} and {fmean(known[1]):.4g} kg N/ha of synthetic fertilizer, {scheduled:+.0%}"
            )
            yield finding(_CODE, where, state)


def _yields(project: Project, expected: ProductivityExpectation, greatest_loss: float) -> Iterator[Finding]:
    """Yield crops whose mean yield fell by more than productivity may, where no such fall was expected."""
    of_crop: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for scenario in ("baseline", "project"):
        for year in project.schedule_of(expected.place, scenario).years:
            if year.yield_t_per_ha:
                of_crop[year.crop.partition(",")[0]][scenario].append(year.yield_t_per_ha)
    for crop, given in of_crop.items():
        before, after = given["baseline"], given["project"]
        if not before or not after or fmean(after) >= (1 - greatest_loss) * fmean(before):
            continue
        where = Place(file=ELIGIBILITY_FILE, thing=f"productivity of {expected.place}")
        state = (
            f"{expected.relative_change:+.0%} expected; the schedule has {fmean(before):.4g} t/ha of {crop} in "
            f"{len(before)} years before and {fmean(after):.4g} in {len(after)} of the project"
        )
        yield finding(_CODE, where, state, clause="VM0042 2.2, section 4, condition 6")


def _years(project: Project, site: SiteFacts) -> Iterator[Finding]:
    """Yield where a year before the start is told otherwise; the last year of the schedule's baseline is year 1."""
    years = sorted(project.schedule_of(site.name, "baseline").years, key=lambda year: -year.year)
    told = [
        f"{scheduled.year} {word}"
        for declared in site.practices
        if declared.years_before_start <= len(years)
        for scheduled in [years[declared.years_before_start - 1]]
        for word in _differences(declared, scheduled)
    ]
    if told:
        where = Place(file=ELIGIBILITY_FILE, thing=f"practices of {site.name}")
        more = f" and {len(told) - 5} more" if len(told) > 5 else ""
        yield finding(_CODE, where, "; ".join(told[:5]) + more)


def _differences(declared: PracticeYear, scheduled: YearOfActivities) -> Iterator[str]:
    for name in _ALIKE:
        here, there = (bool(getattr(one, name)) for one in (declared, scheduled))
        if here != there:
            yield f"{name.replace('_', ' ')}: {_word(here)}, in the schedule {_word(there)}"
    if (declared.tillage != "none") != scheduled.tillage:
        yield f"tillage: {declared.tillage}, in the schedule {_word(scheduled.tillage)}"


def _word(there: bool) -> str:
    return "yes" if there else "no"
