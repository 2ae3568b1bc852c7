"""Of which things of a project the table of clauses asks a statement, and what the statements are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mollisol.emissions.grid import years_of_units
from mollisol.methodology.context import Context
from mollisol.methodology.eligibility.clauses import DECLARATIONS_FILE, check_clauses, clauses
from mollisol.methodology.eligibility.evidence import EvidenceLevel
from mollisol.methodology.eligibility_facts import EligibilityFacts
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import places_gone
from mollisol.methodology.project import Project
from mollisol.methodology.soil_models.inputs import AMOUNTS, SiteRow
from mollisol.questions.declarations import units_that_read_the_same
from mollisol.reading.project import TABLES

_DOCUMENTS: Final = ("project description", "monitoring report", "calculation workbook")
_OF_MODEL: Final = ("model validation report", "expert's assessment")
_SENSORS: Final = ("mid_infrared", "near_infrared", "libs", "ins")
_ACTIVITY: Final = (
    "fuel_use", "liming", "herds", "fertilizers", "fixing_species", "burning", "amendments", "residue_diversions",
    "production", "woody_stocks",
)  # fmt: skip
_OF_SITES: Final = frozenset({"file", "row", "site", "cell", "depth_cm", "soc_t_ha", "dpm_rpm_ratio"})
"""What of a site of a model is no soil input that is measured or has a source."""


def check_declared_clauses(context: Context) -> Iterable[Finding]:
    """Yield what the project does not state on the clauses that ask for it, and what it states and may not."""
    project, head = context.project, context.project.head
    ends = [period.during.end for period in head.verification_periods]
    days = {
        "start": head.start_date,
        "registration": head.registered_on,
        "end": max(ends, default=head.start_date),
    }
    documents = {item.file for item in project.evidence}
    yield from check_clauses(_things(project), project.declarations, documents, days, context.rules.number)
    yield from _areas(project)


def _things(project: Project) -> Mapping[str, set[str]]:
    """Return what there is of each kind that clauses ask about."""
    head, facts = project.head, project.eligibility or EligibilityFacts()
    gone = places_gone(project)
    units = {item.quantification_unit for item in project.quantification_units} - gone
    sites = {item.control_site for item in project.control_sites} if project.measured_controls else set[str]()
    campaigns, methods = {item.name for item in head.campaigns}, head.laboratory_methods
    instances = {item.instance for item in project.fields if item.instance and item.field not in gone}
    modelled, own = {gas.gas for gas in project.modelled_gases}, {factor.source for factor in head.factors}
    sources = {item.id for item in head.boundary.entries if item.included} - own
    sources = {name for name in sources if name.rpartition("_")[2] in ("co2", "ch4", "n2o")}
    sources -= {"soil_methanogenesis_ch4"} if "CH4" in modelled else set[str]()
    with_model = head.model is not None
    shown = {item.table for item in project.evidence}
    files = {table.field: table.file for table in TABLES}
    uses = {item.place: item.exception for item in facts.land_use if item.place not in gone}
    unproved = {
        item.id
        for item in methods
        if not (item.proficiency_test or item.repeat_relative_sd or item.batch_relative_sd)
        and not project.laboratory_repeats
    }
    return {
        "project": {""},
        "document": {*_DOCUMENTS, *(_OF_MODEL if with_model else ())},
        "unit": units,
        "one of several units": units if len(units) > 1 else set(),
        "unit that reads the same": units & units_that_read_the_same(project),
        "temporary grassland": {place for place, kind in uses.items() if kind == "integrated_system"},
        "degraded land": {place for place, kind in uses.items() if kind == "degraded_land"},
        "region of laws": {item.region for item in facts.regulatory_surplus},
        "region of barriers": {item.region for item in facts.barriers},
        "attested value": {
            f"{item.fact} of {item.place}"
            for item in facts.evidence
            if item.level is EvidenceLevel.ATTESTATION
        },
        "grouped project": {""} if instances else set(),
        "instance": instances,
        "modelled instance": instances if with_model else set(),
        "control site": sites,
        "control site without years": _without_years(project, sites),
        "campaign": campaigns,
        "first campaign": {min(head.campaigns, key=lambda one: one.during.start).name}
        if campaigns
        else set(),
        "campaign with amendments": campaigns if len(project.amendments) else set(),
        "campaign without places": campaigns - set(project.core_places.column("campaign").labels),
        "laboratory method": {item.id for item in methods},
        "method without an error": unproved,
        "sensor": {item.id for item in methods if item.kind in _SENSORS},
        "shallow stratum": {
            item.stratum for item in project.strata if item.shallow_soil_depth_cm is not None
        },
        "default source": sources,
        "default sources": {""} if sources else set(),
        "modelled gas": modelled,
        "model": {""} if with_model else set(),
        "modelled practice": {item.group for item in head.practice_changes} if with_model else set(),
        "re-measured model": {""} if with_model and len(campaigns) > 1 else set(),
        "soil input": _soil_inputs(project),
        "amount without a spread": _amounts(project),
        "table without a document": {
            files[name] for name in _ACTIVITY if len(getattr(project, name)) and files[name] not in shown
        },
        "manure": {""} if any(item.amendment == "manure" for item in project.amendments) else set(),
        "commodity": {item.commodity for item in project.commodities},
        "report": {item.name for item in head.monitoring_periods},
    }


def _without_years(project: Project, sites: set[str]) -> set[str]:
    """Return control sites whose schedule lacks a year of the periods."""
    credited = set[int]().union(*years_of_units(project).values())
    there: dict[str, set[int]] = {}
    for place, year in project.schedule.distinct("place", "year"):
        there.setdefault(place, set()).add(year)
    return {site for site in sites if credited - there.get(site, set())}


def _soil_inputs(project: Project) -> set[str]:
    """Return the columns of soil that the sites of the model have."""
    rows: Iterable[Any] = project.model.inputs.sites if project.model is not None else ()
    numbers = {name for name in SiteRow.model_fields if name not in (*_OF_SITES, "land", "soil")}
    return {name for row in rows for name in numbers if getattr(row, name) is not None}


def _amounts(project: Project) -> set[str]:
    """Return the activities with amounts in the schedule of the model of which no sample gives an error."""
    rows = project.model.inputs.schedule if project.model is not None else ()
    external = {"external"} if project.model is not None and project.model.inputs.external else set[str]()
    there = {row.activity for row in rows} & set(AMOUNTS)
    return (there | external) - {row.source for row in project.practice_samples}


def _areas(project: Project) -> Iterable[Finding]:
    """Yield instances that share no affected practice, or not the land use, with the first of their area."""
    said = {(item.clause, item.thing): item.answer for item in project.declarations}

    def of(clause: str, instance: str) -> str:
        return said.get((clause, instance)) or said.get((clause, None)) or said.get((clause, "all"), "")

    use = {
        item.place: item.years[0].use
        for item in (project.eligibility or EligibilityFacts()).land_use
        if item.years
    }
    (part,) = (clause.part for clause in clauses() if clause.id == "eligibility-area")
    first: dict[str, str] = {}
    days = {item.instance: item.joined_on for item in reversed(tuple(project.fields)) if item.instance}
    for instance in sorted(days, key=lambda name: (days[name], name)):
        area = of("eligibility-area", instance)
        other = first.setdefault(area, instance)
        mine, theirs = (
            {word.strip() for word in of("affected-practices", name).split(";")} for name in (instance, other)
        )
        unlike = use.get(instance, "") != use.get(other, use.get(instance, ""))
        if area and (unlike or not mine & theirs):
            land = use.get(instance, "land")
            state = f"{land}, {'; '.join(sorted(mine))}; {other} in {area} has {'; '.join(sorted(theirs))}"
            yield finding(
                "clause-broken", Place(file=DECLARATIONS_FILE, thing=f"eligibility-area of {instance}"), state,
                allowed="the land use of its eligibility area, and an affected practice in common with it",
                part=part,
            )  # fmt: skip
