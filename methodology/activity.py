"""Activity data: what drives emission sources, woody stocks and leakage (VM0042 v2.2 sections 8.2.2 to 8.4).

Baseline rows carry the years of the look-back, before the start; the schedule repeats them over the project years.
Project rows carry the year in which a project year begins. Every amount is of the whole unit and the whole year.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import Day, DomainObject, Identifier, RequiredText, Text

type Scenario = Literal["baseline", "project"]
type Year = Annotated[int, Field(ge=1800, le=2200)]
type Tonnes = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
type Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
type Region = Literal[
    "Africa", "Asia", "Eastern Europe", "Indian Subcontinent", "Latin America", "Middle East", "North America",
    "Oceania", "Western Europe",
]  # fmt: skip
type Animal = Literal[
    "dairy cattle",
    "other cattle",
    "buffalo",
    "sheep",
    "goats",
    "swine",
    "horses",
    "mules and asses",
    "camels",
]
type Productivity = Literal["all", "high", "low"]
type ManureSystem = Literal[
    "pasture", "daily-spread", "solid-storage", "drylot", "liquid-slurry-nocover", "liquid-slurry-naturalcover",
    "liquid-slurry-cover", "lagoon", "digester",
]  # fmt: skip
type Residue = Literal[
    "wheat residues", "maize residues", "rice residues", "sugarcane residues", "other crop residues",
    "savanna grassland, mid/late dry season, all", "savanna grassland, early dry season, all",
]  # fmt: skip
type Commodity = Literal["agricultural", "fuelwood"]
type NitrogenForm = Literal["aggregated", "urea", "ammonium-based", "nitrate-based", "ammonium-nitrate-based"]
"""Rows of Frac_GASF in Table 11.3; a mixture of forms is ``aggregated``."""


class SiteConditions(DomainObject):
    """Climate, irrigation and region of a unit: they pick the disaggregated factors."""

    quantification_unit: Identifier
    region: Region
    zone: Literal["boreal", "temperate", "tropical"]
    precipitation_mm: Annotated[float, Field(ge=0, le=15000, allow_inf_nan=False)]
    potential_evapotranspiration_mm: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None
    irrigation: Literal["none", "drip", "other"]
    manure_climate: Literal["boreal", "temperate-cool", "temperate-warm", "tropical", "tropical-montane"]
    manure_moisture: Literal["dry", "moist", "wet", "undefined"]
    flooded_rice: (
        Literal["no", "aggregated", "continuous flooding", "single and multiple drainage"] | None
    ) = None
    """How rice of the unit is flooded, ``no`` for upland rice; its nitrogen takes the factor of Table 11.1."""


class _OfYear(DomainObject):
    """What a unit does in a scenario in a year."""

    quantification_unit: Identifier
    scenario: Scenario
    year: Year


class _OfAnimals(_OfYear):
    """The same of one type of animal and productivity system."""

    animal: Animal
    productivity: Productivity


class FuelUse(_OfYear):
    """Fuel burned by vehicles and machines in a year (Eq. 7)."""

    fuel: Literal["gasoline", "diesel"]
    fuel_litre: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class Liming(_OfYear):
    """Carbonate lime applied in a year, in mixtures too (Eq. 9)."""

    lime: Literal["limestone", "dolomite"]
    lime_t: Tonnes


class Herd(_OfAnimals):
    """Livestock of one type and productivity system in a year, as mean heads (Eqs. 11 to 13 and 28).

    ``live_weight_kg`` is the mean of the herd. ``time_on_land_fraction`` is the share of the year on the project area;
    1 needs no support.
    """

    head: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
    live_weight_kg: Annotated[float, Field(ge=0.3, le=1500, allow_inf_nan=False)]
    time_on_land_fraction: Fraction = 1.0


class ManureShare(_OfAnimals):
    """The share of a herd's manure that a system handles inside the project area."""

    system: ManureSystem
    share_fraction: Fraction


class Fertilizer(_OfYear):
    """A nitrogen fertilizer of a year (Eqs. 19 and 20); mass and content on one basis, fresh or dry.

    ``nitrogen_form`` is what of a synthetic one goes into the air: ``aggregated`` for a mixture. Left out, it is not
    known.
    """

    product: Identifier
    kind: Literal["synthetic", "organic"]
    applied_t: Tonnes
    nitrogen_t_per_t: Annotated[float, Field(ge=0, le=0.83, allow_inf_nan=False)]
    nitrogen_form: NitrogenForm | None = None


class FixingSpecies(_OfYear):
    """Residues, above and below ground, that a nitrogen-fixing species returned in a year (Eq. 25)."""

    species: Identifier
    residue_t_dm: Tonnes
    nitrogen_t_per_t_dm: Annotated[float, Field(ge=0, le=0.06, allow_inf_nan=False)]


class Burning(_OfYear):
    """Biomass of a fire, as dry matter (Eqs. 14 and 32), and the area that burned.

    ``basis`` says whether the mass stood before the fire or is the measured loss, to which no combustion factor
    applies; left out, it stood before the fire. ``plots`` are those in which grassland was measured.
    """

    residue: Residue
    biomass_kg_dm: Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)]
    burned_area_ha: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]
    basis: Literal["before the fire", "measured loss"] | None = None
    plots: Annotated[int, Field(ge=0, le=100_000)] | None = None


class PracticeSample(DomainObject):
    """Practice data of a source that were recorded on some units and stand for all (section 8.6.3).

    The standard error is that of the source's reduction, in per cent of it, by the sampling error of section 8.6.1. Of
    an activity of a model's schedule, such as ``manure``, it is that of its amounts: one error for all of a scenario.
    """

    source: Identifier
    units_sampled: Annotated[int, Field(ge=2, le=10**7)]
    units_all: Annotated[int, Field(ge=2, le=10**7)]
    standard_error_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    design: RequiredText


class WoodyStock(DomainObject):
    """Stock of trees or shrubs on a day, as an areal mean of the unit (Eqs. 48 to 51).

    A verification period needs it on its first day and on the day after its last, in both scenarios.
    ``long_term_average_t_co2e_per_ha`` is given for a stand that is harvested: what the project has above the baseline
    counts up to it.
    """

    quantification_unit: Identifier
    scenario: Scenario
    measured_on: Day
    kind: Literal["tree", "shrub"]
    stock_t_co2e_per_ha: Annotated[float, Field(ge=0, le=4000, allow_inf_nan=False)]
    long_term_average_t_co2e_per_ha: Annotated[float, Field(ge=0, le=4000, allow_inf_nan=False)] | None = None
    uncertainty_percent: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    """Half-width of the 90 % interval of the stock; above 10 % of it the tool takes a discount."""


class Amendment(_OfYear):
    """An organic amendment from outside, as carbon that leaves another place (Eq. 33).

    ``exemption`` names what frees it from the deduction; it needs evidence.
    """

    amendment: Literal["manure", "compost", "biosolids"]
    origin: RequiredText
    applied_t: Tonnes
    carbon_t_per_t: Annotated[float, Field(ge=0.006, le=0.6, allow_inf_nan=False)]
    exemption: Literal[
        "none", "produced on site", "diverted from anaerobic storage", "not used as amendment before"
    ]
    evidence: Text | None = None


class ModelledGas(DomainObject):
    """Modelled soil methane or nitrous oxide of a project year, with the variance of the difference (Eqs. 10, 15)."""

    quantification_unit: Identifier
    year: Year
    gas: Literal["CH4", "N2O"]
    baseline_t_per_ha: Annotated[float, Field(ge=-0.05, le=3, allow_inf_nan=False)]
    project_t_per_ha: Annotated[float, Field(ge=-0.05, le=3, allow_inf_nan=False)]
    difference_variance_t2_per_ha2: Annotated[float, Field(ge=0, le=9, allow_inf_nan=False)]
    model: RequiredText


class CommodityFacts(DomainObject):
    """A commodity of the project: how its displacement is computed, and whether it may offset others (VMD0054).

    ``yield_per_ha`` is on new land, in the unit of the production table. An empty growth takes the default.
    """

    commodity: Identifier
    kind: Commodity
    unit: Identifier
    yield_per_ha: Annotated[float, Field(gt=0, le=1e5, allow_inf_nan=False)]
    growth_fraction_per_year: Annotated[float, Field(ge=-0.05, le=0.1, allow_inf_nan=False)] | None = None
    produced_in_country: bool
    national_production_rises: bool
    subsistence: bool
    evidence: RequiredText


class Production(DomainObject):
    """What the project area made of a commodity in a year: before the start the reference, then the project."""

    commodity: Identifier
    year: Year
    produced: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class Mitigation(Production):
    """Additional production on land outside that the project pays for, and what that emits (VMD0054 steps 2)."""

    fertilizer_t_co2e: Tonnes
    diesel_litre: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class ResidueDiversion(DomainObject):
    """Residues or manure taken from use as fuel (CDM TOOL16)."""

    quantification_unit: Identifier
    year: Year
    residue: Identifier
    diverted_t_dm: Tonnes
    energy_content_gj_per_t_dm: Annotated[float, Field(ge=1, le=25, allow_inf_nan=False)]
    fuel_factor_t_co2e_per_gj: Annotated[float, Field(ge=0.04, le=0.13, allow_inf_nan=False)]
    abundant: bool
    evidence: RequiredText


class NewLand(DomainObject):
    """Carbon that is lost per hectare of land cleared elsewhere (VMD0054 step 4); forest unless shown otherwise."""

    biomass_t_c_per_ha: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    reference_soil_t_c_per_ha: Annotated[float, Field(ge=1, le=800, allow_inf_nan=False)]
    land_use_factor: Annotated[float, Field(ge=0.3, le=2.5, allow_inf_nan=False)]
    management_factor: Annotated[float, Field(ge=0.3, le=2.5, allow_inf_nan=False)]
    input_factor: Annotated[float, Field(ge=0.3, le=2.5, allow_inf_nan=False)]
    source: RequiredText
