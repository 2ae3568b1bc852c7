"""The bent ridge of one point a unit: importance sampling must hold there, and give what another method gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.coordinates import Coordinates
from mollisol.uncertainty.posterior.declaration import ControlPoints, ProjectPoints, Strata
from mollisol.uncertainty.posterior.exact import posterior_of_change, sample_posterior
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]


def ridge(seed: int, *, units: int = 2000, repeated: int = 1) -> Specification:
    """Thousands of units with one point, a few with two, three control sites of five."""
    dice = np.random.default_rng(seed)
    unit = np.r_[np.arange(units), np.arange(repeated)]
    site = np.repeat(np.arange(3), 5)
    return Specification(
        Strata(np.array([100.0])),
        ProjectPoints(
            dice.normal(size=units)[unit] + dice.normal(size=unit.size), np.zeros(unit.size, int), unit
        ),
        ControlPoints(dice.normal(size=3)[site] + dice.normal(size=15), site, np.ones((3, 1))),
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("repeated", [0, 1, 10, 100])
def test_the_gates_hold_at_once(seed: int, repeated: int) -> None:
    """In logarithms alone 13 of 25 such projects did not reach them."""
    result = posterior_of_change(ridge(seed, repeated=repeated), checks=False)
    assert result.engine == "importance sampling"
    assert result.draws == 1024
    assert result.effective_size > 500


def test_gradient_is_that_of_the_density(design: Design) -> None:
    over = Coordinates(Marginal(compile_specification(design())))
    at = np.random.default_rng(0).normal(-0.5, 0.5, (3, over.low.size))
    step = 1e-5
    for k in range(over.low.size):
        move = step * np.eye(over.low.size)[k]
        slope = (over.log_density(at + move) - over.log_density(at - move)) / (2 * step)
        np.testing.assert_allclose(over.gradient(at)[:, k], slope, rtol=1e-5, atol=1e-5)


def test_sum_and_share_give_back_the_variances(designs: dict[str, Design]) -> None:
    over = Coordinates(Marginal(compile_specification(designs["small"]())))
    assert over.turned is not None
    field, point = over.turned
    phi = np.zeros((1, over.low.size))
    phi[0, field], phi[0, point] = 0.3, np.log(3.0)
    sd = np.exp(over.eta(phi))[0]
    assert sd[field] ** 2 + sd[point] ** 2 == pytest.approx(np.exp(0.6))
    assert sd[field] ** 2 / sd[point] ** 2 == pytest.approx(3.0)


def test_integral_on_the_ridge_equals_a_grid() -> None:
    """Against a grid in logarithms of all three components, fine enough for forty units."""
    spec = ridge(5, units=40)
    sample = sample_posterior(Marginal(compile_specification(spec)))
    marginal = sample.marginal
    assert marginal.of.names == ("s_field", "s_point", "s_control")
    axes = [np.linspace(-6, 1.2, 60), np.linspace(-6, 1.2, 60), np.linspace(-7, 2.5, 50)]
    eta = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    given = marginal.conditional(eta)
    value = given.log_likelihood + marginal.log_prior(eta) + eta.sum(axis=1)
    weight = np.exp(value - value.max())
    unit = marginal.of.unit
    grid = Mixture(weight / weight.sum(), unit * given.mean, unit * np.sqrt(given.variance))
    found = sample.mixture()
    assert found.spread == pytest.approx(grid.spread, rel=0.01)
    assert found.quantile(1 / 3) == pytest.approx(grid.quantile(1 / 3), abs=0.005 * grid.spread)
