"""Each model against its reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mollisol.quantification.models import amg, amg_equations, icbm
from mollisol.quantification.models.linear.kernel import Engine
from mollisol.quantification.models.rothc.equations import next_deficit
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters, run_rothc
from mollisol.quantification.models.rothc.start import steady_rothc
from mollisol.quantification.models.rothc.system import rothc_clock
from mollisol.quantification.models.tier2 import Tier2Forcing, Tier2Parameters, rain_over_pet, run_tier2
from tests.quantification.models.reference_data import columns, document, numbers, rothc_py_forcing
from tests.support.rothc_run_in import run_in_rothc

POOLS = ("DPM", "RPM", "BIO", "HUM")
TILLAGE = {"full tillage": 0.0, "reduced tillage": 1.0, "no tillage": 2.0, "unknown": 3.0}
ULTUNA = [
    (0.13, 1.32, 0.3, 3.96, 0.0),
    (0.125, 1.00, 0.3, 4.11, 0.285),
    (0.125, 1.22, 0.3, 4.05, 0.248),
    (0.125, 1.17, 0.3, 3.99, 0.057),
    (0.125, 1.07, 0.3, 4.02, 0.091),
    (0.25, 1.10, 0.3, 3.99, 0.272),
    (0.34, 0.97, 0.3, 4.14, 0.296),
]
BY_TILLAGE = Tier2Parameters(f2_full=0.455, f2_reduced=0.477, f2_none=0.5)
"""As the program that these runs are of has the shares; the table prints 0.368 alone."""


@pytest.mark.parametrize("engine", ["plain", "numpy", "compiled"])
def test_rothc_all_pools_and_months_after_the_run_in_of_its_program(engine: Engine) -> None:
    start, months = run_in_rothc(rothc_py_forcing(0, 12), RothCParameters())
    assert months == 19_872
    iom = document("rothc_py/site.json")["iom_t_ha"]
    done = run_rothc(
        rothc_py_forcing(12, None),
        RothCParameters(),
        start_t_ha=start.pools_t_ha,
        deficit_mm=start.deficit_mm,
        inert_t_ha=iom,
        every=1,
        series=("pools",),
        engine=engine,
    )
    table = columns("rothc_py/month_results.csv")
    assert len(done.run.total) == len(table["Year"]) == 828
    for place, name in enumerate(POOLS):
        expected = numbers(table, f"{name}_t_C_ha")
        np.testing.assert_allclose(done.run.pools[:, place, 0, 0], expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(done.run.total[:, 0, 0], numbers(table, "SOC_t_C_ha"), rtol=0, atol=1e-9)


def test_rothc_yearly_rows_are_those_of_december() -> None:
    start, _ = run_in_rothc(rothc_py_forcing(0, 12), RothCParameters())
    given: dict[str, Any] = {
        "start_t_ha": start.pools_t_ha,
        "deficit_mm": start.deficit_mm,
        "inert_t_ha": 3.0041,
    }
    done = run_rothc(rothc_py_forcing(12, None), RothCParameters(), **given)
    expected = numbers(columns("rothc_py/year_results.csv"), "SOC_t_C_ha")[1:]
    np.testing.assert_allclose(done.run.total[:, 0, 0], expected, rtol=0, atol=1e-9)


def test_rothc_with_the_exact_steady_state() -> None:
    start = steady_rothc(rothc_py_forcing(0, 12), RothCParameters())
    given: dict[str, Any] = {
        "start_t_ha": start.pools_t_ha,
        "deficit_mm": start.deficit_mm,
        "inert_t_ha": 3.0041,
    }
    done = run_rothc(rothc_py_forcing(12, None), RothCParameters(), every=1, **given)
    expected = numbers(columns("rothc_py/month_results.csv"), "SOC_t_C_ha")
    np.testing.assert_allclose(done.run.total[:, 0, 0], expected, rtol=0, atol=2e-4)


def test_manual_deficit_table() -> None:
    table = document("rothc_manual/worked_examples.json")["tsmd_rothamsted"]
    deficit: Any = 0.0
    found = []
    for rain, evaporation in zip(table["rain_mm"], table["pan_evap_mm"], strict=True):
        deficit = next_deficit(
            deficit_before_mm=deficit,
            rain_mm=rain,
            pan_evaporation_mm=evaporation,
            maximum_deficit_mm=-44.94,
            covered=1.0,
        )
        found.append(float(deficit))
    np.testing.assert_allclose(found, table["acc_tsmd_mm"], rtol=0, atol=table["tolerance_mm"])


def test_manual_worked_month() -> None:
    book = document("rothc_manual/worked_examples.json")
    before, step = book["hoosfield_equilibrium_1851"]["pools_t_ha"], book["hoosfield_january_1852_step"]
    forcing = RothCForcing(
        tmean_c=9.0,
        rain_mm=100.0,
        pan_evaporation_mm=0.0,
        plant_c_t_ha=0.0,
        covered=0.0,
        clay_percent=23.4,
        depth_cm=23.0,
    )
    clock, _ = rothc_clock(forcing, RothCParameters())
    scale = step["abc"] / 12 / float(clock[0, 0])
    done = run_rothc(
        forcing,
        RothCParameters(rate_multiplier=scale),
        start_t_ha=[before[name] for name in POOLS],
        inert_t_ha=2.7,
        every=1,
        series=("respired",),
    )
    expected = [step["end_pools"][name] for name in POOLS]
    np.testing.assert_allclose(done.run.end[:, 0, 0], expected, rtol=0, atol=step["tolerance"])
    lost = sum(step["to_CO2"].values())
    np.testing.assert_allclose(done.run.respired[0, 0, 0], lost, rtol=0, atol=4 * step["tolerance"])


@pytest.mark.parametrize("name", sorted(document("hestia_ipcc/tier2_runs.json")))
def test_tier2_against_an_independent_program(name: str) -> None:
    run = document("hestia_ipcc/tier2_runs.json")[name]
    given, expected = run["input"], run["output"]
    forcing = Tier2Forcing(
        tmean_c=np.array(given["temperature_c"])[None],
        rain_over_pet=rain_over_pet(rain_mm=given["precipitation_mm"], pet_mm=given["pet_mm"])[None],
        irrigated=np.array(given["irrigated"], dtype=np.float64)[None],
        carbon_t_ha_yr=np.array(given["carbon_input_kgC_ha"]) / 1000,
        tillage=np.array([TILLAGE[word] for word in given["tillage"]]),
        sand_fraction=given["sand"],
        lignin_fraction=given["lignin_content"],
        nitrogen_fraction=given["nitrogen_content"],
    )
    done = run_tier2(forcing, BY_TILLAGE, run_in_years=given["run_in_years"])
    np.testing.assert_allclose(1000 * done.run.total[:, 0, 0], expected["soc_kgC_ha"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(1000 * done.states.alpha_t_ha_yr[:, 0, 0], expected["alpha"], rtol=1e-12)
    for place, pool in enumerate(("active_ss", "slow_ss", "passive_ss")):
        np.testing.assert_allclose(1000 * done.states.steady_t_ha[:, place, 0, 0], expected[pool], rtol=1e-12)


def test_tier2_f2_of_the_table_lowers_the_input_to_the_active_pool() -> None:
    forcing = Tier2Forcing(
        tmean_c=10.0,
        rain_over_pet=0.8,
        irrigated=0.0,
        carbon_t_ha_yr=np.full(10, 4.0),
        tillage=0.0,
        sand_fraction=0.3,
    )
    by_tillage = run_tier2(forcing, BY_TILLAGE).states.alpha_t_ha_yr
    table = run_tier2(forcing, Tier2Parameters()).states.alpha_t_ha_yr
    assert (table < by_tillage).all()


@pytest.mark.parametrize("treatment", ["CON", "FYM"])
def test_amg_against_the_script_of_its_authors(treatment: str) -> None:
    table = columns("amg_base/outputs_SOC_STOCKS.csv", ";")
    rows = [i for i, name in enumerate(table["Treatment"]) if name == treatment]

    def column(name: str) -> Any:
        return numbers(table, name)[rows]

    forcing = amg.AmgForcing(
        tmean_c=column("T_mean"),
        net_water_mm=column("Rainfall") + column("Irrigation_year") - column("PET"),
        humified_t_ha_yr=column("CTOT_hum_year"),
        clay_g_kg=column("Clay")[0],
        caco3_g_kg=column("CaCO3")[0],
        ph=column("pH")[0],
        cn_ratio=column("CN_ratio")[0],
    )
    start = column("Initial_SOC_stock")[0]
    done = amg.run_amg(forcing, amg.AmgParameters(), start_total_t_ha=start)
    np.testing.assert_allclose(done.run.total[:, 0, 0], column("QC"), rtol=0, atol=0.031)

    active, stock = [np.round(start * 0.35, 4)], [start]
    for year in range(1, len(rows)):
        rate = np.round(
            amg_equations.mineralisation_rate(
                k0_per_yr=0.29,
                temperature_factor=np.round(
                    amg_equations.temperature_factor(tmean_c=np.round(column("T_mean")[year], 1)), 6
                ),
                moisture_factor=np.round(
                    amg_equations.moisture_factor(
                        net_water_mm=np.round(
                            (column("Rainfall") + column("Irrigation_year") - column("PET"))[year]
                        )
                    ),
                    6,
                ),
                clay_factor=np.round(amg_equations.clay_factor(clay_g_kg=column("Clay")[0]), 6),
                carbonate_factor=np.round(amg_equations.carbonate_factor(caco3_g_kg=column("CaCO3")[0]), 6),
                ph_factor=np.round(amg_equations.ph_factor(ph=column("pH")[0]), 6),
                cn_factor=np.round(amg_equations.cn_factor(cn_ratio=column("CN_ratio")[0]), 6),
            ),
            7,
        )
        humified = column("CTOT_hum_year")[year - 1]
        new = amg_equations.next_active(before_t_ha=active[-1], humified_t_ha_yr=humified, rate_per_yr=rate)
        active.append(np.round(new, 4))
        stock.append(np.round(active[-1] + np.round(start * 0.65, 4), 4))
    np.testing.assert_allclose(stock, column("QC"), rtol=0, atol=1e-4)


@pytest.mark.parametrize("case", ULTUNA)
@pytest.mark.parametrize("engine", ["plain", "numpy", "compiled"])
def test_icbm_against_its_closed_form(case: tuple[float, ...], engine: Engine) -> None:
    h, r, young, old, given = case
    parameters = icbm.IcbmParameters(humified_share=h, climate_factor=r)
    done = icbm.run_icbm(
        parameters, start_t_ha=[young, old], input_t_ha_yr=given, years=60, series=("pools",), engine=engine
    )
    years = np.arange(1.0, 61.0)
    both: dict[str, Any] = {
        "years": years,
        "input_t_ha_yr": given,
        "k_young_per_yr": 0.8,
        "climate_factor": r,
    }
    expected_young = icbm.young_pool(start_t_ha=young, **both)
    expected_old = icbm.old_pool(
        young_start_t_ha=young, old_start_t_ha=old, humified_share=h, k_old_per_yr=0.00605, **both
    )
    np.testing.assert_allclose(done.pools[:, 0, 0, 0], expected_young, rtol=0, atol=1e-12)
    np.testing.assert_allclose(done.pools[:, 1, 0, 0], expected_old, rtol=0, atol=1e-12)


def test_rothc_continuous_closed_form_is_near_the_monthly_scheme() -> None:
    forcing = RothCForcing(
        tmean_c=9.3,
        rain_mm=100.0,
        pan_evaporation_mm=10.0,
        plant_c_t_ha=0.2,
        covered=1.0,
        clay_percent=20.0,
        depth_cm=23.0,
    )
    clock, _ = rothc_clock(forcing, RothCParameters())
    rate, x, given = 12 * float(clock[0, 0]), 1.67 * (1.85 + 1.6 * np.exp(-0.0786 * 20)), 2.4
    share = 1.44 / 2.44
    closed = [
        share * given / (10 * rate),
        (1 - share) * given / (0.3 * rate),
        0.46 * given / (0.66 * x * rate),
        0.54 * given / x / (0.02 * rate),
    ]
    monthly = steady_rothc(forcing, RothCParameters()).pools_t_ha[:, 0, 0]
    np.testing.assert_allclose(monthly[2:], closed[2:], rtol=0.03)
    np.testing.assert_allclose(monthly[1], closed[1], rtol=0.02)
