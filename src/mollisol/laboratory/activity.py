"""What projects do beside the soil: manure, residues, production and diesel, with what they leak and save."""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.laboratory.draws import Block
from mollisol.laboratory.terms import Terms
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.accounting.units import after_discount_t_co2e
from mollisol.quantification.accounting.vm0042.net_leakage import leakage_t_co2e
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.leakage.displaced_production import displacement_leakage_t_co2e
from mollisol.quantification.leakage.organic_amendments import amendment_leakage_t_co2e
from mollisol.quantification.leakage.residues import residue_diversion_t_co2e
from mollisol.quantification.leakage.vmd0054_v1_1_land import new_land_ha
from mollisol.quantification.sources.fuel_and_lime import fuel_emission_t_co2e

MANURE_T_C_PER_T: Final = 0.12
"""Carbon of manure as it is spread."""
RESIDUE_GJ_PER_T: Final = 15.0
FUEL_T_CO2E_PER_GJ: Final = 0.0946
"""Energy of residues as fuel, and the emission of the coal that takes its place."""


def manure_t_c(block: Block) -> FloatArray:
    """Return the carbon of manure from outside in each year of the project. [t C]."""
    return block.area * block.drawn("manure_t_c_per_ha")


def diesel_saved_litre(block: Block) -> FloatArray:
    """Return the diesel that each project saves in a year. [litre]."""
    return block.area * block.drawn("diesel_saved_l_per_ha")


def residues_t(block: Block) -> FloatArray:
    """Return the residues that are taken from use as fuel in each year of the project. [t dry matter]."""
    return block.area * block.drawn("residues_diverted_t_per_ha")


def production_t(block: Block) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the yield of the crop, what is made in a year before the project, and in it. [t/ha], [t], [t]."""
    of_hectare = block.drawn("yield_t_per_ha")
    before = block.area * of_hectare
    return of_hectare, before, before * (1 - block.drawn("yield_lost_percent") / 100)


def emissions_saved_t_co2e(block: Block, terms: Terms) -> FloatArray:
    """Return what each project emits less in a year by the diesel that it saves (Eqs. 7, 37). [t CO2e]."""
    diesel = diesel_saved_litre(block)
    before, after = (
        fuel_emission_t_co2e(
            fuel_litre=litre[:, None], fuel_factor_t_co2e_per_litre=terms.fuel_factor, area_ha=block.area
        )
        for litre in (np.maximum(diesel, 0.0), np.maximum(-diesel, 0.0))
    )
    return np.asarray(before - after)[:, 0]


def leaked_t_co2e(block: Block, terms: Terms) -> FloatArray:
    """Return what leaks in a year: manure from outside, lost production and residues taken from fuel. [t CO2e]."""
    amendments = amendment_leakage_t_co2e(
        applied_t=(manure_t_c(block) / MANURE_T_C_PER_T)[:, None],
        look_back_t=np.zeros((block.size, 1)),
        carbon_content_t_c_per_t=MANURE_T_C_PER_T,
        retained_fraction=terms.retained_fraction,
        area_ha=block.area,
    )
    diverted = residue_diversion_t_co2e(
        diverted_t_dm=residues_t(block)[:, None],
        energy_content_gj_per_t_dm=RESIDUE_GJ_PER_T,
        fuel_factor_t_co2e_per_gj=FUEL_T_CO2E_PER_GJ,
        area_ha=block.area,
    )
    leakage = leakage_t_co2e(
        amendments_t_co2e=amendments,
        displaced_production_t_co2e=_displaced(block, terms),
        residues_t_co2e=diverted,
        displaced_in_print=terms.displaced_in_print,
        form=terms.displaced_production,
    )
    return np.asarray(
        after_discount_t_co2e(amount_t_co2e=leakage, discount_percent=terms.leakage_discount_percent)
    )


def _displaced(block: Block, terms: Terms) -> FloatArray:
    """Return the leakage of lost production in a year (VMD0054, steps 1 to 4; Eq. 36). [t CO2e].

    Production grows by nothing here, and what a project gains offsets nothing, for it has one crop.
    """
    of_hectare, before, after = production_t(block)
    if not of_hectare.any():
        return np.zeros(block.size)
    land = new_land_ha(
        net_production_change_per_year=before - after,
        supply_response=terms.new_land_of_lost,
        new_land_share=1.0,
        yield_per_ha=of_hectare,
        area_ha=block.area,
    )
    area, years = np.maximum(land, 0.0), block.world.period_years
    cumulative = area * block.drawn("new_land_t_c_per_ha") * CO2E_PER_C
    return np.asarray(
        displacement_leakage_t_co2e(
            cumulative_t_co2e=cumulative, prior_cumulative_t_co2e=0.0, years=float(years)
        )
    )
