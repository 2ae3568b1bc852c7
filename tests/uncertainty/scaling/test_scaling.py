"""The scaling layer: clusters, and the covariance of a block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import dblquad

from mollisol.uncertainty.planning.allocation import best_cores_per_composite
from mollisol.uncertainty.scaling.clusters import design_effect
from mollisol.uncertainty.scaling.geostatistics import mean_covariance
from mollisol.uncertainty.scaling.multistage import Landowner, multistage_sampling_variance_t2
from mollisol.uncertainty.scaling.systematic import systematic_degrees_of_freedom, systematic_variance_t2


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


def test_pixels_are_not_independent() -> None:
    gx, gy = nodes(400.0, 400.0, 10, 10)
    pixels = float(mean_covariance(x_m=gx, y_m=gy, partial_sill=9.0, range_m=200.0))
    assert pixels > 20 * 9.0 / gx.size  # what independent pixels would say


def test_the_best_composite_has_the_smallest_cost_times_variance() -> None:
    cores = np.arange(1, 30)
    product = (36 / cores + 4) * (5 * cores + 20)
    best = best_cores_per_composite(
        within_variance=36.0, laboratory_variance=4.0, cost_per_core=5.0, cost_per_measurement=20.0
    )
    assert cores[product.argmin()] == pytest.approx(float(best))


def grid_pairs(rows: int, columns: int) -> Any:
    number = np.arange(rows * columns).reshape(rows, columns)
    first = [*number[:, :-1].ravel(), *number[:-1].ravel()]
    return first, [*number[:, 1:].ravel(), *number[1:].ravel()]


def test_the_variance_of_a_grid_is_that_of_a_random_sample_where_nothing_is_near_alike() -> None:
    """Independent changes of variance 4 at 5 x 6 points: 4 / 30 on average, spread by the degrees of freedom."""
    random, (first, second) = np.random.default_rng(1), grid_pairs(5, 6)
    found = np.array(
        [
            systematic_variance_t2(
                area_ha=1.0, change_t_co2e_per_ha=random.normal(0, 2, 30), first=first, second=second
            )
            for _ in range(4000)
        ]
    )
    freedom = systematic_degrees_of_freedom(points=30.0, first=first, second=second)
    assert found.mean() == pytest.approx(4 / 30, rel=0.02)
    assert 2 * found.mean() ** 2 / found.var() == pytest.approx(freedom, rel=0.08)


def test_the_variance_of_a_grid_holds_on_land_that_changes_smoothly_and_fails_where_it_repeats() -> None:
    """On a plane of waves of many steps the neighbours over-state; of one step both forms see nothing of the error."""
    random, (first, second) = np.random.default_rng(2), grid_pairs(6, 6)

    def campaign(length: float) -> tuple[float, float, float]:
        row, column = np.meshgrid(np.arange(6.0), np.arange(6.0), indexing="ij")
        means, of_grid, plain = [], [], []
        for start in random.random((2000, 2)):
            x, y = (row + start[0]).ravel(), (column + start[1]).ravel()
            values = np.sin(2 * np.pi * x / length) + np.sin(2 * np.pi * y / length) + 0.3 * x
            means.append(values.mean())
            of_grid.append(
                systematic_variance_t2(area_ha=1.0, change_t_co2e_per_ha=values, first=first, second=second)
            )
            plain.append(values.var(ddof=1) / values.size)
        return float(np.var(means)), float(np.mean(of_grid)), float(np.mean(plain))

    true, of_grid, plain = campaign(7.0)
    assert true < of_grid < plain
    true, of_grid, plain = campaign(1.0)
    assert of_grid < 0.1 * true
    assert plain < 0.1 * true


def test_drawn_fields_of_landowners_give_the_total_and_its_variance_without_bias() -> None:
    """Fields drawn by area with replacement, one noisy point in each: 4,000 campaigns against the land's own total."""
    random = np.random.default_rng(4)
    owners = [
        (random.uniform(5, 60, 12), random.normal(2.0, 1.5, 12)),
        (random.uniform(5, 60, 5), np.full(5, 1.0)),
    ]
    truth = sum(float(area @ change) for area, change in owners)
    totals: list[float] = []
    variances: list[float] = []
    for _ in range(4000):
        drawn = []
        for number, (area, change) in enumerate(owners):
            fields = random.choice(area.size, size=2 + number, p=area / area.sum())
            values = change[fields] + random.normal(0, 0.5, fields.size)
            drawn.append(Landowner.of_means(float(area.sum()), values))
        totals.append(
            sum(
                owner.area_ha
                * float(
                    np.mean(
                        [np.asarray(field.strata[0].values_t_co2e_per_ha).mean() for field in owner.fields]
                    )
                )
                for owner in drawn
            )
        )
        variances.append(float(multistage_sampling_variance_t2(landowners=drawn)))
    assert np.mean(totals) == pytest.approx(truth, abs=4 * np.std(totals) / np.sqrt(len(totals)))
    assert np.mean(variances) == pytest.approx(np.var(totals), rel=0.08)
