"""The faults that stand in published digitisations of VM0042: ours must not be able to make them.

Each test computes the right number, then shows that the faulty form is refused or cannot be written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mollisol.quantification.leakage import displaced_production, vmd0054_v1_0, vmd0054_v1_1
from mollisol.quantification.sources import (
    burning,
    fertilizer_n2o,
    livestock_methane,
    manure_n2o,
    modelled_gases,
    totals,
    woody_biomass,
)

SHEEP: dict[str, Any] = {"population_head": 160.0, "live_weight_kg": 30.0, "area_ha": 1.0}
GWP = 265.0


def enteric(**change: Any) -> float:
    given = SHEEP | {"enteric_factor_kg_ch4_per_head_year": 5.0, "gwp_ch4": 28.0} | change
    return float(livestock_methane.enteric_methane_t_co2e_per_ha(**given))


def manure_n() -> float:
    return float(manure_n2o.manure_nitrogen_kg(**SHEEP, excreted_n_kg_per_head_year=3.504, manure_share=1.0))


def test_enteric_methane_is_not_multiplied_by_days() -> None:
    """365 times instead of divided: 133 225 fold against the daily reading."""
    assert enteric() == pytest.approx(22.4, rel=1e-12)
    with pytest.raises(ValueError, match="enteric_factor"):
        enteric(enteric_factor_kg_ch4_per_head_year=5.0 * 365)
    with pytest.raises(ValueError, match="enteric_factor"):
        enteric(enteric_factor_kg_ch4_per_head_year=5.0 / 365)


def test_manure_nitrogen_is_not_a_thousand_fold() -> None:
    """Indirect manure N2O with kilograms where tonnes belong (E-3): 686 t instead of 0.686 t."""
    given: dict[str, Any] = {
        "volatilised_organic_t_per_t": 0.21,
        "volatilised_factor_t_n2o_n_per_t_n": 0.014,
        "gwp_n2o": GWP,
        "area_ha": 1.0,
    }
    volatilised = float(manure_n2o.manure_volatilised_t_co2e(manure_n_kg=manure_n(), **given))
    assert volatilised == pytest.approx(0.686392, abs=5e-7)
    direct = float(
        manure_n2o.manure_direct_t_co2e_per_ha(
            manure_n_kg=manure_n(), manure_factor_kg_n2o_n_per_kg_n=0.003, gwp_n2o=GWP, area_ha=1.0
        )
    )
    assert 0.1 < volatilised / direct < 10
    with pytest.raises(ValueError, match="manure_n_kg"):
        manure_n2o.manure_volatilised_t_co2e(manure_n_kg=manure_n() * 1000, **given)


def test_volatilised_nitrogen_takes_the_warming_potential() -> None:
    given: dict[str, Any] = {
        "synthetic_n_t": 4.6,
        "organic_n_t": 0.6,
        "volatilised_synthetic_t_per_t": 0.11,
        "volatilised_organic_t_per_t": 0.21,
        "volatilised_factor_t_n2o_n_per_t_n": 0.014,
        "area_ha": 100.0,
    }
    assert float(fertilizer_n2o.fertilizer_volatilised_t_co2e(**given, gwp_n2o=GWP)) == pytest.approx(
        3.684560, abs=5e-7
    )
    with pytest.raises(TypeError):
        fertilizer_n2o.fertilizer_volatilised_t_co2e(**given)
    with pytest.raises(ValueError, match="gwp_n2o"):
        fertilizer_n2o.fertilizer_volatilised_t_co2e(**given, gwp_n2o=1.0)


def test_leached_nitrogen_takes_its_fraction() -> None:
    given: dict[str, Any] = {
        "synthetic_n_t": 4.6,
        "organic_n_t": 0.6,
        "leached_factor_t_n2o_n_per_t_n": 0.011,
        "gwp_n2o": GWP,
        "area_ha": 100.0,
    }
    assert float(fertilizer_n2o.fertilizer_leached_t_co2e(**given, leached_t_per_t=0.24)) == pytest.approx(
        5.716731, abs=5e-7
    )
    with pytest.raises(TypeError):
        fertilizer_n2o.fertilizer_leached_t_co2e(**given)
    with pytest.raises(ValueError, match="leached_t_per_t"):
        fertilizer_n2o.fertilizer_leached_t_co2e(**given, leached_t_per_t=1.0)


def test_project_burning_takes_its_emission_factor() -> None:
    given: dict[str, Any] = {
        "biomass_kg_dm": 10_000.0,
        "combustion_factor": 0.9,
        "gwp_n2o": GWP,
        "burned_area_ha": 1.0,
        "area_ha": 1.0,
    }
    assert float(
        burning.burning_nitrous_oxide_t_co2e_per_ha(**given, burning_factor_g_n2o_per_kg_dm=0.07)
    ) == pytest.approx(0.16695, rel=1e-12)
    with pytest.raises(TypeError):
        burning.burning_nitrous_oxide_t_co2e_per_ha(**given)
    with pytest.raises(ValueError, match="burning_factor"):
        burning.burning_nitrous_oxide_t_co2e_per_ha(**given, burning_factor_g_n2o_per_kg_dm=1.0)


def test_manure_methane_is_divided_by_the_area() -> None:
    given: dict[str, Any] = {
        "population_head": 160.0,
        "live_weight_kg": 30.0,
        "volatile_solids_kg_per_head_year": 90.885,
        "manure_share": 1.0,
        "manure_factor_g_ch4_per_kg_vs": 0.6,
        "gwp_ch4": 28.0,
    }
    one = float(livestock_methane.manure_methane_t_co2e_per_ha(**given, area_ha=1.0))
    ten = float(livestock_methane.manure_methane_t_co2e_per_ha(**given, area_ha=10.0))
    assert one == pytest.approx(0.2442989, abs=5e-8)
    assert ten == pytest.approx(one / 10, rel=1e-12)


def test_volatile_solids_count_days_once() -> None:
    """Per day in Eq. 12's list (E-4), though Eq. 13 has made it a year."""
    with pytest.raises(ValueError, match="volatile_solids"):
        livestock_methane.manure_methane_t_co2e_per_ha(
            **SHEEP,
            volatile_solids_kg_per_head_year=90.885 / 365,
            manure_share=1.0,
            manure_factor_g_ch4_per_kg_vs=0.6,
            gwp_ch4=28.0,
        )


def test_project_trees_stand_on_project_stocks_and_shrubs_on_both() -> None:
    """Project woody removals over a manure cell; a shrub term with the baseline only."""
    given: dict[str, Any] = {
        "stock_start_t_co2e_per_ha": 20.0,
        "years": 5.0,
        "area_ha": 10.0,
    }
    project = float(woody_biomass.project_shrub_change_t_co2e(stock_end_t_co2e_per_ha=30.0, **given))
    baseline = float(woody_biomass.baseline_shrub_change_t_co2e(stock_end_t_co2e_per_ha=22.0, **given))
    assert (project, baseline) == pytest.approx((20.0, 4.0))
    assert float(woody_biomass.project_tree_change_t_co2e(stock_end_t_co2e_per_ha=30.0, **given)) == 20.0


def test_modelled_methane_does_not_take_the_warming_potential_twice() -> None:
    """The list of Eq. 10 prints t CO2e/ha for the model's result (E-2)."""
    once = float(modelled_gases.soil_methane_t_co2e_per_ha(soil_ch4_t_per_ha=0.3, gwp_ch4=28.0))
    assert once == pytest.approx(8.4)
    with pytest.raises(ValueError, match="soil_ch4_t_per_ha"):
        modelled_gases.soil_methane_t_co2e_per_ha(soil_ch4_t_per_ha=once, gwp_ch4=28.0)


def test_a_growing_source_stays_in_below_zero() -> None:
    grows = totals.soil_nitrous_oxide_reduction_t_co2e(
        baseline_t_co2e_per_ha=0.2, project_t_co2e_per_ha=0.5, area_ha=100.0
    )
    assert float(grows) == pytest.approx(-30.0)


def test_combustion_is_counted_once() -> None:
    """A measured loss has no combustion factor to take (E-31)."""
    given: dict[str, Any] = {
        "gwp_ch4": 28.0,
        "burning_factor_g_ch4_per_kg_dm": 2.7,
        "burned_area_ha": 1.0,
        "area_ha": 1.0,
    }
    before = burning.burning_methane_t_co2e_per_ha(biomass_kg_dm=10_000.0, combustion_factor=0.9, **given)
    loss = burning.burning_methane_t_co2e_per_ha(biomass_kg_dm=9_000.0, combustion_factor=1.0, **given)
    assert float(before) == pytest.approx(float(loss), rel=1e-12)


def test_editions_of_the_leakage_module_are_not_patched_by_number() -> None:
    """Eq. 5 and Eq. 7 of v1.1 are other equations than those of v1.0, which VM0042 replaces."""
    from mollisol.methodology.provenance import passport_of

    assert passport_of(vmd0054_v1_0.net_production_loss_per_year).id == "vmd0054-1.0:5"
    assert passport_of(vmd0054_v1_1.leakage_mitigation_per_year).id == "vmd0054-1.1:5"
    gain = {"leakage_mitigation_per_year": 0.0}
    assert vmd0054_v1_0.net_production_loss_per_year(foregone_production_per_year=-5.0, **gain) == 0.0
    assert displaced_production.production_change_per_year(foregone_production_per_year=-5.0, **gain) == -5.0
    assert vmd0054_v1_1.net_production_change_per_year(production_change_per_year=-5.0, **gain) == -5.0


def test_constant_production_is_a_decline_of_thirteen_per_cent_after_five_years() -> None:
    expected = vmd0054_v1_1.baseline_production_per_year(
        production_per_year=np.full(3, 100.0), growth_per_year=0.025, years_since_start=5.0
    )
    change = vmd0054_v1_1.production_change_per_year(
        baseline_production_per_year=expected, monitored_production_per_year=100.0
    )
    assert float(change) == pytest.approx(13.1408, abs=1e-4)
