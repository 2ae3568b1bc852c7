"""The scaling layer: maps, finite populations, clusters, variograms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import dblquad

from mollisol.uncertainty.planning.allocation import best_cores_per_composite
from mollisol.uncertainty.scaling.geostatistics import (
    Variogram,
    block_mean,
    empirical_variogram,
    fit_variogram,
    mean_covariance,
)
from mollisol.uncertainty.scaling.model_assisted import (
    design_effect,
    difference_estimate,
    intraclass_correlation,
    regression_estimate,
    stratified_difference_estimate,
)
from mollisol.uncertainty.student import t_quantile

RNG = np.random.default_rng(11)
POPULATION = 5000
MAP = RNG.gamma(4.0, 10.0, POPULATION)
TRUE = 5 + 0.8 * MAP + RNG.normal(0, 6, POPULATION)


@pytest.mark.parametrize("estimate", [difference_estimate, regression_estimate])
def test_a_map_helps_and_the_variance_is_right(estimate: Any) -> None:
    rng = np.random.default_rng(12)
    truth, kept, variances, means = TRUE.mean(), 0, [], []
    for _ in range(2000):
        drawn = rng.integers(0, POPULATION, 60)
        found = estimate(value=TRUE[drawn], prediction=MAP[drawn], mean_prediction=MAP.mean())
        t = t_quantile(probability=2 / 3, degrees_of_freedom=found.degrees_of_freedom)
        kept += truth >= found.mean - float(t) * found.variance_of_mean**0.5
        variances.append(found.variance_of_mean)
        means.append(found.mean)
    assert kept / 2000 == pytest.approx(2 / 3, abs=0.032)  # three Monte Carlo errors
    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.1)
    assert np.mean(variances) < TRUE.var() / 60 / 3


def test_forty_points_are_too_few() -> None:
    for estimate in (difference_estimate, regression_estimate):
        with pytest.raises(ValueError, match="more than 40 points"):
            estimate(value=TRUE[:40], prediction=MAP[:40], mean_prediction=MAP.mean())
        assert estimate(value=TRUE[:41], prediction=MAP[:41], mean_prediction=MAP.mean()).variance_of_mean > 0


def test_a_census_of_the_map_and_a_perfect_map() -> None:
    found = difference_estimate(value=MAP[:50], prediction=MAP[:50], mean_prediction=MAP.mean())
    assert found.mean == pytest.approx(MAP.mean())
    assert found.variance_of_mean == 0.0
    every = difference_estimate(value=TRUE, prediction=MAP, mean_prediction=MAP.mean(), unsampled_share=0.0)
    assert every.mean == pytest.approx(TRUE.mean())
    assert every.variance_of_mean == 0.0


def test_a_flat_map_is_refused_by_the_regression() -> None:
    with pytest.raises(ValueError, match="must not be the same at all points"):
        regression_estimate(value=TRUE[:50], prediction=np.ones(50), mean_prediction=1.0)
    with pytest.raises(ValueError, match="must each be one number"):
        regression_estimate(value=TRUE[:50], prediction=MAP[:50], mean_prediction=[1.0, 2.0])


def test_the_design_effect_is_what_clusters_do() -> None:
    rng = np.random.default_rng(13)
    sites, cores, share = 40, 8, 0.3
    reps = np.sqrt(share) * rng.standard_normal((4000, sites, 1)) + np.sqrt(1 - share) * rng.standard_normal(
        (4000, sites, cores)
    )
    found = reps.mean(axis=(1, 2)).var() * sites * cores
    assert found == pytest.approx(
        float(design_effect(points_per_site=cores, intraclass_correlation=share)), rel=0.08
    )
    site = np.repeat(np.arange(sites), cores)
    correlation = [intraclass_correlation(value=rep.ravel(), site=site) for rep in reps[:200]]
    assert np.mean(correlation) == pytest.approx(share, abs=0.02)
    assert intraclass_correlation(value=[1.0, 1.0, 1.0, 1.0], site=["a", "a", "b", "b"]) == 0.0


def nodes(width: float, height: float, across: int, up: int) -> tuple[Any, Any]:
    x, y = np.meshgrid((np.arange(across) + 0.5) * width / across, (np.arange(up) + 0.5) * height / up)
    return x.ravel(), y.ravel()


def test_the_double_sum_is_the_integral() -> None:
    """Rectangle 300 x 200 m: the integral over all pairs, by an independent program, in distance coordinates."""
    width, height, reach = 300.0, 200.0, 80.0
    exact = (
        dblquad(
            lambda v, u: np.exp(-np.hypot(u, v) / reach) * (1 - u / width) * (1 - v / height),
            0,
            width,
            0,
            height,
        )[0]
        * 4
        / (width * height)
    )
    x, y = nodes(width, height, 45, 30)
    found = mean_covariance(x_m=x, y_m=y, partial_sill=1.0, range_m=reach)
    # ∫∫ over pairs = (4 / (W H)) ∫∫ (1 - u/W)(1 - v/H) C(u, v); a node beside itself adds about 1/n
    assert float(found) == pytest.approx(exact, rel=0.01)
    assert float(found) >= exact


def field(seed: int, n: int, model: Variogram) -> tuple[Any, Any, Any, float]:
    """Values of a random field at n random points, and its mean over a fine grid."""
    rng = np.random.default_rng(seed)
    gx, gy = nodes(400.0, 400.0, 14, 14)
    px, py = rng.uniform(0, 400, n), rng.uniform(0, 400, n)
    x, y = np.concatenate([gx, px]), np.concatenate([gy, py])
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    covariance = model.partial_sill * np.exp(-distance / model.range_m)
    smooth = np.linalg.cholesky(covariance + 1e-9 * np.eye(x.size)) @ rng.standard_normal(x.size)
    values = 50 + smooth[196:] + np.sqrt(model.nugget) * rng.standard_normal(n)
    return px, py, values, 50 + float(smooth[:196].mean())


def test_the_block_variance_is_the_error_of_the_block_mean() -> None:
    model = Variogram(nugget=4.0, partial_sill=9.0, range_m=120.0)
    gx, gy = nodes(400.0, 400.0, 14, 14)
    for method in ("kriging", "equal"):
        scores = []
        for seed in range(100):
            x, y, value, truth = field(seed, 25, model)
            found = block_mean(
                x_m=x, y_m=y, value=value, block_x_m=gx, block_y_m=gy, variogram=model, method=method
            )
            assert found.weights.sum() == pytest.approx(1.0)
            scores.append((found.mean - truth) ** 2 / found.variance_of_mean)
        assert np.mean(scores) == pytest.approx(1.0, abs=0.43)  # three sd of a mean of 100 chi-squares


def test_pure_nugget_is_simple_random_sampling_and_pixels_are_not_independent() -> None:
    gx, gy = nodes(400.0, 400.0, 10, 10)
    place: dict[str, Any] = {"x_m": [10.0, 200.0, 390.0], "y_m": [10.0, 200.0, 390.0], "block_x_m": gx}
    values: dict[str, Any] = {"block_y_m": gy, "value": [1.0, 2.0, 6.0]}
    alone = block_mean(**place, **values, variogram=Variogram(6.0, 0.0, 10.0))
    assert alone.mean == pytest.approx(3.0)
    assert alone.variance_of_mean == pytest.approx(2.0)
    pixels = float(mean_covariance(x_m=gx, y_m=gy, partial_sill=9.0, range_m=200.0))
    assert pixels > 20 * 9.0 / gx.size  # what independent pixels would say


@pytest.mark.parametrize("shape", ["exponential", "spherical"])
def test_the_fit_finds_a_variogram_that_is_there(shape: Any) -> None:
    distance = np.linspace(10, 400, 14)
    true = Variogram(2.0, 5.0, 90.0 if shape == "exponential" else 250.0, shape)
    ratio = distance / true.range_m
    rise = (
        1 - np.exp(-ratio)
        if shape == "exponential"
        else np.minimum(1.5 * np.minimum(ratio, 1) - 0.5 * np.minimum(ratio, 1) ** 3, 1)
    )
    found = fit_variogram(distance_m=distance, semivariance=2 + 5 * rise, pairs=np.full(14, 60), shape=shape)
    np.testing.assert_allclose(
        [found.nugget, found.partial_sill, found.range_m], [2.0, 5.0, true.range_m], rtol=1e-2
    )


def test_from_points_to_a_variogram() -> None:
    x, y, value, _ = field(3, 200, Variogram(1.0, 9.0, 60.0))
    distance, gamma, pairs = empirical_variogram(
        x_m=x, y_m=y, value=value, lag_edges_m=np.arange(0, 281, 40.0)
    )
    assert pairs.sum() <= 200 * 199 / 2
    assert gamma[0] < gamma[-1]
    assert (np.diff(distance) > 0).all()
    model = fit_variogram(distance_m=distance, semivariance=gamma, pairs=pairs)
    assert 4 < model.nugget + model.partial_sill < 25
    flat = fit_variogram(distance_m=[1.0, 2.0, 3.0], semivariance=[0.0, 0.0, 0.0], pairs=[9.0, 9.0, 9.0])
    assert flat.nugget == flat.partial_sill == 0.0


def test_two_points_at_one_place_need_a_nugget() -> None:
    same: dict[str, Any] = {
        "x_m": [1.0, 1.0],
        "y_m": [1.0, 1.0],
        "value": [1.0, 2.0],
        "block_x_m": [0.0, 2.0],
        "block_y_m": [0.0, 2.0],
    }
    with pytest.raises(ValueError, match="two points at one place"):
        block_mean(**same, variogram=Variogram(0.0, 1.0, 10.0))
    assert block_mean(**same, variogram=Variogram(1.0, 1.0, 10.0)).mean == pytest.approx(1.5)
    with pytest.raises(ValueError, match="lag_edges_m must ascend"):
        empirical_variogram(x_m=[0.0, 1.0], y_m=[0.0, 0.0], value=[1.0, 2.0], lag_edges_m=[5.0, 1.0])
    with pytest.raises(ValueError, match="at least one pair"):
        empirical_variogram(x_m=[0.0, 1.0], y_m=[0.0, 0.0], value=[1.0, 2.0], lag_edges_m=[5.0, 6.0])


def test_the_best_composite_has_the_smallest_cost_times_variance() -> None:
    cores = np.arange(1, 30)
    product = (36 / cores + 4) * (5 * cores + 20)
    best = best_cores_per_composite(
        within_variance=36.0, laboratory_variance=4.0, cost_per_core=5.0, cost_per_measurement=20.0
    )
    assert cores[product.argmin()] == pytest.approx(float(best))


def test_strata_with_a_map() -> None:
    """One stratum is the plain estimate; two equal halves of it give its mean again."""
    value, mapped = TRUE[:60], MAP[:60]
    plain = difference_estimate(value=value, prediction=mapped, mean_prediction=MAP.mean())
    one = stratified_difference_estimate(
        area_ha=[7.0], value=[value], prediction=[mapped], mean_prediction=[MAP.mean()]
    )
    assert one.mean == pytest.approx(plain.mean)
    assert one.variance_of_mean == pytest.approx(plain.variance_of_mean)
    assert one.degrees_of_freedom == pytest.approx(59)
    two = stratified_difference_estimate(
        area_ha=[5.0, 5.0],
        value=[value[:30], value[30:]],
        prediction=[mapped[:30], mapped[30:]],
        mean_prediction=[MAP.mean(), MAP.mean()],
    )
    assert two.mean == pytest.approx(plain.mean)
    assert two.degrees_of_freedom <= 58
    with pytest.raises(ValueError, match="more than 40 points in all"):
        stratified_difference_estimate(
            area_ha=[5.0, 5.0],
            value=[value[:20], value[20:40]],
            prediction=[mapped[:20], mapped[20:40]],
            mean_prediction=[1.0, 1.0],
        )
    with pytest.raises(ValueError, match="one row for each of the 1 strata"):
        stratified_difference_estimate(area_ha=[5.0], value=[], prediction=[], mean_prediction=[1.0])
