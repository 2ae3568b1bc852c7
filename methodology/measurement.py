"""Campaigns, sample points and their plan, core increments and laboratory methods (VM0042 v2.2 section 8.2.1)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from mollisol.methodology.base import Day, DomainObject, Identifier, Interval, Items, RequiredText, Text
from mollisol.methodology.columns import Columns

PLAN_FILE: Final = "plan/plan.toml"
PLAN_POINTS_FILE: Final = "plan/points.csv"
STATUS_FILE: Final = "point_status.csv"
PLACES_FILE: Final = "core_places.csv"

type Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
type Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
type GridNumber = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
type _Content = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
type _Part = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
type _Stones = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
type RelativeSd = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)]


PROXIMAL: Final = frozenset({"mid_infrared", "near_infrared", "libs", "ins"})
"""Kinds of laboratory method that predict carbon by a calibration (Appendix 4)."""


RICHEST_G_PER_KG: Final = 580.0
"""What a cell of a content holds at most: organic matter is carbon to 58 % (van Bemmelen), and no soil is more."""
LIGHTEST_G_PER_CM3: Final = 0.02
DENSEST_G_PER_CM3: Final = 2.2
"""What a cell of a density holds: from undecomposed peat to ground that no probe enters; quartz is 2.65."""


class Conversion(DomainObject):
    """How the values of a method were brought to those of another, by samples that both determined.

    Parameters
    ----------
    target
        The method whose values they were brought to. The contents in ``core_increments.csv`` are converted already.
    samples
        Samples that both methods determined.
    relative_sd
        Standard error of the conversion, as a fraction of the content: what all converted values share. It is carried
        as ``batch_relative_sd`` of the converted method, which is at least as large.
    evidence
        The document that holds the pairs.
    """

    target: Identifier
    samples: Annotated[int, Field(ge=2, le=1_000_000)]
    relative_sd: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)]
    evidence: RequiredText


class LaboratoryMethod(DomainObject):
    """How carbon and soil mass were determined.

    Only dry combustion is taken as unbiased and of negligible error (section 8.6.2). An error that was measured can be
    declared, or computed from ``laboratory_repeats.csv``; it is then carried by the Monte Carlo route and by the
    posterior. The error of a calibration comes from ``spectroscopy_validation.csv``, and all routes carry it.

    Parameters
    ----------
    calibration_model, instrument, sample_matrix
        Of a method that predicts carbon: the model and its version, the device, and how samples were prepared, such as
        ``dried, below 2 mm``. Methods that agree in all three share one calibration.
    repeat_relative_sd
        Standard deviation of repeated determinations of one increment, as a fraction of the content.
    batch_relative_sd
        Standard deviation of what all samples of one campaign share, as a fraction of the content.
    soil_mass_repeat_relative_sd
        Standard deviation of repeated determinations of the fine soil mass of one increment, as a fraction of it: of
        its density, its volume and what was sieved out.
    soil_mass_batch_relative_sd
        Standard deviation of what all soil masses of one campaign share, such as the diameter of the probe.
    analyte
        What the values are: organic carbon, total carbon with what is inorganic, or organic matter.
    inorganic_carbon
        How inorganic carbon was kept out of the values: none in the soil, removed by acid, or determined and
        subtracted.
    density_basis, coarse_fragments, drying
        Whether densities are of fine or of whole soil, how coarse fragments were taken off, how soil was dried.
    analysed_by
        Ids of who analysed, whose names ``people.csv`` has.
    conversion
        Where the values were brought to those of another method.
    """

    id: Identifier
    kind: Literal[
        "dry_combustion", "walkley_black", "loss_on_ignition", "mid_infrared", "near_infrared", "libs", "ins"
    ]
    laboratory: Text
    proficiency_test: Text = ""
    description: Text = ""
    calibration_model: Text = ""
    instrument: Text = ""
    sample_matrix: Text = ""
    repeat_relative_sd: RelativeSd = 0.0
    batch_relative_sd: RelativeSd = 0.0
    soil_mass_repeat_relative_sd: RelativeSd = 0.0
    soil_mass_batch_relative_sd: RelativeSd = 0.0
    analyte: Literal["organic", "total", "matter", "undeclared"] = "undeclared"
    inorganic_carbon: Literal["none", "removed", "subtracted", "not excluded", "undeclared"] = "undeclared"
    density_basis: Literal["fine soil", "whole soil", "undeclared"] = "undeclared"
    coarse_fragments: Literal["none", "by mass", "by volume", "undeclared"] = "undeclared"
    drying: Literal["oven-dry", "air-dry", "undeclared"] = "undeclared"
    analysed_by: Items[Identifier] = ()
    conversion: Conversion | None = None

    @property
    def procedure(self) -> tuple[str, ...]:
        """What makes two methods read alike, whatever their ids are: laboratory, calibration and what values are."""
        words = (self.laboratory, self.calibration_model, self.instrument, self.sample_matrix)
        basis = (self.kind, self.analyte, self.inorganic_carbon, self.density_basis, self.coarse_fragments)
        return (*basis, self.drying, *(" ".join(word.split()).casefold() for word in words))


class LaboratoryRepeat(DomainObject):
    """One determination of a sample that was measured more than once.

    Determinations of one sample in one batch show the error of a repeat; one sample in several batches, such as a
    reference material, shows what a batch shares.

    Parameters
    ----------
    laboratory_method
        How it was determined.
    batch, sample
        Names that are the laboratory's own; samples need not stand in ``core_increments.csv``.
    soc_g_per_kg, fine_soil_density_g_per_cm3
        What was found, one or both, as in ``core_increments.csv``.
    """

    laboratory_method: Identifier
    batch: Identifier
    sample: Identifier
    soc_g_per_kg: Annotated[float, Field(gt=0, le=RICHEST_G_PER_KG, allow_inf_nan=False)] | None = None
    fine_soil_density_g_per_cm3: (
        Annotated[float, Field(ge=LIGHTEST_G_PER_CM3, le=DENSEST_G_PER_CM3, allow_inf_nan=False)] | None
    ) = None


class ValidationSample(DomainObject):
    """One sample whose carbon was predicted by a calibration and measured by dry combustion too.

    The samples are chosen without bias, as the design chose the points, and had no part in the calibration.

    Parameters
    ----------
    laboratory_method
        The method that predicted.
    sample
        Its name in ``core_increments.csv`` where it is of the project; other names count as samples from elsewhere.
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        Organic carbon per dry mass of fine soil, predicted and by dry combustion.
    """

    laboratory_method: Identifier
    sample: Identifier
    predicted_soc_g_per_kg: Annotated[float, Field(ge=0, le=RICHEST_G_PER_KG, allow_inf_nan=False)]
    reference_soc_g_per_kg: Annotated[float, Field(ge=0, le=RICHEST_G_PER_KG, allow_inf_nan=False)]


class Campaign(DomainObject):
    """One round of sampling in which each unit is measured once; ids of who sampled, whose names ``people.csv`` has.

    ``drawn_anew`` are the strata and control sites whose points were drawn anew for it: they are other points than
    before, and their change is that of two independent samples.
    """

    name: Identifier
    during: Interval
    drawn_anew: Items[Identifier] = ()
    sampled_by: Items[Identifier] = ()


class SamplePoint(DomainObject):
    """A sample location of the project or of a control site.

    Parameters
    ----------
    point
        Its id.
    stratum
        The project stratum it was drawn in; empty for a point of a control site.
    control_site
        The control site it lies in; empty for a project point.
    sampling_unit
        The largest unit that the declared design drew independently inside the stratum. Points of one unit are
        averaged before any variance: they are not replicates.
    longitude_deg, latitude_deg
        WGS 84.
    field
        The field of ``fields.csv`` that it lies in. It is in a period if its field is.
    part
        The stratum within the field, as in ``drawn_fields.csv``.
    grid_row, grid_column
        Of a systematic grid: the numbers of its row and its column.
    """

    point: Identifier
    stratum: Identifier | None = None
    control_site: Identifier | None = None
    sampling_unit: Identifier
    field: Identifier | None = None
    part: Identifier | None = None
    grid_row: GridNumber | None = None
    grid_column: GridNumber | None = None
    longitude_deg: Longitude | None = None
    latitude_deg: Latitude | None = None


class CoreIncrement(DomainObject):
    """One depth increment of one sample: what the probe and the laboratory gave.

    Soil mass comes either from the weighed fine soil of known cores (Eq. 3) or from a fine-soil density. Fine soil
    is below 2 mm, free of plant material. Carbon, weighed soil and density may also stand as the laboratory gave them,
    in the columns from ``carbon_as_given_g_per_kg`` on: what follows from them is computed, and where it stands in its
    own column too, that one counts and has to agree with it in its digits.

    Parameters
    ----------
    sample
        The core or composite that the increment belongs to; one sample lies at one point in one campaign.
    upper_cm, lower_cm
        Depth of the increment.
    soc_g_per_kg
        Organic carbon per dry mass of fine soil; may be empty where it follows from other columns.
    fine_soil_mass_g, probe_inner_diameter_mm, cores
        Weighed dry fine soil of the composite, the probe and the number of cores in it.
    fine_soil_density_g_per_cm3
        Dry fine soil per total volume.
    soc_stock_t_per_ha
        Stock of the increment as the laboratory reports it; only compared with depth x density x concentration.
    inorganic_carbon_g_per_kg, ph_in_water
        What says whether the soil holds carbonate; the first is taken off total carbon.
    carbon_as_given_g_per_kg
        Organic carbon with the water that the soil still held, or the limit below which it was found.
    organic_matter_g_per_kg, carbon_share_of_matter
        Organic matter, and the carbon in a mass of it, such as 0.58.
    total_carbon_g_per_kg
        Total carbon, organic and inorganic.
    below_limit
        That the content is below a limit, which stands in its column, and what it counts as.
    carbon_dry_matter_fraction
        Oven-dry soil in a mass of the soil that carbon was determined in.
    whole_soil_density_g_per_cm3, fine_earth_density_g_per_cm3
        Density of the soil with its stones, or of the fine soil alone: its mass in its own volume.
    coarse_fragments_mass_fraction, coarse_fragments_volume_fraction, particle_density_g_per_cm3
        Stones above 2 mm, as a share of the whole soil, and their density.
    moist_fine_soil_mass_g
        Weighed fine soil that still held water.
    soil_dry_matter_fraction
        Oven-dry soil in that mass, or in the soil that the density was determined in.
    """

    campaign: Identifier
    point: Identifier
    sample: Identifier
    sampled_on: Day
    upper_cm: Annotated[float, Field(ge=0, le=500, allow_inf_nan=False)]
    lower_cm: Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)]
    soc_g_per_kg: Annotated[float, Field(ge=0, le=RICHEST_G_PER_KG, allow_inf_nan=False)] | None
    laboratory_method: Identifier
    fine_soil_mass_g: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    probe_inner_diameter_mm: Annotated[float, Field(ge=5, le=500, allow_inf_nan=False)] | None = None
    cores: Annotated[int, Field(ge=1, le=1000)] | None = None
    fine_soil_density_g_per_cm3: (
        Annotated[float, Field(ge=LIGHTEST_G_PER_CM3, le=DENSEST_G_PER_CM3, allow_inf_nan=False)] | None
    ) = None
    soc_stock_t_per_ha: Annotated[float, Field(ge=0, le=5000, allow_inf_nan=False)] | None = None
    inorganic_carbon_g_per_kg: Annotated[float, Field(ge=0, le=130, allow_inf_nan=False)] | None = None
    ph_in_water: Annotated[float, Field(ge=2, le=12, allow_inf_nan=False)] | None = None
    carbon_as_given_g_per_kg: _Content | None = None
    organic_matter_g_per_kg: _Content | None = None
    carbon_share_of_matter: _Part | None = None
    total_carbon_g_per_kg: _Content | None = None
    below_limit: Literal["zero", "half the limit", "the limit"] | None = None
    carbon_dry_matter_fraction: _Part | None = None
    whole_soil_density_g_per_cm3: Annotated[float, Field(ge=0.02, le=2.8, allow_inf_nan=False)] | None = None
    fine_earth_density_g_per_cm3: Annotated[float, Field(ge=0.02, le=2.2, allow_inf_nan=False)] | None = None
    coarse_fragments_mass_fraction: _Stones | None = None
    coarse_fragments_volume_fraction: _Stones | None = None
    particle_density_g_per_cm3: Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)] | None = None
    moist_fine_soil_mass_g: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    soil_dry_matter_fraction: _Part | None = None


class PlannedStratum(DomainObject):
    """A stratum as it was drawn before sampling."""

    stratum: Identifier
    area_ha: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]


class PlanHead(DomainObject):
    """What ``plan/plan.toml`` holds.

    Parameters
    ----------
    made_on
        The day on which the points were drawn.
    dated_by
        Who vouches for that day: the proponent alone, or somebody else, named in ``dated_by_whom``.
    dated_evidence
        A file of the project that shows the date, such as a time stamp or a letter; it is taken into the bundle.
    depth_cm
        How deep each core goes.
    interval_years
        The time from one campaign to the next.
    laboratory_methods
        Ids of the methods of ``project.toml`` that were planned.
    drawn_with
        What drew the points: ``mollisol sample plan``, which draws them again from frame, strata and seed, or another
        program in words.
    frame_sha256
        Of the file of outlines that they were drawn in.
    seed
        Of the draw.
    seed_by
        Who chose the seed. ``public_value``: it follows from frame, strata and a value that was named in advance and
        published later, so that nobody could try seeds.
    """

    made_on: Day
    dated_by: Literal["proponent", "auditor", "registry", "time_stamp"] = "proponent"
    dated_by_whom: Text = ""
    dated_evidence: Text = ""
    depth_cm: Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)]
    interval_years: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)] | None = None
    laboratory_methods: Items[Identifier] = ()
    drawn_with: Text = ""
    frame_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    seed: Annotated[int, Field(ge=0)]
    seed_by: Literal["proponent", "auditor", "public_value"] = "proponent"
    public_value: Text = ""
    strata: Items[PlannedStratum]


class PlannedPoint(DomainObject):
    """A point of the plan; a spare is taken only where a point of its stratum cannot be."""

    point: Identifier
    stratum: Identifier | None = None
    control_site: Identifier | None = None
    sampling_unit: Identifier
    use: Literal["sample", "spare"] = "sample"
    part: Identifier | None = None
    grid_row: GridNumber | None = None
    grid_column: GridNumber | None = None
    longitude_deg: Longitude | None = None
    latitude_deg: Latitude | None = None


class SamplingPlan(DomainObject):
    """The plan: its head, its points, and the SHA-256 of both files, one after the other."""

    head: PlanHead
    points: Columns[PlannedPoint]
    sha256: str


class PointStatus(DomainObject):
    """What became of a point, from a campaign on.

    ``lost`` and ``left`` (its land left the project) hold from the campaign on, ``missed`` for it alone; ``joined``
    says that the campaign is the first one of the point.
    """

    point: Identifier
    status: Literal["lost", "left", "missed", "joined"]
    campaign: Identifier
    reason: RequiredText


class CorePlace(DomainObject):
    """Where a point was in fact sampled in a campaign, WGS 84."""

    campaign: Identifier
    point: Identifier
    longitude_deg: Longitude
    latitude_deg: Latitude


def unsampled(statuses: Columns[PointStatus], campaigns: list[str], first: str, last: str) -> dict[str, str]:
    """Return the points that need not be in both campaigns of a period, with the status that says so."""
    order = {name: number for number, name in enumerate(campaigns)}
    begin, end = order[first], order[last]
    told: dict[str, str] = {}
    for item in statuses:
        since = order[item.campaign]
        if item.status in ("lost", "left"):
            holds = since <= end
        elif item.status == "missed":
            holds = since in (begin, end)
        else:
            holds = since > begin
        if holds:
            told[item.point] = item.status
    return told
