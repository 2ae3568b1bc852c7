"""The declared rating against the answers of the risk tool, unit by unit, and what the label of the council asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from mollisol.methodology.context import Context
from mollisol.methodology.eligibility.non_permanence import RISK_FILE, Points, RiskAnswer, points_of
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.accounting.non_permanence import (
    buffer_release_t_co2e,
    longevity_score,
    natural_risk,
    overall_rating_percent,
    risk_of_boxes,
)

_DAYS_PER_YEAR: Final = 365.25
_GREATEST: Final = {
    "internal": "vcs.buffer.greatest-internal",
    "external": "vcs.buffer.greatest-external",
    "natural": "vcs.buffer.greatest-natural",
}
_APPROVED: Final = "2.2"
"""The edition that the integrity council approved on 30 October 2025, by two market notes (secondary)."""


def check_rating(context: Context) -> list[Finding]:
    """Return what the risk tool finds: answers that lack, areas that fail it, and a declared rating below theirs.

    Units with answers of their own are rated apart; the declared rating must be that of the highest of them.
    """
    project, rules = context.project, context.rules
    if not project.risk_answers:
        return [finding("rating-not-shown", Place(file=RISK_FILE), "no such file")]
    units = set(project.quantification_units.column("quantification_unit").values())
    found, highest = list[Finding](), 0.0
    areas = defaultdict[str, list[RiskAnswer]](list)
    for item in project.risk_answers:
        areas[item.unit or ""].append(item)
    shared = areas.get("", [])
    rated: dict[str, Sequence[RiskAnswer]] = dict.fromkeys(units, shared) if shared else {}
    for unit in areas.keys() - {""}:
        own = {item.question for item in areas[unit]}
        rated[unit] = [*areas[unit], *(item for item in shared if item.question not in own)]
    for names in (sorted(units - rated.keys()), sorted(rated.keys() - units)):
        found += [_open(unit, "no answers" if unit in units else "no such unit") for unit in names]
    read: dict[tuple[object, ...], tuple[Points, list[tuple[str, str]]]] = {}  # many units answer the same
    for unit in sorted(rated.keys() & units):
        said = tuple(
            (item.question, item.answer, item.years, item.mitigation, item.climate_worsens)
            for item in rated[unit]
        )
        if said not in read:
            points = points_of(rated[unit])
            read[said] = points, [] if points.unread else [*_failures(points, context)]
            highest = highest if points.unread else max(highest, rating_of(points, rules))
        points, failures = read[said]
        if points.unread:
            found.append(_open(unit, "; ".join(points.unread)))
        where = Place(file=RISK_FILE, thing=f"unit {unit}")
        found += [finding("rating-area-fails", where, state, allowed=allowed) for state, allowed in failures]
    declared = project.head.non_permanence_rating_percent
    if declared < highest:
        where = Place(file="project.toml", thing="non_permanence_rating_percent")
        found.append(finding("rating-below-tool", where, f"{declared:g} %", highest=highest))
    return [*found, *_label(context, bool(found), shared)]


def tell_release(context: Context, periods: Sequence[PeriodResult]) -> Iterator[Finding]:
    """Yield what of the buffer the last period sets free, where the ledger has the ratings of all before it."""
    project, rules, last = context.project, context.rules, periods[-1]
    entries, rating = (
        project.ledger.entry if project.ledger else (),
        project.head.non_permanence_rating_percent,
    )
    before = entries[-1].non_permanence_rating_percent if entries else None
    if not entries or not before or not rating:
        return
    held, added = sum(entry.buffer_t_co2e for entry in entries), sum(one.buffer_t_co2e for one in periods)
    wait = float(rules.value("vcs.buffer.release-years", last.during.end).value)
    released = buffer_release_t_co2e(
        rating_before_percent=before,
        rating_percent=rating,
        verified_before_t_co2e=PERCENT_PER_FRACTION * held / before,
        verified_t_co2e=PERCENT_PER_FRACTION * added / rating,
        years_since_first=max(0, (last.during.end - entries[0].signed_off_on).days) / _DAYS_PER_YEAR,
        wait_years=wait,
        share=float(rules.value("vcs.buffer.release-share", last.during.end).value),
    )
    if released > 0:
        parts = f"{released:.1f} of {held + added:.1f} t CO2e set aside"
        state = f"{parts}; the rating was {before:g} % and is {rating:g} %"
        yield finding("buffer-release", f"verification period {last.name}", state, years=wait)


def categories_of(points: Points, rules: RulesInForce) -> dict[str, float]:
    """Return the points of the three categories."""
    longevity = longevity_score(
        years=points.numbers["longevity-years"],
        agreement=float(points.agreement != "none"),
        from_the_start=float(points.agreement == "hundred years"),
    )
    natural = natural_risk(
        climate_points=np.array([*points.events[True], 0.0]),
        climate_fraction=points.numbers["climate-fraction"],
        adapts=float(points.numbers["climate-criteria"] >= rules.number("vcs.adaptation.least-criteria")),
        spared=rules.number("vcs.adaptation.spared"),
        other_points=np.array([*points.events[False], 0.0]),
    )
    return {
        "internal": float(risk_of_boxes(box_points=np.array(points.category("internal"))) + longevity),
        "external": float(risk_of_boxes(box_points=np.array(points.category("external")))),
        "natural": float(natural),
    }


def rating_of(points: Points, rules: RulesInForce) -> float:
    """Return the overall rating of an area. [%]."""
    return float(
        overall_rating_percent(
            **categories_of(points, rules),
            step_percent=rules.number("vcs.buffer.rating-step"),
            least_percent=rules.number("vcs.buffer.least-rating"),
        )
    )


def _open(unit: str, state: str) -> Finding:
    return finding("rating-not-answered", Place(file=RISK_FILE, thing=f"unit {unit}"), state)


def _failures(points: Points, context: Context) -> Iterator[tuple[str, str]]:
    """Yield why an area fails the tool, each with what would be allowed."""
    rules, head = context.rules, context.project.head
    for question in points.fails:
        yield f"{question} fails the tool by itself", "no answer that fails"
    for name, amount in categories_of(points, rules).items():
        most = rules.number(_GREATEST[name])
        if amount > most:
            yield f"{name} risk of {amount:g} points", f"at most {most:g}"
    overall, most = rating_of(points, rules), rules.number("vcs.buffer.greatest-rating")
    if overall > most:
        yield f"overall {overall:g} %", f"at most {most:g} %"
    day, lasts = head.registration_requested_on or head.registered_on, points.numbers["longevity-years"]
    least = float(rules.value("vcs.longevity.least-years", day).value)
    if lasts < least:
        yield f"lasts {lasts:g} years", f"{least:g} or more"


def _label(context: Context, broken: bool, answers: Sequence[RiskAnswer]) -> Iterator[Finding]:
    """Yield whether what is known of the label's conditions is kept, with a reason for each that is not."""
    rules, edition = context.rules, context.rules.rule_set.head.documents["VM0042"].edition
    years = min((float(item.answer) for item in answers if item.question == "longevity-years"), default=0.0)
    least = float(rules.rule_set.rules["vcs.longevity.least-years"].value[-1].value)
    against = [f"VM0042 {edition} is not the edition that was approved"] * (not edition.startswith(_APPROVED))
    against += [f"lasts {years:g} years, {least:g} are asked for"] * (years < least)
    against += ["the rating is not in order"] * broken
    state = "; ".join(against) or "none is broken that is known"
    yield finding("label-conditions", Place(file=RISK_FILE, thing="label of the integrity council"), state)
