"""What must hold for the equations whatever the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification import equivalent_soil_mass as esm
from mollisol.quantification.accounting.units import units_to_issue_t
from mollisol.quantification.accounting.vm0042 import deduction as deduction_of_stock
from mollisol.quantification.accounting.vm0042 import issuance, leakage_shares, reductions_removals
from mollisol.uncertainty import degrees_of_freedom
from mollisol.uncertainty.deduction import moment as deduction
from mollisol.uncertainty.model import project_variance as model_error
from mollisol.uncertainty.planning import sample_size
from mollisol.uncertainty.scaling import control_sites, sampling_error

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=100)
TWO_THIRDS = 2 / 3

tonnes = st.floats(-1e4, 1e4).map(lambda x: round(x, 6))
changes = st.floats(-50, 50).map(lambda x: round(x, 4))
areas = st.floats(0.1, 1e4)
switches = st.sampled_from([0.0, 1.0])

type Floats = NDArray[np.float64]


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, Any]:
    """Strata with paired project points, and control groups shared between them."""
    strata = draw(st.integers(1, 4))
    groups = draw(st.integers(1, 3))

    def points() -> tuple[Floats, Floats]:
        n = draw(st.integers(2, 6))
        start = draw(st.lists(st.floats(50, 200).map(lambda x: round(x, 3)), min_size=n, max_size=n))
        change = draw(st.lists(changes, min_size=n, max_size=n))
        return np.array(start), np.array(start) + np.array(change)

    weight = np.array(
        [draw(st.lists(st.floats(0.1, 1), min_size=groups, max_size=groups)) for _ in range(strata)]
    )
    return {
        "area": np.array(draw(st.lists(areas, min_size=strata, max_size=strata))),
        "project": [points() for _ in range(strata)],
        "control": [points() for _ in range(groups)],
        "weight": weight / weight.sum(axis=1, keepdims=True),
    }


def deducted(
    campaign: dict[str, Any], unit: float = 1.0, area_scale: float = 1.0, spread: float = 1.0
) -> dict[str, float]:
    """Mean change, standard error, degrees of freedom and what is credited, from a campaign."""

    def paired(start: Floats, end: Floats) -> tuple[Floats, Floats]:
        change = end - start
        wider = start + change.mean() + spread * (change - change.mean())
        return start * unit, wider * unit

    area = campaign["area"] * area_scale
    project = [paired(*pair) for pair in campaign["project"]]
    control = [paired(*pair) for pair in campaign["control"]]
    variances = [
        float(
            sampling_error.paired_change_variance_t2(
                area_ha=a, stock_start_t_co2e_per_ha=s, stock_end_t_co2e_per_ha=e
            )
        )
        for a, (s, e) in zip(area, project, strict=True)
    ]
    group_variance = [
        float(sampling_error.sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=e - s))
        for s, e in control
    ]
    parts = control_sites.control_variance_components_t2(
        area_ha=area, group_weight=campaign["weight"], group_mean_variance=np.asarray(group_variance)
    )
    variance = float(
        sampling_error.variance_of_mean_change(
            project_variance_t2=np.asarray(variances), control_variance_t2=parts.sum(), area_ha=area
        )
    )
    nu = degrees_of_freedom.satterthwaite(
        variances=np.array([*variances, *parts], float),
        degrees_of_freedom=np.asarray(
            [len(s) - 1 for s, _ in project] + [len(s) - 1 for s, _ in control], float
        ),
    )
    control_mean = campaign["weight"] @ [(e - s).mean() for s, e in control]
    mean = float(np.average([(e - s).mean() for s, e in project] - control_mean, weights=area))
    credited = deduction.credited_mean(
        mean_change=mean, variance_of_mean=variance, degrees_of_freedom=nu, confidence=TWO_THIRDS
    )
    return {
        "mean": mean,
        "se": variance**0.5,
        "df": float(nu),
        "credited": float(credited),
        "area": area.sum(),
    }


@COMMON
@given(wp=tonnes, bsl=tonnes, switch=switches, sources=tonnes, rating=st.floats(0, 100))
def test_the_switch_moves_labels_and_never_the_total(
    wp: float, bsl: float, switch: float, sources: float, rating: float
) -> None:
    stocks: dict[str, Any] = {
        "project_change_t_co2e": wp,
        "baseline_change_t_co2e": bsl,
        "removals_switch": switch,
    }
    er = float(reductions_removals.emission_reductions_t_co2e(**stocks, source_terms_t_co2e=sources))
    cr = float(reductions_removals.removals_t_co2e(**stocks))
    assert er - sources + cr == pytest.approx(wp - bsl, abs=1e-9)
    buffers = [
        float(buffer(**stocks, non_permanence_rating_percent=rating))
        for buffer in (issuance.buffer_on_reductions_t_co2e, issuance.buffer_on_removals_t_co2e)
    ]
    assert sum(buffers) == pytest.approx(rating / 100 * (wp - bsl), abs=1e-9)


@COMMON
@given(
    wp=tonnes,
    bsl=tonnes,
    switch=switches,
    sources=tonnes,
    leakage=tonnes,
    form=st.sampled_from(["printed", "corrected"]),
)
def test_leakage_shares_sum_to_the_leakage(
    wp: float, bsl: float, switch: float, sources: float, leakage: float, form: str
) -> None:
    stocks: dict[str, Any] = {
        "project_change_t_co2e": wp,
        "baseline_change_t_co2e": bsl,
        "removals_switch": switch,
    }
    er = float(reductions_removals.emission_reductions_t_co2e(**stocks, source_terms_t_co2e=sources))
    cr = float(reductions_removals.removals_t_co2e(**stocks))
    assume(abs(er + cr) > 1e-3 * (abs(er) + abs(cr)) and abs(er + cr) > 1e-6)
    assume(form == "printed" or max(er, cr) > 1e-6)
    given_shares: dict[str, Any] = {
        "form": form,
        "leakage_t_co2e": leakage,
        "reductions_t_co2e": er,
        "removals_t_co2e": cr,
    }
    shares = float(leakage_shares.leakage_on_reductions_t_co2e(**given_shares)) + float(
        leakage_shares.leakage_on_removals_t_co2e(**given_shares)
    )
    assert shares == pytest.approx(leakage, rel=1e-9, abs=1e-9)


@COMMON
@given(wp=tonnes, bsl=tonnes, unc=st.floats(0, 3))
def test_deduction_on_both_scenarios_is_the_deduction_on_their_difference(
    wp: float, bsl: float, unc: float
) -> None:
    doubt: dict[str, Any] = {"uncertainty_fraction": unc, "project_minus_baseline_t_co2e": wp - bsl}
    after = float(deduction_of_stock.project_change_after_deduction(soil_change_t_co2e=wp, **doubt)) - float(
        deduction_of_stock.baseline_change_after_deduction(soil_change_t_co2e=bsl, **doubt)
    )
    assert after == pytest.approx((wp - bsl) - unc * abs(wp - bsl), abs=1e-6)
    assert after <= wp - bsl + 1e-6


@COMMON
@given(ch4=tonnes, n2o=tonnes, unc=st.floats(0, 3))
def test_corrected_source_terms_never_exceed_the_printed(ch4: float, n2o: float, unc: float) -> None:
    terms: dict[str, Any] = {
        "default_factor_sources_t_co2e": 0.0,
        "soil_ch4_t_co2e": ch4,
        "soil_n2o_t_co2e": n2o,
        "uncertainty_ch4": unc,
        "uncertainty_n2o": unc,
    }
    corrected = float(reductions_removals.source_terms_t_co2e(**terms))
    assert corrected <= float(reductions_removals.source_terms_t_co2e(**terms, form="printed"))
    assert corrected <= ch4 + n2o + 1e-9


@COMMON
@given(campaign=campaigns(), k=st.floats(0.01, 100))
def test_area_scales_totals_and_leaves_the_deduction(campaign: dict[str, Any], k: float) -> None:
    one, scaled = deducted(campaign), deducted(campaign, area_scale=k)
    for key in ("mean", "se", "credited"):
        assert scaled[key] == pytest.approx(one[key], rel=1e-9, abs=1e-9)
    assert scaled["credited"] * scaled["area"] == pytest.approx(
        k * one["credited"] * one["area"], rel=1e-9, abs=1e-6
    )


@COMMON
@given(campaign=campaigns(), unit=st.sampled_from([CO2E_PER_C, 1 / CO2E_PER_C, 1000.0]))
def test_units_leave_the_deduction(campaign: dict[str, Any], unit: float) -> None:
    one, other = deducted(campaign), deducted(campaign, unit=unit)
    assume(abs(one["mean"]) > 1e-3 and one["se"] > 1e-6)
    unc = [
        float(
            deduction.uncertainty_percent(
                variance_of_mean=result["se"] ** 2,
                mean_change=result["mean"],
                degrees_of_freedom=result["df"],
                confidence=TWO_THIRDS,
            )
        )
        for result in (one, other)
    ]
    assert unc[1] == pytest.approx(unc[0], rel=1e-8)
    assert other["credited"] == pytest.approx(unit * one["credited"], rel=1e-8, abs=1e-8 * unit)


@COMMON
@given(campaign=campaigns(), wider=st.floats(1, 10))
def test_wider_deviations_never_credit_more(campaign: dict[str, Any], wider: float) -> None:
    one, other = deducted(campaign), deducted(campaign, spread=wider)
    assert other["mean"] == pytest.approx(one["mean"], abs=1e-9)
    assert other["credited"] <= one["credited"] + 1e-9


@COMMON
@given(
    values=st.lists(changes, min_size=2, max_size=6),
    copies=st.lists(st.integers(1, 4), min_size=6, max_size=6),
    area=areas,
)
def test_more_cores_of_a_site_are_not_more_sites(values: list[float], copies: list[int], area: float) -> None:
    site = [f"site {i}" for i in range(len(values)) for _ in range(copies[i])]
    cores = [value for i, value in enumerate(values) for _ in range(copies[i])]
    means = np.array(
        [np.mean([v for s, v in zip(site, cores, strict=True) if s == name]) for name in dict.fromkeys(site)]
    )
    np.testing.assert_allclose(means, values, atol=1e-9)
    by_site = float(sampling_error.sampling_variance_t2(area_ha=area, change_t_co2e_per_ha=means))
    plain = float(sampling_error.sampling_variance_t2(area_ha=area, change_t_co2e_per_ha=np.asarray(values)))
    assert by_site == pytest.approx(plain, rel=1e-9, abs=1e-6)
    doubled = float(
        sampling_error.sampling_variance_t2(area_ha=area, change_t_co2e_per_ha=np.asarray(values * 2))
    )
    assert doubled <= plain  # what would happen without the site ids


@COMMON
@given(campaign=campaigns(), area=areas, gain=changes)
def test_a_stratum_without_spread_leaves_the_degrees_of_freedom(
    campaign: dict[str, Any], area: float, gain: float
) -> None:
    start = np.array([100.0, 120.0, 140.0])
    wider = {
        **campaign,
        "area": np.append(campaign["area"], area),
        "project": [*campaign["project"], (start, start + round(gain))],
        "weight": np.vstack([campaign["weight"], campaign["weight"][-1]]),
    }
    alone = [
        float(
            sampling_error.paired_change_variance_t2(
                area_ha=a, stock_start_t_co2e_per_ha=s, stock_end_t_co2e_per_ha=e
            )
        )
        for a, (s, e) in zip(wider["area"], wider["project"], strict=True)
    ]
    assert alone[-1] == 0.0
    df = [len(s) - 1 for s, _ in wider["project"]]
    with_it = degrees_of_freedom.satterthwaite(
        variances=np.asarray(alone), degrees_of_freedom=np.asarray(df, float)
    )
    without = degrees_of_freedom.satterthwaite(
        variances=np.asarray(alone[:-1]), degrees_of_freedom=np.asarray(df[:-1], float)
    )
    assert float(with_it) == pytest.approx(float(without), rel=1e-12)
    assert np.isfinite(deducted(wider)["credited"])


@COMMON
@given(
    parts=st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 30)), min_size=1, max_size=8),
)
def test_satterthwaite_lies_between_the_smallest_and_the_sum(parts: list[tuple[float, int]]) -> None:
    variances, df = zip(*parts, strict=True)
    assume(max(variances) > 0)
    nu = float(
        degrees_of_freedom.satterthwaite(
            variances=np.array(variances, dtype=np.float64), degrees_of_freedom=np.array(df, dtype=np.float64)
        )
    )
    carrying = [d for v, d in parts if v > 0]
    assert min(carrying) * (1 - 1e-9) <= nu <= sum(carrying) * (1 + 1e-9)


@COMMON
@given(
    strata=st.lists(st.tuples(areas, st.floats(0, 100)), min_size=1, max_size=5),
    where=st.integers(0, 4),
    share=st.floats(0.05, 0.95),
)
def test_splitting_a_stratum_leaves_a_fully_correlated_model_term(
    strata: list[tuple[float, float]], where: int, share: float
) -> None:
    area, variance = (list(column) for column in zip(*strata, strict=True))
    where %= len(area)
    split_area = [*area[:where], area[where] * share, area[where] * (1 - share), *area[where + 1 :]]
    split_variance = [*variance[:where], variance[where], variance[where], *variance[where + 1 :]]
    whole, split = (
        {
            form: float(
                model_error.project_model_variance(
                    area_ha=np.asarray(a), model_variance=np.asarray(v), form=form
                )
            )
            for form in ("printed", "corrected")
        }
        for a, v in ((area, variance), (split_area, split_variance))
    )
    assert split["corrected"] == pytest.approx(whole["corrected"], rel=1e-9, abs=1e-12)
    assert split["printed"] <= whole["printed"] * (1 + 1e-9) + 1e-12  # the fault of the printed form
    assert whole["printed"] <= whole["corrected"] * (1 + 1e-9)


@COMMON
@given(campaign=campaigns())
def test_paired_form_is_the_variance_of_the_differences(campaign: dict[str, Any]) -> None:
    for area, (start, end) in zip(campaign["area"], campaign["project"], strict=True):
        points: dict[str, Any] = {"stock_start_t_co2e_per_ha": start, "stock_end_t_co2e_per_ha": end}
        paired = float(sampling_error.paired_change_variance_t2(area_ha=area, **points))
        of_differences = area**2 * np.var(end - start, ddof=1) / len(start)
        assert paired == pytest.approx(of_differences, rel=1e-9, abs=1e-9 * area**2)
        s_f, s_s = (
            float(sampling_error.sampling_variance_t2(area_ha=area, change_t_co2e_per_ha=v))
            for v in (end, start)
        )
        cov = area**2 * float(np.cov(start, end)[0, 1]) / len(start)
        assert paired == pytest.approx(s_f + s_s - 2 * cov, rel=1e-6, abs=1e-8 * area**2)
        assert paired >= 0


@COMMON
@given(campaign=campaigns())
def test_shared_controls_never_have_less_variance_than_as_printed(campaign: dict[str, Any]) -> None:
    variance = [float(np.var(e - s, ddof=1)) / len(s) for s, e in campaign["control"]]
    links: dict[str, Any] = {
        "area_ha": campaign["area"],
        "group_weight": campaign["weight"],
        "group_mean_variance": variance,
    }
    corrected = float(control_sites.control_variance_t2(**links))
    printed = float(control_sites.control_variance_t2(**links, form="printed"))
    assert corrected >= printed * (1 - 1e-12)


@COMMON
@given(
    mean=changes,
    se=st.floats(0, 50),
    df=st.floats(1, 1e6),
)
def test_ratio_and_difference_form_credit_the_same(mean: float, se: float, df: float) -> None:
    assume(abs(mean) > 1e-3)
    doubt: dict[str, Any] = {
        "mean_change": mean,
        "variance_of_mean": se**2,
        "degrees_of_freedom": df,
        "confidence": TWO_THIRDS,
    }
    unc = float(deduction.uncertainty_percent(**doubt)) / 100
    credited = float(deduction.credited_mean(**doubt))
    assert mean - unc * abs(mean) == pytest.approx(credited, rel=1e-9, abs=1e-9)
    assert credited <= mean


@COMMON
@given(total=st.floats(-1e9, 1e9))
def test_units_to_issue_are_whole_and_never_more(total: float) -> None:
    units = float(units_to_issue_t(verified_total_t_co2e=total))
    assert units == int(units) >= 0
    assert units <= max(total, 0.0) < units + 1


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Floats, Floats, Floats]:
    number, k = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    step = st.floats(100, 2000)
    carbon = st.floats(0, 60)
    mass = [np.cumsum(draw(st.lists(step, min_size=k, max_size=k))) for _ in range(number)]
    value = [np.cumsum(draw(st.lists(carbon, min_size=k, max_size=k))) for _ in range(number)]
    reference = draw(st.lists(st.floats(10, 9000), min_size=1, max_size=4))
    return np.array(mass), np.array(value), np.array(reference)


@COMMON
@given(profile=profiles())
def test_spline_agrees_with_scipy(profile: tuple[Floats, Floats, Floats]) -> None:
    mass, value, reference = profile
    ours = esm.natural_cubic_spline_at(
        cumulative_soil_mass_t_per_ha=mass, cumulative_value=value, reference_soil_mass_t_per_ha=reference
    )
    for row, knots, values in zip(ours, mass, value, strict=True):
        spline = CubicSpline([0.0, *knots], [0.0, *values], bc_type="natural")
        theirs = spline(reference)
        np.testing.assert_allclose(row, theirs, rtol=1e-8, atol=1e-8 * (1 + np.abs(theirs).max()))


@COMMON
@given(profile=profiles(), slope=st.floats(0.001, 0.05))
def test_both_interpolations_keep_knots_and_straight_lines(
    profile: tuple[Floats, Floats, Floats], slope: float
) -> None:
    mass, value, reference = profile
    for at in (esm.natural_cubic_spline_at, esm.linear_at):
        straight = at(
            cumulative_soil_mass_t_per_ha=mass,
            cumulative_value=slope * mass,
            reference_soil_mass_t_per_ha=reference,
        )
        np.testing.assert_allclose(straight, np.tile(slope * reference, (len(mass), 1)), rtol=1e-9)
        at_knots = at(
            cumulative_soil_mass_t_per_ha=mass, cumulative_value=value, reference_soil_mass_t_per_ha=mass[0]
        )
        np.testing.assert_allclose(at_knots[0], value[0], rtol=1e-9, atol=1e-9)


@COMMON
@given(profile=profiles())
def test_linear_agrees_with_numpy_inside_the_sample(profile: tuple[Floats, Floats, Floats]) -> None:
    mass, value, reference = profile
    inside = np.minimum(reference, mass[:, -1].min())
    ours = esm.linear_at(
        cumulative_soil_mass_t_per_ha=mass, cumulative_value=value, reference_soil_mass_t_per_ha=inside
    )
    for row, knots, values in zip(ours, mass, value, strict=True):
        np.testing.assert_allclose(
            row, np.interp(inside, [0.0, *knots], [0.0, *values]), rtol=1e-9, atol=1e-9
        )


@COMMON
@given(deviation=st.floats(0.1, 50), difference=st.floats(0.5, 50))
def test_samples_needed_is_the_smallest_number_that_does(deviation: float, difference: float) -> None:
    n = sample_size.samples_needed(
        standard_deviation_t_co2e_per_ha=deviation, detectable_difference_t_co2e_per_ha=difference
    )

    def detectable(samples: int) -> float:
        found = sample_size.minimum_detectable_difference_t_co2e_per_ha(
            standard_deviation_t_co2e_per_ha=deviation, samples=samples
        )
        return float(found)

    assert detectable(n) <= difference * (1 + 1e-12)
    assert n == 2 or detectable(n - 1) > difference * (1 - 1e-12)


@COMMON
@given(
    strata=st.lists(st.tuples(areas, st.floats(0.1, 20)), min_size=1, max_size=6),
    extra=st.integers(0, 100),
)
def test_allocation_spends_all_and_starves_none(strata: list[tuple[float, float]], extra: int) -> None:
    area, deviation = (list(column) for column in zip(*strata, strict=True))
    total = 2 * len(area) + extra
    proportional = sample_size.proportional_allocation(total_samples=total, area_ha=np.asarray(area))
    neyman = sample_size.neyman_allocation(
        total_samples=total, area_ha=np.asarray(area), standard_deviation_t_co2e_per_ha=np.asarray(deviation)
    )
    for samples in (proportional, neyman):
        assert samples.sum() == total
        assert samples.min() >= 2
