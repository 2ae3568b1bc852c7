"""A slip of unit is refused, never computed: kg for t, per cent, per day, g/kg, a missing warming potential."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mollisol.equations
from mollisol.methodology.factors.livestock import check_live_weight
from mollisol.methodology.findings import Place, Severity

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=60)
EQUATIONS = mollisol.equations.all_equations()
BASE: dict[str, dict[str, Any]] = {}
VECTORS = Path(__file__).parents[1] / "vectors" / "quantification"
for path in sorted(path for folder in ("leakage", "sources") for path in (VECTORS / folder).glob("*.toml")):
    vector = tomllib.loads(path.read_text())
    BASE[vector["equation"]] = next(case for case in vector["case"] if "expect" in case)["given"]

KG, PERCENT, G_PER_KG, PER_DAY, G = 1000.0, 100.0, 1000.0, 1 / 365, 1000.0


@dataclass(frozen=True)
class Slip:
    """Values that a project has, per hectare where ``per_ha``, and the factor that a wrong unit multiplies by."""

    equation: str
    argument: str
    low: float
    high: float
    factor: float
    per_ha: bool = False


SLIPS = [
    *(Slip(f"vm0042:{n}", "gwp_ch4", 25, 34, 1 / 28) for n in (10, "10-variance", 11, 12, 14)),
    *(
        Slip(f"vm0042:{n}", "gwp_n2o", 265, 298, 1 / 265)
        for n in (15, "15-variance", 18, 22, 23, 24, 27, 30, 31, 32)
    ),
    Slip("vm0042:7", "fuel_factor_t_co2e_per_litre", 0.0015, 0.0031, KG),
    Slip("vm0042:6", "fuel_emission_t_co2e", 0.01, 5, KG, True),
    Slip("vm0042:9", "limestone_t", 0.03, 20, KG, True),
    Slip("vm0042:9", "dolomite_t", 0.03, 20, KG, True),
    Slip("vm0042:9", "limestone_factor_t_c_per_t", 0.06, 0.12, PERCENT),
    Slip("vm0042:9", "dolomite_factor_t_c_per_t", 0.065, 0.13, KG),
    Slip("vm0042:9", "limestone_factor_t_c_per_t", 0.06, 0.12, 44 / 12),
    Slip("vm0042:8", "lime_emission_t_co2e", 0.02, 9, KG, True),
    Slip("vm0042:10", "soil_ch4_t_per_ha", 0.004, 1.5, KG),
    Slip("vm0042:10", "soil_ch4_t_per_ha", 0.11, 1.5, 28),
    Slip("vm0042:10-variance", "soil_ch4_variance", 1e-5, 1, KG**2),
    Slip("vm0042:15", "soil_n2o_t_per_ha", 0.0003, 0.1, KG),
    Slip("vm0042:15", "soil_n2o_t_per_ha", 0.001, 0.1, 265),
    Slip("vm0042:15-variance", "soil_n2o_variance", 1e-7, 1e-3, KG**2),
    Slip("vm0042:11", "enteric_factor_kg_ch4_per_head_year", 1, 15, PER_DAY),
    Slip("vm0042:11", "enteric_factor_kg_ch4_per_head_year", 1, 15, 1 / KG),
    Slip("vm0042:11", "enteric_factor_kg_ch4_per_head_year", 1, 15, G),
    Slip("vm0042:11", "live_weight_kg", 25, 90, 1 / KG),
    Slip("vm0042:13", "vs_rate_kg_per_1000_kg_day", 2, 30, 365),
    Slip("vm0042:13", "vs_rate_kg_per_1000_kg_day", 2, 30, 1 / KG),
    Slip("vm0042:13", "live_weight_kg", 25, 290, 1 / KG),
    Slip("vm0042:12", "volatile_solids_kg_per_head_year", 40, 160, PER_DAY),
    Slip("vm0042:12", "volatile_solids_kg_per_head_year", 40, 160, 1 / KG),
    Slip("vm0042:12", "manure_share", 0.02, 1, PERCENT),
    Slip("vm0042:12", "manure_factor_g_ch4_per_kg_vs", 0.6, 40, 1 / KG),
    Slip("vm0042:12", "manure_factor_g_ch4_per_kg_vs", 0.6, 100, KG),
    Slip("ipcc2019:10.30", "n_rate_kg_per_1000_kg_day", 0.1, 1.7, 365),
    Slip("ipcc2019:10.30", "n_rate_kg_per_1000_kg_day", 0.1, 1.7, 1 / KG),
    Slip("vm0042:28", "excreted_n_kg_per_head_year", 1, 12, PER_DAY),
    Slip("vm0042:28", "excreted_n_kg_per_head_year", 1, 12, 1 / KG),
    Slip("vm0042:28", "manure_share", 0.02, 1, PERCENT),
    Slip("vm0042:28", "time_on_land", 0.02, 1, PERCENT),
    *(Slip(f"vm0042:{n}", "manure_n_kg", 10, 500, G, True) for n in (27, 30, 31)),
    Slip("vm0042:27", "manure_factor_kg_n2o_n_per_kg_n", 0.0016, 0.14, PERCENT),
    *(Slip(f"vm0042:{n}", "biomass_kg_dm", 300, 40_000, 1 / KG, True) for n in (14, 32)),
    *(Slip(f"vm0042:{n}", "combustion_factor", 0.3, 1, PERCENT) for n in (14, 32)),
    Slip("vm0042:14", "burning_factor_g_ch4_per_kg_dm", 1.4, 7, 1 / KG),
    Slip("vm0042:14", "burning_factor_g_ch4_per_kg_dm", 1.4, 4, 1 / PERCENT),
    Slip("vm0042:32", "burning_factor_g_n2o_per_kg_dm", 0.05, 0.4, 1 / KG),
    Slip("vm0042:19", "synthetic_fertilizer_t", 0.01, 4, KG, True),
    Slip("vm0042:19", "synthetic_n_content_t_per_t", 0.009, 0.82, PERCENT),
    Slip("vm0042:19", "synthetic_n_content_t_per_t", 0.009, 0.82, G_PER_KG),
    Slip("vm0042:20", "organic_fertilizer_t", 0.5, 100, KG, True),
    Slip("vm0042:20", "organic_n_content_t_per_t", 0.002, 0.1, PERCENT),
    Slip("vm0042:20", "organic_n_content_t_per_t", 0.0005, 0.1, G_PER_KG),
    *(Slip(f"vm0042:{n}", "synthetic_n_t", 0.005, 0.6, KG, True) for n in (18, 22, 23)),
    *(Slip(f"vm0042:{n}", "organic_n_t", 0.005, 0.6, KG, True) for n in (18, 22, 23)),
    Slip("vm0042:18", "direct_factor_synthetic_t_n2o_n_per_t_n", 0.001, 0.03, PERCENT),
    Slip("vm0042:18", "direct_factor_organic_t_n2o_n_per_t_n", 0.001, 0.03, PERCENT),
    Slip("vm0042:24", "direct_factor_organic_t_n2o_n_per_t_n", 0.001, 0.03, G_PER_KG),
    Slip("vm0042:24", "residue_n_t", 0.005, 1, KG, True),
    Slip("vm0042:25", "residue_t_dm", 0.1, 30, KG, True),
    Slip("vm0042:25", "residue_n_content_t_per_t", 0.001, 0.05, PERCENT),
    Slip("vm0042:25", "residue_n_content_t_per_t", 0.001, 0.05, G_PER_KG),
    Slip("vm0042:22-share", "synthetic_n_content_t_per_t", 0.009, 0.82, PERCENT),
    Slip("vm0042:22-share", "synthetic_n_content_t_per_t", 0.009, 0.82, G_PER_KG),
    Slip("vm0042:22-share", "volatilised_of_product_t_per_t", 0.01, 0.43, PERCENT),
    Slip("vm0042:22", "volatilised_synthetic_t_per_t", 0.01, 0.43, PERCENT),
    Slip("vm0042:22", "volatilised_organic_t_per_t", 0.01, 0.31, PERCENT),
    Slip("vm0042:30", "volatilised_organic_t_per_t", 0.01, 0.31, PERCENT),
    *(Slip(f"vm0042:{n}", "volatilised_factor_t_n2o_n_per_t_n", 0.002, 0.018, PERCENT) for n in (22, 30)),
    *(Slip(f"vm0042:{n}", "leached_factor_t_n2o_n_per_t_n", 0.001, 0.02, PERCENT) for n in (23, 31)),
    *(Slip(f"vm0042:{n}", "leached_t_per_t", 0.01, 0.73, PERCENT) for n in (23, 31)),
    *(Slip(f"vm0042:{n}", "volatilised_t_co2e", 0.2, 10, KG, True) for n in (21, 29)),
    *(Slip(f"vm0042:{n}", "direct_t_co2e_per_ha", 0.2, 10, KG) for n in (17, 26)),
    Slip("vm0042:16", "manure_t_co2e_per_ha", 0.2, 10, KG),
    *(Slip(f"vm0042:{n}", "baseline_t_co2e_per_ha", 0.2, 50, KG) for n in range(52, 60)),
    *(Slip(f"vm0042:{n}", "project_t_co2e_per_ha", 0.2, 50, KG) for n in range(52, 60)),
    *(Slip(f"vm0042:{n}", "stock_end_t_co2e_per_ha", 5, 2000, KG) for n in range(48, 52)),
    Slip("ar-tool14:tree-stock", "tree_biomass_t_dm_per_ha", 2, 600, KG),
    Slip("ar-tool14:tree-stock", "carbon_fraction", 0.4, 0.55, PERCENT),
    Slip("ar-tool14:shrub-biomass", "crown_cover", 0.05, 1, PERCENT),
    Slip("ar-tool14:shrub-biomass", "biomass_ratio", 0.05, 0.5, PERCENT),
    Slip("ar-tool14:shrub-stock", "root_to_shoot", 0.1, 2, PERCENT),
    Slip("vm0042:33", "applied_t", 0.3, 100, KG, True),
    Slip("vm0042:33", "carbon_content_t_c_per_t", 0.0061, 0.5, PERCENT),
    Slip("vm0042:33", "carbon_content_t_c_per_t", 0.0061, 0.5, G_PER_KG),
    Slip("vm0042:33", "retained_fraction", 0.06, 0.3, PERCENT),
    *(Slip(id, "growth_per_year", 0.002, 0.05, PERCENT) for id in ("vmd0054-1.0:1", "vmd0054-1.1:1")),
    *(Slip(id, "supply_response", 0.05, 1, PERCENT) for id in ("vmd0054-1.0:6", "vmd0054-1.1:9")),
    *(Slip(id, "new_land_share", 0.05, 1, PERCENT) for id in ("vmd0054-1.0:6", "vmd0054-1.1:9")),
    *(Slip(id, "net_production_change_per_year", 6, 500, KG) for id in ("vmd0054-1.0:6", "vmd0054-1.1:9")),
    *(Slip(id, "biomass_lost_t_c_per_ha", 5, 400, KG) for id in ("vmd0054-1.0:8", "vmd0054-1.1:11")),
    *(Slip(id, "land_use_factor", 0.4, 1.5, PERCENT) for id in ("vmd0054-1.0:9", "vmd0054-1.1:12")),
    Slip("tool16:diversion", "fuel_factor_t_co2e_per_gj", 0.05, 0.11, KG),
    Slip("tool16:diversion", "energy_content_gj_per_t_dm", 2, 22, KG),
    Slip("tool16:diversion", "diverted_t_dm", 0.1, 30, KG, True),
]

UNSEEN_BY_RANGES = {
    ("vm0042:7", "fuel_litre"): "cubic metres: a unit may burn as little",
    (
        "vm0042:13",
        "live_weight_kg",
    ): "tonnes of cattle are kilograms of poultry: check_live_weight knows the animal",
    ("vm0042:27", "manure_n_kg"): "tonnes: a range may carry as few animals; Eq. 28 gives kilograms",
    (
        "vm0042:27",
        "manure_factor_kg_n2o_n_per_kg_n",
    ): "per cent below 0.0015: Factor.number asks for the unit",
    ("vm0042:12", "manure_share"): "per cent below 0.01: check_manure_shares looks at the whole",
}
"""What no range of nature can tell apart, and what does."""


@pytest.mark.parametrize("slip", SLIPS, ids=lambda s: f"{s.equation} {s.argument} x{s.factor:.3g}")
def test_a_slip_of_unit_is_refused(slip: Slip) -> None:
    base = BASE[slip.equation]
    plain = {
        name: (value[0] if isinstance(value, list) and name != "production_per_year" else value)
        for name, value in base.items()
    }
    function = EQUATIONS[slip.equation].function
    hectares = plain.get("burned_area_ha", plain.get("area_ha", 1.0)) if slip.per_ha else 1.0

    @COMMON
    @given(share=st.floats(0, 1))
    def run(share: float) -> None:
        right = slip.low * (slip.high / slip.low) ** share * hectares
        zero_where_others_bind = {"enteric_factor_kg_ch4_per_head_year", "excreted_n_kg_per_head_year"}
        if slip.argument not in zero_where_others_bind | {"live_weight_kg"}:
            function(**plain | {slip.argument: right})
        with pytest.raises(ValueError):
            function(**plain | {slip.argument: right * slip.factor})

    run()


def test_every_factor_and_share_is_tried() -> None:
    tried = {(slip.equation, slip.argument) for slip in SLIPS} | set(UNSEEN_BY_RANGES)
    words = ("factor", "share", "content", "fraction", "rate", "gwp", "_per_t")
    same = {
        "management_factor",
        "input_factor",
        "fuel_factor_t_co2e_per_litre",
        "carbon_fraction",
    }
    missed = [
        (id, name)
        for id, base in BASE.items()
        for name in base
        if any(word in name for word in words) and (id, name) not in tried and name not in same
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("animal", "weight"), [("dairy cattle", 600.0), ("other cattle", 400.0), ("horses", 377.0)]
)
def test_tonnes_of_a_large_animal_are_a_finding(animal: str, weight: float) -> None:
    place = Place(thing=animal)
    assert list(check_live_weight(animal, "Western Europe", weight, place)) == []
    (one,) = check_live_weight(animal, "Western Europe", weight / 1000, place)
    assert one.severity is Severity.BLOCKING
    assert "kg" in one.allowed
