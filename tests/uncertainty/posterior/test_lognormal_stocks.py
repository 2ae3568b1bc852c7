"""Stocks whose errors multiply, in the PyMC model: against sums of scipy densities and an integral by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.declaration import ProjectPoints, Strata
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.pymc_model import (
    LogNormalStocks,
    Settings,
    build_model,
    sample_with_pymc,
)
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]
START = np.array([140.0, 180.0, 95.0, 160.0, 120.0, 150.0, 110.0, 170.0])
SETTINGS = Settings(draws=1500, tune=1000, chains=2, target_accept=0.95)


def with_stocks(base: Specification, log_sd: list[float], start: FloatArray) -> LogNormalStocks:
    own = np.resize(start, base.project.change.size)
    there = np.resize(start, base.controls.change.size) if base.control is not None else None
    return LogNormalStocks(
        own,
        own + base.project.change,
        np.array(log_sd),
        there,
        None if there is None else there + base.controls.change,
    )


def one_side(change: FloatArray, prior_scale: float | None = None) -> Specification:
    return Specification(
        Strata(np.array([100.0])),
        ProjectPoints(change, np.zeros(change.size, int)),
        baseline="none",
        prior_scale=prior_scale,
    )


def test_density_is_the_sum_of_scipy_densities(designs: dict[str, Design]) -> None:
    """Differences between settings; every term written down again with scipy, stocks and not errors as arguments."""
    from scipy.stats import lognorm, norm

    base = designs["one stratum"](prior_scale=2.0)
    stocks = with_stocks(base, [0.2], START)
    model, of = build_model(base, stocks=stocks)
    density = model.compile_logp(jacobian=False, mode="FAST_COMPILE")
    names = {value.name for value in model.value_vars}
    assert {"project start error", "control end error", "s_point_log__"} <= names
    dice = np.random.default_rng(3)

    def both() -> tuple[float, float]:
        at: dict[str, Any] = {
            value.name: 0.3 * dice.normal(size=value.type.shape) for value in model.value_vars
        }
        sd = {name: np.exp(at[f"{name}_log__"]) * of.unit for name in of.names}
        total = sum(norm.logpdf(sd[name], scale=2.0) for name in of.names)
        total += norm.logpdf(at["field"]).sum() + norm.logpdf(at["site"]).sum()
        level = {
            "project": of.unit * (at["mu"][0] + of.project_centre[0]) + at["field"] * sd["s_field"],
            "control": of.unit * (at["theta"] + of.control_centre)
            + (at["site"] * sd["s_control"])[base.controls.site],
        }
        for side in ("project", "control"):
            true = {}
            for when in ("start", "end"):
                measured = getattr(stocks, f"{side}_{when}")
                true[when] = measured * np.exp(0.2 * at[f"{side} {when} error"])
                total += (lognorm.logpdf(measured, s=0.2, scale=true[when]) + np.log(measured)).sum()
            total += norm.logpdf(true["end"] - true["start"], level[side], sd["s_point"]).sum()
            total += np.log(true["end"]).sum()
        return float(density(at)), float(total)

    found = np.array([both() for _ in range(4)])
    np.testing.assert_allclose(np.diff(found[:, 0]), np.diff(found[:, 1]), rtol=1e-9)


@pytest.mark.slow
def test_small_errors_are_those_of_the_normal_model(designs: dict[str, Design]) -> None:
    """1 % of stocks near 1 in every class: the change's sd is sqrt(start^2 + end^2) per cent, as declared."""
    base = designs["one stratum"](points=12)
    base = replace(base, measurement_sd=np.array([0.01 * 40.0 * np.sqrt(2)]))
    stocks = with_stocks(base, [0.01], np.array([40.0]))
    exact = posterior_of_change(base, checks=False)
    nuts = sample_with_pymc(base, SETTINGS, stocks=stocks)
    assert abs(nuts.quantile - exact.quantile) < 3 * nuts.monte_carlo_error + 0.02 * exact.sd
    assert nuts.sd == pytest.approx(exact.sd, rel=0.15)


@pytest.mark.slow
def test_large_errors_equal_an_integral_by_quadrature() -> None:
    """Eight points, errors of 25 %: each point's two true stocks by Gauss-Hermite nodes, mean and sd on a grid."""
    change = np.array([20.0, -35.0, 60.0, 5.0, 41.0, -12.0, 33.0, 80.0])
    base = one_side(change, prior_scale=40.0)
    stocks = with_stocks(base, [0.25], START)
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    start = START[:, None, None] * np.exp(0.25 * node[:, None])
    end = (START + change)[:, None, None] * np.exp(0.25 * node)
    measure = weight[:, None] * weight * end
    mu, sd = np.linspace(-150, 200, 141), np.linspace(1.0, 160, 120)
    log_posterior = np.empty((mu.size, sd.size))
    for k, spread in enumerate(sd):
        off = (end - start)[None] - mu[:, None, None, None]
        each = (np.exp(-0.5 * (off / spread) ** 2) / spread * measure).sum(axis=(2, 3))
        log_posterior[:, k] = np.log(each).sum(axis=1) - 0.5 * (spread / 40.0) ** 2
    posterior = np.exp(log_posterior - log_posterior.max()).sum(axis=1)
    posterior /= posterior.sum()
    mean = float(posterior @ mu)
    spread_of_mean = float(np.sqrt(posterior @ (mu - mean) ** 2))
    quantile = float(np.interp(1 / 3, np.cumsum(posterior) - 0.5 * posterior, mu))
    nuts = sample_with_pymc(base, replace(SETTINGS, draws=3000, target_accept=0.98), stocks=stocks)
    assert abs(nuts.quantile - quantile) < 3 * nuts.monte_carlo_error + 0.01 * spread_of_mean
    assert nuts.sd == pytest.approx(spread_of_mean, rel=0.06)


def test_what_does_not_fit_is_refused(designs: dict[str, Design]) -> None:
    base = designs["one stratum"]()
    good = with_stocks(base, [0.1], START)
    for wrong, word in (
        (replace(good, project_end=good.project_end[:-1]), "project_end must hold"),
        (replace(good, control_start=None), "control_start must"),
        (replace(good, log_sd=np.zeros(1)), "log_sd must be above 0"),
        (replace(good, project_start=-good.project_start), "project_start must be above 0"),
    ):
        with pytest.raises(ValueError, match=word):
            build_model(base, stocks=wrong)
    with pytest.raises(ValueError, match="exclude each other"):
        build_model(base, stocks=good, censored=np.ones(8, bool))
