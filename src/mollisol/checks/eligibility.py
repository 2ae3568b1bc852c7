"""Hold a project against conditions, additionality, similarity and inclusion, as far as it declares them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from mollisol.checks.silence import silent, undeclared
from mollisol.emissions.herds import mean_heads
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.context import Context
from mollisol.methodology.eligibility.additionality import (
    Adoption,
    check_barriers,
    check_common_practice,
    check_regulatory_surplus,
)
from mollisol.methodology.eligibility.conditions import (
    check_adjustments,
    check_biochar,
    check_land_use,
    check_model,
    check_native_clearing,
    check_practice_changes,
    check_productivity,
    check_wetland,
)
from mollisol.methodology.eligibility.evidence import check_evidence
from mollisol.methodology.eligibility.inclusion import (
    BoundaryFacts,
    SourceAmounts,
    check_de_minimis,
    check_inclusion,
)
from mollisol.methodology.eligibility.livestock import LivestockInScenarios, check_livestock
from mollisol.methodology.eligibility.reassessment import (
    BaselineReassessment,
    check_baseline_age,
    check_end_of_baseline,
)
from mollisol.methodology.eligibility.schedule import LookBack, check_look_back
from mollisol.methodology.eligibility.similarity import SoilCarbonComparison, check_similarity
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds, thresholds_of
from mollisol.methodology.eligibility_facts import ELIGIBILITY_FILE, EligibilityFacts
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import places_gone, starts_of_units, units_of
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources.shares import common_practice_factor, omitted_share
from mollisol.quantification.totals import total_t_co2e
from mollisol.stocks.samples import Samples


def check_eligibility(context: Context) -> list[Finding]:
    """Return every finding on what the project declares; without the file, that nothing was declared."""
    project = context.project
    if project.eligibility is None:
        return [*check_practice_changes(project.head.practice_changes), _not_declared()]
    facts = _of_land_that_stays(project, project.eligibility)
    limits = thresholds_of(context.rules)
    # a baseline is as old as it becomes in the last period that it serves
    ends = [period.during.end for period in project.head.verification_periods]
    used_on = max([project.head.registered_on, *ends])
    return [
        *check_practice_changes(project.head.practice_changes),
        *check_adjustments(facts.adjustments, limits),
        *(f for history in facts.land_use for f in check_land_use(history, limits)),
        *(f for model in facts.models for f in check_model(model)),
        *(f for clearing in facts.native_clearing for f in check_native_clearing(clearing, limits)),
        *(f for expectation in facts.productivity for f in check_productivity(expectation, limits)),
        *(f for wetland in facts.wetlands for f in check_wetland(wetland)),
        *(check_biochar(facts.biochar) if facts.biochar is not None else ()),
        *(f for surplus in facts.regulatory_surplus for f in check_regulatory_surplus(surplus)),
        *(f for analysis in facts.barriers for f in check_barriers(analysis)),
        *(f for item in facts.adoption for f in check_common_practice(_computed(item), limits)),
        *(f for evidence in facts.evidence for f in check_evidence(evidence, limits)),
        *(f for one in facts.baselines for f in check_baseline_age(one, on=used_on, thresholds=limits)),
        *heard(_silent_baselines, project, facts, limits),
        *(f for end in facts.ends_of_baseline for f in check_end_of_baseline(end, limits)),
        *heard(_look_back, project, facts, limits),
        *heard(_herds, project, facts),
        *heard(undeclared, project, facts),
    ]


def _not_declared() -> Finding:
    return finding(
        "eligibility-not-declared",
        Place(file=ELIGIBILITY_FILE),
        "no such file: applicability, additionality and similarity are not checked beyond the other tables",
    )


def _of_land_that_stays(project: Project, facts: EligibilityFacts) -> EligibilityFacts:
    """Return the facts without those on land that left: they are history, and stop nobody else."""
    gone = places_gone(project)
    sections = ("adjustments", "land_use", "native_clearing", "productivity", "wetlands", "rotations")
    kept = {name: tuple(item for item in getattr(facts, name) if item.place not in gone) for name in sections}
    return facts.model_copy(update=kept if gone else {})


def _computed(adoption: Adoption) -> Adoption:
    """Return the adoption with the factor of its two areas, where they are given."""
    whole, different = adoption.adopted_area_ha, adoption.different_area_ha
    if whole is None or different is None or different > whole:
        return adoption
    factor = float(common_practice_factor(adopted_area_ha=whole, different_area_ha=different))
    return adoption.model_copy(update={"common_practice_factor": factor})


def _silent_baselines(
    project: Project, facts: EligibilityFacts, limits: EligibilityThresholds
) -> Iterable[Finding]:
    """Yield units whose baseline nobody declares and that is too old: it is as old as the start of their land."""
    known, starts = {item.unit for item in facts.baselines}, starts_of_units(project)
    periods = project.head.verification_periods
    last = {unit: period.during.end for period in periods for unit in units_of(project, period)}
    for unit, day in last.items():
        if unit in starts and unit not in known:
            baseline = BaselineReassessment(unit=unit, valid_from=starts[unit])
            yield from check_baseline_age(baseline, on=day, thresholds=limits)


def _look_back(project: Project, facts: EligibilityFacts, limits: EligibilityThresholds) -> Iterable[Finding]:
    rotations = {rotation.place: rotation.years for rotation in facts.rotations}
    starts = starts_of_units(project)
    for name in project.quantification_units.column("quantification_unit").values() if rotations else ():
        start = starts[name].year
        years = {start - item.year for item in project.schedule_of(name, "baseline").before(start)}
        if name in rotations and years:
            yield from check_look_back(
                LookBack(place=name, years_before_start=tuple(sorted(years)), rotation_years=rotations[name]),
                limits,
            )


def _herds(project: Project, facts: EligibilityFacts) -> Iterable[Finding]:
    chosen = {item.animal: item for item in facts.herd_reductions}
    for (unit, animal, productivity), mean in sorted(mean_heads(project).items()):
        heads = [
            row.head
            for row in project.herds
            if row.scenario == "project"
            and (row.quantification_unit, row.animal, row.productivity) == (unit, animal, productivity)
        ]
        choice = chosen.get(animal)
        yield from check_livestock(
            LivestockInScenarios(
                animal=f"{animal} of {unit}",
                baseline_mean_head=mean,
                project_head=min(heads, default=0.0),
                option=choice.option if choice else "",
                output_did_not_fall=bool(choice and choice.output_did_not_fall),
                slaughtered_not_moved=bool(choice and choice.slaughtered_not_moved),
            )
        )


def check_sites(context: Context, samples: Samples | None) -> list[Finding]:
    """Return a finding for every row of Table 7 in which control sites differ from their units, as described.

    The row on soil carbon is tested on the samples themselves by another check; here only its comparison is passed on.
    """
    project = context.project
    facts = project.eligibility
    if facts is None:
        return []
    limits, sites = thresholds_of(context.rules), {site.name: site for site in facts.sites}
    units = {stratum.stratum: stratum.quantification_unit for stratum in project.strata}
    found: list[Finding] = []
    alike = samples.similarity if samples is not None else None
    chance = (
        {} if alike is None else dict(zip(alike.p_value.index, alike.p_value.value.tolist(), strict=True))
    )
    for site, unit in sorted({(link.control_site, units[link.stratum]) for link in project.control_links}):
        if site not in sites or unit not in sites:
            missing = ", ".join(name for name in (site, unit) if name not in sites)
            found.append(silent("sites", f"nothing on {missing}", "8.2, Table 7"))
            continue
        compared = (
            SoilCarbonComparison(test="Welch's t of their samples", p_value=chance[unit])
            if unit in chance
            else None
        )
        rows = check_similarity(
            sites[unit],
            sites[site],
            compared,
            argued=facts.practices_argued,
            boundary_depth_cm=project.head.reporting_depth_cm,
            thresholds=limits,
        )
        found += [row for row in rows if row.code != "control-soil-carbon"]
    return found


class _Amounts(NamedTuple):
    """What a source emits, or a pool loses, over all periods. [t CO2e]."""

    baseline: float = 0.0
    project: float = 0.0


def check_boundary_amounts(
    context: Context, periods: Sequence[PeriodResult], net: Sequence[Quantity]
) -> list[Finding]:
    """Return where inclusion does not fit what was computed: the trigger of each source, and all that is omitted.

    Parameters
    ----------
    net
        Net reductions and removals of all years of the periods. [t CO2e]
    """
    project = context.project
    herds = {row.scenario for row in project.herds if row.head > 0}
    nitrogen = {"baseline": 0.0, "project": 0.0}
    for row in project.fertilizers:
        nitrogen[row.scenario] += row.applied_t * row.nitrogen_t_per_t
    amounts: defaultdict[str, _Amounts] = defaultdict(_Amounts)
    for source in (source for period in periods for source in period.sources):
        before = amounts[source.id]
        amounts[source.id] = _Amounts(
            before.baseline + max(0.0, source.baseline_t_co2e),
            before.project + max(0.0, source.project_t_co2e),
        )
    if project.woody_stocks:
        amounts["aboveground_woody_biomass"] = _woody_losses(project)
    if not amounts:
        return []
    limits = thresholds_of(context.rules)
    omitted = project.eligibility.omitted_as_de_minimis if project.eligibility else ()
    facts = BoundaryFacts(
        sources=tuple(
            SourceAmounts(
                id=entry.id,
                included=entry.included,
                baseline_t_co2e=amounts[entry.id].baseline,
                project_t_co2e=amounts[entry.id].project,
            )
            for entry in project.head.boundary.entries
        ),
        livestock_in_baseline="baseline" in herds,
        livestock_in_project="project" in herds,
        baseline_fertilized=nitrogen["baseline"] > 0,
        project_fertilizes_more=nitrogen["project"] > nitrogen["baseline"],
        project_plants_fixing_species=any(row.scenario == "project" for row in project.fixing_species),
        omitted_as_de_minimis=omitted,
    )
    findings = list(check_inclusion(facts, limits))
    if not omitted:
        return findings
    rises = [max(0.0, amounts[id].project - amounts[id].baseline) for id in omitted]
    return [*findings, *check_de_minimis(omitted, _omitted_share(context, omitted, rises, net), limits)]


def _woody_losses(project: Project) -> _Amounts:
    """Return what trees and shrubs lose over all periods."""
    areas = {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}
    ends: dict[tuple[str, str, str], list[tuple[date, float]]] = {}
    for row in project.woody_stocks:
        key = (row.scenario, row.quantification_unit, row.kind)
        ends.setdefault(key, []).append((row.measured_on, row.stock_t_co2e_per_ha))
    lost = {"baseline": 0.0, "project": 0.0}
    for (scenario, unit, _), stocks in ends.items():
        first, last = min(stocks)[1], max(stocks)[1]
        lost[scenario] += max(0.0, first - last) * areas[unit]
    return _Amounts(**lost)


def _omitted_share(
    context: Context, omitted: Sequence[str], rises: Sequence[float], net: Sequence[Quantity]
) -> float | None:
    """Compute what the omitted sources rise by, as a share of the benefit; none where there is no benefit."""
    trace, values = context.trace, [float(part.value) for part in net]
    if sum(values) <= 0:
        return None
    share = trace.compute(
        "omitted_share",
        omitted_share,
        omitted_t_co2e=trace.given(
            "omitted_t_co2e", np.array(rises), "t CO2e", [ELIGIBILITY_FILE], list(omitted)
        ),
        benefit_t_co2e=trace.compute(
            "benefit_t_co2e", total_t_co2e, parts_t_co2e=trace.arrange("net_of_all_years", values, net)
        ),
    )
    return float(share.value)
