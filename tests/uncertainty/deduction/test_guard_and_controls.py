"""Skew guard, pooled control sites, and the moment form that uses them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew

from mollisol.uncertainty.deduction.moment_of_many import (
    Campaign,
    Controls,
    moment_credit,
)
from mollisol.uncertainty.deduction.skew_guard import (
    DATA_ALONE,
    SCEPTICAL,
    SkewGuard,
    guarded_multiplier,
    pooled_skewness,
    third_moment,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.control_sites import control_variance_t2
from mollisol.uncertainty.scaling.pooled_controls import pooled_control_variance
from mollisol.uncertainty.scaling.sampling_error import (
    paired_change_variance_t2,
    variance_of_mean_change,
)
from mollisol.uncertainty.student import t_quantile

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=80)


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Strata, control sites linked in any proportion, model error or none."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    strata, sites = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    weight = rng.uniform(0.1, 1, (strata, max(sites, 1)))
    return Campaign(
        area_ha=rng.uniform(1, 100, strata),
        project_t_co2e_per_ha=[rng.normal(3, 4, draw(st.integers(2, 8))) for _ in range(strata)],
        control_t_co2e_per_ha=[
            rng.normal(rng.normal(0, 2), 2, draw(st.integers(2, 6))) for _ in range(sites)
        ],
        link_weight=weight / weight.sum(axis=1, keepdims=True) if sites else None,
        model_variance=draw(st.sampled_from([0.0, 1.0])),
        model_degrees_of_freedom=11.0,
    )


def credited(campaign: Campaign, **how: Any) -> float:
    return float(moment_credit(campaign=campaign, **how).credited_t_co2e_per_ha)


@COMMON
@given(campaign=campaigns(), transformation=st.sampled_from(["hall", "johnson"]))
def test_the_guard_only_lowers(campaign: Campaign, transformation: Any) -> None:
    for controls in ("printed", "points", "pooled"):
        plain = credited(campaign, controls=controls, guard=None)
        for guard in (SCEPTICAL, DATA_ALONE, SkewGuard(0.0, 0.0), SkewGuard(5.0, 100.0)):
            with_guard = replace(guard, transformation=transformation)
            assert credited(campaign, controls=controls, guard=with_guard) <= plain + 1e-12
        harder = [credited(campaign, controls=controls, guard=SkewGuard(g)) for g in (0.0, 1.0, 2.0)]
        assert harder == sorted(harder, reverse=True)


@COMMON
@given(campaign=campaigns(), unit=st.floats(1e-3, 1e3), shift=st.floats(-100, 100))
def test_units_and_origin_do_not_matter(campaign: Campaign, unit: float, shift: float) -> None:
    before = moment_credit(campaign=campaign)
    moved = replace(
        campaign,
        area_ha=np.asarray(campaign.area_ha) * 7,
        project_t_co2e_per_ha=[unit * (np.asarray(v) + shift) for v in campaign.project_t_co2e_per_ha],
        control_t_co2e_per_ha=[unit * np.asarray(v) for v in campaign.control_t_co2e_per_ha],
        model_variance=unit**2 * np.asarray(campaign.model_variance),
    )
    after = moment_credit(campaign=moved)
    expect = unit * (before.credited_t_co2e_per_ha + shift)
    np.testing.assert_allclose(after.credited_t_co2e_per_ha, expect, rtol=1e-6, atol=1e-6 * unit)


@COMMON
@given(campaign=campaigns())
def test_pooling_never_lowers_the_error_below_the_points(campaign: Campaign) -> None:
    points = moment_credit(campaign=campaign, controls="points", guard=None)
    pooled = moment_credit(campaign=campaign, controls="pooled", guard=None)
    assert pooled.standard_error_t_co2e_per_ha >= points.standard_error_t_co2e_per_ha - 1e-12
    assert pooled.mean_t_co2e_per_ha == points.mean_t_co2e_per_ha


def test_tv1_with_its_model_error() -> None:
    points = [[1.2, 0.4, 2.1, 0.9, 1.6, 0.3], [0.8, 1.9, 0.2, 1.1], [2.4, 1.0, 3.1]]
    campaign = Campaign([120.0, 60.0, 20.0], points, model_variance=0.25)
    expected: dict[Controls, float] = {"printed": 0.1592011111, "points": 0.2942011111}
    for controls, variance in expected.items():
        found = moment_credit(campaign=campaign, controls=controls, guard=None)
        assert found.mean_t_co2e_per_ha == pytest.approx(1.1666666667)
        assert found.standard_error_t_co2e_per_ha**2 == pytest.approx(variance, rel=1e-9)
    alone = moment_credit(campaign=replace(campaign, model_variance=0.0), guard=None)
    assert alone.degrees_of_freedom == pytest.approx(8.9098808874)
    assert alone.multiplier == pytest.approx(0.4453839486)


def test_tv2_and_tv2b() -> None:
    """UNC 0.0949491655 with 8.2864624478 degrees of freedom; 1.1627906977 per cent with 2."""
    pairs = [
        ([150.0, 162, 171, 158, 166], [158.0, 167, 181, 163, 176]),
        ([120.0, 131, 127, 124], [126.0, 134, 136, 127]),
        ([152.0, 160, 165], [153.0, 163, 164]),
        ([122.0, 128, 125], [121.0, 131, 126]),
    ]
    change = [np.subtract(end, start) for start, end in pairs]
    found = moment_credit(
        campaign=Campaign([80.0, 40.0], change[:2], change[2:], np.eye(2)), controls="points", guard=None
    )
    assert found.degrees_of_freedom == pytest.approx(8.2864624478)
    assert 1 - found.credited_t_co2e_per_ha / found.mean_t_co2e_per_ha == pytest.approx(0.0949491655)
    flat = moment_credit(campaign=Campaign([100.0, 50.0], [[5.0] * 4, [4.0, 5.0, 4.0]]), guard=None)
    assert flat.degrees_of_freedom == pytest.approx(2.0)
    assert 1 - flat.credited_t_co2e_per_ha / flat.mean_t_co2e_per_ha == pytest.approx(0.011627906977)


def test_the_plain_moment_form_is_the_engines() -> None:
    """The same numbers as the functions of the analytic route, controls shared in part."""
    rng = np.random.default_rng(51)
    project = [rng.normal(3, 4, 5), rng.normal(3, 4, 4)]
    control = [rng.normal(0, 2, 3), rng.normal(0, 2, 6)]
    weight = np.array([[1.0, 0.0], [0.3, 0.7]])
    area = np.array([80.0, 40.0])
    own = [
        paired_change_variance_t2(area_ha=a, stock_start_t_co2e_per_ha=0 * v, stock_end_t_co2e_per_ha=v)
        for a, v in zip(area, project, strict=True)
    ]
    groups = [v.var(ddof=1) / v.size for v in control]
    of_controls = control_variance_t2(
        area_ha=area, group_weight=weight, group_mean_variance=np.asarray(groups)
    )
    variance = variance_of_mean_change(
        project_variance_t2=np.array([float(v) for v in own]), control_variance_t2=of_controls, area_ha=area
    )
    lever = area @ weight
    nu = satterthwaite(
        variances=np.array([*(float(v) for v in own), *(lever**2 * groups)], float),
        degrees_of_freedom=np.array([4, 3, 2, 5], float),
    )
    found = moment_credit(campaign=Campaign(area, project, control, weight), controls="points", guard=None)
    assert found.standard_error_t_co2e_per_ha**2 == pytest.approx(float(variance))
    assert found.degrees_of_freedom == pytest.approx(float(nu))
    assert found.multiplier == pytest.approx(float(t_quantile(probability=2 / 3, degrees_of_freedom=nu)))


@COMMON
@given(values=st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=3, max_size=30))
def test_one_groups_skewness_is_the_adjusted_one(values: list[float]) -> None:
    array = np.array(values)
    if np.ptp(array) < 0.01:
        return
    found = pooled_skewness(
        third_moment=np.array([float(third_moment(value=array))]),
        variance=np.array([array.var(ddof=1)], float),
        samples=np.array([array.size], float),
    )
    assert found == pytest.approx(skew(array, bias=False), rel=1e-6, abs=1e-9)


@COMMON
@given(t=st.floats(0, 1.0), skewness=st.floats(-2.0, 0.0))
def test_hall_solves_its_own_equation(t: float, skewness: float) -> None:
    q = float(guarded_multiplier(t_quantile=t, skewness_of_estimate=skewness))
    forward = q + skewness * q**2 / 3 + skewness**2 * q**3 / 27 + skewness / 6
    if -skewness < 3 * (np.sqrt(t**2 + 2 / 3) - t):
        assert forward == pytest.approx(t, abs=2e-5)
    more = float(guarded_multiplier(t_quantile=t, skewness_of_estimate=skewness - 0.1))
    assert more >= q - 1e-9


def test_pooled_controls_by_hand() -> None:
    """Means 1, 4, 7, within 1, 2, 3: between 9 - 2 = 7; levers 10, 10, 20: 100 x 8 + 100 x 9 + 400 x 10."""
    found = pooled_control_variance(
        lever_ha=[10.0, 10.0, 20.0],
        site_mean_t_co2e_per_ha=[1.0, 4.0, 7.0],
        site_mean_variance=[1.0, 2.0, 3.0],
        site_degrees_of_freedom=[4.0, 4.0, 4.0],
    )
    assert found.variance_t2 == pytest.approx(5700.0)
    assert 2 <= found.degrees_of_freedom < 3
    equal = pooled_control_variance(
        lever_ha=[10.0] * 3,
        site_mean_t_co2e_per_ha=[1.0, 4.0, 7.0],
        site_mean_variance=[2.0] * 3,
        site_degrees_of_freedom=[4.0] * 3,
    )
    assert equal.variance_t2 == pytest.approx(300 * 9.0)  # 3 x 100 x spread of the means, whatever is within
    assert equal.degrees_of_freedom == pytest.approx(2.0)
    alone = pooled_control_variance(
        lever_ha=[10.0],
        site_mean_t_co2e_per_ha=[1.0],
        site_mean_variance=[2.0],
        site_degrees_of_freedom=[4.0],
    )
    np.testing.assert_array_equal([alone.variance_t2, alone.degrees_of_freedom], [200.0, 4.0])


def test_sites_that_stand_for_one_stratum_are_compared_with_each_other() -> None:
    """Pairs 1, 3 and 11, 15: squares 2 + 8 over 2 degrees of freedom give 5; over all sites it would be 43.7."""
    given: dict[str, Any] = {
        "lever_ha": [10.0] * 4,
        "site_mean_t_co2e_per_ha": [1.0, 3.0, 11.0, 15.0],
        "site_mean_variance": [0.0] * 4,
        "site_degrees_of_freedom": [1.0] * 4,
    }
    pairs = pooled_control_variance(**given, group=["a", "a", "b", "b"])
    assert pairs.variance_t2 == pytest.approx(400 * 5.0)
    # the groups one by one: 2^2 and 8^2 over 1 each -> (2 + 8)^2 / 68
    assert pairs.degrees_of_freedom == pytest.approx(100 / 68)
    apart = pooled_control_variance(**given, group=["a", "b", "c", "d"])
    together = pooled_control_variance(**given)
    assert apart.variance_t2 == together.variance_t2 == pytest.approx(400 * np.var([1, 3, 11, 15], ddof=1))
    with pytest.raises(ValueError, match="group must hold one id for each site"):
        pooled_control_variance(**given, group=["a"])


def test_sites_of_one_point_are_replicates() -> None:
    """Two strata with two plots each as controls: the plots' spread within a stratum, as the engine takes it."""
    link = [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    campaign = Campaign([10.0, 10.0], [[3.0, 5.0], [4.0, 9.0]], [[1.0], [3.0], [11.0], [15.0]], link)
    found = moment_credit(campaign=campaign, guard=None)
    # project 2/2 and 12.5/2 over 4; controls 4 x (1/4)^2 x 5
    assert found.standard_error_t_co2e_per_ha**2 == pytest.approx((1 + 6.25) / 4 + 1.25)
    with pytest.raises(ValueError, match="needs at least 2 value"):
        moment_credit(campaign=campaign, controls="points")


def test_poor_data_gives_a_number_or_a_word() -> None:
    flat = Campaign([10.0, 20.0], [[3.0, 3.0, 3.0], [3.0, 3.0]])
    found = moment_credit(campaign=flat)
    np.testing.assert_array_equal(
        [found.credited_t_co2e_per_ha, found.standard_error_t_co2e_per_ha], [3.0, 0.0]
    )
    one_flat = Campaign([10.0, 20.0], [[3.0, 3.0, 3.0], [3.0, 4.0, 9.0]])
    assert moment_credit(campaign=one_flat, guard=None).degrees_of_freedom == pytest.approx(2.0)
    scales = Campaign([1e-3, 1e6], [[1e-9, 2e-9, 3e-9], [1e9, 2e9, 4e9]], [[1e-9, 2e-9]], [[1.0], [1.0]])
    assert np.isfinite(credited(scales))
    with pytest.raises(ValueError, match="needs at least 2 value"):
        moment_credit(campaign=Campaign([10.0], [[3.0]]))
    with pytest.raises(ValueError, match="must be finite"):
        moment_credit(campaign=Campaign([10.0], [[3.0, np.nan]]))
    with pytest.raises(ValueError, match="at least one number"):
        moment_credit(campaign=Campaign([10.0], [[]]))
    with pytest.raises(ValueError, match="link_weight must be given"):
        moment_credit(campaign=Campaign([10.0], [[3.0, 4.0]], [[1.0, 2.0]]))
    with pytest.raises(ValueError, match="link_weight must have shape"):
        moment_credit(campaign=Campaign([10.0], [[3.0, 4.0]], [[1.0, 2.0]], [[0.5, 0.5]]))
    with pytest.raises(ValueError, match="one number for each stratum"):
        moment_credit(campaign=Campaign([10.0, 20.0], [[3.0, 4.0]]))
    with pytest.raises(ValueError, match="controls must be"):
        moment_credit(campaign=flat, controls="sites")  # type: ignore[arg-type]


def test_one_control_site_in_each_stratum_with_two_points() -> None:
    campaign = Campaign([10.0, 20.0], [[3.0, 5.0], [4.0, 9.0]], [[0.0, 1.0], [4.0, 5.0]], np.eye(2))
    pooled = moment_credit(campaign=campaign)
    assert np.isfinite(pooled.credited_t_co2e_per_ha)
    assert pooled.credited_t_co2e_per_ha < credited(campaign, controls="points", guard=None)
