"""Change over several campaigns: against dense generalised least squares, and as a promise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.scaling.campaigns import (
    CORRELATION,
    change_over_campaigns_t_co2e_per_ha,
    freedom_over_campaigns,
    panels_of,
    variance_over_campaigns_t2,
)
from mollisol.uncertainty.student import t_quantile

type Codes = NDArray[np.int64]
TRUE = np.array([0.0, 3.0, 8.0])
ROTATING = (np.r_[0:8, 4:12, 8:16], np.repeat([0, 1, 2], 8))
"""Half of eight units is replaced in each campaign: none is measured at both ends."""
LEAVING = (np.r_[0:10, 0:8, 0:6, 20:24], np.repeat([0, 1, 2, 2], [10, 8, 6, 4]))
"""Units that are lost one after the other, and four new ones at the end."""


def dense(stock: FloatArray, unit: Codes, campaign: Codes, correlation: float) -> float:
    """Give the textbook estimate: (X' V^-1 X)^-1 X' V^-1 y with all measurements in one matrix."""
    covariance = np.where(np.equal.outer(unit, unit), correlation, 0.0)
    np.fill_diagonal(covariance, 1.0)
    design = np.eye(int(campaign.max()) + 1)[campaign]
    weighted = np.linalg.solve(covariance, design)
    levels = np.linalg.solve(design.T @ weighted, weighted.T @ stock)
    return float(levels[-1] - levels[0])


def drawn(dice: np.random.Generator, unit: Codes, campaign: Codes, own: float, rest: float) -> FloatArray:
    level = 150 + own * dice.standard_normal(int(unit.max()) + 1)
    return np.asarray(level[unit] + TRUE[campaign] + rest * dice.standard_normal(unit.size))


@pytest.mark.parametrize("design", [ROTATING, LEAVING], ids=["rotating", "leaving"])
def test_it_is_generalised_least_squares(design: tuple[Codes, Codes]) -> None:
    unit, campaign = design
    for seed in range(5):
        stock = drawn(np.random.default_rng(seed), unit, campaign, 10.0, 4.0)
        found = change_over_campaigns_t_co2e_per_ha(
            stock_t_co2e_per_ha=stock, sampling_unit=unit.tolist(), campaign=campaign.tolist()
        )
        assert found == pytest.approx(dense(stock, unit, campaign, CORRELATION), rel=1e-9)


@pytest.mark.parametrize(("own", "rest"), [(10.0, 4.0), (4.0, 4.0), (0.0, 5.0)], ids=["0.86", "0.5", "0"])
@pytest.mark.parametrize("design", [ROTATING, LEAVING], ids=["rotating", "leaving"])
def test_the_promise_holds_whatever_the_correlation(
    design: tuple[Codes, Codes], own: float, rest: float
) -> None:
    """2,000 campaigns: mean within four errors of the truth, variance within 12 %, P(truth >= credited) near 2/3."""
    unit, campaign = design
    dice = np.random.default_rng(11)
    change, variance, held = np.empty(2000), np.empty(2000), 0
    for place in range(2000):
        of = panels_of(drawn(dice, unit, campaign, own, rest), unit.tolist(), campaign.tolist())
        change[place], variance[place] = of.contribution.sum(), of.variances.sum()
        freedom = variance[place] ** 2 / (of.variances**2 / (of.sizes - 1)).sum()
        t = float(t_quantile(probability=2 / 3, degrees_of_freedom=freedom))
        held += bool(TRUE[-1] >= change[place] - t * np.sqrt(variance[place]))
    assert change.mean() == pytest.approx(8.0, abs=4 * change.std() / np.sqrt(2000))
    assert variance.mean() == pytest.approx(change.var(), rel=0.12)
    assert held / 2000 == pytest.approx(2 / 3, abs=0.035)


def test_units_that_stay_halve_the_variance_of_independent_ends() -> None:
    """Spread between units 10, from campaign to campaign 4: two means of eight have variance 2 x 116 / 8 = 29."""
    unit, campaign = ROTATING
    dice = np.random.default_rng(5)
    found = [
        float(
            variance_over_campaigns_t2(
                area_ha=1.0,
                stock_t_co2e_per_ha=drawn(dice, unit, campaign, 10.0, 4.0),
                sampling_unit=unit.astype(np.float64),
                campaign=campaign.astype(np.float64),
            )
        )
        for _ in range(400)
    ]
    assert np.mean(found) < 0.55 * 29


def test_order_and_numbers_of_units_change_nothing() -> None:
    unit, campaign = ROTATING
    stock = drawn(np.random.default_rng(2), unit, campaign, 10.0, 4.0)
    order = np.random.default_rng(3).permutation(unit.size)
    renamed = 100 - unit
    first, other = (
        [
            function(
                stock_t_co2e_per_ha=stock[rows],
                sampling_unit=names[rows].tolist(),
                campaign=campaign[rows].tolist(),
            )
            for function in (change_over_campaigns_t_co2e_per_ha, freedom_over_campaigns)
        ]
        for rows, names in ((np.arange(unit.size), unit), (order, renamed))
    )
    assert first == pytest.approx(other, rel=1e-12)
