"""The scaling layer: clusters, and the covariance of a block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import dblquad

from mollisol.uncertainty.planning.allocation import best_cores_per_composite
from mollisol.uncertainty.scaling.clusters import design_effect
from mollisol.uncertainty.scaling.geostatistics import mean_covariance


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
