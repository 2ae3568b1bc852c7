"""What must hold for the source equations whatever the numbers: linearity, sums, shapes, the row of the digest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.quantification.sources import (
    burning,
    fertilizer_n2o,
    fixing_species,
    fuel_and_lime,
    livestock_methane,
    manure_n2o,
    soil_n2o,
    totals,
)

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=100)
heads = st.lists(st.floats(0, 200), min_size=1, max_size=5)
scale = st.floats(0.1, 3)


@COMMON
@given(herds=heads, k=scale)
def test_enteric_methane_is_linear_in_heads_and_inverse_in_area(herds: list[float], k: float) -> None:
    herd = np.array(herds)
    given: dict[str, Any] = {
        "enteric_factor_kg_ch4_per_head_year": 60.0,
        "live_weight_kg": 400.0,
        "gwp_ch4": 28.0,
    }
    one = float(livestock_methane.enteric_methane_t_co2e_per_ha(population_head=herd, area_ha=100.0, **given))
    assert float(
        livestock_methane.enteric_methane_t_co2e_per_ha(population_head=k * herd, area_ha=100.0, **given)
    ) == pytest.approx(k * one, rel=1e-9, abs=1e-12)
    assert float(
        livestock_methane.enteric_methane_t_co2e_per_ha(population_head=herd, area_ha=200.0, **given)
    ) == pytest.approx(one / 2, rel=1e-9, abs=1e-12)


@COMMON
@given(shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=4))
def test_splitting_manure_over_systems_of_one_factor_changes_nothing(shares: list[float]) -> None:
    part = np.array(shares) / sum(shares)
    given: dict[str, Any] = {
        "volatile_solids_kg_per_head_year": 90.885,
        "live_weight_kg": 30.0,
        "manure_factor_g_ch4_per_kg_vs": 0.6,
        "gwp_ch4": 28.0,
        "area_ha": 10.0,
    }
    whole = livestock_methane.manure_methane_t_co2e_per_ha(population_head=160.0, manure_share=1.0, **given)
    split = livestock_methane.manure_methane_t_co2e_per_ha(
        population_head=np.full(part.shape, 160.0), manure_share=part, **given
    )
    assert float(split) == pytest.approx(float(whole), rel=1e-12)


@COMMON
@given(fsn=st.floats(0, 1), fon=st.floats(0, 1))
def test_nitrogen_terms_add_up_over_kinds(fsn: float, fon: float) -> None:
    given: dict[str, Any] = {
        "volatilised_synthetic_t_per_t": 0.11,
        "volatilised_organic_t_per_t": 0.21,
        "volatilised_factor_t_n2o_n_per_t_n": 0.014,
        "gwp_n2o": 265.0,
        "area_ha": 1.0,
    }
    both = fertilizer_n2o.fertilizer_volatilised_t_co2e(synthetic_n_t=fsn, organic_n_t=fon, **given)
    first = fertilizer_n2o.fertilizer_volatilised_t_co2e(synthetic_n_t=fsn, organic_n_t=0.0, **given)
    second = fertilizer_n2o.fertilizer_volatilised_t_co2e(synthetic_n_t=0.0, organic_n_t=fon, **given)
    assert float(both) == pytest.approx(float(first) + float(second), rel=1e-12, abs=1e-15)


@COMMON
@given(a=st.floats(0, 50), b=st.floats(0, 50), area=st.floats(0.1, 1e4))
def test_swapping_scenarios_swaps_the_sign(a: float, b: float, area: float) -> None:
    there = totals.liming_reduction_t_co2e(baseline_t_co2e_per_ha=a, project_t_co2e_per_ha=b, area_ha=area)
    back = totals.liming_reduction_t_co2e(baseline_t_co2e_per_ha=b, project_t_co2e_per_ha=a, area_ha=area)
    assert float(there) == -float(back)


def test_draws_units_and_categories_keep_their_axes() -> None:
    rng = np.random.default_rng(7)
    draws, units, fuels = 4, 3, 2
    litres = rng.uniform(10, 100, (draws, units, fuels))
    area = np.array([1.0, 2.0, 5.0])
    factor = np.array([0.002886, 0.00281])
    emission = fuel_and_lime.fuel_emission_t_co2e(
        fuel_litre=litres, fuel_factor_t_co2e_per_litre=factor, area_ha=area
    )
    mean = np.asarray(fuel_and_lime.fossil_fuel_t_co2e_per_ha(fuel_emission_t_co2e=emission, area_ha=area))
    assert mean.shape == (draws, units)
    for d in range(draws):
        for u in range(units):
            assert mean[d, u] == pytest.approx(float((litres[d, u] * factor).sum() / area[u]), rel=1e-12)
    total = totals.fossil_fuel_reduction_t_co2e(
        baseline_t_co2e_per_ha=mean, project_t_co2e_per_ha=0.0, area_ha=area
    )
    assert np.shape(total) == (draws,)


def test_manure_nitrogen_of_units_by_categories() -> None:
    area = np.array([10.0, 20.0])
    nitrogen = manure_n2o.manure_nitrogen_kg(
        population_head=np.array([[160.0, 160.0], [80.0, 80.0]]),
        excreted_n_kg_per_head_year=3.504,
        manure_share=np.array([0.75, 0.25]),
        live_weight_kg=30.0,
        area_ha=area,
    )
    assert np.shape(nitrogen) == (2, 2)
    direct = manure_n2o.manure_direct_t_co2e_per_ha(
        manure_n_kg=nitrogen,
        manure_factor_kg_n2o_n_per_kg_n=np.array([0.003, 0.01]),
        gwp_n2o=265.0,
        area_ha=area,
    )
    assert np.shape(direct) == (2,)
    n = 160 * 3.504
    expect = n * (0.75 * 0.003 + 0.25 * 0.01) / 1000 * 44 / 28 * 265
    np.testing.assert_allclose(direct, [expect / 10, expect / 2 / 20], rtol=1e-12)


def test_the_worked_rows_of_fertilizer_manure_and_fixing_species() -> None:
    n: dict[str, Any] = {"synthetic_n_t": 4.6, "organic_n_t": 0.6, "gwp_n2o": 265.0, "area_ha": 100.0}
    direct = 100 * float(
        fertilizer_n2o.fertilizer_direct_t_co2e_per_ha(
            **n,
            direct_factor_synthetic_t_n2o_n_per_t_n=0.016,
            direct_factor_organic_t_n2o_n_per_t_n=0.006,
        )
    )
    assert direct == pytest.approx(32.1483, abs=5e-5)
    volatilised = fertilizer_n2o.fertilizer_volatilised_t_co2e(
        **n,
        volatilised_synthetic_t_per_t=0.11,
        volatilised_organic_t_per_t=0.21,
        volatilised_factor_t_n2o_n_per_t_n=0.014,
    )
    leached = fertilizer_n2o.fertilizer_leached_t_co2e(
        **n, leached_t_per_t=0.24, leached_factor_t_n2o_n_per_t_n=0.011
    )
    indirect = soil_n2o.fertilizer_indirect_t_co2e_per_ha(
        volatilised_t_co2e=volatilised, leached_t_co2e=leached, area_ha=100.0
    )
    assert 100 * float(indirect) == pytest.approx(3.684560 + 5.716731, abs=1e-6)
    nitrogen = fixing_species.fixing_species_nitrogen_t(
        residue_t_dm=50.0, residue_n_content_t_per_t=0.008, area_ha=10.0
    )
    fixed = fixing_species.fixing_species_t_co2e_per_ha(
        residue_n_t=nitrogen, direct_factor_organic_t_n2o_n_per_t_n=0.01, gwp_n2o=265.0, area_ha=10.0
    )
    assert 10 * float(fixed) == pytest.approx(1.665714, abs=5e-7)
    everything = soil_n2o.soil_nitrous_oxide_t_co2e_per_ha(
        fertilizer_t_co2e_per_ha=soil_n2o.fertilizer_t_co2e_per_ha(
            direct_t_co2e_per_ha=direct / 100, indirect_t_co2e_per_ha=indirect
        ),
        manure_t_co2e_per_ha=0.0,
        fixing_species_t_co2e_per_ha=fixed,
    )
    assert float(everything) == pytest.approx((direct + 9.401291) / 100 + 0.1665714, abs=1e-7)


def test_nothing_burns_where_nothing_is_burned() -> None:
    burned = burning.burning_methane_t_co2e_per_ha(
        biomass_kg_dm=np.array([[0.0], [8000.0]]),
        combustion_factor=0.9,
        burning_factor_g_ch4_per_kg_dm=2.7,
        gwp_ch4=28.0,
        burned_area_ha=np.array([10.0, 2.0]),
        area_ha=np.array([10.0, 20.0]),
    )
    np.testing.assert_allclose(burned, [0.0, 8000 * 0.9 * 2.7 * 28 / 1e6 / 20], rtol=1e-12)
