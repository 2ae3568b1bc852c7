"""Vectors that run through several equations."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification import (
    equivalent_soil_mass as esm,
)
from mollisol.quantification import (
    soil_carbon_stock,
)
from mollisol.quantification.accounting.vm0042 import deduction as deduction_of_stock
from mollisol.quantification.accounting.vm0042 import issuance, leakage_shares, reductions_removals
from mollisol.uncertainty import degrees_of_freedom, student
from mollisol.uncertainty.deduction import moment as deduction
from mollisol.uncertainty.model import project_variance as model_error
from mollisol.uncertainty.scaling import control_sites, multistage, sampling_error

HERE = Path(__file__).parent
TWO_THIRDS = 2 / 3


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "chains" / f"{name}.toml").read_text())


CAMPAIGNS = table("campaigns")


@pytest.mark.parametrize("case", table("constants")["quantile"])
def test_quantiles_tv0(case: dict[str, float]) -> None:
    found = student.t_quantile(probability=case["probability"], degrees_of_freedom=case["degrees_of_freedom"])
    assert abs(float(found) - case["expect"]) <= case["atol"]


def test_sign_table() -> None:
    sheet = table("sign_table")
    given = dict(zip(sheet["columns"], np.array(sheet["rows"], dtype=float).T, strict=True))
    switch = reductions_removals.removals_switch(cumulative_project_change_t_co2e=given["cumulative"])
    stocks = {"project_change_t_co2e": given["wp"], "baseline_change_t_co2e": given["bsl"]}
    er = reductions_removals.emission_reductions_t_co2e(
        **stocks, removals_switch=switch, source_terms_t_co2e=given["E"]
    )
    cr = reductions_removals.removals_t_co2e(**stocks, removals_switch=switch)
    shares: dict[str, Any] = {"leakage_t_co2e": given["LK"], "reductions_t_co2e": er, "removals_t_co2e": cr}
    shares["form"] = "printed"  # the last row has a negative part
    lk_er = leakage_shares.leakage_on_reductions_t_co2e(**shares)
    lk_cr = leakage_shares.leakage_on_removals_t_co2e(**shares)
    net_er = leakage_shares.net_reductions_t_co2e(reductions_t_co2e=er, leakage_on_reductions_t_co2e=lk_er)
    net_cr = leakage_shares.net_removals_t_co2e(removals_t_co2e=cr, leakage_on_removals_t_co2e=lk_cr)
    rating = sheet["non_permanence_rating_percent"]
    bu_er = issuance.buffer_on_reductions_t_co2e(
        **stocks, removals_switch=switch, non_permanence_rating_percent=rating
    )
    bu_cr = issuance.buffer_on_removals_t_co2e(
        **stocks, removals_switch=switch, non_permanence_rating_percent=rating
    )
    found = {
        "I": switch,
        "ER": er,
        "CR": cr,
        "LK_ER": lk_er,
        "LK_CR": lk_cr,
        "Bu_ER": bu_er,
        "Bu_CR": bu_cr,
        "VCU_ER": issuance.verified_reductions_t_co2e(net_t_co2e=net_er, buffer_t_co2e=bu_er),
        "VCU_CR": issuance.verified_removals_t_co2e(net_t_co2e=net_cr, buffer_t_co2e=bu_cr),
    }
    for column, values in found.items():
        np.testing.assert_allclose(values, given[column], rtol=0, atol=5e-5, err_msg=column)
    assert net_er[0] == 63  # type: ignore[index]
    assert net_cr[0] == 45  # type: ignore[index]


def test_deduction_and_split_tv11() -> None:
    sheet = table("deduction_split")
    given = dict(zip(sheet["columns"], np.array(sheet["rows"], dtype=float).T, strict=True))
    effect = given["wp"] - given["bsl"]
    doubt: dict[str, Any] = {"uncertainty_fraction": given["UNC"], "project_minus_baseline_t_co2e": effect}
    bsl = deduction_of_stock.baseline_change_after_deduction(soil_change_t_co2e=given["bsl"], **doubt)
    wp = deduction_of_stock.project_change_after_deduction(soil_change_t_co2e=given["wp"], **doubt)
    stocks = {"project_change_t_co2e": wp, "baseline_change_t_co2e": bsl}
    switch = given["gained"]
    found = {
        "adjusted_bsl": bsl,
        "adjusted_wp": wp,
        "ER": reductions_removals.emission_reductions_t_co2e(
            **stocks, removals_switch=switch, source_terms_t_co2e=0.0
        ),
        "CR": reductions_removals.removals_t_co2e(**stocks, removals_switch=switch),
    }
    for column, values in found.items():
        np.testing.assert_allclose(values, given[column], rtol=1e-12, err_msg=column)


def test_sampling_and_model_tv1() -> None:
    tv = CAMPAIGNS["tv1"]
    area = np.array(tv["area_ha"])
    change = [np.array(values) for values in tv["change"]]
    np.testing.assert_allclose([c.mean() for c in change], tv["stratum_means"], atol=5e-8)
    mean = float(np.average([c.mean() for c in change], weights=area))
    assert abs(mean - tv["mean"]) < 5e-11
    variances = [
        float(sampling_error.sampling_variance_t2(area_ha=a, change_t_co2e_per_ha=c))
        for a, c in zip(area, change, strict=True)
    ]
    np.testing.assert_allclose(variances, tv["sampling_variance_t2"], atol=5e-8)
    assert abs(sum(variances) - tv["sampling_total"]) < 5e-8
    assert abs(sum(variances) / area.sum() ** 2 - tv["over_area_squared"]) < 5e-11
    df = [len(c) - 1 for c in change]
    nu = degrees_of_freedom.satterthwaite(
        variances=np.asarray(variances), degrees_of_freedom=np.asarray(df, float)
    )
    assert abs(float(nu) - tv["nu_satterthwaite"]) < 5e-11
    pooled = degrees_of_freedom.pooled_degrees_of_freedom(degrees_of_freedom=np.asarray(df, float))
    assert float(pooled) == tv["nu_pooled"]
    for form in ("printed", "corrected"):
        model = model_error.project_model_variance(
            area_ha=area, model_variance=np.asarray([tv["model_variance"]] * 3), form=form
        )
        variance = model_error.variance_with_model_error(
            sampling_variance_t2=sum(variances), model_variance=model, area_ha=area.sum()
        )
        expected = tv[form]
        assert abs(float(model) - expected["model"]) < 1e-12
        assert abs(float(variance) - expected["variance"]) < 5e-11
        doubt: dict[str, Any] = {"mean_change": mean, "variance_of_mean": variance, "confidence": TWO_THIRDS}
        unc = deduction.uncertainty_percent(**doubt, degrees_of_freedom=pooled)
        credited = deduction.credited_mean(**doubt, degrees_of_freedom=pooled)
        assert abs(float(unc) / 100 - expected["unc_t"]) < 5e-11
        assert abs(float(credited) - expected["credited"]) < 5e-11
    printed = tv["printed"]
    unc_z = deduction.uncertainty_percent(
        mean_change=mean,
        variance_of_mean=printed["variance"],
        degrees_of_freedom=np.inf,
        confidence=TWO_THIRDS,
    )
    assert abs(float(unc_z) / 100 - printed["unc_z"]) < 5e-11


def test_paired_campaign_tv2() -> None:
    tv = CAMPAIGNS["tv2"]
    area = np.array(tv["area_ha"])
    totals: dict[str, list[float]] = {}
    snapshots = 0.0
    means: dict[str, list[float]] = {}
    df: dict[str, list[int]] = {}
    for side in ("project", "control"):
        totals[side], means[side], df[side] = [], [], []
        for h, hectares in enumerate(area):
            start, end = np.array(tv[f"{side}_start"][h]), np.array(tv[f"{side}_end"][h])
            s_s = float(sampling_error.sampling_variance_t2(area_ha=hectares, change_t_co2e_per_ha=start))
            s_f = float(sampling_error.sampling_variance_t2(area_ha=hectares, change_t_co2e_per_ha=end))
            cov = hectares**2 * float(np.cov(start, end)[0, 1]) / len(start)
            paired = float(
                sampling_error.paired_change_variance_t2(
                    area_ha=hectares, stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end
                )
            )
            np.testing.assert_allclose([s_s, s_f, cov, paired], tv[f"{side}_parts"][h], rtol=0, atol=5e-4)
            assert paired == pytest.approx(s_s + s_f - 2 * cov, rel=1e-9)
            snapshots += s_s + s_f
            totals[side].append(paired)
            means[side].append(float((end - start).mean()))
            df[side].append(len(start) - 1)
    mean = float(np.average(np.array(means["project"]) - np.array(means["control"]), weights=area))
    assert abs(mean - tv["mean"]) < 5e-11
    variance = sampling_error.variance_of_mean_change(
        project_variance_t2=np.asarray(totals["project"]),
        control_variance_t2=np.asarray(totals["control"]),
        area_ha=area,
    )
    assert abs(float(variance) - tv["variance"]) < 5e-11
    assert abs(float(variance) ** 0.5 - tv["se"]) < 5e-11
    assert abs(snapshots / area.sum() ** 2 - tv["variance_without_covariance"]) < 5e-10
    every_df = df["project"] + df["control"]
    nu = [
        float(degrees_of_freedom.pooled_degrees_of_freedom(degrees_of_freedom=np.asarray(every_df, float))),
        float(
            degrees_of_freedom.satterthwaite(
                variances=np.asarray(totals["project"] + totals["control"]),
                degrees_of_freedom=np.asarray(every_df, float),
            )
        ),
        np.inf,
    ]
    np.testing.assert_allclose(nu, tv["nu"], rtol=0, atol=5e-11)
    doubt: dict[str, Any] = {"mean_change": mean, "variance_of_mean": variance, "confidence": TWO_THIRDS}
    unc = deduction.uncertainty_percent(**doubt, degrees_of_freedom=np.asarray(nu))
    np.testing.assert_allclose(np.asarray(unc) / 100, tv["unc"], rtol=0, atol=5e-11)
    credited = deduction.credited_mean(**doubt, degrees_of_freedom=np.asarray(nu))
    np.testing.assert_allclose(np.asarray(credited) * area.sum(), tv["credited_t"], rtol=0, atol=5e-8)


def test_shared_control_tv3() -> None:
    tv = CAMPAIGNS["tv2"]
    area = np.array(tv["area_ha"])
    change = np.array(tv["control_end"][0]) - np.array(tv["control_start"][0])
    group = sampling_error.sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=change)
    given: dict[str, Any] = {
        "area_ha": area,
        "group_weight": [[1.0], [1.0]],
        "group_mean_variance": [float(group)],
    }
    printed = float(control_sites.control_variance_t2(**given, form="printed")) / area.sum() ** 2
    corrected = float(control_sites.control_variance_t2(**given)) / area.sum() ** 2
    assert abs(printed - tv["shared_control_printed"]) < 5e-11
    assert abs(corrected - tv["shared_control_corrected"]) < 5e-11
    assert corrected / printed == pytest.approx(1.8, rel=1e-12)


def test_zero_variance_stratum_tv2b() -> None:
    tv = CAMPAIGNS["tv2b"]
    area = np.array(tv["area_ha"])
    pairs = [(np.array(s), np.array(e)) for s, e in zip(tv["start"], tv["end"], strict=True)]
    variances = [
        float(
            sampling_error.paired_change_variance_t2(
                area_ha=a, stock_start_t_co2e_per_ha=s, stock_end_t_co2e_per_ha=e
            )
        )
        for a, (s, e) in zip(area, pairs, strict=True)
    ]
    assert variances[0] == 0.0
    np.testing.assert_allclose(variances, tv["variance_t2"], rtol=0, atol=5e-8)
    mean = float(np.average([(e - s).mean() for s, e in pairs], weights=area))
    assert abs(mean - tv["mean_c"]) < 5e-8
    assert abs(mean * CO2E_PER_C - tv["mean_co2e"]) < 5e-8
    variance = sampling_error.variance_of_mean_change(
        project_variance_t2=np.asarray(variances), control_variance_t2=0.0, area_ha=area
    )
    assert abs(float(variance) - tv["variance_of_mean"]) < 5e-11
    assert abs(float(variance) ** 0.5 * CO2E_PER_C - tv["se_co2e"]) < 5e-8
    df = [len(s) - 1 for s, _ in pairs]
    satterthwaite = degrees_of_freedom.satterthwaite(
        variances=np.asarray(variances), degrees_of_freedom=np.asarray(df, float)
    )
    assert float(satterthwaite) == pytest.approx(2.0)
    for nu, confidence, key in (
        (5.0, TWO_THIRDS, "unc_percent_pooled"),
        (5.0, 0.667, "unc_percent_pooled_667"),
        (satterthwaite, TWO_THIRDS, "unc_percent_satterthwaite"),
    ):
        for factor in (1.0, CO2E_PER_C):
            unc = deduction.uncertainty_percent(
                variance_of_mean=float(variance) * factor**2,
                mean_change=mean * factor,
                degrees_of_freedom=nu,
                confidence=confidence,
            )
            assert abs(float(unc) - tv[key]) < 5e-11


def test_discount_and_eligibility_tv9() -> None:
    assert round(float(deduction.discount_from_half_width_percent(half_width_percent=32.9)), 1) == 8.6
    large: dict[str, Any] = {"degrees_of_freedom": np.inf, "mean_change": 1.0}
    half_width = {
        se: float(deduction.half_width_percent(variance_of_mean=se**2, **large)) for se in (0.60796, 0.7279)
    }
    unc = {
        se: float(deduction.uncertainty_percent(variance_of_mean=se**2, confidence=TWO_THIRDS, **large))
        for se in half_width
    }
    assert half_width[0.60796] == pytest.approx(100.0, abs=1e-2)
    assert unc[0.60796] == pytest.approx(26.1863604298, abs=1e-3)
    assert half_width[0.7279] == pytest.approx(119.7, abs=0.05)
    assert unc[0.7279] == pytest.approx(31.35, abs=5e-3)
    exact = 32.9 / float(student.t_quantile(probability=0.95, degrees_of_freedom=np.inf))
    z = float(student.t_quantile(probability=TWO_THIRDS, degrees_of_freedom=np.inf))
    assert exact * z == pytest.approx(8.6153125814, abs=5e-11)


def test_variance_converts_with_the_square_tv15() -> None:
    stock = np.array([40.0, 43.0, 41.0])
    in_c = float(sampling_error.sampling_variance_t2(area_ha=7.0, change_t_co2e_per_ha=stock))
    in_co2e = float(sampling_error.sampling_variance_t2(area_ha=7.0, change_t_co2e_per_ha=stock * CO2E_PER_C))
    assert in_co2e / in_c == pytest.approx(13.4444444444, abs=1e-9)


def test_multistage_tv16() -> None:
    tv = CAMPAIGNS["tv16"]
    owners = [multistage.Landowner.from_mapping(owner) for owner in tv["owners"]]
    area = sum(owner.area_ha for owner in owners)
    by_owner = multistage.landowner_variances_t2(landowners=owners)
    np.testing.assert_allclose(by_owner, tv["by_landowner_t2"], rtol=1e-9)
    assert tv["total"] / area == pytest.approx(tv["mean"])
    variance = multistage.multistage_variance_of_mean(
        sampling_variance_t2=by_owner.sum(), model_variance=tv["model_variance"], area_ha=area
    )
    assert float(variance) == pytest.approx(tv["variance"], rel=1e-9)
    assert abs(float(variance) ** 0.5 - tv["se"]) < 5e-11
    nu = float(sum(len(owner.fields) - 1 for owner in owners))
    assert nu == tv["nu"]
    unc = deduction.uncertainty_percent(
        variance_of_mean=variance, mean_change=tv["mean"], degrees_of_freedom=nu, confidence=TWO_THIRDS
    )
    assert abs(float(unc) / 100 - tv["unc"]) < 5e-11


def test_equal_soil_mass_figure_3_tv13b() -> None:
    sheet = json.loads((HERE / "vm0042_esm" / "vm0042_v22_figure3_esm.json").read_text())
    inputs = sheet["inputs"]
    depths_at_reference = []
    for name, profile in inputs["profiles"].items():
        soil = np.asarray(
            soil_carbon_stock.fine_soil_mass_t_per_ha(
                fine_soil_mass_g=np.array([increment["sample_weight_g"] for increment in profile]),
                probe_inner_diameter_mm=inputs["probe_diameter_mm"],
                cores=inputs["cores_per_sample"],
            )
        )
        carbon = (
            np.asarray(
                soil_carbon_stock.soil_carbon_mass_kg_per_ha(
                    fine_soil_mass_t_per_ha=soil,
                    soc_g_per_kg=np.array([increment["oc_g_kg"] for increment in profile]),
                )
            )
            / 1000
        )
        knots = soil.cumsum()[None, :]
        at_reference = esm.carbon_at_equivalent_soil_mass_t_per_ha(
            cumulative_soil_mass_t_per_ha=knots,
            cumulative_carbon_t_per_ha=carbon.cumsum()[None, :],
            reference_soil_mass_t_per_ha=inputs["reference_soil_mass_Mg_ha"],
        )[0]
        depth = esm.natural_cubic_spline_at(
            cumulative_soil_mass_t_per_ha=knots,
            cumulative_value=np.array([[increment["lower_cm"] for increment in profile]]),
            reference_soil_mass_t_per_ha=inputs["reference_soil_mass_Mg_ha"],
        )[0]
        depths_at_reference.append(depth)
        expected = sheet["expected"][name]
        last_digit = 0.01 if name == "VM42point1" else 0.1
        for key, found, unit in (
            ("incr_soil_mass_Mg_ha", soil, 1.0),
            ("cum_soil_mass_Mg_ha", soil.cumsum(), 1.0),
            ("incr_oc_Mg_ha", carbon, last_digit),
            ("cum_oc_Mg_ha", carbon.cumsum(), last_digit),
            ("cum_oc_at_reference_Mg_ha", at_reference, last_digit),
            ("esm_layer_oc_Mg_ha", np.diff(at_reference, prepend=0.0), last_digit),
            ("depth_to_reference_cm", depth, 0.1),
        ):
            np.testing.assert_allclose(found, expected[key], rtol=0, atol=unit, err_msg=f"{name} {key}")
    mean_depth = np.mean(depths_at_reference, axis=0)
    np.testing.assert_allclose(mean_depth, sheet["expected"]["mean_depth_to_reference_cm"], rtol=0, atol=0.1)
