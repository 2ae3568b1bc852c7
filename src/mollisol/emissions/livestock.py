"""Livestock and manure as areal means (Eqs. 11 to 13 and 26 to 31)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mollisol.emissions.factors import moisture_at
from mollisol.emissions.grid import Floats
from mollisol.emissions.herds import floors_of
from mollisol.emissions.land import LEACHING
from mollisol.emissions.terms import Scenario, Source, UnitsOfPeriod
from mollisol.methodology.activity import (
    Animal,
    Herd,
    ManureShare,
    ManureSystem,
    Productivity,
    SiteConditions,
)
from mollisol.methodology.factors import climate, livestock
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import livestock_methane, manure_n2o, soil_n2o

type _Kind = tuple[Animal, Productivity]
type _System = tuple[Animal, Productivity, ManureSystem]

_HERDS, _SHARES = "livestock.csv", "manure_systems.csv"


def livestock_sources(units: UnitsOfPeriod) -> list[Source]:
    """Return the sources of animals that the project has rows of."""
    sources = [_enteric(units)] if units.project.herds else []
    if units.project.manure_shares:
        sources += [_manure_ch4(units), _manure_n2o(units)]
    return sources


def _herd(scenario: Scenario, kinds: Sequence[_Kind], stem: str) -> tuple[Quantity, Quantity]:
    """Enter heads and live weights of categories; an absent herd weighs what the herd weighs elsewhere."""
    units, herds = scenario.units, scenario.units.project.herds
    array, used = units.grid.fill(
        herds, scenario.name, file=_HERDS, categories=kinds, category=_herd_key, value=lambda row: row.head
    )
    if scenario.name == "project":
        array, used = _floored(units, array, kinds, used)
    weight, _ = units.grid.fill(
        herds, scenario.name, file=_HERDS, categories=kinds, category=_herd_key,
        value=lambda row: row.live_weight_kg,
    )  # fmt: skip
    for depth, kind in enumerate(kinds):
        usual = [row.live_weight_kg for row in herds if _herd_key(row) == kind]
        absent = weight[..., depth] == 0
        weight[..., depth] = np.where(absent, sum(usual) / len(usual), weight[..., depth])
    rows = used or [f"{_HERDS}: no row"]
    return (
        scenario.enter(f"heads.{stem}", array, "head", rows),
        scenario.enter(f"live_weight.{stem}", weight, "kg/head", rows),
    )


def _floored(
    units: UnitsOfPeriod, array: Floats, kinds: Sequence[_Kind], used: list[str]
) -> tuple[Floats, list[str]]:
    """Raise the project's heads to the mean of the look-back, where it is not shown that they may be fewer."""
    floors = floors_of(units.project)
    floor = np.array([[floors.get((unit, *kind), 0.0) for kind in kinds] for unit in units.grid.units])
    if (array >= floor).all():
        return array, used
    return np.maximum(array, floor), [*used, "at least the mean heads of the look-back (section 8.3)"]


def _enteric(units: UnitsOfPeriod) -> Source:
    book = units.book()
    kinds: list[_Kind] = sorted({_herd_key(row) for row in units.project.herds})
    names = [
        [
            book.name(f"{animal} / {level} / {region}", livestock.enteric_factor, animal, region, level)
            for animal, level in kinds
        ]
        for region in (units.sites[unit].region for unit in units.grid.units)
    ]

    def term(scenario: Scenario) -> Quantity:
        heads, weight = _herd(scenario, kinds, "enteric")
        return scenario.areal(
            "enteric_methane", livestock_methane.enteric_methane_t_co2e_per_ha,
            population_head=heads, live_weight_kg=weight, gwp_ch4=units.gwp("ch4"),
            enteric_factor_kg_ch4_per_head_year=scenario.factors("enteric_factor", names),
        )  # fmt: skip

    return Source("enteric_fermentation_ch4", "Enteric fermentation", book, term)


def _by_system(
    scenario: Scenario, systems: Sequence[_System], stem: str
) -> tuple[Quantity, Quantity, Quantity]:
    """Enter heads, weights and shares by manure system; the heads of a herd stand again at each system."""
    herds: list[_Kind] = [(animal, level) for animal, level, _ in systems]
    kinds = sorted(set(herds))
    spread = [kinds.index(herd) for herd in herds]
    heads, weight = (
        scenario.units.context.arrange(
            f"{name}.{stem}{scenario.place}",
            quantity.value[..., spread],
            [quantity],
            index=scenario.units.grid.labels,
        )
        for name, quantity in zip(
            ("heads", "live_weight"), _herd(scenario, kinds, f"{stem}-herds"), strict=True
        )
    )
    shares = scenario.read(
        f"manure_share.{stem}", "fraction", scenario.units.project.manure_shares, file=_SHARES,
        categories=systems, category=_system_key, value=lambda row: row.share_fraction,
    )  # fmt: skip
    return heads, weight, shares


def _named(
    units: UnitsOfPeriod,
    systems: Sequence[_System],
    name: Callable[[SiteConditions, Animal, Productivity, ManureSystem], str],
) -> list[list[str]]:
    """Return the name of a factor for each unit and manure system."""
    sites = [units.sites[unit] for unit in units.grid.units]
    return [[name(site, *system) for system in systems] for site in sites]


def _manure_ch4(units: UnitsOfPeriod) -> Source:
    book = units.book()
    systems: list[_System] = sorted({_system_key(row) for row in units.project.manure_shares})
    rates = _named(
        units, systems, lambda site, animal, level, _: book.name(
            f"volatile solids / {animal} / {level} / {site.region}", livestock.solids_rate, animal, site.region, level
        )
    )  # fmt: skip
    factors = _named(
        units, systems, lambda site, animal, level, system: book.name(
            f"manure CH4 / {animal} / {level} / {system} / {site.region} / "
            f"{site.manure_climate} {site.manure_moisture}",
            livestock.manure_ch4_factor, animal, site.region, system, site.manure_climate, site.manure_moisture, level,
        )
    )  # fmt: skip

    def term(scenario: Scenario) -> Quantity:
        heads, weight, share = _by_system(scenario, systems, "manure-ch4")
        units.context.trace.rule("vm0042.manure.solids-unit")
        solids = scenario.compute(
            "volatile_solids", livestock_methane.volatile_solids_kg_per_head_year,
            vs_rate_kg_per_1000_kg_day=scenario.factors("vs_rate", rates), live_weight_kg=weight,
        )  # fmt: skip
        return scenario.areal(
            "manure_methane", livestock_methane.manure_methane_t_co2e_per_ha,
            population_head=heads, volatile_solids_kg_per_head_year=solids, manure_share=share,
            manure_factor_g_ch4_per_kg_vs=scenario.factors("manure_factor", factors),
            live_weight_kg=weight, gwp_ch4=units.gwp("ch4"),
        )  # fmt: skip

    return Source("manure_deposition_ch4", "Manure deposition and management", book, term)


def _manure_n2o(units: UnitsOfPeriod) -> Source:
    book = units.book()
    systems: list[_System] = sorted({_system_key(row) for row in units.project.manure_shares})
    rates = _named(
        units, systems, lambda site, animal, level, _: book.name(
            f"nitrogen / {animal} / {level} / {site.region}", livestock.nitrogen_rate, animal, site.region, level
        )
    )  # fmt: skip
    factors = _named(
        units, systems, lambda site, animal, _, system: book.name(
            f"manure N2O / {animal} / {system} / {moisture_at(site)}",
            climate.manure_n2o_factor, animal, system, moisture_at(site),
        )
    )  # fmt: skip
    indirect = units.indirect(book)

    def term(scenario: Scenario) -> Quantity:
        heads, weight, share = _by_system(scenario, systems, "manure-n2o")
        excreted = scenario.compute(
            "excreted_nitrogen", livestock_methane.excreted_nitrogen_kg_per_head_year,
            n_rate_kg_per_1000_kg_day=scenario.factors("n_rate", rates), live_weight_kg=weight,
        )  # fmt: skip
        on_land = scenario.read(
            "time_on_land", "fraction", units.project.herds, file=_HERDS, categories=[(a, p) for a, p, _ in systems],
            category=_herd_key, value=lambda row: row.time_on_land_fraction, absent=1.0,
        )  # fmt: skip
        by_year = units.context.arrange(
            f"unit_area_by_year{scenario.place}", units.area_ha.value[np.newaxis, :], [units.area_ha]
        )
        nitrogen = scenario.compute(
            "manure_nitrogen", manure_n2o.manure_nitrogen_kg, population_head=heads,
            excreted_n_kg_per_head_year=excreted, manure_share=share, live_weight_kg=weight, area_ha=by_year,
            time_on_land=on_land,
        )  # fmt: skip
        given: dict[str, Any] = {"manure_n_kg": nitrogen, "gwp_n2o": units.gwp("n2o"), "area_ha": by_year}
        direct = scenario.compute(
            "manure_direct", manure_n2o.manure_direct_t_co2e_per_ha,
            manure_factor_kg_n2o_n_per_kg_n=scenario.factors("manure_n2o_factor", factors), **given,
        )  # fmt: skip
        shares = {name: scenario.factors(name, names) for name, names in indirect.items()}
        leached = {name: shares.pop(name) for name in LEACHING}
        return scenario.compute(
            "manure_nitrous_oxide", soil_n2o.manure_t_co2e_per_ha,
            direct_t_co2e_per_ha=direct,
            indirect_t_co2e_per_ha=scenario.compute(
                "manure_indirect", soil_n2o.manure_indirect_t_co2e_per_ha,
                volatilised_t_co2e=scenario.compute(
                    "manure_volatilised", manure_n2o.manure_volatilised_t_co2e, **shares, **given
                ),
                leached_t_co2e=scenario.compute("manure_leached", manure_n2o.manure_leached_t_co2e, **leached, **given),
                area_ha=by_year,
            ),
        )  # fmt: skip

    return Source("manure_deposition_n2o", "Manure deposition and management", book, term)


def _herd_key(row: Herd) -> _Kind:
    return row.animal, row.productivity


def _system_key(row: ManureShare) -> _System:
    return row.animal, row.productivity, row.system
