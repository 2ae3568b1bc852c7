"""Eligibility as it is declared, held against the schedule: practices of the years before, amounts that change."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from typing import Final

from mollisol.methodology.eligibility.similarity import PracticeYear, SiteFacts
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.project import Project

_ALIKE: Final = ("residue_removed", "manure", "compost", "irrigation")
_CODE: Final = "eligibility-against-schedule"


def check_declared_practices(project: Project, least_change: float) -> Iterator[Finding]:
    """Yield where the file of eligibility and the schedule say different things of the same place.

    Parameters
    ----------
    least_change
        From which share of the amount before on a change of practice is one.
    """
    facts = project.eligibility
    if facts is None:
        return
    for site in facts.sites:
        yield from _years(project, site)
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
