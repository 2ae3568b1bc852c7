"""Which approach may quantify which source (VM0042 v2.2 section 8.1, Table 5)."""

from __future__ import annotations

from typing import Final

TABLE_5: Final[dict[str, frozenset[str]]] = {
    "soil_organic_carbon": frozenset({"measure_and_model", "measure_and_remeasure"}),
    "fossil_fuel_co2": frozenset({"default_factors"}),
    "liming_co2": frozenset({"default_factors"}),
    "soil_methanogenesis_ch4": frozenset({"measure_and_model"}),
    "enteric_fermentation_ch4": frozenset({"default_factors"}),
    "manure_deposition_ch4": frozenset({"default_factors"}),
    "biomass_burning_ch4": frozenset({"default_factors"}),
    "nitrogen_fertilizer_n2o": frozenset({"measure_and_model", "default_factors"}),
    "nitrogen_fixing_species_n2o": frozenset({"measure_and_model", "default_factors"}),
    "manure_deposition_n2o": frozenset({"measure_and_model", "default_factors"}),
    "biomass_burning_n2o": frozenset({"default_factors"}),
}
"""Source, by the ids of the boundary tables, and the approaches that it may take."""

SOIL_N2O: Final = ("nitrogen_fertilizer_n2o", "nitrogen_fixing_species_n2o", "manure_deposition_n2o")
