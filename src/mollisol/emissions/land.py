"""Fuel, lime, fertilizer, nitrogen-fixing species and burning as areal means (Eqs. 6 to 9, 14, 17 to 25, 32)."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.emissions.factors import FactorBook, Picked, moisture_at
from mollisol.emissions.terms import Period, Source
from mollisol.methodology.activity import Burning
from mollisol.methodology.factors import climate, warming
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import burning, fertilizer_n2o, fixing_species, fuel_and_lime, soil_n2o


class LandSources:
    """The sources of the land itself."""

    def __init__(self, of: Period) -> None:
        self._of = of

    def all(self) -> list[Source]:
        """Give those that the project has rows of."""
        project = self._of.project
        sources: list[Source] = []
        if project.fuel_use:
            sources.append(self._fuel())
        if project.liming:
            sources.append(self._lime())
        if project.burning:
            sources += [self._burning("CH4"), self._burning("N2O")]
        if project.fertilizers:
            sources.append(self._fertilizer())
        if project.fixing_species:
            sources.append(self._fixing())
        return sources

    def _fuel(self) -> Source:
        book = FactorBook(self._of.trace)
        fuels: list[warming.Fuel] = sorted({row.fuel for row in self._of.project.fuel_use})
        names = [book.name(fuel, warming.fuel_factor, fuel) for fuel in fuels]

        def term(picked: Picked, scenario: str) -> Quantity:
            litre = self._of.given(
                "fuel_litre", "litre", self._of.project.fuel_use, scenario, picked.at, file="fuel_use.csv",
                categories=fuels, category=lambda row: row.fuel, value=lambda row: row.fuel_litre,
            )  # fmt: skip
            factor = picked.array(f"fuel_factor.{scenario}", self._of.same(names))
            burned = self._of.compute(
                "fuel_emission", fuel_and_lime.fuel_emission_t_co2e, scenario, picked.at,
                fuel_litre=litre, fuel_factor_t_co2e_per_litre=factor, area_ha=self._of.area_ha,
            )  # fmt: skip
            return self._of.compute(
                "fossil_fuel", fuel_and_lime.fossil_fuel_t_co2e_per_ha, scenario, picked.at,
                fuel_emission_t_co2e=burned, area_ha=self._of.area_ha,
            )  # fmt: skip

        return Source("fossil_fuel_co2", "Fossil fuel", book, term, ("fuel_use.csv",))

    def _lime(self) -> Source:
        book = FactorBook(self._of.trace)
        limes: tuple[warming.Lime, ...] = ("limestone", "dolomite")
        for lime in limes:
            book.name(lime, warming.lime_factor, lime)

        def term(picked: Picked, scenario: str) -> Quantity:
            amounts: dict[str, Any] = {}
            for lime in limes:
                array, used = self._of.grid.fill(
                    self._of.project.liming, scenario, file="liming.csv", categories=[lime],
                    category=lambda row: row.lime, value=lambda row: row.lime_t,
                )  # fmt: skip
                amounts[f"{lime}_t"] = self._of.trace.given(
                    f"{lime}_t.{scenario}{picked.at}", array[..., 0], "t", used or ["liming.csv: no row"],
                    self._of.grid.labels,
                )  # fmt: skip
                factor = picked.by_unit(f"{lime}_factor.{scenario}", [lime] * len(self._of.grid.units))
                amounts[f"{lime}_factor_t_c_per_t"] = factor
            spread = self._of.compute(
                "lime_emission", fuel_and_lime.lime_emission_t_co2e, scenario, picked.at, area_ha=self._of.area_ha,
                **amounts,
            )  # fmt: skip
            return self._of.compute(
                "liming", fuel_and_lime.liming_t_co2e_per_ha, scenario, picked.at, lime_emission_t_co2e=spread,
                area_ha=self._of.area_ha,
            )  # fmt: skip

        return Source("liming_co2", "Liming", book, term, ("liming.csv",))

    def _burning(self, gas: str) -> Source:
        book, residues = FactorBook(self._of.trace), sorted({row.residue for row in self._of.project.burning})
        combustion = [
            book.name(f"combustion / {residue.replace(',', '')}", look_up, "2.6", fuel=residue)
            for residue in residues
        ]
        factors = [
            book.name(f"{gas} / {_fuel_of(residue)}", look_up, "2.5", fuel=_fuel_of(residue), gas=gas)
            for residue in residues
        ]
        word = gas.lower()
        stem = f"burning-{word}"

        def term(picked: Picked, scenario: str) -> Quantity:
            at = picked.at
            mass = self._of.given(
                f"biomass.{stem}", "kg d.m.", self._of.project.burning, scenario, at, file="burning.csv",
                categories=residues, category=lambda row: row.residue, value=lambda row: row.biomass_kg_dm,
            )  # fmt: skip
            burned, used = self._of.grid.fill(
                self._of.project.burning, scenario, file="burning.csv", categories=["all"],
                category=lambda row: "all", value=_burned_area,
            )  # fmt: skip
            land = np.where(burned[..., 0] == 0, self._of.grid.area, burned[..., 0])
            burned_area = self._of.trace.given(
                f"burned_area.{stem}.{scenario}{at}", land, "ha", used or ["quantification_units.csv"],
                self._of.grid.labels,
            )  # fmt: skip
            methane = gas == "CH4"
            given: dict[str, Any] = {
                f"burning_factor_g_{word}_per_kg_dm": picked.array(
                    f"{stem}_factor.{scenario}", self._of.same(factors)
                ),
                f"gwp_{word}": self._of.gwp("methane" if methane else "nitrous-oxide"),
            }
            return self._of.compute(
                stem.replace("-", "_"),
                burning.burning_methane_t_co2e_per_ha if methane else burning.burning_nitrous_oxide_t_co2e_per_ha,
                scenario, at, biomass_kg_dm=mass, burned_area_ha=burned_area, area_ha=self._of.area_ha,
                combustion_factor=picked.array(f"combustion_factor.{scenario}", self._of.same(combustion)), **given,
            )  # fmt: skip

        return Source(f"biomass_burning_{word}", "Biomass burning", book, term, ("burning.csv",))

    def _direct(self, book: FactorBook, kind: climate.NitrogenKind) -> list[str]:
        names = []
        for unit in self._of.grid.units:
            wet = moisture_at(self._of.sites[unit])
            names.append(book.name(f"EF1 / {kind} / {wet}", climate.direct_factor, kind, wet))
        return names

    def _fertilizer(self) -> Source:
        book = FactorBook(self._of.trace)
        kinds: tuple[climate.NitrogenKind, ...] = ("synthetic", "organic")
        direct = {kind: self._direct(book, kind) for kind in kinds}
        indirect = self._of.indirect(book)
        rows = self._of.project.fertilizers

        def nitrogen(kind: str, scenario: str, at: str) -> Quantity:
            products = sorted({(row.product, row.nitrogen_t_per_t) for row in rows if row.kind == kind})
            if not products:
                return self._of.trace.given(
                    f"{kind}_nitrogen.{scenario}{at}", np.zeros((len(self._of.grid.years), len(self._of.grid.units))),
                    "t N", ["fertilizers.csv: no row"], self._of.grid.labels,
                )  # fmt: skip
            applied = self._of.given(
                f"{kind}_fertilizer", "t", rows, scenario, at, file="fertilizers.csv", categories=products,
                category=lambda row: (row.product, row.nitrogen_t_per_t), value=lambda row: row.applied_t,
            )  # fmt: skip
            content = self._of.trace.given(
                f"{kind}_n_content.{scenario}{at}", np.array([share for _, share in products]), "t N/t",
                ["fertilizers.csv"], [name for name, _ in products],
            )  # fmt: skip
            function = (
                fertilizer_n2o.synthetic_nitrogen_t
                if kind == "synthetic"
                else fertilizer_n2o.organic_nitrogen_t
            )
            given = {
                f"{kind}_fertilizer_t": applied,
                f"{kind}_n_content_t_per_t": content,
                "area_ha": self._of.area_ha,
            }
            return self._of.compute(f"{kind}_nitrogen", function, scenario, at, **given)

        def term(picked: Picked, scenario: str) -> Quantity:
            at = picked.at
            given: dict[str, Any] = {
                "synthetic_n_t": nitrogen("synthetic", scenario, at),
                "organic_n_t": nitrogen("organic", scenario, at),
                "gwp_n2o": self._of.gwp("nitrous-oxide"),
                "area_ha": self._of.area_ha,
            }
            factors = {
                f"direct_factor_{kind}_t_n2o_n_per_t_n": picked.by_unit(f"direct_{kind}.{scenario}", names)
                for kind, names in direct.items()
            }
            first = self._of.compute(
                "fertilizer_direct",
                fertilizer_n2o.fertilizer_direct_t_co2e_per_ha,
                scenario,
                at,
                **given,
                **factors,
            )
            shares = {name: picked.by_unit(f"{name}.{scenario}", names) for name, names in indirect.items()}
            leached = {
                name: shares.pop(name) for name in ("leached_t_per_t", "leached_factor_t_n2o_n_per_t_n")
            }
            second = self._of.compute(
                "fertilizer_indirect", soil_n2o.fertilizer_indirect_t_co2e_per_ha, scenario, at,
                volatilised_t_co2e=self._of.compute(
                    "fertilizer_volatilised", fertilizer_n2o.fertilizer_volatilised_t_co2e, scenario, at, **given,
                    **shares,
                ),
                leached_t_co2e=self._of.compute(
                    "fertilizer_leached", fertilizer_n2o.fertilizer_leached_t_co2e, scenario, at, **given, **leached
                ),
                area_ha=self._of.area_ha,
            )  # fmt: skip
            return self._of.compute(
                "fertilizer_nitrous_oxide", soil_n2o.fertilizer_t_co2e_per_ha, scenario, at,
                direct_t_co2e_per_ha=first, indirect_t_co2e_per_ha=second,
            )  # fmt: skip

        return Source("nitrogen_fertilizer_n2o", "Nitrogen fertilizer", book, term, ("fertilizers.csv",))

    def _fixing(self) -> Source:
        book = FactorBook(self._of.trace)
        direct = self._direct(book, "residue")
        rows = self._of.project.fixing_species
        species = sorted({(row.species, row.nitrogen_t_per_t_dm) for row in rows})

        def term(picked: Picked, scenario: str) -> Quantity:
            at = picked.at
            returned = self._of.given(
                "fixing_residue", "t d.m.", rows, scenario, at, file="nitrogen_fixing_species.csv",
                categories=species, category=lambda row: (row.species, row.nitrogen_t_per_t_dm),
                value=lambda row: row.residue_t_dm,
            )  # fmt: skip
            content = self._of.trace.given(
                f"fixing_n_content.{scenario}{at}", np.array([share for _, share in species]), "t N/t d.m.",
                ["nitrogen_fixing_species.csv"], [name for name, _ in species],
            )  # fmt: skip
            nitrogen = self._of.compute(
                "fixing_nitrogen", fixing_species.fixing_species_nitrogen_t, scenario, at, residue_t_dm=returned,
                residue_n_content_t_per_t=content, area_ha=self._of.area_ha,
            )  # fmt: skip
            return self._of.compute(
                "fixing_nitrous_oxide", fixing_species.fixing_species_t_co2e_per_ha, scenario, at,
                residue_n_t=nitrogen, direct_factor_organic_t_n2o_n_per_t_n=picked.by_unit(
                    f"direct_residue.{scenario}", direct
                ), gwp_n2o=self._of.gwp("nitrous-oxide"), area_ha=self._of.area_ha,
            )  # fmt: skip

        return Source(
            "nitrogen_fixing_species_n2o",
            "Nitrogen-fixing species",
            book,
            term,
            ("nitrogen_fixing_species.csv",),
        )


def _burned_area(row: Burning) -> float:
    return row.burned_area_ha if row.biomass_kg_dm > 0 else 0.0


def _fuel_of(residue: str) -> str:
    return "savanna and grassland" if residue.startswith("savanna") else "agricultural residues"
