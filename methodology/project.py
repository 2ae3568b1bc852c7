"""The project: units, strata, control sites, periods and declared deviations (VM0042 v2.2 sections 3, 5 and 8)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.activity import (
    Amendment,
    Burning,
    CommodityFacts,
    Fertilizer,
    FixingSpecies,
    FuelUse,
    Herd,
    Liming,
    ManureShare,
    Mitigation,
    ModelledGas,
    NewLand,
    PracticeSample,
    Production,
    ResidueDiversion,
    SiteConditions,
    WoodyStock,
)
from mollisol.methodology.base import Day, DomainObject, Identifier, Interval, Items, RequiredText, Text
from mollisol.methodology.baseline import Baseline, baselines_of
from mollisol.methodology.boundary import ProjectBoundary
from mollisol.methodology.columns import Columns
from mollisol.methodology.eligibility.clauses import Declaration
from mollisol.methodology.eligibility.non_permanence import RiskAnswer
from mollisol.methodology.eligibility_facts import EligibilityFacts
from mollisol.methodology.factors.project_factors import ProjectFactor
from mollisol.methodology.land.design import FieldPart, SamplingDesign
from mollisol.methodology.land.fields import Instance, LandField
from mollisol.methodology.ledger import Ledger
from mollisol.methodology.measurement import (
    Campaign,
    CoreIncrement,
    CorePlace,
    LaboratoryMethod,
    LaboratoryRepeat,
    PointStatus,
    SamplePoint,
    SamplingPlan,
    ValidationSample,
)
from mollisol.methodology.model_setup import ModelHead, ProjectModel
from mollisol.methodology.practice import PracticeChange, ScheduleOfActivities, YearOfActivities
from mollisol.methodology.programmes.facts import ProgrammeFacts

UNDECLARED = "undeclared"
"""What stands where a project has not made a choice: `check` names it, and nothing is issued until it is made."""

EVIDENCE_FILE = "evidence/register.csv"
FOUND_FILE = "evidence/found.csv"
"""Which of its files a run found, with size and hash: a run writes it into the bundle, and nobody else."""

type AreaHa = Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]


class QuantificationUnit(DomainObject):
    """A defined area for which reductions and removals are estimated with one approach."""

    quantification_unit: Identifier
    approach: Literal["measure_and_remeasure", "measure_and_model"]
    area_ha: AreaHa
    managed_by: Identifier | None = None
    """The id of who owns or manages the land; the name stands in ``people.csv``."""


class Stratum(DomainObject):
    """A part of a quantification unit that is relatively homogeneous.

    ``shallow_soil_depth_cm`` is given where an impeding layer ends the soil above the reporting depth; such strata
    keep an equivalent soil mass of their own.
    """

    stratum: Identifier
    quantification_unit: Identifier
    area_ha: AreaHa
    shallow_soil_depth_cm: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None


class ControlSite(DomainObject):
    """An area under baseline practice where the baseline stock change is measured."""

    control_site: Identifier
    managed_by: Text
    distance_km: Annotated[float, Field(ge=0, le=20000, allow_inf_nan=False)]


class ControlLink(DomainObject):
    """One control site stands for one stratum. The sites of a stratum count alike."""

    control_site: Identifier
    stratum: Identifier


class BiocharApplication(DomainObject):
    """Biochar put on the land since the last verification, as carbon (applicability condition 7)."""

    quantification_unit: Identifier
    applied_on: Day
    biochar_t: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
    organic_carbon_fraction: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class VerificationPeriod(DomainObject):
    """The time between two campaigns whose change is credited; its years are the vintages.

    Under measure and model the campaigns may be left out: the runs start from the initial one. ``units`` are the
    quantification units that it covers; none is all. Units with campaigns and clocks of their own have periods of their
    own, as those that join later.
    """

    name: Identifier
    during: Interval
    first_campaign: Identifier | Literal[""] = ""
    last_campaign: Identifier | Literal[""] = ""
    units: Items[Identifier] = ()


class MonitoringPeriod(DomainObject):
    """The time that one monitoring report covers: one or more verification periods."""

    name: Identifier
    during: Interval


class Deviation(DomainObject):
    """A departure from a rule that the project declares, with its reason.

    ``applies_to`` names the one thing it holds for; empty holds for every finding of that code. Who approved it, under
    which reference, and the document that shows it, with its hash, are needed where the finding would stop issuance.
    """

    id: Identifier
    code: Text
    reason: RequiredText
    applies_to: Text = ""
    approved_by: Text = ""
    reference: Text = ""
    evidence_file: Text = ""
    evidence_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class AbsentTable(DomainObject):
    """A table that the project does not have, why, and of which years; empty is all of them."""

    table: Identifier
    reason: RequiredText
    period: Text = ""


class Person(DomainObject):
    """Somebody that ids of the project stand for. The file of names is read beside the project, and is in no bundle."""

    id: Identifier
    name: RequiredText
    role: Text | None = None
    organisation: Text | None = None
    contact: Text | None = None


class EvidenceItem(DomainObject):
    """A document, and what it stands for.

    Parameters
    ----------
    file
        Its path in the project folder.
    sha256
        Of its bytes, on the day on which it was registered.
    kind
        What it is.
    table
        The file of the project whose numbers it shows, such as ``core_increments.csv`` or ``project.toml``.
    rows
        Empty or ``all``; rows of a table by the value of a column, ``campaign=2026``, or by numbers, ``2-40, 45``; or a
        key of ``project.toml``.
    """

    file: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Literal[
        "laboratory report", "chain of custody", "field log", "photograph", "invoice", "contract", "land title",
        "statement", "statistics", "satellite image", "model output", "tool output", "publication", "approval", "other",
    ]  # fmt: skip
    table: Text
    rows: Text | None = None
    note: Text | None = None


class FoundFile(DomainObject):
    """A file of the evidence register as a run found it."""

    file: Text
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ProjectHead(DomainObject):
    """What ``project.toml`` holds."""

    programme: Text
    """The key of that name at the top of the file, beside the schema."""
    name: Text
    description: Text = ""
    proponent: Text
    country: Text
    rules: Text
    registered_on: Day
    start_date: Day
    listed_on: Day | None = None
    """The day on which the project was listed in the pipeline of the registry."""
    registration_requested_on: Day | None = None
    """The day by which validation was complete and registration was asked for."""
    crediting_years: Annotated[int, Field(ge=1, le=1000)] | None = None
    potentials_before_2021: Literal["AR4", "AR5"] = "AR4"
    """Of emissions before 2021 the standard lets a project choose."""
    expected_t_co2e_per_year: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    """What the project description estimated beforehand; small projects have more time."""
    kind: Literal["project", "replay", "constructed", "placeholder", "undeclared"] = "undeclared"
    reporting_depth_cm: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)]
    equivalent_soil_mass_interpolation: Literal["natural_cubic_spline", "linear", "undeclared"] = "undeclared"
    non_permanence_rating_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    geometry_file: Text = ""
    attribution: Items[Text] = ()
    design: SamplingDesign
    boundary: ProjectBoundary
    practice_changes: Items[PracticeChange]
    campaigns: Items[Campaign]
    laboratory_methods: Items[LaboratoryMethod]
    monitoring_periods: Items[MonitoringPeriod]
    verification_periods: Items[VerificationPeriod]
    deviations: Items[Deviation] = ()
    absent_tables: Items[AbsentTable] = ()
    """Tables that are not there because what they hold does not take place."""
    factors: Items[ProjectFactor] = ()
    """Factors of the project's own in place of defaults, by source and the name that the report gives the default."""
    baselines: Items[Baseline] = ()
    """In the order in which one is looked for that issues; without one, that of the approach."""
    model: ModelHead | None = None
    new_land: NewLand | None = None
    """Land that displaced production would clear; asked for where there is any."""
    gs402: ProgrammeFacts | None = None
    crcf: ProgrammeFacts | None = None
    """What other programmes ask beside the tables, where the project is compared under them."""

    @property
    def interpolation(self) -> Literal["natural_cubic_spline", "linear"]:
        """What is computed with: the choice, or the spline of the document's figure while there is none."""
        chosen = self.equivalent_soil_mass_interpolation
        return "natural_cubic_spline" if chosen == "undeclared" else chosen


class Project(DomainObject):
    """A whole project as read: the head and its tables, with the rows in the order of the files."""

    head: ProjectHead
    quantification_units: Columns[QuantificationUnit]
    strata: Columns[Stratum]
    sample_points: Columns[SamplePoint]
    control_sites: Columns[ControlSite]
    control_links: Columns[ControlLink]
    core_increments: Columns[CoreIncrement]
    schedule: Columns[YearOfActivities]
    point_statuses: Columns[PointStatus] = Columns.of(PointStatus, ())
    core_places: Columns[CorePlace] = Columns.of(CorePlace, ())
    laboratory_repeats: Columns[LaboratoryRepeat] = Columns.of(LaboratoryRepeat, ())
    spectroscopy_validation: Columns[ValidationSample] = Columns.of(ValidationSample, ())
    fields: Columns[LandField] = Columns.of(LandField, ())
    drawn_fields: Columns[FieldPart] = Columns.of(FieldPart, ())
    instances: Columns[Instance] = Columns.of(Instance, ())
    biochar: Columns[BiocharApplication] = Columns.of(BiocharApplication, ())
    site_conditions: Columns[SiteConditions] = Columns.of(SiteConditions, ())
    fuel_use: Columns[FuelUse] = Columns.of(FuelUse, ())
    liming: Columns[Liming] = Columns.of(Liming, ())
    herds: Columns[Herd] = Columns.of(Herd, ())
    manure_shares: Columns[ManureShare] = Columns.of(ManureShare, ())
    fertilizers: Columns[Fertilizer] = Columns.of(Fertilizer, ())
    fixing_species: Columns[FixingSpecies] = Columns.of(FixingSpecies, ())
    burning: Columns[Burning] = Columns.of(Burning, ())
    woody_stocks: Columns[WoodyStock] = Columns.of(WoodyStock, ())
    amendments: Columns[Amendment] = Columns.of(Amendment, ())
    modelled_gases: Columns[ModelledGas] = Columns.of(ModelledGas, ())
    commodities: Columns[CommodityFacts] = Columns.of(CommodityFacts, ())
    production: Columns[Production] = Columns.of(Production, ())
    mitigation: Columns[Mitigation] = Columns.of(Mitigation, ())
    residue_diversions: Columns[ResidueDiversion] = Columns.of(ResidueDiversion, ())
    practice_samples: Columns[PracticeSample] = Columns.of(PracticeSample, ())
    risk_answers: Columns[RiskAnswer] = Columns.of(RiskAnswer, ())
    evidence: Columns[EvidenceItem] = Columns.of(EvidenceItem, ())
    declarations: Columns[Declaration] = Columns.of(Declaration, ())
    found_files: Columns[FoundFile] = Columns.of(FoundFile, ())
    """The files of the evidence register that were there."""
    ledger: Ledger | None = None
    eligibility: EligibilityFacts | None = None
    model: ProjectModel | None = None
    plan: SamplingPlan | None = None
    last_joined_on: Day | None = None
    """The day on which the last land of the whole project joined, where a period covers a part of it."""
    production_share: float = 1.0
    """What of the displaced production a period takes, by area, where others cover other land at the same time."""

    def interpolated_by(self, interpolation: Literal["natural_cubic_spline", "linear"]) -> Project:
        """Return the project with what its stocks were interpolated by; itself where that was its choice."""
        if interpolation == self.head.interpolation:
            return self
        head = self.head.model_copy(update={"equivalent_soil_mass_interpolation": interpolation})
        return self.model_copy(update={"head": head})

    def lost_control_sites(self, first: str, last: str) -> dict[str, tuple[str, ...]]:
        """Return control sites that one of two campaigns lacks, with the sites that their strata keep.

        Only where each of their strata keeps a site that both campaigns have: the change is then computed without them.
        """
        if not self.point_statuses or not self.measured_controls:
            return {}
        points = self.sample_points
        site_of = dict(
            zip(points.column("point").values(), points.column("control_site").values(), strict=True)
        )
        measured: dict[str, set[str]] = {first: set(), last: set()}
        for campaign, point in self.core_increments.distinct("campaign", "point"):
            if campaign in measured and site_of.get(point):
                measured[campaign].add(point)
        paired = {site_of[point] for point in measured[first] & measured[last]}
        anew = {name for campaign in self.head.campaigns for name in campaign.drawn_anew}
        paired |= anew & set.intersection(*({site_of[point] for point in own} for own in measured.values()))
        once = {site_of[point] for point in measured[first] ^ measured[last]} - paired
        sites: dict[str, set[str]] = {}
        for link in self.control_links:
            sites.setdefault(link.stratum, set()).add(link.control_site)
        lost = {}
        for site in sorted(filter(None, once)):
            kept = [linked & paired for linked in sites.values() if site in linked]
            if kept and all(kept):
                lost[site] = tuple(sorted(filter(None, set().union(*kept))))
        return lost

    def without_control_sites(self, names: Collection[str]) -> Project:
        """Return the project without the links of some control sites; itself where there are none."""
        if not names:
            return self
        places = [place for place, link in enumerate(self.control_links) if link.control_site not in names]
        return self.model_copy(update={"control_links": self.control_links.at(places)})

    @property
    def approach(self) -> str:
        """The approach of all units; checks refuse a project that mixes them."""
        approaches = self.quantification_units.column("approach")
        return approaches.labels[approaches.codes[0]] if approaches.codes.size else "measure_and_remeasure"

    @property
    def soil_baselines(self) -> tuple[Baseline, ...]:
        """Baselines of soil carbon, in the order in which one is looked for that issues."""
        return baselines_of(self.head.baselines, self.approach)

    @property
    def measured_controls(self) -> bool:
        """Whether a baseline rests on measured control sites."""
        return any(item.kind in ("measured_controls", "hybrid") for item in self.soil_baselines)

    def schedule_of(self, place: str, scenario: Literal["baseline", "project"]) -> ScheduleOfActivities:
        """Return the schedule of activities of a unit or control site, oldest year first."""
        places = self.schedule.groups("place", "scenario").get((place, scenario), ())
        own = [self.schedule[number] for number in places]
        years = tuple(sorted(own, key=lambda item: item.year))
        return ScheduleOfActivities.model_construct(place=place, scenario=scenario, years=years)
