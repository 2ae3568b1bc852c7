"""Typed rows of the model tables. A row knows its file and its number (the header is row 1)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Items, RequiredText, Text
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Place
from mollisol.methodology.soil_models.parameters import ParameterSet

LANDS = ("cropland", "grassland", "woodland", "paddy", "wetland")
SOILS = ("mineral", "volcanic", "organic", "permafrost")
ACTIVITIES = (
    "plant-input",
    "harvest",
    "cover-crop",
    "manure",
    "manure-carbon",
    "cover",
    "irrigation",
    "tillage",
)
AMOUNTS = ("plant-input", "harvest", "cover-crop", "manure", "manure-carbon", "irrigation")
"""Activities of which a schedule has an amount that somebody recorded or took from a sample."""
TILLAGES = ("full", "reduced", "none", "unknown")


class Row(DomainObject):
    """A row of a table."""

    file: str = ""
    row: int = 0

    def place(self, column: str) -> Place:
        """Return the place of a cell of the row."""
        return Place(file=self.file, row=self.row or None, column=column)


class WeatherRow(Row):
    """One month of one weather cell; pan evaporation or potential evapotranspiration, one of the two.

    Units: °C, mm per month.
    """

    cell: str
    year: int
    month: int
    tmean_c: float
    rain_mm: float
    pan_evaporation_mm: float | None = None
    pet_mm: float | None = None


class SiteRow(Row):
    """One site: its soil, its stock at the start, its land use. Units are in the names."""

    site: str
    cell: str
    depth_cm: float
    clay_percent: float
    soc_t_ha: float
    land: str = "cropland"
    soil: str = "mineral"
    iom_t_ha: float | None = None
    sand_fraction: float | None = None
    caco3_g_kg: float | None = None
    ph: float | None = None
    cn_ratio: float | None = None
    bulk_density_g_cm3: float | None = None
    clay_silt_percent: float | None = None
    dpm_rpm_ratio: float = 1.44


class ActivityRow(Row):
    """One entry of a schedule of activities.

    ======================  ===========================  =========================================
    activity                what                         amount
    ======================  ===========================  =========================================
    plant-input             kind of plant                t C/ha in that month
    harvest                 crop of the AMG table        dry yield, t/ha; ``residues`` says where straw goes
    cover-crop              cover crop of that table     dry above-ground matter, t/ha
    manure                  manure of the AMG table      fresh amount, t/ha
    manure-carbon           kind of manure               t C/ha
    cover                   on or off                    1 from that month on under plants, 0 bare
    irrigation                                           mm in that month
    tillage                 full, reduced, none          1; holds for the year
    ======================  ===========================  =========================================

    ``until_year`` repeats the entry every year up to that one. ``lignin_fraction`` and ``nitrogen_fraction`` are those
    of the input's dry matter where they were measured; else a table has them.
    """

    scenario: str
    site: str
    year: int
    month: int
    activity: str
    what: str = ""
    amount: float = 1.0
    residues: str = "returned"
    until_year: int | None = None
    lignin_fraction: float | None = None
    nitrogen_fraction: float | None = None


class ExternalRow(Row):
    """One simulated value of a model that ran elsewhere: stock and fluxes of a point, scenario, date and draw."""

    model: str
    model_version: str
    parameter_set: str
    point: str
    scenario: str
    year: int
    month: int = 12
    draw: int = 0
    soc_t_ha: float
    n2o_kg_ha: float | None = None
    ch4_kg_ha: float | None = None


type _Name = Annotated[Text, Field(min_length=1)]


class DeclaredInput(DomainObject):
    """What drove a model that ran elsewhere: files of the folder, and where they come from."""

    what: Literal["weather", "soil", "management", "parameters"]
    files: Annotated[Items[RequiredText], Field(min_length=1)]
    source: RequiredText


class ExternalModel(DomainObject):
    """The table ``[external]`` of ``model.toml``: a model that ran elsewhere.

    Parameters
    ----------
    name, version, parameter_set
        As each row of the results has them; the hash of the parameter set is of the files of its numbers.
    document
        Where the model is published, and shown to represent the practice.
    results
        The table of its results, beside ``model.toml``.
    depth_cm
        The layer, from the surface on, whose stocks it has. [cm]
    inputs
        What drove it: weather, soil, management and parameters, each with its files.
    """

    name: _Name
    version: _Name
    parameter_set: _Name
    document: RequiredText
    results: RequiredText
    depth_cm: Annotated[float, Field(gt=0, le=500)]
    inputs: Items[DeclaredInput] = ()

    def files_of(self, what: str) -> tuple[str, ...]:
        """Return the files that are declared for a kind of input."""
        return tuple(file for item in self.inputs if item.what == what for file in item.files)


class ExternalResults(DomainObject):
    """A model that ran elsewhere, with its results."""

    declared: ExternalModel
    rows: Columns[ExternalRow]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that drove the model."""
        return tuple(file for item in self.declared.inputs for file in item.files)

    def within(self, years: tuple[int, int], points: Collection[str]) -> ExternalResults:
        """Return the results of some points from the end of one year to the end of another."""
        kept = zip(self.rows.column("point").values(), self.rows.column("year").values(), strict=True)
        places = [
            place
            for place, (point, year) in enumerate(kept)
            if point in points and years[0] <= year <= years[1]
        ]
        return self.model_copy(update={"rows": self.rows.at(places)})


class ModelInputs(DomainObject):
    """Everything a run of the scenarios takes: the model, its parameter set, and the checked tables.

    A model that ran elsewhere has its results in place of weather and schedule.
    """

    model: str
    parameters: ParameterSet
    baseline: str = "baseline"
    run_in_years: int = 5
    weather: tuple[WeatherRow, ...] = ()
    sites: tuple[SiteRow, ...]
    schedule: tuple[ActivityRow, ...] = ()
    external: ExternalResults | None = None

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        if self.external is not None:
            return tuple(sorted(set(self.external.rows.column("scenario").labels)))
        return tuple(sorted({row.scenario for row in self.schedule}))

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the weather, or of the results of a model that ran elsewhere."""
        years = (
            self.external.rows.column("year").labels
            if self.external is not None
            else {row.year for row in self.weather}
        )
        return min(years), max(years)
