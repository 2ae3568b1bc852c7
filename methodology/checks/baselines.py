"""Declared baselines against the approaches and against what the rule set credits (VM0042 section 8.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mollisol.methodology.baseline import APPROACH_OF, SOIL, WORDS, Baseline, credited_kinds
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.eligibility.approaches import SOIL_N2O, TABLE_5
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

HEAD = "project.toml"
_MODELLED = ("modelled_schedule", "blended", "hybrid")


def check_baselines(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on which baselines were declared; what one needs beyond that is checked where it is read."""
    return gathered(
        [
            *heard(_approaches, project),
            *heard(_sources, project),
            *(finding for item in project.head.baselines for finding in _one(item, project)),
            *heard(_twice, project),
            *heard(_needs, project),
            *heard(_credited, project, rules),
        ]
    )


def credits_soil(project: Project, item: Baseline, rules: RulesInForce) -> str:
    """Return why units are not issued from a baseline; empty where they may be.

    A baseline of another approach may stand beside the unit's; the project side then takes that approach too.
    """
    if project.approach == "measure_and_remeasure" and item.kind == "measured_controls":
        return ""  # the one way that all editions have; nothing is looked up for it
    value = str(rules.value("vm0042.baseline.credited-kinds").value)
    if item.kind not in credited_kinds(value):
        return f"{rules.rule_set.key} issues from: {value.replace('_', ' ')}"
    if APPROACH_OF[item.kind] != project.approach:
        return f"the units are declared {project.approach.replace('_', ' ')}"
    return ""


def _place(item: Baseline) -> Place:
    return Place(file=HEAD, thing=f"baseline {item.kind} of {item.pool}")


def _approaches(project: Project) -> Iterable[Finding]:
    known = sorted({unit.approach for unit in project.quantification_units})
    if len(known) > 1:
        yield finding(
            "approaches-mixed", Place(file="quantification_units.csv", column="approach"), ", ".join(known)
        )
    if project.approach in {APPROACH_OF[item.kind] for item in project.soil_baselines}:
        return
    yield finding(
        "mixed-approaches-in-unit",
        _place(project.soil_baselines[0]),
        f"units are {project.approach}, the baseline is {WORDS[project.soil_baselines[0].kind]}",
    )


def _sources(project: Project) -> Iterable[Finding]:
    """Return the baselines of soil nitrous oxide that are declared otherwise than the tables quantify it."""
    modelled = {row.quantification_unit for row in project.modelled_gases if row.gas == "N2O"}
    units = [unit.quantification_unit for unit in project.quantification_units]
    for item in project.head.baselines:
        declared = APPROACH_OF[item.kind]
        if item.pool in SOIL_N2O and declared in TABLE_5[item.pool]:
            for unit in item.units or units:
                computed = "measure_and_model" if unit in modelled else "default_factors"
                if declared != computed:
                    words = [approach.replace("_", " ") for approach in (declared, computed)]
                    text = f"{words[0]} in the baseline, {words[1]} in the tables of {unit}"
                    yield finding("approach-differs", _place(item), text)


def _one(item: Baseline, project: Project) -> Iterable[Finding]:
    pools = TABLE_5.get(item.pool)
    if pools is None or APPROACH_OF[item.kind] not in pools:
        yield finding(
            "baseline-pool-unknown" if pools is None else "baseline-not-for-pool",
            _place(item),
            item.pool if pools is None else f"{WORDS[item.kind]} for {item.pool}",
            allowed=", ".join(TABLE_5) if pools is None else " or ".join(sorted(pools)),
        )
    all_units = {unit.quantification_unit for unit in project.quantification_units}
    unknown = sorted(set(item.units) - all_units)
    if unknown:
        yield finding(
            "unknown-reference",
            _place(item),
            ", ".join(unknown),
            table="quantification_units.csv",
            do="correct the name",
        )
    elif item.units and item.pool == SOIL and set(item.units) != all_units:
        yield finding("baseline-for-some-units", _place(item), f"{len(item.units)} of {len(all_units)} units")


def _twice(project: Project) -> Iterable[Finding]:
    for (pool, kind), times in Counter((item.pool, item.kind) for item in project.head.baselines).items():
        if times > 1:
            yield finding(
                "duplicate-id",
                Place(file=HEAD, thing=f"baseline {kind} of {pool}"),
                f"{kind} of {pool} {times} times",
                do="take one out",
            )


def _needs(project: Project) -> Iterable[Finding]:
    for item in project.soil_baselines:
        if item.kind in _MODELLED and project.head.model is None:
            yield finding("baseline-without-model", _place(item), "no [project.model] in project.toml")
    if not project.measured_controls:
        return
    for period in project.head.verification_periods:
        if not (period.first_campaign and period.last_campaign):
            yield finding(
                "period-without-campaigns",
                Place(file=HEAD, thing=f"verification period {period.name}"),
                "no first_campaign or no last_campaign",
            )


def _credited(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    why = {item.kind: credits_soil(project, item, rules) for item in project.soil_baselines}
    refused = all(why.values())
    for item in project.soil_baselines:
        if not why[item.kind] and not refused:
            continue
        yield finding(
            "baseline-not-credited" if refused else "baseline-beside",
            _place(item),
            WORDS[item.kind],
            allowed=why[item.kind],
            severity=Severity.WARNING if item.kind == "static" and not refused else None,
        )
