"""Wrong ways that credit too much or too little, shown, and that they are not ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mollisol.uncertainty.deduction.moment import credited_mean
from mollisol.uncertainty.measurement.spectroscopy_draws import (
    Calibration,
)
from mollisol.uncertainty.scaling.clusters import design_effect
from mollisol.uncertainty.scaling.sampling_error import (
    paired_change_variance_t2,
    sampling_variance_t2,
)
from tests.support.spectroscopy_draws import spectroscopy_draws_t_co2e_per_ha

REPLICATES = 20_000


def kept(values: Any, truth: float) -> float:
    """Share of samples (rows) whose truth is at least what is credited."""
    credited = credited_mean(
        mean_change=values.mean(axis=-1),
        variance_of_mean=sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=values),
        degrees_of_freedom=values.shape[-1] - 1,
        confidence=2 / 3,
    )
    return float((truth >= np.asarray(credited)).mean())


def test_pseudo_replication() -> None:
    """Twelve sites of five cores: the core as replicate keeps 0.58 of the promise of 0.667, the site all of it."""
    rng = np.random.default_rng(41)
    sites, cores = 12, 5
    site = 2.0 * rng.standard_normal((REPLICATES, sites, 1))
    change = 3 + site + rng.standard_normal((REPLICATES, sites, cores))
    assert kept(change.reshape(REPLICATES, -1), 3.0) < 0.61
    assert kept(change.mean(axis=-1), 3.0) == pytest.approx(2 / 3, abs=0.010)
    between, within = change[0].mean(axis=-1).var(ddof=1), change[0].var(axis=-1, ddof=1).mean()
    share = (between - within / cores) / (between - within / cores + within)  # one-way analysis of variance
    assert design_effect(points_per_site=cores, intraclass_correlation=share) > 2


def test_every_core_twice_changes_nothing_where_sites_have_ids() -> None:
    rng = np.random.default_rng(42)
    change = rng.normal(3, 2, 10)
    once = sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=change)
    twice = np.tile(change, 2)
    wrong = sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=twice)
    right = sampling_variance_t2(area_ha=1.0, change_t_co2e_per_ha=twice.reshape(2, 10).mean(axis=0))
    assert wrong < 0.55 * once
    assert right == pytest.approx(float(once), rel=1e-12)


def test_dropped_covariance() -> None:
    """TV-2's first stratum: without the covariance of the two times the variance is 24 times too large."""
    start, end = np.array([150.0, 162, 171, 158, 166]), np.array([158.0, 167, 181, 163, 176])
    paired = paired_change_variance_t2(
        area_ha=80.0, stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end
    )
    snapshots = sum(
        float(sampling_variance_t2(area_ha=80.0, change_t_co2e_per_ha=stock)) for stock in (start, end)
    )
    assert paired == pytest.approx(8064.0)
    assert snapshots == pytest.approx(194_944.0)


def test_a_pairing_that_is_not_there_is_the_same_mistake_the_other_way() -> None:
    """Other points at the second campaign, matched by row: the covariance found is chance, on average none."""
    rng = np.random.default_rng(43)
    start = rng.normal(150, 10, (4000, 6))
    end = rng.normal(155, 10, (4000, 6))
    paired = np.asarray(
        paired_change_variance_t2(area_ha=1.0, stock_start_t_co2e_per_ha=start, stock_end_t_co2e_per_ha=end)
    )
    assert paired.mean() == pytest.approx(200 / 6, rel=0.03)


def test_a_calibration_drawn_point_by_point() -> None:
    """One calibration for all points: drawn once the mean keeps its error, point by point it would fade with n."""
    one = Calibration(
        centre=150.0,
        offset=150.0,
        slope=1.0,
        offset_sd=4.0,
        slope_sd=0.0,
        residual_sd=0.0,
        degrees_of_freedom=1e6,
    )
    points = np.linspace(140, 160, 50)
    start, _ = spectroscopy_draws_t_co2e_per_ha(
        predicted_start_t_co2e_per_ha=[points],
        predicted_end_t_co2e_per_ha=[points],
        calibration=one,
        draws=4000,
        seed=1,
    )
    assert start[0].mean(axis=0).std() == pytest.approx(4.0, rel=0.05)
    each = np.concatenate(
        [
            spectroscopy_draws_t_co2e_per_ha(
                predicted_start_t_co2e_per_ha=[[point]],
                predicted_end_t_co2e_per_ha=[[point]],
                calibration=one,
                draws=4000,
                seed=number,
            )[0][0]
            for number, point in enumerate(points)
        ]
    )
    assert each.mean(axis=0).std() < 0.7
