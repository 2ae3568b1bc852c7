"""Livestock and manure as areal means (Eqs. 11 to 13 and 26 to 31)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mollisol.emissions.factors import FactorBook, Picked, moisture_at
from mollisol.emissions.grid import Floats
from mollisol.emissions.herds import floors_of
from mollisol.emissions.terms import Period, Source
from mollisol.methodology.activity import Animal, Herd, ManureShare, ManureSystem, Productivity
from mollisol.methodology.factors import climate, livestock
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import livestock_methane, manure_n2o, soil_n2o


class LivestockSources:
    """The sources of animals."""

    def __init__(self, of: Period) -> None:
        self._of = of

    def all(self) -> list[Source]:
        """Give those that the project has rows of."""
        sources = [self._enteric()] if self._of.project.herds else []
        if self._of.project.manure_shares:
            sources += [self._manure_ch4(), self._manure_n2o()]
        return sources

    def _herd(
        self, kinds: Sequence[tuple[Animal, Productivity]], scenario: str, at: str, stem: str
    ) -> tuple[Quantity, Quantity]:
        """Give heads and live weights of categories; an absent herd weighs what the herd weighs elsewhere."""
        array, used = self._of.grid.fill(
            self._of.project.herds, scenario, file="livestock.csv", categories=kinds, category=_herd_key,
            value=lambda row: row.head,
        )  # fmt: skip
        if scenario == "project":
            array, used = self._floored(array, kinds, used)
        weight, _ = self._of.grid.fill(
            self._of.project.herds, scenario, file="livestock.csv", categories=kinds, category=_herd_key,
            value=lambda row: row.live_weight_kg,
        )  # fmt: skip
        for depth, kind in enumerate(kinds):
            usual = [row.live_weight_kg for row in self._of.project.herds if _herd_key(row) == kind]
            absent = weight[..., depth] == 0
            weight[..., depth] = np.where(absent, sum(usual) / len(usual), weight[..., depth])
        rows = used or ["livestock.csv: no row"]
        labels = self._of.grid.labels
        return (
            self._of.trace.given(f"heads.{stem}.{scenario}{at}", array, "head", rows, labels),
            self._of.trace.given(f"live_weight.{stem}.{scenario}{at}", weight, "kg/head", rows, labels),
        )

    def _floored(
        self, array: Floats, kinds: Sequence[tuple[Animal, Productivity]], used: list[str]
    ) -> tuple[Floats, list[str]]:
        """Raise the project's heads to the mean of the look-back, where it is not shown that they may be fewer."""
        floors = floors_of(self._of.project)
        floor = np.array([[floors.get((unit, *kind), 0.0) for kind in kinds] for unit in self._of.grid.units])
        if (array >= floor).all():
            return array, used
        return np.maximum(array, floor), [*used, "at least the mean heads of the look-back (section 8.3)"]

    def _herds(self) -> list[tuple[Animal, Productivity]]:
        return sorted({(row.animal, row.productivity) for row in self._of.project.herds})

    def _enteric(self) -> Source:
        book, kinds = FactorBook(self._of.trace), self._herds()
        names = [
            [
                book.name(
                    f"{animal} / {productivity} / {self._of.sites[unit].region}",
                    livestock.enteric_factor,
                    animal,
                    self._of.sites[unit].region,
                    productivity,
                )
                for animal, productivity in kinds
            ]
            for unit in self._of.grid.units
        ]

        def term(picked: Picked, scenario: str) -> Quantity:
            heads, weight = self._herd(kinds, scenario, picked.at, "enteric")
            return self._of.compute(
                "enteric_methane", livestock_methane.enteric_methane_t_co2e_per_ha, scenario, picked.at,
                population_head=heads, live_weight_kg=weight, gwp_ch4=self._of.gwp("methane"), area_ha=self._of.area_ha,
                enteric_factor_kg_ch4_per_head_year=picked.array(f"enteric_factor.{scenario}", names),
            )  # fmt: skip

        return Source("enteric_fermentation_ch4", "Enteric fermentation", book, term, ("livestock.csv",))

    def _systems(self) -> list[tuple[Animal, Productivity, ManureSystem]]:
        return sorted({(row.animal, row.productivity, row.system) for row in self._of.project.manure_shares})

    def _by_system(
        self, systems: Sequence[tuple[Animal, Productivity, ManureSystem]], scenario: str, at: str, stem: str
    ) -> tuple[Quantity, Quantity, Quantity]:
        """Give heads, weights and shares by manure system; the heads of a herd stand again at each system."""
        herds: list[tuple[Animal, Productivity]] = [(animal, level) for animal, level, _ in systems]
        kinds: list[tuple[Animal, Productivity]] = sorted(set(herds))
        heads, weight = self._herd(kinds, scenario, at, f"{stem}-herds")
        spread = [kinds.index(herd) for herd in herds]
        shares = self._of.given(
            f"manure_share.{stem}", "fraction", self._of.project.manure_shares, scenario, at,
            file="manure_systems.csv", categories=systems, category=_system_key,
            value=lambda row: row.share_fraction,
        )  # fmt: skip
        labels = self._of.grid.labels
        return (
            self._of.trace.arrange(
                f"heads.{stem}.{scenario}{at}", heads.value[..., spread], [heads], index=labels
            ),
            self._of.trace.arrange(
                f"live_weight.{stem}.{scenario}{at}", weight.value[..., spread], [weight], index=labels
            ),
            shares,
        )

    def _manure_ch4(self) -> Source:
        book, systems = FactorBook(self._of.trace), self._systems()
        rates = [
            [
                book.name(
                    f"volatile solids / {a} / {p} / {self._of.sites[u].region}",
                    livestock.solids_rate,
                    a,
                    self._of.sites[u].region,
                    p,
                )
                for a, p, _ in systems
            ]
            for u in self._of.grid.units
        ]
        factors = [
            [
                book.name(
                    f"manure CH4 / {a} / {p} / {s} / {self._place(u)}",
                    livestock.manure_ch4_factor,
                    a,
                    self._of.sites[u].region,
                    s,
                    self._of.sites[u].manure_climate,
                    self._of.sites[u].manure_moisture,
                    p,
                )
                for a, p, s in systems
            ]
            for u in self._of.grid.units
        ]

        def term(picked: Picked, scenario: str) -> Quantity:
            heads, weight, share = self._by_system(systems, scenario, picked.at, "manure-ch4")
            self._of.trace.rule("vm0042.manure.solids-unit")
            solids = self._of.compute(
                "volatile_solids", livestock_methane.volatile_solids_kg_per_head_year, scenario, picked.at,
                vs_rate_kg_per_1000_kg_day=picked.array(f"vs_rate.{scenario}", rates), live_weight_kg=weight,
            )  # fmt: skip
            return self._of.compute(
                "manure_methane", livestock_methane.manure_methane_t_co2e_per_ha, scenario, picked.at,
                population_head=heads, volatile_solids_kg_per_head_year=solids, manure_share=share,
                manure_factor_g_ch4_per_kg_vs=picked.array(f"manure_factor.{scenario}", factors),
                live_weight_kg=weight, gwp_ch4=self._of.gwp("methane"), area_ha=self._of.area_ha,
            )  # fmt: skip

        files = ("livestock.csv", "manure_systems.csv")
        return Source("manure_deposition_ch4", "Manure deposition and management", book, term, files)

    def _place(self, unit: str) -> str:
        site = self._of.sites[unit]
        return f"{site.region} / {site.manure_climate} {site.manure_moisture}"

    def _manure_n2o(self) -> Source:
        book, systems = FactorBook(self._of.trace), self._systems()
        rates = [
            [
                book.name(
                    f"nitrogen / {a} / {p} / {self._of.sites[u].region}",
                    livestock.nitrogen_rate,
                    a,
                    self._of.sites[u].region,
                    p,
                )
                for a, p, _ in systems
            ]
            for u in self._of.grid.units
        ]
        factors = [
            [
                book.name(
                    f"manure N2O / {a} / {s} / {moisture_at(self._of.sites[u])}",
                    climate.manure_n2o_factor,
                    a,
                    s,
                    moisture_at(self._of.sites[u]),
                )
                for a, _, s in systems
            ]
            for u in self._of.grid.units
        ]
        indirect = self._of.indirect(book)

        def term(picked: Picked, scenario: str) -> Quantity:
            at = picked.at
            heads, weight, share = self._by_system(systems, scenario, at, "manure-n2o")
            excreted = self._of.compute(
                "excreted_nitrogen", livestock_methane.excreted_nitrogen_kg_per_head_year, scenario, at,
                n_rate_kg_per_1000_kg_day=picked.array(f"n_rate.{scenario}", rates), live_weight_kg=weight,
            )  # fmt: skip
            times, used = self._of.grid.fill(
                self._of.project.herds, scenario, file="livestock.csv", categories=[(a, p) for a, p, _ in systems],
                category=_herd_key, value=lambda row: row.time_on_land_fraction, absent=1.0,
            )  # fmt: skip
            on_land = self._of.trace.given(
                f"time_on_land.{scenario}{at}", times, "fraction", used or ["livestock.csv: no row"],
                self._of.grid.labels,
            )  # fmt: skip
            area = self._of.trace.arrange(
                f"unit_area_by_year.{scenario}{at}", self._of.area_ha.value[np.newaxis, :], [self._of.area_ha]
            )
            nitrogen = self._of.compute(
                "manure_nitrogen", manure_n2o.manure_nitrogen_kg, scenario, at, population_head=heads,
                excreted_n_kg_per_head_year=excreted, manure_share=share, live_weight_kg=weight, area_ha=area,
                time_on_land=on_land,
            )  # fmt: skip
            given: dict[str, Any] = {
                "manure_n_kg": nitrogen,
                "gwp_n2o": self._of.gwp("nitrous-oxide"),
                "area_ha": area,
            }
            direct = self._of.compute(
                "manure_direct", manure_n2o.manure_direct_t_co2e_per_ha, scenario, at,
                manure_factor_kg_n2o_n_per_kg_n=picked.array(f"manure_n2o_factor.{scenario}", factors), **given,
            )  # fmt: skip
            shares = {name: picked.by_unit(f"{name}.{scenario}", names) for name, names in indirect.items()}
            shares.pop("volatilised_synthetic_t_per_t")
            leached = {
                name: shares.pop(name) for name in ("leached_t_per_t", "leached_factor_t_n2o_n_per_t_n")
            }
            volatilised = self._of.compute(
                "manure_volatilised", manure_n2o.manure_volatilised_t_co2e, scenario, at, **shares, **given
            )
            lost = self._of.compute(
                "manure_leached", manure_n2o.manure_leached_t_co2e, scenario, at, **leached, **given
            )
            return self._of.compute(
                "manure_nitrous_oxide", soil_n2o.manure_t_co2e_per_ha, scenario, at,
                direct_t_co2e_per_ha=direct,
                indirect_t_co2e_per_ha=self._of.compute(
                    "manure_indirect", soil_n2o.manure_indirect_t_co2e_per_ha, scenario, at,
                    volatilised_t_co2e=volatilised, leached_t_co2e=lost, area_ha=area,
                ),
            )  # fmt: skip

        files = ("livestock.csv", "manure_systems.csv")
        return Source("manure_deposition_n2o", "Manure deposition and management", book, term, files)


def _herd_key(row: Herd) -> tuple[Animal, Productivity]:
    return row.animal, row.productivity


def _system_key(row: ManureShare) -> tuple[Animal, Productivity, ManureSystem]:
    return row.animal, row.productivity, row.system
