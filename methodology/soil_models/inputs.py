"""Typed rows of the model tables. A row knows its file and its number (the header is row 1)."""

from __future__ import annotations

from mollisol.methodology.base import DomainObject
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


class ModelInputs(DomainObject):
    """Everything a run of the scenarios takes: the model, its parameter set, and the checked tables."""

    model: str
    parameters: ParameterSet
    baseline: str = "baseline"
    run_in_years: int = 5
    weather: tuple[WeatherRow, ...]
    sites: tuple[SiteRow, ...]
    schedule: tuple[ActivityRow, ...]
