"""What the declaration of eligibility is silent on: that something was not said is told, and nothing is issued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from mollisol.methodology.eligibility.schedule import AMOUNTS
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE, EligibilityFacts
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import places_gone, starts_of_units
from mollisol.methodology.project import Project


def undeclared(project: Project, facts: EligibilityFacts) -> Iterable[Finding]:
    """Return a finding for each section that the file is silent on.

    What is said of a unit holds for all of its land, unless instances of a grouped project share it: then each is asked
    for, since evidence is brought again when one joins.
    """
    gone, parts = places_gone(project), _parts(project)
    units = {unit.quantification_unit for unit in project.quantification_units} - gone
    for section, clause, given in (
        ("land_use", "4, condition 3", {item.place for item in facts.land_use}),
        ("native_clearing", "4, condition 5", {item.place for item in facts.native_clearing}),
        ("wetlands", "4, condition 8", {item.place for item in facts.wetlands}),
        ("rotations", "6, look-back period", {item.place for item in facts.rotations}),
    ):
        missing = sorted(units - given)
        if section != "rotations":
            missing = sorted(
                set[str]().union(*(_not_said(parts.get(unit, {}), unit, given) for unit in units))
            )
        if missing:
            yield silent(section, f"nothing on {', '.join(missing)}", clause)
    for section, clause, there in (
        ("regulatory_surplus", "7, step 1", facts.regulatory_surplus),
        ("barriers", "7, step 2", facts.barriers),
        ("adoption", "7, step 3", facts.adoption),
        ("productivity", "4, condition 6", facts.productivity),
        ("models", "4, condition 4", facts.models or project.head.model is None),
    ):
        if not there:
            yield silent(section, "nothing declared", clause)
    yield from _without_evidence(project, facts, units)
    yield from _reassessed(project, facts)
    yield from _factors(facts)
    adjusted = {change.group for change in project.head.practice_changes if change.kind == "adjust"}
    missing = sorted(adjusted - {item.group for item in facts.adjustments})
    if missing:
        yield silent("adjustments", f"nothing on {', '.join(missing)}", "4, condition 2")


def _parts(project: Project) -> dict[str, dict[str, set[str]]]:
    """Return, by unit, its instances with the fields of each that did not leave; ``""`` stands for no instance."""
    gone = places_gone(project)
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    found: dict[str, dict[str, set[str]]] = {}
    for item in project.fields:
        if item.field not in gone:
            own = found.setdefault(unit_of[item.stratum], {})
            own.setdefault(item.instance or "", set()).add(item.field)
    return found


def _not_said(parts: Mapping[str, Set[str]], unit: str, given: Set[str]) -> set[str]:
    """Return what of a unit no fact is on: the unit, or the instances that share it."""
    if len(parts) < 2:
        alone = next(iter(parts), "")
        fields = parts.get(alone, set())
        return set() if {unit, alone} & given or (fields and fields <= given) else {unit}
    return {
        name or unit for name, fields in parts.items() if (name or unit) not in given and not fields <= given
    }


def silent(section: str, state: str, clause: str) -> Finding:
    """Return the finding that a section of the file says nothing."""
    return finding(
        "eligibility-incomplete",
        Place(file=ELIGIBILITY_FILE, thing=section),
        state,
        section=section,
        part=clause,
    )


def _reassessed(project: Project, facts: EligibilityFacts) -> Iterator[Finding]:
    """Yield units whose baseline was reassessed, and what was found at the end of the period before is not told."""
    ended, starts = {item.unit for item in facts.ends_of_baseline}, starts_of_units(project)
    unchecked = [
        item.unit
        for item in facts.baselines
        if item.unit not in ended and item.valid_from > starts.get(item.unit, item.valid_from)
    ]
    if unchecked:
        state = f"nothing on {', '.join(unchecked)}, reassessed after the start"
        yield silent("ends_of_baseline", state, "6, reassessment of the baseline")


def _without_evidence(project: Project, facts: EligibilityFacts, units: Set[str]) -> Iterator[Finding]:
    """Yield practices and amounts of Table 4 that nothing is said to stand behind, unit by unit.

    The facts ``practices`` and ``amounts`` stand for all of their kind.
    """
    said: dict[str, set[tuple[str, str]]] = {}
    for item in facts.evidence:
        said.setdefault(item.place, set()).add((item.kind, item.fact))
    columns = [name for names in AMOUNTS.values() for name in names]
    for unit in sorted(units & set(said)):
        amounts = {
            name
            for year in project.schedule_of(unit, "baseline").years
            for name in columns
            if getattr(year, name) is not None
        }
        lacking = [
            *(
                name
                for name in AMOUNTS
                if not {("qualitative", name), ("qualitative", "practices")} & said[unit]
            ),
            *(
                name
                for name in sorted(amounts)
                if not {("quantitative", name), ("quantitative", "amounts")} & said[unit]
            ),
        ]
        if lacking:
            yield silent("evidence", f"nothing behind {', '.join(lacking)} of {unit}", "6, Box 1")
    if missing := sorted(units - set(said)):
        yield silent("evidence", f"nothing on {', '.join(missing)}", "6, Box 1")


def _factors(facts: EligibilityFacts) -> Iterator[Finding]:
    """Yield factors of common practice that are typed in without the areas that they are of."""
    for item in facts.adoption:
        if item.common_practice_factor is not None and (
            item.adopted_area_ha is None
            or item.different_area_ha is None
            or item.different_area_ha > item.adopted_area_ha
        ):
            state = f"F of {' with '.join(item.practices)} without adopted_area_ha and a different_area_ha within it"
            yield silent("adoption", state, "7, step 3.2")
