"""Fuel, lime, fertilizer, nitrogen-fixing species and burning as areal means (Eqs. 6 to 9, 14, 17 to 25, 32)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mollisol.emissions.factors import FactorBook, moisture_at
from mollisol.emissions.terms import Scenario, Source, UnitsOfPeriod
from mollisol.methodology.activity import Burning, Fertilizer, NitrogenForm
from mollisol.methodology.eligibility.burning import burned_category, combustion_factor
from mollisol.methodology.factors import climate, warming
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import burning, fertilizer_n2o, fixing_species, fuel_and_lime, soil_n2o

LEACHING = ("leached_t_per_t", "leached_factor_t_n2o_n_per_t_n")
"""The arguments of what leaches; the others of indirect emissions are of what volatilises."""


def land_sources(units: UnitsOfPeriod) -> list[Source]:
    """Return the sources of the land itself that the project has rows of."""
    project = units.project
    sources: list[Source] = []
    if project.fuel_use:
        sources.append(_fuel(units))
    if project.liming:
        sources.append(_lime(units))
    if project.burning:
        sources += [_burning(units, "CH4"), _burning(units, "N2O")]
    if project.fertilizers:
        sources.append(_fertilizer(units))
    if project.fixing_species:
        sources.append(_fixing(units))
    return sources


def _fuel(units: UnitsOfPeriod) -> Source:
    book, rows = units.book(), units.project.fuel_use
    fuels: list[warming.Fuel] = sorted({row.fuel for row in rows})
    names = [book.name(fuel, warming.fuel_factor, fuel) for fuel in fuels]

    def term(scenario: Scenario) -> Quantity:
        litre = scenario.read(
            "fuel_litre", "litre", rows, file="fuel_use.csv",
            categories=fuels, category=lambda row: row.fuel, value=lambda row: row.fuel_litre,
        )  # fmt: skip
        burned = scenario.areal(
            "fuel_emission", fuel_and_lime.fuel_emission_t_co2e, fuel_litre=litre,
            fuel_factor_t_co2e_per_litre=scenario.factors("fuel_factor", units.same(names)),
        )  # fmt: skip
        return scenario.areal(
            "fossil_fuel", fuel_and_lime.fossil_fuel_t_co2e_per_ha, fuel_emission_t_co2e=burned
        )

    return Source("fossil_fuel_co2", "Fossil fuel", book, term)


def _lime(units: UnitsOfPeriod) -> Source:
    book = units.book()
    limes: tuple[warming.Lime, ...] = ("limestone", "dolomite")
    for lime in limes:
        book.name(lime, warming.lime_factor, lime)

    def term(scenario: Scenario) -> Quantity:
        amounts: dict[str, Any] = {}
        for lime in limes:
            array, used = units.grid.fill(
                units.project.liming, scenario.name, file="liming.csv", categories=[lime],
                category=lambda row: row.lime, value=lambda row: row.lime_t,
            )  # fmt: skip
            rows = used or ["liming.csv: no row"]
            amounts[f"{lime}_t"] = scenario.enter(f"{lime}_t", array[..., 0], "t", rows)
            factor = scenario.factors(f"{lime}_factor", [lime] * len(units.grid.units))
            amounts[f"{lime}_factor_t_c_per_t"] = factor
        spread = scenario.areal("lime_emission", fuel_and_lime.lime_emission_t_co2e, **amounts)
        return scenario.areal("liming", fuel_and_lime.liming_t_co2e_per_ha, lime_emission_t_co2e=spread)

    return Source("liming_co2", "Liming", book, term)


def _burning(units: UnitsOfPeriod, gas: str) -> Source:
    book, rows, word = units.book(), units.project.burning, gas.lower()
    residues = sorted(set(map(burned_category, rows)))
    combustion = [
        book.name(f"combustion / {residue.replace(',', '')}", combustion_factor, residue)
        for residue in residues
    ]
    factors = [
        book.name(f"{gas} / {_fuel_of(residue)}", look_up, "2.5", fuel=_fuel_of(residue), gas=gas)
        for residue in residues
    ]
    stem, equation = f"burning-{word}", (
        burning.burning_methane_t_co2e_per_ha if gas == "CH4" else burning.burning_nitrous_oxide_t_co2e_per_ha
    )  # fmt: skip

    def term(scenario: Scenario) -> Quantity:
        mass = scenario.read(
            f"biomass.{stem}", "kg d.m.", rows, file="burning.csv",
            categories=residues, category=burned_category, value=lambda row: row.biomass_kg_dm,
        )  # fmt: skip
        burned, used = units.grid.fill(
            rows, scenario.name, file="burning.csv", categories=["all"],
            category=lambda row: "all", value=_burned_area,
        )  # fmt: skip
        # where nothing burned, no mass is spread over the whole unit
        land = np.where(burned[..., 0] == 0, units.grid.area, burned[..., 0])
        given = {
            f"burning_factor_g_{word}_per_kg_dm": scenario.factors(f"{stem}_factor", units.same(factors)),
            f"gwp_{word}": units.gwp(word),
        }
        return scenario.areal(
            stem.replace("-", "_"), equation, biomass_kg_dm=mass,
            burned_area_ha=scenario.enter(f"burned_area.{stem}", land, "ha", used or ["quantification_units.csv"]),
            combustion_factor=scenario.factors("combustion_factor", units.same(combustion)), **given,
        )  # fmt: skip

    return Source(f"biomass_burning_{word}", "Biomass burning", book, term)


def _direct(units: UnitsOfPeriod, book: FactorBook, kind: climate.NitrogenKind) -> list[str]:
    names = []
    for site in (units.sites[unit] for unit in units.grid.units):
        wet, rice = moisture_at(site), site.flooded_rice
        name = f"EF1 / {kind} / {wet}" if rice in (None, "no") else f"EF1_FR / {rice}"
        names.append(book.name(name, climate.direct_factor, kind, wet, rice))
    return names


def _fertilizer(units: UnitsOfPeriod) -> Source:
    book, rows = units.book(), units.project.fertilizers
    kinds: tuple[climate.NitrogenKind, ...] = ("synthetic", "organic")
    direct = {kind: _direct(units, book, kind) for kind in kinds}
    indirect = units.indirect(book)
    products: dict[str, list[_Product]] = {
        kind: sorted({_product(row) for row in rows if row.kind == kind}) for kind in kinds
    }
    forms: list[NitrogenForm] = [product.form for product in products["synthetic"]] or ["aggregated"]
    fractions = [book.name(_fraction(form), climate.volatilised_synthetic, form) for form in forms]
    equations: dict[str, Callable[..., Any]] = {
        "synthetic": fertilizer_n2o.synthetic_nitrogen_t,
        "organic": fertilizer_n2o.organic_nitrogen_t,
    }

    def applied(scenario: Scenario, kind: str) -> dict[str, Quantity]:
        own = products[kind]
        return {
            f"{kind}_fertilizer_t": scenario.read(
                f"{kind}_fertilizer", "t", rows, file="fertilizers.csv", categories=own,
                category=_product, value=lambda row: row.applied_t,
            ),
            f"{kind}_n_content_t_per_t": units.context.given(
                f"{kind}_n_content{scenario.place}", np.array([product.nitrogen_t_per_t for product in own]),
                "t N/t", ["fertilizers.csv"], [product.name for product in own],
            ),
        }  # fmt: skip

    def volatilised(scenario: Scenario, amounts: dict[str, Quantity]) -> Quantity:
        if set(forms) == {"aggregated"}:
            return scenario.factors("volatilised_synthetic_t_per_t", fractions[:1] * len(units.grid.units))
        return scenario.compute(
            "volatilised_synthetic", fertilizer_n2o.volatilised_share_of_products, **amounts,
            volatilised_of_product_t_per_t=scenario.factors("volatilised_of_product", fractions),
        )  # fmt: skip

    def term(scenario: Scenario) -> Quantity:
        given, amounts = dict[str, Any](), dict[str, dict[str, Quantity]]()
        for kind in kinds:
            if products[kind]:
                amounts[kind] = applied(scenario, kind)
                given[f"{kind}_n_t"] = scenario.areal(f"{kind}_nitrogen", equations[kind], **amounts[kind])
            else:
                none = np.zeros((len(units.grid.years), len(units.grid.units)))
                given[f"{kind}_n_t"] = scenario.enter(
                    f"{kind}_nitrogen", none, "t N", ["fertilizers.csv: no row"]
                )
        given["gwp_n2o"] = units.gwp("n2o")
        factors = {
            f"direct_factor_{kind}_t_n2o_n_per_t_n": scenario.factors(f"direct_{kind}", names)
            for kind, names in direct.items()
        }
        first = scenario.areal(
            "fertilizer_direct", fertilizer_n2o.fertilizer_direct_t_co2e_per_ha, **given, **factors
        )
        shares = {"volatilised_synthetic_t_per_t": volatilised(scenario, amounts.get("synthetic", {}))}
        shares |= {name: scenario.factors(name, names) for name, names in indirect.items()}
        leached = {name: shares.pop(name) for name in LEACHING}
        second = scenario.areal(
            "fertilizer_indirect", soil_n2o.fertilizer_indirect_t_co2e_per_ha,
            volatilised_t_co2e=scenario.areal(
                "fertilizer_volatilised", fertilizer_n2o.fertilizer_volatilised_t_co2e, **given, **shares
            ),
            leached_t_co2e=scenario.areal(
                "fertilizer_leached", fertilizer_n2o.fertilizer_leached_t_co2e, **given, **leached
            ),
        )  # fmt: skip
        return scenario.compute(
            "fertilizer_nitrous_oxide", soil_n2o.fertilizer_t_co2e_per_ha,
            direct_t_co2e_per_ha=first, indirect_t_co2e_per_ha=second,
        )  # fmt: skip

    return Source("nitrogen_fertilizer_n2o", "Nitrogen fertilizer", book, term)


class _Product(NamedTuple):
    """A fertilizer as a category of the rows: one product of two contents, or of two forms, is two."""

    name: str
    nitrogen_t_per_t: float
    form: NitrogenForm


def _product(row: Fertilizer) -> _Product:
    return _Product(row.product, row.nitrogen_t_per_t, row.nitrogen_form or "aggregated")


def _fraction(form: NitrogenForm) -> str:
    return "Frac_GASF" if form == "aggregated" else f"Frac_GASF / {form}"


def _fixing(units: UnitsOfPeriod) -> Source:
    book, rows = units.book(), units.project.fixing_species
    direct = _direct(units, book, "residue")
    species = sorted({(row.species, row.nitrogen_t_per_t_dm) for row in rows})

    def term(scenario: Scenario) -> Quantity:
        returned = scenario.read(
            "fixing_residue", "t d.m.", rows, file="nitrogen_fixing_species.csv",
            categories=species, category=lambda row: (row.species, row.nitrogen_t_per_t_dm),
            value=lambda row: row.residue_t_dm,
        )  # fmt: skip
        content = units.context.given(
            f"fixing_n_content{scenario.place}", np.array([share for _, share in species]), "t N/t d.m.",
            ["nitrogen_fixing_species.csv"], [name for name, _ in species],
        )  # fmt: skip
        nitrogen = scenario.areal(
            "fixing_nitrogen", fixing_species.fixing_species_nitrogen_t, residue_t_dm=returned,
            residue_n_content_t_per_t=content,
        )  # fmt: skip
        return scenario.areal(
            "fixing_nitrous_oxide", fixing_species.fixing_species_t_co2e_per_ha, residue_n_t=nitrogen,
            direct_factor_organic_t_n2o_n_per_t_n=scenario.factors("direct_residue", direct),
            gwp_n2o=units.gwp("n2o"),
        )  # fmt: skip

    return Source("nitrogen_fixing_species_n2o", "Nitrogen-fixing species", book, term)


def _burned_area(row: Burning) -> float:
    return row.burned_area_ha if row.biomass_kg_dm > 0 else 0.0


def _fuel_of(residue: str) -> str:
    return "savanna and grassland" if residue.startswith("savanna") else "agricultural residues"
