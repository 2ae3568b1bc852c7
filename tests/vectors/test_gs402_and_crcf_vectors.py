"""Gold Standard 402, carbon farming and other deductions against two implementations that were written apart."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.quantification.accounting import side_by_side
from mollisol.quantification.accounting.crcf import deficit, emissions, land, net_benefit
from mollisol.quantification.accounting.crcf import uncertainty as uncertainty_of_benefit
from mollisol.quantification.accounting.gs402 import (
    credits,
    default_factors,
    doubt,
    leakage,
    models,
    time,
)
from mollisol.quantification.accounting.gs402 import deduction as taken_off
from mollisol.quantification.accounting.gs402 import emissions as rises
from mollisol.quantification.accounting.units import units_to_issue_t
from mollisol.uncertainty.deduction.moment import discount_from_half_width_percent, half_width_percent
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.student import t_quantile

HERE = Path(__file__).parent / "programmes"
FORMS: tuple[Any, ...] = ("printed", "corrected")
Case = Mapping[str, Any]
FREE = 0.20


def t_of(probability: float, freedom: float) -> float:
    return float(t_quantile(probability=probability, degrees_of_freedom=freedom))


def stock(given: Case) -> Case:
    return {"stock_t_c": credits.stock_total_t_c(**given)}


def gain(given: Case) -> Case:
    def in_form(form: Any) -> Case:
        change = credits.change_after_deduction_t_c(
            stock_start_t_c=given["stock_start_t_c"], stock_end_t_c=given["stock_end_t_c"],
            deduction_fraction=given["deduction_fraction"], form=form,
        )  # fmt: skip
        net = credits.net_t_co2e(
            gain_t_co2e=credits.gain_of_year_t_co2e(change_after_deduction_t_c=change, years=1.0),
            project_emissions_t_co2e=given["project_emissions_t_co2e"],
            leakage_t_co2e=given["leakage_t_co2e"],
        )  # fmt: skip
        held = credits.buffer_t_co2e(net_t_co2e=net, buffer_fraction=given["buffer_fraction"], form=form)
        left = credits.emission_reductions_t_co2e(net_t_co2e=net, buffer_t_co2e=held)
        return {
            "change_after_deduction_t_c": change, "net_t_co2e": net, "buffer_t_co2e": held,
            "emission_reductions_t_co2e": left, "units": units_to_issue_t(verified_total_t_co2e=left),
        }  # fmt: skip

    return {form: in_form(form) for form in FORMS}


def limits(given: Case) -> Case:
    if given["values"]:
        mean = float(np.mean(given["values"]))
        error = doubt.standard_error_of_mean(values=np.array(given["values"]))
        t = t_of(0.95, len(given["values"]) - 1)
        lower, upper = np.asarray(doubt.limits_of_mean(mean=mean, standard_error=error, t=t))
        return {"mean": mean, "standard_error": error, "t": t, "lower": lower, "upper": upper}

    def in_form(form: Any) -> Case:
        t = default_factors.t_of_unknown_number(printed_t=1.675, table_t=t_of(0.95, 2), form=form)
        ends = doubt.limits_of_mean(mean=given["n_unknown_mean"], standard_error=given["n_unknown_se"], t=t)
        lower, upper = np.asarray(ends)
        return {"t": t, "lower": lower, "upper": upper}

    return {form: in_form(form) for form in FORMS}


def uncertainty(given: Case) -> Case:
    area = np.array(given["area_ha"])
    start, end = ([np.array(values) for values in given[side]] for side in ("start", "end"))
    change = sum(a * (e.mean() - s.mean()) for a, s, e in zip(area, start, end, strict=True))

    def halves(side: list[Any]) -> Any:
        return np.array([
            doubt.half_width_of_mean(
                standard_error=doubt.standard_error_of_mean(values=one), t=t_of(0.95, len(one) - 1)
            )
            for one in side
        ])  # fmt: skip

    parts, freedom = [], []
    for a, s, e in zip(area, start, end, strict=True):
        for one in (e - s,) if given["paired"] else (s, e):
            parts.append((a * doubt.standard_error_of_mean(values=one)) ** 2)
            freedom.append(len(one) - 1.0)
    error, nu = (
        float(np.sqrt(sum(parts))),
        satterthwaite(variances=np.array(parts), degrees_of_freedom=np.array(freedom)),
    )
    shared: Any = {
        "start_half_width_t_c_per_ha": halves(start), "end_half_width_t_c_per_ha": halves(end), "area_ha": area,
    }  # fmt: skip
    interval: Any = {**shared, "standard_error_t_c": error, "t": t_of(0.95, float(nu))}
    widths = {
        "literal": doubt.half_width_of_change_t_c(**interval, form="printed"),
        "opposed": doubt.opposed_half_width_t_c(**shared),
        "change": doubt.half_width_of_change_t_c(**interval, form="corrected"),
    }

    def reading(width: Any) -> dict[str, Any]:
        share = taken_off.relative_uncertainty(half_width_t_c=width, change_t_c=change, form="corrected")
        return {
            "lower_t_c": change - width, "upper_t_c": change + width, "unc_fraction": share,
            "ud_fraction": taken_off.deduction_fraction(
                unc_fraction=share, change_t_c=change, free_fraction=FREE, form="corrected", sign="corrected"
            ),
        }  # fmt: skip

    found: dict[str, Any] = {name: reading(width) for name, width in widths.items()}
    found["change"] |= {"standard_error_t_c": error, "degrees_of_freedom": nu}
    return {"change_t_c": change, **found}


def deduction(given: Case) -> Case:
    return {
        form: taken_off.deduction_fraction(
            unc_fraction=given["unc_fraction"],
            change_t_c=given["change_t_c"],
            free_fraction=FREE,
            form=form,
            sign=form,
        )
        for form in FORMS
    }


def factor_stock(given: Case) -> Case:
    own = {("input_of_carbon" if name == "input" else name): value for name, value in given.items()}
    return {"stock_t_c_per_ha": default_factors.default_baseline_stock_t_c_per_ha(**own)}


def factor_change(given: Case) -> Case:
    own = {(f"{name}_t_c_per_ha" if name == "reference" else name): value for name, value in given.items()}
    return {"change_t_c_per_ha": default_factors.default_change_t_c_per_ha(**own)}


def factor_doubt(given: Case) -> Case:
    order = (
        "reference", "land_use", "management_project", "input_project", "management_baseline", "input_baseline",
    )  # fmt: skip
    ends = []
    for name in order:
        known = name in given["error_percent"] or name in given["exact"]
        percent = 0 if name in given["exact"] else given["error_percent"].get(name)
        ends.append(
            default_factors.limits_of_factor(
                value=given["values"][name],
                error_percent=percent if known else 200 * given["default_se_fraction"],
                t=given["n_unknown_t"] if known else given["default_t"],
            )
        )
    years = {name: given[name] for name in ("year_start", "year_end", "dependency_years")}
    change = factor_change(given["values"] | years)["change_t_c_per_ha"]
    low, high = np.array(ends, dtype=float).T
    share = (given["year_end"] - given["year_start"]) / given["dependency_years"]
    both = default_factors.limits_of_default_change_t_c_per_ha(
        lowest=low, highest=high, share_of_change=share
    )
    lower, upper = np.asarray(both)
    unc = taken_off.relative_uncertainty(
        half_width_t_c=(upper - lower) / 2, change_t_c=change, form="corrected"
    )
    taken = deduction({"unc_fraction": unc, "change_t_c": change})
    return {
        "change_t_c_per_ha": change, "lower_t_c_per_ha": lower, "upper_t_c_per_ha": upper, "unc_fraction": unc,
        **{f"ud_{form}": taken[form] for form in FORMS},
    }  # fmt: skip


def nitrogen(given: Case) -> Case:
    own = given["baseline_kg_n_per_year"]
    if not given["documented"]:
        own = rises.undocumented_baseline(project=given["project_kg_n"], share=0.5)
    more = rises.rise_over_years(project=given["project_kg_n"], baseline_per_year=own)
    printed, corrected = (
        rises.nitrogen_emissions_t_co2e(increase_kg_n=more, factor=0.01, gwp_n2o=given["gwp_n2o"], form=form)
        for form in FORMS
    )
    return {
        "baseline_kg_n_per_year": own, "increase_kg_n": more, "printed_t_co2e": printed,
        "corrected_direct_t_co2e": corrected,
    }  # fmt: skip


def energy(given: Case) -> Case:
    return {
        f"{form}_t_co2e": rises.energy_emissions_t_co2e(
            fuel_t_co2e=given["fuel_project_t"], fuel_baseline_t_co2e=given["fuel_baseline_t"],
            electricity_t_co2e=given["electricity_project_t"],
            electricity_baseline_t_co2e=given["electricity_baseline_t"], form=form,
        )
        for form in FORMS
    }  # fmt: skip


def seed(given: Case) -> Case:
    return {"emissions_t_co2e": rises.seed_emissions_t_co2e(**given)}


def lost_yield(given: Case) -> Case:
    yields, own = given["yield_by_period_kg_per_ha"], given["baseline_yield_kg_per_ha"]
    lowest = [
        leakage.lowest_yield_kg_per_ha(
            baseline_yield_kg_per_ha=own, earlier_yield_kg_per_ha=np.array(yields[:place] or [own])
        )
        for place in range(len(yields))
    ]
    printed, corrected = (
        leakage.yield_leakage_t_co2e(
            lowest_kg_per_ha=np.array(lowest), yield_kg_per_ha=np.array(yields), baseline_yield_kg_per_ha=own,
            area_ha=given["area_ha"], lost_t_co2e_per_ha=given["per_ha_t_co2e"], form=form,
        )
        for form in FORMS
    )  # fmt: skip
    return {"lowest_before": lowest, "printed_402_6_t_co2e": printed, "corrected_t_co2e": corrected}


def approach(given: Case) -> Case:
    difference = time.difference_of_approaches(old_t_c=given["old_t_c"], new_t_c=given["new_t_c"])
    rule = time.rule_of_approach_change(
        old_approach=given["old_approach"], new_approach=given["new_approach"],
        difference_fraction=difference, neutral_fraction=0.05,
    )  # fmt: skip
    start = rule and time.baseline_after_approach_change_t_c(
        old_approach=given["old_approach"], rule=rule, old_t_c=given["old_t_c"], new_t_c=given["new_t_c"]
    )
    return {
        "difference_fraction": difference, "rule": ("1", "2a", "2b", "2c")[int(rule)], "allowed": bool(rule),
        "baseline_t_c": start or "none",
    }  # fmt: skip


def safety(given: Case) -> Case:
    discount = {"A": 0.0, "B": 0.1, "C": 0.3, "D": 0.5}[given["source"]]
    total = models.total_uncertainty(unc_fraction=given["unc_fraction"], discount_fraction=discount)
    taken = deduction({"unc_fraction": total, "change_t_c": 10.0})["corrected"]
    return {"total_uncertainty_fraction": total, "ud_fraction": taken}


def bias(given: Case) -> Case:
    error = given["sd_measured"] / np.sqrt(given["n"])
    wide = {f"half_width_{level}": t_of(0.5 + level / 200, given["n"] - 1) * error for level in (90, 95)}
    passes = models.bias_passes(
        mean_predicted=given["mean_predicted"],
        mean_measured=given["mean_measured"],
        half_width=wide["half_width_90"],
    )
    share = models.explained_share(rmse=given["rmse"], sd_measured=given["sd_measured"])
    return {
        "bias": given["mean_predicted"] - given["mean_measured"], "standard_error": error, **wide,
        "bias_passes": bool(passes), "r2": share, "rmse_passes": bool(share > 0),
    }  # fmt: skip


def cut(given: Case) -> Case:
    net = given["positive_net_t_co2e"]
    now = time.issuable_before_cut_t_co2e(
        net_t_co2e=net, days_before=given["days_before_2026"], days=given["days_total"]
    )
    return {"share": now / net, "issuable_t_co2e": now, "deferred_t_co2e": net - now}


def inc(given: Case) -> Case:
    return {form: uncertainty_of_benefit.uncertainty_fraction_taken(**given, form=form) for form in FORMS}


def benefit(given: Case) -> Case:
    def in_form(form: Any) -> Case:
        removal = net_benefit.gross_removal_t_co2e(
            baseline_t_co2e=given["cr_baseline"], total_t_co2e=given["cr_total"]
        )
        reduction = net_benefit.gross_reduction_t_co2e(
            land_baseline_t_co2e=given["lse_baseline"], land_total_t_co2e=given["lse_total"],
            farm_baseline_t_co2e=given["ase_baseline"], farm_total_t_co2e=given["ase_total"],
        )  # fmt: skip
        after = [
            uncertainty_of_benefit.benefit_after_uncertainty_t_co2e(
                gross_t_co2e=gross, taken_fraction=given["inc_fraction"], form=form
            )
            for gross in (removal, reduction)
        ]
        share = net_benefit.share_of_removals(removal_t_co2e=after[0], reduction_t_co2e=after[1], form=form)
        net = [
            net_benefit.net_benefit_t_co2e(
                after_t_co2e=one, share_fraction=part, associated_t_co2e=given["ghg_associated"]
            )
            for one, part in zip(after, (share, 1 - share), strict=True)
        ]
        before: Any = {"net_t_co2e": sum(net), "deficit_before_t_co2e": given["deficit_before"]}
        return {
            "gross_removal": removal, "gross_reduction": reduction, "after_inc_removal": after[0],
            "after_inc_reduction": after[1], "share_removal": share, "net_removal": net[0], "net_reduction": net[1],
            "certifiable": deficit.certifiable_t_co2e(**before), "deficit_after": deficit.deficit_t_co2e(**before),
        }  # fmt: skip

    return {form: in_form(form) for form in FORMS}


def kinds(given: Case) -> Case:
    return {
        f"{kind}_units": units_to_issue_t(verified_total_t_co2e=given[f"net_{amount}"])
        for kind, amount in (("sequestration", "removal"), ("reduction", "reduction"))
    }


def falling(given: Case) -> Case:
    own: Any = {
        "baseline_t_co2e": given["ase_baseline_per_year"], "years_since_start": given["years_since_start"],
        "fall_fraction": 0.01,
    }  # fmt: skip
    return {
        "linear": emissions.falling_baseline_t_co2e(**own), "compound": emissions.compound_baseline_t_co2e(**own)
    }  # fmt: skip


def nitrous(given: Case) -> Case:
    before, now = (
        emissions.nitrous_oxide_t_co2e(
            nitrogen_kg=given[f"kg_n_{side}"], factor=given["ef"], gwp_n2o=given["gwp"]
        )
        for side in ("baseline", "activity")
    )
    both: Any = {"baseline_t_co2e": before, "activity_t_co2e": now}
    risen = emissions.risen_nitrous_oxide_t_co2e(**both)
    return {
        **both, "counted_as": "GHG_associated" if risen else "ASE", "ghg_associated_t_co2e": risen,
        "benefit_after_deduction_t_co2e": emissions.spared_nitrous_oxide_t_co2e(
            **both, taken_fraction=given["deduction_fraction"]
        ),
    }  # fmt: skip


def grassland(given: Case) -> Case:
    loss = land.grassland_loss_t_co2e(stock_t_co2e=given["grassland_stock_t_co2e"], loss_fraction=0.12)
    after = uncertainty_of_benefit.benefit_after_uncertainty_t_co2e(
        gross_t_co2e=net_benefit.gross_removal_t_co2e(baseline_t_co2e=0.0, total_t_co2e=given["cr_total"]),
        taken_fraction=given["inc_fraction"], form="corrected",
    )  # fmt: skip
    net = net_benefit.net_benefit_t_co2e(
        after_t_co2e=after, share_fraction=1.0, associated_t_co2e=given["ghg_associated"] + loss
    )
    return {"flat_loss": loss, "net_removal": net}


def methane(given: Case) -> Case:
    found = land.peat_methane_t_co2e(
        area_ha=given["area_ha"], years=given["years"], peak_t_co2e_per_ha=10.0, peak_years=5.0,
        no_peak=float(given["plausible_no_peak"]),
    )  # fmt: skip
    return {"deducted_t_co2e": found}


def peat(given: Case) -> Case:
    years = land.peat_years(
        depth_cm=given["depth_cm"], loss_cm_per_year={"bog": 1.0, "fen": 1.5}[given["kind"]]
    )
    longest = land.longest_peat_period_years(years_left=years, least_years=10.0, most_years=30.0)
    return {"depletion_years": years, "longest_years": min(years, 30.0), "allowed": bool(longest)}


def deductions(given: Case) -> Case:
    mean, error, nu = given["mean"], given["standard_error"], given["df"]
    wide = half_width_percent(
        mean_change=mean, variance_of_mean=error**2, degrees_of_freedom=nu, form="corrected"
    )
    half = t_of(0.95, nu) * error
    unc = taken_off.relative_uncertainty(half_width_t_c=half, change_t_c=mean, form="corrected")

    def after(taken: Any) -> Any:
        return uncertainty_of_benefit.benefit_after_uncertainty_t_co2e(
            gross_t_co2e=mean, taken_fraction=taken, form="corrected"
        )

    def share(estimated: float) -> Any:
        return after(inc({"estimated_fraction": estimated, "least_fraction": 0.08})["corrected"])

    def errors(multiple: float) -> Any:
        return side_by_side.less_errors(mean=mean, standard_error=error, errors=multiple)

    assert float(wide) == pytest.approx(100 * half / mean)
    discount = discount_from_half_width_percent(half_width_percent=1.6449 * error / mean * 100)
    assert mean * (1 - discount / 100) == pytest.approx(errors(0.4307))
    return {
        "vm0042": errors(t_of(2 / 3, nu)), "vcs_large_n": errors(0.4307), "accu_40th": errors(t_of(0.6, nu)),
        "car_as_inferred": errors(t_of(0.7, math.inf) * t_of(0.975, math.inf)),
        "gs402_change": after(deduction({"unc_fraction": unc, "change_t_c": mean})["corrected"]),
        "crcf_hw90": share(half / mean), "crcf_two_thirds": share(t_of(2 / 3, nu) * error / mean),
        "art_trees": errors(0.524417),
    }  # fmt: skip


def regen(given: Case) -> Case:
    change = {"change_t_c": given["soc_change_t_c"], "factor": given["factor"]}
    parts = {"emissions_t_co2e": given["ghg_emissions_t_co2e"], "leakage_t_co2e": given["leakage_t_co2e"]}
    balance = side_by_side.balance_t_co2e(**change, **parts)
    units = units_to_issue_t(verified_total_t_co2e=balance)
    held = side_by_side.buffer_units_t(units_t=units, buffer_fraction=given["buffer_fraction"])
    return {
        "sequestered_t_co2e": side_by_side.balance_t_co2e(**change, emissions_t_co2e=0.0, leakage_t_co2e=0.0),
        "balance_t_co2e": balance, "total_units": units, "buffer_units": held, "pending_units": units - held,
    }  # fmt: skip


def accu(given: Case) -> Case:
    left = side_by_side.less_errors(
        mean=given["change_t_co2e"],
        standard_error=given["standard_error_t_co2e"],
        errors=t_of(0.6, given["df"]),
    )
    now = side_by_side.credited_of_first_round_t_co2e(
        after_deduction_t_co2e=left, first_round=float(given["first_subsequent_round"]), withheld_fraction=0.25,
        risk_fraction=0.05, short_fraction=0.2 if given["permanence_years"] == 25 else 0.0,
    )  # fmt: skip
    return {
        "after_exceedance_t_co2e": left, "credited_now_t_co2e": now, "withheld_t_co2e": 0.25 * left,
    }  # fmt: skip


COMPUTED: Mapping[str, Callable[[Case], Case]] = {
    "Eqs. 3, 5": stock, "Eqs. 1, 2": gain, "Eqs. 7, 8": limits, "Eqs. 7 to 11": uncertainty, "Eq. 11": deduction,
    "Eq. 4": factor_stock, "Eq. 6, end less start": factor_change, "Eqs. 4, 6, 8 to 11": factor_doubt,
    "Eq. 13": nitrogen, "Eq. 14": energy, "402.6 Eqs. 6, 7": seed, "Eq. 19": lost_yield, "section 8": approach,
    "402.7, Table 4": safety, "402.7, 6.1.3": bias, "alignment, 3.1.2": cut, "INC": inc, "crcf Eqs. 1, 2": benefit,
    "Art. 2, 12": kinds, "annex 2.3.3": falling, "ASE or associated": nitrous, "annex 2.2, 2.3.2": grassland,
    "annex 1.2.2.1": methane, "activity period": peat, "deductions side by side": deductions, "balance": regen,
    "exceedance and withholding": accu,
}  # fmt: skip
CASES = [
    pytest.param(name, case, id=f"{name}: {id}")
    for name in ("gs402", "crcf", "comparison")
    for id, case in tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["case"].items()
]


def same(found: Any, expected: Any, where: str) -> None:
    """Hold every expected figure, at any depth."""
    if isinstance(expected, Mapping):
        for name, value in expected.items():
            assert name in found, f"{where}: {name} is not computed"
            same(found[name], value, f"{where}.{name}")
    elif isinstance(expected, str | bool):
        assert found == expected, where
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=where)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any]) -> None:
    formula = case["formula"]
    if name == "crcf" and formula == "Eqs. 1, 2":
        formula = "crcf Eqs. 1, 2"
    same(COMPUTED[formula](case["inputs"]), case["expected"], formula)


def test_there_are_as_many_cases_as_were_handed_over() -> None:
    assert len(CASES) == 38 + 21 + 5
